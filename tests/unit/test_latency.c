/* SPDX-License-Identifier: Apache-2.0
 * test_latency.c - the clocks and stages of derived.def are those that the modules of templates/ are
 * made for: their defaults are the list's first values, and what they say that they can be is the list. */
#include <glob.h>
#include <regex.h>

#include "models/base/text.h"
#include "models/program/derive.h"
#include "tests/unit/model_testing.h"

enum { PIPELINES_ALL = 3 };

struct latency {
    const char *constant;
    size_t offset; /* in struct derived */
};

static const struct latency numbers[] = {
#define DERIVED(name, constant, meaning) {#constant, offsetof(struct derived, name)},
#include "models/program/derived.def"
};

/* Modules that call theirs otherwise. */
static const struct {
    const char *module, *parameter, *constant;
} own_names[] = {
    {"ese_act_queue", "LOOK_AHEAD", "READY_CLOCKS"},
    {"ese_act_table", "CLOCKS", "TABLE_CLOCKS"},
    {"ese_adder_tree", "CLOCKS", "SUM_CLOCKS"},
    {"ese_assemble", "CLOCKS", "ASSEMBLE_CLOCKS"},
    {"ese_drain_control", "CLOCKS", "ASSEMBLE_CLOCKS"},
    {"ese_elem_mul", "CLOCKS", "PRODUCT_CLOCKS"},
};

static struct derived chips[PIPELINES_ALL];

/* The number that a parameter stands for, or NULL. */
static const struct latency *number_of(const char *module, const char *parameter)
{
    for (size_t n = 0; n < COUNT(own_names); n++)
        if (strcmp(module, own_names[n].module) == 0 &&
            strcmp(parameter, own_names[n].parameter) == 0)
            parameter = own_names[n].constant;
    if (!ends_in(parameter, "_CLOCKS") && !ends_in(parameter, "_STAGE"))
        return NULL;
    for (size_t n = 0; n < COUNT(numbers); n++)
        if (strcmp(parameter, numbers[n].constant) == 0)
            return &numbers[n];
    fail_msg("%s: %s is not in derived.def", module, parameter);
    return NULL;
}

static int value_at(const struct latency *number, int pipeline)
{
    return *(const int *)(const void *)((const char *)&chips[pipeline] + number->offset);
}

/* "2 or 3", "0, 1 or 2": as the list has them, each once. */
static void append_values(struct text *values, const struct latency *number)
{
    for (int n = 0; n < PIPELINES_ALL; n++) {
        bool later = n + 1 < PIPELINES_ALL && value_at(number, n) == value_at(number, n + 1);
        if (later)
            continue;
        if (values->length > 0)
            text_append(values, n == PIPELINES_ALL - 1 ? " or " : ", ");
        text_appendf(values, "%d", value_at(number, n));
    }
}

/* A line "parameter NAME = NUMBER, // ... 2 or 3"; false if it is none of ours. */
static bool check_parameter(const char *module, const char *line)
{
    char name[40], values[40] = "";
    int value;
    if (sscanf(line, " parameter %39[A-Z_] = %d", name, &value) != 2)
        return false;
    const struct latency *number = number_of(module, name);
    if (number == NULL)
        return false;
    if (value != value_at(number, 0))
        fail_msg("%s: %s is %d by default, pipeline 0 has %d", module, name, value,
                 value_at(number, 0));
    regex_t list;
    regmatch_t match;
    assert_int_equal(regcomp(&list, "([0-9], )*[0-9] or [0-9]$", REG_EXTENDED), 0);
    if (regexec(&list, line, 1, &match, 0) == 0) {
        struct text wanted = {0};
        snprintf(values, sizeof values, "%s", line + match.rm_so);
        append_values(&wanted, number);
        if (strcmp(values, text_string(&wanted)) != 0)
            fail_msg("%s: %s can be %s, derived.def has %s", module, name, values,
                     text_string(&wanted));
        text_free(&wanted);
    }
    regfree(&list);
    return true;
}

static int check_module(const char *path)
{
    struct text verilog = {0};
    struct error error;
    char module[40], *rest = NULL;
    int found = 0;
    assert_int_equal(sscanf(strrchr(path, '/') + 1, "%39[a-z_]", module), 1);
    assert_true(text_read_file(&verilog, path, &error));
    char *copy = strdup(text_string(&verilog));
    for (char *line = strtok_r(copy, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        found += check_parameter(module, line);
    free(copy);
    text_free(&verilog);
    return found;
}

static void modules_agree(void **state)
{
    (void)state;
    glob_t files;
    int found = 0;
    assert_int_equal(glob("templates/*/*.v", 0, NULL, &files), 0);
    for (size_t n = 0; n < files.gl_pathc; n++)
        found += check_module(files.gl_pathv[n]);
    globfree(&files);
    assert_true(found >= 30);
}

/* More registers, never fewer clocks. */
static void clocks_grow(void **state)
{
    (void)state;
    for (size_t n = 0; n < COUNT(numbers); n++)
        for (int pipeline = 1; number_of("", numbers[n].constant) != NULL && pipeline < 3; pipeline++)
            if (value_at(&numbers[n], pipeline) < value_at(&numbers[n], pipeline - 1))
                fail_msg("%s: fewer at pipeline %d", numbers[n].constant, pipeline);
}

/* From the rows of the PEs, a clock after a step, to a result that is written. */
static void stages_add_up(void **state)
{
    (void)state;
    for (int n = 0; n < PIPELINES_ALL; n++) {
        const struct derived *d = &chips[n];
        int clocks = d->assemble_clocks + d->sum_clocks + d->table_clocks + d->product_clocks;
        assert_int_equal(d->result_stage, clocks + 2);
        assert_int_equal(derive_written(d), clocks + 2 + d->spread_clocks);
    }
}

static void auto_goes_by_size(void **state)
{
    static const struct {
        int pes, channels, pipeline;
    } sizes[] = {{1, 1, 1}, {32, 7, 1}, {255, 1, 1}, {1, 128, 1}, {256, 1, 2}, {8, 32, 2}, {32, 32, 2}};
    (void)state;
    struct config c = plain_config();
    for (size_t n = 0; n < COUNT(sizes); n++) {
        c.pes = sizes[n].pes;
        c.channels = sizes[n].channels;
        c.pipeline = PIPELINE_AUTO;
        assert_int_equal(derive_pipeline(&c), sizes[n].pipeline);
        for (int asked = 0; asked < PIPELINES_ALL; asked++) {
            c.pipeline = (enum pipeline)(PIPELINE_0 + asked);
            assert_int_equal(derive_pipeline(&c), asked);
        }
    }
}

static int build_chips(void **state)
{
    (void)state;
    for (int n = 0; n < PIPELINES_ALL; n++) {
        struct config c = plain_config();
        struct program program;
        c.pipeline = (enum pipeline)(PIPELINE_0 + n);
        build(&program, &c);
        chips[n] = program.d;
        program_free(&program);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modules_agree),
        cmocka_unit_test(clocks_grow),
        cmocka_unit_test(stages_add_up),
        cmocka_unit_test(auto_goes_by_size),
    };
    return cmocka_run_group_tests(tests, build_chips, NULL);
}
