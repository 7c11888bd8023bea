/* SPDX-License-Identifier: Apache-2.0
 * test_cpu_figure.c - a processor beside a chip.  How long anything takes is nothing to be tested;
 * what follows from the times is. */
#include "model_testing.h"

#include <math.h>

#include "gen/figures/cpu_figure.h"
#include "gen/report/facts.h"
#include "gen/report/paper_table.h"
#include "models/cpu/team.h"

#define RUN_MS 0.02

static struct config small_config(void)
{
    struct config c = plain_config();
    c.model.input = 17;
    c.model.cell = 40;
    c.model.output = 22;
    c.model.density = 0.2;
    c.channels = 5;
    c.clock_mhz = 130;
    return c;
}

static void measured(struct cpu_figure *f, const struct config *c, int jobs)
{
    struct error error = {""};
    if (!cpu_figure_measure(f, c, jobs, RUN_MS, &error))
        fail_msg("%s", error.text);
}

/* What `ese report` says of the configuration. */
static json_t *report_of(const struct config *c)
{
    struct program p;
    struct cycles cycles;
    struct facts facts;
    build(&p, c);
    cycles_run(&p, 6, &cycles);
    facts_gather(&facts, &p, &cycles, 1.0);
    json_t *json = facts_json(&facts);
    facts_free(&facts);
    cycles_free(&cycles);
    program_free(&p);
    return json;
}

/* A row for each network, number of cores and of voices; dense ones also of OpenBLAS, if there. */
static void test_rows(void **state)
{
    (void)state;
    struct cpu_figure f;
    const struct config c = small_config();
    measured(&f, &c, 0);
    const int cores = f.cores > 1 ? 2 : 1;
    const int blas_cores = f.blas == NULL ? 0 : f.blas_for_threads ? cores : 1;
    assert_int_equal(f.cores, team_processors());
    assert_int_equal(f.row_count, 2 * (2 * cores + blas_cores));
    for (int n = 0; n < f.row_count; n++) {
        const struct cpu_row *row = &f.rows[n];
        assert_int_equal(row->pruned, n >= f.row_count - 2 * cores);
        assert_int_equal(row->voices, n % 2 == 0 ? 1 : PAPER_CHANNELS);
        assert_true(row->threads == 1 || row->threads == f.cores);
        assert_true(row->us[SPREAD_LEAST] > 0.0 && row->frames >= 1);
        for (int s = 1; s < SPREAD_COUNT; s++)
            assert_true(row->us[s] >= row->us[s - 1]);
        assert_true(row->share >= 0.0 && row->share <= 1.0); /* a short run may be within a tick */
        assert_true(row->error > 0.0 && row->error < 1e-5);
        assert_true(row->product[0] != '\0');
    }
    assert_true(f.processor[0] != '\0');
    assert_int_equal(f.weights[0], 4 * 40 * (17 + 22) + 40 * 22);
    assert_true(f.weights[1] > 0 && f.weights[1] * 4 < f.weights[0]);
}

/* --jobs takes fewer cores, never more. */
static void test_jobs(void **state)
{
    (void)state;
    struct cpu_figure f;
    const struct config c = small_config();
    measured(&f, &c, 1);
    assert_int_equal(f.cores, 1);
    for (int n = 0; n < f.row_count; n++)
        assert_int_equal(f.rows[n].threads, 1);
    measured(&f, &c, TEAM_MOST);
    assert_int_equal(f.cores, team_processors());
}

/* The chip's time is that of the report, as often as 1 or 32 voices take a chip of 5 channels. */
static void test_chip_time(void **state)
{
    (void)state;
    struct cpu_figure f;
    const struct config c = small_config();
    json_t *report = report_of(&c);
    const double us = json_number_value(json_object_get(report, "us_per_frame"));
    measured(&f, &c, 1);
    assert_int_equal(f.cycles, json_integer_value(json_object_get(report, "cycles_per_frame")));
    for (int n = 0; n < f.row_count; n++) {
        const struct cpu_row *row = &f.rows[n];
        assert_true(fabs(row->chip_us / us - (row->voices == 1 ? 1.0 : 7.0)) < 1e-9);
        assert_true(fabs(cpu_ratio(row) * row->chip_us / row->us[SPREAD_MEDIAN] - 1.0) < 1e-9);
    }
    json_decref(report);
}

static double number(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static void test_json(void **state)
{
    (void)state;
    struct cpu_figure f;
    size_t n;
    json_t *row;
    const struct config c = small_config();
    measured(&f, &c, 0);
    f.paper_shape = true;
    json_t *json = cpu_figure_json(&f);
    assert_int_equal(json_array_size(json_object_get(json, "rows")), (size_t)f.row_count);
    json_array_foreach (json_object_get(json, "rows"), n, row) {
        const double us = number(row, "us_per_frame"), chip = number(row, "chip_us");
        assert_true(fabs(number(row, "ratio") / (us / chip) - 1.0) < 1e-9);
        assert_true(fabs(number(row, "us_per_voice") * number(row, "voices") / us - 1.0) < 1e-9);
        assert_true(number(row, "us_lower") <= us && us <= number(row, "us_upper"));
    }
    const json_t *chip = json_object_get(json, "chip");
    assert_true(number(chip, "us_per_frame") == number(chip, "cycles_per_frame") / 130.0);
    /* The paper's own ratios. */
    json_t *paper = json_object_get(json, "paper");
    assert_int_equal(lround(10.0 * number(json_array_get(paper, 0), "ratio")), 728);
    assert_int_equal(lround(10.0 * number(json_array_get(paper, 1), "ratio")), 432);
    json_decref(json);
}

/* Rows with as many fields as the heading; the ratio is what the columns say that it is. */
static void test_csv(void **state)
{
    (void)state;
    struct cpu_figure f;
    struct text csv = {0};
    const struct config c = small_config();
    int commas = 0, lines = 0;
    measured(&f, &c, 1);
    assert_false(f.paper_shape); /* the paper's times are of another network */
    f.paper_shape = true;
    cpu_figure_csv(&csv, &f);
    for (char *line = strtok(csv.data, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++) {
        int count = 0;
        const char *fields[32] = {line};
        for (char *at = line; *at != '\0'; at++)
            if (*at == ',')
                fields[++count] = at + 1;
        if (lines == 0)
            commas = count;
        assert_int_equal(count, commas);
        if (lines == 0)
            continue;
        double us = strtod(fields[9], NULL), chip = strtod(fields[14], NULL);
        assert_true(fabs(strtod(fields[15], NULL) / (us / chip) - 1.0) < 1e-3);
    }
    assert_int_equal(lines, 1 + f.row_count + 2);
    text_free(&csv);
}

/* Numbers by hand, so that the text is known. */
static void test_text(void **state)
{
    (void)state;
    struct cpu_figure f = {.processor = "Some CPU", .cores = 2, .input = 153, .cell = 1024,
                           .output = 512, .pes = 32, .channels = 32, .clock_mhz = 200,
                           .cycles = 10150, .weights = {3248128, 324800}, .row_count = 1};
    f.rows[0] = (struct cpu_row){.product = "AVX2", .threads = 1, .voices = 32, .frames = 4,
                                 .us = {1000, 2000, 2030, 2050, 9000}, .share = 1.0,
                                 .chip_us = 50.75, .error = 1e-6};
    for (int disturbed = 0; disturbed < 2; disturbed++) {
        struct text text = {0};
        f.paper_shape = disturbed != 0;
        f.rows[0].share = disturbed ? 0.6 : 1.0;
        cpu_figure_text(&text, &f);
        assert_non_null(strstr(text_string(&text), "Some CPU, 2 cores; OpenBLAS: not found"));
        assert_non_null(strstr(text_string(&text), "  40.00x"));
        assert_non_null(strstr(text_string(&text), "2000.0 -   2050.0"));
        assert_int_equal(strstr(text_string(&text), " !\n") != NULL, disturbed);
        assert_int_equal(strstr(text_string(&text), "other work took") != NULL, disturbed);
        assert_int_equal(strstr(text_string(&text), paper_cpu.name) != NULL, f.paper_shape);
        text_free(&text);
    }
}

/* A model that cannot be read. */
static void test_failure(void **state)
{
    (void)state;
    struct cpu_figure f;
    struct error error = {""};
    struct config c = small_config();
    c.model.path = (char[]){"/nowhere/model.safetensors"};
    assert_false(cpu_figure_measure(&f, &c, 0, RUN_MS, &error));
    assert_non_null(strstr(error.text, "/nowhere/model.safetensors"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows), cmocka_unit_test(test_jobs), cmocka_unit_test(test_chip_time),
        cmocka_unit_test(test_json), cmocka_unit_test(test_csv),  cmocka_unit_test(test_text),
        cmocka_unit_test(test_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
