/* SPDX-License-Identifier: Apache-2.0
 * random.h - random numbers that are the same on every machine.
 *
 * xoshiro256** of Blackman and Vigna, seeded through splitmix64.  No function here or in its
 * callers depends on the C library's mathematics, so a seed names one model for good. */
#ifndef ESE_RANDOM_H
#define ESE_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state[4];
};

/* Any seed is fine, also 0; neighbouring seeds give unrelated sequences. */
void random_seed(struct random *random, uint64_t seed);

/* 64 random bits. */
uint64_t random_next(struct random *random);

/* A number in 0..limit-1, every one equally likely; limit must not be 0. */
uint64_t random_below(struct random *random, uint64_t limit);

/* A multiple of 2^-53 in [0, 1). */
double random_uniform(struct random *random);

/* Mean 0, variance 1, nearly Gaussian: the sum of twelve uniforms, so always within +-6.
 * A multiple of 2^-21, exact in 25 bits: its product with a float is exact in a double, hence
 * the same with and without fused multiply-add. */
double random_gauss(struct random *random);

#endif
