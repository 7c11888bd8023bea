/* SPDX-License-Identifier: Apache-2.0
 * output.c - collects the files of a run and describes them in the manifest. */
#include "gen/folder/output.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/folder/install.h"
#include "gen/folder/manifest.h"
#include "models/base/version.h"

struct output {
    struct output_file *files;
    int count, capacity;
    char *command;
    json_t *config;
    uint32_t config_hash;
    bool force;
    bool not_utf8; /* something that JSON cannot hold */
};

struct output *output_new(void)
{
    struct output *output = allocate(1, sizeof *output);
    output->command = duplicate("");
    output->config = json_object();
    return output;
}

void output_free(struct output *output)
{
    if (output == NULL)
        return;
    for (int i = 0; i < output->count; i++) {
        free(output->files[i].path);
        text_free(&output->files[i].text);
    }
    free(output->files);
    free(output->command);
    json_decref(output->config);
    free(output);
}

/* Files are kept in order of path, so that nothing depends on the order of the calls. */
void output_take(struct output *output, const char *path, struct text *text)
{
    BUG_UNLESS(path_is_plain(path) && strcmp(path, MANIFEST_NAME) != 0);
    if (output->count + 1 >= output->capacity) { /* room for the manifest, too */
        output->capacity = output->capacity * 2 + 16;
        struct output_file *files = allocate((size_t)output->capacity, sizeof *files);
        for (int i = 0; i < output->count; i++)
            files[i] = output->files[i];
        free(output->files);
        output->files = files;
    }
    int at = output->count++;
    for (; at > 0 && strcmp(output->files[at - 1].path, path) > 0; at--)
        output->files[at] = output->files[at - 1];
    BUG_UNLESS(at == 0 || strcmp(output->files[at - 1].path, path) != 0);
    output->files[at] = (struct output_file){.path = duplicate(path), .text = *text};
    *text = (struct text){0};
}

void output_add(struct output *output, const char *path, const struct text *text)
{
    struct text copy = {0};
    text_append_bytes(&copy, text_string(text), text->length);
    output_take(output, path, &copy);
}

void output_change(struct output *output, output_change_fn *change, void *with)
{
    struct output_file *files = output->files;
    int count = output->count;
    output->files = NULL;
    output->count = output->capacity = 0;
    for (int i = 0; i < count; i++) {
        struct text path = {0};
        text_append(&path, files[i].path);
        change(&path, &files[i].text, with);
        output_take(output, text_string(&path), &files[i].text);
        text_free(&path);
        free(files[i].path);
    }
    free(files);
}

void output_set_command(struct output *output, const char *command)
{
    free(output->command);
    output->command = duplicate(command);
}

void output_set_config(struct output *output, const char *key, const char *value)
{
    if (json_object_set_new(output->config, key, json_string(value)) != 0)
        output->not_utf8 = true;
}

void output_set_config_hash(struct output *output, uint32_t hash)
{
    output->config_hash = hash;
}

void output_set_force(struct output *output, bool force)
{
    output->force = force;
}

static bool make_manifest(const struct output *output, struct text *text, struct error *error)
{
    json_t *files = json_array();
    for (int i = 0; i < output->count; i++) {
        const struct output_file *file = &output->files[i];
        char sha256[SHA256_DIGITS + 1];
        sha256_of(&file->text, sha256);
        json_array_append_new(files, json_pack("{s:s, s:I, s:s}", "path", file->path, "bytes",
                                               (json_int_t)file->text.length, "sha256", sha256));
    }
    char hash[9];
    snprintf(hash, sizeof hash, "%08x", (unsigned)output->config_hash);
    json_t *root = json_pack("{s:s, s:s, s:s, s:O, s:s, s:o}", "generator", MANIFEST_GENERATOR,
                             "version", ESE_VERSION, "command", output->command, "config",
                             output->config, "config_hash", hash, "files", files);
    char *dump = root != NULL ? json_dumps(root, JSON_SORT_KEYS | JSON_INDENT(2)) : NULL;
    json_decref(root);
    if (dump == NULL || output->not_utf8) {
        free(dump);
        return fail(error, "the command line or the configuration is not UTF-8");
    }
    text_appendf(text, "%s\n", dump);
    free(dump);
    return true;
}

bool output_write(struct output *output, const char *dir, struct error *error)
{
    if (output->count == 0)
        return fail(error, "there is nothing to write to '%s'", dir);
    char name[] = MANIFEST_NAME;
    struct output_file *manifest = &output->files[output->count];
    *manifest = (struct output_file){.path = name};
    bool written = make_manifest(output, &manifest->text, error) &&
                   install_files(output->files, output->count + 1, dir, output->force,
                                 error);
    text_free(&manifest->text);
    return written;
}
