/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/bursts.h"

#include <stdlib.h>

#include "models/program/cycles.h"
#include "models/program/derive.h"

/* Of a frame in steady state, which follows itself: bus words that the array takes in each clock, by port. */
struct demand {
    int64_t clocks;
    double *words[2];
};

/* `words` evenly over an interval, which may lie over the end of the frame. */
static void add_demand(const struct demand *demand, int port, struct interval when, double words)
{
    const int64_t clocks = when.end - when.begin;
    for (int64_t c = when.begin; c < when.end; c++)
        demand->words[port][(c % demand->clocks + demand->clocks) % demand->clocks] += words / (double)clocks;
}

static double bus_words(const struct derived *d, int count, int bits)
{
    return (double)count * bits / d->bus_bits;
}

static int beats_of(const struct program *p, int product)
{
    const int next = product + 1 < p->d.products ? p->products[product + 1].first_entry : p->d.beats;
    return next - p->products[product].first_entry;
}

static void add_frame(const struct demand *demand, const struct program *p, const struct cycles_frame *frame)
{
    const struct derived *d = &p->d;
    const int weights = p->config.memory_ports > 1 ? 0 : 1;
    for (int n = 0; n < d->products; n++) {
        const int beats = beats_of(p, n);
        const struct interval when = {frame->products[n].begin - frame->start, frame->products[n].end - frame->start};
        const struct interval works = {when.begin, /* the queues let it end later: a beat a clock is the most */
                                       when.end - when.begin > beats ? when.end : when.begin + beats};
        add_demand(demand, weights, works, bus_words(d, beats, d->weights_memory_bits));
        add_demand(demand, 1, when, bus_words(d, p->products[n].columns, d->columns_memory_bits));
    }
    for (int n = 0; n < d->passes; n++) {
        const struct interval when = {frame->passes[n].begin - frame->start, frame->passes[n].end - frame->start};
        if (p->network.passes[p->passes[n].of].constants)
            add_demand(demand, 1, when, bus_words(d, p->passes[n].beats, d->constants_memory_bits));
    }
    if (p->config.io == IO_MEMORY)
        add_demand(demand, 1, (struct interval){0, demand->clocks}, d->x_bus_words + d->y_bus_words);
}

/* The most by which a port is behind, over two frames. */
static double most_behind(const double *words, int64_t clocks)
{
    double behind = 0.0, most = 0.0;
    for (int64_t c = 0; c < 2 * clocks; c++) {
        behind += words[c % clocks] - 1.0;
        behind = behind < 0.0 ? 0.0 : behind;
        most = behind > most ? behind : most;
    }
    return most;
}

int64_t bursts_late(const struct program *p)
{
    const struct cycles *cycles = p->cycles;
    const double ahead = (double)(INT64_C(1) << p->d.fetch_bits);
    if (p->config.memory != MEMORY_STREAM || p->part_count > 0 ||
        derive_traffic(p).clocks > cycles->cycles_per_frame)
        return 0;
    struct demand demand = {.clocks = cycles->cycles_per_frame};
    double most = 0.0;
    for (int port = 0; port < 2; port++)
        demand.words[port] = allocate((size_t)demand.clocks, sizeof *demand.words[port]);
    add_frame(&demand, p, &cycles->frames[cycles->frame_count - 2]);
    for (int port = 0; port < 2; port++) {
        const double behind = most_behind(demand.words[port], demand.clocks);
        most = behind > most ? behind : most;
        free(demand.words[port]);
    }
    return most > ahead ? (int64_t)(most - ahead) + 1 : 0;
}
