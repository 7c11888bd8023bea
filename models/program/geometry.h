/* SPDX-License-Identifier: Apache-2.0
 * geometry.h - which PE owns which weight (paper, section 3, and beyond).
 *
 * Rows go round over the PEs and are cut into blocks of block_rows rows a PE.  A matrix with few
 * rows gives a column so few weights that broadcasting columns takes longer than multiplying.  Such
 * a matrix is folded: `fold` neighbouring PEs share their rows, and of these each takes every
 * fold-th column, so that one broadcast carries `fold` columns; their sums are added when the rows
 * leave. */
#ifndef ESE_GEOMETRY_H
#define ESE_GEOMETRY_H

#include "models/network/config.h"
#include "models/network/network.h"

enum { FOLD_MAX = 8 };

struct geometry {
    int pes, block_rows, index_bits;
    enum encoding encoding;
    int folds[GROUPS_MOST]; /* of each group of passes: PEs that share its rows, 1 .. FOLD_MAX */
};

/* PEs that share the rows of each group of passes of a network. */
struct folds {
    int of[GROUPS_MOST];
};

struct folds folds_all(int fold);

/* The fold of a matrix: that of its pass. */
int geometry_fold_of(const struct geometry *geometry, const struct network *network, int matrix);

/* For a chip with this configuration, and a model not yet pruned.  Its matrices are folded as asked,
 * or by the largest below that PEs and lanes allow. */
struct geometry geometry_make(const struct config *config, const struct network *network,
                              struct folds asked);

/* For another model of a chip that is there already and has `lanes` lanes.  A matrix is folded as
 * the chip's own, or further, up to the chip's largest fold, wherever its rows allow that. */
struct geometry geometry_choose_for(const struct geometry *chip, int lanes,
                                    const struct config *config, const struct network *network);

/* The largest fold: elements that a broadcast carries at most. */
int geometry_fold(const struct geometry *geometry);

/* Whether `lanes` lanes, or as many as it takes (LANES_AUTO), suit a fold: the elements of a
 * broadcast lie in one word of a vector, and a step takes whole groups of PEs. */
bool geometry_allows(int pes, int lanes, int fold);

/* The largest fold that the configuration asks for; what of it is worth its hardware
 * program_build() finds. */
int geometry_fold_asked(const struct config *config);

/* Those who share a row count as one: how many there are. */
int geometry_owners(const struct geometry *geometry, int fold);

/* Rows of a row block of a matrix that is folded by `fold`, and number of blocks in `rows` rows. */
int geometry_span(const struct geometry *geometry, int fold);
int geometry_blocks(const struct geometry *geometry, int fold, int rows);

/* Who has the weight at (row, col), and in which row of its block. */
int geometry_pe(const struct geometry *geometry, int fold, int row, int col);
int geometry_row(const struct geometry *geometry, int fold, int row);

#endif
