/* SPDX-License-Identifier: Apache-2.0
 * test_draw.c - random numbers, and networks and utterances made of them.
 *
 * Seeds name models for good: the digests below must come out on every machine, and may not change
 * unless the drawing itself is meant to. */
#include <math.h>

#include "models/base/bytes.h"
#include "models/program/prune.h"
#include "tests/unit/model_testing.h"

#define DIGEST_START UINT64_C(0xcbf29ce484222325)
#define DIGEST_NETWORK UINT64_C(0xc26e717fe61369c6)
#define DIGEST_STACK UINT64_C(0x132e50953faf88e0)
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
    for (int n = 0; n < network->pass_count; n++) {
        const struct network_pass *pass = &network->passes[n];
        for (int i = 0; i < network->matrix_count; i++)
            if (network->matrices[i].pass == n)
                hash = digest_of_matrix(hash, &network->matrices[i].weights);
        if (pass->bias != NULL)
            hash = digest(hash, pass->bias, pass->rows);
        if (pass->peep != NULL)
            hash = digest(hash, pass->peep, pass->rows);
    }
    return hash;
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
    const struct matrix *wym = matrix_named(&network, "Wym");
    assert_true(wym->rows == 24 && wym->cols == 48 && network.after == NULL);
    assert_int_equal(network.names.output, NONE);
    assert_null(pass_named(&network, "g")->peep);
    assert_non_null(pass_named(&network, "f")->peep);
    network_free(&network);

    model.seed = 8;
    network_draw(&network, &model);
    assert_true(hash != digest_of_network(&network));
    network_free(&network);

    /* Without projection y is m, whatever the configured output. */
    model.projection = model.peephole = false;
    network_draw(&network, &model);
    assert_true(network.output == 48 && matrix_named(&network, "Wor")->cols == 48);
    assert_int_equal(network.matrix_count, 8);
    assert_null(pass_named(&network, "i")->peep);
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
    double cells, gates;    /* how many of each there were */
};

/* What is in a frame's cells and gates. */
static void count_cells(struct activity *sum, const struct network *n,
                        const struct reference_state *state)
{
    for (int v = 0; v < n->vector_count; v++)
        for (int i = 0; n->vectors[v].value == VALUE_C && i < n->vectors[v].size; i++) {
            sum->c_large += fabs(state->at[v][i]) > 8;
            sum->cells++;
        }
    for (int p = 0; p < n->pass_count; p++) {
        const struct network_pass *pass = &n->passes[p];
        const bool gate =
            pass->function == FUNCTION_SIGMOID && pass->operation != OPERATION_CELL;
        for (int i = 0; gate && i < pass->rows; i++) {
            sum->stuck += fabs(1.0 / (1.0 + exp(-state->z[p][i])) - 0.5) > 0.49;
            sum->gates++;
        }
    }
}

static struct activity play(const struct network *network, const struct matrix *frames)
{
    struct activity sum = {0};
    struct reference *reference = reference_new(network);
    struct reference_state state = reference_start(network);
    double *before = allocate((size_t)network->output, sizeof *before);
    for (int t = 0; t < frames->rows; t++) {
        reference_step(reference, &state, frames->at + t * frames->cols);
        const double *y = reference_y(&state);
        for (int i = 0; i < network->output; i++) {
            sum.y_rms += y[i] * y[i];
            sum.y_change += (y[i] - before[i]) * (y[i] - before[i]);
            before[i] = y[i];
        }
        count_cells(&sum, network, &state);
    }
    free(before);
    reference_end(&state);
    reference_free(reference);
    double outputs = (double)frames->rows * network->output;
    sum.y_rms = sqrt(sum.y_rms / outputs);
    sum.y_change = sqrt(sum.y_change / outputs);
    sum.c_large /= fmax(sum.cells, 1);
    sum.stuck /= fmax(sum.gates, 1);
    return sum;
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
                                     .pruning = PRUNING_BALANCED, .density = 0.1,
                                     .seed = (uint64_t)kind};
        struct network network;
        network_draw(&network, &model);
        struct geometry g = {.pes = 32, .block_rows = 128, .folds = {1, 1}};
        prune(&network, &model, &g);
        struct activity a = play(&network, &noise.frames[0]);
        if (!(a.y_rms > 0.15 && a.y_rms < 0.6 && a.y_change > 0.02 && a.c_large < 0.005 &&
              a.stuck < 0.01))
            fail_msg("kind %d: y %g, change %g, large c %g, stuck %g", kind, a.y_rms, a.y_change,
                     a.c_large, a.stuck);
        network_free(&network);
    }
    utterances_free(&noise);
}

/* ---- layers of all kinds --------------------------------------------------------------------- */

/* Kinds and options that are drawn or computed in their own ways. */
static int list_kinds(struct layer_config list[16])
{
    int count = 0;
    for (int coupled = COUPLED_NONE; coupled <= COUPLED_FORGET; coupled++) {
        list[count] = layer_default(LAYER_LSTM);
        list[count].cell = 64;
        list[count].output = coupled == COUPLED_INPUT ? 0 : 40;
        list[count].projection_bias = coupled == COUPLED_FORGET;
        list[count++].coupled = (enum coupling)coupled;
    }
    for (int reset = RESET_AFTER; reset <= RESET_BEFORE; reset++) {
        list[count] = layer_default(LAYER_GRU);
        list[count].cell = 64;
        list[count++].reset = (enum reset)reset;
    }
    for (int function = NONLINEARITY_TANH; function <= NONLINEARITY_RELU; function++) {
        list[count] = layer_default(LAYER_RNN);
        list[count].cell = 64;
        list[count++].nonlinearity = (enum nonlinearity)function;
    }
    for (int function = ACTIVATION_NONE; function <= ACTIVATION_TANH; function++) {
        list[count] = layer_default(LAYER_LINEAR);
        list[count].output = 64;
        list[count++].activation = (enum activation)function;
    }
    return count;
}

/* Four of a kind above each other. */
static struct network stack_of(struct layer_config layer, bool pruned)
{
    struct model_config model = {.layer_count = 4,
                                 .pruning = pruned ? PRUNING_BALANCED : PRUNING_NONE,
                                 .density = 0.1,
                                 .seed = 5};
    struct network n;
    struct geometry g = {.pes = 8, .block_rows = 128};
    for (int i = 0; i < model.layer_count; i++)
        model.layers[i] = layer;
    model.layers[0].input = 40;
    for (int group = 0; group < GROUPS_MOST; group++)
        g.folds[group] = 1;
    network_draw(&n, &model);
    prune(&n, &model, &g);
    return n;
}

/* The last of four layers still moves, and they have not grown. */
static void stacks_alive(void **state)
{
    (void)state;
    struct layer_config kinds[16];
    const int count = list_kinds(kinds);
    struct utterances noise;
    utterances_draw(&noise, 1, 500, 40, 3);
    for (int n = 0; n < 2 * count; n++) {
        struct network network = stack_of(kinds[n / 2], n % 2);
        struct activity a = play(&network, &noise.frames[0]);
        if (!(a.y_rms > 0.1 && a.y_rms < 1.6 && a.y_change > 0.004 && a.c_large < 0.005 &&
              a.stuck < 0.01))
            fail_msg("%s, kind %d%s: y %g, change %g, large c %g, stuck %g",
                     layer_kind_name(kinds[n / 2].kind), n / 2, n % 2 ? ", pruned" : "", a.y_rms,
                     a.y_change, a.c_large, a.stuck);
        network_free(&network);
    }
    utterances_free(&noise);
}

/* Nothing bounds what it looks back at. */
static void relu_does_not_grow(void **state)
{
    (void)state;
    struct model_config model = {.layer_count = 1};
    struct utterances noise;
    utterances_draw(&noise, 1, 300, 40, 3);
    model.layers[0] = layer_default(LAYER_RNN);
    model.layers[0].nonlinearity = NONLINEARITY_RELU;
    model.layers[0].input = 40;
    for (model.seed = 0; model.seed < 400; model.seed++) {
        struct network network;
        model.layers[0].cell = 1 + (int)(model.seed % 5);
        network_draw(&network, &model);
        const double rms = play(&network, &noise.frames[0]).y_rms;
        if (!(rms < 4.0))
            fail_msg("%d cells, seed %d: %g", model.layers[0].cell, (int)model.seed, rms);
        network_free(&network);
    }
    utterances_free(&noise);
}

/* The digest of all kinds of layers, one above the other. */
static void stacks_known(void **state)
{
    (void)state;
    struct model_config model = {.seed = 7};
    struct network network;
    model.layer_count = list_kinds(model.layers);
    model.layers[0].input = 10;
    network_draw(&network, &model);
    const uint64_t hash = digest_of_network(&network);
    if (hash != DIGEST_STACK)
        fail_msg("digest %016llx", (unsigned long long)hash);
    network_free(&network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_numbers_known), cmocka_unit_test(numbers_distributed),
        cmocka_unit_test(networks_known),      cmocka_unit_test(noise_known),
        cmocka_unit_test(pruned_networks_alive), cmocka_unit_test(stacks_alive),
        cmocka_unit_test(relu_does_not_grow),  cmocka_unit_test(stacks_known),
    };
    return cmocka_run_group_tests_name("draw", tests, NULL, NULL);
}
