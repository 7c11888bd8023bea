/* SPDX-License-Identifier: Apache-2.0
 * test_config.c - the keys, their limits, and documents that are none. */
#include "tests/unit/config_testing.h"

/* "key: value" as a document. */
static const char *document(const char *name, const char *value)
{
    static char text[6000];
    const char *dot = strchr(name, '.');
    if (dot != NULL)
        snprintf(text, sizeof text, "model:\n  %s: %s\n", dot + 1, value);
    else
        snprintf(text, sizeof text, "%s: %s\n", name, value);
    return text;
}

/* A value comes in through the file and through --set, or is refused both ways. */
static void try_value(const char *name, const char *value, bool good)
{
    char set[6000];
    snprintf(set, sizeof set, "%s=%s", name, value);
    if (good) {
        struct config file = taken(document(name, value), NULL);
        struct config option = taken("memory: rom", set);
        assert_same(&file, &option);
        config_free(&file);
        config_free(&option);
    } else {
        refused(document(name, value), NULL, "my.yaml:", name, NULL);
        refused("memory: rom", set, "--set: ", name, NULL);
    }
}

static void limits(void **state)
{
    /* The contract, not config.def: a changed limit is to be noticed. */
    static const struct {
        const char *name;
        int min, max;
    } ranges[] = {
        {"pes", 1, 256},        {"channels", 1, 128},     {"fifo_depth", 1, 64},
        {"weight_bits", 4, 16}, {"activation_bits", 8, 18}, {"index_bits", 2, 6},
        {"elem_lanes", 1, 32},  {"model.input", 1, 16384}, {"model.cell", 1, 16384},
        {"model.output", 1, 16384},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(ranges); i++) {
        char value[16];
        for (int step = -1; step <= 1; step++) {
            snprintf(value, sizeof value, "%d", ranges[i].min + step);
            try_value(ranges[i].name, value, step >= 0);
            snprintf(value, sizeof value, "%d", ranges[i].max + step);
            try_value(ranges[i].name, value, step <= 0);
        }
        try_value(ranges[i].name, "-1", false);
        try_value(ranges[i].name, "4294967297", false);
        try_value(ranges[i].name, "99999999999999999999", false);
    }
    static const struct {
        const char *name;
        bool good;
    } prefixes[] = {{"a", true}, {"ese", true}, {"left_0", true}, {"abcdefghijklmnop", true},
                    {"abcdefghijklmnopq", false}, {"A", false}, {"1a", false}, {"_a", false},
                    {"a-b", false}, {"a b", false}, {"a$", false}, {"''", false}};
    for (size_t i = 0; i < COUNT(prefixes); i++)
        try_value("prefix", prefixes[i].name, prefixes[i].good);
    try_value("model.seed", "0", true);
    try_value("model.seed", "9223372036854775807", true);
    try_value("model.seed", "9223372036854775808", false);
    try_value("model.seed", "-1", false);
    try_value("model.density", "1", true);
    try_value("model.density", "1.0", true);
    try_value("model.density", "1e-3", true);
    try_value("model.density", "0.5E+0", true);
    try_value("model.density", "0", false);
    try_value("model.density", "0.0", false);
    try_value("model.density", "-0.1", false);
    try_value("model.density", "1.0000000001", false);
    try_value("model.density", "1e-400", false);
    try_value("model.density", "1e400", false);
}

static void strict_numbers(void **state)
{
    static const char *const wrong[] = {"12abc", "1e3", "010", "0x10", "nan", "inf", "+5",  "1.0",
                                        "1_0",   "--1", "'-'", "~",    "1,5", "''",  "' 5'", "true",
                                        "AUTO",  "\"5\\n\"", "!!str"};
    static const char *const wrong_real[] = {"nan", ".nan", "inf", "-inf", "0x1p-1", "0.5x",
                                             "1,5", ".5",   "1.",  "1e",   "1e+",    "00.1",
                                             "''",  "+0.5", "0.1 0.2"};
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        refused(document("pes", wrong[i]), NULL, "my.yaml:1: pes: ", "1..256",
                "(number of processing elements)", NULL);
        refused(document("elem_lanes", wrong[i]), NULL, "elem_lanes: ", "auto or 1..32", NULL);
        refused(document("model.seed", wrong[i]), NULL, "my.yaml:2: model.seed: ", "0..2^63-1",
                NULL);
    }
    for (size_t i = 0; i < COUNT(wrong_real); i++)
        refused(document("model.density", wrong_real[i]), NULL, "model.density: ", "up to 1", NULL);
    refused("pes: 300", NULL, "my.yaml:1: pes: 300 is outside 1..256 (number of", NULL);
    refused("memory: rom", "pes=300", "--set: pes: 300 is outside 1..256 (number of", NULL);
    refused("pes:", NULL, "pes: no value", NULL);
    refused("memory: rom", "pes=", "pes: no value", NULL);
    refused("memory: rom", "pes= 5", "not a whole number", NULL);
}

static void words(void **state)
{
    static const struct {
        const char *name;
        const char *good[3];
    } lists[] = {
        {"encoding", {"block", "relative", NULL}},
        {"column_order", {"greedy", "natural", NULL}},
        {"memory", {"rom", NULL, NULL}},
        {"elem_lanes", {"auto", NULL, NULL}},
        {"fold", {"auto", "1", NULL}},
        {"activation_table", {"interpolated", "paper", NULL}},
        {"ram_hint", {"xilinx", "none", NULL}},
        {"weights_ram", {"auto", "block", NULL}},
        {"model.candidate", {"tanh", "sigm", NULL}},
        {"model.pruning", {"balanced", "magnitude", "none"}},
        {"model.peephole", {"true", "false", NULL}},
        {"model.projection", {"true", "false", NULL}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(lists); i++) {
        for (int j = 0; j < 3 && lists[i].good[j] != NULL; j++)
            try_value(lists[i].name, lists[i].good[j], true);
        try_value(lists[i].name, "other", false);
        try_value(lists[i].name, "Block", false);
        try_value(lists[i].name, "yes", false);
        try_value(lists[i].name, "0", false);
    }
    static const struct {
        const char *value;
        bool good;
    } pipelines[] = {{"auto", true}, {"0", true}, {"1", true}, {"2", true}, {"3", false},
                     {"-1", false}, {"01", false}, {"1.0", false}, {"''", false}, {"all", false}};
    for (size_t i = 0; i < COUNT(pipelines); i++)
        try_value("pipeline", pipelines[i].value, pipelines[i].good);
    refused("pipeline: 3", NULL, "my.yaml:1: pipeline: '3' is not known, allowed: auto, 0, 1 or 2", NULL);
    assert_string_equal(encoding_name(ENCODING_RELATIVE), "relative");
    assert_string_equal(column_order_name(ORDER_NATURAL), "natural");
    assert_string_equal(memory_mode_name(MEMORY_ROM), "rom");
    assert_string_equal(table_kind_name(TABLE_PAPER), "paper");
    assert_string_equal(candidate_name(CANDIDATE_SIGM), "sigm");
    assert_string_equal(pruning_name(PRUNING_BALANCED), "balanced");
    assert_string_equal(pruning_name(PRUNING_MAGNITUDE), "magnitude");
    assert_string_equal(pruning_name(PRUNING_NONE), "none");
}

static void defaults(void **state)
{
    struct config c = taken("memory: rom", NULL);
    (void)state;
    assert_string_equal(c.name, "my");
    assert_int_equal(c.pes, 32);
    assert_int_equal(c.channels, 32);
    assert_int_equal(c.fifo_depth, 8);
    assert_int_equal(c.weight_bits, 12);
    assert_int_equal(c.activation_bits, 16);
    assert_int_equal(c.index_bits, 4);
    assert_int_equal(c.encoding, ENCODING_BLOCK);
    assert_int_equal(c.column_order, ORDER_GREEDY);
    assert_int_equal(c.memory, MEMORY_ROM);
    assert_int_equal(c.elem_lanes, LANES_AUTO);
    assert_int_equal(c.pipeline, PIPELINE_AUTO);
    assert_int_equal(c.activation_table, TABLE_INTERPOLATED);
    assert_null(c.model.path);
    assert_null(c.model.utterances);
    assert_int_equal(c.model.input, 153);
    assert_int_equal(c.model.cell, 1024);
    assert_int_equal(c.model.output, 512);
    assert_true(c.model.density > 0.0999 && c.model.density < 0.1001);
    assert_true(c.model.peephole && c.model.projection);
    assert_int_equal(c.model.candidate, CANDIDATE_TANH);
    assert_int_equal(c.model.pruning, PRUNING_BALANCED);
    assert_int_equal(c.model.seed, 1);
    config_free(&c);
}

static void unknown_keys(void **state)
{
    (void)state;
    refused("pes: 3\npess: 3", NULL, "my.yaml:2: unknown key 'pess' (did you mean 'pes'?)", NULL);
    refused("model:\n  celll: 3", NULL, "my.yaml:2: unknown key 'model.celll'",
            "(did you mean 'model.cell'?)", NULL);
    refused("modle:\n  cell: 3", NULL, "unknown key 'modle' (did you mean 'model'?)", NULL);
    refused("cell: 3", NULL, "unknown key 'cell' (did you mean 'model.cell'?)", NULL);
    refused("model.cell: 3", NULL, "write 'cell' in a section 'model:'", NULL);
    refused("PES: 3", NULL, "unknown key 'PES' (did you mean 'pes'?)", NULL);
    refused("quantum: 3", NULL, "unknown key 'quantum' ('ese gen --help' lists", NULL);
    refused("<<: 3", NULL, "unknown key '<<'", NULL);
    refused("'': 3", NULL, "unknown key ''", NULL);
    refused("\"pe\\ns\": 3", NULL, "unknown key 'pe", NULL);
    refused("memory: rom", "fifo_dept=3", "--set: unknown key 'fifo_dept'",
            "(did you mean 'fifo_depth'?)", NULL);
    refused("memory: rom", "model.chanels=3", "--set: unknown key", NULL);
    refused("memory: rom", "pes", "--set: 'pes' is not key=value", NULL);
    refused("memory: rom", "", "--set: '' is not key=value", NULL);
    refused("memory: rom", "=3", "--set: unknown key ''", NULL);
    refused("memory: rom", "base=tiny", "--set: base: only a file", NULL);
}

static void structure(void **state)
{
    (void)state;
    refused("pes: 3\nchannels: 2\npes: 3", NULL, "my.yaml:3: pes: is given twice", NULL);
    refused("model:\n  cell: 3\n  cell: 4", NULL, "my.yaml:3: model.cell: is given twice", NULL);
    refused("model: {cell: 3}\nmodel: {input: 4}", NULL, "my.yaml:2: model: is given twice", NULL);
    refused("pes: [1]", NULL, "my.yaml:1: pes: wants one value, not a list", NULL);
    refused("pes:\n  a: 1", NULL, "pes: wants one value, not a section", NULL);
    refused("model: 3", NULL, "model: wants a section of keys", NULL);
    refused("model: [cell]", NULL, "model: wants a section of keys", NULL);
    refused("- pes", NULL, "my.yaml:1: is no configuration", NULL);
    refused("pes", NULL, "my.yaml:1: is no configuration", NULL);
    refused("", NULL, "my.yaml: is empty", NULL);
    refused("# pes: 3\n\n", NULL, "my.yaml: is empty", NULL);
    refused("{}", NULL, "my.yaml: has no keys", NULL);
    refused("pes: 3\n---\npes: 4", NULL, "my.yaml:3: a second document", NULL);
    refused("pes: \"3\\0x\"", NULL, "zero byte", NULL);
    refused("pes: 3\nchannels: \xFF", NULL, "my.yaml:2: is not UTF-8", NULL);
    refused("pes: 3\nchannels: \x01", NULL, "my.yaml:2: is not YAML", NULL);
    refused("pes: \"3\n", NULL, "is not YAML", NULL);
    refused("pes: 3\n\tchannels: 4", NULL, "my.yaml:2: is not YAML", NULL);
    refused("? [a]\n: 3", NULL, "a key must be a word", NULL);
    refused("pes: &a 3\nchannels: *a", NULL, "my.yaml:2: anchors and aliases", NULL);
    refused("pes: *a", NULL, "is not YAML", NULL);
    refused("\xFF\xFEp", NULL, "my.yaml: is UTF-16", NULL);

    struct config config =
        taken("\xEF\xBB\xBFpes: '7' # a comment\r\nmodel:\r\n  cell: 12\r\n", NULL);
    assert_int_equal(config.pes, 7);
    assert_int_equal(config.model.cell, 12);
    config_free(&config);
    config = taken("pes: 7\nmodel:\n", NULL);
    assert_int_equal(config.pes, 7);
    config_free(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits),
        cmocka_unit_test(strict_numbers),
        cmocka_unit_test(words),
        cmocka_unit_test(defaults),
        cmocka_unit_test(unknown_keys),
        cmocka_unit_test(structure),
    };
    setenv("ESE_HOME", ".", 0); /* make runs the tests where the presets are */
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
