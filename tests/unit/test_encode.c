/* SPDX-License-Identifier: Apache-2.0
 * test_encode.c - decode(encode(W)) == W, by a decoder written from encode.h and from section 3 of
 * the paper. */
#include "models/program/encode.h"
#include "models/program/schedule.h"
#include "tests/unit/model_testing.h"

struct entry {
    int weight, index;
};

static struct entry unpack(uint32_t word, int weight_bits, int index_bits)
{
    int weight = (int)(word >> index_bits);
    assert_true(weight < 1 << weight_bits); /* nothing above the weight */
    if (weight >= 1 << (weight_bits - 1))
        weight -= 1 << weight_bits;
    return (struct entry){weight, (int)(word & ((1u << index_bits) - 1u))};
}

/* Puts the slices of one row block back into `out`, which was zero there. */
static void decode(const struct slices *s, const struct geometry *g, int weight_bits, int row_block,
                   struct quant_matrix *out)
{
    int64_t nonzeros = 0, fillers = 0;
    int owners = g->pes / s->fold; /* of rows: `fold` PEs each, which share the columns */
    for (int col = 0; col < s->columns; col++)
        for (int pe = 0; pe < g->pes; pe++) {
            size_t slice = (size_t)col * (size_t)g->pes + (size_t)pe;
            int position = -1; /* row of the entry before */
            for (int n = 0; n < s->lengths[slice]; n++) {
                struct entry e = unpack(s->entries[s->first[slice] + (size_t)n], weight_bits,
                                        g->index_bits);
                int row = g->encoding == ENCODING_BLOCK ? e.index : position + 1 + e.index;
                assert_true(row > position && row < g->block_rows);
                position = row;
                if (e.weight == 0) {
                    /* a filler reaches as far as it can, and something follows it */
                    assert_true(g->encoding == ENCODING_RELATIVE);
                    assert_int_equal(e.index, (1 << g->index_bits) - 1);
                    assert_true(n + 1 < s->lengths[slice]);
                    fillers++;
                    continue;
                }
                int matrix_row = (row_block * g->block_rows + row) * owners + pe / s->fold;
                int matrix_col = col * s->fold + pe % s->fold;
                assert_true(matrix_row < out->rows && matrix_col < out->cols);
                int16_t *at = &out->at[(size_t)matrix_row * (size_t)out->cols + (size_t)matrix_col];
                assert_int_equal(*at, 0); /* every weight once */
                *at = (int16_t)e.weight;
                nonzeros++;
            }
        }
    assert_int_equal(nonzeros, s->nonzeros);
    assert_int_equal(fillers, s->fillers);
}

static struct quant_matrix matrix_of(int rows, int cols)
{
    return (struct quant_matrix){.rows = rows,
                                 .cols = cols,
                                 .at = allocate((size_t)rows * (size_t)cols, sizeof(int16_t))};
}

/* Encodes all row blocks and decodes them again; returns the number of fillers. */
static int64_t there_and_back(const struct quant_matrix *m, const struct geometry *g, int fold,
                              int weight_bits)
{
    struct quant_matrix back = matrix_of(m->rows, m->cols);
    int span = g->pes / fold * g->block_rows;
    int64_t nonzeros = 0, fillers = 0, expected = 0;
    for (int block = 0; block * span < m->rows; block++) {
        struct slices s;
        encode_block(&s, m, block, g, fold, weight_bits);
        assert_int_equal(s.columns, (m->cols + fold - 1) / fold);
        assert_int_equal(s.fold, fold);
        assert_int_equal(s.pes, g->pes);
        decode(&s, g, weight_bits, block, &back);
        nonzeros += s.nonzeros;
        fillers += s.fillers;
        slices_free(&s);
    }
    for (int i = 0; i < m->rows * m->cols; i++) {
        assert_int_equal(back.at[i], m->at[i]);
        expected += m->at[i] != 0;
    }
    assert_int_equal(nonzeros, expected);
    free(back.at);
    return fillers;
}

static void random_matrices(enum encoding encoding)
{
    struct random random;
    random_seed(&random, 5);
    for (int n = 0; n < 600; n++) {
        int fold = n % 2 ? 1 << random_int(&random, 1, 3) : 1;
        struct geometry g = {.pes = fold * random_int(&random, 1, 12),
                             .index_bits = random_int(&random, 2, 6),
                             .encoding = encoding};
        g.block_rows = encoding == ENCODING_BLOCK ? 1 << g.index_bits
                                                  : 1 << random_int(&random, 1, 6);
        int weight_bits = random_int(&random, 4, 16);
        struct quant_matrix m =
            matrix_of(random_int(&random, 1, 150), random_int(&random, 1, 12));
        int rarity = random_int(&random, 0, 40);
        int top = 1 << (weight_bits - 1);
        for (int i = 0; i < m.rows * m.cols; i++)
            if (random_int(&random, 0, rarity) == 0)
                m.at[i] = (int16_t)random_int(&random, -top, top - 1);
        int64_t fillers = there_and_back(&m, &g, fold, weight_bits);
        if (encoding == ENCODING_BLOCK)
            assert_int_equal(fillers, 0);
        free(m.at);
    }
}

static void block_back(void **state)
{
    (void)state;
    random_matrices(ENCODING_BLOCK);
}

static void relative_back(void **state)
{
    (void)state;
    random_matrices(ENCODING_RELATIVE);
}

/* Extremes of the weights, no weights at all, one PE, more PEs than rows, all weights there. */
static void corners(void **state)
{
    (void)state;
    static const struct { int pes, rows, cols; } shapes[] = {
        {1, 1, 1}, {1, 64, 1}, {1, 65, 3}, {7, 5, 4}, {256, 3, 5}, {13, 13, 2}, {3, 49, 1}};
    for (size_t s = 0; s < COUNT(shapes); s++)
        for (int index_bits = 2; index_bits <= 6; index_bits++)
            for (int relative = 0; relative <= 1; relative++)
                for (int fill = -1; fill <= 1; fill++) {
                    struct geometry g = {.pes = shapes[s].pes,
                                         .block_rows = relative ? 64 : 1 << index_bits,
                                         .index_bits = index_bits,
                                         .encoding = relative ? ENCODING_RELATIVE : ENCODING_BLOCK};
                    struct quant_matrix m = matrix_of(shapes[s].rows, shapes[s].cols);
                    for (int i = 0; i < m.rows * m.cols; i++)
                        m.at[i] = (int16_t)(fill < 0 ? -2048 : fill * 2047);
                    assert_int_equal(there_and_back(&m, &g, 1, 12), 0);
                    free(m.at);
                }
}

/* One PE, one column: exactly these entries. */
static void check_column(const int *rows, int row_count, int index_bits, const struct entry *want,
                         int entries)
{
    struct geometry g = {
        .pes = 1, .block_rows = 64, .index_bits = index_bits, .encoding = ENCODING_RELATIVE};
    struct quant_matrix m = matrix_of(row_count, 1);
    for (int i = 0; i < row_count; i++)
        m.at[i] = (int16_t)rows[i];
    struct slices s;
    encode_block(&s, &m, 0, &g, 1, 12);
    assert_int_equal(s.lengths[0], entries);
    for (int n = 0; n < entries; n++) {
        struct entry e = unpack(s.entries[s.first[0] + (size_t)n], 12, index_bits);
        assert_int_equal(e.weight, want[n].weight);
        assert_int_equal(e.index, want[n].index);
    }
    slices_free(&s);
    free(m.at);
}

static void papers_example(void **state)
{
    (void)state;
    /* {0, 0, w2, w3, 0, w5}: weights w2 w3 w5, zeros before them 2 0 1 */
    static const int rows[] = {0, 0, 102, -103, 0, 105};
    static const struct entry want[] = {{102, 2}, {-103, 0}, {105, 1}};
    check_column(rows, 6, 4, want, 3);
}

static void gaps(void **state)
{
    (void)state;
    static const struct { int zeros, entries; struct entry want[4]; } cases[] = {
        {0, 1, {{5, 0}}},
        {15, 1, {{5, 15}}},
        {16, 2, {{0, 15}, {5, 0}}},
        {17, 2, {{0, 15}, {5, 1}}},
        {31, 2, {{0, 15}, {5, 15}}},
        {32, 3, {{0, 15}, {0, 15}, {5, 0}}},
        {48, 4, {{0, 15}, {0, 15}, {0, 15}, {5, 0}}}};
    for (size_t n = 0; n < COUNT(cases); n++) {
        /* from the top, and after another weight */
        int rows[64] = {0};
        rows[cases[n].zeros] = 5;
        check_column(rows, 64, 4, cases[n].want, cases[n].entries);
        struct entry after[5] = {{-7, 3}};
        memcpy(after + 1, cases[n].want, (size_t)cases[n].entries * sizeof *after);
        memset(rows, 0, sizeof rows);
        rows[3] = -7;
        rows[4 + cases[n].zeros] = 5;
        check_column(rows, 64, 4, after, cases[n].entries + 1);
    }
}

static void gaps_of_every_index_width(void **state)
{
    (void)state;
    for (int index_bits = 2; index_bits <= 6; index_bits++)
        for (int zeros = 0; zeros < 64; zeros++) {
            int reach = 1 << index_bits, rows[64] = {0};
            struct entry want[17];
            int entries = 0;
            for (; entries < zeros / reach; entries++)
                want[entries] = (struct entry){0, reach - 1};
            want[entries++] = (struct entry){-1, zeros % reach};
            rows[zeros] = -1;
            check_column(rows, 64, index_bits, want, entries);
        }
}

/* Of one PE and one column of eight rows, which are here in their order. */
static void encode_rows(struct slices *s, const int16_t rows[8])
{
    const struct geometry g = {
        .pes = 1, .block_rows = 64, .index_bits = 2, .encoding = ENCODING_RELATIVE};
    struct quant_matrix m = matrix_of(8, 1);
    memcpy(m.at, rows, 8 * sizeof *rows);
    encode_block(s, &m, 0, &g, 1, 12);
    free(m.at);
}

static bool alike(const int16_t left[8], const int16_t right[8])
{
    struct slices a, b;
    encode_rows(&a, left);
    encode_rows(&b, right);
    const bool are = encoded_alike(&(struct encoded){.count = 1, .blocks = &a},
                                   &(struct encoded){.count = 1, .blocks = &b});
    slices_free(&a);
    slices_free(&b);
    return are;
}

/* What is alike differs in weights only: not in how many there are, even where a filler takes one's
 * place. */
static void alike_or_not(void **state)
{
    (void)state;
    static const int16_t rows[8] = {0, 0, 0, 5, 0, 0, 0, 6}, others[8] = {0, 0, 0, -1, 0, 0, 0, 2},
                         fewer[8] = {0, 0, 0, 0, 0, 0, 0, 6}, more[8] = {1, 0, 0, 5, 0, 0, 0, 6};
    assert_true(alike(rows, others));
    assert_false(alike(rows, fewer));
    assert_false(alike(rows, more));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(block_back),     cmocka_unit_test(relative_back),
        cmocka_unit_test(corners),        cmocka_unit_test(papers_example),
        cmocka_unit_test(gaps),           cmocka_unit_test(gaps_of_every_index_width),
        cmocka_unit_test(alike_or_not),
    };
    return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
