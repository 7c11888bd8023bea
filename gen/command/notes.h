/* SPDX-License-Identifier: Apache-2.0
 * notes.h - what commands remark on stderr beside their result. */
#ifndef ESE_NOTES_H
#define ESE_NOTES_H

#include "models/program/program.h"

/* Says which biases the model's file lacks, in one line; nothing if it has them all. */
void note_missing_biases(const struct program *program);

/* From now on long work shows how far it is, if standard error is a terminal. */
void note_progress(void);

#endif
