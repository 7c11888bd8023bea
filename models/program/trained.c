/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/trained.h"

#include <math.h>
#include <stdlib.h>

#include "models/base/progress.h"
#include "models/network/reference.h"

/* float32 gives 100 dB and more, half precision and TF32 60; weights of 8 bits some 33 to 50. */
static const double LEAST_DB = 50.0, LEAST_COARSE_DB = 25.0;

double trained_least_db_of(const struct network *n)
{
    return n->coarse ? LEAST_COARSE_DB : LEAST_DB;
}

double trained_least_db(const struct program *p)
{
    return trained_least_db_of(&p->network);
}

bool trained_agrees(const struct error_sums *sums)
{
    return sums->max_error <= TRAINED_AGREES * fmax(1.0, sums->max_wanted);
}

/* Utterance number `n`; `done`, of `all` frames, counts on. */
static struct error_sums compare(const struct reference *reference, const struct program *p, int n,
                                 int64_t *done, int64_t all)
{
    const struct matrix *features = &p->utterances.frames[n], *expected = &p->expected.frames[n];
    struct reference_state voice = reference_start(&p->network);
    struct error_sums sums = {0};
    for (int t = 0; t < features->rows; t++) {
        const float *y = matrix_row(expected, t);
        reference_step(reference, &voice, matrix_row(features, t));
        for (int i = 0; i < p->network.output; i++)
            error_sums_add(&sums, (double)y[i], reference_y(&voice)[i]);
        progress("expected outputs", ++*done, all);
    }
    reference_end(&voice);
    return sums;
}

/* By mean power of error: an utterance that is all but silent has little signal, and no fault of
 * it. */
static void find_worst(struct trained *trained, const struct program *p,
                       const struct error_sums *sums, const struct error_sums *all)
{
    const double power = all->aa / (double)all->count;
    for (int n = 0; n < p->utterances.count; n++) {
        double error = sums[n].error / (double)sums[n].count;
        double db = error == 0.0 ? INFINITY : power > 0.0 ? 10.0 * log10(power / error) : -INFINITY;
        if (db < trained->worst_db) {
            trained->worst = p->utterances.names[n];
            trained->worst_db = db;
        }
    }
}

struct trained trained_compare(const struct program *p)
{
    struct trained trained = {.worst_db = INFINITY};
    if (p->expected.count == 0)
        return trained;
    struct reference *reference = reference_new(p->given != NULL ? p->given : &p->network);
    struct error_sums *sums = allocate((size_t)p->utterances.count, sizeof *sums), all = {0};
    const int64_t frames = utterances_length(&p->utterances);
    for (int n = 0; n < p->utterances.count; n++) {
        sums[n] = compare(reference, p, n, &trained.frames, frames);
        error_sums_join(&all, &sums[n]);
    }
    trained.all = error_of_sums(&all);
    trained.agrees = trained_agrees(&all);
    find_worst(&trained, p, sums, &all);
    free(sums);
    reference_free(reference);
    return trained;
}
