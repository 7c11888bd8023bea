/* SPDX-License-Identifier: Apache-2.0 */
#include "axi_phase.h"

#include <stdlib.h>

#include "axi_clock.h"
#include "bins.h"
#include "host.h"
#include "host_attempt.h"
#include "host_queue.h"
#include "memory.h"

static struct axi_result {
    struct host_result host;
    struct memory_counts memory[STIMULUS_PORTS];
} *results, *now; /* [phase_count]; of the phase being played */

static const char *const MODEL_NAMES[STIMULUS_MODELS] = {"ideal", "ddr3", "hostile"};

bool axi_prepare(const struct stimulus *plan)
{
    results = calloc(plan->phase_count, sizeof *results);
    return results != NULL;
}

void axi_begin_phase(uint32_t phase)
{
    now = &results[phase];
    axi_begin();
    queue_begin();
    host_begin(&now->host);
    axi_patch(host_attempt());
    for (uint32_t i = 0; i < STIMULUS_PORTS; i++)
        if (axi_memory(i) != NULL)
            bin_hit(BIN_MEMORY_IDEAL + harness.now->memory[i].model);
}

void axi_replay(void)
{
    axi_patch(host_attempt());
    queue_rewind();
}

void axi_end_phase(void)
{
    for (uint32_t i = 0; i < STIMULUS_PORTS; i++)
        if (axi_memory(i) != NULL)
            now->memory[i] = axi_memory(i)->counts;
    axi_patch(UINT32_MAX);
    queue_end();
}

/* ---- results ------------------------------------------------------------------------------------------- */

static void write_host(FILE *out, const struct host_result *h)
{
    fprintf(out, ",\n     \"host\": {\"loads\": %u, \"load_clocks\": %lld, \"starts\": %u, "
                 "\"origin\": %lld, \"error\": %u, "
                 "\"error_cycle\": %lld, \"stop_clocks\": %lld, \"status\": %u, \"frames\": %u, "
                 "\"frame_interrupts\": %u, \"cycles\": %llu, \"multiplied\": %llu,\n      ",
            h->loads, (long long)h->load_clocks, h->attempts, (long long)h->origin, h->error,
            (long long)h->error_cycle, (long long)h->stop_clocks, h->status, h->frames,
            h->frame_interrupts, (unsigned long long)h->cycles, (unsigned long long)h->multiplied);
    fprintf(out, "\"stalls\": {\"input\": %u, \"columns\": %u, \"acc\": %u, \"element\": %u, "
                 "\"queue\": %u, \"weights\": %u, \"output\": %u}}",
            h->stalls[0], h->stalls[1], h->stalls[2], h->stalls[3], h->stalls[4], h->stalls[5],
            h->stalls[6]);
}

void axi_write_results(FILE *out, uint32_t phase)
{
    const struct axi_result *r = &results[phase];
    const struct stimulus_phase *p = &harness.plan.phases[phase];
    bool some = false;
    write_host(out, &r->host);
    fprintf(out, ",\n     \"memory\": [");
    for (uint32_t i = 0; i < STIMULUS_PORTS; i++) {
        const struct memory_counts *c = &r->memory[i];
        if (axi_memory(i) == NULL)
            continue;
        fprintf(out, "%s\n      {\"port\": \"%s\", \"model\": \"%s\", \"fault\": %u, "
                     "\"bursts\": %lld, \"beats\": %lld, \"busy\": %lld, \"efficiency\": %.4f, "
                     "\"activations\": %lld, \"refreshes\": %lld, "
                     "\"write_bursts\": %lld, \"write_beats\": %lld, \"turns\": %lld}",
                some ? "," : "", i == STIMULUS_PORT_WEIGHTS ? "weights" : "data",
                MODEL_NAMES[p->memory[i].model], p->memory[i].fault, (long long)c->bursts,
                (long long)c->beats, (long long)c->busy,
                c->busy > 0 ? (double)c->beats / (double)c->busy : 0.0,
                (long long)c->activations, (long long)c->refreshes, (long long)c->write_bursts,
                (long long)c->write_beats, (long long)c->turns);
        some = true;
    }
    fprintf(out, "]");
}
