/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/accuracy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gen/report/facts.h"
#include "models/base/bytes.h"

enum { LINE_MOST = 100 };

/* Values clipped more often than this are warned of. */
static const double CLIPPED_MOST = 0.001;

double accuracy_clipped(const struct clip_counts *counts, int vector)
{
    return counts->values[vector] > 0
               ? (double)counts->clipped[vector] / (double)counts->values[vector]
               : 0.0;
}

/* ---- judgement ---- */

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {"pass", "inaccurate", "fail"};
    return names[verdict];
}

bool verdict_is_good(enum verdict verdict, bool strict)
{
    return verdict == VERDICT_PASS || (verdict == VERDICT_INACCURATE && !strict);
}

/* What y has: "20.3 dB signal to noise", "no signal", "no error" */
static struct number decibels(double db)
{
    struct number text;
    if (isinf(db))
        snprintf(text.text, sizeof text.text, "%s", db > 0.0 ? "no error" : "no signal");
    else
        snprintf(text.text, sizeof text.text, "%.1f dB signal to noise", db);
    return text;
}

bool accuracy_expected(const struct program *p, const struct accuracy *a, struct error *error)
{
    const struct trained *t = &a->trained;
    const double least = trained_least_db(p);
    char worst[PRINTABLE_NAME + 16] = "", name[PRINTABLE_NAME];
    const bool near = t->all.snr_db >= least && (t->worst == NULL || t->worst_db >= least);
    if (t->frames == 0 || p->network.compressed_for > 0 || near)
        return true;
    if (t->worst != NULL) {
        printable(name, sizeof name, t->worst);
        snprintf(worst, sizeof worst, ", worst in %s", name);
    }
    return fail(error, "the network is not the one that gave the expected outputs: in floating point "
                "its y has %s against them%s (rounding would leave %.0f dB at least), largest error %.3g, "
                "correlation %.3f; likely causes: another order of the gates, a transposed matrix, one of "
                "two biases left out, other features, another candidate",
                decibels(t->worst != NULL ? t->worst_db : t->all.snr_db).text, worst, least,
                t->all.max_error, t->all.correlation);
}

/* z is flat where it is clipped, and costs nothing. */
static bool clipping_shows(const struct program *p, const struct accuracy *a)
{
    int64_t clipped = 0;
    for (int v = 0; v < p->network.vector_count; v++) {
        double share = accuracy_clipped(&a->clips, v);
        if (p->network.vectors[v].value == VALUE_Z)
            continue;
        clipped += a->clips.clipped[v];
        if (share > CLIPPED_MOST && share > 2.0 * p->quant.vectors[v].format.clipped)
            return true;
    }
    return clipped > 0 && a->quantized.snr_db < p->config.model.warn_snr_db;
}

enum verdict accuracy_verdict(const struct program *p, const struct accuracy *a)
{
    struct error unused;
    if (!accuracy_expected(p, a, &unused))
        return VERDICT_FAIL;
    return clipping_shows(p, a) ? VERDICT_INACCURATE : VERDICT_PASS;
}

/* ---- text ---- */

static void write_error(struct text *text, const char *what, const struct output_error *e)
{
    text_appendf(text, "  %-46s", what);
    if (isinf(e->snr_db))
        text_appendf(text, " %8s %14.2e %12s\n", e->max_error > 0.0 ? "none" : "exact", e->max_error,
                     e->max_error > 0.0 ? "-" : "1");
    else
        text_appendf(text, " %8.1f %14.2e %12.6f\n", e->snr_db, e->max_error, e->correlation);
}

const char *accuracy_agreement(bool agrees)
{
    static char texts[2][32];
    snprintf(texts[agrees], sizeof texts[agrees], "%s to %g", agrees ? "agrees" : "does not agree",
             TRAINED_AGREES);
    return texts[agrees];
}

void accuracy_agreement_line(struct text *line, const struct program *p, const struct accuracy *a)
{
    if (a->trained.frames > 0 && p->network.compressed_for > 0)
        text_appendf(line, "in floating point, against %s frames expected: y has %s; 'ese compress' made the network "
                     "another one\n", commas(a->trained.frames).text, decibels(a->trained.all.snr_db).text);
    else if (a->trained.frames > 0)
        text_appendf(line, "in floating point, against %s frames expected: largest difference %.3g, %s\n",
                     commas(a->trained.frames).text, a->trained.all.max_error,
                     accuracy_agreement(a->trained.agrees));
}

/* Not every frame needs to have an expected y; and the network as given may be compared on more of them. */
static void write_expected(struct text *text, const struct program *p, const struct accuracy *a)
{
    struct text what = {0};
    if (a->trained.frames > 0) {
        text_appendf(&what, "as given, against %s frames expected", commas(a->trained.frames).text);
        write_error(text, text_string(&what), &a->trained.all);
        text_appendf(text, "    in floating point it %s\n", accuracy_agreement(a->trained.agrees));
    }
    if (a->expected_frames > 0) {
        const struct number frames = commas(a->expected_frames);
        text_cut(&what, 0);
        text_appendf(&what, "as pruned, against %s frames expected", frames.text);
        if (p->given != NULL)
            write_error(text, text_string(&what), &a->expected_pruned);
        text_cut(&what, 0);
        text_appendf(&what, "the chip, against %s frames expected", frames.text);
        write_error(text, text_string(&what), &a->expected_chip);
    }
    text_free(&what);
}

static void write_clipped(struct text *text, const struct program *p,
                          const struct clip_counts *clips)
{
    int list[VECTORS_MOST];
    const int count = network_listed(&p->network, list);
    size_t begin = text->length;
    bool has_z = false;
    text_append(text, "  clipped");
    for (int i = 0; i < count; i++) {
        const struct network_vector *vector = &p->network.vectors[list[i]];
        char one[96];
        if (clips->values[list[i]] == 0)
            continue;
        has_z |= vector->value == VALUE_Z;
        snprintf(one, sizeof one, " %s %s of %s", vector->name,
                 commas(clips->clipped[list[i]]).text, commas(clips->values[list[i]]).text);
        text_append(text, i > 0 ? "," : "");
        if (text->length - begin + strlen(one) >= LINE_MOST) {
            text_append(text, "\n         ");
            begin = text->length - strlen("         ");
        }
        text_append(text, one);
    }
    text_append(text, has_z ? "\n  z beyond its range costs nothing: the tables are flat there.\n"
                            : "\n");
}

void accuracy_table(struct text *text, const struct program *p, const struct accuracy *a)
{
    text_appendf(text, "  %-46s %8s %14s %12s\n", "", "SNR dB", "largest error", "correlation");
    write_error(text, p->config.model.path == NULL ? "pruning: the model is drawn pruned"
                      : p->given == NULL           ? "pruning: nothing is pruned"
                                                   : "pruning: as pruned, against as given", &a->pruned);
    write_error(text, "quantization: the chip, against as pruned", &a->quantized);
    write_error(text, "both: the chip, against as given", &a->total);
    write_expected(text, p, a);
    write_clipped(text, p, &a->clips);
}

void accuracy_text(struct text *text, const struct program *p, const struct quality *q)
{
    text_appendf(text, "\nAccuracy of y on %s frames of %d %s", commas(q->accuracy.frames).text,
                 q->utterances,
                 q->drawn ? "utterances of noise" : q->utterances == 1 ? "utterance" : "utterances");
    if (q->accuracy.frames < q->of_frames)
        text_appendf(text, " (of %s)", commas(q->of_frames).text);
    text_append(text, q->drawn      ? ", other than that of calibration\n"
                      : q->held_out ? ", which calibration did not see\n"
                                    : ", which calibration saw, too: there is no other\n");
    accuracy_table(text, p, &q->accuracy);
}

void accuracy_formats_text(struct text *text, const struct program *p)
{
    const struct quantized *q = &p->quant;
    int list[VECTORS_MOST];
    const int count = network_listed(&p->network, list);
    text_appendf(text, "\nRanges, from %s frames of %d utterances%s", commas(q->calibration.frames).text,
                 q->calibration.utterances, q->calibration.drawn ? " of noise" : "");
    if (q->calibration.frames < q->calibration.of_frames)
        text_appendf(text, " (of %s)", commas(q->calibration.of_frames).text);
    text_appendf(text, "\n  %-5s %11s %11s %11s %12s %10s\n", "value", "largest", "99.9 % below",
                 "format ends", "margin, bits", "clipped");
    for (int i = 0; i < count; i++) {
        const struct value_format *v = &q->vectors[list[i]].format;
        text_appendf(text, "  %-5s %11.4g %12.4g %11.4g ", p->network.vectors[list[i]].name,
                     v->largest, v->usual, v->limit);
        text_appendf(text, "%12.2f", v->largest > 0.0 ? log2(v->limit / v->largest) : INFINITY);
        text_appendf(text, " %8.4f %%%s\n", 100.0 * v->clipped, v->given ? "  as asked for" : "");
    }
    for (int i = 0; i < count; i++)
        if (isfinite(q->vectors[list[i]].format.clip_snr_db))
            text_appendf(text, "  Clipping %s costs y an error of %.1f dB below it.\n",
                         p->network.vectors[list[i]].name,
                         q->vectors[list[i]].format.clip_snr_db);
}

/* ---- JSON ---- */

static void set_number(json_t *object, const char *key, double value)
{
    json_object_set_new(object, key, isfinite(value) ? json_real(value) : json_null());
}

static json_t *error_json(const struct output_error *e)
{
    json_t *error = json_object();
    json_object_set_new(error, "exact", json_boolean(e->max_error == 0.0));
    set_number(error, "snr_db", e->snr_db);
    set_number(error, "max_error", e->max_error);
    set_number(error, "correlation", e->correlation);
    return error;
}

static json_t *clipped_json(const struct program *p, const struct clip_counts *clips)
{
    json_t *clipped = json_object();
    int list[VECTORS_MOST];
    const int count = network_listed(&p->network, list);
    for (int i = 0; i < count; i++)
        json_object_set_new(clipped, p->network.vectors[list[i]].name,
                            json_pack("{s:I, s:I}", "values", (json_int_t)clips->values[list[i]],
                                      "clipped", (json_int_t)clips->clipped[list[i]]));
    return clipped;
}

json_t *accuracy_json(const struct program *p, const struct accuracy *a)
{
    json_t *object = json_object();
    set_number(object, "snr_pruned_db", a->pruned.snr_db);
    set_number(object, "snr_quantized_db", a->quantized.snr_db);
    set_number(object, "snr_db", a->total.snr_db);
    json_object_set_new(object, "pruned", error_json(&a->pruned));
    json_object_set_new(object, "quantized", error_json(&a->quantized));
    json_object_set_new(object, "total", error_json(&a->total));
    if (a->trained.frames > 0)
        json_object_set_new(object, "expected",
                            json_pack("{s:I, s:I, s:b, s:o, s:o, s:o}", "frames",
                                      (json_int_t)a->expected_frames, "given_frames",
                                      (json_int_t)a->trained.frames, "agrees",
                                      (int)a->trained.agrees, "given",
                                      error_json(&a->trained.all), "pruned",
                                      error_json(&a->expected_pruned), "chip",
                                      error_json(&a->expected_chip)));
    json_object_set_new(object, "clipped", clipped_json(p, &a->clips));
    json_object_set_new(object, "frames", json_integer(a->frames));
    set_number(object, "warn_snr_db", p->config.model.warn_snr_db);
    return object;
}

json_t *accuracy_quality_json(const struct program *p, const struct quality *q)
{
    json_t *object = accuracy_json(p, &q->accuracy);
    json_object_set_new(object, "utterances", json_integer(q->utterances));
    json_object_set_new(object, "held_out", json_boolean(q->held_out || q->drawn));
    json_object_set_new(object, "drawn", json_boolean(q->drawn));
    return object;
}

json_t *accuracy_formats_json(const struct program *p)
{
    const struct quantized *q = &p->quant;
    json_t *object = json_object();
    int list[VECTORS_MOST];
    const int count = network_listed(&p->network, list);
    for (int i = 0; i < count; i++) {
        const struct value_format *v = &q->vectors[list[i]].format;
        json_t *row = json_object();
        set_number(row, "largest", v->largest);
        set_number(row, "usual", v->usual);
        set_number(row, "limit", v->limit);
        set_number(row, "clipped", v->clipped);
        set_number(row, "clip_snr_db", v->clip_snr_db);
        json_object_set_new(row, "given", json_boolean(v->given));
        json_object_set_new(object, p->network.vectors[list[i]].name, row);
    }
    json_object_set_new(object, "frames", json_integer(q->calibration.frames));
    json_object_set_new(object, "of_frames", json_integer(q->calibration.of_frames));
    json_object_set_new(object, "utterances", json_integer(q->calibration.utterances));
    return object;
}

/* ---- warnings ---- */

static void warn_pruning(struct text *lines, const struct program *p, const struct accuracy *a)
{
    if (a->pruned.snr_db >= p->config.model.warn_snr_db)
        return;
    text_appendf(lines, "pruning to density %g changes what the network computes: y has %s "
                 "against the network as given (largest error %.3g, correlation %.3f); prune less "
                 "(model.density), %sor give a model that was trained pruned (model.pruning: none)\n",
                 p->config.model.density, decibels(a->pruned.snr_db).text, a->pruned.max_error,
                 a->pruned.correlation,
                 p->config.model.path != NULL
                     ? "let 'ese compress' teach it from the dense network, without labels, "
                     : "");
}

static void warn_quantization(struct text *lines, const struct program *p, const struct accuracy *a)
{
    const double least = p->config.model.warn_snr_db;
    if (a->quantized.snr_db < least)
        text_appendf(lines, "the chip's numbers are too coarse or too narrow for this network: y has %s "
                     "against floating point (largest error %.3g); more weight_bits or "
                     "activation_bits, or other model.formats or model.ranges\n",
                     decibels(a->quantized.snr_db).text, a->quantized.max_error);
    else if (a->total.snr_db < least && a->pruned.snr_db >= least)
        text_appendf(lines, "pruning and quantization together leave y %s against the "
                     "network as given (largest error %.3g)\n", decibels(a->total.snr_db).text,
                     a->total.max_error);
}

/* "c" of "1.c" */
static const char *key_of(const struct network *n, int vector)
{
    const struct network_vector *v = &n->vectors[vector];
    return v->layer == NONE ? v->name : v->name + strlen(n->layers[v->layer].prefix);
}

/* Whose keys to change: one of several layers has its own, else NONE: the model's. */
static int own_keys(const struct network *n, int layer)
{
    return n->layer_count > 1 && layer != NONE ? n->layers[layer].number : NONE;
}

static void warn_clipping(struct text *lines, const struct program *p, const struct accuracy *a)
{
    int list[VECTORS_MOST];
    const int count = network_listed(&p->network, list);
    for (int i = 0; i < count; i++) {
        const struct network_vector *v = &p->network.vectors[list[i]];
        const double share = accuracy_clipped(&a->clips, list[i]);
        if (v->value == VALUE_Z || share <= CLIPPED_MOST)
            continue;
        const int layer = own_keys(&p->network, v->layer);
        text_appendf(lines, "%.2f %% of the values of %s do not fit its format and are clipped; give "
                     "utterances like those to come, or %s\n", 100.0 * share, v->name,
                     model_key(layer, "ranges", key_of(&p->network, list[i])).text);
    }
}

static void warn_weights(struct text *lines, const struct program *p)
{
    for (int n = 0; n < p->network.matrix_count; n++) {
        const struct quant_matrix *m = &p->quant.matrices[n];
        const struct network_matrix *of = &p->network.matrices[n];
        if (m->clipped == 0 || !m->asked) /* those of a choice cost y nothing */
            continue;
        text_appendf(lines, "%s weights of %s do not fit its %d fraction bits and are clipped; give "
                     "fewer in %s\n", commas(m->clipped).text, m->name, m->fraction,
                     model_key(own_keys(&p->network, of->layer), "formats", of->key).text);
    }
}

void accuracy_warnings(struct text *lines, const struct program *p, const struct accuracy *a)
{
    warn_weights(lines, p);
    warn_clipping(lines, p, a);
    warn_quantization(lines, p, a);
    warn_pruning(lines, p, a);
}

const char *accuracy_verdict_line(enum verdict verdict, const struct program *p, const struct accuracy *a)
{
    struct text lines = {0};
    accuracy_warnings(&lines, p, a);
    bool warned = lines.length > 0;
    text_free(&lines);
    if (verdict == VERDICT_FAIL)
        return "FAIL";
    return verdict == VERDICT_PASS && warned ? "pass, with a warning" : verdict_name(verdict);
}

void accuracy_warn_expected(struct text *lines, const struct program *p,
                            const struct accuracy *a)
{
    struct error error;
    if (!accuracy_expected(p, a, &error))
        text_appendf(lines, "%s\n", error.text);
}

void accuracy_warn(const struct text *lines)
{
    fflush(stdout);
    for (const char *at = text_string(lines); *at != '\0';) {
        const char *end = at;
        while (*end != '\n' && *end != '\0')
            end++;
        fprintf(stderr, "ese: warning: %.*s\n", (int)(end - at), at);
        at = *end == '\n' ? end + 1 : end;
    }
}

void accuracy_warn_of(const struct program *p, const struct accuracy *accuracy)
{
    struct text lines = {0};
    accuracy_warnings(&lines, p, accuracy);
    accuracy_warn(&lines);
    text_free(&lines);
}
