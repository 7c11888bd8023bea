/* SPDX-License-Identifier: Apache-2.0
 * resources.h - memories and multipliers of a chip, by formula, for a Xilinx device.
 *
 * A memory is listed here once with the shape that its module in templates/ gives it.  The formulas
 * know the shapes of the primitives and nothing of a synthesizer's choices: they say what is
 * needed, and Vivado has the last word. */
#ifndef ESE_RESOURCES_H
#define ESE_RESOURCES_H

#include <stdint.h>

#include "gen/config/device.h"
#include "models/program/program.h"

enum memory_kind {
    IN_BLOCK_RAM, /* RAMB36 and RAMB18 */
    IN_ULTRA_RAM, /* URAM288 */
    IN_LUT_RAM,   /* LUTs used as RAM (SLICEM) */
    IN_LUT_ROM    /* read-only, in ordinary LUTs */
};

enum { MEMORIES_MAX = 32 };

struct memory {
    const char *unit;  /* the module it is in */
    const char *holds; /* what */
    enum memory_kind kind;
    int copies;
    int words, width;  /* of each copy */
    int reads;         /* read ports */
    int64_t bits;      /* copies * words * width */
    int64_t bram18;    /* all copies, in halves of a 36 Kb block */
    int64_t uram;      /* all copies, in URAM288 */
    int64_t luts;      /* all copies, distributed */
};

struct resources {
    const struct device *device; /* of the configuration */
    int memory_count;
    struct memory memories[MEMORIES_MAX];
    bool ultra;        /* the weights are in UltraRAM */
    int64_t block_bits, ultra_bits, distributed_bits, lut_rom_bits;
    int64_t bram18;    /* two make a block of 36 Kb */
    int64_t uram;      /* URAM288 */
    int64_t lutram;    /* LUTs used as RAM */
    int dsp_spmv, dsp_elem; /* DSPs for the PEs, and for peephole products and ElemMul */
    int small_multipliers;  /* interpolation of the tables: DSPs or LUTs, as synthesis likes */
    int small_a, small_b;   /* bits of their operands */
    int dsp_lane;           /* of a lane of all channels */
};

/* The weights of a resident chip are in block RAM or UltraRAM, as `weights_ram` of its configuration says:
 * with WEIGHTS_AUTO in UltraRAM if with them the device has too few block RAMs, and UltraRAMs enough. */
void resources_count(struct resources *resources, const struct program *program);

/* Fewest 18 Kb halves that hold `words` words of `width` bits: side by side any of the shapes
 * 512x72 .. 32Kx1 (36 Kb, counted as two) and 512x36 .. 16Kx1 (18 Kb), stacked for depth. */
int64_t bram18_for(int words, int width);

/* URAM288 of 4,096 x 72 bits, side by side and stacked. */
int64_t uram_for(int words, int width);

/* LUTs of a distributed RAM with one read port and one write port, which reads as well where
 * memory->reads is 2: 32x2 or 64x1 bits a LUT, and one LUT of a slice for the write address. */
int64_t lutram_for(const struct generation *generation, const struct memory *memory);

/* DSPs of a product of `a` and `b` bits, two's complement. */
int dsp_for(const struct generation *generation, int a, int b);

#endif
