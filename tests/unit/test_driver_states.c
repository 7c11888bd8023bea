/* SPDX-License-Identifier: Apache-2.0
 * What the host library knows of states: their vectors, the one that a model begins with, and none. */
#include "tests/unit/driver_testing.h"

enum { CHANNELS = 3, FRAMES = 5, VOICES = 8, WITH_INITIAL = 16384 + 1024 };

static unsigned char larger[WITH_INITIAL];

/* The image of the fake with an initial state behind all else, in which every channel has this sum. */
static size_t make_initial(const struct fake_chip *fake, int32_t sum)
{
    fake_image(fake, model, weights);
    memset(larger, 0, sizeof larger);
    memcpy(larger, model, sizeof model);
    unsigned char *state = larger + 16384;
    for (uint32_t c = 0; c < fake->channels; c++)
        for (uint32_t byte = 0; byte < 4; byte++)
            state[byte / 2 * fake->state_word + 2 * c + byte % 2] =
                (unsigned char)((uint32_t)sum >> 8 * byte);
    ese_put32(larger + 4 * ESE_IMAGE_INITIAL_OFFSET, 16384);
    ese_put32(larger + 4 * ESE_IMAGE_INITIAL_CRC, ese_crc32(0, state, fake->state_bytes));
    fake_seal(larger);
    return 16384 + fake->state_bytes;
}

/* ---- vectors --------------------------------------------------------------------------------- */

static void vectors_listed(void **state)
{
    (void)state;
    struct ese_chip chip;
    struct fake_chip *fake = ready(&chip, CHANNELS, QUEUE);
    assert_int_equal(chip.vector_count, 2);
    assert_int_equal(chip.vectors[0].kind, ESE_KIND_CELL);
    assert_int_equal(chip.vectors[0].elements, FAKE_C);
    assert_int_equal(chip.vectors[0].fraction, 3);
    assert_int_equal(chip.vectors[1].kind, ESE_KIND_OUTPUT);
    assert_int_equal(chip.vectors[1].first, FAKE_C);
    assert_int_equal(chip.vectors[1].fraction, -3);
    assert_null(chip.initial);
    assert_int_equal(ese_state_bytes(&chip), (FAKE_C + FAKE_Y) * 2);
    end(&chip, fake);
}

/* Elements go round PEs, lanes and words, as they do in the chip. */
static void vectors_placed(void **state)
{
    (void)state;
    static const uint32_t shapes[][3] = {{1, 1, 1}, {4, 1, 2}, {7, 3, 2}, {8, 4, 4}, {5, 5, 3}};
    for (size_t n = 0; n < sizeof shapes / sizeof *shapes; n++) {
        const uint32_t pes = shapes[n][0], lanes = shapes[n][1], bytes = shapes[n][2];
        struct ese_vector v = {.first = 2, .elements = 3 * pes + 1};
        struct ese_chip chip = {.pes = pes, .lanes = lanes, .vectors = &v, .vector_count = 1};
        chip.model = (struct ese_model){.element_bytes = bytes, .state_slot_bytes = lanes * bytes,
                                        .activation_bits = 8 * bytes};
        unsigned char own[400] = {0};
        int32_t put[40], got[40];
        for (uint32_t e = 0; e < v.elements; e++)
            put[e] = (int32_t)(e + 1) * (e % 2 == 0 ? 1 : -1);
        ese_put_vector(&chip, own, 0, put);
        const uint32_t groups = (pes + lanes - 1) / lanes;
        for (uint32_t e = 0; e < v.elements; e++) {
            uint32_t word = 2 + e / pes * groups + e % pes / lanes, lane = e % pes % lanes;
            assert_int_equal(own[(word * lanes + lane) * bytes], put[e] & 0xff);
        }
        ese_get_vector(&chip, own, 0, got);
        assert_memory_equal(got, put, v.elements * sizeof *got);
        put[0] = INT32_MAX; /* what does not fit */
        put[v.elements - 1] = INT32_MIN;
        ese_put_vector(&chip, own, 0, put);
        ese_get_vector(&chip, own, 0, got);
        int32_t most = (int32_t)((INT64_C(1) << (8 * bytes - 1)) - 1);
        assert_int_equal(got[0], most);
        assert_int_equal(got[v.elements - 1], -most - 1);
    }
}

/* Entries that lie elsewhere than in the state. */
static void vectors_refused(void **state)
{
    (void)state;
    static const struct { int word; uint32_t value; } wrong[] = {
        {ESE_VECTOR_FIRST, FAKE_C + 1}, {ESE_VECTOR_FIRST, UINT32_MAX},
        {ESE_VECTOR_ELEMENTS, 0}, {ESE_VECTOR_ELEMENTS, FAKE_Y + 1}, {ESE_VECTOR_ELEMENTS, UINT32_MAX}};
    for (size_t n = 0; n < sizeof wrong / sizeof *wrong; n++) {
        struct ese_chip chip;
        struct fake_chip *fake = ready(&chip, CHANNELS, QUEUE);
        ese_put32(model + FAKE_TABLE + 32 + 4 * wrong[n].word, wrong[n].value);
        fake_seal(model);
        assert_int_equal(ese_load(&chip, model, sizeof model, weights, sizeof weights), ESE_FAIL_MODEL);
        assert_non_null(strstr(chip.message, "vector 1 of model.bin does not lie within the state"));
        assert_int_equal(chip.vector_count, 0);
        end(&chip, fake);
    }
}

/* ---- the initial state ----------------------------------------------------------------------- */

static void voice(struct ese_utterance *u, int32_t *x, int32_t *y)
{
    for (uint32_t i = 0; i < FRAMES * FAKE_X; i++)
        x[i] = (int32_t)draw(65536) - 32768;
    *u = (struct ese_utterance){.x = x, .y = y, .frames = FRAMES};
}

/* Whoever brings no state begins with the model's; a state that was saved is what comes after it. */
static void initial_restored(void **state)
{
    (void)state;
    const int32_t sum = -1234567;
    struct ese_chip chip;
    struct fake_chip *fake = fake_new(CHANNELS, QUEUE);
    assert_int_equal(ese_open(&chip, &fake->bus), ESE_OK);
    size_t bytes = make_initial(fake, sum);
    assert_int_equal(ese_load(&chip, larger, bytes, weights, sizeof weights), ESE_OK);
    assert_non_null(chip.initial);
    struct ese_server *server = ese_server_open(&chip, &(struct ese_server_options){4, 2});
    struct ese_utterance u[2][VOICES];
    static int32_t x[2][VOICES][FRAMES * FAKE_X], y[2][VOICES][FRAMES * FAKE_Y];
    unsigned char saved[VOICES][64];
    for (int half = 0; half < 2; half++) {
        for (int v = 0; v < VOICES; v++) {
            voice(&u[half][v], x[half][v], y[half][v]);
            u[half][v].save = half == 0 ? saved[v] : NULL;
            u[half][v].restore = half != 0 && v % 2 == 0 ? saved[v] : NULL; /* others begin anew */
            assert_int_equal(ese_server_submit(server, &u[half][v]), ESE_OK);
        }
        assert_int_equal(ese_server_finish(server), ESE_OK);
    }
    ese_server_close(server);
    for (int v = 0; v < VOICES; v++) {
        int32_t right[FRAMES * FAKE_Y], go = sum;
        fake_expect(&go, x[0][v], right, FRAMES);
        assert_memory_equal(y[0][v], right, sizeof right);
        if (v % 2 != 0)
            go = sum;
        fake_expect(&go, x[1][v], right, FRAMES);
        assert_memory_equal(y[1][v], right, sizeof right);
    }
    /* Another model has none. */
    assert_int_equal(load(&chip, fake), ESE_OK);
    assert_null(chip.initial);
    end(&chip, fake);
}

static void initial_refused(void **state)
{
    (void)state;
    struct ese_chip chip;
    struct fake_chip *fake = ready(&chip, CHANNELS, QUEUE);
    size_t bytes = make_initial(fake, 5);
    larger[16384 + 3] ^= 1;
    assert_int_equal(ese_load(&chip, larger, bytes, weights, sizeof weights), ESE_FAIL_MODEL);
    assert_non_null(strstr(chip.message, "initial state in model.bin is damaged"));
    bytes = make_initial(fake, 5);
    assert_int_equal(ese_load(&chip, larger, bytes - 1, weights, sizeof weights), ESE_FAIL_MODEL);
    ese_put32(larger + 4 * ESE_IMAGE_INITIAL_OFFSET, 12288);
    fake_seal(larger);
    assert_int_equal(ese_load(&chip, larger, bytes, weights, sizeof weights), ESE_FAIL_MODEL);
    assert_non_null(strstr(chip.message, "not at its end"));
    assert_null(chip.initial);
    end(&chip, fake);
}

/* ---- no state -------------------------------------------------------------------------------- */

/* A network of which nothing lives on: there is nothing to restore or to save, and nobody is asked to. */
static void stateless(void **state)
{
    (void)state;
    struct ese_chip chip;
    struct fake_chip *fake = ready(&chip, CHANNELS, QUEUE);
    const uint32_t none[] = {ESE_IMAGE_CELL_WORDS, ESE_IMAGE_KEPT_WORDS, ESE_IMAGE_STATE_BYTES,
                             ESE_IMAGE_VECTORS};
    for (size_t n = 0; n < sizeof none / sizeof *none; n++)
        ese_put32(model + 4 * none[n], 0);
    fake_seal(model);
    ese_put32(model + 4 * ESE_IMAGE_VECTORS_CRC, 0); /* of nothing */
    ese_put32(model + 4 * ESE_IMAGE_HOST_CRC, ese_crc32(0, model + 128, 124));
    assert_int_equal(ese_load(&chip, model, sizeof model, weights, sizeof weights), ESE_OK);
    assert_int_equal(ese_state_bytes(&chip), 0);
    assert_int_equal(chip.vector_count, 0);
    struct ese_server *server = ese_server_open(&chip, &(struct ese_server_options){4, 2});
    struct ese_utterance u[VOICES];
    static int32_t x[VOICES][FRAMES * FAKE_X], y[VOICES][FRAMES * FAKE_Y];
    unsigned char nothing = 0x5a;
    for (int v = 0; v < VOICES; v++) {
        voice(&u[v], x[v], y[v]);
        u[v].save = &nothing;
        u[v].restore = &nothing;
        assert_int_equal(ese_server_submit(server, &u[v]), ESE_OK);
    }
    assert_int_equal(ese_server_finish(server), ESE_OK);
    ese_server_close(server);
    assert_int_equal(nothing, 0x5a);
    for (int v = 0; v < VOICES; v++) {
        int32_t right[FRAMES * FAKE_Y], sum = 0; /* the fake begins with zeros all the same */
        fake_expect(&sum, x[v], right, FRAMES);
        assert_memory_equal(y[v], right, sizeof right);
    }
    end(&chip, fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_listed),  cmocka_unit_test(vectors_placed),
        cmocka_unit_test(vectors_refused), cmocka_unit_test(initial_restored),
        cmocka_unit_test(initial_refused), cmocka_unit_test(stateless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
