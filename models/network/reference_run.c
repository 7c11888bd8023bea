/* SPDX-License-Identifier: Apache-2.0
 * reference_run.c - frame by frame, and layer by layer. */
#include <stdlib.h>
#include <string.h>

#include "models/network/layer.h"

void reference_step(const struct reference *r, struct reference_state *s, const float *x)
{
    const struct network *n = reference_network(r);
    BUG_UNLESS(network_is_forward(n));
    for (int i = 0; i < n->input * s->voices; i++)
        s->at[0][i] = (double)x[i];
    for (int layer = 0; layer < n->layer_count; layer++)
        layer_form(n->layers[layer].as.kind)->step(r, s, &n->layers[layer]);
}

/* A layer over all frames, from what it reads to what it writes; [frames][size of the vector]. */
static void run_layer(const struct reference *r, const struct layer *layer, int frames,
                      const struct reference_visitor *visitor, double *const *values)
{
    const struct network *n = reference_network(r);
    const size_t from = (size_t)n->vectors[layer->reads].size,
                 to = (size_t)n->vectors[layer->writes].size;
    const size_t first = (size_t)layer->first;
    const size_t part = (size_t)layer->size;
    struct reference_state s = reference_start(n);
    for (int i = 0; i < frames; i++) {
        const size_t t =
            (size_t)(layer->as.direction == DIRECTION_FORWARD ? i : frames - 1 - i);
        memcpy(s.at[layer->reads], values[layer->reads] + t * from, from * sizeof(double));
        layer_form(layer->as.kind)->step(r, &s, layer);
        memcpy(values[layer->writes] + t * to + first, s.at[layer->writes] + first,
               part * sizeof(double));
        if (visitor != NULL)
            visitor->see(visitor->context, &s, layer);
    }
    reference_end(&s);
}

void reference_run(const struct reference *r, const struct matrix *x,
                   const struct reference_visitor *visitor, double *y)
{
    const struct network *n = reference_network(r);
    const size_t frames = (size_t)x->rows;
    double **values = allocate((size_t)n->vector_count, sizeof *values);
    values[0] = allocate(frames * (size_t)n->input, sizeof **values);
    for (size_t i = 0; i < frames * (size_t)n->input; i++)
        values[0][i] = (double)x->at[i];
    for (int i = 0; i < n->layer_count; i++) {
        const int writes = n->layers[i].writes;
        if (values[writes] == NULL)
            values[writes] =
                allocate(frames * (size_t)n->vectors[writes].size, sizeof **values);
        run_layer(r, &n->layers[i], x->rows, visitor, values);
    }
    memcpy(y, values[network_output(n)], frames * (size_t)n->output * sizeof *y);
    for (int i = 0; i < n->vector_count; i++)
        free(values[i]);
    free(values);
}
