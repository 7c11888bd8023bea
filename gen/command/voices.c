/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/command/voices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/arithmetic.h"
#include "models/base/bytes.h"
#include "models/base/text.h"
#include "models/file/npy.h"

/* ---- in -------------------------------------------------------------------------------------------------- */

static const struct voice_file *find(const struct voices *voices, const char *name)
{
    for (int n = 0; n < voices->count; n++)
        if (strcmp(voices->files[n].name, name) == 0)
            return &voices->files[n];
    return NULL;
}

static void grow(struct voices *voices)
{
    if (voices->count < voices->room)
        return;
    int room = 2 * voices->room + 16;
    struct voice_file *more = allocate((size_t)room, sizeof *more);
    if (voices->count > 0)
        memcpy(more, voices->files, (size_t)voices->count * sizeof *more);
    free(voices->files);
    voices->files = more;
    voices->room = room;
}

/* Takes the features over. */
static bool add(struct voices *voices, const char *path, const char *name, struct matrix *features,
                struct error *error)
{
    const struct voice_file *other = find(voices, name);
    if (other != NULL) {
        char first[PRINTABLE_PATH], second[PRINTABLE_PATH];
        printable(first, sizeof first, other->path);
        printable(second, sizeof second, path);
        return fail(error, "two inputs would both be written as %s.npy: %s and %s", name, first,
                    second);
    }
    grow(voices);
    struct voice_file *file = &voices->files[voices->count++];
    *file = (struct voice_file){
        .name = duplicate(name), .path = duplicate(path), .features = *features};
    *features = (struct matrix){0};
    voices->frames += file->features.rows;
    return true;
}

bool voices_read(struct voices *voices, char *const *paths, size_t count, int input,
                 struct error *error)
{
    *voices = (struct voices){.source = count == 1 ? paths[0] : NULL};
    bool ok = true;
    for (size_t n = 0; ok && n < count; n++) {
        struct utterances read;
        ok = utterances_read(&read, paths[n], input, error);
        for (int u = 0; ok && u < read.count; u++)
            ok = add(voices, paths[n], read.names[u], &read.frames[u], error);
        utterances_free(&read);
    }
    return ok;
}

static bool same_features(const struct matrix *a, const struct matrix *b)
{
    return a->rows == b->rows && a->cols == b->cols &&
           memcmp(a->at, b->at, (size_t)a->rows * (size_t)a->cols * sizeof *a->at) == 0;
}

/* Utterances of the program are recognised by their features: a name alone says little. */
static void expect_known(struct voices *voices, const struct program *p)
{
    for (int n = 0; n < voices->count; n++)
        for (int u = 0; u < p->expected.count; u++)
            if (same_features(&voices->files[n].features, &p->utterances.frames[u]))
                voices->files[n].expected = &p->expected.frames[u];
}

bool voices_expect(struct voices *voices, const char *folder, const struct program *p,
                   struct error *error)
{
    if (folder == NULL) {
        expect_known(voices, p);
        return true;
    }
    size_t count = (size_t)voices->count;
    struct utterances u = {.count = voices->count,
                           .source = voices->source,
                           .names = allocate(count, sizeof *u.names),
                           .frames = allocate(count, sizeof *u.frames)};
    for (size_t n = 0; n < count; n++) {
        u.names[n] = voices->files[n].name;
        u.frames[n] = voices->files[n].features;
    }
    bool ok = expected_read(&voices->expected, folder, &u, p->network.output, error);
    for (size_t n = 0; ok && n < count; n++)
        voices->files[n].expected = &voices->expected.frames[n];
    free(u.names);
    free(u.frames);
    return ok;
}

void voices_free(struct voices *voices)
{
    for (int n = 0; n < voices->count; n++) {
        struct voice_file *file = &voices->files[n];
        free(file->name);
        free(file->path);
        free(file->features.at);
        free(file->x);
        free(file->y);
    }
    free(voices->files);
    utterances_free(&voices->expected);
    *voices = (struct voices){0};
}

void voices_prepare(struct voices *voices, const struct ese_model *model)
{
    for (int n = 0; n < voices->count; n++) {
        struct voice_file *file = &voices->files[n];
        size_t frames = (size_t)file->features.rows, count = frames * model->x_size;
        file->x = allocate(count, sizeof *file->x);
        file->y = allocate(frames * model->y_size, sizeof *file->y);
        for (size_t i = 0; i < count; i++)
            file->x[i] = ese_fixed((double)file->features.at[i], model->x_fraction,
                                   model->activation_bits);
        file->utterance = (struct ese_utterance){
            .x = file->x, .y = file->y, .frames = (uint32_t)frames, .user = file};
    }
}

/* ---- out --------------------------------------------------------------------------------------------------- */

void voices_keep_first(struct voices_check *check, const struct voice_file *voice,
                       const struct difference *d)
{
    char pass[32] = "", value[32] = "X";
    difference_free(&check->first);
    check->first = *d;
    check->first.vector = duplicate(d->vector);
    check->of = voice;
    if (!d->output)
        snprintf(pass, sizeof pass, " (pass %lld)", (long long)d->pass);
    if (!d->unknown)
        snprintf(value, sizeof value, "%lld", (long long)d->got);
    snprintf(check->line, sizeof check->line,
             "%.100s: frame %lld, element %lld of %s is %s, the golden model gives %lld%s",
             voice->name, (long long)d->frame, (long long)d->element, d->vector, value,
             (long long)d->expected, pass);
}

void voices_check_free(struct voices_check *check)
{
    checked_free(&check->checked);
    difference_free(&check->first);
}

/* The golden model quantizes for itself, so that a wrong format in the image is found, too. */
static void check_frame(const struct voice_file *file, int frame, const int32_t *expected,
                        const struct quantized *q, struct voices_check *check)
{
    const int32_t most = (int32_t)((INT64_C(1) << (q->activation_bits - 1)) - 1);
    struct checked *checked = &check->checked.list[0];
    const int32_t *y = file->y + (size_t)frame * (size_t)q->shape.output;
    for (int i = 0; i < q->shape.output; i++) {
        checked->values++;
        checked->at_ends += y[i] == most || y[i] == -most - 1;
        if (y[i] != expected[i] && checked->different++ == 0)
            voices_keep_first(check, file,
                              &(struct difference){.vector = checked->vector, .output = true,
                                                   .frame = frame, .channel = -1, .element = i,
                                                   .cycle = -1, .expected = expected[i],
                                                   .got = y[i]});
    }
}

static void check_file(const struct voice_file *file, const struct quantized *q,
                       struct side_by_side *models, struct voices_check *check)
{
    struct voice_models voice = voice_models_start(models);
    for (int t = 0; t < file->features.rows; t++) {
        side_by_side_judge(models, &voice, matrix_row(&file->features, t),
                           file->expected != NULL ? matrix_row(file->expected, t) : NULL);
        check_frame(file, t, golden_y(&voice.golden), q, check);
    }
    voice_models_end(&voice);
}

/* The same of a network with layers that go backward. */
static void check_path(const struct voice_file *file, const struct quantized *q,
                       struct side_by_side *models, struct voices_check *check)
{
    const size_t output = (size_t)q->shape.output;
    int32_t *y = side_by_side_run(models, &file->features, file->expected, 0);
    for (int t = 0; t < file->features.rows; t++)
        check_frame(file, t, y + (size_t)t * output, q, check);
    free(y);
}

void voices_check(const struct voices *voices, const struct program *program,
                  struct voices_check *check)
{
    struct side_by_side *models = side_by_side_new(program);
    *check = (struct voices_check){0};
    const struct network *network = &program->network;
    checked_add(&check->checked, network->vectors[network_output(network)].name, true);
    for (int n = 0; n < voices->count; n++)
        (program->part_count > 0 ? check_path : check_file)(&voices->files[n], &program->quant, models, check);
    check->accuracy = side_by_side_accuracy(models);
    side_by_side_free(models);
}

bool voice_write(const struct voice_file *voice, const struct ese_model *model, const char *folder,
                 struct error *error)
{
    int shape[2] = {voice->features.rows, (int)model->y_size};
    size_t count = (size_t)shape[0] * (size_t)shape[1];
    float *values = allocate(count, sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = (float)ese_real(voice->y[i], model->y_fraction);
    struct text path = {0};
    text_appendf(&path, "%s/%s.npy", folder, voice->name);
    bool ok = npy_write_floats(text_string(&path), 2, shape, values, error);
    text_free(&path);
    free(values);
    return ok;
}
