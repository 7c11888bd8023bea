/* SPDX-License-Identifier: Apache-2.0 */
#include "ese_path.h"

#include <stdlib.h>
#include <string.h>

#include "ese_internal.h"

enum {
    FRAMES = 1024, PLACES = 16,
    JOB_FRAMES = 64, /* most of a descriptor: some are done while others wait */
    CHUNK = 64,      /* frames that are copied at once */
    PARTS_MOST = 64
};

/* Where an utterance lies on the tapes. */
struct slot {
    struct ese_utterance *utterance;
    uint32_t channel, begin, end; /* frames */
};

struct part {
    struct ese_path_image image;
    unsigned char *owned[2]; /* of files */
    struct ese_model model;
    struct ese_path_part took;
};

struct ese_path {
    struct ese_chip *chip;
    uint32_t frames_most, places;
    uint32_t count, tapes;
    struct part *parts;        /* [count] in their order */
    struct ese_model whole;
    struct ese_block *tape;    /* [tapes] */
    uint32_t *row;             /* [tapes] bytes from one frame to the next */
    unsigned char *buffer;     /* [CHUNK][largest row] */
    struct slot *slots;        /* [slot_count] of the batch */
    uint32_t slot_count, slot_room;
    uint32_t length;           /* frames of the batch */
    uint32_t *loads;           /* [channels] frames that each has of it */
    struct ese_path_counts counts;
};

/* ---- opening ------------------------------------------------------------------------------------------------ */

static int order_images(struct ese_path *p, const struct ese_path_image *images)
{
    for (uint32_t n = 0; n < p->count; n++) {
        int result = ese_read_image(p->chip, images[n].model, images[n].model_bytes, images[n].weights_bytes);
        const struct ese_model m = p->chip->model;
        ese_forget(p->chip);
        if (result != ESE_OK)
            return result;
        if (m.parts != p->count || m.part >= p->count || p->parts[m.part].image.model != NULL)
            return ese_fail(p->chip, ESE_FAIL_MODEL, "an image is part %u of %u, one of %u was wanted",
                            (unsigned)m.part, (unsigned)m.parts, (unsigned)p->count);
        if (m.writes > p->count)
            return ese_fail(p->chip, ESE_FAIL_MODEL, "part %u writes tape %u, of %u parts", (unsigned)m.part,
                            (unsigned)m.writes, (unsigned)p->count);
        p->parts[m.part].image = images[n];
        p->parts[m.part].model = m;
        p->parts[m.part].took = (struct ese_path_part){.backward = m.backward, .hash = m.hash};
        p->tapes = m.writes + 1 > p->tapes ? m.writes + 1 : p->tapes;
    }
    return ESE_OK;
}

/* A row is as long for those who write the tape as for those who read it, and long enough. */
static int check_rows(struct ese_path *p)
{
    p->row[0] = p->parts[0].model.x_frame_bytes;
    for (uint32_t n = 0; n < p->count; n++) {
        const struct ese_model *m = &p->parts[n].model;
        if (m->writes == 0 || m->reads + 1 != m->writes || m->writes >= p->tapes ||
            (p->row[m->writes] != 0 && p->row[m->writes] != m->writes_bytes) ||
            p->row[m->reads] != m->x_frame_bytes || m->writes_bytes % p->chip->bus_bytes != 0 ||
            m->writes_from % p->chip->bus_bytes != 0 ||
            (uint64_t)m->writes_from + m->y_frame_bytes > m->writes_bytes)
            return ese_fail(p->chip, ESE_FAIL_MODEL, "part %u does not fit those before it", (unsigned)n);
        p->row[m->writes] = m->writes_bytes;
    }
    return ESE_OK;
}

static void describe_whole(struct ese_path *p)
{
    p->whole = p->parts[0].model;
    p->whole.y_size = p->whole.cell_words = p->whole.kept_words = 0;
    for (uint32_t n = 0; n < p->count; n++)
        if (p->parts[n].model.writes == p->tapes - 1) {
            p->whole.y_size += p->parts[n].model.y_size;
            p->whole.y_fraction = p->parts[n].model.y_fraction;
        }
}

static bool allocate_path(struct ese_path *p, uint32_t count)
{
    p->count = count;
    p->parts = calloc(count, sizeof *p->parts);
    p->row = calloc(count + 1, sizeof *p->row);
    p->tape = calloc(count + 1, sizeof *p->tape);
    p->loads = calloc(p->chip->channels, sizeof *p->loads);
    return p->parts != NULL && p->row != NULL && p->tape != NULL && p->loads != NULL;
}

static int set_up(struct ese_path *p, const struct ese_path_image *images, uint32_t count)
{
    uint32_t longest = 0;
    if (count == 0 || count > PARTS_MOST)
        return ese_fail(p->chip, ESE_FAIL_ARGUMENT, "%u images: allowed are 1..%d", (unsigned)count, PARTS_MOST);
    if (!(p->chip->features & ESE_FEATURES_QUEUE))
        return ese_fail(p->chip, ESE_FAIL_IDENTITY, "this chip has x and y on streams, not in memory");
    if (!allocate_path(p, count))
        return ese_fail(p->chip, ESE_FAIL_MEMORY, "out of memory");
    int result = order_images(p, images);
    if (result == ESE_OK)
        result = check_rows(p);
    for (uint32_t tape = 0; tape < p->tapes; tape++)
        longest = p->row[tape] > longest ? p->row[tape] : longest;
    if (result == ESE_OK && (p->buffer = malloc((size_t)CHUNK * longest)) == NULL)
        result = ese_fail(p->chip, ESE_FAIL_MEMORY, "out of memory");
    if (result == ESE_OK)
        describe_whole(p);
    return result;
}

struct ese_path *ese_path_open(struct ese_chip *chip, const struct ese_path_image *images, uint32_t count,
                               const struct ese_path_options *options)
{
    struct ese_path *p = calloc(1, sizeof *p);
    if (p == NULL) {
        ese_fail(chip, ESE_FAIL_MEMORY, "out of memory");
        return NULL;
    }
    p->chip = chip;
    p->frames_most = options->frames != 0 ? options->frames : FRAMES;
    p->places = options->places != 0 ? options->places : PLACES;
    if (set_up(p, images, count) == ESE_OK)
        return p;
    char reason[ESE_MESSAGE];
    memcpy(reason, chip->message, sizeof reason);
    ese_path_close(p);
    memcpy(chip->message, reason, sizeof reason);
    return NULL;
}

struct ese_path *ese_path_open_folder(struct ese_chip *chip, const char *folder,
                                      const struct ese_path_options *options)
{
    struct ese_path_image images[PARTS_MOST] = {{0}};
    unsigned char *files[PARTS_MOST][2] = {{0}};
    uint32_t count = 0, parts = 1;
    int result = ESE_OK;
    while (result == ESE_OK && count < parts && count < PARTS_MOST) {
        result = ese_read_part(chip, folder, count, files[count], &images[count]);
        if (result == ESE_OK && count == 0 && images[0].model_bytes >= ESE_HEADER_BYTES)
            parts = ese_get32(files[0][0] + 4 * ESE_IMAGE_PARTS);
        count++;
    }
    struct ese_path *p = result == ESE_OK ? ese_path_open(chip, images, count, options) : NULL;
    for (uint32_t n = 0; n < count; n++)
        for (int file = 0; file < 2; file++) {
            if (p == NULL)
                free(files[n][file]);
            else
                p->parts[n].owned[file] = files[n][file];
        }
    return p;
}

void ese_path_close(struct ese_path *p)
{
    if (p->chip->running)
        ese_stop(p->chip);
    for (uint32_t tape = 0; tape < p->tapes && p->tape != NULL; tape++)
        ese_release(p->chip, &p->tape[tape]);
    for (uint32_t n = 0; p->parts != NULL && n < p->count; n++) {
        free(p->parts[n].owned[0]);
        free(p->parts[n].owned[1]);
    }
    free(p->parts);
    free(p->row);
    free(p->tape);
    free(p->loads);
    free(p->buffer);
    free(p->slots);
    free(p);
}

/* ---- a batch: utterances side by side and one behind the other ----------------------------------------------- */

static bool add_slot(struct ese_path *p, const struct slot *slot)
{
    if (p->slot_count == p->slot_room) {
        uint32_t room = 2 * p->slot_room + 16;
        struct slot *more = realloc(p->slots, room * sizeof *more);
        if (more == NULL)
            return false;
        p->slots = more;
        p->slot_room = room;
    }
    p->slots[p->slot_count++] = *slot;
    return true;
}

/* Takes from the list what goes on tapes of `frames_most` frames, each to the channel that has least; one
 * that is longer comes alone on its channel. */
static int fill_batch(struct ese_path *p, struct ese_utterance **list)
{
    p->slot_count = p->length = 0;
    memset(p->loads, 0, p->chip->channels * sizeof *p->loads);
    for (; *list != NULL; *list = (*list)->next) {
        uint32_t least = 0, frames = (*list)->frames;
        for (uint32_t c = 1; c < p->chip->channels; c++)
            least = p->loads[c] < p->loads[least] ? c : least;
        if (p->loads[least] != 0 && (uint64_t)p->loads[least] + frames > p->frames_most)
            break;
        const struct slot slot = {*list, least, p->loads[least], p->loads[least] + frames};
        if (!add_slot(p, &slot))
            return ese_fail(p->chip, ESE_FAIL_MEMORY, "out of memory");
        p->loads[least] = slot.end;
        p->length = slot.end > p->length ? slot.end : p->length;
    }
    return ESE_OK;
}

static int make_tapes(struct ese_path *p)
{
    int result = ESE_OK;
    for (uint32_t tape = 0; result == ESE_OK && tape < p->tapes; tape++) {
        const uint64_t bytes = (uint64_t)p->length * p->row[tape];
        if (p->tape[tape].bytes >= bytes)
            continue;
        ese_release(p->chip, &p->tape[tape]);
        result = ese_allocate(p->chip, bytes, &p->tape[tape]);
    }
    return result;
}

/* ---- x to the first tape, y from the last -------------------------------------------------------------------- */

static unsigned char *row_in(struct ese_path *p, uint32_t tape, uint32_t frame, uint32_t first)
{
    return p->buffer + (size_t)(frame - first) * p->row[tape];
}

/* The frames [first, last) of x; the chip has the first part's model. */
static void put_frames(struct ese_path *p, uint32_t first, uint32_t last)
{
    memset(p->buffer, 0, (size_t)(last - first) * p->row[0]);
    for (uint32_t n = 0; n < p->slot_count; n++) {
        const struct slot *s = &p->slots[n];
        for (uint32_t f = s->begin > first ? s->begin : first; f < s->end && f < last; f++)
            ese_put_x(p->chip, row_in(p, 0, f, first), s->channel,
                      s->utterance->x + (size_t)(f - s->begin) * p->whole.x_size);
    }
}

static int write_x(struct ese_path *p)
{
    int result = ESE_OK;
    for (uint32_t f = 0; result == ESE_OK && f < p->length; f += CHUNK) {
        const uint32_t last = p->length - f < CHUNK ? p->length : f + CHUNK;
        put_frames(p, f, last);
        if (p->chip->bus->write(p->chip->bus, ESE_PORT_DATA, p->tape[0].address + (uint64_t)f * p->row[0], p->buffer,
                                (size_t)(last - f) * p->row[0]) != 0)
            result = ese_fail_bus(p->chip);
    }
    return result;
}

/* Each part that writes it has its elements of y, one behind the other. */
static void get_frame(struct ese_path *p, const struct slot *s, uint32_t frame, const unsigned char *row)
{
    int32_t *y = s->utterance->y + (size_t)(frame - s->begin) * p->whole.y_size;
    for (uint32_t n = 0; n < p->count; n++) {
        struct ese_chip view = {.model = p->parts[n].model};
        if (view.model.writes != p->tapes - 1)
            continue;
        ese_get_y(&view, row + view.model.writes_from, s->channel, y);
        y += view.model.y_size;
    }
}

static int read_y(struct ese_path *p)
{
    const uint32_t tape = p->tapes - 1;
    for (uint32_t f = 0; f < p->length; f += CHUNK) {
        const uint32_t last = p->length - f < CHUNK ? p->length : f + CHUNK;
        if (p->chip->bus->read(p->chip->bus, ESE_PORT_DATA, p->tape[tape].address + (uint64_t)f * p->row[tape],
                               p->buffer, (size_t)(last - f) * p->row[tape]) != 0)
            return ese_fail_bus(p->chip);
        for (uint32_t n = 0; n < p->slot_count; n++) {
            const struct slot *s = &p->slots[n];
            for (uint32_t t = s->begin > f ? s->begin : f; t < s->end && t < last; t++)
                get_frame(p, s, t, row_in(p, tape, t, f));
        }
    }
    return ESE_OK;
}

/* ---- a part --------------------------------------------------------------------------------------------------- */

/* How far from `at` on, the way that the part goes, the same channels speak. */
static uint32_t reach(const struct ese_path *p, uint32_t at, bool backward)
{
    uint32_t most = backward ? at : p->length - at;
    most = most < JOB_FRAMES ? most : JOB_FRAMES;
    for (uint32_t n = 0; n < p->slot_count; n++) {
        const uint32_t ends[2] = {p->slots[n].begin, p->slots[n].end};
        for (int i = 0; i < 2; i++) {
            const uint32_t way = backward ? at - ends[i] : ends[i] - at;
            if ((backward ? ends[i] < at : ends[i] > at) && way < most)
                most = way;
        }
    }
    return most;
}

/* The frames behind `at`, the way that the part goes: who speaks, and who begins. */
static void fill_job(const struct ese_path *p, const struct part *part, uint32_t at, struct ese_job *job)
{
    const struct ese_model *m = &part->model;
    const bool backward = m->backward;
    const uint32_t first = backward ? at - 1 : at; /* frame */
    for (uint32_t n = 0; n < p->slot_count; n++) {
        const struct slot *s = &p->slots[n];
        if (first < s->begin || first >= s->end)
            continue;
        ese_mask_set(&job->active, s->channel);
        if ((backward ? s->end : s->begin) == at)
            ese_mask_set(p->chip->initial != NULL ? &job->restore : &job->first, s->channel);
    }
    job->frames = reach(p, at, backward);
    job->x = p->tape[m->reads].address + (uint64_t)first * p->row[m->reads];
    job->y = p->tape[m->writes].address + (uint64_t)first * p->row[m->writes] + m->writes_from;
    job->x_stride = backward ? -(int32_t)p->row[m->reads] : (int32_t)p->row[m->reads];
    job->y_stride = backward ? -(int32_t)p->row[m->writes] : (int32_t)p->row[m->writes];
    job->restore_address = p->chip->model_block.address + m->initial_offset;
}

struct sample {
    bool taken;
    uint64_t cycles, multiplied;
    uint32_t frames;
};

/* Counts from the first time that some were done on. */
static int take_sample(struct ese_path *p, struct part *part, struct sample *before)
{
    uint64_t cycles = 0, multiplied = 0;
    uint32_t frames = 0;
    int result = ese_clock(p->chip, &cycles, &multiplied);
    if (result == ESE_OK)
        result = ese_get(p->chip, ESE_FRAMES, &frames);
    if (result == ESE_OK && before->taken) {
        part->took.frames += frames - before->frames;
        part->took.cycles += cycles - before->cycles;
        part->took.multiplied += multiplied - before->multiplied;
    }
    *before = (struct sample){true, cycles, multiplied, frames};
    return result;
}

static int play(struct ese_path *p, struct part *part)
{
    const bool backward = part->model.backward;
    uint32_t left = p->length;
    struct sample sample = {0};
    int result = ese_start(p->chip, p->places);
    while (result == ESE_OK && (left > 0 || p->chip->done != p->chip->submitted)) {
        while (result == ESE_OK && left > 0 && p->chip->submitted - p->chip->done < p->places) {
            struct ese_job job = {0};
            fill_job(p, part, backward ? left : p->length - left, &job);
            result = ese_submit(p->chip, &job);
            left -= job.frames;
            p->counts.descriptors++;
        }
        if (result == ESE_OK)
            result = ese_wait(p->chip);
        if (result == ESE_OK)
            result = take_sample(p, part, &sample);
    }
    if (result == ESE_OK)
        result = ese_stop(p->chip);
    p->counts.frames += result == ESE_OK ? p->length : 0;
    return result;
}

static int run_part(struct ese_path *p, uint32_t number)
{
    struct part *part = &p->parts[number];
    int result = ese_load(p->chip, part->image.model, part->image.model_bytes, part->image.weights,
                          part->image.weights_bytes);
    p->counts.loads++;
    if (result == ESE_OK && number == 0)
        result = write_x(p);
    return result == ESE_OK ? play(p, part) : result;
}

/* ---- all ------------------------------------------------------------------------------------------------------ */

static int check_list(struct ese_path *p, struct ese_utterance *list)
{
    for (struct ese_utterance *u = list; u != NULL; u = u->next) {
        u->sent = u->received = 0;
        if (u->frames == 0 || u->x == NULL || u->y == NULL || u->restore != NULL || u->save != NULL)
            return ese_fail(p->chip, ESE_FAIL_ARGUMENT,
                            "an utterance without frames, x or y, or with a state to begin or end with");
    }
    return ESE_OK;
}

int ese_path_run(struct ese_path *p, struct ese_utterance *list)
{
    int result = check_list(p, list);
    if (result == ESE_OK) /* it may run still, after a failure */
        result = ese_stop(p->chip);
    while (result == ESE_OK && list != NULL) {
        result = fill_batch(p, &list);
        if (result == ESE_OK)
            result = make_tapes(p);
        for (uint32_t n = 0; result == ESE_OK && n < p->count; n++)
            result = run_part(p, n);
        if (result == ESE_OK)
            result = read_y(p);
        for (uint32_t n = 0; result == ESE_OK && n < p->slot_count; n++) {
            struct ese_utterance *u = p->slots[n].utterance;
            u->sent = u->received = u->frames;
            p->counts.utterances++;
            p->counts.voice_frames += u->frames;
        }
    }
    return result;
}

const struct ese_model *ese_path_model(const struct ese_path *p)
{
    return &p->whole;
}

void ese_path_counts(const struct ese_path *p, struct ese_path_counts *counts)
{
    *counts = p->counts;
}

uint32_t ese_path_parts(const struct ese_path *p)
{
    return p->count;
}

void ese_path_part(const struct ese_path *p, uint32_t number, struct ese_path_part *part)
{
    *part = p->parts[number].took;
}
