/* SPDX-License-Identifier: Apache-2.0
 * test_config.c - keys and their limits, YAML, presets, --set, and what errors say. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/config_keys.h"
#include "gen/text.h"

#include <cmocka.h> /* last: it has a macro called fail */

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool parse(struct config *config, const char *text, char *const *sets, size_t count,
                  struct error *error)
{
    memset(error, 0, sizeof *error);
    bool good = config_parse(config, text, strlen(text), "my.yaml", sets, count, error);
    if (!good) {
        /* Nothing is left to free, and the message is one line without a full stop. */
        assert_null(config->name);
        assert_null(config->model.path);
        assert_null(config->model.utterances);
        assert_true(strlen(error->text) > 10);
        assert_null(strpbrk(error->text, "\n\r\t\033"));
        assert_true(error->text[strlen(error->text) - 1] != '.');
    }
    return good;
}

/* The text is taken, with up to one --set. */
static struct config taken(const char *text, char *set)
{
    struct config config;
    struct error error;
    if (!parse(&config, text, &set, set != NULL, &error))
        fail_msg("refused: %s: %s", text, error.text);
    return config;
}

/* The text is refused, and the message has all of what is wanted. */
static void refused(const char *text, char *set, const char *wanted, ...)
{
    struct config config;
    struct error error;
    va_list more;
    if (parse(&config, text, &set, set != NULL, &error))
        fail_msg("taken: %s %s", text, set != NULL ? set : "");
    va_start(more, wanted);
    for (; wanted != NULL; wanted = va_arg(more, const char *))
        if (strstr(error.text, wanted) == NULL)
            fail_msg("'%s' lacks '%s'", error.text, wanted);
    va_end(more);
}

static void assert_same(const struct config *a, const struct config *b)
{
    const char *name = NULL;
    struct text left = {0}, right = {0};
    for (int i = 0; config_key(a, i, &name, &left); i++) {
        assert_true(config_key(b, i, &name, &right));
        if (strcmp(text_string(&left), text_string(&right)) != 0)
            fail_msg("%s: '%s' became '%s'", name, text_string(&left), text_string(&right));
        text_cut(&left, 0);
        text_cut(&right, 0);
    }
    text_free(&left);
    text_free(&right);
}

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
        {"elem_lanes", 1, 32},  {"model.input", 1, 4096}, {"model.cell", 1, 4096},
        {"model.output", 1, 4096},
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
    refused("pes: 300", NULL, "my.yaml:1: pes: 300 is outside 1..256 (number of processing el", NULL);
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
        {"activation_table", {"interpolated", "paper", NULL}},
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
    refused("model:\n  celll: 3", NULL, "my.yaml:2: unknown key 'model.celll'", "'model.cell'?", NULL);
    refused("modle:\n  cell: 3", NULL, "unknown key 'modle' (did you mean 'model'?)", NULL);
    refused("cell: 3", NULL, "unknown key 'cell' (did you mean 'model.cell'?)", NULL);
    refused("model.cell: 3", NULL, "write 'cell' in a section 'model:'", NULL);
    refused("PES: 3", NULL, "unknown key 'PES' (did you mean 'pes'?)", NULL);
    refused("quantum: 3", NULL, "unknown key 'quantum' ('ese gen --help' lists", NULL);
    refused("<<: 3", NULL, "unknown key '<<'", NULL);
    refused("'': 3", NULL, "unknown key ''", NULL);
    refused("\"pe\\ns\": 3", NULL, "unknown key 'pe", NULL);
    refused("memory: rom", "fifo_dept=3", "--set: unknown key 'fifo_dept' (did you mean 'fifo_depth'?)",
            NULL);
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

    struct config config = taken("\xEF\xBB\xBFpes: '7' # a comment\r\nmodel:\r\n  cell: 12\r\n", NULL);
    assert_int_equal(config.pes, 7);
    assert_int_equal(config.model.cell, 12);
    config_free(&config);
    config = taken("pes: 7\nmodel:\n", NULL);
    assert_int_equal(config.pes, 7);
    config_free(&config);
}

static void rules(void **state)
{
    static char *const many[] = {"pes=3", "pes=5", "elem_lanes=5", "model.path=a.st",
                                 "model.path=", "model.cell=7"};
    static char *const mixed[] = {"model.cell=7", "model.path=a.st"};
    struct config config;
    struct error error;
    (void)state;

    refused("pes: 3\nelem_lanes: 4", NULL, "my.yaml:2: elem_lanes: 4 is above pes, which is 3", NULL);
    refused("elem_lanes: 8", "pes=4", "--set: elem_lanes: 8 is above pes, which is 4", NULL);
    assert_true(parse(&config, "pes: 9", many, COUNT(many), &error));
    assert_int_equal(config.pes, 5);
    assert_int_equal(config.elem_lanes, 5);
    assert_int_equal(config.model.cell, 7);
    assert_null(config.model.path);
    config_free(&config);

    /* Without projection y is m. */
    config = taken("model: {cell: 12, output: 6, projection: false}", NULL);
    assert_int_equal(config.model.output, 12);
    config_free(&config);

    /* A trained model brings its shape with it. */
    static const char *const shape[] = {"input: 3", "cell: 3", "output: 3", "peephole: true",
                                        "projection: true"};
    for (size_t i = 0; i < COUNT(shape); i++) {
        char text[80];
        snprintf(text, sizeof text, "model:\n  path: a.st\n  %s\n", shape[i]);
        refused(text, NULL, "my.yaml:3: model.", "comes from the file in model.path (a.st)", NULL);
    }
    refused("model: {path: a.st}", "model.cell=3", "--set: model.cell: comes from", NULL);
    assert_false(parse(&config, "pes: 9", mixed, COUNT(mixed), &error));
    config = taken("model: {cell: 3, projection: false}", "model.path=a.st");
    assert_int_equal(config.model.cell, 0);
    assert_true(config.model.projection);
    assert_int_equal(config.model.pruning, PRUNING_NONE);
    config_free(&config);
    config = taken("model: {path: a.st, pruning: magnitude}", "model.path=");
    assert_int_equal(config.model.pruning, PRUNING_MAGNITUDE);
    assert_int_equal(config.model.cell, 1024);
    config_free(&config);
    config = taken("model: {path: a.st}", "model.path=~");
    assert_null(config.model.path);
    config_free(&config);
    config = taken("model: {path: ~, utterances: null, cell: 3}", NULL);
    assert_null(config.model.path);
    assert_null(config.model.utterances);
    config_free(&config);
}

static void paths(void **state)
{
    static const char text[] = "model: {path: a b.st, utterances: /data}";
    char *set = "model.path=n.st";
    struct config config;
    struct error error;
    char name[5000];
    (void)state;

    assert_true(config_parse(&config, text, strlen(text), "some/folder/v1.2 x.yaml", NULL, 0, &error));
    assert_string_equal(config.name, "v1_2_x");
    assert_string_equal(config.model.path, "some/folder/a b.st");
    assert_string_equal(config.model.utterances, "/data");
    config_free(&config);
    assert_true(config_parse(&config, text, strlen(text), "some/.yaml", &set, 1, &error));
    assert_string_equal(config.name, "config");
    assert_string_equal(config.model.path, "n.st");
    config_free(&config);

    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    memcpy(name, "model.path=", 11);
    refused("memory: rom", name, "longer than 4095 bytes", NULL);
    refused("model: {path: \"a\\nb\"}", NULL, "control characters", NULL);
    static const char *const wrong[] = {"\n", "\x7F", "\x80", "\xC0\x80", "\xC3", "\xE2\x80\xA8",
                                        "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xC2\x85",
                                        "\xEF\xBB\xBF", "\xF0\x80\x80\x80"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        snprintf(name, sizeof name, "model.path=a%sb", wrong[i]);
        refused("memory: rom", name, "control characters or is not UTF-8", NULL);
    }
}

/* Writes the configuration and reads it back: the same. */
static void there_and_back(const struct config *config)
{
    struct config back;
    struct error error;
    char *written = NULL, *again = NULL;
    size_t size = 0;

    FILE *out = open_memstream(&written, &size);
    config_write(config, config->model.path, config->model.utterances, out);
    fclose(out);
    if (!config_parse(&back, written, size, "back.yaml", NULL, 0, &error))
        fail_msg("%s in\n%s", error.text, written);
    assert_same(config, &back);
    out = open_memstream(&again, &size);
    config_write(&back, back.model.path, back.model.utterances, out);
    fclose(out);
    assert_string_equal(written, again);
    config_free(&back);
    free(written);
    free(again);
}

static void round_trip(void **state)
{
    static const char *const texts[] = {
        "memory: rom",
        "pes: 256\nelem_lanes: 32\nencoding: relative\ncolumn_order: natural\nactivation_table: paper",
        "model: {density: 0.1234567890123456, seed: 9223372036854775807, candidate: sigm}",
        "model: {density: 1e-7, peephole: false, projection: false, cell: 17, pruning: none}",
        "model: {density: 1, pruning: magnitude}",
        "model: {path: '/a\"b\\c # d: e', utterances: \"/\xC3\xA9t\xC3\xA9 \"}",
        "model: {path: '/~', pruning: balanced}",
        "model: {path: /010, utterances: '/ '}",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct config config = taken(texts[i], NULL);
        there_and_back(&config);
        config_free(&config);
    }

    /* Left out where the caller says so; the shape is then written. */
    struct config config = taken("model: {path: a.st}", NULL), back;
    struct error error;
    char *written = NULL;
    size_t size = 0;
    config.model.input = 3;
    config.model.cell = 4;
    config.model.output = 5;
    FILE *out = open_memstream(&written, &size);
    config_write(&config, NULL, NULL, out);
    fclose(out);
    assert_true(config_parse(&back, written, size, "back.yaml", NULL, 0, &error));
    assert_null(back.model.path);
    assert_int_equal(back.model.cell, 4);
    config_free(&back);
    config_free(&config);
    free(written);
}

static void presets(void **state)
{
    struct config config;
    struct error error;
    struct stat status;
    (void)state;

    assert_true(config_load(&config, "tiny", NULL, 0, &error));
    assert_string_equal(config.name, "tiny");
    assert_int_equal(config.pes, 3);
    assert_int_equal(config.channels, 2);
    assert_int_equal(config.fifo_depth, 4);
    assert_int_equal(config.model.input, 5);
    assert_int_equal(config.model.cell, 12);
    assert_int_equal(config.model.output, 6);
    there_and_back(&config);
    config_free(&config);

    assert_true(config_load(&config, "speech", NULL, 0, &error));
    assert_int_equal(config.pes, 8);
    assert_int_equal(config.channels, 4);
    assert_int_equal(config.model.pruning, PRUNING_NONE);
    assert_int_equal(stat(config.model.path, &status), 0);
    assert_int_equal(stat(config.model.utterances, &status), 0);
    assert_true(S_ISDIR(status.st_mode));
    there_and_back(&config);
    config_free(&config);

    /* The paper's machine is what one gets without saying anything. */
    struct config plain = taken("memory: rom", NULL);
    assert_true(config_load(&config, "paper", NULL, 0, &error));
    assert_same(&config, &plain);
    config_free(&plain);
    config_free(&config);

    assert_false(config_load(&config, "nope", NULL, 0, &error));
    assert_string_equal(error.text, "unknown preset 'nope' (presets: paper, speech, tiny; "
                                    "the name of a file has a '.' or '/')");
    assert_false(config_load(&config, "", NULL, 0, &error));
    assert_null(config.name);
}

static void inheritance(void **state)
{
    struct config config = taken("base: tiny\nchannels: 7\nmodel: {cell: 13}", "fifo_depth=5");
    (void)state;
    assert_string_equal(config.name, "my");
    assert_int_equal(config.pes, 3);
    assert_int_equal(config.channels, 7);
    assert_int_equal(config.fifo_depth, 5);
    assert_int_equal(config.model.cell, 13);
    assert_int_equal(config.model.output, 6);
    config_free(&config);

    /* Where base stands in the file does not matter. */
    config = taken("pes: 4\nbase: tiny", NULL);
    assert_int_equal(config.pes, 4);
    config_free(&config);

    /* A path replaces the shape of the preset below it. */
    config = taken("base: paper\nmodel: {path: a.st}", NULL);
    assert_string_equal(config.model.path, "a.st");
    assert_int_equal(config.model.pruning, PRUNING_NONE);
    config_free(&config);
    config = taken("base: speech\nmodel: {path: '', utterances: '', cell: 9}", NULL);
    assert_null(config.model.path);
    assert_null(config.model.utterances);
    assert_int_equal(config.model.cell, 9);
    config_free(&config);
    refused("base: speech\nmodel: {cell: 9}", NULL, "my.yaml:2: model.cell: comes from", NULL);

    refused("base: nope", NULL, "my.yaml:1: base: unknown preset 'nope' (presets: paper,", NULL);
    refused("base:", NULL, "my.yaml:1: base: unknown preset ''", NULL);
    refused("base: my.yaml", NULL, "base: unknown preset 'my.yaml'", NULL);
    refused("base: ../presets/tiny", NULL, "base: unknown preset", NULL);
    refused("pes: 3\nbase: tiny\nelem_lanes: 4", NULL, "my.yaml:3: elem_lanes", NULL);
}

/* A file in a folder of its own, which is also an ESE_HOME. */
static void files(void **state)
{
    char folder[] = "/tmp/test_config.XXXXXX";
    char path[200], *home = duplicate(ese_home());
    struct config config;
    struct error error;
    (void)state;

    assert_non_null(mkdtemp(folder));
    assert_false(config_load(&config, folder, NULL, 0, &error));
    assert_non_null(strstr(error.text, "is a folder"));
    snprintf(path, sizeof path, "%s/no.yaml", folder);
    assert_false(config_load(&config, path, NULL, 0, &error));
    assert_non_null(strstr(error.text, strerror(ENOENT)));

    setenv("ESE_HOME", folder, 1);
    assert_false(config_load(&config, "tiny", NULL, 0, &error));
    assert_non_null(strstr(error.text, "there are no presets in /tmp/"));

    /* A preset that inherits from itself. */
    snprintf(path, sizeof path, "%s/gen", folder);
    assert_int_equal(mkdir(path, 0777), 0);
    snprintf(path, sizeof path, "%s/gen/presets", folder);
    assert_int_equal(mkdir(path, 0777), 0);
    snprintf(path, sizeof path, "%s/gen/presets/ring.yaml", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("base: ring\n", file);
    fclose(file);
    assert_false(config_load(&config, "ring", NULL, 0, &error));
    assert_non_null(strstr(error.text, "in a circle"));
    assert_null(strchr(error.text, '\n'));

    file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 40000; i++)
        fputs("# too long\n", file);
    fclose(file);
    assert_false(config_load(&config, path, NULL, 0, &error));
    assert_non_null(strstr(error.text, "longer than"));

    file = fopen(path, "w");
    assert_non_null(file);
    fputs("pes: 9\nmodel: {path: ../a.st}\n", file);
    fclose(file);
    assert_true(config_load(&config, path, NULL, 0, &error));
    assert_string_equal(config.name, "ring");
    assert_non_null(strstr(config.model.path, "/gen/presets/../a.st"));
    config_free(&config);

    unlink(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
    rmdir(folder);
    setenv("ESE_HOME", home, 1);
    free(home);
}

static void description(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    (void)state;
    config_describe_keys(out);
    fclose(out);
    for (int i = 0; i < KEY_COUNT; i++) {
        char start[64];
        snprintf(start, sizeof start, "\n  %s ", config_keys[i].name);
        assert_non_null(strstr(text, start));
    }
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        assert_true(strlen(line) < 80);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits),      cmocka_unit_test(strict_numbers),
        cmocka_unit_test(words),       cmocka_unit_test(defaults),
        cmocka_unit_test(unknown_keys), cmocka_unit_test(structure),
        cmocka_unit_test(rules),       cmocka_unit_test(paths),
        cmocka_unit_test(round_trip),  cmocka_unit_test(presets),
        cmocka_unit_test(inheritance), cmocka_unit_test(files),
        cmocka_unit_test(description),
    };
    setenv("ESE_HOME", ".", 0); /* make runs the tests where the presets are */
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
