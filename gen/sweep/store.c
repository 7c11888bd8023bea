/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/sweep/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/folder/interrupt.h"
#include "gen/sweep/record.h"
#include "models/base/bytes.h"

enum { SYNC_AFTER = 64 /* points */, BUFFER = 1 << 20 };

/* The two files, and what they have of a point. */
struct form {
    const char *name;
    void (*begin)(const struct sweep *, int, struct text *);
    size_t (*begin_length)(const struct sweep *, const char *);
    bool (*is_whole)(const struct sweep *, const char *, size_t);
    const struct text *(*line)(const struct row *);
};

static const struct text *csv_of(const struct row *row)
{
    return &row->csv;
}

static const struct text *json_of(const struct row *row)
{
    return &row->json;
}

enum { CSV, JSON, FILES };

static const struct form forms[FILES] = {
    {"points.csv", point_begin_csv, point_begin_csv_length, point_is_whole_csv, csv_of},
    {"points.jsonl", point_begin_json, point_begin_json_length, point_is_whole_json, json_of},
};

static bool system_failure(const struct store *s, const char *what, int file, struct error *error)
{
    const char *reason = strerror(errno);
    char name[PRINTABLE_PATH];
    printable(name, sizeof name, s->dir);
    return fail(error, "cannot %s '%s/%s': %s", what, name, forms[file].name, reason);
}

/* ---- lines that are there -------------------------------------------------------------------- */

/* How a line of a point begins. */
struct beginning {
    char *text;
    int point;
};

static int compare(const void *left, const void *right)
{
    const struct beginning *l = left, *r = right;
    return strcmp(l->text, r->text);
}

static struct beginning *list_beginnings(const struct sweep *sweep, const struct form *form)
{
    const int count = sweep->plan.count;
    struct beginning *list = allocate((size_t)count, sizeof *list);
    for (int point = 0; point < count; point++) {
        struct text text = {0};
        form->begin(sweep, point, &text);
        list[point] = (struct beginning){duplicate(text_string(&text)), point};
        text_free(&text);
    }
    qsort(list, (size_t)count, sizeof *list, compare);
    return list;
}

/* The point of a line that is there, -1: none. */
static int point_of(const struct store *s, const struct form *form, const struct beginning *list,
                    char *line)
{
    const size_t length = form->begin_length(s->sweep, line);
    char behind = line[length];
    line[length] = '\0';
    const struct beginning wanted = {.text = line};
    const struct beginning *found =
        bsearch(&wanted, list, (size_t)s->sweep->plan.count, sizeof *list, compare);
    line[length] = behind;
    return length > 0 && found != NULL ? found->point : -1;
}

/* Notes where each point's line is; the first of several counts, and what is not whole does not. */
static void find_lines(struct store *s, int file, FILE *in)
{
    struct beginning *list = list_beginnings(s->sweep, &forms[file]);
    char *line = NULL;
    size_t room = 0;
    off_t offset = 0;
    for (ssize_t length; (length = getline(&line, &room, in)) > 0; offset += length) {
        const int point = point_of(s, &forms[file], list, line);
        if (point >= 0 && s->spans[file][point].length == 0 &&
            forms[file].is_whole(s->sweep, line, (size_t)length))
            s->spans[file][point] = (struct span){offset, (size_t)length};
    }
    free(line);
    for (int n = 0; n < s->sweep->plan.count; n++)
        free(list[n].text);
    free(list);
}

static bool load(struct store *s, int file, struct error *error)
{
    int fd = openat(s->folder, forms[file].name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return true;
    FILE *in = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (in == NULL)
        return system_failure(s, "open", file, error);
    find_lines(s, file, in);
    bool good = !ferror(in) || system_failure(s, "read", file, error);
    fclose(in);
    return good;
}

/* ---- writing --------------------------------------------------------------------------------- */

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

static bool read_all(int fd, char *bytes, size_t length, off_t offset)
{
    while (length > 0) {
        ssize_t got = pread(fd, bytes, length, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        bytes += got;
        offset += got;
        length -= (size_t)got;
    }
    return true;
}

static bool read_line(const struct store *s, int file, int point, struct text *line,
                      struct error *error)
{
    const struct span span = s->spans[file][point];
    char *end = text_reserve(line, span.length);
    if (!read_all(s->files[file], end, span.length, span.offset))
        return system_failure(s, "read", file, error);
    end[span.length] = '\0';
    line->length += span.length;
    return true;
}

bool store_read(const struct store *s, int point, struct row *row, struct error *error)
{
    return read_line(s, CSV, point, &row->csv, error) &&
           read_line(s, JSON, point, &row->json, error);
}

bool store_read_csv(const struct store *s, int point, struct text *line, struct error *error)
{
    return read_line(s, CSV, point, line, error);
}

static bool flush(struct store *s, int file, int to, struct text *text, struct error *error)
{
    if (!write_all(to, text_string(text), text->length))
        return system_failure(s, "write", file, error);
    s->ends[file] += (off_t)text->length;
    text_cut(text, 0);
    return true;
}

/* Copies what is there in the order of the plan to an open file. */
static bool copy_lines(struct store *s, int file, int to, struct error *error)
{
    struct text text = {0};
    bool good = true;
    s->ends[file] = 0;
    if (file == CSV)
        point_header(s->sweep, &text);
    for (int point = 0; good && point < s->sweep->plan.count; point++) {
        if (!store_has(s, point))
            continue;
        const off_t offset = s->ends[file] + (off_t)text.length;
        good = read_line(s, file, point, &text, error);
        s->spans[file][point].offset = offset;
        if (good && text.length > BUFFER)
            good = flush(s, file, to, &text, error);
    }
    good = good && flush(s, file, to, &text, error);
    text_free(&text);
    return good;
}

/* A file anew, which takes the place of the one that is there. */
static bool write_anew(struct store *s, int file, struct error *error)
{
    char aside[32];
    snprintf(aside, sizeof aside, "%s.tmp", forms[file].name);
    int fd = openat(s->folder, aside, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return system_failure(s, "write", file, error);
    bool good = copy_lines(s, file, fd, error);
    if (good && (fsync(fd) != 0 || renameat(s->folder, aside, s->folder, forms[file].name) != 0))
        good = system_failure(s, "write", file, error);
    if (!good) {
        close(fd);
        unlinkat(s->folder, aside, 0);
        return false;
    }
    if (s->files[file] >= 0)
        close(s->files[file]);
    s->files[file] = fd;
    return true;
}

bool store_finish(struct store *s, struct error *error)
{
    return write_anew(s, JSON, error) && write_anew(s, CSV, error);
}

static bool append(struct store *s, int file, int point, const struct text *line,
                   struct error *error)
{
    bool good = lseek(s->files[file], s->ends[file], SEEK_SET) >= 0 &&
                write_all(s->files[file], text_string(line), line->length);
    if (!good) {
        system_failure(s, "write", file, error);
        /* What is left of the line is dropped now, or else when the sweep begins anew. */
        good = ftruncate(s->files[file], s->ends[file]) == 0;
        return false;
    }
    s->spans[file][point] = (struct span){s->ends[file], line->length};
    s->ends[file] += (off_t)line->length;
    return true;
}

bool store_add(struct store *s, int point, const struct row *row, struct error *error)
{
    const sigset_t before = interrupt_waits();
    bool good = append(s, JSON, point, forms[JSON].line(row), error) &&
                append(s, CSV, point, forms[CSV].line(row), error);
    if (good && ++s->unsaved == SYNC_AFTER) {
        s->unsaved = 0;
        good = (fsync(s->files[JSON]) == 0 || system_failure(s, "write", JSON, error)) &&
               (fsync(s->files[CSV]) == 0 || system_failure(s, "write", CSV, error));
    }
    s->there += good;
    interrupt_goes_on(&before);
    return good;
}

bool store_has(const struct store *s, int point)
{
    return s->spans[CSV][point].length > 0 && s->spans[JSON][point].length > 0;
}

/* ---- the folder ------------------------------------------------------------------------------ */

static bool is_empty(int folder)
{
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
    bool empty = dir != NULL;
    for (const struct dirent *entry; empty && (entry = readdir(dir)) != NULL;)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
                strcmp(entry->d_name, RECORD_NAME ".tmp") == 0; /* of one that was killed at once */
    if (dir != NULL)
        closedir(dir);
    return empty;
}

static bool open_folder(struct store *s, struct error *error)
{
    char name[PRINTABLE_PATH];
    printable(name, sizeof name, s->dir);
    if (mkdir(s->dir, 0777) != 0 && errno != EEXIST)
        return fail(error, "cannot create the folder '%s': %s", name, strerror(errno));
    s->folder = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->folder < 0)
        return fail(error, "cannot open the folder '%s': %s", name, strerror(errno));
    if (flock(s->folder, LOCK_EX | LOCK_NB) != 0)
        return fail(error, "%s: another sweep writes to this folder", name);
    if (faccessat(s->folder, RECORD_NAME, F_OK, 0) != 0 && !is_empty(s->folder))
        return fail(error, "%s: is not empty, and no sweep's: there is no %s", name, RECORD_NAME);
    return true;
}

static void begin(struct store *s, const struct sweep *sweep, const char *dir)
{
    *s = (struct store){.sweep = sweep, .dir = dir, .folder = -1, .files = {-1, -1}};
    for (int file = 0; file < FILES; file++)
        s->spans[file] = allocate((size_t)sweep->plan.count, sizeof *s->spans[file]);
}

/* What is there of the points. */
static bool load_all(struct store *s, int flags, struct error *error)
{
    for (int file = 0; file < FILES; file++) {
        if (!load(s, file, error))
            return false;
        s->files[file] = openat(s->folder, forms[file].name, flags | O_CLOEXEC);
        if (s->files[file] < 0 && errno != ENOENT)
            return system_failure(s, "open", file, error);
    }
    for (int point = 0; point < s->sweep->plan.count; point++)
        s->there += store_has(s, point);
    return true;
}

bool store_open(struct store *s, const struct sweep *sweep, const char *dir, struct error *error)
{
    const struct tally nothing = {.points = 0};
    begin(s, sweep, dir);
    /* The record before all else: it tells whose the rows are.  Only what both files have is
     * copied. */
    return open_folder(s, error) && record_check(sweep, s->folder, dir, false, error) &&
           record_write(sweep, dir, &nothing, error) && load_all(s, O_RDWR, error) &&
           store_finish(s, error);
}

bool store_open_part(struct store *s, const struct sweep *sweep, const char *dir,
                     struct error *error)
{
    begin(s, sweep, dir);
    s->folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->folder < 0)
        return fail(error, "cannot open the folder '%s': %s", dir, strerror(errno));
    return record_check(sweep, s->folder, dir, true, error) && load_all(s, O_RDONLY, error);
}

void store_leave(struct store *s)
{
    if (s->folder >= 0)
        close(s->folder);
    s->folder = -1;
}

void store_close(struct store *s)
{
    store_leave(s);
    for (int file = 0; file < FILES; file++) {
        if (s->files[file] >= 0)
            close(s->files[file]);
        free(s->spans[file]);
    }
}
