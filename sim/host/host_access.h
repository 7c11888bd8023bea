/* SPDX-License-Identifier: Apache-2.0
 * host_access.h - accesses of the host to registers, in lists. */
#ifndef ESE_HOST_ACCESS_H
#define ESE_HOST_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

/* Where the interrupt must stand when an access is answered. */
enum line { LINE_ANY, LINE_LOW, LINE_HIGH };

struct access {
    bool write, refused; /* refused: SLVERR is the right answer */
    uint32_t address, data, mask; /* data: to be written, or what the bits of mask must be */
    uint32_t kept;                /* bytes that are not written, a bit each */
    uint32_t *into;
    enum line line;
    const char *name;
};

/* An access may change something else too. */
typedef void access_event(const struct access *access);

/* Of a write: what its strobes let through. */
uint32_t access_data(const struct access *access);

/* No access is under way or waits.  From now on `begins` is told of each that begins, and `ends` of
 * each that has been answered. */
void access_reset(uint64_t seed, access_event *begins, access_event *ends);

/* Behind those that wait; a list that is through is forgotten. */
void access_add(struct access access);
void write_register(uint32_t address, uint32_t data);
void write_bytes(uint32_t address, uint32_t data); /* one at a time, each at its own address */
void read_register(uint32_t address, uint32_t *into);
void expect(uint32_t address, uint32_t data, uint32_t mask, const char *name);
void expect_line(uint32_t address, uint32_t data, uint32_t mask, const char *name, enum line line);

/* Noise to every register, to some of its bytes or to none, in another way each turn: nothing that
 * is not a setting may change, and nothing may begin. */
void try_writes(uint32_t turn);

void try_holes(int count); /* reads and writes where there is no register */

bool access_ready(void); /* all are through, and the pause after the last one is over */

/* One clock: what the slave shows, what drives it from now on (words 0..2 of the ports).  False: an
 * access is not answered. */
bool access_step(const uint32_t *seen, uint32_t *drive);

uint32_t access_draw(void);

#endif
