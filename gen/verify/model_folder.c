/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/model_folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/image/images.h"
#include "models/base/text.h"

static bool link_file(const char *folder, const char *from, const char *name, struct error *error)
{
    struct text target = {0}, link = {0};
    char *whole = realpath(from, NULL);
    text_appendf(&target, "%s/%s", whole != NULL ? whole : from, name);
    text_appendf(&link, "%s/%s", folder, name);
    unlink(text_string(&link));
    bool ok = whole != NULL && symlink(text_string(&target), text_string(&link)) == 0;
    if (!ok)
        fail(error, "cannot link to %s/%s: %s", from, name, strerror(errno));
    free(whole);
    text_free(&target);
    text_free(&link);
    return ok;
}

/* An image of the chip's own, if it has it. */
static bool link_table(const struct program *chip, const char *folder, const char *from, int image,
                       struct error *error)
{
    char file[64];
    snprintf(file, sizeof file, "%s%s", image_mark(&chip->config).text,
             image == IMAGE_SIGMOID ? "sigmoid.mem" : "tanh.mem");
    return !image_is_on_chip(chip, image) || link_file(folder, from, file, error);
}

char *model_folder_gather(const struct chip_folder *chip, const char *model, const struct program *program,
                          const char *work, struct error *error)
{
    struct text own = {0}, folder = {0}, from = {0};
    text_appendf(&own, "%s/mem", chip->dir);
    text_append(&from, model != NULL ? model : text_string(&own));
    if (program->tapes.parts > 0)
        text_appendf(&from, "/%s", image_part(program->tapes.part).text);
    text_appendf(&folder, "%s/model", work);
    const char *to = text_string(&folder), *chips = text_string(&own);
    mkdir(to, 0777); /* what does not work shows with the links */
    const bool ok = link_table(&chip->program, to, chips, IMAGE_SIGMOID, error) &&
                    link_table(&chip->program, to, chips, IMAGE_TANH, error) &&
                    link_file(to, text_string(&from), "model.bin", error) &&
                    link_file(to, text_string(&from), "weights.bin", error);
    text_free(&from);
    text_free(&own);
    if (ok)
        return folder.data;
    text_free(&folder);
    return NULL;
}
