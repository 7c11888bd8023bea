/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/command/import_compare.h"

#include <stdlib.h>

#include "models/network/network.h"
#include "models/network/reference.h"
#include "models/network/utterances.h"
#include "models/program/trained.h"

static void compare(const struct network *n, const struct utterances *inputs,
                    const struct utterances *expected, struct import_compared *result)
{
    struct reference *reference = reference_new(n);
    struct error_sums sums = {0};
    for (int u = 0; u < inputs->count; u++) {
        const struct matrix *y = &expected->frames[u];
        const size_t size = (size_t)y->rows * (size_t)y->cols;
        double *found = allocate(size, sizeof *found);
        reference_run(reference, &inputs->frames[u], NULL, found);
        for (size_t i = 0; i < size; i++)
            error_sums_add(&sums, (double)y->at[i], found[i]);
        free(found);
        result->frames += y->rows;
    }
    reference_free(reference);
    result->utterances = inputs->count;
    result->error = error_of_sums(&sums);
    result->agrees = trained_agrees(&sums);
    result->good = result->error.snr_db >= trained_least_db_of(n);
}

bool import_compare(struct import_compared *result, const struct source_chain *chain, const char *inputs,
                    const char *expected, struct error *error)
{
    struct network n;
    struct utterances x, y;
    *result = (struct import_compared){0};
    if (!network_of_chain(&n, chain, error))
        return false;
    bool good = utterances_read(&x, inputs, n.input, error);
    if (good) {
        good = expected_read(&y, expected, &x, n.output, error);
        if (good) {
            compare(&n, &x, &y, result);
            utterances_free(&y);
        }
        utterances_free(&x);
    }
    network_free(&n);
    return good;
}
