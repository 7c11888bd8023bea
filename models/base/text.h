/* SPDX-License-Identifier: Apache-2.0
 * text.h - a growable string of bytes.
 *
 * `struct text t = {0};` is an empty one; text_free() gives its memory back and empties it.
 * Running out of memory ends the program, so nothing here can fail but reading a file. */
#ifndef ESE_TEXT_H
#define ESE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "models/base/error.h"

struct text {
    char *data;    /* NULL, or `length` bytes and a NUL behind them */
    size_t length; /* without that NUL */
    size_t capacity;
};

/* Makes room for `more` further bytes and returns where they go: for writers that fill the bytes
 * themselves and then add to `length`.  The NUL behind them is theirs to keep, too. */
char *text_reserve(struct text *text, size_t more);

/* Appends bytes, one byte, a string, or what printf() makes of the arguments. */
void text_append_bytes(struct text *text, const void *bytes, size_t length);
void text_append_char(struct text *text, char c);
void text_append(struct text *text, const char *string);
void text_appendf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vappendf(struct text *text, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* Appends a word as it would be typed to a shell, without line breaks. */
void text_append_quoted(struct text *text, const char *word);

/* Appends it as the content of an XML element. */
void text_append_xml(struct text *text, const char *string);

/* Drops all bytes behind the first `length`. */
void text_cut(struct text *text, size_t length);

/* The content as a string, "" for an empty text; valid until the text changes. */
const char *text_string(const struct text *text);

/* Appends the content of a file; of one below an open folder.  On failure nothing is appended. */
bool text_read_file(struct text *text, const char *path, struct error *error);
bool text_read_file_at(struct text *text, int folder, const char *path, struct error *error);

/* Writes the content to a file, which appears whole or not at all.  What is there and no plain file, a
 * device or a pipe or a link, is written to: another file in its place would be its end. */
bool text_write_file(const struct text *text, const char *path, struct error *error);

void text_free(struct text *text);

/* Does a name end so, with something before it? */
bool ends_in(const char *name, const char *ending);

#endif
