/* SPDX-License-Identifier: Apache-2.0
 * test_command_paper.c - ese paper: figures of small networks, as text, files and JSON. */
#include "tests/unit/fake_tools.h"

#include "tests/unit/command_testing.h"

#define SMALL "model.input=8 model.cell=32 model.output=8 pes=4 channels=2"

struct given {
    const char *figure, *set, *output, *json;
    bool verify;
};

static int paper(struct given given)
{
    const struct sets *sets = sets_of(given.set != NULL ? given.set : SMALL);
    struct paper_options options = {.figure = given.figure, .sets = sets->words,
                                    .set_count = sets->count, .output = given.output,
                                    .json = given.json, .verify = given.verify, .jobs = 2};
    struct capture capture = capture_begin();
    int status = command_paper(&options);
    capture_end(capture);
    return status;
}

/* The text of a figure is on standard output, or in a file beside the values and the picture. */
static void test_text(void **state)
{
    (void)state;
    assert_int_equal(paper((struct given){.figure = "balance"}), 0);
    printed("All 8 points are modelled");
    struct text text = contents("stdout");
    assert_int_equal(paper((struct given){.figure = "balance", .output = "figures"}), 0);
    holds("stdout", "figures/balance.txt, .csv, .svg: 8 points, 0 of them run again in RTL, "
                    "0 agree\n");
    holds("figures/balance.txt", text_string(&text));
    assert_true(file_has("figures/balance.svg", "<svg"));
    assert_true(file_has("figures/balance.csv", ","));
    assert_int_equal(entries_in("figures"), 3);
    text_free(&text);
}

static void test_json(void **state)
{
    (void)state;
    assert_int_equal(paper((struct given){.figure = "balance", .json = "paper.json"}), 0);
    printed("All 8 points are modelled");
    json_t *root = json_of("paper.json");
    assert_true(json_is_false(json_at(root, "verify")));
    assert_true(json_is_true(json_at(root, "agree")));
    assert_int_equal(json_object_size(json_at(root, "figures")), 1);
    assert_int_equal(json_array_size(json_at(root, "figures.balance.points")), 8);
    string_is(root, "figures.balance.points.0.model", "paper");
    number_is(root, "figures.balance.points.0.pes", 4);
    string_is(root, "figures.balance.points.7.model", "speech"); /* whatever the settings are */
    number_is(root, "figures.balance.points.7.pes", 8);
    number_is(root, "figures.balance.points.7.weights", 4 * 128 * (40 + 64) + 64 * 128);
    json_decref(root);
    struct given quiet = {.figure = "balance", .json = "-", .output = "figures"};
    assert_int_equal(paper(quiet), 0);
    struct text text = contents("stdout"); /* JSON and nothing else */
    root = json_loads(text_string(&text), 0, NULL);
    assert_true(json_is_object(root));
    json_decref(root);
    text_free(&text);
}

/* Times of this machine, the same in all forms; there is no picture of them. */
static void test_cpu(void **state)
{
    (void)state;
    struct given given = {.figure = "cpu", .output = "figures", .json = "paper.json"};
    assert_int_equal(paper(given), 0);
    printed("figures/cpu.txt, .csv: ");
    assert_int_equal(entries_in("figures"), 2);
    assert_true(file_has("figures/cpu.txt", "2 channels at 200 MHz"));
    assert_true(file_has("figures/cpu.csv", ",measured\n"));
    json_t *root = json_of("paper.json");
    string_is(root, "figures.cpu.rows.0.network", "dense");
    number_is(root, "figures.cpu.rows.0.voices", 1);
    number_is(root, "figures.cpu.chip.pes", 4);
    json_decref(root);
}

/* Nothing of it could be played. */
static void test_cpu_verify(void **state)
{
    (void)state;
    assert_int_equal(paper((struct given){.figure = "cpu", .verify = true}), 2);
    complained_only("--verify: cpu has no points to run in RTL; table1 has its chip");
    printed_nothing();
}

/* Exit status 2: the command line is wrong. */
static void test_unknown(void **state)
{
    (void)state;
    assert_int_equal(paper((struct given){.figure = "fig7", .json = "paper.json"}), 2);
    complained_only("there is no figure 'fig7'; there are table1, fig6, fifo, balance, fig3, "
                    "cpu and all");
    printed_nothing();
    assert_false(exists("paper.json"));
}

static void test_other_shape(void **state)
{
    (void)state;
    assert_int_equal(paper((struct given){.figure = "table1", .output = "figures"}), 1);
    complained_only("table1: only the paper's own network (153, 1024, 512, with projection) on "
                    "32 PEs can stand beside it");
    printed_nothing();
    assert_false(exists("figures"));
    assert_int_equal(paper((struct given){.figure = "all"}), 1); /* the first of all */
    printed_nothing();
}

static void test_bad_input(void **state)
{
    (void)state;
    assert_int_equal(paper((struct given){.figure = "fifo", .set = "pes=0"}), 1);
    complained("pes");
    assert_int_equal(paper((struct given){.figure = "fifo", .set = "nosuch=1"}), 1);
    complained("unknown key 'nosuch'");
    put("file", "mine\n");
    assert_int_equal(paper((struct given){.figure = "balance", .output = "file/figures"}), 1);
    complained_only("cannot create the folder 'file/figures': Not a directory");
    assert_int_equal(paper((struct given){.figure = "balance", .output = "file"}), 1);
    complained("cannot write to the folder 'file'");
    holds("file", "mine\n");
    assert_int_equal(paper((struct given){.figure = "balance", .output = "figures",
                                          .json = "no/paper.json"}), 1);
    complained_only("--json: cannot write 'no/paper.json': No such file or directory");
    assert_false(exists("figures")); /* before the work */
}

/* Points that are to be run again, without what runs them. */
static void test_no_simulator(void **state)
{
    (void)state;
    char path[PATH_MAX + 8];
    put_tools();
    snprintf(path, sizeof path, "%s/bin", scratch);
    setenv("PATH", path, 1);
    assert_int_equal(remove("bin/verilator"), 0);
    assert_int_equal(paper((struct given){.figure = "balance", .verify = true}), 1);
    complained("verilator");
    printed_nothing();
}

/* A simulator that says that it passes and has measured nothing does not agree. */
static void test_disagrees(void **state)
{
    (void)state;
    put_tools();
    put_simulator("echo '" FAKE_PASS "' >\"$results\"; echo VERDICT PASS");
    struct given given = {
        .figure = "balance", .verify = true, .output = "figures", .json = "paper.json"};
    assert_int_equal(paper(given), 1);
    holds("stdout", "figures/balance.txt, .csv, .svg: 8 points, 3 of them run again in RTL, "
                    "0 agree\n");
    json_t *root = json_of("paper.json");
    assert_true(json_is_true(json_at(root, "verify")));
    assert_true(json_is_false(json_at(root, "agree")));
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_text, scratch_clean),
        cmocka_unit_test_teardown(test_json, scratch_clean),
        cmocka_unit_test_teardown(test_cpu, scratch_clean),
        cmocka_unit_test_teardown(test_cpu_verify, scratch_clean),
        cmocka_unit_test_teardown(test_unknown, scratch_clean),
        cmocka_unit_test_teardown(test_other_shape, scratch_clean),
        cmocka_unit_test_teardown(test_bad_input, scratch_clean),
        cmocka_unit_test_teardown(test_no_simulator, end_tools),
        cmocka_unit_test_teardown(test_disagrees, end_tools),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
