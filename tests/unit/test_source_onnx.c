/* SPDX-License-Identifier: Apache-2.0
 * test_source_onnx.c - the ONNX models of tests/fixtures/onnx: y is that of onnxruntime. */
#include <math.h>

#include "models/file/safetensors.h"
#include "models/source/onnx.h"
#include "tests/unit/source_testing.h"

#define AGREE 1e-5

static const struct model {
    const char *name, *fixture;
    bool stateless; /* what its layers begin with is the host's */
} models[] = {
#define ONNX(name, fixture, stateless) {#name, fixture, stateless},
#include "tests/fixtures/onnx/onnx.def"
#include "tests/fixtures/onnx/torch.def"
};
enum { MODELS = sizeof models / sizeof *models };

static void path_of(char path[128], const struct model *m)
{
    snprintf(path, 128, "tests/fixtures/onnx/%s.onnx", m->name);
}

static struct matrix values_of(const struct safetensors *file, const char *name)
{
    const struct tensor *tensor = safetensors_find(file, name);
    struct error error;
    assert_non_null(tensor);
    struct matrix values = matrix_new(tensor->shape[0], tensor->shape[1]);
    assert_true(safetensors_fetch(file, name, 2, tensor->shape, values.at, &error));
    return values;
}

/* The states that a fixture has and a model has not. */
static void add_states(struct network *n, const struct safetensors *file)
{
    struct error error;
    for (int i = 0; i < n->vector_count; i++) {
        struct network_vector *v = &n->vectors[i];
        const char *name = i == n->layers[0].writes ? "0.y_0" : "0.c_0";
        if (!v->kept || safetensors_find(file, name) == NULL)
            continue;
        assert_null(v->initial);
        v->initial = allocate((size_t)v->size, sizeof *v->initial);
        assert_true(safetensors_fetch(file, name, 1, &v->size, v->initial, &error));
    }
}

static void check_y(const struct model *m, struct network *n)
{
    char path[128];
    struct safetensors file;
    struct error error;
    snprintf(path, sizeof path, "tests/fixtures/%s.safetensors", m->fixture);
    assert_true(safetensors_open(&file, path, &error));
    struct matrix x = values_of(&file, "x"), y = values_of(&file, "y");
    if (m->stateless)
        add_states(n, &file);
    if (x.cols != n->input)
        fail_msg("%s: %d inputs, expected %d", m->name, n->input, x.cols);
    assert_int_equal(y.cols, n->output);
    struct reference *reference = reference_new(n);
    const size_t size = (size_t)y.rows * (size_t)y.cols;
    double *got = allocate(size, sizeof *got);
    reference_run(reference, &x, NULL, got);
    for (size_t i = 0; i < size; i++)
        if (!(fabs(got[i] - (double)y.at[i]) <= AGREE))
            fail_msg("%s: element %zu of y is %g, expected %g", m->name, i, got[i],
                     (double)y.at[i]);
    reference_free(reference);
    safetensors_close(&file);
    free(got);
    free(x.at);
    free(y.at);
}

static void y_is_that_of_onnxruntime(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; i++) {
        char path[128];
        struct source source;
        struct error error = {""};
        path_of(path, &models[i]);
        if (!source_onnx(&source, path, NULL, &error))
            fail_msg("%s", error.text);
        if (source.chain_count != 1)
            fail_msg("%s: %d chains, expected 1", models[i].name, source.chain_count);
        struct network n = network_of(&source.chains[0]);
        check_y(&models[i], &n);
        network_free(&n);
        source_free(&source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(y_is_that_of_onnxruntime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
