/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number/formats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/number/calibrate.h"

enum {
    Z_HEADROOM_BITS = 3,   /* z has activation_bits - 3 fraction bits: finer than any gate needs */
    Z_RANGE_BITS = 5,      /* sign and |z| < 16: Sigmoid is flat beyond */
    Z_PAPER_RANGE_BITS = 8, /* sign and |z| < 128: the paper's Tanh table */
    FINE_FRACTION = 10     /* c as fine as that costs y less than weights of 12 bits do */
};

static const double USUAL = 0.999;
static const double LARGEST = 1e100; /* what can be squared and added up; no chip comes near it */

/* What a format is chosen from. */
struct chooser {
    struct quantized *q;
    const struct network *network;
    struct calibrator *calibrator;
    const struct model_config *model;
    int bits;
};

/* What is asked for, FORMAT_AUTO and 0: nothing. */
struct asked {
    const char *name; /* "y" */
    int layer;        /* whose key it is, NONE: the model's */
    int format;
    double range;
};

static double limit_of(int bits, int fraction)
{
    return ldexp(1.0, bits - 1 - fraction) - ldexp(1.0, -fraction);
}

static bool is_given(const struct asked *asked)
{
    return asked->format != FORMAT_AUTO || asked->range > 0.0;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static struct asked asked_by(const char *name, int layer, const struct format_keys *f,
                             const struct range_keys *r)
{
#define ASKED(id)                \
    if (strcmp(name, #id) == 0)  \
        return (struct asked){#id, layer, f->id, r->id};
    FORMAT_VECTORS(ASKED)
#undef ASKED
    BUG_UNLESS(!"a vector of that name");
    return (struct asked){name, layer, FORMAT_AUTO, 0.0};
}

/* Whose keys are those of a vector: x is read by the first layer. */
static const struct layer *layer_of(const struct network *n, int vector)
{
    const int layer = n->vectors[vector].layer;
    return &n->layers[layer != NONE ? layer : 0];
}

/* What keys call it: an output that is m goes by either name.  Gates have one format all, and no
 * key; neither has z. */
struct called {
    const char *names[2];
};

static struct called called_of(const struct network *n, int vector)
{
    static const char *const names[VALUE_COUNT] = {
        [VALUE_X] = "x", [VALUE_Y] = "y", [VALUE_M] = "m", [VALUE_C] = "c", [VALUE_KEPT] = "kept"};
    const char *const name = names[n->vectors[vector].value];
    return (struct called){{vector == layer_of(n, vector)->writes ? "y" : name, name}};
}

static bool has_keys(const struct network *n, int vector)
{
    const enum value value = n->vectors[vector].value;
    return value != VALUE_GATE && value != VALUE_Z;
}

/* Of a vector: by its layer, or by the model. */
static struct asked asked_for(const struct network *n, int vector, const struct model_config *model)
{
    const struct layer *layer = layer_of(n, vector);
    const struct called called = called_of(n, vector);
    struct asked asked = {.format = FORMAT_AUTO};
    for (int i = 0; i < 2 && !is_given(&asked); i++)
        asked = asked_by(called.names[i], layer->number, &layer->as.formats, &layer->as.ranges);
    for (int i = 0; i < 2 && !is_given(&asked); i++)
        asked = asked_by(called.names[i], NONE, &model->formats, &model->ranges);
    return asked;
}

static struct key_name key_of(const struct asked *asked, const char *section)
{
    return model_key(asked->layer, section, asked->name);
}

bool formats_asked(const struct network *n, int vector, const struct model_config *model,
                   struct key_name *key)
{
    const struct asked asked = asked_for(n, vector, model);
    *key = key_of(&asked, "formats");
    return asked.format != FORMAT_AUTO;
}

/* What the arithmetic behind a value takes: a key beyond it would be cut.  c and kept meet gates; m
 * is a product of two of them, rounded. */
static bool check_room(const struct network *n, int vector, const struct asked *asked, int bits,
                       struct error *error)
{
    const enum value value = n->vectors[vector].value;
    const int most = value == VALUE_M ? 2 * (bits - 1) : bits - 1;
    if (!calibrator_judges(value) && value != VALUE_M)
        return true;
    if (asked->format != FORMAT_AUTO && (asked->format < 0 || asked->format > most))
        return fail(error, "%s: %d: with %d activation_bits %s has 0..%d fraction bits",
                    key_of(asked, "formats").text, asked->format, bits, asked->name, most);
    if (asked->range > limit_of(bits, 0))
        return fail(error, "%s: %g: with %d activation_bits %s ends at %g at most",
                    key_of(asked, "ranges").text, asked->range, bits, asked->name,
                    limit_of(bits, 0));
    return true;
}

/* Whether a vector of the layer, or of any (NONE), goes by that name. */
static bool is_called(const struct network *n, int layer, const char *name)
{
    for (int v = 0; v < n->vector_count; v++) {
        const struct called called = called_of(n, v);
        if (has_keys(n, v) && (layer == NONE || layer_of(n, v)->number == layer) &&
            (strcmp(called.names[0], name) == 0 || strcmp(called.names[1], name) == 0))
            return true;
    }
    return false;
}

static const char *section_of(const struct asked *asked)
{
    return asked->format != FORMAT_AUTO ? "formats" : "ranges";
}

/* A key must be of something that is there. */
static bool check_names(const struct network *n, const struct model_config *model,
                        struct error *error)
{
    static const char *const names[] = {"x", "y", "m", "c", "kept"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct asked asked = asked_by(names[i], NONE, &model->formats, &model->ranges);
        if (is_given(&asked) && !is_called(n, NONE, names[i]))
            return fail(error, "%s: no layer has %s of its own format (allowed: auto)",
                        key_of(&asked, section_of(&asked)).text, names[i]);
        for (int layer = 0; layer < n->layer_count; layer++) {
            const struct layer *l = &n->layers[layer];
            asked = asked_by(names[i], l->number, &l->as.formats, &l->as.ranges);
            if (is_given(&asked) && !is_called(n, l->number, names[i]))
                return fail(error, "%s: layer %d (%s) has no %s of its own format (allowed: auto)",
                            key_of(&asked, section_of(&asked)).text, l->number,
                            layer_kind_name(l->as.kind), names[i]);
        }
    }
    return true;
}

static bool check_keys(const struct network *n, const struct model_config *model, int bits,
                       struct error *error)
{
    for (int v = 0; v < n->vector_count; v++) {
        struct asked asked = has_keys(n, v) ? asked_for(n, v, model)
                                            : (struct asked){.format = FORMAT_AUTO};
        if (!check_room(n, v, &asked, bits, error))
            return false;
    }
    return check_names(n, model, error);
}

/* ---- formats --------------------------------------------------------------------------------- */

static void set_vector(const struct chooser *c, int vector, int bits, int fraction, bool given)
{
    const struct magnitudes *seen = calibrator_values(c->calibrator, vector);
    double limit = limit_of(bits, fraction);
    c->q->vectors[vector] = (struct quant_vector){
        .bits = bits,
        .fraction = fraction,
        .format = {.largest = seen->largest,
                   .usual = magnitudes_percentile(seen, USUAL),
                   .limit = limit,
                   .clipped = magnitudes_above(seen, limit),
                   .clip_snr_db = INFINITY,
                   .given = given},
    };
}

void formats_coarsen(struct quantized *q, int vector, int by, struct calibrator *calibrator)
{
    const struct chooser c = {.q = q, .calibrator = calibrator};
    const struct quant_vector was = q->vectors[vector];
    set_vector(&c, vector, was.bits, was.fraction - by, was.format.given);
}

/* As fine as the range allows, a key of the user's before all. */
static int fraction_by_range(const struct chooser *c, double range, const struct asked *asked)
{
    int finest = c->bits - 1 + 4;
    if (asked->format != FORMAT_AUTO)
        return asked->format;
    return fraction_for(asked->range > 0.0 ? asked->range : range * (1.0 + c->model->margin),
                        c->bits, finest);
}

/* `bound`: no value can exceed it, whatever the input is.  (One that comes within half a step of a
 * power of two is rounded down by that much.) */
static void choose_by_range(const struct chooser *c, int vector, double bound)
{
    const struct asked asked = asked_for(c->network, vector, c->model);
    int fraction =
        fraction_by_range(c, calibrator_values(c->calibrator, vector)->largest, &asked);
    while (!is_given(&asked) && fraction < c->bits - 1 &&
           ldexp(1.0, c->bits - 2 - fraction) >= bound)
        fraction++;
    set_vector(c, vector, c->bits, fraction, is_given(&asked));
}

/* The hardware shifts f*c' left by gate - c bits: c is at most as fine as a gate, and not coarser
 * than 1. */
static int within_gates(const struct chooser *c, int fraction)
{
    int gate = c->bits - 1;
    return fraction > gate ? gate : fraction < 0 ? 0 : fraction;
}

/* Does clipping cost y no more than the rest of quantization does, on values that are the margin
 * larger than those met? */
static bool clips_for_free(const struct chooser *c, int vector, int fraction)
{
    double limit = limit_of(c->bits, fraction) / (1.0 + c->model->margin);
    if (calibrator_values(c->calibrator, vector)->largest <= limit)
        return true;
    return calibrator_clip_error(c->calibrator, vector, limit) <=
           calibrator_noise(c->calibrator, vector, c->q->weight_bits, ldexp(1.0, -fraction));
}

/* Wider or finer, from what 99.9 % fit. */
static int judge(const struct chooser *c, int vector, int fraction)
{
    if (!clips_for_free(c, vector, fraction)) {
        while (fraction > 0 && !clips_for_free(c, vector, fraction - 1))
            fraction--;
        return fraction > 0 ? fraction - 1 : 0;
    }
    while (fraction < FINE_FRACTION && fraction < c->bits - 1 &&
           clips_for_free(c, vector, fraction + 1))
        fraction++;
    return fraction;
}

/* What clipping a vector costs y on what calibration saw. */
static double clip_snr(struct calibrator *calibrator, int vector, double limit)
{
    if (calibrator_values(calibrator, vector)->largest <= limit)
        return INFINITY;
    double error = calibrator_clip_error(calibrator, vector, limit);
    return error > 0.0 ? 10.0 * log10(calibrator_signal(calibrator) / error) : INFINITY;
}

static void choose_by_judging(const struct chooser *c, int vector)
{
    const struct magnitudes *seen = calibrator_values(c->calibrator, vector);
    const struct asked asked = asked_for(c->network, vector, c->model);
    int fraction = within_gates(c, fraction_by_range(c, seen->largest, &asked));
    if (!is_given(&asked)) {
        double usual = magnitudes_percentile(seen, USUAL);
        fraction = judge(c, vector, within_gates(c, fraction_for(usual, c->bits, c->bits - 1)));
    }
    set_vector(c, vector, c->bits, fraction, is_given(&asked));
    struct value_format *format = &c->q->vectors[vector].format;
    format->clip_snr_db = clip_snr(c->calibrator, vector, format->limit);
}

/* ---- bounds ---------------------------------------------------------------------------------- */

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

/* Magnitudes that a matrix makes of such up to `bound`: of zeros nothing, even of what has no
 * bound. */
static double product_bound(const struct matrix *m, double bound)
{
    const double row = largest_row(m);
    return row > 0.0 ? row * bound : 0.0;
}

/* A sum of products of bounded vectors is bounded, unless it looks back at itself. */
static double pass_bound(const struct network *n, int number, const double *bounds)
{
    const struct network_pass *pass = &n->passes[number];
    double bound = 0.0;
    for (int row = 0; pass->bias != NULL && row < pass->rows; row++)
        bound = fmax(bound, fabs((double)pass->bias[row]));
    for (int i = 0; i < n->matrix_count; i++) {
        const struct network_matrix *m = &n->matrices[i];
        if (m->pass == number)
            bound += product_bound(&m->weights, m->before ? INFINITY : bounds[m->source]);
    }
    return bound;
}

/* What a vector cannot exceed before any pass has written it. */
static double bound_before(const struct network_vector *vector)
{
    double bound = 0.0;
    if (vector->value == VALUE_M || vector->value == VALUE_GATE) /* m: a sigmoid times a tanh */
        return 1.0;
    if (vector->value != VALUE_Y)
        return INFINITY;
    for (int i = 0; vector->initial != NULL && i < vector->size; i++)
        bound = fmax(bound, fabs((double)vector->initial[i]));
    return bound;
}

/* [vectors], each matrix looked at once: passes stand behind those whose vectors they multiply. */
static double *bounds_of(const struct network *n)
{
    double *bounds = allocate((size_t)n->vector_count, sizeof *bounds);
    for (int vector = 0; vector < n->vector_count; vector++)
        bounds[vector] = bound_before(&n->vectors[vector]);
    for (int pass = 0; pass < n->pass_count; pass++) {
        const int vector = n->passes[pass].writes;
        if (n->vectors[vector].value == VALUE_Y)
            bounds[vector] = fmax(bounds[vector], pass_bound(n, pass, bounds));
    }
    return bounds;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void choose_vector(const struct chooser *c, int vector, double bound)
{
    const enum value value = c->network->vectors[vector].value;
    if (calibrator_judges(value))
        choose_by_judging(c, vector);
    else if (value == VALUE_GATE)
        set_vector(c, vector, c->bits, c->q->gate_fraction, false);
    else if (value == VALUE_Z)
        set_vector(c, vector, c->q->z_bits, c->q->z_fraction, false);
    else
        choose_by_range(c, vector, bound);
}

/* Calibrates; nothing is known of a network whose values leave floating point. */
static bool calibrate(struct quantized *q, const struct network *n, struct calibrator *calibrator,
                      struct error *error)
{
    calibrator_run(calibrator);
    q->calibration = calibrator_seen(calibrator);
    for (int v = 0; v < n->vector_count; v++)
        if (!(calibrator_values(calibrator, v)->largest < LARGEST))
            return fail(error, "model: %s grows beyond %g in floating point: layers amplify it "
                        "from frame to frame, or each other's; scale their weights",
                        n->vectors[v].name, LARGEST);
    return true;
}

bool formats_choose(struct quantized *q, const struct network *n, struct calibrator *calibrator,
                    const struct config *config, struct error *error)
{
    const struct chooser c = {q, n, calibrator, &config->model, config->activation_bits};
    if (!check_keys(n, c.model, c.bits, error) || !calibrate(q, n, calibrator, error))
        return false;
    q->gate_fraction = c.bits - 1;
    q->z_fraction = c.bits - Z_HEADROOM_BITS;
    q->z_bits = q->z_fraction +
                (config->activation_table == TABLE_PAPER ? Z_PAPER_RANGE_BITS : Z_RANGE_BITS);
    double *bounds = bounds_of(n);
    for (int vector = 0; vector < n->vector_count; vector++)
        choose_vector(&c, vector, bounds[vector]);
    free(bounds);
    return true;
}

/* A key may say again what the chip has. */
static bool check_kept(const struct quantized *q, const struct network *n, int vector,
                       const struct model_config *model, struct error *error)
{
    const struct asked asked = asked_for(n, vector, model);
    const int fraction = q->vectors[vector].fraction;
    const double limit = limit_of(q->activation_bits, fraction);
    if (asked.format != FORMAT_AUTO && asked.format != fraction)
        return fail(error, "%s: %d: in the chip %s has %d fraction bits, which no model changes",
                    key_of(&asked, "formats").text, asked.format, asked.name, fraction);
    if (asked.range > limit)
        return fail(error, "%s: %g: in the chip %s ends at %g, which no model changes",
                    key_of(&asked, "ranges").text, asked.range, asked.name, limit);
    return true;
}

bool formats_keep(struct quantized *q, struct calibrator *calibrator,
                  const struct model_config *model, struct error *error)
{
    const struct network *n = &q->shape;
    const struct chooser c = {q, n, calibrator, model, q->activation_bits};
    for (int v = 0; v < n->vector_count; v++)
        if (has_keys(n, v) && !check_kept(q, n, v, model, error))
            return false;
    if (!calibrate(q, n, calibrator, error))
        return false;
    for (int v = 0; v < n->vector_count; v++) {
        struct quant_vector *vector = &q->vectors[v];
        set_vector(&c, v, vector->bits, vector->fraction, true);
        if (calibrator_judges(n->vectors[v].value))
            vector->format.clip_snr_db = clip_snr(calibrator, v, vector->format.limit);
    }
    return true;
}
