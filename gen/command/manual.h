/* SPDX-License-Identifier: Apache-2.0
 * manual.h - the manual page and the completion of a shell, from the lists that --help prints. */
#ifndef ESE_MANUAL_H
#define ESE_MANUAL_H

#include "models/base/text.h"

/* ese(1), for man. */
void manual_page(struct text *text);

/* For bash: commands, options, presets, chips' folders. */
void manual_completion(struct text *text);

#endif
