/* SPDX-License-Identifier: Apache-2.0
 * install.c - writes files to a staging folder and lets that take the place of the old one. */
#include "gen/folder/install.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/folder/manifest.h"
#include "gen/folder/workspace.h"

struct job {
    const struct output_file *files;
    int count;
    bool force;          /* overwrites what was changed by hand */
    const char *given;   /* the folder as the user named it, for messages */
    char *dir;           /* the same without links, and without slashes behind it */
    size_t first_parent; /* dir[0 .. this - 1] is the first folder made for it; 0: none was */
    int from;            /* `dir`, open; -1 when there was none */
    bool filled;         /* `dir` was there and not empty */
    mode_t mode;
    struct manifest old; /* of a filled `dir` */
    char *staging;       /* folder where the new files are written; NULL: none now */
    int to;              /* the same, open */
    struct text moved;   /* paths moved from `dir` to `staging`, a NUL behind each */
    bool unswappable;    /* the failure is one of folders that cannot be moved */
};

/* Whether the system refuses to move a folder that could still be written to: a mount point, a
 * folder of a lower overlay layer, a file system without exchange, a closed parent folder. */
static bool is_unswappable(int reason)
{
    return reason == EBUSY || reason == EXDEV || reason == EINVAL || reason == ENOSYS ||
           reason == EACCES || reason == EPERM || reason == EROFS;
}

static bool cannot(const struct job *job, const char *what, const char *path, struct error *error)
{
    return fail(error, "cannot %s '%s%s%s': %s", what, job->given, path[0] == '\0' ? "" : "/", path,
                strerror(errno));
}

/* close() and free() on the way out must not hide why. */
static void close_quietly(int file)
{
    int reason = errno;
    if (file >= 0)
        close(file);
    errno = reason;
}

/* The file of the new output, or NULL. */
static const struct output_file *find_new(const struct job *job, const char *path)
{
    for (int i = 0; i < job->count; i++)
        if (strcmp(job->files[i].path, path) == 0)
            return &job->files[i];
    return NULL;
}

static bool is_new(const struct job *job, const char *path)
{
    return find_new(job, path) != NULL;
}

static bool is_new_below(const struct job *job, const char *folder)
{
    for (int i = 0; i < job->count; i++)
        if (path_is_below(job->files[i].path, folder))
            return true;
    return false;
}

/* Makes the folders that a path below an open folder lies in.  False with errno set. */
static bool make_folders(int folder, const char *path)
{
    char *part = duplicate(path);
    bool made = true;
    for (char *slash = part; made && (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        made = mkdirat(folder, part, 0777) == 0 || errno == EEXIST;
        *slash = '/';
    }
    int reason = errno;
    free(part);
    errno = reason;
    return made;
}

/* False with errno set. */
static bool write_file(int folder, const char *path, const struct text *text)
{
    int file = openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0)
        return false;
    for (size_t done = 0; done < text->length;) {
        ssize_t wrote = write(file, text->data + done, text->length - done);
        if (wrote < 0 && errno != EINTR) {
            close_quietly(file);
            return false;
        }
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    return close(file) == 0;
}

/* Gives the staged file the time of the old one when their bytes are equal. */
static void keep_time(const struct job *job, const struct output_file *file)
{
    struct stat status;
    if (job->from < 0 || fstatat(job->from, file->path, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode) || (size_t)status.st_size != file->text.length)
        return;
    struct text old = {0};
    struct error ignored;
    if (text_read_file_at(&old, job->from, file->path, &ignored) &&
        old.length == file->text.length &&
        memcmp(text_string(&old), text_string(&file->text), old.length) == 0) {
        struct timespec times[2] = {status.st_atim, status.st_mtim};
        utimensat(job->to, file->path, times, 0); /* failing, it costs a rebuild */
    }
    text_free(&old);
}

/* Makes a staging folder, `before` and six characters, and writes all files to it. */
static bool stage(struct job *job, const char *before, struct error *error)
{
    struct text name = {0};
    text_appendf(&name, "%sXXXXXX", before);
    if (mkdtemp(name.data) == NULL) {
        job->unswappable = is_unswappable(errno);
        cannot(job, "write to", "", error);
        text_free(&name);
        return false;
    }
    job->staging = name.data;
    job->to = open(job->staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (job->to < 0 || fchmod(job->to, job->mode) != 0)
        return cannot(job, "write to", "", error);
    for (int i = 0; i < job->count; i++) {
        const struct output_file *file = &job->files[i];
        if (!make_folders(job->to, file->path) || !write_file(job->to, file->path, &file->text))
            return cannot(job, "write", file->path, error);
        keep_time(job, file);
    }
    return true;
}

/* Removes the staging folder with whatever lies in it now. */
static bool unstage(struct job *job)
{
    close_quietly(job->to);
    job->to = -1;
    bool gone = job->staging == NULL || remove_folder(job->staging);
    int reason = errno;
    free(job->staging);
    job->staging = NULL;
    errno = reason;
    return gone;
}

static bool move_strays(struct job *job, const char *folder, struct error *error);

/* Moves a file or folder of the old output over, unless ese wrote it or does now. */
static bool move_stray(struct job *job, const char *path, struct error *error)
{
    struct stat status;
    if (fstatat(job->from, path, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return cannot(job, "keep", path, error);
    bool is_folder = S_ISDIR(status.st_mode);
    if (is_folder && (manifest_has_below(&job->old, path) || is_new_below(job, path)))
        return move_strays(job, path, error);
    if (!is_folder && (manifest_find(&job->old, path) != NULL || is_new(job, path)))
        return true;
    if (!make_folders(job->to, path) ||
        renameat2(job->from, path, job->to, path, RENAME_NOREPLACE) != 0) {
        job->unswappable = is_unswappable(errno);
        return cannot(job, "keep", path, error);
    }
    text_append_bytes(&job->moved, path, strlen(path) + 1);
    return true;
}

/* Does so for all that lies in a folder; "" is `dir` itself. */
static bool move_strays(struct job *job, const char *folder, struct error *error)
{
    struct dirent **entries;
    int count = scandirat(job->from, folder[0] == '\0' ? "." : folder, &entries, NULL, alphasort);
    if (count < 0)
        return cannot(job, "read", folder, error);
    bool good = true;
    for (int i = 0; i < count; i++) {
        struct text path = {0};
        if (folder[0] != '\0')
            text_appendf(&path, "%s/", folder);
        text_append(&path, entries[i]->d_name);
        good = good && (!path_is_plain(path.data) || move_stray(job, path.data, error));
        text_free(&path);
        free(entries[i]);
    }
    free(entries);
    return good;
}

/* Moves the strays back.  They came from there a moment ago, so this is not expected to fail. */
static void return_strays(struct job *job)
{
    for (size_t at = 0; at < job->moved.length; at += strlen(job->moved.data + at) + 1)
        renameat(job->to, job->moved.data + at, job->from, job->moved.data + at);
    text_cut(&job->moved, 0);
}

/* The usual way: a new folder beside the old one takes its place. */
static bool install_by_swap(struct job *job, struct error *error)
{
    struct text before = {0};
    text_appendf(&before, "%s.tmp-", job->dir);
    bool good = stage(job, before.data, error) &&
                (!job->filled || move_strays(job, "", error));
    text_free(&before);
    if (good && renameat2(AT_FDCWD, job->staging, AT_FDCWD, job->dir,
                          job->filled ? RENAME_EXCHANGE : 0) != 0) {
        job->unswappable = is_unswappable(errno);
        good = cannot(job, "replace", "", error);
    }
    if (!good) {
        return_strays(job);
        unstage(job);
        return false;
    }
    /* What is in staging now is the old output. */
    if (job->filled && !unstage(job))
        return fail(error, "'%s' is written, but the old files cannot be removed: %s", job->given,
                    strerror(errno));
    return true;
}

/* Removes a file of the old output, and the folders that are empty by that. */
static void remove_old(const struct job *job, const char *path)
{
    char *part = duplicate(path);
    bool gone = unlinkat(job->from, part, 0) == 0;
    for (char *slash; gone && (slash = strrchr(part, '/')) != NULL;) {
        *slash = '\0';
        gone = unlinkat(job->from, part, AT_REMOVEDIR) == 0;
    }
    free(part);
}

/* Where folders cannot be swapped: each file is complete before it is moved into place, the
 * manifest last.  A full disk is met before the first file moves. */
static bool install_one_by_one(struct job *job, struct error *error)
{
    struct text before = {0};
    text_appendf(&before, "%s/.tmp-", job->dir);
    bool good = stage(job, before.data, error);
    text_free(&before);
    for (int i = 0; good && i < job->count; i++) {
        const char *path = job->files[i].path;
        if (!make_folders(job->from, path) || renameat(job->to, path, job->from, path) != 0)
            good = cannot(job, "replace", path, error);
    }
    for (int i = 0; good && i < job->old.count; i++)
        if (!is_new(job, job->old.files[i].path))
            remove_old(job, job->old.files[i].path);
    unstage(job);
    return good;
}

/* Makes the folders that `dir` lies in. */
static bool make_parents(struct job *job, struct error *error)
{
    for (char *slash = job->dir; (slash = strchr(slash + 1, '/')) != NULL;) {
        *slash = '\0';
        bool made = mkdir(job->dir, 0777) == 0;
        bool there = made || errno == EEXIST || access(job->dir, F_OK) == 0;
        *slash = '/';
        if (made && job->first_parent == 0)
            job->first_parent = (size_t)(slash - job->dir);
        if (!there)
            return cannot(job, "write to", "", error);
    }
    return true;
}

static void remove_parents(struct job *job)
{
    char *slash;
    while (job->first_parent != 0 && (slash = strrchr(job->dir, '/')) != NULL &&
           (size_t)(slash - job->dir) >= job->first_parent) {
        *slash = '\0';
        rmdir(job->dir);
    }
}

/* Whether a file of `dir` is neither as ese left it (`sha256`; NULL: it is not from ese) nor as it
 * is to be now.  One that is not there, or no file, is not lost. */
static bool is_edited(const struct job *job, const char *path, const char *sha256)
{
    const struct output_file *file = find_new(job, path);
    char now[SHA256_DIGITS + 1];
    struct text text = {0};
    struct error ignored;
    if (!text_read_file_at(&text, job->from, path, &ignored))
        return false;
    sha256_of(&text, now);
    bool same = file != NULL && file->text.length == text.length &&
                memcmp(text_string(&file->text), text_string(&text), text.length) == 0;
    text_free(&text);
    return !same && (sha256 == NULL || strcmp(now, sha256) != 0);
}

/* Of so many it is told which. */
enum { TOLD = 5 };

static void tell(struct text *list, int *count, const char *path)
{
    if (++*count <= TOLD)
        text_appendf(list, "%s%s", *count > 1 ? ", " : "", path);
}

/* What somebody has done by hand is not overwritten unasked. */
static bool check_edited(const struct job *job, struct error *error)
{
    struct text list = {0};
    int count = 0;
    for (int i = 0; i < job->old.count; i++)
        if (is_edited(job, job->old.files[i].path, job->old.files[i].sha256))
            tell(&list, &count, job->old.files[i].path);
    for (int i = 0; i + 1 < job->count; i++) /* the last is the manifest */
        if (manifest_find(&job->old, job->files[i].path) == NULL &&
            is_edited(job, job->files[i].path, NULL))
            tell(&list, &count, job->files[i].path);
    if (count > TOLD)
        text_appendf(&list, " and %d more", count - TOLD);
    if (count > 0)
        fail(error, "'%s' has files that are not as ese left them: %s; --force overwrites them",
             job->given, text_string(&list));
    text_free(&list);
    return count == 0;
}

/* Finds out what is at `dir`, and whether it may be replaced. */
static bool look(struct job *job, struct error *error)
{
    size_t length = strlen(job->given);
    while (length > 1 && job->given[length - 1] == '/')
        length--;
    job->dir = duplicate(job->given);
    job->dir[length] = '\0';

    struct stat status;
    if (stat(job->dir, &status) != 0) {
        mode_t mask = umask(0);
        umask(mask);
        job->mode = 0777 & ~mask;
        return errno == ENOENT ? make_parents(job, error) : cannot(job, "write to", "", error);
    }
    if (!S_ISDIR(status.st_mode))
        return fail(error, "'%s' is a file, and a folder is to be written there", job->given);
    job->mode = status.st_mode & 07777;
    /* A link to a folder stays a link. */
    char *real = realpath(job->dir, NULL);
    if (real != NULL) {
        free(job->dir);
        job->dir = real;
    }
    job->from = open(job->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (job->from < 0)
        return cannot(job, "read", "", error);
    job->filled = !folder_is_empty(job->dir);
    if (!job->filled)
        return true;
    if (faccessat(job->from, MANIFEST_NAME, F_OK, 0) != 0)
        return fail(error, "'%s' is not empty and has no " MANIFEST_NAME
                           " of ese: it is not replaced", job->given);
    return manifest_read(&job->old, job->from, job->given, error) &&
           (job->force || check_edited(job, error));
}

bool install_files(const struct output_file *files, int count, const char *dir, bool force,
                   struct error *error)
{
    struct job job = {
        .files = files, .count = count, .given = dir, .force = force, .from = -1, .to = -1};
    bool good = look(&job, error);
    if (good) {
        struct error reason;
        good = install_by_swap(&job, &reason);
        if (!good && job.unswappable && job.from >= 0)
            good = install_one_by_one(&job, error);
        else if (!good)
            *error = reason;
    }
    if (!good)
        remove_parents(&job);
    close_quietly(job.from);
    close_quietly(job.to);
    free(job.staging);
    free(job.dir);
    manifest_free(&job.old);
    text_free(&job.moved);
    return good;
}
