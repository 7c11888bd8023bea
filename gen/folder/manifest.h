/* SPDX-License-Identifier: Apache-2.0
 * manifest.h - manifest.json as it is read back: which files in a folder are from ese. */
#ifndef ESE_MANIFEST_H
#define ESE_MANIFEST_H

#include <stdbool.h>

#include "models/base/error.h"
#include "models/base/text.h"

#define MANIFEST_NAME "manifest.json"
#define MANIFEST_GENERATOR "ese"

enum { SHA256_DIGITS = 64 };

struct manifest_file {
    char *path;
    char sha256[SHA256_DIGITS + 1];
};

struct manifest {
    struct manifest_file *files;
    int count;
};

/* Reads the manifest in an open folder; `dir` is its name in messages.  Refuses one that is not
 * from ese. */
bool manifest_read(struct manifest *manifest, int folder, const char *dir, struct error *error);
void manifest_free(struct manifest *manifest);

/* Whether the manifest has this file; a file in this folder or deeper. */
const struct manifest_file *manifest_find(const struct manifest *manifest, const char *path);
bool manifest_has_below(const struct manifest *manifest, const char *folder);

/* Whether the path leads down from a folder: no empty part, no "." or "..". */
bool path_is_plain(const char *path);

/* Whether the path lies in the folder or deeper. */
bool path_is_below(const char *path, const char *folder);

void sha256_of(const struct text *text, char sha256[static SHA256_DIGITS + 1]);

#endif
