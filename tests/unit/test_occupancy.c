/* SPDX-License-Identifier: Apache-2.0
 * test_occupancy.c - what a chip takes of a device, and the channels that would fit. */
#include "tests/unit/model_testing.h"

#include "gen/report/facts.h"

static struct config on_device(const char *device, int pes, int channels)
{
    struct config c = plain_config();
    c.pes = pes;
    c.channels = channels;
    c.pipeline = PIPELINE_1;
    strcpy(c.device, device);
    return c;
}

static struct occupancy occupancy_of(const struct config *config)
{
    struct program p;
    struct resources r;
    struct occupancy o;
    build(&p, config);
    resources_count(&r, &p);
    occupancy_count(&o, &p, &r);
    program_free(&p);
    return o;
}

/* Numbers of a chip whose channels were changed are those of one that was built with so many. */
static void other_channels(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 7);
    for (int round = 0; round < 60; round++) {
        struct config c = random_config(&random);
        c.pipeline = (enum pipeline)random_int(&random, PIPELINE_0, PIPELINE_2);
        c.elem_lanes = c.elem_lanes == LANES_AUTO ? 1 : c.elem_lanes;
        c.fold = FOLD_1;
        c.memory = (enum memory_mode)random_int(&random, MEMORY_ROM, MEMORY_STREAM);
        c.io = c.memory == MEMORY_ROM ? IO_STREAM : IO_MEMORY;
        c.memory_ports = 1;
        c.axi_address_bits = 40;
        c.channels = random_int(&random, 1, CHANNELS_MOST);
        struct program one, other;
        build(&one, &c);
        c.channels = random_int(&random, 1, CHANNELS_MOST);
        build(&other, &c);
        derive_channels(&one, c.channels);
        assert_memory_equal(&one.d, &other.d, sizeof one.d);
        program_free(&one);
        program_free(&other);
    }
}

static struct occupancy with_channels(struct program *p, int channels)
{
    struct resources r;
    struct occupancy o;
    derive_channels(p, channels);
    resources_count(&r, p);
    occupancy_count(&o, p, &r);
    return o;
}

/* A chip with so many channels fits, and none with more does. */
static void most_channels(void **state)
{
    static const char *const devices[] = {"xc7z020", "xc7a100t", "xck26", "xcku060"};
    (void)state;
    for (size_t n = 0; n < COUNT(devices); n++)
        for (int pes = 2; pes <= 32; pes *= 4) {
            struct config c = on_device(devices[n], pes, 3);
            struct program p;
            build(&p, &c);
            const int most = with_channels(&p, 3).channels;
            assert_true(most >= 1); /* of these */
            for (int channels = 1; channels <= CHANNELS_MOST; channels++) {
                struct occupancy o = with_channels(&p, channels);
                assert_int_equal(o.fits, channels <= most);
                assert_int_equal(o.channels, most);
                assert_int_equal(o.ends_first == NULL, most == CHANNELS_MOST);
            }
            program_free(&p);
        }
}

/* Weights of 26 bits when aligned: one multiplier of 27 bits, but two of 25. */
static void own_multiplier(void **state)
{
    (void)state;
    struct config c = on_device("xcku060", 4, 2);
    struct program p;
    struct resources old, now;
    build(&p, &c);
    p.d.aligned_bits = 26;
    resources_count(&now, &p);
    strcpy(p.config.device, "xc7k325t");
    resources_count(&old, &p);
    assert_int_equal(now.dsp_spmv, 8);
    assert_int_equal(old.dsp_spmv, 16);
    assert_int_equal(old.dsp_elem, now.dsp_elem);
    assert_true(old.lutram > now.lutram); /* slices of four LUTs */
    assert_int_equal(old.bram18, now.bram18);
    program_free(&p);
}

static struct config resident_on(const char *device, int pes, int channels)
{
    struct config c = on_device(device, pes, channels);
    c.memory = MEMORY_RESIDENT;
    c.io = IO_MEMORY;
    c.memory_ports = 1;
    c.axi_address_bits = 40;
    return c;
}

/* So many words of weights; false: all in block RAM. */
static bool is_ultra(struct resources *r, struct program *p, enum weights_ram ram, int beats)
{
    p->config.weights_ram = ram;
    p->d.max_beats = beats;
    resources_count(r, p);
    return r->ultra;
}

/* UltraRAM takes the weights and nothing else. */
static void ultra(void **state)
{
    (void)state;
    struct config c = resident_on("xck26", 4, 2);
    struct program p;
    struct resources block, moved;
    build(&p, &c);
    const int width = weight_beat_bits(&p.d);
    assert_int_equal(width, 64);
    assert_false(is_ultra(&block, &p, WEIGHTS_BLOCK, 5000));
    assert_true(is_ultra(&moved, &p, WEIGHTS_ULTRA, 5000));
    assert_int_equal(block.uram, 0);
    assert_int_equal(moved.uram, 2);
    assert_int_equal(moved.bram18, block.bram18 - bram18_for(5000, width));
    assert_int_equal(moved.ultra_bits, 5000 * width);
    assert_int_equal(moved.block_bits + moved.ultra_bits, block.block_bits);
    for (int n = 0; n < moved.memory_count; n++) {
        const struct memory *m = &moved.memories[n];
        assert_int_equal(m->kind == IN_ULTRA_RAM, strcmp(m->holds, "weights") == 0);
        assert_int_equal(m->uram, m->kind == IN_ULTRA_RAM ? 2 : 0);
    }
    program_free(&p);
}

/* auto: what fits in block RAM stays there, to the last one; what UltraRAM cannot hold, too. */
static void ultra_by_device(void **state)
{
    (void)state;
    struct config c = resident_on("xck26", 4, 2);
    struct program p;
    struct resources r;
    build(&p, &c);
    int least = 0, more = 100000; /* all but the last fit */
    while (more - least > 1) {
        int middle = (least + more) / 2;
        is_ultra(&r, &p, WEIGHTS_BLOCK, middle);
        *(r.bram18 <= 2 * 144 ? &least : &more) = middle;
    }
    assert_true(least > 50000);
    assert_false(is_ultra(&r, &p, WEIGHTS_AUTO, least));
    assert_true(is_ultra(&r, &p, WEIGHTS_AUTO, more));
    assert_true(is_ultra(&r, &p, WEIGHTS_AUTO, 64 * 4096));
    assert_int_equal(r.uram, 64);
    assert_false(is_ultra(&r, &p, WEIGHTS_AUTO, 64 * 4096 + 1));
    static const char *const others[] = {"xczu9eg", "xczu7ev"}; /* no UltraRAM; blocks enough */
    for (size_t n = 0; n < COUNT(others); n++) {
        strcpy(p.config.device, others[n]);
        assert_false(is_ultra(&r, &p, WEIGHTS_AUTO, more));
    }
    assert_true(is_ultra(&r, &p, WEIGHTS_AUTO, 64 * 4096)); /* more than 312 blocks */
    strcpy(p.config.device, "xczu9eg");
    assert_false(is_ultra(&r, &p, WEIGHTS_AUTO, 512 * 1024));
    assert_true(r.bram18 > 2 * 912);
    p.config.memory = MEMORY_ROM;
    strcpy(p.config.device, "xck26");
    assert_false(is_ultra(&r, &p, WEIGHTS_AUTO, more));
    program_free(&p);
}

/* A chip whose weights go to UltraRAM from some number of channels on. */
static void channels_with_ultra(void **state)
{
    (void)state;
    struct config c = resident_on("xck26", 4, 3);
    struct program p;
    build(&p, &c);
    p.d.max_beats = 60000;
    const struct occupancy known = with_channels(&p, 3);
    int moved = 0, fit = 0;
    for (int channels = 1; channels <= CHANNELS_MOST; channels++) {
        struct occupancy o = with_channels(&p, channels);
        moved += o.shares[OF_URAM].used > 0;
        fit += o.fits;
        assert_int_equal(o.fits, channels <= known.channels);
        assert_int_equal(o.channels, known.channels);
        assert_true(o.shares[OF_URAM].used == 0 || o.shares[OF_URAM].used == 15);
    }
    assert_in_range(moved, 1, CHANNELS_MOST - 1);
    assert_true(fit > CHANNELS_MOST - moved); /* some fit only so */
    p.config.weights_ram = WEIGHTS_BLOCK;
    assert_int_equal(with_channels(&p, 3).channels, CHANNELS_MOST - moved);
    program_free(&p);
}

/* The shares are those of the formulas and of the table. */
static void shares(void **state)
{
    (void)state;
    struct config c = on_device("xczu7ev", 8, 4);
    struct program p;
    struct resources r;
    struct occupancy o;
    build(&p, &c);
    resources_count(&r, &p);
    occupancy_count(&o, &p, &r);
    assert_string_equal(o.device->name, "xczu7ev");
    assert_int_equal(o.shares[OF_LUTRAM].used, r.lutram);
    assert_int_equal(o.shares[OF_LUTRAM].available, 101760);
    assert_int_equal(o.shares[OF_BRAM36].used, r.bram18);
    assert_int_equal(o.shares[OF_BRAM36].available, 2 * 312);
    assert_int_equal(o.shares[OF_URAM].used, 0);
    assert_int_equal(o.shares[OF_URAM].available, 96);
    assert_int_equal(o.shares[OF_DSP].used, r.dsp_spmv + r.dsp_elem);
    assert_int_equal(o.shares[OF_DSP].available, 1728);
    assert_string_equal(o.shares[OF_DSP].name, "DSP48E2");
    assert_true(share_percent(&o.shares[OF_DSP]) > 1.0);
    /* All that there is fits, and no more. */
    for (int more = 0; more < 2; more++) {
        r.dsp_spmv = 1728 - r.dsp_elem + more;
        occupancy_count(&o, &p, &r);
        assert_int_equal(o.fits, !more);
        r.dsp_spmv = 0;
        r.bram18 = 2 * 312 + more;
        occupancy_count(&o, &p, &r);
        assert_int_equal(o.fits, !more);
        r.bram18 = 0;
        r.uram = 96 + more;
        occupancy_count(&o, &p, &r);
        assert_int_equal(o.fits, !more);
        r.uram = 0;
    }
    program_free(&p);
}

/* A line of these parts, or none. */
static void warns(const char *device, int pes, int channels, const char *part, const char *end)
{
    struct config c = on_device(device, pes, channels);
    struct occupancy o = occupancy_of(&c);
    struct text lines = {0};
    occupancy_warning(&lines, &o);
    const char *line = text_string(&lines);
    if (part == NULL) {
        assert_string_equal(line, "");
        return;
    }
    if (strstr(line, "device xc7z020: the chip does not fit: it takes ") != line ||
        strstr(line, part) == NULL || !ends_in(line, end) || strchr(line, '\n')[1] != '\0')
        fail_msg("not '%s' and '%s': %s", part, end, line);
    text_free(&lines);
}

static void warnings(void **state)
{
    (void)state;
    warns("xcku060", 32, 32, NULL, NULL);
    warns("xc7z020", 20, 20, "460 DSP48E1 of 220",
          "; up to 9 channels would, with all else equal\n");
    warns("xc7z020", 220, 1, "223 DSP48E1 of 220",
          "; not even one channel would, with all else equal\n");
    warns("xc7z020", 110, 2, "226 DSP48E1 of 220",
          "; up to 1 channel would, with all else equal\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_channels), cmocka_unit_test(most_channels),
        cmocka_unit_test(own_multiplier), cmocka_unit_test(ultra),
        cmocka_unit_test(ultra_by_device), cmocka_unit_test(channels_with_ultra),
        cmocka_unit_test(shares),
        cmocka_unit_test(warnings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
