/* SPDX-License-Identifier: Apache-2.0
 * calibrate.h - how large the values of a network get on real input. */
#ifndef ESE_CALIBRATE_H
#define ESE_CALIBRATE_H

#include "models/network/network.h"
#include "models/network/utterances.h"

/* Largest magnitudes met; for c the magnitude that 99.9 % of the values stay below, because a few
 * cells run away without mattering (they saturate), and the bits are better spent on the others. */
struct ranges {
    double x, y, c, m;
};

/* Runs the float reference over the utterances, as many frames as a bounded amount of work allows,
 * taking frames from every utterance. */
struct ranges calibrate(const struct network *network, const struct utterances *utterances);

#endif
