/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number/fractions.h"

#include <math.h>
#include <stdlib.h>

#include "models/network/reference.h"
#include "models/number/calibrate.h"
#include "models/number/output_error.h"

enum {
    FINER_MOST = 2,
    ROUNDS_MOST = 3,
    COARSE_BITS = 2 /* by which an outlier makes a matrix coarser, at least */
};

static const double WORTH_IT = 0.977;     /* of the error, 0.1 dB less: what other frames bear out */
static const double FINE_DB = 45.0;       /* of y: better than that nobody needs, and few frames do not tell */
static const double OUTLIER_COST = 0.5;  /* of the error is left without it: 3 dB */

struct search {
    const struct aligning *of;
    int *finer; /* [matrices] */
    struct weight_rounding *roundings;
    struct weights_error best;
};

static struct weights_error measure(struct search *s)
{
    const struct quantized *q = s->of->quant;
    for (int m = 0; m < q->shape.matrix_count; m++)
        s->roundings[m] = (struct weight_rounding){q->weight_bits, q->matrices[m].fraction, INFINITY};
    return calibrator_weights_error(s->of->calibrator, s->roundings);
}

/* ---- fractions ------------------------------------------------------------------------------- */

/* So many bits finer, if there is room for them and y is better by it. */
static void try_finer(struct search *s, int matrix, int finer)
{
    const int was = s->finer[matrix], fraction = s->of->quant->matrices[matrix].fraction;
    struct error refused;
    s->finer[matrix] = finer;
    if (align(s->of, s->finer, &refused) && s->of->quant->matrices[matrix].fraction != fraction) {
        const struct weights_error e = measure(s);
        if (e.error < s->best.error * WORTH_IT) {
            s->best = e;
            return;
        }
    }
    s->finer[matrix] = was;
}

/* Whether another one is better. */
static bool choose_matrix(struct search *s, int matrix)
{
    const int was = s->finer[matrix];
    if (align_is_asked(s->of, matrix) || matrix_largest(&s->of->network->matrices[matrix].weights) == 0.0)
        return false;
    for (int finer = 0; finer <= FINER_MOST; finer++)
        if (finer != s->finer[matrix])
            try_finer(s, matrix, finer);
    return s->finer[matrix] != was;
}

/* Each with what is best for the others so far; false: nothing is better any more. */
static bool choose_all(struct search *s)
{
    bool changed = false;
    for (int m = 0; m < s->of->network->matrix_count; m++)
        changed = choose_matrix(s, m) || changed;
    return changed;
}

/* ---- outliers -------------------------------------------------------------------------------- */

struct large {
    double magnitude;
    int at;
};

/* The largest of a matrix, in their order; one more than there may be outliers.  Returns how many. */
static int find_large(const struct matrix *m, struct large large[OUTLIERS_OF_MATRIX + 1])
{
    int count = 0;
    for (int i = 0; i < m->rows * m->cols; i++) {
        const double magnitude = fabs((double)m->at[i]);
        if (count > OUTLIERS_OF_MATRIX && magnitude <= large[OUTLIERS_OF_MATRIX].magnitude)
            continue;
        int place = count > OUTLIERS_OF_MATRIX ? OUTLIERS_OF_MATRIX : count++;
        for (; place > 0 && large[place - 1].magnitude < magnitude; place--)
            large[place] = large[place - 1];
        large[place] = (struct large){magnitude, i};
    }
    return count;
}

/* How many of the largest make the format coarse, 0: none; `fraction`: that of the others. */
static int count_outliers(const struct large *large, int count, int bits, int *fraction)
{
    enum { FRACTION_MOST = 24 };
    const int whole = fraction_for(large[0].magnitude, bits, FRACTION_MOST);
    for (int n = 1; n < count; n++) {
        *fraction = fraction_for(large[n].magnitude, bits, FRACTION_MOST);
        if (large[n].magnitude > 0.0 && *fraction >= whole + COARSE_BITS)
            return n;
    }
    return 0;
}

static void look_for_outliers(struct search *s, int matrix)
{
    struct quantized *q = s->of->quant;
    struct fraction_choice *choice = &q->choice;
    const struct matrix *weights = &s->of->network->matrices[matrix].weights;
    struct large large[OUTLIERS_OF_MATRIX + 1] = {{0}};
    int fraction;
    const int outliers = count_outliers(large, find_large(weights, large), q->weight_bits, &fraction);
    if (outliers == 0 || fraction <= q->matrices[matrix].fraction)
        return;
    const struct weights_error as_is = measure(s);
    s->roundings[matrix].fraction = fraction;
    s->roundings[matrix].spared = large[outliers].magnitude;
    const struct weights_error spared = calibrator_weights_error(s->of->calibrator, s->roundings);
    if (spared.error >= as_is.error * OUTLIER_COST)
        return;
    for (int n = 0; n < outliers && choice->outlier_count < OUTLIERS_MOST; n++)
        choice->outliers[choice->outlier_count++] = (struct quant_outlier){
            .matrix = matrix,
            .row = large[n].at / weights->cols,
            .col = large[n].at % weights->cols,
            .value = (double)weights->at[large[n].at],
            .snr_db = signal_to_noise(as_is.signal, as_is.error),
            .spared_snr_db = signal_to_noise(spared.signal, spared.error)};
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void search(struct search *s)
{
    struct quantized *q = s->of->quant;
    s->best = measure(s);
    q->choice.frames = s->best.frames;
    q->choice.whole_snr_db = signal_to_noise(s->best.signal, s->best.error);
    for (int round = 0; q->choice.whole_snr_db < FINE_DB && round < ROUNDS_MOST; round++)
        if (!choose_all(s))
            break;
    q->choice.snr_db = signal_to_noise(s->best.signal, s->best.error);
}

bool fractions_choose(const struct aligning *of, struct error *error)
{
    struct quantized *q = of->quant;
    const size_t matrices = (size_t)q->shape.matrix_count;
    struct search s = {.of = of};
    if (!align(of, NULL, error))
        return false;
    s.finer = allocate(matrices, sizeof *s.finer);
    s.roundings = allocate(matrices, sizeof *s.roundings);
    if (!q->calibration.drawn)
        search(&s);
    const bool good = align(of, s.finer, error);
    for (int m = 0; good && m < q->shape.matrix_count; m++) {
        q->matrices[m].asked = align_is_asked(of, m);
        q->matrices[m].finer = s.finer[m];
        look_for_outliers(&s, m);
    }
    free(s.finer);
    free(s.roundings);
    return good;
}
