/* SPDX-License-Identifier: Apache-2.0
 * test_taps.c - which vectors of a network are compared, where each pass's words go, and the words
 * that a chip which was served has left: of networks of one layer and of several. */
#include "gen/verify/tap_read.h"

#include "gen/command/voice_taps.h"
#include "tests/unit/layers_testing.h"
#include "tests/unit/tap_testing.h"

enum { PROGRAMS = 120 };

static struct layer_config sized(struct layer_config layer, int input)
{
    layer.input = input;
    return layer;
}

/* LSTM with projection, RNN, GRU of each kind, linear: all vectors that there are. */
static struct config stack_config(void)
{
    struct config c = plain_config();
    const enum layer_shape shapes[] = {SHAPE_PROJECTION, SHAPE_RNN, SHAPE_AFTER, SHAPE_BEFORE,
                                       SHAPE_LSTM, SHAPE_LINEAR};
    c.pes = 3;
    c.elem_lanes = 2;
    c.model.layer_count = COUNT(shapes);
    for (size_t n = 0; n < COUNT(shapes); n++)
        c.model.layers[n] = layer_of(shapes[n], 7 + 2 * (int)n);
    c.model.layers[0] = sized(c.model.layers[0], 5);
    return c;
}

static bool built(struct program *p, const struct config *c)
{
    struct error error;
    const bool good = program_build(p, c, &error);
    if (!good)
        program_free(p);
    return good;
}

/* ---- which vectors --------------------------------------------------------------------------- */

/* "0.c* 1.y": in this order; with a star those that are compared where they leave the path. */
static void vectors_are(const struct program *p, bool all, const char *wanted)
{
    const struct taps taps = taps_of(p, all);
    struct text text = {0};
    for (int n = 0; n < taps.count; n++)
        text_appendf(&text, "%s%s%s", n > 0 ? " " : "", p->network.vectors[taps.vectors[n]].name,
                     taps.tapped[n] ? "*" : "");
    assert_string_equal(text_string(&text), wanted);
    assert_int_equal(taps.vectors[taps.leaves], network_output(&p->network));
    text_free(&text);
}

static void check_vectors(struct config c, const char *always, const char *all)
{
    struct program p;
    assert_true(built(&p, &c));
    vectors_are(&p, false, always);
    vectors_are(&p, true, all);
    program_free(&p);
}

static void test_vectors(void **state)
{
    (void)state;
    struct config c = plain_config();
    check_vectors(c, "c* y", "c* m* y*");
    c.model.projection = false;
    check_vectors(c, "c* y", "c* y*");
    check_vectors(stack_config(), "0.c* 4.c* 5.y",
                  "0.c* 0.m* 0.y* 1.y* 2.y* 3.rh* 3.y* 4.c* 4.y* 5.y*");
    /* Without any cell state. */
    c.model.layer_count = 2;
    c.model.layers[0] = sized(layer_of(SHAPE_RNN, 6), 4);
    c.model.layers[1] = layer_of(SHAPE_LINEAR, 3);
    check_vectors(c, "1.y", "0.y* 1.y*");
    c.model.layer_count = 1;
    c.model.layers[0] = sized(layer_of(SHAPE_LINEAR, 5), 4);
    check_vectors(c, "y", "y*");
}

/* ---- where the words of a pass go ------------------------------------------------------------ */

/* Each element is in one word of one pass, where the vector memories have it. */
static void check_passes(const struct program *p, const struct stimulus *s)
{
    int *seen[VECTORS_MOST];
    for (uint32_t v = 0; v < s->vector_count; v++)
        seen[v] = allocate(s->vectors[v].elements, sizeof **seen);
    for (uint32_t n = 0; n < s->pass_count; n++) {
        const struct stimulus_pass *pass = &s->passes[n];
        const struct network_vector *v = &p->network.vectors[p->passes[n].writes];
        assert_int_equal(s->pass_beats[n], p->passes[n].beats);
        assert_int_equal(pass->rows, v->held == HELD_GATES ? 0 : p->passes[n].rows);
        if (pass->rows == 0)
            continue;
        assert_string_equal(s->vectors[pass->vector].name, v->name);
        assert_int_equal(stimulus_words_of(pass, s->lanes), p->passes[n].beats);
        for (uint32_t word = 0; word < s->pass_beats[n]; word++) {
            const struct stimulus_rows rows = stimulus_rows_of(pass, s->lanes, word);
            for (uint32_t lane = 0; lane < rows.count; lane++) {
                const int element = (int)(pass->first + rows.first + lane);
                assert_int_equal(element_word(&p->d, element), p->passes[n].word_base + (int)word);
                assert_int_equal(element_lane(&p->d, element), lane);
                seen[pass->vector][element]++;
            }
        }
    }
    for (uint32_t v = 0; v < s->vector_count; v++) {
        for (uint32_t e = 0; e < s->vectors[v].elements; e++)
            assert_int_equal(seen[v][e], 1);
        free(seen[v]);
    }
}

static struct stimulus stimulus_of(const struct program *p, bool all)
{
    const struct taps taps = taps_of(p, all);
    struct stimulus s = {.channels = (uint32_t)p->d.channels, .lanes = (uint32_t)p->d.lanes,
                         .pass_count = (uint32_t)p->pass_count, .frame_count = 1};
    taps_add_vectors(&taps, p, &s);
    stimulus_allocate(&s);
    taps_add_passes(&taps, p, &s);
    return s;
}

static void test_passes(void **state)
{
    (void)state;
    struct random random;
    int tried = 0, folded = 0, blocks = 0;
    random_seed(&random, 11);
    for (int n = 0; n < PROGRAMS; n++) {
        struct program p;
        struct config c = random_config(&random);
        c.weight_bits = random_int(&random, 8, 12);
        c.activation_bits = 16;
        if (n % 3 > 0)
            random_layers(&c, &random, n % 3 == 1 ? 1 : 4, 60);
        if (!built(&p, &c))
            continue;
        struct stimulus s = stimulus_of(&p, true);
        check_passes(&p, &s);
        stimulus_free(&s);
        tried++;
        for (int i = 0; i < p.pass_count; i++) {
            folded += p.passes[i].fold > 1;
            blocks += p.passes[i].row_block > 0;
        }
        program_free(&p);
    }
    assert_true(tried > PROGRAMS / 2 && folded > 0 && blocks > 0);
}

/* What is not compared has its words all the same. */
static void test_untapped(void **state)
{
    (void)state;
    struct config c = stack_config();
    struct program p;
    int unknown = 0;
    assert_true(built(&p, &c));
    struct stimulus all = stimulus_of(&p, true), some = stimulus_of(&p, false);
    assert_int_equal(some.vector_count, 3);
    assert_string_equal(stimulus_y(&some)->name, "5.y");
    for (uint32_t n = 0; n < all.pass_count; n++) {
        assert_int_equal(some.passes[n].rows, all.passes[n].rows);
        assert_int_equal(some.passes[n].first, all.passes[n].first);
        assert_int_equal(some.passes[n].owners, all.passes[n].owners);
        unknown += some.passes[n].rows > 0 && some.passes[n].vector == STIMULUS_NO_VECTOR;
    }
    assert_true(unknown > 0);
    stimulus_free(&all);
    stimulus_free(&some);
    program_free(&p);
}

/* ---- what was left of a run ------------------------------------------------------------------ */

enum { CHANNELS = 3, FRAMES = 4 };

/* A chip with a voice in each channel but for one that is idle. */
struct chip {
    struct program p;
    struct golden_state voices[CHANNELS];
    struct golden_state *speaks[CHANNELS];
    FILE *file;
};

static void chip_begin(struct chip *chip, struct config c)
{
    c.channels = CHANNELS;
    assert_true(built(&chip->p, &c));
    for (int n = 0; n < CHANNELS; n++) {
        chip->voices[n] = golden_start(&chip->p.quant);
        chip->speaks[n] = n == 1 ? NULL : &chip->voices[n];
    }
    chip->file = fopen("taps", "wb");
    assert_non_null(chip->file);
    tap_begin(chip->file, &chip->p);
}

static void chip_frame(struct chip *chip, int t, struct tap_planted planted)
{
    int32_t x[40];
    for (int n = 0; n < CHANNELS; n++) {
        for (int i = 0; i < chip->p.network.input; i++)
            x[i] = (n + 2) * (t + 1) * (i + 3) * 37 % 2000 - 1000;
        golden_step(&chip->p.quant, &chip->voices[n], x);
    }
    tap_put_frame(chip->file, &chip->p, chip->speaks, planted);
}

static void chip_end(struct chip *chip)
{
    for (int n = 0; n < CHANNELS; n++)
        golden_end(&chip->voices[n]);
    program_free(&chip->p);
}

/* Of the frame that was read last: right but for `wrong` values, of which `unknown` are X. */
static void check_frame(const struct tap_read *tap, const struct chip *chip, int wrong, int unknown)
{
    int different = 0, unsure = 0;
    for (uint32_t v = 0; v < tap->frame.vector_count; v++) {
        const struct stimulus_vector *vector = &tap->frame.vectors[v];
        for (uint32_t c = 0; c < CHANNELS; c++)
            for (uint32_t e = 0; chip->speaks[c] != NULL && e < vector->elements; e++) {
                different += stimulus_values(&tap->frame, vector, 0, c)[e] !=
                             chip->voices[c].at[tap->taps.vectors[v]][e];
                unsure += tap->unknown[v][c * vector->elements + e];
            }
    }
    assert_int_equal(different, wrong);
    assert_int_equal(unsure, unknown);
}

/* The first pass that writes this vector. */
static int pass_of(const struct program *p, const char *name)
{
    int pass = 0;
    while (strcmp(p->network.vectors[p->passes[pass].writes].name, name) != 0)
        assert_true(++pass < p->pass_count);
    return pass;
}

static void test_read(void **state)
{
    (void)state;
    for (int layers = 0; layers < 2; layers++) {
        struct chip chip;
        struct tap_read tap;
        struct error error = {""};
        chip_begin(&chip, layers ? stack_config() : plain_config());
        const int pass = pass_of(&chip.p, layers ? "3.rh" : "m");
        for (int t = 0; t < FRAMES; t++) { /* each read when it is written */
            chip_frame(&chip, t, (struct tap_planted){t == 1   ? TAP_WRONG
                                                      : t == 2 ? TAP_UNKNOWN
                                                               : TAP_RIGHT, pass, 1});
            assert_int_equal(fflush(chip.file), 0);
            assert_true(tap_open(&tap, &chip.p, "taps", &error));
            for (int f = 0; f <= t; f++)
                if (!tap_next(&tap, &error))
                    fail_msg("%s", error.text);
            assert_int_equal(tap.frames, t + 1);
            check_frame(&tap, &chip, t == 1, t == 2);
            assert_true(tap_at_end(&tap, &error));
            assert_false(tap_next(&tap, &error));
            tap_free(&tap);
        }
        fclose(chip.file);
        chip_end(&chip);
    }
}

/* Reads all frames; the first message. */
static void reads(const struct program *p, const char *message)
{
    struct tap_read tap;
    struct error error = {""};
    bool good = tap_open(&tap, p, "taps", &error);
    for (int t = 0; good && t < FRAMES; t++)
        good = tap_next(&tap, &error);
    good = good && tap_at_end(&tap, &error);
    tap_free(&tap);
    assert_false(good);
    assert_string_equal(error.text, message);
}

static void test_bad_words(void **state)
{
    (void)state;
    static const struct {
        enum tap_fault fault;
        int word;
        const char *message;
    } faults[] = {
        {TAP_PASS, 0, "a word of pass 4 was written, one of pass 3 was to come"},
        {TAP_KEEP, 1, "word 1 of pass 3 has not 1 rows in its first lanes"},
        {TAP_LOST, 0, "word 0 of pass 3 has not 2 rows in its first lanes"},
        {TAP_LOST, 4, "a word of pass 4 was written, one of pass 3 was to come"},
    };
    for (size_t n = 0; n < COUNT(faults); n++) {
        struct chip chip;
        char message[100];
        snprintf(message, sizeof message, "frame 2 of the chip: %s", faults[n].message);
        chip_begin(&chip, stack_config());
        assert_int_equal(pass_of(&chip.p, "0.m"), 3);
        assert_int_equal(chip.p.passes[3].beats, 5); /* of 2, 1, 2, 1, 1 rows */
        for (int t = 0; t < FRAMES; t++) {
            const enum tap_fault fault = t == 2 ? faults[n].fault : TAP_RIGHT;
            chip_frame(&chip, t, (struct tap_planted){fault, 3, faults[n].word});
        }
        fclose(chip.file);
        reads(&chip.p, message);
        chip_end(&chip);
    }
}

/* Wherever the file ends. */
static void test_short(void **state)
{
    (void)state;
    struct chip chip;
    chip_begin(&chip, plain_config());
    for (int t = 0; t < FRAMES; t++)
        chip_frame(&chip, t, (struct tap_planted){TAP_RIGHT, 0, 0});
    fclose(chip.file);
    struct text whole = contents("taps");
    const size_t header = 12, frame = (whole.length - header) / FRAMES;
    for (size_t length = 0; length < whole.length; length += 7) {
        struct tap_read tap;
        struct error error = {""};
        put_bytes("taps", whole.data, length);
        bool good = tap_open(&tap, &chip.p, "taps", &error);
        assert_int_equal(good, length >= header);
        while (good && tap_next(&tap, &error))
            continue;
        assert_int_equal(tap.frames, length < header ? 0 : (length - header) / frame);
        const char *why = length < header ? "taps is not what this chip has written"
                                          : "has not written all of its words";
        assert_non_null(strstr(error.text, why));
        tap_free(&tap);
    }
    put_bytes("taps", whole.data, whole.length);
    chip.p.d.lanes++; /* another chip's */
    reads(&chip.p, "taps is not what this chip has written");
    chip.p.d.lanes--;
    remove("taps");
    reads(&chip.p, "cannot read taps: No such file or directory");
    text_free(&whole);
    chip_end(&chip);
}

/* ---- utterances ------------------------------------------------------------------------------ */

/* Two descriptors, in the second of which channel 1 speaks, too; channel 2 begins anew. */
struct cast {
    struct voice_file files[4];
    struct ese_utterance utterances[4];
};

static void make_cast(struct cast *cast, const struct program *p)
{
    static const int rows[4] = {4, 2, 1, 3};
    static char names[4][2] = {"a", "b", "c", "d"};
    struct random random;
    random_seed(&random, 3);
    for (int n = 0; n < 4; n++) {
        struct matrix features = matrix_new(rows[n], p->network.input);
        for (int i = 0; i < features.rows * features.cols; i++)
            features.at[i] = (float)random_gauss(&random);
        cast->files[n] = (struct voice_file){.name = names[n], .features = features};
        cast->utterances[n].user = &cast->files[n];
    }
}

/* Who speaks in a frame of the chip, from which of the utterance's on: -1, nobody. */
static const struct {
    int frames, who[CHANNELS];
    uint32_t from[CHANNELS];
} BATCHES[] = {{1, {0, -1, 2}, {0, 0, 0}}, {2, {0, 1, 3}, {1, 0, 0}}, {1, {0, -1, 3}, {3, 0, 2}}};

/* The chip's frames, and what is told of them; in frame 2 `planted`. */
static void play_cast(struct chip *chip, struct cast *cast, struct voice_taps *taps,
                      struct tap_planted planted)
{
    int t = 0;
    for (size_t n = 0; n < COUNT(BATCHES); n++) {
        struct ese_utterance *voices[CHANNELS];
        for (int c = 0; c < CHANNELS; c++)
            voices[c] = BATCHES[n].who[c] < 0 ? NULL : &cast->utterances[BATCHES[n].who[c]];
        for (int f = 0; f < BATCHES[n].frames; f++, t++) {
            for (int c = 0; c < CHANNELS; c++) {
                const int frame = (int)BATCHES[n].from[c] + f;
                int32_t x[40];
                chip->speaks[c] = voices[c] != NULL ? &chip->voices[c] : NULL;
                if (voices[c] == NULL)
                    continue;
                if (frame == 0) {
                    golden_end(&chip->voices[c]);
                    chip->voices[c] = golden_start(&chip->p.quant);
                }
                const struct voice_file *file = voices[c]->user;
                quantize_x(&chip->p.quant, matrix_row(&file->features, frame), x, NULL);
                golden_step(&chip->p.quant, &chip->voices[c], x);
            }
            tap_put_frame(chip->file, &chip->p, chip->speaks,
                          t == 2 ? planted : (struct tap_planted){TAP_RIGHT, 0, 0});
        }
        voice_taps_note(&(struct ese_played){(uint32_t)BATCHES[n].frames, voices, BATCHES[n].from},
                        taps);
    }
    fclose(chip->file);
}

static int64_t entry(const struct voices_check *check, const char *vector, enum checked_count count)
{
    for (int n = 0; n < check->checked.count; n++) {
        const struct checked_list one = {1, &check->checked.list[n]};
        if (strcmp(check->checked.list[n].vector, vector) == 0)
            return checked_sum(&one, count);
    }
    return -1;
}

/* Every vector of every frame in which somebody speaks is compared; a fault is found in place. */
static void test_voices(void **state)
{
    (void)state;
    static const char *const where[] = {"", "0.c", "0.m", "1.y", "3.rh", "5.y"};
    for (size_t n = 0; n < COUNT(where); n++) {
        struct chip chip;
        struct cast cast = {0};
        struct voice_taps taps = {.channels = CHANNELS};
        struct voices_check check = {0};
        struct error error = {""};
        chip_begin(&chip, stack_config());
        make_cast(&cast, &chip.p);
        play_cast(&chip, &cast, &taps,
                  (struct tap_planted){n > 0 ? TAP_WRONG : TAP_RIGHT,
                                       n > 0 ? pass_of(&chip.p, where[n]) : 0, 1});
        if (!voice_taps_check(&taps, &chip.p, "taps", &check, &error))
            fail_msg("%s", error.text);
        assert_int_equal(check.checked.count, 10);
        for (int v = 1; v < chip.p.network.vector_count; v++) {
            const struct network_vector *vector = &chip.p.network.vectors[v];
            if (vector->value != VALUE_Z && vector->held != HELD_GATES) {
                assert_int_equal(entry(&check, vector->name, CHECKED_VALUES), 10 * vector->size);
                assert_int_equal(entry(&check, vector->name, CHECKED_DIFFERENT),
                                 n > 0 && strcmp(vector->name, where[n]) == 0);
            }
        }
        if (n > 0) {
            char line[80];
            snprintf(line, sizeof line, "a: frame 2, element 2 of %s is ", where[n]);
            assert_string_equal(check.first.vector, where[n]);
            assert_memory_equal(check.line, line, strlen(line));
        } else {
            assert_null(check.first.vector);
        }
        voices_check_free(&check);
        voice_taps_free(&taps);
        for (int i = 0; i < 4; i++)
            free(cast.files[i].features.at);
        chip_end(&chip);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_passes),
        cmocka_unit_test(test_untapped),
        cmocka_unit_test_teardown(test_read, scratch_clean),
        cmocka_unit_test_teardown(test_bad_words, scratch_clean),
        cmocka_unit_test_teardown(test_short, scratch_clean),
        cmocka_unit_test_teardown(test_voices, scratch_clean),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
