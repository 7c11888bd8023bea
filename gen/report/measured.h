/* SPDX-License-Identifier: Apache-2.0
 * measured.h - what Vivado found of a chip, as its vivado/ooc.tcl wrote it, beside the estimate. */
#ifndef ESE_MEASURED_H
#define ESE_MEASURED_H

#include <jansson.h>

#include "gen/report/facts.h"

enum { MEASURED_WORD_MOST = 79 };

enum measured_word {
#define MEASURED_WORD(name, needed) MEASURED_word_##name,
#include "gen/report/measured.def"
    MEASURED_WORDS
};

enum measured_number {
#define MEASURED_NUMBER(name, label, unit) MEASURED_number_##name,
#include "gen/report/measured.def"
    MEASURED_NUMBERS
};

struct measured {
    char words[MEASURED_WORDS][MEASURED_WORD_MOST + 1];
    double numbers[MEASURED_NUMBERS];   /* NAN: not in the file */
    double used[RESOURCE_KINDS];        /* NAN: not in the file */
    double available[RESOURCE_KINDS];   /* NAN: unknown */
};

/* Reads a file; fails with one line that says where and what is wrong.  `facts`: of the chip that
 * it must be about. */
bool measured_read(struct measured *measured, const char *path, const struct facts *facts,
                   struct error *error);

/* MHz that the setup slack leaves; NAN if it is not known, or nothing limits it. */
double measured_mhz(const struct measured *measured);

/* The section of the report, and the same as JSON: "measured". */
void measured_text(struct text *text, const struct measured *measured, const struct facts *facts);
json_t *measured_json(const struct measured *measured, const struct facts *facts);

#endif
