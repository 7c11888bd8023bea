/* SPDX-License-Identifier: Apache-2.0
 * ports.h - the AXI ports of a chip that has some: how the bench packs them, the memories behind.
 *
 * The bindings hand over what the ports showed before the clock edge, harness_step() plays one clock
 * of everything, then the bindings fetch what drives the ports from the edge on (axi_clock.h).
 * Without AXI ports nothing of this is called but axi_present(). */
#ifndef ESE_PORTS_H
#define ESE_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness.h"

/* What a master shows of its reads: three words, the address in the first two, these in the third. */
enum port_seen {
    PORT_LENGTH = 0, /* first bits of what is wider than one */
    PORT_SIZE = 8,
    PORT_BURST = 11,
    PORT_CACHE = 13,
    PORT_PROT = 17,
    PORT_AR_VALID = 1 << 20,
    PORT_R_READY = 1 << 21,
    PORT_PAYLOAD = (1 << 20) - 1
};

/* The same of its writes; PORT_PAYLOAD of the third word as for reads. */
enum write_seen {
    WRITE_AW_VALID = 1 << 20,
    WRITE_W_VALID = 1 << 21,
    WRITE_W_LAST = 1 << 22,
    WRITE_B_READY = 1 << 23
};

/* What the AXI4-Lite slave shows: rdata in the first word, these in the second. */
enum lite_seen {
    LITE_AW_READY = 1 << 0,
    LITE_W_READY = 1 << 1,
    LITE_B_VALID = 1 << 2,
    LITE_B_RESPONSE = 3,
    LITE_AR_READY = 1 << 5,
    LITE_R_VALID = 1 << 6,
    LITE_R_RESPONSE = 7,
    LITE_INTERRUPT = 1 << 9
};

/* What drives the slave: wdata in the first word, awaddr, araddr and wstrb from these bits of the
 * second, the flags in the third. */
enum lite_drive {
    LITE_AW_ADDRESS = 0,
    LITE_AR_ADDRESS = 12,
    LITE_STROBES = 24,
    LITE_AW_VALID = 1 << 0,
    LITE_W_VALID = 1 << 1,
    LITE_B_READY = 1 << 2,
    LITE_AR_VALID = 1 << 3,
    LITE_R_READY = 1 << 4,
    LITE_AW_PROT = 5,
    LITE_AR_PROT = 8
};

/* What drives a master: 16 bits a port in the fourth word. */
enum port_drive {
    PORT_AR_READY = 1 << 0,
    PORT_R_VALID = 1 << 1,
    PORT_R_LAST = 1 << 2,
    PORT_R_RESPONSE = 3,
    PORT_NEW_DATA = 1 << 5,
    PORT_AW_READY = 1 << 6,
    PORT_W_READY = 1 << 7,
    PORT_B_VALID = 1 << 8,
    PORT_B_RESPONSE = 9
};

enum { PORT_WORDS = 3, LITE_WORDS = 2, AXI_DRIVE_WORDS = 4 };

struct axi_sample {
    struct vector ports[STIMULUS_PORTS];
    struct vector write;             /* of the data port; all 0 where it only reads */
    struct vector w_data, w_strobes; /* looked at while W_VALID */
    struct vector lite;
};

struct memory;
struct memory_region;

/* Before harness_open(): the ports that the bench has, and of enum stimulus_io how x and y go. */
void axi_open(uint32_t ports, uint32_t data_bits, uint32_t address_bits, uint32_t io);

const uint32_t *axi_beat(uint32_t port); /* what a master is shown, [axi_beat_words()] */
uint32_t axi_beat_words(void);

bool axi_present(void);                     /* the bench has ports */
bool axi_has_queue(void);                   /* x and y go through memory */
bool axi_fits(const struct stimulus *plan); /* the same as in the plan? */
void axi_shape(uint32_t *ports, uint32_t *data_bits, uint32_t *address_bits);

/* Keeps the contents.  False: out of memory. */
bool axi_load(const struct stimulus_region *region, unsigned char *contents);

/* What is right, with the patches of one attempt of the phase; UINT32_MAX: with none. */
void axi_patch(uint32_t attempt);

const struct memory_region *axi_region(enum stimulus_use use); /* of the plan */
const unsigned char *axi_original(enum stimulus_use use); /* its contents, whatever was patched */
struct memory *axi_memory(uint32_t port); /* NULL: there is no such port */
struct memory *axi_data_memory(void);

void axi_count_faults(void);      /* of all ports, from here on */
void axi_lift_faults(void);
bool axi_struck(void);            /* a fault has happened */
void axi_count_states(void);
bool axi_moved_state(bool saved); /* restored, or saved: has begun since axi_count_states() */
uint32_t axi_outstanding(void);   /* bursts */

#endif
