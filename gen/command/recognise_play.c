/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/command/recognise_play.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/verify/model_folder.h"
#include "gen/verify/play.h"
#include "models/program/path.h"

/* A simulation: of the program, or of a part, whose y begin at `at` of a frame's. */
struct simulated {
    const struct program *program;
    const struct network_part *cut; /* NULL: of the whole program */
    int at;
    struct play play;
    int32_t *y; /* [frames][channels][output], as the chip gave it */
};

static bool read_dump(struct simulated *s, const char *path, const char *log, struct error *error)
{
    const struct stimulus *played = &s->play.stimulus;
    const size_t words = (size_t)played->frame_count * played->channels * stimulus_y(played)->elements;
    FILE *file = fopen(path, "rb");
    s->y = allocate(words, sizeof *s->y);
    const bool ok = (file != NULL && fread(s->y, sizeof *s->y, words, file) == words) ||
                    fail(error, "%s: %s; the simulator's log: %s", path,
                         file == NULL ? strerror(errno) : "shorter than the run", log);
    if (file != NULL)
        fclose(file);
    return ok;
}

static bool simulate_it(struct simulated *s, const struct chip_folder *chip, const struct workspace *work,
                        struct simulation_result *result, struct error *error)
{
    struct text stimulus = {0}, dump = {0};
    char *images = NULL;
    text_appendf(&stimulus, "%s/utterances.bin", work->dir);
    text_appendf(&dump, "%s/outputs.bin", work->dir);
    bool ok = s->cut == NULL ||
              (images = model_folder_gather(chip, NULL, s->program, work->dir, error)) != NULL;
    struct simulation simulation = {.simulator = SIMULATOR_VERILATOR, .folder = chip->dir, .work = work->dir,
                                    .stimulus = text_string(&stimulus), .dump = text_string(&dump),
                                    .images = images, .seed = 1};
    ok = ok && stimulus_write(&s->play.stimulus, text_string(&stimulus), error) &&
         simulate(&simulation, result, error) && read_dump(s, text_string(&dump), result->log_path, error);
    if (ok && result->phase_count == 0)
        ok = fail(error, "the simulation failed: %s; log: %s", result->reason, result->log_path);
    text_free(&stimulus);
    text_free(&dump);
    free(images);
    return ok;
}

/* To its utterances; of a part that goes backward the last frame came first. */
static void collect(const struct simulated *s, const struct program *whole, int32_t *const *y)
{
    const struct stimulus *played = &s->play.stimulus;
    const size_t elements = stimulus_y(played)->elements, output = (size_t)whole->network.output;
    for (size_t slot = 0; slot < (size_t)played->frame_count * played->channels; slot++) {
        const struct voice voice = s->play.voices[slot];
        if (voice.utterance < 0)
            continue;
        const int rows = s->program->utterances.frames[voice.utterance].rows;
        const int frame = s->cut != NULL && s->cut->backward ? rows - 1 - voice.frame : voice.frame;
        memcpy(y[voice.utterance] + (size_t)frame * output + s->at, s->y + slot * elements,
               elements * sizeof *s->y);
    }
}

/* `y`: whether that of the network is in it. */
static bool play_one(struct recognised *r, struct simulated *s, const struct chip_folder *chip,
                     const struct workspace *work, int limit, bool y, struct error *error)
{
    struct simulation_result *result = &r->results[r->count++];
    play_utterances(&s->play, s->program, limit);
    s->play.stimulus.config_hash = chip->program.config_hash;
    const bool ok = simulate_it(s, chip, work, result, error);
    if (ok) {
        const int64_t cycles = result->phases[0].cycles_per_frame;
        if (y)
            collect(s, &chip->program, r->y);
        if (cycles <= 0 || (r->count > 1 && r->cycles_per_frame == 0))
            r->cycles_per_frame = 0;
        else
            r->cycles_per_frame += cycles;
        r->model_cycles += s->play.cycles.cycles_per_frame;
        r->accuracy = s->play.accuracy;
        r->pass = r->pass && result->pass;
    }
    free(s->y);
    play_free(&s->play);
    return ok;
}

/* Each as long as it is to be heard. */
static void cut_utterances(struct program *p, int limit)
{
    bool any = false;
    for (int n = 0; limit > 0 && n < p->utterances.count; n++) {
        any = any || p->utterances.frames[n].rows > limit;
        if (p->utterances.frames[n].rows > limit)
            p->utterances.frames[n].rows = limit;
    }
    if (any)
        utterances_free(&p->expected);
}

static bool play_parts(struct recognised *r, struct chip_folder *chip, const struct workspace *work, int limit,
                       struct error *error)
{
    struct program *p = &chip->program;
    const int last = p->parts[p->part_count - 1].cut.writes;
    int at = 0;
    bool ok = true;
    cut_utterances(p, limit);
    path_utterances(p);
    for (int n = 0; ok && n < p->part_count; n++) {
        const struct network_part *cut = &p->parts[n].cut;
        struct simulated s = {.program = &p->parts[n].program, .cut = cut, .at = at};
        ok = play_one(r, &s, chip, work, 0, cut->writes == last, error);
        at += cut->writes == last ? cut->network.output : 0;
    }
    r->accuracy = path_accuracy(p);
    return ok;
}

bool recognise_play(struct recognised *r, struct chip_folder *chip, const struct workspace *work, int limit,
                    struct error *error)
{
    const struct program *p = &chip->program;
    struct simulated whole = {.program = p};
    *r = (struct recognised){.utterances = p->utterances.count, .pass = true};
    r->y = allocate((size_t)r->utterances, sizeof *r->y);
    for (int n = 0; n < r->utterances; n++)
        r->y[n] = allocate((size_t)p->utterances.frames[n].rows * (size_t)p->network.output, sizeof **r->y);
    return p->part_count > 0 ? play_parts(r, chip, work, limit, error)
                             : play_one(r, &whole, chip, work, limit, true, error);
}

const struct simulation_result *recognised_result(const struct recognised *r)
{
    for (int n = 0; n < r->count; n++)
        if (!r->results[n].pass)
            return &r->results[n];
    return &r->results[0];
}

void recognised_free(struct recognised *r)
{
    for (int n = 0; n < r->count; n++)
        simulation_result_free(&r->results[n]);
    for (int n = 0; n < r->utterances; n++)
        free(r->y[n]);
    free(r->y);
}
