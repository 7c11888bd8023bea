/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number/output_error.h"

#include <math.h>

double error_between(double wanted, double got)
{
    const double error = fabs(wanted - got);
    return isnan(error) ? INFINITY : error;
}

double signal_to_noise(double signal, double error)
{
    if (error == 0.0)
        return INFINITY;
    return signal > 0.0 && isfinite(signal) && isfinite(error) ? 10.0 * log10(signal / error)
                                                               : -INFINITY;
}

void error_sums_add(struct error_sums *s, double wanted, double got)
{
    const double error = error_between(wanted, got);
    s->count++;
    s->error += error * error;
    s->max_error = fmax(s->max_error, error);
    s->max_wanted = fmax(s->max_wanted, fabs(wanted));
    s->a += wanted;
    s->b += got;
    s->aa += wanted * wanted;
    s->ab += wanted * got;
    s->bb += got * got;
}

struct output_error error_of_sums(const struct error_sums *s)
{
    struct output_error e = {.snr_db = INFINITY, .max_error = s->max_error, .correlation = 1.0};
    if (s->error == 0.0)
        return e;
    double n = (double)s->count;
    double a = n * s->aa - s->a * s->a, b = n * s->bb - s->b * s->b;
    e.snr_db = signal_to_noise(s->aa, s->error);
    e.correlation = a > 0.0 && b > 0.0 && isfinite(a * b)
                        ? (n * s->ab - s->a * s->b) / sqrt(a * b)
                        : 0.0;
    return e;
}

void error_sums_join(struct error_sums *all, const struct error_sums *one)
{
    all->count += one->count;
    all->error += one->error;
    all->max_error = fmax(all->max_error, one->max_error);
    all->max_wanted = fmax(all->max_wanted, one->max_wanted);
    all->a += one->a;
    all->b += one->b;
    all->aa += one->aa;
    all->ab += one->ab;
    all->bb += one->bb;
}
