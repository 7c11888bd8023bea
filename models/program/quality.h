/* SPDX-License-Identifier: Apache-2.0
 * quality.h - does the chip compute the user's network?
 *
 * Its y is judged on frames that calibration did not see (calibrate.h), or where no utterances were given
 * on other noise; so are x, c and m.  Weights are compared as stored. */
#ifndef ESE_QUALITY_H
#define ESE_QUALITY_H

#include <stdint.h>

#include "models/program/program.h"
#include "models/program/side_by_side.h"

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

struct quality {
    int tensor_count;
    struct tensor_quality tensors[TENSORS_MAX];
    struct accuracy accuracy; /* of y */
    int utterances;           /* that the vectors were measured over */
    int of_frames;            /* that were held out: so many could have been */
    bool drawn;               /* the utterances are noise */
    bool held_out;            /* calibration did not see these frames; false: there is only one */
    bool as_given;            /* pruning took nothing, or the network is drawn */
};

/* Multiplications that quality_measure() spends on the vectors, some 0.2 s.  The result depends on
 * this number and never on the time that it takes. */
#define QUALITY_WORK 1e8

/* Measures with about `work` multiplications, but over two frames at least. */
void quality_measure(struct quality *quality, const struct program *program, double work);

#endif
