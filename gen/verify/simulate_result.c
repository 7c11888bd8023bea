/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/simulate_result.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/folder/process.h"

/* The harness writes these files itself, so a missing key is a broken file, not a user's mistake:
 * it reads as 0, and the verdict, which is looked at three times, decides. */
static int64_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static struct interval *intervals(const json_t *array)
{
    size_t count = json_array_size(array);
    struct interval *list = allocate(count, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        const json_t *pair = json_array_get(array, i);
        list[i].begin = json_integer_value(json_array_get(pair, 0));
        list[i].end = json_integer_value(json_array_get(pair, 1));
    }
    return list;
}

static void read_frames(struct simulation_phase *phase, const json_t *array)
{
    static const char *const causes[STALL_COUNT] = {
        [STALL_INPUT] = "input",     [STALL_COLUMNS] = "columns", [STALL_ACC] = "acc",
        [STALL_ELEMENT] = "element", [STALL_QUEUE] = "queue",
    };
    phase->frame_count = (int)json_array_size(array);
    phase->frames = allocate((size_t)phase->frame_count, sizeof *phase->frames);
    for (int i = 0; i < phase->frame_count; i++) {
        const json_t *from = json_array_get(array, (size_t)i);
        struct simulation_frame *frame = &phase->frames[i];
        frame->start = number(from, "start");
        frame->issued = number(from, "issued");
        frame->weight_stalls = number(from, "weight_stalls");
        const json_t *stalls = json_object_get(from, "stalls");
        for (int cause = STALL_NONE + 1; cause < STALL_COUNT; cause++)
            frame->stalls[cause] = number(stalls, causes[cause]);
    }
}

static void read_phase(struct simulation_phase *phase, const json_t *from)
{
    const char *name = json_string_value(json_object_get(from, "name"));
    phase->name = duplicate(name != NULL ? name : "");
    const char *seed = json_string_value(json_object_get(from, "seed"));
    phase->seed = seed != NULL ? strtoull(seed, NULL, 10) : 0; /* JSON numbers end at 2^63 */
    phase->cut = json_is_true(json_object_get(from, "cut"));
    phase->cycles = number(from, "cycles");
    phase->end = number(from, "end");
    phase->cycles_per_frame = number(from, "cycles_per_frame");
    read_frames(phase, json_object_get(from, "frames"));

    const json_t *issues = json_object_get(from, "issues");
    phase->pe_count = (int)json_array_size(issues);
    phase->issues = allocate((size_t)phase->pe_count, sizeof *phase->issues);
    for (int i = 0; i < phase->pe_count; i++)
        phase->issues[i] = json_integer_value(json_array_get(issues, (size_t)i));

    const json_t *charts = json_object_get(from, "charts");
    phase->chart_count = (int)json_array_size(charts);
    phase->charts = allocate((size_t)phase->chart_count, sizeof *phase->charts);
    for (int i = 0; i < phase->chart_count; i++) {
        const json_t *chart = json_array_get(charts, (size_t)i);
        phase->charts[i].frame = (int)number(chart, "frame");
        phase->charts[i].products = intervals(json_object_get(chart, "products"));
        phase->charts[i].passes = intervals(json_object_get(chart, "passes"));
    }
}

static struct simulation_counts counts(const json_t *array)
{
    struct simulation_counts counts = {.count = (int)json_array_size(array)};
    counts.list = allocate((size_t)counts.count, sizeof *counts.list);
    for (int i = 0; i < counts.count; i++)
        counts.list[i] = json_integer_value(json_array_get(array, (size_t)i));
    return counts;
}

static void read_bins(struct simulation_bins *bins, json_t *from)
{
    json_t *registers = json_object_get(from, "registers"), *accesses;
    const char *name;
    bins->hits = counts(json_object_get(from, "hits"));
    bins->products = counts(json_object_get(from, "products"));
    bins->passes = counts(json_object_get(from, "passes"));
    bins->errors = counts(json_object_get(from, "errors"));
    bins->registers = allocate(json_object_size(registers), sizeof *bins->registers);
    json_object_foreach(registers, name, accesses)
        bins->registers[bins->register_count++] =
            (struct simulation_register){duplicate(name), counts(accesses)};
}

static void free_bins(struct simulation_bins *bins)
{
    for (int i = 0; i < bins->register_count; i++) {
        free(bins->registers[i].name);
        free(bins->registers[i].accesses.list);
    }
    free(bins->registers);
    free(bins->hits.list);
    free(bins->products.list);
    free(bins->passes.list);
    free(bins->errors.list);
}

static void read_messages(struct simulation_result *result, const json_t *root)
{
    const json_t *lists[] = {json_object_get(root, "first_mismatches"),
                             json_object_get(root, "first_violations")};
    size_t count = json_array_size(lists[0]) + json_array_size(lists[1]);
    result->messages = allocate(count, sizeof *result->messages);
    for (int l = 0; l < 2; l++)
        for (size_t i = 0; i < json_array_size(lists[l]); i++) {
            const char *text = json_string_value(json_array_get(lists[l], i));
            result->messages[result->message_count++] = duplicate(text != NULL ? text : "");
        }
}

/* What ese_image.v says of an image, or an assertion of a module, which begins with its name. */
static bool is_of_chip(const char *line)
{
    static const char image[] = "memory image '", module[] = "ese_";
    return strncmp(line, image, sizeof image - 1) == 0 ||
           (strncmp(line, module, sizeof module - 1) == 0 && strstr(line, ": ") != NULL);
}

/* A chip that has ended the simulation has said why. */
static void find_reason_of_chip(struct simulation_result *result)
{
    FILE *log = fopen(result->log_path, "r");
    char line[sizeof result->reason];
    while (log != NULL && fgets(line, sizeof line, log) != NULL)
        if (is_of_chip(line)) {
            line[strcspn(line, ";\n")] = '\0';
            snprintf(result->reason, sizeof result->reason, "%s", line);
            break;
        }
    if (log != NULL)
        fclose(log);
}

static void set_reason(struct simulation_result *result, const char *format, const char *text)
{
    if (result->reason[0] == '\0')
        snprintf(result->reason, sizeof result->reason, format, text);
}

static const char *word(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static bool is_output(const json_t *object)
{
    return strcmp(word(object, "at"), "output") == 0;
}

static void read_checked(struct checked_list *list, const json_t *array)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *from = json_array_get(array, i);
        if (!json_is_object(from))
            continue;
        struct checked *checked = checked_add(list, word(from, "vector"), is_output(from));
        checked->values = number(from, "values");
        checked->different = number(from, "different");
        checked->at_ends = number(from, "at_ends");
    }
}

static void read_first(struct difference *first, const json_t *from)
{
    if (!json_is_object(from))
        return;
    *first = (struct difference){.vector = duplicate(word(from, "vector")),
                                 .phase = duplicate(word(from, "phase")),
                                 .output = is_output(from),
                                 .unknown = json_is_string(json_object_get(from, "got")),
                                 .pass = number(from, "pass"),
                                 .frame = number(from, "frame"),
                                 .channel = number(from, "channel"),
                                 .element = number(from, "element"),
                                 .cycle = number(from, "cycle"),
                                 .expected = number(from, "expected"),
                                 .got = number(from, "got")};
}

static bool read_file(struct simulation_result *result)
{
    json_error_t problem;
    json_t *root = json_load_file(result->results_path, 0, &problem);
    if (root == NULL)
        return false;
    const char *verdict = json_string_value(json_object_get(root, "verdict"));
    const char *reason = json_string_value(json_object_get(root, "reason"));
    if (reason != NULL)
        set_reason(result, "%s", reason);
    result->mismatches = number(root, "mismatches");
    result->violations = number(root, "violations");
    read_checked(&result->checked, json_object_get(root, "checked"));
    read_first(&result->first, json_object_get(root, "first_difference"));
    result->cycles = number(root, "cycles");
    double seconds = json_real_value(json_object_get(root, "seconds"));
    result->cycles_per_second = seconds > 0 ? (double)result->cycles / seconds : 0;
    read_messages(result, root);
    read_bins(&result->bins, json_object_get(root, "bins"));
    const json_t *phases = json_object_get(root, "phases");
    result->phase_count = (int)json_array_size(phases);
    result->phases = allocate((size_t)result->phase_count, sizeof *result->phases);
    for (int i = 0; i < result->phase_count; i++)
        read_phase(&result->phases[i], json_array_get(phases, (size_t)i));
    bool pass = verdict != NULL && strcmp(verdict, "pass") == 0;
    json_decref(root);
    return pass;
}

void simulation_result_read(struct simulation_result *result, bool clean, const char *how)
{
    bool pass = read_file(result);
    char *tail = file_tail(result->log_path, 5), *verdict = NULL;
    for (char *at = tail; (at = strstr(at, "VERDICT ")) != NULL; at++)
        if (at == tail || at[-1] == '\n')
            verdict = at;
    if (verdict != NULL) {
        verdict[strcspn(verdict, "\n")] = '\0';
        if (strncmp(verdict, "VERDICT FAIL: ", 14) == 0)
            set_reason(result, "%s", verdict + 14);
    }
    if (verdict == NULL) {
        result->reason[0] = '\0';
        set_reason(result, "the simulator ended without a verdict: %s", how);
    } else if (!clean) {
        set_reason(result, "the simulator failed: %s", how);
    } else if (!pass || strcmp(verdict, "VERDICT PASS") != 0) {
        set_reason(result, "%s", "the simulator left no whole results file");
    }
    free(tail);
    result->pass = pass && clean && result->reason[0] == '\0';
    if (!result->pass)
        find_reason_of_chip(result);
}

void simulation_result_free(struct simulation_result *result)
{
    for (int i = 0; i < result->phase_count; i++) {
        struct simulation_phase *phase = &result->phases[i];
        for (int c = 0; c < phase->chart_count; c++) {
            free(phase->charts[c].products);
            free(phase->charts[c].passes);
        }
        free(phase->charts);
        free(phase->name);
        free(phase->frames);
        free(phase->issues);
    }
    for (int i = 0; i < result->message_count; i++)
        free(result->messages[i]);
    free_bins(&result->bins);
    checked_free(&result->checked);
    difference_free(&result->first);
    free(result->messages);
    free(result->phases);
    free(result->results_path);
    free(result->log_path);
    free(result->coverage_path);
    *result = (struct simulation_result){0};
}
