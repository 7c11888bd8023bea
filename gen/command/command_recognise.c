/* SPDX-License-Identifier: Apache-2.0
 * ese recognise: plays recorded speech on the simulated chip, as many voices at once as it has
 * channels, and labels the frames from the chip's own outputs: they are scores of the classes, or
 * the host makes scores of them. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/command/commands.h"
#include "gen/command/recognise_play.h"
#include "gen/folder/chip_folder.h"
#include "gen/folder/json_file.h"
#include "gen/folder/workspace.h"
#include "gen/report/accuracy.h"
#include "gen/report/facts.h"
#include "models/base/text.h"
#include "models/network/labels.h"
#include "models/network/reference.h"

/* Utterances that are shown where not all are; a line of a terminal, and where it begins behind the
 * name of what is heard, or of a result; what a frame of speech lasts in speech recognition. */
enum { FEW = 3, LINE_WIDTH = 100, MARGIN = 15, RESULT = 18, FRAME_MS = 10 };

struct score {
    int64_t frames, right;
    int64_t phones, edits; /* of the reference; that make them of what was heard */
};

/* The utterances as the chip hears them, or the network in floating point. */
struct hearing {
    int32_t **labels;   /* [utterance][frame] */
    struct score score; /* of all */
};

struct recognition {
    const struct recognise_options *options;
    struct chip_folder chip;
    struct workspace work;
    struct labels labels;
    struct recognised said;
    struct hearing by_chip, by_float;
    int64_t alike; /* frames in which they say the same */
};

/* Frames of an utterance that were played. */
static int played(const struct recognition *r, int utterance)
{
    int rows = r->chip.program.utterances.frames[utterance].rows;
    int limit = r->options->frames;
    return limit > 0 && limit < rows ? limit : rows;
}

static void label_chip(struct recognition *r)
{
    const struct program *p = &r->chip.program;
    const size_t elements = (size_t)p->network.output;
    double *y = allocate(elements, sizeof *y);
    for (int u = 0; u < p->utterances.count; u++)
        for (int t = 0; t < played(r, u); t++) {
            for (size_t i = 0; i < elements; i++)
                y[i] = ldexp(r->said.y[u][(size_t)t * elements + i], -quantized_output(&p->quant)->fraction);
            r->by_chip.labels[u][t] = classify(&p->network, y);
        }
    free(y);
}

static void label_float(struct recognition *r)
{
    const struct program *p = &r->chip.program;
    const size_t elements = (size_t)p->network.output;
    struct reference *reference = reference_new(&p->network);
    for (int u = 0; u < p->utterances.count; u++) {
        struct matrix features = p->utterances.frames[u];
        double *y = allocate((size_t)features.rows * elements, sizeof *y);
        features.rows = played(r, u);
        reference_run(reference, &features, NULL, y);
        for (int t = 0; t < features.rows; t++)
            r->by_float.labels[u][t] = classify(&p->network, y + (size_t)t * elements);
        free(y);
    }
    reference_free(reference);
}

static struct score score_of(const struct recognition *r, const struct hearing *heard, int u)
{
    int frames = played(r, u);
    const int32_t *labels = heard->labels[u], *right = r->labels.of[u];
    int32_t *said = allocate(2 * (size_t)frames, sizeof *said), *wanted = said + frames;
    int said_count = phones_said(labels, frames, said), count = phones_said(right, frames, wanted);
    struct score score = {.frames = frames, .phones = count};
    score.edits = phone_edits(said, said_count, wanted, count);
    for (int t = 0; t < frames; t++)
        score.right += labels[t] == right[t];
    free(said);
    return score;
}

static void judge(const struct recognition *r, struct hearing *heard)
{
    for (int u = 0; u < r->chip.program.utterances.count; u++) {
        struct score score = score_of(r, heard, u), *sum = &heard->score;
        sum->frames += score.frames;
        sum->right += score.right;
        sum->phones += score.phones;
        sum->edits += score.edits;
    }
}

static void count_alike(struct recognition *r)
{
    for (int u = 0; u < r->chip.program.utterances.count; u++)
        for (int t = 0; t < played(r, u); t++)
            r->alike += r->by_chip.labels[u][t] == r->by_float.labels[u][t];
}

static double utilization(const struct recognition *r)
{
    const struct program *p = &r->chip.program;
    return (double)p->true_nonzeros / ((double)p->d.pes * (double)r->said.cycles_per_frame);
}

/* ---- utterances ------------------------------------------------------------------------------ */

/* "  name         words", in as many lines as a terminal needs. */
static void write_words(struct text *text, const char *name, const char *words)
{
    size_t column = MARGIN, length;
    text_appendf(text, "  %-*s", MARGIN - 2, name);
    for (; *words != '\0'; words += length + (words[length] == ' ')) {
        length = strcspn(words, " ");
        if (column > MARGIN && column + 1 + length > LINE_WIDTH) {
            text_appendf(text, "\n%*s", MARGIN, "");
            column = MARGIN;
        }
        text_appendf(text, "%s%.*s", column > MARGIN ? " " : "", (int)length, words);
        column += length + (column > MARGIN);
    }
    text_append_char(text, '\n');
}

static struct text phones_of(const struct recognition *r, const int32_t *labels, int frames)
{
    struct text line = {0};
    int32_t *phones = allocate((size_t)frames, sizeof *phones);
    int count = phones_said(labels, frames, phones);
    for (int n = 0; n < count; n++)
        text_appendf(&line, "%s%s", n > 0 ? " " : "", r->labels.phones[phones[n]]);
    free(phones);
    return line;
}

static void write_utterance(struct text *text, const struct recognition *r, int u)
{
    int frames = played(r, u);
    struct score score = score_of(r, &r->by_chip, u);
    struct text by_chip = phones_of(r, r->by_chip.labels[u], frames);
    struct text by_float = phones_of(r, r->by_float.labels[u], frames);
    struct text reference = phones_of(r, r->labels.of[u], frames);
    bool same = strcmp(text_string(&by_chip), text_string(&by_float)) == 0;
    text_appendf(text, "%s  %lld of %lld frames right; %lld edits from the %lld phones of the "
                       "reference\n", r->chip.program.utterances.names[u], (long long)score.right,
                 (long long)score.frames, (long long)score.edits, (long long)score.phones);
    if (r->labels.sentence_count > 0)
        write_words(text, "sentence", r->labels.sentences[u]);
    write_words(text, same ? "chip, float" : "chip", text_string(&by_chip));
    if (!same)
        write_words(text, "float", text_string(&by_float));
    write_words(text, "reference", text_string(&reference));
    text_free(&by_chip);
    text_free(&by_float);
    text_free(&reference);
}

static bool is_standard_output(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

/* All of them to their file; a few, or all, to be printed. */
static bool write_utterances(struct text *text, const struct recognition *r, struct error *error)
{
    const char *path = r->options->sentences;
    int count = r->chip.program.utterances.count, few = count;
    bool ok = true;
    if (path != NULL && !is_standard_output(path)) {
        struct text all = {0};
        for (int u = 0; u < count; u++)
            write_utterance(&all, r, u);
        ok = text_write_file(&all, path, error);
        text_free(&all);
    }
    if (!is_standard_output(path) && count > FEW)
        few = FEW;
    for (int u = 0; u < few; u++)
        write_utterance(text, r, u);
    if (few < count)
        text_appendf(text, "and %d more: %s%s\n", count - few, path != NULL ? "all are in " : "",
                     path != NULL ? path : "--sentences FILE writes all");
    return ok;
}

/* ---- results --------------------------------------------------------------------------------- */

static void write_rates(struct text *text, const struct recognition *r)
{
    const struct score *by_chip = &r->by_chip.score, *by_float = &r->by_float.score;
    text_appendf(text, "%-*s%8s  %8s\n", RESULT, "", "chip", "float");
    text_appendf(text, "%-*s%6.1f %%  %6.1f %%   edits from the reference, of its %s phones\n",
                 RESULT, "phone error rate", percent(by_chip->edits, by_chip->phones),
                 percent(by_float->edits, by_float->phones), commas(by_chip->phones).text);
    text_appendf(text, "%-*s%6.1f %%  %6.1f %%   of %s; chip and float say the same in %.1f %%\n",
                 RESULT, "frames right", percent(by_chip->right, by_chip->frames),
                 percent(by_float->right, by_float->frames), commas(by_chip->frames).text,
                 percent(r->alike, by_chip->frames));
}

/* Cycles are measured between the starts of two frames, which a run of one has not. */
static void write_speed(struct text *text, const struct recognition *r)
{
    int64_t cycles = r->said.cycles_per_frame;
    int channels = r->chip.program.d.channels;
    double us = cycles_to_us(r->chip.program.config.clock_mhz, cycles), spoken = FRAME_MS * 1e3;
    if (cycles <= 0) {
        text_appendf(text, "%-*snot measured: too few frames\n", RESULT, "speed");
        return;
    }
    text_appendf(text, "%-*s%s cycles a frame (model: %s); %.1f %% of the multiplier slots do "
                       "useful work\n", RESULT, "speed", commas(cycles).text,
                 commas(r->said.model_cycles).text, 100.0 * utilization(r));
    text_appendf(text,
                 "%-*s%.3f us a frame at %d MHz, %d voice%s at once; with a frame every %d ms\n"
                 "%*sa real-time factor of %.5f: each voice %s times as fast as it is spoken\n",
                 RESULT, "on a device", us, r->chip.program.config.clock_mhz, channels,
                 channels == 1 ? "" : "s",
                 FRAME_MS, RESULT, "", us / spoken, commas((int64_t)(spoken / us)).text);
}

/* Who scores the classes: the chip, whose y are the scores then, or the host. */
static bool chip_scores(const struct recognition *r)
{
    return r->chip.program.network.after == NULL;
}

static void write_results(struct text *text, const struct recognition *r)
{
    const struct program *p = &r->chip.program;
    text_appendf(text, "\n%d utterances, %s frames, %d voices at once on %d PEs each, simulated by "
                       "Verilator\n", p->utterances.count, commas(r->by_chip.score.frames).text,
                 p->d.channels, p->d.pes);
    write_rates(text, r);
    text_appendf(text, "%-*s%s\n", RESULT, "scores",
                 chip_scores(r) ? "by the chip: its y are those of the classes"
                                : "by the host, of the chip's y: output.W is not on the chip");
    text_appendf(text, "%-*s%s: ", RESULT, "outputs", r->said.pass ? "bit-exact" : "WRONG");
    for (int n = 0; n < r->said.count; n++) {
        text_append(text, n > 0 ? "; " : "");
        checked_text(text, &r->said.results[n].checked, CHECKED_VALUES);
    }
    text_append(text, " against the golden model\n");
    write_speed(text, r);
    if (!r->said.pass)
        text_appendf(text, "%-*s%s; log: %s\n", RESULT, "failed", recognised_result(&r->said)->reason,
                     recognised_result(&r->said)->log_path);
}

static double share(int64_t part, int64_t whole)
{
    return percent(part, whole) / 100.0;
}

static json_t *recognition_json(const struct recognition *r)
{
    const struct score *by_chip = &r->by_chip.score, *by_float = &r->by_float.score;
    int64_t cycles = r->said.cycles_per_frame;
    double us = cycles_to_us(r->chip.program.config.clock_mhz, cycles);
    return json_pack("{s:s, s:s, s:i, s:I, s:f, s:f, s:f, s:I, s:f, s:f, s:I, s:I, s:f, s:f, s:f, "
                     "s:i}", "verdict", r->said.pass ? "pass" : "fail", "scores",
                     chip_scores(r) ? "chip" : "host", "utterances", r->chip.program.utterances.count,
                     "frames", (json_int_t)by_chip->frames,
                     "frame_accuracy", share(by_chip->right, by_chip->frames),
                     "float_frame_accuracy", share(by_float->right, by_float->frames),
                     "frames_alike", share(r->alike, by_chip->frames), "phones",
                     (json_int_t)by_chip->phones, "phone_error_rate",
                     share(by_chip->edits, by_chip->phones), "float_phone_error_rate",
                     share(by_float->edits, by_float->phones), "cycles_per_frame",
                     (json_int_t)cycles, "model_cycles_per_frame",
                     (json_int_t)r->said.model_cycles, "mac_utilization", utilization(r),
                     "us_per_frame", us, "real_time_factor", us / (FRAME_MS * 1e3), "voices",
                     r->chip.program.d.channels);
}

static bool write_all(const struct recognition *r, struct error *error)
{
    const char *json = r->options->json;
    struct text text = {0};
    bool ok = write_utterances(&text, r, error);
    if (ok && !is_standard_output(json)) {
        write_results(&text, r);
        fputs(text_string(&text), stdout);
    }
    text_free(&text);
    return ok && (json == NULL || json_write(recognition_json(r), json, error));
}

static void hearing_new(struct hearing *heard, const struct recognition *r)
{
    const struct utterances *u = &r->chip.program.utterances;
    heard->labels = allocate((size_t)u->count, sizeof *heard->labels);
    for (int n = 0; n < u->count; n++)
        heard->labels[n] = allocate((size_t)u->frames[n].rows, sizeof **heard->labels);
}

static void hearing_free(struct hearing *heard, int count)
{
    for (int n = 0; n < count; n++)
        free(heard->labels[n]);
    free(heard->labels);
}

static bool recognise(struct recognition *r, struct error *error)
{
    const struct program *p = &r->chip.program;
    bool ok = workspace_open(&r->work, r->chip.dir, r->options->work, error) &&
              recognise_play(&r->said, &r->chip, &r->work, r->options->frames, error);
    if (ok) {
        hearing_new(&r->by_chip, r);
        hearing_new(&r->by_float, r);
        label_chip(r);
        label_float(r);
        judge(r, &r->by_chip);
        judge(r, &r->by_float);
        count_alike(r);
        ok = write_all(r, error);
        accuracy_warn_of(p, &r->said.accuracy);
        ok = ok && accuracy_expected(p, &r->said.accuracy, error);
        hearing_free(&r->by_chip, p->utterances.count);
        hearing_free(&r->by_float, p->utterances.count);
    }
    workspace_close(&r->work, !ok || !r->said.pass);
    return ok;
}

int command_recognise(const struct recognise_options *options)
{
    struct error error;
    struct recognition r = {.options = options};
    if (is_standard_output(options->json) && is_standard_output(options->sentences)) {
        fprintf(stderr, "ese: --json - and --sentences -: only one can be standard output\n");
        return 2;
    }
    bool ok = output_file_check("--json", options->json, &error) &&
              output_file_check("--sentences", options->sentences, &error) &&
              chip_open(&r.chip, options->dir, &error), pass = false;
    if (ok) {
        const struct program *p = &r.chip.program;
        const int classes = network_classes(&p->network);
        if (p->utterances.count == 0 || classes == 0)
            ok = fail(&error, "the chip in '%s' has nothing to recognise: its model needs "
                      "utterances, and a linear layer at its end, or output.W and output.b",
                      options->dir);
        else
            ok = labels_read(&r.labels, p->config.model.utterances, &p->utterances, classes,
                             &error);
        if (ok) {
            ok = recognise(&r, &error);
            pass = r.said.pass;
            recognised_free(&r.said);
            labels_free(&r.labels);
        }
        chip_close(&r.chip);
    }
    if (!ok)
        fprintf(stderr, "ese: %s\n", error.text);
    return ok && pass ? 0 : 1;
}
