/* SPDX-License-Identifier: Apache-2.0
 * quality.h - does the chip compute the user's network?
 *
 * Three models run side by side: the network as given, as pruned, and in integers.  Each goes on from its
 * own state, so that errors may add up as they do in the chip.  They are compared on frames that
 * calibration did not see (calibrate.h), or where no utterances were given on other noise.  Weights
 * are compared as stored. */
#ifndef ESE_QUALITY_H
#define ESE_QUALITY_H

#include <stdint.h>

#include "models/number/golden.h"
#include "models/program/program.h"

enum tensor_kind { TENSOR_WEIGHTS, TENSOR_CONSTANTS, TENSOR_VECTOR };

/* Nine matrices, four biases, three peepholes; x, c, m, y. */
enum { TENSORS_MAX = 20 };

struct tensor_quality {
    char name[8]; /* "Wix", "bi", "wic", "c" */
    enum tensor_kind kind;
    int bits, fraction;
    double largest;    /* largest magnitude of the float tensor */
    int64_t values, saturated; /* how many there are; how many lie at the end of their range */
    bool compared;     /* the next three are valid */
    double snr_db;     /* signal to noise; infinite if there is no error, minus so if no signal */
    double max_error;  /* largest |float - quantized| */
    double rms_error;
};

/* How far y of one model is from that of another. */
struct output_error {
    double snr_db;      /* infinite if there is no error, minus so if no signal */
    double max_error;   /* largest difference */
    double correlation; /* 1: the same but for a factor; 0 where one of them is constant */
};

struct quality {
    int tensor_count;
    struct tensor_quality tensors[TENSORS_MAX];
    int frames, utterances;   /* that x, c, m and y were measured over */
    int of_frames;            /* that were held out: so many could have been */
    bool drawn;               /* the utterances are noise */
    bool held_out;            /* calibration did not see these frames; false: there is only one */
    bool as_given;            /* pruning took nothing, or the network is drawn: `pruned` is exact */
    struct output_error pruned;    /* as pruned against as given */
    struct output_error quantized; /* in integers against as pruned */
    struct output_error total;     /* in integers against as given */
    struct clip_counts clips; /* of the integer model */
    double max_float_error;   /* of y: largest |float - golden| */
};

/* Multiplications that quality_measure() spends on the vectors, some 0.2 s.  The result depends on
 * this number and never on the time that it takes. */
#define QUALITY_WORK 1e8

/* Measures with about `work` multiplications, but over two frames at least. */
void quality_measure(struct quality *quality, const struct program *program, double work);

#endif
