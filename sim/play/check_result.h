/* SPDX-License-Identifier: Apache-2.0
 * check_result.h - the words that leave the element-wise path, mon_result: each against the plan,
 * and how many there are of each pass. */
#ifndef ESE_CHECK_RESULT_H
#define ESE_CHECK_RESULT_H

#include "harness.h"

void check_result(const struct sample *sample); /* one clock that shows such a word */

/* All words of all passes were seen in the phase. */
void check_result_end(void);

/* How far they have come, for a message. */
struct result_text {
    char text[64];
} result_progress(void);

#endif
