/* SPDX-License-Identifier: Apache-2.0
 * test_command_run_taps.c - ese run --taps: what the layers wrote of every utterance, and faults
 * in it. */
#include "tests/unit/run_testing.h"

/* The entry of a vector. */
static void counts_are(const json_t *root, int entry, const char *vector, const char *place,
                       int64_t values, int64_t different)
{
    const json_t *counts = json_array_get(json_at(root, "checked"), (size_t)entry);
    string_is(counts, "vector", vector);
    string_is(counts, "at", place);
    number_is(counts, "values", values);
    number_is(counts, "different", different);
}

static void test_right(void **state)
{
    (void)state;
    begin_run("memory=stream");
    struct chip_folder chip = opened("chip");
    struct run_options options = checked;
    options.taps = true;
    options.json = "result.json";
    if (run(options) != 0)
        complained_only("nothing: all is well");
    printed("bit-exact: 756 y, 756 c and 756 m values against the golden model\n");
    json_t *root = json_of("result.json");
    number_is(root, "values_checked", 63 * (6 + 12 + 12 + 6));
    assert_int_equal(json_array_size(json_at(root, "checked")), 4);
    counts_are(root, 0, "y", "output", 63 * 6, 0);
    counts_are(root, 1, "c", "result", 63 * 12, 0);
    counts_are(root, 2, "m", "result", 63 * 12, 0);
    counts_are(root, 3, "y", "result", 63 * 6, 0);
    assert_null(json_at(root, "first_difference"));
    json_decref(root);
    check_outputs(&chip.program.quant);
    assert_true(file_has("words", "/chip/build/taps.bin"));
    assert_false(exists("chip/build/taps.bin"));
    options.check = false;
    assert_int_equal(run(options), 2);
    complained("ese: --taps: outputs are compared, which --no-check forbids");
    chip_close(&chip);
}

/* It is told where it went wrong, though y is wrong, too, and comes first. */
static void test_located(void **state)
{
    (void)state;
    begin_run("memory=stream");
    struct run_options options = checked;
    options.taps = true;
    options.json = "result.json";
    put_served("wrong m", "");
    assert_int_equal(run(options), 1);
    printed("outputs         WRONG: 2 of 2,268 values; it went wrong here: "
            "1: frame 2, element 4 of m is ");
    json_t *root = json_of("result.json");
    string_is(root, "verdict", "fail");
    number_is(root, "mismatches", 2);
    counts_are(root, 0, "y", "output", 63 * 6, 1);
    counts_are(root, 2, "m", "result", 63 * 12, 1);
    string_is(root, "first_difference.vector", "m");
    string_is(root, "first_difference.utterance", "1");
    number_is(root, "first_difference.pass", 3);
    number_is(root, "first_difference.frame", 2);
    number_is(root, "first_difference.element", 4);
    number_is(root, "first_difference.channel", 0);
    json_decref(root);
    put_served("X in m", "");
    assert_int_equal(run(options), 1);
    printed("it went wrong here: 1: frame 2, element 4 of m is X, the golden model gives ");
    put_served("wrong y", ""); /* of which the element-wise path knows nothing */
    assert_int_equal(run(options), 1);
    printed("WRONG: 1 of 2,268 values; it went wrong here: 1: frame 2, element 5 of y is ");
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const faults[][2] = {
        {"tap pass", "frame 2 of the chip: a word of pass 4 was written, one of pass 3 was to "
                     "come"},
        {"tap keep", "frame 2 of the chip: word 1 of pass 3 has not 1 rows in its first lanes"},
        {"tap lost", "frame 2 of the chip: word 2 of pass 3 has not 2 rows in its first lanes"},
        {"tap more", "a word of pass 3 was written after the last frame"},
    };
    begin_run("memory=stream");
    struct run_options options = checked;
    options.taps = true;
    for (size_t n = 0; n < COUNT_OF(faults); n++) {
        put_served(faults[n][0], "");
        fails(options, faults[n][1]);
        clear_out();
    }
}

#define TEST(function) cmocka_unit_test_teardown(function, end_tools)

int main(int count, char **words)
{
    const struct CMUnitTest tests[] = {TEST(test_right), TEST(test_located), TEST(test_refused)};
    if (count > 4 && strcmp(words[1], "serve") == 0)
        return served_main(count, words);
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
