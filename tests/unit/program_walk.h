/* SPDX-License-Identifier: Apache-2.0
 * program_walk.h - a program walked as the hardware walks it: check_all().
 *
 * The streams are decoded from the words of program.h and encode.h alone: PE k takes its entries in
 * stream order, column by column, and what comes out must be the quantized matrices, every weight
 * once; products and passes must be in an order in which no accumulator block is used twice at once
 * and nothing waits for what comes later. */
#ifndef ESE_PROGRAM_WALK_H
#define ESE_PROGRAM_WALK_H

#include "models/program/places.h"
#include "tests/unit/model_testing.h"

/* One matrix as the hardware sees it: what was accumulated into each row from each element. */
struct rebuilt {
    const struct quant_matrix *matrix;
    int64_t *at;    /* [rows][cols] */
    int blocks_seen, fold;
};

struct walk {
    const struct program *p;
    struct rebuilt *matrices; /* [matrices of the network] */
    int matrix_count;
    int64_t *taken;    /* [pes] entries taken from the stream */
    int64_t nonzeros, fillers, padding, most_skew;
};

static struct walk walk_new(const struct program *p)
{
    struct walk w = {.p = p, .matrix_count = p->network.matrix_count};
    w.taken = allocate((size_t)p->d.pes, sizeof(int64_t));
    w.matrices = allocate((size_t)w.matrix_count, sizeof *w.matrices);
    for (int i = 0; i < w.matrix_count; i++) {
        const struct quant_matrix *m = quantized_matrix(&p->quant, i);
        w.matrices[i] = (struct rebuilt){.matrix = m};
        w.matrices[i].at = allocate((size_t)m->rows * (size_t)m->cols, sizeof(int64_t));
    }
    return w;
}

static void walk_free(struct walk *w)
{
    for (int i = 0; i < w->matrix_count; i++)
        free(w->matrices[i].at);
    free(w->matrices);
    free(w->taken);
}

static bool fits(int64_t value, int bits)
{
    return value >= 0 && value < (int64_t)1 << bits;
}

/* The slice of one column for PE `pe`: `length` entries of its stream. */
static void take_slice(struct walk *w, const struct product *product, struct rebuilt *r,
                       int element, int pe, int length)
{
    const struct derived *d = &w->p->d;
    const int block_rows = 1 << d->row_bits, reach = 1 << d->index_bits;
    int next_row = 0, run_of_fillers = 0;
    for (int n = 0; n < length; n++) {
        assert_true(w->taken[pe] < d->beats);
        uint32_t entry =
            w->p->entries[(size_t)w->taken[pe]++ * (size_t)d->pes + (size_t)pe];
        int index = (int)(entry & ((1u << d->index_bits) - 1u));
        int64_t weight = entry >> d->index_bits;
        assert_true(weight < (int64_t)1 << d->weight_bits);
        if (weight >> (d->weight_bits - 1))
            weight -= (int64_t)1 << d->weight_bits;
        int row = d->relative ? next_row + index : index;
        next_row = row + 1;
        if (weight == 0) {
            bool filler = d->relative && index == reach - 1;
            assert_true(filler || index == 0);
            run_of_fillers = filler ? run_of_fillers + 1 : 0;
            w->fillers += filler;
            w->padding += !filler;
            continue;
        }
        run_of_fillers = 0;
        assert_true(row < block_rows);
        /* `fold` neighbouring PEs have the same rows, and each one of `fold` neighbouring
         * columns. */
        int owners = d->pes / product->fold, col = element + pe % product->fold;
        int matrix_row = (product->row_block * block_rows + row) * owners + pe / product->fold;
        assert_true(matrix_row < r->matrix->rows);
        assert_true(col < r->matrix->cols);
        int64_t *at = &r->at[(size_t)matrix_row * (size_t)r->matrix->cols + (size_t)col];
        assert_true(*at == 0); /* no weight twice */
        *at = weight * ((int64_t)1 << r->matrix->shift);
        w->nonzeros++;
    }
    assert_int_equal(run_of_fillers, 0); /* a filler leads to a weight */
}

static void take_column(struct walk *w, const struct product *product, struct rebuilt *r,
                        int column)
{
    const struct derived *d = &w->p->d;
    int64_t least = INT64_MAX, most = 0;
    for (int pe = 0; pe < d->pes; pe++) {
        int length = w->p->lengths[(size_t)column * (size_t)d->pes + (size_t)pe];
        assert_true(fits(length, d->length_bits));
        take_slice(w, product, r, w->p->columns[column].element, pe, length);
        least = w->taken[pe] < least ? w->taken[pe] : least;
        most = w->taken[pe] > most ? w->taken[pe] : most;
    }
    w->most_skew = most - least > w->most_skew ? most - least : w->most_skew;
}

static void check_rebuilt(const struct walk *w)
{
    int64_t nonzeros = 0;
    for (int i = 0; i < w->matrix_count; i++) {
        const struct quant_matrix *m = w->matrices[i].matrix;
        for (int at = 0; at < m->rows * m->cols; at++) {
            assert_true(w->matrices[i].at[at] == (int64_t)m->at[at] * ((int64_t)1 << m->shift));
            nonzeros += m->at[at] != 0;
        }
    }
    assert_true(w->nonzeros == nonzeros);
    assert_true(w->p->true_nonzeros == (uint64_t)nonzeros);
    assert_true(w->p->filler_entries == (uint64_t)w->fillers);
    assert_true(w->p->padding_entries == (uint64_t)w->padding);
}

/* Streams: what the hardware takes is all there is, for every PE alike. */
static void check_streams(struct walk *w)
{
    const struct program *p = w->p;
    const struct derived *d = &p->d;
    int column = 0;
    for (int n = 0; n < p->product_count; n++) {
        const struct product *product = &p->products[n];
        const struct network_matrix *of = &p->network.matrices[product->matrix];
        struct rebuilt *r = &w->matrices[product->matrix];
        assert_true(product->columns >= 1);
        assert_true(fits(product->columns, d->columns_bits));
        assert_int_equal(product->first_column, column);
        assert_true(fits(r->matrix->shift, d->shift_bits) && r->matrix->shift <= d->max_shift);
        assert_int_equal(product->source, of->source);
        assert_int_equal(product->before, of->before);
        assert_int_equal(p->passes[product->pass].of, of->pass);
        assert_int_equal(p->passes[product->pass].row_block, product->row_block);
        assert_int_equal(p->passes[product->pass].fold, product->fold);
        r->fold = product->fold;
        for (int i = 0; i < product->columns; i++, column++) {
            int element = p->columns[column].element;
            assert_true(element >= 0 && element < r->matrix->cols && element % product->fold == 0);
            take_column(w, product, r, column);
        }
        r->blocks_seen++;
    }
    assert_int_equal(column, d->columns);
    for (int pe = 0; pe < d->pes; pe++)
        assert_int_equal(w->taken[pe], d->beats);
    assert_true(d->beats >= 1);
    for (int i = 0; i < w->matrix_count; i++) {
        int span = d->pes / w->matrices[i].fold << d->row_bits;
        assert_int_equal(w->matrices[i].blocks_seen,
                         (w->matrices[i].matrix->rows + span - 1) / span);
    }
    /* The buffer of the PE that is behind holds what the one ahead has taken already. */
    assert_true(w->most_skew < (int64_t)1 << d->weight_fifo_bits);
}

/* Rows, steps and addresses of a pass. */
static void check_pass(const struct program *p, const struct pass *pass)
{
    const struct derived *d = &p->d;
    const int owners = d->pes / pass->fold, span = owners << d->row_bits;
    const int size = p->network.passes[pass->of].rows;
    int rows = 0, beats = 0;
    assert_true(pass->fold >= 1 && pass->fold <= d->fold && d->fold <= d->lanes);
    assert_true(pass->fold == 1 || d->pes % (d->fold * d->lanes) == 0);
    for (int row = pass->row_block * span; row < size && row < (pass->row_block + 1) * span;
         row++) {
        rows++;
        beats += row % owners % d->lanes == 0; /* the first lane of a word is always used */
    }
    assert_int_equal(pass->rows, rows);
    assert_int_equal(pass->beats, beats);
    assert_int_equal(pass->word_base,
                     pass->row_block * (1 << d->row_bits) * (d->groups / pass->fold));
    assert_true(rows >= 1 && fits(rows, d->rows_bits));
    assert_int_equal(pass->writes, p->network.passes[pass->of].writes);
    assert_int_equal(pass->opens, pass->row_block == 0);
}

/* Passes of a group go row block by row block and have one fold: of a projected LSTM i f g o of
 * every row block, then y. */
static void check_passes(const struct program *p)
{
    const struct network *n = &p->network;
    int at = 0;
    assert_int_equal(p->d.groups, (p->d.pes + p->d.lanes - 1) / p->d.lanes);
    for (int first = 0, end; first < n->pass_count; first = end) {
        for (end = first; end < n->pass_count && n->passes[end].group == n->passes[first].group;)
            assert_int_equal(n->passes[end++].rows, n->passes[first].rows);
        assert_true(end == n->pass_count || n->passes[end].group == n->passes[first].group + 1);
        const int span = p->d.pes / p->passes[at].fold << p->d.row_bits;
        for (int block = 0; block * span < n->passes[first].rows; block++)
            for (int of = first; of < end; of++, at++) {
                assert_true(at < p->pass_count);
                assert_int_equal(p->passes[at].of, of);
                assert_int_equal(p->passes[at].row_block, block);
                assert_int_equal(p->passes[at].fold, p->geometry.folds[n->passes[first].group]);
                check_pass(p, &p->passes[at]);
            }
    }
    assert_int_equal(at, p->pass_count);
}

/* Matrices of a pass of the network. */
static int products_of(const struct program *p, int of)
{
    int count = 0;
    for (int i = 0; i < p->network.matrix_count; i++)
        count += p->network.matrices[i].pass == of;
    return count;
}

/* Whether the vector that a product reads is complete: of this frame, or of the one before. */
static bool is_complete(const struct program *p, const struct product *product, const bool *closed,
                        int frame)
{
    const int passes = p->pass_count, of = frame - product->before;
    for (int n = 0; of >= 0 && n < passes; n++)
        if (p->passes[n].writes == product->source)
            for (int before = 0; before <= of * passes + n; before++)
                if (!closed[before])
                    return false;
    return true;
}

/* Marks of the products, and the accumulator blocks, over several frames. */
static void check_rotation(const struct program *p)
{
    const int blocks = 1 << p->d.block_bits, frames = 5, passes = p->pass_count;
    bool *closed = allocate((size_t)(frames * passes), sizeof *closed);
    int *products = allocate((size_t)(frames * passes), sizeof *products);
    int last_opened = -1;
    for (int frame = 0; frame < frames; frame++) {
        int last_x = -1;
        for (int n = 0; n < p->product_count; n++) {
            const struct product *product = &p->products[n];
            int number = frame * passes + product->pass;
            assert_false(closed[number]);
            assert_int_equal(product->opens, products[number] == 0);
            products[number]++;
            assert_int_equal(product->closes, products[number] ==
                                                  products_of(p, p->passes[product->pass].of));
            if (product->opens) {
                /* Passes are emptied in order: each takes its block only after the one before. */
                assert_int_equal(number, last_opened + 1);
                last_opened = number;
                /* All passes up to the one that had the block are closed, so they can be
                 * emptied. */
                for (int before = 0; before <= number - blocks; before++)
                    assert_true(closed[before]);
            }
            assert_true(is_complete(p, product, closed, frame));
            if (product->source == 0)
                last_x = n;
            closed[number] = closed[number] || product->closes;
        }
        for (int n = 0; n < p->product_count; n++)
            assert_int_equal(p->products[n].frees_x, n == last_x);
        for (int number = 0; number < (frame + 1) * passes; number++)
            assert_true(closed[number]);
    }
    free(closed);
    free(products);
}

/* Steps of all passes that have a place for constants. */
static int constants_of(const struct program *p)
{
    int words = 0;
    for (int n = 0; n < p->pass_count; n++)
        words += p->network.passes[p->passes[n].of].constants ? p->passes[n].beats : 0;
    return words;
}

/* Words of a vector: where the last of its elements lies. */
static int words_of(const struct derived *d, int size)
{
    return (size - 1) / d->pes * d->groups + (size - 1) % d->pes / d->lanes + 1;
}

/* Every word of a memory is that of one vector at most. */
static void claim(int *owners, int size, int base, int words)
{
    for (int word = base; word < base + words; word++) {
        assert_in_range(word, 0, size - 1);
        assert_int_equal(owners[word], 0);
        owners[word] = 1;
    }
}

/* Vectors have places where they are read, of cells and kept ones each its own; who shares words of
 * scratch when is what program_run.h watches. */
static void check_places(const struct program *p)
{
    const struct derived *d = &p->d;
    const struct network *n = &p->network;
    int *cells = allocate((size_t)d->cell_words + 1, sizeof *cells);
    const int depth = d->kept_words + (d->mirrored ? d->cell_words : 0);
    int *kept = allocate((size_t)depth + 1, sizeof *kept);
    bool mirrored = false;
    for (int v = 0; v < n->vector_count; v++) {
        const struct vector_place *place = &p->places[v];
        const struct network_vector *vector = &n->vectors[v];
        bool read = false;
        for (int i = 0; i < n->matrix_count; i++)
            read = read || n->matrices[i].source == v;
        assert_int_equal(place->words, words_of(d, vector->size));
        assert_int_equal(place->store != STORE_NONE, read);
        assert_int_equal(place->cell != NONE, (vector->held & HELD_CELLS) != 0);
        if (place->cell != NONE)
            claim(cells, d->cell_words, place->cell, place->words);
        if (place->store == STORE_KEPT)
            claim(kept, depth, place->base, place->words);
        if (place->store == STORE_KEPT && place->cell != NONE) { /* written to both by one number */
            assert_int_equal(place->base, place->cell);
            mirrored = true;
        }
        if (place->store == STORE_SCRATCH)
            assert_in_range(place->base + place->words, 1, d->scratch_words);
        assert_true(place->store != STORE_SCRATCH || !vector->kept);
    }
    assert_true(d->word_bits >= d->x_word_bits && d->word_bits >= d->kept_word_bits &&
                d->word_bits >= d->scratch_word_bits && d->word_bits >= d->c_word_bits);
    assert_true(d->cell_words == 0 || fits(d->cell_words - 1, d->c_word_bits));
    assert_true(d->mirrored == 1 || !mirrored);
    assert_true(d->mirrored == 0 || mirrored || p->tapes.parts > 0); /* another part may have wanted it */
    assert_true(depth == 0 || fits(depth - 1, d->kept_word_bits));
    assert_true(d->scratch_words == 0 || fits(d->scratch_words - 1, d->scratch_word_bits));
    assert_true(fits(d->frame_words, d->progress_bits) && d->progress_bits < d->offset_bits);
    free(cells);
    free(kept);
}

/* Numbers of the streams fit the widths that the Verilog is given. */
static void check_widths(const struct program *p)
{
    const struct derived *d = &p->d;
    const struct network *q = &p->network;
    assert_true(fits(p->product_count - 1, d->product_bits));
    assert_true(fits(p->pass_count - 1, d->pass_bits));
    assert_true(fits(d->columns - 1, d->column_bits));
    assert_true(fits(d->beats - 1, d->beat_bits));
    assert_int_equal(d->constants, constants_of(p) > 0 ? constants_of(p) : 1);
    assert_true(fits(d->constants - 1, d->constant_bits));
    assert_true(fits(d->fifo_depth - 1, d->queue_bits));
    assert_true(fits(d->groups - 1, d->group_bits));
    assert_true(fits(d->lanes - 1, d->lane_bits));
    assert_true(fits(q->output, d->y_size_bits));
    assert_true(fits(q->input - 1, d->x_count_bits) && fits(2 * d->fold - 1, d->x_count_bits));
    assert_true(fits((q->input - 1) / d->fold, d->x_word_bits) && d->x_word_bits >= 1);
    assert_true(d->lanes % d->fold == 0 && d->fold <= 1 << ((1 << d->fold_bits) - 1));
    assert_int_equal(d->y_words, words_of(d, q->output));
    check_places(p);
    assert_int_equal(d->aligned_bits, d->weight_bits + d->max_shift);
    assert_true(d->aligned_bits <= 27 && d->acc_bits >= d->aligned_bits + d->activation_bits);
    assert_int_equal(d->acc_address_bits, d->block_bits + d->row_bits);
    assert_true(d->block_bits >= 1);
}

static void check_all(const struct program *program)
{
    struct walk w = walk_new(program);
    check_streams(&w);
    check_rebuilt(&w);
    check_passes(program);
    check_rotation(program);
    check_widths(program);
    walk_free(&w);
}

#endif
