/* SPDX-License-Identifier: Apache-2.0
 * bench.h - what a chip's folder holds beside the chip: bench and harness in sim/, the host library in
 * driver/.  Both are copies, so that the folder stands alone. */
#ifndef ESE_BENCH_H
#define ESE_BENCH_H

#include "gen/folder/output.h"
#include "models/base/error.h"
#include "models/program/program.h"

/* A file of the project's sim/ (bench.def): where it lies there, and as what in the chip's sim/. */
struct bench_file {
    const char *path, *name;
};

extern const struct bench_file bench_files[]; /* [bench_file_count] */
extern const int bench_file_count;

/* Is it C of the harness, but for what binds that to one simulator?  With what binds it by DPI? */
bool bench_is_harness(const struct bench_file *file);
bool bench_is_harness_by_dpi(const struct bench_file *file);

/* Frames in a chip's vectors/ (gen/door/vectors.h), of which its README.md tells. */
enum { VECTOR_FRAMES = 4 };

/* Adds sim/: bench and harness, the chip's shape and its registers. */
bool bench_add(struct output *output, const struct program *program, struct error *error);

/* Adds driver/, if the chip has registers for it to reach. */
bool driver_add(struct output *output, const struct program *program, struct error *error);

#endif
