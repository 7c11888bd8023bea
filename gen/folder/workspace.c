/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/folder/workspace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/folder/interrupt.h"

/* ---- paths ----------------------------------------------------------------------------------- */

bool path_join(char path[static PATH_MAX], const char *a, const char *b, struct error *error)
{
    if ((size_t)snprintf(path, PATH_MAX, "%s%s", a, b) >= PATH_MAX)
        return fail(error, "%.200s%.200s: path too long", a, b);
    return true;
}

bool path_absolute(char path[static PATH_MAX], const char *given, struct error *error)
{
    if (given[0] == '/')
        return path_join(path, given, "", error);
    char here[PATH_MAX - 1];
    if (getcwd(here, sizeof here) == NULL)
        return fail(error, "cannot tell the current folder: %s", strerror(errno));
    size_t length = strlen(here);
    here[length] = '/';
    if (length + 1 >= sizeof here)
        return fail(error, "%.200s: path too long", here);
    here[length + 1] = '\0';
    return path_join(path, here, given, error);
}

bool folder_make(const char *root, const char *name, struct error *error)
{
    char path[PATH_MAX];
    if (!path_join(path, root, name, error))
        return false;
    return mkdir(path, 0777) == 0 || errno == EEXIST ||
           fail(error, "cannot create %.500s: %s", path, strerror(errno));
}

bool folder_is_empty(const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, NULL);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    if (count >= 0)
        free(entries);
    return count == 2;
}

bool folder_write(const char *root, const char *name, const struct text *text,
                  struct error *error)
{
    char path[PATH_MAX];
    return path_join(path, root, name, error) && text_write_file(text, path, error);
}

/* ---- temporary folders ----------------------------------------------------------------------- */

char *temporary_folder(const char *name, struct error *error)
{
    const char *root = getenv("TMPDIR");
    struct text folder = {0};
    if (root == NULL || *root == '\0')
        root = "/tmp";
    text_appendf(&folder, "%s/ese-%s-XXXXXX", root, name);
    sigset_t signals = interrupt_waits();
    bool made = mkdtemp(folder.data) != NULL;
    int reason = errno;
    if (made)
        interrupt_removes(folder.data);
    interrupt_goes_on(&signals);
    if (made)
        return folder.data;
    fail(error, "cannot create a temporary folder in %s: %s", root, strerror(reason));
    text_free(&folder);
    return NULL;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *at)
{
    (void)status, (void)kind, (void)at;
    return remove(path);
}

bool remove_folder(const char *path)
{
    bool removed = nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0;
    interrupt_keeps(path);
    return removed;
}

/* ---- the place to work ----------------------------------------------------------------------- */

/* Makes the folder, and a file in it that is gone again: no question of permissions answers for all
 * file systems.  False with errno set. */
static bool can_write(const char *folder)
{
    struct text path = {0};
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return false;
    text_appendf(&path, "%s/.writable-XXXXXX", folder);
    int file = mkstemp(path.data), reason = errno;
    if (file >= 0) {
        close(file);
        unlink(path.data);
    }
    text_free(&path);
    errno = reason;
    return file >= 0;
}

bool workspace_open(struct workspace *workspace, const char *chip, const char *given,
                    struct error *error)
{
    struct text own = {0};
    text_appendf(&own, "%s/build", chip);
    *workspace = (struct workspace){.dir = given != NULL ? duplicate(given) : own.data};
    if (given != NULL)
        text_free(&own);
    if (can_write(workspace->dir))
        return true;
    int reason = errno;
    bool closed = reason == EACCES || reason == EPERM || reason == EROFS;
    fail(error, "%s%s: cannot write to this folder: %s", given != NULL ? "--work: " : "",
         workspace->dir, strerror(reason));
    free(workspace->dir);
    *workspace = (struct workspace){0};
    if (given != NULL || !closed)
        return false;
    workspace->dir = temporary_folder("work", error);
    workspace->temporary = workspace->dir != NULL;
    if (workspace->temporary)
        fprintf(stderr, "ese: note: '%s' cannot be written to, so what is built is not kept; "
                        "--work DIR gives it a place\n", chip);
    return workspace->temporary;
}

void workspace_close(struct workspace *workspace, bool failed)
{
    if (workspace->temporary && failed) {
        interrupt_keeps(workspace->dir);
        fprintf(stderr, "ese: note: the folder with builds and logs stays: %s\n", workspace->dir);
    } else if (workspace->temporary && !remove_folder(workspace->dir)) {
        fprintf(stderr, "ese: note: cannot remove %s: %s\n", workspace->dir, strerror(errno));
    }
    free(workspace->dir);
    *workspace = (struct workspace){0};
}
