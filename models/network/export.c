/* SPDX-License-Identifier: Apache-2.0 */
#include "models/network/export.h"

#include <stdio.h>
#include <string.h>

#include "models/network/layer.h"
#include "models/source/source.h"

/* Options that the names of tensors do not tell. */
static void add_keys(struct source_layer *to, const struct layer_config *as)
{
    source_add_key(to, "kind", layer_kind_name(as->kind));
    if (as->kind != LAYER_LINEAR)
        source_add_key(to, "direction", direction_name(as->direction));
    if (as->kind == LAYER_GRU)
        source_add_key(to, "reset", reset_name(as->reset));
    if (as->kind == LAYER_RNN)
        source_add_key(to, "nonlinearity", nonlinearity_name(as->nonlinearity));
    if (as->kind == LAYER_LINEAR)
        source_add_key(to, "activation", activation_name(as->activation));
    if (as->kind == LAYER_LSTM) {
        source_add_key(to, "coupled", coupling_name(as->coupled));
        source_add_key(to, "candidate", candidate_name(as->candidate));
    }
}

static void add_tensor(struct source_layer *to, const char *direction, const char *name,
                       const struct matrix *values, bool negated)
{
    char full[2 * NAME_MOST];
    snprintf(full, sizeof full, "%s%s", direction, name);
    const size_t count = (size_t)values->rows * (size_t)(values->cols > 0 ? values->cols : 1);
    float *at = source_add_tensor(to, full, values->rows, values->cols);
    for (size_t i = 0; i < count; i++)
        at[i] = negated && values->at[i] != 0.0f ? -values->at[i] : values->at[i];
}

static void add_vector(struct source_layer *to, const char *direction, const char *name,
                       const struct matrix *values, bool negated)
{
    if (values->at != NULL)
        add_tensor(to, direction, name, values, negated);
}

/* Of a vector that two directions share, each has its part. */
static void add_initial(struct source_layer *to, const char *direction, const struct network *n, int layer)
{
    const struct layer *l = &n->layers[layer];
    for (int v = 1; v < n->vector_count; v++) {
        const struct network_vector *vector = &n->vectors[v];
        const bool writes = v == l->writes;
        if (vector->initial == NULL || (!writes && vector->layer != layer))
            continue;
        add_tensor(to, direction, writes ? "y_0" : "c_0",
                   &(struct matrix){writes ? l->size : vector->size, 0,
                                    vector->initial + (writes ? l->first : 0)},
                   false);
    }
}

/* One direction of a layer. */
static void add_direction(struct source_layer *to, const char *direction, const struct network *n, int layer)
{
    for (int i = 0; i < n->matrix_count; i++)
        if (n->matrices[i].layer == layer)
            add_tensor(to, direction, n->matrices[i].tensor, &n->matrices[i].weights,
                       n->passes[n->matrices[i].pass].negated);
    for (int p = 0; p < n->pass_count; p++) {
        const struct network_pass *pass = &n->passes[p];
        if (pass->layer != layer)
            continue;
        if (pass->bias_tensor != NULL && !pass->no_bias)
            add_vector(to, direction, pass->bias_tensor, &(struct matrix){pass->rows, 0, pass->bias},
                       pass->negated);
        if (pass->peep_tensor != NULL)
            add_vector(to, direction, pass->peep_tensor, &(struct matrix){pass->rows, 0, pass->peep},
                       pass->negated);
    }
    add_initial(to, direction, n, layer);
}

/* Two directions are one layer of the file. */
static void add_layers(struct source_chain *chain, const struct network *n, const char *prefix)
{
    struct source_layer *to = NULL;
    for (int layer = 0; layer < n->layer_count; layer++) {
        const struct layer *l = &n->layers[layer];
        const bool second = l->first > 0;
        struct layer_config as = l->as;
        if (!second) {
            to = source_add_layer(chain, prefix != NULL ? prefix : "", as.input, l->size);
            to->prefix = prefix;
            as.direction = l->whole > l->size ? DIRECTION_BOTH : as.direction;
            add_keys(to, &as);
            to->coarse = n->coarse;
        }
        add_direction(to, second ? "reverse." : "", n, layer);
    }
}

bool network_pack(const struct network *n, const char *const *facts, struct text *bytes,
                  struct error *error)
{
    struct source source = {0};
    struct source_chain *chain = source_add_chain(&source, "network");
    chain->facts = facts;
    add_layers(chain, n, NULL);
    if (n->after != NULL)
        add_layers(chain, n->after, "output");
    const bool good = source_pack(chain, bytes, error);
    source_free(&source);
    return good;
}
