/* SPDX-License-Identifier: Apache-2.0
 * test_draw.c - random numbers, and networks and utterances made of them.
 *
 * Seeds name models for good: the digests below must come out on every machine, and may not change
 * unless the drawing itself is meant to. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "models/base/bytes.h"
#include "models/base/random.h"
#include "models/network/network.h"
#include "models/network/reference.h"
#include "models/network/utterances.h"
#include "models/program/prune.h"

#include <cmocka.h> /* last: it has a macro called fail */

#define DIGEST_START UINT64_C(0xcbf29ce484222325)
#define DIGEST_NETWORK UINT64_C(0xc26e717fe61369c6)
#define DIGEST_NOISE UINT64_C(0xf708c848af925893)

/* FNV-1a, a number's 32 bits at a time. */
static uint64_t digest(uint64_t hash, const float *values, int count)
{
    for (int i = 0; i < count; i++)
        hash = (hash ^ bits_of_float(values[i])) * UINT64_C(0x100000001b3);
    return hash;
}

static uint64_t digest_of_matrix(uint64_t hash, const struct matrix *matrix)
{
    return digest(hash, matrix->at, matrix->rows * matrix->cols);
}

static uint64_t digest_of_network(const struct network *network)
{
    uint64_t hash = DIGEST_START;
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        hash = digest_of_matrix(hash, &network->wx[gate]);
        hash = digest_of_matrix(hash, &network->wr[gate]);
        hash = digest(hash, network->bias[gate], network->cell);
        if (network->peep[gate] != NULL)
            hash = digest(hash, network->peep[gate], network->cell);
    }
    return digest_of_matrix(hash, &network->wym);
}

static void first_numbers_known(void **state)
{
    (void)state;
    /* Published test vector of xoshiro256**. */
    struct random random = {{1, 2, 3, 4}};
    const uint64_t known[] = {11520, 0, 1509978240, UINT64_C(1215971899390074240)};
    for (int i = 0; i < 4; i++)
        assert_true(random_next(&random) == known[i]);
}

static void numbers_distributed(void **state)
{
    (void)state;
    enum { DRAWS = 100000, BINS = 7 };
    struct random random;
    double sum = 0, squares = 0, fourths = 0, uniforms = 0;
    int bins[BINS] = {0};
    random_seed(&random, 1);
    for (int i = 0; i < DRAWS; i++) {
        double g = random_gauss(&random), u = random_uniform(&random);
        assert_true(g > -6 && g < 6 && u >= 0 && u < 1);
        sum += g;
        squares += g * g;
        fourths += g * g * g * g;
        uniforms += u;
        bins[random_below(&random, BINS)]++;
        assert_true(random_below(&random, 1) == 0);
    }
    assert_true(fabs(sum / DRAWS) < 0.02);
    assert_true(fabs(squares / DRAWS - 1) < 0.02);
    assert_true(fabs(fourths / DRAWS - 2.9) < 0.1); /* 3 - 1.2/12: twelve uniforms */
    assert_true(fabs(uniforms / DRAWS - 0.5) < 0.01);
    for (int i = 0; i < BINS; i++)
        assert_true(abs(bins[i] - DRAWS / BINS) < 600);
}

static void networks_known(void **state)
{
    (void)state;
    struct model_config model = {.input = 20, .cell = 48, .output = 24, .peephole = true,
                                 .projection = true, .seed = 7};
    struct network network;

    network_draw(&network, &model);
    uint64_t hash = digest_of_network(&network);
    if (hash != DIGEST_NETWORK)
        fail_msg("digest %016llx", (unsigned long long)hash);
    assert_true(network.wym.rows == 24 && network.wym.cols == 48 && network.classes.rows == 0);
    assert_true(network.peep[GATE_G] == NULL && network.peep[GATE_F] != NULL);
    network_free(&network);

    model.seed = 8;
    network_draw(&network, &model);
    assert_true(hash != digest_of_network(&network));
    network_free(&network);

    /* Without projection y is m, whatever the configured output. */
    model.projection = model.peephole = false;
    network_draw(&network, &model);
    assert_true(network.output == 48 && network.wr[GATE_O].cols == 48 && network.wym.rows == 0);
    assert_null(network.peep[GATE_I]);
    network_free(&network);
}

static void noise_known(void **state)
{
    (void)state;
    struct utterances u;
    double squares = 0, neighbours = 0;
    utterances_draw(&u, 2, 2000, 10, 5);
    assert_true(u.count == 2 && u.frames[1].rows == 2000 && u.frames[1].cols == 10);
    assert_string_equal(u.names[1], "noise01");

    const float *x = u.frames[1].at;
    for (int i = 0; i < 20000; i++) {
        squares += (double)x[i] * (double)x[i];
        if (i >= 10)
            neighbours += (double)x[i] * (double)x[i - 10];
    }
    assert_true(fabs(squares / 20000 - 1) < 0.15);
    assert_true(fabs(neighbours / squares - 0.9375) < 0.02);
    uint64_t hash = digest_of_matrix(DIGEST_START, &u.frames[1]);
    if (hash != DIGEST_NOISE)
        fail_msg("digest %016llx", (unsigned long long)hash);
    utterances_free(&u);
}

struct activity {
    double y_rms, y_change; /* of y, and of y against the frame before */
    double c_large, stuck;  /* shares: |c| > 8; gates below 0.01 or above 0.99 */
};

static struct activity play(const struct network *network, const struct matrix *frames)
{
    struct activity sum = {0};
    struct reference *reference = reference_new(network);
    struct reference_state state = reference_start(network);
    double *before = allocate((size_t)network->output, sizeof *before);
    for (int t = 0; t < frames->rows; t++) {
        reference_step(reference, &state, frames->at + t * frames->cols);
        for (int i = 0; i < network->output; i++) {
            sum.y_rms += state.y[i] * state.y[i];
            sum.y_change += (state.y[i] - before[i]) * (state.y[i] - before[i]);
            before[i] = state.y[i];
        }
        for (int i = 0; i < network->cell; i++) {
            sum.c_large += fabs(state.c[i]) > 8;
            for (int gate = 0; gate < GATE_COUNT; gate++)
                sum.stuck += gate != GATE_G && fabs(state.gate[gate][i] - 0.5) > 0.49;
        }
    }
    free(before);
    reference_end(&state);
    reference_free(reference);
    double outputs = (double)frames->rows * network->output;
    double cells = (double)frames->rows * network->cell;
    return (struct activity){sqrt(sum.y_rms / outputs), sqrt(sum.y_change / outputs),
                             sum.c_large / cells, sum.stuck / (3 * cells)};
}

/* Pruned to a tenth, every kind of network still moves and stays within the usual ranges. */
static void pruned_networks_alive(void **state)
{
    (void)state;
    struct utterances noise;
    utterances_draw(&noise, 1, 500, 40, 3);
    for (int kind = 0; kind < 8; kind++) {
        struct model_config model = {.input = 40, .cell = 128, .output = 64,
                                     .peephole = kind & 1, .projection = kind & 2,
                                     .candidate = kind & 4 ? CANDIDATE_SIGM : CANDIDATE_TANH,
                                     .seed = (uint64_t)kind};
        struct network network;
        network_draw(&network, &model);
        struct geometry g = {.pes = 32, .block_rows = 128, .gate_fold = 1, .y_fold = 1};
        prune(&network, PRUNING_BALANCED, 0.1, &g);
        struct activity a = play(&network, &noise.frames[0]);
        if (!(a.y_rms > 0.15 && a.y_rms < 0.6 && a.y_change > 0.02 && a.c_large < 0.005 &&
              a.stuck < 0.01))
            fail_msg("kind %d: y %g, change %g, large c %g, stuck %g", kind, a.y_rms, a.y_change,
                     a.c_large, a.stuck);
        network_free(&network);
    }
    utterances_free(&noise);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_numbers_known), cmocka_unit_test(numbers_distributed),
        cmocka_unit_test(networks_known),      cmocka_unit_test(noise_known),
        cmocka_unit_test(pruned_networks_alive),
    };
    return cmocka_run_group_tests_name("draw", tests, NULL, NULL);
}
