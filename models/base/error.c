/* SPDX-License-Identifier: Apache-2.0 */
#include "models/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool fail(struct error *error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return false;
}

bool fail_in(struct error *error, const char *context)
{
    struct error inner = *error;
    return fail(error, "%.500s: %.500s", context, inner.text);
}

void *allocate(size_t count, size_t size)
{
    void *block = calloc(count ? count : 1, size ? size : 1);
    if (block == NULL) {
        fputs("ese: out of memory\n", stderr);
        exit(1);
    }
    return block;
}

char *duplicate(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(allocate(size, 1), text, size);
}

void bug_at(const char *file, int line, const char *condition)
{
    fprintf(stderr, "ese: BUG at %s:%d: %s does not hold\n", file, line, condition);
    abort();
}
