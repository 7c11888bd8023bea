/* SPDX-License-Identifier: Apache-2.0
 * host.c - one scenario of the host library on a simulated chip; prints what came of it on one line.
 *
 *   host SCENARIO FOLDER LOG SIMULATOR...     FOLDER: the chip's mem/
 *
 * Compiled with the chip's own copy of the library (run.sh). */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ese_server.h"

enum { VOICES = 7, FRAMES = 24, PIECE = 5 };

static struct ese_bus *bus;
static struct ese_chip chip;
static int32_t *x[VOICES], *y[VOICES], *right[VOICES];
static const char *folder;  /* the chip's mem/ */
static double whole_cycles; /* of a frame, with descriptors of many frames */

static void quit(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    if (bus != NULL)
        bus->close(bus);
    exit(0);
}

static void must(int result)
{
    if (result != ESE_OK)
        quit("%s: %s", ese_result_text(result), chip.message);
}

static struct ese_server *serve(uint32_t places, uint32_t frames)
{
    struct ese_server *server =
        ese_server_open(&chip, &(struct ese_server_options){places, frames});
    if (server == NULL)
        quit("%s", chip.message);
    return server;
}

static void voices_new(void)
{
    uint32_t seed = 1;
    for (int v = 0; v < VOICES; v++) {
        size_t inputs = (size_t)FRAMES * chip.model.x_size;
        x[v] = calloc(inputs, sizeof **x);
        y[v] = calloc((size_t)FRAMES * chip.model.y_size, sizeof **y);
        right[v] = calloc((size_t)FRAMES * chip.model.y_size, sizeof **right);
        for (size_t i = 0; i < inputs; i++) {
            seed = seed * 1103515245u + 12345u;
            x[v][i] = ese_fixed((double)(seed >> 16) / 16384.0 - 2.0, chip.model.x_fraction,
                                chip.model.activation_bits);
        }
    }
}

static void submit_all(struct ese_server *server, struct ese_utterance *utterances, int32_t **into)
{
    for (int v = 0; v < VOICES; v++) {
        utterances[v] = (struct ese_utterance){.x = x[v], .y = into[v], .frames = FRAMES};
        must(ese_server_submit(server, &utterances[v]));
    }
}

static double cycles_per_frame(const struct ese_server *server)
{
    struct ese_server_counts counts;
    ese_server_counts(server, &counts);
    return (double)counts.steady_cycles / (double)counts.steady_frames;
}

/* Every voice in one piece, for comparison. */
static void play_whole(void)
{
    struct ese_utterance utterances[VOICES];
    struct ese_server *server = serve(16, 8);
    submit_all(server, utterances, right);
    must(ese_server_finish(server));
    whole_cycles = cycles_per_frame(server);
    ese_server_close(server);
}

static void compare(void)
{
    for (int v = 0; v < VOICES; v++)
        if (memcmp(y[v], right[v], (size_t)FRAMES * chip.model.y_size * sizeof **y) != 0)
            quit("voice %d differs", v);
}

/* Each voice in pieces, the state carried from one to the next, on changing channels. */
static void pieces(void)
{
    unsigned char *states[VOICES];
    struct ese_utterance utterances[VOICES];
    for (int v = 0; v < VOICES; v++)
        states[v] = calloc(1, ese_state_bytes(&chip));
    struct ese_server *server = serve(4, 2);
    for (uint32_t from = 0, turn = 0; from < FRAMES; from += PIECE, turn++) {
        uint32_t frames = FRAMES - from < PIECE ? FRAMES - from : PIECE;
        for (int n = 0; n < VOICES; n++) {
            int v = turn & 1 ? VOICES - 1 - n : n;
            utterances[v] = (struct ese_utterance){.x = x[v] + (size_t)from * chip.model.x_size,
                                                   .y = y[v] + (size_t)from * chip.model.y_size,
                                                   .frames = frames,
                                                   .restore = from > 0 ? states[v] : NULL,
                                                   .save = states[v]};
            must(ese_server_submit(server, &utterances[v]));
        }
        must(ese_server_finish(server));
    }
    ese_server_close(server);
    compare();
    quit("good");
}

/* `frames` frames of all voices that have a channel, from frame `from` on, as they lie in memory. */
static struct ese_block put_frames(uint32_t from, uint32_t frames, unsigned voices)
{
    struct ese_block block;
    size_t bytes = (size_t)chip.model.x_frame_bytes * frames;
    unsigned char *image = calloc(1, bytes);
    must(ese_allocate(&chip, bytes, &block));
    for (uint32_t f = 0; f < frames; f++)
        for (unsigned v = 0; v < voices; v++)
            ese_put_x(&chip, image + (size_t)f * chip.model.x_frame_bytes, v,
                      x[v] + (size_t)(from + f) * chip.model.x_size);
    if (bus->write(bus, ESE_PORT_DATA, block.address, image, bytes) != 0)
        quit("%s", bus->message);
    free(image);
    return block;
}

static void get_frames(struct ese_block block, uint32_t from, uint32_t frames, unsigned voices)
{
    size_t bytes = (size_t)chip.model.y_frame_bytes * frames;
    unsigned char *image = calloc(1, bytes);
    if (bus->read(bus, ESE_PORT_DATA, block.address, image, bytes) != 0)
        quit("%s", bus->message);
    for (uint32_t f = 0; f < frames; f++)
        for (unsigned v = 0; v < voices; v++)
            ese_get_y(&chip, image + (size_t)f * chip.model.y_frame_bytes, v,
                      y[v] + (size_t)(from + f) * chip.model.y_size);
    free(image);
}

/* Two descriptors, queued together: the second goes on from the state that the first saves. */
static void chain_at(uint32_t cut, unsigned voices)
{
    const struct ese_model *m = &chip.model;
    struct ese_block in = put_frames(0, cut, voices), more = put_frames(cut, FRAMES - cut, voices);
    struct ese_block out, more_out, state;
    must(ese_allocate(&chip, (uint64_t)m->y_frame_bytes * cut, &out));
    must(ese_allocate(&chip, (uint64_t)m->y_frame_bytes * (FRAMES - cut), &more_out));
    must(ese_allocate(&chip, m->state_bytes + 1, &state)); /* a model may have none */
    struct ese_job first = {.frames = cut, .x = in.address, .y = out.address, .save = true,
                            .save_address = state.address};
    struct ese_job second = {.frames = FRAMES - cut, .x = more.address, .y = more_out.address,
                             .restore_address = state.address};
    for (unsigned v = 0; v < voices; v++) {
        ese_mask_set(&first.active, v);
        ese_mask_set(&first.first, v);
        ese_mask_set(&second.active, v);
        ese_mask_set(&second.restore, v);
    }
    uint32_t before = chip.done;
    must(ese_submit(&chip, &first));
    must(ese_submit(&chip, &second));
    while (chip.done - before < 2)
        must(ese_wait(&chip));
    get_frames(out, 0, cut, voices);
    get_frames(more_out, cut, FRAMES - cut, voices);
    for (unsigned v = 0; v < voices; v++)
        if (memcmp(y[v], right[v], (size_t)FRAMES * m->y_size * sizeof **y) != 0)
            quit("cut before frame %u: voice %u differs", (unsigned)cut, v);
    struct ese_block *const blocks[] = {&in, &more, &out, &more_out, &state};
    for (size_t n = 0; n < sizeof blocks / sizeof *blocks; n++)
        ese_release(&chip, blocks[n]);
}

static void chained(void)
{
    unsigned voices = chip.channels < VOICES ? chip.channels : VOICES;
    must(ese_start(&chip, 8));
    for (uint32_t cut = 1; cut < FRAMES; cut++)
        chain_at(cut, voices);
    quit("good");
}

/* Where frame `f` of voice `v` lies on a tape that goes backward: row 0 is the last frame. */
static void put_tape(struct ese_block tape, uint32_t row, uint32_t cut, unsigned voices)
{
    unsigned char *image = calloc(FRAMES, row);
    for (uint32_t f = 0; f < FRAMES; f++)
        for (unsigned v = 0; v < voices; v++)
            if (v % 2 == 0 || f >= cut)
                ese_put_x(&chip, image + (size_t)(FRAMES - 1 - f) * row, v,
                          x[v] + (size_t)(v % 2 == 0 ? f : f - cut) * chip.model.x_size);
    if (bus->write(bus, ESE_PORT_DATA, tape.address, image, (size_t)FRAMES * row) != 0)
        quit("%s", bus->message);
    free(image);
}

/* Of the voices of odd channels the first frames alone were played, and those late. */
static void check_tape(struct ese_block tape, uint32_t row, uint32_t cut, unsigned voices)
{
    const size_t size = chip.model.y_size;
    unsigned char *image = calloc(FRAMES, row);
    if (bus->read(bus, ESE_PORT_DATA, tape.address, image, (size_t)FRAMES * row) != 0)
        quit("%s", bus->message);
    for (unsigned v = 0; v < voices; v++)
        for (uint32_t f = v % 2 == 0 ? 0 : cut; f < FRAMES; f++) {
            ese_get_y(&chip, image + (size_t)(FRAMES - 1 - f) * row, v, y[v]);
            if (memcmp(y[v], right[v] + (v % 2 == 0 ? f : f - cut) * size, size * sizeof **y) != 0)
                quit("cut before frame %u: frame %u of voice %u differs", (unsigned)cut, (unsigned)f, v);
        }
    free(image);
}

/* Backward through memory, in rows that are longer than a frame: channels go on from a state that was saved on the
 * way, others begin there. */
static void stride_at(uint32_t cut, unsigned voices)
{
    const struct ese_model *m = &chip.model;
    const uint32_t x_row = 2 * m->x_frame_bytes, y_row = 3 * m->y_frame_bytes;
    struct ese_block in, out, state;
    must(ese_allocate(&chip, (uint64_t)FRAMES * x_row, &in));
    must(ese_allocate(&chip, (uint64_t)FRAMES * y_row, &out));
    must(ese_allocate(&chip, m->state_bytes + 1, &state));
    put_tape(in, x_row, cut, voices);
    struct ese_job first = {.frames = cut, .x_stride = -(int32_t)x_row, .y_stride = -(int32_t)y_row,
                            .x = in.address + (uint64_t)(FRAMES - 1) * x_row,
                            .y = out.address + (uint64_t)(FRAMES - 1) * y_row, .save = true,
                            .save_address = state.address};
    struct ese_job second = first;
    second.frames = FRAMES - cut;
    second.x -= (uint64_t)cut * x_row;
    second.y -= (uint64_t)cut * y_row;
    second.save = false;
    second.restore_address = state.address;
    for (unsigned v = 0; v < voices; v++) {
        if (v % 2 == 0) {
            ese_mask_set(&first.active, v);
            ese_mask_set(&first.first, v);
        }
        ese_mask_set(&second.active, v);
        ese_mask_set(v % 2 == 0 ? &second.restore : &second.first, v);
    }
    const uint32_t before = chip.done;
    must(ese_submit(&chip, &first));
    must(ese_submit(&chip, &second));
    while (chip.done - before < 2)
        must(ese_wait(&chip));
    check_tape(out, y_row, cut, voices);
    ese_release(&chip, &in);
    ese_release(&chip, &out);
    ese_release(&chip, &state);
}

static void strided(void)
{
    const unsigned voices = chip.channels < VOICES ? chip.channels : VOICES;
    must(ese_start(&chip, 8));
    for (uint32_t cut = 1; cut < FRAMES; cut += 3)
        stride_at(cut, voices);
    quit("good");
}

/* A soft reset with frames in flight and more in the ring; what is played anew is as ever. */
static void stopped(void)
{
    for (int after = 0; after < 6; after++) {
        struct ese_utterance utterances[VOICES], *done;
        struct ese_server *server = serve(8, 2);
        submit_all(server, utterances, y);
        for (int n = 0; n < after; n++)
            must(ese_server_step(server, &done));
        if (chip.submitted == chip.done && after > 0)
            quit("nothing is in flight after %d steps", after);
        must(ese_server_recover(server)); /* stops the chip */
        must(ese_server_finish(server));
        ese_server_close(server);
        compare();
        for (int v = 0; v < VOICES; v++)
            memset(y[v], 0, (size_t)FRAMES * chip.model.y_size * sizeof **y);
    }
    quit("good");
}

/* The same as pieces, but without the states: what comes out must differ. */
static void forgetful(void)
{
    struct ese_utterance utterances[VOICES];
    struct ese_server *server = serve(4, 2);
    for (uint32_t from = 0; from < FRAMES; from += FRAMES / 2) {
        for (int v = 0; v < VOICES; v++) {
            utterances[v] = (struct ese_utterance){.x = x[v] + (size_t)from * chip.model.x_size,
                                                   .y = y[v] + (size_t)from * chip.model.y_size,
                                                   .frames = FRAMES / 2};
            must(ese_server_submit(server, &utterances[v]));
        }
        must(ese_server_finish(server));
    }
    compare();
    quit("good");
}

/* A descriptor for every frame: no gap between two of them. */
static void single_frames(void)
{
    struct ese_utterance utterances[VOICES];
    struct ese_server *server = serve(16, 1);
    submit_all(server, utterances, y);
    must(ese_server_finish(server));
    double cycles = cycles_per_frame(server);
    ese_server_close(server);
    compare();
    if (!(cycles <= 1.01 * whole_cycles))
        quit("%.1f cycles a frame instead of %.1f", cycles, whole_cycles);
    quit("good");
}

/* The chip finds nonsense in the ring and stops; after that everything goes on. */
static void recover(void)
{
    struct ese_utterance utterances[VOICES], *done;
    const unsigned char nonsense[4] = {1, 2, 3, 4};
    struct ese_server *server = serve(8, 2);
    submit_all(server, utterances, y);
    must(ese_server_step(server, &done));
    must(ese_server_step(server, &done));
    uint64_t ring = chip.ring_block.address;
    for (uint32_t place = 0; place < 8; place++)
        if (bus->write(bus, ESE_PORT_DATA, ring + 128 * place, nonsense, 4) != 0)
            quit("%s", bus->message);
    int result = ese_server_finish(server);
    if (result != ESE_FAIL_CHIP || chip.error != ESE_ERROR_DESCRIPTOR)
        quit("nonsense in the ring gives %s: %s", ese_result_text(result), chip.message);
    must(ese_server_recover(server));
    must(ese_server_finish(server));
    ese_server_close(server);
    compare();
    quit("good");
}

static unsigned char model[1 << 20], weights[1 << 20];
static size_t sizes[2];

static void read_image(void)
{
    char path[512];
    for (int n = 0; n < 2; n++) {
        snprintf(path, sizeof path, "%s/%s.bin", folder, n == 0 ? "model" : "weights");
        FILE *file = fopen(path, "rb");
        sizes[n] = file != NULL ? fread(n == 0 ? model : weights, 1, 1 << 20, file) : 0;
        if (file != NULL)
            fclose(file);
    }
}

/* A damaged image is refused by the chip, and the right one taken after that. */
static void damaged(void)
{
    read_image();
    for (int n = 0; n < 2; n++) {
        unsigned char *byte = n == 0 ? &model[sizes[0] - 1] : &weights[sizes[1] / 2];
        *byte ^= 4;
        int result = ese_load(&chip, model, sizes[0], weights, sizes[1]);
        if (result != ESE_FAIL_CHIP || chip.error != ESE_ERROR_MODEL_CONTENTS)
            quit("a damaged %s gives %s: %s", n == 0 ? "model.bin" : "weights.bin",
                 ese_result_text(result), chip.message);
        *byte ^= 4;
    }
    must(ese_load(&chip, model, sizes[0], weights, sizes[1]));
    struct ese_utterance utterances[VOICES];
    struct ese_server *server = serve(16, 8);
    submit_all(server, utterances, y);
    must(ese_server_finish(server));
    ese_server_close(server);
    compare();
    quit("good");
}

/* y of a closed channel is 0, of the others as ever. */
static void closed(void)
{
    struct ese_block block_x, block_y;
    unsigned char *frame = calloc(1, chip.model.y_frame_bytes);
    must(ese_allocate(&chip, chip.model.x_frame_bytes, &block_x));
    must(ese_allocate(&chip, chip.model.y_frame_bytes, &block_y));
    unsigned char *inputs = calloc(1, chip.model.x_frame_bytes);
    struct ese_job job = {.frames = 1, .x = block_x.address, .y = block_y.address};
    for (unsigned c = 0; c < chip.channels; c++) {
        ese_put_x(&chip, inputs, c, x[0]);
        ese_mask_set(&job.active, c);
        ese_mask_set(&job.first, c);
    }
    if (bus->write(bus, ESE_PORT_DATA, job.x, inputs, chip.model.x_frame_bytes) != 0)
        quit("%s", bus->message);
    must(ese_start(&chip, 2));
    for (int round = 0; round < 3; round++) { /* open, closed, open again */
        if (round > 0)
            must(round == 1 ? ese_close_slot(&chip, 1) : ese_open_slot(&chip, 1));
        must(ese_submit(&chip, &job));
        must(ese_wait(&chip));
        if (bus->read(bus, ESE_PORT_DATA, job.y, frame, chip.model.y_frame_bytes) != 0)
            quit("%s", bus->message);
        for (unsigned c = 0; c < chip.channels; c++) {
            int32_t *out = y[0], zero = 1;
            ese_get_y(&chip, frame, c, out);
            for (uint32_t e = 0; e < chip.model.y_size; e++)
                zero = zero && out[e] == 0;
            bool same = memcmp(out, right[0], chip.model.y_size * sizeof *out) == 0;
            if (round == 1 && c == 1 ? !zero : !same)
                quit("round %d, channel %u is wrong", round, c);
        }
    }
    ese_release(&chip, &block_x);
    ese_release(&chip, &block_y);
    quit("good");
}

/* What the chip still reads is taken away: the simulation says so and ends. */
static void rule_broken(void)
{
    struct ese_utterance utterances[VOICES];
    struct ese_server *server = serve(4, 2);
    submit_all(server, utterances, y);
    must(ese_server_step(server, NULL));
    bus->release(bus, chip.weights_block.port, chip.weights_block.address);
    must(ese_server_finish(server));
    quit("nobody has noticed");
}

static void no_register(void)
{
    uint32_t value;
    if (bus->read32(bus, 0xff0, &value) == 0 || strstr(bus->message, "SLVERR") == NULL)
        quit("a read of no register: %s", bus->message);
    if (bus->write32(bus, 0x3c, 1) == 0 || strstr(bus->message, "SLVERR") == NULL)
        quit("a write of no register: %s", bus->message);
    if (bus->read32(bus, ESE_ID, &value) != 0)
        quit("after that: %s", bus->message);
    quit("good");
}

/* The host forgets the chip in the middle of its work. */
static void deserted(void)
{
    struct ese_utterance utterances[VOICES];
    struct ese_server *server = serve(4, 2);
    submit_all(server, utterances, y);
    must(ese_server_step(server, NULL));
    printf("deserted\n");
    fflush(stdout);
    _exit(0);
}

/* ---- states of which a part, or all, is missing ------------------------------------------------ */

static uint32_t word_of(uint32_t word)
{
    const unsigned char *at = model + 4 * word;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void set_word(uint32_t word, uint32_t value)
{
    for (int byte = 0; byte < 4; byte++)
        model[4 * word + (uint32_t)byte] = (unsigned char)(value >> 8 * byte);
}

static uint32_t crc_of(size_t begin, size_t bytes)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = begin; i < begin + bytes; i++) {
        crc ^= model[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

/* The model's image, of which the header says less of the state than there is: words of the cell memory,
 * of the kept store. */
static void load_with(uint32_t cells, uint32_t kept)
{
    const uint32_t table = 64, entry = 8;
    const uint32_t count = (cells != 0 ? 1u : 0u) + (kept != 0 ? 1u : 0u);
    read_image();
    uint32_t bytes = (cells + kept) * word_of(ESE_IMAGE_STATE_WORD_BYTES);
    if (cells == 0) /* what the other vector is, it is from the first word on */
        for (uint32_t w = 0; w < entry; w++)
            set_word(table + w, w == ESE_VECTOR_FIRST ? 0 : word_of(table + entry + w));
    set_word(ESE_IMAGE_CELL_WORDS, cells);
    set_word(ESE_IMAGE_KEPT_WORDS, kept);
    set_word(ESE_IMAGE_STATE_BYTES, (bytes + chip.bus_bytes - 1) / chip.bus_bytes * chip.bus_bytes);
    set_word(ESE_IMAGE_VECTORS, count);
    set_word(ESE_IMAGE_VECTORS_CRC, crc_of(4 * table, 4 * entry * count));
    set_word(ESE_IMAGE_HEADER_CRC, crc_of(0, 4 * ESE_IMAGE_HEADER_CRC));
    set_word(ESE_IMAGE_HOST_CRC, crc_of(128, 4 * ESE_IMAGE_HOST_CRC - 128));
    must(ese_load(&chip, model, sizes[0], weights, sizes[1]));
    if (chip.vector_count != count)
        quit("%u vectors instead of %u", (unsigned)chip.vector_count, (unsigned)count);
}

/* The states after all frames. */
static void save_all(unsigned char *states[VOICES])
{
    struct ese_utterance utterances[VOICES];
    struct ese_server *server = serve(4, 8);
    for (int v = 0; v < VOICES; v++) {
        states[v] = calloc(1, ese_state_bytes(&chip) + 1);
        utterances[v] =
            (struct ese_utterance){.x = x[v], .y = y[v], .frames = FRAMES, .save = states[v]};
        must(ese_server_submit(server, &utterances[v]));
    }
    must(ese_server_finish(server));
    ese_server_close(server);
    compare();
}

/* What a vector of a saved state is, the last y of the voice is. */
static void check_last_y(unsigned char *const states[VOICES], uint32_t number)
{
    int32_t *got = calloc(chip.vectors[number].elements, sizeof *got);
    if (chip.vectors[number].kind != ESE_KIND_OUTPUT ||
        chip.vectors[number].elements != chip.model.y_size ||
        chip.vectors[number].fraction != chip.model.y_fraction)
        quit("vector %u is not y", (unsigned)number);
    for (int v = 0; v < VOICES; v++) {
        ese_get_vector(&chip, states[v], number, got);
        if (memcmp(got, right[v] + (size_t)(FRAMES - 1) * chip.model.y_size,
                   chip.model.y_size * sizeof *got) != 0)
            quit("y in the state of voice %d is another", v);
    }
    free(got);
}

/* A state without cells, one of cells alone, and none: of each what there is is saved, and restored, and a
 * channel that nobody else had has the rest still. */
static void parts(void)
{
    const uint32_t cells = chip.model.cell_words, kept = chip.model.kept_words;
    const size_t slot = chip.model.state_slot_bytes;
    const uint32_t list[][2] = {{0, kept}, {cells, 0}, {0, 0}};
    unsigned char *whole[VOICES], *part[VOICES];
    const unsigned voices = chip.channels < VOICES ? chip.channels : VOICES;
    save_all(whole);
    check_last_y(whole, 1);
    for (size_t n = 0; n < sizeof list / sizeof *list; n++) {
        load_with(list[n][0], list[n][1]);
        save_all(part);
        for (int v = 0; v < VOICES; v++)
            if (memcmp(part[v], whole[v] + (list[n][0] == 0 ? cells * slot : 0),
                       ese_state_bytes(&chip)) != 0)
                quit("with %u and %u words the state of voice %d is another",
                     (unsigned)list[n][0], (unsigned)list[n][1], v);
        if (list[n][1] != 0)
            check_last_y(part, 0);
        must(ese_start(&chip, 8));
        chain_at(1, voices);
        chain_at(FRAMES / 2, voices);
        must(ese_stop(&chip));
    }
    quit("good");
}

int main(int argc, char **argv)
{
    char message[ESE_MESSAGE];
    if (argc < 5)
        quit("too few arguments");
    const char *scenario = argv[1];
    folder = argv[2];
    bus = ese_bus_simulator((const char *const *)&argv[4], folder, argv[3], message);
    if (bus == NULL)
        quit("%s", message);
    must(ese_open(&chip, bus));
    must(ese_load_folder(&chip, folder));
    voices_new();
    play_whole();
    const struct { const char *name; void (*play)(void); } list[] = {
        {"pieces", pieces}, {"chained", chained}, {"forgetful", forgetful}, {"single_frames", single_frames},
        {"strided", strided}, {"stopped", stopped}, {"recover", recover}, {"closed", closed},
        {"rule_broken", rule_broken}, {"no_register", no_register}, {"deserted", deserted}, {"damaged", damaged},
        {"parts", parts}};
    for (size_t n = 0; n < sizeof list / sizeof *list; n++)
        if (strcmp(scenario, list[n].name) == 0)
            list[n].play();
    quit("no scenario %s", scenario);
}
