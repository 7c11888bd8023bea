/* SPDX-License-Identifier: Apache-2.0
 * axi_check_write.c - the rules of the write channels. */
#include "axi_check.h"

#include <string.h>

#include "axi_request.h"
#include "findings.h"
#include "memory.h"

static const char NAME[] = "m_axi_data";

enum { BEAT_WORDS = MEMORY_BEAT_BYTES / 4, STROBE_WORDS = MEMORY_BEAT_BYTES / 32, LENGTHS = 64 };

static struct {
    bool address_waiting, data_waiting; /* shown and not taken */
    uint32_t held_address[PORT_WORDS];
    uint32_t held_data[BEAT_WORDS], held_strobes[STROBE_WORDS];
    bool held_last;
    /* Bursts so far, by address and by data; the lengths of those that only one of them has told. */
    uint64_t addresses, bursts;
    uint32_t by_address[LENGTHS], by_data[LENGTHS];
    uint32_t beats;                     /* of the burst of data under way */
    int64_t stuck;                      /* clocks that an answer waits */
} writes;

static bool any(const uint32_t *words, uint32_t count)
{
    for (uint32_t i = 0; words != NULL && i < count; i++)
        if (words[i] != 0)
            return true;
    return false;
}

void axi_check_writes_reset(void)
{
    memset(&writes, 0, sizeof writes);
}

void axi_check_writes_in_reset(const struct vector *seen)
{
    uint32_t mask = WRITE_AW_VALID | WRITE_W_VALID;
    if (unknown_word(seen, 2) & mask)
        violation(AT "%s_awvalid or wvalid is X in reset", HERE, NAME);
    else if (seen->value[2] & mask)
        violation(AT "%s_%s is high in reset", HERE, NAME,
                  seen->value[2] & WRITE_AW_VALID ? "awvalid" : "wvalid");
}

/* ---- addresses ------------------------------------------------------------------------------------ */

static void check_new_address(const struct vector *seen, struct memory *memory, bool allowed)
{
    if (unknown_word(seen, 0) | unknown_word(seen, 1) | (unknown_word(seen, 2) & PORT_PAYLOAD)) {
        violation(AT "%s shows a write address with X in it", HERE, NAME);
        return;
    }
    uint32_t most = harness.plan.memory_outstanding;
    struct axi_request request = {
        .port = NAME,
        .channel = "aw",
        .address = seen->value[0] | (uint64_t)seen->value[1] << 32,
        .flags = seen->value[2],
        .outstanding = memory->writes.count,
        .most = most != 0 ? most : AXI_WRITES,
        .allowed = allowed,
    };
    axi_check_request(&request, memory);
    uint32_t beats = (request.flags >> PORT_LENGTH & 255) + 1;
    uint64_t bytes = (uint64_t)beats * memory->beat_bytes;
    const struct memory_region *region = memory_find(memory, request.address, bytes);
    if (region == NULL || !region->writable ||
        request.address + bytes > region->base + region->bytes)
        violation(AT "%s writes %u beats from %llx, where nothing is to be written", HERE, NAME,
                  beats, (unsigned long long)request.address);
}

/* An address is taken: does it agree with the data, if that was ahead? */
static void address_taken(uint32_t beats)
{
    uint64_t burst = writes.addresses++;
    writes.by_address[burst % LENGTHS] = beats;
    if (burst < writes.bursts && writes.by_data[burst % LENGTHS] != beats)
        violation(AT "%s: a burst of %u beats had WLAST at beat %u", HERE, NAME, beats,
                  writes.by_data[burst % LENGTHS]);
    else if (burst == writes.bursts && writes.beats >= beats)
        violation(AT "%s: a burst of %u beats had no WLAST at its end", HERE, NAME, beats);
}

static void check_address(const struct vector *seen, struct memory *memory, bool allowed)
{
    uint32_t flags = seen->value[2] & ~unknown_word(seen, 2);
    bool valid = flags & WRITE_AW_VALID;
    if (unknown_word(seen, 2) & WRITE_AW_VALID)
        violation(AT "%s_awvalid is X", HERE, NAME);
    if (writes.address_waiting && !valid)
        violation(AT "%s_awvalid fell before it was taken", HERE, NAME);
    else if (writes.address_waiting && (writes.held_address[0] != seen->value[0] ||
                                        writes.held_address[1] != seen->value[1] ||
                                        (writes.held_address[2] ^ seen->value[2]) & PORT_PAYLOAD))
        violation(AT "%s: the write address channel changed while it waited", HERE, NAME);
    else if (valid && !writes.address_waiting)
        check_new_address(seen, memory, allowed);
    writes.address_waiting = valid && !memory->drive.aw_ready;
    memcpy(writes.held_address, seen->value, sizeof writes.held_address);
    if (valid && memory->drive.aw_ready)
        address_taken((flags >> PORT_LENGTH & 255) + 1);
}

/* ---- data ----------------------------------------------------------------------------------------- */

static void check_new_beat(const struct axi_sample *seen, const struct memory *memory, bool allowed)
{
    uint32_t strobe_bits = memory->beat_bytes;
    if (!allowed)
        violation(AT "%s_wvalid is high while the chip is stopped", HERE, NAME);
    if (unknown_word(&seen->write, 2) & WRITE_W_LAST)
        violation(AT "%s_wlast is X", HERE, NAME);
    if (any(seen->w_data.unknown, memory->data_bits / 32))
        violation(AT "%s_wdata has X in it", HERE, NAME);
    if (any(seen->w_strobes.unknown, (strobe_bits + 31) / 32)) {
        violation(AT "%s_wstrb has X in it", HERE, NAME);
        return;
    }
    for (uint32_t i = 0; i < strobe_bits; i++)
        if (!(seen->w_strobes.value[i / 32] >> i % 32 & 1)) {
            violation(AT "%s_wstrb is not all ones: byte %u", HERE, NAME, i);
            return;
        }
}

/* A beat is taken: is WLAST where the address says, if that is known? */
static void beat_taken(bool last)
{
    uint64_t burst = writes.bursts;
    bool known = burst < writes.addresses;
    uint32_t beats = known ? writes.by_address[burst % LENGTHS] : 0;
    writes.beats++;
    if (known && last != (writes.beats == beats))
        violation(AT "%s_wlast is %d at beat %u of %u", HERE, NAME, last, writes.beats, beats);
    if (!last && !(known && writes.beats == beats))
        return;
    writes.by_data[burst % LENGTHS] = writes.beats;
    writes.bursts++;
    writes.beats = 0;
}

static void check_data(const struct axi_sample *seen, const struct memory *memory, bool allowed)
{
    uint32_t flags = seen->write.value[2] & ~unknown_word(&seen->write, 2);
    bool valid = flags & WRITE_W_VALID, last = flags & WRITE_W_LAST;
    uint32_t words = memory->data_bits / 32, strobes = (memory->beat_bytes + 31) / 32;
    if (unknown_word(&seen->write, 2) & WRITE_W_VALID)
        violation(AT "%s_wvalid is X", HERE, NAME);
    if (writes.data_waiting && !valid)
        violation(AT "%s_wvalid fell before it was taken", HERE, NAME);
    else if (writes.data_waiting &&
             (writes.held_last != last ||
              memcmp(writes.held_data, seen->w_data.value, words * sizeof *writes.held_data) != 0 ||
              memcmp(writes.held_strobes, seen->w_strobes.value,
                     strobes * sizeof *writes.held_strobes) != 0))
        violation(AT "%s: the write data channel changed while it waited", HERE, NAME);
    else if (valid && !writes.data_waiting)
        check_new_beat(seen, memory, allowed);
    writes.data_waiting = valid && !memory->drive.w_ready;
    if (!valid)
        return;
    if (memory->drive.w_ready) {
        beat_taken(last);
        return;
    }
    memcpy(writes.held_data, seen->w_data.value, words * sizeof *writes.held_data);
    memcpy(writes.held_strobes, seen->w_strobes.value, strobes * sizeof *writes.held_strobes);
    writes.held_last = last;
}

void axi_check_writes(const struct axi_sample *seen, struct memory *memory, bool allowed)
{
    uint32_t flags = seen->write.value[2] & ~unknown_word(&seen->write, 2);
    check_address(&seen->write, memory, allowed);
    check_data(seen, memory, allowed);
    if (unknown_word(&seen->write, 2) & WRITE_B_READY)
        violation(AT "%s_bready is X", HERE, NAME);
    writes.stuck = memory->drive.b_valid && !(flags & WRITE_B_READY) ? writes.stuck + 1 : 0;
    if (writes.stuck == AXI_READY_LIMIT)
        violation(AT "%s_bready is low for %d clocks", HERE, NAME, AXI_READY_LIMIT);
}
