/* SPDX-License-Identifier: Apache-2.0
 * served_chip.h - a simulator of a loadable chip by the golden model, at the other end of
 * ese_pipe.h.
 *
 * A test program is its own simulator: a script in the simulator's place runs it again, as
 * `TEST serve FOLDER MANNER ... +serve=IN,OUT`, and main() hands over to served_main(). */
#ifndef ESE_TESTS_SERVED_CHIP_H
#define ESE_TESTS_SERVED_CHIP_H

#include <signal.h>

#include "fpga/driver/ese_internal.h"
#include "fpga/driver/ese_pipe.h"
#include "models/number/golden.h"
#include "tests/unit/command_testing.h"
#include "tests/unit/tap_testing.h"

enum { SERVED_BLOCKS = 64, SERVED_CHANNELS = 8 };

struct served_block {
    uint32_t port;
    uint64_t address, bytes;
    unsigned char *at;
};

struct served {
    int in, out;
    const char *manner; /* "right", or what is to be wrong */
    struct chip_folder chip;
    struct model_folder other;
    const struct program *p; /* of the model that is played */
    struct golden_state voices[SERVED_CHANNELS];
    struct served_block blocks[SERVED_BLOCKS];
    uint32_t registers[1024], head, frames;
    uint64_t clock;
    FILE *taps; /* NULL: not wanted */
};

static inline bool served_is(const struct served *s, const char *manner)
{
    return strcmp(s->manner, manner) == 0;
}

static inline void served_take(const struct served *s, void *into, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t got = read(s->in, (char *)into + done, bytes - done);
        if (got <= 0)
            _exit(2);
        done += (size_t)got;
    }
}

static inline void served_give(const struct served *s, const void *from, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t put_now = write(s->out, (const char *)from + done, bytes - done);
        if (put_now <= 0)
            _exit(2);
        done += (size_t)put_now;
    }
}

static inline unsigned char *served_memory(struct served *s, uint32_t port, uint64_t address,
                                           uint64_t bytes)
{
    for (int n = 0; n < SERVED_BLOCKS; n++) {
        const struct served_block *b = &s->blocks[n];
        if (b->at != NULL && b->port == port && address >= b->address &&
            address + bytes <= b->address + b->bytes)
            return b->at + (address - b->address);
    }
    fprintf(stderr, "nothing at %llx\n", (unsigned long long)address);
    _exit(3);
}

static inline uint32_t *served_register(struct served *s, uint32_t offset)
{
    return &s->registers[offset / 4 % 1024];
}

static inline uint64_t served_address(struct served *s, uint32_t offset)
{
    return *served_register(s, offset) | (uint64_t)*served_register(s, offset + 4) << 32;
}

static inline bool served_bit(const unsigned char *descriptor, int word, int channel)
{
    return ese_get32(descriptor + 4 * (word + channel / 32)) >> channel % 32 & 1;
}

/* A word of the header of the model that was loaded. */
static inline uint32_t served_header(struct served *s, int word)
{
    uint64_t model = served_address(s, ESE_MODEL_ADDRESS);
    return ese_get32(served_memory(s, 1, model, 128) + 4 * word);
}

/* ---- frames ---------------------------------------------------------------------------------- */

/* Element e of channel c in a frame of x or y. */
static inline unsigned char *served_element(struct served *s, unsigned char *frame, int e, int c)
{
    return frame + (uint32_t)e * served_header(s, ESE_IMAGE_XY_WORD_BYTES) +
           (uint32_t)c * served_header(s, ESE_IMAGE_ELEMENT_BYTES);
}

/* In frame 2 something may be wrong with a word of m. */
static inline void served_tap(struct served *s, const unsigned char *d)
{
    static const char *const manners[] = {[TAP_WRONG] = "wrong m", [TAP_UNKNOWN] = "X in m",
                                          [TAP_PASS] = "tap pass", [TAP_KEEP] = "tap keep",
                                          [TAP_LOST] = "tap lost"};
    struct golden_state *voices[SERVED_CHANNELS];
    struct tap_planted planted = {.word = served_is(s, "tap keep") ? 1 : 2}; /* of 1 row, of 2 */
    for (int c = 0; c < s->p->d.channels; c++)
        voices[c] = served_bit(d, ESE_DESCRIPTOR_ACTIVE, c) ? &s->voices[c] : NULL;
    for (int fault = TAP_WRONG; s->frames == 2 && fault <= TAP_LOST; fault++)
        if (served_is(s, manners[fault]))
            planted.fault = (enum tap_fault)fault;
    while (s->p->network.vectors[s->p->passes[planted.pass].writes].value != VALUE_M)
        planted.pass++;
    if (s->taps != NULL)
        tap_put_frame(s->taps, s->p, voices, planted);
}

static inline void served_frame(struct served *s, const unsigned char *d, uint32_t frame)
{
    const struct quantized *q = &s->p->quant;
    uint32_t x_bytes = served_header(s, ESE_IMAGE_X_FRAME_BYTES);
    uint32_t y_bytes = served_header(s, ESE_IMAGE_Y_FRAME_BYTES);
    unsigned char *x =
        served_memory(s, 1, ese_get32(d + 4 * ESE_DESCRIPTOR_X_ADDRESS) + frame * x_bytes, x_bytes);
    unsigned char *y =
        served_memory(s, 1, ese_get32(d + 4 * ESE_DESCRIPTOR_Y_ADDRESS) + frame * y_bytes, y_bytes);
    for (int c = 0; c < s->p->d.channels; c++) {
        int32_t in[64];
        if (!served_bit(d, ESE_DESCRIPTOR_ACTIVE, c))
            continue;
        for (int e = 0; e < q->shape.input; e++) {
            const unsigned char *at = served_element(s, x, e, c);
            in[e] = (int16_t)(at[0] | at[1] << 8);
        }
        golden_step(q, &s->voices[c], in);
        for (int e = 0; e < q->shape.output; e++) {
            unsigned char *at = served_element(s, y, e, c);
            const int32_t value = golden_y(&s->voices[c])[e];
            at[0] = (unsigned char)value;
            at[1] = (unsigned char)((uint32_t)value >> 8);
        }
        if ((served_is(s, "wrong y") || served_is(s, "wrong m")) && s->frames == 2 && c == 0)
            *served_element(s, y, q->shape.output - 1, c) ^= 1;
    }
    served_tap(s, d);
    s->frames++;
    s->clock += (uint64_t)s->p->cycles_per_frame;
}

static inline void served_descriptor(struct served *s)
{
    uint64_t ring = served_address(s, ESE_QUEUE_ADDRESS);
    uint32_t place = s->head & *served_register(s, ESE_QUEUE_MASK);
    const unsigned char *d = served_memory(s, 1, ring + 128 * place, 128);
    if (served_is(s, "error") && s->head == 1) {
        *served_register(s, ESE_ERROR) = ESE_ERROR_DATA_DECODE;
        *served_register(s, ESE_STATUS) = ESE_STATUS_LOADED | ESE_STATUS_ERROR | ESE_STATUS_IDLE;
        *served_register(s, ESE_IRQ_STATUS) |= ESE_IRQ_STATUS_ERROR;
        return;
    }
    if (served_is(s, "dies") && s->head == 3)
        _exit(0);
    if (served_is(s, "interrupts") && s->head == 3)
        kill(getppid(), SIGINT);
    for (int c = 0; c < s->p->d.channels; c++)
        if (served_bit(d, ESE_DESCRIPTOR_FIRST, c)) {
            golden_end(&s->voices[c]);
            s->voices[c] = golden_start(&s->p->quant);
        }
    for (uint32_t f = 0; f < ese_get32(d + 4 * ESE_DESCRIPTOR_FRAMES); f++)
        served_frame(s, d, f);
    s->head++;
    *served_register(s, ESE_IRQ_STATUS) |= ESE_IRQ_STATUS_DESCRIPTOR;
}

/* ---- requests -------------------------------------------------------------------------------- */

static inline uint32_t served_read(struct served *s, uint32_t offset)
{
    uint64_t multiplied = s->frames * s->p->true_nonzeros;
    switch (offset) {
    case ESE_QUEUE_HEAD: return s->head;
    case ESE_FRAMES: return s->frames + served_is(s, "wrong frames");
    case ESE_CYCLES: return (uint32_t)s->clock;
    case ESE_CYCLES_HIGH: return (uint32_t)(s->clock >> 32);
    case ESE_MULTIPLIED: return (uint32_t)multiplied;
    case ESE_MULTIPLIED_HIGH: return (uint32_t)(multiplied >> 32);
    default: return *served_register(s, offset);
    }
}

static inline void served_write(struct served *s, uint32_t offset, uint32_t value)
{
    uint32_t *status = served_register(s, ESE_STATUS);
    if (offset == ESE_IRQ_STATUS) {
        *served_register(s, offset) &= ~value;
    } else if (offset != ESE_CONTROL) {
        *served_register(s, offset) = value;
    } else if (value == ESE_CONTROL_STOP) {
        *status = (*status & (ESE_STATUS_LOADED | ESE_STATUS_ERROR)) | ESE_STATUS_IDLE;
    } else if (value == ESE_CONTROL_LOAD) {
        *served_register(s, ESE_MODEL_HASH) = served_header(s, ESE_IMAGE_MODEL_HASH);
        *status = ESE_STATUS_LOADED | ESE_STATUS_IDLE;
        *served_register(s, ESE_IRQ_STATUS) |= ESE_IRQ_STATUS_LOADED;
    } else {
        *status = ESE_STATUS_RUNNING | ESE_STATUS_LOADED;
        s->head = s->frames = 0;
        s->clock = 0;
    }
}

static inline void served_claim(struct served *s, uint32_t port, uint64_t address, uint64_t bytes)
{
    for (int n = 0; n < SERVED_BLOCKS; n++)
        if (s->blocks[n].at == NULL) {
            s->blocks[n] = (struct served_block){port, address, bytes, allocate(bytes, 1)};
            return;
        }
    _exit(4);
}

static inline void served_release(struct served *s, uint32_t port, uint64_t address)
{
    for (int n = 0; n < SERVED_BLOCKS; n++)
        if (s->blocks[n].at != NULL && s->blocks[n].port == port &&
            s->blocks[n].address == address) {
            free(s->blocks[n].at);
            s->blocks[n].at = NULL;
        }
}

static inline uint32_t served_wait(struct served *s)
{
    if (*served_register(s, ESE_STATUS) & ESE_STATUS_RUNNING &&
        s->head != *served_register(s, ESE_QUEUE_TAIL))
        served_descriptor(s);
    return (*served_register(s, ESE_IRQ_STATUS) & *served_register(s, ESE_IRQ_ENABLE)) != 0;
}

/* Numbers that the test knows again: issues as the registers have it, then 100, 101 ... */
static inline size_t served_counts(const struct served *s, unsigned char *bytes)
{
    ese_pipe_put(bytes, s->frames * s->p->true_nonzeros + served_is(s, "wrong issues"), 8);
    for (int i = 1; i < ESE_PIPE_COUNT_NUMBERS; i++)
        ese_pipe_put(bytes + 8 * i, (uint64_t)(99 + i), 8);
    return 8 * ESE_PIPE_COUNT_NUMBERS;
}

static inline void served_end_taps(struct served *s)
{
    if (s->taps != NULL && served_is(s, "tap more"))
        tap_put(s->taps, 3);
    if (s->taps != NULL)
        fflush(s->taps);
}

static inline size_t served_hello(const struct served *s, unsigned char *bytes)
{
    ese_pipe_put(bytes, (uint64_t)s->p->config.memory_ports, 4);
    ese_pipe_put(bytes + 4, (uint64_t)s->p->d.bus_bits, 4);
    ese_pipe_put(bytes + 8, 32, 4);
    return 12;
}

static inline void served_answer(const struct served *s, uint32_t status, uint32_t value,
                                 const void *bytes, size_t count)
{
    unsigned char header[ESE_PIPE_HEADER] = {0};
    ese_pipe_put(header, status, 4);
    ese_pipe_put(header + 4, value, 4);
    ese_pipe_put(header + 8, s->clock, 8);
    ese_pipe_put(header + 16, count, 8);
    served_give(s, header, sizeof header);
    served_give(s, bytes, count);
}

/* False: it was the last. */
static inline bool served_obey(struct served *s)
{
    static unsigned char bytes[ESE_PIPE_MOST];
    unsigned char header[ESE_PIPE_HEADER];
    served_take(s, header, sizeof header);
    uint32_t what = (uint32_t)ese_pipe_get(header, 4), port = (uint32_t)ese_pipe_get(header + 4, 4);
    uint64_t address = ese_pipe_get(header + 8, 8), number = ese_pipe_get(header + 16, 8);
    size_t count = (size_t)ese_pipe_get(header + 24, 8), out = 0;
    uint32_t value = 0;
    if (what == ESE_PIPE_WRITE)
        served_take(s, bytes, count);
    switch (what) {
    case ESE_PIPE_HELLO: value = ESE_PIPE_VERSION; out = served_hello(s, bytes); break;
    case ESE_PIPE_READ_REGISTER: value = served_read(s, (uint32_t)address); break;
    case ESE_PIPE_WRITE_REGISTER: served_write(s, (uint32_t)address, (uint32_t)number); break;
    case ESE_PIPE_CLAIM: served_claim(s, port, address, count); break;
    case ESE_PIPE_RELEASE: served_release(s, port, address); break;
    case ESE_PIPE_READ: memcpy(bytes, served_memory(s, port, address, count), out = count); break;
    case ESE_PIPE_WRITE: memcpy(served_memory(s, port, address, count), bytes, count); break;
    case ESE_PIPE_WAIT: value = served_wait(s); break;
    case ESE_PIPE_COUNTS: out = served_counts(s, bytes); served_end_taps(s); break;
    default: break;
    }
    if (what == ESE_PIPE_COUNTS && served_is(s, "no counts"))
        served_answer(s, ESE_PIPE_REFUSED, 0, "not today", 9);
    else
        served_answer(s, ESE_PIPE_OK, value, bytes, out);
    return what != ESE_PIPE_END;
}

/* What cannot change, of registers that are nobody's. */
static inline void served_constants(struct served *s)
{
    const struct program *p = &s->chip.program;
    uint32_t features = (uint32_t)p->d.bus_bits / 8 << 16 | ESE_FEATURES_QUEUE;
    features |= p->config.memory == MEMORY_RESIDENT ? ESE_FEATURES_RESIDENT : 0;
    features |= p->config.memory_ports == 2 ? ESE_FEATURES_TWO_PORTS : 0;
    *served_register(s, ESE_ID) = served_is(s, "nobody") ? 0 : ESE_IDENTITY_CHIP;
    *served_register(s, ESE_CHIP_HASH) = p->chip_hash;
    *served_register(s, ESE_FEATURES) = features;
    *served_register(s, ESE_PES_CHANNELS) = (uint32_t)p->d.pes | (uint32_t)p->d.channels << 16;
    *served_register(s, ESE_X_SIZE) = (uint32_t)p->d.x_size;
    *served_register(s, ESE_Y_SIZE_LANES) = (uint32_t)p->d.y_size | (uint32_t)p->d.lanes << 16;
    *served_register(s, ESE_CELL_WORDS) = (uint32_t)p->d.cell_words;
    *served_register(s, ESE_KEPT_WORDS) = (uint32_t)p->d.kept_words;
    *served_register(s, ESE_STATUS) = ESE_STATUS_IDLE;
    for (uint32_t n = 0; n < 7; n++) /* the stalls */
        *served_register(s, ESE_STALL_INPUT + 4 * n) = 301 + n;
}

/* `TEST serve FOLDER MANNER MODEL ...`; MODEL "": the chip's own. */
static inline int served_main(int count, char **words)
{
    static struct served s = {.in = -1, .out = -1};
    struct error error;
    for (int n = 5; n < count; n++) {
        sscanf(words[n], "+serve=%d,%d", &s.in, &s.out);
        if (strncmp(words[n], "+taps=", 6) == 0)
            s.taps = fopen(words[n] + 6, "wb");
    }
    s.manner = words[3];
    if (s.in < 0 || !chip_open(&s.chip, words[2], &error) ||
        (words[4][0] != '\0' && !model_open(&s.other, words[4], &s.chip, &error)))
        _exit(5);
    s.p = words[4][0] != '\0' ? &s.other.program : &s.chip.program;
    for (int c = 0; c < s.p->d.channels; c++)
        s.voices[c] = golden_start(&s.p->quant);
    served_constants(&s);
    if (s.taps != NULL)
        tap_begin(s.taps, s.p);
    while (served_obey(&s))
        continue;
    _exit(0); /* what it holds is not given back one by one */
}

#endif
