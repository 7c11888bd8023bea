/* SPDX-License-Identifier: Apache-2.0 */
#include "ese_server.h"

#include <stdlib.h>
#include <string.h>

#include "ese_internal.h"

enum { PLACES = 16, FRAMES = 8, PLACES_MOST = 1024, FRAMES_MOST = 65536 };

/* What one descriptor plays. */
struct batch {
    uint32_t frames;
    bool saves;
    struct ese_utterance **voices; /* [channels] NULL: idle */
    uint32_t *from;                /* [channels] frame of the utterance that is the first here */
};

struct ese_server {
    struct ese_chip *chip;
    uint32_t places, frames_most;
    struct ese_block x, y;           /* for each place, x_stride and y_stride apart */
    struct ese_block restore, save;  /* the same, made when the first state is asked for */
    uint64_t x_stride, y_stride, state_stride;
    unsigned char *buffer;           /* [largest stride] one batch of x or y, or a state */
    struct batch *batches;           /* [places] by the number of the descriptor */
    struct ese_utterance **channels; /* [channels] who has it, frames still to be sent */
    struct ese_utterance *line, **line_end;
    struct ese_utterance *done, **done_end;
    uint32_t collected;              /* descriptors, since start */
    uint32_t pending;                /* utterances */
    void (*played)(const struct ese_played *played, void *user); /* NULL: nobody is told */
    void *user;
    struct ese_server_counts counts;
    bool sampled;                    /* a first descriptor was done */
    uint64_t first_frames, first_cycles, first_multiplied;
};

static uint64_t round_up(uint64_t value)
{
    return (value + ESE_PAGE - 1) / ESE_PAGE * ESE_PAGE;
}

static uint64_t largest(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* ---- begin and end ------------------------------------------------------------------------------------- */

static void free_server(struct ese_server *s)
{
    for (uint32_t i = 0; s->batches != NULL && i < s->places; i++) {
        free(s->batches[i].voices);
        free(s->batches[i].from);
    }
    free(s->batches);
    free(s->channels);
    free(s->buffer);
    free(s);
}

static bool allocate_server(struct ese_server *s)
{
    uint32_t channels = s->chip->channels;
    s->batches = calloc(s->places, sizeof *s->batches);
    s->channels = calloc(channels, sizeof *s->channels);
    s->buffer = malloc((size_t)largest(largest(s->x_stride, s->y_stride), s->state_stride));
    bool good = s->batches != NULL && s->channels != NULL && s->buffer != NULL;
    for (uint32_t i = 0; good && i < s->places; i++) {
        s->batches[i].voices = calloc(channels, sizeof *s->batches[i].voices);
        s->batches[i].from = calloc(channels, sizeof *s->batches[i].from);
        good = s->batches[i].voices != NULL && s->batches[i].from != NULL;
    }
    return good;
}

struct ese_server *ese_server_open(struct ese_chip *chip, const struct ese_server_options *options)
{
    uint32_t places = options->places != 0 ? options->places : PLACES;
    uint32_t frames = options->frames != 0 ? options->frames : FRAMES;
    if (places > PLACES_MOST || frames > FRAMES_MOST) {
        ese_fail(chip, ESE_FAIL_ARGUMENT, "%u places of %u frames: allowed are %d and %d",
                 (unsigned)places, (unsigned)frames, PLACES_MOST, FRAMES_MOST);
        return NULL;
    }
    struct ese_server *s = calloc(1, sizeof *s);
    if (s == NULL) {
        ese_fail(chip, ESE_FAIL_MEMORY, "out of memory");
        return NULL;
    }
    s->chip = chip;
    s->places = places;
    s->frames_most = frames;
    s->x_stride = round_up((uint64_t)frames * chip->model.x_frame_bytes);
    s->y_stride = round_up((uint64_t)frames * chip->model.y_frame_bytes);
    s->state_stride = round_up(chip->model.state_bytes);
    s->line_end = &s->line;
    s->done_end = &s->done;
    int result = allocate_server(s) ? ESE_OK : ese_fail(chip, ESE_FAIL_MEMORY, "out of memory");
    if (result == ESE_OK)
        result = ese_start(chip, places);
    if (result == ESE_OK)
        result = ese_allocate(chip, places * s->x_stride, &s->x);
    if (result == ESE_OK)
        result = ese_allocate(chip, places * s->y_stride, &s->y);
    if (result == ESE_OK)
        return s;
    char reason[ESE_MESSAGE];
    memcpy(reason, chip->message, sizeof reason);
    ese_server_close(s);
    memcpy(chip->message, reason, sizeof reason);
    return NULL;
}

void ese_server_close(struct ese_server *s)
{
    if (s->chip->running)
        ese_stop(s->chip);
    ese_release(s->chip, &s->x);
    ese_release(s->chip, &s->y);
    ese_release(s->chip, &s->restore);
    ese_release(s->chip, &s->save);
    free_server(s);
}

void ese_server_watch(struct ese_server *s,
                      void (*played)(const struct ese_played *played, void *user), void *user)
{
    s->played = played;
    s->user = user;
}

/* The state with which it begins, NULL: zeros, or there is no state. */
static const unsigned char *begins_with(const struct ese_server *s, const struct ese_utterance *u)
{
    if (ese_state_bytes(s->chip) == 0)
        return NULL;
    return u->restore != NULL ? u->restore : s->chip->initial;
}

static bool is_saved(const struct ese_server *s, const struct ese_utterance *u)
{
    return u->save != NULL && ese_state_bytes(s->chip) != 0;
}

int ese_server_submit(struct ese_server *s, struct ese_utterance *u)
{
    if (u->frames == 0 || u->x == NULL || u->y == NULL)
        return ese_fail(s->chip, ESE_FAIL_ARGUMENT, "an utterance without frames, x or y");
    int result = ESE_OK;
    if (begins_with(s, u) != NULL && s->restore.bytes == 0)
        result = ese_allocate(s->chip, s->places * s->state_stride, &s->restore);
    if (result == ESE_OK && is_saved(s, u) && s->save.bytes == 0)
        result = ese_allocate(s->chip, s->places * s->state_stride, &s->save);
    if (result != ESE_OK)
        return result;
    u->sent = u->received = 0;
    u->next = NULL;
    *s->line_end = u;
    s->line_end = &u->next;
    s->pending++;
    return ESE_OK;
}

/* ---- to the chip ------------------------------------------------------------------------------------------ */

static struct ese_utterance *take_from_line(struct ese_server *s)
{
    struct ese_utterance *u = s->line;
    if (u != NULL) {
        s->line = u->next;
        if (s->line == NULL)
            s->line_end = &s->line;
        u->next = NULL;
    }
    return u;
}

/* Who speaks in the next batch, and for how long the same; false: nobody. */
static bool cast(struct ese_server *s, struct batch *b)
{
    bool some = false;
    b->frames = s->frames_most;
    b->saves = false;
    for (uint32_t c = 0; c < s->chip->channels; c++) {
        if (s->channels[c] == NULL)
            s->channels[c] = take_from_line(s);
        struct ese_utterance *u = s->channels[c];
        b->voices[c] = u;
        if (u == NULL)
            continue;
        some = true;
        b->from[c] = u->sent;
        if (u->frames - u->sent < b->frames)
            b->frames = u->frames - u->sent;
    }
    return some;
}

/* Fills in the masks, and makes the image of the states to be restored. */
static int fill_job(struct ese_server *s, struct batch *b, struct ese_job *job, uint64_t place)
{
    bool restores = false;
    memset(s->buffer, 0, (size_t)s->state_stride);
    for (uint32_t c = 0; c < s->chip->channels; c++) {
        struct ese_utterance *u = b->voices[c];
        if (u == NULL)
            continue;
        const unsigned char *state = begins_with(s, u);
        ese_mask_set(&job->active, c);
        if (b->from[c] == 0 && state != NULL) {
            ese_mask_set(&job->restore, c);
            ese_put_state(s->chip, s->buffer, c, state);
            restores = true;
        } else if (b->from[c] == 0) {
            ese_mask_set(&job->first, c);
        }
        if (is_saved(s, u) && b->from[c] + b->frames == u->frames)
            b->saves = true;
    }
    job->frames = b->frames;
    job->save = b->saves;
    job->x = s->x.address + place * s->x_stride;
    job->y = s->y.address + place * s->y_stride;
    job->restore_address = restores ? s->restore.address + place * s->state_stride : 0;
    job->save_address = b->saves ? s->save.address + place * s->state_stride : 0;
    if (restores && s->chip->bus->write(s->chip->bus, ESE_PORT_DATA, job->restore_address, s->buffer,
                                        s->chip->model.state_bytes) != 0)
        return ese_fail_bus(s->chip);
    return ESE_OK;
}

static int write_x(struct ese_server *s, const struct batch *b, uint64_t address)
{
    const struct ese_model *m = &s->chip->model;
    size_t bytes = (size_t)b->frames * m->x_frame_bytes;
    memset(s->buffer, 0, bytes);
    for (uint32_t c = 0; c < s->chip->channels; c++) {
        if (b->voices[c] == NULL)
            continue;
        const int32_t *x = b->voices[c]->x + (size_t)b->from[c] * m->x_size;
        for (uint32_t f = 0; f < b->frames; f++, x += m->x_size)
            ese_put_x(s->chip, s->buffer + (size_t)f * m->x_frame_bytes, c, x);
    }
    return s->chip->bus->write(s->chip->bus, ESE_PORT_DATA, address, s->buffer, bytes) == 0
               ? ESE_OK
               : ese_fail_bus(s->chip);
}

/* The utterances go on only when the descriptor is with the chip: a failure changes nothing. */
static void advance(struct ese_server *s, const struct batch *b)
{
    for (uint32_t c = 0; c < s->chip->channels; c++) {
        struct ese_utterance *u = b->voices[c];
        if (u == NULL)
            continue;
        u->sent += b->frames;
        if (u->sent == u->frames)
            s->channels[c] = NULL;
    }
    s->counts.descriptors++;
}

/* As many descriptors as there is something for, and room. */
static int fill_ring(struct ese_server *s)
{
    while (s->chip->submitted - s->collected < s->places) {
        uint32_t place = s->chip->submitted & (s->places - 1);
        struct batch *b = &s->batches[place];
        struct ese_job job = {0};
        if (!cast(s, b))
            break;
        int result = fill_job(s, b, &job, place);
        if (result == ESE_OK)
            result = write_x(s, b, job.x);
        if (result == ESE_OK)
            result = ese_submit(s->chip, &job);
        if (result != ESE_OK)
            return result;
        advance(s, b);
    }
    return ESE_OK;
}

/* ---- from the chip ------------------------------------------------------------------------------------------ */

static void end_utterance(struct ese_server *s, struct ese_utterance *u)
{
    u->next = NULL;
    *s->done_end = u;
    s->done_end = &u->next;
    s->pending--;
    s->counts.utterances++;
}

static int read_back(struct ese_server *s, uint64_t address, size_t bytes)
{
    return s->chip->bus->read(s->chip->bus, ESE_PORT_DATA, address, s->buffer, bytes) == 0
               ? ESE_OK
               : ese_fail_bus(s->chip);
}

static int collect(struct ese_server *s)
{
    const struct ese_model *m = &s->chip->model;
    uint64_t place = s->collected & (s->places - 1);
    struct batch *b = &s->batches[place];
    int result = read_back(s, s->y.address + place * s->y_stride,
                           (size_t)b->frames * m->y_frame_bytes);
    for (uint32_t c = 0; result == ESE_OK && c < s->chip->channels; c++) {
        if (b->voices[c] == NULL)
            continue;
        int32_t *y = b->voices[c]->y + (size_t)b->from[c] * m->y_size;
        for (uint32_t f = 0; f < b->frames; f++, y += m->y_size)
            ese_get_y(s->chip, s->buffer + (size_t)f * m->y_frame_bytes, c, y);
    }
    if (result == ESE_OK && b->saves)
        result = read_back(s, s->save.address + place * s->state_stride, m->state_bytes);
    if (result != ESE_OK)
        return result;
    if (s->played != NULL)
        s->played(&(struct ese_played){b->frames, b->voices, b->from}, s->user);
    for (uint32_t c = 0; c < s->chip->channels; c++) {
        struct ese_utterance *u = b->voices[c];
        if (u == NULL)
            continue;
        u->received = b->from[c] + b->frames;
        s->counts.voice_frames += b->frames;
        if (u->received == u->frames) {
            if (is_saved(s, u))
                ese_get_state(s->chip, s->buffer, c, u->save);
            end_utterance(s, u);
        }
    }
    s->counts.frames += b->frames;
    s->collected++;
    return ESE_OK;
}

/* `frames` were done when the counters are read. */
static int sample(struct ese_server *s, uint64_t frames)
{
    uint64_t cycles = 0, multiplied = 0;
    int result = ese_clock(s->chip, &cycles, &multiplied);
    if (result != ESE_OK)
        return result;
    if (!s->sampled) {
        s->sampled = true;
        s->first_frames = frames;
        s->first_cycles = cycles;
        s->first_multiplied = multiplied;
    }
    s->counts.steady_frames = frames - s->first_frames;
    s->counts.steady_cycles = cycles - s->first_cycles;
    s->counts.steady_multiplied = multiplied - s->first_multiplied;
    return ESE_OK;
}

/* What is done is collected even if the chip has stopped after it. */
static int collect_done(struct ese_server *s)
{
    uint64_t frames = s->counts.frames;
    for (uint32_t n = s->collected; n != s->chip->done; n++)
        frames += s->batches[n & (s->places - 1)].frames;
    int result = frames != s->counts.frames ? sample(s, frames) : ESE_OK;
    while (result == ESE_OK && s->collected != s->chip->done)
        result = collect(s);
    return result;
}

int ese_server_step(struct ese_server *s, struct ese_utterance **done)
{
    int result = fill_ring(s);
    if (result == ESE_OK && s->chip->submitted != s->collected) {
        result = ese_wait(s->chip);
        int collected = collect_done(s);
        if (result == ESE_OK)
            result = collected;
    }
    if (done != NULL)
        *done = s->done;
    s->done = NULL;
    s->done_end = &s->done;
    return result;
}

bool ese_server_busy(const struct ese_server *s)
{
    return s->pending != 0;
}

int ese_server_finish(struct ese_server *s)
{
    int result = ESE_OK;
    while (result == ESE_OK && ese_server_busy(s))
        result = ese_server_step(s, NULL);
    return result;
}

/* Puts an utterance that was under way in front of the line, from its first frame. */
static void take_back(struct ese_server *s, struct ese_utterance *u)
{
    u->sent = u->received = 0;
    u->next = s->line;
    s->line = u;
    if (u->next == NULL)
        s->line_end = &u->next;
}

int ese_server_recover(struct ese_server *s)
{
    uint32_t channels = s->chip->channels;
    for (uint32_t c = 0; c < channels; c++) {
        if (s->channels[c] != NULL)
            take_back(s, s->channels[c]);
        s->channels[c] = NULL;
    }
    /* The others are sent whole.  One may be in several batches; `sent` is 0 once it is back in line. */
    for (uint32_t n = s->collected; n != s->chip->submitted; n++)
        for (uint32_t c = 0; c < channels; c++) {
            struct ese_utterance *u = s->batches[n & (s->places - 1)].voices[c];
            if (u != NULL && u->sent != 0)
                take_back(s, u);
        }
    s->collected = 0;
    s->sampled = false;
    s->counts.steady_frames = s->counts.steady_cycles = s->counts.steady_multiplied = 0;
    int result = ese_stop(s->chip);
    return result == ESE_OK ? ese_start(s->chip, s->places) : result;
}

void ese_server_counts(const struct ese_server *s, struct ese_server_counts *counts)
{
    *counts = s->counts;
}
