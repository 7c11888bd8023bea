/* SPDX-License-Identifier: Apache-2.0
 * ese_driver.h - one chip: who it is, its model, its queue of descriptors, its counters.
 *
 * ese_server.h sits on top of it and is what most programs want: it takes whole utterances and keeps
 * all channels busy.  This level is for those who write descriptors of their own.
 *
 * Every function that can fail returns 0, or one of enum ese_result, with a line about it in
 * chip->message.  Nothing is thread-safe: a chip belongs to one thread at a time. */
#ifndef ESE_DRIVER_H
#define ESE_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "ese_bus.h"
#include "ese_registers.h"

enum ese_result {
    ESE_OK = 0,
    ESE_FAIL_BUS = -1,      /* the way to the chip is broken */
    ESE_FAIL_TIMEOUT = -2,  /* the chip does not do what it should, in chip->timeout_us */
    ESE_FAIL_CHIP = -3,     /* the chip has stopped: chip->error says why; ese_stop(), then start anew */
    ESE_FAIL_IDENTITY = -4, /* no chip of ours there, or one that cannot do this */
    ESE_FAIL_MODEL = -5,    /* the model image is damaged, or for another chip */
    ESE_FAIL_ARGUMENT = -6, /* the caller's mistake */
    ESE_FAIL_FULL = -7,     /* no place in the ring: wait for a descriptor to be done */
    ESE_FAIL_MEMORY = -8,   /* no memory, in the host or for the chip */
    ESE_FAIL_FILE = -9      /* a file cannot be read */
};

const char *ese_result_text(int result);

/* Bits of a descriptor's FLAGS. */
enum { ESE_FLAG_SAVE = 1 };

enum {
    ESE_CHANNELS_MOST = 128, ESE_MASK_WORDS = 4, ESE_DESCRIPTOR_BYTES = 128,
    ESE_HEADER_WORDS = 64, ESE_HEADER_BYTES = 256, /* of model.bin; the chip's share: */
    ESE_CHIP_HEADER_WORDS = 32, ESE_VECTOR_WORDS = 8,
    ESE_RING_MOST = 65536
};

/* A set of channels: bit c % 32 of word c / 32. */
struct ese_mask {
    uint32_t word[ESE_MASK_WORDS];
};

static inline void ese_mask_set(struct ese_mask *mask, unsigned channel)
{
    mask->word[channel / 32] |= UINT32_C(1) << channel % 32;
}

static inline bool ese_mask_has(const struct ese_mask *mask, unsigned channel)
{
    return mask->word[channel / 32] >> channel % 32 & 1;
}

/* Of the loaded model, from its image's header. */
struct ese_model {
    uint32_t hash, x_size, y_size;         /* elements of the network's input and output */
    uint32_t cell_words, kept_words;       /* of a saved state, in this order; either may be 0 */
    uint32_t x_frame_bytes, y_frame_bytes, xy_word_bytes, element_bytes;
    uint32_t state_bytes, state_word_bytes, state_slot_bytes;
    int32_t x_fraction, y_fraction;        /* fraction bits */
    uint32_t activation_bits;              /* of an element that count */
    uint32_t initial_offset;               /* byte of model.bin of a state that utterances begin with, 0: zeros */

    /* Of a network with layers that go backward (ese_path.h); parts 0: this is the whole network. */
    uint32_t parts, part, reads, writes;   /* tapes */
    uint32_t writes_from, writes_bytes;    /* of a frame of the tape that it writes: byte at which y begins, all */
    bool backward;
};

/* A vector of the loaded model's state. */
struct ese_vector {
    uint32_t layer;    /* from 0 on */
    uint32_t kind;     /* of enum ese_vector_kind */
    uint32_t first;    /* word of a saved state in which it begins */
    uint32_t elements;
    int32_t fraction;  /* their fraction bits */
};

struct ese_block {
    enum ese_port port;
    uint64_t address, bytes; /* bytes == 0: none */
};

struct ese_chip {
    struct ese_bus *bus;
    uint32_t timeout_us; /* for loading, stopping, and for the next descriptor to be done: 1 s */
    uint32_t watchdog;   /* clocks, for register WATCHDOG; 0: never */

    /* Only to be read: */
    uint32_t version, config_hash, chip_hash, features;
    uint32_t bus_bytes, pes, channels, lanes;
    uint32_t x_most, y_most;     /* elements that a model may have */
    uint32_t cells_most, kept_most; /* words of a saved state, likewise */
    bool loaded, running;
    struct ese_model model;      /* while loaded */
    struct ese_vector *vectors;  /* [vector_count] of its state, in order; likewise */
    uint32_t vector_count;
    unsigned char *initial;      /* [ese_state_bytes()] state with which its utterances begin, NULL:
                                    zeros; likewise */
    uint32_t ring, submitted, done; /* descriptors: places, since start */
    uint32_t error;              /* of enum ese_error, with ESE_FAIL_CHIP */
    char message[ESE_MESSAGE];   /* about the last failure */

    struct ese_block weights_block, model_block, ring_block;
};

/* ---- begin and end ------------------------------------------------------------------------------ */

/* Looks who is there, and stops it if it runs: an earlier program may have died.  The bus stays the
 * caller's, but is to outlive the chip. */
int ese_open(struct ese_chip *chip, struct ese_bus *bus);

/* Stops the chip and gives its memory back. */
void ese_close(struct ese_chip *chip);

/* Loads the two files of a model image, from memory or from a folder.  Until that has succeeded the
 * chip has no model.  Not while it runs. */
int ese_load(struct ese_chip *chip, const void *model, size_t model_bytes, const void *weights,
             size_t weights_bytes);
int ese_load_folder(struct ese_chip *chip, const char *folder); /* model.bin and weights.bin */

/* Starts the chip with an empty ring of `places` descriptors, a power of two up to 65536; with 0 it is
 * a chip whose x and y are streams. */
int ese_start(struct ese_chip *chip, uint32_t places);

/* Soft reset: what is not done is lost, the model stays.  Returns when the buses are at rest.  This is
 * also the way back after an error. */
int ese_stop(struct ese_chip *chip);

/* ---- running ------------------------------------------------------------------------------------- */

/* Where an utterance begins a channel is in `first`; or, with a model that has an initial state, in
 * `restore`, and that state, chip->initial, lies at restore_address. */
struct ese_job {
    uint32_t frames;
    struct ese_mask active;  /* channels with a voice */
    struct ese_mask first;   /* of these, whose utterance begins here */
    struct ese_mask restore; /* of these, whose state is taken from restore_address */
    bool save;               /* write all states to save_address after the last frame */
    uint64_t x, y, restore_address, save_address; /* in the memory of the data port, multiples of a bus word */
    int32_t x_stride, y_stride; /* bytes from one frame to the next, likewise; below 0: backward through memory;
                                   0: frame behind frame */
};

/* Puts a descriptor into the ring and tells the chip.  It is done when chip->done has come past the
 * value that chip->submitted had before. */
int ese_submit(struct ese_chip *chip, const struct ese_job *job);

/* Updates chip->done without waiting; ESE_FAIL_CHIP if the chip has stopped itself. */
int ese_poll(struct ese_chip *chip);

/* Waits until chip->done changes.  Returns at once if nothing is outstanding. */
int ese_wait(struct ese_chip *chip);

/* Closes a channel from the next frame on that the chip begins, whatever the descriptors say, or opens
 * it again: y of a closed channel is 0. */
int ese_close_slot(struct ese_chip *chip, unsigned channel);
int ese_open_slot(struct ese_chip *chip, unsigned channel);

struct ese_counters {
    uint64_t cycles;     /* since start */
    uint64_t multiplied; /* entries, a channel: pes * cycles would be all */
    uint32_t frames;
    uint32_t input, columns, accumulator, element, queue; /* clocks without a broadcast, by cause */
    uint32_t weights;    /* clocks in which a PE waits for weights */
    uint32_t output;     /* clocks in which y waits to leave */
};
int ese_counters(struct ese_chip *chip, struct ese_counters *counters);

/* Cycles and multiplied entries since start: the two that go on to 64 bits. */
int ese_clock(struct ese_chip *chip, uint64_t *cycles, uint64_t *multiplied);

/* ---- layouts in memory ----------------------------------------------------------------------------- */

/* 4 KiB aligned memory of the data port for `bytes` bytes, and a bus word's rounding up. */
int ese_allocate(struct ese_chip *chip, uint64_t bytes, struct ese_block *block);
void ese_release(struct ese_chip *chip, struct ese_block *block);

/* A frame of x or y in the host's memory, [x_frame_bytes] or [y_frame_bytes], one channel of it. */
void ese_put_x(const struct ese_chip *chip, unsigned char *frame, unsigned channel,
               const int32_t *x);
void ese_get_y(const struct ese_chip *chip, const unsigned char *frame, unsigned channel, int32_t *y);

/* One channel of a saved state, [state_bytes] in the host's memory, to and from ese_state_bytes()
 * bytes of its own, which fit any channel of any chip with the same model. */
size_t ese_state_bytes(const struct ese_chip *chip);
void ese_put_state(const struct ese_chip *chip, unsigned char *state, unsigned channel,
                   const unsigned char *own);
void ese_get_state(const struct ese_chip *chip, const unsigned char *state, unsigned channel,
                   unsigned char *own);

/* One vector of such an own state, chip->vectors[number]: its elements, with its fraction bits; and
 * back, where an element that does not fit is saturated. */
void ese_get_vector(const struct ese_chip *chip, const unsigned char *own, uint32_t number,
                    int32_t *elements);
void ese_put_vector(const struct ese_chip *chip, unsigned char *own, uint32_t number,
                    const int32_t *elements);

/* Fixed point: value * 2^fraction, rounded, halves away from zero, and held within `bits` bits; and
 * back.  x is ese_fixed(value, model.x_fraction, model.activation_bits), y is ese_real(value,
 * model.y_fraction). */
int32_t ese_fixed(double value, int32_t fraction, unsigned bits);
double ese_real(int32_t value, int32_t fraction);

#endif
