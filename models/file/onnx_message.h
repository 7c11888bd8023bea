/* SPDX-License-Identifier: Apache-2.0
 * onnx_message.h - bytes as a message of onnx.proto. */
#ifndef ESE_ONNX_MESSAGE_H
#define ESE_ONNX_MESSAGE_H

#include <stddef.h>

#include "models/base/error.h"

struct ProtobufCMessage;
struct ProtobufCMessageDescriptor;

/* The caller frees it; NULL: `error` says why.  `name` is printable. */
struct ProtobufCMessage *onnx_unpack(const struct ProtobufCMessageDescriptor *of,
                                     const void *bytes, size_t size, const char *name,
                                     struct error *error);

#endif
