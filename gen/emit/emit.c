/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/emit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/config/config_file.h"
#include "gen/emit/attach.h"
#include "gen/emit/bench.h"
#include "gen/emit/chip_readme.h"
#include "gen/emit/licence.h"
#include "gen/emit/prefix.h"
#include "gen/emit/ram_hint.h"
#include "gen/emit/rtl.h"
#include "gen/emit/vivado.h"
#include "gen/image/images.h"
#include "gen/image/regions.h"
#include "models/program/chip_can.h"
#include "models/program/path.h"

/* What lies in external memory. */
static void add_regions(struct output *output, const struct program *p, const char *folder)
{
    struct region regions[REGION_COUNT];
    regions_build(p, regions);
    for (int n = 0; n < REGION_COUNT; n++) {
        char path[64];
        snprintf(path, sizeof path, "%s%s", folder, regions[n].file);
        output_take(output, path, &regions[n].bytes);
    }
}

/* Of each part of a network in a folder of its own. */
static void add_all_regions(struct output *output, const struct program *p, const char *folder)
{
    char path[64];
    for (int n = 0; n < p->part_count; n++) {
        snprintf(path, sizeof path, "%s%s/", folder, image_part(n).text);
        add_regions(output, &p->parts[n].program, path);
    }
    if (p->part_count == 0)
        add_regions(output, p, folder);
}

/* Memories of the chip as .mem; what lies in external memory as .bin. */
static void add_images(struct output *output, const struct program *p)
{
    struct named_image images[IMAGE_COUNT];
    char path[64];
    images_build(p, images);
    for (int n = 0; n < IMAGE_COUNT; n++) {
        struct text text = {0};
        snprintf(path, sizeof path, "mem/%s%s", image_mark(&p->config).text, images[n].name);
        if (image_is_on_chip(p, n)) {
            mem_image_render(images[n].image, &text);
            output_take(output, path, &text);
        }
        mem_image_free(images[n].image);
    }
    if (p->config.memory != MEMORY_ROM)
        add_all_regions(output, p, "mem/");
}

void emit_config(struct output *output, const struct program *p)
{
    struct config config = p->config;
    char *buffer = NULL;
    size_t size = 0;
    attached_paths(&config.model);
    FILE *stream = open_memstream(&buffer, &size);
    BUG_UNLESS(stream != NULL);
    config_write(&config, stream);
    fclose(stream);
    struct text text = {0};
    text_append_bytes(&text, buffer, size);
    output_take(output, "config.yaml", &text);
    free(buffer);
    const char *name;
    struct text value = {0};
    for (int key = config_key_next(&config, -1); key >= 0; key = config_key_next(&config, key)) {
        text_cut(&value, 0);
        config_key(&config, key, &name, &value);
        if (!config_key_is_path(key))
            output_set_config(output, name, text_string(&value));
    }
    text_free(&value);
}

void emit_command(struct text *text, const char *command, const char *source, char *const *sets,
                  size_t set_count)
{
    const char *slash = strrchr(source, '/');
    text_appendf(text, "%s %s", command, slash != NULL ? slash + 1 : source);
    for (size_t n = 0; n < set_count; n++) {
        const char *set = sets[n], *value = strchr(set, '=');
        slash = strrchr(set, '/');
        if (slash != NULL && value != NULL && value < slash)
            text_appendf(text, " --set %.*s=%s", (int)(value - set), set, slash + 1);
        else
            text_appendf(text, " --set %s", set);
    }
}

bool emit_model(struct output *output, const struct program *p, const char *command,
                struct error *error)
{
    if (!chip_can(&p->network, &p->config, error))
        return false;
    output_set_command(output, command);
    output_set_config_hash(output, p->config_hash);
    emit_config(output, p);
    add_all_regions(output, p, "");
    return attach_model(output, p, error) && licence_add(output, error);
}

bool emit_chip(struct output *output, const struct program *p, const struct cycles *cycles,
               const char *command, struct error *error)
{
    if (!chip_can(&p->network, &p->config, error))
        return false;
    output_set_command(output, command);
    output_set_config_hash(output, p->config_hash);
    emit_config(output, p);
    add_images(output, p);
    bool ok = rtl_add(output, p, cycles, command, error) && bench_add(output, p, error) &&
              driver_add(output, p, error) && vivado_add(output, p, error) &&
              attach_model(output, p, error) &&
              chip_readme_add(output, p, cycles, command, error) && licence_add(output, error);
    ram_hint_apply(output, &p->config);
    prefix_apply(output, &p->config);
    return ok;
}
