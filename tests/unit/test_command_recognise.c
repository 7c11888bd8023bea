/* SPDX-License-Identifier: Apache-2.0
 * test_command_recognise.c - ese recognise: what it makes of outputs that a script gives in the
 * place of the simulator; and what it refuses. */
#include <math.h>

#include "gen/report/facts.h"
#include "gen/verify/play.h"
#include "models/network/labels.h"
#include "models/network/reference.h"
#include "models/number/golden.h"
#include "tests/unit/command_testing.h"
#include "tests/unit/fake_tools.h"
#include "tests/unit/speech_testing.h"

static int recognise_to(const char *sentences, int frames, const char *json)
{
    const struct recognise_options options = {
        .dir = "chip", .frames = frames, .sentences = sentences, .json = json};
    struct capture capture = capture_begin();
    int status = command_recognise(&options);
    capture_end(capture);
    return status;
}

static int recognise(int frames, const char *json)
{
    return recognise_to(NULL, frames, json);
}

static void refused(const char *line)
{
    assert_int_equal(recognise(0, NULL), 1);
    complained_only(line);
    printed_nothing();
}

/* ---- what must come out ---------------------------------------------------------------------- */

/* Labels of each utterance, by the golden model, in floating point, and as they should be. */
struct heard {
    int chip[SPEECH_COUNT][10], exact[SPEECH_COUNT][10], right[SPEECH_COUNT][10];
};

static void hear(struct heard *heard, const struct program *p, const struct labels *labels)
{
    struct reference *reference = reference_new(&p->network);
    const int fraction = p->quant.vectors[0].fraction;
    int32_t x[SPEECH_X];
    double y[SPEECH_C]; /* or SPEECH_CLASSES scores, which are fewer */
    for (int n = 0; n < SPEECH_COUNT; n++) {
        struct golden_state golden = golden_start(&p->quant);
        struct reference_state exact = reference_start(&p->network);
        for (int t = 0; t < speech_rows[n]; t++) {
            const float *features = p->utterances.frames[n].at + t * SPEECH_X;
            for (int i = 0; i < SPEECH_X; i++)
                x[i] = (int32_t)quantize_value((double)features[i], fraction, 16);
            golden_step(&p->quant, &golden, x);
            reference_step(reference, &exact, features);
            for (int i = 0; i < p->network.output; i++)
                y[i] = ldexp(golden_y(&golden)[i], -quantized_output(&p->quant)->fraction);
            heard->chip[n][t] = classify(&p->network, y);
            heard->exact[n][t] = classify(&p->network, reference_y(&exact));
            heard->right[n][t] = labels->of[n][t];
        }
        golden_end(&golden);
        reference_end(&exact);
    }
    reference_free(reference);
}

/* Frames of the first `limit` of each utterance that have the right label. */
static int agreeing(int (*labels)[10], int (*right)[10], int limit, int *frames)
{
    int count = 0;
    *frames = 0;
    for (int n = 0; n < SPEECH_COUNT; n++)
        for (int t = 0; t < speech_rows[n] && t < limit; t++, ++*frames)
            count += labels[n][t] == right[n][t];
    return count;
}

/* Labels as phones, a number each. */
struct phones {
    int count, of[10];
};

static struct phones phones(const int *labels, int frames)
{
    struct phones phones = {0};
    for (int t = 0; t < frames; t++)
        if (labels[t] != 0 && (t == 0 || labels[t - 1] != labels[t]))
            phones.of[phones.count++] = labels[t];
    return phones;
}

/* By its definition: the last phones are the same, or one is put in, left out or replaced. */
static int edits(const int *a, int a_count, const int *b, int b_count)
{
    if (a_count == 0 || b_count == 0)
        return a_count + b_count;
    int best = edits(a, a_count - 1, b, b_count - 1) + (a[a_count - 1] != b[b_count - 1]);
    int out = edits(a, a_count - 1, b, b_count) + 1, in = edits(a, a_count, b, b_count - 1) + 1;
    best = out < best ? out : best;
    return in < best ? in : best;
}

static int edits_of(const struct phones *a, const struct phones *b)
{
    return edits(a->of, a->count, b->of, b->count);
}

/* Edits of the first `limit` frames of each utterance; how many phones they have. */
static int edits_in(int (*labels)[10], int (*right)[10], int limit, int *count)
{
    int sum = 0;
    *count = 0;
    for (int n = 0; n < SPEECH_COUNT; n++) {
        int rows = speech_rows[n] < limit ? speech_rows[n] : limit;
        struct phones said = phones(labels[n], rows), reference = phones(right[n], rows);
        sum += edits_of(&said, &reference);
        *count += reference.count;
    }
    return sum;
}

/* ---- a chip, and the simulator that gives the golden model's outputs ------------------------- */

static void put_results(const struct program *p, const char *verdict, const char *reason)
{
    json_t *root = json_pack("{s:s, s:s, s:[{s:s, s:i}, {s:s, s:i}], s:[{s:s, s:I}]}", "verdict",
                             verdict, "reason", reason, "checked", "vector", "c", "values", 115,
                             "vector", "y", "values", 114, "phases", "name", "utterances",
                             "cycles_per_frame", (json_int_t)p->cycles_per_frame);
    assert_int_equal(json_dump_file(root, "results", 0), 0);
    json_decref(root);
    struct text lines = {0};
    text_appendf(&lines, "cp %s/results $results; cp %s/outputs $dump; echo VERDICT %s%s", scratch,
                 scratch, strcmp(verdict, "pass") == 0 ? "PASS" : "FAIL: ", reason);
    put_simulator(text_string(&lines));
    text_free(&lines);
}

/* The chip's y, as the simulation writes it. */
static void put_outputs(const struct program *p, int limit, bool silent)
{
    struct play play;
    play_utterances(&play, p, limit);
    const struct stimulus *s = &play.stimulus;
    const struct stimulus_vector *y = stimulus_y(s);
    size_t words = (size_t)s->frame_count * s->channels * y->elements;
    if (silent)
        memset(y->values, 0, words * sizeof *y->values);
    put_bytes("outputs", y->values, words * sizeof *y->values);
    play_free(&play);
}

static struct chip_folder begin_chip(struct heard *heard, bool scores)
{
    struct labels labels;
    struct error error = {""};
    put_speech_model(true);
    put_speech_inputs();
    put_speech_config(scores);
    if (gen("my.yaml", "chip", "") != 0)
        complained_only("nothing: a plain chip is made");
    put_tools();
    struct chip_folder chip = opened("chip");
    assert_true(labels_read(&labels, "in", &chip.program.utterances, SPEECH_CLASSES, &error));
    hear(heard, &chip.program, &labels);
    labels_free(&labels);
    put_results(&chip.program, "pass", "");
    put_outputs(&chip.program, 0, false);
    return chip;
}

static struct chip_folder begin_speech(struct heard *heard)
{
    return begin_chip(heard, false);
}

/* ---- success --------------------------------------------------------------------------------- */

static void write_line(struct text *text, const char *name, const struct phones *phones)
{
    text_appendf(text, "  %-13s", name);
    for (int n = 0; n < phones->count; n++)
        text_appendf(text, "%s%s", n > 0 ? " " : "", speech_phones[phones->of[n]]);
    text_append(text, "\n");
}

/* What is said of an utterance. */
static struct text utterance_text(const struct heard *heard, int n, int limit)
{
    struct text text = {0};
    int rows = speech_rows[n] < limit ? speech_rows[n] : limit, right = 0;
    for (int t = 0; t < rows; t++)
        right += heard->chip[n][t] == heard->right[n][t];
    struct phones chip = phones(heard->chip[n], rows), exact = phones(heard->exact[n], rows),
                  reference = phones(heard->right[n], rows);
    bool same = edits_of(&chip, &exact) == 0;
    text_appendf(&text, "%s  %d of %d frames right; %d edits from the %d phones of the reference\n",
                 speech_names[n], right, rows, edits_of(&chip, &reference), reference.count);
    write_line(&text, same ? "chip, float" : "chip", &chip);
    if (!same)
        write_line(&text, "float", &exact);
    write_line(&text, "reference", &reference);
    return text;
}

static void check_utterance(const struct heard *heard, int n, int limit)
{
    struct text text = utterance_text(heard, n, limit);
    printed(text_string(&text));
    text_free(&text);
}

static void check_rates(const struct heard *all)
{
    struct heard heard = *all;
    char line[200];
    int frames, count, alike = 0, right = agreeing(heard.chip, heard.right, 10, &frames),
                       exact = agreeing(heard.exact, heard.right, 10, &frames);
    alike = agreeing(heard.chip, heard.exact, 10, &frames);
    int by_chip = edits_in(heard.chip, heard.right, 10, &count),
        by_float = edits_in(heard.exact, heard.right, 10, &count);
    assert_int_equal(frames, 19);
    snprintf(line, sizeof line,
             "phone error rate  %6.1f %%  %6.1f %%   edits from the reference, of its %d phones\n",
             100.0 * by_chip / count, 100.0 * by_float / count, count);
    printed(line);
    snprintf(line, sizeof line,
             "frames right      %6.1f %%  %6.1f %%   of 19; chip and float say the same in %.1f "
             "%%\n",
             100.0 * right / 19, 100.0 * exact / 19, 100.0 * alike / 19);
    printed(line);
    json_t *root = json_of("result.json");
    real_is(root, "frame_accuracy", right / 19.0);
    real_is(root, "float_frame_accuracy", exact / 19.0);
    real_is(root, "frames_alike", alike / 19.0);
    number_is(root, "phones", count);
    real_is(root, "phone_error_rate", (double)by_chip / count);
    real_is(root, "float_phone_error_rate", (double)by_float / count);
    json_decref(root);
}

static void test_all_frames(void **state)
{
    (void)state;
    struct heard heard;
    struct chip_folder chip = begin_speech(&heard);
    const struct program *p = &chip.program;
    int cycles = (int)p->cycles_per_frame;
    char line[300];
    assert_int_equal(recognise(0, "result.json"), 0);
    for (int n = 0; n < SPEECH_COUNT; n++)
        check_utterance(&heard, n, 10);
    printed("\n3 utterances, 19 frames, 2 voices at once on 2 PEs each, simulated by Verilator\n");
    printed("outputs           bit-exact: 115 c and 114 y values against the golden model\n");
    check_rates(&heard);
    printed("scores            by the host, of the chip's y: output.W is not on the chip\n");
    snprintf(line, sizeof line, "speed             %d cycles a frame (model: %d); ", cycles,
             cycles);
    printed(line);
    snprintf(line, sizeof line,
             "on a device       %.3f us a frame at 200 MHz, 2 voices at once; with a frame every "
             "10 ms\n                  a real-time factor of %.5f: each voice %s times as fast as ",
             cycles / 200.0, cycles / 200.0 / 10000.0, commas(10000 * 200 / cycles).text);
    printed(line);
    json_t *root = json_of("result.json");
    string_is(root, "verdict", "pass");
    string_is(root, "scores", "host");
    number_is(root, "utterances", 3);
    number_is(root, "frames", 19);
    number_is(root, "cycles_per_frame", p->cycles_per_frame);
    number_is(root, "model_cycles_per_frame", p->cycles_per_frame);
    real_is(root, "mac_utilization",
            (double)p->true_nonzeros / (2.0 * (double)p->cycles_per_frame));
    real_is(root, "us_per_frame", cycles / 200.0);
    real_is(root, "real_time_factor", cycles / 200.0 / 10000.0);
    number_is(root, "voices", 2);
    json_decref(root);
    assert_true(called("verilator --cc"));
    assert_int_equal(calls_of("iverilog"), 0);
    chip_close(&chip);
}

/* The largest y of a frame is its class, if the chip ends in a linear layer. */
static void largest(struct heard *heard, const struct program *p)
{
    struct play play;
    play_utterances(&play, p, 0);
    const struct stimulus *s = &play.stimulus;
    assert_int_equal(stimulus_y(s)->elements, SPEECH_CLASSES);
    for (size_t slot = 0; slot < (size_t)s->frame_count * s->channels; slot++) {
        const struct voice voice = play.voices[slot];
        const int32_t *y = stimulus_y(s)->values + slot * SPEECH_CLASSES;
        int best = 0;
        for (int i = 1; i < SPEECH_CLASSES; i++)
            best = y[i] > y[best] ? i : best;
        if (voice.utterance >= 0)
            heard->chip[voice.utterance][voice.frame] = best;
    }
    play_free(&play);
}

static void test_scores_of_the_chip(void **state)
{
    (void)state;
    struct heard heard;
    struct chip_folder chip = begin_chip(&heard, true);
    assert_null(chip.program.network.after);
    largest(&heard, &chip.program);
    assert_int_equal(recognise(0, "result.json"), 0);
    for (int n = 0; n < SPEECH_COUNT; n++)
        check_utterance(&heard, n, 10);
    check_rates(&heard);
    printed("scores            by the chip: its y are those of the classes\n");
    json_t *root = json_of("result.json");
    string_is(root, "scores", "chip");
    json_decref(root);
    chip_close(&chip);
}

/* A name for every class, and a class for every name. */
static void test_other_classes(void **state)
{
    (void)state;
    struct heard heard;
    for (int scores = 0; scores < 2; scores++) {
        struct chip_folder chip = begin_chip(&heard, scores);
        char path[200], line[300];
        snprintf(path, sizeof path, "%s/phones.txt", chip.program.config.model.utterances);
        put(path, "sil\nAH\nEH\nS\nT\n");
        snprintf(line, sizeof line, "%s: has 5 lines, the network scores 4 classes", path);
        refused(line);
        chip_close(&chip);
        end_tools(state);
    }
}

/* Five utterances: a few on the terminal, all in a file, all on the terminal. */
static void test_sentences(void **state)
{
    (void)state;
    struct heard heard;
    put_speech_model(true);
    put_speech_inputs();
    put_speech_config(false);
    put("in/sentences.txt", "one\ntwo\nthree\nfour\na sentence of so many words, none of them "
                            "short or to the point, that no terminal holds it in one line\n");
    assert_int_equal(system("for n in d e; do cp in/a.npy in/$n.npy; cp in/a.labels.npy "
                            "in/$n.labels.npy; done"), 0);
    assert_int_equal(gen("my.yaml", "chip", ""), 0);
    put_tools();
    struct chip_folder chip = opened("chip");
    struct labels labels;
    struct error error = {""};
    assert_true(labels_read(&labels, "in", &chip.program.utterances, SPEECH_CLASSES, &error));
    hear(&heard, &chip.program, &labels);
    labels_free(&labels);
    put_results(&chip.program, "pass", "");
    put_outputs(&chip.program, 0, false);
    assert_int_equal(recognise(0, NULL), 0);
    printed("  sentence     three\n");
    assert_false(file_has("stdout", "four"));
    printed("and 2 more: --sentences FILE writes all\n");
    assert_int_equal(recognise_to("said", 0, NULL), 0);
    assert_false(file_has("stdout", "four"));
    printed("and 2 more: all are in said\n");
    assert_true(file_has("said", "a  "));
    assert_true(file_has("said", "\nd  "));
    assert_true(file_has("said", "  sentence     four\n  chip"));
    assert_true(file_has("said", "  sentence     a sentence of so many words, none of them short "
                                 "or to the point, that no terminal\n"
                                 "               holds it in one line\n"));
    assert_false(file_has("said", "utterances, "));
    assert_int_equal(recognise_to("-", 0, "result.json"), 0);
    printed("  sentence     four\n");
    assert_false(file_has("stdout", " more: "));
    chip_close(&chip);
}

/* Nothing is built or simulated for a file that cannot be written. */
static void test_no_files(void **state)
{
    (void)state;
    assert_int_equal(recognise(0, "none/result.json"), 1);
    complained_only("--json: cannot write 'none/result.json': No such file or directory");
    assert_int_equal(recognise_to("none/said", 0, NULL), 1);
    complained_only("--sentences: cannot write 'none/said': No such file or directory");
    assert_int_equal(recognise_to("-", 0, "-"), 2);
    complained_only("--json - and --sentences -: only one can be standard output");
}

/* The first frames of each: other utterances, whole ones, no more than there are. */
static void test_few_frames(void **state)
{
    (void)state;
    struct heard heard;
    struct chip_folder chip = begin_speech(&heard);
    put_outputs(&chip.program, 5, false);
    int frames, right = agreeing(heard.chip, heard.right, 5, &frames);
    assert_int_equal(frames, 14);
    assert_int_equal(recognise(5, "-"), 0);
    json_t *root = json_of("stdout"); /* and nothing else */
    number_is(root, "frames", 14);
    real_is(root, "frame_accuracy", right / 14.0);
    json_decref(root);
    assert_int_equal(recognise(5, NULL), 0);
    for (int n = 0; n < SPEECH_COUNT; n++)
        check_utterance(&heard, n, 5);
    chip_close(&chip);
}

/* What is judged is what the simulator gave, not what it should have given. */
static void test_chip_decides(void **state)
{
    (void)state;
    struct heard heard;
    struct chip_folder chip = begin_speech(&heard);
    double zero[SPEECH_C] = {0};
    int frames, exact = agreeing(heard.exact, heard.right, 10, &frames);
    for (int n = 0; n < SPEECH_COUNT; n++)
        for (int t = 0; t < speech_rows[n]; t++)
            heard.chip[n][t] = classify(&chip.program.network, zero);
    int right = agreeing(heard.chip, heard.right, 10, &frames);
    put_outputs(&chip.program, 0, true);
    put_results(&chip.program, "fail", "y is wrong");
    assert_int_equal(recognise(0, "result.json"), 1);
    printed("outputs           WRONG: 115 c and 114 y values against the golden model\n");
    printed("failed            y is wrong; log: ");
    holds("stderr", "");
    for (int n = 0; n < SPEECH_COUNT; n++)
        check_utterance(&heard, n, 10);
    json_t *root = json_of("result.json");
    string_is(root, "verdict", "fail");
    real_is(root, "frame_accuracy", right / 19.0);
    real_is(root, "float_frame_accuracy", exact / 19.0);
    json_decref(root);
    chip_close(&chip);
}

/* ---- failures -------------------------------------------------------------------------------- */

static void test_no_chip(void **state)
{
    (void)state;
    refused("'chip' is not a folder that 'ese gen' made: it has no manifest.json");
    made("chip", "");
    refused("the chip in 'chip' has nothing to recognise: its model needs utterances, and a "
            "linear layer at its end, or output.W and output.b");
}

static void test_no_classes(void **state)
{
    (void)state;
    put_speech_model(false);
    put_speech_inputs();
    put_speech_config(false);
    assert_int_equal(gen("my.yaml", "chip", ""), 0);
    refused("the chip in 'chip' has nothing to recognise: its model needs utterances, and a "
            "linear layer at its end, or output.W and output.b");
}

static void test_no_labels(void **state)
{
    (void)state;
    struct heard heard;
    struct chip_folder chip = begin_speech(&heard);
    char path[200], line[300];
    snprintf(path, sizeof path, "%s/b.labels.npy", chip.program.config.model.utterances);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(recognise(0, NULL), 1);
    complained("b.labels.npy");
    snprintf(path, sizeof path, "%s/phones.txt", chip.program.config.model.utterances);
    assert_int_equal(unlink(path), 0);
    snprintf(line, sizeof line, "cannot open '%s': the names of the labels belong there", path);
    refused(line);
    chip_close(&chip);
}

static void test_bad_simulator(void **state)
{
    (void)state;
    struct heard heard;
    struct chip_folder chip = begin_speech(&heard);
    char line[PATH_MAX + 200];
    const char *log = "build/verilator/run.log";
    put_bytes("outputs", "short", 5);
    snprintf(line, sizeof line,
             "chip/build/outputs.bin: shorter than the run; the simulator's log: %s/chip/%s",
             scratch, log);
    refused(line);
    put_outputs(&chip.program, 0, false);
    snprintf(line, sizeof line, "cp %s/outputs $dump; exit 4", scratch);
    put_simulator(line);
    snprintf(line, sizeof line,
             "the simulation failed: the simulator ended without a verdict: exit status 4; "
             "log: %s/chip/%s",
             scratch, log);
    refused(line);
    assert_int_equal(unlink("chip/build/outputs.bin"), 0);
    put_simulator("exit 4");
    assert_int_equal(recognise(0, NULL), 1);
    complained(log);
    chip_close(&chip);
}

static void test_work(void **state)
{
    (void)state;
    struct heard heard;
    struct chip_folder chip = begin_speech(&heard);
    struct recognise_options options = {.dir = "chip", .work = "work"};
    struct capture capture = capture_begin();
    int status = command_recognise(&options);
    capture_end(capture);
    assert_int_equal(status, 0);
    assert_true(exists("work/utterances.bin") && exists("work/outputs.bin"));
    assert_true(exists("work/verilator/results.json"));
    assert_false(exists("chip/build"));
    chip_close(&chip);
}

static void test_no_simulator(void **state)
{
    (void)state;
    struct heard heard;
    struct chip_folder chip = begin_speech(&heard);
    struct text bin = {0};
    char *path = duplicate(getenv("PATH"));
    text_appendf(&bin, "%s/bin", scratch);
    assert_int_equal(unlink("bin/verilator"), 0);
    setenv("PATH", text_string(&bin), 1);
    refused("verilator is not installed; it is in the Debian package verilator (apt-get install "
            "verilator)");
    setenv("PATH", path, 1);
    put_tool("verilator", "exit 1");
    assert_int_equal(recognise(0, NULL), 1);
    complained("verilator failed, exit status 1");
    free(path);
    text_free(&bin);
    chip_close(&chip);
}

#define TEST(function) cmocka_unit_test_teardown(function, end_tools)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_frames),    TEST(test_few_frames),   TEST(test_chip_decides),
        TEST(test_no_chip),       TEST(test_no_classes),   TEST(test_no_labels),
        TEST(test_bad_simulator), TEST(test_no_simulator), TEST(test_sentences),
        TEST(test_no_files),      TEST(test_work),         TEST(test_scores_of_the_chip),
        TEST(test_other_classes),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
