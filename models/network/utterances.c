/* SPDX-License-Identifier: Apache-2.0 */
#include "models/network/utterances.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "models/base/bytes.h"
#include "models/base/text.h"
#include "models/file/element.h"
#include "models/file/npy.h"

enum { MOST_FRAMES = 1 << 20 };

/* Features, not the labels and outputs that lie beside them; no hidden files. */
static int is_features(const struct dirent *entry)
{
    const char *name = entry->d_name;
    return name[0] != '.' && ends_in(name, ".npy") && !ends_in(name, ".labels.npy") &&
           !ends_in(name, ".y.npy");
}

/* By bytes, whatever the locale. */
static int by_name(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

/* [frames, input], or a batch of one: [1, frames, input]. */
static bool read_frames(struct matrix *frames, const struct npy *array, int width,
                        struct error *error)
{
    const int *shape = array->shape;
    bool batch = array->rank == 3;
    int count = batch ? shape[1] : shape[0];
    bool wrong = (array->rank != 2 && !batch) || (batch && shape[0] != 1);
    if (wrong || shape[array->rank - 1] != width) {
        char found[SHAPE_TEXT];
        shape_text(found, sizeof found, array->rank, shape);
        return fail(error, "%s: has shape %s, expected [frames, %d] or [1, frames, %d]",
                    array->name, found, width, width);
    }
    if (count < 1 || count > MOST_FRAMES)
        return fail(error, "%s: has %d frames, allowed are 1..%d", array->name, count, MOST_FRAMES);
    *frames = matrix_new(count, width);
    return npy_floats(array, frames->at, error);
}

bool frames_read(struct matrix *frames, const char *path, int width, struct error *error)
{
    struct npy array;
    if (!npy_open(&array, path, error))
        return false;
    bool read = read_frames(frames, &array, width, error);
    npy_close(&array);
    return read;
}

/* Appends the utterance of a file; its place in the arrays is reserved. */
static bool read_utterance(struct utterances *utterances, const char *path, int input,
                           struct error *error)
{
    const char *slash = strrchr(path, '/');
    char *name = duplicate(slash ? slash + 1 : path);
    if (ends_in(name, ".npy"))
        name[strlen(name) - strlen(".npy")] = '\0';

    int place = utterances->count++;
    utterances->names[place] = name;

    return frames_read(&utterances->frames[place], path, input, error);
}

static void reserve(struct utterances *utterances, int count)
{
    utterances->names = allocate((size_t)count, sizeof *utterances->names);
    utterances->frames = allocate((size_t)count, sizeof *utterances->frames);
}

static bool read_folder(struct utterances *utterances, const char *folder, int input,
                        struct error *error)
{
    char shown[PRINTABLE_PATH];
    struct dirent **entries;
    printable(shown, sizeof shown, folder);
    int count = scandir(folder, &entries, is_features, by_name);
    if (count < 0)
        return fail(error, "%s: cannot be read: %s", shown, strerror(errno));

    bool read = count > 0 || fail(error, "%s: holds no utterances, expected files NAME.npy", shown);
    reserve(utterances, count);
    for (int i = 0; i < count; i++) {
        size_t size = strlen(folder) + strlen(entries[i]->d_name) + 2;
        char *path = allocate(size, 1);
        snprintf(path, size, "%s%s%s", folder, ends_in(folder, "/") ? "" : "/",
                 entries[i]->d_name);
        read = read && read_utterance(utterances, path, input, error);
        free(path);
        free(entries[i]);
    }
    free(entries);
    return read;
}

bool utterances_read(struct utterances *utterances, const char *path, int input,
                     struct error *error)
{
    struct stat status;
    bool read;
    *utterances = (struct utterances){.source = duplicate(path)};
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        read = read_folder(utterances, path, input, error);
    } else {
        reserve(utterances, 1);
        read = read_utterance(utterances, path, input, error);
    }
    if (!read)
        utterances_free(utterances);
    return read;
}

struct utterances utterances_named(const struct utterances *of)
{
    struct utterances u = {.count = of->count, .drawn = of->drawn};
    reserve(&u, of->count);
    for (int i = 0; i < of->count; i++)
        u.names[i] = duplicate(of->names != NULL ? of->names[i] : "");
    return u;
}

int64_t utterances_length(const struct utterances *u)
{
    int64_t frames = 0;
    for (int n = 0; n < u->count; n++)
        frames += u->frames[n].rows;
    return frames;
}

void utterances_free(struct utterances *utterances)
{
    for (int i = 0; i < utterances->count; i++) {
        free(utterances->names[i]);
        free(utterances->frames[i].at);
    }
    free(utterances->source);
    free(utterances->names);
    free(utterances->frames);
    *utterances = (struct utterances){0};
}
