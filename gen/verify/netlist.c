/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/netlist.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/folder/workspace.h"
#include "gen/verify/verilog_text.h"

/* Without it a model of Yosys gives inputs of cells default values, which is no Verilog-2005. */
#define FIRST_LINE "`define NO_ICE40_DEFAULT_ASSIGNMENTS\n"

/* A file with models, and which of its modules are needed. */
struct library {
    struct text text;
    struct verilog_modules modules;
    bool *needed; /* [modules.count] */
};

/* A module that is there, by name. */
struct entry {
    struct verilog_word name;
    size_t file;  /* 0: the netlist; 1...: a library */
    size_t index; /* in the file */
};

struct collection {
    struct text netlist;
    struct verilog_modules own; /* of the netlist */
    struct library *libraries;
    size_t library_count;
    struct entry *entries; /* in order of name, then of the files */
    size_t entry_count;
};

/* ---- files ----------------------------------------------------------------------------------- */

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int is_verilog(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 2 && strcmp(entry->d_name + length - 2, ".v") == 0;
}

static bool read_folder(struct text *text, const char *folder, struct error *error)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_verilog, alphasort);
    if (count < 0)
        return fail(error, "--cells: cannot read the folder '%.500s': %s", folder, strerror(errno));
    bool ok = count > 0 || fail(error, "--cells: the folder '%.500s' has no .v files", folder);
    for (int n = 0; n < count; n++) {
        struct text path = {0};
        text_appendf(&path, "%s/%s", folder, entries[n]->d_name);
        ok = ok && verilog_read(text, text_string(&path), error);
        text_free(&path);
        free(entries[n]);
    }
    free(entries);
    return ok;
}

static bool read_library(struct library *library, const char *path, struct error *error)
{
    bool ok = is_folder(path) ? read_folder(&library->text, path, error)
                              : verilog_read(&library->text, path, error) ||
                                    fail_in(error, "--cells");
    if (!ok)
        return false;
    verilog_find_modules(&library->modules, text_string(&library->text));
    library->needed = allocate(library->modules.count, sizeof *library->needed);
    return library->modules.count > 0 ||
           fail(error, "--cells: there is no module in '%.500s'", path);
}

static bool read_all(struct collection *c, const struct netlist *netlist, struct error *error)
{
    if (!verilog_read(&c->netlist, netlist->file, error))
        return fail_in(error, "--netlist");
    verilog_find_modules(&c->own, text_string(&c->netlist));
    c->libraries = allocate(netlist->cell_count, sizeof *c->libraries);
    c->library_count = netlist->cell_count;
    for (size_t n = 0; n < netlist->cell_count; n++)
        if (!read_library(&c->libraries[n], netlist->cells[n], error))
            return false;
    return true;
}

static void collection_free(struct collection *c)
{
    for (size_t n = 0; n < c->library_count; n++) {
        text_free(&c->libraries[n].text);
        verilog_modules_free(&c->libraries[n].modules);
        free(c->libraries[n].needed);
    }
    free(c->libraries);
    free(c->entries);
    verilog_modules_free(&c->own);
    text_free(&c->netlist);
}

/* ---- which modules are needed ---------------------------------------------------------------- */

static int compare_names(const struct verilog_word *a, const struct verilog_word *b)
{
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->start, b->start, shorter);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static int by_name(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    int order = compare_names(&left->name, &right->name);
    if (order != 0)
        return order;
    if (left->file != right->file)
        return left->file < right->file ? -1 : 1;
    return (left->index > right->index) - (left->index < right->index);
}

static const struct verilog_modules *modules_of(const struct collection *c, size_t file)
{
    return file == 0 ? &c->own : &c->libraries[file - 1].modules;
}

static void list_modules(struct collection *c)
{
    size_t count = 0;
    for (size_t file = 0; file <= c->library_count; file++)
        count += modules_of(c, file)->count;
    c->entries = allocate(count, sizeof *c->entries);
    for (size_t file = 0; file <= c->library_count; file++)
        for (size_t i = 0; i < modules_of(c, file)->count; i++)
            c->entries[c->entry_count++] =
                (struct entry){modules_of(c, file)->list[i].name, file, i};
    qsort(c->entries, c->entry_count, sizeof *c->entries, by_name);
}

/* The first of the entries with the name, or entry_count. */
static size_t find(const struct collection *c, const struct verilog_word *name)
{
    size_t low = 0, high = c->entry_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_names(&c->entries[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < c->entry_count && compare_names(&c->entries[low].name, name) == 0 ? low
                                                                                  : c->entry_count;
}

static void mark(struct collection *c, const char *at, const char *end);

/* The module that the entry is, and what it uses. */
static void mark_entry(struct collection *c, const struct entry *entry)
{
    struct library *library = &c->libraries[entry->file - 1];
    const struct verilog_module *module = &library->modules.list[entry->index];
    if (library->needed[entry->index])
        return;
    library->needed[entry->index] = true;
    mark(c, module->begin, module->end);
}

/* What the words between `at` and `end` name.  A file may define a module twice, in two branches of
 * an `ifdef. */
static void mark(struct collection *c, const char *at, const char *end)
{
    struct verilog_word word;
    while (at < end && verilog_next_word(&at, &word)) {
        size_t first = find(c, &word);
        for (size_t n = first; n < c->entry_count && c->entries[n].file == c->entries[first].file &&
                               compare_names(&c->entries[n].name, &word) == 0; n++)
            if (c->entries[n].file > 0)
                mark_entry(c, &c->entries[n]);
    }
}

/* The needed modules of a file, and all that is not in modules. */
static void append_needed(struct text *text, const struct library *library)
{
    const char *rest = text_string(&library->text);
    for (size_t i = 0; i < library->modules.count; i++) {
        const struct verilog_module *module = &library->modules.list[i];
        if (library->needed[i])
            continue;
        text_append_bytes(text, rest, (size_t)(module->begin - rest));
        rest = module->end;
    }
    text_append(text, rest);
    text_append_char(text, '\n');
}

/* ---- the folder ------------------------------------------------------------------------------ */

static bool link_to_chip(const char *root, const char *chip, const char *name, struct error *error)
{
    char link[PATH_MAX], target[PATH_MAX], whole[PATH_MAX];
    if (realpath(chip, whole) == NULL)
        return fail(error, "cannot read the folder %.500s: %s", chip, strerror(errno));
    if (!path_join(link, root, name, error) || !path_join(target, whole, name, error))
        return false;
    unlink(link);
    return symlink(target, link) == 0 ||
           fail(error, "cannot link to %.500s: %s", target, strerror(errno));
}

static bool write_folder(const struct collection *c, const char *root, const char *chip,
                         struct error *error)
{
    struct text cells = {0}, list = {0};
    text_append(&cells, FIRST_LINE);
    for (size_t n = 0; n < c->library_count; n++)
        append_needed(&cells, &c->libraries[n]);
    text_append(&list, "rtl/netlist.v\nrtl/cells.v\n");
    bool ok = folder_make(root, "", error) && folder_make(root, "/rtl", error) &&
              link_to_chip(root, chip, "/sim", error) && link_to_chip(root, chip, "/mem", error) &&
              folder_write(root, "/rtl/netlist.v", &c->netlist, error) &&
              folder_write(root, "/rtl/cells.v", &cells, error) &&
              folder_write(root, "/rtl/files.f", &list, error);
    text_free(&cells);
    text_free(&list);
    return ok;
}

static bool has_top(const struct collection *c, const struct netlist *netlist, const char *top,
                    struct error *error)
{
    for (size_t i = 0; i < c->own.count; i++)
        if (verilog_word_is(&c->own.list[i].name, top))
            return true;
    return fail(error, "--netlist: '%.500s' has no module %s, the top of this chip", netlist->file,
                top);
}

char *netlist_folder(const struct netlist *netlist, const char *chip, const char *top,
                     const char *work, struct error *error)
{
    struct collection c = {0};
    struct text root = {0};
    text_appendf(&root, "%s/netlist", work);
    bool ok = read_all(&c, netlist, error) && has_top(&c, netlist, top, error);
    if (ok) {
        list_modules(&c);
        mark(&c, text_string(&c.netlist), text_string(&c.netlist) + c.netlist.length);
        ok = write_folder(&c, text_string(&root), chip, error);
    }
    collection_free(&c);
    if (!ok)
        text_free(&root);
    return root.data;
}
