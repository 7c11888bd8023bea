/* SPDX-License-Identifier: Apache-2.0
 * workspace.h - where a command does its work: the folder for builds, stimulus, results and logs,
 * and temporary folders. */
#ifndef ESE_WORKSPACE_H
#define ESE_WORKSPACE_H

#include <limits.h>
#include <stdbool.h>

#include "models/base/text.h"

struct workspace {
    char *dir;
    bool temporary;
};

/* The folder `given`, which is made if it is not there.  Without one: CHIP/build; where that cannot
 * be written, as in a chip's folder that is read-only, a temporary folder. */
bool workspace_open(struct workspace *workspace, const char *chip, const char *given,
                    struct error *error);

/* Removes a temporary folder, unless something failed: then it stays, and that is said. */
void workspace_close(struct workspace *workspace, bool failed);

/* A new folder "ese-NAME-XXXXXX" where temporary files go, TMPDIR or /tmp, to be freed; NULL: none
 * could be made.  It is removed, too, when a signal ends the program (interrupt.h). */
char *temporary_folder(const char *name, struct error *error);

/* Removes a folder with all that is in it; false with errno set. */
bool remove_folder(const char *path);

/* A + B in `path`, which must fit. */
bool path_join(char path[static PATH_MAX], const char *a, const char *b, struct error *error);

/* ROOT + NAME, NAME being "/rtl" or the like: makes the folder, which may be there; writes the file. */
bool folder_make(const char *root, const char *name, struct error *error);
bool folder_write(const char *root, const char *name, const struct text *text,
                  struct error *error);

/* False, too, if it cannot be read. */
bool folder_is_empty(const char *folder);

/* The path as seen from any folder; the file need not exist. */
bool path_absolute(char path[static PATH_MAX], const char *given, struct error *error);

#endif
