/* SPDX-License-Identifier: Apache-2.0
 * error.h - how a function tells its caller what went wrong.
 *
 * A function that can fail on the user's input takes a `struct error *`, returns false and
 * leaves one line in it: where, what is wrong, what is allowed.  main() prints that line.
 * Running out of memory and breaking our own rules end the program on the spot. */
#ifndef ESE_ERROR_H
#define ESE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

struct error {
    char text[1024]; /* one line, no newline, lower case, no full stop */
};

/* Formats the message and returns false, so that a caller can write `return fail(e, ...)`. */
bool fail(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prepends "context: " to the message already there; returns false. */
bool fail_in(struct error *error, const char *context);

/* calloc() that does not return NULL.  A count of zero gives a block that can be freed. */
void *allocate(size_t count, size_t size) __attribute__((returns_nonnull));

/* Likewise, at the begin of a cache line. */
void *allocate_aligned(size_t count, size_t size) __attribute__((returns_nonnull));

/* strdup() that does not return NULL. */
char *duplicate(const char *text) __attribute__((returns_nonnull));

/* A broken rule of our own: prints where and aborts. */
#define BUG_UNLESS(condition) \
    ((condition) ? (void)0 : bug_at(__FILE__, __LINE__, #condition))
void bug_at(const char *file, int line, const char *condition) __attribute__((noreturn));

#endif
