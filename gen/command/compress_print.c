/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/command/compress_print.h"

#include <stdio.h>

void compress_print_report(void *context, const struct learn_report *r)
{
    const struct learn_task *task = context;
    const int left = (int)(r->seconds_left + 0.5);
    printf("frames %.2f M of %.2f M   density %.2f   loss %.3f (held out %.3f)", 1e-6 * (double)r->seen,
           1e-6 * (double)r->frames, r->density, learn_sums_loss(&r->learnt), learn_sums_loss(&r->held_out));
    if (task->loss->classes > 0 && !task->loss->made_up)
        printf("   agrees %.1f %%", 100.0 * learn_sums_agreement(&r->held_out));
    printf("   y %.1f dB   %d:%02d left\n", learn_sums_snr_db(&r->held_out), left / 60, left % 60);
    fflush(stdout);
}

static bool print_line(const struct learn_task *task, const char *what, const struct network *n,
                       struct error *error)
{
    error->text[0] = '\0';
    struct learn_task as_is = *task;
    as_is.weight_bits = 0;
    const struct learn_sums sums = learn_compare(&as_is, n, task->held_out, error);
    if (error->text[0] != '\0')
        return false;
    printf("%-24s", what);
    if (task->loss->classes > 0 && !task->loss->made_up)
        printf("%12.1f %%", 100.0 * learn_sums_agreement(&sums));
    printf("%12.1f dB%12.3f\n", learn_sums_snr_db(&sums), learn_sums_loss(&sums));
    return true;
}

bool compress_print_table(const struct learn_task *task, const struct network *at_once,
                          const struct network *learnt, int weight_bits, struct error *error)
{
    char rounded[32];
    struct network coarse = network_copy(learnt);
    learn_round(&coarse, weight_bits);
    snprintf(rounded, sizeof rounded, "%d-bit weights", weight_bits);
    const bool good = print_line(task, "pruned at once", at_once, error) &&
                      print_line(task, "pruned and distilled", learnt, error) &&
                      print_line(task, rounded, &coarse, error);
    network_free(&coarse);
    return good;
}
