/* SPDX-License-Identifier: Apache-2.0
 * json_file.h - where --json goes, and other files that a command is told to write. */
#ifndef ESE_JSON_FILE_H
#define ESE_JSON_FILE_H

#include <jansson.h>

#include "models/base/error.h"

/* Text that is not ours, as a path or what a tool says: where it is no UTF-8, which JSON must be, its bytes
 * beyond ASCII become '?'.  NULL: NULL. */
json_t *json_text(const char *text);

/* Significant digits of a real number in all JSON that is written. */
enum { JSON_REAL_DIGITS = 9 };

/* Writes the value, which it takes over, to a file (aside, then renamed), or for "-" to standard
 * output. */
bool json_write(json_t *value, const char *path, struct error *error);

/* Can the file be written?  To be asked before the work that it is for; leaves nothing behind.
 * `path` NULL or "-": yes.  `option` is for the message. */
bool output_file_check(const char *option, const char *path, struct error *error);

/* Likewise whether a folder can be made, or files in it where it is there; NULL: yes. */
bool output_folder_check(const char *folder, struct error *error);

/* Are both one file, whatever its names are, or would they be if they were there? */
bool output_file_is(const char *output, const char *other);

/* Likewise; a file below `folder`, which the work is yet to make, can be written when that is
 * there.  `folder` NULL: there is none. */
bool output_file_check_in(const char *option, const char *path, const char *folder,
                          struct error *error);

#endif
