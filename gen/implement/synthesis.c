/* SPDX-License-Identifier: Apache-2.0
 * synthesis.c - Yosys: a netlist of the chip alone, for simulating it, and one behind five pins,
 * for placing it. */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/emit/prefix.h"
#include "gen/folder/process.h"
#include "gen/folder/workspace.h"
#include "gen/implement/implement.h"
#include "gen/report/resources.h"

/* ---- the folder ------------------------------------------------------------------------------ */

/* What tools make. */
static int is_result(const struct dirent *entry)
{
    static const char *const begins[] = {"netlist.v", "cells.json", "pins.json", "yosys.log",
                                         "place-", "report-"};
    for (size_t n = 0; n < sizeof begins / sizeof *begins; n++)
        if (strncmp(entry->d_name, begins[n], strlen(begins[n])) == 0)
            return 1;
    return 0;
}

/* Results of an earlier run must not be taken for those of this one. */
static bool forget(const char *folder, struct error *error)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_result, NULL);
    if (count < 0)
        return fail(error, "cannot read the folder %.500s: %s", folder, strerror(errno));
    bool ok = true;
    for (int n = 0; n < count; n++) {
        char path[PATH_MAX], tail[PATH_MAX];
        ok = ok && path_join(tail, "/", entries[n]->d_name, error) &&
             path_join(path, folder, tail, error) &&
             (remove(path) == 0 || fail(error, "cannot remove %.500s: %s", path, strerror(errno)));
        free(entries[n]);
    }
    free(entries);
    return ok;
}

/* A file of the chip, under the same name. */
static bool copy_in(const char *root, const char *chip, const char *name, struct error *error)
{
    struct text text = {0};
    char path[PATH_MAX];
    bool ok = path_join(path, chip, name, error) && text_read_file(&text, path, error) &&
              folder_write(root, name, &text, error);
    text_free(&text);
    return ok;
}

static int is_image(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".mem") == 0;
}

static bool copy_images(const char *root, const char *chip, struct error *error)
{
    char folder[PATH_MAX];
    struct dirent **entries;
    if (!path_join(folder, chip, "/mem", error))
        return false;
    int count = scandir(folder, &entries, is_image, alphasort);
    if (count < 0)
        return fail(error, "cannot read the folder %.500s: %s", folder, strerror(errno));
    bool ok = true;
    for (int n = 0; n < count; n++) {
        char name[PATH_MAX];
        ok = ok && path_join(name, "/mem/", entries[n]->d_name, error) &&
             copy_in(root, chip, name, error);
        free(entries[n]);
    }
    free(entries);
    return ok;
}

/* The sources; `list` has their names as Yosys sees them from mem/. */
static bool copy_sources(const char *root, const char *chip, struct text *list, struct error *error)
{
    struct text files = {0};
    char path[PATH_MAX];
    bool ok = path_join(path, chip, "/rtl/files.f", error) && text_read_file(&files, path, error);
    for (const char *line = text_string(&files); ok && *line != '\0';) {
        char name[PATH_MAX] = "";
        size_t length = strcspn(line, "\n");
        snprintf(name, sizeof name, "/%.*s", (int)length, line);
        ok = copy_in(root, chip, name, error);
        text_appendf(list, " ..%s", name);
        line += length + (line[length] == '\n');
    }
    text_free(&files);
    return ok;
}

/* ---- the script ------------------------------------------------------------------------------ */

/* To be placed, the chip lies in a wrapper; as long as its hierarchy is kept it can be written
 * alone. */
static void write_script(struct text *script, const struct implementation *i, const char *top,
                         const struct text *sources)
{
    bool placed = i->target->placer != PLACER_NONE;
    text_append(script, "# By ese; run it in mem/: yosys -s ../synth.ys\n");
    text_appendf(script, "read_verilog%s%s\n", text_string(sources), placed ? " ../pins.v" : "");
    if (placed)
        text_appendf(script, "setattr -mod -set keep_hierarchy 1 %s\n", top);
    text_appendf(script, "%s -top %s\n", i->target->synthesis, placed ? PINS_TOP : top);
    text_appendf(script, "tee -q -o ../cells.json stat -json\nselect -module %s\n", top);
    text_append(script, "write_verilog -noattr -selected ../netlist.v\nselect -clear\n");
    if (placed)
        text_appendf(script, "setattr -mod -unset keep_hierarchy %s\nflatten\nopt_clean -purge\n"
                             "%s\nwrite_json ../pins.json\n", top, placer_pads(i->target->placer));
}

static bool wrap(struct implementation *i, const char *chip, const char *top, struct error *error)
{
    struct text verilog = {0}, wrapper = {0};
    char tail[64], path[PATH_MAX];
    snprintf(tail, sizeof tail, "/rtl/%s.v", top);
    bool ok = path_join(path, chip, tail, error) && text_read_file(&verilog, path, error) &&
              pins_wrap(&i->pins, &wrapper, top, text_string(&verilog), error) &&
              folder_write(i->folder, "/pins.v", &wrapper, error);
    text_free(&verilog);
    text_free(&wrapper);
    return ok;
}

static bool prepare(struct implementation *i, const char *chip, const char *top,
                    struct error *error)
{
    struct text sources = {0}, script = {0};
    bool ok = forget(i->folder, error) && folder_make(i->folder, "/rtl", error) &&
              folder_make(i->folder, "/mem", error) &&
              copy_sources(i->folder, chip, &sources, error) &&
              copy_images(i->folder, chip, error) &&
              (i->target->placer == PLACER_NONE || wrap(i, chip, top, error));
    if (ok) {
        write_script(&script, i, top, &sources);
        ok = folder_write(i->folder, "/synth.ys", &script, error);
    }
    text_free(&sources);
    text_free(&script);
    return ok;
}

/* ---- running it ------------------------------------------------------------------------------ */

static bool run_yosys(const struct implementation *i, struct error *error)
{
    char log[PATH_MAX], mem[PATH_MAX], netlist[PATH_MAX];
    if (!path_join(log, i->folder, "/yosys.log", error) ||
        !path_join(netlist, i->folder, "/netlist.v", error) ||
        !path_join(mem, i->folder, "/mem", error))
        return false;
    struct command command = {0};
    command_add(&command, "%s", i->tools.yosys.path);
    command_add(&command, "-s");
    command_add(&command, "../synth.ys");
    const struct process process = {.command = &command, .folder = mem, .log = log,
                                    .label = "yosys"};
    struct process_end end;
    bool ok = process_succeed(&process, &end, error);
    if (!ok)
        remove(netlist); /* what there is of it */
    command_free(&command);
    return ok;
}

/* A netlist that is wrong does not stay. */
static bool check_netlist(const struct implementation *i, struct error *error)
{
    struct text netlist = {0};
    char path[PATH_MAX];
    if (!path_join(path, i->folder, "/netlist.v", error) || !text_read_file(&netlist, path, error))
        return false;
    bool ok = tools_netlist_is_good(&i->tools, text_string(&netlist), error);
    if (!ok)
        remove(path);
    text_free(&netlist);
    return ok;
}

/* Cells of the chip's module, but for those that only tell of its structure. */
static bool read_cells(struct implementation *i, const char *top, struct error *error)
{
    char path[PATH_MAX], name[64];
    json_error_t where;
    snprintf(name, sizeof name, "\\%s", top);
    if (!path_join(path, i->folder, "/cells.json", error))
        return false;
    json_t *root = json_load_file(path, 0, &where);
    json_t *types = json_object_get(json_object_get(json_object_get(root, "modules"), name),
                                    "num_cells_by_type");
    i->cells = allocate(json_object_size(types), sizeof *i->cells);
    const char *type;
    json_t *count;
    json_object_foreach(types, type, count)
        if (type[0] != '$')
            i->cells[i->cell_count++] =
                (struct usage){.name = duplicate(type), .used = (int)json_integer_value(count)};
    json_decref(root);
    return i->cell_count > 0 || fail(error, "%.500s: Yosys counted no cells of %s", path, top);
}

/* Yosys takes the attribute of a memory as an order. */
static bool check_hints(const struct implementation *i, const struct chip_folder *chip,
                        struct error *error)
{
    struct resources resources;
    if (chip->config.ram_hint == RAM_HINT_NONE)
        return true;
    if (!i->target->lut_ram)
        return fail(error, "%s has no RAM in its LUTs, which the chip asks for: generate it with "
                           "ram_hint: none", i->target->name);
    resources_count(&resources, &chip->program);
    return i->target->uram || !resources.ultra ||
           fail(error, "%s has no UltraRAM, which the chip asks for: generate it with weights_ram: "
                       "block", i->target->name);
}

bool implement_synthesize(struct implementation *i, const struct chip_folder *chip,
                          struct error *error)
{
    const struct top_name name = prefix_top(&chip->config);
    const char *top = name.text;
    return check_hints(i, chip, error) && prepare(i, chip->dir, top, error) && run_yosys(i, error) && check_netlist(i, error) &&
           read_cells(i, top, error);
}

int implementation_multipliers(const struct implementation *i)
{
    int sum = 0;
    for (int n = 0; n < i->cell_count; n++)
        if (cell_is_multiplier(i->cells[n].name))
            sum += i->cells[n].used;
    return sum;
}

int implementation_ram_kbit(const struct implementation *i)
{
    int sum = 0;
    for (int n = 0; n < i->cell_count; n++)
        sum += i->cells[n].used * cell_kbit(i->cells[n].name);
    return sum;
}
