/* SPDX-License-Identifier: Apache-2.0
 * progress.h - long work tells how far it is; whoever has a terminal may show it. */
#ifndef ESE_PROGRESS_H
#define ESE_PROGRESS_H

#include <stdint.h>

/* Shows that of `what`, "calibration", so much is done.  Called often: must be fast. */
typedef void progress_show(const char *what, int64_t done, int64_t all);

/* NULL, as in the beginning: nobody looks. */
void progress_set(progress_show *show);

void progress(const char *what, int64_t done, int64_t all);

#endif
