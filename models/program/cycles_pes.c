/* SPDX-License-Identifier: Apache-2.0
 * What is the same arithmetic for every PE is written without branches, for eight PEs at once.
 * What differs, a slice that comes or goes, is done one by one, but again without asking each PE
 * whether it is its turn: half of them say yes, and no processor guesses which. */
#include "models/program/cycles_pes.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 8 };

/* A comparison of two is -1 where it holds, else 0. */
typedef int16_t eight __attribute__((vector_size(2 * AT_ONCE), may_alias));

static bool any(eight set)
{
    int64_t halves[2];
    memcpy(halves, &set, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

static int sum(eight of)
{
    int all = 0;
    for (int n = 0; n < AT_ONCE; n++)
        all += of[n];
    return all;
}

static const int16_t *lengths_of(const struct pes *pes, int column)
{
    return pes->lengths + (size_t)column * (size_t)pes->stride;
}

static void copy_lengths(struct pes *pes, const struct program *program)
{
    const uint16_t *from = program->lengths;
    int16_t *to = pes->lengths;
    for (int column = 0; column < program->d.columns; column++, to += pes->stride)
        for (int k = 0; k < pes->count; k++) {
            BUG_UNLESS(*from <= INT16_MAX);
            pes->takers[column] += *from != 0;
            to[k] = (int16_t)*from++;
        }
}

struct pes pes_new(const struct program *program)
{
    const struct derived *d = &program->d;
    struct pes pes = {.count = d->pes, .depth = d->fifo_depth, .places = d->fifo_depth + 1};
    pes.stride = (d->pes + AT_ONCE - 1) / AT_ONCE * AT_ONCE;
    BUG_UNLESS(1 << d->weight_fifo_bits <= INT16_MAX && d->fifo_depth <= INT16_MAX);
    pes.weight_room = (int16_t)(1 << d->weight_fifo_bits);
    const size_t count = (size_t)pes.count, stride = (size_t)pes.stride,
                 columns = (size_t)d->columns;
    int16_t **const numbers[] = {&pes.weights, &pes.left, &pes.held, &pes.full,
                                 &pes.popped,  &pes.one,  &pes.none};
    for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++)
        *numbers[n] = allocate(stride, sizeof **numbers[n]);
    for (int k = 0; k < pes.count; k++)
        pes.one[k] = 1;
    pes.popping = allocate(stride, sizeof *pes.popping);
    pes.queues = allocate(count * (size_t)pes.places, sizeof *pes.queues);
    pes.head = allocate(count, sizeof *pes.head);
    pes.lengths = allocate(columns * stride, sizeof *pes.lengths);
    pes.takers = allocate(columns, sizeof *pes.takers);
    copy_lengths(&pes, program);
    return pes;
}

void pes_free(struct pes *pes)
{
    free(pes->weights);
    free(pes->left);
    free(pes->held);
    free(pes->full);
    free(pes->popped);
    free(pes->one);
    free(pes->none);
    free(pes->popping);
    free(pes->queues);
    free(pes->head);
    free(pes->lengths);
    free(pes->takers);
}

bool pes_had_room(const struct pes *pes, int column)
{
    const eight *full = (const eight *)pes->full, *length = (const eight *)lengths_of(pes, column);
    eight both = {0};
    for (int n = 0; n < pes->stride / AT_ONCE; n++)
        both |= full[n] & (length[n] != 0);
    return !any(both);
}

bool pes_have_room(const struct pes *pes, int column)
{
    const eight *held = (const eight *)pes->held, *length = (const eight *)lengths_of(pes, column);
    eight both = {0};
    for (int n = 0; n < pes->stride / AT_ONCE; n++)
        both |= (held[n] == (int16_t)pes->depth) & (length[n] != 0);
    return !any(both);
}

int pes_takers(const struct pes *pes, int column)
{
    return pes->takers[column];
}

/* Every PE that has a slice and a weight issues an entry; `coming`: entries of the column that is
 * pushed. */
static int issue(struct pes *pes, const int16_t *coming, bool beat)
{
    eight *left = (eight *)pes->left, *weights = (eight *)pes->weights, *held = (eight *)pes->held;
    eight *full = (eight *)pes->full, *popped = (eight *)pes->popped;
    const eight *comes = (const eight *)coming,
                *arrives = (const eight *)(beat ? pes->one : pes->none);
    eight issued = {0}, stuffed = {0};
    for (int n = 0; n < pes->stride / AT_ONCE; n++) {
        const eight one = (left[n] != 0) & (weights[n] != 0);
        full[n] = held[n] - (comes[n] != 0) == (int16_t)pes->depth;
        left[n] += one;
        weights[n] += arrives[n] + one;
        stuffed |= weights[n] == pes->weight_room;
        popped[n] = one & (left[n] == 0);
        held[n] += popped[n];
        issued -= one;
    }
    pes->stuffed = any(stuffed);
    return sum(issued);
}

/* Slices that leave their queues, counted by block: as a rule it is the same for all. */
static void pop_all(struct pes *pes, int *retired)
{
    int count = 0, block = 0, of_block = 0;
    for (int k = 0; k < pes->count; k++) {
        pes->popping[count] = k;
        count -= pes->popped[k];
    }
    for (int n = 0; n < count; n++) {
        const int k = pes->popping[n],
                  next = pes->head[k] + 1 == pes->places ? 0 : pes->head[k] + 1;
        struct slice *queue = pes->queues + k * pes->places, *gone = &queue[pes->head[k]];
        if (gone->block != block) {
            retired[block] += of_block;
            block = gone->block;
            of_block = 0;
        }
        of_block++;
        gone->length = 0;
        pes->left[k] = (int16_t)queue[next].length;
        pes->head[k] = next;
    }
    retired[block] += of_block;
}

/* Every PE is given a slice; where it has no entries the place stays empty, as it was. */
static void push_all(struct pes *pes, const int16_t *coming, int block)
{
    eight *left = (eight *)pes->left, *held = (eight *)pes->held;
    const eight *comes = (const eight *)coming;
    struct slice *queue = pes->queues;
    for (int k = 0; k < pes->count; k++, queue += pes->places) {
        const int tail = pes->head[k] + pes->held[k];
        queue[tail - (tail < pes->places ? 0 : pes->places)] =
            (struct slice){(uint16_t)coming[k], (uint16_t)block};
    }
    for (int n = 0; n < pes->stride / AT_ONCE; n++) {
        left[n] += comes[n] & (held[n] == 0);
        held[n] -= comes[n] != 0;
    }
}

int pes_step(struct pes *pes, struct push push, bool beat, int *retired)
{
    const int16_t *coming = push.column < 0 ? pes->none : lengths_of(pes, push.column);
    const int issued = issue(pes, coming, beat);
    pop_all(pes, retired);
    if (push.column >= 0)
        push_all(pes, coming, push.block);
    return issued;
}
