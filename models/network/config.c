/* SPDX-License-Identifier: Apache-2.0 */
#include "models/network/config.h"

#include <stdlib.h>

void config_free(struct config *config)
{
    free(config->name);
    free(config->model.path);
    free(config->model.utterances);
    free(config->model.expected);
    *config = (struct config){0};
}

#define CHOICE_WORD(value, word) [value] = word,
#define CHOICE_NAME(function, type, list)                       \
    const char *function(enum type value)                       \
    {                                                           \
        static const char *const words[] = {list(CHOICE_WORD)}; \
        return words[value];                                    \
    }

CHOICE_NAME(encoding_name, encoding, ENCODINGS)
CHOICE_NAME(column_order_name, column_order, COLUMN_ORDERS)
CHOICE_NAME(memory_mode_name, memory_mode, MEMORY_MODES)
CHOICE_NAME(table_kind_name, table_kind, TABLE_KINDS)
CHOICE_NAME(candidate_name, candidate, CANDIDATES)
CHOICE_NAME(pruning_name, pruning, PRUNINGS)
