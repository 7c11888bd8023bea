/* SPDX-License-Identifier: Apache-2.0
 * zip.c - entries of a zip archive, by libzip. */
#include "models/file/zip.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "models/base/bytes.h"

enum { SHORTEST = 22 }; /* bytes: an archive of nothing */

/* What libzip says; returns false. */
static bool refused(const char *name, zip_error_t *why, struct error *error)
{
    char shown[PRINTABLE_NAME];
    printable(shown, sizeof shown, zip_error_strerror(why));
    return fail(error, "%s: is no whole zip archive: %s", name, shown);
}

static bool open_zip(struct zip_entries *file, const void *bytes, size_t size, struct error *error)
{
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *source = zip_source_buffer_create(bytes, size, 0, &why);
    file->zip = source != NULL ? zip_open_from_source(source, ZIP_RDONLY, &why) : NULL;
    if (file->zip == NULL)
        refused(file->name, &why, error);
    if (file->zip == NULL && source != NULL)
        zip_source_free(source);
    zip_error_fini(&why);
    return file->zip != NULL;
}

bool zip_parse(struct zip_entries *file, const void *bytes, size_t size, const char *name,
               struct error *error)
{
    char shown[PRINTABLE_PATH];
    printable(shown, sizeof shown, name);
    *file = (struct zip_entries){.name = duplicate(shown), .size = size};
    if (size < SHORTEST) /* libzip takes nothing at all for an archive of nothing */
        fail(error, "%s: is no whole zip archive: it has %zu bytes", shown, size);
    else if (open_zip(file, bytes, size, error)) {
        const zip_int64_t count = zip_get_num_entries(file->zip, 0);
        file->count = count > ZIP_ENTRIES ? ZIP_ENTRIES + 1 : (int)count;
        if (file->count <= ZIP_ENTRIES)
            return true;
        fail(error, "%s: has %lld entries, at most %d are allowed", shown, (long long)count, ZIP_ENTRIES);
    }
    zip_free(file);
    return false;
}

const char *zip_name(const struct zip_entries *file, int entry)
{
    return zip_get_name(file->zip, (zip_uint64_t)entry, ZIP_FL_ENC_RAW);
}

int zip_find(const struct zip_entries *file, const char *name)
{
    const zip_int64_t at = zip_name_locate(file->zip, name, ZIP_FL_ENC_RAW);
    return at < 0 ? ZIP_MISSING : (int)at;
}

int zip_find_below(const struct zip_entries *file, const char *name)
{
    for (int i = 0; i < file->count; i++) {
        const char *full = zip_name(file, i), *below = full != NULL ? strchr(full, '/') : NULL;
        if (below != NULL && strcmp(below + 1, name) == 0)
            return i;
    }
    return ZIP_MISSING;
}

/* ---- content ------------------------------------------------------------------------------------------- */

/* Its size, if it may be read at all. */
static bool check_entry(const struct zip_entries *file, int entry, uint64_t most, const char *shown,
                        uint64_t *size, struct error *error)
{
    const zip_uint64_t wanted = ZIP_STAT_SIZE | ZIP_STAT_ENCRYPTION_METHOD;
    zip_stat_t stat;
    if (zip_stat_index(file->zip, (zip_uint64_t)entry, 0, &stat) != 0 || (stat.valid & wanted) != wanted)
        return fail(error, "%s: entry '%s' cannot be read", file->name, shown);
    if (stat.encryption_method != ZIP_EM_NONE)
        return fail(error, "%s: entry '%s' is encrypted", file->name, shown);
    if (stat.size > most)
        return fail(error, "%s: entry '%s' has %" PRIu64 " bytes, at most %" PRIu64 " are allowed",
                    file->name, shown, (uint64_t)stat.size, most);
    if (stat.size / ZIP_GROWTH > file->size)
        return fail(error, "%s: entry '%s' claims %" PRIu64 " bytes, more than %d times the file",
                    file->name, shown, (uint64_t)stat.size, ZIP_GROWTH);
    *size = stat.size;
    return true;
}

static bool read_entry(const struct zip_entries *file, int entry, unsigned char *bytes, uint64_t size)
{
    zip_file_t *content = zip_fopen_index(file->zip, (zip_uint64_t)entry, 0);
    unsigned char more;
    uint64_t read = 0;
    zip_int64_t got = 1;
    if (content == NULL)
        return false;
    while (read < size && got > 0) {
        got = zip_fread(content, bytes + read, size - read);
        read += got > 0 ? (uint64_t)got : 0;
    }
    /* The end is looked at, too: that is where libzip checks the sum. */
    const bool ended = got >= 0 && zip_fread(content, &more, 1) == 0;
    return zip_fclose(content) == 0 && ended && read == size;
}

bool zip_read(const struct zip_entries *file, int entry, uint64_t most, unsigned char **bytes, size_t *size,
              struct error *error)
{
    char shown[PRINTABLE_NAME];
    const char *name = zip_name(file, entry);
    uint64_t length = 0;
    printable(shown, sizeof shown, name != NULL ? name : "");
    *bytes = NULL;
    if (!check_entry(file, entry, most, shown, &length, error))
        return false;
    *bytes = allocate((size_t)length, 1);
    *size = (size_t)length;
    if (read_entry(file, entry, *bytes, length))
        return true;
    free(*bytes);
    *bytes = NULL;
    return fail(error, "%s: entry '%s' is damaged, or packed in a way that is not read", file->name, shown);
}

void zip_free(struct zip_entries *file)
{
    if (file->zip != NULL)
        zip_discard(file->zip);
    free(file->name);
    *file = (struct zip_entries){0};
}
