/* SPDX-License-Identifier: Apache-2.0
 * test_command_run.c - ese run: what it refuses, and what it leaves behind then. */
#include "tests/unit/command_testing.h"

static void test_no_chip(void **state)
{
    (void)state;
    char input[] = "none.npy", *inputs[] = {input};
    const struct run_options options = {.dir = "none", .inputs = inputs, .input_count = 1,
                                        .output_dir = "out", .check = true};
    struct capture capture = capture_begin();
    int status = command_run(&options);
    capture_end(capture);
    assert_int_equal(status, 1);
    complained_only("'none' is not a folder that 'ese gen' made: it has no manifest.json");
    assert_false(exists("out"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_no_chip, scratch_clean),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
