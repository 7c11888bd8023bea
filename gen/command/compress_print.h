/* SPDX-License-Identifier: Apache-2.0
 * compress_print.h - what `ese compress` tells. */
#ifndef ESE_COMPRESS_PRINT_H
#define ESE_COMPRESS_PRINT_H

#include "models/learn/learn.h"

/* For struct learn_watch; the context is the task. */
void compress_print_report(void *context, const struct learn_report *report);

/* The networks beside each other over what is held out. */
bool compress_print_table(const struct learn_task *task, const struct network *at_once,
                          const struct network *learnt, int weight_bits, struct error *error);

#endif
