/* SPDX-License-Identifier: Apache-2.0
 * verify_memory.c - what `ese verify` plays on a loadable chip beyond what it plays on any: other
 * memories, soft resets, faults of the buses, wrong model images and descriptors, states saved and
 * restored, a channel closed in mid-flight; and faults drawn at random. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/regions.h"
#include "gen/registers.h"
#include "gen/verify_plan.h"

enum {
    SHORT_WATCHDOG = 600, /* clocks: of phases in which an ideal memory falls silent */
    HOST_CYCLES = 60,     /* about what an access of the host takes */
    LATENCY = 8           /* of the ideal memory, at the least */
};

/* Words of a descriptor by name: DESCRIPTOR_WORD_MAGIC ... */
enum descriptor_word {
#define MODEL_WORD(name, word, meaning)
#define DESCRIPTOR_WORD(name, word, meaning) DESCRIPTOR_WORD_##name = word,
#include "gen/layout.def"
#undef MODEL_WORD
#undef DESCRIPTOR_WORD
};

static bool two_ports(const struct program *p)
{
    return p->config.memory_ports > 1;
}

static bool has_queue(const struct program *p)
{
    return p->config.io == IO_MEMORY;
}

static uint32_t below(struct planner *pl, uint64_t limit)
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
        (uint32_t)cycles->frames[0].start + below(pl, (uint64_t)cycles->cycles_per_frame);
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
    phase->memory[port].fault_at = below(pl, fault->counts_clocks ? 2 : beats);
    return phase;
}

static struct stimulus_phase *plan_write_fault(struct planner *pl, const struct bus_fault *fault)
{
    char name[STIMULUS_NAME];
    snprintf(name, sizeof name, "write %s", fault->name);
    struct stimulus_phase *phase = plan_phase(pl, name, 0, VERIFY_FEW_FRAMES, 10);
    struct stimulus_memory *memory = &phase->memory[STIMULUS_PORT_DATA];
    memory->fault = fault->fault;
    memory->fault_at = fault->counts_clocks ? 0 : below(pl, phase->descriptor_count);
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

/* ---- wrong images and descriptors ----------------------------------------------------------------- */

/* One more attempt of the phase, which must end with this error. */
static uint32_t add_error(struct stimulus_phase *phase, enum chip_error error)
{
    uint32_t *more = allocate(phase->error_count + 1, sizeof *more);
    if (phase->error_count > 0)
        memcpy(more, phase->errors, phase->error_count * sizeof *more);
    free(phase->errors);
    phase->errors = more;
    phase->errors[phase->error_count] = error;
    return phase->error_count++;
}

static void add_patch(struct stimulus_phase *phase, struct stimulus_patch patch)
{
    struct stimulus_patch *more = allocate(phase->patch_count + 1, sizeof *more);
    if (phase->patch_count > 0)
        memcpy(more, phase->patches, phase->patch_count * sizeof *more);
    free(phase->patches);
    phase->patches = more;
    phase->patches[phase->patch_count++] = patch;
}

static uint32_t word_at(const struct text *bytes, size_t offset)
{
    uint32_t value = 0;
    for (size_t n = 0; n < 4; n++)
        value |= (uint32_t)(unsigned char)bytes->data[offset + n] << 8 * n;
    return value;
}

/* The header with another word, and with the CRC that belongs to it. */
static void add_header(struct stimulus_phase *phase, const struct text *model, enum model_word word,
                       uint32_t value, enum chip_error error)
{
    unsigned char header[MODEL_WORD_HEADER_CRC * 4];
    memcpy(header, model->data, sizeof header);
    for (size_t n = 0; n < 4; n++)
        header[(size_t)word * 4 + n] = (unsigned char)(value >> 8 * n);
    uint32_t attempt = add_error(phase, error);
    add_patch(phase, (struct stimulus_patch){attempt, STIMULUS_MODEL, (uint64_t)word * 4, 4, value});
    add_patch(phase, (struct stimulus_patch){attempt, STIMULUS_MODEL, sizeof header, 4,
                                             crc32_of(0, header, sizeof header)});
}

/* Sizes of the header, and what the chip has room for of each. */
struct size_limit {
    enum model_word word;
    int most;
};

static void add_sizes(struct planner *pl, struct stimulus_phase *phase, const struct text *model)
{
    const struct derived *d = &pl->program->chip;
    const struct size_limit limits[] = {
        {MODEL_WORD_X_SIZE, d->x_size},           {MODEL_WORD_C_SIZE, d->c_size},
        {MODEL_WORD_Y_SIZE, d->y_size},           {MODEL_WORD_PRODUCTS, d->products},
        {MODEL_WORD_PASSES, d->passes},           {MODEL_WORD_COLUMNS, d->max_columns},
        {MODEL_WORD_CONSTANTS, d->max_constants}, {MODEL_WORD_BEATS, d->max_beats},
    };
    for (size_t n = 0; n < sizeof limits / sizeof *limits; n++) {
        const uint32_t wrong[] = {0, (uint32_t)limits[n].most + 1, UINT32_MAX};
        add_header(phase, model, limits[n].word, wrong[below(pl, 3)], CHIP_ERROR_MODEL_SIZE);
    }
    const uint32_t states[] = {0, (uint32_t)(d->c_words + 1) | (uint32_t)d->y_words << 16,
                               (uint32_t)d->c_words | (uint32_t)(d->y_words + 1) << 16};
    add_header(phase, model, MODEL_WORD_STATE_WORDS, states[below(pl, 3)], CHIP_ERROR_MODEL_SIZE);
    for (int word = MODEL_WORD_PROGRAM_WORDS; word <= MODEL_WORD_WEIGHT_WORDS; word++) {
        uint32_t right = word_at(model, (size_t)word * 4);
        add_header(phase, model, (enum model_word)word, below(pl, 2) != 0 ? right + 1 : right - 1,
                   CHIP_ERROR_MODEL_SIZE);
    }
}

/* A piece of memory whose CRC stands in the header. */
struct piece {
    enum stimulus_use use;
    uint64_t offset, bytes;
    enum model_word crc;
};

static void list_pieces(const struct program *p, const struct region *regions,
                        struct piece pieces[SECTION_COUNT + 1])
{
    static const enum model_word crcs[SECTION_COUNT] = {
        MODEL_WORD_PROGRAM_CRC, MODEL_WORD_COLUMN_CRC, MODEL_WORD_CONSTANT_CRC};
    for (int n = 0; n < SECTION_COUNT; n++) {
        struct section section = region_section(p, (enum section_name)n);
        pieces[n] = (struct piece){STIMULUS_MODEL, section.offset, section.bytes, crcs[n]};
    }
    pieces[SECTION_COUNT] = (struct piece){
        STIMULUS_WEIGHTS, 0, regions[REGION_WEIGHTS].bytes.length, MODEL_WORD_WEIGHT_CRC};
}

/* One bit of a piece is wrong. */
static void add_flip(struct planner *pl, struct stimulus_phase *phase, const struct region *regions,
                     const struct piece *piece)
{
    const struct text *bytes =
        &regions[piece->use == STIMULUS_MODEL ? REGION_MODEL : REGION_WEIGHTS].bytes;
    uint64_t offset = piece->offset + 4 * random_below(&pl->random, piece->bytes / 4);
    uint32_t word = word_at(bytes, (size_t)offset) ^ UINT32_C(1) << below(pl, 32);
    add_patch(phase, (struct stimulus_patch){add_error(phase, CHIP_ERROR_MODEL_CONTENTS),
                                             piece->use, offset, 4, word});
}

/* A bit of the header, without a CRC that hides it. */
static void add_header_flip(struct planner *pl, struct stimulus_phase *phase,
                            const struct text *model)
{
    uint32_t word = below(pl, MODEL_WORDS);
    bool magic = word == MODEL_WORD_MAGIC || word == MODEL_WORD_LAYOUT;
    uint32_t attempt =
        add_error(phase, magic ? CHIP_ERROR_MODEL_MAGIC : CHIP_ERROR_MODEL_HEADER);
    uint32_t wrong = word_at(model, (size_t)word * 4) ^ UINT32_C(1) << below(pl, 32);
    add_patch(phase, (struct stimulus_patch){attempt, STIMULUS_MODEL, (uint64_t)word * 4, 4, wrong});
}

static void free_regions(struct region regions[REGION_COUNT])
{
    for (int n = 0; n < REGION_COUNT; n++)
        text_free(&regions[n].bytes);
}

static void plan_wrong_models(struct planner *pl)
{
    struct region regions[REGION_COUNT];
    struct piece pieces[SECTION_COUNT + 1];
    regions_build(pl->program, regions);
    list_pieces(pl->program, regions, pieces);
    const struct text *model = &regions[REGION_MODEL].bytes;
    struct stimulus_phase *headers = plan_phase(pl, "headers", 0, 1, 60);
    headers->fault_moment = STIMULUS_AT_LOAD;
    add_header(headers, model, MODEL_WORD_MAGIC, (uint32_t)random_next(&pl->random),
               CHIP_ERROR_MODEL_MAGIC);
    add_header(headers, model, MODEL_WORD_LAYOUT, MODEL_LAYOUT + 1, CHIP_ERROR_MODEL_MAGIC);
    add_header(headers, model, MODEL_WORD_CHIP_HASH,
               pl->program->chip_hash ^ UINT32_C(1) << below(pl, 32), CHIP_ERROR_MODEL_CHIP);
    add_sizes(pl, headers, model);
    add_header_flip(pl, headers, model);

    struct stimulus_phase *contents = plan_phase(pl, "contents", 0, 1, 60);
    contents->fault_moment = STIMULUS_AT_LOAD;
    for (int n = 0; n <= SECTION_COUNT; n++) {
        const struct piece *piece = &pieces[n];
        uint32_t crc = word_at(model, (size_t)piece->crc * 4);
        add_flip(pl, contents, regions, piece);
        add_header(contents, model, piece->crc, crc ^ UINT32_C(1) << below(pl, 32),
                   CHIP_ERROR_MODEL_CONTENTS);
        /* The file ended early, and something else lies where the rest should be. */
        uint64_t half = piece->bytes / 8 * 4;
        uint32_t attempt = add_error(contents, CHIP_ERROR_MODEL_CONTENTS);
        add_patch(contents, (struct stimulus_patch){attempt, piece->use, piece->offset + half,
                                                    piece->bytes - half,
                                                    (uint32_t)random_next(&pl->random)});
    }
    free_regions(regions);
}

/* One word of some descriptor is impossible, with another that makes the chip look at it. */
static void add_descriptor(struct planner *pl, struct stimulus_phase *phase,
                           enum descriptor_word word, uint32_t value, enum descriptor_word enable)
{
    uint32_t attempt = add_error(phase, CHIP_ERROR_DESCRIPTOR);
    uint64_t base = (uint64_t)below(pl, phase->descriptor_count) * STIMULUS_DESCRIPTOR_BYTES;
    if (enable != word)
        add_patch(phase, (struct stimulus_patch){attempt, STIMULUS_DESCRIPTORS,
                                                 base + (uint64_t)enable * 4, 4, 1});
    add_patch(phase, (struct stimulus_patch){attempt, STIMULUS_DESCRIPTORS, base + (uint64_t)word * 4,
                                             4, value});
}

static void plan_wrong_descriptors(struct planner *pl)
{
    static const enum descriptor_word addresses[][2] = {
        {DESCRIPTOR_WORD_X_ADDRESS, DESCRIPTOR_WORD_X_ADDRESS},
        {DESCRIPTOR_WORD_Y_ADDRESS, DESCRIPTOR_WORD_Y_ADDRESS},
        {DESCRIPTOR_WORD_RESTORE_ADDRESS, DESCRIPTOR_WORD_RESTORE},
        {DESCRIPTOR_WORD_SAVE_ADDRESS, DESCRIPTOR_WORD_FLAGS},
    };
    struct stimulus_phase *phase = plan_phase(pl, "descriptors", 0, VERIFY_FEW_FRAMES, 40);
    add_descriptor(pl, phase, DESCRIPTOR_WORD_MAGIC, (uint32_t)random_next(&pl->random),
                   DESCRIPTOR_WORD_MAGIC);
    add_descriptor(pl, phase, DESCRIPTOR_WORD_FRAMES, 0, DESCRIPTOR_WORD_FRAMES);
    for (size_t n = 0; n < sizeof addresses / sizeof *addresses; n++) {
        uint32_t astray = (uint32_t)random_next(&pl->random) | UINT32_C(1) << below(pl, 12);
        add_descriptor(pl, phase, addresses[n][0], astray, addresses[n][1]);
        if (pl->program->d.address_bits < 64) /* beyond what the chip can address */
            add_descriptor(pl, phase, addresses[n][0] + 1, UINT32_C(1) << 31, addresses[n][1]);
    }
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
    phase->stop_cycle = 1 + (least > HOST_CYCLES ? below(pl, least - HOST_CYCLES) : 0);
    return phase;
}

static struct stimulus_phase *plan_stop(struct planner *pl, const char *name)
{
    const struct cycles *cycles = &pl->plan->cycles;
    struct stimulus_phase *phase = plan_phase(pl, name, 0, VERIFY_FEW_FRAMES, 10);
    phase->stop_cycle = 1 + below(pl, (uint64_t)cycles->frames[VERIFY_FEW_FRAMES - 1].start);
    return phase;
}

/* Stops while a state is read or written: within as many clocks as that takes, and a little later. */
static struct stimulus_phase *plan_stop_state(struct planner *pl, const char *name,
                                              enum stimulus_moment moment)
{
    struct stimulus_phase *phase = plan_states(pl, name, 10);
    phase->stop_moment = moment;
    phase->stop_cycle = 1 + below(pl, (uint64_t)pl->program->d.state_bus_words + HOST_CYCLES);
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

static struct stimulus_phase *plan_random_flip(struct planner *pl)
{
    struct region regions[REGION_COUNT];
    struct piece pieces[SECTION_COUNT + 1];
    regions_build(pl->program, regions);
    list_pieces(pl->program, regions, pieces);
    struct stimulus_phase *phase = plan_phase(pl, "wrong model", 0, 1, 100);
    phase->fault_moment = STIMULUS_AT_LOAD;
    if (below(pl, 3) == 0)
        add_header_flip(pl, phase, &regions[REGION_MODEL].bytes);
    else
        add_flip(pl, phase, regions, &pieces[below(pl, SECTION_COUNT + 1)]);
    free_regions(regions);
    return phase;
}

static struct stimulus_phase *plan_random_read(struct planner *pl)
{
    struct stimulus_phase *phase = NULL;
    while (phase == NULL) /* not every port is read all the time */
        phase = plan_read_fault(pl, &READ_FAULTS[below(pl, READ_FAULT_COUNT)],
                                (enum stimulus_port)below(pl, STIMULUS_PORTS),
                                (enum stimulus_moment)below(pl, 2));
    return phase;
}

static struct stimulus_phase *plan_random_cut(struct planner *pl)
{
    const struct cycles *cycles = &pl->plan->cycles;
    struct stimulus_phase *phase = plan_phase(pl, "cut", 0, VERIFY_FEW_FRAMES, 100);
    phase->cut_cycle = 1 + below(pl, (uint64_t)cycles->frames[VERIFY_FEW_FRAMES - 1].start);
    return phase;
}

static struct stimulus_phase *draw_fault(struct planner *pl)
{
    bool queue = has_queue(pl->program);
    switch (below(pl, queue ? 10 : 6)) {
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
        return plan_write_fault(pl, &WRITE_FAULTS[below(pl, WRITE_FAULT_COUNT)]);
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
        phase->memory[port].model = below(pl, STIMULUS_MODELS);
    phase->limit_cycles *= 10;
    phase->ring_bits = has_queue(pl->program) ? below(pl, 4) : 0;
}
