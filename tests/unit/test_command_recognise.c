/* SPDX-License-Identifier: Apache-2.0
 * test_command_recognise.c - ese recognise: speech through a simulator that a test has told what to say. */
#include "tests/unit/command_testing.h"

static void test_no_chip(void **state)
{
    (void)state;

    const struct recognise_options options = {.dir = "none"};
    struct capture capture = capture_begin();
    int status = command_recognise(&options);
    capture_end(capture);
    assert_int_equal(status, 1);
    complained_only("'none' is not a folder that 'ese gen' made: it has no manifest.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_no_chip, scratch_clean),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
