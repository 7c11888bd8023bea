/* SPDX-License-Identifier: Apache-2.0
 * checkpoint.c - where learning was when it was interrupted: two files in turn, of which one is whole at any time.
 *
 * A file is the position, the arrays and a CRC-32 of all that is before it, in this machine's way; it is for going
 * on here, not for keeping. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/crc32.h"
#include "models/base/text.h"
#include "models/learn/learner.h"

static const char magic[8] = "ESE-L-1";

/* What must be the same for going on. */
struct task_mark {
    char magic[sizeof magic];
    uint64_t count, seed;
    int64_t frames, material;
    float rate;
    uint32_t densities, dense, weight_bits, threads, augment;
};

static struct task_mark mark_of(const struct learner *l)
{
    struct task_mark m;
    memset(&m, 0, sizeof m);
    memcpy(m.magic, magic, sizeof magic);
    m.count = l->plan->count;
    m.seed = l->task->seed;
    m.frames = l->task->frames;
    m.material = l->task->material->frames;
    for (int i = 0; i < l->task->dense->matrix_count; i++) {
        const double density = network_density(l->task->dense, i, l->task->model);
        m.densities = crc32_of(m.densities, &density, sizeof density);
    }
    m.rate = l->task->rate;
    m.dense = crc32_of(0, l->dense, l->plan->count * sizeof *l->dense);
    m.weight_bits = (uint32_t)l->task->weight_bits;
    m.threads = (uint32_t)l->threads;
    m.augment = l->task->augment;
    return m;
}

enum { ARRAYS = 5 };

static void arrays_of(const struct learner *l, float *arrays[ARRAYS])
{
    float *const all[ARRAYS] = {l->at, l->mask, l->first, l->second, l->best};
    memcpy(arrays, all, sizeof all);
}

static size_t size_of(const struct learner *l)
{
    return sizeof(struct task_mark) + sizeof(struct learn_position) +
           ARRAYS * l->plan->count * sizeof(float) + sizeof(uint32_t);
}

static char *path_of(const struct learner *l, int64_t number)
{
    struct text path = {0};
    text_appendf(&path, "%s.%d", l->task->checkpoint, (int)(number % 2));
    return path.data;
}

static void pack(const struct learner *l, unsigned char *to)
{
    float *arrays[ARRAYS];
    const struct task_mark mark = mark_of(l);
    const size_t bytes = l->plan->count * sizeof(float), all = size_of(l) - sizeof(uint32_t);
    unsigned char *const begin = to;
    arrays_of(l, arrays);
    memcpy(to, &mark, sizeof mark);
    memcpy(to + sizeof mark, &l->position, sizeof l->position);
    to += sizeof mark + sizeof l->position;
    for (int n = 0; n < ARRAYS; n++, to += bytes)
        memcpy(to, arrays[n], bytes);
    const uint32_t crc = crc32_of(0, begin, all);
    memcpy(begin + all, &crc, sizeof crc);
}

bool learner_save(const struct learner *l, struct error *error)
{
    if (l->task->checkpoint == NULL)
        return true;
    char *path = path_of(l, l->position.reports);
    unsigned char *bytes = allocate(size_of(l), 1);
    pack(l, bytes);
    FILE *file = fopen(path, "wb");
    bool good = file != NULL && fwrite(bytes, size_of(l), 1, file) == 1;
    good = (file == NULL || fclose(file) == 0) && good;
    if (!good)
        fail(error, "%s: cannot be written", path);
    free(bytes);
    free(path);
    return good;
}

/* Takes one file if it is whole, of this task, and further than where we are. */
static void take(struct learner *l, const char *path)
{
    const size_t size = size_of(l), bytes = l->plan->count * sizeof(float);
    unsigned char *at = allocate(size + 1, 1);
    FILE *file = fopen(path, "rb");
    const bool whole = file != NULL && fread(at, 1, size + 1, file) == size;
    const struct task_mark mark = mark_of(l);
    struct learn_position position;
    uint32_t crc;
    if (file != NULL)
        fclose(file);
    memcpy(&position, at + sizeof mark, sizeof position);
    memcpy(&crc, at + size - sizeof crc, sizeof crc);
    if (whole && memcmp(at, &mark, sizeof mark) == 0 && crc == crc32_of(0, at, size - sizeof crc) &&
        position.seen > l->position.seen) {
        float *arrays[ARRAYS];
        arrays_of(l, arrays);
        l->position = position;
        for (int n = 0; n < ARRAYS; n++)
            memcpy(arrays[n], at + sizeof mark + sizeof position + (size_t)n * bytes, bytes);
    }
    free(at);
}

void learner_resume(struct learner *l)
{
    for (int number = 0; number < 2 && l->task->checkpoint != NULL; number++) {
        char *path = path_of(l, number);
        take(l, path);
        free(path);
    }
    learner_use(l);
}

void learner_forget(const struct learner *l)
{
    for (int number = 0; number < 2 && l->task->checkpoint != NULL; number++) {
        char *path = path_of(l, number);
        remove(path);
        free(path);
    }
}
