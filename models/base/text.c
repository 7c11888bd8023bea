/* SPDX-License-Identifier: Apache-2.0 */
#include "models/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *text_reserve(struct text *text, size_t more)
{
    BUG_UNLESS(more < SIZE_MAX / 2 - text->length);
    size_t needed = text->length + more + 1;
    if (needed > text->capacity) {
        /* Doubling keeps the cost of many small pieces linear. */
        size_t capacity = text->capacity * 2 > needed ? text->capacity * 2 : needed;
        char *data = realloc(text->data, capacity);
        if (data == NULL) {
            fputs("ese: out of memory\n", stderr);
            exit(1);
        }
        text->data = data;
        text->capacity = capacity;
    }
    return text->data + text->length;
}

void text_append_bytes(struct text *text, const void *bytes, size_t length)
{
    char *end = text_reserve(text, length);
    if (length > 0)
        memcpy(end, bytes, length);
    end[length] = '\0';
    text->length += length;
}

void text_append_char(struct text *text, char c)
{
    text_append_bytes(text, &c, 1);
}

void text_append(struct text *text, const char *string)
{
    text_append_bytes(text, string, strlen(string));
}

void text_vappendf(struct text *text, const char *format, va_list arguments)
{
    BUG_UNLESS(format != NULL);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    BUG_UNLESS(length >= 0);
    char *end = text_reserve(text, (size_t)length);
    vsnprintf(end, (size_t)length + 1, format, arguments);
    text->length += (size_t)length;
}

void text_appendf(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_vappendf(text, format, arguments);
    va_end(arguments);
}

/* A line break would end the comment that the word stands in. */
void text_append_quoted(struct text *text, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./=,:+@%-";
    bool control = false;
    if (*word != '\0' && word[strspn(word, plain)] == '\0') {
        text_append(text, word);
        return;
    }
    for (const char *at = word; *at != '\0'; at++)
        control = control || (unsigned char)*at < 0x20 || *at == 0x7F;
    text_append(text, control ? "$'" : "'");
    for (const char *at = word; *at != '\0'; at++) {
        if (control && ((unsigned char)*at < 0x20 || *at == 0x7F))
            text_appendf(text, "\\x%02x", (unsigned char)*at);
        else if (control && (*at == '\'' || *at == '\\'))
            text_appendf(text, "\\%c", *at);
        else if (*at == '\'')
            text_append(text, "'\\''");
        else
            text_append_char(text, *at);
    }
    text_append_char(text, '\'');
}

void text_append_xml(struct text *text, const char *string)
{
    for (; *string != '\0'; string++)
        switch (*string) {
        case '<': text_append(text, "&lt;"); break;
        case '>': text_append(text, "&gt;"); break;
        case '&': text_append(text, "&amp;"); break;
        default: text_append_char(text, *string);
        }
}

void text_cut(struct text *text, size_t length)
{
    BUG_UNLESS(length <= text->length);
    text->length = length;
    if (text->data != NULL)
        text->data[length] = '\0';
}

const char *text_string(const struct text *text)
{
    return text->data != NULL ? text->data : "";
}

bool text_read_file(struct text *text, const char *path, struct error *error)
{
    return text_read_file_at(text, AT_FDCWD, path, error);
}

bool text_read_file_at(struct text *text, int folder, const char *path, struct error *error)
{
    int file = openat(folder, path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail(error, "cannot open '%s': %s", path, strerror(errno));

    size_t before = text->length;
    ssize_t got;
    do {
        /* As much as the text holds already, so that large files take few calls. */
        size_t chunk = text->length - before > 65536 ? text->length - before : 65536;
        got = read(file, text_reserve(text, chunk), chunk);
        if (got > 0)
            text->length += (size_t)got;
    } while (got > 0 || (got < 0 && errno == EINTR));
    int reason = errno;
    close(file);
    if (got < 0) {
        text_cut(text, before);
        if (before == 0)
            text_free(text); /* a caller that gives up here has nothing to free */
        return fail(error, "cannot read '%s': %s", path, strerror(reason));
    }
    text_cut(text, text->length);
    return true;
}

static bool write_bytes(const struct text *text, const char *path)
{
    FILE *file = fopen(path, "w");
    bool ok = file != NULL && fwrite(text_string(text), 1, text->length, file) == text->length;
    if (file != NULL && fclose(file) != 0)
        ok = false;
    return ok;
}

bool text_write_file(const struct text *text, const char *path, struct error *error)
{
    struct stat there;
    if (lstat(path, &there) == 0 && !S_ISREG(there.st_mode))
        return write_bytes(text, path) || fail(error, "cannot write '%s': %s", path, strerror(errno));
    struct text aside = {0};
    text_appendf(&aside, "%s.tmp", path);
    bool ok = write_bytes(text, text_string(&aside)) && rename(text_string(&aside), path) == 0;
    if (!ok) {
        fail(error, "cannot write '%s': %s", path, strerror(errno));
        unlink(text_string(&aside));
    }
    text_free(&aside);
    return ok;
}

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

bool ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name), tail = strlen(ending);
    return length > tail && strcmp(name + length - tail, ending) == 0;
}
