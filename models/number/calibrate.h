/* SPDX-License-Identifier: Apache-2.0
 * calibrate.h - how large the values of a network get on real input, and what clipping c does to y.
 *
 * Some frames are held out: they judge what the others chose.  With five utterances or more these are
 * the third, the eighth and so on; with fewer, the last tenth of the frames of each. */
#ifndef ESE_CALIBRATE_H
#define ESE_CALIBRATE_H

#include "models/network/network.h"
#include "models/network/utterances.h"
#include "models/number/quantize.h"

/* Magnitudes, counted in bins of a sixteenth of an octave. */
struct magnitudes {
    double largest;
    int64_t count;
    int64_t *bins;
};

void magnitudes_add(struct magnitudes *magnitudes, double value);

/* A magnitude that the share of the values does not exceed, at most a bin too large. */
double magnitudes_percentile(const struct magnitudes *magnitudes, double share);

/* Share of the values above a magnitude, to a bin. */
double magnitudes_above(const struct magnitudes *magnitudes, double limit);

/* Frames of utterance number `n` that are not held out: its first ones, or none.  Of drawn
 * ones none is held out: others can be drawn. */
int calibration_rows(const struct utterances *utterances, int n);

struct calibrator;

/* Runs the float network over all frames that are not held out, or over some `most` of them: the first ones of
 * every utterance, in proportion to its length, one at least.  x is looked at in all. */
struct calibrator *calibrator_new(const struct network *network, const struct utterances *utterances,
                                  int most);
void calibrator_free(struct calibrator *calibrator);

const struct magnitudes *calibrator_values(const struct calibrator *calibrator, enum value value);
struct calibration calibrator_seen(const struct calibrator *calibrator);

/* Power of the error of y, summed over all values, when c is clipped at a magnitude. */
double calibrator_clip_error(struct calibrator *calibrator, double limit);

/* The same when the weights have `weight_bits` and c is rounded to a multiple of `step`: what
 * quantization costs in any case. */
double calibrator_noise(struct calibrator *calibrator, int weight_bits, double step);

/* Power of y itself. */
double calibrator_signal(const struct calibrator *calibrator);

#endif
