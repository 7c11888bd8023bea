/* SPDX-License-Identifier: Apache-2.0
 * output.h - the files of one `gen` run, written all or not at all.
 *
 * They are collected in memory and then written together with manifest.json, which lists them. */
#ifndef ESE_OUTPUT_H
#define ESE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/error.h"
#include "models/base/text.h"

struct output;

struct output *output_new(void);
void output_free(struct output *output);

/* Adds a file.  `path` is relative to the output folder, parts divided by '/', none of them "."
 * or ".."; each path once.  output_add() copies the text; output_take() takes its memory over and
 * leaves it empty. */
void output_add(struct output *output, const char *path, const struct text *text);
void output_take(struct output *output, const char *path, struct text *text);

/* Gives each file that was added so far to `change`, which may give it another path or other contents. */
typedef void output_change_fn(struct text *path, struct text *contents, void *with);
void output_change(struct output *output, output_change_fn *change, void *with);

/* For the manifest: the command line that was given, each key of the configuration, and
 * program.config_hash.  Keep paths of this machine out of them: the same inputs are to give the
 * same bytes everywhere. */
void output_set_command(struct output *output, const char *command);
void output_set_config(struct output *output, const char *key, const char *value);
void output_set_config_hash(struct output *output, uint32_t hash);

/* Lets output_write() overwrite files that somebody has changed. */
void output_set_force(struct output *output, bool force);

/* Makes `dir` (and the folders that it lies in) consist of the files of this output.
 *
 * A `dir` that exists must be empty or hold a manifest.json of ese.  Files in it that are not as
 * ese left them, and would be replaced or removed, are a failure, unless it is forced.  Of the
 * files, those that an earlier run wrote are replaced, or removed; one whose bytes stay the same
 * keeps its time, so that make rebuilds nothing; all others, say a simulator's build folder, stay.
 *
 * The new files are written to DIR.tmp-XXXXXX, which then takes the place of `dir` in one step.
 * On failure `dir` is as it was and nothing is left behind.  (Where the system cannot swap
 * folders, as with a mount point, complete files are moved one by one instead.) */
bool output_write(struct output *output, const char *dir, struct error *error);

/* Compares `dir` with its manifest.json.  Appends one line per difference, "missing PATH",
 * "changed PATH" or "extra PATH", the last for files that stand in rtl, mem or sim beside files
 * of ese.  Fails when the manifest cannot be read; differences are no failure. */
bool output_check(const char *dir, struct text *changed, struct error *error);

#endif
