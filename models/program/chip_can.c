/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/chip_can.h"

static bool refuse(int layer, const char *what, const char *word, struct error *error)
{
    return fail(error, "layer %d %s%s; as yet Verilog is made of layers lstm, rnn and linear that go "
                "forward, from a state of zeros", layer, what, word);
}

static bool can_layer(const struct layer_config *layer, int number, struct error *error)
{
    if (layer->kind == LAYER_GRU)
        return refuse(number, "is of kind ", layer_kind_name(layer->kind), error);
    return layer->direction == DIRECTION_FORWARD ||
           refuse(number, "has the direction ", direction_name(layer->direction), error);
}

static bool begins_with_zeros(const struct network_vector *vector)
{
    for (int i = 0; vector->initial != NULL && i < vector->size; i++)
        if (vector->initial[i] != 0.0f)
            return false;
    return true;
}

bool chip_can_model(const struct model_config *model, struct error *error)
{
    struct layer_config layers[LAYERS_MOST];
    const int count = model_layers(model, layers);
    for (int n = 0; n < count; n++)
        if (!can_layer(&layers[n], n, error))
            return false;
    return true;
}

bool chip_can(const struct network *n, struct error *error)
{
    for (int i = 0; i < n->layer_count; i++)
        if (!can_layer(&n->layers[i].as, n->layers[i].number, error))
            return false;
    for (int v = 0; v < n->vector_count; v++)
        if (!begins_with_zeros(&n->vectors[v]))
            return refuse(n->vectors[v].layer, "begins with another state than zeros: ",
                          n->vectors[v].name, error);
    return true;
}
