/* SPDX-License-Identifier: Apache-2.0
 * onnx.c - ModelProto and TensorProto out of bytes that nobody has checked. */
#include "models/file/onnx.h"

#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/file/kind.h"
#include "models/file/onnx_message.h"
#include "onnx.pb-c.h"

/* ---- what unpacking may take ----------------------------------------------------------------- */

enum {
    DEPTH_MOST = 64,      /* of messages in each other; a graph in a node of a graph takes three */
    MEMORY_PER_BYTE = 48, /* an empty node is two bytes in the file and a hundred here */
    MEMORY_SMALL = 1 << 20
};
static const size_t MEMORY_MORE = (size_t)1 << 30; /* than the file itself, at most */

struct purse {
    size_t left;
};

static void *take_memory(void *data, size_t size)
{
    struct purse *purse = data;
    if (size > purse->left)
        return NULL;
    purse->left -= size;
    return malloc(size);
}

static void give_memory(void *data, void *pointer)
{
    (void)data;
    free(pointer);
}

static size_t memory_for(size_t size)
{
    const size_t many = size * MEMORY_PER_BYTE + MEMORY_SMALL, most = size + MEMORY_MORE;
    return many < most ? many : most;
}

/* ---- the wire -------------------------------------------------------------------------------- */

enum { VARINT = 0, BITS_64 = 1, LENGTH = 2, BITS_32 = 5 };

struct wire {
    const unsigned char *start, *at, *end; /* of the whole file; what is left of a message */
};

static bool take_varint(struct wire *w, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && w->at < w->end; shift += 7) {
        const unsigned char byte = *w->at++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static bool take_bytes(struct wire *w, uint64_t count)
{
    if (count > (uint64_t)(w->end - w->at))
        return false;
    w->at += count;
    return true;
}

static bool check_message(struct wire *w, const ProtobufCMessageDescriptor *of, int depth);

/* A field, and what is in it if that is a message.  `w` ends behind it. */
static bool check_field(struct wire *w, const ProtobufCMessageDescriptor *of, int depth)
{
    uint64_t tag, length;
    if (!take_varint(w, &tag) || tag >> 3 == 0 || tag >> 3 > UINT32_MAX >> 3)
        return false;
    switch (tag & 7) {
    case VARINT:
        return take_varint(w, &length);
    case BITS_64:
        return take_bytes(w, 8);
    case BITS_32:
        return take_bytes(w, 4);
    case LENGTH:
        break;
    default:
        return false;
    }
    if (!take_varint(w, &length))
        return false;
    struct wire inner = {w->start, w->at, w->at};
    if (!take_bytes(w, length))
        return false;
    inner.end = w->at;
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(of, (unsigned)(tag >> 3));
    if (field == NULL || field->type != PROTOBUF_C_TYPE_MESSAGE ||
        check_message(&inner, field->descriptor, depth + 1))
        return true;
    w->at = inner.at; /* where it is wrong */
    return false;
}

static bool check_message(struct wire *w, const ProtobufCMessageDescriptor *of, int depth)
{
    if (depth > DEPTH_MOST)
        return false;
    while (w->at < w->end)
        if (!check_field(w, of, depth))
            return false;
    return true;
}

struct ProtobufCMessage *onnx_unpack(const ProtobufCMessageDescriptor *of, const void *bytes,
                                     size_t size, const char *name, struct error *error)
{
    struct wire w = {bytes, bytes, (const unsigned char *)bytes + size};
    if (!check_message(&w, of, 0)) {
        fail(error, "%s: is no ONNX %s, or is cut or damaged, at byte %zu of %zu (or its messages "
             "lie in each other more than %d deep)", name, of->short_name,
             (size_t)(w.at - w.start), size, DEPTH_MOST);
        return NULL;
    }
    struct purse purse = {memory_for(size)};
    ProtobufCAllocator allocator = {take_memory, give_memory, &purse};
    ProtobufCMessage *message = protobuf_c_message_unpack(of, &allocator, size, bytes);
    if (message == NULL)
        fail(error, "%s: is no ONNX %s: its fields are not what they should be, or need too much "
             "memory for a file of %zu bytes", name, of->short_name, size);
    return message;
}

/* ---- a model --------------------------------------------------------------------------------- */

bool onnx_parse(struct onnx *file, const void *bytes, size_t size, const char *name,
                struct error *error)
{
    char shown[PRINTABLE_PATH];
    printable(shown, sizeof shown, name);
    *file = (struct onnx){.size = size};
    if (!file_kind_check(KIND_ONNX, bytes, size, shown, error))
        return false;
    file->model = (Onnx__ModelProto *)onnx_unpack(&onnx__model_proto__descriptor, bytes, size,
                                                  shown, error);
    if (file->model == NULL)
        return false;
    file->name = duplicate(shown);
    if (file->model->graph != NULL)
        return true;
    fail(error, "%s: is an ONNX model without a graph", shown);
    onnx_close(file);
    return false;
}

bool onnx_open(struct onnx *file, const char *path, struct error *error)
{
    unsigned char *bytes;
    size_t size;
    *file = (struct onnx){0};
    if (!bytes_read(path, &bytes, &size, error))
        return false;
    const bool good = onnx_parse(file, bytes, size, path, error);
    free(bytes);
    if (!good)
        return false;
    const char *slash = strrchr(path, '/');
    file->folder = duplicate(slash == NULL ? "." : path);
    if (slash != NULL)
        file->folder[slash - path + (slash == path)] = '\0';
    return true;
}

void onnx_close(struct onnx *file)
{
    if (file->model != NULL)
        onnx__model_proto__free_unpacked(file->model, NULL);
    free(file->name);
    free(file->folder);
    *file = (struct onnx){0};
}
