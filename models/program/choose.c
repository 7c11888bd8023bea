/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/choose.h"

#include <math.h>
#include <stdlib.h>

#include "models/program/cycles.h"
#include "models/program/derive.h"
#include "models/program/stock.h"

enum {
    LANES_TRIED = 6,   /* numbers of lanes */
    SETTLED_FRAMES = 6 /* frames within which the cycles of a frame settle */
};

/* What a schedule is built from. */
struct builder {
    struct program *p;
    const struct program *chip; /* NULL, or a chip that is there already */
    const struct encoded *encoded;
};

static void free_schedule(struct program *p)
{
    stage_free(p, STAGE_SCHEDULE);
}

/* It is in other hands. */
static void forget_schedule(struct program *p)
{
    const struct program nothing = {.product_count = 0};
    stage_take(p, &nothing, STAGE_SCHEDULE);
}

/* Everything that depends on the number of lanes and the order of the columns. */
static void build_schedule(const struct builder *b, int lanes, enum column_order order)
{
    struct program *p = b->p;
    forget_schedule(p);
    if (b->chip != NULL)
        derive_shapes_for(p, &b->chip->d);
    else
        derive_shapes(p, lanes);
    schedule_products(p, b->encoded);
    schedule_columns(p, b->encoded, order);
    if (b->chip != NULL)
        derive_streams_for(p);
    else
        derive_streams(p);
    p->column_order = order;
    p->cycles = allocate(1, sizeof *p->cycles);
    cycles_run(p, SETTLED_FRAMES, p->cycles);
    p->cycles_per_frame = p->cycles->cycles_per_frame;
}

/* The smallest number of lanes that costs less than WORTH_MORE of the cycles of the fastest, among
 * those that folded matrices allow. */
static void build_auto(const struct builder *b, enum column_order order)
{
    struct program *p = b->p, tried[LANES_TRIED];
    const int first = geometry_fold(&p->geometry);
    const double least = (double)b->encoded->least_cycles;
    double best = INFINITY, before = INFINITY;
    int count = 0, chosen = 0;
    for (int lanes = first; count < LANES_TRIED && geometry_allows(p->config.pes, lanes, first) &&
                            lanes <= p->config.pes; lanes *= 2) {
        build_schedule(b, lanes, order);
        tried[count++] = *p;
        const double cycles = (double)p->cycles_per_frame;
        best = cycles < best ? cycles : best;
        /* Nothing can be much faster than that; or, once more lanes do not help, even more will
         * not. */
        if ((count == 1 && cycles <= least * (1.0 + WORTH_MORE)) ||
            cycles > before * (1.0 - WORTH_MORE))
            break;
        before = cycles;
    }
    while ((double)tried[chosen].cycles_per_frame > best * (1.0 + WORTH_MORE))
        chosen++;
    *p = tried[chosen];
    if (chosen > 0) {
        p->fewer_lanes = first;
        p->fewer_lanes_cycles = tried[0].cycles_per_frame;
    }
    for (int n = 0; n < count; n++)
        if (n != chosen)
            free_schedule(&tried[n]);
}

/* Whether the natural order is worth a try where the configured one takes so many clocks. */
static bool may_be_faster(const struct builder *b, int64_t cycles)
{
    return b->p->config.column_order == ORDER_GREEDY &&
           (double)cycles > (double)b->encoded->least_cycles * (1.0 + WORTH_MORE);
}

/* The greedy order is better as a rule; where it is not, the natural one is taken. */
static void build_faster_order(const struct builder *b)
{
    struct program *p = b->p, greedy = *p;
    if (!may_be_faster(b, greedy.cycles_per_frame))
        return;
    build_schedule(b, greedy.d.lanes, ORDER_NATURAL);
    if (p->cycles_per_frame < greedy.cycles_per_frame) {
        p->greedy_cycles = greedy.cycles_per_frame;
        p->fewer_lanes = greedy.fewer_lanes;
        p->fewer_lanes_cycles = greedy.fewer_lanes_cycles;
        free_schedule(&greedy);
    } else {
        free_schedule(p);
        *p = greedy;
    }
}

/* The chip with fewer lanes would have its columns in the order that is faster for it, whichever
 * that is here; the schedule stays what it is. */
static void measure_fewer_lanes(const struct builder *b)
{
    struct program *p = b->p, kept = *p;
    if (p->fewer_lanes == 0 || !may_be_faster(b, p->fewer_lanes_cycles))
        return;
    build_schedule(b, kept.fewer_lanes, ORDER_NATURAL);
    if (p->cycles_per_frame < kept.fewer_lanes_cycles)
        kept.fewer_lanes_cycles = p->cycles_per_frame;
    free_schedule(p);
    *p = kept;
}

void choose_schedule(struct program *p, const struct encoded *encoded, const struct program *chip)
{
    const struct builder b = {.p = p, .chip = chip, .encoded = encoded};
    if (chip != NULL)
        build_schedule(&b, chip->d.lanes, p->config.column_order);
    else if (p->config.elem_lanes == LANES_AUTO)
        build_auto(&b, p->config.column_order);
    else
        build_schedule(&b, p->config.elem_lanes, p->config.column_order);
    build_faster_order(&b);
    measure_fewer_lanes(&b);
}
