/* SPDX-License-Identifier: Apache-2.0
 * fig3.h - the paper's Figure 3 on the speech model: what recognition loses with the weights that
 * pruning takes, load balanced or by magnitude alone, at once and after it learnt from the dense
 * network, without labels. */
#ifndef ESE_FIG3_H
#define ESE_FIG3_H

#include <jansson.h>

#include "models/base/error.h"
#include "models/base/text.h"
#include "models/network/config.h"

enum {
    FIG3_SERIES = 3,
    FIG3_DENSITIES = 6,
    FIG3_POINTS = FIG3_SERIES * FIG3_DENSITIES,
    FIG3_SETS = 2
};

struct fig3_series {
    const char *name; /* "balanced, 8 PEs" */
    enum pruning pruning;
    int pes;
};

extern const struct fig3_series fig3_series[FIG3_SERIES];
extern const double fig3_densities[FIG3_DENSITIES];

/* What the paper says of its own network and speech: with load balance, 92.6 % of the weights gone.
 */
struct fig3_paper {
    double density, phone_errors, more; /* percent; points above the dense network */
    const char *source;
};
extern const struct fig3_paper fig3_paper;

/* Over the utterances of a set. */
struct fig3_score {
    int64_t frames, right;
    int64_t phones, edits; /* of the reference; that make them of what was heard */
};

/* No pointers: points are worked out in processes of their own, in memory that they share. */
struct fig3_point {
    bool done;
    char failure[512];
    int64_t left, weights;
    struct fig3_score at_once[FIG3_SETS], distilled[FIG3_SETS];
    double seconds; /* of a processor, to learn */
};

/* Labelled utterances that nothing is learnt from. */
struct fig3_set {
    const char *name;
    int utterances; /* 0: there is no such set */
    struct fig3_score dense;
};

struct fig3 {
    int recordings, held_out;        /* of the material; held_out are among them */
    int64_t material;                /* frames, without those */
    int64_t frames;                  /* that a point sees */
    struct fig3_set sets[FIG3_SETS]; /* models/speech; DIR/test */
    struct fig3_point *points;       /* [FIG3_SERIES][FIG3_DENSITIES] */
};

enum { FIG3_FRAMES = 5500000 };

/* `material`: DIR, with recordings in DIR/train and, where it is there, labelled ones in DIR/test;
 * `speech`: the dense speech model's configuration; `folder`: of its own labelled utterances. Every
 * point sees `frames`, on one thread, `jobs` points at a time (0: as many as there are processors):
 * how many makes no difference to them. */
struct fig3_request {
    const char *material, *folder;
    const struct config *speech;
    int64_t frames;
    int jobs;
};

bool fig3_measure(struct fig3 *figure, const struct fig3_request *request, struct error *error);
void fig3_free(struct fig3 *figure);

const struct fig3_point *fig3_at(const struct fig3 *figure, int series, int density);

double fig3_right(const struct fig3_score *score);  /* percent of the frames */
double fig3_errors(const struct fig3_score *score); /* phone error rate, percent */

/* The set with more frames. */
int fig3_larger(const struct fig3 *figure);

/* ---- fig3_text.c ---- */

void fig3_text(struct text *text, const struct fig3 *figure);
void fig3_csv(struct text *text, const struct fig3 *figure);
void fig3_svg(struct text *text, const struct fig3 *figure);
json_t *fig3_json(const struct fig3 *figure);

#endif
