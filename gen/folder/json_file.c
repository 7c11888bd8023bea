/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/folder/json_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "models/base/text.h"

enum { INDENT = 2 };

json_t *json_text(const char *text)
{
    json_t *value = json_string(text);
    if (value != NULL || text == NULL)
        return value;
    char *plain = duplicate(text);
    for (char *c = plain; *c != '\0'; c++)
        if ((unsigned char)*c > 0x7f)
            *c = '?';
    value = json_string(plain);
    free(plain);
    return value;
}

bool json_write(json_t *value, const char *path, struct error *error)
{
    size_t flags = JSON_INDENT(INDENT) | JSON_REAL_PRECISION(JSON_REAL_DIGITS);
    BUG_UNLESS(value != NULL);
    bool ok = true;
    if (strcmp(path, "-") == 0) {
        ok = json_dumpf(value, stdout, flags) == 0 && putchar('\n') != EOF;
        if (!ok)
            fail(error, "cannot write to standard output: %s", strerror(errno));
    } else {
        char *dump = json_dumps(value, flags);
        struct text text = {0};
        BUG_UNLESS(dump != NULL);
        text_appendf(&text, "%s\n", dump);
        ok = text_write_file(&text, path, error);
        text_free(&text);
        free(dump);
    }
    json_decref(value);
    return ok;
}

bool output_file_check(const char *option, const char *path, struct error *error)
{
    if (path == NULL || strcmp(path, "-") == 0)
        return true;
    struct stat status;
    int flags = O_WRONLY | O_NONBLOCK | O_CLOEXEC; /* nothing to wait for */
    int file = open(path, flags | O_CREAT | O_EXCL, 0666);
    if (file >= 0) {
        close(file);
        unlink(path);
        return true;
    }
    if (errno == EEXIST) {
        /* Whoever reads a pipe would take its closing for the end of what is yet to come. */
        if (stat(path, &status) == 0 && S_ISFIFO(status.st_mode))
            file = access(path, W_OK);
        else if ((file = open(path, flags)) >= 0)
            close(file);
    }
    return file >= 0 ||
           fail(error, "%s: cannot write '%s': %s", option, path, strerror(errno));
}

bool output_folder_check(const char *folder, struct error *error)
{
    if (folder == NULL)
        return true;
    if (mkdir(folder, 0777) == 0)
        return rmdir(folder) == 0 || fail(error, "cannot remove the folder '%s' again: %s", folder, strerror(errno));
    if (errno != EEXIST)
        return fail(error, "cannot create the folder '%s': %s", folder, strerror(errno));
    struct text probe = {0};
    text_appendf(&probe, "%s/.ese-%ld", folder, (long)getpid());
    const bool good = output_file_check("--output", text_string(&probe), error);
    text_free(&probe);
    return good || fail(error, "cannot write to the folder '%s': %s", folder, strerror(errno));
}

/* The folder that a file is in or would be, and its name there. */
static const char *place_of(const char *path, struct stat *folder)
{
    struct text in = {0};
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        text_append(&in, ".");
    else
        text_appendf(&in, "%.*s/", (int)(slash - path), path);
    const bool there = stat(text_string(&in), folder) == 0;
    text_free(&in);
    return there ? slash == NULL ? path : slash + 1 : NULL;
}

bool output_file_is(const char *output, const char *other)
{
    struct stat one, two;
    if (stat(output, &one) == 0 && stat(other, &two) == 0)
        return one.st_dev == two.st_dev && one.st_ino == two.st_ino;
    const char *name = place_of(output, &one), *other_name = place_of(other, &two);
    return name != NULL && other_name != NULL && strcmp(name, other_name) == 0 && one.st_dev == two.st_dev &&
           one.st_ino == two.st_ino;
}

bool output_file_check_in(const char *option, const char *path, const char *folder,
                          struct error *error)
{
    size_t length = folder != NULL ? strlen(folder) : 0;
    bool below = path != NULL && length > 0 && strncmp(path, folder, length) == 0 &&
                 (path[length] == '/' || folder[length - 1] == '/');
    return (below && access(folder, F_OK) != 0) || output_file_check(option, path, error);
}
