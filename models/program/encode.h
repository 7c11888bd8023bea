/* SPDX-License-Identifier: Apache-2.0
 * encode.h - a row block of a matrix as column slices for the PEs (paper, sections 3 and 4).
 *
 * models/program/geometry.h says which PE has which weight.  The slice of a column for one PE lists
 * its non-zero weights from the top of the block down.  In a folded matrix a column of slices
 * stands for `fold` columns of the matrix: of each PE the one that is its own. */
#ifndef ESE_ENCODE_H
#define ESE_ENCODE_H

#include <stdint.h>

#include "models/number/quantize.h"
#include "models/program/geometry.h"

struct pace;

struct slices {
    int columns, pes, fold; /* columns: of the matrix, `fold` of them taken as one */
    uint16_t *lengths; /* [columns][pes] entries, fillers included */
    size_t *first;     /* [columns][pes] into entries */
    uint32_t *entries; /* weight << index_bits | index, weight in two's complement */
    int64_t nonzeros, fillers;
    struct pace *pace; /* in which order columns are taken; learns */
};

/* ENCODING_BLOCK: index is the row within the block.  ENCODING_RELATIVE: index counts the zeros
 * skipped since the entry before (from the top for the first); a longer gap takes filler entries of
 * weight 0 that skip 2^index_bits rows each.  A null entry is weight 0, index 0. */
void encode_block(struct slices *slices, const struct quant_matrix *matrix, int row_block,
                  const struct geometry *geometry, int fold, int weight_bits);
void slices_free(struct slices *slices);

#endif
