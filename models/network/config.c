/* SPDX-License-Identifier: Apache-2.0 */
#include "models/network/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void config_free(struct config *config)
{
    free(config->name);
    free(config->model.path);
    free(config->model.utterances);
    free(config->model.expected);
    *config = (struct config){0};
}

struct layer_config layer_default(enum layer_kind kind)
{
    return (struct layer_config){
        .kind = kind,
        .bias = true,
#define FORMAT_UNSET(name) .formats.name = FORMAT_AUTO,
        FORMAT_VECTORS(FORMAT_UNSET) FORMAT_MATRICES(FORMAT_UNSET)
#undef FORMAT_UNSET
    };
}

int model_layers(const struct model_config *model, struct layer_config list[LAYERS_MOST])
{
    if (model->layer_count > 0) {
        memcpy(list, model->layers, (size_t)model->layer_count * sizeof *list);
        return model->layer_count;
    }
    *list = layer_default(LAYER_LSTM);
    list->input = model->input;
    list->cell = model->cell;
    list->output = model->projection ? model->output : 0;
    list->peephole = model->peephole;
    list->candidate = model->candidate;
    return 1;
}

struct key_name model_key(int layer, const char *section, const char *key)
{
    struct key_name name;
    char of[20] = "";
    if (layer >= 0)
        snprintf(of, sizeof of, "layers.%d.", layer);
    snprintf(name.text, sizeof name.text, "model.%s%s.%s", of, section, key);
    return name;
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
CHOICE_NAME(layer_kind_name, layer_kind, LAYER_KINDS)
CHOICE_NAME(coupling_name, coupling, COUPLINGS)
CHOICE_NAME(reset_name, reset, RESETS)
CHOICE_NAME(nonlinearity_name, nonlinearity, NONLINEARITIES)
CHOICE_NAME(activation_name, activation, ACTIVATIONS)
CHOICE_NAME(direction_name, direction, DIRECTIONS)
CHOICE_NAME(pruning_name, pruning, PRUNINGS)
