/* SPDX-License-Identifier: Apache-2.0
 * door.h - a chip for the tools of others: its registers, ports and files in their languages.
 *
 *     ipxact/PREFIX_top.xml            IP-XACT 1685-2014: ports, bus interfaces, memory map
 *     registers/PREFIX_registers.rdl   SystemRDL 2.0
 *     registers/PREFIX_registers.svd   CMSIS-SVD 1.3
 *     registers/PREFIX_registers_pkg.sv  SystemVerilog package: addresses, fields, values
 *     driver/PREFIX.dtsi               device tree: the chip for Linux's UIO
 *     NAME.core                        FuseSoC (CAPI2): targets lint and sim
 *     vectors/                         inputs and what must come out
 *     cocotb/                          a bench to begin with
 *
 * Registers and device tree are of chips with a host interface.  Each has a test in which its own tool reads
 * it: tests/interop, tests/doors. */
#ifndef ESE_DOOR_H
#define ESE_DOOR_H

#include "gen/folder/output.h"
#include "models/program/program.h"

/* Adds all of them to the files of emit_chip(), which must be there. */
bool doors_add(struct output *output, const struct program *program, struct error *error);

#endif
