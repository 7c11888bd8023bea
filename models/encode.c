/* SPDX-License-Identifier: Apache-2.0 */
#include "models/encode.h"

#include <stdlib.h>

/* Appends entries to a slice; counts only while entries is NULL. */
struct writer {
    const struct geometry *geometry;
    uint32_t weight_mask;
    uint32_t *entries;
    size_t next;
    int64_t nonzeros, fillers;
};

static void put(struct writer *w, int32_t weight, int index)
{
    if (w->entries != NULL)
        w->entries[w->next] = ((uint32_t)weight & w->weight_mask) << w->geometry->index_bits |
                              (uint32_t)index;
    w->next++;
}

/* One slice: rows first_row, first_row + pes, ... of column `col`, `rows` of them. */
static void encode_slice(struct writer *w, const struct quant_matrix *m, int first_row, int rows,
                         int col)
{
    const int pes = w->geometry->pes, reach = 1 << w->geometry->index_bits;
    int next_row = 0; /* relative: the row that index 0 would mean */
    for (int q = 0; q < rows; q++) {
        int32_t weight = m->at[(size_t)(first_row + q * pes) * (size_t)m->cols + (size_t)col];
        if (weight == 0)
            continue;
        w->nonzeros++;
        if (w->geometry->encoding == ENCODING_BLOCK) {
            put(w, weight, q);
            continue;
        }
        for (; q - next_row >= reach; next_row += reach) {
            put(w, 0, reach - 1);
            w->fillers++;
        }
        put(w, weight, q - next_row);
        next_row = q + 1;
    }
}

void encode_block(struct slices *s, const struct quant_matrix *m, int row_block,
                  const struct geometry *geometry, int weight_bits)
{
    const int pes = geometry->pes, span = pes * geometry->block_rows, base = row_block * span;
    size_t cells = (size_t)m->cols * (size_t)pes;
    *s = (struct slices){.columns = m->cols, .pes = pes};
    s->lengths = allocate(cells, sizeof *s->lengths);
    s->first = allocate(cells, sizeof *s->first);
    struct writer w = {.geometry = geometry, .weight_mask = (1u << weight_bits) - 1u};
    for (int pass = 0; pass < 2; pass++) {
        w.next = 0;
        w.nonzeros = w.fillers = 0;
        for (int col = 0; col < m->cols; col++) {
            for (int pe = 0; pe < pes; pe++) {
                size_t cell = (size_t)col * (size_t)pes + (size_t)pe;
                int left = m->rows - base - pe; /* rows of this PE from the block's top on */
                int rows = left <= 0 ? 0 : (left + pes - 1) / pes;
                if (rows > geometry->block_rows)
                    rows = geometry->block_rows;
                s->first[cell] = w.next;
                encode_slice(&w, m, base + pe, rows, col);
                s->lengths[cell] = (uint16_t)(w.next - s->first[cell]);
            }
        }
        if (pass == 0)
            w.entries = s->entries = allocate(w.next, sizeof *s->entries);
    }
    s->nonzeros = w.nonzeros;
    s->fillers = w.fillers;
}

void slices_free(struct slices *s)
{
    free(s->lengths);
    free(s->first);
    free(s->entries);
}
