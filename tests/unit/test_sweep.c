/* SPDX-License-Identifier: Apache-2.0
 * test_sweep.c - lines, fronts, expressions and columns of a sweep, points that stand for
 * others. */
#include "gen/config/config_keys.h"
#include "gen/report/facts.h"
#include "gen/sweep/choice.h"
#include "tests/unit/sweep_testing.h"

/* ---- lines ----------------------------------------------------------------------------------- */

static void csv(void **state)
{
    (void)state;
    static const char *const words[] = {"",    "plain", "a,b",     "\"", "say \"x\", then",
                                        "a\"", " ",     "\xc3\xa9"};
    struct text line = {0};
    char *values[COUNT(words)];
    for (size_t n = 0; n < COUNT(words); n++) {
        text_append(&line, n > 0 ? "," : "");
        csv_append(&line, words[n]);
    }
    assert_string_equal(text_string(&line),
                        ",plain,\"a,b\",\"\"\"\",\"say \"\"x\"\", then\",\"a\"\"\", ,\xc3\xa9");
    text_append_char(&line, '\n');
    assert_int_equal(csv_split(text_string(&line), values, COUNT(words)), COUNT(words));
    for (size_t n = 0; n < COUNT(words); n++) {
        assert_string_equal(values[n], words[n]);
        free(values[n]);
    }
    assert_int_equal(csv_split(text_string(&line), values, COUNT(words) - 1), -1);
    assert_int_equal(csv_split("a,\"b\n", values, 8), -1);
    assert_int_equal(csv_split("a,\"b\"c\n", values, 8), -1);
    text_free(&line);
}

/* ---- the front ------------------------------------------------------------------------------- */

static bool beats(const double *left, const double *right, int goals, const bool *more)
{
    bool better = false;
    for (int g = 0; g < goals; g++) {
        if (more[g] ? left[g] < right[g] : left[g] > right[g])
            return false;
        better = better || left[g] < right[g] || left[g] > right[g];
    }
    return better;
}

static void front_by_force(void **state)
{
    (void)state;
    enum { POINTS = 60, GOALS = 4 };
    struct random random;
    random_seed(&random, 7);
    for (int turn = 0; turn < 300; turn++) {
        const int goals = random_int(&random, 1, GOALS), count = random_int(&random, 0, POINTS);
        const int range = random_int(&random, 1, 12); /* small: many that are equal */
        double values[POINTS * GOALS];
        bool more[GOALS], on[POINTS] = {false};
        int front[POINTS];
        for (int g = 0; g < goals; g++)
            more[g] = random_int(&random, 0, 1);
        for (int n = 0; n < count * goals; n++)
            values[n] = random_int(&random, 0, 30) == 0 ? (double)INFINITY
                                                         : random_int(&random, 0, range);
        const int length = pareto_front(values, count, goals, more, front);
        for (int n = 0; n < length; n++) {
            assert_false(on[front[n]]);
            on[front[n]] = true;
            if (n > 0)
                assert_true(more[0] ? values[front[n] * goals] <= values[front[n - 1] * goals]
                                    : values[front[n] * goals] >= values[front[n - 1] * goals]);
        }
        for (int n = 0; n < count; n++) {
            bool beaten = false;
            for (int m = 0; m < count; m++)
                beaten = beaten || beats(&values[m * goals], &values[n * goals], goals, more);
            assert_int_equal(on[n], !beaten);
        }
    }
}

/* ---- expressions ----------------------------------------------------------------------------- */

static double value_of(struct scope *scope, const char *text)
{
    struct error error = {""};
    double value = 0.0;
    struct expression *e = expression_new(text, scope, "--where", &error);
    if (e == NULL || !expression_value(e, &value, &error))
        fail_msg("%s: %s", text, error.text);
    expression_free(e);
    return value;
}

static void set_name(struct scope *scope, const char *name, double value)
{
    for (int n = 0; n < scope->count; n++)
        if (strcmp(scope->at[n].name, name) == 0)
            scope->at[n].value = value;
}

static void expressions(void **state)
{
    (void)state;
    static struct scope scope;
    struct config config = plain_config();
    scope_begin(&scope, &config);
    scope_set_keys(&scope, &config);
    set_name(&scope, "dsp", 40.0);
    set_name(&scope, "snr_pruned_db", INFINITY);
    assert_true(value_of(&scope, "pes * channels + dsp") == 48.0);
    assert_true(value_of(&scope, "model.density < 0.5 && dsp <= 40") == 1.0);
    assert_true(value_of(&scope, "model.density >= 0.5 || dsp != 40") == 0.0);
    assert_true(value_of(&scope, "snr_pruned_db > 100") == 1.0);
    assert_true(value_of(&scope, "model.peephole ? max(pes, 9) : 0") == 9.0);
    assert_true(value_of(&scope, "2^fifo_depth / 1e2") == 2.56);
    assert_true(value_of(&scope, "frame_ms == 10") == 1.0);
}

static void expect_no_expression(struct scope *scope, const char *text, const char *message)
{
    struct error error = {""};
    struct expression *e = expression_new(text, scope, "--where", &error);
    assert_null(e);
    if (strstr(error.text, message) == NULL)
        fail_msg("%s: %s", text, error.text);
    assert_null(strchr(error.text, '\n'));
}

static void wrong_expressions(void **state)
{
    (void)state;
    static struct scope scope;
    struct error error = {""};
    struct config config = plain_config();
    double value;
    scope_begin(&scope, &config);
    expect_no_expression(&scope, "", "empty");
    expect_no_expression(&scope, "dsp = 4", "'==' is");
    expect_no_expression(&scope, "nonsense < 4", "there is no 'nonsense'; there are the keys of a "
                                                 "configuration and cycles, limit_cycles, ");
    expect_no_expression(&scope, "model.densty < 4", "did you mean 'model.density'?");
    expect_no_expression(&scope, "memory == 1", "'memory' is a word");
    expect_no_expression(&scope, "device == 1", "'device' is a word");
    expect_no_expression(&scope, "prefix == 1", "'prefix' is a word");
    expect_no_expression(&scope, "model.path == 1", "'model.path' is a word");
    expect_no_expression(&scope, "id == 1", "there is no 'id'");
    expect_no_expression(&scope, "dsp, pes", "has 2 values");
    expect_no_expression(&scope, "(dsp", "Missing parenthesis");
    struct expression *e = expression_new("elem_lanes < 4", &scope, "--where", &error);
    assert_non_null(e);
    assert_false(expression_needs_results(e));
    assert_false(expression_value(e, &value, &error)); /* auto */
    assert_string_equal(error.text, "--where: elem_lanes is no number here");
    expression_free(e);
    e = expression_new("elem_lanes < dsp", &scope, "--where", &error);
    assert_true(expression_needs_results(e));
    expression_free(e);
}

/* ---- columns --------------------------------------------------------------------------------- */

static void column_names(void **state)
{
    (void)state;
    for (int n = 0; n < COLUMN_COUNT; n++) {
        assert_null(key_find(columns[n].name));
        assert_ptr_equal(column_find(columns[n].name), &columns[n]);
        assert_true(strcmp(columns[n].name, "status") != 0 &&
                    strcmp(columns[n].name, "error") != 0);
        assert_true(*columns[n].meaning != '\0');
    }
}

/* Every source is in a report, of its kind. */
static void column_sources(void **state)
{
    (void)state;
    struct program program;
    struct facts facts;
    struct config config = plain_config();
    build(&program, &config);
    facts_gather(&facts, &program, program.cycles, 1e5);
    json_t *report = facts_json(&facts);
    for (int n = 0; n < COLUMN_COUNT; n++) {
        struct text csv = {0};
        const double value = column_value(&columns[n], report);
        column_write(&columns[n], report, &csv);
        if (csv.length == 0 && n != COLUMN_ends_first) /* no resource may end */
            fail_msg("%s", columns[n].name);
        assert_int_equal(isnan(value), columns[n].kind == COLUMN_TEXT);
        if (columns[n].kind == COLUMN_WHOLE)
            assert_true(value == floor(value));
        if (columns[n].kind == COLUMN_TRUTH)
            assert_string_equal(text_string(&csv), value == 1.0 ? "true" : "false");
        else if (columns[n].kind != COLUMN_TEXT)
            assert_true(value == strtod(text_string(&csv), NULL) ||
                        fabs(strtod(text_string(&csv), NULL) / value - 1.0) < 1e-8);
        text_free(&csv);
    }
    assert_true(isinf(column_value(&columns[COLUMN_snr_pruned_db], report))); /* drawn: no error */
    assert_true(column_value(&columns[COLUMN_snr_db], report) ==
                facts.quality.accuracy.total.snr_db);
    assert_true(column_value(&columns[COLUMN_stall_queue], report) ==
                (double)facts.frame->stalls[STALL_QUEUE]);
    json_decref(report);
    facts_free(&facts);
    program_free(&program);
}

/* ---- points that stand for others ------------------------------------------------------------ */

/* A grid of 5 x 3 points, numbered row by row, of which `front` is the front. */
static int choose(int count, const int *front, int front_count, struct choice *choices)
{
    static const char *const axes[] = {"pes=1,2,4,8,16", "channels=1,2,3"};
    enum { POINTS = 15 };
    struct tested t;
    int points[POINTS], on_front[POINTS];
    open_sweep(&t, axes, COUNT(axes));
    for (int n = 0; n < POINTS; n++)
        points[n] = n;
    memcpy(on_front, front, (size_t)front_count * sizeof *front);
    const struct outcome o = {.sweep = &t.sweep,
                              .count = POINTS,
                              .points = points,
                              .front_count = front_count,
                              .front = on_front};
    int chosen = choose_points(&o, count, choices);
    close_sweep(&t);
    return chosen;
}

static void expect_choice(const struct choice *choice, int place, bool of_front)
{
    assert_int_equal(choice->place, place);
    assert_int_equal(choice->of_front, of_front);
}

static void choices_of_front(void **state)
{
    (void)state;
    static const int front[] = {2, 7, 4, 9, 11};
    struct choice choices[30];
    assert_int_equal(choose(3, front, 5, choices), 6);
    expect_choice(&choices[0], 2, true); /* ends, and between */
    expect_choice(&choices[1], 4, true);
    expect_choice(&choices[2], 11, true);
    /* All of it, and then all else; no point twice. */
    bool seen[15] = {false};
    assert_int_equal(choose(15, front, 5, choices), 15);
    for (int n = 0; n < 15; n++) {
        assert_false(seen[choices[n].place]);
        seen[choices[n].place] = true;
        assert_int_equal(choices[n].of_front, n < 5);
    }
    assert_int_equal(choose(2, front, 0, choices), 2); /* there is no front */
    assert_false(choices[0].of_front);
}

static void choices_that_differ(void **state)
{
    (void)state;
    static const int corner[] = {0}; /* pes 1, channels 1 */
    struct choice choices[8];
    assert_int_equal(choose(4, corner, 1, choices), 5);
    expect_choice(&choices[0], 0, true);
    expect_choice(&choices[1], 14, false); /* the corner across */
    /* One axis from both of these, and then from all: of equals the first. */
    expect_choice(&choices[2], 2, false);
    expect_choice(&choices[3], 7, false); /* half an axis and half the other */
    expect_choice(&choices[4], 12, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv),
        cmocka_unit_test(front_by_force),
        cmocka_unit_test(expressions),
        cmocka_unit_test(wrong_expressions),
        cmocka_unit_test(column_names),
        cmocka_unit_test(column_sources),
        cmocka_unit_test(choices_of_front),
        cmocka_unit_test(choices_that_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
