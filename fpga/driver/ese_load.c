/* SPDX-License-Identifier: Apache-2.0
 * ese_load.c - a model image into the chip, which checks its contents. */
#include "ese_internal.h"
#include "ese_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- loading ------------------------------------------------------------------------------------------------ */

static int copy_in(struct ese_chip *chip, struct ese_block *block, enum ese_port port,
                   const void *bytes, size_t count)
{
    ese_release(chip, block);
    int result = ese_reserve(chip, port, count, block);
    if (result == ESE_OK && chip->bus->write(chip->bus, port, block->address, bytes, count) != 0)
        result = ese_fail_bus(chip);
    return result;
}

static int order_load(struct ese_chip *chip)
{
    int result = ese_set_address(chip, ESE_WEIGHTS_ADDRESS, chip->weights_block.address);
    if (result == ESE_OK)
        result = ese_set_address(chip, ESE_MODEL_ADDRESS, chip->model_block.address);
    const uint32_t writes[][2] = {{ESE_WATCHDOG, chip->watchdog},
                                  {ESE_IRQ_STATUS, UINT32_MAX},
                                  {ESE_IRQ_ENABLE, ESE_EVENTS},
                                  {ESE_CONTROL, ESE_CONTROL_LOAD}};
    for (size_t i = 0; i < sizeof writes / sizeof *writes && result == ESE_OK; i++)
        result = ese_set(chip, writes[i][0], writes[i][1]);
    return result;
}

static int await_load(struct ese_chip *chip)
{
    int64_t deadline = ese_deadline(chip);
    int result = ESE_OK;
    while (result == ESE_OK) {
        uint32_t status = 0;
        result = ese_set(chip, ESE_IRQ_STATUS, ESE_EVENTS);
        if (result == ESE_OK)
            result = ese_get(chip, ESE_STATUS, &status);
        if (result != ESE_OK)
            break;
        if (status & ESE_STATUS_ERROR)
            return ese_fail_chip(chip, "loading the model");
        if (status & ESE_STATUS_LOADED && !(status & ESE_STATUS_LOADING))
            break;
        result = ese_nap(chip, deadline, "has not loaded the model");
    }
    return result;
}

static int bring_in(struct ese_chip *chip, const void *model, size_t model_bytes, const void *weights,
                    size_t weights_bytes)
{
    enum ese_port port =
        chip->features & ESE_FEATURES_TWO_PORTS ? ESE_PORT_WEIGHTS : ESE_PORT_DATA;
    int result = copy_in(chip, &chip->weights_block, port, weights, weights_bytes);
    if (result == ESE_OK)
        result = copy_in(chip, &chip->model_block, ESE_PORT_DATA, model, model_bytes);
    if (result == ESE_OK)
        result = order_load(chip);
    if (result == ESE_OK)
        result = await_load(chip);
    uint32_t hash = 0;
    if (result == ESE_OK)
        result = ese_get(chip, ESE_MODEL_HASH, &hash);
    if (result == ESE_OK && hash != chip->model.hash)
        result = ese_fail(chip, ESE_FAIL_MODEL, "the chip says that it has model %08x, not %08x",
                          (unsigned)hash, (unsigned)chip->model.hash);
    return result;
}

int ese_load(struct ese_chip *chip, const void *model, size_t model_bytes, const void *weights,
             size_t weights_bytes)
{
    if (chip->running)
        return ese_fail(chip, ESE_FAIL_ARGUMENT, "the chip runs: stop it before another model comes");
    ese_forget(chip);
    int result = ese_read_image(chip, model, model_bytes, weights_bytes);
    if (result == ESE_OK) {
        result = bring_in(chip, model, model_bytes, weights, weights_bytes);
        if (result != ESE_OK) {
            char reason[ESE_MESSAGE]; /* that matters more than how the stop went */
            memcpy(reason, chip->message, sizeof reason);
            ese_stop(chip);
            memcpy(chip->message, reason, sizeof reason);
        }
    }
    chip->loaded = result == ESE_OK;
    if (result != ESE_OK)
        ese_forget(chip);
    return result;
}

/* ---- files ---------------------------------------------------------------------------------------------------- */

static int read_file(struct ese_chip *chip, const char *folder, const char *name,
                     unsigned char **bytes, size_t *count)
{
    char path[1024];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
        return ese_fail(chip, ESE_FAIL_FILE, "%.200s: path too long", folder);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return ese_fail(chip, ESE_FAIL_FILE, "cannot read %.250s: %s", path, strerror(errno));
    size_t room = 1 << 16;
    *count = 0;
    *bytes = NULL;
    for (;;) {
        unsigned char *more = realloc(*bytes, room);
        if (more == NULL)
            break;
        *bytes = more;
        *count += fread(more + *count, 1, room - *count, file);
        if (*count < room)
            break;
        room *= 2;
    }
    bool good = *bytes != NULL && *count < room && !ferror(file);
    fclose(file);
    return good ? ESE_OK : ese_fail(chip, ESE_FAIL_FILE, "cannot read %.250s", path);
}

int ese_load_folder(struct ese_chip *chip, const char *folder)
{
    unsigned char *model = NULL, *weights = NULL;
    size_t model_bytes = 0, weights_bytes = 0;
    int result = read_file(chip, folder, "model.bin", &model, &model_bytes);
    if (result == ESE_OK)
        result = read_file(chip, folder, "weights.bin", &weights, &weights_bytes);
    if (result == ESE_OK)
        result = ese_load(chip, model, model_bytes, weights, weights_bytes);
    free(model);
    free(weights);
    return result;
}

int ese_read_part(struct ese_chip *chip, const char *folder, uint32_t number, unsigned char *files[2],
                  struct ese_path_image *image)
{
    char own[1024];
    if ((size_t)snprintf(own, sizeof own, "%s/part%u", folder, (unsigned)number) >= sizeof own)
        return ese_fail(chip, ESE_FAIL_FILE, "%.200s: path too long", folder);
    int result = read_file(chip, own, "model.bin", &files[0], &image->model_bytes);
    if (result == ESE_OK)
        result = read_file(chip, own, "weights.bin", &files[1], &image->weights_bytes);
    image->model = files[0];
    image->weights = files[1];
    return result;
}
