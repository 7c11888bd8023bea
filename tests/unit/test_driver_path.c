/* SPDX-License-Identifier: Apache-2.0
 * test_driver_path.c - whole utterances through the parts of a network, forward and backward, by the host library,
 * with a chip in C: y of each frame is a sum over those before it, or behind it. */
#include "tests/unit/driver_testing.h"

#include "fpga/driver/ese_path.h"

enum { PARTS = 2, UTTERANCES = 23, LONGEST = 40 };

static unsigned char models[PARTS][FAKE_IMAGE];

/* A layer of both directions: each part has half of a row of tape 1. */
static void make_images(const struct fake_chip *fake, struct ese_path_image images[PARTS])
{
    for (uint32_t n = 0; n < PARTS; n++) {
        const uint32_t words[][2] = {
            {ESE_IMAGE_MODEL_HASH, FAKE_MODEL + n}, {ESE_IMAGE_PARTS, PARTS}, {ESE_IMAGE_PART, n},
            {ESE_IMAGE_BACKWARD, n},                {ESE_IMAGE_READS, 0},     {ESE_IMAGE_WRITES, 1},
            {ESE_IMAGE_WRITES_FROM, n * fake->y_frame},
            {ESE_IMAGE_WRITES_BYTES, 2 * fake->y_frame + 32},
        };
        fake_image(fake, models[n], weights);
        for (size_t w = 0; w < sizeof words / sizeof *words; w++)
            ese_put32(models[n] + 4 * words[w][0], words[w][1]);
        fake_seal(models[n]);
        images[n] = (struct ese_path_image){models[n], weights, FAKE_IMAGE, FAKE_WEIGHTS};
    }
}

struct voices {
    struct ese_utterance utterances[UTTERANCES];
    int32_t x[UTTERANCES][LONGEST * FAKE_X], y[UTTERANCES][LONGEST * 2 * FAKE_Y];
};

static struct ese_utterance *make_voices(struct voices *v, uint32_t longest)
{
    memset(v, 0, sizeof *v);
    for (int n = 0; n < UTTERANCES; n++) {
        struct ese_utterance *u = &v->utterances[n];
        *u = (struct ese_utterance){.x = v->x[n], .y = v->y[n], .frames = 1 + draw(longest)};
        u->next = n + 1 < UTTERANCES ? u + 1 : NULL;
        for (uint32_t i = 0; i < u->frames * FAKE_X; i++)
            v->x[n][i] = (int32_t)draw(100) - 50;
    }
    return v->utterances;
}

/* What the fake does, the frames in their order or the other way. */
static void check_half(const struct ese_utterance *u, bool backward)
{
    int32_t sum = 0;
    for (uint32_t t = 0; t < u->frames; t++) {
        const uint32_t f = backward ? u->frames - 1 - t : t;
        const int32_t *x = u->x + f * FAKE_X, *y = u->y + f * 2 * FAKE_Y + (backward ? FAKE_Y : 0);
        for (int e = 0; e < FAKE_Y; e++)
            assert_int_equal(y[e], (int16_t)(sum + x[e % FAKE_X]));
        sum += x[0] + 1;
    }
}

static void check_voices(const struct voices *v)
{
    for (int n = 0; n < UTTERANCES; n++) {
        assert_int_equal(v->utterances[n].received, v->utterances[n].frames);
        check_half(&v->utterances[n], false);
        check_half(&v->utterances[n], true);
    }
}

static struct ese_path *ready_path(struct ese_chip *chip, uint32_t channels, struct fake_chip **fake,
                                   uint32_t frames)
{
    struct ese_path_image images[PARTS], turned[PARTS];
    *fake = fake_new(channels, QUEUE);
    assert_int_equal(ese_open(chip, &(*fake)->bus), ESE_OK);
    make_images(*fake, images);
    turned[0] = images[1], turned[1] = images[0]; /* in any order */
    return ese_path_open(chip, turned, PARTS, &(struct ese_path_options){.frames = frames, .places = 4});
}

static void all_right(void **state)
{
    (void)state;
    for (uint32_t channels = 1; channels < 9; channels += 3)
        for (uint32_t frames = 0; frames < 100; frames += 45) {
            static struct voices v;
            struct ese_chip chip;
            struct fake_chip *fake;
            struct ese_path *path = ready_path(&chip, channels, &fake, frames);
            struct ese_path_counts counts;
            assert_non_null(path);
            assert_int_equal(ese_path_model(path)->y_size, 2 * FAKE_Y);
            assert_int_equal(ese_path_parts(path), PARTS);
            for (int again = 0; again < 2; again++) {
                fake->per_wait = 1 + again;
                assert_int_equal(ese_path_run(path, make_voices(&v, again ? LONGEST : 3)), ESE_OK);
                check_voices(&v);
            }
            ese_path_counts(path, &counts);
            assert_int_equal(counts.utterances, 2 * UTTERANCES);
            assert_int_equal(counts.frames, fake->frames);
            assert_int_equal(PARTS * counts.voice_frames, fake->busy_frames);
            assert_int_equal(counts.loads % PARTS, 0);
            if (frames == 0 || channels == 1) /* all at once, or not */
                assert_int_equal(counts.loads == 2 * PARTS, frames == 0);
            ese_path_close(path);
            end(&chip, fake);
        }
}

/* What is longer than a tape is to be goes alone on its channel; the tape is as long as it takes. */
static void longer_than_a_tape(void **state)
{
    (void)state;
    static struct voices v;
    struct ese_chip chip;
    struct fake_chip *fake;
    struct ese_path *path = ready_path(&chip, 2, &fake, 1);
    assert_int_equal(ese_path_run(path, make_voices(&v, LONGEST)), ESE_OK);
    check_voices(&v);
    ese_path_close(path);
    end(&chip, fake);
}

static void images_refused(void **state)
{
    (void)state;
    static const struct { uint32_t word, value; const char *says; } wrong[] = {
        {ESE_IMAGE_PARTS, 3, "one of 2 was wanted"},
        {ESE_IMAGE_PARTS, 0, "one of 2 was wanted"},
        {ESE_IMAGE_PART, 0, "one of 2 was wanted"}, /* there are two of it */
        {ESE_IMAGE_PART, 2, "one of 2 was wanted"},
        {ESE_IMAGE_READS, 1, "part 1 does not fit"},
        {ESE_IMAGE_WRITES, 0, "part 1 does not fit"},
        {ESE_IMAGE_WRITES, 9, "part 1 writes tape 9, of 2 parts"},
        {ESE_IMAGE_WRITES_FROM, 24, "part 1 does not fit"},
        {ESE_IMAGE_WRITES_FROM, 4096, "part 1 does not fit"},
        {ESE_IMAGE_WRITES_BYTES, 160, "part 1 does not fit"},
    };
    for (size_t n = 0; n < sizeof wrong / sizeof *wrong; n++) {
        struct ese_chip chip;
        struct ese_path_image images[PARTS];
        struct fake_chip *fake = fake_new(3, QUEUE);
        assert_int_equal(ese_open(&chip, &fake->bus), ESE_OK);
        make_images(fake, images);
        ese_put32(models[1] + 4 * wrong[n].word, wrong[n].value);
        fake_seal(models[1]);
        assert_null(ese_path_open(&chip, images, PARTS, &(struct ese_path_options){0}));
        if (strstr(chip.message, wrong[n].says) == NULL)
            fail_msg("word %u as %u: %s", (unsigned)wrong[n].word, (unsigned)wrong[n].value, chip.message);
        end(&chip, fake);
    }
}

/* Wherever it fails, nothing is lost or held, and the same can be played anew. */
static void any_failure(void **state)
{
    (void)state;
    static struct voices v;
    bool through = false;
    for (long at = 60; !through; at += 37) { /* behind ese_open() */
        struct ese_chip chip;
        struct fake_chip *fake;
        struct ese_path *path = ready_path(&chip, 3, &fake, 50);
        fake->operations = 0;
        fake->fail_at = at;
        const int result = ese_path_run(path, make_voices(&v, LONGEST));
        through = fake->operations <= at;
        assert_int_equal(result == ESE_OK, through);
        fake->fail_at = -1;
        if (!through)
            assert_int_equal(ese_path_run(path, v.utterances), ESE_OK);
        check_voices(&v);
        ese_path_close(path);
        end(&chip, fake);
    }
}

static void wrong_utterances(void **state)
{
    (void)state;
    static struct voices v;
    unsigned char saved[64];
    struct ese_chip chip;
    struct fake_chip *fake;
    struct ese_path *path = ready_path(&chip, 3, &fake, 0);
    make_voices(&v, 5);
    v.utterances[3].save = saved;
    assert_int_equal(ese_path_run(path, v.utterances), ESE_FAIL_ARGUMENT);
    v.utterances[3].save = NULL;
    v.utterances[UTTERANCES - 1].frames = 0;
    assert_int_equal(ese_path_run(path, v.utterances), ESE_FAIL_ARGUMENT);
    assert_int_equal(fake->frames, 0);
    ese_path_close(path);
    end(&chip, fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_right),   cmocka_unit_test(longer_than_a_tape), cmocka_unit_test(images_refused),
        cmocka_unit_test(any_failure), cmocka_unit_test(wrong_utterances),
    };
    return cmocka_run_group_tests_name("driver, path", tests, NULL, NULL);
}
