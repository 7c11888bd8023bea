/* SPDX-License-Identifier: Apache-2.0
 * verify_results.c - cycles of a frame as the simulators have measured them, coverage, JSON. */
#include <stdio.h>
#include <string.h>

#include "gen/command/verification.h"
#include "gen/folder/json_file.h"
#include "gen/verify/bins.h"
#include "models/program/derive.h"

/* ---- cycles ---------------------------------------------------------------------------------- */

bool verification_waits(const struct verification *v)
{
    return play_waits_for_memory(v->program, &v->play.cycles);
}

/* Cycles of a frame in a phase, or -1: between the last two starts, or, where frames wait for the
 * memory, some more and some less, the mean of the second half; with a slow memory all may. */
int64_t verification_phase_cycles(const struct verification *v,
                                  const struct simulation_phase *phase)
{
    int last = phase->frame_count - 1, middle = last / 2;
    const bool waits = verification_waits(v) || strcmp(phase->name, "ddr3") == 0;
    if (!waits || phase->cycles_per_frame < 0)
        return phase->cycles_per_frame;
    return (phase->frames[last].start - phase->frames[middle].start) / (last - middle);
}

/* In steady state, with an ideal memory. */
static int64_t steady_cycles(const struct verification *v, enum simulator s)
{
    if (!v->used[s] || v->results[s].phase_count <= PHASE_STEADY)
        return -1;
    return verification_phase_cycles(v, &v->results[s].phases[PHASE_STEADY]);
}

int64_t verification_cycles(const struct verification *v)
{
    for (int s = 0; s < SIMULATOR_COUNT; s++)
        if (steady_cycles(v, (enum simulator)s) >= 0)
            return steady_cycles(v, (enum simulator)s);
    return -1;
}

double verification_utilization(const struct verification *v, int64_t cycles)
{
    return cycles > 0 ? (double)v->program->true_nonzeros /
                            ((double)v->program->d.pes * (double)cycles)
                      : 0.0;
}

bool verification_settles(const struct verification *v)
{
    const struct stimulus *s = &v->play.stimulus;
    return s->phase_count <= PHASE_STEADY || s->phases[PHASE_STEADY].starts != NULL;
}

/* As the model has it, if there are enough frames for a steady state.  Where frames wait for the memory: about
 * as many as there are bus words, but for what is read ahead, and for streams that share a port and get in each
 * other's way. */
static bool cycles_expected(const struct verification *v, int64_t cycles)
{
    const struct program *p = v->program;
    int64_t model = v->play.cycles.cycles_per_frame, bus = play_memory_clocks(p, &v->play.cycles);
    if (!verification_waits(v))
        return cycles == model || !verification_settles(v);
    int64_t ahead = (INT64_C(3) << p->d.fetch_bits) / (v->play.frames / 2);
    return cycles >= model * 9 / 10 && cycles <= bus + bus / 10 + ahead;
}

/* The harness compares every frame's start with the model; here the simulators with each other. */
bool verification_same_cycles(const struct verification *v)
{
    int64_t measured = verification_cycles(v);
    for (int s = 0; s < SIMULATOR_COUNT; s++)
        if (v->used[s] && steady_cycles(v, (enum simulator)s) != measured)
            return false;
    return cycles_expected(v, measured);
}

/* ---- coverage -------------------------------------------------------------------------------- */

static struct verify_bins result_bins(const struct verification *v, enum simulator s)
{
    return bins_of(&v->results[s].bins, &v->play.stimulus, v->program);
}

/* Both simulators have played the same: one of them tells. */
void verification_coverage(const struct verification *v, bool whole, struct text *text)
{
    enum simulator s = v->used[SIMULATOR_VERILATOR] ? SIMULATOR_VERILATOR : SIMULATOR_ICARUS;
    struct verify_bins bins = result_bins(v, s);
    if (v->coverage.module_count > 0)
        coverage_text(text, &v->coverage, whole);
    else if (v->used[SIMULATOR_VERILATOR])
        text_append(text, "The simulation did not get to its end: lines and bits of the chip's "
                          "Verilog were not counted\n");
    else
        text_append(text, "Lines and bits of the chip's Verilog are counted by Verilator only, "
                          "which was not used\n");
    text_append_char(text, '\n');
    bins_text(text, &bins, whole);
    bins_free(&bins);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

/* Hundreds, so only for those who ask for coverage; NULL: not wanted. */
static json_t *bins_of_result(const struct verification *v, enum simulator s)
{
    if (v->options->coverage == NULL)
        return NULL;
    struct verify_bins bins = result_bins(v, s);
    json_t *list = bins_json(&bins);
    bins_free(&bins);
    return list;
}

static json_t *result_json(const struct verification *v, enum simulator s)
{
    const struct simulation_result *r = &v->results[s];
    json_t *messages = json_array(), *phases = json_array();
    for (int m = 0; m < r->message_count; m++)
        json_array_append_new(messages, json_text(r->messages[m]));
    for (int n = 0; n < r->phase_count; n++)
        json_array_append_new(
            phases, json_pack("{s:s, s:I, s:i, s:I, s:b, s:I}", "name", r->phases[n].name, "seed",
                              (json_int_t)r->phases[n].seed, "frames", r->phases[n].frame_count,
                              "cycles", (json_int_t)r->phases[n].cycles, "cut", r->phases[n].cut,
                              "cycles_per_frame", (json_int_t)r->phases[n].cycles_per_frame));
    return json_pack("{s:s, s:f, s:f, s:I, s:f, s:o, s:o*, s:I, s:I, s:o, s:o, s:o*}",
                     "verdict", r->pass ? "pass" : "fail", "build_seconds", r->build_seconds,
                     "run_seconds", r->run_seconds, "cycles", (json_int_t)r->cycles,
                     "cycles_per_second", r->cycles_per_second, "checked",
                     checked_json(&r->checked), "first_difference", difference_json(&r->first),
                     "mismatches", (json_int_t)r->mismatches, "violations",
                     (json_int_t)r->violations, "messages", messages, "phases", phases, "bins",
                     bins_of_result(v, s));
}

json_t *verification_json(const struct verification *v)
{
    const struct program *p = v->program;
    int64_t cycles = verification_cycles(v), mismatches = 0;
    json_t *simulators = json_object();
    for (int s = 0; s < SIMULATOR_COUNT; s++) {
        if (!v->used[s])
            continue;
        mismatches += v->results[s].mismatches;
        json_object_set_new(simulators, simulator_name((enum simulator)s),
                            result_json(v, (enum simulator)s));
    }
    json_t *phases = json_array();
    for (uint32_t n = 0; n < v->play.stimulus.phase_count; n++)
        json_array_append_new(phases, json_string(v->play.stimulus.phases[n].name));
    char hash[16];
    snprintf(hash, sizeof hash, "%08x", (unsigned)p->config_hash);
    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:o, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:o, s:o, "
                     "s:o*, s:o*}",
                     "verdict", verdict_name(v->verdict), "config_hash", hash, "frames",
                     v->play.frames, "channels", p->d.channels, "pes", p->d.pes, "phases", phases,
                     "seed", (json_int_t)v->options->seed, "mismatches", (json_int_t)mismatches,
                     "cycles_per_frame", (json_int_t)cycles, "model_cycles_per_frame",
                     (json_int_t)v->play.cycles.cycles_per_frame, "memory_cycles_per_frame",
                     (json_int_t)play_memory_clocks(p, &v->play.cycles), "mac_utilization",
                     verification_utilization(v, cycles), "max_float_error",
                     v->play.accuracy.quantized.max_error, "accuracy",
                     accuracy_json(p, &v->play.accuracy), "simulators", simulators,
                     "coverage", v->coverage.module_count > 0 ? coverage_json(&v->coverage) : NULL,
                     "netlist", json_text(v->options->netlist));
}
