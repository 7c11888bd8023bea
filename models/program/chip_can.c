/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/chip_can.h"

static bool refuse(int layer, const char *what, const char *word, struct error *error)
{
    return fail(error, "layer %d %s%s; as yet Verilog is made of one lstm: forward, all of its "
                "gates, with biases, but none of the projection, from a state of zeros", layer, what,
                word);
}

static bool can_layer(const struct layer_config *layer, int number, struct error *error)
{
    if (layer->kind != LAYER_LSTM)
        return refuse(number, "is of kind ", layer_kind_name(layer->kind), error);
    if (layer->direction != DIRECTION_FORWARD)
        return refuse(number, "has the direction ", direction_name(layer->direction), error);
    if (layer->coupled != COUPLED_NONE)
        return refuse(number, "is coupled: ", coupling_name(layer->coupled), error);
    if (layer->projection_bias)
        return refuse(number, "has a bias of its projection", "", error);
    return layer->bias || refuse(number, "has no biases", "", error);
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
    return count == 1 || refuse(1, "follows another", "", error);
}

bool chip_can(const struct network *n, struct error *error)
{
    for (int i = 0; i < n->layer_count; i++)
        if (!can_layer(&n->layers[i].as, n->layers[i].number, error))
            return false;
    if (n->layer_count > 1)
        return refuse(n->layers[1].number, "follows another", "", error);
    for (int v = 0; v < n->vector_count; v++)
        if (!begins_with_zeros(&n->vectors[v]))
            return refuse(0, "begins with another state than zeros: ", n->vectors[v].name, error);
    return true;
}
