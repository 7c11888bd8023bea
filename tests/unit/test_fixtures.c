/* SPDX-License-Identifier: Apache-2.0
 * test_fixtures.c - the networks of tests/fixtures: y in floating point is that of PyTorch and
 * onnxruntime, and no error that is planted in their tensors or descriptions goes unseen. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/file/safetensors.h"
#include "models/network/layer.h"
#include "models/network/reference.h"

#include <cmocka.h> /* last: it has a macro called fail */

#define AGREE 1e-5 /* y of float32, of frameworks that add up in float32 */
#define SEEN 1e-3

struct fixture {
    const char *name;
    int count;
    const struct layer_config *layers;
};

#define LIST(...) ((const struct layer_config[]){__VA_ARGS__})
#define FIXTURE(name, ...) \
    {#name, (int)(sizeof LIST(__VA_ARGS__) / sizeof(struct layer_config)), LIST(__VA_ARGS__)},
static const struct fixture fixtures[] = {
#include "tests/fixtures/fixtures.def"
};
enum { FIXTURES = sizeof fixtures / sizeof *fixtures };

/* ---- fixtures -------------------------------------------------------------------------------- */

struct loaded {
    const char *name;
    struct network network;
    struct matrix x, y; /* [frames, input], [frames, output] */
};

static void path_of(char path[128], const struct fixture *f)
{
    snprintf(path, 128, "tests/fixtures/%s.safetensors", f->name);
}

static bool read_network(struct network *n, const struct fixture *f,
                         const struct layer_config *layers, struct error *error)
{
    char path[128];
    path_of(path, f);
    struct model_config model = {.path = path, .layer_count = f->count, .density = 1.0};
    memcpy(model.layers, layers, (size_t)f->count * sizeof *layers);
    return network_read(n, &model, error);
}

static struct matrix read_values(const struct safetensors *file, const char *name)
{
    const struct tensor *tensor = safetensors_find(file, name);
    struct error error;
    assert_non_null(tensor);
    assert_int_equal(tensor->rank, 2);
    struct matrix values = matrix_new(tensor->shape[0], tensor->shape[1]);
    if (!safetensors_fetch(file, name, 2, tensor->shape, values.at, &error))
        fail_msg("%s", error.text);
    return values;
}

static struct loaded load(const struct fixture *f)
{
    char path[128];
    struct loaded l = {.name = f->name};
    struct safetensors file;
    struct error error;
    path_of(path, f);
    if (!read_network(&l.network, f, f->layers, &error) ||
        !safetensors_open(&file, path, &error))
        fail_msg("%s", error.text);
    l.x = read_values(&file, "x");
    l.y = read_values(&file, "y");
    safetensors_close(&file);
    assert_int_equal(l.x.cols, l.network.input);
    assert_int_equal(l.y.cols, l.network.output);
    assert_int_equal(l.x.rows, l.y.rows);
    return l;
}

static void unload(struct loaded *l)
{
    network_free(&l->network);
    free(l->x.at);
    free(l->y.at);
}

/* How far the y of a network is from that of the fixture, at most. */
static double distance(const struct loaded *l, const struct network *n)
{
    const size_t size = (size_t)l->y.rows * (size_t)l->y.cols;
    struct reference *reference = reference_new(n);
    double *y = allocate(size, sizeof *y), most = 0.0;
    reference_run(reference, &l->x, NULL, y);
    for (size_t i = 0; i < size; i++)
        most = isfinite(y[i]) ? fmax(most, fabs(y[i] - (double)l->y.at[i])) : INFINITY;
    free(y);
    reference_free(reference);
    return most;
}

static void for_all(void (*test)(const struct loaded *l))
{
    for (int i = 0; i < FIXTURES; i++) {
        struct loaded l = load(&fixtures[i]);
        test(&l);
        unload(&l);
    }
}

static void check_y(const struct loaded *l)
{
    const double off = distance(l, &l->network);
    if (off > AGREE)
        fail_msg("%s: y is %g off, allowed are %g", l->name, off, AGREE);
}

/* All voices, which say the same, a frame of theirs. */
static void step(const struct loaded *l, const struct reference *reference,
                 struct reference_state *state, int frame)
{
    float *x = allocate((size_t)(l->x.cols * state->voices), sizeof *x);
    for (int i = 0; i < l->x.cols * state->voices; i++)
        x[i] = matrix_row(&l->x, frame)[i / state->voices];
    reference_step(reference, state, x);
    free(x);
    for (int i = 0; i < l->y.cols * state->voices; i++) {
        const double off =
            fabs(reference_y(state)[i] - (double)matrix_row(&l->y, frame)[i / state->voices]);
        if (!(off <= AGREE))
            fail_msg("%s: y of voice %d is %g off in frame %d, allowed are %g", l->name,
                     i % state->voices, off, frame, AGREE);
    }
}

static void check_steps(const struct loaded *l)
{
    if (!network_is_forward(&l->network))
        return;
    struct reference *reference = reference_new(&l->network);
    struct reference_state states[] = {reference_start(&l->network),
                                       reference_start_voices(&l->network)};
    for (int i = 0; i < 2; i++) {
        for (int frame = 0; frame < l->x.rows; frame++)
            step(l, reference, &states[i], frame);
        reference_end(&states[i]);
    }
    reference_free(reference);
}

static void test_y(void **state)
{
    (void)state;
    for_all(check_y);
    for_all(check_steps);
}

/* ---- errors in tensors ----------------------------------------------------------------------- */

/* A tensor of a network; a vector has one column. */
struct array {
    const char *name;
    float *at;
    int rows, cols, layer;
    int pass; /* NONE: it is an initial state */
};

struct arrays {
    int count;
    struct array of[256];
};

static void add_array(struct arrays *arrays, struct array array)
{
    if (array.at == NULL)
        return;
    assert_true(arrays->count < (int)(sizeof arrays->of / sizeof *arrays->of));
    arrays->of[arrays->count++] = array;
}

static void add_initial(struct arrays *arrays, const struct network *n, int number)
{
    const struct layer *l = &n->layers[number];
    float *y = n->vectors[l->writes].initial;
    if (y != NULL)
        add_array(arrays, (struct array){"y_0", y + l->first, l->size, 1, number, NONE});
    for (int i = 0; i < n->vector_count; i++)
        if (n->vectors[i].layer == number && i != l->writes)
            add_array(arrays, (struct array){n->vectors[i].name, n->vectors[i].initial,
                                             n->vectors[i].size, 1, number, NONE});
}

static struct arrays arrays_of(const struct network *n)
{
    struct arrays arrays = {0};
    for (int i = 0; i < n->matrix_count; i++) {
        const struct network_matrix *m = &n->matrices[i];
        add_array(&arrays, (struct array){m->tensor, m->weights.at, m->weights.rows,
                                          m->weights.cols, m->layer, m->pass});
    }
    for (int i = 0; i < n->pass_count; i++) {
        const struct network_pass *p = &n->passes[i];
        add_array(&arrays, (struct array){p->bias_tensor, p->bias, p->rows, 1, p->layer, i});
        add_array(&arrays, (struct array){p->peep_tensor, p->peep, p->rows, 1, p->layer, i});
    }
    for (int i = 0; i < n->layer_count; i++)
        add_initial(&arrays, n, i);
    return arrays;
}

/* The network is wrong in what the message says: y must show it. */
static void must_see(const struct loaded *l, const struct network *wrong, const char *what, ...)
    __attribute__((format(printf, 3, 4)));
static void must_see(const struct loaded *l, const struct network *wrong, const char *what, ...)
{
    char error[128];
    va_list arguments;
    if (distance(l, wrong) > SEEN)
        return;
    va_start(arguments, what);
    vsnprintf(error, sizeof error, what, arguments);
    va_end(arguments);
    fail_msg("%s does not see this error: %s", l->name, error);
}

static void exchange(struct array *a, struct array *b)
{
    for (int i = 0; i < a->rows * a->cols; i++) {
        const float kept = a->at[i];
        a->at[i] = b->at[i];
        b->at[i] = kept;
    }
}

static void transpose(struct array *a)
{
    for (int row = 0; row < a->rows; row++)
        for (int col = 0; col < row; col++) {
            float *below = &a->at[row * a->cols + col], *above = &a->at[col * a->cols + row];
            const float kept = *below;
            *below = *above;
            *above = kept;
        }
}

static void scale(struct array *a, float factor)
{
    for (int i = 0; i < a->rows * a->cols; i++)
        a->at[i] *= factor;
}

/* Gates in another order, the two biases of a GRU's n, a peephole of another gate: whatever two
 * tensors of one shape a layer has. */
static void check_exchanges(const struct loaded *l)
{
    struct network wrong = network_copy(&l->network);
    struct arrays arrays = arrays_of(&wrong);
    for (int i = 0; i < arrays.count; i++)
        for (int j = 0; j < i; j++) {
            struct array *a = &arrays.of[i], *b = &arrays.of[j];
            if (a->layer != b->layer || a->rows != b->rows || a->cols != b->cols)
                continue;
            exchange(a, b);
            must_see(l, &wrong, "layer %d: %s for %s", a->layer, a->name, b->name);
            exchange(a, b);
        }
    network_free(&wrong);
}

static void check_transpositions(const struct loaded *l)
{
    struct network wrong = network_copy(&l->network);
    struct arrays arrays = arrays_of(&wrong);
    for (int i = 0; i < arrays.count; i++) {
        struct array *a = &arrays.of[i];
        if (a->rows != a->cols)
            continue;
        transpose(a);
        must_see(l, &wrong, "layer %d: %s transposed", a->layer, a->name);
        transpose(a);
    }
    network_free(&wrong);
}

/* A bias, a peephole, a projection's bias, a first state that nobody reads. */
static void check_left_out(const struct loaded *l)
{
    for (int i = 0; i < arrays_of(&l->network).count; i++) {
        struct network wrong = network_copy(&l->network);
        struct array a = arrays_of(&wrong).of[i];
        scale(&a, 0.0f);
        must_see(l, &wrong, "layer %d: no %s", a.layer, a.name);
        network_free(&wrong);
    }
}

/* A gate for what it leaves of 1, z for 1 - z: 1 - sigm(s) is sigm(-s). */
static void check_complements(const struct loaded *l)
{
    for (int pass = 0; pass < l->network.pass_count; pass++) {
        struct network wrong = network_copy(&l->network);
        struct arrays arrays = arrays_of(&wrong);
        for (int i = 0; i < arrays.count; i++)
            if (arrays.of[i].pass == pass)
                scale(&arrays.of[i], -1.0f);
        if (wrong.passes[pass].function == FUNCTION_SIGMOID)
            must_see(l, &wrong, "1 - %s", wrong.passes[pass].name);
        network_free(&wrong);
    }
}

static void test_wrong_tensors(void **state)
{
    (void)state;
    for_all(check_exchanges);
    for_all(check_transpositions);
    for_all(check_left_out);
    for_all(check_complements);
}

/* ---- errors in descriptions ------------------------------------------------------------------ */

/* Every direction of its own, so that a layer of both runs twice in one. */
static void check_directions(const struct loaded *l)
{
    for (int i = 0; i < l->network.layer_count; i++) {
        struct network wrong = network_copy(&l->network);
        enum direction *direction = &wrong.layers[i].as.direction;
        *direction = *direction == DIRECTION_FORWARD ? DIRECTION_BACKWARD : DIRECTION_FORWARD;
        if (wrong.layers[i].as.kind != LAYER_LINEAR)
            must_see(l, &wrong, "layer %d in the other direction", i);
        network_free(&wrong);
    }
}

/* The tensors of the backward half for those of the forward half. */
static void check_halves(const struct loaded *l)
{
    for (int layer = 1; layer < l->network.layer_count; layer++) {
        if (l->network.layers[layer].first == 0) /* it is no backward half */
            continue;
        struct network wrong = network_copy(&l->network);
        struct arrays arrays = arrays_of(&wrong);
        for (int i = 0; i < arrays.count; i++)
            for (int j = 0; j < arrays.count; j++)
                if (arrays.of[i].layer == layer && arrays.of[j].layer == layer - 1 &&
                    strcmp(arrays.of[i].name, arrays.of[j].name) == 0)
                    exchange(&arrays.of[i], &arrays.of[j]);
        must_see(l, &wrong, "halves %d and %d exchanged", layer - 1, layer);
        network_free(&wrong);
    }
}

static void check_functions(const struct loaded *l)
{
    for (int i = 0; i < l->network.layer_count; i++) {
        struct network wrong = network_copy(&l->network);
        struct layer_config *as = &wrong.layers[i].as;
        const enum activation activation = as->activation;
        as->candidate = as->candidate == CANDIDATE_TANH ? CANDIDATE_SIGM : CANDIDATE_TANH;
        as->nonlinearity =
            as->nonlinearity == NONLINEARITY_TANH ? NONLINEARITY_RELU : NONLINEARITY_TANH;
        for (int other = ACTIVATION_NONE; other <= ACTIVATION_TANH; other++) {
            as->activation = (enum activation)other;
            if (as->kind == LAYER_LSTM || as->kind == LAYER_RNN ||
                (as->kind == LAYER_LINEAR && as->activation != activation))
                must_see(l, &wrong, "layer %d with another function", i);
        }
        network_free(&wrong);
    }
}

static void test_wrong_descriptions(void **state)
{
    (void)state;
    for_all(check_directions);
    for_all(check_halves);
    for_all(check_functions);
}

/* What the layer becomes; false: it has no such thing. */
static bool other_reset(struct layer_config *layer)
{
    layer->reset = layer->reset == RESET_AFTER ? RESET_BEFORE : RESET_AFTER;
    return layer->kind == LAYER_GRU;
}

static bool other_coupling(struct layer_config *layer)
{
    layer->coupled = layer->coupled == COUPLED_INPUT ? COUPLED_FORGET : COUPLED_INPUT;
    return layer->kind == LAYER_LSTM;
}

static bool not_coupled(struct layer_config *layer)
{
    const bool coupled = layer->coupled != COUPLED_NONE;
    layer->coupled = COUPLED_NONE;
    return coupled;
}

static bool without_bias(struct layer_config *layer)
{
    const bool bias = layer->bias;
    layer->bias = false;
    return bias;
}

static bool other_direction(struct layer_config *layer)
{
    layer->direction =
        layer->direction == DIRECTION_FORWARD ? DIRECTION_BACKWARD : DIRECTION_FORWARD;
    return layer->kind != LAYER_LINEAR;
}

/* Asked for in that way, the file of a fixture is refused, or y is another.  Returns how often the
 * latter was so, to know that some had what can be asked for otherwise. */
static int ask_otherwise(bool (*change)(struct layer_config *layer), const char *what)
{
    int moved = 0;
    for (int i = 0; i < FIXTURES; i++) {
        struct loaded l = load(&fixtures[i]);
        for (int n = 0; n < fixtures[i].count; n++) {
            struct layer_config layers[LAYERS_MOST];
            struct network wrong;
            struct error error;
            memcpy(layers, fixtures[i].layers, (size_t)fixtures[i].count * sizeof *layers);
            if (!change(&layers[n]) || !read_network(&wrong, &fixtures[i], layers, &error))
                continue;
            must_see(&l, &wrong, "layer %d %s", n, what);
            network_free(&wrong);
            moved++;
        }
        unload(&l);
    }
    return moved;
}

static void test_asked_otherwise(void **state)
{
    (void)state;
    assert_true(ask_otherwise(other_reset, "with the other reset") > 0);
    assert_true(ask_otherwise(other_direction, "in the other direction") > 0);
    /* other tensors belong to these: all are refused */
    assert_int_equal(ask_otherwise(without_bias, "without bias"), 0);
    assert_int_equal(ask_otherwise(other_coupling, "with other gates coupled"), 0);
    assert_int_equal(ask_otherwise(not_coupled, "without coupled gates"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_y),
        cmocka_unit_test(test_wrong_tensors),
        cmocka_unit_test(test_wrong_descriptions),
        cmocka_unit_test(test_asked_otherwise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
