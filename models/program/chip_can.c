/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/chip_can.h"

static bool refuse(int layer, const char *what, const char *word, struct error *error)
{
    return fail(error, "layer %d %s%s; as yet Verilog is made of one lstm: forward, all of its "
                "gates, with biases, but none of the projection", layer, what, word);
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

bool chip_can_model(const struct model_config *model, struct error *error)
{
    struct layer_config layers[LAYERS_MOST];
    const int count = model_layers(model, layers);
    for (int n = 0; n < count; n++)
        if (!can_layer(&layers[n], n, error))
            return false;
    return count == 1 || refuse(1, "follows another", "", error);
}

/* The host brings an initial state where it brings x: by descriptors. */
static bool can_begin(const struct network *n, const struct config *config, struct error *error)
{
    return config->io == IO_MEMORY || network_begins_with_zeros(n) ||
           fail(error, "utterances begin with an initial state of the model's, not with zeros: that takes "
                "a chip with x and y in memory (memory: resident or stream, io: memory)");
}

bool chip_can(const struct network *n, const struct config *config, struct error *error)
{
    for (int i = 0; i < n->layer_count; i++)
        if (!can_layer(&n->layers[i].as, n->layers[i].number, error))
            return false;
    if (n->layer_count > 1)
        return refuse(n->layers[1].number, "follows another", "", error);
    return can_begin(n, config, error);
}
