/* SPDX-License-Identifier: Apache-2.0
 * notes.h - what commands remark on stderr beside their result. */
#ifndef ESE_NOTES_H
#define ESE_NOTES_H

#include "models/program/program.h"

/* What was not said in so many words, a line each: what of a framework's file was
 * taken, and what that does not tell; that its mask is of another number of PEs; which biases the model's
 * file lacks; that expected outputs are those of another model, and not used. */
void note_model(const struct program *program);

/* Files of a chip's folder that are not as `ese gen` left them, a line each. */
void note_changes(const char *dir);

/* From now on long work shows how far it is, if standard error is a terminal. */
void note_progress(void);

#endif
