/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/emit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/config/config_file.h"
#include "gen/emit/bench.h"
#include "gen/emit/chip_readme.h"
#include "gen/emit/rtl.h"
#include "gen/image/images.h"
#include "gen/image/regions.h"

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

/* Memories of the chip as .mem; what lies in external memory as .bin. */
static void add_images(struct output *output, const struct program *p)
{
    struct named_image images[IMAGE_COUNT];
    char path[64];
    images_build(p, images);
    for (int n = 0; n < IMAGE_COUNT; n++) {
        struct text text = {0};
        snprintf(path, sizeof path, "mem/%s", images[n].name);
        if (image_is_on_chip(p, n)) {
            mem_image_render(images[n].image, &text);
            output_take(output, path, &text);
        }
        mem_image_free(images[n].image);
    }
    if (p->config.memory != MEMORY_ROM)
        add_regions(output, p, "mem/");
}

static bool copy_into(struct output *output, const char *path, const char *as, struct error *error)
{
    struct text text = {0};
    bool ok = text_read_file(&text, path, error);
    if (ok)
        output_take(output, as, &text);
    text_free(&text);
    return ok;
}

/* A file out of the folder of utterances; labels need not be there. */
static bool copy_utterance(struct output *output, const char *folder, const char *file, bool needed,
                           struct error *error)
{
    struct text path = {0}, as = {0};
    text_appendf(&path, "%s/%s", folder, file);
    text_appendf(&as, "model/utterances/%s", file);
    bool ok = true;
    if (needed || access(text_string(&path), F_OK) == 0)
        ok = copy_into(output, text_string(&path), text_string(&as), error);
    text_free(&path);
    text_free(&as);
    return ok;
}

/* The model and the utterances, so that the folder can be verified anywhere. */
static bool add_model(struct output *output, const struct program *p, struct error *error)
{
    const struct model_config *model = &p->config.model;
    bool ok = true;
    if (model->path != NULL)
        ok = copy_into(output, model->path, "model/model.safetensors", error);
    if (!ok || model->utterances == NULL)
        return ok;
    DIR *folder = opendir(model->utterances);
    if (folder == NULL) /* a single file */
        return copy_into(output, model->utterances, "model/utterances/utterance.npy", error);
    closedir(folder);
    for (int u = 0; ok && u < p->utterances.count; u++) {
        char file[300];
        snprintf(file, sizeof file, "%.250s.npy", p->utterances.names[u]);
        ok = copy_utterance(output, model->utterances, file, true, error);
        snprintf(file, sizeof file, "%.250s.labels.npy", p->utterances.names[u]);
        ok = ok && copy_utterance(output, model->utterances, file, false, error);
    }
    return ok && copy_utterance(output, model->utterances, "phones.txt", false, error);
}

void emit_config(struct output *output, const struct program *p)
{
    const struct model_config *model = &p->config.model;
    char *buffer = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&buffer, &size);
    BUG_UNLESS(stream != NULL);
    config_write(&p->config, model->path != NULL ? "model/model.safetensors" : NULL,
                 model->utterances != NULL ? "model/utterances" : NULL, stream);
    fclose(stream);
    struct text text = {0};
    text_append_bytes(&text, buffer, size);
    output_take(output, "config.yaml", &text);
    free(buffer);
    const char *name;
    struct text value = {0};
    for (int n = 0; config_key(&p->config, n, &name, &value); n++, text_cut(&value, 0))
        if (strcmp(name, "model.path") != 0 && strcmp(name, "model.utterances") != 0)
            output_set_config(output, name, text_string(&value));
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
    output_set_command(output, command);
    output_set_config_hash(output, p->config_hash);
    emit_config(output, p);
    add_regions(output, p, "");
    return add_model(output, p, error);
}

bool emit_chip(struct output *output, const struct program *p, const struct cycles *cycles,
               const char *command, struct error *error)
{
    output_set_command(output, command);
    output_set_config_hash(output, p->config_hash);
    emit_config(output, p);
    add_images(output, p);
    return rtl_add(output, p, cycles, command, error) &&
           bench_add(output, p, error) && driver_add(output, p, error) &&
           add_model(output, p, error) &&
           chip_readme_add(output, p, cycles, command, error);
}
