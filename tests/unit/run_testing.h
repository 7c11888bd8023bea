/* SPDX-License-Identifier: Apache-2.0
 * run_testing.h - ese run on a chip that the golden model plays. */
#ifndef ESE_TESTS_RUN_TESTING_H
#define ESE_TESTS_RUN_TESTING_H

#include <math.h>

#include "models/base/random.h"
#include "models/file/npy.h"
#include "tests/unit/fake_tools.h"
#include "tests/unit/served_chip.h"

/* The simulator is this program itself. */
static inline void put_served(const char *manner, const char *model)
{
    struct text lines = {0};
    char *self = realpath("/proc/self/exe", NULL);
    assert_non_null(self);
    text_appendf(&lines, "echo \"$@\" >%s/words; exec '%s' serve '%s/chip' '%s' '%s' \"$@\"",
                 scratch, self, scratch, manner, model);
    put_simulator(text_string(&lines));
    text_free(&lines);
    free(self);
}

enum { VOICES = 5, X = 5 };
static const int rows_of[VOICES] = {7, 31, 1, 12, 12};

static inline void put_voices(double scale)
{
    struct error error = {""};
    struct random random;
    random_seed(&random, 9);
    for (int n = 0; n < VOICES; n++) {
        float values[40 * X];
        char path[40];
        for (int i = 0; i < rows_of[n] * X; i++)
            values[i] = (float)(scale * random_gauss(&random));
        snprintf(path, sizeof path, "in/%d.npy", n);
        assert_true(npy_write_floats(path, 2, (const int[]){rows_of[n], X}, values, &error));
    }
}

static inline void begin_run(const char *set)
{
    made("chip", set);
    make_dir("in");
    put_voices(1.0);
    put_tools();
    put_served("right", "");
}

static inline int run(struct run_options options)
{
    char folder[] = "in", *inputs[] = {folder};
    if (options.inputs == NULL) {
        options.inputs = inputs;
        options.input_count = 1;
    }
    options.dir = "chip";
    options.output_dir = options.output_dir != NULL ? options.output_dir : "out";
    struct capture capture = capture_begin();
    int status = command_run(&options);
    capture_end(capture);
    return status;
}

static const struct run_options checked = {.check = true};

/* In one line. */
static inline void fails(struct run_options options, const char *part)
{
    char path[PATH_MAX + 20];
    assert_int_equal(run(options), 1);
    complained(part);
    snprintf(path, sizeof path, "%s/stderr", scratch);
    struct text text = contents(path);
    assert_int_equal(strncmp(text_string(&text), "ese: ", 5), 0);
    assert_ptr_equal(strchr(text_string(&text), '\n'), text_string(&text) + text.length - 1);
    text_free(&text);
    printed_nothing();
}

static inline void clear_out(void)
{
    char path[40];
    for (int n = 0; n < VOICES; n++) {
        snprintf(path, sizeof path, "out/%d.npy", n);
        unlink(path);
    }
    rmdir("out");
}

/* And with nothing left behind. */
static inline void refused(struct run_options options, const char *part)
{
    fails(options, part);
    assert_false(exists("out"));
}

/* The outputs are the golden model's, of every utterance. */
static inline void check_outputs(const struct quantized *q)
{
    struct error error = {""};
    const int fraction = quantized_output(q)->fraction;
    for (int n = 0; n < VOICES; n++) {
        struct npy in, out;
        char path[40];
        float features[40 * X], values[40 * 64];
        snprintf(path, sizeof path, "in/%d.npy", n);
        assert_true(npy_open(&in, path, &error) && npy_floats(&in, features, &error));
        snprintf(path, sizeof path, "out/%d.npy", n);
        assert_true(npy_open(&out, path, &error) && npy_floats(&out, values, &error));
        assert_int_equal(out.shape[0], rows_of[n]);
        assert_int_equal(out.shape[1], q->shape.output);
        struct golden_state golden = golden_start(q);
        for (int t = 0; t < rows_of[n]; t++) {
            int32_t x[X];
            for (int i = 0; i < X; i++)
                x[i] = (int32_t)quantize_value((double)features[t * X + i], q->vectors[0].fraction,
                                               q->activation_bits);
            golden_step(q, &golden, x);
            for (int i = 0; i < q->shape.output; i++)
                assert_true((double)values[t * q->shape.output + i] ==
                            ldexp(golden_y(&golden)[i], -fraction));
        }
        golden_end(&golden);
        npy_close(&in);
        npy_close(&out);
    }
}

#endif
