/* SPDX-License-Identifier: Apache-2.0
 * load.c - reads the stimulus file and checks the memory images that lie beside the run.
 *
 * A plan that is damaged, or made for another chip, must never look like a passed test: everything
 * is checked before the first clock.  $readmemh() of a missing or short file is no error for the
 * simulators, therefore the images are checked here. */
#include "load.h"

#include <stdlib.h>
#include <string.h>

#include "bins.h"
#include "load_axi.h"
#include "plan_file.h"
#include "ports.h"

/* ---- the file, word by word ---------------------------------------------------------------------- */

struct reader {
    const unsigned char *at;
    uint64_t left;
    bool short_file;
};

static uint64_t take(struct reader *r, unsigned bytes)
{
    if (r->left < bytes) {
        r->short_file = true;
        r->left = 0;
        return 0;
    }
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)r->at[i] << 8 * i;
    r->at += bytes;
    r->left -= bytes;
    return value;
}

static uint32_t take32(struct reader *r)
{
    return (uint32_t)take(r, 4);
}

static void take_name(struct reader *r, char *name, size_t size)
{
    for (size_t i = 0; i < size; i++)
        name[i] = (char)take(r, 1);
    name[size - 1] = '\0';
}

/* Room for `count` things of `bytes` each in the file?  A count that lies must not cost memory. */
static bool there(struct reader *r, uint64_t count, uint64_t bytes)
{
    if (r->left / bytes < count)
        r->short_file = true;
    return !r->short_file;
}

static void take_array(struct reader *r, uint32_t *words, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        words[i] = take32(r);
}

static uint32_t *take_new_array(struct reader *r, uint32_t count)
{
    uint32_t *words = zeros(there(r, count, 4) ? count : 0, sizeof *words);
    if (!r->short_file)
        take_array(r, words, count);
    return words;
}

static void take_descriptors(struct reader *r, struct stimulus_phase *p)
{
    p->descriptor_count = take32(r);
    if (!there(r, p->descriptor_count, 32))
        p->descriptor_count = 0;
    p->descriptors = zeros(p->descriptor_count, sizeof *p->descriptors);
    for (uint32_t i = 0; i < p->descriptor_count; i++) {
        struct stimulus_descriptor *d = &p->descriptors[i];
        d->frames = take32(r);
        d->save = (int32_t)take32(r);
        d->restore = (int32_t)take32(r);
        d->rotate = take32(r);
        take_array(r, d->restored, STIMULUS_MASK_WORDS);
    }
    p->error_count = take32(r);
    p->errors = take_new_array(r, p->error_count);
    p->patch_count = take32(r);
    if (!there(r, p->patch_count, 28))
        p->patch_count = 0;
    p->patches = zeros(p->patch_count, sizeof *p->patches);
    for (uint32_t i = 0; i < p->patch_count; i++) {
        p->patches[i].attempt = take32(r);
        p->patches[i].target = take32(r);
        p->patches[i].offset = take(r, 8);
        p->patches[i].bytes = take(r, 8);
        p->patches[i].word = take32(r);
    }
}

static void take_phase(struct reader *r, struct stimulus_phase *p)
{
    take_name(r, p->name, sizeof p->name);
    uint32_t *fields[] = {&p->first_frame, &p->frame_count,   &p->flags,  &p->reset_cycles,
                          &p->valid_cycle, &p->x_gap,         &p->x_gap_length, &p->y_wait,
                          &p->y_wait_length, &p->cut_cycle,   &p->chart_first,  &p->chart_count,
                          &p->tail_cycles, &p->expected_error, &p->watchdog, &p->fault_moment,
                          &p->stop_cycle, &p->stop_moment, &p->slot_cycle, &p->slot_channel,
                          &p->slot_frame, &p->slack_permille, &p->ring_bits, &p->state_count};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        *fields[i] = take32(r);
    for (int port = 0; port < STIMULUS_PORTS; port++) {
        p->memory[port].model = take32(r);
        p->memory[port].fault = take32(r);
        p->memory[port].fault_at = take(r, 8);
    }
    p->seed = take(r, 8);
    p->limit_cycles = take(r, 8);
    p->idle_cycles = take(r, 8);
    p->end = (int64_t)take(r, 8);
    if (take32(r) == 1 && there(r, p->frame_count, 8)) {
        p->starts = zeros(p->frame_count, sizeof *p->starts);
        for (uint32_t i = 0; i < p->frame_count; i++)
            p->starts[i] = (int64_t)take(r, 8);
    }
    take_descriptors(r, p);
}

static void take_frames(struct reader *r, struct stimulus *s)
{
    uint64_t mask = stimulus_mask_words(s->channels), frames = s->frame_count;
    uint64_t channels = s->channels, elements = s->input;
    for (uint32_t v = 0; v < s->vector_count; v++)
        elements += s->vectors[v].elements;
    if (!there(r, frames, 4 * (2 * mask + channels * elements)))
        return;
    s->active = zeros(frames * mask, sizeof *s->active);
    s->first = zeros(frames * mask, sizeof *s->first);
    s->x = zeros(frames * channels * s->input, sizeof *s->x);
    for (uint32_t v = 0; v < s->vector_count; v++)
        s->vectors[v].values = zeros(frames * channels * s->vectors[v].elements, sizeof(int32_t));
    for (uint32_t f = 0; f < frames; f++) {
        take_array(r, s->active + f * mask, mask);
        take_array(r, s->first + f * mask, mask);
        take_array(r, (uint32_t *)s->x + f * channels * s->input, channels * s->input);
        for (uint32_t v = 0; v < s->vector_count; v++)
            take_array(r, (uint32_t *)stimulus_values(s, &s->vectors[v], f, 0),
                       channels * s->vectors[v].elements);
    }
}

/* What each pass writes, and the vectors that are compared. */
static void take_vectors(struct reader *r, struct stimulus *s)
{
    if (!there(r, s->pass_count, 16))
        s->pass_count = 0;
    s->passes = zeros(s->pass_count, sizeof *s->passes);
    for (uint32_t i = 0; i < s->pass_count; i++) {
        s->passes[i].vector = (int32_t)take32(r);
        s->passes[i].first = take32(r);
        s->passes[i].rows = take32(r);
        s->passes[i].owners = take32(r);
    }
    if (!there(r, s->vector_count, 40))
        s->vector_count = 0;
    s->vectors = zeros(s->vector_count, sizeof *s->vectors);
    for (uint32_t i = 0; i < s->vector_count; i++) {
        take_name(r, s->vectors[i].name, sizeof s->vectors[i].name);
        s->vectors[i].elements = take32(r);
        s->vectors[i].tapped = take32(r);
    }
}

static void take_dimensions(struct reader *r, struct stimulus *s)
{
    uint32_t *dims[] = {&s->channels, &s->input, &s->activation_bits, &s->element_bits, &s->lanes,
                        &s->pes, &s->product_count, &s->pass_count, &s->vector_count, &s->leaves,
                        &s->config_hash, &s->chip_hash, &s->memory_mode, &s->io, &s->memory_ports,
                        &s->memory_data_bits, &s->memory_address_bits, &s->memory_outstanding};
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++)
        *dims[i] = take32(r);
    s->queue_base = take(r, 8);
    s->product_columns = take_new_array(r, s->product_count);
    s->pass_beats = take_new_array(r, s->pass_count);
    take_vectors(r, s);
}

/* Names of other files: images and regions. */
static void take_files(struct reader *r, struct stimulus *s)
{
    s->image_count = take32(r);
    s->images = zeros(there(r, s->image_count, 76) ? s->image_count : 0, sizeof *s->images);
    for (uint32_t i = 0; i < s->image_count && !r->short_file; i++) {
        take_name(r, s->images[i].name, sizeof s->images[i].name);
        s->images[i].bytes = take(r, 8);
        s->images[i].crc = take32(r);
    }
    s->region_count = take32(r);
    s->regions = zeros(there(r, s->region_count, 92) ? s->region_count : 0, sizeof *s->regions);
    for (uint32_t i = 0; i < s->region_count && !r->short_file; i++) {
        struct stimulus_region *region = &s->regions[i];
        take_name(r, region->name, sizeof region->name);
        region->port = take32(r);
        region->use = take32(r);
        region->base = take(r, 8);
        region->bytes = take(r, 8);
        region->crc = take32(r);
    }
}

static bool parse(struct stimulus *s, const unsigned char *data, size_t size, const char *path)
{
    if (size < 24 || memcmp(data, STIMULUS_MAGIC, 8) != 0)
        return refuse("%.150s is no stimulus file", path);
    struct reader r = {data + 8, size - 12, false}, tail = {data + size - 4, 4, false};
    uint32_t version = take32(&r);
    if (version != STIMULUS_VERSION)
        return refuse("%.150s has version %u, this harness reads %d", path, version,
                      STIMULUS_VERSION);
    if (take(&r, 8) != size)
        return refuse("%.150s is not whole", path);
    if (stimulus_crc32(0, data, size - 4) != take32(&tail))
        return refuse("%.150s is damaged: wrong CRC", path);

    take_dimensions(&r, s);
    take_files(&r, s);
    s->frame_count = take32(&r);
    s->phase_count = take32(&r);
    s->phases = zeros(there(&r, s->phase_count, 208) ? s->phase_count : 0, sizeof *s->phases);
    for (uint32_t i = 0; i < s->phase_count && !r.short_file; i++)
        take_phase(&r, &s->phases[i]);
    take_frames(&r, s);
    if (r.short_file || r.left != 0)
        return refuse("%.150s contradicts itself", path);
    return true;
}

/* ---- is it playable ------------------------------------------------------------------------------- */

static bool check_dimensions(const struct stimulus *s, const struct harness_options *bench)
{
    const struct { const char *name; uint32_t plan, bench; } same[] = {
        {"channels", s->channels, bench->channels},
        {"bits of an element", s->element_bits, bench->element_bits},
        {"bits of an activation", s->activation_bits, bench->activation_bits},
        {"lanes", s->lanes, bench->lanes},
        {"PEs", s->pes, bench->pes},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (same[i].plan != same[i].bench)
            return refuse("the bench has %u %s, the stimulus %u", same[i].bench, same[i].name,
                          same[i].plan);
    if (s->channels == 0 || s->input == 0 || s->lanes == 0 || s->pes == 0 ||
        s->product_count == 0 || s->vector_count == 0 || s->frame_count == 0 ||
        s->phase_count == 0)
        return refuse("the stimulus is empty");
    if (s->activation_bits == 0 || s->activation_bits > s->element_bits || s->element_bits > 32)
        return refuse("an activation of %u bits in %u", s->activation_bits, s->element_bits);
    for (uint32_t i = 0; i < s->product_count; i++)
        if (s->product_columns[i] == 0)
            return refuse("product %u has no columns", i);
    return true;
}

static bool check_vectors(const struct stimulus *s)
{
    if (s->leaves >= s->vector_count)
        return refuse("vector %u is to leave the chip, there are %u", s->leaves, s->vector_count);
    for (uint32_t i = 0; i < s->vector_count; i++)
        if (s->vectors[i].elements == 0)
            return refuse("vector %s has no elements", s->vectors[i].name);
    for (uint32_t i = 0; i < s->pass_count; i++) {
        const struct stimulus_pass *p = &s->passes[i];
        if (p->rows == 0)
            continue;
        if (p->owners == 0 || p->owners > s->pes ||
            stimulus_words_of(p, s->lanes) != s->pass_beats[i])
            return refuse("pass %u has %u steps, but %u rows in %u PEs", i, s->pass_beats[i],
                          p->rows, p->owners);
        if (p->vector == STIMULUS_NO_VECTOR)
            continue;
        if (p->vector < 0 || (uint32_t)p->vector >= s->vector_count)
            return refuse("pass %u writes vector %d, there are %u", i, p->vector, s->vector_count);
        const struct stimulus_vector *v = &s->vectors[p->vector];
        if (p->first > v->elements || p->rows > v->elements - p->first)
            return refuse("pass %u writes elements %u.. of vector %s, which has %u", i, p->first,
                          v->name, v->elements);
    }
    return true;
}

static bool check_phase(const struct stimulus *s, const struct stimulus_phase *p)
{
    if (p->frame_count == 0 || p->first_frame > s->frame_count ||
        p->frame_count > s->frame_count - p->first_frame)
        return refuse("phase %s plays frames that are not there", p->name);
    if (p->reset_cycles < 1)
        return refuse("phase %s begins without a reset", p->name);
    if (p->flags & STIMULUS_LAST_EARLY && s->input < 2)
        return refuse("phase %s: tlast cannot come early in a frame of one word", p->name);
    if (p->stop_cycle != 0 && (p->expected_error != 0 || p->cut_cycle != 0))
        return refuse("phase %s: a stop beside an error or a reset", p->name);
    if (!axi_present())
        return p->expected_error == 0 && p->stop_cycle == 0
                   ? true
                   : refuse("phase %s needs a chip with AXI ports", p->name);
    return check_axi_phase(s, p);
}

static bool check_images(const struct stimulus *s)
{
    for (uint32_t i = 0; i < s->image_count; i++) {
        const struct stimulus_image *image = &s->images[i];
        unsigned char *data = read_whole(image->name, image->bytes, image->crc);
        if (data == NULL)
            return false;
        free(data);
    }
    return true;
}

/* ---- the harness's own memory ----------------------------------------------------------------------- */

static void prepare(struct harness *h)
{
    const struct stimulus *s = &h->plan;
    h->x_words = (s->channels * s->element_bits + 31) / 32;
    h->user_words = (2 * s->channels + 31) / 32;
    h->y_words = h->x_words;
    h->x_data = zeros(h->x_words, sizeof *h->x_data);
    h->x_user = zeros(h->user_words, sizeof *h->x_user);
    h->y_held = zeros(h->y_words, sizeof *h->y_held);
    h->y_held_x = zeros(h->y_words, sizeof *h->y_held_x);
    h->y_held_user = zeros(stimulus_mask_words(s->channels), sizeof *h->y_held_user);
    h->product_count = zeros(s->product_count, sizeof *h->product_count);
    h->pass_count = zeros(s->pass_count, sizeof *h->pass_count);
    h->result_count = zeros(s->pass_count, sizeof *h->result_count);
    h->checked = zeros((uint64_t)s->vector_count + 1, sizeof *h->checked);
    if (h->dump_path != NULL)
        h->dump = zeros((uint64_t)s->frame_count * s->channels * stimulus_y(s)->elements,
                        sizeof *h->dump);
    h->results = zeros(s->phase_count, sizeof *h->results);
    for (uint32_t i = 0; i < s->phase_count; i++) {
        struct phase_result *result = &h->results[i];
        struct stimulus_phase *p = &h->plan.phases[i];
        if (p->chart_first > p->frame_count)
            p->chart_first = p->frame_count;
        if (p->chart_count > p->frame_count - p->chart_first)
            p->chart_count = p->frame_count - p->chart_first;
        result->end = -1;
        result->issues = zeros(s->pes, sizeof *result->issues);
        result->frames = zeros(p->frame_count, sizeof *result->frames);
        for (uint32_t f = 0; f < p->frame_count; f++)
            result->frames[f].start = -1;
        uint64_t products = (uint64_t)p->chart_count * s->product_count;
        uint64_t passes = (uint64_t)p->chart_count * s->pass_count;
        result->products = zeros(products, sizeof *result->products);
        result->passes = zeros(passes, sizeof *result->passes);
        for (uint64_t k = 0; k < products; k++)
            result->products[k] = (struct span){-1, -1};
        for (uint64_t k = 0; k < passes; k++)
            result->passes[k] = (struct span){-1, -1};
    }
}

bool harness_load(const struct harness_options *options)
{
    struct stimulus *s = &harness.plan;
    size_t size = 0;
    unsigned char *data = slurp(options->stimulus, &size);
    if (data == NULL)
        return refuse("cannot read the stimulus %.150s", options->stimulus);
    bool good = parse(s, data, size, options->stimulus);
    free(data);
    if (!good || !check_dimensions(s, options) || !check_vectors(s))
        return false;
    for (uint32_t i = 0; i < s->phase_count; i++)
        if (!check_phase(s, &s->phases[i]))
            return false;
    if (!check_images(s) || !load_regions(s))
        return false;
    if (!bins_prepare(s))
        return refuse("out of memory");
    prepare(&harness);
    return true;
}
