/* SPDX-License-Identifier: Apache-2.0
 * test_bins.c - what happened in a simulation, by name, for each kind of chip. */
#include "gen/verify/bins.h"

#include "gen/verify/play.h"
#include "tests/unit/layers_testing.h"

enum { ACCESS_COUNT = 7 };

static struct verify_bins bins_for(const struct config *config,
                                   const struct simulation_bins *counted)
{
    struct program program;
    struct play play;
    build(&program, config);
    play_build(&play, &program, VERIFY_FRAMES_LEAST, 1, false);
    struct verify_bins bins = bins_of(counted, &play.stimulus, &program);
    play_free(&play);
    program_free(&program);
    return bins;
}

static const struct verify_bin *bin(const struct verify_bins *bins, const char *group,
                                    const char *of, const char *name)
{
    for (int n = 0; n < bins->count; n++)
        if (strcmp(bins->list[n].group, group) == 0 && strcmp(bins->list[n].of, of) == 0 &&
            strcmp(bins->list[n].name, name) == 0)
            return &bins->list[n];
    fail_msg("no bin %s %s: %s", group, of, name);
    return NULL;
}

static void never(const struct verify_bins *bins, const char *group, const char *of,
                  const char *name, const char *why)
{
    const char *told = bin(bins, group, of, name)->never;
    if (why == NULL)
        assert_null(told);
    else
        assert_string_equal(told, why);
}

/* Nothing is asked of a chip that it does not have. */
static void test_never(void **state)
{
    (void)state;
    const struct simulation_bins nothing = {0};
    struct config config = plain_config();
    config.memory = MEMORY_ROM;
    config.io = IO_STREAM;
    config.model.projection = false;
    struct verify_bins bins = bins_for(&config, &nothing);
    never(&bins, "register", "ID", "read", "no host interface");
    never(&bins, "error", "", "DATA_SLAVE", "no host interface");
    never(&bins, "host", "", "starts", "no host interface");
    never(&bins, "descriptor", "", "submitted", "no queue of descriptors");
    never(&bins, "stall", "", "a PE has no weight",
          "the model is on the chip: streams never run dry");
    never(&bins, "product", "", "Wym", "no projection");
    never(&bins, "pass", "", "y", "no projection");
    never(&bins, "stall", "", "x is not there", NULL);
    never(&bins, "x", "", "tlast too early", NULL);
    bins_free(&bins);
    config.memory = MEMORY_STREAM;
    config.io = IO_MEMORY;
    config.memory_ports = 1;
    bins = bins_for(&config, &nothing);
    never(&bins, "register", "QUEUE_HEAD", "write no byte", NULL);
    never(&bins, "error", "", "WEIGHTS_SLAVE", "no such port on this chip");
    never(&bins, "error", "", "DATA_SLAVE", NULL);
    never(&bins, "x", "", "no tlast", "x and y are in memory");
    never(&bins, "descriptor", "", "submitted", NULL);
    never(&bins, "stall", "", "a PE has no weight", NULL);
    bins_free(&bins);
}

/* Only of one LSTM a projection is missed; where all products read x, none waits for a vector. */
static void test_layers(void **state)
{
    (void)state;
    static const char *const element = "element of a vector is not computed yet";
    const struct simulation_bins nothing = {0};
    struct config config = plain_config();
    config.model.layer_count = 2;
    config.model.layers[0] = layer_of(SHAPE_RNN, 8);
    config.model.layers[0].input = 5;
    config.model.layers[1] = layer_of(SHAPE_LINEAR, 4);
    struct verify_bins bins = bins_for(&config, &nothing);
    bin(&bins, "product", "", "0.Whx");
    bin(&bins, "pass", "", "1.y");
    never(&bins, "stall", "", element, NULL);
    for (int n = 0; n < bins.count; n++)
        assert_true(bins.list[n].never == NULL || strcmp(bins.list[n].never, "no projection") != 0);
    bins_free(&bins);
    config.model.layers[0] = layer_of(SHAPE_LINEAR, 4);
    config.model.layers[0].input = 5;
    config.model.layer_count = 1;
    bins = bins_for(&config, &nothing);
    never(&bins, "stall", "", element, "all products read x");
    bins_free(&bins);
}

/* Row blocks of a matrix are one bin; registers and codes are found by name and number. */
static void test_hits(void **state)
{
    (void)state;
    int64_t products[64], errors[32] = {[4] = 9}, accesses[ACCESS_COUNT] = {5, 0, 6};
    struct simulation_register id = {(char[]){"ID"}, {ACCESS_COUNT, accesses}};
    for (int n = 0; n < 64; n++)
        products[n] = 1;
    const struct simulation_bins counted = {.products = {64, products}, .errors = {32, errors},
                                            .register_count = 1, .registers = &id};
    struct config config = plain_config();
    config.memory = MEMORY_RESIDENT;
    config.io = IO_STREAM;
    config.index_bits = 2; /* several row blocks a matrix */
    config.fold = FOLD_1;
    struct program program;
    build(&program, &config);
    int blocks = 0;
    for (int n = 0; n < program.product_count; n++)
        blocks += strncmp(program.products[n].name, "Wix", 3) == 0;
    assert_true(blocks > 1 && program.product_count <= 64);
    struct verify_bins bins = bins_for(&config, &counted);
    assert_int_equal(bin(&bins, "product", "", "Wix")->hits, blocks);
    assert_int_equal(bin(&bins, "fold", "", "1 PE a row")->hits, program.product_count);
    assert_int_equal(bin(&bins, "error", "", "DATA_SLAVE")->hits, 9);
    assert_int_equal(bin(&bins, "error", "", "DATA_DECODE")->hits, 0);
    assert_int_equal(bin(&bins, "register", "ID", "read")->hits, 5);
    assert_int_equal(bin(&bins, "register", "ID", "write")->hits, 6);
    assert_int_equal(bin(&bins, "register", "ERROR", "read")->hits, 0);
    bins_free(&bins);
    program_free(&program);
}

static void has(const struct text *text, const char *part, bool wanted)
{
    if ((strstr(text_string(text), part) != NULL) != wanted)
        fail_msg("'%s' is %s in:\n%s", part, wanted ? "not" : "there", text_string(text));
}

static void test_told(void **state)
{
    (void)state;
    int64_t hits[] = {0, 0, 77};
    const struct simulation_bins counted = {.hits = {3, hits}};
    struct config config = plain_config();
    config.memory = MEMORY_RESIDENT;
    config.io = IO_STREAM;
    struct verify_bins bins = bins_for(&config, &counted);
    struct text text = {0};
    bins_text(&text, &bins, false);
    has(&text, "\n  stall: x is not there\n", true);
    has(&text, "accumulator", false);
    has(&text, "\n  register ID: write no byte\n", true);
    has(&text, "\n  no queue of descriptors: 18, in host, interrupt, memory, descriptor\n", true);
    text_cut(&text, 0);
    bins_text(&text, &bins, true);
    has(&text, "\n  stall       accumulator block is not empty yet                   77\n", true);
    has(&text, "\n  IRQ_STATUS ", true);
    has(&text, "\n  QUEUE_HEAD ", false);
    json_t *json = bins_json(&bins);
    assert_int_equal(json_array_size(json), bins.count);
    char *dump = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    assert_non_null(strstr(dump, "{\"bin\":\"accumulator block is not empty yet\",\"group\":"
                                 "\"stall\",\"hits\":77}"));
    assert_non_null(strstr(dump, "\"hits\":0,\"never\":\"no such register\","
                                 "\"of\":\"QUEUE_TAIL\""));
    free(dump);
    json_decref(json);
    text_free(&text);
    bins_free(&bins);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_never),
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_hits),
        cmocka_unit_test(test_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
