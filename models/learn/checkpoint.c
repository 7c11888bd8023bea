/* SPDX-License-Identifier: Apache-2.0
 * checkpoint.c - where learning was when it was interrupted: two files in turn, of which one is
 * whole at any time.
 *
 * A file is the position, the arrays and a CRC-32 of all that is before it, in this machine's way;
 * it is for going on here, not for keeping. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/crc32.h"
#include "models/base/text.h"
#include "models/learn/learner.h"
#include "models/network/export.h"
#include "models/program/prune.h"

static const char magic[8] = "ESE-L-5";

/* What must be the same for going on. */
struct task_mark {
    char magic[sizeof magic];
    uint64_t count, seed;
    int64_t frames, material, held_out;
    double seconds;
    float rate, of_classes, of_y;
    uint32_t dense, pruned, material_crc, held_out_crc, weight_bits, threads, augment, noise, classes, made_up;
};

static uint32_t crc_of(const struct network *n)
{
    struct text bytes = {0};
    struct error error;
    BUG_UNLESS(network_pack(n, NULL, &bytes, &error));
    const uint32_t crc = crc32_of(0, bytes.data, bytes.length);
    text_free(&bytes);
    return crc;
}

struct learn_marks learner_marks(const struct learn_task *task)
{
    struct learn_marks marks = {0};
    if (task->checkpoint == NULL)
        return marks;
    struct network pruned = network_copy(task->dense);
    prune(&pruned, task->model, task->geometry);
    marks = (struct learn_marks){crc_of(task->dense), crc_of(&pruned)};
    network_free(&pruned);
    return marks;
}

static struct task_mark mark_of(const struct learner *l)
{
    struct task_mark m;
    memset(&m, 0, sizeof m);
    memcpy(m.magic, magic, sizeof magic);
    m.count = l->plan->count;
    m.seed = l->task->seed;
    m.frames = l->task->frames;
    m.material = l->task->material->frames;
    m.held_out = l->task->held_out->frames;
    m.material_crc = l->task->material->crc;
    m.held_out_crc = l->task->held_out->crc;
    m.seconds = l->task->frames > 0 ? 0.0 : l->task->seconds;
    m.of_classes = l->task->loss->of_classes;
    m.of_y = l->task->loss->of_y;
    m.pruned = l->marks.pruned;
    m.classes = (uint32_t)l->task->loss->classes;
    m.made_up = l->task->loss->made_up;
    m.rate = l->task->rate;
    m.dense = l->marks.dense;
    m.weight_bits = (uint32_t)l->task->weight_bits;
    m.threads = (uint32_t)l->threads;
    m.augment = l->task->augment;
    m.noise = l->task->noise;
    return m;
}

enum { ARRAYS = 5 };

struct array {
    void *at;
    size_t bytes;
};

static void arrays_of(const struct learner *l, struct array arrays[ARRAYS])
{
    const size_t floats = l->plan->count * sizeof(float);
    const struct array all[ARRAYS] = {{l->at, floats}, {l->first, floats}, {l->second, floats},
                                      {l->best, floats}, {l->mask, l->plan->matrix_count}};
    memcpy(arrays, all, sizeof all);
}

static size_t size_of(const struct learner *l)
{
    struct array arrays[ARRAYS];
    size_t size = sizeof(struct task_mark) + sizeof(struct learn_position) + sizeof(uint32_t);
    arrays_of(l, arrays);
    for (int n = 0; n < ARRAYS; n++)
        size += arrays[n].bytes;
    return size;
}

static char *path_of(const struct learn_task *task, int64_t number)
{
    struct text path = {0};
    text_appendf(&path, "%s.%d", task->checkpoint, (int)(number % 2));
    return path.data;
}

/* ---- out ------------------------------------------------------------------------------------- */

/* A file that is written or read, and the CRC-32 of what has gone through. */
struct stream {
    FILE *file;
    uint32_t crc;
    bool good;
};

static void put(struct stream *s, const void *at, size_t bytes)
{
    s->crc = crc32_of(s->crc, at, bytes);
    s->good = s->good && fwrite(at, bytes, 1, s->file) == 1;
}

static void put_all(struct stream *s, const struct learner *l)
{
    struct array arrays[ARRAYS];
    const struct task_mark mark = mark_of(l);
    arrays_of(l, arrays);
    put(s, &mark, sizeof mark);
    put(s, &l->position, sizeof l->position);
    for (int n = 0; n < ARRAYS; n++)
        put(s, arrays[n].at, arrays[n].bytes);
    const uint32_t crc = s->crc;
    put(s, &crc, sizeof crc);
}

bool learner_save(const struct learner *l, struct error *error)
{
    if (l->task->checkpoint == NULL)
        return true;
    char *path = path_of(l->task, l->position.reports);
    struct stream s = {.file = fopen(path, "wb")};
    s.good = s.file != NULL;
    if (s.good) {
        put_all(&s, l);
        s.good = fclose(s.file) == 0 && s.good;
    }
    if (!s.good)
        fail(error, "%s: cannot be written: %s", path, strerror(errno));
    free(path);
    return s.good;
}

/* ---- in -------------------------------------------------------------------------------------- */

static void get(struct stream *s, void *at, size_t bytes)
{
    s->good = s->good && fread(at, bytes, 1, s->file) == 1;
    if (s->good)
        s->crc = crc32_of(s->crc, at, bytes);
}

/* Whether a file has all that it should, and nothing behind it. */
static bool is_whole(struct stream *s, size_t size)
{
    char block[4096];
    uint32_t crc, sum;
    for (size_t left = size - sizeof crc; left > 0 && s->good;) {
        const size_t bytes = left < sizeof block ? left : sizeof block;
        get(s, block, bytes);
        left -= bytes;
    }
    sum = s->crc;
    get(s, &crc, sizeof crc);
    return s->good && sum == crc && fgetc(s->file) == EOF;
}

/* Takes one file if it is whole, of this task, and further than where we are. */
static void take(struct learner *l, FILE *file)
{
    struct stream s = {.file = file, .good = true};
    struct task_mark mark, wanted = mark_of(l);
    struct learn_position position;
    struct array arrays[ARRAYS];
    if (!is_whole(&s, size_of(l)))
        return;
    rewind(file);
    get(&s, &mark, sizeof mark);
    get(&s, &position, sizeof position);
    if (!s.good || memcmp(&mark, &wanted, sizeof mark) != 0 || position.seen <= l->position.seen)
        return;
    l->position = position;
    arrays_of(l, arrays);
    for (int n = 0; n < ARRAYS; n++)
        get(&s, arrays[n].at, arrays[n].bytes);
}

bool learner_resume(struct learner *l)
{
    bool found = false;
    for (int number = 0; number < 2 && l->task->checkpoint != NULL; number++) {
        char *path = path_of(l->task, number);
        FILE *file = fopen(path, "rb");
        if (file != NULL) {
            found = true;
            take(l, file);
            fclose(file);
        }
        free(path);
    }
    learner_use(l);
    return !found || l->position.seen > 0;
}

void learn_forget(const struct learn_task *task)
{
    for (int number = 0; number < 2 && task->checkpoint != NULL; number++) {
        char *path = path_of(task, number);
        remove(path);
        free(path);
    }
}
