/* SPDX-License-Identifier: Apache-2.0
 * traffic.c - how much a chip reads through which port, at which moment. */
#include "gen/image/regions.h"
#include "gen/verify/play_parts.h"

static void add_words(struct pieces_read *pieces, bool present, int words)
{
    if (present)
        pieces->words[pieces->count++] = words;
}

struct pieces_read play_pieces(const struct program *p, enum stimulus_port port,
                                    enum stimulus_moment moment)
{
    const struct derived *d = &p->d;
    struct pieces_read pieces = {0};
    bool load = moment == STIMULUS_AT_LOAD, streams = load || p->config.memory == MEMORY_STREAM;
    bool data = port == STIMULUS_PORT_DATA;
    add_words(&pieces, data && load, CHIP_MODEL_WORDS * 32 / d->bus_bits);
    add_words(&pieces, data && load, d->program_bus_words);
    add_words(&pieces, data && streams, d->columns_bus_words);
    add_words(&pieces, data && streams, d->constants_bus_words);
    add_words(&pieces, data && !load && p->config.io == IO_MEMORY, d->x_bus_words);
    add_words(&pieces, streams && (p->config.memory_ports > 1) != data, d->weights_bus_words);
    return pieces;
}

uint32_t play_beats(const struct pieces_read *pieces)
{
    uint32_t sum = 0;
    for (int n = 0; n < pieces->count; n++)
        sum += (uint32_t)pieces->words[n];
    return sum;
}

uint32_t play_load_beats(const struct program *p, enum stimulus_port port)
{
    struct pieces_read pieces = play_pieces(p, port, STIMULUS_AT_LOAD);
    return play_beats(&pieces);
}
