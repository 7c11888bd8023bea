/* SPDX-License-Identifier: Apache-2.0
 * verify_print.c - what `ese verify` says on standard output, and its picture. */
#include <stdio.h>
#include <string.h>

#include "gen/command/verification.h"
#include "gen/report/chart.h"
#include "gen/report/chart_svg.h"
#include "models/program/derive.h"

enum { LINE_WIDTH = 100 };

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
    chart_text(&text, v->program, chart->products, chart->passes,
               phase->frames[chart->frame].start);
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
bool verification_draw(const struct verification *v, struct error *error)
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

/* Where it went wrong, if the reason speaks of something else, and how to find out. */
static void print_first(const struct verification *v, const struct difference *first,
                        const char *reason)
{
    struct text text = {0};
    if (first->vector == NULL)
        return;
    difference_text(&text, first);
    if (strstr(reason, text_string(&text)) == NULL)
        printf("           first wrong value: phase %s, pass %lld, %s\n", first->phase,
               (long long)first->pass, text_string(&text));
    if (!v->options->taps)
        printf("           with --taps all vectors are compared, and the first that is wrong tells "
               "where\n");
    text_free(&text);
}

static void print_result(const struct verification *v, enum simulator simulator)
{
    const struct simulation_result *r = &v->results[simulator];
    struct text compared = {0}, at_ends = {0}, speed = {0};
    text_appendf(&compared, "%-9s  %s  ", simulator_name(simulator),
                 r->pass ? "bit-exact" : "FAIL     ");
    checked_text(&compared, &r->checked, CHECKED_VALUES);
    checked_text(&at_ends, &r->checked, CHECKED_AT_ENDS);
    text_appendf(&speed, "%lld cycles at %.0f a second, built in %.1f s", (long long)r->cycles,
                 r->cycles_per_second, r->build_seconds);
    const bool fits = compared.length + strlen(", ") + speed.length <= LINE_WIDTH;
    printf("%s%s%s\n", text_string(&compared), fits ? ", " : "\n           ", text_string(&speed));
    if (checked_sum(&r->checked, CHECKED_AT_ENDS) > 0)
        printf("           of which %s stand at an end of their format\n", text_string(&at_ends));
    text_free(&compared);
    text_free(&at_ends);
    text_free(&speed);
    if (r->pass)
        return;
    printf("           %s (%lld wrong values, %lld other faults); log: %s\n", r->reason,
           (long long)r->mismatches, (long long)r->violations, r->log_path);
    print_first(v, &r->first, r->reason);
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
            int64_t cycles = verification_phase_cycles(v, phase);
            if (strcmp(phase->name, "ddr3") != 0 || cycles < 0 || ideal <= 0)
                continue;
            cycles = cycles > ideal ? cycles : ideal; /* frames that were late catch up */
            printf("with a memory like DDR3-1600: %lld, %.1f %% more\n", (long long)cycles,
                   100.0 * (double)(cycles - ideal) / (double)ideal);
            return;
        }
}

static void print_accuracy(const struct verification *v)
{
    const struct accuracy *accuracy = &v->play.accuracy;
    struct text text = {0};
    text_appendf(&text, "\nAccuracy of y on the %lld frames played%s\n",
                 (long long)accuracy->frames,
                 v->program->utterances.count == 0 ? ", of noise" : "");
    accuracy_table(&text, v->program, accuracy);
    printf("%s\n", text_string(&text));
    text_free(&text);
}

static void print_coverage(const struct verification *v)
{
    struct text text = {0};
    if (v->options->coverage == NULL)
        return;
    verification_coverage(v, false, &text);
    printf("%s\nall of it, with the sources annotated: %s\n\n", text_string(&text),
           v->options->coverage);
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
    append_path(&line, " --netlist ", options->netlist);
    for (size_t n = 0; n < options->cell_count; n++)
        append_path(&line, " --cells ", options->cells[n]);
    append_path(&line, " --work ", options->work);
    if (options->taps)
        text_append(&line, " --taps");
    if (options->faults > 0)
        text_appendf(&line, " --faults %d", options->faults);
    else
        text_appendf(&line, " --frames %d", v->play.frames);
    printf("again: ese verify %s --seed %llu --sim %s\n", text_string(&line),
           (unsigned long long)options->seed, failed_simulators(v));
    text_free(&line);
}

void verification_print(const struct verification *v)
{
    const struct program *p = v->program;
    const struct play *play = &v->play;
    int64_t cycles = verification_cycles(v);
    print_chart(v);
    printf("\n%d PEs x %d channels, %d frames, seed %llu\n", p->d.pes, p->d.channels, play->frames,
           (unsigned long long)v->options->seed);
    if (v->netlist != NULL)
        printf("netlist: %s\n", v->options->netlist);
    print_phases(play);
    for (int s = 0; s < SIMULATOR_COUNT; s++)
        if (v->used[s])
            print_result(v, (enum simulator)s);
    if (cycles < 0)
        printf("cycles a frame: not measured, %lld by the model\n",
               (long long)play->cycles.cycles_per_frame);
    else
        printf("cycles a frame: %lld measured, %lld by the model; %.1f %% of the multiplier slots "
               "do useful work\n",
               (long long)cycles, (long long)play->cycles.cycles_per_frame,
               100.0 * verification_utilization(v, cycles));
    if (cycles >= 0 && !verification_waits(v) && !verification_settles(v))
        printf("frames this short are in no steady state yet after %d of them\n", play->frames);
    if (verification_waits(v))
        printf("external memory, at a bus word a clock: %lld, so the array waits\n",
               (long long)play_memory_clocks(p, &play->cycles));
    if (cycles >= 0 && !verification_same_cycles(v))
        printf("the cycles of a frame are not as they should be, or not the same in all "
               "simulators\n");
    print_memory(v, cycles);
    print_accuracy(v);
    print_coverage(v);
    if (v->verdict == VERDICT_FAIL)
        print_replay(v);
    printf("verdict: %s\n", accuracy_verdict_line(v->verdict, v->program, &v->play.accuracy));
}
