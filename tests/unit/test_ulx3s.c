/* SPDX-License-Identifier: Apache-2.0
 * test_ulx3s.c - frames of the board's serial line as bytes and back, whole and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fpga/ulx3s/protocol.h"

#include <cmocka.h> /* last: it has a macro called fail */

enum { PAYLOAD = 40, FRAMES = 3 };

/* Bytes of which many need an escape. */
static void fill(unsigned char *payload, int seed)
{
    static const unsigned char special[] = {LINK_END, LINK_ESC, LINK_ESC_END, LINK_ESC_ESC};
    for (int n = 0; n < PAYLOAD; n++)
        payload[n] = n % 3 == seed % 3 ? (unsigned char)(n * 7 + seed) : special[(n + seed) % 4];
}

/* FRAMES frames with numbers 0, 1, 2; where each ends, unless that is NULL. */
static struct text make_line(size_t *ends)
{
    struct text line = {0};
    unsigned char payload[PAYLOAD];
    for (int f = 0; f < FRAMES; f++) {
        fill(payload, f);
        frame_append(&line, LINK_GO_ON, f, payload, PAYLOAD);
        if (ends != NULL)
            ends[f] = line.length;
    }
    return line;
}

/* Which frames are found in the bytes, a bit each; those that are found are as they were made. */
static int find(const char *bytes, size_t length)
{
    struct frame_finder finder = {0};
    unsigned char payload[PAYLOAD];
    int found = 0;
    for (size_t n = 0; n < length; n++)
        if (frame_found(&finder, (unsigned char)bytes[n])) {
            const unsigned char *frame = (const unsigned char *)finder.bytes.data;
            assert_int_equal(finder.bytes.length, KIND_AND_NUMBER + PAYLOAD);
            assert_int_equal(frame[0], LINK_GO_ON);
            assert_in_range(frame[1], 0, FRAMES - 1);
            fill(payload, frame[1]);
            assert_memory_equal(frame + KIND_AND_NUMBER, payload, PAYLOAD);
            found |= 1 << frame[1];
        }
    frame_finder_free(&finder);
    return found;
}

static void whole_frames(void **state)
{
    (void)state;
    struct text line = make_line(NULL);
    assert_int_equal(find(line.data, line.length), 7);
    text_free(&line);
}

/* CRC-16 of "123456789" with this polynomial, begun with ones, is 0x29b1. */
static void check_sum(void **state)
{
    (void)state;
    struct text line = {0};
    frame_append(&line, '1', '2', (const unsigned char *)"3456789", 7);
    static const unsigned char wanted[] = {LINK_END, '1', '2', '3', '4', '5', '6', '7', '8', '9',
                                           0x29, 0xb1, LINK_END};
    assert_int_equal(line.length, sizeof wanted);
    assert_memory_equal(line.data, wanted, sizeof wanted);
    text_free(&line);
}

/* A byte that is lost, changed or doubled costs no other frame than its own, and none comes out
 * wrong. */
static void damaged(void **state)
{
    (void)state;
    size_t ends[FRAMES];
    struct text line = make_line(ends);
    const size_t length = line.length;
    char *bytes = allocate(length + 1, 1);
    for (size_t at = 0, f = 0; at < length; at++) {
        f += at == ends[f];
        const int own = 1 << f;
        memcpy(bytes, line.data, at);
        memcpy(bytes + at, line.data + at + 1, length - at - 1);
        assert_int_equal(find(bytes, length - 1) | own, 7);
        memcpy(bytes + at + 1, line.data + at, length - at);
        bytes[at] = line.data[at];
        assert_int_equal(find(bytes, length + 1) | own, 7);
        memcpy(bytes, line.data, length);
        for (int bit = 0; bit < 8; bit++) {
            bytes[at] = (char)(line.data[at] ^ 1 << bit);
            assert_int_equal(find(bytes, length) | own, 7);
        }
    }
    text_free(&line);
    free(bytes);
}

/* What stands before the first boundary, or between two frames, harms neither. */
static void noise(void **state)
{
    (void)state;
    struct text line = {0}, good = make_line(NULL);
    text_append_bytes(&line, "noise \xdb", 7);
    text_append_bytes(&line, good.data, good.length);
    text_append_bytes(&line, "\xdb?\xc0\xc0\xc0 more", 10);
    text_append_bytes(&line, good.data, good.length);
    assert_int_equal(find(line.data, 7 + good.length), 7);
    assert_int_equal(find(line.data + 7 + good.length, good.length + 10), 7);
    text_free(&line);
    text_free(&good);
}

static void elements(void **state)
{
    (void)state;
    static const struct {
        int bits, bytes;
    } widths[] = {{8, 1}, {9, 2}, {12, 2}, {16, 2}, {17, 3}, {18, 3}};
    for (size_t n = 0; n < sizeof widths / sizeof *widths; n++) {
        const int bytes = widths[n].bytes;
        const int32_t most = (INT32_C(1) << (widths[n].bits - 1)) - 1;
        const int32_t values[] = {0, 1, -1, most, -most - 1, 0x55 & most, -0x33};
        unsigned char at[4] = {0, 0, 0, 0xa5};
        assert_int_equal(element_bytes(widths[n].bits), bytes);
        for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
            element_store(at, bytes, values[v]);
            assert_int_equal(at[0], values[v] & 0xff);
            assert_int_equal(element_load(at, bytes), values[v]);
        }
        assert_int_equal(at[3], 0xa5);
    }
}

static void identity(void **state)
{
    (void)state;
    static const unsigned char payload[IDENTITY_BYTES] = {1, 18, 0x99, 0, 0, 2, 7, 4, 3, 2, 0xf1};
    struct identity who = identity_load(payload);
    assert_int_equal(who.version, 1);
    assert_int_equal(who.activation_bits, 18);
    assert_int_equal(who.x_size, 153);
    assert_int_equal(who.y_size, 512);
    assert_int_equal(who.window, 7);
    assert_int_equal(who.hash, 0xf1020304);
}

static void reasons(void **state)
{
    (void)state;
    assert_null(reason_text(0));
    assert_null(reason_text(REASON_COUNT));
    for (int reason = 1; reason < REASON_COUNT; reason++)
        assert_non_null(reason_text(reason));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_frames), cmocka_unit_test(check_sum), cmocka_unit_test(damaged),
        cmocka_unit_test(noise),        cmocka_unit_test(elements),  cmocka_unit_test(identity),
        cmocka_unit_test(reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
