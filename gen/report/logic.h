/* SPDX-License-Identifier: Apache-2.0
 * logic.h - LUTs and flip-flops of a chip, by formula.
 *
 * A term is what a module in templates/ has in it: registers by their widths, LUTs by the bits that an
 * adder, a multiplexer or a shifter works on, with factors found from what Yosys makes of the chips in
 * tests/area/shapes, mapped module by module.  tests/area/size.sh compares the two.  Vivado, which knows
 * more, should need fewer. */
#ifndef ESE_LOGIC_H
#define ESE_LOGIC_H

#include "gen/report/resources.h"
#include "models/program/program.h"

/* What either sum may be off, in per cent of what Yosys counts.  The chips that the factors were found by
 * are met to 2 %; two of them, before they were looked at, to 4 %. */
enum { LOGIC_ERROR_PERCENT = 15 };

enum logic_part {
    LOGIC_ARRAY,   /* a PE of a channel */
    LOGIC_PES,     /* what steers a PE of all channels */
    LOGIC_LANES,   /* a lane of a channel */
    LOGIC_GATHER,  /* from and to the PEs of a channel */
    LOGIC_CONTROL, /* once, whatever the number of PEs */
    LOGIC_MEMORY,  /* host interface, masters, loader */
    LOGIC_PARTS
};

struct logic {
    struct {
        const char *name; /* in JSON */
        int64_t luts, ffs;
    } parts[LOGIC_PARTS];
    int64_t luts, ffs; /* the sums; with the LUTs that are RAM */
};

void logic_count(struct logic *logic, const struct program *program,
                 const struct resources *resources);

/* LUTs of one lane of a channel. */
int64_t logic_lane_luts(const struct program *program);

#endif
