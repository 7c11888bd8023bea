/* SPDX-License-Identifier: Apache-2.0
 * licence.h - what is emitted belongs to whoever had it emitted: LICENSE-OUTPUT says so, and every
 * file. */
#ifndef ESE_LICENCE_H
#define ESE_LICENCE_H

#include "gen/folder/output.h"

#define LICENCE_OUTPUT "SPDX-License-Identifier: Apache-2.0 OR LicenseRef-ese-output"

/* The line below it, which a reader understands. */
#define LICENCE_PLAIN "Output of ese: yours, under any licence that you choose; LICENSE tells."

/* Puts those lines in the place of the sources' own line, where that has not been done.  A file that holds
 * comments and lacks the sources' line is our mistake. */
void licence_mark(struct output *output);

/* Adds LICENSE, and marks all other files, which must be there. */
bool licence_add(struct output *output, struct error *error);

/* Whether a file of this name holds comments, and so the lines. */
bool licence_is_in(const char *path);

#endif
