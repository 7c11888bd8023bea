/* SPDX-License-Identifier: Apache-2.0
 * memory_ddr3.c - a DDR3-1600 with its controller, as seen at the controller's user side.
 *
 * The user side runs at 200 MHz, a quarter of the memory clock (800 MHz), so that the four column
 * slots of a user clock carry one burst of eight on a 64-bit module: 512 bits a clock, 12.8 GB/s at
 * most.  For another width of the port the module is as much wider or narrower, so that a beat
 * remains one column access.
 *
 * Times are those of speed bin DDR3-1600K (11-11-11) in JEDEC JESD79-3, for x8 chips of 2 Gbit with
 * pages of 1 KiB, in nanoseconds and rounded up to user clocks of 5 ns:
 *
 *   tRCD  13.75  activation to read        tRRD    6    activation to activation, other bank
 *   tRP   13.75  precharge to activation   tFAW   30    four activations in this time
 *   CL    13.75  read to data              tRTP    7.5  read to precharge
 *   tRAS  35     activation to precharge   tRFC  160    refresh (110 at 1 Gbit, 260 at 4 Gbit)
 *   CWL   10     write to data             tREFI 7800   between two refreshes
 *   tWR   15     end of data to precharge  tWTR   7.5   end of written data to a read
 *
 * A burst lasts 5 ns, so a bank can be precharged CWL + 5 + tWR after a write and any bank be read
 * CWL + 5 + tWTR after it; a write can follow a read after CL - CWL + 5 + 2.5 (two memory clocks for
 * the bus).  Writes wait in the controller until nothing is to be read, or WRITE_BATCH bursts are
 * there, or one has waited for WRITE_PATIENCE clocks; then all of them are written, but reads do not
 * wait longer than WRITE_MOST clocks for that.
 *
 * The controller keeps rows open, answers in order, opens rows of the segments that wait in its
 * queue while it reads the first one, and refreshes as soon as that is due: tRTP + tRP + tRFC + tRCD
 * of every tREFI are lost to a long sequential read, 2.6 %.  Consecutive rows lie in different banks.
 * Its own way, there and back with the PHY, takes CONTROLLER clocks (a guess of usual size). */
#include "memory_ddr3.h"

enum {
    CLOCK_PS = 5000,
    T_RCD = (13750 + CLOCK_PS - 1) / CLOCK_PS,
    T_RP = (13750 + CLOCK_PS - 1) / CLOCK_PS,
    T_CL = (13750 + CLOCK_PS - 1) / CLOCK_PS,
    T_RAS = (35000 + CLOCK_PS - 1) / CLOCK_PS,
    T_RRD = (6000 + CLOCK_PS - 1) / CLOCK_PS,
    T_FAW = (30000 + CLOCK_PS - 1) / CLOCK_PS,
    T_RTP = (7500 + CLOCK_PS - 1) / CLOCK_PS,
    T_RFC = (160000 + CLOCK_PS - 1) / CLOCK_PS,
    T_REFI = 7800000 / CLOCK_PS,
    T_WRITE_TO_CLOSE = (10000 + 5000 + 15000 + CLOCK_PS - 1) / CLOCK_PS,
    T_WRITE_TO_READ = (10000 + 5000 + 7500 + CLOCK_PS - 1) / CLOCK_PS,
    T_READ_TO_WRITE = (13750 - 10000 + 5000 + 2500 + CLOCK_PS - 1) / CLOCK_PS,
    WRITE_BATCH = 4,
    WRITE_PATIENCE = 128,
    WRITE_MOST = 64,
    CONTROLLER = 20,
    LOOK_AHEAD = 8,       /* segments that the controller looks at */
    ROW_BEATS = 8192 / 64 /* eight chips with pages of 1 KiB, 64 bytes a beat */
};

static const int64_t LONG_AGO = -1000000;

void ddr3_reset(struct memory *m)
{
    struct memory_ddr3 *d = &m->ddr3;
    *d = (struct memory_ddr3){
        .refresh_due = T_REFI, .refresh_until = LONG_AGO, .last_access = LONG_AGO};
    for (int i = 0; i < 4; i++)
        d->activations[i] = LONG_AGO;
    for (int i = 0; i < MEMORY_BANKS; i++)
        d->banks[i] = (struct memory_bank){.activated = LONG_AGO, .read = LONG_AGO,
                                           .written = LONG_AGO};
}

/* Cuts the burst where it leaves a row. */
void ddr3_take(struct memory *m, struct memory_queue *queue, const struct memory_burst *burst)
{
    uint64_t beat = burst->address / m->beat_bytes;
    for (uint32_t left = burst->beats; left > 0;) {
        uint32_t room = (uint32_t)(ROW_BEATS - beat % ROW_BEATS);
        uint32_t beats = left < room ? left : room;
        uint64_t page = beat / ROW_BEATS;
        queue->segments[queue->tail++ % MEMORY_SEGMENTS] = (struct memory_segment){
            .row = page / MEMORY_BANKS, .bank = page % MEMORY_BANKS, .beats = beats};
        beat += beats;
        left -= beats;
    }
}

/* Can the bank be precharged now? */
static bool can_close(const struct memory_bank *bank, int64_t now)
{
    return now >= bank->activated + T_RAS && now >= bank->read + T_RTP &&
           now >= bank->written + T_WRITE_TO_CLOSE;
}

/* Opens the row of the first segment in the queue that needs it, and whose bank none before it uses:
 * one precharge and one activation a clock. */
static void open_rows(struct memory *m)
{
    struct memory_ddr3 *d = &m->ddr3;
    const struct memory_queue *queue = d->writing ? &d->writes : &d->reads;
    uint32_t used = 0;
    bool closed = false;
    for (uint64_t i = queue->head; i < queue->tail && i < queue->head + LOOK_AHEAD; i++) {
        const struct memory_segment *segment = &queue->segments[i % MEMORY_SEGMENTS];
        struct memory_bank *bank = &d->banks[segment->bank];
        bool taken = used >> segment->bank & 1;
        used |= UINT32_C(1) << segment->bank;
        if (taken || (bank->open && bank->row == segment->row))
            continue;
        if (bank->open && !closed && can_close(bank, m->clock)) {
            bank->open = false;
            bank->can_activate = m->clock + T_RP;
            closed = true;
        }
        if (!bank->open && m->clock >= bank->can_activate && m->clock >= d->next_activate &&
            m->clock >= d->activations[0] + T_FAW) {
            *bank = (struct memory_bank){.open = true, .row = segment->row, .activated = m->clock,
                                         .read = LONG_AGO, .written = LONG_AGO,
                                         .can_read = m->clock + T_RCD};
            d->next_activate = m->clock + T_RRD;
            for (int k = 0; k < 3; k++)
                d->activations[k] = d->activations[k + 1];
            d->activations[3] = m->clock;
            m->counts.activations++;
        }
    }
}

/* Closes and refreshes all banks, unless an access or an activation is too young. */
static void refresh(struct memory *m)
{
    struct memory_ddr3 *d = &m->ddr3;
    bool open = false;
    for (int i = 0; i < MEMORY_BANKS; i++) {
        if (d->banks[i].open && !can_close(&d->banks[i], m->clock))
            return;
        open = open || d->banks[i].open;
    }
    for (int i = 0; i < MEMORY_BANKS; i++)
        d->banks[i].open = false;
    d->refresh_until = m->clock + (open ? T_RP : 0) + T_RFC;
    d->refresh_due += T_REFI;
    m->counts.refreshes++;
}

/* Which way shall data go? */
static void choose_direction(struct memory *m)
{
    struct memory_ddr3 *d = &m->ddr3;
    const struct memory_writes *w = &m->writes;
    bool reads = d->reads.head != d->reads.tail, writes = d->writes.head != d->writes.tail;
    bool turn;
    if (d->writing) {
        turn = reads && (!writes || m->clock - d->turned >= WRITE_MOST);
    } else {
        bool late = w->complete > 0 && m->clock - w->bursts[w->head].taken >= WRITE_PATIENCE;
        turn = writes && (!reads || late || w->complete >= WRITE_BATCH);
    }
    if (!turn)
        return;
    int64_t last = d->writing ? d->last_access + T_WRITE_TO_READ : d->last_access + T_READ_TO_WRITE;
    d->turn_until = last > m->clock ? last : m->clock;
    d->writing = !d->writing;
    d->turned = m->clock;
    m->counts.turns++;
}

/* One column access of the first segment in the queue. */
static void access_column(struct memory *m)
{
    struct memory_ddr3 *d = &m->ddr3;
    struct memory_queue *queue = d->writing ? &d->writes : &d->reads;
    if (queue->head == queue->tail || m->clock < d->turn_until)
        return;
    /* A burst that a fault cut short was shown before it was all read. */
    if (!d->writing && (int64_t)(d->issued - m->shown) >= MEMORY_BUFFER)
        return;
    struct memory_segment *segment = &queue->segments[queue->head % MEMORY_SEGMENTS];
    struct memory_bank *bank = &d->banks[segment->bank];
    if (!bank->open || bank->row != segment->row || m->clock < bank->can_read)
        return;
    d->last_access = m->clock;
    if (d->writing) {
        bank->written = m->clock;
        d->put++;
    } else {
        bank->read = m->clock;
        d->arrival[d->issued++ % MEMORY_BUFFER] = m->clock + T_CL + CONTROLLER;
    }
    if (--segment->beats == 0)
        queue->head++;
}

void ddr3_step(struct memory *m)
{
    struct memory_ddr3 *d = &m->ddr3;
    if (m->clock < d->refresh_until)
        return;
    if (m->clock >= d->refresh_due) {
        refresh(m);
        return;
    }
    choose_direction(m);
    open_rows(m);
    access_column(m);
}

bool ddr3_has_beat(const struct memory *m)
{
    const struct memory_ddr3 *d = &m->ddr3;
    return m->shown < d->issued && m->clock >= d->arrival[m->shown % MEMORY_BUFFER];
}

bool ddr3_has_written(const struct memory *m)
{
    const struct memory_writes *w = &m->writes;
    return m->ddr3.put >= w->gone + w->bursts[w->head].beats;
}
