/* SPDX-License-Identifier: Apache-2.0
 * formats.h - which number format every vector has.
 *
 * x, y and m hold what calibration saw, and `margin` more.  c is judged by what clipping does to y: the
 * format that 99.9 % of its values fit is widened for as long as clipping costs y more than quantization
 * does in any case; a coarse one is made finer for as long as it does not.  z has one format, finer than any gate needs and as wide as the tables
 * are.  A key of model.formats or model.ranges overrides each. */
#ifndef ESE_FORMATS_H
#define ESE_FORMATS_H

#include "models/number/quantize.h"

/* Fills formats.x .. z, z_bits, values and calibration; sum and project follow from the weights.  Fails where
 * a key asks for what the hardware cannot have. */
bool formats_choose(struct quantized *quant, const struct network *network,
                    const struct utterances *calibration, const struct config *config,
                    struct error *error);

/* The same for another model of a chip that is there already: the formats that `quant` has stay.  Fails
 * where a key asks for another, or for a range that the chip's does not hold. */
bool formats_keep(struct quantized *quant, const struct network *network,
                  const struct utterances *calibration, const struct model_config *model,
                  struct error *error);

#endif
