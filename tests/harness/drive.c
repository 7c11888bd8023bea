/* SPDX-License-Identifier: Apache-2.0
 * drive.c - plays one scenario on the stand-in chip of fake_top.v and prints what came of it.
 *
 *   drive DIR verilator|icarus SCENARIO [+PLUSARG ...]
 *
 * DIR holds rtl/, mem/ and sim/ as a generated chip does.  The messages
 * of the harness come first; the last line is "pass" or "fail: REASON",
 * or "error: REASON" if nothing could be simulated. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/emit/registers.h"
#include "gen/verify/simulate.h"
#include "gen/verify/stimulus.h"
#include "tests/harness/drive_vectors.h"

/* COLUMNS: what the stand-in broadcasts in a frame, three of product 0 and two of product 1. */
enum { FRAMES = 10, COLUMNS = 5 };

/* More frames of a chip with AXI ports: to save and restore states, with a queue; to close a channel. */
enum { STATE_FRAMES = 6, SLOT_FRAMES = 12, SLOT_OPEN = 10 };
enum { BRIEF_PHASES = 2 }; /* of the scenario of that name */

/* 0: not there. */
static uint32_t optional(const char *folder, const char *file, const char *name)
{
    char path[4096], line[200], key[64];
    unsigned value = 0, found = 0;
    snprintf(path, sizeof path, "%s/sim/%s", folder, file);
    FILE *in = fopen(path, "r");
    while (in != NULL && fgets(line, sizeof line, in) != NULL)
        if (sscanf(line, "localparam %63s = %u;", key, &value) == 2 && strcmp(key, name) == 0) {
            found = value;
            break;
        }
    if (in != NULL)
        fclose(in);
    return found;
}

static uint32_t dimension(const char *folder, const char *file, const char *name)
{
    uint32_t found = optional(folder, file, name);
    if (found == 0) {
        printf("error: no %s in %s\n", name, file);
        exit(2);
    }
    return found;
}

static uint64_t state = 12345;

static uint32_t draw(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33);
}

/* ---- a chip with AXI ports adds what it reads from memory to each x ------------------------------ */

static const struct { const char *size, *file; uint64_t base; } REGIONS[STIMULUS_USES] = {
    [STIMULUS_WEIGHTS] = {"WEIGHTS_BYTES", "weights.bin", 0x12345000},
    [STIMULUS_MODEL] = {"MODEL_BYTES", "model.bin", 0xfffff000},
};

static const uint64_t QUEUE_BASE = 0x1fffff000;

/* Words of the header of model.bin, by name. */
enum word {
#define MODEL_WORD(name, word, meaning) WORD_##name = word,
#define DESCRIPTOR_WORD(name, word, words, meaning) DESCRIPTOR_##name = word,
#include "fpga/contract/layout.def"
};

enum { HEADER_WORDS = 64 };

static void put32(unsigned char *at, uint32_t word, uint32_t value)
{
    for (uint32_t byte = 0; byte < 4; byte++)
        at[4 * word + byte] = (unsigned char)(value >> 8 * byte);
}

static uint32_t get32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Where the words of the header are that `damage` and the phases want to change. */
static unsigned char header[4 * HEADER_WORDS];

static void make_header(const struct stimulus *s, unsigned char *data, uint32_t word_bytes)
{
    uint32_t beat = s->memory_data_bits / 8;
    uint32_t frame = (s->input * word_bytes + beat - 1) / beat * beat;
    const uint32_t words[][2] = {
        {WORD_MAGIC, 0x4D455345}, {WORD_LAYOUT, 2}, {WORD_CHIP_HASH, s->chip_hash},
        {WORD_MODEL_HASH, 0x1234567}, {WORD_X_SIZE, s->input}, {WORD_Y_SIZE, s->input},
        {WORD_CELL_WORDS, 0}, {WORD_KEPT_WORDS, s->input},
        {WORD_X_FRAME_BYTES, frame}, {WORD_Y_FRAME_BYTES, frame},
        {WORD_XY_WORD_BYTES, word_bytes}, {WORD_STATE_BYTES, frame},
        {WORD_STATE_WORD_BYTES, word_bytes}, {WORD_STATE_SLOT_BYTES, s->element_bits / 8},
        {WORD_ELEMENT_BYTES, s->element_bits / 8}};
    memset(data, 0, 4 * HEADER_WORDS);
    for (uint32_t i = 0; i < sizeof words / sizeof *words; i++)
        put32(data, words[i][0], words[i][1]);
    put32(data, WORD_HEADER_CRC, stimulus_crc32(0, data, 4 * WORD_HEADER_CRC));
    memcpy(header, data, sizeof header);
}

/* Writes the images; what the stand-in makes of them: the sum, over all bus words, of the lowest and
 * the highest 32 bits XORed.  The last bus word of the model begins with the sum of those before. */
static uint32_t make_regions(struct stimulus *s, const char *folder, struct error *error)
{
    uint32_t key = 0, beat = s->memory_data_bits / 8;
    for (uint32_t i = 0; i < STIMULUS_USES; i++) {
        char path[4096], images[4096];
        snprintf(images, sizeof images, "%s/mem", folder);
        snprintf(path, sizeof path, "%s/mem/%s", folder, REGIONS[i].file);
        uint32_t bytes = dimension(folder, "fake_params.vh", REGIONS[i].size), sum = 0;
        uint32_t size = (bytes + beat - 1) / beat * beat;
        unsigned char *data = allocate(size, 1);
        for (uint32_t k = 0; k < bytes; k++)
            data[k] = (unsigned char)draw();
        if (i == STIMULUS_MODEL)
            make_header(s, data, dimension(folder, "fake_params.vh", "XY_WORD_BYTES"));
        for (uint32_t k = 0; k < size; k += beat) {
            if (i == STIMULUS_MODEL && k + beat == size)
                put32(data + k, 0, sum);
            sum += get32(data + k) ^ get32(data + k + beat - 4);
        }
        key += sum;
        FILE *file = fopen(path, "wb");
        bool good = file != NULL && fwrite(data, 1, bytes, file) == bytes;
        if (file != NULL)
            fclose(file);
        free(data);
        uint32_t port = i == STIMULUS_WEIGHTS && s->memory_ports == 2 ? STIMULUS_PORT_WEIGHTS
                                                                      : STIMULUS_PORT_DATA;
        if (!good || !stimulus_region(&s->regions[i], images, REGIONS[i].file, port, i,
                                      REGIONS[i].base, error)) {
            printf("error: cannot write %s\n", path);
            exit(2);
        }
    }
    return key;
}

static bool has_queue(const struct stimulus *s)
{
    return s->io == STIMULUS_IO_MEMORY;
}

/* Does a descriptor begin with this frame of the plan? */
static bool begins(uint32_t frame)
{
    return frame < FRAMES ? frame % 5 % 2 == 0 : frame % 2 == 0;
}

static uint32_t state_frame(void)
{
    return FRAMES;
}

static uint32_t slot_frame(const struct stimulus *s)
{
    return has_queue(s) ? FRAMES + STATE_FRAMES : FRAMES;
}

/* Who speaks, and who begins to: `known` says who spoke in the frame before. */
static void draw_masks(struct stimulus *s, uint32_t f, bool idle, bool *known)
{
    for (uint32_t ch = 0; ch < s->channels; ch++) {
        bool active = !idle && (ch == 0 || draw() % 4 != 0);
        bool first = !known[ch] || f % 5 == 0 || draw() % 3 == 0;
        if (has_queue(s) && !begins(f)) {
            active = stimulus_get(s->active, s, f - 1, ch);
            first = false;
        }
        if (f >= slot_frame(s)) {
            uint32_t t = f - slot_frame(s);
            active = !idle;
            first = t == 0 || (t == SLOT_OPEN && ch + 1 == s->channels);
        } else if (f >= state_frame()) {
            active = !idle;
            first = f - state_frame() == 0 || f - state_frame() == 2;
        }
        known[ch] = active; /* a voice that was away starts afresh */
        stimulus_set(s->active, s, f, ch, active);
        stimulus_set(s->first, s, f, ch, first);
    }
}

/* Voices that begin and end at different frames; what the stand-in makes of them. */
static void draw_frames(struct stimulus *s, bool idle, uint32_t key)
{
    size_t cells = (size_t)s->channels * s->input;
    int32_t *c = allocate(cells, sizeof *c), *saved = allocate(cells, sizeof *saved);
    bool *known = allocate(s->channels, sizeof *known);
    for (uint32_t f = 0; f < s->frame_count; f++) {
        draw_masks(s, f, idle, known);
        if (has_queue(s) && f == state_frame() + 4) /* every channel has what the one before had */
            for (size_t i = 0; i < cells; i++)
                c[(i + s->input) % cells] = saved[i];
        for (uint32_t ch = 0; ch < s->channels; ch++) {
            bool first = stimulus_get(s->first, s, f, ch) || vector_c == STIMULUS_NO_VECTOR;
            for (uint32_t e = 0; stimulus_get(s->active, s, f, ch) && e < s->input; e++) {
                size_t word = ((size_t)f * s->channels + ch) * s->input + e;
                int32_t *now = &c[(size_t)ch * s->input + e];
                s->x[word] = wrap((int32_t)draw(), s->activation_bits);
                *now = wrap((first ? 0 : (int64_t)*now) + s->x[word] + key, s->activation_bits);
                expect_element(s, f, ch, e, *now);
            }
        }
        if (f == state_frame() + 1)
            memcpy(saved, c, cells * sizeof *c);
    }
    free(c);
    free(saved);
    free(known);
}

/* One for every place where one begins. */
static void add_descriptors(struct stimulus_phase *p)
{
    p->descriptors = allocate(p->frame_count, sizeof *p->descriptors);
    p->ring_bits = 2;
    for (uint32_t f = 0; f < p->frame_count; f++) {
        if (f == 0 || begins(p->first_frame + f))
            p->descriptors[p->descriptor_count++] =
                (struct stimulus_descriptor){.save = -1, .restore = -1};
        p->descriptors[p->descriptor_count - 1].frames++;
    }
}

static struct stimulus_phase *phase(struct stimulus *s, const char *name, uint32_t first,
                                    uint32_t count)
{
    struct stimulus_phase *p = &s->phases[s->phase_count++];
    snprintf(p->name, sizeof p->name, "%s", name);
    p->first_frame = first;
    p->frame_count = count;
    p->seed = 100 + s->phase_count;
    p->limit_cycles = 200000;
    p->idle_cycles = 2000;
    if (has_queue(s))
        add_descriptors(p);
    return p;
}

/* Clocks from frame to frame, if memory does not hold the stand-in up. */
static int64_t frame_period(const struct stimulus *s)
{
    int64_t period = s->input + COLUMNS;
    for (uint32_t n = 0; n < s->pass_count; n++)
        period += s->pass_beats[n];
    return period;
}

static void add_phases(struct stimulus *s)
{
    uint32_t n = s->input;
    int64_t period = frame_period(s);
    struct stimulus_phase *p = phase(s, "full speed", 0, 5);
    p->starts = allocate(p->frame_count, sizeof *p->starts);
    for (uint32_t f = 0; f < p->frame_count; f++)
        p->starts[f] = p->valid_cycle + n + f * period;
    p->end = p->starts[4] + period - n;
    p->chart_first = 3;
    p->chart_count = 2;

    p = phase(s, "gaps", 0, 10);
    p->x_gap = p->y_wait = 65536 / 3;
    p->x_gap_length = p->y_wait_length = 4;
    p->seed = UINT64_MAX;
    p = phase(s, "cut", 5, 5);
    p->cut_cycle = (uint32_t)(period + 3);
    p = phase(s, "late ready", 5, 2);
    p->reset_cycles = 1;
    p->flags = STIMULUS_READY_LATE;
    p = phase(s, "cut waiting", 0, 5);
    p->cut_cycle = (uint32_t)(period + 3);
    p->flags = STIMULUS_CUT_WAITING;
    p = phase(s, "after cut", 5, 2);
    p->reset_cycles = 2;
    p = phase(s, "early tlast of x", 0, 3);
    p->flags = STIMULUS_LAST_EARLY;
    p = phase(s, "no tlast of x", 0, 3);
    p->flags = STIMULUS_LAST_MISSING;
    phase(s, "end", 5, 5);
}

static void set_memory(struct stimulus_phase *p, uint32_t model)
{
    for (int port = 0; port < STIMULUS_PORTS; port++)
        p->memory[port].model = model;
}

/* Each kind of fault, on a port: what the chip must report. */
static void add_faults(struct stimulus *s, uint32_t port)
{
    static const struct { const char *name; uint32_t fault, at, codes[STIMULUS_PORTS]; } FAULTS_OF[] = {
        {"SLVERR", STIMULUS_FAULT_SLVERR, 0, {2, 4}},
        {"DECERR", STIMULUS_FAULT_DECERR, 11, {3, 5}},
        {"RLAST early", STIMULUS_FAULT_LAST_EARLY, 3, {6, 7}},
        {"RLAST extra", STIMULUS_FAULT_LAST_EXTRA, 5, {6, 7}},
        {"RLAST missing", STIMULUS_FAULT_LAST_MISSING, 7, {6, 7}},
        {"silent", STIMULUS_FAULT_SILENT, 5, {8, 9}},
        {"deaf", STIMULUS_FAULT_DEAF, 0, {8, 9}},
    };
    for (uint32_t i = 0; i < sizeof FAULTS_OF / sizeof *FAULTS_OF; i++) {
        struct stimulus_phase *p = phase(s, FAULTS_OF[i].name, 0, 5);
        set_memory(p, FAULTS_OF[i].fault == STIMULUS_FAULT_LAST_EXTRA ? STIMULUS_IDEAL
                                                                      : i % STIMULUS_MODELS);
        p->memory[port].fault = FAULTS_OF[i].fault;
        p->memory[port].fault_at = FAULTS_OF[i].at;
        p->expected_error = FAULTS_OF[i].codes[port];
        p->fault_moment = i % 2 != 0 ? STIMULUS_AT_LOAD : STIMULUS_AT_RUN;
        p->watchdog = 700;
    }
}

static void add_write_faults(struct stimulus *s)
{
    static const struct { const char *name; uint32_t fault, at, code; } WRITE_FAULTS[] = {
        {"write SLVERR", STIMULUS_FAULT_WRITE_SLVERR, 0, CHIP_ERROR_WRITE_SLAVE},
        {"write DECERR", STIMULUS_FAULT_WRITE_DECERR, 3, CHIP_ERROR_WRITE_DECODE},
        {"write silent", STIMULUS_FAULT_WRITE_SILENT, 700, CHIP_ERROR_WRITE_TIMEOUT},
        {"write deaf", STIMULUS_FAULT_WRITE_DEAF, 0, CHIP_ERROR_WRITE_TIMEOUT},
    };
    for (uint32_t i = 0; i < sizeof WRITE_FAULTS / sizeof *WRITE_FAULTS; i++) {
        struct stimulus_phase *p = phase(s, WRITE_FAULTS[i].name, 0, 5);
        set_memory(p, i % STIMULUS_MODELS);
        p->memory[STIMULUS_PORT_DATA].fault = WRITE_FAULTS[i].fault;
        p->memory[STIMULUS_PORT_DATA].fault_at = WRITE_FAULTS[i].at;
        p->expected_error = WRITE_FAULTS[i].code;
        p->watchdog = 700;
    }
}

/* Attempts that end with these errors, and a word that is wrong in each. */
static void patch(struct stimulus_phase *p, uint32_t target, const uint32_t (*patches)[3], uint32_t count)
{
    p->errors = allocate(count, sizeof *p->errors);
    p->patches = allocate(2 * count, sizeof *p->patches);
    p->fault_moment = target == STIMULUS_DESCRIPTORS ? STIMULUS_AT_RUN : STIMULUS_AT_LOAD;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t word = patches[i][0], code = patches[i][2];
        p->errors[p->error_count++] = code;
        p->patches[p->patch_count++] = (struct stimulus_patch){i, target, 4 * word, 4, patches[i][1]};
        if (target != STIMULUS_MODEL || code == CHIP_ERROR_MODEL_HEADER || word >= HEADER_WORDS)
            continue;
        unsigned char wrong[sizeof header];
        memcpy(wrong, header, sizeof wrong);
        put32(wrong, word, patches[i][1]);
        p->patches[p->patch_count++] = (struct stimulus_patch){
            i, target, 4 * WORD_HEADER_CRC, 4, stimulus_crc32(0, wrong, 4 * WORD_HEADER_CRC)};
    }
}

static void add_patches(struct stimulus *s)
{
    static const uint32_t MODELS[][3] = {
        {WORD_MAGIC, 0, CHIP_ERROR_MODEL_MAGIC},
        {WORD_CHIP_HASH, 77, CHIP_ERROR_MODEL_CHIP},
        {WORD_X_SIZE, 0, CHIP_ERROR_MODEL_SIZE},
        {WORD_HEADER_CRC - 1, 1, CHIP_ERROR_MODEL_HEADER},
        {HEADER_WORDS, 0x55aa55aa, CHIP_ERROR_MODEL_CONTENTS},
    };
    static const uint32_t DESCRIPTORS[][3] = {
        {DESCRIPTOR_MAGIC, 0, CHIP_ERROR_DESCRIPTOR},
        {HEADER_WORDS + DESCRIPTOR_FRAMES, 0, CHIP_ERROR_DESCRIPTOR},
        {DESCRIPTOR_Y_ADDRESS, 8, CHIP_ERROR_DESCRIPTOR},
        {DESCRIPTOR_X_STRIDE, 4100, CHIP_ERROR_DESCRIPTOR},
        {DESCRIPTOR_X_STRIDE + 1, 1, CHIP_ERROR_DESCRIPTOR},
    };
    struct stimulus_phase *p = phase(s, "models", 0, 2);
    p->flags = STIMULUS_LOADED_BEFORE;
    patch(p, STIMULUS_MODEL, MODELS, sizeof MODELS / sizeof *MODELS);
    if (has_queue(s))
        patch(phase(s, "descriptors", 0, 5), STIMULUS_DESCRIPTORS, DESCRIPTORS,
              sizeof DESCRIPTORS / sizeof *DESCRIPTORS);
    p = phase(s, "not loaded", 0, 2);
    p->flags = STIMULUS_NO_LOAD;
    p->expected_error = CHIP_ERROR_NOT_LOADED;
}

/* What is saved is restored to the next channel, while another has been there. */
static struct stimulus_phase *states(struct stimulus *s, const char *name)
{
    struct stimulus_phase *p = phase(s, name, state_frame(), STATE_FRAMES);
    p->state_count = 1;
    p->descriptors[0].save = p->descriptors[2].restore = 0;
    p->descriptors[2].rotate = s->channels > 1;
    memset(p->descriptors[2].restored, 255, sizeof p->descriptors[2].restored);
    return p;
}

static void add_stops(struct stimulus *s)
{
    struct stimulus_phase *p;
    int64_t period = frame_period(s);
    for (uint32_t i = 0; i < STIMULUS_MODELS; i++) {
        p = phase(s, "stop", 5, 5);
        set_memory(p, i);
        p->stop_cycle = i == 0 ? 12 : (uint32_t)period + 40 * i;
        p->flags = i == 1 ? STIMULUS_RELOAD : 0;
    }
    p = phase(s, "stop loading", 0, 2);
    p->stop_cycle = 5;
    p->stop_moment = STIMULUS_AT_LOAD;
    p = phase(s, "unwatched", 0, 2);
    p->memory[STIMULUS_PORT_DATA].fault = STIMULUS_FAULT_SILENT;
    p->fault_moment = p->stop_moment = STIMULUS_AT_LOAD;
    p->stop_cycle = 1500;
    p->idle_cycles = 4000;
    if (!has_queue(s))
        return;
    p = states(s, "stop restoring");
    p->stop_cycle = 3;
    p->stop_moment = STIMULUS_AT_RESTORE;
    p = states(s, "stop saving");
    p->stop_cycle = 2;
    p->stop_moment = STIMULUS_AT_SAVE;
}

static void add_slot(struct stimulus *s)
{
    struct stimulus_phase *p = phase(s, "slot", slot_frame(s), SLOT_FRAMES);
    p->slot_cycle = (uint32_t)frame_period(s) + 50;
    p->slot_channel = s->channels - 1;
    p->slot_frame = SLOT_OPEN;
}

static void add_axi_phases(struct stimulus *s)
{
    struct stimulus_phase *p = phase(s, "full speed", 0, 5);
    int64_t period = frame_period(s);
    if (!has_queue(s)) {
        p->starts = allocate(p->frame_count, sizeof *p->starts);
        for (uint32_t f = 0; f < p->frame_count; f++)
            p->starts[f] = 10 + f * period;
        p->end = p->starts[4] + period - s->input;
    }
    p->chart_first = 3;
    p->chart_count = 2;
    p = phase(s, "gaps", 0, 10);
    set_memory(p, STIMULUS_HOSTILE);
    p->x_gap = p->y_wait = 65536 / 3;
    p->x_gap_length = p->y_wait_length = 4;
    p->seed = UINT64_MAX;
    p->ring_bits = 0;
    p = phase(s, "cut", 5, 5);
    set_memory(p, STIMULUS_HOSTILE);
    p->cut_cycle = (uint32_t)(period + 30);
    p = phase(s, "late ready", 5, 2);
    p->reset_cycles = 1;
    p->flags = has_queue(s) ? 0 : STIMULUS_READY_LATE;
    p = phase(s, "cut waiting", 0, 5);
    set_memory(p, STIMULUS_DDR3);
    p->cut_cycle = (uint32_t)(period + 3);
    p->flags = has_queue(s) ? 0 : STIMULUS_CUT_WAITING;
    add_stops(s);
    for (uint32_t port = STIMULUS_PORTS - s->memory_ports; port < STIMULUS_PORTS; port++)
        add_faults(s, port);
    add_patches(s);
    add_slot(s);
    if (has_queue(s)) {
        add_write_faults(s);
        for (uint32_t i = 0; i < STIMULUS_MODELS; i++)
            set_memory(states(s, "states"), i);
    } else {
        /* The only frame has been read by then; what the stand-in reads ahead never comes. */
        p = phase(s, "deaf in the end", 5, 1);
        p->memory[STIMULUS_PORT_DATA].fault = STIMULUS_FAULT_DEAF;
        p->memory[STIMULUS_PORT_DATA].fault_at = 70;
        p->expected_error = CHIP_ERROR_DATA_TIMEOUT;
        p->watchdog = 3000;
        p = phase(s, "early tlast of x", 0, 3);
        p->flags = STIMULUS_LAST_EARLY;
        p->expected_error = CHIP_ERROR_X_FRAMING;
        p = phase(s, "no tlast of x", 0, 3);
        p->flags = STIMULUS_LAST_MISSING;
        p->expected_error = CHIP_ERROR_X_FRAMING;
    }
    p = phase(s, "end", 5, 5);
    set_memory(p, STIMULUS_DDR3);
    for (uint32_t n = BRIEF_PHASES; n < s->phase_count && has_queue(s); n++)
        s->phases[n].flags |= STIMULUS_SCATTERED;
}

/* Damages the plan, or what lies beside it, as the scenario's name says. */
static void damage(struct stimulus *s, const char *scenario, struct stimulus_phase *last)
{
    size_t word = ((size_t)6 * s->channels) * s->input; /* channel 0 always speaks */
    if (strcmp(scenario, "golden_y") == 0)
        expected(s, vector_y, 6, 0)[0] ^= 1;
    else if (strcmp(scenario, "golden_c") == 0)
        expected(s, vector_c, 6, 0)[1] ^= 1;
    else if (strcmp(scenario, "golden_x") == 0)
        s->x[word + 2] ^= 1;
    else if (damage_vectors(s, scenario))
        return;
    else if (strcmp(scenario, "start") == 0)
        s->phases[0].starts[2]++;
    else if (strcmp(scenario, "end") == 0)
        s->phases[0].end++;
    else if (strcmp(scenario, "columns") == 0)
        s->product_columns[1]++;
    else if (strcmp(scenario, "beats") == 0)
        s->pass_beats[s->pass_count - 1]++;
    else if (strcmp(scenario, "dimension") == 0)
        s->pes++;
    else if (strcmp(scenario, "image_size") == 0)
        s->images[0].bytes++;
    else if (strcmp(scenario, "image_crc") == 0)
        s->images[0].crc++;
    else if (strcmp(scenario, "image_missing") == 0)
        s->images[0].name[0] = 'Z';
    else if (strcmp(scenario, "stuck_x") == 0 || strcmp(scenario, "stuck_y") == 0) {
        last->flags = scenario[6] == 'x' ? STIMULUS_STUCK_X : STIMULUS_STUCK_Y;
        last->cut_cycle = 30;
    } else if (strcmp(scenario, "no_error") == 0) {
        last->expected_error = 5;
    } else if (strcmp(scenario, "late_stop") == 0) {
        last->stop_cycle = 100000;
    } else if (strcmp(scenario, "few") == 0) {
        s->memory_outstanding = 2;
    } else if (strcmp(scenario, "patient") == 0) {
        s->phases[0].idle_cycles = 0;
    } else if (strcmp(scenario, "late") == 0) {
        for (int f = 1; f < 5; f++)
            s->phases[0].starts[f] -= f;
        s->phases[0].end -= 4;
    } else if (strcmp(scenario, "slack") == 0) {
        for (int f = 1; f < 5; f++)
            s->phases[0].starts[f] -= f;
        s->phases[0].end -= 4;
        s->phases[0].slack_permille = 100;
    } else if (strcmp(scenario, "region_size") == 0) {
        s->regions[1].bytes++;
    } else if (strcmp(scenario, "region_crc") == 0) {
        s->regions[1].crc++;
    } else if (strcmp(scenario, "region_missing") == 0) {
        s->regions[1].name[0] = 'Z';
    } else if (strcmp(scenario, "region_base") == 0) {
        s->regions[1].base += 512;
    } else if (strcmp(scenario, "region_moved") == 0) {
        s->regions[STIMULUS_MODEL].base -= 4096 * 16;
        s->regions[STIMULUS_MODEL].port = STIMULUS_PORT_WEIGHTS;
    } else if (strcmp(scenario, "ports") == 0) {
        s->memory_ports ^= 3;
    } else if (strcmp(scenario, "mode") == 0) {
        s->memory_mode = STIMULUS_ROM;
    } else if (strcmp(scenario, "brief") == 0) {
        while (s->phase_count > BRIEF_PHASES)
            stimulus_phase_free(&s->phases[--s->phase_count]);
    } else if (strcmp(scenario, "resident") == 0) {
        s->memory_mode = STIMULUS_RESIDENT;
    } else if (strcmp(scenario, "io") == 0) {
        s->io ^= 1;
    } else if (strcmp(scenario, "stop_late") == 0) {
        last->stop_cycle = 100000;
        last->stop_moment = STIMULUS_AT_LOAD;
    } else if (strcmp(scenario, "load_error") == 0) {
        last->expected_error = 5;
        last->fault_moment = STIMULUS_AT_LOAD;
    } else if (strcmp(scenario, "descriptors") == 0) {
        last->descriptors[0].frames++;
    } else if (strcmp(scenario, "voices") == 0) {
        last->descriptors[0].frames = last->frame_count;
        last->descriptor_count = 1;
    } else if (strcmp(scenario, "state_number") == 0) {
        last->descriptors[0].save = 0;
    } else if (strcmp(scenario, "no_patch") == 0) {
        last->patches = allocate(1, sizeof *last->patches);
        last->patch_count = 1;
    } else if (strcmp(scenario, "no_weights") == 0) {
        s->region_count = 1;
        s->regions[0] = s->regions[STIMULUS_MODEL];
    } else if (strcmp(scenario, "slow") == 0) {
        last->limit_cycles = 30;
    } else if (strcmp(scenario, "late_cut") == 0) {
        last->cut_cycle = 100000;
    }
}

static void damage_file(const char *path, const char *scenario)
{
    FILE *file = fopen(path, "r+b");
    if (file != NULL && strcmp(scenario, "file_bit") == 0) {
        fseek(file, 1000, SEEK_SET);
        int byte = getc(file);
        fseek(file, 1000, SEEK_SET);
        putc(byte ^ 16, file);
    }
    if (file != NULL && strcmp(scenario, "file_version") == 0) {
        fseek(file, 8, SEEK_SET);
        putc(STIMULUS_VERSION - 1, file);
    }
    if (file != NULL)
        fclose(file);
    if (strcmp(scenario, "file_missing") == 0)
        remove(path);
    if (strcmp(scenario, "file_empty") == 0 && (file = fopen(path, "wb")) != NULL)
        fclose(file);
}

/* The dump holds what the chip said: compare it with what was expected of active channels. */
static bool dump_agrees(const struct stimulus *s, const char *path)
{
    FILE *file = fopen(path, "rb");
    const int32_t *y = stimulus_y(s)->values;
    bool good = file != NULL;
    size_t word = 0;
    for (uint32_t f = 0; good && f < FRAMES; f++) /* the others are not played on every chip */
        for (uint32_t ch = 0; ch < s->channels; ch++)
            for (uint32_t e = 0; e < s->input; e++, word++) {
                int32_t value = -1;
                good = good && fread(&value, sizeof value, 1, file) == 1 &&
                       value == (stimulus_get(s->active, s, f, ch) ? y[word] : 0);
            }
    if (file != NULL)
        fclose(file);
    return good;
}

static bool result_agrees(const struct stimulus *s, const struct simulation_result *r)
{
    const struct simulation_phase *p = &r->phases[0];
    if (r->phase_count != (int)s->phase_count || r->message_count != 0 || p->chart_count != 2)
        return false;
    /* With AXI ports the first frame comes when it comes. */
    if (strcmp(p->name, "full speed") != 0 || s->phases[0].slack_permille != 0 || has_queue(s))
        return true;
    int64_t later = s->memory_mode == STIMULUS_ROM ? 0 : p->frames[0].start - s->phases[0].starts[0];
    int64_t start = s->phases[0].starts[3] + later, issued = 0, sum = 0;
    for (int f = 0; f < p->frame_count; f++)
        issued += p->frames[f].issued;
    for (int k = 0; k < p->pe_count; k++)
        sum += p->issues[k];
    return p->frame_count == 5 && p->frames[3].start == start && p->charts[0].frame == 3 &&
           p->charts[0].products[0].begin == start && p->charts[0].products[0].end == start + 3 &&
           p->charts[0].products[1].end == start + 5 && p->charts[0].passes[0].begin == start + 5 &&
           p->cycles_per_frame == s->phases[0].starts[4] + later - start && issued == sum && issued > 0 &&
           (later != 0 || p->frames[3].stalls[STALL_INPUT] == s->input) && p->frames[3].weight_stalls == 1 &&
           p->end == s->phases[0].end + later && (r->phase_count < 4 || (r->phases[2].cut && !r->phases[3].cut)) &&
           r->phases[1].seed == UINT64_MAX;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    const char *folder = argv[1], *scenario = argv[3];
    struct error error = {0};
    struct stimulus s = {.phase_count = 64, .product_count = 2, .image_count = 1};
    s.channels = dimension(folder, "ese_bench_params.vh", "CHANNELS");
    s.element_bits = dimension(folder, "ese_bench_params.vh", "ELEMENT_BITS");
    s.activation_bits = dimension(folder, "ese_bench_params.vh", "ACTIVATION_BITS");
    s.lanes = dimension(folder, "ese_bench_params.vh", "LANES");
    s.pes = dimension(folder, "ese_bench_params.vh", "PES");
    s.input = dimension(folder, "fake_params.vh", "FRAME");
    const uint32_t layers = optional(folder, "fake_params.vh", "LAYERS");
    s.pass_count = layers > 1 ? 6 : 2;
    add_vectors(&s, layers);
    s.frame_count = FRAMES;
    s.memory_data_bits = optional(folder, "ese_bench_params.vh", "AXI_DATA_BITS");
    bool axi = s.memory_data_bits != 0;
    if (axi) {
        s.memory_mode = STIMULUS_STREAM;
        s.memory_ports = dimension(folder, "fake_params.vh", "PORTS");
        s.memory_address_bits = dimension(folder, "ese_bench_params.vh", "AXI_ADDRESS_BITS");
        s.config_hash = dimension(folder, "fake_params.vh", "CONFIG_HASH");
        s.chip_hash = dimension(folder, "fake_params.vh", "CHIP_HASH");
        s.io = optional(folder, "fake_params.vh", "QUEUE_PRESENT") != 0 ? STIMULUS_IO_MEMORY
                                                                        : STIMULUS_IO_STREAM;
        s.queue_base = QUEUE_BASE;
        s.frame_count = slot_frame(&s) + SLOT_FRAMES;
        s.region_count = STIMULUS_USES;
    }
    bool speed = strcmp(scenario, "speed") == 0;
    stimulus_allocate(&s);
    s.phase_count = 0;
    s.product_columns[0] = 3;
    s.product_columns[1] = 2;
    set_passes(&s, layers, optional(folder, "fake_params.vh", "HALF"));
    uint32_t key = axi ? make_regions(&s, folder, &error) : 0;
    draw_frames(&s, strcmp(scenario, "idle") == 0, key);
    if (speed)
        for (int i = 0; i < 15; i++)
            phase(&s, "speed", 0, 10)->limit_cycles = 0;
    else if (axi)
        add_axi_phases(&s);
    else
        add_phases(&s);
    char images[4096], path[4096], dump[4096], work[4096];
    snprintf(images, sizeof images, "%s/mem", folder);
    snprintf(work, sizeof work, "%s/build", folder);
    snprintf(path, sizeof path, "%s/stimulus.bin", folder);
    snprintf(dump, sizeof dump, "%s/dump.bin", folder);
    remove(dump);
    if (!stimulus_image(&s.images[0], images, "weights.mem", &error)) {
        printf("error: %s\n", error.text);
        return 2;
    }
    damage(&s, scenario, &s.phases[s.phase_count - 1]);
    if (!stimulus_write(&s, path, &error)) {
        printf("error: %s\n", error.text);
        return 2;
    }
    damage_file(path, scenario);

    char trace[4096];
    snprintf(trace, sizeof trace, "%s/trace.fst", folder);
    struct simulation simulation = {
        .simulator = argv[2][0] == 'v' ? SIMULATOR_VERILATOR : SIMULATOR_ICARUS,
        .folder = folder,
        .work = work,
        .stimulus = path,
        .dump = dump,
        .trace.path = strcmp(scenario, "trace") == 0 ? trace : NULL,
        .seed = 7,
        .limit_seconds = speed ? 300 : 40,
        .plusargs = (const char *const *)argv + 4,
    };
    struct simulation_result result;
    if (!simulate(&simulation, &result, &error)) {
        printf("error: %s\n", error.text);
        simulation_result_free(&result);
        stimulus_free(&s);
        return 2;
    }
    for (int i = 0; i < result.message_count; i++)
        printf("%s\n", result.messages[i]);
    if (speed)
        printf("%lld cycles, %.0f a second\n", (long long)result.cycles, result.cycles_per_second);
    if (result.pass && !speed && !dump_agrees(&s, dump))
        printf("fail: the dump is wrong\n");
    else if (result.pass && !speed && !result_agrees(&s, &result))
        printf("fail: the results file is wrong\n");
    else
        printf("%s%s\n", result.pass ? "pass" : "fail: ", result.reason);
    bool pass = result.pass;
    simulation_result_free(&result);
    stimulus_free(&s);
    return pass ? 0 : 1;
}
