/* SPDX-License-Identifier: Apache-2.0 */
#include "model_testing.h"

#include <ftw.h>
#include <math.h>
#include <unistd.h>

#include "gen/config/config_file.h"
#include "gen/emit/chip_readme.h"
#include "gen/image/images.h"
#include "gen/report/facts.h"
#include "gen/report/paper_table.h"
#include "gen/report/report.h"

static const double LITTLE_WORK = 1e5; /* two frames of anything but the smallest networks */

struct built {
    struct program program;
    struct cycles cycles;
    struct facts facts;
};

static void prepare(struct built *b, const struct config *config, double quality_work)
{
    struct error error;
    if (!program_build(&b->program, config, &error))
        fail_msg("%s", error.text);
    cycles_run(&b->program, 6, &b->cycles);
    facts_gather(&b->facts, &b->program, &b->cycles, quality_work);
}

static void drop(struct built *b)
{
    facts_free(&b->facts);
    cycles_free(&b->cycles);
    program_free(&b->program);
}

static void test_block_ram(void **state)
{
    (void)state;
    /* One primitive each. */
    assert_int_equal(bram18_for(512, 36), 1);
    assert_int_equal(bram18_for(1024, 18), 1);
    assert_int_equal(bram18_for(2048, 9), 1);
    assert_int_equal(bram18_for(16384, 1), 1);
    assert_int_equal(bram18_for(1, 1), 1);
    assert_int_equal(bram18_for(512, 72), 2);
    assert_int_equal(bram18_for(1024, 36), 2);
    assert_int_equal(bram18_for(32768, 1), 2);
    /* A word or a bit more takes another. */
    assert_int_equal(bram18_for(513, 36), 2);
    assert_int_equal(bram18_for(512, 37), 2);
    assert_int_equal(bram18_for(512, 73), 3);
    assert_int_equal(bram18_for(1025, 18), 2);
    /* 7 of 512x72 and one of 512x36; 14 of 1Kx36 and one of 1Kx18. */
    assert_int_equal(bram18_for(512, 512), 15);
    assert_int_equal(bram18_for(1024, 512), 29);
    /* Shapes mixed: 20 high 512x72 is 40 halves for 72 bits; the last 8 bits are cheaper deep. */
    assert_int_equal(bram18_for(10150, 504), 280);
    assert_int_equal(bram18_for(10150, 512), 285);
    for (int width = 1; width < 200; width += 7)
        for (int words = 1; words < 40000; words = words * 2 + 1) {
            int64_t halves = bram18_for(words, width);
            assert_true(halves * 18432 >= (int64_t)words * width);
            assert_true(halves <= bram18_for(words + 1, width));
            assert_true(halves <= bram18_for(words, width + 1));
        }
}

static void test_ultra_ram(void **state)
{
    (void)state;
    assert_int_equal(uram_for(1, 1), 1);
    assert_int_equal(uram_for(4096, 72), 1);
    assert_int_equal(uram_for(4097, 72), 2);
    assert_int_equal(uram_for(4096, 73), 2);
    assert_int_equal(uram_for(4097, 73), 4);
    assert_int_equal(uram_for(12688, 512), 32);
}

static const struct generation *generation_of(const char *device)
{
    struct error error;
    return device_find(device, &error)->generation;
}

static int64_t luts_of(const struct generation *generation, int words, int width, int reads)
{
    const struct memory memory = {.words = words, .width = width, .reads = reads};
    return lutram_for(generation, &memory);
}

static void test_lut_ram_and_dsp(void **state)
{
    (void)state;
    const struct generation *old = generation_of("xc7z020"), *now = generation_of("xcku060");
    assert_int_equal(luts_of(now, 32, 14, 1), 8);  /* RAM32M16: 14 bits in a slice of eight LUTs */
    assert_int_equal(luts_of(now, 8, 14, 1), 8);
    assert_int_equal(luts_of(now, 64, 7, 1), 8);   /* RAM64M8 */
    assert_int_equal(luts_of(now, 128, 7, 1), 16);
    assert_int_equal(luts_of(now, 32, 34, 2), 34); /* a copy for each read port */
    assert_int_equal(luts_of(old, 32, 6, 1), 4);   /* RAM32M: 6 bits in a slice of four LUTs */
    assert_int_equal(luts_of(old, 64, 3, 1), 4);   /* RAM64M */
    assert_int_equal(luts_of(old, 32, 14, 1), 10);
    assert_int_equal(dsp_for(now, 15, 16), 1);
    assert_int_equal(dsp_for(now, 27, 18), 1);
    assert_int_equal(dsp_for(now, 18, 27), 1);
    assert_int_equal(dsp_for(now, 28, 18), 2);
    assert_int_equal(dsp_for(now, 28, 28), 4);
    assert_int_equal(dsp_for(old, 25, 18), 1);
    assert_int_equal(dsp_for(old, 18, 25), 1);
    assert_int_equal(dsp_for(old, 26, 18), 2);
}

static void test_commas(void **state)
{
    (void)state;
    assert_string_equal(commas(0).text, "0");
    assert_string_equal(commas(999).text, "999");
    assert_string_equal(commas(1000).text, "1,000");
    assert_string_equal(commas(-123456).text, "-123,456");
    assert_string_equal(commas(INT64_MIN).text, "-9,223,372,036,854,775,808");
}

/* The table as printed obeys its own arithmetic, to the digits that it has. */
static void test_paper_table(void **state)
{
    (void)state;
    int64_t entries = 0, dense = 0;
    double us = 0.0;
    for (int r = 0; r < PAPER_ROWS; r++) {
        const struct paper_row *row = &paper_rows[r];
        double size = (double)row->rows * row->cols, voices = 2.0 * PAPER_CHANNELS;
        assert_true(fabs(100.0 * row->entries / size - row->density_percent) <= 0.051);
        double best_us = (double)row->entries / PAPER_PES / PAPER_MHZ;
        assert_true(fabs(best_us - row->theoretical_us) <= 0.051);
        assert_true(fabs(voices * row->entries / row->real_us / 1e3 / row->gops - 1.0) < 0.001);
        assert_true(fabs(voices * size / row->real_us / 1e3 / row->equivalent_gops - 1.0) < 0.001);
        entries += row->entries;
        dense += (int64_t)row->rows * row->cols;
        us += row->real_us;
    }
    assert_int_equal(entries, paper_total.entries);
    assert_int_equal(dense, 3248128);
    assert_true(fabs((double)entries / PAPER_PES / PAPER_MHZ - paper_total.theoretical_us) < 0.1);
    assert_true(us < paper_total.real_us); /* 77.35 us; the paper does not say where the rest is */
    assert_int_equal(lround(paper_total.real_us * PAPER_MHZ), paper_total_cycles);
    double total_gops = 64.0 * (double)entries / paper_total.real_us / 1e3;
    assert_true(fabs(total_gops / paper_total.gops - 1.0) < 0.002);
}

/* What must hold of every chip. */
static void check_facts(const struct built *b)
{
    const struct program *p = &b->program;
    const struct facts *f = &b->facts;
    int64_t nonzeros = 0, entries = 0, columns = 0, cycles = 0, stalls = 0, matrices = 0;
    for (int n = 0; n < p->product_count; n++) {
        nonzeros += f->products[n].nonzeros;
        entries += f->products[n].entries;
        columns += f->products[n].columns;
        cycles += f->products[n].cycles;
        assert_true(f->products[n].entries >= f->products[n].nonzeros);
    }
    for (int m = 0; m < p->network.matrix_count; m++)
        matrices += f->matrix_work[m].cycles;
    for (int s = 0; s < STALL_COUNT; s++)
        stalls += f->frame->stalls[s];
    assert_int_equal(nonzeros, p->true_nonzeros);
    /* Where all weights are zero the stream has a beat that no column asks for. */
    if (nonzeros != 0)
        assert_int_equal(entries, f->stored_entries);
    assert_int_equal(entries, nonzeros + (int64_t)(p->filler_entries + p->padding_entries));
    assert_int_equal(columns, p->d.columns);
    assert_int_equal(columns, f->frame->stalls[STALL_NONE]);
    assert_int_equal(cycles, b->cycles.cycles_per_frame);
    assert_int_equal(stalls, b->cycles.cycles_per_frame);
    assert_int_equal(matrices, b->cycles.cycles_per_frame);
    assert_true(f->limit_cycles <= b->cycles.cycles_per_frame);
    assert_true(f->utilization <= 1.0);
    assert_true(f->idle_slots >= 0);
    assert_true(f->any_weights_bits >= p->d.acc_bits);
}

/* The memories that have an image have its shape. */
static void check_memories(const struct built *b)
{
    static const char *const images[][3] = {
        {"weights.mem", "SpmatRead", "weights"},   {"columns.mem", "PtrRead", "column lengths"},
        {"constants.mem", "AdderTree", "biases"},  {"products.mem", "Controller", "products"},
        {"passes.mem", "Controller", "passes"},    {"sigmoid.mem", "Sigmoid", "table"},
        {"tanh.mem", "Tanh", "table"},
    };
    struct named_image built[IMAGE_COUNT];
    images_build(&b->program, built);
    for (int i = 0; i < IMAGE_COUNT; i++) {
        int found = 0;
        for (int n = 0; n < b->facts.resources.memory_count; n++) {
            const struct memory *m = &b->facts.resources.memories[n];
            if (strcmp(m->unit, images[i][1]) != 0 ||
                strncmp(m->holds, images[i][2], strlen(images[i][2])) != 0)
                continue;
            found++;
            assert_string_equal(built[i].name, images[i][0]);
            assert_int_equal(m->words, mem_image_words(built[i].image));
            assert_int_equal(m->width, mem_image_width(built[i].image));
        }
        assert_int_equal(found, 1);
        mem_image_free(built[i].image);
    }
}

static void check_text(const struct built *b)
{
    struct text text = {0};
    facts_text(&text, &b->facts, true);
    assert_null(strstr(text_string(&text), " \n"));
    assert_null(strstr(text_string(&text), "nan"));
    for (const char *line = text_string(&text); *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (length > 100)
            fail_msg("long line: %.*s", (int)length, line);
        line += length + (line[length] != '\0');
    }
    text_free(&text);
}

static void test_random_configurations(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 77);
    for (int n = 0; n < 40; n++) {
        struct config config = random_config(&random);
        struct built b;
        prepare(&b, &config, LITTLE_WORK);
        check_facts(&b);
        check_memories(&b);
        check_text(&b);
        drop(&b);
    }
}

static const struct tensor_quality *tensor(const struct quality *q, const char *name)
{
    for (int n = 0; n < q->tensor_count; n++)
        if (strcmp(q->tensors[n].name, name) == 0)
            return &q->tensors[n];
    return NULL;
}

static void test_quality(void **state)
{
    (void)state;
    struct built b;
    struct config config = plain_config();
    prepare(&b, &config, 3e6);
    const struct quality *q = &b.facts.quality;
    assert_int_equal(q->tensor_count, 9 + 4 + 3 + 4);
    assert_true(q->drawn);
    assert_true(q->accuracy.frames > 60);
    for (int n = 0; n < 9; n++) { /* weights are rounded to the nearest */
        const struct tensor_quality *t = &q->tensors[n];
        assert_int_equal(t->kind, TENSOR_WEIGHTS);
        assert_true(t->max_error <= ldexp(0.5, -t->fraction) * 1.0001);
        assert_true(t->rms_error <= t->max_error);
        assert_true(t->snr_db > 55.0);
        assert_true(t->largest <= ldexp(1.0, t->bits - 1 - t->fraction));
    }
    assert_true(tensor(q, "x")->snr_db > 70.0);
    assert_true(tensor(q, "y")->snr_db > 25.0);
    assert_false(tensor(q, "m")->compared);
    assert_true(q->accuracy.quantized.max_error == tensor(q, "y")->max_error);
    assert_true(q->accuracy.quantized.max_error > 0.0 && q->accuracy.quantized.max_error < 0.2);
    drop(&b);

    config.model.projection = config.model.peephole = false;
    prepare(&b, &config, LITTLE_WORK);
    assert_int_equal(b.facts.quality.tensor_count, 8 + 4 + 3);
    assert_null(tensor(&b.facts.quality, "m"));
    drop(&b);
}

static double real_at(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

/* Voices, operations per DSP, bytes: from the images and the numbers that stand beside them. */
static void test_voices_and_bytes(void **state)
{
    (void)state;
    struct built b;
    struct config config = plain_config();
    config.memory = MEMORY_STREAM;
    config.io = IO_MEMORY;
    config.axi_data_bits = AXI_128;
    config.memory_ports = 2;
    config.frame_ms = 0.01;
    prepare(&b, &config, LITTLE_WORK);
    const struct facts *f = &b.facts;
    int64_t in_time = 10 * config.clock_mhz / f->cycles->cycles_per_frame; /* frames in 10 us */
    assert_true(in_time > 1);
    assert_int_equal(f->voices, in_time * config.channels);
    const int64_t dsps = f->resources.dsp_spmv + f->resources.dsp_elem;
    assert_true(fabs(f->dsp_work * (double)(dsps * f->cycles->cycles_per_frame) -
                     2.0 * (double)b.program.true_nonzeros * config.channels) < 1e-6);
    const struct traffic *t = &f->traffic;
    assert_int_equal(facts_frame_bytes(f), (t->read[0] + t->read[1] + t->written) * 16);
    assert_true(fabs(facts_bandwidth(f) * 2.0 * 16.0 * (double)f->cycles->cycles_per_frame -
                     (double)facts_frame_bytes(f)) < 1e-6);
    assert_int_equal(f->image.weight_bytes,
                     (b.program.d.beats * b.program.d.pes * (12 + 4) + 7) / 8);
    assert_true(f->image.bytes > f->image.weight_bytes);
    assert_int_equal(f->image.dense_bytes, 4 * (4 * 20 * (9 + 11) + 11 * 20 + (4 + 3) * 20));
    drop(&b);
}

static void test_json(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "name", "version", "config_hash", "chip", "network", "cycles_per_frame", "limit_cycles",
        "mac_utilization", "clock_mhz", "us_per_frame", "latency_cycles", "frame_ms",
        "voices", "gops", "equivalent_gops", "operations_per_dsp_cycle", "frame_bytes",
        "bandwidth_share", "image", "stored_entries", "filler_entries", "padding_entries", "idle_slots",
        "element_steps", "max_float_error", "stalls", "products", "passes", "matrices", "layers",
        "lost", "paper",
        "formats", "tables", "quantization", "accuracy", "ranges", "memories", "resources",
        "logic", "device",
    };
    struct built b;
    struct config config = plain_config();
    config.encoding = ENCODING_RELATIVE;
    prepare(&b, &config, LITTLE_WORK);
    json_t *json = facts_json(&b.facts);
    size_t n = 0;
    const char *key;
    json_t *value;
    json_object_foreach (json, key, value) {
        assert_true(n < COUNT(keys));
        assert_string_equal(key, keys[n++]);
    }
    assert_int_equal(n, COUNT(keys));
    assert_int_equal(real_at(json, "cycles_per_frame"), b.cycles.cycles_per_frame);
    assert_int_equal(real_at(json, "filler_entries"), b.program.filler_entries);
    assert_true(fabs(real_at(json, "mac_utilization") - b.facts.utilization) < 1e-12);
    assert_int_equal(json_array_size(json_object_get(json, "products")), b.program.product_count);
    assert_int_equal(json_array_size(json_object_get(json, "passes")), b.program.pass_count);
    assert_true(json_is_null(json_object_get(json, "paper")));
    const json_t *pass = json_array_get(json_object_get(json, "passes"), 0);
    assert_string_equal(json_string_value(json_object_get(pass, "name")), "i[0]");
    assert_int_equal(real_at(pass, "steps"), b.program.passes[0].beats);
    const json_t *device = json_object_get(json, "device"), *dsp;
    assert_string_equal(json_string_value(json_object_get(device, "part")), "xcku060-ffva1156-2-e");
    assert_true(json_is_true(json_object_get(device, "fits")));
    assert_int_equal(real_at(device, "channels_that_fit"), b.facts.occupancy.channels);
    dsp = json_object_get(json_object_get(device, "resources"), "dsp");
    assert_int_equal(real_at(dsp, "available"), 2760);
    assert_int_equal(real_at(dsp, "used"), real_at(json_object_get(json, "resources"), "dsp"));
    assert_true(fabs(real_at(dsp, "percent") - real_at(dsp, "used") / 27.60) < 1e-9);
    assert_true(json_is_true(json_object_get(dsp, "fits")));
    /* Two runs, the same text. */
    json_t *again = facts_json(&b.facts);
    assert_true(json_equal(json, again));
    json_decref(again);
    json_decref(json);
    drop(&b);
}

/* What lanes beyond the fewest bring and cost is what a chip with the fewest says of itself. */
static void test_fewer_lanes(void **state)
{
    (void)state;
    for (enum pipeline pipeline = PIPELINE_0; pipeline <= PIPELINE_2; pipeline++) {
        struct built more, fewer;
        struct config config;
        struct error error;
        struct text text = {0}, line = {0};
        if (!config_load(&config, "tiny", NULL, 0, &error))
            fail_msg("%s", error.text);
        config.pes = 4;
        config.channels = 1;
        config.pipeline = pipeline;
        prepare(&more, &config, LITTLE_WORK);
        config.elem_lanes = 1;
        prepare(&fewer, &config, LITTLE_WORK);
        text_appendf(&line, " with 1: %s cycles instead of %s, %d multipliers and about %s LUTs less\n",
                     commas(fewer.cycles.cycles_per_frame).text, commas(more.cycles.cycles_per_frame).text,
                     more.facts.resources.dsp_elem - fewer.facts.resources.dsp_elem,
                     commas(3 * logic_lane_luts(&fewer.program)).text);
        facts_text(&text, &more.facts, true);
        assert_non_null(strstr(text_string(&text), text_string(&line)));
        json_t *json = facts_json(&more.facts), *chip = json_object_get(json, "chip");
        assert_int_equal(real_at(chip, "elem_lanes"), 4);
        assert_int_equal(real_at(chip, "fewer_elem_lanes"), 1);
        assert_int_equal(real_at(chip, "fewer_elem_lanes_cycles_per_frame"), fewer.cycles.cycles_per_frame);
        json_decref(json);
        text_cut(&text, 0);
        facts_text(&text, &fewer.facts, true); /* asked for so many */
        assert_null(strstr(text_string(&text), " instead of "));
        text_free(&text);
        text_free(&line);
        drop(&more);
        drop(&fewer);
        config_free(&config);
    }
}

static void test_paper_preset(void **state)
{
    (void)state;
    struct built b;
    struct config config;
    struct error error;
    if (!config_load(&config, "paper", NULL, 0, &error))
        fail_msg("%s", error.text);
    prepare(&b, &config, LITTLE_WORK);
    check_facts(&b);
    check_memories(&b);
    check_text(&b);
    assert_true(paper_shape(&b.program.network));
    json_t *json = facts_json(&b.facts);
    const json_t *paper = json_object_get(json, "paper"), *row;
    const json_t *total = json_object_get(paper, "total");
    size_t r;
    double us = 0.0;
    assert_int_equal(json_array_size(json_object_get(paper, "rows")), PAPER_ROWS);
    json_array_foreach (json_object_get(paper, "rows"), r, row) {
        double entries = real_at(row, "entries"), real_us = real_at(row, "real_us");
        const char *name = json_string_value(json_object_get(row, "matrix"));
        assert_string_equal(name, paper_rows[r].matrix);
        assert_true(fabs(real_at(row, "theoretical_us") - entries / 32 / 200) < 1e-9);
        assert_true(fabs(real_at(row, "gops") - entries * 64 / real_us / 1e3) < 1e-6);
        us += real_us;
    }
    assert_true(fabs(us - real_at(total, "real_us")) < 1e-9);
    assert_true(fabs(us * 200 - (double)b.cycles.cycles_per_frame) < 1e-6);
    assert_true(real_at(paper, "speedup") > 1.5); /* against the paper's 16,540 cycles */
    assert_true(real_at(json_object_get(json, "resources"), "bram36") <= 400.0);
    assert_true(real_at(json_object_get(json, "resources"), "dsp") <= 1200.0);
    json_decref(json);
    drop(&b);
    config_free(&config);
}

/* The weights in UltraRAM: in the list of memories, and in both reports. */
static void test_ultra_in_report(void **state)
{
    (void)state;
    struct built b;
    struct text text = {0};
    struct config config = plain_config();
    config.memory = MEMORY_RESIDENT;
    config.io = IO_MEMORY;
    config.memory_ports = 1;
    config.axi_address_bits = 40;
    config.weights_ram = WEIGHTS_ULTRA;
    strcpy(config.device, "xck26");
    prepare(&b, &config, LITTLE_WORK);
    facts_text(&text, &b.facts, false);
    assert_non_null(strstr(text_string(&text), "  UltraRAMs                        1          64       "
                                               "1.6 %\n"));
    assert_non_null(strstr(text_string(&text), " in UltraRAM, "));
    json_t *json = facts_json(&b.facts), *memory = NULL;
    const json_t *share = json_object_get(json_object_get(json_object_get(json, "device"), "resources"),
                                          "uram");
    size_t n, found = 0;
    json_array_foreach (json_object_get(json, "memories"), n, memory) {
        const bool ultra = strcmp(json_string_value(json_object_get(memory, "kind")), "ultra") == 0;
        assert_int_equal(real_at(memory, "uram"), ultra);
        assert_true(!ultra || real_at(memory, "bram36") < 0.1);
        found += ultra;
    }
    assert_int_equal(found, 1);
    assert_int_equal(real_at(json_object_get(json, "resources"), "uram"), 1);
    assert_int_equal(real_at(share, "used"), 1);
    assert_int_equal(real_at(share, "available"), 64);
    assert_true(fabs(real_at(share, "percent") - 100.0 / 64) < 1e-9);
    json_decref(json);
    text_free(&text);
    drop(&b);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *at)
{
    (void)status, (void)kind, (void)at;
    return remove(path);
}

/* report.txt, report.json and README.md as they are written. */
static void test_files(void **state)
{
    (void)state;
    char dir[] = "/tmp/ese-report-XXXXXX";
    struct built b;
    struct error error;
    struct config config = plain_config();
    struct text path = {0}, readme = {0};
    assert_non_null(mkdtemp(dir));
    config.activation_bits = 12; /* elements of 16 bits on the streams */
    prepare(&b, &config, LITTLE_WORK);
    struct output *output = output_new();
    struct text warnings = {0}, said = {0};
    report_add(output, &b.program, &b.cycles, &warnings, &said);
    assert_int_equal(warnings.length + said.length, 0);
    text_free(&warnings);
    if (!chip_readme_add(output, &b.program, &b.cycles, "gen test", &error) ||
        !output_write(output, dir, &error))
        fail_msg("%s", error.text);
    output_free(output);
    text_appendf(&path, "%s/README.md", dir);
    assert_true(text_read_file(&readme, text_string(&path), &error));
    assert_non_null(strstr(text_string(&readme), "# test: "));
    assert_non_null(strstr(text_string(&readme), "`ese gen test`"));
    assert_non_null(strstr(text_string(&readme), "channel k in bits [16\\*k +: 16]"));
    assert_non_null(strstr(text_string(&readme), "This folder is yours"));
    assert_null(strstr(text_string(&readme), "@{"));
    assert_null(strstr(text_string(&readme), "<!--@"));
    text_cut(&path, 0);
    text_appendf(&path, "%s/report.json", dir);
    json_t *json = json_load_file(text_string(&path), JSON_REJECT_DUPLICATES, NULL);
    assert_string_equal(json_string_value(json_object_get(json, "name")), "test");
    json_decref(json);
    text_free(&path);
    text_free(&readme);
    drop(&b);
    assert_int_equal(nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

int main(void)
{
    setenv("ESE_HOME", ".", 0); /* make runs the tests where the presets are */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_ram),
        cmocka_unit_test(test_ultra_ram),
        cmocka_unit_test(test_ultra_in_report),
        cmocka_unit_test(test_lut_ram_and_dsp),
        cmocka_unit_test(test_commas),
        cmocka_unit_test(test_paper_table),
        cmocka_unit_test(test_random_configurations),
        cmocka_unit_test(test_quality),
        cmocka_unit_test(test_voices_and_bytes),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_fewer_lanes),
        cmocka_unit_test(test_paper_preset),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
