/* SPDX-License-Identifier: Apache-2.0
 * ese_pool.h - which parts of an address range are taken; for the buses. */
#ifndef ESE_POOL_H
#define ESE_POOL_H

#include <stdint.h>

enum { ESE_POOL_BLOCKS = 64 };

struct ese_pool {
    uint64_t base, bytes;
    uint64_t gap; /* bytes that stay free between two blocks */
    struct ese_pool_block {
        uint64_t address, bytes;
    } blocks[ESE_POOL_BLOCKS]; /* by address */
    unsigned count;
};

/* First place that fits, a multiple of 4 KiB; -1: there is none. */
int ese_pool_take(struct ese_pool *pool, uint64_t bytes, uint64_t *address);
void ese_pool_give(struct ese_pool *pool, uint64_t address);

#endif
