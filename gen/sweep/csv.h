/* SPDX-License-Identifier: Apache-2.0
 * csv.h - lines of comma-separated values (RFC 4180), without line breaks in a value. */
#ifndef ESE_SWEEP_CSV_H
#define ESE_SWEEP_CSV_H

#include "models/base/text.h"

/* Appends a value, quoted where it must be. */
void csv_append(struct text *line, const char *value);

/* Splits a line, which ends at a '\n' or a '\0': value number n is copied to values[n], each to be
 * freed.  Returns how many there are, at most `most`; -1: more, or a quote without its other. */
int csv_split(const char *line, char **values, int most);

#endif
