/* SPDX-License-Identifier: Apache-2.0
 * fake_chip.h - a chip in a few lines of C behind an ese_bus, for tests of the host library.
 *
 * Each channel has a sum s: y[e] of a frame is s + x[e % x_size] in 16 bits, then s grows by x[0] + 1.
 * Everything is done within wait(); time passes only there. */
#ifndef ESE_TESTS_FAKE_CHIP_H
#define ESE_TESTS_FAKE_CHIP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fpga/driver/ese_internal.h"
#include "fpga/driver/ese_pool.h"

enum {
    FAKE_X = 3, FAKE_C = 4, FAKE_Y = 5, FAKE_BUS = 16,
    FAKE_TABLE = 512, /* byte at which the table of vectors begins: those of one LSTM */
    FAKE_CYCLES = 100, /* clocks of a frame */
    FAKE_HASH = 0x1234, FAKE_MODEL = 0x77,
    FAKE_BASE = 1 << 16, FAKE_MEMORY = 1 << 20,
    FAKE_WEIGHTS = 3 * FAKE_BUS,
    FAKE_IMAGE = 4096 + 4096 + 4096 + FAKE_BUS /* two, one, one bus words */
};

struct fake_chip {
    struct ese_bus bus;
    uint32_t channels, features;
    uint32_t xy_word, x_frame, y_frame, state_word, state_bytes;
    struct ese_pool pools[ESE_PORTS];
    unsigned char *memory[ESE_PORTS];
    uint32_t registers[64];
    uint32_t head;
    int32_t *sums; /* [channels] */
    int64_t clock;
    int ticks;            /* clocks that a register read takes */
    int per_wait;         /* descriptors done in one wait() */
    long operations;      /* so far, without now() and release() */
    long fail_at;         /* the operation that fails, -1: none */
    uint32_t error_at;    /* the descriptor (counted from 0, since the fake began) that stops it */
    uint32_t error, done; /* with that code; descriptors done since the fake began */
    bool deaf_load, deaf_stop, deaf_run; /* never does it */
    bool lies;            /* QUEUE_HEAD is nonsense */
    char wrong[160];      /* first rule that the library broke */
    bool closed[ESE_CHANNELS_MOST];
    uint32_t most_outstanding;
    uint64_t busy_frames; /* frames times active channels */
    uint64_t frames;
};

#define FAKE_WRONG(fake, ...)                                              \
    do {                                                                   \
        if ((fake)->wrong[0] == '\0')                                      \
            snprintf((fake)->wrong, sizeof(fake)->wrong, __VA_ARGS__);     \
    } while (0)

static inline struct fake_chip *fake_of(struct ese_bus *bus)
{
    return (struct fake_chip *)(void *)bus;
}

static inline bool fake_fails(struct fake_chip *fake, const char *what)
{
    if (fake->operations++ != fake->fail_at)
        return false;
    snprintf(fake->bus.message, sizeof fake->bus.message, "planted failure of %s", what);
    return true;
}

static inline uint32_t *fake_register(struct fake_chip *fake, uint32_t offset)
{
    return &fake->registers[offset / 4];
}

static inline unsigned char *fake_memory(struct fake_chip *fake, enum ese_port port, uint64_t address,
                                         uint64_t bytes)
{
    const struct ese_pool *pool = &fake->pools[port];
    for (unsigned n = 0; n < pool->count; n++)
        if (address >= pool->blocks[n].address &&
            address + bytes <= pool->blocks[n].address + pool->blocks[n].bytes)
            return fake->memory[port] + (address - FAKE_BASE);
    FAKE_WRONG(fake, "access to %llx of port %d, not allocated", (unsigned long long)address, port);
    return fake->memory[port];
}

/* ---- frames --------------------------------------------------------------------------------------------- */

static inline uint32_t fake_word(const unsigned char *descriptor, int word)
{
    return ese_get32(descriptor + 4 * word);
}

static inline uint64_t fake_address(const unsigned char *descriptor, int word)
{
    return fake_word(descriptor, word) | (uint64_t)fake_word(descriptor, word + 1) << 32;
}

static inline bool fake_bit(const unsigned char *descriptor, int word, uint32_t channel)
{
    return fake_word(descriptor, word + (int)(channel / 32)) >> channel % 32 & 1;
}

static inline const unsigned char *fake_descriptor(struct fake_chip *fake, uint32_t number)
{
    uint64_t ring = *fake_register(fake, ESE_QUEUE_ADDRESS);
    uint64_t place = ring + 128 * (number & *fake_register(fake, ESE_QUEUE_MASK));
    return fake_memory(fake, ESE_PORT_DATA, place, 128);
}

static inline int32_t fake_x(const struct fake_chip *fake, const unsigned char *frame, uint32_t c,
                             uint32_t e)
{
    const unsigned char *at = frame + e * fake->xy_word + 2 * c;
    return (int16_t)(at[0] | at[1] << 8);
}

static inline uint64_t fake_place(const unsigned char *descriptor, int address, int stride, uint32_t frame,
                                  uint32_t bytes)
{
    const int32_t apart = (int32_t)fake_word(descriptor, stride);
    return fake_address(descriptor, address) +
           (uint64_t)((apart != 0 ? apart : (int64_t)bytes) * (int64_t)frame);
}

static inline void fake_frame(struct fake_chip *fake, const unsigned char *d, uint32_t frame)
{
    unsigned char *x = fake_memory(fake, ESE_PORT_DATA,
                                   fake_place(d, ESE_DESCRIPTOR_X_ADDRESS, ESE_DESCRIPTOR_X_STRIDE, frame,
                                              fake->x_frame),
                                   fake->x_frame);
    unsigned char *y = fake_memory(fake, ESE_PORT_DATA,
                                   fake_place(d, ESE_DESCRIPTOR_Y_ADDRESS, ESE_DESCRIPTOR_Y_STRIDE, frame,
                                              fake->y_frame),
                                   fake->y_frame);
    memset(y, 0, fake->y_frame);
    for (uint32_t c = 0; c < fake->channels; c++) {
        if (!fake_bit(d, ESE_DESCRIPTOR_ACTIVE, c) || fake->closed[c])
            continue;
        for (uint32_t e = 0; e < FAKE_Y; e++) {
            int32_t value = fake->sums[c] + fake_x(fake, x, c, e % FAKE_X);
            y[e * fake->xy_word + 2 * c] = (unsigned char)value;
            y[e * fake->xy_word + 2 * c + 1] = (unsigned char)((uint32_t)value >> 8);
        }
        fake->sums[c] += fake_x(fake, x, c, 0) + 1;
        fake->busy_frames++;
    }
    fake->frames++;
    fake->clock += FAKE_CYCLES;
}

static inline void fake_states(struct fake_chip *fake, const unsigned char *d)
{
    bool restores = false;
    for (uint32_t c = 0; c < fake->channels; c++)
        restores = restores || fake_bit(d, ESE_DESCRIPTOR_RESTORE, c);
    const unsigned char *state =
        restores ? fake_memory(fake, ESE_PORT_DATA, fake_address(d, ESE_DESCRIPTOR_RESTORE_ADDRESS),
                               fake->state_bytes)
                 : NULL;
    for (uint32_t c = 0; c < fake->channels; c++) {
        if (fake_bit(d, ESE_DESCRIPTOR_RESTORE, c))
            fake->sums[c] = (int32_t)((uint32_t)state[2 * c] | (uint32_t)state[2 * c + 1] << 8 |
                                      (uint32_t)state[fake->state_word + 2 * c] << 16 |
                                      (uint32_t)state[fake->state_word + 2 * c + 1] << 24);
        else if (fake_bit(d, ESE_DESCRIPTOR_FIRST, c))
            fake->sums[c] = 0;
    }
}

static inline void fake_save(struct fake_chip *fake, const unsigned char *d)
{
    unsigned char *state = fake_memory(
        fake, ESE_PORT_DATA, fake_address(d, ESE_DESCRIPTOR_SAVE_ADDRESS), fake->state_bytes);
    memset(state, 0xee, fake->state_bytes);
    for (uint32_t c = 0; c < fake->channels; c++)
        for (int byte = 0; byte < 4; byte++)
            state[(uint32_t)(byte / 2) * fake->state_word + 2 * c + (uint32_t)(byte % 2)] =
                (unsigned char)((uint32_t)fake->sums[c] >> 8 * byte);
}

static inline void fake_stop_by_itself(struct fake_chip *fake, uint32_t code)
{
    *fake_register(fake, ESE_ERROR) = code;
    *fake_register(fake, ESE_STATUS) =
        (*fake_register(fake, ESE_STATUS) & ESE_STATUS_LOADED) | ESE_STATUS_ERROR | ESE_STATUS_IDLE;
    *fake_register(fake, ESE_IRQ_STATUS) |= ESE_IRQ_STATUS_ERROR;
}

static inline void fake_run(struct fake_chip *fake)
{
    const unsigned char *d = fake_descriptor(fake, fake->head);
    uint32_t frames = fake_word(d, ESE_DESCRIPTOR_FRAMES);
    if (fake->error != 0 && fake->done == fake->error_at) {
        fake_stop_by_itself(fake, fake->error);
        return;
    }
    if (fake_word(d, ESE_DESCRIPTOR_MAGIC) != 0x44455345 || frames == 0 ||
        (fake_address(d, ESE_DESCRIPTOR_X_ADDRESS) | fake_address(d, ESE_DESCRIPTOR_Y_ADDRESS) |
         fake_word(d, ESE_DESCRIPTOR_X_STRIDE) | fake_word(d, ESE_DESCRIPTOR_Y_STRIDE)) % FAKE_BUS != 0) {
        FAKE_WRONG(fake, "descriptor %u is impossible", (unsigned)fake->head);
        fake_stop_by_itself(fake, ESE_ERROR_DESCRIPTOR);
        return;
    }
    fake_states(fake, d);
    for (uint32_t f = 0; f < frames; f++)
        fake_frame(fake, d, f);
    if (fake_word(d, ESE_DESCRIPTOR_FLAGS) & 1)
        fake_save(fake, d);
    fake->head++;
    fake->done++;
    *fake_register(fake, ESE_FRAMES) += frames;
    *fake_register(fake, ESE_IRQ_STATUS) |= ESE_IRQ_STATUS_DESCRIPTOR;
}

/* ---- loading ---------------------------------------------------------------------------------------------- */

static inline void fake_load(struct fake_chip *fake)
{
    enum ese_port port = fake->features & ESE_FEATURES_TWO_PORTS ? ESE_PORT_WEIGHTS : ESE_PORT_DATA;
    const unsigned char *model =
        fake_memory(fake, ESE_PORT_DATA, *fake_register(fake, ESE_MODEL_ADDRESS), FAKE_IMAGE);
    const unsigned char *weights =
        fake_memory(fake, port, *fake_register(fake, ESE_WEIGHTS_ADDRESS), FAKE_WEIGHTS);
    if (ese_crc32(0, weights, FAKE_WEIGHTS) != ese_get32(model + 4 * ESE_IMAGE_WEIGHT_CRC)) {
        fake_stop_by_itself(fake, ESE_ERROR_MODEL_CONTENTS);
        return;
    }
    *fake_register(fake, ESE_MODEL_HASH) = ese_get32(model + 4 * ESE_IMAGE_MODEL_HASH);
    *fake_register(fake, ESE_STATUS) = ESE_STATUS_LOADED | ESE_STATUS_IDLE;
    *fake_register(fake, ESE_IRQ_STATUS) |= ESE_IRQ_STATUS_LOADED;
}

/* A right image for this fake: model [FAKE_IMAGE], weights [FAKE_WEIGHTS]. */
static inline void fake_seal(unsigned char *model)
{
    ese_put32(model + 4 * ESE_IMAGE_HEADER_CRC, ese_crc32(0, model, 124));
    ese_put32(model + 4 * ESE_IMAGE_VECTORS_CRC, ese_crc32(0, model + FAKE_TABLE, 2 * 32));
    ese_put32(model + 4 * ESE_IMAGE_HOST_CRC, ese_crc32(0, model + 128, 124));
}

static inline void fake_vectors(unsigned char *model)
{
    const uint32_t vectors[2][5] = {{0, ESE_KIND_CELL, 0, FAKE_C, 3},
                                    {0, ESE_KIND_OUTPUT, FAKE_C, FAKE_Y, (uint32_t)-3}};
    for (int n = 0; n < 2; n++)
        for (int w = 0; w < 5; w++)
            ese_put32(model + FAKE_TABLE + 32 * n + 4 * w, vectors[n][w]);
}

static inline void fake_image(const struct fake_chip *fake, unsigned char *model,
                              unsigned char *weights)
{
    const uint32_t words[ESE_HEADER_WORDS] = {
        [ESE_IMAGE_MAGIC] = 0x4D455345,
        [ESE_IMAGE_LAYOUT] = 2,
        [ESE_IMAGE_CHIP_HASH] = FAKE_HASH,
        [ESE_IMAGE_MODEL_HASH] = FAKE_MODEL,
        [ESE_IMAGE_X_SIZE] = FAKE_X,
        [ESE_IMAGE_Y_SIZE] = FAKE_Y,
        [ESE_IMAGE_CELL_WORDS] = FAKE_C,
        [ESE_IMAGE_KEPT_WORDS] = FAKE_Y,
        [ESE_IMAGE_PROGRAM_WORDS] = 2,
        [ESE_IMAGE_COLUMN_WORDS] = 1,
        [ESE_IMAGE_CONSTANT_WORDS] = 1,
        [ESE_IMAGE_WEIGHT_WORDS] = 3,
        [ESE_IMAGE_X_FRAME_BYTES] = fake->x_frame,
        [ESE_IMAGE_Y_FRAME_BYTES] = fake->y_frame,
        [ESE_IMAGE_XY_WORD_BYTES] = fake->xy_word,
        [ESE_IMAGE_STATE_BYTES] = fake->state_bytes,
        [ESE_IMAGE_STATE_WORD_BYTES] = fake->state_word,
        [ESE_IMAGE_STATE_SLOT_BYTES] = 2,
        [ESE_IMAGE_ELEMENT_BYTES] = 2,
        [ESE_IMAGE_X_FRACTION] = 10,
        [ESE_IMAGE_ACTIVATION_BITS] = 15,
        [ESE_IMAGE_Y_FRACTION] = (uint32_t)-3,
        [ESE_IMAGE_VECTORS] = 2,
        [ESE_IMAGE_VECTORS_OFFSET] = FAKE_TABLE,
    };
    memset(model, 0, FAKE_IMAGE);
    for (int i = 0; i < FAKE_WEIGHTS; i++)
        weights[i] = (unsigned char)(7 * i);
    for (int w = 0; w < ESE_HEADER_WORDS; w++)
        ese_put32(model + 4 * w, words[w]);
    ese_put32(model + 4 * ESE_IMAGE_WEIGHT_CRC, ese_crc32(0, weights, FAKE_WEIGHTS));
    fake_vectors(model);
    fake_seal(model);
}

/* ---- the bus ------------------------------------------------------------------------------------------------ */

static inline int fake_read32(struct ese_bus *bus, uint32_t offset, uint32_t *value)
{
    struct fake_chip *fake = fake_of(bus);
    uint64_t cycles = (uint64_t)fake->clock;
    if (fake_fails(fake, "a register read"))
        return -1;
    *value = *fake_register(fake, offset);
    if (offset == ESE_QUEUE_HEAD)
        *value = fake->lies ? 0xffffffff : fake->head;
    if (offset == ESE_CYCLES || offset == ESE_CYCLES_HIGH)
        *value = (uint32_t)(cycles >> (offset == ESE_CYCLES ? 0 : 32));
    if (offset == ESE_MULTIPLIED)
        *value = (uint32_t)(cycles / 2);
    fake->clock += fake->ticks;
    return 0;
}

static inline void fake_control(struct fake_chip *fake, uint32_t value)
{
    uint32_t *status = fake_register(fake, ESE_STATUS);
    uint32_t busy = ESE_STATUS_RUNNING | ESE_STATUS_STOPPING | ESE_STATUS_LOADING;
    if (value != ESE_CONTROL_STOP && *status & busy)
        FAKE_WRONG(fake, "CONTROL %u while STATUS is %x", (unsigned)value, (unsigned)*status);
    if (value == ESE_CONTROL_STOP) {
        *status = (*status & (ESE_STATUS_LOADED | ESE_STATUS_ERROR)) |
                  (fake->deaf_stop ? ESE_STATUS_STOPPING : ESE_STATUS_IDLE);
        return;
    }
    *fake_register(fake, ESE_ERROR) = 0;
    if (value == ESE_CONTROL_LOAD) {
        *status = ESE_STATUS_LOADING;
    } else if (!(*status & ESE_STATUS_LOADED)) {
        fake_stop_by_itself(fake, ESE_ERROR_NOT_LOADED);
    } else {
        *status = ESE_STATUS_RUNNING | ESE_STATUS_LOADED;
        fake->head = 0;
        *fake_register(fake, ESE_QUEUE_TAIL) = 0;
        *fake_register(fake, ESE_FRAMES) = 0;
        memset(fake->closed, 0, sizeof fake->closed);
    }
}

static inline int fake_write32(struct ese_bus *bus, uint32_t offset, uint32_t value)
{
    struct fake_chip *fake = fake_of(bus);
    if (fake_fails(fake, "a register write"))
        return -1;
    if (offset == ESE_CONTROL) {
        fake_control(fake, value);
    } else if (offset == ESE_IRQ_STATUS) {
        *fake_register(fake, offset) &= ~value;
    } else if (offset == ESE_SLOT) {
        if (value >> 31)
            fake->closed[value & 0xffff] = value >> 16 & 1;
    } else {
        *fake_register(fake, offset) = value;
    }
    uint32_t outstanding = value - fake->head;
    if (offset == ESE_QUEUE_TAIL && *fake_register(fake, ESE_STATUS) & ESE_STATUS_RUNNING) {
        if (outstanding > *fake_register(fake, ESE_QUEUE_MASK) + 1)
            FAKE_WRONG(fake, "%u descriptors outstanding", (unsigned)outstanding);
        if (outstanding > fake->most_outstanding)
            fake->most_outstanding = outstanding;
    }
    return 0;
}

static inline int fake_allocate(struct ese_bus *bus, enum ese_port port, uint64_t bytes,
                                uint64_t *address)
{
    struct fake_chip *fake = fake_of(bus);
    if (fake_fails(fake, "an allocation"))
        return -1;
    if (bytes % FAKE_BUS != 0)
        FAKE_WRONG(fake, "allocation of %llu bytes", (unsigned long long)bytes);
    if (ese_pool_take(&fake->pools[port], bytes, address) != 0) {
        snprintf(bus->message, sizeof bus->message, "no room");
        return -1;
    }
    return 0;
}

static inline void fake_release(struct ese_bus *bus, enum ese_port port, uint64_t address)
{
    ese_pool_give(&fake_of(bus)->pools[port], address);
}

static inline int fake_read(struct ese_bus *bus, enum ese_port port, uint64_t address, void *into,
                            size_t bytes)
{
    struct fake_chip *fake = fake_of(bus);
    if (fake_fails(fake, "a memory read"))
        return -1;
    memcpy(into, fake_memory(fake, port, address, bytes), bytes);
    return 0;
}

/* Nothing that an outstanding descriptor reads may be written. */
static inline void fake_guard(struct fake_chip *fake, uint64_t address)
{
    if (!(*fake_register(fake, ESE_STATUS) & ESE_STATUS_RUNNING))
        return;
    for (uint32_t n = fake->head; n != *fake_register(fake, ESE_QUEUE_TAIL); n++) {
        const unsigned char *d = fake_descriptor(fake, n);
        uint64_t x = fake_address(d, ESE_DESCRIPTOR_X_ADDRESS);
        bool own = fake_memory(fake, ESE_PORT_DATA, address, 1) == d;
        if (own || address == x || address == fake_address(d, ESE_DESCRIPTOR_RESTORE_ADDRESS))
            FAKE_WRONG(fake, "what descriptor %u reads is overwritten", (unsigned)n);
    }
}

static inline int fake_write(struct ese_bus *bus, enum ese_port port, uint64_t address,
                             const void *from, size_t bytes)
{
    struct fake_chip *fake = fake_of(bus);
    if (fake_fails(fake, "a memory write"))
        return -1;
    if (port == ESE_PORT_DATA)
        fake_guard(fake, address);
    memcpy(fake_memory(fake, port, address, bytes), from, bytes);
    return 0;
}

static inline bool fake_interrupt(struct fake_chip *fake)
{
    return (*fake_register(fake, ESE_IRQ_STATUS) & *fake_register(fake, ESE_IRQ_ENABLE)) != 0;
}

static inline int fake_wait(struct ese_bus *bus, uint32_t microseconds)
{
    struct fake_chip *fake = fake_of(bus);
    uint32_t *status = fake_register(fake, ESE_STATUS);
    if (fake_fails(fake, "a wait"))
        return -1;
    if (fake_interrupt(fake))
        return 1;
    if (*status & ESE_STATUS_LOADING && !fake->deaf_load)
        fake_load(fake);
    for (int n = 0; n < fake->per_wait && !fake->deaf_run; n++)
        if (*status & ESE_STATUS_RUNNING && fake->head != *fake_register(fake, ESE_QUEUE_TAIL))
            fake_run(fake);
    if (!fake_interrupt(fake))
        fake->clock += (int64_t)microseconds * 200;
    return fake_interrupt(fake);
}

static inline int64_t fake_now(struct ese_bus *bus)
{
    return fake_of(bus)->clock / 200;
}

static inline void fake_close(struct ese_bus *bus)
{
    struct fake_chip *fake = fake_of(bus);
    for (int port = 0; port < ESE_PORTS; port++)
        free(fake->memory[port]);
    free(fake->sums);
    free(fake);
}

static inline struct fake_chip *fake_new(uint32_t channels, uint32_t features)
{
    struct fake_chip *fake = calloc(1, sizeof *fake);
    fake->bus = (struct ese_bus){
        .read32 = fake_read32, .write32 = fake_write32, .allocate = fake_allocate,
        .release = fake_release, .read = fake_read, .write = fake_write,
        .wait = fake_wait, .now = fake_now, .close = fake_close,
    };
    fake->channels = channels;
    fake->features = features | FAKE_BUS << 16;
    fake->per_wait = 1;
    fake->fail_at = -1;
    for (fake->xy_word = 1; fake->xy_word < 2 * channels;)
        fake->xy_word *= 2;
    fake->state_word = fake->xy_word;
    fake->x_frame = (FAKE_X * fake->xy_word + FAKE_BUS - 1) / FAKE_BUS * FAKE_BUS;
    fake->y_frame = (FAKE_Y * fake->xy_word + FAKE_BUS - 1) / FAKE_BUS * FAKE_BUS;
    fake->state_bytes =
        ((FAKE_C + FAKE_Y) * fake->state_word + FAKE_BUS - 1) / FAKE_BUS * FAKE_BUS;
    fake->sums = calloc(channels, sizeof *fake->sums);
    for (int port = 0; port < ESE_PORTS; port++) {
        fake->pools[port] =
            (struct ese_pool){.base = FAKE_BASE, .bytes = FAKE_MEMORY, .gap = ESE_PAGE};
        fake->memory[port] = malloc(FAKE_MEMORY);
        memset(fake->memory[port], 0xa5, FAKE_MEMORY);
    }
    *fake_register(fake, ESE_ID) = 0x45534531;
    *fake_register(fake, ESE_CHIP_HASH) = FAKE_HASH;
    *fake_register(fake, ESE_FEATURES) = fake->features;
    *fake_register(fake, ESE_PES_CHANNELS) = 2 | channels << 16;
    *fake_register(fake, ESE_X_SIZE) = FAKE_X + 1;
    *fake_register(fake, ESE_Y_SIZE_LANES) = (FAKE_Y + 1) | 1 << 16;
    *fake_register(fake, ESE_CELL_WORDS) = FAKE_C + 1;
    *fake_register(fake, ESE_KEPT_WORDS) = FAKE_Y + 1;
    *fake_register(fake, ESE_STATUS) = ESE_STATUS_IDLE;
    return fake;
}

/* Blocks that are still allocated. */
static inline unsigned fake_blocks(const struct fake_chip *fake)
{
    return fake->pools[0].count + fake->pools[1].count;
}

/* What an utterance gives that begins with the sum `*sum`, frame by frame; leaves the sum after it. */
static inline void fake_expect(int32_t *sum, const int32_t *x, int32_t *y, uint32_t frames)
{
    for (uint32_t f = 0; f < frames; f++, x += FAKE_X, y += FAKE_Y) {
        for (uint32_t e = 0; e < FAKE_Y; e++)
            y[e] = (int16_t)(*sum + x[e % FAKE_X]);
        *sum += x[0] + 1;
    }
}

#endif
