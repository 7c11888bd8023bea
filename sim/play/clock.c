/* SPDX-License-Identifier: Apache-2.0
 * clock.c - the clock of the simulation: drives the inputs and decides when a phase is over.
 *
 * Both streams are driven as AXI allows and as unpleasantly as it allows: valid never waits for
 * ready, data is noise wherever it does not count (while not valid, in idle channels, in tuser after
 * the first word), ready comes and goes whether a word waits or not. */
#ifndef _GNU_SOURCE
#define _POSIX_C_SOURCE 200809L /* clock_gettime() under plain -std=c11 */
#endif
#include "play.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "axi_clock.h"
#include "axi_phase.h"
#include "bins.h"
#include "check.h"
#include "findings.h"
#include "host.h"
#include "host_attempt.h"
#include "load.h"
#include "check_result.h"
#include "results.h"
#include "served.h"
#include "slot.h"
#include "window.h"

static double clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static uint32_t draw(void)
{
    return stimulus_draw(&harness.random);
}

/* Length of a pause that begins now; 0: none. */
static uint32_t draw_pause(uint32_t chance, uint32_t length)
{
    if (chance == 0 || draw() % 65536 >= chance)
        return 0;
    return length > 1 ? 1 + draw() % length : 1;
}

/* Says the verdict, as the last line, behind what the simulator itself prints at the end.  A
 * simulator that ends by itself, say by $finish in the design, must not look like success; and a
 * failed run must not exit with 0, whatever status the simulator has in mind. */
static void at_exit(void)
{
    if (!harness.over)
        snprintf(harness.reason, sizeof harness.reason,
                 "the simulation ended before the harness was done");
    if (harness.reason[0] == '\0')
        printf("VERDICT PASS\n");
    else
        printf("VERDICT FAIL: %s\n", harness.reason);
    fflush(NULL);
    if (harness.reason[0] != '\0')
        _exit(1);
}

/* Back to the first word of the phase. */
static void rewind_phase(void)
{
    struct harness *h = &harness;
    struct phase_result *r = h->result;
    h->tail_left = -1;
    h->error_seen = h->fault_sent = false;
    h->x_frame = h->x_element = h->gap_left = h->wait_left = 0;
    h->y_frame = h->y_element = h->wait_cycles = 0;
    h->y_waiting = false;
    h->turn++;
    h->started = 0;
    slot_rewind();
    memset(h->product_count, 0, h->plan.product_count * sizeof *h->product_count);
    memset(h->pass_count, 0, h->plan.pass_count * sizeof *h->pass_count);
    memset(h->result_count, 0, h->plan.pass_count * sizeof *h->result_count);
    r->end = -1;
    r->frames_done = 0;
    memset(r->issues, 0, h->plan.pes * sizeof *r->issues);
    for (uint32_t f = 0; f < h->now->frame_count; f++)
        r->frames[f] = (struct frame_result){.start = -1};
    for (size_t k = 0; k < (size_t)h->now->chart_count * h->plan.product_count; k++)
        r->products[k] = (struct span){-1, -1};
    for (size_t k = 0; k < (size_t)h->now->chart_count * h->plan.pass_count; k++)
        r->passes[k] = (struct span){-1, -1};
}

static void begin_phase(uint32_t index)
{
    struct harness *h = &harness;
    h->phase = index;
    h->now = &h->plan.phases[index];
    h->result = &h->results[index];
    h->result->played = true;
    h->reset_left = h->now->reset_cycles;
    h->reset_seen = 0;
    h->cycle = -1;
    h->last_move = 0;
    h->random = h->now->seed;
    rewind_phase();
    if (axi_present())
        axi_begin_phase(index);
    printf("phase %u of %u, %s: %u frames, seed %llu\n", index + 1, h->plan.phase_count,
           h->now->name, h->now->frame_count, (unsigned long long)h->now->seed);
    fflush(stdout);
}

/* ---- with AXI ports ----------------------------------------------------------------------------- */

/* Clocks that the phase has played, as valid_cycle and cut_cycle count them; -1: not started. */
static int64_t played(void)
{
    if (!axi_present())
        return harness.cycle;
    return host_origin() >= 0 ? harness.cycle - host_origin() : -1;
}

/* The chip is about to be started anew: back to the phase's first word. */
static void replay(void)
{
    rewind_phase();
    axi_replay();
    harness.drive &= ~(unsigned)DRIVE_X_VALID;
    printf("phase %u of %u, %s: played anew\n", harness.phase + 1, harness.plan.phase_count,
           harness.now->name);
}

static void host_drives(const struct vector *lite, uint32_t control, uint32_t *drive)
{
    enum host_wish wish = host_step(lite, control, drive);
    if (wish == HOST_PLAYS_ANEW)
        replay();
    else if (wish == HOST_LOADS_ANEW)
        axi_replay();
}

static const struct driver HOST = {.allows = host_allows, .drive = host_drives};

/* The tlast of x is wrong in the phase's first attempt only. */
static uint32_t phase_flags(void)
{
    const uint32_t tlast = STIMULUS_LAST_EARLY | STIMULUS_LAST_MISSING;
    bool again = axi_present() && !host_first_attempt();
    return harness.now->flags & ~(again ? tlast : 0);
}

void harness_open(const struct harness_options *options)
{
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    atexit(at_exit);
    harness.results_path = options->results;
    harness.dump_path = options->dump != NULL && options->dump[0] != '\0' ? options->dump : NULL;
    if (options->serve != NULL && options->serve[0] != '\0') {
        harness.planned = served_open(options->serve, options->memory, options);
        return;
    }
    harness.planned = harness_load(options);
    harness.seconds = -clock_now();
    if (harness.planned)
        begin_phase(0);
}

static unsigned finish(void)
{
    harness.seconds += clock_now();
    return harness_verdict();
}

/* ---- x ------------------------------------------------------------------------------------------ */

static void noise(uint32_t *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        words[i] = draw();
}

/* Cuts the surplus bits of a vector's last word: simulators want them zero. */
static void trim(uint32_t *words, uint32_t bits)
{
    if (bits % 32 != 0)
        words[bits / 32] &= (UINT32_C(1) << bits % 32) - 1;
}

static unsigned put_noise(void)
{
    struct harness *h = &harness;
    noise(h->x_data, h->x_words);
    noise(h->x_user, h->user_words);
    trim(h->x_data, h->plan.channels * h->plan.element_bits);
    trim(h->x_user, 2 * h->plan.channels);
    return DRIVE_NEW_X | (draw() & DRIVE_X_LAST);
}

/* Puts the next word on the bus. */
static unsigned put_word(void)
{
    struct harness *h = &harness;
    const struct stimulus *plan = &h->plan;
    size_t frame = h->now->first_frame + h->x_frame;
    size_t words = stimulus_mask_words(plan->channels);
    const uint32_t *active = plan->active + frame * words, *first = plan->first + frame * words;
    const int32_t *x = plan->x + frame * plan->channels * plan->input + h->x_element;
    put_noise();
    for (uint32_t c = 0; c < plan->channels; c++) {
        if (mask_bit(active, c))
            bits_set(h->x_data, c * plan->element_bits, plan->element_bits,
                     (uint32_t)x[(size_t)c * plan->input]);
        if (h->x_element == 0) {
            bits_set(h->x_user, c, 1, mask_bit(active, c));
            bits_set(h->x_user, plan->channels + c, 1, mask_bit(first, c));
        }
    }
    bool last = h->x_element + 1 == plan->input;
    if (h->x_frame + 1 == h->now->frame_count) {
        if (phase_flags() & STIMULUS_LAST_EARLY)
            last = h->x_element + 2 == plan->input;
        if (phase_flags() & STIMULUS_LAST_MISSING)
            last = false;
    }
    return DRIVE_NEW_X | DRIVE_X_VALID | (last ? (unsigned)DRIVE_X_LAST : 0);
}

/* A wrong tlast was taken. */
static void send_fault(enum bin bin)
{
    harness.fault_sent = true;
    bin_hit(bin);
}

static unsigned drive_x(bool ready)
{
    struct harness *h = &harness;
    const struct stimulus_phase *phase = h->now;
    if (h->drive & DRIVE_X_VALID) {
        if (!ready) {
            bin_hit(BIN_X_WAIT);
            return h->drive & (DRIVE_X_VALID | DRIVE_X_LAST);
        }
        h->last_move = h->cycle;
        /* From here on the chip may notice a wrong tlast. */
        bool last_frame = h->x_frame + 1 == phase->frame_count;
        if (last_frame && phase_flags() & STIMULUS_LAST_EARLY && h->drive & DRIVE_X_LAST)
            send_fault(BIN_X_LAST_EARLY);
        if (last_frame && phase_flags() & STIMULUS_LAST_MISSING &&
            h->x_element + 1 == h->plan.input)
            send_fault(BIN_X_LAST_MISSING);
        if (++h->x_element == h->plan.input) {
            h->x_element = 0;
            h->x_frame++;
        }
        h->gap_left = draw_pause(phase->x_gap, phase->x_gap_length);
    }
    if (h->plan.io == STIMULUS_IO_MEMORY)
        return 0;
    bool stuck = phase->flags & STIMULUS_STUCK_X && played() >= phase->cut_cycle;
    bool running = !axi_present() || host_running();
    bool offer = h->x_frame < phase->frame_count && running &&
                 played() + 1 >= phase->valid_cycle && !stuck && !slot_holds(h->x_frame);
    if (offer && h->gap_left == 0)
        return put_word();
    if (offer) {
        h->gap_left--;
        if (ready)
            bin_hit(BIN_X_GAP);
    }
    if (h->drive & DRIVE_X_VALID || h->cycle <= 0)
        return put_noise(); /* once a pause: it differs from what came before and comes after */
    return h->drive & DRIVE_X_LAST;
}

/* ---- y ------------------------------------------------------------------------------------------ */

static unsigned drive_y(bool valid)
{
    struct harness *h = &harness;
    const struct stimulus_phase *phase = h->now;
    if (phase->cut_cycle != 0 && played() >= phase->cut_cycle &&
        phase->flags & (STIMULUS_CUT_WAITING | STIMULUS_STUCK_Y))
        return 0;
    if (h->wait_left > 0) {
        h->wait_left--;
        return 0;
    }
    h->wait_left = draw_pause(phase->y_wait, phase->y_wait_length);
    if (h->wait_left > 0) {
        h->wait_left--;
        return 0;
    }
    if (phase->flags & STIMULUS_READY_LATE && (!valid || h->drive & DRIVE_Y_READY))
        return 0;
    return DRIVE_Y_READY;
}

/* ---- phases ------------------------------------------------------------------------------------- */

static bool cut_now(void)
{
    const struct harness *h = &harness;
    const struct stimulus_phase *phase = h->now;
    if (phase->cut_cycle == 0 || phase->flags & (STIMULUS_STUCK_X | STIMULUS_STUCK_Y))
        return false;
    if (phase->flags & STIMULUS_CUT_WAITING)
        return h->wait_cycles >= 4 && played() >= phase->cut_cycle;
    return played() + 1 >= phase->cut_cycle;
}

static unsigned end_phase(void)
{
    struct harness *h = &harness;
    h->result->cycles = h->cycle + 1;
    h->result->cut = h->result->end < 0;
    check_phase_end();
    if (h->result->cut && h->now->cut_cycle != 0)
        bin_hit(BIN_RESET_CUT);
    if (h->result->cut && h->now->cut_cycle != 0 && h->y_waiting)
        bin_hit(BIN_RESET_CUT_WAITING);
    if (axi_present())
        axi_end_phase();
    if (h->phase + 1 == h->plan.phase_count)
        return finish();
    begin_phase(h->phase + 1);
    return h->plan.io == STIMULUS_IO_MEMORY ? 0 : put_noise() | (draw() & DRIVE_Y_READY);
}

static void describe_hang(const char *what)
{
    const struct harness *h = &harness;
    violation("phase %s: time-out in cycle %lld: %s; x at frame %u word %u (valid %d), y at frame %u word %u "
              "(valid %d, ready %d), %s",
              h->now->name, (long long)h->cycle, what, h->x_frame, h->x_element, !!(h->drive & DRIVE_X_VALID),
              h->y_frame, h->y_element, h->y_waiting, !!(h->drive & DRIVE_Y_READY),
              result_progress().text);
}

/* One clock with aresetn low. */
static unsigned step_in_reset(const struct sample *sample)
{
    struct harness *h = &harness;
    check_reset(sample);
    if (axi_present())
        axi_step_in_reset(h->reset_seen >= RESET_EDGES);
    h->reset_seen++;
    if (--h->reset_left > 0)
        return h->plan.io == STIMULUS_IO_MEMORY ? 0 : put_noise() & ~(unsigned)DRIVE_X_VALID;
    return DRIVE_RUN | drive_x(false) | drive_y(false);
}

/* A clock after a reset that was so short that the chip itself is still in it. */
static unsigned step_after_reset(void)
{
    struct harness *h = &harness;
    if (axi_present())
        axi_step_in_reset(false);
    h->reset_seen++;
    return DRIVE_RUN | drive_x(false) | drive_y(false);
}

/* All frames are out, nothing more came in the clocks after them, and the host is done, too? */
static bool over_now(void)
{
    struct harness *h = &harness;
    if (h->y_frame != h->now->frame_count)
        return false;
    if (h->tail_left < 0) {
        h->result->end = h->cycle + 1;
        h->tail_left = h->now->tail_cycles;
    }
    if (h->tail_left > 0) {
        h->tail_left--;
        return false;
    }
    if (!axi_present())
        return true;
    host_finish(); /* the host has the last word */
    return host_finished();
}

/* Takes it too long? */
static bool hangs(void)
{
    const struct harness *h = &harness;
    bool done = h->y_frame == h->now->frame_count;
    const char *what = NULL;
    if (h->now->limit_cycles != 0 && (uint64_t)h->cycle >= h->now->limit_cycles)
        what = "the phase takes too long";
    else if (h->now->idle_cycles != 0 && !done &&
             (uint64_t)(h->cycle - h->last_move) >= h->now->idle_cycles)
        what = "nothing moves any more";
    if (what != NULL)
        describe_hang(what);
    return what != NULL;
}

static unsigned step(const struct sample *sample)
{
    struct harness *h = &harness;
    if (h->over)
        return DRIVE_FINISH | (h->reason[0] != '\0' ? (unsigned)DRIVE_FAILED : 0);
    if (!h->planned)
        return finish();
    if (served_present())
        return served_step(sample);
    h->total_cycles++;
    if (h->reset_left > 0)
        return h->drive = step_in_reset(sample);

    h->cycle++;
    if (h->reset_seen < RESET_EDGES)
        return h->drive = step_after_reset();
    uint32_t control = sample->control.value[0];
    if (sample->control.unknown != NULL)
        control &= ~sample->control.unknown[0];
    check_running(sample);
    if (axi_present()) {
        axi_step(control, &HOST);
        if (host_abandons())
            return finish();
    }
    bool fault = h->now->flags & (STIMULUS_LAST_EARLY | STIMULUS_LAST_MISSING);
    if (over_now() || cut_now() || (fault && h->error_seen && !axi_present()))
        return h->drive = end_phase();
    if (hangs())
        return finish();

    unsigned x = drive_x(control & CONTROL_X_READY);
    h->drive = DRIVE_RUN | x | drive_y(control & CONTROL_Y_VALID);
    return h->drive;
}

unsigned harness_step(const struct sample *sample)
{
    unsigned drive = step(sample);
    window_step();
    return drive | (window_is_open() ? (unsigned)DRIVE_TRACE : 0);
}

const uint32_t *harness_x_data(void)
{
    return harness.x_data;
}

const uint32_t *harness_x_user(void)
{
    return harness.x_user;
}
