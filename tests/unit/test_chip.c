/* SPDX-License-Identifier: Apache-2.0
 * test_chip.c - folders of chips and of models, written by the commands and opened again. */
#include <unistd.h>

#include "gen/command/commands.h"
#include "gen/folder/chip_folder.h"
#include "gen/image/regions.h"
#include "models/base/version.h"
#include "tests/unit/model_testing.h"

static char root[] = "/tmp/ese-test-chip-XXXXXX";

static const char *in_root(const char *name)
{
    static char path[4][100];
    static int next;
    next = (next + 1) % 4;
    snprintf(path[next], sizeof path[next], "%s/%s", root, name);
    return path[next];
}

/* Runs a command with its output thrown away. */
static int quietly(int (*run)(const void *), const void *options)
{
    fflush(stdout);
    fflush(stderr);
    int out = dup(1), err = dup(2);
    assert_non_null(freopen("/dev/null", "w", stdout));
    assert_non_null(freopen("/dev/null", "w", stderr));
    int status = run(options);
    fflush(stdout);
    fflush(stderr);
    dup2(out, 1);
    dup2(err, 2);
    close(out);
    close(err);
    return status;
}

static int run_gen(const void *options)
{
    return command_gen(options);
}

static int run_model(const void *options)
{
    return command_model(options);
}

static void make_chip(const char *name, char *set)
{
    char memory[] = "memory=resident";
    char *sets[] = {memory, set};
    const struct gen_options options = {.source = "tiny", .sets = sets, .set_count = 2,
                                        .output = in_root(name), .command_line = ""};
    assert_int_equal(quietly(run_gen, &options), 0);
}

static int make_model(const char *chip, const char *name, char *set)
{
    char *sets[] = {set};
    const struct model_options options = {.dir = in_root(chip), .source = "tiny", .sets = sets,
                                          .set_count = 1, .output = in_root(name),
                                          .command_line = ""};
    return quietly(run_model, &options);
}

static void open_chip(struct chip_folder *chip, const char *name)
{
    struct error error;
    if (!chip_open(chip, in_root(name), &error))
        fail_msg("%s", error.text);
}

static void refused_model(const struct chip_folder *chip, const char *name, const char *wanted)
{
    struct model_folder model;
    struct error error = {""};
    assert_false(model_open(&model, in_root(name), chip, &error));
    if (strstr(error.text, wanted) == NULL)
        fail_msg("'%s' lacks '%s'", error.text, wanted);
}

static void opened_again(void **state)
{
    (void)state;
    struct chip_folder chip;
    struct model_folder model;
    struct error error = {""};
    char same[] = "pes=3", seed[] = "model.seed=5";
    make_chip("chip", same);
    assert_int_equal(make_model("chip", "model", seed), 0);
    assert_true(is_chip_folder(in_root("chip")) && !is_model_folder(in_root("chip")));
    assert_true(is_model_folder(in_root("model")) && !is_chip_folder(in_root("model")));
    open_chip(&chip, "chip");
    if (!model_open(&model, in_root("model"), &chip, &error))
        fail_msg("%s", error.text);
    assert_int_equal(model.program.config.model.seed, 5);
    assert_int_equal(model.program.chip_hash, chip.program.chip_hash);
    assert_int_not_equal(model.program.config_hash, chip.program.config_hash);
    /* What is built again is what was written. */
    struct region regions[REGION_COUNT];
    regions_build(&model.program, regions);
    for (int n = 0; n < REGION_COUNT; n++) {
        struct text file = {0}, path = {0};
        text_appendf(&path, "%s/%s", in_root("model"), regions[n].file);
        assert_true(text_read_file(&file, text_string(&path), &error));
        assert_int_equal(file.length, regions[n].bytes.length);
        assert_memory_equal(file.data, regions[n].bytes.data, file.length);
        text_free(&file);
        text_free(&path);
        text_free(&regions[n].bytes);
    }
    model_close(&model);
    refused_model(&chip, "chip", "is not a folder that 'ese model' made");
    refused_model(&chip, "none", "is not a folder that 'ese model' made");
    chip_close(&chip);
    assert_false(chip_open(&chip, in_root("model"), &error));
    assert_non_null(strstr(error.text, "holds a model that 'ese model' made, not a chip"));
}

static void another_chip(void **state)
{
    (void)state;
    struct chip_folder chip;
    char other[] = "model.seed=3";
    make_chip("other", other);
    open_chip(&chip, "other");
    refused_model(&chip, "model", "was made for another chip");
    chip_close(&chip);
}

/* A line of config.yaml changed: what is built is no longer what model.bin holds. */
static void changed(void **state)
{
    (void)state;
    struct chip_folder chip;
    struct text text = {0};
    struct error error;
    char path[200];
    snprintf(path, sizeof path, "%s/config.yaml", in_root("model"));
    assert_true(text_read_file(&text, path, &error));
    char *seed = strstr(text.data, "seed: 5");
    assert_non_null(seed);
    seed[6] = '6';
    FILE *file = fopen(path, "w");
    fputs(text.data, file);
    fclose(file);
    open_chip(&chip, "chip");
    refused_model(&chip, "model", "they were changed");
    chip_close(&chip);
    text_free(&text);
    snprintf(path, sizeof path, "%s/model.bin", in_root("model"));
    assert_int_equal(truncate(path, 100), 0);
    open_chip(&chip, "chip");
    refused_model(&chip, "model", "ends after 100 bytes");
    chip_close(&chip);
}

/* A number of the header, or of the manifest, as another version of ese would have it. */
static void overwrite(const char *name, long offset, const char *bytes, size_t length)
{
    FILE *file = fopen(in_root(name), "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* What another version made is refused, and the reason said. */
static void other_version(void **state)
{
    (void)state;
    struct chip_folder chip;
    struct error error = {""};
    struct text manifest = {0};
    char seed[] = "model.seed=6";
    assert_int_equal(make_model("chip", "model2", seed), 0);
    open_chip(&chip, "chip");
    overwrite("model2/model.bin", MODEL_WORD_LAYOUT * 4, "\x07", 1);
    refused_model(&chip, "model2", "has layout 7, this version of ese");
    overwrite("model2/model.bin", MODEL_WORD_MAGIC * 4, "ELF!", 4);
    refused_model(&chip, "model2", "is not a model image");
    chip_close(&chip);

    /* A chip: its bench is that of another version, whatever else is the same. */
    assert_true(text_read_file(&manifest, in_root("chip/manifest.json"), &error));
    const char *version = strstr(text_string(&manifest), "\"version\": \"" ESE_VERSION);
    assert_non_null(version);
    overwrite("chip/manifest.json", version - text_string(&manifest) + 12, "9", 1);
    assert_false(chip_open(&chip, in_root("chip"), &error));
    assert_non_null(strstr(error.text, "made the folder, and this is " ESE_VERSION));
    text_free(&manifest);
}

static int make_root(void **state)
{
    (void)state;
    setenv("ESE_HOME", ".", 0); /* make runs the tests where the presets are */
    return mkdtemp(root) == NULL;
}

static int remove_root(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opened_again),
        cmocka_unit_test(another_chip),
        cmocka_unit_test(changed),
        cmocka_unit_test(other_version),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
