/* SPDX-License-Identifier: Apache-2.0
 * faults.c - what `ese verify` plays on a loadable chip beyond what it plays on any: other memories, soft
 * resets, faults of the buses; and faults drawn at random.  States and the closed channel: states.c;
 * wrong model images and descriptors: wrong_images.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fpga/contract/contract.h"
#include "gen/image/regions.h"
#include "gen/verify/play_parts.h"

enum {
    SHORT_WATCHDOG = 600, /* clocks: of phases in which an ideal memory falls silent */
    PATIENCE = 5000,      /* clocks for which one is silent and nobody watches */
    HOST_CYCLES = 60,     /* about what an access of the host takes */
    LATENCY = 8           /* of the ideal memory, at the least */
};

static bool has_queue(const struct program *p)
{
    return p->config.io == IO_MEMORY;
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
    {"RLAST within", STIMULUS_FAULT_LAST_EXTRA,
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

/* Beats of which one is to go wrong.  A burst can end early, or seem to, only where it has two
 * beats: those of the first piece that has, and all before. */
static uint32_t beats_to_strike(const struct bus_fault *fault, const struct pieces_read *pieces)
{
    uint32_t beats = 0;
    if (fault->fault != STIMULUS_FAULT_LAST_EARLY && fault->fault != STIMULUS_FAULT_LAST_EXTRA)
        return play_beats(pieces);
    for (int n = 0; n < pieces->count; n++) {
        beats += (uint32_t)pieces->words[n];
        if (pieces->words[n] >= 2)
            return beats - (uint32_t)pieces->words[n] + 1;
    }
    return 0;
}

/* A phase in which the port's reads go wrong once; NULL if the port reads nothing then. */
static struct stimulus_phase *play_read_fault(struct maker *mk, const struct bus_fault *fault,
                                              enum stimulus_port port, enum stimulus_moment moment)
{
    struct pieces_read pieces = play_pieces(mk->program, port, moment);
    int frames = moment == STIMULUS_AT_LOAD ? 1 : VERIFY_FEW_FRAMES;
    uint32_t beats = beats_to_strike(fault, &pieces);
    if (beats == 0)
        return NULL;
    char name[STIMULUS_NAME];
    snprintf(name, sizeof name, "%s %s%s", port == STIMULUS_PORT_WEIGHTS ? "weights" : "data",
             fault->name, moment == STIMULUS_AT_LOAD ? " at load" : "");
    struct stimulus_phase *phase = play_phase(mk, name, 0, frames, 10);
    phase->memory[port].fault = fault->fault;
    phase->fault_moment = moment;
    phase->expected_error = fault->error[port];
    if (fault->counts_clocks)
        phase->watchdog = SHORT_WATCHDOG;
    /* The memory falls silent early, or buffers would hide it. */
    phase->memory[port].fault_at = play_below(mk, fault->counts_clocks ? 2 : beats);
    return phase;
}

static struct stimulus_phase *play_write_fault(struct maker *mk, const struct bus_fault *fault)
{
    char name[STIMULUS_NAME];
    snprintf(name, sizeof name, "write %s", fault->name);
    struct stimulus_phase *phase = play_phase(mk, name, 0, VERIFY_FEW_FRAMES, 10);
    struct stimulus_memory *memory = &phase->memory[STIMULUS_PORT_DATA];
    memory->fault = fault->fault;
    memory->fault_at = fault->counts_clocks ? 0 : play_below(mk, phase->descriptor_count);
    phase->expected_error = fault->error[STIMULUS_PORT_DATA];
    if (fault->counts_clocks)
        phase->watchdog = SHORT_WATCHDOG;
    return phase;
}

static void play_bus_faults(struct maker *mk)
{
    for (int moment = STIMULUS_AT_RUN; moment <= STIMULUS_AT_LOAD; moment++)
        for (int port = 0; port < STIMULUS_PORTS; port++)
            for (int n = 0; n < READ_FAULT_COUNT; n++)
                play_read_fault(mk, &READ_FAULTS[n], (enum stimulus_port)port,
                                (enum stimulus_moment)moment);
    for (int n = 0; n < WRITE_FAULT_COUNT && has_queue(mk->program); n++)
        play_write_fault(mk, &WRITE_FAULTS[n]);
}

static void set_memory(struct stimulus_phase *phase, enum stimulus_model model)
{
    for (int port = 0; port < STIMULUS_PORTS; port++)
        phase->memory[port].model = model;
}

/* ---- soft resets ---------------------------------------------------------------------------------- */

/* Stops the chip while it loads. */
static struct stimulus_phase *play_stop_loading(struct maker *mk)
{
    const struct program *p = mk->program;
    uint32_t least = (SECTION_COUNT + 2) * LATENCY;
    for (int port = 0; port < STIMULUS_PORTS; port++)
        least += play_load_beats(p, (enum stimulus_port)port);
    struct stimulus_phase *phase = play_phase(mk, "stop loading", 0, 1, 10);
    phase->stop_moment = STIMULUS_AT_LOAD;
    phase->flags = play_below(mk, 2) != 0 ? STIMULUS_LOADED_BEFORE : 0;
    phase->stop_cycle = 1 + (least > HOST_CYCLES ? play_below(mk, least - HOST_CYCLES) : 0);
    return phase;
}

static struct stimulus_phase *play_stop(struct maker *mk, const char *name)
{
    const struct cycles *cycles = &mk->play->cycles;
    struct stimulus_phase *phase = play_phase(mk, name, 0, VERIFY_FEW_FRAMES, 100);
    phase->stop_cycle = 1 + play_below(mk, (uint64_t)cycles->frames[VERIFY_FEW_FRAMES - 1].start);
    return phase;
}

/* Stops while a state is read or written: within as many clocks as that takes, and a little later. */
static struct stimulus_phase *play_stop_state(struct maker *mk, const char *name,
                                              enum stimulus_moment moment)
{
    if (mk->program->d.state_bus_words == 0) /* there is none */
        return play_stop(mk, name);
    struct stimulus_phase *phase = play_states(mk, name, 10);
    phase->stop_moment = moment;
    phase->stop_cycle = 1 + play_below(mk, (uint64_t)mk->program->d.state_bus_words + HOST_CYCLES);
    return phase;
}

/* A memory falls silent, and WATCHDOG is 0: the chip waits until it is told to stop. */
static void play_unwatched(struct maker *mk)
{
    struct stimulus_phase *load = play_phase(mk, "unwatched at load", 0, 1, 10);
    load->memory[STIMULUS_PORT_DATA].fault = STIMULUS_FAULT_SILENT;
    load->fault_moment = load->stop_moment = STIMULUS_AT_LOAD;
    load->stop_cycle = PATIENCE;
    load->watchdog = 0;
    if (!has_queue(mk->program))
        return;
    struct stimulus_phase *run = play_phase(mk, "unwatched", 0, VERIFY_FEW_FRAMES, 10);
    run->memory[STIMULUS_PORT_DATA].fault = STIMULUS_FAULT_WRITE_SILENT;
    run->stop_cycle = PATIENCE + (uint32_t)mk->play->cycles.frames[VERIFY_FEW_FRAMES].start;
    run->watchdog = 0;
}

static void play_stops(struct maker *mk)
{
    play_stop(mk, "stop");
    /* What is outstanding takes its time to come back. */
    struct stimulus_phase *reload = play_stop(mk, "reload");
    reload->flags |= STIMULUS_RELOAD;
    set_memory(reload, STIMULUS_HOSTILE);
    play_unwatched(mk);
    play_stop_loading(mk);
    if (has_queue(mk->program) && mk->program->d.state_bus_words > 0) {
        play_stop_state(mk, "stop restoring", STIMULUS_AT_RESTORE);
        play_stop_state(mk, "stop saving", STIMULUS_AT_SAVE);
    }
    struct stimulus_phase *unloaded = play_phase(mk, "not loaded", 0, 1, 10);
    unloaded->flags = STIMULUS_NO_LOAD;
    unloaded->expected_error = CHIP_ERROR_NOT_LOADED;
}

/* ---- all ------------------------------------------------------------------------------------------ */

static void make_hostile(struct stimulus_phase *phase)
{
    set_memory(phase, STIMULUS_HOSTILE);
    phase->x_gap = phase->y_wait = VERIFY_CHANCE / 8;
    phase->x_gap_length = phase->y_wait_length = 5;
}

static void play_memories(struct maker *mk)
{
    set_memory(play_phase(mk, "ddr3", 0, mk->frames, 10), STIMULUS_DDR3);
    make_hostile(play_phase(mk, "hostile", 0, VERIFY_FRAMES_LEAST, 100));
    if (!has_queue(mk->program))
        return;
    play_states(mk, "states", 10);
    struct stimulus_phase *hostile = play_states(mk, "states hostile", 100);
    make_hostile(hostile);
    hostile->ring_bits = 0;
}

void play_memory_phases(struct maker *mk)
{
    play_memories(mk);
    play_slot(mk);
    play_stops(mk);
    play_wrong_models(mk);
    if (has_queue(mk->program))
        play_wrong_descriptors(mk);
    play_bus_faults(mk);
}

/* ---- at random ------------------------------------------------------------------------------------ */

static struct stimulus_phase *play_random_read(struct maker *mk)
{
    struct stimulus_phase *phase = NULL;
    while (phase == NULL) /* not every port is read all the time */
        phase = play_read_fault(mk, &READ_FAULTS[play_below(mk, READ_FAULT_COUNT)],
                                (enum stimulus_port)play_below(mk, STIMULUS_PORTS),
                                (enum stimulus_moment)play_below(mk, 2));
    return phase;
}

static struct stimulus_phase *play_random_cut(struct maker *mk)
{
    const struct cycles *cycles = &mk->play->cycles;
    struct stimulus_phase *phase = play_phase(mk, "cut", 0, VERIFY_FEW_FRAMES, 100);
    phase->cut_cycle = 1 + play_below(mk, (uint64_t)cycles->frames[VERIFY_FEW_FRAMES - 1].start);
    return phase;
}

static struct stimulus_phase *draw_fault(struct maker *mk)
{
    bool queue = has_queue(mk->program);
    switch (play_below(mk, queue ? 10 : 6)) {
    case 0:
        return play_random_flip(mk);
    case 1:
        return play_stop_loading(mk);
    case 2:
        return play_stop(mk, "stop");
    case 3:
        return play_random_cut(mk);
    case 6:
        return play_stop_state(mk, "stop restoring", STIMULUS_AT_RESTORE);
    case 7:
        return play_stop_state(mk, "stop saving", STIMULUS_AT_SAVE);
    case 8:
    case 9:
        return play_write_fault(mk, &WRITE_FAULTS[play_below(mk, WRITE_FAULT_COUNT)]);
    default:
        return play_random_read(mk);
    }
}

void play_random_fault(struct maker *mk, int number)
{
    struct stimulus_phase *phase = draw_fault(mk);
    char name[2 * STIMULUS_NAME];
    snprintf(name, sizeof name, "%d %s", number + 1, phase->name);
    snprintf(phase->name, sizeof phase->name, "%.31s", name);
    if (phase->watchdog == SHORT_WATCHDOG) /* which only an ideal memory never exceeds */
        return;
    for (int port = 0; port < STIMULUS_PORTS; port++)
        phase->memory[port].model = play_below(mk, STIMULUS_MODELS);
    phase->limit_cycles *= 10;
    phase->ring_bits = has_queue(mk->program) ? play_below(mk, 4) : 0;
}
