/* SPDX-License-Identifier: Apache-2.0
 * pins.h - a chip behind five pins, so that it can be placed where its ports are more than the
 * pins. */
#ifndef ESE_PINS_H
#define ESE_PINS_H

#include "models/base/text.h"

#define PINS_TOP "pins"      /* the wrapper's module */
#define PINS_CHIP "chip"     /* the chip in it */

struct pins {
    int inputs, outputs; /* bits of the chip's ports, and so flip-flops of the wrapper */
};

/* Verilog of a module PINS_TOP around the chip whose top is given as text: all its inputs come from
 * one shift register, all its outputs go into another; aclk and aresetn are pins, and mon_* stays
 * open, for synthesis to leave away. */
bool pins_wrap(struct pins *pins, struct text *out, const char *top, const char *verilog,
               struct error *error);

#endif
