/* SPDX-License-Identifier: Apache-2.0
 * ese verify: golden model, cycle model, Verilator and Icarus must agree, in values and cycles. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/command/commands.h"
#include "gen/command/notes.h"
#include "gen/folder/chip_folder.h"
#include "gen/folder/json_file.h"
#include "gen/folder/output.h"
#include "gen/folder/workspace.h"
#include "gen/image/images.h"
#include "gen/report/accuracy.h"
#include "gen/report/chart.h"
#include "gen/report/chart_svg.h"
#include "gen/verify/play.h"
#include "gen/verify/selftest.h"
#include "gen/verify/simulate.h"
#include "gen/verify/waveform.h"
#include "models/program/derive.h"

enum { DEFAULT_FRAMES = 20, LINE_WIDTH = 100 };

/* Above this many multipliers Icarus takes hours. */
enum { ICARUS_MULTIPLIERS_MOST = 64 };

struct verification {
    const struct verify_options *options;
    struct chip_folder chip;
    struct model_folder model;     /* if the options name one */
    const struct program *program; /* of the model that is played */
    struct workspace work;
    char *images;                  /* folder to run in, NULL: the chip's own */
    struct play play;
    char *stimulus;
    struct waveform waveform;      /* if the options want one */
    bool used[SIMULATOR_COUNT];
    struct simulation_result results[SIMULATOR_COUNT];
    bool pass;             /* the chip does what the golden model says */
    enum verdict verdict;
};

static void choose_simulators(struct verification *v)
{
    enum simulator_choice choice = v->options->sim;
    int multipliers = v->program->d.pes * v->program->d.channels;
    if (choice == SIM_DEFAULT)
        choice = multipliers <= ICARUS_MULTIPLIERS_MOST ? SIM_BOTH : SIM_VERILATOR;
    v->used[SIMULATOR_VERILATOR] = choice != SIM_ICARUS;
    v->used[SIMULATOR_ICARUS] = choice != SIM_VERILATOR;
}

static bool link_file(const char *folder, const char *from, const char *name, struct error *error)
{
    struct text target = {0}, link = {0};
    char *whole = realpath(from, NULL);
    text_appendf(&target, "%s/%s", whole != NULL ? whole : from, name);
    text_appendf(&link, "%s/%s", folder, name);
    unlink(text_string(&link));
    bool ok = whole != NULL && symlink(text_string(&target), text_string(&link)) == 0;
    if (!ok)
        fail(error, "cannot link to %s/%s: %s", from, name, strerror(errno));
    free(whole);
    text_free(&target);
    text_free(&link);
    return ok;
}

/* An image of the chip's own. */
static bool link_table(const struct verification *v, const char *from, const char *name,
                       struct error *error)
{
    char file[64];
    snprintf(file, sizeof file, "%s%s", image_mark(&v->chip.program.config).text, name);
    return link_file(v->images, from, file, error);
}

/* A folder with the images of another model, and the chip's own that stay. */
static bool gather_images(struct verification *v, struct error *error)
{
    struct text own = {0}, folder = {0};
    text_appendf(&own, "%s/mem", v->chip.dir);
    text_appendf(&folder, "%s/model", v->work.dir);
    mkdir(text_string(&folder), 0777); /* what does not work shows with the links */
    v->images = folder.data;
    bool ok = link_table(v, text_string(&own), "sigmoid.mem", error) &&
              link_table(v, text_string(&own), "tanh.mem", error) &&
              link_file(v->images, v->options->model, "model.bin", error) &&
              link_file(v->images, v->options->model, "weights.bin", error);
    text_free(&own);
    return ok;
}

static bool write_stimulus(struct verification *v, struct error *error)
{
    struct text path = {0};
    text_appendf(&path, "%s/stimulus.bin", v->work.dir);
    v->stimulus = path.data;
    return stimulus_write(&v->play.stimulus, v->stimulus, error);
}

static bool plan_waveform(struct verification *v, struct error *error)
{
    const struct verify_options *options = v->options;
    const struct waveform_options wanted = {
        options->trace_phase, options->trace_first,
        options->trace_frames ? options->trace_last : -1, options->trace_scope};
    return options->trace == NULL ||
           waveform_plan(&v->waveform, &wanted, &v->play, v->chip.dir, error);
}

static bool run_simulator(struct verification *v, enum simulator s, struct error *error)
{
    bool second = s == SIMULATOR_ICARUS && v->used[SIMULATOR_VERILATOR];
    char *trace = waveform_file(v->options->trace, second ? ".icarus" : "");
    struct simulation simulation = {.simulator = s,
                                    .folder = v->chip.dir,
                                    .work = v->work.dir,
                                    .stimulus = v->stimulus,
                                    .images = v->images,
                                    .trace = waveform_trace(&v->waveform, trace),
                                    .seed = 1 + (uint32_t)(v->options->seed & 0xffff),
                                    .jobs = v->options->jobs};
    bool ok = simulate(&simulation, &v->results[s], error) &&
              waveform_write_view(trace, v->program, error);
    free(trace);
    v->pass = v->pass && v->results[s].pass;
    return ok;
}

static bool run_simulators(struct verification *v, struct error *error)
{
    if (v->options->trace != NULL &&
        !waveform_write_names(&v->waveform, v->program, v->work.dir, error))
        return false;
    for (int s = 0; s < SIMULATOR_COUNT; s++)
        if (v->used[s] && !run_simulator(v, (enum simulator)s, error))
            return false;
    return true;
}

static bool waits_for_memory(const struct verification *v)
{
    return play_waits_for_memory(v->program, &v->play.cycles);
}

/* Cycles of a frame in a phase, or -1: between the last two starts, or, where frames wait for the memory,
 * some more and some less, the mean of the second half. */
static int64_t phase_cycles(const struct verification *v, const struct simulation_phase *phase)
{
    int last = phase->frame_count - 1, middle = last / 2;
    if (!waits_for_memory(v) || phase->cycles_per_frame < 0)
        return phase->cycles_per_frame;
    return (phase->frames[last].start - phase->frames[middle].start) / (last - middle);
}

/* In steady state, with an ideal memory. */
static int64_t steady_cycles(const struct verification *v, enum simulator s)
{
    if (!v->used[s] || v->results[s].phase_count <= PHASE_STEADY)
        return -1;
    return phase_cycles(v, &v->results[s].phases[PHASE_STEADY]);
}

static int64_t measured_cycles(const struct verification *v)
{
    for (int s = 0; s < SIMULATOR_COUNT; s++)
        if (steady_cycles(v, (enum simulator)s) >= 0)
            return steady_cycles(v, (enum simulator)s);
    return -1;
}

static double utilization(const struct verification *v, int64_t cycles)
{
    return cycles > 0 ? (double)v->program->true_nonzeros /
                            ((double)v->program->d.pes * (double)cycles)
                      : 0.0;
}

/* As the model has it.  Where frames wait for the memory: about as many as there are bus words, but for
 * what is read ahead, and for streams that share a port and get in each other's way. */
static bool cycles_expected(const struct verification *v, int64_t cycles)
{
    const struct program *p = v->program;
    int64_t model = v->play.cycles.cycles_per_frame, bus = derive_traffic(p).clocks;
    if (!waits_for_memory(v))
        return cycles == model;
    int64_t ahead = (INT64_C(3) << p->d.fetch_bits) / (v->play.frames / 2);
    return cycles >= model * 9 / 10 && cycles <= bus + bus / 10 + ahead;
}

/* The harness compares every frame's start with the model; here the simulators with each other. */
static bool same_cycles(const struct verification *v)
{
    int64_t measured = measured_cycles(v);
    for (int s = 0; s < SIMULATOR_COUNT; s++)
        if (v->used[s] && steady_cycles(v, (enum simulator)s) != measured)
            return false;
    return cycles_expected(v, measured);
}

static json_t *result_json(const struct simulation_result *r)
{
    json_t *messages = json_array(), *phases = json_array();
    for (int m = 0; m < r->message_count; m++)
        json_array_append_new(messages, json_string(r->messages[m]));
    for (int n = 0; n < r->phase_count; n++)
        json_array_append_new(
            phases, json_pack("{s:s, s:I, s:i, s:I, s:b, s:I}", "name", r->phases[n].name, "seed",
                              (json_int_t)r->phases[n].seed, "frames", r->phases[n].frame_count,
                              "cycles", (json_int_t)r->phases[n].cycles, "cut", r->phases[n].cut,
                              "cycles_per_frame", (json_int_t)r->phases[n].cycles_per_frame));
    return json_pack("{s:s, s:f, s:f, s:I, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "verdict",
                     r->pass ? "pass" : "fail", "build_seconds", r->build_seconds, "run_seconds",
                     r->run_seconds, "cycles", (json_int_t)r->cycles, "cycles_per_second",
                     r->cycles_per_second, "y_checked", (json_int_t)r->y_checked, "c_checked",
                     (json_int_t)r->c_checked, "y_at_ends", (json_int_t)r->y_at_ends, "c_at_ends",
                     (json_int_t)r->c_at_ends, "mismatches", (json_int_t)r->mismatches,
                     "violations", (json_int_t)r->violations, "messages", messages, "phases",
                     phases);
}

static json_t *verification_json(const struct verification *v)
{
    const struct program *p = v->program;
    int64_t cycles = measured_cycles(v), mismatches = 0;
    json_t *simulators = json_object();
    for (int s = 0; s < SIMULATOR_COUNT; s++) {
        if (!v->used[s])
            continue;
        mismatches += v->results[s].mismatches;
        json_object_set_new(simulators, simulator_name((enum simulator)s),
                            result_json(&v->results[s]));
    }
    json_t *phases = json_array();
    for (uint32_t n = 0; n < v->play.stimulus.phase_count; n++)
        json_array_append_new(phases, json_string(v->play.stimulus.phases[n].name));
    char hash[16];
    snprintf(hash, sizeof hash, "%08x", (unsigned)p->config_hash);
    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:o, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:o, s:o}",
                     "verdict", verdict_name(v->verdict), "config_hash", hash, "frames",
                     v->play.frames, "channels", p->d.channels, "pes", p->d.pes, "phases", phases,
                     "seed", (json_int_t)v->options->seed, "mismatches", (json_int_t)mismatches,
                     "cycles_per_frame", (json_int_t)cycles, "model_cycles_per_frame",
                     (json_int_t)v->play.cycles.cycles_per_frame, "memory_cycles_per_frame",
                     (json_int_t)derive_traffic(p).clocks, "mac_utilization",
                     utilization(v, cycles), "max_float_error", v->play.accuracy.quantized.max_error,
                     "accuracy", accuracy_json(p, &v->play.accuracy), "simulators", simulators);
}

/* The steady phase of the first simulator that charted frames, or NULL. */
static const struct simulation_phase *charted(const struct verification *v,
                                              enum simulator *simulator)
{
    for (int s = 0; s < SIMULATOR_COUNT; s++) {
        if (!v->used[s] || v->results[s].phase_count <= PHASE_STEADY ||
            v->results[s].phases[PHASE_STEADY].chart_count == 0)
            continue;
        *simulator = (enum simulator)s;
        return &v->results[s].phases[PHASE_STEADY];
    }
    return NULL;
}

static void print_chart(const struct verification *v)
{
    enum simulator simulator;
    const struct simulation_phase *phase = charted(v, &simulator);
    if (phase == NULL)
        return;
    const struct simulation_chart *chart = &phase->charts[0];
    struct text text = {0};
    printf("\nFrame %d as measured by %s:\n", chart->frame, simulator_name(simulator));
    chart_text(&text, v->program, chart->products, chart->passes, phase->frames[chart->frame].start);
    fputs(text_string(&text), stdout);
    text_free(&text);
}

/* Then what a product waited for is what the model says. */
static bool ran_as_planned(const struct verification *v, const struct simulation_chart *measured,
                           int64_t start, const struct cycles_frame *planned)
{
    for (int n = 0; n < v->program->product_count; n++) {
        const struct interval *ran = &measured->products[n], *plan = &planned->products[n];
        if (ran->begin - start != plan->begin - planned->start ||
            ran->end - start != plan->end - planned->start)
            return false;
    }
    return true;
}

/* A frame as planned, and below it as measured. */
static bool draw_charts(const struct verification *v, struct error *error)
{
    enum simulator simulator;
    const struct simulation_phase *phase = charted(v, &simulator);
    if (phase == NULL || phase->chart_count < 2 || phase->frames[phase->charts[1].frame].start < 0)
        return fail(error, "--svg: nothing to draw: the simulator did not get through a frame");
    const struct simulation_chart *now = &phase->charts[0], *next = &phase->charts[1];
    const struct cycles_frame *planned = &v->play.cycles.frames[now->frame];
    const int64_t start[2] = {phase->frames[now->frame].start, phase->frames[next->frame].start};
    bool as_planned = ran_as_planned(v, now, start[0], &planned[0]) &&
                      ran_as_planned(v, next, start[1], &planned[1]);
    char heading[64];
    snprintf(heading, sizeof heading, "frame %d as measured by %s", now->frame,
             simulator_name(simulator));
    const struct chart_frame frames[] = {
        {.heading = "as planned",
         .now = {planned[0].products, planned[0].passes, planned[0].start, planned[0].waits},
         .next = {planned[1].products, planned[1].passes, planned[1].start, planned[1].waits}},
        {.heading = heading,
         .now = {now->products, now->passes, start[0], as_planned ? planned[0].waits : NULL},
         .next = {next->products, next->passes, start[1], as_planned ? planned[1].waits : NULL}}};
    return chart_svg_write(v->options->svg, v->program, frames, 2, error);
}

static void print_result(const struct verification *v, enum simulator simulator)
{
    const struct simulation_result *r = &v->results[simulator];
    printf("%-9s  %s  %lld y and %lld c values, %lld cycles at %.0f a second, built in %.1f s\n",
           simulator_name(simulator), r->pass ? "bit-exact" : "FAIL     ", (long long)r->y_checked,
           (long long)r->c_checked, (long long)r->cycles, r->cycles_per_second, r->build_seconds);
    if (r->y_at_ends + r->c_at_ends > 0)
        printf("           of which %lld and %lld stand at an end of their format\n",
               (long long)r->y_at_ends, (long long)r->c_at_ends);
    if (r->pass)
        return;
    printf("           %s (%lld wrong values, %lld other faults); log: %s\n", r->reason,
           (long long)r->mismatches, (long long)r->violations, r->log_path);
    for (int m = 0; m < r->message_count; m++)
        printf("           %s\n", r->messages[m]);
}

/* What was played, in lines of a terminal. */
static void print_phases(const struct play *play)
{
    size_t column = (size_t)printf("phases:");
    for (uint32_t n = 0; n < play->stimulus.phase_count; n++) {
        const char *name = play->stimulus.phases[n].name;
        bool last = n + 1 == play->stimulus.phase_count;
        if (column + strlen(name) + 2 > LINE_WIDTH)
            column = (size_t)printf("\n       ") - 1;
        column += (size_t)printf(" %s%s", name, last ? "" : ",");
    }
    printf("\n");
}

/* Cycles of a frame with a memory that refreshes and changes rows. */
static void print_memory(const struct verification *v, int64_t ideal)
{
    for (int s = 0; s < SIMULATOR_COUNT; s++)
        for (int n = 0; v->used[s] && n < v->results[s].phase_count; n++) {
            const struct simulation_phase *phase = &v->results[s].phases[n];
            int64_t cycles = phase_cycles(v, phase);
            if (strcmp(phase->name, "ddr3") != 0 || cycles < 0 || ideal <= 0)
                continue;
            printf("with a memory like DDR3-1600: %lld, %.1f %% more\n", (long long)cycles,
                   100.0 * (double)(cycles - ideal) / (double)ideal);
            return;
        }
}

static void print_accuracy(const struct verification *v)
{
    const struct accuracy *accuracy = &v->play.accuracy;
    struct text text = {0};
    text_appendf(&text, "\nAccuracy of y on the %lld frames played%s\n", (long long)accuracy->frames,
                 v->program->utterances.count == 0 ? ", of noise" : "");
    accuracy_table(&text, v->program, accuracy);
    printf("%s\n", text_string(&text));
    text_free(&text);
}

/* Of those that were used the one that failed; all of them, if all did or if they disagree. */
static const char *failed_simulators(const struct verification *v)
{
    bool failed[SIMULATOR_COUNT];
    for (int s = 0; s < SIMULATOR_COUNT; s++)
        failed[s] = v->used[s] && !v->results[s].pass;
    if (v->used[SIMULATOR_VERILATOR] && v->used[SIMULATOR_ICARUS] &&
        failed[SIMULATOR_VERILATOR] == failed[SIMULATOR_ICARUS])
        return "both";
    bool icarus = failed[SIMULATOR_ICARUS] || !v->used[SIMULATOR_VERILATOR];
    return simulator_name(icarus ? SIMULATOR_ICARUS : SIMULATOR_VERILATOR);
}

static void append_path(struct text *line, const char *option, const char *path)
{
    if (path == NULL)
        return;
    text_append(line, option);
    text_append_quoted(line, path);
}

/* The command that plays the same again where it failed. */
static void print_replay(const struct verification *v)
{
    const struct verify_options *options = v->options;
    struct text line = {0};
    text_append_quoted(&line, options->dir);
    append_path(&line, " --model ", options->model);
    append_path(&line, " --work ", options->work);
    if (options->faults > 0)
        text_appendf(&line, " --faults %d", options->faults);
    else
        text_appendf(&line, " --frames %d", v->play.frames);
    printf("again: ese verify %s --seed %llu --sim %s\n", text_string(&line),
           (unsigned long long)options->seed, failed_simulators(v));
    text_free(&line);
}

static void print_verification(const struct verification *v)
{
    const struct program *p = v->program;
    const struct play *play = &v->play;
    int64_t cycles = measured_cycles(v);
    print_chart(v);
    printf("\n%d PEs x %d channels, %d frames, seed %llu\n", p->d.pes, p->d.channels, play->frames,
           (unsigned long long)v->options->seed);
    print_phases(play);
    for (int s = 0; s < SIMULATOR_COUNT; s++)
        if (v->used[s])
            print_result(v, (enum simulator)s);
    if (cycles < 0)
        printf("cycles a frame: not measured, %lld by the model\n",
               (long long)play->cycles.cycles_per_frame);
    else
        printf("cycles a frame: %lld measured, %lld by the model; %.1f %% of the multiplier slots do "
               "useful work\n",
               (long long)cycles, (long long)play->cycles.cycles_per_frame,
               100.0 * utilization(v, cycles));
    if (waits_for_memory(v))
        printf("external memory, at a bus word a clock: %lld, so the array waits\n",
               (long long)derive_traffic(p).clocks);
    if (cycles >= 0 && !same_cycles(v))
        printf("the cycles of a frame are not as they should be, or not the same in all simulators\n");
    print_memory(v, cycles);
    print_accuracy(v);
    if (v->verdict == VERDICT_FAIL)
        print_replay(v);
    printf("verdict: %s\n", accuracy_verdict_line(v->verdict, v->program, &v->play.accuracy));
}

static void print_changes(const struct verification *v)
{
    struct text changed = {0};
    struct error error;
    if (output_check(v->chip.dir, &changed, &error) && changed.length > 0)
        fprintf(stderr, "ese: note: not as generated:\n%s", text_string(&changed));
    text_free(&changed);
}

static bool make_plan(struct verification *v, struct error *error)
{
    const struct verify_options *options = v->options;
    const struct program *p = v->program;
    int frames = options->frames > 0 ? options->frames : DEFAULT_FRAMES;
    if (options->faults > 0 && p->config.memory == MEMORY_ROM)
        return fail(error, "--faults: '%s' has its model in read-only memory; faults are for chips with "
                           "memory: resident or stream", v->chip.dir);
    if (options->faults > 0)
        play_faults(&v->play, p, options->faults, options->seed);
    else
        play_build(&v->play, p, frames, options->seed);
    v->play.stimulus.config_hash = v->chip.program.config_hash;
    return true;
}

static bool verify(struct verification *v, struct error *error)
{
    const struct verify_options *options = v->options;
    if (!chip_open(&v->chip, options->dir, error))
        return false;
    v->program = &v->chip.program;
    if (options->model != NULL) {
        if (!model_open(&v->model, options->model, &v->chip, error)) {
            chip_close(&v->chip);
            return false;
        }
        v->program = &v->model.program;
    }
    note_model(v->program);
    print_changes(v);
    choose_simulators(v);
    v->pass = true;
    bool ok = make_plan(v, error) && plan_waveform(v, error) &&
              workspace_open(&v->work, v->chip.dir, options->work, error) &&
              (options->model == NULL || gather_images(v, error)) && write_stimulus(v, error) &&
              run_simulators(v, error);
    if (ok) {
        v->pass = v->pass && same_cycles(v);
        v->verdict = v->pass ? accuracy_verdict(v->program, &v->play.accuracy) : VERDICT_FAIL;
        bool quiet = options->json != NULL && strcmp(options->json, "-") == 0;
        if (!quiet)
            print_verification(v);
        if (options->json != NULL)
            ok = json_write(verification_json(v), options->json, error);
        if (ok && options->svg != NULL)
            ok = draw_charts(v, error);
    }
    if (ok) {
        accuracy_warn_of(v->program, &v->play.accuracy);
        ok = accuracy_expected(v->program, &v->play.accuracy, error);
    }
    for (int s = 0; s < SIMULATOR_COUNT; s++)
        if (v->used[s])
            simulation_result_free(&v->results[s]);
    free(v->stimulus);
    free(v->images);
    waveform_free(&v->waveform);
    play_free(&v->play);
    workspace_close(&v->work, !ok || !v->pass);
    if (options->model != NULL)
        model_close(&v->model);
    chip_close(&v->chip);
    return ok;
}

/* What would be noticed only after all the work. */
static bool check_files(const struct verify_options *options, struct error *error)
{
    return output_file_check("--json", options->json, error) &&
           output_file_check("--trace", options->trace, error) &&
           chart_svg_check(options->svg, error);
}

static bool self_test(struct verification *v, struct error *error)
{
    const struct verify_options *options = v->options;
    const struct selftest_options self = {
        .dir = options->dir,
        .work = options->work,
        .simulator = options->sim == SIM_ICARUS ? SIMULATOR_ICARUS : SIMULATOR_VERILATOR,
        .seed = options->seed,
        .json = options->json,
        .jobs = options->jobs,
    };
    bool ok = selftest(&self, &v->pass, error);
    v->verdict = v->pass ? VERDICT_PASS : VERDICT_FAIL;
    return ok;
}

/* The first option that goes into the command and that the self-test has no use for, or NULL. */
static const char *unused_by_selftest(const struct verify_options *options)
{
    return options->model != NULL   ? "--model"
           : options->frames > 0    ? "--frames"
           : options->faults > 0    ? "--faults"
           : options->trace != NULL ? "--trace"
           : options->svg != NULL   ? "--svg"
           : options->sim == SIM_BOTH ? "--sim both"
                                      : NULL;
}

/* The first option that says what a waveform is to hold, or NULL. */
static const char *trace_option(const struct verify_options *options)
{
    return options->trace_phase != NULL   ? "--trace-phase"
           : options->trace_frames        ? "--trace-frames"
           : options->trace_scope != NULL ? "--trace-scope"
                                          : NULL;
}

/* What does not go together. */
static bool check_usage(const struct verify_options *options, struct error *error)
{
    const char *unused = options->selftest ? unused_by_selftest(options) : NULL;
    if (unused != NULL)
        return fail(error, "--selftest plays frames of its own, with the chip's own model, in one "
                           "simulator: it does not go with %s", unused);
    if (options->trace == NULL && trace_option(options) != NULL)
        return fail(error, "%s goes with --trace FILE.fst, which is not given",
                    trace_option(options));
    if (options->frames > 0 && options->frames < VERIFY_FRAMES_LEAST)
        return fail(error, "--frames: %d is too few; at least %d are played, because a frame's "
                           "cycles are measured in steady state",
                    options->frames, VERIFY_FRAMES_LEAST);
    if (options->frames > 0 && options->faults > 0)
        return fail(error, "--faults plays phases of few frames: it does not go with --frames");
    if (options->svg != NULL && options->faults > 0)
        return fail(error, "--svg: frames are charted in the usual phases: it does not go with "
                           "--faults");
    return true;
}

int command_verify(const struct verify_options *options)
{
    struct error error;
    struct verification v = {.options = options};
    bool usage = check_usage(options, &error);
    bool ok = usage && check_files(options, &error) &&
              (options->selftest ? self_test(&v, &error) : verify(&v, &error));
    if (!ok)
        fprintf(stderr, "ese: %s\n", error.text);
    return !usage ? 2 : ok && verdict_is_good(v.verdict, options->strict) ? 0 : 1;
}
