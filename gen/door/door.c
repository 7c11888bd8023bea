/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/door/door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/door/printers.h"
#include "gen/door/vectors.h"
#include "gen/emit/licence.h"
#include "gen/emit/prefix.h"
#include "gen/emit/template.h"
#include "models/program/path.h"

/* What the doors are made from lies among the files already. */
struct look {
    struct door *door;
    char top_path[64];
    char *top, *files;
};

static void look_at(struct text *path, struct text *contents, void *with)
{
    struct look *look = with;
    const char *name = text_string(path);
    if (strcmp(name, look->top_path) == 0)
        look->top = duplicate(text_string(contents));
    if (strcmp(name, "rtl/files.f") == 0)
        look->files = duplicate(text_string(contents));
    if (strncmp(name, "mem/", 4) == 0) {
        BUG_UNLESS(look->door->image_count < IMAGES_MAX);
        look->door->images[look->door->image_count++] = duplicate(name);
    }
}

static void look_around(struct look *look, struct output *output, struct door *door)
{
    *look = (struct look){.door = door};
    snprintf(look->top_path, sizeof look->top_path, "rtl/%s.v", door->top);
    output_change(output, look_at, look);
    BUG_UNLESS(look->top != NULL && look->files != NULL);
    door->files = look->files;
}

static void look_free(struct look *look)
{
    free(look->top);
    free(look->files);
    for (int n = 0; n < look->door->image_count; n++)
        free(look->door->images[n]);
}

typedef void print_fn(struct text *text, const struct door *door);

static void add(struct output *output, const struct door *door, print_fn *print, const char *before,
                const char *after)
{
    struct text text = {0}, path = {0};
    print(&text, door);
    text_appendf(&path, "%s%s%s", before, door->prefix, after);
    output_take(output, text_string(&path), &text);
    text_free(&path);
}

static void add_registers(struct output *output, const struct door *door)
{
    add(output, door, door_rdl, "registers/", "_registers.rdl");
    add(output, door, door_svd, "registers/", "_registers.svd");
    add(output, door, door_package, "registers/", "_registers_pkg.sv");
    add(output, door, door_devicetree, "driver/", ".dtsi");
}

static void add_core(struct output *output, const struct door *door)
{
    struct text text = {0}, path = {0};
    door_core(&text, door);
    prefix_core(&path, &door->program->config);
    text_append(&path, ".core");
    output_take(output, text_string(&path), &text);
    text_free(&path);
}

static bool add_bench(struct output *output, struct error *error)
{
    static const char folder[] = "templates/cocotb";
    return template_copy(output, folder, "Makefile", "cocotb/Makefile", error) &&
           template_copy(output, folder, "chip.py", "cocotb/chip.py", error) &&
           template_copy(output, folder, "test_chip.py", "cocotb/test_chip.py", error);
}

bool doors_add(struct output *output, const struct program *p, struct error *error)
{
    struct top_name top = prefix_top(&p->config);
    struct door door = {.program = p, .prefix = p->config.prefix, .top = top.text};
    struct look look;
    look_around(&look, output, &door);
    if (p->config.memory != MEMORY_ROM)
        door.register_count = registers_list(p, door.registers);
    bool ok = ports_read(&door.ports, look.top, error);
    if (ok) {
        add(output, &door, door_ipxact, "ipxact/", "_top.xml");
        if (door.register_count > 0)
            add_registers(output, &door);
        vectors_add(output, p->part_count > 0 ? &p->parts[0].program : p);
        add_core(output, &door);
        ok = add_bench(output, error);
        licence_mark(output);
    }
    look_free(&look);
    return ok;
}
