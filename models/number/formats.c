/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number/formats.h"

#include <math.h>

#include "models/number/calibrate.h"

enum {
    Z_HEADROOM_BITS = 3,   /* z has activation_bits - 3 fraction bits: finer than any gate needs */
    Z_RANGE_BITS = 5,      /* sign and |z| < 16: Sigmoid is flat beyond */
    Z_PAPER_RANGE_BITS = 8, /* sign and |z| < 128: the paper's Tanh table */
    FINE_FRACTION = 10     /* c as fine as that costs y less than weights of 12 bits do */
};

static const double USUAL = 0.999;

/* m is a sigmoid times a tanh. */
static const double M_BOUND = 1.0;

const char *const value_names[VALUE_COUNT] = {"x", "y", "m", "c", "z"};

/* What a format is chosen from. */
struct chooser {
    struct quantized *q;
    struct calibrator *calibrator;
    const struct model_config *model;
    int bits;
};

static double limit_of(int bits, int fraction)
{
    return ldexp(1.0, bits - 1 - fraction) - ldexp(1.0, -fraction);
}

/* As fine as the range allows, a key of the user's before all. */
static int fraction_by_range(const struct chooser *c, double range, int format_key, double range_key)
{
    int finest = c->bits - 1 + 4;
    if (format_key != FORMAT_AUTO)
        return format_key;
    return fraction_for(range_key > 0.0 ? range_key : range * (1.0 + c->model->margin), c->bits, finest);
}

static void set_value(const struct chooser *c, enum value value, int bits, int fraction, bool given)
{
    const struct magnitudes *seen = calibrator_values(c->calibrator, value);
    double limit = limit_of(bits, fraction);
    c->q->values[value] = (struct value_format){
        .largest = seen->largest,
        .usual = magnitudes_percentile(seen, USUAL),
        .limit = limit,
        .clipped = magnitudes_above(seen, limit),
        .clip_snr_db = INFINITY,
        .given = given,
    };
}

/* `bound`: no value can exceed it, whatever the input is.  (One that comes within half a step of a power of
 * two is rounded down by that much.) */
static int choose_value(const struct chooser *c, enum value value, double bound, int format_key,
                        double range_key)
{
    double largest = calibrator_values(c->calibrator, value)->largest;
    int fraction = fraction_by_range(c, largest, format_key, range_key);
    if (format_key == FORMAT_AUTO && range_key == 0.0)
        while (fraction < c->bits - 1 && ldexp(1.0, c->bits - 2 - fraction) >= bound)
            fraction++;
    set_value(c, value, c->bits, fraction, format_key != FORMAT_AUTO || range_key > 0.0);
    return fraction;
}

/* The hardware shifts f*c' left by gate - c bits: c is at most as fine as a gate, and not coarser than 1. */
static int within_gates(const struct chooser *c, int fraction)
{
    int gate = c->bits - 1;
    return fraction > gate ? gate : fraction < 0 ? 0 : fraction;
}

/* Does clipping cost y no more than the rest of quantization does, on values that are the margin larger than
 * those met? */
static bool clips_for_free(const struct chooser *c, int fraction)
{
    double limit = limit_of(c->bits, fraction) / (1.0 + c->model->margin);
    if (calibrator_values(c->calibrator, VALUE_C)->largest <= limit)
        return true;
    return calibrator_clip_error(c->calibrator, limit) <=
           calibrator_noise(c->calibrator, c->q->weight_bits, ldexp(1.0, -fraction));
}

/* Wider or finer, from what 99.9 % fit. */
static int judge_c(const struct chooser *c, int fraction)
{
    if (!clips_for_free(c, fraction)) {
        while (fraction > 0 && !clips_for_free(c, fraction - 1))
            fraction--;
        return fraction > 0 ? fraction - 1 : 0;
    }
    while (fraction < FINE_FRACTION && fraction < c->bits - 1 && clips_for_free(c, fraction + 1))
        fraction++;
    return fraction;
}

/* What clipping c costs y on what calibration saw. */
static double clip_snr(struct calibrator *calibrator, double limit)
{
    if (calibrator_values(calibrator, VALUE_C)->largest <= limit)
        return INFINITY;
    double error = calibrator_clip_error(calibrator, limit);
    return error > 0.0 ? 10.0 * log10(calibrator_signal(calibrator) / error) : INFINITY;
}

static int choose_c(const struct chooser *c)
{
    const struct magnitudes *seen = calibrator_values(c->calibrator, VALUE_C);
    int key = c->model->formats.c;
    double range = c->model->ranges.c;
    bool given = key != FORMAT_AUTO || range > 0.0;
    int fraction = within_gates(c, fraction_by_range(c, seen->largest, key, range));
    if (!given) {
        double usual = magnitudes_percentile(seen, USUAL);
        fraction = judge_c(c, within_gates(c, fraction_for(usual, c->bits, c->bits - 1)));
    }
    set_value(c, VALUE_C, c->bits, fraction, given);
    c->q->values[VALUE_C].clip_snr_db = clip_snr(c->calibrator, c->q->values[VALUE_C].limit);
    return fraction;
}

/* ---- keys ---- */

/* What the arithmetic behind a value takes: a key beyond it would be cut. */
struct room {
    const char *name;
    int key;
    double range;
    int most; /* fraction bits, 0 at least */
};

static bool check_room(const struct room *room, int bits, struct error *error)
{
    if (room->key != FORMAT_AUTO && (room->key < 0 || room->key > room->most))
        return fail(error, "model.formats.%s: %d: with %d activation_bits %s has 0..%d fraction bits",
                    room->name, room->key, bits, room->name, room->most);
    if (room->range > limit_of(bits, 0))
        return fail(error, "model.ranges.%s: %g: with %d activation_bits %s ends at %g at most", room->name,
                    room->range, bits, room->name, limit_of(bits, 0));
    return true;
}

/* m is a product of two gates, rounded; without projection it is y.  c meets gates. */
static bool check_keys(const struct model_config *model, bool projection, int bits, struct error *error)
{
    const int gate = bits - 1;
    const struct room rooms[] = {
        {"c", model->formats.c, model->ranges.c, gate},
        {"m", model->formats.m, model->ranges.m, 2 * gate},
        {"y", projection ? FORMAT_AUTO : model->formats.y, projection ? 0.0 : model->ranges.y, 2 * gate},
    };
    for (size_t n = 0; n < sizeof rooms / sizeof *rooms; n++)
        if (!check_room(&rooms[n], bits, error))
            return false;
    return true;
}

/* The largest sum of magnitudes of a row: what it makes of values up to 1. */
static double largest_row(const struct matrix *m)
{
    double largest = 0.0;
    for (int row = 0; row < m->rows; row++) {
        double sum = 0.0;
        for (int col = 0; col < m->cols; col++)
            sum += fabs((double)m->at[(size_t)row * (size_t)m->cols + (size_t)col]);
        largest = fmax(largest, sum);
    }
    return largest;
}

bool formats_choose(struct quantized *q, const struct network *n, const struct utterances *calibration,
                    const struct config *config, struct error *error)
{
    const struct model_config *model = &config->model;
    if (!check_keys(model, n->projection, config->activation_bits, error))
        return false;
    struct chooser c = {q, calibrator_new(n, calibration, model->calibration_frames), model,
                        config->activation_bits};
    struct formats *f = &q->formats;
    q->calibration = calibrator_seen(c.calibrator);
    f->gate = c.bits - 1;
    f->x = choose_value(&c, VALUE_X, INFINITY, model->formats.x, model->ranges.x);
    if (n->projection) {
        f->m = choose_value(&c, VALUE_M, M_BOUND, model->formats.m, model->ranges.m);
        f->y = choose_value(&c, VALUE_Y, largest_row(&n->wym), model->formats.y, model->ranges.y);
    } else { /* y is m, by whichever name a key speaks of it */
        bool by_y = model->formats.y != FORMAT_AUTO || model->ranges.y > 0.0;
        f->m = by_y ? choose_value(&c, VALUE_M, M_BOUND, model->formats.y, model->ranges.y)
                    : choose_value(&c, VALUE_M, M_BOUND, model->formats.m, model->ranges.m);
        f->y = f->m;
        q->values[VALUE_Y] = q->values[VALUE_M];
    }
    f->c = choose_c(&c);
    f->z = c.bits - Z_HEADROOM_BITS;
    q->z_bits =
        f->z + (config->activation_table == TABLE_PAPER ? Z_PAPER_RANGE_BITS : Z_RANGE_BITS);
    set_value(&c, VALUE_Z, q->z_bits, f->z, false);
    calibrator_free(c.calibrator);
    return true;
}

bool formats_keep(struct quantized *q, const struct network *n, const struct utterances *calibration,
                  const struct model_config *model, struct error *error)
{
    const struct formats *f = &q->formats;
    const struct { enum value value; int fraction, key; double range; } values[] = {
        {VALUE_X, f->x, model->formats.x, model->ranges.x},
        {VALUE_Y, f->y, model->formats.y, model->ranges.y},
        {VALUE_M, f->m, model->formats.m, model->ranges.m},
        {VALUE_C, f->c, model->formats.c, model->ranges.c},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const char *name = value_names[values[i].value];
        double limit = limit_of(q->activation_bits, values[i].fraction);
        if (values[i].key != FORMAT_AUTO && values[i].key != values[i].fraction)
            return fail(error, "model.formats.%s: %d: in the chip %s has %d fraction bits, which no model "
                        "changes", name, values[i].key, name, values[i].fraction);
        if (values[i].range > limit)
            return fail(error, "model.ranges.%s: %g: in the chip %s ends at %g, which no model changes",
                        name, values[i].range, name, limit);
    }
    struct chooser c = {q, calibrator_new(n, calibration, model->calibration_frames), model,
                        q->activation_bits};
    q->calibration = calibrator_seen(c.calibrator);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        set_value(&c, values[i].value, c.bits, values[i].fraction, true);
    set_value(&c, VALUE_Z, q->z_bits, f->z, true);
    q->values[VALUE_C].clip_snr_db = clip_snr(c.calibrator, q->values[VALUE_C].limit);
    calibrator_free(c.calibrator);
    return true;
}
