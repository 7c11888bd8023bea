/* SPDX-License-Identifier: Apache-2.0
 * numbers.h - numbers as a report shows them. */
#ifndef ESE_NUMBERS_H
#define ESE_NUMBERS_H

#include <stdint.h>

/* Percent, 0 of nothing. */
double percent(int64_t part, int64_t whole);

/* A whole number with separators, "10,150"; lives as long as the expression. */
struct number {
    char text[32];
};
struct number commas(int64_t value);

#endif
