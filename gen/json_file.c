/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/json_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gen/text.h"

enum { INDENT = 2, REAL_DIGITS = 9 };

static bool write_aside(const json_t *value, const char *path, size_t flags, struct error *error)
{
    struct text aside = {0};
    text_appendf(&aside, "%s.tmp", path);
    FILE *file = fopen(text_string(&aside), "w");
    bool ok = file != NULL && json_dumpf(value, file, flags) == 0 && fputc('\n', file) != EOF;
    if (file != NULL && fclose(file) != 0)
        ok = false;
    if (ok && rename(text_string(&aside), path) != 0)
        ok = false;
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
