/* SPDX-License-Identifier: Apache-2.0
 * driver_testing.h - a chip in C made ready, and utterances whose right outputs are known. */
#ifndef ESE_TESTS_DRIVER_TESTING_H
#define ESE_TESTS_DRIVER_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fpga/driver/ese_server.h"
#include "tests/unit/fake_chip.h"

#define QUEUE ESE_FEATURES_QUEUE
#define TWO (ESE_FEATURES_QUEUE | ESE_FEATURES_TWO_PORTS)

static unsigned char model[FAKE_IMAGE], weights[FAKE_WEIGHTS];

static inline int load(struct ese_chip *chip, struct fake_chip *fake)
{
    fake_image(fake, model, weights);
    return ese_load(chip, model, sizeof model, weights, sizeof weights);
}

static inline struct fake_chip *ready(struct ese_chip *chip, uint32_t channels, uint32_t features)
{
    struct fake_chip *fake = fake_new(channels, features);
    assert_int_equal(ese_open(chip, &fake->bus), ESE_OK);
    assert_int_equal(load(chip, fake), ESE_OK);
    return fake;
}

static inline void end(struct ese_chip *chip, struct fake_chip *fake)
{
    ese_close(chip);
    assert_int_equal(fake_blocks(fake), 0);
    assert_string_equal(fake->wrong, "");
    fake->bus.close(&fake->bus);
}

static uint32_t random_state = 1;

static inline uint32_t draw(uint32_t below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % below;
}

#endif
