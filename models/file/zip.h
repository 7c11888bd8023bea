/* SPDX-License-Identifier: Apache-2.0
 * zip.h - entries of a zip archive that is in memory.
 *
 * Sizes that an archive claims are not believed: an entry is read only if it is no longer than the caller
 * allows, and one that is compressed only if it does not grow beyond ZIP_GROWTH times the archive, so that
 * a small file cannot fill the memory.  Checksums are checked.  Encrypted entries are refused. */
#ifndef ESE_ZIP_H
#define ESE_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/error.h"

enum { ZIP_GROWTH = 64, ZIP_ENTRIES = 1 << 16, ZIP_MISSING = -1 };

struct zip_entries {
    char *name;  /* of the file, for messages */
    void *zip;   /* libzip's */
    size_t size; /* of the archive */
    int count;
};

/* `size` bytes, which must outlive the archive; `name` is for messages only.  After a failure there is
 * nothing to close. */
bool zip_parse(struct zip_entries *file, const void *bytes, size_t size, const char *name,
               struct error *error);

/* The name of an entry; NULL: it has none. */
const char *zip_name(const struct zip_entries *file, int entry);

/* The entry of exactly that name, or the first whose name ends so behind a first folder of any name:
 * "data.pkl" is "archive/data.pkl".  ZIP_MISSING: there is none. */
int zip_find(const struct zip_entries *file, const char *name);
int zip_find_below(const struct zip_entries *file, const char *name);

/* The content of an entry of at most `most` bytes, in a block that the caller frees; NULL
 * after a failure. */
bool zip_read(const struct zip_entries *file, int entry, uint64_t most, unsigned char **bytes, size_t *size,
              struct error *error);

void zip_free(struct zip_entries *file);

#endif
