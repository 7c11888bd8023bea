/* SPDX-License-Identifier: Apache-2.0
 * host_access.c - within an access the five channels are driven in a random order. */
#include "host_access.h"

#include <string.h>

#include "bins.h"
#include "ese_registers.h"
#include "findings.h"
#include "memory.h"
#include "ports.h"

enum {
    ACCESS_LIMIT = 2000, /* clocks; the checker has spoken long before */
    ACCESSES = 256,
    STROBES = 15,     /* all bytes of a register */
    WORD_BYTES = 4,
    REGISTER_SPACE = 4096
};

static struct {
    uint64_t random;
    access_event *begins, *ends;
    struct access list[ACCESSES];
    uint32_t count, at;

    /* the access under way */
    bool busy, address_sent, data_sent;
    uint32_t address_wait, data_wait, answer_wait, pause;
    int64_t begun;
    uint32_t drive[3];
} accesses;

uint32_t access_draw(void)
{
    return stimulus_draw(&accesses.random);
}

void access_reset(uint64_t seed, access_event *begins, access_event *ends)
{
    memset(&accesses, 0, sizeof accesses);
    accesses.random = seed;
    accesses.begins = begins;
    accesses.ends = ends;
}

void access_add(struct access access)
{
    if (accesses.at == accesses.count)
        accesses.at = accesses.count = 0;
    accesses.list[accesses.count++] = access;
}

void write_register(uint32_t address, uint32_t data)
{
    access_add((struct access){.write = true, .address = address, .data = data});
}

void write_bytes(uint32_t address, uint32_t data)
{
    uint32_t first = access_draw();
    for (uint32_t n = 0; n < WORD_BYTES; n++) {
        uint32_t byte = (first + n) % WORD_BYTES, mask = UINT32_C(255) << 8 * byte;
        access_add((struct access){.write = true, .address = address + byte,
                                   .data = (data & mask) | (access_draw() & ~mask),
                                   .kept = STROBES & ~(1u << byte)});
    }
}

void read_register(uint32_t address, uint32_t *into)
{
    access_add((struct access){.address = address, .into = into});
}

void expect(uint32_t address, uint32_t data, uint32_t mask, const char *name)
{
    access_add((struct access){.address = address, .data = data, .mask = mask, .name = name});
}

void expect_line(uint32_t address, uint32_t data, uint32_t mask, const char *name, enum line line)
{
    access_add((struct access){
        .address = address, .data = data, .mask = mask, .name = name, .line = line});
}

/* A register of the queue, which a chip with streams does not have. */
static bool is_absent(const char *name)
{
    return strncmp(name, "QUEUE_", 6) == 0 && harness.plan.io != STIMULUS_IO_MEMORY;
}

/* An address without a register: between some, behind the last, and the queue's where there is none. */
static uint32_t hole(void)
{
    const uint32_t registers = 256; /* most of them are below */
    for (;;) {
        uint32_t words = (access_draw() % 2 != 0 ? registers : REGISTER_SPACE) / 4;
        uint32_t address = access_draw() % words * 4;
        const char *name = ese_register_name(address);
        if (name == NULL || is_absent(name))
            return address;
    }
}

void try_holes(int count)
{
    for (int i = 0; i < count; i++) {
        access_add((struct access){.address = hole(), .refused = true, .name = "undefined"});
        access_add((struct access){.write = true, .address = hole(), .data = access_draw(), .refused = true,
                            .name = "undefined"});
    }
}

/* Strobes that can do no harm: start, stop and load are in byte 0, what a slot is told counts with
 * byte 3.  All settings are yet to be written. */
static uint32_t harmless(uint32_t address)
{
    return address == ESE_CONTROL ? STROBES & ~1u : address == ESE_SLOT ? STROBES & ~8u : STROBES;
}

void try_writes(uint32_t turn)
{
    const uint32_t strobes[] = {STROBES, 2u << access_draw() % 2, 6, 0};
    for (uint32_t address = 0; address < REGISTER_SPACE; address += WORD_BYTES) {
        const char *name = ese_register_name(address);
        if (name == NULL || is_absent(name))
            continue;
        uint32_t set = strobes[turn++ % WORD_BYTES] & harmless(address);
        uint32_t byte = (set & (set - 1)) == 0 && set != 0 ? (uint32_t)__builtin_ctz(set) : 0;
        access_add((struct access){.write = true, .address = address + byte,
                                   .data = access_draw(), .kept = STROBES & ~set});
    }
}

uint32_t access_data(const struct access *a)
{
    uint32_t data = 0;
    for (uint32_t byte = 0; byte < WORD_BYTES; byte++)
        if ((a->kept >> byte & 1) == 0)
            data |= a->data & UINT32_C(255) << 8 * byte;
    return data;
}

static void begin_access(const struct access *a)
{
    accesses.busy = true;
    accesses.begun = harness.cycle;
    accesses.address_sent = false;
    accesses.data_sent = !a->write;
    /* Address first, data first, both at once; ready before or after valid. */
    accesses.address_wait = access_draw() % 4;
    accesses.data_wait = access_draw() % 4;
    accesses.answer_wait = access_draw() % 12;
    accesses.pause = access_draw() % 3;
    accesses.drive[0] = a->write ? a->data : access_draw();
    uint32_t other = access_draw() & 0xfff;
    /* A master that wants a byte of a register reads at the address of that.  In the first phases,
     * when the host looks at everything, each byte once. */
    uint32_t byte = harness.phase < WORD_BYTES ? harness.phase : access_draw() % WORD_BYTES;
    uint32_t at = a->write ? a->address : a->address + byte;
    accesses.drive[1] = (a->write ? at : other) << LITE_AW_ADDRESS |
                        (a->write ? other : at) << LITE_AR_ADDRESS |
                        (STROBES & ~a->kept) << LITE_STROBES;
    accesses.drive[2] = (access_draw() & 7) << LITE_AW_PROT | (access_draw() & 7) << LITE_AR_PROT;
    bin_access(a->write, at, STROBES & ~a->kept);
    accesses.begins(a);
}

static void end_access(const struct access *a, const uint32_t *seen)
{
    uint32_t response = seen[1] >> (a->write ? LITE_B_RESPONSE : LITE_R_RESPONSE) & 3;
    uint32_t value = seen[0];
    enum line line = seen[1] & LITE_INTERRUPT ? LINE_HIGH : LINE_LOW;
    uint32_t right = a->refused ? RESPONSE_SLVERR : RESPONSE_OKAY;
    if (response != right)
        violation(AT "%s of %sregister %03x answers %s, expected %s", HERE,
                  a->write ? "write" : "read", a->refused ? "undefined " : "", a->address,
                  response == RESPONSE_SLVERR ? "SLVERR" : "OKAY", a->refused ? "SLVERR" : "OKAY");
    else if (!a->write && (value ^ a->data) & a->mask)
        violation(AT "%s is %x, expected %x", HERE, a->name, value & a->mask, a->data & a->mask);
    else if (a->line != LINE_ANY && a->line != line)
        violation(AT "%s: the interrupt is %s", HERE, a->name, line == LINE_HIGH ? "high" : "low");
    if (a->into != NULL)
        *a->into = value;
    accesses.ends(a);
    accesses.busy = false;
}

/* False: it takes too long. */
static bool continue_access(const struct access *a, const uint32_t *seen)
{
    uint32_t *flags = &accesses.drive[2];
    uint32_t valid = a->write ? LITE_AW_VALID : LITE_AR_VALID;
    uint32_t ready = a->write ? LITE_B_READY : LITE_R_READY;
    if (*flags & valid && seen[1] & (a->write ? LITE_AW_READY : LITE_AR_READY)) {
        *flags &= ~valid;
        accesses.address_sent = true;
    }
    if (*flags & LITE_W_VALID && seen[1] & LITE_W_READY) {
        *flags &= ~(uint32_t)LITE_W_VALID;
        accesses.data_sent = true;
    }
    if (*flags & ready && seen[1] & (a->write ? LITE_B_VALID : LITE_R_VALID)) {
        *flags &= ~ready;
        end_access(a, seen);
        return true;
    }
    if (!accesses.address_sent && (*flags & valid || accesses.address_wait-- == 0))
        *flags |= valid;
    if (!accesses.data_sent && (*flags & LITE_W_VALID || accesses.data_wait-- == 0))
        *flags |= LITE_W_VALID;
    if (*flags & ready || accesses.answer_wait-- == 0)
        *flags |= ready;
    if (harness.cycle - accesses.begun >= ACCESS_LIMIT) {
        violation(AT "%s of register %03x is not answered", HERE, a->write ? "write" : "read",
                  a->address);
        return false;
    }
    return true;
}

bool access_ready(void)
{
    return !accesses.busy && accesses.pause == 0 && accesses.at == accesses.count;
}

bool access_step(const uint32_t *seen, uint32_t *drive)
{
    bool answered = true;
    if (accesses.busy) {
        answered = continue_access(&accesses.list[accesses.at], seen);
        if (!accesses.busy)
            accesses.at++;
    } else if (accesses.pause > 0) {
        accesses.pause--;
    } else if (accesses.at < accesses.count) {
        begin_access(&accesses.list[accesses.at]);
    }
    memcpy(drive, accesses.drive, sizeof accesses.drive);
    return answered;
}
