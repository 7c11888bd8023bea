/* SPDX-License-Identifier: Apache-2.0
 * fractions.h - how many fraction bits the weights of each matrix have, by what that does to y.
 *
 * The format that clips no weight spends its bits on the largest; one or two bits finer, a few weights are clipped and
 * all others rounded to half or a quarter.  Matrix after matrix, the best of the three for y on frames of calibration is
 * taken: weights alone are rounded there.  A key of model.formats overrides it.  It is the one that clips nothing without
 * utterances, and where y has a signal to noise of 45 dB with all of these. */
#ifndef ESE_FRACTIONS_H
#define ESE_FRACTIONS_H

#include "models/number/align.h"

/* Aligns (align.h) and fills `choice`, `asked` and `finer` of each matrix; the vectors have their formats. */
bool fractions_choose(const struct aligning *aligning, struct error *error);

#endif
