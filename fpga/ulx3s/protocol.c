/* SPDX-License-Identifier: Apache-2.0 */
#include "fpga/ulx3s/protocol.h"

#include "models/base/bytes.h"

/* ---- numbers --------------------------------------------------------------------------------- */

void protocol_verilog(struct text *text)
{
    static const struct {
        const char *name;
        int bits, value;
        const char *meaning;
    } lines[] = {
#define LINK(name, bits, value, meaning) {#name, bits, value, meaning},
#include "fpga/ulx3s/protocol.def"
    };
    text_append(text, "// SPDX-License-Identifier: Apache-2.0\n"
                      "// protocol.vh - numbers of the serial line, from protocol.def by "
                      "`ulx3s_host protocol`; do not edit.\n");
    for (size_t n = 0; n < sizeof lines / sizeof *lines; n++)
        text_appendf(text, "`define LINK_%-11s %2d'h%0*x // %s\n", lines[n].name, lines[n].bits,
                     lines[n].bits / 4, (unsigned)lines[n].value, lines[n].meaning);
}

const char *reason_text(int reason)
{
    switch (reason) {
#define REASON(name, bits, value, meaning) case LINK_##name: return meaning;
#include "fpga/ulx3s/protocol.def"
    default:
        return NULL;
    }
}

/* ---- frames ---------------------------------------------------------------------------------- */

/* x^16 + x^12 + x^5 + 1, the highest bit first. */
static uint16_t crc_next(uint16_t crc, unsigned char byte)
{
    crc = (uint16_t)(crc ^ byte << 8);
    for (int bit = 0; bit < 8; bit++)
        crc = (uint16_t)(crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0));
    return crc;
}

static void append_escaped(struct text *line, unsigned char byte)
{
    if (byte != LINK_END && byte != LINK_ESC) {
        text_append_char(line, (char)byte);
        return;
    }
    text_append_char(line, (char)LINK_ESC);
    text_append_char(line, (char)(byte == LINK_END ? LINK_ESC_END : LINK_ESC_ESC));
}

void frame_append(struct text *line, int kind, int number, const unsigned char *payload,
                  size_t length)
{
    const unsigned char head[KIND_AND_NUMBER] = {(unsigned char)kind, (unsigned char)number};
    uint16_t crc = LINK_CRC_START;
    text_append_char(line, (char)LINK_END);
    for (size_t n = 0; n < KIND_AND_NUMBER + length; n++) {
        unsigned char byte = n < KIND_AND_NUMBER ? head[n] : payload[n - KIND_AND_NUMBER];
        append_escaped(line, byte);
        crc = crc_next(crc, byte);
    }
    append_escaped(line, (unsigned char)(crc >> 8));
    append_escaped(line, (unsigned char)(crc & 0xff));
    text_append_char(line, (char)LINK_END);
}

/* The frame has ended: is it good?  Its check sum is taken off. */
static bool is_good(struct frame_finder *finder)
{
    uint16_t crc = LINK_CRC_START;
    for (size_t n = 0; n < finder->bytes.length; n++)
        crc = crc_next(crc, (unsigned char)finder->bytes.data[n]);
    if (finder->spoilt || finder->escaped || crc != 0 ||
        finder->bytes.length < KIND_AND_NUMBER + CHECK_BYTES)
        return false;
    text_cut(&finder->bytes, finder->bytes.length - CHECK_BYTES);
    return true;
}

/* A byte within a frame. */
static void take(struct frame_finder *finder, unsigned char byte)
{
    if (byte == LINK_ESC && !finder->escaped) {
        finder->escaped = true;
        return;
    }
    if (finder->escaped && byte != LINK_ESC_END && byte != LINK_ESC_ESC)
        finder->spoilt = true;
    if (finder->escaped)
        byte = byte == LINK_ESC_END ? LINK_END : LINK_ESC;
    finder->escaped = false;
    text_append_char(&finder->bytes, (char)byte);
}

bool frame_found(struct frame_finder *finder, unsigned char byte)
{
    if (finder->ended) {
        text_cut(&finder->bytes, 0);
        finder->ended = finder->spoilt = finder->escaped = false;
    }
    if (byte != LINK_END) {
        take(finder, byte);
        return false;
    }
    finder->ended = true;
    return is_good(finder);
}

void frame_finder_free(struct frame_finder *finder)
{
    text_free(&finder->bytes);
}

/* ---- payloads -------------------------------------------------------------------------------- */

int element_bytes(int activation_bits)
{
    return (activation_bits + 7) / 8;
}

void element_store(unsigned char *at, int bytes, int32_t value)
{
    for (int n = 0; n < bytes; n++)
        at[n] = (unsigned char)((uint32_t)value >> 8 * n & 0xff);
}

int32_t element_load(const unsigned char *at, int bytes)
{
    uint32_t value = at[bytes - 1] & 0x80 ? UINT32_MAX : 0; /* the sign, all the way up */
    for (int n = bytes - 1; n >= 0; n--)
        value = value << 8 | at[n];
    return (int32_t)value;
}

struct identity identity_load(const unsigned char *payload)
{
    return (struct identity){.version = payload[0],
                             .activation_bits = payload[1],
                             .x_size = load_u16(payload + 2),
                             .y_size = load_u16(payload + 4),
                             .window = payload[6],
                             .hash = load_u32(payload + 7)};
}
