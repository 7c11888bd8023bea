/* SPDX-License-Identifier: Apache-2.0
 * stock.h - what programs were built from, kept for the ones to come.
 *
 * A program is built in stages.  Each depends on one before and on some keys of the configuration
 * (stock.c lists them); where an earlier program had the same, its result is taken.  Of every stage
 * the last few results are kept, whatever the number of programs. */
#ifndef ESE_STOCK_H
#define ESE_STOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "models/program/program.h"
#include "models/program/schedule.h"

enum stage {
    STAGE_NETWORK,    /* network, utterances, expected: read or drawn */
    STAGE_PRUNED,     /* network, given: for a geometry */
    STAGE_CALIBRATED, /* what the float network does */
    STAGE_NUMBERS,    /* quant, and its slices */
    STAGE_SCHEDULE,   /* products, passes, columns, cycles: for all numbers with such slices */
    STAGE_STREAMS,    /* entries; it depends on the numbers themselves again */
    STAGE_COUNT
};

/* A result of a stage. */
struct kept {
    struct program part;           /* the fields of its stage, the others 0 */
    struct calibrator *calibrator; /* STAGE_CALIBRATED */
    struct encoded encoded;        /* STAGE_NUMBERS */
    struct quality *quality;       /* STAGE_NUMBERS: once somebody has measured it, else NULL */
    uint64_t serial;               /* tells it from all others, also of the past; never 0 */
    uint64_t alike;                /* STAGE_NUMBERS: the serial of the first with such slices */
    int users;                     /* programs that are being built of it: it stays until 0 again */
};

struct stock *stock_new(void);
void stock_free(struct stock *stock);

/* What was kept for p->config, p->geometry and the result `before` of the stage before, or of
 * STAGE_NUMBERS for those behind that (NULL: the first), or NULL. */
struct kept *stock_find(struct stock *stock, enum stage stage, const struct program *p,
                        const struct kept *before);

/* Makes room for it, where nobody builds of what is there, and keeps nothing yet: `part` and the
 * rest are the caller's to fill. */
struct kept *stock_keep(struct stock *stock, enum stage stage, const struct program *p,
                        const struct kept *before);

/* Of a result of STAGE_NUMBERS, that has none yet; they are its own. */
void stock_encoded(struct stock *stock, struct kept *numbers, const struct encoded *encoded);

/* The first stage that depends on a key in which the two differ; STAGE_COUNT: none does.  For
 * whoever orders programs so that much of the one before is found. */
enum stage stock_first_apart(const struct config *left, const struct config *right);

/* The fields of a stage. */
void stage_free(struct program *p, enum stage stage);
void stage_take(struct program *p, const struct program *part, enum stage stage);

#endif
