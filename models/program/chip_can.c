/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/chip_can.h"

static bool refuse(int layer, const char *what, const char *word, struct error *error)
{
    return fail(error, "layer %d %s%s; as yet Verilog is made of layers that go forward", layer, what,
                word);
}

static bool can_layer(const struct layer_config *layer, int number, struct error *error)
{
    return layer->direction == DIRECTION_FORWARD ||
           refuse(number, "has the direction ", direction_name(layer->direction), error);
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

/* The host brings an initial state where it brings x: by descriptors. */
static bool can_begin(const struct network *n, const struct config *config, struct error *error)
{
    const int initial = network_initial(n);
    return config->io == IO_MEMORY || initial == NONE ||
           fail(error, "layer %d: utterances begin with an initial state of the model's, not with zeros: "
                "that takes a chip with x and y in memory (memory: resident or stream, io: memory)",
                n->layers[n->vectors[initial].layer].number);
}

bool chip_can(const struct network *n, const struct config *config, struct error *error)
{
    for (int i = 0; i < n->layer_count; i++)
        if (!can_layer(&n->layers[i].as, n->layers[i].number, error))
            return false;
    return can_begin(n, config, error);
}
