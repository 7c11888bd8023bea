/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/folder/chip_folder.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/config/config_file.h"
#include "gen/folder/manifest.h"
#include "gen/image/images.h"
#include "gen/image/regions.h"
#include "models/base/text.h"
#include "models/base/version.h"
#include "models/program/chip_can.h"

static char *path_in(const char *dir, const char *file)
{
    struct text path = {0};
    text_appendf(&path, "%s/%s", dir, file);
    return path.data;
}

static bool has_file(const char *dir, const char *file)
{
    char *path = path_in(dir, file);
    bool exists = access(path, F_OK) == 0;
    free(path);
    return exists;
}

static char *part_in(const char *dir, int part)
{
    char file[64];
    snprintf(file, sizeof file, "%s/" MODEL_FILE, image_part(part).text);
    return path_in(dir, file);
}

/* Of a network in parts it has an image of each. */
static bool has_model(const char *dir)
{
    char *first = part_in(dir, 0);
    const bool has = has_file(dir, MODEL_FILE) || access(first, F_OK) == 0;
    free(first);
    return has;
}

bool is_model_folder(const char *dir)
{
    return has_file(dir, MANIFEST_NAME) && has_model(dir);
}

bool is_chip_folder(const char *dir)
{
    return has_file(dir, MANIFEST_NAME) && !has_model(dir);
}

/* The hash in the folder's manifest must be that of the program. */
static bool check_hash(const char *dir, const struct program *program, struct error *error)
{
    char *path = path_in(dir, MANIFEST_NAME);
    json_error_t where;
    json_t *manifest = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    const char *hash = json_string_value(json_object_get(manifest, "config_hash"));
    const char *version = json_string_value(json_object_get(manifest, "version"));
    char expected[16];
    snprintf(expected, sizeof expected, "%08x", (unsigned)program->config_hash);
    bool ok = true;
    if (manifest == NULL)
        ok = fail(error, "%s:%d: %s", path, where.line, where.text);
    else if (hash == NULL)
        ok = fail(error, "%s: there is no \"config_hash\"", path);
    else if (version == NULL || strcmp(version, ESE_VERSION) != 0)
        ok = fail(error, "%s: ese %s made the folder, and this is " ESE_VERSION "; use that version, or make "
                  "the folder again", path, version != NULL ? version : "of another version");
    else if (strcmp(hash, expected) != 0)
        ok = fail(error,
                  "%s: config_hash is %s, but config.yaml and the model give %s: "
                  "they were changed; generate it again",
                  path, hash, expected);
    json_decref(manifest);
    free(path);
    return ok;
}

bool chip_open(struct chip_folder *chip, const char *dir, struct error *error)
{
    *chip = (struct chip_folder){.dir = dir};
    if (is_model_folder(dir))
        return fail(error, "'%s' holds a model that 'ese model' made, not a chip", dir);
    if (!is_chip_folder(dir))
        return fail(error, "'%s' is not a folder that 'ese gen' made: it has no %s", dir,
                    MANIFEST_NAME);
    char *path = path_in(dir, "config.yaml");
    bool ok = config_load(&chip->config, path, NULL, 0, error);
    free(path);
    if (!ok)
        return false;
    if (program_build(&chip->program, &chip->config, error) &&
        chip_can(&chip->program.network, &chip->config, error) && check_hash(dir, &chip->program, error))
        return true;
    chip_close(chip);
    return false;
}

void chip_close(struct chip_folder *chip)
{
    program_free(&chip->program);
    config_free(&chip->config);
}

bool chip_is_one(const struct chip_folder *chip, const char *what, const char *instead, struct error *error)
{
    const int parts = chip->program.part_count;
    return parts == 0 || fail(error, "%s is of one program, and '%s' has %d, one of each part of its network: %s",
                              what, chip->dir, parts, instead);
}

bool chip_has_part(const struct program *program, int part, struct error *error)
{
    if (program->part_count == 0)
        return fail(error, "--part: the network has no layers that go backward: it is not in parts");
    return part < program->part_count ||
           fail(error, "--part: there is no part %d: the network has %d, counted from 0", part,
                program->part_count);
}

struct config chip_config(const struct program *chip)
{
    struct config config = chip->config;
    config.elem_lanes = chip->d.lanes;
    return config;
}

/* Looks into the header of a model's image, for a message that says what is wrong. */
static bool check_image(const char *path, const struct program *chip, struct error *error)
{
    struct text bytes = {0};
    bool ok = text_read_file(&bytes, path, error);
    if (ok && bytes.length < MODEL_WORDS * sizeof(uint32_t))
        ok = fail(error, "%s: ends after %zu bytes, within its header", path, bytes.length);
    if (ok) {
        uint32_t magic = region_model_word(&bytes, MODEL_WORD_MAGIC);
        uint32_t layout = region_model_word(&bytes, MODEL_WORD_LAYOUT);
        uint32_t hash = region_model_word(&bytes, MODEL_WORD_CHIP_HASH);
        if (magic != IDENTITY_IMAGE)
            ok = fail(error, "%s: is not a model image: it begins with %08x, not %08x", path,
                      (unsigned)magic, (unsigned)IDENTITY_IMAGE);
        else if (layout != IDENTITY_LAYOUT)
            ok = fail(error, "%s: has layout %u, this version of ese (" ESE_VERSION ") makes and takes "
                      "layout %d; make the model again with 'ese model'", path, (unsigned)layout,
                      (int)IDENTITY_LAYOUT);
        else if (hash != chip->chip_hash)
            ok = fail(error, "%s: was made for another chip: it names %08x, this chip is %08x", path,
                      (unsigned)hash, (unsigned)chip->chip_hash);
    }
    text_free(&bytes);
    return ok;
}

/* As many images as the chip's network has parts. */
static bool check_images(const char *dir, const struct program *chip, struct error *error)
{
    const int images = chip->part_count > 0 ? chip->part_count : 1;
    bool ok = true;
    for (int n = 0; ok && n < images; n++) {
        char *path = chip->part_count > 0 ? part_in(dir, n) : path_in(dir, MODEL_FILE);
        ok = check_image(path, chip, error);
        free(path);
    }
    return ok;
}

bool model_open(struct model_folder *model, const char *dir, const struct chip_folder *chip,
                struct error *error)
{
    *model = (struct model_folder){.dir = dir};
    if (!is_model_folder(dir))
        return fail(error, "'%s' is not a folder that 'ese model' made: it has no " MODEL_FILE, dir);
    if (!check_images(dir, &chip->program, error))
        return false;
    struct config base = chip_config(&chip->program);
    char *path = path_in(dir, "config.yaml");
    bool ok = config_load_model(&model->config, &base, path, NULL, 0, error);
    free(path);
    if (!ok)
        return false;
    if (program_build_for(&model->program, &chip->program, &model->config, error) &&
        check_hash(dir, &model->program, error))
        return true;
    model_close(model);
    return false;
}

void model_close(struct model_folder *model)
{
    program_free(&model->program);
    config_free(&model->config);
}
