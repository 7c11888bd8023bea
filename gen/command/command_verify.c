/* SPDX-License-Identifier: Apache-2.0
 * ese verify: golden model, cycle model, Verilator and Icarus must agree, in values and cycles. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/command/notes.h"
#include "gen/command/verification.h"
#include "gen/emit/prefix.h"
#include "gen/folder/json_file.h"
#include "gen/folder/process.h"
#include "gen/report/chart_svg.h"
#include "gen/report/parts.h"
#include "gen/verify/model_folder.h"
#include "gen/verify/netlist.h"
#include "gen/verify/saif.h"
#include "gen/verify/selftest.h"

enum { DEFAULT_FRAMES = 20 };

/* Above this many multipliers Icarus takes hours. */
enum { ICARUS_MULTIPLIERS_MOST = 64 };

static void choose_simulators(struct verification *v)
{
    enum simulator_choice choice = v->options->sim;
    int multipliers = v->program->d.pes * v->program->d.channels;
    if (choice == SIM_DEFAULT && v->options->netlist != NULL)
        choice = SIM_ICARUS; /* which takes models of cells as vendors write them */
    if (choice == SIM_DEFAULT)
        choice = multipliers <= ICARUS_MULTIPLIERS_MOST ? SIM_BOTH : SIM_VERILATOR;
    v->used[SIMULATOR_VERILATOR] = choice != SIM_ICARUS;
    v->used[SIMULATOR_ICARUS] = choice != SIM_VERILATOR;
}

/* Images of another model or of a part. */
static bool gather_images(struct verification *v, struct error *error)
{
    v->images = model_folder_gather(&v->chip, v->options->model, v->program, v->work.dir, error);
    return v->images != NULL;
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
    struct waveform_options wanted = {options->trace_phase, options->trace_first,
                                      options->trace_frames ? options->trace_last : -1,
                                      options->trace_scope};
    if (options->saif != NULL && wanted.phase == NULL)
        wanted.phase = "steady";
    if (options->saif != NULL && wanted.scope == NULL)
        wanted.scope = "ese_bench";
    return (options->trace == NULL && options->saif == NULL) ||
           waveform_plan(&v->waveform, &wanted, &v->play, v->chip.dir, error);
}

static bool take_netlist(struct verification *v, struct error *error)
{
    const struct netlist netlist = {.file = v->options->netlist,
                                    .cells = v->options->cells,
                                    .cell_count = v->options->cell_count};
    v->netlist = netlist_folder(&netlist, v->chip.dir, prefix_top(&v->chip.config).text,
                                v->work.dir, error);
    return v->netlist != NULL;
}

static bool simulate_chip(struct verification *v, enum simulator s, const char *trace,
                          struct error *error)
{
    struct simulation simulation = {.simulator = s,
                                    .folder = v->netlist != NULL ? v->netlist : v->chip.dir,
                                    .work = v->netlist != NULL ? v->netlist : v->work.dir,
                                    .stimulus = v->stimulus,
                                    .images = v->images,
                                    .trace = waveform_trace(&v->waveform, trace),
                                    .coverage = v->options->coverage != NULL,
                                    .seed = 1 + (uint32_t)(v->options->seed & 0xffff),
                                    .jobs = v->options->jobs};
    simulation.trace.signals_only = v->options->saif != NULL;
    bool ok = simulate(&simulation, &v->results[s], error);
    /* Models that assign without blocking where nothing is clocked, as Yosys's DSP48E1. */
    if (v->netlist != NULL && s == SIMULATOR_VERILATOR && !(ok && v->results[s].pass))
        fputs("ese: note: Verilator does not take every model of a cell, or takes it for another: "
              "--sim icarus has the last word\n", stderr);
    v->pass = v->pass && v->results[s].pass;
    return ok;
}

/* Of what did not pass the activity says nothing. */
static bool run_counted(struct verification *v, enum simulator s, const char *file,
                        struct error *error)
{
    struct saif_pipe *pipe = saif_open(error);
    if (pipe == NULL)
        return false;
    bool ok = simulate_chip(v, s, saif_path(pipe), error);
    struct error ignored;
    return saif_close(pipe, ok && v->results[s].pass ? file : NULL, ok ? error : &ignored) && ok;
}

static bool run_simulator(struct verification *v, enum simulator s, struct error *error)
{
    bool second = s == SIMULATOR_ICARUS && v->used[SIMULATOR_VERILATOR];
    const char *mark = second ? ".icarus" : "";
    char *trace = waveform_file(v->options->trace, mark);
    char *saif = waveform_file(v->options->saif, mark);
    bool ok = saif != NULL ? run_counted(v, s, saif, error)
                           : simulate_chip(v, s, trace, error) &&
                                 waveform_write_view(trace, v->program, error);
    free(trace);
    free(saif);
    return ok;
}

static bool run_simulators(struct verification *v, struct error *error)
{
    if ((v->options->trace != NULL || v->options->saif != NULL) &&
        !waveform_write_names(&v->waveform, v->program, v->work.dir, error))
        return false;
    for (int s = 0; s < SIMULATOR_COUNT; s++)
        if (v->used[s] && !run_simulator(v, (enum simulator)s, error))
            return false;
    return true;
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
        play_faults(&v->play, p, options->faults, options->seed, options->taps);
    else
        play_build(&v->play, p, frames, options->seed, options->taps);
    v->play.stimulus.config_hash = v->chip.program.config_hash;
    return true;
}

static bool make_coverage(struct verification *v, struct error *error)
{
    const char *counts = v->results[SIMULATOR_VERILATOR].coverage_path, *dir = v->chip.dir;
    struct text text = {0};
    if (v->options->coverage == NULL)
        return true;
    bool ok = counts == NULL || coverage_read(&v->coverage, counts, dir, v->program, error);
    verification_coverage(v, true, &text);
    ok = ok && coverage_folder_write(v->options->coverage, counts, dir, &text, error);
    text_free(&text);
    return ok;
}

static bool play(struct verification *v, struct error *error)
{
    const struct verify_options *options = v->options;
    bool counts = options->coverage != NULL && v->used[SIMULATOR_VERILATOR];
    v->pass = true;
    return (!counts || process_available("verilator_coverage", "verilator", error)) &&
           make_plan(v, error) && plan_waveform(v, error) &&
           workspace_open(&v->work, v->chip.dir, options->work, error) &&
           ((options->model == NULL && v->program->tapes.parts == 0) || gather_images(v, error)) &&
           (options->netlist == NULL || take_netlist(v, error)) && write_stimulus(v, error) &&
           run_simulators(v, error) && make_coverage(v, error);
}

static void judge(struct verification *v)
{
    v->pass = v->pass && verification_same_cycles(v);
    v->verdict = v->pass ? accuracy_verdict(v->program, &v->play.accuracy) : VERDICT_FAIL;
}

static bool tell(struct verification *v, struct error *error)
{
    const struct verify_options *options = v->options;
    judge(v);
    if (options->json == NULL || strcmp(options->json, "-") != 0)
        verification_print(v);
    if (options->json != NULL && !json_write(verification_json(v), options->json, error))
        return false;
    if (options->svg != NULL && !verification_draw(v, error))
        return false;
    accuracy_warn_of(v->program, &v->play.accuracy);
    return accuracy_expected(v->program, &v->play.accuracy, error);
}

static void close_play(struct verification *v, bool failed)
{
    for (int s = 0; s < SIMULATOR_COUNT; s++)
        if (v->used[s])
            simulation_result_free(&v->results[s]);
    coverage_free(&v->coverage);
    free(v->stimulus);
    free(v->images);
    free(v->netlist);
    waveform_free(&v->waveform);
    play_free(&v->play);
    workspace_close(&v->work, failed);
}

static void close_folders(struct verification *v)
{
    if (v->options->model != NULL)
        model_close(&v->model);
    chip_close(&v->chip);
}

/* ---- a network with layers that go backward: part by part ------------------------------------- */

/* The first option that is for one program, or NULL. */
static const char *unused_by_parts(const struct verify_options *options)
{
    return options->netlist != NULL    ? "--netlist"
           : options->trace != NULL    ? "--trace"
           : options->saif != NULL     ? "--saif"
           : options->svg != NULL      ? "--svg"
           : options->coverage != NULL ? "--coverage"
                                       : NULL;
}

/* Adds to `list` what came of it. */
static bool verify_part(struct verification *whole, int number, json_t *list, struct error *error)
{
    const struct verify_options *options = whole->options;
    const struct path_part *part = &whole->program->parts[number];
    const bool prints = options->json == NULL || strcmp(options->json, "-") != 0;
    struct verification v = {.options = options, .chip = whole->chip, .program = &part->program};
    struct text what = {0};
    part_text(&what, part);
    if (prints)
        printf("%s==== part %d: %s\n", number > 0 ? "\n" : "", number, text_string(&what));
    text_free(&what);
    choose_simulators(&v);
    const bool ok = play(&v, error);
    if (ok) {
        judge(&v);
        if (prints)
            verification_print(&v);
        json_array_append_new(list, verification_json(&v));
        whole->pass = whole->pass && v.pass;
        whole->verdict = v.verdict > whole->verdict ? v.verdict : whole->verdict;
    }
    close_play(&v, !ok || !v.pass);
    return ok;
}

/* Cycles of a frame in all parts, or -1 if they are not known of one. */
static int64_t measured_in(const json_t *parts)
{
    int64_t sum = 0;
    for (size_t n = 0; n < json_array_size(parts); n++) {
        const int64_t cycles =
            json_integer_value(json_object_get(json_array_get(parts, n), "cycles_per_frame"));
        if (cycles < 0)
            return -1;
        sum += cycles;
    }
    return sum;
}

static struct program *whole_program(struct verification *v)
{
    return v->options->model != NULL ? &v->model.program : &v->chip.program;
}

/* As if the part were all that there is. */
static bool choose_part(struct verification *v, struct error *error)
{
    struct program *whole = whole_program(v);
    if (!chip_has_part(whole, v->options->part, error))
        return false;
    path_utterances(whole);
    v->program = &whole->parts[v->options->part].program;
    return true;
}

/* What is said of all of them. */
static bool conclude_parts(struct verification *v, json_t *list, bool ok, struct error *error)
{
    const char *file = v->options->json;
    const struct program *whole = whole_program(v);
    const struct accuracy accuracy = path_accuracy(whole);
    char hash[16];
    snprintf(hash, sizeof hash, "%08x", (unsigned)whole->config_hash);
    json_t *json = json_pack("{s:s, s:s, s:I, s:I, s:o, s:o}", "verdict", verdict_name(v->verdict), "config_hash",
                             hash, "cycles_per_frame", (json_int_t)measured_in(list),
                             "model_cycles_per_frame", (json_int_t)whole->cycles_per_frame, "accuracy",
                             accuracy_json(whole, &accuracy), "parts", list);
    if (ok && file != NULL)
        ok = json_write(json, file, error);
    else
        json_decref(json);
    if (ok && (file == NULL || strcmp(file, "-") != 0)) {
        struct text text = {0};
        parts_accuracy(&text, whole, &accuracy);
        printf("%s\nall %d parts: %s\n", text_string(&text), whole->part_count, verdict_name(v->verdict));
        text_free(&text);
    }
    accuracy_warn_of(whole, &accuracy);
    return ok && accuracy_expected(whole, &accuracy, error);
}

static bool verify_parts(struct verification *v, struct error *error)
{
    const struct verify_options *options = v->options;
    struct program *whole = whole_program(v);
    const char *unused = unused_by_parts(options);
    json_t *list = json_array();
    bool ok = unused == NULL || chip_is_one(&v->chip, unused, "--part N plays one of them", error);
    v->pass = true;
    v->verdict = VERDICT_PASS;
    path_utterances(whole);
    for (int n = 0; ok && n < whole->part_count; n++)
        ok = verify_part(v, n, list, error);
    return conclude_parts(v, list, ok, error);
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
    note_changes(v->chip.dir);
    bool ok = !options->part_given || choose_part(v, error);
    if (ok && v->program->part_count > 0) {
        ok = verify_parts(v, error);
    } else if (ok) {
        choose_simulators(v);
        ok = play(v, error) && tell(v, error);
        close_play(v, !ok || !v->pass);
    }
    close_folders(v);
    return ok;
}

/* What would be noticed only after all the work. */
static bool check_files(const struct verify_options *options, struct error *error)
{
    return output_file_check("--json", options->json, error) &&
           output_file_check("--trace", options->trace, error) &&
           output_file_check("--saif", options->saif, error) &&
           coverage_folder_check(options->coverage, error) &&
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
           : options->netlist != NULL ? "--netlist"
           : options->part_given    ? "--part"
           : options->frames > 0    ? "--frames"
           : options->faults > 0    ? "--faults"
           : options->taps          ? "--taps"
           : options->trace != NULL ? "--trace"
           : options->saif != NULL  ? "--saif"
           : options->svg != NULL   ? "--svg"
           : options->coverage != NULL ? "--coverage"
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

/* A netlist has neither the Verilog's lines nor its modules. */
static bool check_netlist_usage(const struct verify_options *options, struct error *error)
{
    if (options->cell_count > 0 && options->netlist == NULL)
        return fail(error, "--cells are of a netlist: it does not go without --netlist");
    if (options->netlist != NULL && options->coverage != NULL)
        return fail(error, "--coverage is of the chip's Verilog: it does not go with --netlist");
    if (options->netlist != NULL && options->trace_scope != NULL)
        return fail(error, "--trace-scope: a netlist has no such modules: it does not go with "
                           "--netlist");
    return true;
}

/* What does not go together. */
static bool check_usage(const struct verify_options *options, struct error *error)
{
    const char *unused = options->selftest ? unused_by_selftest(options) : NULL;
    if (unused != NULL)
        return fail(error, "--selftest plays frames of its own, with the chip's own model, in one "
                           "simulator: it does not go with %s", unused);
    if (options->trace == NULL && options->saif == NULL && trace_option(options) != NULL)
        return fail(error, "%s goes with --trace FILE.fst or --saif FILE.saif, and neither is given",
                    trace_option(options));
    if (options->trace != NULL && options->saif != NULL)
        return fail(error, "--saif: a simulation writes one waveform, and the activity is counted in "
                           "it: it does not go with --trace");
    if (options->saif != NULL && options->faults > 0)
        return fail(error, "--saif is of phase steady: it does not go with --faults");
    if (options->frames > 0 && options->frames < VERIFY_FRAMES_LEAST)
        return fail(error, "--frames: %d is too few; at least %d are played, because a frame's "
                           "cycles are measured in steady state",
                    options->frames, VERIFY_FRAMES_LEAST);
    if (options->frames > 0 && options->faults > 0)
        return fail(error, "--faults plays phases of few frames: it does not go with --frames");
    if (options->svg != NULL && options->faults > 0)
        return fail(error, "--svg: frames are charted in the usual phases: it does not go with "
                           "--faults");
    return check_netlist_usage(options, error);
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
