/* SPDX-License-Identifier: Apache-2.0
 * test_simulation_result.c - what a simulator leaves behind: whole, damaged, contradicting itself.
 */
#include "gen/verify/simulate_result.h"

#include <jansson.h>

#include "tests/unit/scratch.h"

/* A results file as the harness writes it, but for the keys of `changes`. */
static void put_results(json_t *changes)
{
    json_t *phase = json_pack(
        "{s:s, s:s, s:b, s:i, s:i, s:i, s:[{s:i, s:i, s:i, s:{s:i, s:i, s:i, s:i, s:i}}, {s:i}], "
        "s:[i, i, i], s:[{s:i, s:[[i, i], [i, i]], s:[[i, i]]}, {s:i}]}",
        "name", "steady", "seed", "18446744073709551615", "cut", 1, "cycles", 101, "end", 102,
        "cycles_per_frame", 103, "frames", "start", 11, "issued", 12, "weight_stalls", 13, "stalls",
        "input", 21, "columns", 22, "acc", 23, "element", 24, "queue", 25, "start", -1, "issues",
        31, 32, 33, "charts", "frame", 1, "products", 41, 42, 43, 44, "passes", 51, 52, "frame", 2);
    json_t *checked = json_pack(
        "[{s:s, s:s, s:i, s:i, s:i}, {s:s, s:s, s:i}]", "vector", "1.c", "at", "result", "values",
        3, "different", 4, "at_ends", 5, "vector", "1.y", "at", "output", "values", 6);
    json_t *first = json_pack(
        "{s:s, s:s, s:i, s:s, s:i, s:i, s:i, s:i, s:i, s:i}", "vector", "1.c", "at", "result",
        "pass", 61, "phase", "rough", "frame", 62, "channel", 63, "element", 64, "cycle", 65,
        "expected", -66, "got", 67);
    json_t *root = json_pack(
        "{s:s, s:s, s:i, s:i, s:o, s:o, s:I, s:f, s:[s, s], s:[s], s:[o, {s:s, s:b}]}", "verdict",
        "pass", "reason", "", "mismatches", 1, "violations", 2, "checked", checked,
        "first_difference", first, "cycles", (json_int_t)5000000000, "seconds", 2.5,
        "first_mismatches", "first", "second", "first_violations", "third", "phases", phase,
        "name", "cut", "cut", 0);
    json_object_update(root, changes);
    json_decref(changes);
    assert_int_equal(json_dump_file(root, "results.json", 0), 0);
    json_decref(root);
}

static struct simulation_result read_back(bool clean, const char *how)
{
    struct simulation_result result = {.results_path = duplicate("results.json"),
                                       .log_path = duplicate("run.log")};
    simulation_result_read(&result, clean, how);
    return result;
}

/* Passes if `reason` is NULL; else fails for this reason. */
static void verdict_is(bool clean, const char *how, const char *reason)
{
    struct simulation_result result = read_back(clean, how);
    assert_int_equal(result.pass, reason == NULL);
    assert_string_equal(result.reason, reason != NULL ? reason : "");
    simulation_result_free(&result);
    assert_null(result.results_path);
    assert_int_equal(result.phase_count, 0);
}

/* ---- every field ----------------------------------------------------------------------------- */

static void check_phase(const struct simulation_phase *phase)
{
    assert_string_equal(phase->name, "steady");
    assert_true(phase->seed == UINT64_MAX); /* more than a number of JSON holds */
    assert_true(phase->cut);
    assert_int_equal(phase->cycles, 101);
    assert_int_equal(phase->end, 102);
    assert_int_equal(phase->cycles_per_frame, 103);
    assert_int_equal(phase->frame_count, 2);
    const struct simulation_frame *frame = &phase->frames[0];
    assert_int_equal(frame->start, 11);
    assert_int_equal(frame->issued, 12);
    assert_int_equal(frame->weight_stalls, 13);
    assert_int_equal(frame->stalls[STALL_NONE], 0);
    assert_int_equal(frame->stalls[STALL_INPUT], 21);
    assert_int_equal(frame->stalls[STALL_COLUMNS], 22);
    assert_int_equal(frame->stalls[STALL_ACC], 23);
    assert_int_equal(frame->stalls[STALL_ELEMENT], 24);
    assert_int_equal(frame->stalls[STALL_QUEUE], 25);
    assert_int_equal(phase->frames[1].start, -1);
    assert_int_equal(phase->pe_count, 3);
    for (int pe = 0; pe < 3; pe++)
        assert_int_equal(phase->issues[pe], 31 + pe);
    assert_int_equal(phase->chart_count, 2);
    assert_int_equal(phase->charts[0].frame, 1);
    assert_int_equal(phase->charts[1].frame, 2);
    for (int n = 0; n < 2; n++) {
        assert_int_equal(phase->charts[0].products[n].begin, 41 + 2 * n);
        assert_int_equal(phase->charts[0].products[n].end, 42 + 2 * n);
    }
    assert_int_equal(phase->charts[0].passes[0].begin, 51);
    assert_int_equal(phase->charts[0].passes[0].end, 52);
}

static void check_compared(const struct simulation_result *result)
{
    const struct checked *list = result->checked.list;
    const struct difference *first = &result->first;
    assert_int_equal(result->checked.count, 2);
    assert_string_equal(list[0].vector, "1.c");
    assert_false(list[0].output);
    assert_int_equal(list[0].values, 3);
    assert_int_equal(list[0].different, 4);
    assert_int_equal(list[0].at_ends, 5);
    assert_string_equal(list[1].vector, "1.y");
    assert_true(list[1].output);
    assert_int_equal(list[1].values, 6);
    assert_int_equal(list[1].different + list[1].at_ends, 0);
    assert_string_equal(first->vector, "1.c");
    assert_string_equal(first->phase, "rough");
    assert_false(first->output || first->unknown);
    assert_int_equal(first->pass, 61);
    assert_int_equal(first->frame, 62);
    assert_int_equal(first->channel, 63);
    assert_int_equal(first->element, 64);
    assert_int_equal(first->cycle, 65);
    assert_int_equal(first->expected, -66);
    assert_int_equal(first->got, 67);
}

/* A value that is X differs from every number. */
static void test_unknown(void **state)
{
    (void)state;
    put("run.log", "VERDICT PASS\n");
    put_results(json_pack("{s:{s:s, s:s, s:s}}", "first_difference", "vector", "y", "at", "output",
                          "got", "X"));
    struct simulation_result result = read_back(true, "");
    assert_true(result.first.unknown && result.first.output);
    assert_string_equal(result.first.vector, "y");
    simulation_result_free(&result);
}

static void test_fields(void **state)
{
    (void)state;
    put_results(NULL);
    put("run.log", "loaded\nVERDICT PASS\n");
    struct simulation_result result = read_back(true, "exit status 0");
    assert_true(result.pass);
    assert_string_equal(result.reason, "");
    assert_int_equal(result.mismatches, 1);
    assert_int_equal(result.violations, 2);
    check_compared(&result);
    assert_true(result.cycles == INT64_C(5000000000));
    assert_true(result.cycles_per_second == 2e9);
    assert_int_equal(result.message_count, 3);
    assert_string_equal(result.messages[0], "first");
    assert_string_equal(result.messages[1], "second");
    assert_string_equal(result.messages[2], "third");
    assert_int_equal(result.phase_count, 2);
    check_phase(&result.phases[0]);
    assert_string_equal(result.phases[1].name, "cut");
    assert_false(result.phases[1].cut);
    assert_int_equal(result.phases[1].frame_count, 0);
    simulation_result_free(&result);
}

static void test_no_time(void **state)
{
    (void)state;
    put("run.log", "VERDICT PASS\n");
    put_results(json_pack("{s:f}", "seconds", 0.0));
    struct simulation_result result = read_back(true, "");
    assert_true(result.pass);
    assert_true(result.cycles_per_second == 0);
    simulation_result_free(&result);
}

/* ---- who says that it passes: the file, the log, the exit status ----------------------------- */

static void test_all_must_agree(void **state)
{
    (void)state;
    put_results(NULL);
    put("run.log", "VERDICT PASS\n");
    verdict_is(true, "exit status 0", NULL);
    verdict_is(false, "exit status 3", "the simulator failed: exit status 3");
    put("run.log", "VERDICT FAIL: y is wrong\n");
    verdict_is(true, "exit status 0", "y is wrong");
    put("run.log", "VERDICT FAIL\n");
    verdict_is(true, "exit status 0", "the simulator left no whole results file");
    put("run.log", "VERDICT PASSED\n");
    verdict_is(true, "exit status 0", "the simulator left no whole results file");
    put("run.log", "VERDICT PASS\n");
    put_results(json_pack("{s:s}", "verdict", "fail"));
    verdict_is(true, "exit status 0", "the simulator left no whole results file");
    put_results(json_pack("{s:n}", "verdict"));
    verdict_is(true, "exit status 0", "the simulator left no whole results file");
    put_results(json_pack("{s:s}", "reason", "c is wrong"));
    verdict_is(true, "exit status 0", "c is wrong");
    put("run.log", "VERDICT FAIL: y is wrong\n"); /* the first reason counts */
    verdict_is(false, "exit status 1", "c is wrong");
}

static void test_no_verdict(void **state)
{
    (void)state;
    put_results(json_pack("{s:s}", "reason", "c is wrong"));
    verdict_is(true, "exit status 0", "the simulator ended without a verdict: exit status 0");
    put("run.log", "");
    verdict_is(false, "killed after 9 seconds",
               "the simulator ended without a verdict: killed after 9 seconds");
    put("run.log", "no VERDICT PASS\n"); /* not at the beginning of a line */
    verdict_is(true, "exit status 0", "the simulator ended without a verdict: exit status 0");
    put("run.log", "VERDICT PASS\n1\n2\n3\n4\n5\n"); /* nor among the last lines */
    verdict_is(true, "exit status 0", "the simulator ended without a verdict: exit status 0");
}

static void test_last_verdict(void **state)
{
    (void)state;
    put_results(NULL);
    put("run.log", "VERDICT FAIL: of an earlier run\nVERDICT PASS\ngoodbye\n");
    verdict_is(true, "exit status 0", NULL);
    put("run.log", "VERDICT PASS\nVERDICT FAIL: of the last run\ngoodbye\n");
    verdict_is(true, "exit status 0", "of the last run");
}

/* ---- damaged files --------------------------------------------------------------------------- */

static void test_no_results(void **state)
{
    (void)state;
    put("run.log", "VERDICT PASS\n");
    verdict_is(true, "exit status 0", "the simulator left no whole results file");
    verdict_is(false, "killed by signal 9 (Killed)",
               "the simulator failed: killed by signal 9 (Killed)");
    put("run.log", "VERDICT FAIL: cannot write\n");
    verdict_is(false, "exit status 1", "cannot write");
}

/* A chip without an image ends the simulation before the harness has a word. */
static void test_missing_image(void **state)
{
    (void)state;
    static const char *const reason = "memory image 'tanh.mem' cannot be read";
    put("run.log", "warning\nmemory image 'tanh.mem' cannot be read; ESE_MEM_DIR names\nmemory image "
                   "'other.mem' cannot be read\nAborting\n");
    verdict_is(false, "killed by signal 6 (Aborted)", reason);
    put_results(json_pack("{s:s, s:s}", "verdict", "fail", "reason", "ended before it was done"));
    put("run.log", "memory image 'tanh.mem' cannot be read\nVERDICT FAIL: ended before it was done\n");
    verdict_is(false, "exit status 1", reason);
    put("run.log", "not memory image 'tanh.mem'\n");
    verdict_is(false, "exit status 1", "the simulator ended without a verdict: exit status 1");
}

/* Nor has it after an assertion of the chip. */
static void test_asserted(void **state)
{
    (void)state;
    static const char *const reason = "ese_controller: pass 1 begins on a block of another";
    put_results(json_pack("{s:s, s:s}", "verdict", "fail", "reason", "ended before it was done"));
    put("run.log", "phase 1 of 6\nese_controller: pass 1 begins on a block of another\nFATAL: x.v:204:\n"
                   "VERDICT FAIL: ended before it was done\n");
    verdict_is(false, "exit status 1", reason);
    put("run.log", "FATAL: rtl/ese_controller.v:204: \nVERDICT FAIL: ended before it was done\n");
    verdict_is(false, "exit status 1", "ended before it was done");
}

/* Cut anywhere it is no whole file. */
static void test_cut(void **state)
{
    (void)state;
    put_results(NULL);
    put("run.log", "VERDICT PASS\n");
    struct text whole = contents("results.json");
    for (size_t length = 0; length < whole.length; length += length < 40 ? 1 : 37) {
        put_bytes("results.json", whole.data, length);
        struct simulation_result result = read_back(true, "");
        assert_false(result.pass);
        assert_string_equal(result.reason, "the simulator left no whole results file");
        assert_int_equal(result.phase_count, 0);
        simulation_result_free(&result);
    }
    text_free(&whole);
}

/* Whatever stands in the place of what: no number is taken for what it is not, and nothing breaks.
 */
static void test_other_types(void **state)
{
    (void)state;
    static const char *const keys[] = {"mismatches",       "violations",       "checked",
                                       "first_difference", "cycles",           "seconds",
                                       "first_mismatches", "first_violations", "phases"};
    put("run.log", "VERDICT PASS\n");
    for (size_t n = 0; n < COUNT_OF(keys); n++)
        for (int kind = 0; kind < 4; kind++) {
            put_results(kind == 0   ? json_pack("{s:n}", keys[n])
                        : kind == 1 ? json_pack("{s:s}", keys[n], "text")
                        : kind == 2 ? json_pack("{s:[n, i, s, [], {}]}", keys[n], 5, "text")
                                    : json_pack("{s:{s:i}}", keys[n], "frames", 5));
            struct simulation_result result = read_back(true, "");
            assert_int_equal(result.mismatches, n == 0 ? 0 : 1);
            assert_int_equal(result.violations, n == 1 ? 0 : 2);
            assert_int_equal(checked_sum(&result.checked, CHECKED_VALUES), n == 2 ? 0 : 3 + 6);
            assert_true(n == 3 || result.first.pass == 61);
            assert_int_equal(result.first.vector == NULL, n == 3 && kind != 3);
            assert_int_equal(result.cycles, n == 4 ? 0 : 5000000000);
            if (n == 8)
                assert_int_equal(result.phase_count, kind == 2 ? 5 : 0);
            simulation_result_free(&result);
        }
}

static void test_long_reason(void **state)
{
    (void)state;
    struct text text = {0};
    for (int n = 0; n < 1000; n++)
        text_append_char(&text, 'r');
    put_results(json_pack("{s:s}", "reason", text_string(&text)));
    put("run.log", "VERDICT PASS\n");
    struct simulation_result result = read_back(true, "");
    assert_int_equal(strlen(result.reason), sizeof result.reason - 1);
    simulation_result_free(&result);
    text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_fields, scratch_clean),
        cmocka_unit_test_teardown(test_unknown, scratch_clean),
        cmocka_unit_test_teardown(test_no_time, scratch_clean),
        cmocka_unit_test_teardown(test_all_must_agree, scratch_clean),
        cmocka_unit_test_teardown(test_no_verdict, scratch_clean),
        cmocka_unit_test_teardown(test_last_verdict, scratch_clean),
        cmocka_unit_test_teardown(test_no_results, scratch_clean),
        cmocka_unit_test_teardown(test_missing_image, scratch_clean),
        cmocka_unit_test_teardown(test_asserted, scratch_clean),
        cmocka_unit_test_teardown(test_cut, scratch_clean),
        cmocka_unit_test_teardown(test_other_types, scratch_clean),
        cmocka_unit_test_teardown(test_long_reason, scratch_clean),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
