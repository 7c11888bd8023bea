/* SPDX-License-Identifier: Apache-2.0
 * bind_dpi.c - binds the harness to Verilator: the functions that ese_bench.v imports.
 *
 * svBitVecVal of the DPI is uint32_t, 32 bits a word from bit 0 up, so svdpi.h is not needed. */
#include "axi_clock.h"
#include "memory.h"
#include "play.h"
#include "window.h"

#include <stdlib.h>
#include <string.h>

void ese_open(const char *stimulus, const char *results, const char *dump, int channels,
              int element_bits, int activation_bits, int lanes, int pes);
void ese_serve(const char *serve, const char *memory, const char *taps);
void ese_y(const uint32_t *data, const uint32_t *user);
void ese_result(int pass, const uint32_t *data, const uint32_t *keep);
int ese_step(int control, int indices, const uint32_t *issue);
void ese_x(uint32_t *data, uint32_t *user);
void ese_axi_open(int ports, int data_bits, int address_bits, int io);
void ese_axi(const uint32_t *weights, const uint32_t *data, const uint32_t *writes,
             const uint32_t *lite);
void ese_axi_write(const uint32_t *data, const uint32_t *strobes);
void ese_axi_next(uint32_t *drive);
void ese_axi_beat(int port, uint32_t *beat);
void ese_captions(uint32_t *captions);
void ese_window(const char *window);
int ese_traced(void);

static uint32_t *y_data, *y_user, result_pass, *result_data, *result_keep;
static size_t y_words, user_words, result_words, keep_words;

static uint32_t *words(size_t count)
{
    uint32_t *block = calloc(count + 1, sizeof *block);
    if (block == NULL)
        exit(1);
    return block;
}

/* The simulator's strings end with the call. */
static char *copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *block = malloc(size);
    return block != NULL ? memcpy(block, text, size) : NULL;
}

static const char *serve_with, *memory_with, *taps_with;

/* Called before ese_open(). */
void ese_serve(const char *serve, const char *memory, const char *taps)
{
    serve_with = copy(serve);
    memory_with = copy(memory);
    taps_with = copy(taps);
}

void ese_open(const char *stimulus, const char *results, const char *dump, int channels,
              int element_bits, int activation_bits, int lanes, int pes)
{
    struct harness_options options = {
        .stimulus = copy(stimulus),
        .results = copy(results),
        .dump = copy(dump),
        .serve = serve_with,
        .memory = memory_with,
        .taps = taps_with,
        .channels = (uint32_t)channels,
        .element_bits = (uint32_t)element_bits,
        .activation_bits = (uint32_t)activation_bits,
        .lanes = (uint32_t)lanes,
        .pes = (uint32_t)pes,
    };
    y_words = ((size_t)options.channels * options.element_bits + 31) / 32;
    user_words = (options.channels + 31) / 32;
    result_words = stimulus_tap_words(options.channels, options.lanes, options.activation_bits);
    keep_words = (options.lanes + 31) / 32;
    y_data = words(y_words);
    y_user = words(user_words);
    result_data = words(result_words);
    result_keep = words(keep_words);
    harness_open(&options);
}

/* y and results are handed over in the cycles that have some, before ese_step(). */
void ese_y(const uint32_t *data, const uint32_t *user)
{
    memcpy(y_data, data, y_words * sizeof *data);
    memcpy(y_user, user, user_words * sizeof *user);
}

void ese_result(int pass, const uint32_t *data, const uint32_t *keep)
{
    result_pass = (uint32_t)pass;
    memcpy(result_data, data, result_words * sizeof *data);
    memcpy(result_keep, keep, keep_words * sizeof *keep);
}

int ese_step(int control, int indices, const uint32_t *issue)
{
    uint32_t bits[2] = {(uint32_t)control, (uint32_t)indices};
    struct sample sample = {
        .control = {bits, NULL},
        .issue = {issue, NULL},
        .y_data = {y_data, NULL},
        .y_user = {y_user, NULL},
        .result = {&result_pass, NULL},
        .result_data = {result_data, NULL},
        .result_keep = {result_keep, NULL},
    };
    return (int)harness_step(&sample);
}

void ese_x(uint32_t *data, uint32_t *user)
{
    memcpy(data, harness_x_data(), harness.x_words * sizeof *data);
    memcpy(user, harness_x_user(), harness.user_words * sizeof *user);
}

/* ---- AXI ports ------------------------------------------------------------------------------------ */

void ese_axi_open(int ports, int data_bits, int address_bits, int io)
{
    axi_open((uint32_t)ports, (uint32_t)data_bits, (uint32_t)address_bits, (uint32_t)io);
}

static uint32_t write_data[MEMORY_BEAT_BYTES / 4], write_strobes[MEMORY_BEAT_BYTES / 32];

/* Handed over in the cycles that have some, before ese_axi(). */
void ese_axi_write(const uint32_t *data, const uint32_t *strobes)
{
    size_t words = axi_beat_words();
    memcpy(write_data, data, words * sizeof *data);
    memcpy(write_strobes, strobes, (words + 7) / 8 * sizeof *strobes);
}

/* The simulator's own words may be gone when ese_step() looks at them. */
void ese_axi(const uint32_t *weights, const uint32_t *data, const uint32_t *writes,
             const uint32_t *lite)
{
    static uint32_t ports[STIMULUS_PORTS][PORT_WORDS], write[PORT_WORDS], slave[LITE_WORDS];
    memcpy(ports[0], weights, sizeof ports[0]);
    memcpy(ports[1], data, sizeof ports[1]);
    memcpy(write, writes, sizeof write);
    memcpy(slave, lite, sizeof slave);
    axi_show(&(struct axi_sample){
        .ports = {{ports[0], NULL}, {ports[1], NULL}},
        .write = {write, NULL},
        .w_data = {write_data, NULL},
        .w_strobes = {write_strobes, NULL},
        .lite = {slave, NULL},
    });
}

void ese_axi_next(uint32_t *drive)
{
    memcpy(drive, axi_drive(), AXI_DRIVE_WORDS * sizeof *drive);
}

void ese_axi_beat(int port, uint32_t *beat)
{
    memcpy(beat, axi_beat((uint32_t)port), axi_beat_words() * sizeof *beat);
}

/* ---- waveforms ------------------------------------------------------------------------------------ */

void ese_captions(uint32_t *captions)
{
    memcpy(captions, window_captions(), CAPTION_WORDS * sizeof *captions);
}

/* For verilator_main.cpp, before the first clock. */
void ese_window(const char *window)
{
    window_set(window);
}

int ese_traced(void)
{
    return window_is_open();
}
