/* SPDX-License-Identifier: Apache-2.0
 * ese_path.h - whole utterances through a network with layers that go backward.
 *
 * Such a network has a model image for each of its parts.  Utterances are put side by side on the channels and one
 * behind the other; then all frames go through the first part, from the first to the last or from the last to
 * the first, what it gives lies on a tape in memory, the image of the next part is loaded, and so on.  Backward,
 * each utterance begins at its own last frame.
 *
 * Nothing is live here: y of a frame depends on all frames.  For other networks there is ese_server.h. */
#ifndef ESE_DRIVER_PATH_H
#define ESE_DRIVER_PATH_H

#include "ese_server.h"

/* One of the images, in memory. */
struct ese_path_image {
    const void *model, *weights;
    size_t model_bytes, weights_bytes;
};

struct ese_path_options {
    uint32_t frames; /* most that lie on a tape at once, but for a longer utterance; 0: 1024.  More take more memory
                        for the chip, and have images loaded less often */
    uint32_t places; /* of the ring, a power of two; 0: 16 */
};

struct ese_path_counts {
    uint64_t frames;       /* of the chip, once for each part */
    uint64_t voice_frames; /* of utterances */
    uint64_t descriptors, loads;
    uint32_t utterances;   /* done */
};

/* What a part took: from the first descriptor done to the last one of each run, by the chip's counters. */
struct ese_path_part {
    bool backward;
    uint32_t hash; /* of its model */
    uint64_t frames, cycles, multiplied;
};

struct ese_path;

/* The chip, which has just been opened, plays these images, in any order; they are to stay.  NULL with the
 * reason in chip->message. */
struct ese_path *ese_path_open(struct ese_chip *chip, const struct ese_path_image *images, uint32_t count,
                               const struct ese_path_options *options);

/* The same, of the folders part0, part1 ... in `folder`, which a chip has in mem/. */
struct ese_path *ese_path_open_folder(struct ese_chip *chip, const char *folder,
                                      const struct ese_path_options *options);

/* The whole network: x is that of the first part, y of the last; states there are none. */
const struct ese_model *ese_path_model(const struct ese_path *path);

/* Plays all of the list, linked by `next`, and fills in their y; `restore` and `save` are NULL.  Longest first
 * they fill the channels best.  After a failure those with `received` == frames are done; the others can be
 * played anew. */
int ese_path_run(struct ese_path *path, struct ese_utterance *utterances);

void ese_path_counts(const struct ese_path *path, struct ese_path_counts *counts);

/* How many parts there are, and what each took. */
uint32_t ese_path_parts(const struct ese_path *path);
void ese_path_part(const struct ese_path *path, uint32_t number, struct ese_path_part *part);

/* Stops the chip. */
void ese_path_close(struct ese_path *path);

#endif
