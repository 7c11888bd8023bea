/* SPDX-License-Identifier: Apache-2.0
 * derive.h - the numbers of derived.def, computed here and nowhere else. */
#ifndef ESE_DERIVE_H
#define ESE_DERIVE_H

#include "models/program/program.h"

/* Fills what follows from configuration, geometry and quantized network. */
void derive_shapes(struct program *program, int lanes);

/* Fills what follows from the streams; call after schedule_columns(). */
void derive_streams(struct program *program);

/* The same for another model of a chip that is there already: its widths and capacities stay, the
 * model's sizes and counts are its own.  Nobody has checked that they fit (fit.h). */
void derive_shapes_for(struct program *program, const struct derived *chip);
/* Fills `d` of a program whose network goes both ways: a chip as large as the largest of the programs of its
 * parts, which have `lanes` lanes; what they count is there. */
void derive_path(struct program *program, const struct program *const *parts, int count, int lanes);
/* The same for another model of a chip that is there already. */
void derive_path_for(struct program *program, const struct program *const *parts, int count,
                     const struct derived *chip);

void derive_streams_for(struct program *program);

/* The same chip with another number of channels, in configuration and numbers: its streams stay. */
void derive_channels(struct program *program, int channels);

/* What `pipeline` of a configuration comes to: 0, 1 or 2. */
int derive_pipeline(const struct config *config);

/* Words of a bank of the kept store, 0: there is none. */
int derive_kept_depth(const struct derived *d);

/* Clocks from an element-wise step to the clock in which its result is written. */
int derive_written(const struct derived *d);

/* Clocks from the last column of a product's issue to the first element-wise step of the pass that
 * it closes: ActQueue, accumulator, count of the columns under way, state of the block, begin of
 * the pass. */
int derive_lag_close(const struct derived *d);

/* Clocks from an element-wise step to the issue of the first column that may use its result. */
int derive_lag_element(const struct derived *d);

/* What the streams of a program ask of the chip. */
struct stream_needs {
    int longest;      /* entries of a column of one PE */
    int most_columns; /* of a product */
    int skew;         /* entries that one PE is ahead of another */
};

struct stream_needs derive_needs(const struct program *program);

/* Entries that one PE may be ahead of another: what the weight buffers bear. */
int derive_skew(const struct derived *d);

/* Bus words of every section and frame, from the numbers of words that are in `derived`. */
void derive_bus_words(struct derived *derived);

/* What a frame takes of external memory: bus words on the ports (0: weights, 1: data), and clocks
 * of the busier one at a bus word a clock.  All 0 with memory rom. */
struct traffic {
    int64_t read[2], written, clocks;
};

struct traffic derive_traffic(const struct program *program);

/* Bits of what a stream of the model reads ahead a word, for words of so many: they, or the bus's. */
int derive_fetched_bits(const struct derived *d, int word_bits);

/* Bits of a word of each of the model's three streams. */
int weight_beat_bits(const struct derived *d);
int column_word_bits(const struct derived *d);
int constant_word_bits(const struct derived *d);

/* How the program writes that `fold` PEs share rows: the logarithm. */
int fold_code(int fold);

/* Where element `element` of x lies in the x buffer, and that of another vector in its RAM. */
int element_x_word(const struct derived *d, int element);
int element_x_lane(const struct derived *d, int element);
int element_word(const struct derived *d, int element);
int element_lane(const struct derived *d, int element);

/* Words of a vector of so many elements. */
int element_words(const struct derived *d, int size);

#endif
