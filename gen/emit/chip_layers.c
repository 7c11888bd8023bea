/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/chip_layers.h"

#include "gen/report/layers.h"
#include "models/program/places.h"

enum { NAMED_MOST = 4 }; /* vectors of a state that a sentence names */

/* "a, b and c" */
static void list_vectors(struct text *text, const struct network *n, const int *list, int count)
{
    for (int i = 0; i < count; i++)
        text_appendf(text, "%s%s", i == 0 ? "" : i + 1 == count ? " and " : ", ",
                     n->vectors[list[i]].name);
}

int chip_state_text(struct text *text, const struct program *p)
{
    int list[VECTORS_MOST];
    const int count = places_state(p, list);
    list_vectors(text, &p->network, list, count);
    return count;
}

/* What the layer writes first, then what it has beside that with a format of its own. */
static void bind_vectors(struct bindings *row, const struct program *p, int layer)
{
    const struct network *n = &p->network;
    const int writes = n->layers[layer].writes;
    struct text text = {0};
    text_appendf(&text, "%s %d", n->vectors[writes].name, p->quant.vectors[writes].fraction);
    for (int v = 0; v < n->vector_count; v++)
        if (n->vectors[v].layer == layer && v != writes && n->vectors[v].value != VALUE_GATE &&
            n->vectors[v].value != VALUE_Z)
            text_appendf(&text, ", %s %d", n->vectors[v].name, p->quant.vectors[v].fraction);
    bind_text(row, "VECTORS", "%s", text_string(&text));
    text_free(&text);
}

static void bind_begins(struct bindings *b, const struct program *p)
{
    struct text state = {0};
    const int count = chip_state_text(&state, p);
    if (count == 0)
        bind_text(b, "BEGINS", "%s", "which means nothing here: no layer has a state");
    else
        bind_text(b, "BEGINS", "%s of the frame before count%s as zero",
                  count > NAMED_MOST ? "the states" : text_string(&state), count == 1 ? "s" : "");
    text_free(&state);
}

void chip_layers_bind(struct bindings *b, const struct program *p)
{
    const struct network *n = &p->network;
    const bool is_lstm = network_only(n, LAYER_LSTM) != NULL;
    bind_flag(b, "LSTM", is_lstm);
    bind_list(b, "LAYERS");
    for (int layer = 0; layer < n->layer_count; layer++) {
        struct bindings *row = bind_row(b, "LAYERS");
        struct text what = {0};
        layer_text(&what, n, layer);
        bind_int(row, "NUMBER", n->layers[layer].number);
        bind_text(row, "WHAT", "%s", text_string(&what));
        bind_vectors(row, p, layer);
        text_free(&what);
    }
    bind_text(b, "OUTPUT", "%s", n->vectors[network_output(n)].name);
    bind_text(b, "ELEMENT_OF", "%s",
              !is_lstm                      ? "a vector"
              : network_has_projection(n)   ? "y or m"
                                            : "y");
    bind_begins(b, p);
}
