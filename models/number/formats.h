/* SPDX-License-Identifier: Apache-2.0
 * formats.h - which number format every vector has.
 *
 * x, y and m hold what calibration saw, and `margin` more.  c, and what a GRU keeps for its r, is
 * judged by what clipping does to y: the format that 99.9 % of its values fit is widened for as long as clipping costs y more than
 * quantization does in any case; a coarse one is made finer for as long as it does not.  z has one
 * format, finer than any gate needs and as wide as the tables are.  A key of model.formats or
 * model.ranges overrides each, one of a layer that of the model. */
#ifndef ESE_FORMATS_H
#define ESE_FORMATS_H

#include "models/number/quantize.h"

/* Fills vectors, gate_fraction, z_fraction, z_bits and calibration; the passes follow from the
 * weights.
 * Fails where a key asks for what the hardware cannot have. */
bool formats_choose(struct quantized *quant, const struct network *network,
                    struct calibrator *calibrator, const struct config *config,
                    struct error *error);

/* Whether a key says how many fraction bits a vector has, and which. */
bool formats_asked(const struct network *network, int vector, const struct model_config *model,
                   struct key_name *key);

/* A vector has so many fraction bits less. */
void formats_coarsen(struct quantized *quant, int vector, int by, struct calibrator *calibrator);

/* The same for another model of a chip that is there already: the formats that `quant` has stay.
 * Fails where a key asks for another, or for a range that the chip's does not hold. */
bool formats_keep(struct quantized *quant, struct calibrator *calibrator,
                  const struct model_config *model, struct error *error);

#endif
