/* SPDX-License-Identifier: Apache-2.0
 * calibrate.h - how large the values of a network get on real input, and what clipping c does to y.
 *
 * Some frames are held out: they judge what the others chose.  With five utterances or more these
 * are the third, the eighth and so on; with fewer, the last tenth of the frames of each. */
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

/* Is a frame of any of them held out? */
bool calibration_holds_out(const struct utterances *utterances);

/* The first frame of utterance number `n` that may judge: calibration saw those before it; 0 if it saw all of all. */
int calibration_judged_from(const struct utterances *utterances, int n);

struct calibrator;

/* Whether the format of such values is judged by what clipping them does to y, which
 * calibrator_clip_error() and calibrator_noise() tell: cell states, and what a GRU keeps. */
bool calibrator_judges(enum value value);

/* For all frames that are not held out, or for some model->calibration_frames of them: the first
 * ones of every utterance, in proportion to its length, one at least; x is looked at in all.  Where
 * there is no utterance, noise is drawn.  What network and utterances point to is the caller's, for
 * as long as the calibrator is there. */
struct calibrator *calibrator_new(const struct network *network,
                                  const struct utterances *utterances,
                                  const struct model_config *model);
void calibrator_free(struct calibrator *calibrator);

/* Runs the float network over these frames, the first time that it is called: what follows asks for
 * it. */
void calibrator_run(struct calibrator *calibrator);

/* Of a vector of the network; of a layer's VALUE_Z all that goes into its functions. */
const struct magnitudes *calibrator_values(const struct calibrator *calibrator, int vector);
struct calibration calibrator_seen(const struct calibrator *calibrator);

/* Power of the error of y, summed over all values, when a cell state or what is kept is clipped at a
 * magnitude: measured once. */
double calibrator_clip_error(struct calibrator *calibrator, int vector, double limit);

/* The same when the weights have `weight_bits` and the vector is rounded to a multiple of `step`:
 * what quantization costs in any case. */
double calibrator_noise(struct calibrator *calibrator, int vector, int weight_bits, double step);

/* What rounding weights costs, on the first frames of as many utterances as run beside each other: some hundred of
 * each, which tell, and do not take long. */
struct weights_error {
    double error, signal; /* power, summed over all values of y */
    int frames;
};

/* `roundings` [matrices] (models/network/reference.h); the other vectors and the states are exact. */
struct weight_rounding;
struct weights_error calibrator_weights_error(struct calibrator *calibrator,
                                              const struct weight_rounding *roundings);

/* Power of y itself. */
double calibrator_signal(const struct calibrator *calibrator);

#endif
