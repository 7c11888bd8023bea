/* SPDX-License-Identifier: Apache-2.0
 * test_source_onnx_cut.c - the ONNX models of tests/fixtures/onnx cut anywhere, or with a byte changed:
 * they are refused in a line or read, and nothing worse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/source/onnx.h"

#include <cmocka.h> /* last: it has a macro called fail */

static const char *const models[] = {
#define ONNX(name, fixture, stateless) #name,
#include "tests/fixtures/onnx/onnx.def"
#include "tests/fixtures/onnx/torch.def"
};
enum { MODELS = sizeof models / sizeof *models };

static void path_of(char path[128], const char *name)
{
    snprintf(path, 128, "tests/fixtures/onnx/%s.onnx", name);
}

/* In a block of exactly its size, for the sanitizers. */
static bool reads(const unsigned char *bytes, size_t size)
{
    struct source source;
    struct error error = {""};
    unsigned char *block = malloc(size + (size == 0));
    assert_non_null(block);
    memcpy(block, bytes, size);
    const bool good = source_onnx_bytes(&source, block, size, "a.onnx", &error);
    if (good)
        source_free(&source);
    else if (error.text[0] == '\0' || strpbrk(error.text, "\n\r") != NULL)
        fail_msg("'%s' is no line", error.text);
    free(block);
    return good;
}

/* The graph comes before the list of versions, and functions come behind that: without those alone a model is
 * whole. */
static void cut_anywhere(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; i++) {
        char path[128];
        unsigned char *bytes;
        size_t size, versions = strcmp(models[i], "functions") == 0 ? 700 : 40;
        struct error error;
        path_of(path, models[i]);
        assert_true(bytes_read(path, &bytes, &size, &error));
        for (size_t cut = 0; cut < size; cut++)
            if (reads(bytes, cut) && cut + versions < size)
                fail_msg("%s: cut at byte %zu of %zu it is read", models[i], cut, size);
        free(bytes);
    }
}

/* Sizes that lie, other types, other operators: a few values for each byte. */
static void changed_anywhere(void **state)
{
    (void)state;
    static const char *const names[] = {"weights_torch_9", "in_if", "cell_order", "int8_dynamic",
                                        "gru_stack_linear", "batch_first", "sparse"};
    static const unsigned char values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        unsigned char *bytes;
        size_t size;
        struct error error;
        path_of(path, names[i]);
        assert_true(bytes_read(path, &bytes, &size, &error));
        assert_true(reads(bytes, size));
        for (size_t at = 0; at < size; at++)
            for (size_t v = 0; v < sizeof values; v++) {
                const unsigned char kept = bytes[at];
                bytes[at] = values[v];
                reads(bytes, size);
                bytes[at] = kept;
            }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(changed_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
