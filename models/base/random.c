/* SPDX-License-Identifier: Apache-2.0
 * random.c - random numbers that are the same on every machine. */
#include "models/base/random.h"

#include "models/base/error.h"

static uint64_t rotate_left(uint64_t value, int by)
{
    return (value << by) | (value >> (64 - by));
}

/* splitmix64: spreads a seed of few set bits over all of the state. */
static uint64_t mix(uint64_t *seed)
{
    *seed += 0x9e3779b97f4a7c15u;
    uint64_t z = *seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void random_seed(struct random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        random->state[i] = mix(&seed);
}

uint64_t random_next(struct random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t random_below(struct random *random, uint64_t limit)
{
    BUG_UNLESS(limit != 0);
    /* 2^64 mod limit numbers at the low end would make some results likelier: draw again. */
    uint64_t surplus = (UINT64_MAX - limit + 1) % limit;
    uint64_t value;
    do
        value = random_next(random);
    while (value < surplus);
    return value % limit;
}

double random_uniform(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53;
}

double random_gauss(struct random *random)
{
    /* Twelve uniforms of 21 bits, three from a draw.  Each has mean (2^21 - 1) / 2. */
    const uint64_t low21 = (1u << 21) - 1;
    int64_t sum = 0;
    for (int draw = 0; draw < 4; draw++) {
        uint64_t bits = random_next(random);
        sum += (int64_t)((bits & low21) + (bits >> 21 & low21) + (bits >> 42 & low21));
    }
    return (double)(sum - 6 * (int64_t)low21) * 0x1p-21;
}
