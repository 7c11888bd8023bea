/* SPDX-License-Identifier: Apache-2.0
 * images.h - the memory images of a chip, from its program.  Bit layouts stand here and in the
 * headers of the modules that read them.
 *
 *   weights.mem    a beat a word: PE k in bits [k*(WEIGHT_W+INDEX_W) +: WEIGHT_W+INDEX_W],
 *                  weight above index
 *   columns.mem    from bit 0: word[WORD_W], lane[LANE_W], then LEN_W bits a PE
 *   constants.mem  an element step a word: lane l at l*(PEEP_W+BIAS_W), bias below peephole
 *   products.mem, passes.mem   models/program/words.def
 *   sigmoid.mem, tanh.mem   base[ACT_W] below slope[SLOPE_W]; tables of points: the point */
#ifndef ESE_IMAGES_H
#define ESE_IMAGES_H

#include "gen/image/mem_image.h"
#include "models/program/program.h"

/* In this order.  The first five come with the model. */
enum image_name {
    IMAGE_WEIGHTS, IMAGE_COLUMNS, IMAGE_CONSTANTS, IMAGE_PRODUCTS, IMAGE_PASSES, IMAGE_SIGMOID,
    IMAGE_TANH, IMAGE_COUNT
};

struct named_image {
    const char *name; /* file name, but for image_mark() */
    struct mem_image *image;
    const char *purpose;
};

/* What the files' names in a chip's mem/ begin with: nothing, or the chip's prefix if it has one of its
 * own. */
struct image_mark {
    char text[PREFIX_MOST + 2];
};
struct image_mark image_mark(const struct config *config);

/* The folder in mem/ of the images of a part of a network: "part0". */
struct image_mark image_part(int number);

/* Whether anything of the chip reads image number `image`: a table may be one that no pass uses. */
bool image_is_read(const struct program *program, int image);

/* Whether the chip holds image number `image` itself, fixed; else it is loaded from external memory
 * (regions.h). */
bool image_is_on_chip(const struct program *program, int image);

/* Makes all images; free each with mem_image_free(). */
void images_build(const struct program *program, struct named_image images[IMAGE_COUNT]);

#endif
