/* SPDX-License-Identifier: Apache-2.0
 * load_axi.c - of a plan for a chip with AXI ports: what its memories hold, and whether what is
 * asked of the queue can be played. */
#include "load_axi.h"

#include <stdlib.h>

#include "axi_phase.h"
#include "ese_registers.h"
#include "host_attempt.h"
#include "host_queue.h"
#include "memory.h"
#include "plan_file.h"
#include "ports.h"

enum { RING_BITS_MOST = 16 };

/* ---- phases --------------------------------------------------------------------------------------- */

/* Frame f of the plan: does it go on with what f - 1 has, without a change of voices? */
static bool goes_on(const struct stimulus *s, uint32_t f)
{
    uint32_t words = stimulus_mask_words(s->channels);
    const uint32_t *active = s->active + (size_t)f * words, *first = s->first + (size_t)f * words;
    for (uint32_t i = 0; i < words; i++)
        if (active[i] != (active - words)[i] || (first[i] & active[i]) != 0)
            return false;
    return true;
}

static bool check_descriptors(const struct stimulus *s, const struct stimulus_phase *p)
{
    uint64_t frames = 0;
    if (p->ring_bits > RING_BITS_MOST || s->channels > 32 * STIMULUS_MASK_WORDS)
        return refuse("phase %s: no such queue", p->name);
    for (uint32_t i = 0; i < p->descriptor_count; i++) {
        const struct stimulus_descriptor *d = &p->descriptors[i];
        if (d->frames == 0 || frames + d->frames > p->frame_count)
            return refuse("phase %s: descriptor %u has not the phase's frames", p->name, i);
        if (d->rotate >= s->channels || d->save >= (int64_t)p->state_count ||
            d->restore >= (int64_t)p->state_count)
            return refuse("phase %s: descriptor %u has no such state or channel", p->name, i);
        for (uint32_t f = 1; f < d->frames; f++)
            if (!goes_on(s, p->first_frame + (uint32_t)frames + f))
                return refuse("phase %s: voices change within descriptor %u", p->name, i);
        frames += d->frames;
    }
    return frames == p->frame_count
               ? true
               : refuse("phase %s: the descriptors have not all frames", p->name);
}

static bool check_patches(const struct stimulus *s, const struct stimulus_phase *p)
{
    uint64_t sizes[STIMULUS_USES + 1] = {0};
    sizes[STIMULUS_DESCRIPTORS] = (uint64_t)p->descriptor_count * STIMULUS_DESCRIPTOR_BYTES;
    for (uint32_t i = 0; i < s->region_count; i++)
        if (s->regions[i].use < STIMULUS_USES)
            sizes[s->regions[i].use] = s->regions[i].bytes;
    for (uint32_t i = 0; i < p->patch_count; i++) {
        const struct stimulus_patch *patch = &p->patches[i];
        if (patch->attempt >= host_wrong_attempts(p))
            return refuse("phase %s: a patch, but no error expected", p->name);
        if (patch->target > STIMULUS_DESCRIPTORS || patch->offset > sizes[patch->target] ||
            patch->bytes > sizes[patch->target] - patch->offset)
            return refuse("phase %s: a patch where nothing is", p->name);
    }
    return true;
}

bool check_axi_phase(const struct stimulus *s, const struct stimulus_phase *p)
{
    if (p->error_count != 0 && (p->expected_error != 0 || p->stop_cycle != 0 || p->cut_cycle != 0))
        return refuse("phase %s: too much goes wrong", p->name);
    if (p->flags & (STIMULUS_LAST_EARLY | STIMULUS_LAST_MISSING) && p->expected_error == 0)
        return refuse("phase %s: tlast is wrong, but no error expected", p->name);
    for (int port = 0; port < STIMULUS_PORTS; port++)
        if (p->memory[port].model >= STIMULUS_MODELS || p->memory[port].fault >= STIMULUS_FAULTS)
            return refuse("phase %s: a memory of unknown kind", p->name);
    if (p->fault_moment > STIMULUS_AT_LOAD || p->stop_moment >= STIMULUS_MOMENTS)
        return refuse("phase %s: no such moment", p->name);
    if (p->flags & STIMULUS_NO_LOAD && host_wrong_attempts(p) == 0)
        return refuse("phase %s: nothing is loaded, but no error expected", p->name);
    if (p->flags & STIMULUS_LOADED_BEFORE && p->flags & STIMULUS_NO_LOAD)
        return refuse("phase %s: loaded and not loaded", p->name);
    if (p->slot_cycle != 0 && (p->slot_channel >= s->channels || p->slot_frame == 0 ||
                               p->slot_frame >= p->frame_count))
        return refuse("phase %s: no such channel or frame to close", p->name);
    if (s->io == STIMULUS_IO_STREAM && p->descriptor_count + p->state_count != 0)
        return refuse("phase %s: descriptors for a chip without a queue", p->name);
    if (s->io == STIMULUS_IO_MEMORY &&
        p->flags & (STIMULUS_CUT_WAITING | STIMULUS_READY_LATE | STIMULUS_LAST_EARLY |
                    STIMULUS_LAST_MISSING | STIMULUS_STUCK_Y))
        return refuse("phase %s: this chip has no streams", p->name);
    return check_patches(s, p) && (s->io == STIMULUS_IO_STREAM || check_descriptors(s, p));
}

/* ---- memories ------------------------------------------------------------------------------------- */

/* The header says how x, y and states lie in memory: does that hold what the plan has? */
static bool check_header(const struct stimulus *s)
{
    if (axi_region(STIMULUS_MODEL)->bytes < 4 * (ESE_IMAGE_HOST_CRC + 1))
        return refuse("the model image has no header");
    uint32_t word = model_word(ESE_IMAGE_XY_WORD_BYTES), bytes = model_word(ESE_IMAGE_ELEMENT_BYTES);
    uint32_t slot = model_word(ESE_IMAGE_STATE_SLOT_BYTES);
    uint32_t state = model_word(ESE_IMAGE_STATE_WORD_BYTES);
    if (model_word(ESE_IMAGE_X_SIZE) != s->input ||
        model_word(ESE_IMAGE_Y_SIZE) != stimulus_y(s)->elements)
        return refuse("the model image is of another model than the stimulus");
    if (s->io != STIMULUS_IO_MEMORY)
        return true;
    if (bytes * 8 != s->element_bits || (uint64_t)bytes * s->channels > word ||
        (uint64_t)word * s->input > model_word(ESE_IMAGE_X_FRAME_BYTES) ||
        (uint64_t)word * stimulus_y(s)->elements > model_word(ESE_IMAGE_Y_FRAME_BYTES))
        return refuse("the model image's header contradicts itself: x or y");
    if (state == 0 || (uint64_t)slot * s->channels > state ||
        model_word(ESE_IMAGE_STATE_BYTES) % (s->memory_data_bits / 8) != 0)
        return refuse("the model image's header contradicts itself: states");
    if (s->queue_base % 4096 != 0)
        return refuse("the queue cannot lie at %llx", (unsigned long long)s->queue_base);
    return true;
}

/* Fills the memories behind the AXI ports. */
bool load_regions(const struct stimulus *s)
{
    if (axi_present() != (s->memory_mode != STIMULUS_ROM))
        return refuse("the bench has %sAXI ports, the stimulus is for a chip with%s",
                      axi_present() ? "" : "no ", axi_present() ? "out" : "");
    if (!axi_present())
        return true;
    if (!axi_fits(s))
        return refuse("the bench has not the %u AXI ports of %u bits with addresses of %u bits that "
                      "the stimulus wants", s->memory_ports, s->memory_data_bits,
                      s->memory_address_bits);
    if (!axi_prepare(s))
        return refuse("out of memory");
    uint32_t found = 0;
    for (uint32_t i = 0; i < s->region_count; i++) {
        const struct stimulus_region *r = &s->regions[i];
        if (r->use >= STIMULUS_USES || found >> r->use & 1)
            return refuse("region %s has a use of its own", r->name);
        if (r->port >= STIMULUS_PORTS || r->port < STIMULUS_PORTS - s->memory_ports ||
            r->base % 4096 != 0)
            return refuse("region %s cannot lie at %llx of port %u", r->name,
                          (unsigned long long)r->base, r->port);
        unsigned char *data = read_whole(r->name, r->bytes, r->crc);
        if (data == NULL)
            return false;
        if (!axi_load(r, data))
            return refuse("out of memory");
        found |= UINT32_C(1) << r->use;
    }
    if (found != (UINT32_C(1) << STIMULUS_USES) - 1)
        return refuse("there is no model, or there are no weights, to be loaded");
    return check_header(s);
}
