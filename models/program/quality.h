/* SPDX-License-Identifier: Apache-2.0
 * quality.h - what quantization costs: signal to noise of every tensor.
 *
 * Weights are compared as stored.  For x, c and y the float reference and the golden model run side
 * by side over the program's utterances, or where there are none over noise that was not used for
 * calibration; each goes on from its own state, so that errors may add up as they do in the chip. */
#ifndef ESE_QUALITY_H
#define ESE_QUALITY_H

#include <stdint.h>

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

struct quality {
    int tensor_count;
    struct tensor_quality tensors[TENSORS_MAX];
    int frames, utterances;   /* that x, c, m and y were measured over */
    bool drawn;               /* the utterances are noise */
    double max_float_error;   /* of y: largest |float - golden| */
};

/* Multiplications that quality_measure() spends on the vectors, some 0.2 s.  The result depends on
 * this number and never on the time that it takes. */
#define QUALITY_WORK 3e8

/* Measures with about `work` multiplications, but over two frames at least. */
void quality_measure(struct quality *quality, const struct program *program, double work);

#endif
