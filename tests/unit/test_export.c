/* SPDX-License-Identifier: Apache-2.0
 * Networks of all kinds, options and directions, as files that are read again. */
#include "models/network/export.h"
#include "models/network/import.h"
#include "tests/unit/learn_testing.h"

enum { NETWORKS = 120 };

static struct network read_back(const struct network *n)
{
    static const char *const facts[] = {"density", "0.1", NULL};
    const struct model_config model = {.density = 1.0};
    struct text bytes = {0};
    struct safetensors file;
    struct network back;
    struct error error;
    if (!network_pack(n, facts, &bytes, &error) ||
        !safetensors_parse(&file, text_string(&bytes), bytes.length, "file", &error) ||
        !import_layers(&back, &file, &model, &error))
        fail_msg("%s", error.text);
    bool told = false;
    for (int i = 0; i < file.metadata_count; i++)
        told = told || strcmp(file.metadata[i].key, "density") == 0;
    assert_true(told);
    safetensors_close(&file);
    text_free(&bytes);
    return back;
}

static void same_list(const char *what, const float *left, const float *right, int count)
{
    if ((left == NULL) != (right == NULL))
        fail_msg("%s is there only %s", what, left != NULL ? "before" : "behind");
    for (int i = 0; left != NULL && i < count; i++)
        if (left[i] != right[i])
            fail_msg("%s[%d]: %g, then %g", what, i, (double)left[i], (double)right[i]);
}

static void check_same(const struct network *n, const struct network *back)
{
    assert_int_equal(n->layer_count, back->layer_count);
    assert_int_equal(n->matrix_count, back->matrix_count);
    assert_int_equal(n->pass_count, back->pass_count);
    assert_true(network_same_matrices(n, back));
    for (int p = 0; p < n->pass_count; p++) {
        const struct network_pass *l = &n->passes[p], *r = &back->passes[p];
        assert_int_equal(l->operation, r->operation);
        assert_int_equal(l->function, r->function);
        same_list(l->name, l->bias, r->no_bias ? NULL : r->bias, l->rows); /* zeros that no file has */
        same_list(l->name, l->peep, r->peep, l->rows);
    }
    for (int v = 0; v < n->vector_count; v++)
        same_list(n->vectors[v].name, n->vectors[v].initial, back->vectors[v].initial, n->vectors[v].size);
    for (int i = 0; i < n->layer_count; i++)
        assert_int_equal(n->layers[i].as.direction, back->layers[i].as.direction);
}

/* What a layer keeps begins with something. */
static void draw_states(struct network *n, struct random *random)
{
    for (int v = 1; v < n->vector_count; v++)
        if (n->vectors[v].kept)
            n->vectors[v].initial = drawn_floats(random, (size_t)n->vectors[v].size);
}

static void test_round(void **state)
{
    struct random random;
    (void)state;
    random_seed(&random, 7);
    for (int number = 0; number < NETWORKS; number++) {
        struct network n = learning_network(&random, number);
        if (number % 3 == 0)
            draw_states(&n, &random);
        struct network back = read_back(&n);
        check_same(&n, &back);
        network_free(&back);
        network_free(&n);
    }
}

/* An output layer that is no part of the network. */
static void test_after(void **state)
{
    const struct model_config model = {.path = (char *)"models/speech/speech-pruned.safetensors", .density = 1.0};
    struct network n;
    struct error error;
    (void)state;
    if (!network_read(&n, &model, &error))
        fail_msg("%s", error.text);
    struct network back = read_back(&n);
    check_same(&n, &back);
    assert_non_null(back.after);
    check_same(n.after, back.after);
    network_free(&back);
    network_free(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round), cmocka_unit_test(test_after)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
