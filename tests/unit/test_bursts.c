/* SPDX-License-Identifier: Apache-2.0
 * test_bursts.c - what the array asks of memory within a while: by hand, for networks of two dense or sparse layers. */
#include "models/program/bursts.h"
#include "tests/unit/model_testing.h"

/* x -> 128 -> outputs, densities of both layers; a PE has a beat of weights of two bus words. */
static struct config two_layers(int inputs, double first, int outputs, double second)
{
    struct config config = plain_config();
    config.pes = 16;
    config.channels = 1;
    config.memory = MEMORY_STREAM;
    config.memory_ports = 2;
    config.axi_data_bits = AXI_128;
    config.axi_address_bits = 40;
    config.fold = 1;
    config.model.layer_count = 2;
    for (int n = 0; n < 2; n++) {
        config.model.layers[n] = layer_default(LAYER_LINEAR);
        config.model.layers[n].bias = false;
    }
    config.model.layers[0].input = inputs;
    config.model.layers[0].output = 128;
    config.model.layers[0].density = first;
    config.model.layers[1].output = outputs;
    config.model.layers[1].density = second;
    return config;
}

static int64_t late_of(const struct config *config)
{
    struct program p;
    struct error error;
    assert_true(program_build(&p, config, &error));
    const int64_t late = bursts_late(&p);
    program_free(&p);
    return late;
}

/* The second layer has 128 * 384 / 16 = 3072 beats, two bus words a clock, of which one comes and 2048 are there. */
static void a_dense_layer(void **state)
{
    (void)state;
    struct config config = two_layers(6400, 0.011, 384, 1.0);
    const int64_t late = late_of(&config);
    assert_in_range(late, 3072 - 2048 - 30, 3072 - 2048 + 100);
    config = two_layers(6400, 0.011, 448, 1.0); /* 512 beats more */
    assert_in_range(late_of(&config), late + 512 - 30, late + 512 + 100);
    config = two_layers(6400, 0.011, 240, 1.0); /* 1920 beats: they are there */
    assert_int_equal(late_of(&config), 0);
}

static void wide_enough(void **state)
{
    (void)state;
    struct config config = two_layers(6400, 0.011, 384, 1.0);
    config.axi_data_bits = AXI_256;
    assert_int_equal(late_of(&config), 0);
    config.axi_data_bits = AXI_128;
    config.memory = MEMORY_RESIDENT;
    assert_int_equal(late_of(&config), 0);
}

/* A port for all: the columns come on top. */
static void one_port(void **state)
{
    (void)state;
    struct config config = two_layers(16000, 0.0045, 384, 1.0);
    const int64_t late = late_of(&config);
    config.memory_ports = 1;
    assert_true(late_of(&config) > late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dense_layer),
        cmocka_unit_test(wide_enough),
        cmocka_unit_test(one_port),
    };
    return cmocka_run_group_tests_name("bursts", tests, NULL, NULL);
}
