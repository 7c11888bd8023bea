/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/encode.h"

#include <stdlib.h>
#include <string.h>

#include "models/program/pace.h"

/* The slices of a row block while its weights go by, row by row. */
struct writer {
    const struct geometry *geometry;
    struct slices *slices;
    uint32_t weight_mask;
    size_t *next;       /* [cell] where the slice's next entry goes; NULL: they are only counted */
    uint16_t *next_row; /* [cell] relative: the row that index 0 would mean */
};

static void put(struct writer *w, size_t cell, int32_t weight, int index)
{
    if (w->next != NULL)
        w->slices->entries[w->next[cell]++] =
            ((uint32_t)weight & w->weight_mask) << w->geometry->index_bits | (uint32_t)index;
    else
        w->slices->lengths[cell]++;
}

static void put_weight(struct writer *w, size_t cell, int32_t weight, int row)
{
    if (w->next == NULL)
        w->slices->nonzeros++;
    if (w->geometry->encoding == ENCODING_BLOCK) {
        put(w, cell, weight, row);
        return;
    }
    const int reach = 1 << w->geometry->index_bits;
    int skipped = row - w->next_row[cell];
    for (; skipped >= reach; skipped -= reach) {
        put(w, cell, 0, reach - 1);
        if (w->next == NULL)
            w->slices->fillers++;
    }
    put(w, cell, weight, skipped);
    w->next_row[cell] = (uint16_t)(row + 1);
}

/* All rows of the block in the order of memory; those of a PE come from the top down. */
static void put_block(struct writer *w, const struct quant_matrix *m, int row_block)
{
    const struct geometry *g = w->geometry;
    const int fold = w->slices->fold, span = geometry_span(g, fold), first = row_block * span;
    const int end = m->rows < first + span ? m->rows : first + span;
    memset(w->next_row, 0, (size_t)w->slices->columns * (size_t)g->pes * sizeof *w->next_row);
    for (int row = first; row < end; row++) {
        const int16_t *weights = m->at + (size_t)row * (size_t)m->cols;
        const int row_of_pe = geometry_row(g, fold, row);
        for (int col = 0; col < m->cols; col++)
            if (weights[col] != 0) {
                size_t cell = (size_t)(col / fold) * (size_t)g->pes +
                              (size_t)geometry_pe(g, fold, row, col);
                put_weight(w, cell, weights[col], row_of_pe);
            }
    }
}

void encode_block(struct slices *s, const struct quant_matrix *m, int row_block,
                  const struct geometry *geometry, int fold, int weight_bits)
{
    const int columns = (m->cols + fold - 1) / fold;
    size_t cells = (size_t)columns * (size_t)geometry->pes, entries = 0;
    *s = (struct slices){.columns = columns, .pes = geometry->pes, .fold = fold};
    s->lengths = allocate(cells, sizeof *s->lengths);
    s->first = allocate(cells, sizeof *s->first);
    struct writer w = {.geometry = geometry,
                       .slices = s,
                       .weight_mask = (1u << weight_bits) - 1u,
                       .next_row = allocate(cells, sizeof *w.next_row)};
    put_block(&w, m, row_block);
    for (size_t cell = 0; cell < cells; cell++) {
        s->first[cell] = entries;
        entries += s->lengths[cell];
    }
    s->entries = allocate(entries, sizeof *s->entries);
    w.next = allocate(cells, sizeof *w.next);
    memcpy(w.next, s->first, cells * sizeof *w.next);
    put_block(&w, m, row_block);
    s->pace = pace_new(s);
    free(w.next);
    free(w.next_row);
}

void slices_free(struct slices *s)
{
    free(s->lengths);
    free(s->first);
    free(s->entries);
    pace_free(s->pace);
}
