/* SPDX-License-Identifier: Apache-2.0
 * cluster.h - a sweep in parts on several machines: a script that computes them, and their rows put
 * together. */
#ifndef ESE_SWEEP_CLUSTER_H
#define ESE_SWEEP_CLUSTER_H

#include "gen/sweep/store.h"

/* Where the parts are, each a folder of its own, from 1. */
#define PARTS_NAME "parts"

enum { PARTS_MOST = 10000 };

/* Is `text` "slurm:N" or "parallel:N", and can a script say the rest?  Before a folder is made. */
bool cluster_check(const struct sweep *sweep, const char *dir, const char *text,
                   struct error *error);

/* Writes the script that `text` asks for, "slurm:N" (an array job, `sbatch`) or "parallel:N" (GNU
 * parallel, `bash`): each of N parts is a --shard into parts/K of the folder; and tells on standard
 * output how to go on. */
bool cluster_write(const struct sweep *sweep, const struct store *store, const char *text,
                   struct error *error);

/* Adds the rows of the parts that are there, of points that the store does not have. */
bool cluster_join(struct store *store, struct error *error);

#endif
