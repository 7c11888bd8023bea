/* SPDX-License-Identifier: Apache-2.0
 * protocol.h - the numbers of protocol.def for the host, and frames as bytes of the line. */
#ifndef ESE_ULX3S_PROTOCOL_H
#define ESE_ULX3S_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/text.h"

enum {
#define LINK(name, bits, value, meaning) LINK_##name = value,
#include "fpga/ulx3s/protocol.def"
    REASON_COUNT = LINK_ROOM + 1 /* reasons begin with 1 */
};

/* What LINK_HELLO carries. */
struct identity {
    int version, activation_bits;
    int x_size, y_size; /* elements */
    int window;         /* frames that may be without answer */
    uint32_t hash;      /* of the chip's configuration */
};

enum { IDENTITY_BYTES = 11, KIND_AND_NUMBER = 2, CHECK_BYTES = 2 };

/* rtl/protocol.vh. */
void protocol_verilog(struct text *text);

/* "wrong check sum"; NULL: no such reason. */
const char *reason_text(int reason);

/* Appends a frame with its boundaries, escapes and check sum to the bytes of a line. */
void frame_append(struct text *line, int kind, int number, const unsigned char *payload,
                  size_t length);

/* Frames found in the bytes of a line. */
struct frame_finder {
    struct text bytes; /* of the frame so far, escapes undone */
    bool escaped, spoilt, ended;
};

/* Takes a byte.  True: it ended a frame without fault, whose bytes without check sum `finder` holds
 * until the next call.  Frames with a fault are left out. */
bool frame_found(struct frame_finder *finder, unsigned char byte);
void frame_finder_free(struct frame_finder *finder);

/* Bytes of an element on the line, and an element of that many bytes, lowest first. */
int element_bytes(int activation_bits);
void element_store(unsigned char *at, int bytes, int32_t value);
int32_t element_load(const unsigned char *at, int bytes);

/* The payload of LINK_HELLO. */
struct identity identity_load(const unsigned char *payload);

#endif
