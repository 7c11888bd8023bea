/* SPDX-License-Identifier: Apache-2.0
 * test_kind.c - files of other kinds are refused by their name, never as a broken file of ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/error.h"
#include "models/file/kind.h"
#include "models/file/npy.h"
#include "models/file/safetensors.h"

#include <cmocka.h> /* last: it has a macro called fail */

#define ZEROS_8 "\0\0\0\0\0\0\0\0"
/* A local header of a stored entry: version, flags, method, time, CRC and sizes are zero. */
#define ZIP(length, name) "PK\3\4" ZEROS_8 ZEROS_8 "\0\0\0\0\0\0" length "\0\0\0" name

static const struct example {
    enum file_kind kind;
    size_t size;
    const char *bytes, *is;
} examples[] = {
#define EXAMPLE(kind, bytes, is) {kind, sizeof bytes - 1, bytes, is}
    EXAMPLE(KIND_EMPTY, "", "an empty file"),
    EXAMPLE(KIND_NPY, "\x93NUMPY\1\0\x76\0{'descr': '<f4'", "a NumPy .npy file"),
    EXAMPLE(KIND_SAFETENSORS, "\2\0\0\0\0\0\0\0{}", "a safetensors file"),
    /* lengths whose bytes are magic numbers: 640 (pickle), 559,903 (gzip), 16,896 (Kaldi) */
    EXAMPLE(KIND_SAFETENSORS, "\x80\2\0\0\0\0\0\0{\"a", "a safetensors file"),
    EXAMPLE(KIND_SAFETENSORS, "\x1f\x8b\x08\0\0\0\0\0{\"a", "a safetensors file"),
    EXAMPLE(KIND_SAFETENSORS, "\0B\0\0\0\0\0\0{\"a", "a safetensors file"),
    EXAMPLE(KIND_TORCH_ZIP, ZIP("\x10", "archive/data.pkl") "FB", "a PyTorch checkpoint (zip)"),
    EXAMPLE(KIND_TORCH_ZIP, ZIP("\x0f", "model/byteorder") "FB", "a PyTorch checkpoint (zip)"),
    EXAMPLE(KIND_TORCH_ZIP, ZIP("\x0b", "best/data/0") "FB", "a PyTorch checkpoint (zip)"),
    EXAMPLE(KIND_TORCH_PICKLE, "\x80\2\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.\x80\2M\xe9\3.",
            "a PyTorch checkpoint (pickle)"),
    EXAMPLE(KIND_KERAS, ZIP("\x0d", "metadata.json") "{", "a Keras model (zip)"),
    EXAMPLE(KIND_NPZ, ZIP("\x09", "arr_0.npy") "\x93NUMPY", "a NumPy .npz file (zip)"),
    EXAMPLE(KIND_ZIP, ZIP("\x05", "a.txt"), "a zip archive (.npz?)"),
    EXAMPLE(KIND_ZIP, ZIP("\xff", "a.txt"), "a zip archive (.npz?)"),
    EXAMPLE(KIND_ZIP, "PK\3\4", "a zip archive (.npz?)"),
    EXAMPLE(KIND_ZIP, "PK\5\6" ZEROS_8 ZEROS_8 "\0\0", "a zip archive (.npz?)"),
    EXAMPLE(KIND_HDF5, "\x89HDF\r\n\x1a\n\0\0\0", "an HDF5 file (Keras?)"),
    EXAMPLE(KIND_MATLAB, "MATLAB 5.0 MAT-file, Platform: GLNXA64", "a MATLAB .mat file"),
    EXAMPLE(KIND_ONNX, "\x08\x08\x12\x07pytorch\x1a\x05" "2.1.0:\xc8\x01\x0a\x06", "an ONNX model"),
    EXAMPLE(KIND_ONNX, "\x08\x04:\x02\x0a\0B\4\n\0\x10\x0d", "an ONNX model"),
    EXAMPLE(KIND_ONNX, "\x08\x0d\x28\x80\x80\x04\xa2\x01\0:\x01", "an ONNX model"),
    EXAMPLE(KIND_TFLITE, "\x1c\0\0\0TFL3\x14\0", "a TensorFlow Lite model"),
    EXAMPLE(KIND_GGUF, "GGUF\3\0\0\0", "a GGUF file"),
    EXAMPLE(KIND_PICKLE, "\x80\4\x95\x0b\0\0\0\0\0\0\0}", "a Python pickle"),
    EXAMPLE(KIND_PICKLE, "\x80\2}q\0.", "a Python pickle"),
    EXAMPLE(KIND_KALDI_MODEL, "\0B<Nnet> ", "a Kaldi model"),
    EXAMPLE(KIND_KALDI_MODEL, "<Nnet3> \ninput-node", "a Kaldi model"),
    EXAMPLE(KIND_KALDI_MODEL, "<TransitionModel> \n", "a Kaldi model"),
    EXAMPLE(KIND_KALDI_MATRIX, "\0BFM \4\2\0\0\0", "a Kaldi matrix file"),
    EXAMPLE(KIND_KALDI_MATRIX, "\0BCM \0", "a Kaldi matrix file"),
    EXAMPLE(KIND_KALDI_ARCHIVE, "spk1-utt1 \0BFM \4", "a Kaldi archive"),
    EXAMPLE(KIND_WAV, "RIFF\x24\0\0\0WAVEfmt ", "a WAV file (sound)"),
    EXAMPLE(KIND_FLAC, "fLaC\0", "a FLAC file (sound)"),
    EXAMPLE(KIND_GZIP, "\x1f\x8b\x08\0\0\0\0\0\0\3", "a gzip file"),
    EXAMPLE(KIND_BZIP2, "BZh91AY&SY\0", "a bzip2 file"),
    EXAMPLE(KIND_XZ, "\xfd" "7zXZ\0\0\4", "an xz file"),
    EXAMPLE(KIND_ZSTD, "\x28\xb5\x2f\xfd\4", "a zstd file"),
    EXAMPLE(KIND_LFS, "version https://git-lfs.github.com/spec/v1\noid sha256:",
            "a Git LFS pointer, not the file that it stands for"),
    EXAMPLE(KIND_HTML, "<!DOCTYPE html>\n", "a web page (HTML)"),
    EXAMPLE(KIND_HTML, "<!doctype html>\n", "a web page (HTML)"),
    EXAMPLE(KIND_HTML, "<html><body>", "a web page (HTML)"),
    EXAMPLE(KIND_TEXT, "0.5 1.5\n\t2e3\r\n", "plain text"),
    EXAMPLE(KIND_TEXT, "{\"lstm\": 1}", "plain text"),
    EXAMPLE(KIND_TEXT, "Gewichte f\xc3\xbcr \xe2\x82\xac 3 \xf0\x9f\x98\x80", "plain text"),
    EXAMPLE(KIND_TEXT, "cut within a sequence: \xe2\x82", "plain text"),
    EXAMPLE(KIND_TEXT, "x", "plain text"),
#undef EXAMPLE
};
enum { EXAMPLES = sizeof examples / sizeof examples[0] };

/* A block of exactly the size, so that nothing behind it is read unseen. */
static unsigned char *copy(const struct example *e)
{
    unsigned char *bytes = allocate(e->size, 1);
    memcpy(bytes, e->bytes, e->size);
    return bytes;
}

static void kinds_named(void **state)
{
    (void)state;
    for (int n = 0; n < EXAMPLES; n++) {
        unsigned char *bytes = copy(&examples[n]);
        enum file_kind kind = file_kind(bytes, examples[n].size);
        if (kind != examples[n].kind)
            fail_msg("taken for %s: what is %s", file_kind_name(kind), examples[n].is);
        assert_string_equal(file_kind_name(kind), examples[n].is);
        free(bytes);
    }
}

/* Both readers, as messages of one line. */
static void readers_name_the_kind(void **state)
{
    (void)state;
    for (int n = 0; n < EXAMPLES; n++) {
        unsigned char *bytes = copy(&examples[n]);
        char what[256];
        struct error error;
        struct npy array;
        struct safetensors file;
        if (examples[n].kind != KIND_NPY) {
            assert_false(npy_parse(&array, bytes, examples[n].size, "a.file", &error));
            snprintf(what, sizeof what, "a.file: is %s, expected a NumPy .npy file",
                     examples[n].is);
            assert_string_equal(error.text, what);
        }
        if (examples[n].kind != KIND_SAFETENSORS) {
            assert_false(safetensors_parse(&file, bytes, examples[n].size, "a.file", &error));
            snprintf(what, sizeof what, "a.file: is %s, expected a safetensors file",
                     examples[n].is);
            assert_string_equal(error.text, what);
        }
        free(bytes);
    }
}

/* What lies deeper in a file than a word of bytes. */
static void late_marks_found(void **state)
{
    (void)state;
    unsigned char bytes[1024] = {0};
    memcpy(bytes + 257, "ustar", 5);
    assert_int_equal(file_kind(bytes, 262), KIND_TAR);
    assert_int_equal(file_kind(bytes, 261), KIND_UNKNOWN);
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes + 512, "\x89HDF\r\n\x1a\n", 8);
    assert_int_equal(file_kind(bytes, 520), KIND_HDF5);
    assert_int_equal(file_kind(bytes, 519), KIND_UNKNOWN);
    /* the name of a zip's entry ends where the file does */
    memcpy(bytes, ZIP("\x10", "archive/data.pkl"), 46);
    assert_int_equal(file_kind(bytes, 46), KIND_TORCH_ZIP);
    assert_int_equal(file_kind(bytes, 45), KIND_ZIP);
    memset(bytes, 'a', sizeof bytes);
    assert_int_equal(file_kind(bytes, sizeof bytes), KIND_TEXT);
    bytes[sizeof bytes - 1] = 0;
    assert_int_equal(file_kind(bytes, sizeof bytes), KIND_UNKNOWN);
}

/* Bytes that only resemble a kind without a magic number. */
static void resemblances_not_named(void **state)
{
    (void)state;
#define UNKNOWN(bytes) {KIND_UNKNOWN, sizeof bytes - 1, bytes, bytes}
    static const struct example unknown[] = {
        UNKNOWN("\x93NUMP"),                       /* cut short */
        UNKNOWN("\1\0\0\0\0\0\0\0{"),              /* a header of one byte is no object */
        UNKNOWN("\2\0\0\0\0\0\0\0[]"),             /* a list */
        UNKNOWN("\2\0\0\0\0\0\0\0"),               /* nothing behind the length */
        UNKNOWN("\2\0\0\0\1\0\0\0{}"),             /* 2^32 bytes and two */
        UNKNOWN("\x08\0:\1"),                      /* ONNX: version 0 */
        UNKNOWN("\x08\x40:\1"),                    /* version 64 */
        UNKNOWN("\x08\x08:\0"),                    /* an empty graph */
        UNKNOWN("\x08\x08"),                       /* no graph */
        UNKNOWN(":\1\x08\x08"),                    /* no version ahead of it */
        UNKNOWN("\x08\x08\x12\x20pytorch:\1"),     /* a text beyond the end */
        UNKNOWN("\x08\x08\x4a\1x:\1"),             /* a field 9, which no model has */
        UNKNOWN("\x08\x08\x10\1:\1"),              /* a number where a text belongs */
        UNKNOWN("\x08\x08\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\1:\1"), /* 2^64 - 1 bytes */
        /* 2^64 - 13 bytes, which would lead back to what resembles a graph */
        UNKNOWN("\x08\x08\x12\2:\1\x12\xf3\xff\xff\xff\xff\xff\xff\xff\xff\1"),
        UNKNOWN("\x80\2\0\0\0\0\0\0"),             /* pickle: no opcode */
        UNKNOWN("\x80\1}q\0."),                    /* protocol 1 has no such byte */
        UNKNOWN("\x80\6}q\0."),
        UNKNOWN("\0BXX"),
        UNKNOWN("utterance\0B"),
        UNKNOWN(" \0BFM"),
        UNKNOWN("text and \x7f"),
        UNKNOWN("no UTF-8: \xc3("),
        UNKNOWN("no UTF-8: \xc1\x81"),
        UNKNOWN("no UTF-8: \xff"),
    };
#undef UNKNOWN
    for (size_t n = 0; n < sizeof unknown / sizeof unknown[0]; n++) {
        struct error error;
        unsigned char *bytes = copy(&unknown[n]);
        enum file_kind kind = file_kind(bytes, unknown[n].size);
        if (kind != KIND_UNKNOWN)
            fail_msg("number %zu was taken for %s", n, file_kind_name(kind));
        assert_true(file_kind_check(KIND_NPY, bytes, unknown[n].size, "a.file", &error));
        free(bytes);
    }
}

/* Every beginning of every example, in a block as long as it is: for the sanitizers. */
static void beginnings_are_harmless(void **state)
{
    (void)state;
    for (int n = 0; n < EXAMPLES; n++)
        for (size_t size = 0; size < examples[n].size; size++) {
            struct example part = examples[n];
            part.size = size;
            unsigned char *bytes = copy(&part);
            assert_true(file_kind(bytes, size) < KIND_COUNT);
            free(bytes);
        }
}

static void every_kind_has_a_name(void **state)
{
    (void)state;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        assert_true(strlen(file_kind_name((enum file_kind)kind)) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_named),
        cmocka_unit_test(readers_name_the_kind),
        cmocka_unit_test(late_marks_found),
        cmocka_unit_test(resemblances_not_named),
        cmocka_unit_test(beginnings_are_harmless),
        cmocka_unit_test(every_kind_has_a_name),
    };
    return cmocka_run_group_tests_name("kind", tests, NULL, NULL);
}
