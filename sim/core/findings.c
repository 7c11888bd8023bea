/* SPDX-License-Identifier: Apache-2.0 */
#include "findings.h"

#include <stdarg.h>
#include <string.h>

struct harness harness;

static void keep(struct messages *messages, const char *format, va_list args)
{
    char text[MESSAGE_SIZE];
    char *at = messages->count < MESSAGES ? messages->text[messages->count] : text;
    messages->count++;
    vsnprintf(at, MESSAGE_SIZE, format, args);
    if (harness.reason[0] == '\0')
        memcpy(harness.reason, at, MESSAGE_SIZE);
    if (at != text) {
        printf("%s\n", at);
        fflush(stdout);
    }
}

void mismatch(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    keep(&harness.mismatches, format, args);
    va_end(args);
}

void violation(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    keep(&harness.violations, format, args);
    va_end(args);
}
