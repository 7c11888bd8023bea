/* SPDX-License-Identifier: Apache-2.0
 * prune.h - which weights stay (paper, section 2). */
#ifndef ESE_PRUNE_H
#define ESE_PRUNE_H

#include "models/network/network.h"
#include "models/program/geometry.h"

/* Sets the pruned weights of all matrices to 0, as `model` says.
 *
 * PRUNING_BALANCED: in each row block every PE (models/program/geometry.h) keeps the same number of
 * largest-magnitude weights, round(density * weights in the block / pes), or all that it has where
 * that is fewer.  Then the others keep more, all of them the same number: the smallest with which
 * round(density * weights in the block) are left, so that a density of 1 leaves all.
 * PRUNING_MAGNITUDE: the largest of the whole matrix.  PRUNING_NONE: leaves the network alone. */
void prune(struct network *network, const struct model_config *model,
           const struct geometry *geometry);

/* On the way there: of what prune() takes from each matrix the share `rest` stays, 0..1. */
void prune_partly(struct network *network, const struct model_config *model,
                  const struct geometry *geometry, double rest);

#endif
