/* SPDX-License-Identifier: Apache-2.0
 * test_stimulus.c - the file that a simulation plays: read here byte by byte as its layout says. */
#include "gen/verify/stimulus.h"

#include <signal.h>
#include <sys/resource.h>
#include <zlib.h>

#include "models/base/bytes.h"
#include "tests/unit/scratch.h"

enum { CHANNELS = 35, INPUT = 2, FRAMES = 4, MASK = 2, PHASES = 3, VECTORS = 3 };

/* Elements of the vectors that are compared. */
static const uint32_t ELEMENTS[VECTORS] = {3, 1, 2};

/* ---- a stimulus in which no two numbers are alike -------------------------------------------- */

static uint32_t number = 1000;

static uint32_t next(void)
{
    return number += 7;
}

static uint64_t next64(void)
{
    return (uint64_t)next() << 35 | next();
}

static void fill_phase(struct stimulus_phase *p, int first, int count)
{
    snprintf(p->name, sizeof p->name, "phase of %d", count);
    p->first_frame = (uint32_t)first;
    p->frame_count = (uint32_t)count;
    uint32_t *const fields[] = {
        &p->flags, &p->reset_cycles, &p->valid_cycle, &p->x_gap, &p->x_gap_length, &p->y_wait,
        &p->y_wait_length, &p->cut_cycle, &p->chart_first, &p->chart_count, &p->tail_cycles,
        &p->expected_error, &p->watchdog, &p->fault_moment, &p->stop_cycle, &p->stop_moment,
        &p->slot_cycle, &p->slot_channel, &p->slot_frame, &p->slack_permille, &p->ring_bits,
        &p->state_count};
    for (size_t n = 0; n < COUNT_OF(fields); n++)
        *fields[n] = next();
    for (int port = 0; port < STIMULUS_PORTS; port++)
        p->memory[port] = (struct stimulus_memory){next(), next(), next64()};
    p->seed = next64();
    p->limit_cycles = next64();
    p->idle_cycles = next64();
    p->end = -(int64_t)next();
}

static void fill_lists(struct stimulus_phase *p)
{
    p->starts = allocate(p->frame_count, sizeof *p->starts);
    for (uint32_t t = 0; t < p->frame_count; t++)
        p->starts[t] = t == 0 ? -1 : (int64_t)next64();
    p->descriptor_count = 2;
    p->descriptors = allocate(2, sizeof *p->descriptors);
    for (int n = 0; n < 2; n++)
        p->descriptors[n] = (struct stimulus_descriptor){
            next(), n - 1, -n, next(), {next(), next(), next(), next()}};
    p->error_count = 3;
    p->errors = allocate(3, sizeof *p->errors);
    for (int n = 0; n < 3; n++)
        p->errors[n] = next();
    p->patch_count = 2;
    p->patches = allocate(2, sizeof *p->patches);
    for (int n = 0; n < 2; n++)
        p->patches[n] = (struct stimulus_patch){next(), next(), next64(), next64(), next()};
}

static uint32_t *const *dimensions(struct stimulus *s)
{
    static uint32_t *list[14];
    uint32_t *const fields[] = {&s->activation_bits, &s->element_bits, &s->lanes, &s->pes,
                                &s->config_hash, &s->chip_hash, &s->memory_mode, &s->io,
                                &s->memory_ports, &s->memory_data_bits, &s->memory_address_bits,
                                &s->memory_outstanding, NULL};
    memcpy(list, fields, sizeof fields);
    return list;
}

static void fill_vectors(struct stimulus *s)
{
    for (int i = 0; i < FRAMES * MASK; i++) {
        s->active[i] = next();
        s->first[i] = next();
    }
    for (int i = 0; i < FRAMES * CHANNELS * INPUT; i++)
        s->x[i] = -(int32_t)next();
    for (int v = 0; v < VECTORS; v++)
        for (uint32_t i = 0; i < FRAMES * CHANNELS * ELEMENTS[v]; i++)
            s->vectors[v].values[i] = -(int32_t)next();
}

static void add_vectors(struct stimulus *s)
{
    char name[STIMULUS_VECTOR_NAME];
    for (uint32_t v = 0; v < VECTORS; v++) {
        snprintf(name, sizeof name, "%u.vector", v);
        assert_int_equal(stimulus_add_vector(s, name, ELEMENTS[v], v != 1), v);
    }
    s->leaves = 1;
}

static struct stimulus some(void)
{
    struct stimulus s = {.channels = CHANNELS, .input = INPUT, .product_count = 3, .pass_count = 2,
                         .image_count = 2, .region_count = 2, .frame_count = FRAMES,
                         .phase_count = PHASES};
    for (uint32_t *const *field = dimensions(&s); *field != NULL; field++)
        **field = next();
    s.queue_base = next64();
    add_vectors(&s);
    stimulus_allocate(&s);
    for (int n = 0; n < 3; n++)
        s.product_columns[n] = next();
    for (int n = 0; n < 2; n++) {
        s.pass_beats[n] = next();
        assert_int_equal(s.passes[n].vector, STIMULUS_NO_VECTOR);
        assert_int_equal(s.passes[n].rows, 0);
        s.passes[n] =
            (struct stimulus_pass){n == 0 ? STIMULUS_NO_VECTOR : 2, next(), next(), next()};
        s.images[n] = (struct stimulus_image){"", next64(), next()};
        snprintf(s.images[n].name, sizeof s.images[n].name, "image %d", n);
        s.regions[n] = (struct stimulus_region){"", next(), next(), next64(), next64(), next()};
        snprintf(s.regions[n].name, sizeof s.regions[n].name, "region %d", n);
    }
    fill_phase(&s.phases[0], 0, FRAMES);
    fill_lists(&s.phases[0]);
    fill_phase(&s.phases[1], 1, 2);
    fill_phase(&s.phases[2], FRAMES - 1, 1);
    fill_vectors(&s);
    return s;
}

/* ---- the file, as sim/stimulus.h describes it ------------------------------------------------ */

static const unsigned char *at, *end;

static void is32(uint32_t wanted)
{
    assert_true(end - at >= 4);
    assert_int_equal(load_u32(at), wanted);
    at += 4;
}

static void is64(uint64_t wanted)
{
    assert_true(end - at >= 8);
    assert_true(load_u64(at) == wanted);
    at += 8;
}

/* A name with zeros to the end of its field. */
static void is_name(const char *name, size_t size)
{
    char field[64] = "";
    snprintf(field, sizeof field, "%s", name);
    assert_memory_equal(at, field, size);
    at += size;
}

static void are32(const uint32_t *wanted, size_t count)
{
    for (size_t n = 0; n < count; n++)
        is32(wanted[n]);
}

static void is_header(const struct stimulus *s)
{
    assert_memory_equal(at, "ESESTIM", 8);
    at += 8;
    is32(STIMULUS_VERSION);
    is64((uint64_t)(end - at) + 12);
    are32((const uint32_t[]){CHANNELS, INPUT, s->activation_bits, s->element_bits, s->lanes,
                             s->pes, 3, 2, VECTORS, 1}, 10);
    is32(s->config_hash);
    is32(s->chip_hash);
    are32((const uint32_t[]){s->memory_mode, s->io, s->memory_ports, s->memory_data_bits,
                             s->memory_address_bits, s->memory_outstanding}, 6);
    is64(s->queue_base);
    are32(s->product_columns, 3);
    are32(s->pass_beats, 2);
    for (int n = 0; n < 2; n++) {
        is32((uint32_t)s->passes[n].vector);
        is32(s->passes[n].first);
        is32(s->passes[n].rows);
        is32(s->passes[n].owners);
    }
    for (int v = 0; v < VECTORS; v++) {
        is_name(s->vectors[v].name, 32);
        is32(ELEMENTS[v]);
        is32(v != 1);
    }
}

static void are_files(const struct stimulus *s)
{
    is32(s->image_count);
    for (uint32_t n = 0; n < s->image_count; n++) {
        is_name(s->images[n].name, 64);
        is64(s->images[n].bytes);
        is32(s->images[n].crc);
    }
    is32(s->region_count);
    for (uint32_t n = 0; n < s->region_count; n++) {
        const struct stimulus_region *r = &s->regions[n];
        is_name(r->name, 64);
        is32(r->port);
        is32(r->use);
        is64(r->base);
        is64(r->bytes);
        is32(r->crc);
    }
}

static void are_lists(const struct stimulus_phase *p)
{
    is32(p->starts != NULL);
    for (uint32_t t = 0; p->starts != NULL && t < p->frame_count; t++)
        is64((uint64_t)p->starts[t]);
    is32(p->descriptor_count);
    for (uint32_t n = 0; n < p->descriptor_count; n++) {
        const struct stimulus_descriptor *d = &p->descriptors[n];
        is32(d->frames);
        is32((uint32_t)d->save);
        is32((uint32_t)d->restore);
        is32(d->rotate);
        are32(d->restored, 4);
    }
    is32(p->error_count);
    are32(p->errors, p->error_count);
    is32(p->patch_count);
    for (uint32_t n = 0; n < p->patch_count; n++) {
        is32(p->patches[n].attempt);
        is32(p->patches[n].target);
        is64(p->patches[n].offset);
        is64(p->patches[n].bytes);
        is32(p->patches[n].word);
    }
}

static void is_phase(const struct stimulus_phase *p)
{
    is_name(p->name, 32);
    /* "the u32 from first_frame to state_count in the order of struct stimulus_phase" */
    size_t count = (offsetof(struct stimulus_phase, state_count) -
                    offsetof(struct stimulus_phase, first_frame)) / 4 + 1;
    are32(&p->first_frame, count);
    for (int port = 0; port < 2; port++) {
        is32(p->memory[port].model);
        is32(p->memory[port].fault);
        is64(p->memory[port].fault_at);
    }
    is64(p->seed);
    is64(p->limit_cycles);
    is64(p->idle_cycles);
    is64((uint64_t)p->end);
    are_lists(p);
}

static void are_frames(const struct stimulus *s)
{
    for (int t = 0; t < FRAMES; t++) {
        are32(s->active + t * MASK, MASK);
        are32(s->first + t * MASK, MASK);
        for (int i = 0; i < CHANNELS * INPUT; i++)
            is32((uint32_t)s->x[t * CHANNELS * INPUT + i]);
        for (int v = 0; v < VECTORS; v++)
            for (uint32_t c = 0; c < CHANNELS; c++)
                for (uint32_t i = 0; i < ELEMENTS[v]; i++)
                    is32((uint32_t)stimulus_values(s, &s->vectors[v], (uint32_t)t, c)[i]);
    }
}

static void test_write(void **state)
{
    (void)state;
    struct error error = {""};
    struct stimulus s = some();
    if (!stimulus_write(&s, "file", &error))
        fail_msg("%s", error.text);
    struct text text = contents("file");
    at = (const unsigned char *)text.data;
    end = at + text.length;
    is_header(&s);
    are_files(&s);
    is32(FRAMES);
    is32(PHASES);
    for (int n = 0; n < PHASES; n++)
        is_phase(&s.phases[n]);
    are_frames(&s);
    is32((uint32_t)crc32(0, (const unsigned char *)text.data, (uInt)text.length - 4));
    assert_ptr_equal(at, end);
    text_free(&text);
    stimulus_free(&s);
    assert_null(s.x);
    assert_null(s.vectors);
    assert_int_equal(s.frame_count, 0);
}

static void test_write_fails(void **state)
{
    (void)state;
    struct error error = {""};
    struct stimulus s = some();
    assert_false(stimulus_write(&s, "none/file", &error));
    assert_string_equal(error.text, "cannot write 'none/file': No such file or directory");
    assert_false(exists("none"));
    make_dir("folder");
    assert_false(stimulus_write(&s, "folder", &error));
    assert_string_equal(error.text, "cannot write 'folder': Is a directory");
    assert_true(exists("folder"));
    stimulus_free(&s);
}

/* What is written in part only does not stay. */
static void test_write_ends_early(void **state)
{
    (void)state;
    struct error error = {""};
    struct stimulus s = some();
    struct rlimit before, little = {500, 0};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    little.rlim_max = before.rlim_max;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    bool good = stimulus_write(&s, "file", &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_false(good);
    assert_string_equal(error.text, "cannot write 'file': File too large");
    assert_false(exists("file"));
    stimulus_free(&s);
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static void test_allocate(void **state)
{
    (void)state;
    struct stimulus s = {
        .channels = CHANNELS, .input = INPUT, .frame_count = FRAMES, .phase_count = 2};
    struct stimulus_phase fresh = stimulus_phase_default();
    add_vectors(&s);
    stimulus_allocate(&s);
    for (int n = 0; n < 2; n++)
        assert_memory_equal(&s.phases[n], &fresh, sizeof fresh);
    assert_int_equal(fresh.reset_cycles, 16);
    assert_int_equal(fresh.valid_cycle, 1);
    assert_int_equal(fresh.tail_cycles, 64);
    assert_int_equal(fresh.end, -1);
    assert_null(fresh.starts);
    assert_int_equal(fresh.x_gap + fresh.y_wait + fresh.cut_cycle + fresh.flags, 0);
    assert_int_equal(fresh.limit_cycles + fresh.idle_cycles, 0);
    for (int v = 0; v < VECTORS; v++)
        for (uint32_t i = 0; i < FRAMES * CHANNELS * ELEMENTS[v]; i++)
            assert_int_equal(s.vectors[v].values[i], 0);
    assert_ptr_equal(stimulus_y(&s), &s.vectors[1]);
    stimulus_free(&s);
}

/* Every row of a pass is in one word, in the lane that its owner has; the first lanes are full. */
static void test_rows(void **state)
{
    (void)state;
    for (uint32_t owners = 1; owners <= 9; owners++)
        for (uint32_t lanes = 1; lanes <= owners; lanes++)
            for (uint32_t rows = 0; rows <= 3 * owners; rows++) {
                const struct stimulus_pass pass = {.rows = rows, .owners = owners};
                const uint32_t words = stimulus_words_of(&pass, lanes);
                uint32_t row = 0;
                for (uint32_t word = 0; word < words; word++) {
                    const struct stimulus_rows here = stimulus_rows_of(&pass, lanes, word);
                    assert_int_equal(here.first, row);
                    assert_in_range(here.count, 1, lanes);
                    assert_int_equal(here.first % owners % lanes, 0); /* lane 0 is the owner's */
                    for (uint32_t lane = 1; lane < here.count; lane++)
                        assert_int_equal((here.first + lane) / owners, here.first / owners);
                    row += here.count;
                }
                assert_int_equal(row, rows);
                assert_int_equal(stimulus_rows_of(&pass, lanes, words).count, 0);
            }
}

/* A bit is set alone, and cleared alone. */
static void test_masks(void **state)
{
    (void)state;
    struct stimulus s = {.channels = CHANNELS, .frame_count = FRAMES};
    stimulus_allocate(&s);
    for (uint32_t slot = 0; slot < FRAMES * CHANNELS; slot++) {
        uint32_t frame = slot / CHANNELS, channel = slot % CHANNELS;
        stimulus_set(s.active, &s, frame, channel, true);
        for (uint32_t i = 0; i < FRAMES * MASK; i++)
            assert_int_equal(s.active[i], i == frame * MASK + channel / 32
                                              ? UINT32_C(1) << channel % 32 : 0);
        for (uint32_t i = 0; i < FRAMES * CHANNELS; i++)
            assert_int_equal(stimulus_get(s.active, &s, i / CHANNELS, i % CHANNELS), i == slot);
        stimulus_set(s.active, &s, frame, channel, false);
    }
    memset(s.first, 0xff, FRAMES * MASK * sizeof *s.first);
    stimulus_set(s.first, &s, 1, 33, false);
    assert_int_equal(s.first[1 * MASK + 1], 0xfffffffd);
    stimulus_free(&s);
}

static void test_files(void **state)
{
    (void)state;
    struct stimulus_image image;
    struct stimulus_region region;
    struct error error = {""};
    unsigned char *bytes = allocate(200000, 1); /* more than one block */
    for (size_t i = 0; i < 200000; i++)
        bytes[i] = (unsigned char)(i * i >> 7);
    make_dir("in");
    put_bytes("in/file", bytes, 200000);
    assert_true(stimulus_image(&image, "in", "file", &error));
    assert_string_equal(image.name, "file");
    assert_int_equal(image.bytes, 200000);
    assert_int_equal(image.crc, crc32(0, bytes, 200000));
    assert_true(stimulus_region(&region, "in", "file", STIMULUS_PORT_DATA, STIMULUS_MODEL,
                                UINT64_C(0x123456000), &error));
    assert_string_equal(region.name, "file");
    assert_int_equal(region.port, STIMULUS_PORT_DATA);
    assert_int_equal(region.use, STIMULUS_MODEL);
    assert_true(region.base == UINT64_C(0x123456000));
    assert_int_equal(region.bytes, 200000);
    assert_int_equal(region.crc, image.crc);
    put("in/empty", "");
    assert_true(stimulus_image(&image, "in", "empty", &error));
    assert_int_equal(image.bytes + image.crc, 0);
    free(bytes);
}

static void no_image(const char *folder, const char *name, const char *message)
{
    struct stimulus_image image;
    struct stimulus_region region;
    struct error error = {""};
    assert_false(stimulus_image(&image, folder, name, &error));
    assert_non_null(strstr(error.text, message));
    error.text[0] = '\0';
    assert_false(
        stimulus_region(&region, folder, name, STIMULUS_PORT_DATA, STIMULUS_MODEL, 0, &error));
    assert_non_null(strstr(error.text, message));
}

static void test_no_files(void **state)
{
    (void)state;
    struct stimulus_image image;
    struct error error = {""};
    char name[STIMULUS_IMAGE_NAME + 1], *folder = allocate(5000, 1);
    make_dir("in");
    no_image("in", "none", "cannot read in/none: No such file or directory");
    make_dir("in/folder");
    no_image("in", "folder", "cannot read in/folder: Is a directory");
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    no_image("in", name, "name longer than 63 characters");
    name[sizeof name - 2] = '\0'; /* the longest there may be */
    char path[100];
    snprintf(path, sizeof path, "in/%s", name);
    put(path, "x");
    assert_true(stimulus_image(&image, "in", name, &error));
    assert_string_equal(image.name, name);
    memset(folder, 'f', 4999);
    no_image(folder, "file", "path too long");
    free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_write, scratch_clean),
        cmocka_unit_test_teardown(test_write_fails, scratch_clean),
        cmocka_unit_test_teardown(test_write_ends_early, scratch_clean),
        cmocka_unit_test(test_allocate),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_masks),
        cmocka_unit_test_teardown(test_files, scratch_clean),
        cmocka_unit_test_teardown(test_no_files, scratch_clean),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
