/* SPDX-License-Identifier: Apache-2.0
 * fit.h - whether another model fits a chip that is there already.
 *
 * Each function fails at the first thing that does not fit, with one line that names it, what the
 * model would need and what the chip has. */
#ifndef ESE_FIT_H
#define ESE_FIT_H

#include "models/program/program.h"

/* Sizes, peepholes, projection, candidate: before anything is quantized. */
bool fit_network(const struct network *network, const struct program *chip, struct error *error);

/* The widths that quantize_for() found to be needed; call before derive_shapes_for(). */
bool fit_numbers(const struct quantized *needs, const struct program *chip, struct error *error);

/* The streams; call after derive_streams_for(). */
bool fit_streams(const struct program *model, const struct program *chip, struct error *error);

#endif
