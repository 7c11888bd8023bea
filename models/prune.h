/* SPDX-License-Identifier: Apache-2.0
 * prune.h - which weights stay (paper, section 2). */
#ifndef ESE_PRUNE_H
#define ESE_PRUNE_H

#include "models/network.h"

/* Sets the pruned weights of all matrices to 0.
 *
 * PRUNING_BALANCED: rows are dealt to the PEs (row r to PE r mod pes) and cut into blocks of
 * block_rows rows a PE; every PE keeps the same number of largest-magnitude weights in each block,
 * round(density * weights in the block / pes), or all that it has where that is fewer.
 * PRUNING_MAGNITUDE: the largest of the whole matrix.  PRUNING_NONE: leaves the network alone. */
void prune(struct network *network, enum pruning pruning, double density, int pes, int block_rows);

#endif
