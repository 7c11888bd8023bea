/* SPDX-License-Identifier: Apache-2.0
 * test_logic.c - LUTs and flip-flops by formula: sums, and what more of anything costs.  What Yosys makes
 * of chips, tests/area/size.sh compares them with. */
#include "tests/unit/model_testing.h"

#include "gen/report/logic.h"

static struct logic logic_of(const struct config *config)
{
    struct program p;
    struct resources r;
    struct logic l;
    build(&p, config);
    resources_count(&r, &p);
    logic_count(&l, &p, &r);
    int64_t luts = r.lutram, ffs = 0;
    for (int n = 0; n < LOGIC_PARTS; n++) {
        assert_true(l.parts[n].luts >= 0 && l.parts[n].ffs >= 0);
        luts += l.parts[n].luts;
        ffs += l.parts[n].ffs;
    }
    assert_int_equal(l.luts, luts);
    assert_int_equal(l.ffs, ffs);
    program_free(&p);
    return l;
}

/* The sums are those of the parts, whatever the chip. */
static void sums(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 3);
    for (int round = 0; round < 40; round++) {
        struct config c = random_config(&random);
        logic_of(&c);
        c.memory = (enum memory_mode)random_int(&random, MEMORY_RESIDENT, MEMORY_STREAM);
        c.io = IO_MEMORY;
        c.memory_ports = 1;
        c.axi_address_bits = 40;
        logic_of(&c);
    }
}

static struct config plain(void)
{
    struct config c = plain_config();
    c.pes = 8;
    c.pipeline = PIPELINE_1;
    return c;
}

static void grows(const struct config *less, const struct config *more)
{
    struct logic a = logic_of(less), b = logic_of(more);
    assert_true(a.luts < b.luts);
    assert_true(a.ffs < b.ffs);
}

/* More of anything takes more of both. */
static void more_of_anything(void **state)
{
    (void)state;
    struct config less = plain(), more;
#define MORE(field, value)           \
    do {                             \
        more = less;                 \
        more.field = (value);        \
        grows(&less, &more);         \
    } while (0)
    MORE(pes, 12);
    MORE(channels, 3);
    MORE(elem_lanes, 2);
    MORE(activation_bits, 18);
    MORE(weight_bits, 16);
    MORE(fifo_depth, 32);
    MORE(pipeline, PIPELINE_2);
    less.pipeline = PIPELINE_0;
    MORE(pipeline, PIPELINE_1);
    less.memory = MEMORY_STREAM;
    less.io = IO_MEMORY;
    less.memory_ports = 1;
    less.axi_address_bits = 40;
    MORE(axi_data_bits, AXI_256);
#undef MORE
    struct config rom = plain();
    rom.pipeline = PIPELINE_0;
    grows(&rom, &less);
}

/* Channels cost the same, one like the other, but for the copies of what steers them. */
static void channels_in_proportion(void **state)
{
    (void)state;
    struct config c = plain();
    int64_t luts[4];
    for (int n = 0; n < 4; n++) {
        c.channels = 1 + n;
        luts[n] = logic_of(&c).luts;
    }
    for (int n = 2; n < 4; n++) {
        int64_t one = luts[1] - luts[0], other = luts[n] - luts[n - 1];
        assert_true(llabs(other - one) * 100 <= 3 * one + 200);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums),
        cmocka_unit_test(more_of_anything),
        cmocka_unit_test(channels_in_proportion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
