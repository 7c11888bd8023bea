/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/tap_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"

enum { LANES_A_WORD = 32 };

static uint32_t keep_words(const struct tap_read *tap)
{
    return (tap->frame.lanes + LANES_A_WORD - 1) / LANES_A_WORD;
}

static uint32_t data_words(const struct tap_read *tap)
{
    const struct stimulus *s = &tap->frame;
    return stimulus_tap_words(s->channels, s->lanes, s->activation_bits);
}

static bool take(struct tap_read *tap, uint32_t *words, uint32_t count)
{
    unsigned char bytes[4];
    for (uint32_t i = 0; i < count; i++) {
        if (fread(bytes, sizeof bytes, 1, tap->file) != 1)
            return false;
        words[i] = load_u32(bytes);
    }
    return true;
}

static uint32_t bits_at(const uint32_t *words, uint32_t at, uint32_t count)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < count; i++)
        value |= (words[(at + i) / 32] >> (at + i) % 32 & 1) << i;
    return value;
}

/* ---- begin and end --------------------------------------------------------------------------- */

static void make_frame(struct tap_read *tap, const struct program *p)
{
    struct stimulus *s = &tap->frame;
    *s = (struct stimulus){.channels = (uint32_t)p->d.channels,
                           .lanes = (uint32_t)p->d.lanes,
                           .activation_bits = (uint32_t)p->d.activation_bits,
                           .pass_count = (uint32_t)p->pass_count,
                           .frame_count = 1};
    tap->taps = taps_of(p, true);
    taps_add_vectors(&tap->taps, p, s);
    stimulus_allocate(s);
    taps_add_passes(&tap->taps, p, s);
    tap->unknown = allocate(s->vector_count, sizeof *tap->unknown);
    for (uint32_t v = 0; v < s->vector_count; v++)
        tap->unknown[v] =
            allocate((size_t)s->channels * s->vectors[v].elements, sizeof **tap->unknown);
    tap->words = allocate(keep_words(tap) + 2 * (size_t)data_words(tap), sizeof *tap->words);
}

bool tap_open(struct tap_read *tap, const struct program *program, const char *path,
              struct error *error)
{
    *tap = (struct tap_read){.path = duplicate(path)};
    make_frame(tap, program);
    const struct stimulus *s = &tap->frame;
    const uint32_t wanted[STIMULUS_TAP_HEADER] = {s->channels, s->lanes, s->activation_bits};
    uint32_t header[STIMULUS_TAP_HEADER];
    tap->file = fopen(path, "rb");
    if (tap->file == NULL)
        return fail(error, "cannot read %.500s: %s", path, strerror(errno));
    if (!take(tap, header, STIMULUS_TAP_HEADER) || memcmp(header, wanted, sizeof header) != 0)
        return fail(error, "%.500s is not what this chip has written", path);
    return true;
}

void tap_free(struct tap_read *tap)
{
    if (tap->file != NULL)
        fclose(tap->file);
    for (uint32_t v = 0; v < tap->frame.vector_count; v++)
        free(tap->unknown[v]);
    free(tap->unknown);
    free(tap->words);
    free(tap->path);
    stimulus_free(&tap->frame);
    *tap = (struct tap_read){0};
}

/* ---- frames ---------------------------------------------------------------------------------- */

/* A row of a word, in all channels. */
static void keep_row(struct tap_read *tap, const struct stimulus_pass *pass, uint32_t row,
                     uint32_t lane)
{
    const struct stimulus *s = &tap->frame;
    const uint32_t *data = tap->words + keep_words(tap), *unknown = data + data_words(tap);
    const struct stimulus_vector *vector = &s->vectors[pass->vector];
    const uint32_t bits = s->activation_bits, sign = UINT32_C(1) << (bits - 1);
    for (uint32_t c = 0; c < s->channels; c++) {
        const uint32_t at = (c * s->lanes + lane) * bits, element = pass->first + row;
        stimulus_values(s, vector, 0, c)[element] =
            (int32_t)((bits_at(data, at, bits) ^ sign) - sign);
        tap->unknown[pass->vector][c * vector->elements + element] =
            bits_at(unknown, at, bits) != 0;
    }
}

/* The lanes that hold rows are the word's first. */
static bool keeps(const struct tap_read *tap, uint32_t rows)
{
    for (uint32_t lane = 0; lane < tap->frame.lanes; lane++)
        if (bits_at(tap->words, lane, 1) != (lane < rows))
            return false;
    return true;
}

/* The next word, which must be of this pass. */
static bool take_word(struct tap_read *tap, uint32_t pass, uint32_t word, struct error *error)
{
    const struct stimulus *s = &tap->frame;
    const uint32_t keep = keep_words(tap), data = data_words(tap);
    const struct stimulus_rows rows = stimulus_rows_of(&s->passes[pass], s->lanes, word);
    const unsigned long long frame = tap->frames;
    uint32_t head;
    memset(tap->words + keep + data, 0, data * sizeof *tap->words);
    if (!take(tap, &head, 1) || !take(tap, tap->words, keep + data) ||
        (head & STIMULUS_TAP_UNKNOWN && !take(tap, tap->words + keep + data, data)))
        return fail(error, "frame %llu of the chip: its pass %u has not written all of its words",
                    frame, pass);
    if ((head & 0xffff) != pass)
        return fail(error, "frame %llu of the chip: a word of pass %u was written, one of pass %u "
                           "was to come", frame, head & 0xffff, pass);
    if (!keeps(tap, rows.count))
        return fail(error, "frame %llu of the chip: word %u of pass %u has not %u rows in its "
                           "first lanes", frame, word, pass, rows.count);
    for (uint32_t lane = 0; lane < rows.count; lane++)
        keep_row(tap, &s->passes[pass], rows.first + lane, lane);
    return true;
}

bool tap_next(struct tap_read *tap, struct error *error)
{
    const struct stimulus *s = &tap->frame;
    for (uint32_t pass = 0; pass < s->pass_count; pass++)
        for (uint32_t word = 0; word < stimulus_words_of(&s->passes[pass], s->lanes); word++)
            if (!take_word(tap, pass, word, error))
                return false;
    tap->frames++;
    return true;
}

bool tap_at_end(struct tap_read *tap, struct error *error)
{
    uint32_t more;
    return !take(tap, &more, 1) ||
           fail(error, "a word of pass %u was written after the last frame", more & 0xffff);
}
