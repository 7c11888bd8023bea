/* SPDX-License-Identifier: Apache-2.0
 * test_selftest.c - the faults of `ese verify --selftest`, with a script in place of the simulator
 * that keeps what it was given: each fault is really there, alone, and is told as the simulator
 * sees it. */
#include "gen/verify/selftest.h"

#include <zlib.h>

#include "gen/image/images.h"
#include "gen/verify/play.h"
#include "models/base/bytes.h"
#include "tests/unit/command_testing.h"
#include "tests/unit/fake_tools.h"

/* Keeps stimulus and images of every run in runs/NUMBER. */
#define KEEPS "n=0; while [ -e %s/runs/$n ]; do n=$((n+1)); done; to=%s/runs/$n; mkdir $to\n" \
              "cp \"$stimulus\" $to/stimulus.bin; cp *.* $to\n"
#define PASSES "echo '" FAKE_PASS "' >\"$results\"; echo VERDICT PASS\n"
#define FAILS_AT(vector) \
    "echo \"{\\\"verdict\\\": \\\"fail\\\", \\\"reason\\\": \\\"it differs\\\", " \
    "\\\"first_difference\\\": {\\\"vector\\\": \\\"" vector "\\\"}}\" >\"$results\"\n" \
    "echo VERDICT FAIL: it differs; exit 1\n"
/* Where it differs is known by the number of the run. */
#define FAILS "case $n in 16) v=c;; 17) v=m;; 18) v=y;; *) v=;; esac\n" FAILS_AT("$v")

static void put_keeper(const char *judgement)
{
    struct text text = {0};
    make_dir("runs");
    text_appendf(&text, KEEPS "%s", scratch, scratch, judgement);
    put_simulator(text_string(&text));
    text_free(&text);
}

/* Passes only what is as in the first run. */
static void put_judge(void)
{
    struct text text = {0};
    text_appendf(&text, "if diff -r %s/runs/0 $to >/dev/null\nthen " PASSES "else " FAILS "fi",
                 scratch);
    put_keeper(text_string(&text));
    text_free(&text);
}

static int begin(void **state)
{
    (void)state;
    put_tools();
    return 0;
}

static bool run_selftest(const char *json, bool *pass, struct error *error)
{
    const struct selftest_options options = {
        .dir = "chip", .simulator = SIMULATOR_ICARUS, .seed = 3, .json = json};
    error->text[0] = '\0';
    struct capture capture = capture_begin();
    bool good = selftest(&options, pass, error);
    capture_end(capture);
    return good;
}

/* ---- what is different from the first run ---------------------------------------------------- */

struct change {
    size_t bytes, bits, first; /* that differ; the first of the bytes */
    bool longer, shorter;
};

static struct text kept(int run, const char *name)
{
    char path[100];
    snprintf(path, sizeof path, "runs/%d/%s", run, name);
    return contents(path);
}

/* The last `but` bytes are left out. */
static struct change differs(int run, const char *name, size_t but)
{
    struct text right = kept(0, name), here = kept(run, name);
    struct change d = {.longer = here.length > right.length,
                           .shorter = here.length < right.length};
    for (size_t i = 0; i + but < right.length && i + but < here.length; i++) {
        int bits = __builtin_popcount((unsigned char)(right.data[i] ^ here.data[i]));
        if (bits != 0 && d.bytes++ == 0)
            d.first = i;
        d.bits += (size_t)bits;
    }
    text_free(&right);
    text_free(&here);
    return d;
}

static bool same(int run, const char *name)
{
    struct change d = differs(run, name, 0);
    return d.bytes == 0 && !d.longer && !d.shorter;
}

/* All images of a run are right but this one. */
static void only(int run, const char *name)
{
    static const char *const names[] = {"weights.mem",  "columns.mem", "constants.mem",
                                        "products.mem", "passes.mem",  "sigmoid.mem",
                                        "tanh.mem"};
    for (size_t n = 0; n < COUNT_OF(names); n++)
        if (name == NULL || strcmp(names[n], name) != 0)
            assert_true(same(run, names[n]));
}

/* Value of a hexadecimal digit. */
static int digit(char c)
{
    return c >= 'a' ? c - 'a' + 10 : c >= 'A' ? c - 'A' + 10 : c - '0';
}

/* A single bit of the image is another. */
static void one_bit(int run, const char *name)
{
    struct text right = kept(0, name), here = kept(run, name);
    struct change d = differs(run, name, 0);
    assert_int_equal(d.bytes, 1);
    assert_false(d.longer || d.shorter);
    assert_int_equal(
        __builtin_popcount((unsigned)(digit(right.data[d.first]) ^ digit(here.data[d.first]))), 1);
    text_free(&right);
    text_free(&here);
}

/* The sign of the first weight is turned round, and PE 0 has an entry more or less in its first
 * column. */
static void check_places(const struct program *p)
{
    const struct derived *d = &p->d;
    struct named_image images[IMAGE_COUNT];
    int first = 0, column = 0, entry_bits = d->weight_bits + d->index_bits;
    while (p->entries[first] >> d->index_bits == 0)
        first++;
    while (p->lengths[column * d->pes] == 0)
        column++;
    images_build(p, images);
    for (int n = 0; n < IMAGE_COUNT; n++) {
        struct mem_image *image = images[n].image;
        bool weights = strcmp(images[n].name, "weights.mem") == 0;
        int word = weights ? first / d->pes : column, bit = d->word_bits + d->lane_bits;
        if (weights)
            bit = first % d->pes * entry_bits + entry_bits - 1;
        if (weights || strcmp(images[n].name, "columns.mem") == 0) {
            struct text text = {0}, here = kept(weights ? 1 : 3, images[n].name);
            mem_image_set(image, word, bit, 1, !mem_image_get(image, word, bit, 1));
            mem_image_render(image, &text);
            assert_string_equal(text_string(&here), text_string(&text));
            text_free(&text);
            text_free(&here);
        }
        mem_image_free(image);
    }
}

/* ---- in the stimulus ------------------------------------------------------------------------- */

/* Where the fields of the first phase begin in the file: behind its name. */
static size_t phase_at(const struct text *file)
{
    char name[32] = "steady";
    char *found = memmem(file->data, file->length, name, sizeof name);
    assert_non_null(found);
    return (size_t)(found - file->data) + sizeof name;
}

enum { FIELD_FLAGS = 2, FIELD_CUT = 9, FIELD_WATCHDOG = 14, FIELDS = 24 };

static uint32_t phase_field(int run, int field)
{
    struct text file = kept(run, "stimulus.bin");
    uint32_t value = load_u32((unsigned char *)file.data + phase_at(&file) + 4 * field);
    text_free(&file);
    return value;
}

/* Position in the file of a vector in the first frame: of channel 0, the last element. */
static size_t place_of(const struct play *play, size_t size, uint32_t vector)
{
    const struct stimulus *s = &play->stimulus;
    size_t elements = s->input, at = s->channels * s->input;
    for (uint32_t v = 0; v < s->vector_count; v++) {
        elements += s->vectors[v].elements;
        at += v < vector ? s->channels * s->vectors[v].elements : 0;
    }
    at += s->vectors[vector].elements - 1;
    size_t of_frame = 4 * (2 * stimulus_mask_words(s->channels) + s->channels * elements);
    size_t begin = size - 4 - s->frame_count * of_frame + 8 * stimulus_mask_words(s->channels);
    return begin + 4 * at;
}

static void one_word(const struct play *play, int run, const char *name)
{
    uint32_t vector = 0;
    struct text file = kept(run, "stimulus.bin");
    struct change d = differs(run, "stimulus.bin", 4);
    while (strcmp(play->stimulus.vectors[vector].name, name) != 0)
        assert_true(++vector < play->stimulus.vector_count);
    assert_int_equal(d.bits, 1);
    assert_int_equal(d.first, place_of(play, file.length, vector));
    only(run, NULL);
    text_free(&file);
}

/* The start of frame 2 of `steady`, which follows fields, memories and four numbers. */
static void one_start(int run)
{
    struct text right = kept(0, "stimulus.bin"), here = kept(run, "stimulus.bin");
    size_t at = phase_at(&right) + 4 * FIELDS + 2 * 16 + 4 * 8 + 4 + 2 * 8;
    assert_true(load_u64((unsigned char *)here.data + at) ==
                load_u64((unsigned char *)right.data + at) + 1);
    struct change d = differs(run, "stimulus.bin", 4);
    assert_true(d.first == at && d.bytes <= 2);
    only(run, NULL);
    text_free(&right);
    text_free(&here);
}

/* ---- a chip with its model in ROM ------------------------------------------------------------ */

static const struct {
    const char *name, *check;
} EXPECTED[] = {
    {"no fault", "all"},          {"a weight bit", "CRC"},        {"a weight bit", "values"},
    {"a column length", "CRC"},   {"a column length", "values"},  {"a Sigmoid entry", "CRC"},
    {"a Sigmoid entry", "values"}, {"a Tanh entry", "CRC"},       {"a Tanh entry", "values"},
    {"a bias", "CRC"},            {"a bias", "values"},           {"a truncated image", "CRC"},
    {"a missing image", "CRC"},   {"a start cycle", "values"},    {"x stuck", "values"},
    {"y stuck", "values"},        {"a golden c", "values"},       {"a golden m", "values"},
    {"a golden y", "values"},
};
enum { RUNS = sizeof EXPECTED / sizeof *EXPECTED };

static void check_list(const char *path, bool first_good, bool others_good)
{
    json_t *root = json_of(path);
    int good = first_good + (RUNS - 1) * others_good;
    string_is(root, "verdict", good == RUNS ? "pass" : "fail");
    number_is(root, "as_expected", good);
    number_is(root, "missed", RUNS - good);
    assert_int_equal(json_array_size(json_at(root, "faults")), RUNS);
    for (int n = 0; n < RUNS; n++) {
        const json_t *fault = json_array_get(json_at(root, "faults"), (size_t)n);
        string_is(fault, "fault", EXPECTED[n].name);
        string_is(fault, "check", EXPECTED[n].check);
        assert_int_equal(json_is_true(json_at(fault, "detected")),
                         n == 0 ? first_good : others_good);
    }
    json_decref(root);
}

static void check_image_faults(void)
{
    static const char *const images[] = {"weights.mem", "columns.mem", "sigmoid.mem", "tanh.mem",
                                         "constants.mem"};
    for (int n = 0; n < 5; n++) {
        char here[40], with_check[40];
        int run = 1 + 2 * n;
        one_bit(run, images[n]);
        only(run, images[n]);
        assert_true(same(run, "stimulus.bin"));
        /* Once more, with nothing in the stimulus that tells of images. */
        snprintf(with_check, sizeof with_check, "runs/%d/%s", run, images[n]);
        snprintf(here, sizeof here, "runs/%d/%s", run + 1, images[n]);
        assert_true(same_files(with_check, here));
        struct text right = kept(0, "stimulus.bin"), blind = kept(run + 1, "stimulus.bin");
        assert_int_equal(right.length - blind.length, 7 * (64 + 8 + 4));
        assert_null(memmem(blind.data, blind.length, ".mem", 4));
        text_free(&right);
        text_free(&blind);
    }
    struct text whole = kept(0, "weights.mem"), part = kept(11, "weights.mem");
    assert_int_equal(part.length, whole.length / 2);
    assert_memory_equal(part.data, whole.data, part.length);
    only(11, "weights.mem");
    only(12, "columns.mem");
    assert_false(exists("runs/12/columns.mem"));
    text_free(&whole);
    text_free(&part);
}

static void check_stuck(int run, uint32_t flag, uint32_t cut_cycle)
{
    assert_int_equal(phase_field(0, FIELD_FLAGS), 0);
    assert_int_equal(phase_field(run, FIELD_FLAGS), flag);
    assert_int_equal(phase_field(run, FIELD_CUT), cut_cycle);
    only(run, NULL);
}

static void test_faults(void **state)
{
    (void)state;
    bool pass = false;
    struct error error;
    struct play play;
    made("chip", "");
    put_judge();
    if (!run_selftest("list.json", &pass, &error))
        fail_msg("%s", error.text);
    assert_true(pass);
    check_list("list.json", true, true);
    assert_false(exists("runs/19"));

    struct chip_folder chip = opened("chip");
    play_build(&play, &chip.program, VERIFY_FRAMES_LEAST, 3, true);
    check_image_faults();
    check_places(&chip.program);
    one_start(13);
    check_stuck(14, STIMULUS_STUCK_X, 2);
    check_stuck(15, STIMULUS_STUCK_Y, (uint32_t)play.stimulus.phases[PHASE_STEADY].starts[1]);
    one_word(&play, 16, "c");
    one_word(&play, 17, "m");
    one_word(&play, 18, "y");
    play_free(&play);
    chip_close(&chip);
}

/* ---- a chip that loads its model ------------------------------------------------------------- */

static uint32_t crc_in_stimulus(int run, const char *name)
{
    char field[64] = "";
    struct text file = kept(run, "stimulus.bin");
    snprintf(field, sizeof field, "%s", name);
    char *found = memmem(file.data, file.length, field, sizeof field);
    assert_non_null(found);
    uint32_t crc = load_u32((unsigned char *)found + 64 + 4 + 4 + 8 + 8);
    text_free(&file);
    return crc;
}

static uint32_t crc_of_file(int run, const char *name)
{
    struct text file = kept(run, name);
    uint32_t crc = (uint32_t)crc32(0, (unsigned char *)file.data, (uInt)file.length);
    text_free(&file);
    return crc;
}

static void test_regions(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        int run;
    } faults[] = {{"weights.bin", 1}, {"model.bin", 3}, {"model.bin", 9}};
    bool pass = false;
    struct error error;
    made("chip", "memory=stream");
    put_judge();
    if (!run_selftest("list.json", &pass, &error))
        fail_msg("%s", error.text);
    assert_true(pass);
    check_list("list.json", true, true);
    for (size_t n = 0; n < COUNT_OF(faults); n++) {
        const char *file = faults[n].file;
        int run = faults[n].run;
        assert_int_equal(crc_in_stimulus(0, file), crc_of_file(0, file));
        assert_false(same(run, file));
        assert_int_equal(crc_in_stimulus(run, file), crc_of_file(0, file)); /* as it should be */
        assert_int_equal(crc_of_file(run + 1, file), crc_of_file(run, file));
        assert_int_equal(crc_in_stimulus(run + 1, file), crc_of_file(run + 1, file)); /* as it is */
    }
    one_bit(5, "sigmoid.mem");
    assert_true(differs(11, "weights.bin", 0).shorter);
    assert_int_equal(differs(11, "weights.bin", 0).bytes, 0);
    assert_false(exists("runs/12/model.bin"));
    assert_true(exists("runs/13/model.bin"));
    /* y is stuck in memory, and no watchdog tells. */
    assert_int_equal(phase_field(15, FIELD_FLAGS), 0);
    assert_int_equal(phase_field(15, FIELDS + 4 + 1), STIMULUS_FAULT_WRITE_DEAF);
    assert_int_equal(phase_field(0, FIELD_WATCHDOG), 20000);
    assert_int_equal(phase_field(15, FIELD_WATCHDOG), 0);
}

/* ---- what it makes of simulators that see nothing, or everything ----------------------------- */

static void test_blind(void **state)
{
    (void)state;
    bool pass = true;
    struct error error;
    made("chip", "");
    put_keeper(PASSES);
    assert_true(run_selftest("list.json", &pass, &error));
    assert_false(pass);
    check_list("list.json", true, false);
    printed("no fault             all      detected: passes, as it must\n");
    printed("a weight bit         CRC      NOT DETECTED\n");
    printed("y stuck              values   NOT DETECTED\n");
    printed("selftest: 1 as it must be, 18 not\n");
}

/* A fault that is found in another vector than the one that it is in is not found. */
static void test_misplaced(void **state)
{
    (void)state;
    bool pass = true;
    struct error error;
    made("chip", "");
    put_keeper("if [ $n = 0 ]; then " PASSES "else " FAILS_AT("m") "fi");
    assert_true(run_selftest(NULL, &pass, &error));
    assert_false(pass);
    printed("a golden c           values   NOT DETECTED: it differs\n");
    printed("a golden m           values   detected: it differs\n");
    printed("a golden y           values   NOT DETECTED: it differs\n");
    printed("selftest: 17 as it must be, 2 not\n");
}

/* A chip that never passes is no proof of anything. */
static void test_broken(void **state)
{
    (void)state;
    bool pass = true;
    struct error error;
    made("chip", "");
    put_keeper(FAILS);
    assert_true(run_selftest("list.json", &pass, &error));
    assert_false(pass);
    check_list("list.json", false, true);
    printed("no fault             all      NOT DETECTED: it differs\n");
    printed("a bias               values   detected: it differs\n");
    printed("selftest: 18 as it must be, 1 not\n");
}

static void test_json_alone(void **state)
{
    (void)state;
    bool pass = false;
    struct error error;
    made("chip", "");
    put_judge();
    assert_true(run_selftest("-", &pass, &error));
    assert_true(pass);
    check_list("stdout", true, true);
}

static void refuses(const char *json, const char *part)
{
    bool pass = true;
    struct error error;
    assert_false(run_selftest(json, &pass, &error));
    if (strstr(error.text, part) == NULL)
        fail_msg("'%s' lacks '%s'", error.text, part);
}

static void test_refuses(void **state)
{
    (void)state;
    refuses(NULL, "'chip' is not a folder that 'ese gen' made");
    made("chip", "");
    put_judge();
    refuses("none/list.json", "none/list.json");
    assert_int_equal(unlink("bin/vvp"), 0);
    struct text bin = {0};
    char *path = duplicate(getenv("PATH"));
    text_appendf(&bin, "%s/bin", scratch);
    setenv("PATH", text_string(&bin), 1);
    refuses(NULL, "vvp is not installed");
    setenv("PATH", path, 1);
    assert_int_equal(rename("chip/build", "away"), 0);
    put("chip/build", "");
    refuses(NULL, "chip/build: cannot write to this folder: Not a directory");
    free(path);
    text_free(&bin);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end_tools)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_faults), TEST(test_regions),    TEST(test_blind),
        TEST(test_broken), TEST(test_json_alone), TEST(test_refuses), TEST(test_misplaced),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
