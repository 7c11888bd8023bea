/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/chip.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/manifest.h"
#include "gen/text.h"

static char *path_in(const char *dir, const char *file)
{
    struct text path = {0};
    text_appendf(&path, "%s/%s", dir, file);
    return path.data;
}

bool is_chip_folder(const char *dir)
{
    char *path = path_in(dir, MANIFEST_NAME);
    bool exists = access(path, F_OK) == 0;
    free(path);
    return exists;
}

static bool check_hash(const struct chip_folder *chip, struct error *error)
{
    char *path = path_in(chip->dir, MANIFEST_NAME);
    json_error_t where;
    json_t *manifest = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    const char *hash = json_string_value(json_object_get(manifest, "config_hash"));
    char expected[16];
    snprintf(expected, sizeof expected, "%08x", (unsigned)chip->program.config_hash);
    bool ok = true;
    if (manifest == NULL)
        ok = fail(error, "%s:%d: %s", path, where.line, where.text);
    else if (hash == NULL)
        ok = fail(error, "%s: there is no \"config_hash\"", path);
    else if (strcmp(hash, expected) != 0)
        ok = fail(error,
                  "%s: config_hash is %s, but config.yaml and the model give %s: "
                  "they were changed, or another version of ese made the folder; generate it again",
                  path, hash, expected);
    json_decref(manifest);
    free(path);
    return ok;
}

bool chip_open(struct chip_folder *chip, const char *dir, struct error *error)
{
    *chip = (struct chip_folder){.dir = dir};
    if (!is_chip_folder(dir))
        return fail(error, "'%s' is not a folder that 'ese gen' made: it has no %s", dir,
                    MANIFEST_NAME);
    char *path = path_in(dir, "config.yaml");
    bool ok = config_load(&chip->config, path, NULL, 0, error);
    free(path);
    if (!ok)
        return false;
    if (program_build(&chip->program, &chip->config, error) && check_hash(chip, error))
        return true;
    chip_close(chip);
    return false;
}

void chip_close(struct chip_folder *chip)
{
    program_free(&chip->program);
    config_free(&chip->config);
}
