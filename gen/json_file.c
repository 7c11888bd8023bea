/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/json_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/text.h"

enum { INDENT = 2, REAL_DIGITS = 9 };

static bool write_file(const json_t *value, const char *path, size_t flags)
{
    FILE *file = fopen(path, "w");
    bool ok = file != NULL && json_dumpf(value, file, flags) == 0 && fputc('\n', file) != EOF;
    if (file != NULL && fclose(file) != 0)
        ok = false;
    return ok;
}

/* A file appears whole or not at all.  What is there and no plain file, a device or a pipe or a
 * link, is written to: another file in its place would be its end. */
static bool write_aside(const json_t *value, const char *path, size_t flags, struct error *error)
{
    struct stat there;
    if (lstat(path, &there) == 0 && !S_ISREG(there.st_mode))
        return write_file(value, path, flags) ||
               fail(error, "cannot write '%s': %s", path, strerror(errno));
    struct text aside = {0};
    text_appendf(&aside, "%s.tmp", path);
    bool ok = write_file(value, text_string(&aside), flags) &&
              rename(text_string(&aside), path) == 0;
    if (!ok) {
        fail(error, "cannot write '%s': %s", path, strerror(errno));
        unlink(text_string(&aside));
    }
    text_free(&aside);
    return ok;
}

bool json_write(json_t *value, const char *path, struct error *error)
{
    size_t flags = JSON_INDENT(INDENT) | JSON_REAL_PRECISION(REAL_DIGITS);
    BUG_UNLESS(value != NULL);
    bool ok = true;
    if (strcmp(path, "-") == 0) {
        ok = json_dumpf(value, stdout, flags) == 0 && putchar('\n') != EOF;
        if (!ok)
            fail(error, "cannot write to standard output: %s", strerror(errno));
    } else {
        ok = write_aside(value, path, flags, error);
    }
    json_decref(value);
    return ok;
}

bool output_file_check(const char *option, const char *path, struct error *error)
{
    if (path == NULL || strcmp(path, "-") == 0)
        return true;
    int flags = O_WRONLY | O_NONBLOCK | O_CLOEXEC; /* a pipe may have no reader yet */
    int file = open(path, flags | O_CREAT | O_EXCL, 0666);
    if (file >= 0) {
        close(file);
        unlink(path);
        return true;
    }
    if (errno == EEXIST)
        file = open(path, flags);
    if (file < 0 && errno != ENXIO)
        return fail(error, "%s: cannot write '%s': %s", option, path, strerror(errno));
    if (file >= 0)
        close(file);
    return true;
}
