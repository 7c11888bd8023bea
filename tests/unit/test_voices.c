/* SPDX-License-Identifier: Apache-2.0
 * test_voices.c - inputs of `ese run` are read, made ready, compared and written. */
#include "gen/command/voices.h"

#include <math.h>

#include "models/file/npy.h"
#include "models/number/golden.h"
#include "tests/unit/model_testing.h"
#include "tests/unit/scratch.h"

enum { INPUT = 3 };

static void put_frames(const char *path, int frames, float first)
{
    float values[20 * INPUT];
    struct error error = {""};
    for (int i = 0; i < frames * INPUT; i++)
        values[i] = first + (float)i / 8;
    if (!npy_write_floats(path, 2, (const int[]){frames, INPUT}, values, &error))
        fail_msg("%s", error.text);
}

static bool read_voices(struct voices *voices, struct error *error, ...)
{
    char *paths[10];
    size_t count = 0;
    va_list list;
    va_start(list, error);
    for (char *path; (path = va_arg(list, char *)) != NULL;)
        paths[count++] = path;
    va_end(list);
    error->text[0] = '\0';
    return voices_read(voices, paths, count, INPUT, error);
}

static void is_file(const struct voice_file *file, const char *name, const char *path, int frames,
                    float first)
{
    assert_string_equal(file->name, name);
    assert_string_equal(file->path, path);
    assert_int_equal(file->features.rows, frames);
    assert_int_equal(file->features.cols, INPUT);
    for (int i = 0; i < frames * INPUT; i++)
        assert_true(file->features.at[i] == first + (float)i / 8);
}

/* ---- in -------------------------------------------------------------------------------------- */

static void test_files_and_folders(void **state)
{
    (void)state;
    struct voices voices;
    struct error error;
    make_dir("in");
    put_frames("in/b.npy", 2, 1);
    put_frames("in/a.npy", 4, 2);
    put_frames("in/a.y.npy", 4, 9);      /* not inputs: what lies beside them */
    put_frames("in/a.labels.npy", 4, 9);
    put("in/notes.txt", "");
    put_frames("z.npy", 1, 3);
    if (!read_voices(&voices, &error, "z.npy", "in", NULL))
        fail_msg("%s", error.text);
    assert_int_equal(voices.count, 3);
    is_file(&voices.files[0], "z", "z.npy", 1, 3);
    is_file(&voices.files[1], "a", "in", 4, 2);
    is_file(&voices.files[2], "b", "in", 2, 1);
    assert_int_equal(voices.frames, 7);
    voices_free(&voices);
    assert_int_equal(voices.count, 0);
}

static void test_many(void **state)
{
    (void)state;
    struct voices voices;
    struct error error;
    char path[40], name[20];
    make_dir("in");
    for (int n = 0; n < 60; n++) {
        snprintf(path, sizeof path, "in/%02d.npy", n);
        put_frames(path, 1 + n % 5, (float)n);
    }
    assert_true(read_voices(&voices, &error, "in", NULL));
    assert_int_equal(voices.count, 60);
    for (int n = 0; n < 60; n++) {
        snprintf(name, sizeof name, "%02d", n);
        is_file(&voices.files[n], name, "in", 1 + n % 5, (float)n);
    }
    assert_int_equal(voices.frames, 60 * 3);
    voices_free(&voices);
}

static void refused(const char *part, const char *first, const char *second)
{
    struct voices voices;
    struct error error;
    assert_false(read_voices(&voices, &error, first, second, NULL));
    if (strstr(error.text, part) == NULL)
        fail_msg("'%s' lacks '%s'", error.text, part);
    voices_free(&voices);
}

static void test_bad(void **state)
{
    (void)state;
    struct error error = {""};
    put_frames("good.npy", 1, 0);
    make_dir("in");
    refused("in: holds no utterances", "good.npy", "in");
    refused("none.npy", "good.npy", "none.npy");
    put("text.npy", "no array\n");
    refused("text.npy", "text.npy", "good.npy");
    assert_true(npy_write_floats("wide.npy", 2, (const int[]){1, 4}, (const float[4]){0}, &error));
    refused("wide.npy: has shape [1, 4], expected [frames, 3]", "good.npy", "wide.npy");
}

static void test_same_name(void **state)
{
    (void)state;
    make_dir("in");
    put_frames("a.npy", 1, 0);
    put_frames("in/a.npy", 2, 0);
    refused("two inputs would both be written as a.npy: a.npy and in", "a.npy", "in");
    refused("two inputs would both be written as a.npy: in and in/a.npy", "in", "in/a.npy");
    assert_int_equal(rename("in/a.npy", "in/a\nb.npy"), 0);
    refused("in/a?b.npy and in/a?b.npy", "in/a\nb.npy", "in/a\nb.npy"); /* in one line */
}

/* ---- on the way ------------------------------------------------------------------------------ */

static void test_prepare(void **state)
{
    (void)state;
    struct voices voices;
    struct error error;
    const struct ese_model model = {.x_size = INPUT, .y_size = 5, .x_fraction = 2,
                                    .activation_bits = 6};
    put_frames("a.npy", 20, -9); /* -9 .. -1.6, in eighths */
    put_frames("b.npy", 20, 1);
    assert_true(read_voices(&voices, &error, "a.npy", "b.npy", NULL));
    voices_prepare(&voices, &model);
    for (int n = 0; n < 2; n++) {
        const struct voice_file *file = &voices.files[n];
        assert_ptr_equal(file->utterance.x, file->x);
        assert_ptr_equal(file->utterance.y, file->y);
        assert_int_equal(file->utterance.frames, 20);
        assert_null(file->utterance.save);
        assert_null(file->utterance.restore);
        for (int i = 0; i < 20 * INPUT; i++) {
            long x = lround((n == 0 ? -9 : 1) * 4 + i * 0.5); /* quarters, 6 bits of them */
            assert_int_equal(file->x[i], x < -32 ? -32 : x > 31 ? 31 : x);
        }
        memset(file->y, 0x55, 20 * 5 * sizeof *file->y); /* there is room */
    }
    voices_free(&voices);
}

/* ---- out ------------------------------------------------------------------------------------- */

/* Voices with the outputs that the golden model gives, frame by frame. */
static void play_golden(struct voices *voices, const struct quantized *q)
{
    const struct ese_model model = {.x_size = (uint32_t)q->shape.input,
                                    .y_size = (uint32_t)q->shape.output,
                                    .x_fraction = q->vectors[0].fraction,
                                    .y_fraction = quantized_output(q)->fraction,
                                    .activation_bits = (uint32_t)q->activation_bits};
    voices_prepare(voices, &model);
    for (int n = 0; n < voices->count; n++) {
        struct voice_file *file = &voices->files[n];
        struct golden_state golden = golden_start(q);
        for (int t = 0; t < file->features.rows; t++) {
            golden_step(q, &golden, file->x + t * q->shape.input);
            memcpy(file->y + t * q->shape.output, golden_y(&golden),
                   (size_t)q->shape.output * sizeof *file->y);
        }
        golden_end(&golden);
    }
}

static void test_check(void **state)
{
    (void)state;
    struct config config = plain_config();
    struct program program;
    struct voices voices;
    struct voices_check check;
    struct error error;
    config.model.input = INPUT;
    build(&program, &config);
    const int output = program.network.output;
    put_frames("a.npy", 7, -2);
    put_frames("b.npy", 5, 0);
    assert_true(read_voices(&voices, &error, "a.npy", "b.npy", NULL));
    play_golden(&voices, &program.quant);

    voices_check(&voices, &program, &check);
    assert_int_equal(checked_sum(&check.checked, CHECKED_VALUES), 12 * output);
    assert_int_equal(checked_sum(&check.checked, CHECKED_DIFFERENT), 0);
    assert_string_equal(check.line, "");
    assert_null(check.first.vector);
    voices_check_free(&check);

    /* One more, one less, at the beginning and at the very end: all are counted, the first is told.
     */
    int32_t right = voices.files[1].y[2 * output + 3];
    voices.files[1].y[2 * output + 3]++;
    voices.files[1].y[5 * output - 1]--;
    voices_check(&voices, &program, &check);
    assert_int_equal(checked_sum(&check.checked, CHECKED_VALUES), 12 * output);
    assert_int_equal(checked_sum(&check.checked, CHECKED_DIFFERENT), 2);
    char line[256];
    snprintf(line, sizeof line, "b: frame 2, element 3 of y is %d, the golden model gives %d",
             right + 1, right);
    assert_string_equal(check.line, line);
    assert_ptr_equal(check.of, &voices.files[1]);
    assert_string_equal(check.first.vector, "y");
    assert_true(check.first.output && check.first.frame == 2 && check.first.element == 3);
    assert_true(check.first.expected == right && check.first.got == right + 1);
    voices_check_free(&check);

    /* x in another format than the model's does not hide behind the library's own. */
    program.quant.vectors[0].fraction--;
    voices_check(&voices, &program, &check);
    assert_true(checked_sum(&check.checked, CHECKED_DIFFERENT) > 2);
    voices_check_free(&check);
    voices_free(&voices);
    program_free(&program);
}

static void test_write(void **state)
{
    (void)state;
    struct voices voices;
    struct error error;
    const struct ese_model model = {.x_size = INPUT, .y_size = 2, .x_fraction = 2, .y_fraction = 3,
                                    .activation_bits = 8};
    put_frames("a.npy", 2, 0);
    put_frames("b.npy", 1, 0);
    assert_true(read_voices(&voices, &error, "a.npy", "b.npy", NULL));
    voices_prepare(&voices, &model);
    memcpy(voices.files[0].y, (const int32_t[]){-128, 127, 1, -1}, 4 * sizeof(int32_t));
    memcpy(voices.files[1].y, (const int32_t[]){8, 0}, 2 * sizeof(int32_t));
    make_dir("out");
    for (int n = 0; n < 2; n++) {
        assert_ptr_equal(voices.files[n].utterance.user, &voices.files[n]);
        assert_true(voice_write(&voices.files[n], &model, "out", &error));
    }
    struct npy a, b;
    float values[4];
    assert_true(npy_open(&a, "out/a.npy", &error) && npy_open(&b, "out/b.npy", &error));
    assert_string_equal(a.descr, "<f4");
    assert_int_equal(a.rank, 2);
    assert_int_equal(a.shape[0], 2);
    assert_int_equal(a.shape[1], 2);
    assert_true(npy_floats(&a, values, &error));
    assert_true(values[0] == -16.0f && values[1] == 15.875f);
    assert_true(values[2] == 0.125f && values[3] == -0.125f);
    assert_int_equal(b.shape[0], 1);
    assert_true(npy_floats(&b, values, &error));
    assert_true(values[0] == 1.0f && values[1] == 0.0f);
    npy_close(&a);
    npy_close(&b);

    assert_false(voice_write(&voices.files[0], &model, "none", &error));
    assert_non_null(strstr(error.text, "none/a.npy"));
    voices_free(&voices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_files_and_folders, scratch_clean),
        cmocka_unit_test_teardown(test_many, scratch_clean),
        cmocka_unit_test_teardown(test_bad, scratch_clean),
        cmocka_unit_test_teardown(test_same_name, scratch_clean),
        cmocka_unit_test_teardown(test_prepare, scratch_clean),
        cmocka_unit_test_teardown(test_check, scratch_clean),
        cmocka_unit_test_teardown(test_write, scratch_clean),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
