/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/stimulus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t mask_size(const struct stimulus *s)
{
    return (size_t)s->frame_count * stimulus_mask_words(s->channels);
}

static int32_t *vector_new(const struct stimulus *s, uint32_t length)
{
    return allocate((size_t)s->frame_count * s->channels * length, sizeof(int32_t));
}

struct stimulus_phase stimulus_phase_default(void)
{
    return (struct stimulus_phase){
        .reset_cycles = 16,
        .valid_cycle = 1,
        .tail_cycles = 64,
        .end = -1,
    };
}

uint32_t stimulus_add_vector(struct stimulus *s, const char *name, uint32_t elements, bool tapped)
{
    struct stimulus_vector *more = allocate(s->vector_count + 1, sizeof *more);
    if (s->vector_count > 0)
        memcpy(more, s->vectors, s->vector_count * sizeof *more);
    free(s->vectors);
    s->vectors = more;
    struct stimulus_vector *vector = &more[s->vector_count];
    BUG_UNLESS(strlen(name) < sizeof vector->name);
    *vector = (struct stimulus_vector){.elements = elements, .tapped = tapped};
    memcpy(vector->name, name, strlen(name));
    return s->vector_count++;
}

void stimulus_allocate(struct stimulus *s)
{
    s->product_columns = allocate(s->product_count, sizeof *s->product_columns);
    s->pass_beats = allocate(s->pass_count, sizeof *s->pass_beats);
    s->passes = allocate(s->pass_count, sizeof *s->passes);
    for (uint32_t i = 0; i < s->pass_count; i++)
        s->passes[i].vector = STIMULUS_NO_VECTOR;
    s->images = allocate(s->image_count, sizeof *s->images);
    s->regions = allocate(s->region_count, sizeof *s->regions);
    s->phases = allocate(s->phase_count, sizeof *s->phases);
    for (uint32_t i = 0; i < s->phase_count; i++)
        s->phases[i] = stimulus_phase_default();
    s->active = allocate(mask_size(s), sizeof *s->active);
    s->first = allocate(mask_size(s), sizeof *s->first);
    s->x = vector_new(s, s->input);
    for (uint32_t i = 0; i < s->vector_count; i++)
        s->vectors[i].values = vector_new(s, s->vectors[i].elements);
}

void stimulus_phase_free(struct stimulus_phase *p)
{
    free(p->starts);
    free(p->descriptors);
    free(p->errors);
    free(p->patches);
    *p = (struct stimulus_phase){0};
}

void stimulus_free(struct stimulus *s)
{
    for (uint32_t i = 0; s->phases != NULL && i < s->phase_count; i++)
        stimulus_phase_free(&s->phases[i]);
    free(s->product_columns);
    free(s->pass_beats);
    free(s->passes);
    free(s->images);
    free(s->regions);
    free(s->phases);
    free(s->active);
    free(s->first);
    free(s->x);
    for (uint32_t i = 0; s->vectors != NULL && i < s->vector_count; i++)
        free(s->vectors[i].values);
    free(s->vectors);
    *s = (struct stimulus){0};
}

void stimulus_set(uint32_t *mask, const struct stimulus *s, uint32_t frame, uint32_t channel,
                  bool value)
{
    BUG_UNLESS(frame < s->frame_count && channel < s->channels);
    uint32_t *word = &mask[(size_t)frame * stimulus_mask_words(s->channels) + channel / 32];
    uint32_t bit = UINT32_C(1) << channel % 32;
    *word = value ? *word | bit : *word & ~bit;
}

bool stimulus_get(const uint32_t *mask, const struct stimulus *s, uint32_t frame, uint32_t channel)
{
    BUG_UNLESS(frame < s->frame_count && channel < s->channels);
    return mask[(size_t)frame * stimulus_mask_words(s->channels) + channel / 32] >>
               channel % 32 & 1;
}

bool stimulus_image(struct stimulus_image *image, const char *folder, const char *name,
                    struct error *error)
{
    char path[4096];
    if (strlen(name) >= sizeof image->name)
        return fail(error, "memory image %.200s: name longer than %zu characters", name,
                    sizeof image->name - 1);
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
        return fail(error, "%.200s: path too long", folder);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return fail(error, "cannot read %.500s: %s", path, strerror(errno));
    *image = (struct stimulus_image){0};
    memcpy(image->name, name, strlen(name));
    char block[65536];
    for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;) {
        image->crc = stimulus_crc32(image->crc, block, got);
        image->bytes += got;
    }
    bool bad = ferror(file);
    int number = errno;
    fclose(file);
    return !bad || fail(error, "cannot read %.500s: %s", path, strerror(number));
}

bool stimulus_region(struct stimulus_region *region, const char *folder, const char *name,
                     enum stimulus_port port, enum stimulus_use use, uint64_t base,
                     struct error *error)
{
    struct stimulus_image image;
    if (!stimulus_image(&image, folder, name, error))
        return false;
    *region = (struct stimulus_region){
        .port = port, .use = use, .base = base, .bytes = image.bytes, .crc = image.crc};
    memcpy(region->name, image.name, sizeof region->name);
    return true;
}

/* ---- the file -------------------------------------------------------------------------------------- */

struct writer {
    unsigned char *data;
    size_t size, room;
};

static void put(struct writer *w, const void *bytes, size_t count)
{
    if (w->room - w->size < count) {
        size_t room = 2 * w->room + count;
        unsigned char *more = allocate(room, 1);
        if (w->size != 0)
            memcpy(more, w->data, w->size);
        free(w->data);
        w->data = more;
        w->room = room;
    }
    memcpy(w->data + w->size, bytes, count);
    w->size += count;
}

static void put_number(struct writer *w, uint64_t value, size_t bytes)
{
    unsigned char little[8];
    for (size_t i = 0; i < bytes; i++)
        little[i] = (unsigned char)(value >> 8 * i);
    put(w, little, bytes);
}

static void put32(struct writer *w, uint32_t value)
{
    put_number(w, value, 4);
}

static void put_words(struct writer *w, const uint32_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put32(w, words[i]);
}

static void put_values(struct writer *w, const int32_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put32(w, (uint32_t)values[i]);
}

static void put_phase(struct writer *w, const struct stimulus_phase *p)
{
    put(w, p->name, sizeof p->name);
    const uint32_t fields[] = {p->first_frame, p->frame_count,   p->flags,        p->reset_cycles,
                               p->valid_cycle, p->x_gap,         p->x_gap_length, p->y_wait,
                               p->y_wait_length, p->cut_cycle,   p->chart_first,  p->chart_count,
                               p->tail_cycles, p->expected_error, p->watchdog, p->fault_moment,
                               p->stop_cycle, p->stop_moment, p->slot_cycle, p->slot_channel,
                               p->slot_frame, p->slack_permille, p->ring_bits, p->state_count};
    put_words(w, fields, sizeof fields / sizeof *fields);
    for (int port = 0; port < STIMULUS_PORTS; port++) {
        put32(w, p->memory[port].model);
        put32(w, p->memory[port].fault);
        put_number(w, p->memory[port].fault_at, 8);
    }
    put_number(w, p->seed, 8);
    put_number(w, p->limit_cycles, 8);
    put_number(w, p->idle_cycles, 8);
    put_number(w, (uint64_t)p->end, 8);
    put32(w, p->starts != NULL);
    for (uint32_t i = 0; p->starts != NULL && i < p->frame_count; i++)
        put_number(w, (uint64_t)p->starts[i], 8);
    put32(w, p->descriptor_count);
    for (uint32_t i = 0; i < p->descriptor_count; i++) {
        const struct stimulus_descriptor *d = &p->descriptors[i];
        const uint32_t words[] = {d->frames, (uint32_t)d->save, (uint32_t)d->restore, d->rotate};
        put_words(w, words, sizeof words / sizeof *words);
        put_words(w, d->restored, STIMULUS_MASK_WORDS);
    }
    put32(w, p->error_count);
    put_words(w, p->errors, p->error_count);
    put32(w, p->patch_count);
    for (uint32_t i = 0; i < p->patch_count; i++) {
        put32(w, p->patches[i].attempt);
        put32(w, p->patches[i].target);
        put_number(w, p->patches[i].offset, 8);
        put_number(w, p->patches[i].bytes, 8);
        put32(w, p->patches[i].word);
    }
}

static void put_vectors(struct writer *w, const struct stimulus *s)
{
    for (uint32_t i = 0; i < s->pass_count; i++) {
        const struct stimulus_pass *p = &s->passes[i];
        const uint32_t words[] = {(uint32_t)p->vector, p->first, p->rows, p->owners};
        put_words(w, words, sizeof words / sizeof *words);
    }
    for (uint32_t i = 0; i < s->vector_count; i++) {
        put(w, s->vectors[i].name, sizeof s->vectors[i].name);
        put32(w, s->vectors[i].elements);
        put32(w, s->vectors[i].tapped);
    }
}

static void put_header(struct writer *w, const struct stimulus *s)
{
    put(w, STIMULUS_MAGIC, 8);
    put32(w, STIMULUS_VERSION);
    put_number(w, 0, 8); /* the length, once it is known */
    const uint32_t dims[] = {s->channels, s->input, s->activation_bits, s->element_bits, s->lanes,
                             s->pes, s->product_count, s->pass_count, s->vector_count, s->leaves,
                             s->config_hash, s->chip_hash, s->memory_mode, s->io, s->memory_ports,
                             s->memory_data_bits, s->memory_address_bits, s->memory_outstanding};
    put_words(w, dims, sizeof dims / sizeof *dims);
    put_number(w, s->queue_base, 8);
    put_words(w, s->product_columns, s->product_count);
    put_words(w, s->pass_beats, s->pass_count);
    put_vectors(w, s);
    put32(w, s->image_count);
    for (uint32_t i = 0; i < s->image_count; i++) {
        put(w, s->images[i].name, sizeof s->images[i].name);
        put_number(w, s->images[i].bytes, 8);
        put32(w, s->images[i].crc);
    }
    put32(w, s->region_count);
    for (uint32_t i = 0; i < s->region_count; i++) {
        const struct stimulus_region *r = &s->regions[i];
        put(w, r->name, sizeof r->name);
        put32(w, r->port);
        put32(w, r->use);
        put_number(w, r->base, 8);
        put_number(w, r->bytes, 8);
        put32(w, r->crc);
    }
    put32(w, s->frame_count);
    put32(w, s->phase_count);
    for (uint32_t i = 0; i < s->phase_count; i++)
        put_phase(w, &s->phases[i]);
}

void stimulus_pack(const struct stimulus *s, struct text *bytes)
{
    for (uint32_t i = 0; i < s->phase_count; i++) {
        const struct stimulus_phase *p = &s->phases[i];
        BUG_UNLESS(p->frame_count >= 1 && p->first_frame <= s->frame_count &&
                   p->frame_count <= s->frame_count - p->first_frame && p->reset_cycles >= 1);
    }
    struct writer w = {0};
    put_header(&w, s);
    size_t mask = stimulus_mask_words(s->channels);
    for (uint32_t f = 0; f < s->frame_count; f++) {
        size_t channels = s->channels;
        put_words(&w, s->active + f * mask, mask);
        put_words(&w, s->first + f * mask, mask);
        put_values(&w, s->x + f * channels * s->input, channels * s->input);
        for (uint32_t v = 0; v < s->vector_count; v++)
            put_values(&w, stimulus_values(s, &s->vectors[v], f, 0),
                       channels * s->vectors[v].elements);
    }
    uint64_t whole = w.size + 4;
    for (size_t i = 0; i < 8; i++)
        w.data[12 + i] = (unsigned char)(whole >> 8 * i);
    put32(&w, stimulus_crc32(0, w.data, w.size));
    text_append_bytes(bytes, w.data, w.size);
    free(w.data);
}

bool stimulus_write(const struct stimulus *s, const char *path, struct error *error)
{
    struct text bytes = {0};
    stimulus_pack(s, &bytes);
    bool good = text_write_file(&bytes, path, error);
    text_free(&bytes);
    return good;
}
