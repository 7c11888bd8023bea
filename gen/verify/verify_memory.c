/* SPDX-License-Identifier: Apache-2.0
 * verify_memory.c - what `ese verify` plays on a loadable chip beyond what it plays on any: other
 * memories, soft resets, faults of the buses, states saved and restored, a channel closed in
 * mid-flight; and faults drawn at random.  Wrong model images and descriptors: verify_images.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/emit/registers.h"
#include "gen/image/regions.h"
#include "gen/verify/verify_plan.h"

enum {
    SHORT_WATCHDOG = 600, /* clocks: of phases in which an ideal memory falls silent */
    HOST_CYCLES = 60,     /* about what an access of the host takes */
    LATENCY = 8           /* of the ideal memory, at the least */
};

static bool two_ports(const struct program *p)
{
    return p->config.memory_ports > 1;
}

static bool has_queue(const struct program *p)
{
    return p->config.io == IO_MEMORY;
}

uint32_t plan_below(struct planner *pl, uint64_t limit)
{
    return (uint32_t)random_below(&pl->random, limit > 0 ? limit : 1);
}

/* ---- how much is read and written ------------------------------------------------------------------ */

/* Pieces that are read one after the other, each in bursts of its own. */
struct pieces_read {
    int count, words[8];
};

static void add_words(struct pieces_read *pieces, bool present, int words)
{
    if (present)
        pieces->words[pieces->count++] = words;
}

/* Bus words of what the port reads for a frame, at the least; or when the model is loaded. */
static struct pieces_read pieces_of(const struct program *p, enum stimulus_port port,
                                    enum stimulus_moment moment)
{
    const struct derived *d = &p->d;
    struct pieces_read pieces = {0};
    bool load = moment == STIMULUS_AT_LOAD, streams = load || p->config.memory == MEMORY_STREAM;
    bool data = port == STIMULUS_PORT_DATA;
    add_words(&pieces, data && load, MODEL_WORDS * 32 / d->bus_bits);
    add_words(&pieces, data && load, d->program_bus_words);
    add_words(&pieces, data && streams, d->columns_bus_words);
    add_words(&pieces, data && streams, d->constants_bus_words);
    add_words(&pieces, data && !load && has_queue(p), d->x_bus_words);
    add_words(&pieces, streams && two_ports(p) != data, d->weights_bus_words);
    return pieces;
}

static uint32_t sum_of(const struct pieces_read *pieces)
{
    uint32_t sum = 0;
    for (int n = 0; n < pieces->count; n++)
        sum += (uint32_t)pieces->words[n];
    return sum;
}

uint32_t plan_load_beats(const struct program *p, enum stimulus_port port)
{
    struct pieces_read pieces = pieces_of(p, port, STIMULUS_AT_LOAD);
    return sum_of(&pieces);
}

/* ---- who speaks in the frames of the states ------------------------------------------------------- */

/* Five descriptors: all channels begin and are saved; others speak in their place, or nobody does;
 * most go on with what they had, each on another channel, and all are saved; one frame more; and half
 * of them play that frame and the next again. */
static const int STATE_BEGINS[] = {0, 2, 4, 6, 7};

enum { STATE_DESCRIPTORS = sizeof STATE_BEGINS / sizeof *STATE_BEGINS };

static int state_rotation(const struct program *p)
{
    return p->d.channels > 1 ? 1 : 0;
}

static bool is_restored(const struct program *p, int channel)
{
    return channel % 3 != 1 || p->d.channels < 3;
}

static bool is_played_again(int channel)
{
    return channel % 2 == 0;
}

static struct voice state_voice(const struct planner *pl, int channel, int t)
{
    int channels = pl->program->d.channels, frame = t;
    int from = (channel - state_rotation(pl->program) + channels) % channels;
    bool restored = is_restored(pl->program, channel), pause = channel % 4 == 3;
    int utterance = channel;
    if (t >= 7 && is_played_again(channel))
        frame = t - 1;
    if (t >= 4 && restored) {
        utterance = from;
        frame -= 2;
    } else if (t >= 2) {
        utterance = pause && t < 4 ? -1 : channels + channel;
        frame -= pause ? 4 : 2;
    }
    return (struct voice){utterance < 0 ? -1 : utterance % pl->drawn, frame};
}

void plan_cast_states(struct planner *pl)
{
    int first = plan_state_frames(pl), channels = pl->program->d.channels;
    for (int n = 0; n < STATE_DESCRIPTORS; n++)
        pl->plan->begins[first + STATE_BEGINS[n]] = true;
    for (int t = 0; t < VERIFY_STATE_FRAMES; t++)
        for (int c = 0; c < channels; c++)
            pl->plan->voices[(first + t) * channels + c] = state_voice(pl, c, t);
}

static struct stimulus_phase *plan_states(struct planner *pl, const char *name, int slowness)
{
    const struct program *p = pl->program;
    struct stimulus_phase *phase =
        plan_phase(pl, name, plan_state_frames(pl), VERIFY_STATE_FRAMES, slowness);
    struct stimulus_descriptor *d = phase->descriptors;
    BUG_UNLESS(phase->descriptor_count == STATE_DESCRIPTORS);
    phase->state_count = 2;
    d[0].save = d[2].restore = 0;
    d[2].save = d[4].restore = 1;
    d[2].rotate = (uint32_t)state_rotation(p);
    for (int c = 0; c < p->d.channels; c++) {
        uint32_t bit = UINT32_C(1) << c % 32;
        d[2].restored[c / 32] |= is_restored(p, c) ? bit : 0;
        d[4].restored[c / 32] |= is_played_again(c) ? bit : 0;
    }
    return phase;
}

/* ---- a channel that is closed --------------------------------------------------------------------- */

/* All speak; the last channel is closed on the way, and speaks again when it is open. */
void plan_cast_slot(struct planner *pl)
{
    int first = plan_slot_frames(pl), channels = pl->program->d.channels;
    for (int t = 0; t < VERIFY_SLOT_FRAMES; t++) {
        pl->plan->begins[first + t] = t % 2 == 0;
        for (int c = 0; c < channels; c++) {
            bool anew = c == channels - 1 && t >= VERIFY_SLOT_OPEN;
            pl->plan->voices[(first + t) * channels + c] = (struct voice){
                (anew ? channels : c) % pl->drawn, anew ? t - VERIFY_SLOT_OPEN : t};
        }
    }
}

static void plan_slot(struct planner *pl)
{
    const struct cycles *cycles = &pl->plan->cycles;
    struct stimulus_phase *phase =
        plan_phase(pl, "slot", plan_slot_frames(pl), VERIFY_SLOT_FRAMES, 10);
    phase->slot_channel = (uint32_t)pl->program->d.channels - 1;
    phase->slot_frame = VERIFY_SLOT_OPEN;
    phase->slot_cycle =
        (uint32_t)cycles->frames[0].start + plan_below(pl, (uint64_t)cycles->cycles_per_frame);
}

/* ---- faults of the buses -------------------------------------------------------------------------- */

/* A fault, and what the chip must report of it on either port. */
struct bus_fault {
    const char *name;
    enum stimulus_fault fault;
    enum chip_error error[STIMULUS_PORTS];
    bool counts_clocks; /* fault_at does; else beats, or bursts that were answered */
};

static const struct bus_fault READ_FAULTS[] = {
    {"SLVERR", STIMULUS_FAULT_SLVERR, {CHIP_ERROR_WEIGHTS_SLAVE, CHIP_ERROR_DATA_SLAVE}, false},
    {"DECERR", STIMULUS_FAULT_DECERR, {CHIP_ERROR_WEIGHTS_DECODE, CHIP_ERROR_DATA_DECODE}, false},
    {"RLAST early", STIMULUS_FAULT_LAST_EARLY,
     {CHIP_ERROR_WEIGHTS_LENGTH, CHIP_ERROR_DATA_LENGTH}, false},
    {"RLAST missing", STIMULUS_FAULT_LAST_MISSING,
     {CHIP_ERROR_WEIGHTS_LENGTH, CHIP_ERROR_DATA_LENGTH}, false},
    {"silent", STIMULUS_FAULT_SILENT, {CHIP_ERROR_WEIGHTS_TIMEOUT, CHIP_ERROR_DATA_TIMEOUT}, true},
    {"deaf", STIMULUS_FAULT_DEAF, {CHIP_ERROR_WEIGHTS_TIMEOUT, CHIP_ERROR_DATA_TIMEOUT}, true},
};

static const struct bus_fault WRITE_FAULTS[] = {
    {"SLVERR", STIMULUS_FAULT_WRITE_SLVERR, {CHIP_ERROR_NONE, CHIP_ERROR_WRITE_SLAVE}, false},
    {"DECERR", STIMULUS_FAULT_WRITE_DECERR, {CHIP_ERROR_NONE, CHIP_ERROR_WRITE_DECODE}, false},
    {"silent", STIMULUS_FAULT_WRITE_SILENT, {CHIP_ERROR_NONE, CHIP_ERROR_WRITE_TIMEOUT}, true},
    {"deaf", STIMULUS_FAULT_WRITE_DEAF, {CHIP_ERROR_NONE, CHIP_ERROR_WRITE_TIMEOUT}, true},
};

enum {
    READ_FAULT_COUNT = sizeof READ_FAULTS / sizeof *READ_FAULTS,
    WRITE_FAULT_COUNT = sizeof WRITE_FAULTS / sizeof *WRITE_FAULTS
};

/* Beats of which one is to go wrong.  A burst can end early, or lack its end, only where it has two
 * beats: those of the first piece that has, and all before. */
static uint32_t beats_to_strike(const struct bus_fault *fault, const struct pieces_read *pieces)
{
    uint32_t beats = 0;
    if (fault->fault != STIMULUS_FAULT_LAST_EARLY)
        return sum_of(pieces);
    for (int n = 0; n < pieces->count; n++) {
        beats += (uint32_t)pieces->words[n];
        if (pieces->words[n] >= 2)
            return beats - (uint32_t)pieces->words[n] + 1;
    }
    return 0;
}

/* A phase in which the port's reads go wrong once; NULL if the port reads nothing then. */
static struct stimulus_phase *plan_read_fault(struct planner *pl, const struct bus_fault *fault,
                                              enum stimulus_port port, enum stimulus_moment moment)
{
    struct pieces_read pieces = pieces_of(pl->program, port, moment);
    int frames = moment == STIMULUS_AT_LOAD ? 1 : VERIFY_FEW_FRAMES;
    uint32_t beats = beats_to_strike(fault, &pieces);
    if (beats == 0)
        return NULL;
    char name[STIMULUS_NAME];
    snprintf(name, sizeof name, "%s %s%s", port == STIMULUS_PORT_WEIGHTS ? "weights" : "data",
             fault->name, moment == STIMULUS_AT_LOAD ? " at load" : "");
    struct stimulus_phase *phase = plan_phase(pl, name, 0, frames, 10);
    phase->memory[port].fault = fault->fault;
    phase->fault_moment = moment;
    phase->expected_error = fault->error[port];
    if (fault->counts_clocks)
        phase->watchdog = SHORT_WATCHDOG;
    /* The memory falls silent early, or buffers would hide it. */
    phase->memory[port].fault_at = plan_below(pl, fault->counts_clocks ? 2 : beats);
    return phase;
}

static struct stimulus_phase *plan_write_fault(struct planner *pl, const struct bus_fault *fault)
{
    char name[STIMULUS_NAME];
    snprintf(name, sizeof name, "write %s", fault->name);
    struct stimulus_phase *phase = plan_phase(pl, name, 0, VERIFY_FEW_FRAMES, 10);
    struct stimulus_memory *memory = &phase->memory[STIMULUS_PORT_DATA];
    memory->fault = fault->fault;
    memory->fault_at = fault->counts_clocks ? 0 : plan_below(pl, phase->descriptor_count);
    phase->expected_error = fault->error[STIMULUS_PORT_DATA];
    if (fault->counts_clocks)
        phase->watchdog = SHORT_WATCHDOG;
    return phase;
}

static void plan_bus_faults(struct planner *pl)
{
    for (int moment = STIMULUS_AT_RUN; moment <= STIMULUS_AT_LOAD; moment++)
        for (int port = 0; port < STIMULUS_PORTS; port++)
            for (int n = 0; n < READ_FAULT_COUNT; n++)
                plan_read_fault(pl, &READ_FAULTS[n], (enum stimulus_port)port,
                                (enum stimulus_moment)moment);
    for (int n = 0; n < WRITE_FAULT_COUNT && has_queue(pl->program); n++)
        plan_write_fault(pl, &WRITE_FAULTS[n]);
}

/* ---- soft resets ---------------------------------------------------------------------------------- */

/* Stops the chip while it loads. */
static struct stimulus_phase *plan_stop_loading(struct planner *pl)
{
    const struct program *p = pl->program;
    uint32_t least = (SECTION_COUNT + 2) * LATENCY;
    for (int port = 0; port < STIMULUS_PORTS; port++)
        least += plan_load_beats(p, (enum stimulus_port)port);
    struct stimulus_phase *phase = plan_phase(pl, "stop loading", 0, 1, 10);
    phase->stop_moment = STIMULUS_AT_LOAD;
    phase->flags = plan_below(pl, 2) != 0 ? STIMULUS_LOADED_BEFORE : 0;
    phase->stop_cycle = 1 + (least > HOST_CYCLES ? plan_below(pl, least - HOST_CYCLES) : 0);
    return phase;
}

static struct stimulus_phase *plan_stop(struct planner *pl, const char *name)
{
    const struct cycles *cycles = &pl->plan->cycles;
    struct stimulus_phase *phase = plan_phase(pl, name, 0, VERIFY_FEW_FRAMES, 10);
    phase->stop_cycle = 1 + plan_below(pl, (uint64_t)cycles->frames[VERIFY_FEW_FRAMES - 1].start);
    return phase;
}

/* Stops while a state is read or written: within as many clocks as that takes, and a little later. */
static struct stimulus_phase *plan_stop_state(struct planner *pl, const char *name,
                                              enum stimulus_moment moment)
{
    struct stimulus_phase *phase = plan_states(pl, name, 10);
    phase->stop_moment = moment;
    phase->stop_cycle = 1 + plan_below(pl, (uint64_t)pl->program->d.state_bus_words + HOST_CYCLES);
    return phase;
}

static void plan_stops(struct planner *pl)
{
    plan_stop(pl, "stop");
    struct stimulus_phase *reload = plan_stop(pl, "reload");
    reload->flags |= STIMULUS_RELOAD;
    plan_stop_loading(pl);
    if (has_queue(pl->program)) {
        plan_stop_state(pl, "stop restoring", STIMULUS_AT_RESTORE);
        plan_stop_state(pl, "stop saving", STIMULUS_AT_SAVE);
    }
    struct stimulus_phase *unloaded = plan_phase(pl, "not loaded", 0, 1, 10);
    unloaded->flags = STIMULUS_NO_LOAD;
    unloaded->expected_error = CHIP_ERROR_NOT_LOADED;
}

/* ---- all ------------------------------------------------------------------------------------------ */

static void set_memory(struct stimulus_phase *phase, enum stimulus_model model)
{
    for (int port = 0; port < STIMULUS_PORTS; port++)
        phase->memory[port].model = model;
}

static void make_hostile(struct stimulus_phase *phase)
{
    set_memory(phase, STIMULUS_HOSTILE);
    phase->x_gap = phase->y_wait = VERIFY_CHANCE / 8;
    phase->x_gap_length = phase->y_wait_length = 5;
}

static void plan_memories(struct planner *pl)
{
    set_memory(plan_phase(pl, "ddr3", 0, pl->frames, 10), STIMULUS_DDR3);
    make_hostile(plan_phase(pl, "hostile", 0, VERIFY_FRAMES_LEAST, 100));
    if (!has_queue(pl->program))
        return;
    plan_states(pl, "states", 10);
    struct stimulus_phase *hostile = plan_states(pl, "states hostile", 100);
    make_hostile(hostile);
    hostile->ring_bits = 0;
}

void plan_memory_phases(struct planner *pl)
{
    plan_memories(pl);
    plan_slot(pl);
    plan_stops(pl);
    plan_wrong_models(pl);
    if (has_queue(pl->program))
        plan_wrong_descriptors(pl);
    plan_bus_faults(pl);
}

/* ---- at random ------------------------------------------------------------------------------------ */

static struct stimulus_phase *plan_random_read(struct planner *pl)
{
    struct stimulus_phase *phase = NULL;
    while (phase == NULL) /* not every port is read all the time */
        phase = plan_read_fault(pl, &READ_FAULTS[plan_below(pl, READ_FAULT_COUNT)],
                                (enum stimulus_port)plan_below(pl, STIMULUS_PORTS),
                                (enum stimulus_moment)plan_below(pl, 2));
    return phase;
}

static struct stimulus_phase *plan_random_cut(struct planner *pl)
{
    const struct cycles *cycles = &pl->plan->cycles;
    struct stimulus_phase *phase = plan_phase(pl, "cut", 0, VERIFY_FEW_FRAMES, 100);
    phase->cut_cycle = 1 + plan_below(pl, (uint64_t)cycles->frames[VERIFY_FEW_FRAMES - 1].start);
    return phase;
}

static struct stimulus_phase *draw_fault(struct planner *pl)
{
    bool queue = has_queue(pl->program);
    switch (plan_below(pl, queue ? 10 : 6)) {
    case 0:
        return plan_random_flip(pl);
    case 1:
        return plan_stop_loading(pl);
    case 2:
        return plan_stop(pl, "stop");
    case 3:
        return plan_random_cut(pl);
    case 6:
        return plan_stop_state(pl, "stop restoring", STIMULUS_AT_RESTORE);
    case 7:
        return plan_stop_state(pl, "stop saving", STIMULUS_AT_SAVE);
    case 8:
    case 9:
        return plan_write_fault(pl, &WRITE_FAULTS[plan_below(pl, WRITE_FAULT_COUNT)]);
    default:
        return plan_random_read(pl);
    }
}

void plan_random_fault(struct planner *pl, int number)
{
    struct stimulus_phase *phase = draw_fault(pl);
    char name[2 * STIMULUS_NAME];
    snprintf(name, sizeof name, "%d %s", number + 1, phase->name);
    snprintf(phase->name, sizeof phase->name, "%.31s", name);
    if (phase->watchdog == SHORT_WATCHDOG) /* which only an ideal memory never exceeds */
        return;
    for (int port = 0; port < STIMULUS_PORTS; port++)
        phase->memory[port].model = plan_below(pl, STIMULUS_MODELS);
    phase->limit_cycles *= 10;
    phase->ring_bits = has_queue(pl->program) ? plan_below(pl, 4) : 0;
}
