/* SPDX-License-Identifier: Apache-2.0
 * geometry.h - which PE owns which weight (paper, section 3, and beyond).
 *
 * Rows go round over the PEs and are cut into blocks of block_rows rows a PE.  A matrix with few rows
 * gives a column so few weights that broadcasting columns takes longer than multiplying.  Such a
 * matrix is folded: `fold` neighbouring PEs share their rows, and of these each takes every fold-th
 * column, so that one broadcast carries `fold` columns; their sums are added when the rows leave. */
#ifndef ESE_GEOMETRY_H
#define ESE_GEOMETRY_H

#include "gen/config.h"
#include "models/network.h"

enum { FOLD_MAX = 8 };

struct geometry {
    int pes, block_rows, index_bits;
    enum encoding encoding;
    int gate_fold, y_fold; /* PEs that share rows: of the gates' matrices, of Wym; 1, 2, 4 .. FOLD_MAX */
};

/* For a chip with this configuration and model, not yet pruned. */
struct geometry geometry_choose(const struct config *config, const struct network *network);

/* Sets the folds of another model for a chip that has `lanes` lanes and folds by up to `most`. */
void geometry_choose_folds(struct geometry *geometry, const struct config *config,
                           const struct network *network, int most, int lanes);

/* The larger of both folds: elements that a broadcast carries at most. */
int geometry_fold(const struct geometry *geometry);

/* Whether `lanes` lanes can empty PEs that are folded by `fold`. */
bool geometry_allows(int pes, int lanes, int fold);

/* Rows of a row block of a matrix that is folded by `fold`, and number of blocks in `rows` rows. */
int geometry_span(const struct geometry *geometry, int fold);
int geometry_blocks(const struct geometry *geometry, int fold, int rows);

/* Who has the weight at (row, col), and in which row of its block. */
int geometry_pe(const struct geometry *geometry, int fold, int row, int col);
int geometry_row(const struct geometry *geometry, int fold, int row);

#endif
