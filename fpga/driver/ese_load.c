/* SPDX-License-Identifier: Apache-2.0
 * ese_load.c - a model image: the header is looked at here, the contents are checked by the chip. */
#include "ese_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t ese_crc32(uint32_t crc, const void *data, size_t bytes)
{
    const unsigned char *at = data;
    crc = ~crc;
    for (size_t i = 0; i < bytes; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

/* ---- the header ------------------------------------------------------------------------------------------- */

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/* Bytes of model.bin: its sections come one after the other, each from a multiple of 4 KiB on. */
static uint64_t image_bytes(const struct ese_chip *chip, const uint32_t *words)
{
    uint64_t end = ESE_PAGE;
    end += (uint64_t)words[ESE_IMAGE_PROGRAM_WORDS] * chip->bus_bytes;
    end = round_up(end, ESE_PAGE) + (uint64_t)words[ESE_IMAGE_COLUMN_WORDS] * chip->bus_bytes;
    return round_up(end, ESE_PAGE) + (uint64_t)words[ESE_IMAGE_CONSTANT_WORDS] * chip->bus_bytes;
}

static bool power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* Do the layouts hold what they must? */
static bool layouts_fit(const struct ese_chip *chip, const struct ese_model *m)
{
    uint64_t x = (uint64_t)m->x_size * m->xy_word_bytes, y = (uint64_t)m->y_size * m->xy_word_bytes;
    return m->activation_bits >= 1 && m->activation_bits <= 8 * m->element_bytes &&
           m->element_bytes >= 1 && m->element_bytes <= 4 && power_of_two(m->xy_word_bytes) &&
           m->xy_word_bytes >= chip->channels * m->element_bytes && m->x_frame_bytes >= x &&
           m->y_frame_bytes >= y && m->x_frame_bytes % chip->bus_bytes == 0 &&
           m->y_frame_bytes % chip->bus_bytes == 0 && power_of_two(m->state_word_bytes) &&
           m->state_slot_bytes >= 1 &&
           m->state_word_bytes >= (uint64_t)chip->channels * m->state_slot_bytes &&
           m->state_bytes >= m->state_word_bytes;
}

static int take_header(struct ese_chip *chip, const unsigned char *image, size_t bytes,
                       uint32_t *words, struct ese_model *m)
{
    if (bytes < ESE_HEADER_BYTES)
        return ese_fail(chip, ESE_FAIL_MODEL, "model.bin has %zu bytes: no whole header", bytes);
    for (int w = 0; w < ESE_HEADER_WORDS; w++)
        words[w] = ese_get32(image + 4 * w);
    if (words[ESE_IMAGE_MAGIC] != ESE_IDENTITY_IMAGE)
        return ese_fail(chip, ESE_FAIL_MODEL, "model.bin is not a model image: it begins with %08x",
                        (unsigned)words[ESE_IMAGE_MAGIC]);
    if (words[ESE_IMAGE_LAYOUT] != ESE_IDENTITY_LAYOUT)
        return ese_fail(chip, ESE_FAIL_MODEL, "model.bin has layout %u, this library knows %d",
                        (unsigned)words[ESE_IMAGE_LAYOUT], ESE_IDENTITY_LAYOUT);
    if (ese_crc32(0, image, 4 * ESE_IMAGE_HEADER_CRC) != words[ESE_IMAGE_HEADER_CRC])
        return ese_fail(chip, ESE_FAIL_MODEL, "the header of model.bin is damaged: wrong CRC");
    if (words[ESE_IMAGE_CHIP_HASH] != chip->chip_hash)
        return ese_fail(chip, ESE_FAIL_MODEL,
                        "model.bin was made for a chip with hash %08x, this one has %08x",
                        (unsigned)words[ESE_IMAGE_CHIP_HASH], (unsigned)chip->chip_hash);
    *m = (struct ese_model){
        .hash = words[ESE_IMAGE_MODEL_HASH],
        .x_size = words[ESE_IMAGE_X_SIZE],
        .c_size = words[ESE_IMAGE_C_SIZE],
        .y_size = words[ESE_IMAGE_Y_SIZE],
        .x_frame_bytes = words[ESE_IMAGE_X_FRAME_BYTES],
        .y_frame_bytes = words[ESE_IMAGE_Y_FRAME_BYTES],
        .xy_word_bytes = words[ESE_IMAGE_XY_WORD_BYTES],
        .element_bytes = words[ESE_IMAGE_ELEMENT_BYTES],
        .state_bytes = words[ESE_IMAGE_STATE_BYTES],
        .state_word_bytes = words[ESE_IMAGE_STATE_WORD_BYTES],
        .state_slot_bytes = words[ESE_IMAGE_STATE_SLOT_BYTES],
        .x_fraction = (int32_t)words[ESE_IMAGE_X_FRACTION],
        .y_fraction = (int32_t)words[ESE_IMAGE_Y_FRACTION],
        .activation_bits = words[ESE_IMAGE_ACTIVATION_BITS],
    };
    if (m->x_size == 0 || m->c_size == 0 || m->y_size == 0 || m->x_size > chip->x_most ||
        m->c_size > chip->c_most || m->y_size > chip->y_most)
        return ese_fail(chip, ESE_FAIL_MODEL,
                        "the model has x %u, c %u, y %u; the chip has room for %u, %u, %u",
                        (unsigned)m->x_size, (unsigned)m->c_size, (unsigned)m->y_size,
                        (unsigned)chip->x_most, (unsigned)chip->c_most, (unsigned)chip->y_most);
    if (!layouts_fit(chip, m))
        return ese_fail(chip, ESE_FAIL_MODEL, "the layouts in the header of model.bin contradict "
                        "the chip's %u channels and bus of %u bytes", (unsigned)chip->channels,
                        (unsigned)chip->bus_bytes);
    return ESE_OK;
}

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

int ese_load(struct ese_chip *chip, const void *model, size_t model_bytes, const void *weights,
             size_t weights_bytes)
{
    uint32_t words[ESE_HEADER_WORDS];
    struct ese_model taken;
    if (chip->running)
        return ese_fail(chip, ESE_FAIL_ARGUMENT, "the chip runs: stop it before another model comes");
    chip->loaded = false;
    int result = take_header(chip, model, model_bytes, words, &taken);
    if (result != ESE_OK)
        return result;
    uint64_t model_right = image_bytes(chip, words);
    uint64_t weights_right = (uint64_t)words[ESE_IMAGE_WEIGHT_WORDS] * chip->bus_bytes;
    if (model_bytes != model_right || weights_bytes != weights_right)
        return ese_fail(chip, ESE_FAIL_MODEL, "%s has %zu bytes, the header says %llu",
                        model_bytes != model_right ? "model.bin" : "weights.bin",
                        model_bytes != model_right ? model_bytes : weights_bytes,
                        (unsigned long long)(model_bytes != model_right ? model_right
                                                                       : weights_right));
    enum ese_port port =
        chip->features & ESE_FEATURES_TWO_PORTS ? ESE_PORT_WEIGHTS : ESE_PORT_DATA;
    result = copy_in(chip, &chip->weights_block, port, weights, weights_bytes);
    if (result == ESE_OK)
        result = copy_in(chip, &chip->model_block, ESE_PORT_DATA, model, model_bytes);
    if (result == ESE_OK)
        result = order_load(chip);
    if (result == ESE_OK)
        result = await_load(chip);
    uint32_t hash = 0;
    if (result == ESE_OK)
        result = ese_get(chip, ESE_MODEL_HASH, &hash);
    if (result == ESE_OK && hash != taken.hash)
        result = ese_fail(chip, ESE_FAIL_MODEL, "the chip says that it has model %08x, not %08x",
                          (unsigned)hash, (unsigned)taken.hash);
    if (result == ESE_OK) {
        chip->model = taken;
        chip->loaded = true;
    } else {
        char reason[ESE_MESSAGE]; /* that matters more than how the stop went */
        memcpy(reason, chip->message, sizeof reason);
        ese_stop(chip);
        memcpy(chip->message, reason, sizeof reason);
    }
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
