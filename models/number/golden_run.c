/* SPDX-License-Identifier: Apache-2.0
 * golden_run.c - frame by frame, and layer by layer. */
#include <stdlib.h>
#include <string.h>

#include "models/number/golden_layer.h"

static void step_layer(const struct quantized *q, struct golden_state *s, const struct layer *layer)
{
    static void (*const steps[])(const struct quantized *, struct golden_state *,
                                 const struct layer *) = {[LAYER_LSTM] = golden_lstm,
                                                          [LAYER_GRU] = golden_gru,
                                                          [LAYER_RNN] = golden_rnn,
                                                          [LAYER_LINEAR] = golden_linear};
    steps[layer->as.kind](q, s, layer);
}

void golden_step(const struct quantized *q, struct golden_state *s, const int32_t *x)
{
    BUG_UNLESS(network_is_forward(&q->shape));
    memcpy(s->at[0], x, (size_t)q->shape.input * sizeof *x);
    for (int layer = 0; layer < q->shape.layer_count; layer++)
        step_layer(q, s, &q->shape.layers[layer]);
}

/* A layer over all frames, from what it reads to what it writes; [frames][size of the vector]. */
static void run_layer(const struct quantized *q, const struct layer *layer, int frames,
                      int32_t *const *values, struct clip_counts *counts)
{
    const struct network *n = &q->shape;
    const size_t from = (size_t)n->vectors[layer->reads].size,
                 to = (size_t)n->vectors[layer->writes].size;
    const size_t first = (size_t)layer->first, part = (size_t)layer->size;
    struct golden_state s = golden_start(q);
    for (int i = 0; i < frames; i++) {
        const size_t t =
            (size_t)(layer->as.direction == DIRECTION_FORWARD ? i : frames - 1 - i);
        memcpy(s.at[layer->reads], values[layer->reads] + t * from, from * sizeof(int32_t));
        step_layer(q, &s, layer);
        memcpy(values[layer->writes] + t * to + first, s.at[layer->writes] + first,
               part * sizeof(int32_t));
    }
    clip_counts_add(counts, &s.counts);
    golden_end(&s);
}

void golden_run(const struct quantized *q, int frames, const int32_t *x, int32_t *y,
                struct clip_counts *counts)
{
    const struct network *n = &q->shape;
    int32_t **values = allocate((size_t)n->vector_count, sizeof *values);
    values[0] = allocate((size_t)frames * (size_t)n->input, sizeof **values);
    memcpy(values[0], x, (size_t)frames * (size_t)n->input * sizeof *x);
    for (int i = 0; i < n->layer_count; i++) {
        const int writes = n->layers[i].writes;
        if (values[writes] == NULL)
            values[writes] =
                allocate((size_t)frames * (size_t)n->vectors[writes].size, sizeof **values);
        run_layer(q, &n->layers[i], frames, values, counts);
    }
    memcpy(y, values[network_output(n)], (size_t)frames * (size_t)n->output * sizeof *y);
    for (int i = 0; i < n->vector_count; i++)
        free(values[i]);
    free(values);
}
