/* SPDX-License-Identifier: Apache-2.0
 * Which vectors the chip holds, and where they lie in a saved state: networks of several layers. */
#include "model_testing.h"

#include "gen/image/regions.h"
#include "models/program/places.h"

static struct config layers_config(const struct layer_config *layers, int count)
{
    struct config config = plain_config();
    config.memory = MEMORY_RESIDENT;
    config.io = IO_MEMORY;
    config.memory_ports = 1;
    config.axi_address_bits = 32;
    config.model.layer_count = count;
    for (int n = 0; n < count; n++)
        config.model.layers[n] = layers[n];
    return config;
}

static struct layer_config layer(enum layer_kind kind, int cell, int output)
{
    struct layer_config l = layer_default(kind);
    l.density = 0.4;
    l.cell = cell;
    l.output = output;
    return l;
}

/* Words of a vector: each row of PEs takes `groups` of them, the last one as many as it has elements. */
static int words(const struct derived *d, int size)
{
    int count = 0;
    for (int first = 0; first < size; first += d->pes) {
        int row = size - first < d->pes ? size - first : d->pes;
        count += row == d->pes ? d->groups : (row + d->lanes - 1) / d->lanes;
    }
    return count;
}

static void expect_vector(const struct program *p, int vector, const char *name, bool is_cell,
                          int first)
{
    assert_string_equal(p->network.vectors[vector].name, name);
    assert_int_equal(p->places[vector].cell != NONE, is_cell);
    assert_int_equal(places_state_word(p, vector), first);
}

/* LSTM with a projection, RNN, LSTM, linear: c of both, then y of the first three; m of the first, and y of
 * nobody else, since the last one's is not read. */
static void test_stack(void **state)
{
    (void)state;
    static const int shapes[][2] = {{4, 1}, {5, 2}, {7, 7}, {1, 1}, {6, 3}};
    for (size_t n = 0; n < COUNT(shapes); n++) {
        struct layer_config layers[] = {layer(LAYER_LSTM, 20, 11), layer(LAYER_RNN, 9, 0),
                                        layer(LAYER_LSTM, 13, 0), layer(LAYER_LINEAR, 0, 5)};
        layers[0].input = 6;
        struct config config = layers_config(layers, 4);
        config.pes = shapes[n][0];
        config.elem_lanes = shapes[n][1];
        struct program p;
        int list[VECTORS_MOST];
        build(&p, &config);
        const struct derived *d = &p.d;
        const int cells = words(d, 20) + words(d, 13);
        assert_int_equal(p.d.cell_words, cells);
        assert_int_equal(p.d.kept_words, words(d, 11) + words(d, 9) + words(d, 13));
        assert_int_equal(p.d.scratch_words, words(d, 20));
        assert_int_equal(places_state(&p, list), 5);
        expect_vector(&p, list[0], "0.c", true, 0);
        expect_vector(&p, list[1], "2.c", true, words(d, 20));
        expect_vector(&p, list[2], "0.y", false, cells);
        expect_vector(&p, list[3], "1.y", false, cells + words(d, 11));
        expect_vector(&p, list[4], "2.y", false, cells + words(d, 11) + words(d, 9));
        size_t bus = (size_t)d->bus_bits / 8;
        size_t bytes = (size_t)(p.d.cell_words + p.d.kept_words) * (size_t)d->state_memory_bits / 8;
        assert_int_equal(region_state_bytes(&p), (bytes + bus - 1) / bus * bus);
        program_free(&p);
    }
}

/* A linear layer between others is scratch; alone it leaves nothing. */
static void test_linear(void **state)
{
    (void)state;
    struct layer_config layers[] = {layer(LAYER_LINEAR, 0, 10), layer(LAYER_LINEAR, 0, 7)};
    int list[VECTORS_MOST];
    layers[0].input = 6;
    for (int count = 1; count <= 2; count++) {
        struct config config = layers_config(layers, count);
        struct program p;
        build(&p, &config);
        assert_int_equal(p.d.cell_words, 0);
        assert_int_equal(p.d.kept_words, 0);
        assert_int_equal(p.d.scratch_words, count == 1 ? 0 : words(&p.d, 10));
        assert_int_equal(places_state(&p, list), 0);
        assert_int_equal(region_state_bytes(&p), 0);
        program_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stack),
        cmocka_unit_test(test_linear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
