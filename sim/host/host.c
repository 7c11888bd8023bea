/* SPDX-License-Identifier: Apache-2.0
 * host.c - lists of register accesses, one list after the other; what follows is decided when a list
 * is through. */
#include "host.h"

#include <string.h>

#include "bins.h"
#include "ese_registers.h"
#include "findings.h"
#include "host_access.h"
#include "host_attempt.h"
#include "host_queue.h"
#include "host_script.h"
#include "memory.h"
#include "ports.h"
#include "slot.h"

enum {
    IDLE_LIMIT = 20000,  /* clocks from stop to idle buses, the hostile memory being slow */
    ERROR_LIMIT = 1000,  /* clocks from the end of the watchdog's time to the interrupt */
    QUIET_CLOCKS = 40,   /* between idle buses and the next start */
    LIFT_CLOCKS = 100,   /* from stop to the end of a memory's fault: until then the buses are not idle */
    CLOCKS_ASTRAY = 64   /* by which CYCLES may differ: between access and answer */
};

/* What the list that is under way is for. */
enum stage {
    SETUP, LOADING, LOAD_INTERRUPTED, LOADED, STARTING, RUNNING, INTERRUPTED, HEADS, ERROR_READ,
    LOST, CLOSING, STOPPING, QUIET, OVER
};

static struct {
    const struct stimulus_phase *phase;
    struct host_result *result;
    enum stage stage;
    enum host_wish wish;     /* of this clock */
    uint32_t status, events, head;
    uint32_t cycles_low, cycles_high, multiplied_low, multiplied_high;
    struct host_room room;
    int64_t cycles_read;     /* cycle in which CYCLES was read */
    bool loaded;             /* the chip must have a model */
    bool running, finishing, abandoned;
    bool counts;             /* `head` is being read, of a run that ends before its time */
    int64_t load_cycle, state_cycle[2]; /* restoring, saving has begun; -1: not yet */
    int64_t stop_cycle, finish_cycle, quiet_left;
} host;

/* ---- lists ------------------------------------------------------------------------------------------- */

static void list_load(void)
{
    bin_hit(host.loaded ? BIN_LOAD_AGAIN : BIN_LOAD);
    host.stage = LOADING;
    host.loaded = false;
    host.load_cycle = -1;
    script_command(ESE_CONTROL_LOAD);
    read_register(ESE_STATUS, &host.status);
}

/* What the chip says of the model that it has. */
static void list_loaded(void)
{
    host.stage = LOADED;
    host.loaded = true;
    host.result->loads++;
    host.result->load_clocks = harness.cycle - host.load_cycle;
    if (axi_outstanding() != 0)
        violation(AT "the model is loaded, with %u bursts outstanding", HERE, axi_outstanding());
    script_loaded();
}

static void list_start(void)
{
    bin_hit(host.loaded ? BIN_START : BIN_START_UNLOADED);
    host.stage = STARTING;
    host.head = 0;
    script_start();
}

static void list_started(void)
{
    host.stage = RUNNING;
    if (!host_error_expected()) /* it may be faster than this */
        script_started();
}

/* Reads how many descriptors the chip counts: not one of which something is missing. */
static void list_count(void)
{
    host.counts = script_has_queue() && host.running;
    if (host.counts)
        read_register(ESE_QUEUE_HEAD, &host.head);
}

static void list_stop(void)
{
    if (host_stop_expected())
        bin_hit(BIN_STOP_RUNNING + host.phase->stop_moment);
    else if (host.stage == CLOSING)
        bin_hit(BIN_STOP_IDLE);
    host.stage = STOPPING;
    script_command(ESE_CONTROL_STOP);
    read_register(ESE_STATUS, &host.status); /* soon: what is outstanding may be back before long */
    write_register(ESE_IRQ_STATUS, IRQ_ALL);
    list_count();
}

/* What the chip says at the end of a good run. */
static void list_end(void)
{
    static const uint32_t stalls[HOST_STALLS] = {
        ESE_STALL_INPUT, ESE_STALL_COLUMNS, ESE_STALL_ACCUMULATOR, ESE_STALL_ELEMENT,
        ESE_STALL_QUEUE, ESE_STALL_WEIGHTS, ESE_STALL_OUTPUT};
    struct host_result *r = host.result;
    host.stage = CLOSING;
    script_end();
    read_register(ESE_STATUS, &r->status);
    read_register(ESE_FRAMES, &r->frames);
    read_register(ESE_CYCLES_HIGH, &host.cycles_high);
    read_register(ESE_CYCLES, &host.cycles_low);
    read_register(ESE_MULTIPLIED_HIGH, &host.multiplied_high);
    read_register(ESE_MULTIPLIED, &host.multiplied_low);
    for (uint32_t i = 0; i < HOST_STALLS; i++)
        read_register(stalls[i], &r->stalls[i]);
    try_holes(1);
    write_register(ESE_IRQ_ENABLE, 0);
    write_register(ESE_IRQ_STATUS, IRQ_ALL);
    expect(ESE_IRQ_STATUS, 0, IRQ_ALL, "IRQ_STATUS after it was cleared");
}

/* ---- what an access does beside ---------------------------------------------------------------------- */

static bool is_control(const struct access *a, uint32_t data)
{
    return a->write && a->address == ESE_CONTROL && access_data(a) == data;
}

static bool is_slot(const struct access *a)
{
    return host.running && a->write && a->address == ESE_SLOT && access_data(a) & ESE_SLOT_WRITE;
}

static void access_begins(const struct access *a)
{
    uint32_t moment = host.phase->fault_moment;
    if (is_control(a, ESE_CONTROL_STOP)) {
        host.running = false;
        host.stop_cycle = harness.cycle;
    }
    if (is_control(a, moment == STIMULUS_AT_LOAD ? ESE_CONTROL_LOAD : ESE_CONTROL_START) &&
        !host_loads_before())
        axi_count_faults();
    if (is_control(a, ESE_CONTROL_START))
        axi_count_states();
    if (is_slot(a))
        slot_writes(a->data & ESE_SLOT_CLOSED);
}

static void access_ends(const struct access *a)
{
    if (!a->write && a->address == ESE_CYCLES)
        host.cycles_read = harness.cycle;
    if (is_control(a, ESE_CONTROL_LOAD))
        host.load_cycle = harness.cycle;
    if (is_control(a, ESE_CONTROL_START)) {
        host.running = true;
        host.result->origin = harness.cycle;
        host.result->attempts++;
        host.state_cycle[0] = host.state_cycle[1] = -1;
    }
    if (is_slot(a))
        slot_wrote(a->data & ESE_SLOT_CLOSED);
}

/* ---- what comes next --------------------------------------------------------------------------------- */

/* Has the time come to stop in mid-flight? */
static bool stop_is_due(void)
{
    const struct stimulus_phase *p = host.phase;
    int64_t from = p->stop_moment == STIMULUS_AT_LOAD      ? host.load_cycle
                   : p->stop_moment == STIMULUS_AT_RESTORE ? host.state_cycle[0]
                   : p->stop_moment == STIMULUS_AT_SAVE    ? host.state_cycle[1]
                                                           : host.result->origin;
    return host_stop_expected() && from >= 0 && harness.cycle - from >= p->stop_cycle;
}

/* The interrupt says that something went wrong. */
static void take_error(void)
{
    if (host_error_expected()) {
        host.stage = ERROR_READ;
        host.result->error_cycle = harness.cycle;
        script_error(host_expected_error());
        list_count();
    } else {
        host.stage = LOST;
    }
    read_register(ESE_ERROR, &host.result->error);
}

/* What the interrupt says, in the order of the bits. */
static void count_events(void)
{
    for (uint32_t events = host.events & IRQ_ALL; events != 0; events &= events - 1)
        bin_hit(BIN_INTERRUPT_ERROR + __builtin_ctz(events));
}

static void unexplained_interrupt(void)
{
    violation(AT "the interrupt is high, but IRQ_STATUS is %x", HERE, host.events);
    host.abandoned = true;
}

static void wait_for_load(bool interrupt)
{
    if ((host.status & (ESE_STATUS_LOADING | ESE_STATUS_LOADED | ESE_STATUS_ERROR)) == 0) {
        violation(AT "STATUS is %x after the load command: neither loading nor loaded", HERE,
                  host.status);
        host.abandoned = true;
    } else if (interrupt) {
        host.stage = LOAD_INTERRUPTED;
        read_register(ESE_IRQ_STATUS, &host.events);
    } else if (stop_is_due()) {
        list_stop();
    }
}

static void take_load_events(void)
{
    count_events();
    if (host.events & ESE_IRQ_STATUS_ERROR) {
        take_error();
    } else if (host.events & ESE_IRQ_STATUS_LOADED) {
        list_loaded();
    } else {
        unexplained_interrupt();
    }
}

/* A model is there.  Is it one of which nothing was wrong? */
static void after_load(void)
{
    bool at_load = host.phase->stop_moment == STIMULUS_AT_LOAD;
    if (host_loads_before()) {
        host_next_attempt();
        host.wish = HOST_LOADS_ANEW;
        list_load();
    } else if (host_stop_expected() && at_load) {
        violation("phase %s: loaded before the stop in cycle %u", host.phase->name,
                  host.phase->stop_cycle);
        host.abandoned = true;
    } else if (host_error_expected() && host.phase->fault_moment == STIMULUS_AT_LOAD) {
        violation("phase %s: the model is loaded, but error %u did not come", host.phase->name,
                  host_expected_error());
        host.abandoned = true;
    } else {
        list_start();
    }
}

static void take_events(void)
{
    host.stage = RUNNING;
    count_events();
    if (host.events & ESE_IRQ_STATUS_ERROR) {
        take_error();
        return;
    }
    if ((host.events & (ESE_IRQ_STATUS_FRAME | ESE_IRQ_STATUS_DESCRIPTOR)) == 0) {
        unexplained_interrupt();
        return;
    }
    host.result->frame_interrupts += host.events & ESE_IRQ_STATUS_FRAME ? 1 : 0;
    script_clear(host.events);
    if (host.events & ESE_IRQ_STATUS_DESCRIPTOR) {
        host.stage = HEADS;
        read_register(ESE_QUEUE_HEAD, &host.head);
    }
}

static void take_heads(void)
{
    host.stage = RUNNING;
    if (!queue_done(host.head))
        host.abandoned = true;
}

/* All frames are out, though a memory is hung: the chip has read ahead, and its watchdog runs. */
static bool may_come_yet(void)
{
    return host_error_expected() && axi_struck() &&
           harness.cycle - host.finish_cycle < (int64_t)host.phase->watchdog + ERROR_LIMIT;
}

static void run(bool interrupt)
{
    const struct stimulus_phase *p = host.phase;
    int64_t played = harness.cycle - host.result->origin;
    if (interrupt) {
        host.stage = INTERRUPTED;
        read_register(ESE_IRQ_STATUS, &host.events);
    } else if (stop_is_due()) {
        list_stop();
    } else if (slot_should_close(played)) {
        write_register(ESE_SLOT, ESE_SLOT_WRITE | ESE_SLOT_CLOSED | p->slot_channel);
    } else if (slot_should_open()) {
        write_register(ESE_SLOT, ESE_SLOT_WRITE | p->slot_channel);
    } else if ((script_has_queue() && queue_hand_over(played)) || (host.finishing && may_come_yet())) {
        return;
    } else if (host.finishing && (host_error_expected() || host_stop_expected())) {
        if (p->stop_cycle != 0)
            violation("phase %s: over before the stop in cycle %u", p->name, p->stop_cycle);
        else
            violation("phase %s: all frames are out, but error %u did not come", p->name,
                      host_expected_error());
        host.abandoned = true;
    } else if (host.finishing) {
        list_end();
    }
}

static void close_phase(void)
{
    struct host_result *r = host.result;
    const char *name = host.phase->name;
    uint64_t issued = 0;
    r->cycles = host.cycles_low | (uint64_t)host.cycles_high << 32;
    r->multiplied = host.multiplied_low | (uint64_t)host.multiplied_high << 32;
    int64_t elapsed = host.cycles_read - r->origin;
    if ((int64_t)r->cycles < elapsed - CLOCKS_ASTRAY || (int64_t)r->cycles > elapsed + CLOCKS_ASTRAY)
        violation("phase %s: CYCLES is %llu, %lld clocks after start", name,
                  (unsigned long long)r->cycles, (long long)elapsed);
    for (uint32_t k = 0; k < harness.plan.pes; k++)
        issued += (uint64_t)harness.result->issues[k];
    if (r->multiplied != issued)
        violation("phase %s: MULTIPLIED is %llu, %llu entries were issued", name,
                  (unsigned long long)r->multiplied, (unsigned long long)issued);
    if (r->frames != host.phase->frame_count)
        violation("phase %s: FRAMES is %u, %u were played", name, r->frames,
                  host.phase->frame_count);
    if (r->frame_interrupts == 0)
        violation("phase %s: no interrupt at the end of a frame", name);
    list_stop();
}

/* Stopped?  Then nothing may be under way any more, and the model is there or is not. */
static void wait_for_idle(bool interrupt)
{
    struct host_result *r = host.result;
    bool again = host_error_expected() || host_stop_expected();
    uint32_t busy = ESE_STATUS_RUNNING | ESE_STATUS_STOPPING | ESE_STATUS_LOADING;
    if ((host.status & busy) == 0) {
        r->stop_clocks = harness.cycle - host.stop_cycle;
        if (!(host.status & ESE_STATUS_IDLE))
            violation(AT "STATUS is %x: the chip does not stop any more, but its buses are not idle", HERE,
                      host.status);
        if (axi_outstanding() != 0)
            violation(AT "STATUS says that the buses are idle, with %u bursts outstanding", HERE,
                      axi_outstanding());
        if (interrupt)
            violation(AT "the interrupt is high, although it was cleared", HERE);
        if (!(host.status & ESE_STATUS_LOADED) != !host.loaded)
            violation(AT "STATUS is %x after the stop: the model is %s", HERE, host.status,
                      host.loaded ? "lost" : "said to be loaded");
        host.stage = again ? QUIET : OVER;
        host.quiet_left = QUIET_CLOCKS;
    } else if (harness.cycle - host.stop_cycle >= IDLE_LIMIT) {
        violation(AT "STATUS is %x, %d clocks after stop", HERE, host.status, IDLE_LIMIT);
        host.abandoned = true;
    } else {
        read_register(ESE_STATUS, &host.status);
    }
}

static void play_again(void)
{
    bool reload = !host.loaded || host.phase->flags & STIMULUS_RELOAD;
    axi_lift_faults();
    host_next_attempt();
    host.finishing = false;
    host.wish = HOST_PLAYS_ANEW;
    if (reload)
        list_load();
    else
        list_start();
}

static void setup_done(void)
{
    script_check_room(&host.room);
    if (host.phase->flags & STIMULUS_NO_LOAD)
        list_start();
    else
        list_load();
}

static void next_list(bool interrupt)
{
    if (host.counts && !queue_done(host.head))
        host.abandoned = true;
    host.counts = false;
    switch (host.stage) {
    case SETUP:
        setup_done();
        break;
    case LOADING:
        wait_for_load(interrupt);
        break;
    case LOAD_INTERRUPTED:
        take_load_events();
        break;
    case LOADED:
        after_load();
        break;
    case STARTING:
        list_started();
        break;
    case RUNNING:
        run(interrupt);
        break;
    case INTERRUPTED:
        take_events();
        break;
    case HEADS:
        take_heads();
        break;
    case ERROR_READ:
        bin_error(host.result->error);
        list_stop();
        break;
    case LOST:
        violation(AT "the chip reports error %u", HERE, host.result->error);
        host.abandoned = true;
        break;
    case CLOSING:
        close_phase();
        break;
    case STOPPING:
        wait_for_idle(interrupt);
        break;
    case QUIET:
        if (host.quiet_left-- == 0)
            play_again();
        break;
    case OVER:
        break;
    }
}

void host_begin(struct host_result *result)
{
    memset(&host, 0, sizeof host);
    host.phase = harness.now;
    host.result = result;
    *result = (struct host_result){.origin = -1, .error_cycle = -1, .stop_clocks = -1};
    host.load_cycle = host.stop_cycle = host.state_cycle[0] = host.state_cycle[1] = -1;
    access_reset(~harness.now->seed, access_begins, access_ends);
    host_begin_attempts();
    script_setup(&host.room);
}

static bool at_rest(void)
{
    return host.stage == SETUP || host.stage == LOADED || host.stage == QUIET || host.stage == OVER;
}

enum host_wish host_step(const struct vector *lite, uint32_t control, uint32_t *drive)
{
    if (at_rest() && control & CONTROL_X_READY)
        violation(AT "s_axis_x_tready is high while the chip is stopped", HERE);
    if (at_rest() && control & CONTROL_Y_VALID)
        violation(AT "m_axis_y_tvalid is high while the chip is stopped", HERE);
    if (host.stop_cycle >= 0 && harness.cycle == host.stop_cycle + LIFT_CLOCKS)
        axi_lift_faults();
    for (int saving = 0; saving < 2; saving++)
        if (host.state_cycle[saving] < 0 && host.running && axi_moved_state(saving))
            host.state_cycle[saving] = harness.cycle;
    bool interrupt = lite->value[1] & LITE_INTERRUPT;
    host.wish = HOST_GOES_ON;
    if (access_ready() && !host.abandoned)
        next_list(interrupt);
    host.abandoned = !access_step(lite->value, drive) || host.abandoned;
    return host.wish;
}

void host_finish(void)
{
    if (!host.finishing)
        host.finish_cycle = harness.cycle;
    host.finishing = true;
}

bool host_finished(void)
{
    return host.stage == OVER;
}

bool host_running(void)
{
    return host.running;
}

int64_t host_origin(void)
{
    return host.running ? host.result->origin : -1;
}

bool host_allows(void)
{
    return !at_rest();
}

bool host_abandons(void)
{
    return host.abandoned;
}
