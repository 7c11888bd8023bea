/* SPDX-License-Identifier: Apache-2.0
 * test_modules.c - the lists of modules: a chip has each module that it uses and no other, and every
 * module of templates/ is in some chip. */
#include <ctype.h>
#include <dirent.h>
#include <ftw.h>
#include <unistd.h>

#include "gen/emit/emit.h"
#include "models/program/cycles.h"
#include "tests/unit/model_testing.h"

enum { MODULES_MOST = 100 };

struct modules {
    int count;
    char names[MODULES_MOST][48];
    bool used[MODULES_MOST];
};

static int find(const struct modules *m, const char *name)
{
    for (int n = 0; n < m->count; n++)
        if (strcmp(m->names[n], name) == 0)
            return n;
    return -1;
}

static void add(struct modules *m, const char *file)
{
    assert_true(m->count < MODULES_MOST);
    snprintf(m->names[m->count++], sizeof m->names[0], "%.*s", (int)strcspn(file, "."), file);
}

/* Verilog files of a folder. */
static void list_folder(struct modules *m, const char *folder)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (strncmp(entry->d_name, "ese_", 4) == 0)
            add(m, entry->d_name);
    closedir(dir);
}

/* The next name of ours in the code, or NULL: no comment, nothing in quotes. */
static const char *next_name(const char **at, size_t *length)
{
    for (const char *c = *at; *c != '\0'; c++) {
        if (c[0] == '/' && c[1] == '/')
            c += strcspn(c, "\n") - 1;
        else if (*c == '"')
            c += 1 + strcspn(c + 1, "\"");
        else if (strncmp(c, "ese_", 4) == 0 && (isspace((unsigned char)c[-1]) || c[-1] == ';')) {
            *length = strspn(c, "abcdefghijklmnopqrstuvwxyz_0123456789");
            *at = c + *length;
            return c;
        }
    }
    return NULL;
}

/* Marks the modules that a file names; each must be there. */
static void mark_uses(struct modules *m, const char *folder, const char *name)
{
    struct text path = {0}, verilog = {0};
    struct error error;
    size_t length;
    text_appendf(&path, "%s/%s.v", folder, name);
    assert_true(text_read_file(&verilog, text_string(&path), &error));
    const char *at = text_string(&verilog), *found;
    while ((found = next_name(&at, &length)) != NULL) {
        char used[48];
        snprintf(used, sizeof used, "%.*s", (int)length, found);
        int n = find(m, used);
        if (strcmp(used, name) == 0) /* "module NAME" */
            continue;
        if (n >= 0)
            m->used[n] = true;
        else
            fail_msg("%s uses %s, which the chip does not have", name, used);
    }
    text_free(&path);
    text_free(&verilog);
}

static int remove_one(const char *path, const struct stat *status, int flag, struct FTW *walk)
{
    (void)status;
    (void)flag;
    (void)walk;
    return remove(path);
}

/* Emits the chip; marks its modules as emitted. */
static void check_chip(const struct config *config, struct modules *all)
{
    char folder[] = "/tmp/ese_modules_XXXXXX", chip[64], rtl[80];
    assert_non_null(mkdtemp(folder));
    snprintf(chip, sizeof chip, "%s/chip", folder);
    snprintf(rtl, sizeof rtl, "%s/rtl", chip);
    struct program program;
    struct error error = {""};
    build(&program, config);
    struct output *output = output_new();
    if (!emit_chip(output, &program, program.cycles, "test", &error) ||
        !output_write(output, chip, &error))
        fail_msg("%s", error.text);
    output_free(output);
    program_free(&program);

    struct modules modules = {0};
    list_folder(&modules, rtl);
    modules.used[find(&modules, "ese_top")] = true;
    for (int n = 0; n < modules.count; n++)
        mark_uses(&modules, rtl, modules.names[n]);
    for (int n = 0; n < modules.count; n++) {
        int in_all = find(all, modules.names[n]);
        if (!modules.used[n])
            fail_msg("%s is in the chip, and nothing uses it", modules.names[n]);
        assert_true(in_all >= 0);
        all->used[in_all] = true;
    }
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct modules *listed;

static int list_template(const char *path, const struct stat *status, int flag, struct FTW *walk)
{
    (void)status;
    if (flag == FTW_F && strstr(path, ".v") != NULL)
        add(listed, path + walk->base);
    return 0;
}

static void list_templates(struct modules *all)
{
    listed = all;
    assert_int_equal(nftw("templates", list_template, 8, FTW_PHYS), 0);
}

static void every_chip_has_its_modules(void **state)
{
    (void)state;
    struct modules all = {0};
    list_templates(&all);
    for (int n = 0; n < 12; n++) {
        struct config c = plain_config();
        c.memory = (enum memory_mode)(n % 3);
        c.io = c.memory == MEMORY_ROM || n % 2 ? IO_STREAM : IO_MEMORY;
        c.memory_ports = 1 + n / 6;
        c.axi_data_bits = AXI_256;
        c.axi_address_bits = 40;
        c.activation_table = n % 4 == 3 ? TABLE_PAPER : TABLE_INTERPOLATED;
        c.model.projection = n % 5 != 0;
        check_chip(&c, &all);
    }
    for (int n = 0; n < all.count; n++)
        if (!all.used[n])
            fail_msg("%s is in templates/, and no chip has it", all.names[n]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_chip_has_its_modules),
    };
    setenv("ESE_HOME", ".", 0); /* make runs the tests where the templates are */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
