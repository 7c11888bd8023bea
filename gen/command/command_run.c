/* SPDX-License-Identifier: Apache-2.0
 * ese run: recorded inputs through a simulated chip, by the library that a host would use: loading,
 * queue, interrupts, all over the chip's own registers and memory ports. */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/command/commands.h"
#include "gen/command/notes.h"
#include "gen/command/run_path.h"
#include "gen/command/voice_taps.h"
#include "gen/folder/chip_folder.h"
#include "gen/folder/json_file.h"
#include "gen/folder/workspace.h"
#include "gen/report/accuracy.h"
#include "gen/report/numbers.h"
#include "gen/verify/simulate.h"
#include "models/base/bytes.h"
#include "models/base/text.h"

enum {
    TIMEOUT_CLOCKS = 2000000, /* without a descriptor done, and as many frames' time: */
    TIMEOUT_FRAMES = 800,
    CLOCKS_PER_US = 200       /* of the simulated bus (ese_pipe.h) */
};

struct run {
    const struct run_options *options;
    struct chip_folder folder;
    struct model_folder model;     /* if the options name one */
    const struct program *program; /* of the model that is played */
    struct voices voices;
    struct workspace work;
    struct simulation_start start;
    struct ese_bus *bus;
    struct ese_chip chip;
    struct ese_server_counts counts;
    struct ese_counters counters;
    struct ese_simulated simulated;
    struct voice_taps taps; /* if the options want them: who spoke when, ... */
    char taps_path[PATH_MAX]; /* ... and what was written meanwhile */
    struct path_run path;          /* of a network with layers that go backward */
    struct voices_check check;
    enum verdict verdict; /* if the outputs are compared */
    double run_seconds;
};

static const char *const MEMORIES[] = {"ideal", "ddr3", "hostile"};

/* ---- what is there to do ----------------------------------------------------------------------------------- */

static bool check_chip(const struct run *r, struct error *error)
{
    const struct config *config = &r->folder.program.config;
    if (config->memory == MEMORY_ROM)
        return fail(error, "the chip in '%s' has its model in ROM and no host interface: generate one with "
                    "--set memory=resident or --set memory=stream", r->options->dir);
    if (config->io != IO_MEMORY)
        return fail(error, "the chip in '%s' takes x and y by streams, not from memory: generate it with "
                    "--set io=memory", r->options->dir);
    return true;
}

/* Makes the folder for the outputs; `made` if it was not there. */
static bool make_output(const char *folder, bool *made, struct error *error)
{
    struct stat status;
    char shown[PRINTABLE_PATH];
    printable(shown, sizeof shown, folder);
    *made = mkdir(folder, 0777) == 0;
    if (*made)
        return true;
    int number = errno;
    if (number == EEXIST && stat(folder, &status) == 0 && !S_ISDIR(status.st_mode))
        return fail(error, "%s is not a folder", shown);
    if (number != EEXIST)
        return fail(error, "cannot create the folder %s: %s", shown, strerror(number));
    if (access(folder, W_OK | X_OK) != 0)
        return fail(error, "cannot write to the folder %s: %s", shown, strerror(errno));
    return true;
}

/* ---- on the chip ---------------------------------------------------------------------------------------------- */

static bool start_simulator(struct run *r, struct error *error)
{
    char memory[32], taps[PATH_MAX + 8], message[ESE_MESSAGE];
    snprintf(memory, sizeof memory, "+memory=%s", MEMORIES[r->options->memory]);
    snprintf(taps, sizeof taps, "+taps=%s", r->taps_path);
    const char *const plusargs[] = {memory, r->options->taps ? taps : NULL, NULL};
    const struct simulation simulation = {
        .simulator = r->options->sim == SIM_ICARUS ? SIMULATOR_ICARUS : SIMULATOR_VERILATOR,
        .folder = r->options->dir,
        .work = r->work.dir,
        .seed = 1,
        .jobs = r->options->jobs,
        .plusargs = plusargs,
    };
    if (!simulation_prepare(&simulation, &r->start, error))
        return false;
    r->bus = ese_bus_simulator((const char *const *)r->start.command.words, r->start.folder,
                               r->start.log_path, message);
    return r->bus != NULL ||
           fail(error, "%s; the simulator's log: %s", message, r->start.log_path);
}

static bool chip_failed(const struct run *r, struct error *error)
{
    return fail(error, "%s; the simulator's log: %s", r->chip.message, r->start.log_path);
}

static void show_progress(const struct run *r, const struct ese_server *server, double begin,
                          double *shown)
{
    double now = seconds_now();
    if (!isatty(2) || now - *shown < 0.5)
        return;
    *shown = now;
    struct ese_server_counts counts;
    ese_server_counts(server, &counts);
    fprintf(stderr, "\r\033[K%lld of %lld frames, %u of %d utterances, %.0f s",
            (long long)counts.voice_frames, (long long)r->voices.frames,
            (unsigned)counts.utterances, r->voices.count, now - begin);
    fflush(stderr);
}

static int longest_first(const void *a, const void *b)
{
    const struct voice_file *left = *(struct voice_file *const *)a;
    const struct voice_file *right = *(struct voice_file *const *)b;
    if (left->features.rows != right->features.rows)
        return left->features.rows > right->features.rows ? -1 : 1;
    return left < right ? -1 : left > right;
}

/* The longest come first, so that all channels end at about the same time. */
static int submit_all(struct run *r, struct ese_server *server)
{
    size_t count = (size_t)r->voices.count;
    struct voice_file **order = allocate(count, sizeof *order);
    for (size_t n = 0; n < count; n++)
        order[n] = &r->voices.files[n];
    qsort(order, count, sizeof *order, longest_first);
    int result = ESE_OK;
    for (size_t n = 0; result == ESE_OK && n < count; n++)
        result = ese_server_submit(server, &order[n]->utterance);
    free(order);
    return result;
}

static volatile sig_atomic_t interrupted;

static void note_interrupt(int number)
{
    interrupted = number;
}

/* Steps to the end.  What is done is written at once: nothing that comes later can take it. */
static bool serve_all(struct run *r, struct ese_server *server, struct error *error)
{
    double begin = seconds_now(), shown = begin;
    bool ok = submit_all(r, server) == ESE_OK || chip_failed(r, error);
    while (ok && !interrupted && ese_server_busy(server)) {
        struct ese_utterance *done = NULL;
        int result = ese_server_step(server, &done);
        for (; ok && done != NULL; done = done->next)
            ok = voice_write(done->user, &r->chip.model, r->options->output_dir, error);
        if (ok && result != ESE_OK)
            ok = chip_failed(r, error);
        show_progress(r, server, begin, &shown);
    }
    if (shown > begin)
        fprintf(stderr, "\r\033[K");
    ese_server_counts(server, &r->counts);
    r->run_seconds = seconds_now() - begin;
    return ok;
}

/* The first interrupt ends the run in good order, a second one at once.  The simulator may have
 * gone with the first. */
static bool serve(struct run *r, struct ese_server *server, struct error *error)
{
    struct sigaction noted = {.sa_handler = note_interrupt, .sa_flags = (int)SA_RESETHAND}, before;
    interrupted = 0;
    sigaction(SIGINT, NULL, &before);
    if (before.sa_handler != SIG_IGN)
        sigaction(SIGINT, &noted, NULL);
    bool ok = serve_all(r, server, error);
    sigaction(SIGINT, &before, NULL);
    if (interrupted)
        ok = fail(error, "interrupted");
    if (!ok) {
        char why[sizeof error->text];
        snprintf(why, sizeof why, "%s", error->text);
        return fail(error, "%s; %u of %d utterances were finished%s%s", why,
                    (unsigned)r->counts.utterances, r->voices.count,
                    r->counts.utterances > 0 ? ": see " : "",
                    r->counts.utterances > 0 ? r->options->output_dir : "");
    }
    return ese_counters(&r->chip, &r->counters) == ESE_OK || chip_failed(r, error);
}

/* Part by part.  What is done is written, whatever happened to the others. */
static bool play_path(struct run *r, const char *image, struct error *error)
{
    const double begin = seconds_now();
    const int result = path_run_voices(&r->path, &r->chip, image, &r->voices);
    r->run_seconds = seconds_now() - begin;
    r->counts = (struct ese_server_counts){.frames = r->path.count > 0 ? r->path.counts.frames / r->path.count : 0,
                                           .voice_frames = r->path.counts.voice_frames,
                                           .descriptors = r->path.counts.descriptors,
                                           .utterances = r->path.counts.utterances};
    if (!path_run_write(&r->voices, r->program, r->options->output_dir, error))
        return false;
    if (result != ESE_OK)
        return chip_failed(r, error);
    return ese_bus_simulated(r->bus, &r->simulated) == 0 ||
           fail(error, "%s; the simulator's log: %s", r->bus->message, r->start.log_path);
}

static bool play(struct run *r, const char *image, struct error *error)
{
    if (ese_open(&r->chip, r->bus) != ESE_OK)
        return chip_failed(r, error);
    uint64_t cycles = (uint64_t)r->program->cycles_per_frame;
    r->chip.timeout_us =
        (uint32_t)((TIMEOUT_CLOCKS + cycles * TIMEOUT_FRAMES) / CLOCKS_PER_US);
    if (r->program->part_count > 0)
        return play_path(r, image, error);
    if (ese_load_folder(&r->chip, image) != ESE_OK)
        return chip_failed(r, error);
    voices_prepare(&r->voices, &r->chip.model);
    struct ese_server *server = ese_server_open(&r->chip, &(struct ese_server_options){0});
    if (server == NULL)
        return chip_failed(r, error);
    r->taps.channels = r->chip.channels;
    if (r->options->taps)
        ese_server_watch(server, voice_taps_note, &r->taps);
    bool good = serve(r, server, error);
    bool told = ese_bus_simulated(r->bus, &r->simulated) == 0;
    ese_server_close(server);
    if (good && !told)
        return fail(error, "%s; the simulator's log: %s", r->bus->message, r->start.log_path);
    return good;
}

/* The counters against what the library and the simulation have counted. */
static bool check_counters(const struct run *r, struct error *error)
{
    if (r->program->part_count > 0) /* they begin anew with each part */
        return true;
    if (r->counters.frames != r->counts.frames)
        return fail(error, "register FRAMES says %u, %llu were played", (unsigned)r->counters.frames,
                    (unsigned long long)r->counts.frames);
    if (r->counters.multiplied != r->simulated.issues)
        return fail(error, "register MULTIPLIED says %llu, the monitor has seen %llu",
                    (unsigned long long)r->counters.multiplied,
                    (unsigned long long)r->simulated.issues);
    return true;
}

/* ---- results ------------------------------------------------------------------------------------------------------ */

static double per_frame(const struct run *r)
{
    const struct ese_server_counts *c = &r->counts;
    return c->steady_frames > 0 ? (double)c->steady_cycles / (double)c->steady_frames : 0.0;
}

static double utilization(const struct run *r)
{
    const struct ese_server_counts *c = &r->counts;
    return c->steady_cycles > 0 ? (double)c->steady_multiplied /
                                      ((double)r->chip.pes * (double)c->steady_cycles)
                                : 0.0;
}

/* Of the channels' slots, those in which a voice spoke. */
static double occupancy(const struct run *r)
{
    return r->counts.frames > 0 ? (double)r->counts.voice_frames /
                                      ((double)r->chip.channels * (double)r->counts.frames)
                                : 0.0;
}

static void print_outputs(const struct run *r)
{
    const struct checked_list *checked = &r->check.checked;
    const int64_t wrong = checked_sum(checked, CHECKED_DIFFERENT);
    struct text compared = {0}, at_ends = {0};
    checked_text(&compared, checked, CHECKED_VALUES);
    checked_text(&at_ends, checked, CHECKED_AT_ENDS);
    if (!r->options->check)
        printf("outputs         not compared\n");
    else if (wrong > 0)
        printf("outputs         WRONG: %s of %s values; %s%s\n", commas(wrong).text,
               commas(checked_sum(checked, CHECKED_VALUES)).text,
               r->options->taps ? "it went wrong here: " : "", r->check.line);
    else
        printf("outputs         bit-exact: %s against the golden model\n",
               text_string(&compared));
    if (checked_sum(checked, CHECKED_AT_ENDS) > 0)
        printf("                of which %s stand at an end of their format\n",
               text_string(&at_ends));
    text_free(&compared);
    text_free(&at_ends);
}

/* Of a chip that goes through the frames once. */
static void print_speed(const struct run *r)
{
    const struct ese_counters *c = &r->counters;
    printf("cycles          %llu, %llu descriptors\n", (unsigned long long)c->cycles,
           (unsigned long long)r->counts.descriptors);
    if (r->counts.steady_frames > 0)
        printf("cycles a frame  %.1f over %llu frames (model: %lld); %.1f %% of the multiplier slots are "
               "used\n", per_frame(r), (unsigned long long)r->counts.steady_frames,
               (long long)r->program->cycles_per_frame, 100.0 * utilization(r));
    else
        printf("cycles a frame  too few frames to tell\n");
    printf("stalls          input %u, columns %u, accumulator %u, element %u, queue %u; weights %u, output "
           "%u\n", (unsigned)c->input, (unsigned)c->columns, (unsigned)c->accumulator,
           (unsigned)c->element, (unsigned)c->queue, (unsigned)c->weights, (unsigned)c->output);
}

static void print_run(const struct run *r)
{
    const bool parts = r->program->part_count > 0;
    printf("%d utterance%s, %lld frames, on %u channels: %llu frames of the chip, %.1f %% of their slots "
           "taken\n", r->voices.count, r->voices.count == 1 ? "" : "s", (long long)r->voices.frames, (unsigned)r->chip.channels,
           (unsigned long long)r->counts.frames, 100.0 * occupancy(r));
    printf("%s, %s memory, built in %.1f s, run in %.1f s\n",
           r->options->sim == SIM_ICARUS ? "icarus" : "verilator", MEMORIES[r->options->memory],
           r->start.build_seconds, r->run_seconds);
    if (parts)
        path_run_print(&r->path, r->program);
    else
        print_speed(r);
    print_outputs(r);
    printf("written to      %s\n", r->options->output_dir);
    if (!r->options->check)
        return;
    struct text text = {0};
    text_appendf(&text, "\nAccuracy of y on these frames\n");
    accuracy_table(&text, r->program, &r->check.accuracy);
    printf("%s\nverdict: %s\n", text_string(&text),
           accuracy_verdict_line(r->verdict, r->program, &r->check.accuracy));
    text_free(&text);
}

static json_t *ports_json(const struct run *r)
{
    json_t *ports = json_object();
    static const char *const names[ESE_PORTS] = {"weights", "data"};
    int first = r->chip.features & ESE_FEATURES_TWO_PORTS ? ESE_PORT_WEIGHTS : ESE_PORT_DATA;
    for (int port = first; port < ESE_PORTS; port++)
        json_object_set_new(
            ports, names[port],
            json_pack("{s:I, s:I, s:I, s:I}", "bursts", (json_int_t)r->simulated.bursts[port],
                      "beats_read", (json_int_t)r->simulated.beats[port], "beats_written",
                      (json_int_t)r->simulated.written[port], "busy",
                      (json_int_t)r->simulated.busy[port]));
    return ports;
}

static json_t *first_json(const struct voices_check *check)
{
    json_t *first = difference_json(&check->first);
    if (first != NULL)
        json_object_set_new(first, "utterance", json_text(check->of->name));
    return first;
}

static json_t *run_json(const struct run *r)
{
    const struct ese_counters *c = &r->counters;
    json_t *stalls = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "input", (json_int_t)c->input,
                               "columns", (json_int_t)c->columns, "acc", (json_int_t)c->accumulator,
                               "element", (json_int_t)c->element, "queue", (json_int_t)c->queue,
                               "weights", (json_int_t)c->weights, "output", (json_int_t)c->output);
    json_t *steady = r->counts.steady_frames > 0 ? json_real(per_frame(r)) : json_null();
    json_t *used = r->counts.steady_frames > 0 ? json_real(utilization(r)) : json_null();
    char chip_hash[16], model_hash[16];
    snprintf(chip_hash, sizeof chip_hash, "%08x", (unsigned)r->chip.chip_hash);
    snprintf(model_hash, sizeof model_hash, "%08x", (unsigned)r->chip.model.hash);
    const char *verdict = r->options->check ? verdict_name(r->verdict) : "not compared";
    json_t *accuracy = r->options->check ? accuracy_json(r->program, &r->check.accuracy) : json_null();
    const struct checked_list *checked = &r->check.checked;
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:I, s:I, s:I, s:i, s:f, s:I, s:o, s:I, s:I, s:o, "
                     "s:o, s:I, s:I, s:I, s:o, s:o*, s:f, s:f, s:o, s:o}",
                     "verdict", verdict, "chip_hash", chip_hash, "model_hash", model_hash,
                     "simulator", r->options->sim == SIM_ICARUS ? "icarus" : "verilator", "memory",
                     MEMORIES[r->options->memory], "utterances", r->voices.count, "voice_frames",
                     (json_int_t)r->voices.frames, "frames", (json_int_t)r->counts.frames,
                     "descriptors", (json_int_t)r->counts.descriptors, "channels",
                     (int)r->chip.channels, "occupancy", occupancy(r), "cycles",
                     (json_int_t)c->cycles, "cycles_per_frame", steady, "steady_frames",
                     (json_int_t)r->counts.steady_frames, "model_cycles_per_frame",
                     (json_int_t)r->program->cycles_per_frame, "utilization", used, "stalls",
                     stalls, "values_checked",
                     (json_int_t)checked_sum(checked, CHECKED_VALUES), "mismatches",
                     (json_int_t)checked_sum(checked, CHECKED_DIFFERENT), "values_at_ends",
                     (json_int_t)checked_sum(checked, CHECKED_AT_ENDS), "checked",
                     checked_json(checked), "first_difference", first_json(&r->check),
                     "build_seconds", r->start.build_seconds,
                     "run_seconds", r->run_seconds, "ports", ports_json(r), "accuracy", accuracy);
}

/* Counters of the chip begin anew with each part. */
static json_t *whole_json(const struct run *r)
{
    static const char *const of_one[] = {"model_hash", "cycles", "cycles_per_frame", "steady_frames",
                                         "utilization", "stalls"};
    json_t *json = run_json(r);
    for (size_t n = 0; r->program->part_count > 0 && n < sizeof of_one / sizeof *of_one; n++)
        json_object_del(json, of_one[n]);
    if (r->program->part_count > 0)
        json_object_set_new(json, "path", path_run_json(&r->path, r->program));
    return json;
}

static bool report(struct run *r, struct error *error)
{
    const struct run_options *options = r->options;
    if (options->json == NULL || strcmp(options->json, "-") != 0)
        print_run(r);
    return options->json == NULL || json_write(whole_json(r), options->json, error);
}

static void close_all(struct run *r)
{
    if (r->chip.bus != NULL)
        ese_close(&r->chip);
    if (r->bus != NULL)
        r->bus->close(r->bus);
    simulation_start_free(&r->start);
    if (r->options->taps)
        unlink(r->taps_path);
    voice_taps_free(&r->taps);
    voices_check_free(&r->check);
    voices_free(&r->voices);
}

static bool judge(struct run *r, struct error *error)
{
    voices_check(&r->voices, r->program, &r->check);
    if (r->options->taps &&
        !voice_taps_check(&r->taps, r->program, r->taps_path, &r->check, error))
        return false;
    r->verdict = checked_sum(&r->check.checked, CHECKED_DIFFERENT) > 0
                     ? VERDICT_FAIL
                     : accuracy_verdict(r->program, &r->check.accuracy);
    return true;
}

/* Where the simulation leaves what the layers write, as seen from any folder. */
static bool place_taps(struct run *r, struct error *error)
{
    char work[PATH_MAX];
    return !r->options->taps || (path_absolute(work, r->work.dir, error) &&
                                 path_join(r->taps_path, work, "/taps.bin", error));
}

static bool run_chip(struct run *r, struct error *error)
{
    const struct run_options *options = r->options;
    struct text own = {0};
    bool made = false, judged = true, ok = check_chip(r, error);
    if (options->taps)
        ok = ok && chip_is_one(&r->folder, "--taps", "'ese verify --taps' compares all vectors of each",
                               error);
    text_appendf(&own, "%s/mem", r->folder.dir);
    const char *image = options->model != NULL ? options->model : text_string(&own);
    r->program = &r->folder.program;
    if (options->model != NULL) {
        ok = ok && model_open(&r->model, options->model, &r->folder, error);
        if (!ok) {
            text_free(&own);
            return false;
        }
        r->program = &r->model.program;
    }
    if (ok)
        note_model(r->program);
    ok = ok &&
         voices_read(&r->voices, options->inputs, options->input_count, r->program->network.input,
                     error) &&
         voices_expect(&r->voices, options->expected, r->program, error) &&
         make_output(options->output_dir, &made, error) &&
         workspace_open(&r->work, options->dir, options->work, error) && place_taps(r, error) &&
         start_simulator(r, error) && play(r, image, error) && check_counters(r, error);
    ok = ok && (!options->check || judge(r, error)) && report(r, error);
    if (ok && options->check) {
        accuracy_warn_of(r->program, &r->check.accuracy);
        judged = accuracy_expected(r->program, &r->check.accuracy, error);
    }
    if (!ok && made)
        rmdir(options->output_dir); /* unless something is in it */
    close_all(r);
    workspace_close(&r->work, !ok || (options->check && r->verdict == VERDICT_FAIL));
    if (options->model != NULL)
        model_close(&r->model);
    text_free(&own);
    return ok && judged;
}

int command_run(const struct run_options *options)
{
    struct error error;
    struct run r = {.options = options, .start = {.lock = -1}};
    if (!options->check && (options->expected != NULL || options->strict || options->taps)) {
        fprintf(stderr, "ese: --%s: outputs are compared, which --no-check forbids\n",
                options->expected != NULL ? "expected" : options->strict ? "strict" : "taps");
        return 2;
    }
    bool ok = output_file_check("--json", options->json, &error) &&
              chip_open(&r.folder, options->dir, &error);
    if (ok) {
        ok = run_chip(&r, &error);
        chip_close(&r.folder);
    }
    if (!ok)
        fprintf(stderr, "ese: %s\n", error.text);
    return ok && verdict_is_good(r.verdict, options->strict) ? 0 : 1;
}
