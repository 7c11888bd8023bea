/* SPDX-License-Identifier: Apache-2.0
 * host.c - lists of register accesses, one list after the other; what follows is decided when a list
 * is through.  Within an access the five channels are driven in a random order. */
#include "host.h"

#include <string.h>

#include "memory.h"

enum reg {
    REG_ID = 0x00, REG_VERSION = 0x04, REG_HASH = 0x08, REG_PES = 0x0c, REG_X_C = 0x10,
    REG_Y_LANES = 0x14, REG_CONTROL = 0x20, REG_STATUS = 0x24, REG_ERROR = 0x28,
    REG_IRQ_ENABLE = 0x2c, REG_IRQ_STATUS = 0x30, REG_WATCHDOG = 0x34, REG_ADDRESSES = 0x40,
    REG_FRAMES = 0x60, REG_CYCLES = 0x64, REG_CYCLES_HIGH = 0x68, REG_STALLS = 0x70,
    REG_END = 0x88
};

enum { CONTROL_START = 1, CONTROL_STOP = 2 };
enum { STATUS_RUNNING = 1, STATUS_STOPPING = 2, STATUS_ERROR = 4, STATUS_IDLE = 8 };
enum { IRQ_ERROR = 1, IRQ_FRAME = 2 };

static const uint32_t IDENTITY = 0x45534531; /* "ESE1" */

enum {
    ACCESS_LIMIT = 2000, /* clocks; the checker has spoken long before */
    IDLE_LIMIT = 20000,  /* clocks from stop to idle buses, the hostile memory being slow */
    ERROR_LIMIT = 1000,  /* clocks from the end of the watchdog's time to the interrupt */
    QUIET_CLOCKS = 40,   /* between idle buses and the next start */
    CLOCKS_ASTRAY = 64,  /* by which CYCLES may differ: between access and answer */
    ACCESSES = 48
};

enum stage {
    SETUP, STARTING, RUNNING, INTERRUPTED, ERROR_READ, LOST, CLOSING, STOPPING, QUIET, OVER
};

struct access {
    bool write, refused; /* refused: SLVERR is the right answer */
    uint32_t address, data, mask; /* data: to be written, or what the bits of mask must be */
    uint32_t *into;
    const char *name;
};

static struct {
    const struct stimulus_phase *phase;
    struct host_result *result;
    enum stage stage;
    uint64_t random;
    struct access list[ACCESSES];
    uint32_t count, at;

    /* the access under way */
    bool busy, address_sent, data_sent;
    uint32_t address_wait, data_wait, answer_wait, pause;
    int64_t begun;
    uint32_t drive[3];

    uint32_t status, events, cycles_low, cycles_high;
    int64_t cycles_read;     /* cycle in which CYCLES was read */
    bool running, finishing, abandoned;
    int64_t stop_cycle, finish_cycle, quiet_left;
} host;

#define AT "phase %s, cycle %lld: "
#define HERE harness.now->name, (long long)harness.cycle

static uint32_t draw(void)
{
    uint64_t z = host.random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(z >> 32);
}

/* ---- lists ------------------------------------------------------------------------------------------- */

static void add(struct access access)
{
    if (host.at == host.count)
        host.at = host.count = 0;
    host.list[host.count++] = access;
}

static void write_register(uint32_t address, uint32_t data)
{
    add((struct access){.write = true, .address = address, .data = data});
}

static void read_register(uint32_t address, uint32_t *into)
{
    add((struct access){.address = address, .into = into});
}

static void expect(uint32_t address, uint32_t data, uint32_t mask, const char *name)
{
    add((struct access){.address = address, .data = data, .mask = mask, .name = name});
}

/* An address without a register: all four kinds of hole, and far away. */
static uint32_t hole(void)
{
    static const uint32_t holes[] = {0x18, 0x1c, 0x38, 0x3c, 0x58, 0x5c, 0x6c};
    uint32_t pick = draw() % 10;
    if (pick < sizeof holes / sizeof *holes)
        return holes[pick];
    return REG_END + draw() % ((4096 - REG_END) / 4) * 4;
}

static void try_holes(int count)
{
    for (int i = 0; i < count; i++) {
        add((struct access){.address = hole(), .refused = true, .name = "undefined"});
        add((struct access){.write = true, .address = hole(), .data = draw(), .refused = true,
                            .name = "undefined"});
    }
}

static void list_setup(void)
{
    const struct stimulus *plan = &harness.plan;
    const uint32_t all = UINT32_MAX;
    expect(REG_ID, IDENTITY, all, "ID");
    expect(REG_HASH, plan->config_hash, all, "CONFIG_HASH");
    expect(REG_PES, plan->pes | plan->channels << 16, all, "PEs and channels");
    expect(REG_X_C, plan->input | plan->cell << 16, all, "sizes of x and c");
    expect(REG_Y_LANES, plan->output | plan->lanes << 16, all, "size of y and lanes");
    expect(REG_STATUS, STATUS_IDLE, 15, "STATUS before start");
    expect(REG_ERROR, 0, all, "ERROR before start");
    expect(REG_CONTROL, 0, all, "CONTROL");
    uint64_t bases[STIMULUS_USES] = {0};
    for (uint32_t i = 0; i < plan->region_count; i++)
        bases[plan->regions[i].use] = plan->regions[i].base;
    for (uint32_t i = 0; i < STIMULUS_USES; i++) {
        write_register(REG_ADDRESSES + 8 * i, (uint32_t)bases[i]);
        write_register(REG_ADDRESSES + 8 * i + 4, (uint32_t)(bases[i] >> 32));
    }
    write_register(REG_WATCHDOG, host.phase->watchdog);
    write_register(REG_IRQ_ENABLE, IRQ_ERROR | IRQ_FRAME);
    try_holes(3);
    /* Nothing that went astray has reached a register. */
    for (uint32_t i = 0; i < STIMULUS_USES; i++) {
        expect(REG_ADDRESSES + 8 * i, (uint32_t)bases[i], all, "address");
        expect(REG_ADDRESSES + 8 * i + 4, (uint32_t)(bases[i] >> 32), all, "high address");
    }
    expect(REG_WATCHDOG, host.phase->watchdog, all, "WATCHDOG");
    expect(REG_IRQ_ENABLE, IRQ_ERROR | IRQ_FRAME, 3, "IRQ_ENABLE");
    expect(REG_IRQ_STATUS, 0, 3, "IRQ_STATUS before start");
}

static void list_start(void)
{
    host.stage = STARTING;
    write_register(REG_CONTROL, CONTROL_START);
}

static void list_stop(void)
{
    host.stage = STOPPING;
    write_register(REG_CONTROL, CONTROL_STOP);
    write_register(REG_IRQ_STATUS, IRQ_ERROR | IRQ_FRAME);
    read_register(REG_STATUS, &host.status);
}

/* What the chip says at the end of a good run. */
static void list_end(void)
{
    struct host_result *r = host.result;
    host.stage = CLOSING;
    expect(REG_STATUS, STATUS_RUNNING, 7, "STATUS at the end");
    expect(REG_ERROR, 0, UINT32_MAX, "ERROR at the end");
    read_register(REG_STATUS, &r->status);
    read_register(REG_FRAMES, &r->frames);
    read_register(REG_CYCLES_HIGH, &host.cycles_high);
    read_register(REG_CYCLES, &host.cycles_low);
    for (uint32_t i = 0; i < HOST_STALLS; i++)
        read_register(REG_STALLS + 4 * i, &r->stalls[i]);
    try_holes(1);
    write_register(REG_IRQ_ENABLE, 0);
    write_register(REG_IRQ_STATUS, IRQ_ERROR | IRQ_FRAME);
    expect(REG_IRQ_STATUS, 0, 3, "IRQ_STATUS after it was cleared");
}

/* ---- one access ---------------------------------------------------------------------------------------- */

static void begin_access(const struct access *a)
{
    host.busy = true;
    host.begun = harness.cycle;
    host.address_sent = false;
    host.data_sent = !a->write;
    /* Address first, data first, both at once; ready before or after valid. */
    host.address_wait = draw() % 4;
    host.data_wait = draw() % 4;
    host.answer_wait = draw() % 12;
    host.pause = draw() % 3;
    host.drive[0] = a->write ? a->data : draw();
    uint32_t other = draw() & 0xfff;
    host.drive[1] = (a->write ? a->address : other) << LITE_AW_ADDRESS |
                    (a->write ? other : a->address) << LITE_AR_ADDRESS | 15u << LITE_STROBES;
    host.drive[2] = (draw() & 7) << LITE_AW_PROT | (draw() & 7) << LITE_AR_PROT;
    if (a->write && a->address == REG_CONTROL && a->data == CONTROL_STOP) {
        host.running = false;
        host.stop_cycle = harness.cycle;
        axi_lift_faults();
    }
}

static void end_access(const struct access *a, uint32_t response, uint32_t value)
{
    uint32_t right = a->refused ? RESPONSE_SLVERR : RESPONSE_OKAY;
    if (response != right)
        violation(AT "%s of %sregister %03x answers %s, expected %s", HERE,
                  a->write ? "write" : "read", a->refused ? "undefined " : "", a->address,
                  response == RESPONSE_SLVERR ? "SLVERR" : "OKAY", a->refused ? "SLVERR" : "OKAY");
    else if (!a->write && (value ^ a->data) & a->mask)
        violation(AT "%s is %x, expected %x", HERE, a->name, value & a->mask, a->data & a->mask);
    if (a->into != NULL)
        *a->into = value;
    if (!a->write && a->address == REG_CYCLES)
        host.cycles_read = harness.cycle;
    if (a->write && a->address == REG_CONTROL && a->data == CONTROL_START) {
        host.running = true;
        host.result->origin = harness.cycle;
        host.result->attempts++;
        axi_start();
    }
    host.busy = false;
}

static void continue_access(const struct access *a, const uint32_t *seen)
{
    uint32_t *flags = &host.drive[2];
    uint32_t valid = a->write ? LITE_AW_VALID : LITE_AR_VALID;
    uint32_t ready = a->write ? LITE_B_READY : LITE_R_READY;
    if (*flags & valid && seen[1] & (a->write ? LITE_AW_READY : LITE_AR_READY)) {
        *flags &= ~valid;
        host.address_sent = true;
    }
    if (*flags & LITE_W_VALID && seen[1] & LITE_W_READY) {
        *flags &= ~(uint32_t)LITE_W_VALID;
        host.data_sent = true;
    }
    if (*flags & ready && seen[1] & (a->write ? LITE_B_VALID : LITE_R_VALID)) {
        *flags &= ~ready;
        end_access(a, seen[1] >> (a->write ? LITE_B_RESPONSE : LITE_R_RESPONSE) & 3, seen[0]);
        return;
    }
    if (!host.address_sent && (*flags & valid || host.address_wait-- == 0))
        *flags |= valid;
    if (!host.data_sent && (*flags & LITE_W_VALID || host.data_wait-- == 0))
        *flags |= LITE_W_VALID;
    if (*flags & ready || host.answer_wait-- == 0)
        *flags |= ready;
    if (harness.cycle - host.begun >= ACCESS_LIMIT) {
        violation(AT "%s of register %03x is not answered", HERE, a->write ? "write" : "read",
                  a->address);
        host.abandoned = true;
    }
}

/* ---- what comes next --------------------------------------------------------------------------------- */

static bool error_expected(void)
{
    return host.phase->expected_error != 0 && host_first_attempt();
}

static void take_events(void)
{
    host.stage = RUNNING;
    if (host.events & IRQ_ERROR) {
        if (error_expected()) {
            host.stage = ERROR_READ;
            host.result->error_cycle = harness.cycle;
            expect(REG_STATUS, STATUS_ERROR, STATUS_ERROR, "STATUS after an error");
            expect(REG_ERROR, host.phase->expected_error, UINT32_MAX, "ERROR");
            write_register(REG_IRQ_STATUS, IRQ_ERROR | IRQ_FRAME);
        } else {
            host.stage = LOST;
        }
        read_register(REG_ERROR, &host.result->error);
    } else if (host.events & IRQ_FRAME) {
        host.result->frame_interrupts++;
        write_register(REG_IRQ_STATUS, IRQ_FRAME);
    } else {
        violation(AT "the interrupt is high, but IRQ_STATUS is %x", HERE, host.events);
        host.abandoned = true;
    }
}

/* All frames are out, though a memory is hung: the chip has read ahead, and its watchdog runs. */
static bool may_come_yet(void)
{
    return error_expected() && axi_struck() &&
           harness.cycle - host.finish_cycle < (int64_t)host.phase->watchdog + ERROR_LIMIT;
}

static void run(bool interrupt)
{
    const struct stimulus_phase *p = host.phase;
    if (interrupt) {
        host.stage = INTERRUPTED;
        read_register(REG_IRQ_STATUS, &host.events);
    } else if (p->stop_cycle != 0 && host_first_attempt() &&
               harness.cycle - host.result->origin >= p->stop_cycle) {
        list_stop();
    } else if (host.finishing && may_come_yet()) {
        return;
    } else if (host.finishing && (error_expected() || (p->stop_cycle != 0 && host_first_attempt()))) {
        if (p->stop_cycle != 0)
            violation("phase %s: over before the stop in cycle %u", p->name, p->stop_cycle);
        else
            violation("phase %s: all frames are out, but error %u did not come", p->name,
                      p->expected_error);
        host.abandoned = true;
    } else if (host.finishing) {
        list_end();
    }
}

static void close_phase(void)
{
    struct host_result *r = host.result;
    r->cycles = host.cycles_low | (uint64_t)host.cycles_high << 32;
    int64_t elapsed = host.cycles_read - r->origin;
    if ((int64_t)r->cycles < elapsed - CLOCKS_ASTRAY || (int64_t)r->cycles > elapsed + CLOCKS_ASTRAY)
        violation("phase %s: CYCLES is %llu, %lld clocks after start", host.phase->name,
                  (unsigned long long)r->cycles, (long long)elapsed);
    if (r->frames != host.phase->frame_count)
        violation("phase %s: FRAMES is %u, %u were played", host.phase->name, r->frames,
                  host.phase->frame_count);
    if (r->frame_interrupts == 0)
        violation("phase %s: no interrupt at the end of a frame", host.phase->name);
    list_stop();
}

/* Stopped?  Then nothing may be under way any more. */
static void wait_for_idle(bool interrupt)
{
    struct host_result *r = host.result;
    bool again = host_first_attempt() &&
                 (host.phase->expected_error != 0 || host.phase->stop_cycle != 0);
    uint32_t moving = STATUS_RUNNING | STATUS_STOPPING | STATUS_IDLE;
    if ((host.status & moving) == STATUS_IDLE) {
        r->stop_clocks = harness.cycle - host.stop_cycle;
        if (axi_outstanding() != 0)
            violation(AT "STATUS says that the buses are idle, with %u bursts outstanding", HERE,
                      axi_outstanding());
        if (interrupt)
            violation(AT "the interrupt is high, although it was cleared", HERE);
        host.stage = again ? QUIET : OVER;
        host.quiet_left = QUIET_CLOCKS;
    } else if (harness.cycle - host.stop_cycle >= IDLE_LIMIT) {
        violation(AT "STATUS is %x, %d clocks after stop", HERE, host.status, IDLE_LIMIT);
        host.abandoned = true;
    } else {
        read_register(REG_STATUS, &host.status);
    }
}

static void next_list(bool interrupt)
{
    switch (host.stage) {
    case SETUP:
        list_start();
        break;
    case STARTING:
        host.stage = RUNNING;
        /* An error may be faster than this. */
        if (!error_expected()) {
            expect(REG_STATUS, STATUS_RUNNING, 7, "STATUS after start");
            expect(REG_ERROR, 0, UINT32_MAX, "ERROR after start");
        }
        break;
    case RUNNING:
        run(interrupt);
        break;
    case INTERRUPTED:
        take_events();
        break;
    case ERROR_READ:
        list_stop();
        break;
    case LOST:
        violation(AT "the chip reports error %u", HERE, host.result->error);
        host.abandoned = true;
        break;
    case CLOSING:
        close_phase();
        break;
    case STOPPING:
        wait_for_idle(interrupt);
        break;
    case QUIET:
        if (host.quiet_left-- == 0) {
            host.finishing = false;
            harness_replay();
            list_start();
        }
        break;
    case OVER:
        break;
    }
}

void host_begin(struct host_result *result)
{
    memset(&host, 0, sizeof host);
    host.phase = harness.now;
    host.result = result;
    *result = (struct host_result){.origin = -1, .error_cycle = -1, .stop_clocks = -1};
    host.random = ~harness.now->seed;
    list_setup();
}

void host_step(const struct vector *lite, uint32_t control, uint32_t *drive)
{
    bool at_rest = host.stage == SETUP || host.stage == QUIET || host.stage == OVER;
    if (at_rest && control & CONTROL_X_READY)
        violation(AT "s_axis_x_tready is high while the chip is stopped", HERE);
    if (at_rest && control & CONTROL_Y_VALID)
        violation(AT "m_axis_y_tvalid is high while the chip is stopped", HERE);
    bool interrupt = lite->value[1] & LITE_INTERRUPT;
    if (host.busy) {
        continue_access(&host.list[host.at], lite->value);
        if (!host.busy)
            host.at++;
    } else if (host.pause > 0) {
        host.pause--;
    } else {
        if (host.at == host.count && !host.abandoned)
            next_list(interrupt);
        if (host.at < host.count)
            begin_access(&host.list[host.at]);
    }
    memcpy(drive, host.drive, sizeof host.drive);
}

void host_finish(void)
{
    if (!host.finishing)
        host.finish_cycle = harness.cycle;
    host.finishing = true;
}

bool host_finished(void)
{
    return host.stage == OVER;
}

bool host_running(void)
{
    return host.running;
}

bool host_allows(void)
{
    return host.stage != SETUP && host.stage != QUIET && host.stage != OVER;
}

bool host_first_attempt(void)
{
    return host.result->attempts <= 1;
}

bool host_abandons(void)
{
    return host.abandoned;
}
