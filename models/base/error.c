/* SPDX-License-Identifier: Apache-2.0 */
#include "models/base/error.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 64 };

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

static void *unless_null(void *block)
{
    if (block == NULL) {
        fputs("ese: out of memory\n", stderr);
        exit(1);
    }
    return block;
}

void *allocate(size_t count, size_t size)
{
    return unless_null(calloc(count ? count : 1, size ? size : 1));
}

void *allocate_aligned(size_t count, size_t size)
{
    BUG_UNLESS(size > 0 && count <= (SIZE_MAX - LINE) / size);
    size_t bytes = (count * size / LINE + 1) * LINE;
    return memset(unless_null(aligned_alloc(LINE, bytes)), 0, bytes);
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
