/* SPDX-License-Identifier: Apache-2.0
 * manifest.c - reads manifest.json, and compares a folder with it. */
#include "gen/folder/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sha256.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/folder/output.h"

bool path_is_plain(const char *path)
{
    for (;;) {
        size_t part = strcspn(path, "/");
        if (part == 0 || (part <= 2 && strspn(path, ".") >= part))
            return false;
        if (path[part] == '\0')
            return true;
        path += part + 1;
    }
}

bool path_is_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

void sha256_of(const struct text *text, char sha256[static SHA256_DIGITS + 1])
{
    SHA256Data((const uint8_t *)text_string(text), text->length, sha256);
}

/* Takes over one element of "files". */
static bool read_file_entry(struct manifest_file *file, json_t *entry)
{
    const char *path, *sha256;
    if (json_unpack(entry, "{s:s, s:s}", "path", &path, "sha256", &sha256) != 0)
        return false;
    if (!path_is_plain(path) || strlen(sha256) != SHA256_DIGITS)
        return false;
    file->path = duplicate(path);
    memcpy(file->sha256, sha256, sizeof file->sha256);
    return true;
}

static bool read_root(struct manifest *manifest, json_t *root, const char *dir, struct error *error)
{
    const char *generator;
    json_t *files;
    if (json_unpack(root, "{s:s, s:o}", "generator", &generator, "files", &files) != 0 ||
        strcmp(generator, MANIFEST_GENERATOR) != 0 || !json_is_array(files))
        return fail(error, "%s/" MANIFEST_NAME " was not written by " MANIFEST_GENERATOR, dir);

    manifest->files = allocate(json_array_size(files), sizeof *manifest->files);
    size_t i;
    json_t *entry;
    json_array_foreach (files, i, entry) {
        if (!read_file_entry(&manifest->files[i], entry))
            return fail(error, "%s/" MANIFEST_NAME ": entry %zu of \"files\" is damaged", dir, i);
        manifest->count++;
    }
    return true;
}

bool manifest_read(struct manifest *manifest, int folder, const char *dir, struct error *error)
{
    *manifest = (struct manifest){0};
    struct text text = {0};
    if (!text_read_file_at(&text, folder, MANIFEST_NAME, error))
        return fail_in(error, dir);
    json_error_t where;
    json_t *root = json_loadb(text_string(&text), text.length, JSON_REJECT_DUPLICATES, &where);
    text_free(&text);
    if (root == NULL)
        return fail(error, "%s/" MANIFEST_NAME ":%d:%d: %s", dir, where.line, where.column,
                    where.text);
    bool read = read_root(manifest, root, dir, error);
    json_decref(root);
    if (!read)
        manifest_free(manifest);
    return read;
}

void manifest_free(struct manifest *manifest)
{
    for (int i = 0; i < manifest->count; i++)
        free(manifest->files[i].path);
    free(manifest->files);
    *manifest = (struct manifest){0};
}

const struct manifest_file *manifest_find(const struct manifest *manifest, const char *path)
{
    for (int i = 0; i < manifest->count; i++)
        if (strcmp(manifest->files[i].path, path) == 0)
            return &manifest->files[i];
    return NULL;
}

bool manifest_has_below(const struct manifest *manifest, const char *folder)
{
    for (int i = 0; i < manifest->count; i++)
        if (path_is_below(manifest->files[i].path, folder))
            return true;
    return false;
}

/* Lists the files in a folder that are not in the manifest.  A folder without any file of ese is
 * somebody else's, as a simulator's build folder is, and not looked into. */
static void find_extra(const struct manifest *manifest, int dir, const char *folder,
                       struct text *changed)
{
    struct dirent **entries;
    int count = scandirat(dir, folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        struct text path = {0};
        text_appendf(&path, "%s/%s", folder, entries[i]->d_name);
        struct stat status;
        if (path_is_plain(path.data) &&
            fstatat(dir, path.data, &status, AT_SYMLINK_NOFOLLOW) == 0) {
            if (S_ISDIR(status.st_mode) && manifest_has_below(manifest, path.data))
                find_extra(manifest, dir, path.data, changed);
            else if (!S_ISDIR(status.st_mode) && manifest_find(manifest, path.data) == NULL)
                text_appendf(changed, "extra %s\n", path.data);
        }
        text_free(&path);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static bool check_files(const struct manifest *manifest, int dir, struct text *changed,
                        struct error *error)
{
    for (int i = 0; i < manifest->count; i++) {
        const struct manifest_file *file = &manifest->files[i];
        if (faccessat(dir, file->path, F_OK, 0) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
            text_appendf(changed, "missing %s\n", file->path);
            continue;
        }
        struct text text = {0};
        char sha256[SHA256_DIGITS + 1];
        bool read = text_read_file_at(&text, dir, file->path, error);
        sha256_of(&text, sha256);
        text_free(&text);
        if (!read)
            return false;
        if (strcmp(sha256, file->sha256) != 0)
            text_appendf(changed, "changed %s\n", file->path);
    }
    return true;
}

bool output_check(const char *dir, struct text *changed, struct error *error)
{
    static const char *const FOLDERS[] = {"rtl", "mem", "sim"};
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return fail(error, "cannot open '%s': %s", dir, strerror(errno));
    struct manifest manifest;
    bool good = manifest_read(&manifest, folder, dir, error);
    if (good) {
        good = check_files(&manifest, folder, changed, error) || fail_in(error, dir);
        for (size_t i = 0; good && i < sizeof FOLDERS / sizeof FOLDERS[0]; i++)
            find_extra(&manifest, folder, FOLDERS[i], changed);
        manifest_free(&manifest);
    }
    close(folder);
    return good;
}
