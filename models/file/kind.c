/* SPDX-License-Identifier: Apache-2.0
 * kind.c - what a file is by its first bytes. */
#include "models/file/kind.h"

#include <stdint.h>
#include <string.h>

#include "models/base/bytes.h"

static const char *const names[KIND_COUNT] = {
    [KIND_UNKNOWN] = "of an unknown kind",
    [KIND_EMPTY] = "an empty file",
    [KIND_NPY] = "a NumPy .npy file",
    [KIND_SAFETENSORS] = "a safetensors file",
    [KIND_TORCH_ZIP] = "a PyTorch checkpoint (zip)",
    [KIND_TORCH_PICKLE] = "a PyTorch checkpoint (pickle)",
    [KIND_KERAS] = "a Keras model (zip)",
    [KIND_NPZ] = "a NumPy .npz file (zip)",
    [KIND_ZIP] = "a zip archive (.npz?)",
    [KIND_HDF5] = "an HDF5 file (Keras?)",
    [KIND_MATLAB] = "a MATLAB .mat file",
    [KIND_ONNX] = "an ONNX model",
    [KIND_TFLITE] = "a TensorFlow Lite model",
    [KIND_GGUF] = "a GGUF file",
    [KIND_PICKLE] = "a Python pickle",
    [KIND_KALDI_MODEL] = "a Kaldi model",
    [KIND_KALDI_MATRIX] = "a Kaldi matrix file",
    [KIND_KALDI_ARCHIVE] = "a Kaldi archive",
    [KIND_WAV] = "a WAV file (sound)",
    [KIND_FLAC] = "a FLAC file (sound)",
    [KIND_GZIP] = "a gzip file",
    [KIND_BZIP2] = "a bzip2 file",
    [KIND_XZ] = "an xz file",
    [KIND_ZSTD] = "a zstd file",
    [KIND_TAR] = "a tar archive",
    [KIND_LFS] = "a Git LFS pointer, not the file that it stands for",
    [KIND_HTML] = "a web page (HTML)",
    [KIND_TEXT] = "plain text",
};

/* What begins alike stands in order: the longer one first. */
static const struct magic {
    enum file_kind kind;
    unsigned at, length;
    const char *bytes;
} magics[] = {
#define MAGIC(kind, at, text) {kind, at, sizeof text - 1, text}
    MAGIC(KIND_NPY, 0, "\x93NUMPY"),
    MAGIC(KIND_MATLAB, 0, "MATLAB 5.0 MAT-file"),
    MAGIC(KIND_MATLAB, 0, "MATLAB 7.3 MAT-file"), /* an HDF5 file from byte 512 on */
    MAGIC(KIND_HDF5, 0, "\x89HDF\r\n\x1a\n"),
    MAGIC(KIND_HDF5, 512, "\x89HDF\r\n\x1a\n"),
    MAGIC(KIND_TFLITE, 4, "TFL3"),
    MAGIC(KIND_GGUF, 0, "GGUF"),
    MAGIC(KIND_TORCH_PICKLE, 0, "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"),
    MAGIC(KIND_KALDI_MODEL, 0, "\0B<"),
    MAGIC(KIND_KALDI_MODEL, 0, "<Nnet"),
    MAGIC(KIND_KALDI_MODEL, 0, "<TransitionModel>"),
    MAGIC(KIND_KALDI_MATRIX, 0, "\0BFM"),
    MAGIC(KIND_KALDI_MATRIX, 0, "\0BDM"),
    MAGIC(KIND_KALDI_MATRIX, 0, "\0BCM"),
    MAGIC(KIND_KALDI_MATRIX, 0, "\0BFV"),
    MAGIC(KIND_KALDI_MATRIX, 0, "\0BDV"),
    MAGIC(KIND_WAV, 8, "WAVE"),
    MAGIC(KIND_FLAC, 0, "fLaC"),
    MAGIC(KIND_GZIP, 0, "\x1f\x8b\x08"),
    MAGIC(KIND_BZIP2, 0, "BZh"),
    MAGIC(KIND_XZ, 0, "\xfd" "7zXZ\0"),
    MAGIC(KIND_ZSTD, 0, "\x28\xb5\x2f\xfd"),
    MAGIC(KIND_TAR, 257, "ustar"),
    MAGIC(KIND_LFS, 0, "version https://git-lfs"),
    MAGIC(KIND_HTML, 0, "<!DOCTYPE"),
    MAGIC(KIND_HTML, 0, "<!doctype"),
    MAGIC(KIND_HTML, 0, "<html"),
#undef MAGIC
};

enum {
    TEXT_PROBE = 1024,  /* so much of a file must be text for it to be called text */
    LONGEST_KEY = 256,  /* of an utterance in a Kaldi archive */
    LATEST_IR = 63,     /* ONNX: versions are at 13 after ten years */
    MODEL_FIELDS = 64   /* ONNX: fields before the graph, one of each and a few that repeat */
};

static bool begins(const unsigned char *bytes, size_t size, unsigned at, const char *magic,
                   unsigned length)
{
    return size >= at && size - at >= length && memcmp(bytes + at, magic, length) == 0;
}

/* A length below 2^32, and the brace that a header has to begin with: no magic number passes. */
static bool is_safetensors(const unsigned char *bytes, size_t size)
{
    return size > 8 && load_u32(bytes + 4) == 0 && load_u32(bytes) >= 2 && bytes[8] == '{';
}

/* --- zip ------------------------------------------------------------------------------------- */

static bool contains(const char *name, size_t length, const char *part)
{
    return memmem(name, length, part, strlen(part)) != NULL;
}

static bool ends(const char *name, size_t length, const char *ending)
{
    size_t tail = strlen(ending);
    return length >= tail && memcmp(name + length - tail, ending, tail) == 0;
}

/* By the name of the first entry: a local header has its length at 26 and the name from 30 on. */
static enum file_kind kind_of_zip(const unsigned char *bytes, size_t size)
{
    static const char *const of_torch[] = {"/data.pkl", "/data/",     "/version",   "/byteorder",
                                           "/.data/",   "/constants", "/.format_version",
                                           "/code/"};
    const size_t start = 30;
    if (size < start)
        return KIND_ZIP;
    const char *name = (const char *)bytes + start;
    size_t length = load_u16(bytes + 26);
    if (length > size - start)
        length = size - start;
    for (size_t i = 0; i < sizeof of_torch / sizeof of_torch[0]; i++)
        if (contains(name, length, of_torch[i]))
            return KIND_TORCH_ZIP;
    if (ends(name, length, ".npy"))
        return KIND_NPZ;
    if (ends(name, length, "metadata.json") || ends(name, length, "config.json") ||
        ends(name, length, ".weights.h5"))
        return KIND_KERAS;
    return KIND_ZIP;
}

/* --- ONNX ------------------------------------------------------------------------------------ */

static bool read_varint(const unsigned char **at, const unsigned char *end, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
        unsigned char byte = *(*at)++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

/* A ModelProto has no magic number: it must begin with a likely ir_version, and every field up to
 * the graph must be one that a model has, of the right type and within the file. */
static bool is_onnx(const unsigned char *bytes, size_t size)
{
    enum { IR_VERSION = 1 << 3, MODEL_VERSION = 5 << 3, GRAPH = 7 << 3 | 2 };
    static const unsigned texts[] = {2, 3, 4, 6, 8, 14, 20, 25, 26}; /* producer_name ... */
    const unsigned char *at = bytes, *end = bytes + size;
    uint64_t tag, value;
    for (int field = 0; field < MODEL_FIELDS; field++) {
        if (!read_varint(&at, end, &tag) || !read_varint(&at, end, &value))
            return false;
        if (field == 0 && (tag != IR_VERSION || value < 1 || value > LATEST_IR))
            return false;
        if (tag == GRAPH)
            return field > 0 && value > 0; /* it may be cut short */
        if (tag == IR_VERSION || tag == MODEL_VERSION)
            continue;
        bool known = false;
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
            known = known || tag == (texts[i] << 3 | 2);
        if (!known || value > (uint64_t)(end - at))
            return false;
        at += value;
    }
    return false;
}

/* --- what has no magic number ---------------------------------------------------------------- */

/* Protocol 2 to 5, then an opcode. */
static bool is_pickle(const unsigned char *bytes, size_t size)
{
    return size >= 3 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5 && bytes[2] > ' ' &&
           bytes[2] <= 0x98;
}

/* "KEY \0B..." */
static bool is_kaldi_archive(const unsigned char *bytes, size_t size)
{
    size_t key = 0;
    while (key < size && key < LONGEST_KEY && bytes[key] > ' ' && bytes[key] != 0x7f)
        key++;
    return key > 0 && size - key >= 3 && memcmp(bytes + key, " \0B", 3) == 0;
}

/* Bytes of the UTF-8 sequence that starts here, 0 if none does.  One that the end of the probe
 * cuts counts as whole. */
static size_t sequence(const unsigned char *bytes, size_t size)
{
    unsigned char first = bytes[0];
    if (first < 0x80)
        return (first >= ' ' && first != 0x7f) || (first >= '\t' && first <= '\r') ? 1 : 0;
    size_t length = first >= 0xf8   ? 0
                    : first >= 0xf0 ? 4
                    : first >= 0xe0 ? 3
                    : first >= 0xc2 ? 2
                                    : 0;
    if (length > size)
        length = size;
    for (size_t i = 1; i < length; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

static bool is_text(const unsigned char *bytes, size_t size)
{
    size_t probe = size < TEXT_PROBE ? size : TEXT_PROBE;
    for (size_t at = 0; at < probe;) {
        size_t length = sequence(bytes + at, probe - at);
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

enum file_kind file_kind(const unsigned char *bytes, size_t size)
{
    if (size == 0)
        return KIND_EMPTY;
    if (is_safetensors(bytes, size))
        return KIND_SAFETENSORS;
    if (begins(bytes, size, 0, "PK\3\4", 4) || begins(bytes, size, 0, "PK\5\6", 4))
        return kind_of_zip(bytes, size);
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (begins(bytes, size, magics[i].at, magics[i].bytes, magics[i].length))
            return magics[i].kind;
    if (is_pickle(bytes, size))
        return KIND_PICKLE;
    if (is_kaldi_archive(bytes, size))
        return KIND_KALDI_ARCHIVE;
    if (is_onnx(bytes, size))
        return KIND_ONNX;
    return is_text(bytes, size) ? KIND_TEXT : KIND_UNKNOWN;
}

const char *file_kind_name(enum file_kind kind)
{
    return names[kind];
}

bool file_kind_check(enum file_kind wanted, const unsigned char *bytes, size_t size,
                     const char *name, struct error *error)
{
    enum file_kind kind = file_kind(bytes, size);
    return kind == wanted || kind == KIND_UNKNOWN ||
           fail(error, "%s: is %s, expected %s", name, names[kind], names[wanted]);
}
