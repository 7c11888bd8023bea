/* SPDX-License-Identifier: Apache-2.0 */
#include "ese_pool.h"

#include <string.h>

static uint64_t round_up(uint64_t value)
{
    return (value + 4095) & ~(uint64_t)4095;
}

int ese_pool_take(struct ese_pool *pool, uint64_t bytes, uint64_t *address)
{
    uint64_t at = round_up(pool->base), end = pool->base + pool->bytes;
    unsigned place = 0;
    if (bytes == 0 || bytes > pool->bytes || pool->count == ESE_POOL_BLOCKS)
        return -1;
    bytes = round_up(bytes);
    for (; place < pool->count; place++) {
        const struct ese_pool_block *next = &pool->blocks[place];
        if (at + bytes + pool->gap <= next->address)
            break;
        at = next->address + next->bytes + pool->gap;
    }
    if (at > end || bytes > end - at)
        return -1;
    memmove(&pool->blocks[place + 1], &pool->blocks[place],
            (pool->count - place) * sizeof *pool->blocks);
    pool->blocks[place] = (struct ese_pool_block){at, bytes};
    pool->count++;
    *address = at;
    return 0;
}

void ese_pool_give(struct ese_pool *pool, uint64_t address)
{
    for (unsigned place = 0; place < pool->count; place++) {
        if (pool->blocks[place].address != address)
            continue;
        pool->count--;
        memmove(&pool->blocks[place], &pool->blocks[place + 1],
                (pool->count - place) * sizeof *pool->blocks);
        return;
    }
}
