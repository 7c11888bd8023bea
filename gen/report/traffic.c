/* SPDX-License-Identifier: Apache-2.0
 * traffic.c - the report's part on external memory: what a frame takes of it. */
#include "gen/image/regions.h"
#include "gen/report/facts.h"

static const char *const port_names[] = {"weights", "data"};

static double gigabytes(const struct facts *f, int64_t words)
{
    double bytes = (double)words * f->program->d.bus_bits / 8.0;
    return bytes / facts_us(f, f->cycles->cycles_per_frame) / 1e3;
}

int64_t facts_frame_bytes(const struct facts *f)
{
    return (f->traffic.read[0] + f->traffic.read[1] + f->traffic.written) * f->program->d.bus_bits / 8;
}

double facts_bandwidth(const struct facts *f)
{
    const int64_t words = f->traffic.read[0] + f->traffic.read[1] + f->traffic.written;
    const int64_t room = f->cycles->cycles_per_frame * f->program->config.memory_ports;
    return words > 0 ? (double)words / (double)room : 0.0;
}

static double peak(const struct facts *f)
{
    return (double)f->program->d.bus_bits / 8.0 * f->program->config.clock_mhz / 1e3;
}

static void write_port(struct text *text, const struct facts *f, int port)
{
    int64_t written = port == 1 ? f->traffic.written : 0, read = f->traffic.read[port];
    char name[16];
    snprintf(name, sizeof name, "%s port", port_names[port]);
    text_appendf(text, "  %-14s %s bus words read, %s written a frame: %.2f GB/s of %.2f\n", name,
                 commas(read).text, commas(written).text, gigabytes(f, read + written), peak(f));
}

void facts_text_memory(struct text *text, const struct facts *f)
{
    const struct program *p = f->program;
    const struct derived *d = &p->d;
    if (p->config.memory == MEMORY_ROM)
        return;
    int64_t cycles = f->cycles->cycles_per_frame;
    text_appendf(text, "\nExternal memory (bus words of %d bits, %d MHz)\n", d->bus_bits,
                 p->config.clock_mhz);
    if (p->config.memory_ports > 1)
        write_port(text, f, 0);
    write_port(text, f, 1);
    text_appendf(text, "  %-14s %s cycles a frame, at a bus word a clock and port%s\n", "its limit",
                 commas(f->traffic.clocks).text,
                 f->traffic.clocks > cycles ? ": slower than the array, which will wait" : "");
    if (f->late > 0)
        text_appendf(text, "  %-14s the array wants more within a while than is read ahead, and waits some %s cycles\n",
                     "bursts", commas(f->late).text);
    text_appendf(text, "  %-14s model.bin %s bytes, weights.bin %s bytes; %s\n", "model",
                 commas(region_bytes(p, REGION_MODEL)).text,
                 commas(region_bytes(p, REGION_WEIGHTS)).text,
                 p->config.memory == MEMORY_RESIDENT ? "loaded once" : "read again every frame");
    text_appendf(text, "  %-14s %s weight beats (this model: %s), %s columns (%s), %s constants (%s)\n",
                 "room for", commas(d->max_beats).text, commas(d->beats).text,
                 commas(d->max_columns).text, commas(d->columns).text,
                 commas(d->max_constants).text, commas(d->constants).text);
}

json_t *facts_json_memory(const struct facts *f)
{
    const struct program *p = f->program;
    if (p->config.memory == MEMORY_ROM)
        return NULL;
    return json_pack("{s:i, s:i, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:I, s:I}", "ports",
                     p->config.memory_ports, "bus_bits", p->d.bus_bits, "weights_words_read",
                     (json_int_t)f->traffic.read[0], "data_words_read", (json_int_t)f->traffic.read[1],
                     "data_words_written", (json_int_t)f->traffic.written, "limit_cycles",
                     (json_int_t)f->traffic.clocks, "burst_cycles", (json_int_t)f->late, "gigabytes_per_second",
                     gigabytes(f, f->traffic.read[0] + f->traffic.read[1] + f->traffic.written),
                     "peak_gigabytes_per_second", peak(f) * p->config.memory_ports, "model_bytes",
                     (json_int_t)region_bytes(p, REGION_MODEL), "weights_bytes",
                     (json_int_t)region_bytes(p, REGION_WEIGHTS));
}
