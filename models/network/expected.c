/* SPDX-License-Identifier: Apache-2.0
 * expected.c - what the network gave where it was trained. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "models/base/bytes.h"
#include "models/base/text.h"
#include "models/network/utterances.h"

char *expected_file(const char *path, const char *name)
{
    static const char *const endings[] = {".y.npy", ".npy"};
    if (!is_folder(path))
        return access(path, F_OK) == 0 ? duplicate(path) : NULL;
    for (size_t n = 0; n < sizeof endings / sizeof *endings; n++) {
        struct text file = {0};
        text_appendf(&file, "%s/%s%s", path, name, endings[n]);
        if (access(text_string(&file), F_OK) == 0)
            return file.data;
        text_free(&file);
    }
    return NULL;
}

/* The features themselves, in the folder that the utterances were read from? */
static bool is_utterance(const char *file, const char *source, const char *name)
{
    struct stat one, other;
    struct text path = {0};
    text_appendf(&path, "%s/%s.npy", source != NULL ? source : "", name);
    bool same = source != NULL && stat(file, &one) == 0 &&
                (stat(text_string(&path), &other) == 0 || stat(source, &other) == 0) &&
                one.st_dev == other.st_dev && one.st_ino == other.st_ino;
    text_free(&path);
    return same;
}

/* Appends y of utterance number `n`. */
static bool read_expected(struct utterances *expected, const char *path,
                          const struct utterances *utterances, int output, struct error *error)
{
    const int n = expected->count++;
    const char *name = utterances->names[n];
    struct matrix *y = &expected->frames[n];
    char shown[PRINTABLE_PATH];
    expected->names[n] = duplicate(name);
    char *file = expected_file(path, name);
    if (file != NULL && is_utterance(file, utterances->source, name)) {
        free(file);
        file = NULL;
    }
    printable(shown, sizeof shown, file != NULL ? file : path);
    if (file == NULL)
        return fail(error, "%s: has neither %s.y.npy nor %s.npy: every utterance needs its expected y", shown,
                    name, name);
    bool ok = frames_read(y, file, output, error);
    if (ok && y->rows != utterances->frames[n].rows)
        ok = fail(error, "%s: has y of %d frames, the utterance has %d", shown, y->rows,
                  utterances->frames[n].rows);
    free(file);
    return ok;
}

bool expected_read(struct utterances *expected, const char *path, const struct utterances *utterances,
                   int output, struct error *error)
{
    char shown[PRINTABLE_PATH];
    struct stat status;
    size_t count = (size_t)utterances->count;
    *expected = (struct utterances){0};
    printable(shown, sizeof shown, path);
    if (stat(path, &status) != 0)
        return fail(error, "%s: cannot be read: %s", shown, strerror(errno));
    if (!is_folder(path) && utterances->count > 1)
        return fail(error, "%s: is not a folder, and there are %d utterances: expected is a folder with "
                    "NAME.y.npy or NAME.npy of each", shown, utterances->count);
    expected->names = allocate(count, sizeof *expected->names);
    expected->frames = allocate(count, sizeof *expected->frames);
    bool ok = true;
    while (ok && expected->count < utterances->count)
        ok = read_expected(expected, path, utterances, output, error);
    if (!ok)
        utterances_free(expected);
    return ok;
}
