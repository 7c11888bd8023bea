/* SPDX-License-Identifier: Apache-2.0
 * test_sweep_axes.c - axis files: what the options say, and one line for whatever is wrong with
 * one. */
#include "tests/unit/scratch.h"
#include "tests/unit/sweep_testing.h"

static void same_axes(const struct axes *a, const struct axes *b)
{
    assert_int_equal(a->count, b->count);
    for (int n = 0; n < a->count; n++) {
        assert_ptr_equal(a->list[n].key, b->list[n].key);
        assert_int_equal(a->list[n].count, b->list[n].count);
        for (int v = 0; v < a->list[n].count; v++)
            assert_string_equal(a->list[n].values[v], b->list[n].values[v]);
    }
}

static void read_good(struct axes *axes, struct sweep_request *request, const char *path)
{
    struct error error = {""};
    if (!axes_read(axes, request, path, &error))
        fail_msg("%s", error.text);
}

static void expect_axes(const char *file, const char *const *options, int count)
{
    struct axes from_file = {.count = 0}, from_options = {.count = 0};
    struct sweep_request request = {0};
    put("axes.yaml", file);
    read_good(&from_file, &request, "axes.yaml");
    add_axes(&from_options, options, count);
    same_axes(&from_file, &from_options);
    assert_null(request.sample);
    assert_null(request.pareto);
    assert_false(request.seed_given);
    assert_int_equal(request.wheres.count + request.extras.count, 0);
    axes_free(&from_file);
    axes_free(&from_options);
    sweep_request_free(&request);
}

/* The same axes as those of the options, in the order of the file. */
static void the_same_axes(void **state)
{
    (void)state;
    static const char *const one[] = {"pes=4"};
    expect_axes("axes:\n  pes: 4\n", one, 1);
    expect_axes("axes: {pes: 4} # one\n", one, 1);
    expect_axes("{\"axes\": {\"pes\": [\"4\"]}}", one, 1); /* JSON is YAML */
    static const char *const some[] = {"pes=16,32,64",
                                       "channels=1:64:x2",
                                       "model.density=0.05:0.2:0.05,0.9",
                                       "memory=rom,stream",
                                       "elem_lanes=auto,1,2",
                                       "model.peephole=true,false",
                                       "model.formats.x=auto,-2:2:2"};
    expect_axes("# long\n"
                "axes:\n"
                "  pes: [16, 32, 64]\n"
                "  channels: 1:64:x2\n"
                "  model.density:\n"
                "    - 0.05:0.2:0.05\n"
                "    - 0.90\n"
                "  memory: [rom, 'stream']\n"
                "  elem_lanes: [auto, 1, 2]\n"
                "  model.peephole: [true, false]\n"
                "  model.formats.x: [auto, '-2:2:2']\n", some, (int)COUNT(some));
}

/* A path is relative to the file's folder; where there is a comma in one only a file can say it. */
static void paths(void **state)
{
    (void)state;
    struct axes axes = {.count = 0};
    struct sweep_request request = {0};
    make_dir("folder");
    put("folder/axes.yaml",
        "axes: {model.path: [a.safetensors, 'b,c.safetensors', /d.safetensors]}\n");
    read_good(&axes, &request, "folder/axes.yaml");
    assert_string_equal(values_of(&axes),
                        "folder/a.safetensors folder/b,c.safetensors /d.safetensors");
    axes_free(&axes);
    sweep_request_free(&request);
}

static const char everything[] = "axes: {pes: [2, 4]}\n"
                                 "sample: lhs:20\n"
                                 "seed: 7\n"
                                 "where: [dsp <= 2760, us_per_frame < 50]\n"
                                 "columns: {work: dsp * us_per_frame, half: dsp / 2}\n"
                                 "pareto: -work,dsp\n";

static void what_else_is_in_it(void **state)
{
    (void)state;
    struct axes axes = {.count = 0};
    struct sweep_request request = {0};
    put("axes.yaml", everything);
    read_good(&axes, &request, "axes.yaml");
    assert_string_equal(request.sample, "lhs:20");
    assert_true(request.seed_given && request.seed == 7);
    assert_int_equal(request.wheres.count, 2);
    assert_string_equal(request.wheres.at[0], "dsp <= 2760");
    assert_string_equal(request.wheres.at[1], "us_per_frame < 50");
    assert_int_equal(request.extras.count, 2);
    assert_string_equal(request.extras.at[0], "work=dsp * us_per_frame");
    assert_string_equal(request.extras.at[1], "half=dsp / 2");
    assert_string_equal(request.pareto, "-work,dsp");
    axes_free(&axes);
    sweep_request_free(&request);
}

/* Of sample, seed and pareto the option's counts; of axes and conditions both. */
static void options_beside_it(void **state)
{
    (void)state;
    struct axes axes = {.count = 0};
    struct sweep_request request = {.sample = duplicate("lhs:5"), .seed_given = true, .seed = 9,
                                    .pareto = duplicate("dsp")};
    words_add(&request.wheres, "dsp > 1");
    put("axes.yaml", everything);
    read_good(&axes, &request, "axes.yaml");
    assert_string_equal(request.sample, "lhs:5");
    assert_true(request.seed == 9);
    assert_string_equal(request.pareto, "dsp");
    assert_int_equal(request.wheres.count, 3);
    axes_free(&axes);
    sweep_request_free(&request);
}

/* A sweep of the file is the sweep of the options. */
static void the_same_sweep(void **state)
{
    (void)state;
    static const char *const options[] = {"pes=2,4", "weight_bits=8,12"};
    struct tested asked, filed = {.request = {.source = "tiny", .axes_file = "axes.yaml"}};
    struct error error = {""};
    put("axes.yaml", "axes:\n  pes: [2, 4]\n");
    words_add(&filed.request.axes, options[1]);
    if (!sweep_open(&filed.sweep, &filed.request, &error))
        fail_msg("%s", error.text);
    open_sweep(&asked, options, 2);
    same_axes(&filed.sweep.axes, &asked.sweep.axes);
    assert_int_equal(filed.sweep.plan.count, 4);
    assert_memory_equal(filed.sweep.plan.at, asked.sweep.plan.at, 8 * sizeof *asked.sweep.plan.at);
    close_sweep(&asked);
    close_sweep(&filed);
}

/* ---- axes of layers -------------------------------------------------------------------------- */

static const char layers[] =
    "model: {layers: [{kind: gru, input: 3, cell: 4}, {kind: rnn, cell: 5}]}";

/* Opens a sweep of `layers`, or of another source; its message, empty if it could be opened. */
static const char *opened(struct tested *t, const char *source, const char *axis, const char *where)
{
    static struct error error;
    error.text[0] = '\0';
    *t = (struct tested){.request = {.source = source, .command_line = "sweep"}};
    put("layers.yaml", layers);
    words_add(&t->request.axes, axis);
    if (where != NULL)
        words_add(&t->request.wheres, where);
    sweep_open(&t->sweep, &t->request, &error);
    return error.text;
}

static void of_layers(void **state)
{
    (void)state;
    struct tested t;
    assert_string_equal(opened(&t, "layers.yaml", "model.layers.1.cell=64,128,128:256:64",
                               "model.layers.1.cell > model.layers.0.cell"),
                        "--axis: model.layers.1.cell: has the value 128 twice");
    close_sweep(&t);
    assert_string_equal(opened(&t, "layers.yaml", "model.layers.1.cell=64,128:256:64",
                               "model.layers.1.cell > model.layers.0.cell"), "");
    assert_int_equal(t.sweep.plan.count, 4);
    struct words sets = point_sets(&t.sweep, 1);
    assert_string_equal(sets.at[sets.count - 1], "model.layers.1.cell=128");
    struct config config;
    struct error error;
    assert_true(config_load(&config, "layers.yaml", sets.at, (size_t)sets.count, &error));
    assert_int_equal(config.model.layers[1].cell, 128);
    scope_set_keys(&t.sweep.scope, &config);
    double value = 0.0;
    assert_true(expression_value(t.sweep.wheres[0], &value, &error));
    assert_true(value == 1.0);
    config_free(&config);
    words_free(&sets);
    close_sweep(&t);
}

static void no_axis_of_layers(void **state)
{
    static const struct {
        const char *source, *axis, *where, *message;
    } wrong[] = {
        {"layers.yaml", "model.layers.2.cell=4", NULL,
         "axis: model.layers.2.cell: there are 2 layers, counted from 0"},
        {"layers.yaml", "model.layers.1.reset=after,before", NULL,
         "axis: model.layers.1.reset: a layer of kind rnn has no such key, allowed: "},
        {"layers.yaml", "model.cell=4", NULL, "axis: model.cell: the model has a list of layers, "},
        {"layers.yaml", "model.layers.1.cel=4", NULL, "--axis: unknown key 'model.layers.1.cel' "},
        {"layers.yaml", "model.layers.1.cell=0", NULL, "--axis: model.layers.1.cell: 0 is outside"},
        {"layers.yaml", "pes=4", "model.cell > 3", "--where: 'model.cell' is no key of this model"},
        {"layers.yaml", "pes=4", "model.layers.0.kind == 1",
         "--where: 'model.layers.0.kind' is a word"},
        {"tiny", "model.layers.0.cell=4", NULL,
         "axis: model.layers.0.cell: the model is no list of "},
        {"tiny", "model.formats.Wzx=4,5", NULL,
         "axis: model.formats.Wzx: no layer of the model has "},
    };
    (void)state;
    for (size_t n = 0; n < COUNT(wrong); n++) {
        struct tested t;
        const char *message = opened(&t, wrong[n].source, wrong[n].axis, wrong[n].where);
        if (strncmp(message, wrong[n].message, strlen(wrong[n].message)) != 0)
            fail_msg("%s: '%s'", wrong[n].axis, message);
        close_sweep(&t);
    }
}

/* ---- what is wrong with one ------------------------------------------------------------------ */

/* `message`: how the line goes on after the file's name. */
static void expect_refused(const char *file, const char *message)
{
    struct axes axes = {.count = 0};
    struct sweep_request request = {0};
    struct error error = {""};
    struct text wanted = {0};
    put("axes.yaml", file);
    text_appendf(&wanted, "axes.yaml%s", message);
    if (axes_read(&axes, &request, "axes.yaml", &error))
        fail_msg("was taken: %s", file);
    if (strncmp(error.text, text_string(&wanted), wanted.length) != 0 ||
        strchr(error.text, '\n') != NULL)
        fail_msg("%s\nis said of\n%s\nand not\n%s", error.text, file, text_string(&wanted));
    text_free(&wanted);
    axes_free(&axes);
    sweep_request_free(&request);
}

static void wrong_files(void **state)
{
    (void)state;
    expect_refused("", ": is empty");
    expect_refused("# nothing\n", ": is empty");
    expect_refused("axes: {\n", ":2: is not YAML");
    expect_refused("axes:\n\tpes: 1\n", ":2: is not YAML");
    expect_refused("just words\n", ":1: lines of 'name: value' are expected");
    expect_refused("- axes\n", ":1: lines of 'name: value' are expected");
    expect_refused("[1]: 2\n", ":1: a name is expected");
    expect_refused("axes: {pes: 1}\naxis: {pes: 1}\n",
                   ":2: there is no 'axis'; there are axes, sample, seed,");
    expect_refused("axes: {pes: 1}\n---\naxes: {pes: 2}\n",
                   ":2: ends here, and what follows is another document");
    expect_refused("axes: {pes: 1}\n---\naxes: {\n", ":4: is not YAML");
    expect_refused("\"a\\nb\": 1\n", ":1: there is no 'a?b'");
}

static void wrong_axes(void **state)
{
    (void)state;
    expect_refused("axes: pes\n", ":1: lines of 'name: value' are expected");
    expect_refused("axes:\n  - pes\n", ":2: lines of 'name: value' are expected");
    expect_refused("axes:\n  pe: 1\n", ":2: unknown key 'pe' (did you mean 'pes'?)");
    expect_refused("axes:\n  pes: 1\n  pes: 2\n", ":3: pes: is an axis already");
    expect_refused("axes:\n  pes: []\n", ":2: pes: has no values");
    expect_refused("axes:\n  pes: {a: 1}\n", ":2: a value or a list of values is expected");
    expect_refused("axes:\n  pes:\n    - 1\n    - [2]\n",
                   ":4: a value is expected, not a list or a section");
    expect_refused("axes:\n  pes: [1, 300]\n", ":2: pes: 300 is outside 1..256");
    expect_refused("axes:\n  pes:\n  - 1\n  - many\n", ":4: pes: 'many' is not a whole number");
    expect_refused("axes:\n  pes: [1, 2, 1]\n", ":2: pes: has the value 1 twice");
    expect_refused("axes:\n  pes: 9:1:1\n", ":2: pes: '9:1:1' is not A:B:STEP");
    expect_refused("axes:\n  memory: [rom, ram]\n",
                   ":2: memory: 'ram' is not known, allowed: rom, resident or stream");
}

static void wrong_others(void **state)
{
    (void)state;
    expect_refused("sample: [lhs:1]\n", ":1: sample: a value is expected");
    expect_refused("seed: one\n", ":1: seed: a whole number from 0 is expected");
    expect_refused("seed: -1\n", ":1: seed: a whole number from 0 is expected");
    expect_refused("seed: [1]\n", ":1: seed: a whole number from 0 is expected");
    expect_refused("pareto: {dsp: 1}\n", ":1: pareto: a value is expected");
    expect_refused("where: {dsp: 1}\n", ":1: a value or a list of values is expected");
    expect_refused("where:\n- dsp < 1\n- [1]\n",
                   ":3: a value is expected, not a list or a section");
    expect_refused("columns: work\n", ":1: lines of 'name: value' are expected");
    expect_refused("columns:\n  work: [dsp]\n", ":2: work: an expression is expected");
}

static void no_file(void **state)
{
    (void)state;
    struct axes axes = {.count = 0};
    struct sweep_request request = {0};
    struct error error = {""};
    assert_false(axes_read(&axes, &request, "none.yaml", &error));
    assert_string_equal(error.text, "cannot open 'none.yaml': No such file or directory");
    make_dir("folder");
    assert_false(axes_read(&axes, &request, "folder", &error));
    assert_string_equal(error.text, "cannot read 'folder': Is a directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_same_axes, scratch_clean),
        cmocka_unit_test_teardown(paths, scratch_clean),
        cmocka_unit_test_teardown(what_else_is_in_it, scratch_clean),
        cmocka_unit_test_teardown(options_beside_it, scratch_clean),
        cmocka_unit_test_teardown(the_same_sweep, scratch_clean),
        cmocka_unit_test_teardown(of_layers, scratch_clean),
        cmocka_unit_test_teardown(no_axis_of_layers, scratch_clean),
        cmocka_unit_test_teardown(wrong_files, scratch_clean),
        cmocka_unit_test_teardown(wrong_axes, scratch_clean),
        cmocka_unit_test_teardown(wrong_others, scratch_clean),
        cmocka_unit_test_teardown(no_file, scratch_clean),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
