/* SPDX-License-Identifier: Apache-2.0
 * test_checked.c - what was compared, and the first that differs, as text and as JSON. */
#include "gen/verify/checked.h"

#include "tests/unit/command_testing.h"

static void add(struct checked_list *list, const char *vector, bool output, int64_t values,
                int64_t different)
{
    struct checked *checked = checked_add(list, vector, output);
    checked->values = values;
    checked->different = different;
    checked->at_ends = values / 1000;
}

static void text_is(const struct checked_list *list, enum checked_count count, const char *wanted)
{
    struct text text = {0};
    checked_text(&text, list, count);
    assert_string_equal(text_string(&text), wanted);
    text_free(&text);
}

static void test_text(void **state)
{
    (void)state;
    struct checked_list list = {0};
    text_is(&list, CHECKED_VALUES, "0 values");
    assert_int_equal(checked_sum(&list, CHECKED_VALUES), 0);
    add(&list, "y", true, 7, 0);
    text_is(&list, CHECKED_VALUES, "7 y values");
    add(&list, "c", false, 1234, 2);
    text_is(&list, CHECKED_VALUES, "7 y and 1,234 c values");
    add(&list, "m", false, 0, 0); /* of which there is none */
    text_is(&list, CHECKED_VALUES, "7 y and 1,234 c values");
    add(&list, "y", false, 1000, 1); /* in another place */
    text_is(&list, CHECKED_VALUES, "1,007 y and 1,234 c values");
    text_is(&list, CHECKED_DIFFERENT, "1 y and 2 c values");
    text_is(&list, CHECKED_AT_ENDS, "1 y and 1 c values");
    add(&list, "1.m", false, 5, 0);
    text_is(&list, CHECKED_VALUES, "1,007 y, 1,234 c and 5 1.m values");
    assert_int_equal(checked_sum(&list, CHECKED_VALUES), 7 + 1234 + 1000 + 5);
    assert_int_equal(checked_sum(&list, CHECKED_DIFFERENT), 3);
    assert_int_equal(checked_sum(&list, CHECKED_AT_ENDS), 2);
    static const char *const more[] = {"2.c", "2.m", "2.y", "3.y"};
    for (size_t n = 0; n < COUNT_OF(more); n++)
        add(&list, more[n], false, 10, 0);
    text_is(&list, CHECKED_VALUES, "2,286 values of 7 vectors");
    text_is(&list, CHECKED_DIFFERENT, "1 y and 2 c values");
    checked_free(&list);
    assert_int_equal(list.count, 0);
}

static void test_json(void **state)
{
    (void)state;
    struct checked_list list = {0};
    add(&list, "1.c", false, 2000, 3);
    add(&list, "1.y", true, 5, 0);
    json_t *root = checked_json(&list);
    assert_int_equal(json_array_size(root), 2);
    string_is(root, "0.vector", "1.c");
    string_is(root, "0.at", "result");
    number_is(root, "0.values", 2000);
    number_is(root, "0.different", 3);
    number_is(root, "0.at_ends", 2);
    string_is(root, "1.at", "output");
    json_decref(root);
    checked_free(&list);
}

static void test_difference(void **state)
{
    (void)state;
    struct difference d = {.vector = duplicate("1.m"), .phase = duplicate("rough"), .pass = 7,
                           .frame = 2, .channel = 3, .element = 4, .cycle = 99, .expected = -5,
                           .got = 6};
    struct text text = {0};
    difference_text(&text, &d);
    assert_string_equal(text_string(&text),
                        "1.m of frame 2, channel 3, element 4: expected -5, got 6");
    json_t *root = difference_json(&d);
    string_is(root, "vector", "1.m");
    string_is(root, "at", "result");
    string_is(root, "phase", "rough");
    number_is(root, "pass", 7);
    number_is(root, "frame", 2);
    number_is(root, "channel", 3);
    number_is(root, "element", 4);
    number_is(root, "cycle", 99);
    number_is(root, "expected", -5);
    number_is(root, "got", 6);
    json_decref(root);
    free(d.phase);
    d.phase = NULL;
    d.cycle = -1;
    d.unknown = d.output = true;
    root = difference_json(&d);
    string_is(root, "at", "output");
    string_is(root, "got", "X");
    assert_null(json_at(root, "phase"));
    assert_null(json_at(root, "cycle"));
    json_decref(root);
    text_cut(&text, 0);
    difference_text(&text, &d);
    assert_string_equal(text_string(&text),
                        "1.m of frame 2, channel 3, element 4: expected -5, got X");
    difference_free(&d);
    assert_null(difference_json(&d));
    text_cut(&text, 0);
    difference_text(&text, &d);
    assert_string_equal(text_string(&text), "");
    text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
