/* SPDX-License-Identifier: Apache-2.0
 * checked.h - how many values of which vectors were compared with the golden model, for people and
 * as JSON, whoever has compared them; and the first that differs. */
#ifndef ESE_CHECKED_H
#define ESE_CHECKED_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "models/base/text.h"

struct checked {
    char *vector;      /* name in the network: "1.c" */
    bool output;       /* where y leaves the chip; false: where passes write it */
    int64_t values, different;
    int64_t at_ends;   /* of the values, so many stand at an end of their format */
};

struct checked_list {
    int count;
    struct checked *list;
};

/* Takes no name over. */
struct checked *checked_add(struct checked_list *list, const char *vector, bool output);
void checked_free(struct checked_list *list);

enum checked_count { CHECKED_VALUES, CHECKED_DIFFERENT, CHECKED_AT_ENDS };

int64_t checked_sum(const struct checked_list *list, enum checked_count count);

/* "1,280 c, 1,280 m and 640 y values": those of which there are some; of many vectors, "12,345
 * values of 9 vectors"; of none, "0 values".  A vector that is compared in two places is named
 * once, with the sum. */
void checked_text(struct text *text, const struct checked_list *list, enum checked_count count);

json_t *checked_json(const struct checked_list *list);

/* The first value, in the order in which they are computed, that is not as it must be. */
struct difference {
    char *vector, *phase; /* phase NULL: there are none; vector NULL: there is no difference */
    bool output;          /* as above */
    bool unknown;         /* it is X */
    int64_t pass, frame, channel, element, cycle; /* cycle -1: nobody knows */
    int64_t expected, got;
};

void difference_free(struct difference *difference);

/* "m of frame 0, channel 0, element 3: expected 5, got 6", as the harness says it; nothing where
 * there is none. */
void difference_text(struct text *text, const struct difference *difference);

json_t *difference_json(const struct difference *difference); /* NULL: there is none */

#endif
