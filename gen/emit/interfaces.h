/* SPDX-License-Identifier: Apache-2.0
 * interfaces.h - the buses at a chip's top (interfaces.def), for its Verilog and for Vivado. */
#ifndef ESE_INTERFACES_H
#define ESE_INTERFACES_H

#include "gen/emit/render.h"
#include "models/program/program.h"

enum bus { BUS_LITE, BUS_AXI, BUS_STREAM };

enum {
    INTERFACES_MOST = 5,
    OUTSTANDING_BITS = 3 /* log2 of an AXI master's outstanding bursts: OUTSTANDING_W */
};

struct interface {
    const char *name; /* what its ports begin with, "m_axi_data" */
    enum bus bus;
    bool is_master;
    bool writes;      /* AXI: has the channels of writes */
    int address_bits; /* AXI */
    int data_bits;
    int user_bits;    /* of tuser */
    int burst_words;  /* AXI4: bus words of the longest burst */
    int outstanding;  /* AXI4: bursts, of reads and of writes */
};

/* Those of a chip, in the order of its ports; returns how many. */
int interfaces_list(const struct program *program, struct interface list[INTERFACES_MOST]);

/* "xilinx.com:interface:aximm:1.0": how Vivado calls the bus. */
const char *interface_vlnv(const struct interface *interface);

/* Appends what Vivado is told of an interface: NAME, `between`, value, with `sep` from one to the
 * next. */
void interface_parameters(struct text *text, const struct interface *interface, const char *between,
                          const char *sep);

/* Binds the list INTERFACES, in it the lists SIGNALS; BUSES, the names with ':' between them. */
void interfaces_bind(struct bindings *bindings, const struct program *program);

/* Binds a list of an AXI interface's signals, those of writes or those of reads: DIRECTION, RANGE and
 * SIGNAL, which is PADDED, too. */
void interface_bind_channels(struct bindings *bindings, const char *list,
                             const struct interface *interface, bool writes);

#endif
