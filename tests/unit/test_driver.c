/* SPDX-License-Identifier: Apache-2.0
 * The host library on a chip in C: identity, loading, the queue, counters, layouts. */
#include "tests/unit/driver_testing.h"

#include <unistd.h>

/* ---- identity ---------------------------------------------------------------------------------------------- */

static void identity_checked(void **state)
{
    (void)state;
    struct ese_chip chip;
    struct fake_chip *fake = fake_new(3, TWO);
    *fake_register(fake, ESE_ID) = 0xffffffff;
    assert_int_equal(ese_open(&chip, &fake->bus), ESE_FAIL_IDENTITY);
    assert_non_null(strstr(chip.message, "ffffffff"));
    *fake_register(fake, ESE_ID) = 0x45534531;
    *fake_register(fake, ESE_PES_CHANNELS) = 2 | 300 << 16;
    assert_int_equal(ese_open(&chip, &fake->bus), ESE_FAIL_IDENTITY);
    *fake_register(fake, ESE_PES_CHANNELS) = 2 | 3 << 16;
    assert_int_equal(ese_open(&chip, &fake->bus), ESE_OK);
    assert_int_equal(chip.channels, 3);
    assert_int_equal(chip.bus_bytes, FAKE_BUS);
    assert_int_equal(chip.x_most, FAKE_X + 1);
    assert_int_equal(chip.y_most, FAKE_Y + 1);
    end(&chip, fake);
}

/* A program that died has left the chip running. */
static void running_chip_stopped(void **state)
{
    (void)state;
    struct ese_chip chip;
    struct fake_chip *fake = fake_new(3, QUEUE);
    *fake_register(fake, ESE_STATUS) = ESE_STATUS_RUNNING | ESE_STATUS_LOADED;
    assert_int_equal(ese_open(&chip, &fake->bus), ESE_OK);
    assert_int_equal(*fake_register(fake, ESE_STATUS) & ESE_STATUS_RUNNING, 0);
    fake->deaf_stop = true;
    assert_int_equal(ese_open(&chip, &fake->bus), ESE_FAIL_TIMEOUT);
    assert_non_null(strstr(chip.message, "does not come to rest"));
    fake->deaf_stop = false;
    end(&chip, fake);
}

/* ---- loading ------------------------------------------------------------------------------------------------ */

static void image_loaded(void **state)
{
    (void)state;
    for (int two = 0; two <= 1; two++) {
        struct ese_chip chip;
        struct fake_chip *fake = ready(&chip, 3, two ? TWO : QUEUE);
        assert_true(chip.loaded);
        assert_int_equal(chip.model.hash, FAKE_MODEL);
        assert_int_equal(chip.model.y_fraction, -3);
        assert_int_equal(fake->pools[ESE_PORT_WEIGHTS].count, two);
        /* Another one in its place, and nothing is left over. */
        assert_int_equal(load(&chip, fake), ESE_OK);
        assert_int_equal(fake_blocks(fake), 2);
        end(&chip, fake);
    }
}

/* One word of the header is changed, and its CRC made right again unless `damaged`. */
static void refuse(uint32_t word, uint32_t value, bool damaged, const char *says)
{
    struct ese_chip chip;
    struct fake_chip *fake = ready(&chip, 3, QUEUE);
    ese_put32(model + 4 * word, value);
    if (!damaged)
        fake_seal(model);
    assert_int_equal(ese_load(&chip, model, sizeof model, weights, sizeof weights), ESE_FAIL_MODEL);
    if (strstr(chip.message, says) == NULL)
        fail_msg("'%s' says nothing of '%s'", chip.message, says);
    assert_false(chip.loaded);
    assert_int_equal(ese_start(&chip, 4), ESE_FAIL_ARGUMENT);
    assert_int_equal(load(&chip, fake), ESE_OK); /* and the right one goes in after it */
    end(&chip, fake);
}

static void headers_refused(void **state)
{
    (void)state;
    refuse(ESE_IMAGE_MAGIC, 1, false, "not a model image");
    refuse(ESE_IMAGE_LAYOUT, 1, false, "layout 1");
    refuse(ESE_IMAGE_BEATS, 2, true, "damaged");
    refuse(ESE_IMAGE_CHIP_HASH, 2, false, "made for a chip");
    refuse(ESE_IMAGE_X_SIZE, FAKE_X + 2, false, "room for");
    refuse(ESE_IMAGE_Y_SIZE, 0, false, "room for");
    refuse(ESE_IMAGE_CELL_WORDS, FAKE_C + 2, false, "room for");
    refuse(ESE_IMAGE_KEPT_WORDS, FAKE_Y + 2, false, "room for");
    refuse(ESE_IMAGE_Y_FRACTION, 2, true, "damaged");
    refuse(ESE_IMAGE_STATE_BYTES, 16, false, "contradict");
    refuse(ESE_IMAGE_VECTORS, 200, false, "no place for it");
    refuse(ESE_IMAGE_VECTORS_OFFSET, 252, false, "no place for it");
    refuse(ESE_IMAGE_VECTORS, 1, false, "table of vectors in model.bin is damaged");
    refuse(ESE_IMAGE_XY_WORD_BYTES, 4, false, "contradict");
    refuse(ESE_IMAGE_XY_WORD_BYTES, 12, false, "contradict");
    refuse(ESE_IMAGE_X_FRAME_BYTES, 8, false, "contradict");
    refuse(ESE_IMAGE_Y_FRAME_BYTES, 56, false, "contradict"); /* not whole bus words */
    refuse(ESE_IMAGE_ELEMENT_BYTES, 0, false, "contradict");
    refuse(ESE_IMAGE_ELEMENT_BYTES, 5, false, "contradict");
    refuse(ESE_IMAGE_ACTIVATION_BITS, 17, false, "contradict");
    refuse(ESE_IMAGE_STATE_WORD_BYTES, 0, false, "contradict");
    refuse(ESE_IMAGE_STATE_SLOT_BYTES, 3, false, "contradict");
    refuse(ESE_IMAGE_PROGRAM_WORDS, 0xffffffff, false, "model.bin has");
    refuse(ESE_IMAGE_WEIGHT_WORDS, 4, false, "weights.bin has");
}

static void contents_refused(void **state)
{
    (void)state;
    struct ese_chip chip;
    struct fake_chip *fake = ready(&chip, 3, TWO);
    assert_int_equal(ese_load(&chip, model, 127, weights, sizeof weights), ESE_FAIL_MODEL);
    assert_int_equal(ese_load(&chip, model, sizeof model - 1, weights, sizeof weights), ESE_FAIL_MODEL);
    weights[5] ^= 1; /* the chip finds it */
    assert_int_equal(ese_load(&chip, model, sizeof model, weights, sizeof weights), ESE_FAIL_CHIP);
    assert_int_equal(chip.error, ESE_ERROR_MODEL_CONTENTS);
    assert_non_null(strstr(chip.message, "error 16: the CRC of a section"));
    fake->deaf_load = true;
    assert_int_equal(load(&chip, fake), ESE_FAIL_TIMEOUT);
    assert_non_null(strstr(chip.message, "has not loaded the model"));
    assert_int_equal(*fake_register(fake, ESE_STATUS) & ESE_STATUS_LOADING, 0); /* abandoned */
    end(&chip, fake);
}

static void write_file(const char *path, const void *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    fclose(file);
}

static void folder_loaded(void **state)
{
    (void)state;
    char folder[] = "/tmp/ese-driver-XXXXXX", path[64];
    struct ese_chip chip;
    struct fake_chip *fake = ready(&chip, 3, QUEUE);
    assert_non_null(mkdtemp(folder));
    assert_int_equal(ese_load_folder(&chip, folder), ESE_FAIL_FILE);
    assert_non_null(strstr(chip.message, "model.bin: No such file"));
    snprintf(path, sizeof path, "%s/model.bin", folder);
    write_file(path, model, sizeof model);
    snprintf(path, sizeof path, "%s/weights.bin", folder);
    write_file(path, weights, sizeof weights);
    assert_int_equal(ese_load_folder(&chip, folder), ESE_OK);
    remove(path);
    snprintf(path, sizeof path, "%s/model.bin", folder);
    remove(path);
    remove(folder);
    end(&chip, fake);
}

/* ---- the queue ------------------------------------------------------------------------------------------------ */

static void jobs_refused(void **state)
{
    (void)state;
    struct ese_chip chip;
    struct fake_chip *fake = ready(&chip, 3, QUEUE);
    const struct ese_job good = {.frames = 1, .active = {{1}}, .first = {{1}}};
    struct ese_job bad[10];
    assert_int_equal(ese_submit(&chip, &good), ESE_FAIL_ARGUMENT); /* not started */
    assert_int_equal(ese_start(&chip, 3), ESE_FAIL_ARGUMENT);
    assert_int_equal(ese_start(&chip, 0), ESE_FAIL_ARGUMENT);
    assert_int_equal(ese_start(&chip, 2 * ESE_RING_MOST), ESE_FAIL_ARGUMENT);
    assert_int_equal(ese_start(&chip, 4), ESE_OK);
    assert_int_equal(ese_start(&chip, 4), ESE_FAIL_ARGUMENT);
    assert_int_equal(load(&chip, fake), ESE_FAIL_ARGUMENT); /* while it runs */
    for (int n = 0; n < 10; n++)
        bad[n] = good;
    bad[0].frames = 0;
    bad[1].x = 24;
    bad[2].y = 2040;
    bad[3].active.word[0] = 9;
    bad[4].first.word[0] = 2;
    bad[5].restore.word[0] = 1;
    bad[6].save = true;
    bad[6].save_address = 8;
    bad[7].active.word[3] = 1;
    bad[8].x_stride = -24;
    bad[9].y_stride = 8;
    for (int n = 0; n < 10; n++)
        assert_int_equal(ese_submit(&chip, &bad[n]), ESE_FAIL_ARGUMENT);
    assert_int_equal(chip.submitted, 0);
    assert_int_equal(ese_close_slot(&chip, 3), ESE_FAIL_ARGUMENT);
    end(&chip, fake);
}

/* Frames backward through memory, from a bus word on that begins no page, to such that lie apart. */
static void frames_backward(void **state)
{
    (void)state;
    enum { FRAMES = 5 };
    struct ese_chip chip;
    struct ese_block block;
    struct fake_chip *fake = ready(&chip, 3, QUEUE);
    const uint32_t x_bytes = chip.model.x_frame_bytes, apart = chip.model.y_frame_bytes + 3 * FAKE_BUS;
    unsigned char x[FAKE_BUS * 64] = {0}, y[FAKE_BUS * 64];
    assert_true(FRAMES * x_bytes <= sizeof x && chip.model.y_frame_bytes <= sizeof y);
    assert_int_equal(ese_allocate(&chip, 16384, &block), ESE_OK);
    for (int32_t f = 0; f < FRAMES; f++)
        ese_put_x(&chip, x + (size_t)f * x_bytes, 1, (const int32_t[FAKE_X]){10 + f, 20, 30});
    assert_int_equal(chip.bus->write(chip.bus, ESE_PORT_DATA, block.address + FAKE_BUS, x, sizeof x), 0);
    assert_int_equal(ese_start(&chip, 4), ESE_OK);
    const struct ese_job job = {
        .frames = FRAMES, .active = {{2}}, .first = {{2}},
        .x = block.address + FAKE_BUS + (FRAMES - 1) * x_bytes, .x_stride = -(int32_t)x_bytes,
        .y = block.address + 4096 + 5 * FAKE_BUS, .y_stride = (int32_t)apart};
    assert_int_equal(ese_submit(&chip, &job), ESE_OK);
    assert_int_equal(ese_wait(&chip), ESE_OK);
    int32_t sum = 0;
    for (uint32_t f = 0; f < FRAMES; f++) {
        int32_t own[FAKE_Y], first = 10 + FRAMES - 1 - (int32_t)f;
        assert_int_equal(chip.bus->read(chip.bus, ESE_PORT_DATA, job.y + (uint64_t)f * apart, y,
                                        chip.model.y_frame_bytes), 0);
        ese_get_y(&chip, y, 1, own);
        assert_int_equal(own[0], sum + first);
        assert_int_equal(own[1], sum + 20);
        sum += first + 1;
    }
    ese_release(&chip, &block);
    end(&chip, fake);
}

/* Round and round, over the end of the 32-bit counter, never too many. */
static void ring_wraps(void **state)
{
    (void)state;
    struct ese_chip chip;
    struct ese_block block;
    struct fake_chip *fake = ready(&chip, 3, QUEUE);
    assert_int_equal(ese_allocate(&chip, 8192, &block), ESE_OK);
    assert_int_equal(ese_start(&chip, 4), ESE_OK);
    chip.submitted = chip.done = fake->head = 0xfffffff5;
    *fake_register(fake, ESE_QUEUE_TAIL) = chip.submitted;
    const struct ese_job job = {
        .frames = 2, .active = {{7}}, .x = block.address, .y = block.address + 4096};
    for (uint32_t n = 0; n < 30; n++) {
        while (ese_submit(&chip, &job) == ESE_OK)
            continue;
        assert_int_equal(chip.submitted - chip.done, 4);
        assert_int_equal(ese_submit(&chip, &job), ESE_FAIL_FULL);
        fake->per_wait = 1 + (int)draw(4);
        uint32_t before = chip.done;
        assert_int_equal(ese_wait(&chip), ESE_OK);
        assert_true(chip.done != before);
        assert_int_equal(chip.done, fake->head);
    }
    assert_true(chip.submitted < 0x80000000); /* it has come round */
    while (chip.done != chip.submitted)
        assert_int_equal(ese_wait(&chip), ESE_OK);
    assert_int_equal(ese_wait(&chip), ESE_OK); /* at once */
    assert_int_equal(fake->most_outstanding, 4);
    ese_release(&chip, &block);
    end(&chip, fake);
}

static void failures_of_a_run(void **state)
{
    (void)state;
    struct ese_chip chip;
    struct ese_block block;
    struct fake_chip *fake = ready(&chip, 3, QUEUE);
    assert_int_equal(ese_allocate(&chip, 8192, &block), ESE_OK);
    const struct ese_job job = {
        .frames = 1, .active = {{7}}, .x = block.address, .y = block.address + 4096};
    assert_int_equal(ese_start(&chip, 4), ESE_OK);
    assert_int_equal(ese_submit(&chip, &job), ESE_OK);
    fake->deaf_run = true;
    assert_int_equal(ese_wait(&chip), ESE_FAIL_TIMEOUT);
    assert_non_null(strstr(chip.message, "has not done a descriptor in 1000000"));
    fake->lies = true;
    assert_int_equal(ese_wait(&chip), ESE_FAIL_BUS);
    assert_non_null(strstr(chip.message, "QUEUE_HEAD is 4294967295"));
    fake->lies = fake->deaf_run = false;
    fake->error = ESE_ERROR_DATA_TIMEOUT;
    assert_int_equal(ese_wait(&chip), ESE_FAIL_CHIP);
    assert_int_equal(chip.error, ESE_ERROR_DATA_TIMEOUT);
    assert_non_null(strstr(chip.message, "no answer on the data port"));
    assert_int_equal(ese_stop(&chip), ESE_OK);
    fake->error = 0;
    /* Back again, without loading. */
    assert_int_equal(ese_start(&chip, 4), ESE_OK);
    assert_int_equal(ese_submit(&chip, &job), ESE_OK);
    assert_int_equal(ese_wait(&chip), ESE_OK);
    assert_int_equal(chip.done, 1);
    /* Somebody pulls the reset. */
    *fake_register(fake, ESE_STATUS) = ESE_STATUS_IDLE;
    assert_int_equal(ese_submit(&chip, &job), ESE_OK);
    assert_int_equal(ese_wait(&chip), ESE_FAIL_CHIP);
    assert_non_null(strstr(chip.message, "stopped or reset"));
    ese_release(&chip, &block);
    end(&chip, fake);
}

static void slot_closed(void **state)
{
    (void)state;
    struct ese_chip chip;
    struct fake_chip *fake = ready(&chip, 40, QUEUE);
    assert_int_equal(ese_start(&chip, 4), ESE_OK);
    assert_int_equal(ese_close_slot(&chip, 33), ESE_OK);
    assert_true(fake->closed[33]);
    assert_int_equal(ese_open_slot(&chip, 33), ESE_OK);
    assert_false(fake->closed[33]);
    end(&chip, fake);
}

/* The high half goes on between the reads of the two. */
static void counters_read(void **state)
{
    (void)state;
    struct ese_chip chip;
    struct ese_counters counters;
    struct fake_chip *fake = ready(&chip, 3, QUEUE);
    fake->clock = INT64_C(0x4ffffffff);
    fake->ticks = 1;
    *fake_register(fake, ESE_STALL_OUTPUT) = 17;
    assert_int_equal(ese_counters(&chip, &counters), ESE_OK);
    assert_true(counters.cycles >= UINT64_C(0x500000000) && counters.cycles < UINT64_C(0x500000010));
    assert_int_equal(counters.output, 17);
    end(&chip, fake);
}

static void stream_chip(void **state)
{
    (void)state;
    struct ese_chip chip;
    struct fake_chip *fake = ready(&chip, 3, 0);
    assert_int_equal(ese_start(&chip, 4), ESE_FAIL_ARGUMENT);
    assert_int_equal(ese_start(&chip, 0), ESE_OK);
    assert_int_equal(ese_poll(&chip), ESE_OK);
    assert_int_equal(ese_stop(&chip), ESE_OK);
    end(&chip, fake);
}

/* ---- layouts ---------------------------------------------------------------------------------------------------- */

static void values_fixed(void **state)
{
    (void)state;
    assert_int_equal(ese_fixed(1.5, 4, 16), 24);
    assert_int_equal(ese_fixed(-0.5, 0, 16), -1);
    assert_int_equal(ese_fixed(1e9, 4, 12), 2047);
    assert_int_equal(ese_fixed(-1e9, 4, 12), -2048);
    assert_int_equal(ese_fixed(40, -3, 16), 5);
    assert_true(ese_real(-24, 4) == -1.5);
}

static void elements_packed(void **state)
{
    (void)state;
    struct ese_chip chip = {.channels = 3};
    chip.model = (struct ese_model){.x_size = 2, .y_size = 2, .xy_word_bytes = 16, .element_bytes = 3};
    unsigned char frame[32] = {0};
    const int32_t x[2] = {-2, 0x123456};
    ese_put_x(&chip, frame, 2, x);
    const unsigned char right[] = {0xfe, 0xff, 0xff};
    assert_memory_equal(frame + 6, right, 3);
    assert_int_equal(frame[16 + 6], 0x56);
    assert_int_equal(frame[9] | frame[5] | frame[16 + 5] | frame[16 + 9], 0);
    int32_t y[2];
    ese_get_y(&chip, frame, 2, y);
    assert_int_equal(y[0], -2);
    assert_int_equal(y[1], 0x123456);
}

static void texts_there(void **state)
{
    (void)state;
    for (int result = 0; result >= ESE_FAIL_FILE; result--)
        assert_string_not_equal(ese_result_text(result), "unknown result");
    assert_string_equal(ese_result_text(ESE_FAIL_FILE - 1), "unknown result");
    assert_null(ese_error_meaning(999));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_checked), cmocka_unit_test(running_chip_stopped),
        cmocka_unit_test(image_loaded), cmocka_unit_test(headers_refused),
        cmocka_unit_test(contents_refused), cmocka_unit_test(folder_loaded),
        cmocka_unit_test(jobs_refused), cmocka_unit_test(frames_backward), cmocka_unit_test(ring_wraps),
        cmocka_unit_test(failures_of_a_run), cmocka_unit_test(slot_closed),
        cmocka_unit_test(counters_read), cmocka_unit_test(stream_chip),
        cmocka_unit_test(values_fixed), cmocka_unit_test(elements_packed),
        cmocka_unit_test(texts_there),
    };
    return cmocka_run_group_tests_name("driver", tests, NULL, NULL);
}
