/* SPDX-License-Identifier: Apache-2.0
 * output_error.h - how far one sequence of y is from another. */
#ifndef ESE_OUTPUT_ERROR_H
#define ESE_OUTPUT_ERROR_H

#include <stdint.h>

struct output_error {
    double snr_db;      /* infinite if there is no error, minus so if no signal */
    double max_error;   /* largest difference */
    double correlation; /* 1: the same but for a factor; 0 where one of them is constant */
};

/* Sums over the values of both. */
struct error_sums {
    int64_t count;
    double error, max_error, max_wanted;
    double a, b, aa, ab, bb;
};

void error_sums_add(struct error_sums *sums, double wanted, double got);
void error_sums_join(struct error_sums *all, const struct error_sums *one);
struct output_error error_of_sums(const struct error_sums *sums);

/* How far they are apart; infinite where one of them is no number. */
double error_between(double wanted, double got);

/* Signal to noise in dB of two powers: infinite without an error, and the least there is without a
 * signal, or where floating point has no number for one of them. */
double signal_to_noise(double signal, double error);

#endif
