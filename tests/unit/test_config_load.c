/* SPDX-License-Identifier: Apache-2.0
 * test_config_load.c - presets, inheritance, --set, rules between keys, written files. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/config/home.h"
#include "tests/unit/config_testing.h"

static void rules(void **state)
{
    static char *const many[] = {"pes=3", "pes=5", "elem_lanes=5", "model.path=a.st",
                                 "model.path=", "model.cell=7"};
    static char *const mixed[] = {"model.cell=7", "model.path=a.st"};
    struct config config;
    struct error error;
    (void)state;

    refused("pes: 3\nelem_lanes: 4", NULL, "my.yaml:2: elem_lanes: 4 is above pes, which",
            " is 3", NULL);
    refused("fold: 4\nelem_lanes: 2\npes: 16", NULL,
            "my.yaml:1: fold: 4 needs elem_lanes to be a multiple of it, which is 2", NULL);
    refused("pes: 12\nelem_lanes: 3", "fold=2", "--set: fold: 2 needs elem_lanes", "which is 3", NULL);
    refused("pes: 12\nelem_lanes: 4", "fold=2", "--set: fold: 2 needs pes to be a multiple of 8",
            "which is 12", NULL);
    refused("pes: 3", "fold=2", "--set: fold: 2 needs pes to be a multiple of 4", "which is 3", NULL);
    refused("pes: 8", "fold=4", "--set: fold: 4 needs pes to be a multiple of 16 (elem_lanes is a "
            "multiple of fold, and pes of fold x elem_lanes), which is 8", NULL);
    refused("elem_lanes: 8", "pes=4", "--set: elem_lanes: 8 is above pes, which is 4", NULL);
    refused("memory: stream\nweights_ram: ultra", NULL,
            "my.yaml:2: weights_ram: ultra needs weights that are loaded into the chip, but memory is "
            "stream (allowed: weights_ram: auto or block, or memory: resident)", NULL);
    refused("memory: resident\ndevice: xcu50\nweights_ram: ultra", "memory=rom",
            "--set: weights_ram: ultra needs", "but memory is rom", NULL);
    refused("memory: resident\nweights_ram: ultra", NULL,
            "my.yaml:2: weights_ram: ultra needs UltraRAM, of which device xcku060 has none (allowed: "
            "weights_ram: auto or block, or device: xck26, xcu250, xcu50, xcvu9p or xczu7ev)", NULL);
    refused("memory: resident\ndevice: xcu50\nweights_ram: ultra", "device=xczu9eg",
            "--set: weights_ram: ultra needs UltraRAM, of which device xczu9eg has none", NULL);
    config = taken("memory: resident\nweights_ram: ultra", "device=xck26");
    assert_int_equal(config.weights_ram, WEIGHTS_ULTRA);
    config_free(&config);
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

    assert_true(config_parse(&config, text, strlen(text), "some/folder/v1.2 x.yaml", NULL, 0,
                             &error));
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

static void round_trip(void **state)
{
    static const char *const texts[] = {
        "memory: rom",
        ("pes: 256\nelem_lanes: 32\nencoding: relative\ncolumn_order: natural\n"
         "activation_table: paper"),
        "model: {density: 0.1234567890123456, seed: 9223372036854775807, candidate: sigm}",
        "model: {density: 1e-7, peephole: false, projection: false, cell: 17, pruning: none}",
        "model: {density: 1, pruning: magnitude}",
        "model: {path: '/a\"b\\c # d: e', utterances: \"/\xC3\xA9t\xC3\xA9 \"}",
        "model: {path: '/~', pruning: balanced}",
        "model: {path: /010, utterances: '/ '}",
        "model: {path: a.st, utterances: u, expected: 'e f'}",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct config config = taken(texts[i], NULL);
        there_and_back(&config);
        config_free(&config);
    }

    /* Without a path the shape is written. */
    struct config config = taken("model: {path: a.st}", NULL), back;
    struct error error;
    char *written = NULL;
    size_t size = 0;
    config.model.input = 3;
    config.model.cell = 4;
    config.model.output = 5;
    free(config.model.path);
    config.model.path = NULL;
    FILE *out = open_memstream(&written, &size);
    config_write(&config, out);
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

    for (int lstm = 0; lstm < 2; lstm++) {
        assert_true(config_load(&config, lstm ? "speech-lstm" : "speech", NULL, 0, &error));
        assert_int_equal(config.pes, 8);
        assert_int_equal(config.channels, 4);
        assert_int_equal(config.model.layer_count, lstm ? 0 : 2);
        assert_int_equal(config.model.pruning, PRUNING_NONE);
        assert_int_equal(stat(config.model.path, &status), 0);
        assert_int_equal(stat(config.model.expected, &status), 0);
        assert_int_equal(stat(config.model.utterances, &status), 0);
        assert_true(S_ISDIR(status.st_mode));
        there_and_back(&config);
        config_free(&config);
    }

    /* The paper's machine is what one gets without saying anything. */
    struct config plain = taken("memory: rom", NULL);
    assert_true(config_load(&config, "paper", NULL, 0, &error));
    assert_same(&config, &plain);
    config_free(&plain);
    config_free(&config);

    assert_false(config_load(&config, "nope", NULL, 0, &error));
    assert_string_equal(error.text, "unknown preset 'nope' (presets: paper, speech-lstm, "
                                    "speech, tiny; the name of a file has a '.' or '/')");
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
    config = taken("base: speech-lstm\nmodel: {path: '', utterances: '', cell: 9}", NULL);
    assert_null(config.model.path);
    assert_null(config.model.utterances);
    assert_int_equal(config.model.cell, 9);
    config_free(&config);
    refused("base: speech-lstm\nmodel: {cell: 9}", NULL, "my.yaml:2: model.cell: comes from", NULL);

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

static bool takes(int pes, int fold, const char *lanes)
{
    struct config config;
    struct error error;
    char text[100];
    snprintf(text, sizeof text, "pes: %d\nfold: %d\nelem_lanes: %s\n", pes, fold, lanes);
    bool good = parse(&config, text, NULL, 0, &error);
    if (good)
        config_free(&config);
    return good;
}

/* With elem_lanes: auto a fold is refused only where no number of lanes fits. */
static void fold_of_any_lanes(void **state)
{
    (void)state;
    for (int pes = 1; pes <= 256; pes++)
        for (int fold = 1; fold <= 8; fold *= 2) {
            bool any = false;
            for (int lanes = 1; !any && lanes <= 32; lanes++) {
                char number[12];
                snprintf(number, sizeof number, "%d", lanes);
                any = takes(pes, fold, number);
            }
            if (takes(pes, fold, "auto") != any)
                fail_msg("%d PEs, fold %d, auto: %d", pes, fold, !any);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fold_of_any_lanes),
        cmocka_unit_test(rules),
        cmocka_unit_test(paths),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(presets),
        cmocka_unit_test(inheritance),
        cmocka_unit_test(files),
        cmocka_unit_test(description),
    };
    setenv("ESE_HOME", ".", 0); /* make runs the tests where the presets are */
    return cmocka_run_group_tests_name("config_load", tests, NULL, NULL);
}
