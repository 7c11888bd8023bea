/* SPDX-License-Identifier: Apache-2.0
 * model_file.h - files of trained networks, made of all-different numbers, in a folder of their own. */
#ifndef ESE_MODEL_FILE_H
#define ESE_MODEL_FILE_H

#include <sys/stat.h>
#include <unistd.h>

#include "models/base/bytes.h"
#include "tests/unit/model_testing.h"

static char folder[] = "/tmp/ese-test-XXXXXX";
static char model_path[64]; /* folder/m.safetensors */

static inline int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(model_path, sizeof model_path, "%s/m.safetensors", folder);
    return 0;
}

static inline int remove_folder(void **state)
{
    (void)state;
    unlink(model_path);
    return rmdir(folder);
}

/* One line that begins with the path and says `what`. */
static inline void check_message(const struct error *error, const char *path, const char *what)
{
    size_t length = strlen(error->text);
    if (strstr(error->text, what) == NULL)
        fail_msg("\"%s\" does not contain \"%s\"", error->text, what);
    assert_int_equal(strncmp(error->text, path, strlen(path)), 0);
    assert_null(strchr(error->text, '\n'));
    assert_int_not_equal(error->text[length - 1], '.');
}

struct entry {
    const char *name;
    int rank, rows, cols; /* cols 1 where the rank is 1 */
};

/* The file at model_path: the numbers 1/8, 2/8 ..., tensor after tensor. */
static inline void write_entries(const struct entry *entries, int count)
{
    struct text header = {0};
    unsigned char length_bytes[8] = {0};
    size_t elements = 0;
    text_append_char(&header, '{');
    for (int i = 0; i < count; i++) {
        const struct entry *e = &entries[i];
        const size_t size = (size_t)e->rows * (size_t)e->cols;
        text_appendf(&header, "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[%d", i > 0 ? "," : "",
                     e->name, e->rows);
        if (e->rank == 2)
            text_appendf(&header, ",%d", e->cols);
        text_appendf(&header, "],\"data_offsets\":[%zu,%zu]}", 4 * elements,
                     4 * (elements + size));
        elements += size;
    }
    text_append_char(&header, '}');
    store_u32(length_bytes, (uint32_t)header.length);

    FILE *file = fopen(model_path, "wb");
    assert_non_null(file);
    fwrite(length_bytes, sizeof length_bytes, 1, file);
    fwrite(text_string(&header), header.length, 1, file);
    for (size_t i = 0; i < elements; i++) {
        unsigned char number[4];
        store_u32(number, bits_of_float((float)(i + 1) / 8));
        fwrite(number, sizeof number, 1, file);
    }
    assert_int_equal(fclose(file), 0);
    text_free(&header);
}

static inline void refuse(const struct model_config *model, const char *what)
{
    struct network network;
    struct error error = {""};
    if (network_read(&network, model, &error))
        fail_msg("accepted what should give \"%s\"", what);
    check_message(&error, model_path, what);
}

#endif
