/* SPDX-License-Identifier: Apache-2.0
 * How busy the multipliers are with networks of layers, in the cycle model: networks of the paper's
 * size, and random stacks against what their lists allow. */
#include "models/program/cycles.h"
#include "models/program/schedule.h"
#include "tests/unit/model_testing.h"

enum { STACKS = 16 };

/* As the paper's chip, for a network of `count` layers. */
static struct config chip_config(int pes, double density, const struct layer_config *layers,
                                 int count)
{
    struct config c = plain_config();
    c.pes = pes;
    c.channels = 32;
    c.elem_lanes = LANES_AUTO;
    c.model.density = density;
    c.model.calibration_frames = 16; /* what the numbers are makes no difference here */
    c.model.layer_count = count;
    memcpy(c.model.layers, layers, (size_t)count * sizeof *layers);
    return c;
}

static double useful(const struct program *p)
{
    return (double)p->true_nonzeros / ((double)p->d.pes * (double)p->cycles_per_frame);
}

static void least_useful(const char *what, const struct config *c, double least)
{
    struct program p;
    build(&p, c);
    if (useful(&p) < least)
        fail_msg("%s on %d PEs: %.2f %% of the multipliers' time is useful, not %.2f %%", what,
                 c->pes, 100.0 * useful(&p), 100.0 * least);
    program_free(&p);
}

static struct layer_config lstm(int input, int cell, int output)
{
    struct layer_config l = layer_default(LAYER_LSTM);
    l.input = input;
    l.cell = cell;
    l.output = output;
    l.peephole = output > 0;
    return l;
}

static struct layer_config gru(int input, int cell, enum reset reset)
{
    struct layer_config l = layer_default(LAYER_GRU);
    l.input = input;
    l.cell = cell;
    l.reset = reset;
    return l;
}

static struct layer_config linear(int input, int output)
{
    struct layer_config l = layer_default(LAYER_LINEAR);
    l.input = input;
    l.output = output;
    return l;
}

/* The paper's layer, and another behind it; four in a row. */
static void stacks_of_the_paper(void **state)
{
    (void)state;
    const struct layer_config two[] = {lstm(153, 1024, 512), lstm(0, 1024, 512)};
    const struct layer_config four[] = {lstm(512, 1024, 512), lstm(0, 1024, 512),
                                        lstm(0, 1024, 512), lstm(0, 1024, 512)};
    const struct config on_32 = chip_config(32, 0.1, two, 2), on_64 = chip_config(64, 0.1, two, 2),
                        deep = chip_config(32, 0.1, four, 4);
    least_useful("two layers of the paper", &on_32, 0.995);
    least_useful("two layers of the paper", &on_64, 0.985);
    least_useful("four layers of 512/1024/512", &deep, 0.995);
}

static void grus(void **state)
{
    (void)state;
    const struct layer_config three[] = {gru(153, 512, RESET_AFTER), gru(0, 512, RESET_AFTER),
                                         gru(0, 512, RESET_AFTER)};
    const struct layer_config before[] = {gru(153, 512, RESET_BEFORE)};
    const struct config stack = chip_config(32, 0.1, three, 3), one = chip_config(32, 0.1, three, 1),
                        reset = chip_config(32, 0.1, before, 1);
    least_useful("three GRUs of 512", &stack, 0.99);
    least_useful("a GRU of 512", &one, 0.985);
    least_useful("a GRU of 512, reset before", &reset, 0.985);
}

static void small_lstms(void **state)
{
    (void)state;
    const struct layer_config four[] = {lstm(153, 256, 0), lstm(0, 256, 0), lstm(0, 256, 0),
                                        linear(0, 256)};
    const struct layer_config one[] = {lstm(128, 128, 0)};
    const struct config stack = chip_config(16, 0.1, four, 4);
    least_useful("three LSTMs of 256 and a linear layer", &stack, 0.993);
    for (int pes = 8; pes <= 32; pes *= 2) {
        const struct config c = chip_config(pes, 0.5, one, 1);
        least_useful("an LSTM of 128 at 50 %", &c, 0.995);
    }
}

/* ---- random stacks --------------------------------------------------------------------------- */

/* Columns of a product, or the entries of its busiest PE where those bind. */
static int64_t bound_of(const struct program *p, const struct product *product)
{
    int64_t most = product->columns;
    for (int pe = 0; pe < p->d.pes; pe++) {
        int64_t entries = 0;
        for (int n = 0; n < product->columns; n++)
            entries += p->lengths[(product->first_column + n) * p->d.pes + pe];
        most = entries > most ? entries : most;
    }
    return most;
}

/* The last pass that writes what a product reads; NONE: x. */
static int writer_of(const struct program *p, const struct product *product)
{
    int writer = NONE;
    for (int n = 0; n < p->pass_count; n++)
        if (p->passes[n].writes == product->source)
            writer = n;
    return writer;
}

/* Clocks of products between the close of a pass and product `n`, of the same frame or the next. */
static int64_t work_between(const struct program *p, int writer, int n, bool before)
{
    int64_t work = 0;
    int close = 0;
    while (p->products[close].pass != writer || !p->products[close].closes)
        close++;
    for (int i = close + 1; i < n + (before ? p->product_count : 0); i++)
        work += bound_of(p, &p->products[i % p->product_count]);
    return work;
}

static int64_t clocks_allowed(const struct program *p)
{
    const int lag = derive_lag_close(&p->d) + derive_lag_element(&p->d) - 2;
    int64_t clocks = 0;
    for (int n = 0; n < p->product_count; n++) {
        const struct product *product = &p->products[n];
        const int writer = writer_of(p, product);
        clocks += bound_of(p, product);
        if (writer != NONE && work_between(p, writer, n, product->before) < lag)
            clocks += lag;
    }
    return clocks + clocks / 50;
}

static struct layer_config stack_layer(struct random *random, int input)
{
    const int size = 32 * random_int(random, 4, 9);
    switch (random_int(random, 0, 3)) {
    case 0:
        return lstm(input, size, 0);
    case 1:
        return lstm(input, size, 32 * random_int(random, 4, 6));
    case 2:
        return gru(input, size, random_int(random, 0, 1) ? RESET_AFTER : RESET_BEFORE);
    default:
        return linear(input, size);
    }
}

/* What a frame takes beyond its products is lost at products whose source was only just closed. */
static void random_stacks(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 1612);
    for (int n = 0; n < STACKS; n++) {
        struct layer_config layers[4];
        const int count = random_int(&random, 1, 4);
        for (int i = 0; i < count; i++)
            layers[i] = stack_layer(&random, i == 0 ? 32 * random_int(&random, 2, 6) : 0);
        const struct config c = chip_config(8 << random_int(&random, 0, 2),
                                            random_int(&random, 1, 5) / 10.0, layers, count);
        struct program p;
        build(&p, &c);
        if (p.cycles_per_frame > clocks_allowed(&p))
            fail_msg("stack %d, %d layers on %d PEs at %g: %lld clocks, %lld are allowed", n, count,
                     c.pes, c.model.density, (long long)p.cycles_per_frame,
                     (long long)clocks_allowed(&p));
        program_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stacks_of_the_paper),
        cmocka_unit_test(grus),
        cmocka_unit_test(small_lstms),
        cmocka_unit_test(random_stacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
