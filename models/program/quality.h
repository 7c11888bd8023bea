/* SPDX-License-Identifier: Apache-2.0
 * quality.h - does the chip compute the user's network?
 *
 * Its y is judged on frames that calibration did not see (calibrate.h), or where no utterances were
 * given on other noise; so are x, c and m.  Weights are compared as stored. */
#ifndef ESE_QUALITY_H
#define ESE_QUALITY_H

#include <stdint.h>

#include "models/program/program.h"
#include "models/program/side_by_side.h"

enum tensor_kind { TENSOR_WEIGHTS, TENSOR_CONSTANTS, TENSOR_VECTOR };

/* Of a layer at most nine matrices, five biases, three peepholes, its vectors; and x. */
enum { TENSORS_MAX = 1 + 2 * LAYERS_MOST * (9 + 5 + 3 + LAYER_VECTORS) };

struct tensor_quality {
    char name[NAME_MOST]; /* "Wix", "bi", "wic", "c" */
    enum tensor_kind kind;
    int bits, fraction;
    double largest;    /* largest magnitude of the float tensor */
    int64_t values, saturated; /* how many there are; how many lie at the end of their range */
    bool compared;     /* the next three are valid */
    double snr_db;     /* signal to noise; infinite if there is no error, minus so if no signal */
    double max_error;  /* largest |float - quantized| */
    double rms_error;
};

struct quality {
    int tensor_count;
    struct tensor_quality tensors[TENSORS_MAX];
    struct accuracy accuracy; /* of y */
    int utterances;           /* that the vectors were measured over */
    int of_frames;            /* that were held out: so many could have been */
    bool drawn;               /* the utterances are noise */
    bool held_out;            /* calibration did not see these frames; false: there is only one */
    bool as_given;            /* pruning took nothing, or the network is drawn */
    double work;              /* that it was measured with */
};

/* Multiplications that quality_measure() spends on the vectors, some 0.2 s.  The result depends on
 * this number and never on the time that it takes. */
#define QUALITY_WORK 1e8

/* Measures with about `work` multiplications, but over two frames at least; a program of a stock
 * once for all that have the same numbers. */
void quality_measure(struct quality *quality, const struct program *program, double work);

#endif
