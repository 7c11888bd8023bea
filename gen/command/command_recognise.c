/* SPDX-License-Identifier: Apache-2.0
 * ese recognise: plays recorded speech on the simulated chip, as many voices at once as it has
 * channels, and labels the frames from the chip's own outputs. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/command/commands.h"
#include "gen/folder/chip_folder.h"
#include "gen/folder/json_file.h"
#include "gen/report/accuracy.h"
#include "gen/verify/play.h"
#include "gen/verify/simulate.h"
#include "models/base/text.h"
#include "models/network/labels.h"
#include "models/network/reference.h"

struct recognition {
    const struct recognise_options *options;
    struct chip_folder chip;
    struct labels labels;
    struct play play;
    struct simulation_result result;
    int32_t *y;          /* [frames][channels][output] as the chip gave it */
    int **chip_phones;   /* [utterance][frame] */
    int **float_phones;
    int64_t frames, chip_right, float_right;
};

static bool simulate_chip(struct recognition *r, struct error *error)
{
    const struct stimulus *s = &r->play.stimulus;
    struct text folder = {0}, stimulus = {0}, dump = {0};
    text_appendf(&folder, "%s/build", r->chip.dir);
    mkdir(text_string(&folder), 0777); /* stimulus_write() tells if that did not work */
    text_appendf(&stimulus, "%s/utterances.bin", text_string(&folder));
    text_appendf(&dump, "%s/outputs.bin", text_string(&folder));
    struct simulation simulation = {.simulator = SIMULATOR_VERILATOR,
                                    .folder = r->chip.dir,
                                    .stimulus = text_string(&stimulus),
                                    .dump = text_string(&dump),
                                    .seed = 1};
    bool ok = stimulus_write(s, text_string(&stimulus), error) &&
              simulate(&simulation, &r->result, error);
    size_t words = (size_t)s->frame_count * s->channels * s->output;
    r->y = allocate(words, sizeof *r->y);
    if (ok) {
        FILE *file = fopen(text_string(&dump), "rb");
        if (file == NULL || fread(r->y, sizeof *r->y, words, file) != words)
            ok = fail(error, "%s: %s; the simulator's log: %s", text_string(&dump),
                      file == NULL ? strerror(errno) : "shorter than the run", r->result.log_path);
        if (file != NULL)
            fclose(file);
    }
    text_free(&folder);
    text_free(&stimulus);
    text_free(&dump);
    return ok;
}

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
    const struct stimulus *s = &r->play.stimulus;
    double *y = allocate(s->output, sizeof *y);
    for (size_t slot = 0; slot < (size_t)s->frame_count * s->channels; slot++) {
        struct voice voice = r->play.voices[slot];
        if (voice.utterance < 0)
            continue;
        for (size_t i = 0; i < s->output; i++)
            y[i] = ldexp(r->y[slot * s->output + i], -p->quant.formats.y);
        r->chip_phones[voice.utterance][voice.frame] = classify(&p->network, y);
    }
    free(y);
}

static void label_float(struct recognition *r)
{
    const struct program *p = &r->chip.program;
    struct reference *reference = reference_new(&p->network);
    for (int u = 0; u < p->utterances.count; u++) {
        struct reference_state state = reference_start(&p->network);
        const struct matrix *features = &p->utterances.frames[u];
        for (int t = 0; t < played(r, u); t++) {
            reference_step(reference, &state, features->at + (size_t)t * (size_t)features->cols);
            r->float_phones[u][t] = classify(&p->network, state.y);
        }
        reference_end(&state);
    }
    reference_free(reference);
}

static void count_right(struct recognition *r)
{
    for (int u = 0; u < r->chip.program.utterances.count; u++) {
        for (int t = 0; t < played(r, u); t++) {
            r->frames++;
            r->chip_right += r->chip_phones[u][t] == r->labels.of[u][t];
            r->float_right += r->float_phones[u][t] == r->labels.of[u][t];
        }
    }
}

/* Labels of frames as a line of phones: repeats once, silence left out. */
static void phone_line(struct text *text, const struct labels *labels, const int *phones, int frames)
{
    int before = 0;
    for (int t = 0; t < frames; before = phones[t++])
        if (phones[t] != before && phones[t] != 0)
            text_appendf(text, "%s%s", text->length > 0 ? " " : "", labels->phones[phones[t]]);
}

static double percent(int64_t part, int64_t whole)
{
    return whole > 0 ? 100.0 * (double)part / (double)whole : 0.0;
}

static double utilization(const struct recognition *r)
{
    const struct program *p = &r->chip.program;
    return (double)p->true_nonzeros / ((double)p->d.pes * (double)r->result.phases[0].cycles_per_frame);
}

static void print_recognition(const struct recognition *r)
{
    const struct program *p = &r->chip.program;
    for (int u = 0; u < p->utterances.count; u++) {
        struct text chip = {0}, reference = {0};
        int frames = played(r, u), right = 0;
        int *labels = allocate((size_t)frames, sizeof *labels);
        for (int t = 0; t < frames; t++) {
            labels[t] = (int)r->labels.of[u][t];
            right += r->chip_phones[u][t] == labels[t];
        }
        phone_line(&chip, &r->labels, r->chip_phones[u], frames);
        phone_line(&reference, &r->labels, labels, frames);
        printf("%s  %3d of %3d frames right\n  chip      %s\n  reference %s\n",
               p->utterances.names[u], right, frames, text_string(&chip), text_string(&reference));
        text_free(&chip);
        text_free(&reference);
        free(labels);
    }
    printf("\n%d utterances, %lld frames, %d voices at once on %d PEs, simulated by Verilator\n",
           p->utterances.count, (long long)r->frames, p->d.channels, p->d.pes);
    printf("outputs         %s: %lld y and %lld c values against the golden model\n",
           r->result.pass ? "bit-exact" : "WRONG", (long long)r->result.y_checked,
           (long long)r->result.c_checked);
    printf("frame accuracy  %.1f %% from the chip's outputs, %.1f %% in floating point\n",
           percent(r->chip_right, r->frames), percent(r->float_right, r->frames));
    printf("speed           %lld cycles a frame (model: %lld); %.1f %% of the multiplier slots do "
           "useful work\n",
           (long long)r->result.phases[0].cycles_per_frame,
           (long long)r->play.cycles.cycles_per_frame, 100.0 * utilization(r));
    if (!r->result.pass)
        printf("failed          %s; log: %s\n", r->result.reason, r->result.log_path);
}

static json_t *recognition_json(const struct recognition *r)
{
    return json_pack("{s:s, s:i, s:I, s:f, s:f, s:I, s:I, s:f}", "verdict",
                     r->result.pass ? "pass" : "fail", "utterances",
                     r->chip.program.utterances.count, "frames", (json_int_t)r->frames,
                     "frame_accuracy", percent(r->chip_right, r->frames) / 100.0,
                     "float_frame_accuracy", percent(r->float_right, r->frames) / 100.0,
                     "cycles_per_frame", (json_int_t)r->result.phases[0].cycles_per_frame,
                     "model_cycles_per_frame", (json_int_t)r->play.cycles.cycles_per_frame,
                     "mac_utilization", utilization(r));
}

static int **phones_new(const struct recognition *r)
{
    const struct utterances *u = &r->chip.program.utterances;
    int **phones = allocate((size_t)u->count, sizeof *phones);
    for (int n = 0; n < u->count; n++)
        phones[n] = allocate((size_t)u->frames[n].rows, sizeof **phones);
    return phones;
}

static void phones_free(int **phones, int count)
{
    for (int n = 0; n < count; n++)
        free(phones[n]);
    free(phones);
}

static bool recognise(struct recognition *r, struct error *error)
{
    const struct program *p = &r->chip.program;
    play_utterances(&r->play, p, r->options->frames);
    bool ok = simulate_chip(r, error);
    if (ok && r->result.phase_count == 0)
        ok = fail(error, "the simulation failed: %s; log: %s", r->result.reason, r->result.log_path);
    if (ok) {
        r->chip_phones = phones_new(r);
        r->float_phones = phones_new(r);
        label_chip(r);
        label_float(r);
        count_right(r);
        const char *json = r->options->json;
        if (json == NULL || strcmp(json, "-") != 0)
            print_recognition(r);
        if (json != NULL)
            ok = json_write(recognition_json(r), json, error);
        accuracy_warn_of(p, &r->play.accuracy);
        ok = ok && accuracy_expected(&r->play.accuracy, error);
        phones_free(r->chip_phones, p->utterances.count);
        phones_free(r->float_phones, p->utterances.count);
    }
    free(r->y);
    play_free(&r->play);
    return ok;
}

int command_recognise(const struct recognise_options *options)
{
    struct error error;
    struct recognition r = {.options = options};
    bool ok = chip_open(&r.chip, options->dir, &error), pass = false;
    if (ok) {
        const struct program *p = &r.chip.program;
        if (p->utterances.count == 0 || p->network.classes.rows == 0)
            ok = fail(&error, "the chip in '%s' has nothing to recognise: its model needs "
                      "utterances, and a class layer output.W and output.b", options->dir);
        else
            ok = labels_read(&r.labels, p->config.model.utterances, &p->utterances, &error);
        if (ok) {
            ok = recognise(&r, &error);
            pass = r.result.pass;
            simulation_result_free(&r.result);
            labels_free(&r.labels);
        }
        chip_close(&r.chip);
    }
    if (!ok)
        fprintf(stderr, "ese: %s\n", error.text);
    return ok && pass ? 0 : 1;
}
