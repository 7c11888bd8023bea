/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _GNU_SOURCE
#define _POSIX_C_SOURCE 200809L /* open(), read(), sigaction() under plain -std=c11 */
#endif
#include "served.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "axi_clock.h"
#include "ese_pipe.h"
#include "ese_registers.h"
#include "findings.h"
#include "memory.h"
#include "tap_file.h"

enum { CONTROL_START = 1, CONTROL_STOP = 2, CONTROL_LOAD = 4 };
enum { STATUS_BUSY = 1 | 2 | 16, STATUS_IDLE = 8 }; /* running, stopping, loading; buses idle */

enum {
    RESET_CYCLES = 16,
    ACCESS_LIMIT = 2000, /* clocks of a register access; the checker has spoken before */
    REGISTERS_END = 4096
};

static const uint64_t SEED = UINT64_C(0x5eed); /* of the hostile memory, and of what is in claimed memory */
static const uint64_t CLAIM_MOST = UINT64_C(1) << 36;

enum under_way { NOTHING, READING, WRITING, WAITING };

static struct {
    bool present, over;
    int in, out;
    struct stimulus_phase phase;
    uint32_t reset_left, reset_seen;
    uint64_t random;

    enum under_way doing;
    uint32_t address, value; /* of the register access */
    bool address_sent, data_sent;
    uint64_t wait_left;
    int64_t begun;
    uint32_t drive[3];

    bool allowed;      /* the chip was told to load or to start, and is not known to be at rest */
    uint64_t issues;   /* since start */
    unsigned char *payload; /* [ESE_PIPE_MOST] */
} served;

struct request {
    uint32_t what, port;
    uint64_t address, value, bytes;
};

bool served_present(void)
{
    return served.present;
}

/* ---- bytes --------------------------------------------------------------------------------------------- */

/* The other end is gone: there is nobody to say anything to. */
static void hang_up(void)
{
    served.over = true;
    violation("the program at the other end of the pipe is gone");
}

static bool receive(void *into, size_t bytes)
{
    unsigned char *at = into;
    while (bytes > 0) {
        ssize_t got = read(served.in, at, bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        bytes -= (size_t)got;
    }
    return true;
}

static bool send_bytes(const void *from, size_t bytes)
{
    const unsigned char *at = from;
    while (bytes > 0) {
        ssize_t put_now = write(served.out, at, bytes);
        if (put_now < 0 && errno == EINTR)
            continue;
        if (put_now <= 0)
            return false;
        at += put_now;
        bytes -= (size_t)put_now;
    }
    return true;
}

static void answer(enum ese_pipe_status status, uint32_t value, const void *bytes, size_t count)
{
    unsigned char header[ESE_PIPE_HEADER] = {0};
    ese_pipe_put(header, status, 4);
    ese_pipe_put(header + 4, value, 4);
    ese_pipe_put(header + 8, (uint64_t)(harness.cycle + 1), 8);
    ese_pipe_put(header + 16, count, 8);
    served.doing = NOTHING;
    if (!send_bytes(header, sizeof header) || !send_bytes(bytes, count))
        hang_up();
}

static void decline(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void decline(const char *format, ...)
{
    char text[MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    answer(ESE_PIPE_REFUSED, 0, text, strlen(text));
}

/* A rule was broken: says so and ends. */
static void give_up(void)
{
    answer(ESE_PIPE_BROKEN, 0, harness.reason, strlen(harness.reason));
    served.over = true;
}

/* ---- memory ---------------------------------------------------------------------------------------------- */

/* What memory holds that nobody has written. */
static void fill(unsigned char *bytes, uint64_t count)
{
    uint64_t z = served.random += UINT64_C(0x9e3779b97f4a7c15);
    for (uint64_t i = 0; i < count; i++) {
        z ^= z << 13;
        z ^= z >> 7;
        z ^= z << 17;
        bytes[i] = (unsigned char)(z >> 24);
    }
}

static bool overlaps(const struct memory *m, uint64_t base, uint64_t bytes)
{
    for (uint32_t i = 0; i < m->region_count; i++)
        if (m->regions[i].bytes != 0 && base < m->regions[i].base + m->regions[i].bytes &&
            m->regions[i].base < base + bytes)
            return true;
    return false;
}

/* A released region is empty, and its place is taken by the next. */
static void claim(struct memory *m, const struct request *r)
{
    uint32_t place = 0;
    if (r->address % 4096 != 0 || r->bytes == 0 || r->bytes > CLAIM_MOST ||
        r->address + r->bytes < r->address || overlaps(m, r->address, r->bytes)) {
        decline("%llu bytes at %llx cannot be claimed", (unsigned long long)r->bytes,
               (unsigned long long)r->address);
        return;
    }
    unsigned char *contents = malloc((size_t)r->bytes);
    while (place < m->region_count && m->regions[place].bytes != 0)
        place++;
    int number = contents == NULL           ? -1
                 : place == m->region_count ? memory_add(m, r->address, contents, r->bytes)
                                            : (int)place;
    if (number < 0) {
        free(contents);
        decline("out of memory");
        return;
    }
    fill(contents, r->bytes);
    m->regions[number] = (struct memory_region){.base = r->address,
                                                .bytes = r->bytes,
                                                .contents = contents,
                                                .readable = true,
                                                .writable = true};
    m->found = 0;
    answer(ESE_PIPE_OK, 0, NULL, 0);
}

static void release(struct memory *m, uint64_t address)
{
    for (uint32_t i = 0; i < m->region_count; i++) {
        if (m->regions[i].bytes == 0 || m->regions[i].base != address)
            continue;
        free(m->regions[i].contents);
        m->regions[i] = (struct memory_region){0};
        answer(ESE_PIPE_OK, 0, NULL, 0);
        return;
    }
    decline("nothing was claimed at %llx", (unsigned long long)address);
}

/* READ or WRITE; the bytes to be written are in the payload. */
static void copy(struct memory *m, const struct request *r)
{
    for (uint32_t i = 0; i < m->region_count; i++) {
        struct memory_region *region = &m->regions[i];
        uint64_t offset = r->address - region->base;
        if (region->bytes == 0 || r->address < region->base || offset > region->bytes ||
            r->bytes > region->bytes - offset)
            continue;
        if (r->what == ESE_PIPE_WRITE)
            memcpy(region->contents + offset, served.payload, (size_t)r->bytes);
        answer(ESE_PIPE_OK, 0, region->contents + offset,
               r->what == ESE_PIPE_READ ? (size_t)r->bytes : 0);
        return;
    }
    decline("%llu bytes at %llx are not claimed", (unsigned long long)r->bytes,
           (unsigned long long)r->address);
}

/* ---- registers --------------------------------------------------------------------------------------------- */

static void begin_access(const struct request *r)
{
    bool writes = r->what == ESE_PIPE_WRITE_REGISTER;
    if (r->address >= REGISTERS_END || r->address % 4 != 0) {
        decline("there is no register at %llx", (unsigned long long)r->address);
        return;
    }
    served.doing = writes ? WRITING : READING;
    served.address = (uint32_t)r->address;
    served.value = (uint32_t)r->value;
    served.address_sent = false;
    served.data_sent = !writes;
    served.begun = harness.cycle;
    served.drive[0] = served.value;
    served.drive[1] = served.address << (writes ? LITE_AW_ADDRESS : LITE_AR_ADDRESS) |
                      15u << LITE_STROBES;
    served.drive[2] =
        writes ? LITE_AW_VALID | LITE_W_VALID | LITE_B_READY : LITE_AR_VALID | LITE_R_READY;
    if (writes && served.address == ESE_CONTROL &&
        served.value & (CONTROL_START | CONTROL_LOAD | CONTROL_STOP)) {
        served.allowed = true; /* a stop also lets what is under way come to its end */
        if (served.value & CONTROL_START)
            served.issues = 0;
    }
}

static void end_access(uint32_t response, uint32_t value)
{
    bool writes = served.doing == WRITING;
    served.drive[2] = 0;
    if (response != RESPONSE_OKAY)
        decline("%s to the %s register %03x", response == RESPONSE_SLVERR ? "SLVERR" : "an error",
               writes ? "write of" : "read of", served.address);
    else
        answer(ESE_PIPE_OK, writes ? 0 : value, NULL, 0);
    if (!writes && served.address == ESE_STATUS && !(value & STATUS_BUSY) && value & STATUS_IDLE)
        served.allowed = false;
}

static void continue_access(const uint32_t *seen)
{
    uint32_t *flags = &served.drive[2];
    bool writes = served.doing == WRITING;
    if (*flags & LITE_AW_VALID && seen[1] & LITE_AW_READY)
        *flags &= ~(uint32_t)LITE_AW_VALID;
    if (*flags & LITE_W_VALID && seen[1] & LITE_W_READY)
        *flags &= ~(uint32_t)LITE_W_VALID;
    if (*flags & LITE_AR_VALID && seen[1] & LITE_AR_READY)
        *flags &= ~(uint32_t)LITE_AR_VALID;
    if (seen[1] & (writes ? LITE_B_VALID : LITE_R_VALID))
        end_access(seen[1] >> (writes ? LITE_B_RESPONSE : LITE_R_RESPONSE) & 3, seen[0]);
    else if (harness.cycle - served.begun >= ACCESS_LIMIT)
        violation("cycle %lld: register %03x does not answer", (long long)harness.cycle,
                  served.address);
}

/* ---- requests ------------------------------------------------------------------------------------------------ */

static void say_hello(const struct request *r)
{
    unsigned char numbers[12];
    uint32_t ports, data_bits, address_bits;
    axi_shape(&ports, &data_bits, &address_bits);
    ese_pipe_put(numbers, ports, 4);
    ese_pipe_put(numbers + 4, data_bits, 4);
    ese_pipe_put(numbers + 8, address_bits, 4);
    if (r->value == ESE_PIPE_VERSION)
        answer(ESE_PIPE_OK, ESE_PIPE_VERSION, numbers, sizeof numbers);
    else
        decline("the simulation speaks version %d of the protocol, not %llu", ESE_PIPE_VERSION,
               (unsigned long long)r->value);
}

static void tell_counts(void)
{
    unsigned char numbers[8 * ESE_PIPE_COUNT_NUMBERS] = {0};
    ese_pipe_put(numbers, served.issues, 8);
    for (uint32_t port = 0; port < STIMULUS_PORTS; port++) {
        const struct memory *m = axi_memory(port);
        if (m == NULL)
            continue;
        unsigned char *at = numbers + 8 + 32 * port;
        ese_pipe_put(at, (uint64_t)(m->counts.bursts + m->counts.write_bursts), 8);
        ese_pipe_put(at + 8, (uint64_t)m->counts.beats, 8);
        ese_pipe_put(at + 16, (uint64_t)m->counts.write_beats, 8);
        ese_pipe_put(at + 24, (uint64_t)m->counts.busy, 8);
    }
    if (tap_flush())
        answer(ESE_PIPE_OK, 0, numbers, sizeof numbers);
    else
        decline("what leaves the element-wise path cannot be written");
}

static void serve_memory(const struct request *r)
{
    struct memory *m = r->port < STIMULUS_PORTS ? axi_memory(r->port) : NULL;
    if (m == NULL)
        decline("the chip has no port %u", r->port);
    else if (r->what == ESE_PIPE_CLAIM)
        claim(m, r);
    else if (r->what == ESE_PIPE_RELEASE)
        release(m, r->address);
    else
        copy(m, r);
}

static void serve(const struct request *r, bool interrupt)
{
    switch (r->what) {
    case ESE_PIPE_HELLO:
        say_hello(r);
        break;
    case ESE_PIPE_READ_REGISTER:
    case ESE_PIPE_WRITE_REGISTER:
        begin_access(r);
        break;
    case ESE_PIPE_CLAIM:
    case ESE_PIPE_RELEASE:
    case ESE_PIPE_READ:
    case ESE_PIPE_WRITE:
        serve_memory(r);
        break;
    case ESE_PIPE_WAIT:
        if (interrupt || r->value == 0) {
            answer(ESE_PIPE_OK, interrupt, NULL, 0);
        } else {
            served.doing = WAITING;
            served.wait_left = r->value;
        }
        break;
    case ESE_PIPE_COUNTS:
        tell_counts();
        break;
    case ESE_PIPE_END:
        answer(ESE_PIPE_OK, 0, NULL, 0);
        served.over = true;
        break;
    default:
        decline("request %u is unknown", r->what);
    }
}

/* Blocks: simulated time stands still. */
static void take_request(bool interrupt)
{
    unsigned char header[ESE_PIPE_HEADER];
    if (!receive(header, sizeof header)) {
        hang_up();
        return;
    }
    struct request r = {(uint32_t)ese_pipe_get(header, 4), (uint32_t)ese_pipe_get(header + 4, 4),
                        ese_pipe_get(header + 8, 8), ese_pipe_get(header + 16, 8),
                        ese_pipe_get(header + 24, 8)};
    bool payload = r.what == ESE_PIPE_WRITE;
    if ((payload || r.what == ESE_PIPE_READ) && r.bytes > ESE_PIPE_MOST) {
        violation("a request for %llu bytes, more than is allowed", (unsigned long long)r.bytes);
        give_up(); /* where the next request begins is not known any more */
        return;
    }
    if (payload && !receive(served.payload, (size_t)r.bytes)) {
        hang_up();
        return;
    }
    serve(&r, interrupt);
}

static void served_drive(const struct vector *lite, uint32_t control, uint32_t *drive)
{
    (void)control;
    bool interrupt = lite->value[1] & LITE_INTERRUPT;
    if (harness.reason[0] != '\0') /* served_step() says so */
        return;
    if (served.doing == READING || served.doing == WRITING)
        continue_access(lite->value);
    else if (served.doing == WAITING && (interrupt || --served.wait_left == 0))
        answer(ESE_PIPE_OK, interrupt, NULL, 0);
    while (served.doing == NOTHING && !served.over && harness.reason[0] == '\0')
        take_request(interrupt);
    memcpy(drive, served.drive, sizeof served.drive);
}

static bool served_allows(void)
{
    return served.allowed;
}

static const struct driver PROGRAM = {.allows = served_allows, .drive = served_drive};

/* ---- the clock ------------------------------------------------------------------------------------------------- */

static uint64_t ones(const struct vector *v, uint32_t bits)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < bits; i++)
        count += v->value[i / 32] >> i % 32 & 1;
    return count;
}

/* X on the monitor would be read as something else. */
static void watch(const struct sample *sample)
{
    const uint32_t lanes = harness.plan.lanes;
    if (unknown_word(&sample->control, 0) & CONTROL_RESULT_VALID) {
        violation("cycle %lld: mon_result_valid is X", (long long)harness.cycle);
        return;
    }
    if (!(sample->control.value[0] & CONTROL_RESULT_VALID))
        return;
    for (uint32_t lane = 0; lane < lanes; lane++)
        if (unknown_bits(&sample->result_keep, lane, 1) || unknown_bits(&sample->result, 0, 16))
            violation("cycle %lld: mon_result or mon_result_keep is X", (long long)harness.cycle);
    tap_word(sample);
}

unsigned served_step(const struct sample *sample)
{
    harness.total_cycles++;
    if (served.reset_left > 0) {
        axi_step_in_reset(served.reset_seen++ >= RESET_EDGES);
        return --served.reset_left > 0 ? 0 : DRIVE_RUN;
    }
    harness.cycle++;
    served.issues += ones(&sample->issue, harness.plan.pes);
    watch(sample);
    axi_step(sample->control.value[0], &PROGRAM);
    if (harness.reason[0] != '\0' && !served.over) {
        unsigned char header[ESE_PIPE_HEADER];
        if (served.doing == NOTHING) /* it broke in reset: the first request is told, HELLO */
            served.over = !receive(header, sizeof header);
        if (!served.over)
            give_up();
    }
    if (!served.over)
        return DRIVE_RUN;
    harness.over = true;
    return DRIVE_FINISH | (harness.reason[0] != '\0' ? (unsigned)DRIVE_FAILED : 0);
}

/* ---- begin ------------------------------------------------------------------------------------------------------- */

/* A number is an open file descriptor, everything else a file. */
static int open_end(const char *name, size_t length, int mode)
{
    char path[1024], *end = NULL;
    if (length == 0 || length >= sizeof path)
        return -1;
    memcpy(path, name, length);
    path[length] = '\0';
    long number = strtol(path, &end, 10);
    if (*end == '\0')
        return number >= 0 && fcntl((int)number, F_GETFD) >= 0 ? (int)number : -1;
    return open(path, mode);
}

static bool fails(const char *what, const char *name)
{
    snprintf(harness.reason, sizeof harness.reason, "%s %.150s", what, name);
    return false;
}

bool served_open(const char *serve, const char *memory, const struct harness_options *options)
{
    static const char *const models[STIMULUS_MODELS] = {"ideal", "ddr3", "hostile"};
    const char *comma = strchr(serve, ',');
    uint32_t model = 0;
    while (model < STIMULUS_MODELS && strcmp(models[model], memory) != 0)
        model++;
    if (!axi_present())
        return fails("this chip has no host interface to be served: +serve=", serve);
    if (model == STIMULUS_MODELS)
        return fails("+memory is not ideal, ddr3 or hostile:", memory);
    served.present = true;
    served.in = open_end(serve, comma != NULL ? (size_t)(comma - serve) : 0, O_RDONLY);
    served.out = comma != NULL ? open_end(comma + 1, strlen(comma + 1), O_WRONLY) : -1;
    served.payload = malloc(ESE_PIPE_MOST);
    if (served.in < 0 || served.out < 0 || served.payload == NULL)
        return fails("cannot open what is named by +serve=", serve);
    if (!tap_open(options->taps, options))
        return fails("cannot write what is named by +taps=", options->taps);
    signal(SIGPIPE, SIG_IGN);
    served.random = SEED;
    served.reset_left = RESET_CYCLES;
    snprintf(served.phase.name, sizeof served.phase.name, "served");
    served.phase.seed = SEED;
    for (int port = 0; port < STIMULUS_PORTS; port++)
        served.phase.memory[port].model = model;
    harness.now = &served.phase;
    harness.plan.pes = options->pes;
    harness.plan.lanes = options->lanes;
    harness.cycle = -1;
    axi_begin();
    return true;
}
