/* SPDX-License-Identifier: Apache-2.0
 * tap_file.h - what leaves the element-wise path, as it comes, into a file (STIMULUS_TAP...), of a
 * simulation that is served: it has no plan to compare it with. */
#ifndef ESE_TAP_FILE_H
#define ESE_TAP_FILE_H

#include "harness.h"

/* path NULL or "": nobody asks, and the others do nothing.  False: cannot be written. */
bool tap_open(const char *path, const struct harness_options *options);

void tap_word(const struct sample *sample); /* one clock that shows a word */

/* All of it so far is in the file.  False: it is not. */
bool tap_flush(void);

#endif
