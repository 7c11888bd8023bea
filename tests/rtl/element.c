/* SPDX-License-Identifier: Apache-2.0
 * element.c - what the element-wise path must give, by the equations and the models' functions.
 *
 * Writes into the current folder, for chips that can do different things: tables, passes of rows
 * with their operands and what must come out (rows%d.mem), and element_bench.v, which compares them
 * all.  Prints how many comparisons that bench is to make. */
#include <stdio.h>
#include <stdlib.h>

#include "models/base/arithmetic.h"
#include "models/base/random.h"
#include "models/number/act_table.h"

enum { FORMATS_MOST = 3, ROWS = 24, PASSES = 72 };

enum { ACT = 12, GATE_FRACTION = ACT - 1, ACC = 30, BIAS = 24, PEEP = 10, SUM = 32 };
enum { Z_FRACTION = 9, Z = 14 };

enum { GATE, CELL, OUT, RESET };
enum { NONE, RELU, SIGMOID, TANH };
enum { TO_GATE_I = 1, TO_GATE_F = 2, TO_HIDDEN = 3, TO_CELLS = 4, TO_KEPT = 8 };

/* A kind of pass. */
struct kind {
    int operation, function, target;
    bool peephole, coupled, adds; /* adds i times a hidden sum */
};

static const struct kind kinds[] = {
    {GATE, SIGMOID, TO_GATE_I, true, false, false}, {GATE, SIGMOID, TO_GATE_F, true, false, false},
    {CELL, TANH, TO_CELLS, false, false, false},    {CELL, SIGMOID, TO_CELLS, false, false, false},
    {CELL, TANH, TO_CELLS, false, true, false},     {CELL, SIGMOID, TO_CELLS, false, true, false},
    {OUT, SIGMOID, TO_KEPT, true, false, false},    {GATE, NONE, TO_KEPT, false, false, false},
    {GATE, RELU, TO_KEPT, false, false, false},     {GATE, SIGMOID, TO_KEPT, false, false, false},
    {GATE, TANH, TO_KEPT, false, false, false},     {GATE, NONE, TO_HIDDEN, false, false, false},
    {CELL, TANH, TO_CELLS, false, true, true},      {RESET, SIGMOID, TO_KEPT, false, false, false}};

enum { KINDS = sizeof kinds / sizeof *kinds, ALL = (1 << KINDS) - 1 };

/* Sets of kinds. */
enum {
    INPUT = 1 << 0,
    FORGET = 1 << 1,
    BY_TANH = 1 << 2,
    BY_SIGMOID = 1 << 3,
    COUPLED_BY_TANH = 1 << 4,
    COUPLED_BY_SIGMOID = 1 << 5,
    OUTPUT = 1 << 6,
    SUMS = 1 << 7,
    RELUS = 1 << 8,
    SIGMOIDS = 1 << 9,
    TANHS = 1 << 10,
    HIDES = 1 << 11,
    MIXES = 1 << 12,
    RESETS = 1 << 13
};

/* A chip: what it can do, and by format what its sums, c and m have less, or m more; and how far
 * products that are added to sums are shifted left, of each format by so much more. */
struct chip {
    int can;
    bool peepholes;
    int formats;
    int sum_left[FORMATS_MOST], c_left[FORMATS_MOST], m_left[FORMATS_MOST];
    int round_shift, c_fraction, m_fraction;
    int hidden_shift, hidden_left[FORMATS_MOST];
};

static const struct chip chips[] = {
    {INPUT | FORGET | BY_TANH | OUTPUT | SUMS, true, 1, {0}, {0}, {0}, 14, 8, 11},
    {INPUT | FORGET | BY_TANH | OUTPUT, false, 1, {0}, {0}, {0}, 14, 9, 13},
    {INPUT | FORGET | BY_SIGMOID | OUTPUT | SUMS, true, 1, {0}, {0}, {0}, 13, 11, 11},
    {FORGET | COUPLED_BY_TANH | OUTPUT, true, 1, {0}, {0}, {0}, 14, 8, 11},
    {FORGET | COUPLED_BY_SIGMOID | OUTPUT | RELUS | SUMS, true, 1, {0}, {0}, {0}, 15, 7, 9},
    {INPUT | FORGET | BY_TANH | COUPLED_BY_SIGMOID | OUTPUT | TANHS, true, 1, {0}, {0}, {0}, 14,
     10, 12},
    {INPUT | FORGET | BY_SIGMOID | COUPLED_BY_TANH | OUTPUT | SIGMOIDS, false, 1, {0}, {0}, {0}, 14,
     0, 11},
    {SUMS, false, 1, {0}, {0}, {0}, 12, 0, 0},
    {SUMS | RELUS, false, 1, {0}, {0}, {0}, 16, 0, 0},
    {SIGMOIDS, false, 1, {0}, {0}, {0}, 14, 0, 0},
    {TANHS, false, 1, {0}, {0}, {0}, 14, 0, 0},
    {SIGMOIDS | TANHS, false, 2, {0, 4}, {0}, {0}, 16, 0, 0},
    {SUMS | RELUS | SIGMOIDS | TANHS, false, 3, {5, 0, 2}, {0}, {0}, 17, 0, 0},
    {INPUT | FORGET | BY_TANH | OUTPUT | SUMS, true, 2, {0, 3}, {2, 0}, {0, 1}, 15, 10, 11},
    {INPUT | FORGET | BY_TANH | BY_SIGMOID | OUTPUT, true, 2, {0, 0}, {0, 5}, {0, 0}, 14, 11, 11},
    {INPUT | FORGET | COUPLED_BY_TANH | BY_TANH | OUTPUT, true, 2, {2, 0}, {0, 0}, {3, 0}, 16, 8,
     9},
    {FORGET | HIDES | MIXES, false, 1, {0}, {0}, {0}, 14, 11, 0, 3, {0}},
    {FORGET | HIDES | MIXES | RESETS | COUPLED_BY_TANH, false, 2, {0, 2}, {0, 0}, {0}, 14, 11, 0, 0,
     {5, 0}},
    {FORGET | RESETS | COUPLED_BY_TANH | SUMS, false, 1, {0}, {0}, {0}, 15, 11, 0, 0, {0}},
    {INPUT | FORGET | BY_TANH | OUTPUT | HIDES | MIXES, true, 2, {1, 0}, {3, 0}, {0, 1}, 15, 11, 11,
     0, {0, 4}},
    {ALL, true, 3, {0, 5, 3}, {6, 0, 1}, {1, 2, 0}, 17, 11, 10, 1, {0, 2, 4}}};

enum { CHIPS = sizeof chips / sizeof *chips };

/* Clocks of the parts, by `pipeline`. */
static const int clocks[3][4] = {{2, 4, 5, 3}, {3, 4, 6, 4}, {3, 5, 7, 5}};

/* What else holds for a pass. */
struct held {
    int format;
    bool first, reads_c;
};

/* Operands of a row, and what comes out. */
struct row {
    int64_t c, acc, bias, peep, i, f, hidden, wanted;
};

static struct act_table sigmoid, tanh_table;

static void check(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "element: %s\n", what);
        exit(1);
    }
}

static FILE *create(const char *path)
{
    FILE *out = fopen(path, "w");
    check(out != NULL, path);
    return out;
}

static void close_file(FILE *out)
{
    check(fclose(out) == 0, "cannot write");
}

/* ---- equations ------------------------------------------------------------------------------- */

static int64_t of_table(int function, int64_t z)
{
    return act_lookup(function == TANH ? &tanh_table : &sigmoid, GATE_FRACTION, z);
}

static int64_t c_as_z(int64_t c, int fraction)
{
    const int up = Z_FRACTION - fraction;
    return saturate(up >= 0 ? c << up : round_shift_right(c, -up), Z);
}

static bool hides(const struct chip *chip)
{
    return (chip->can & HIDES) != 0;
}

static int64_t result_of(const struct chip *chip, const struct kind *kind, const struct held *held,
                         const struct row *row)
{
    const int format = held->format;
    const int c_fraction = chip->c_fraction - chip->c_left[format];
    const int m_fraction = chip->m_fraction + chip->m_left[format];
    const int64_t c = held->reads_c && !(held->first && kind->operation != OUT) ? row->c : 0;
    const int64_t product = kind->adds ? row->i * row->hidden
                            : kind->peephole && chip->peepholes ? row->peep * c : 0;
    const int64_t added = product * ((int64_t)1 << (chip->hidden_shift + chip->hidden_left[format]));
    const int64_t sum = row->acc + row->bias + added;
    const int64_t rounded = round_shift_right(sum, chip->round_shift - chip->sum_left[format]);
    const int64_t a = kind->function == NONE   ? saturate(rounded, ACT)
                      : kind->function == RELU ? saturate(rounded > 0 ? rounded : 0, ACT)
                                               : of_table(kind->function, saturate(rounded, Z));
    if (kind->operation == GATE)
        return a;
    if (kind->operation == OUT)
        return saturate(round_shift_right(a * of_table(TANH, c_as_z(c, c_fraction)),
                                          2 * GATE_FRACTION - m_fraction), ACT);
    if (kind->operation == RESET)
        return saturate(round_shift_right(a * c, GATE_FRACTION), ACT);
    const int64_t i = kind->coupled ? (1 << GATE_FRACTION) - row->f : row->i;
    const int64_t kept = row->f * c * ((int64_t)1 << (GATE_FRACTION - c_fraction));
    return saturate(round_shift_right(kept + a * i, 2 * GATE_FRACTION - c_fraction), ACT);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* One time in eight each of the limits, else of any magnitude. */
static int64_t draw(struct random *random, int bits)
{
    const int64_t limit = (int64_t)1 << (bits - 1);
    const uint64_t choice = random_below(random, 8);
    if (choice < 2)
        return choice == 0 ? -limit : limit - 1;
    const int64_t value = (int64_t)random_below(random, (uint64_t)limit);
    const int64_t less = value >> random_below(random, (uint64_t)bits);
    return choice < 5 ? less : -less;
}

static int64_t draw_gate(struct random *random)
{
    const int64_t value = draw(random, ACT);
    return value < 0 ? ~value : value;
}

static void put(FILE *out, int64_t value, int bits)
{
    for (int bit = bits - 1; bit >= 0; bit--)
        fputc('0' + (int)(((uint64_t)value >> bit) & 1), out);
}

/* {hidden, wanted, f, i, peep, bias, acc, c}, and before them what holds for the pass: {is a gate's, first,
 * operation}. */
static void put_row(FILE *out, const struct chip *chip, const struct kind *kind,
                    const struct held *held, const struct row *row)
{
    const int adds = kind->adds ? 4 : 0;
    put(out, (kind->target & (TO_GATE_I | TO_GATE_F)) != 0, 1);
    put(out, held->first, 1);
    put(out, held->format, 2), put(out, 0, 1), put(out, 1, 1);
    put(out, held->reads_c, 1), put(out, kind->coupled, 1);
    put(out, kind->target, 5), put(out, kind->function, 2);
    put(out, adds + kind->operation, hides(chip) ? 3 : 2);
    put(out, row->hidden, ACT);
    put(out, row->wanted, ACT);
    put(out, row->f, ACT), put(out, row->i, ACT);
    put(out, row->peep, PEEP), put(out, row->bias, BIAS);
    put(out, row->acc, ACC), put(out, row->c, ACT);
    fputc('\n', out);
}

static const struct kind *draw_kind(const struct chip *chip, struct random *random)
{
    int n;
    do
        n = (int)random_below(random, KINDS);
    while ((chip->can >> n & 1) == 0);
    return &kinds[n];
}

static void write_rows(const struct chip *chip, int number)
{
    struct random random;
    char path[40];
    snprintf(path, sizeof path, "rows%d.mem", number);
    random_seed(&random, (uint64_t)number);
    FILE *out = create(path);
    for (int pass = 0; pass < PASSES; pass++) {
        const struct kind *kind = draw_kind(chip, &random);
        const struct held held = {
            .format = (int)random_below(&random, (uint64_t)chip->formats),
            .first = random_below(&random, 4) == 0,
            .reads_c = kind->operation != GATE || (kind->peephole && chip->peepholes)};
        for (int n = 0; n < ROWS; n++) {
            struct row row = {.c = draw(&random, ACT), .acc = draw(&random, ACC),
                              .bias = draw(&random, BIAS),
                              .peep = kind->peephole ? draw(&random, PEEP) : 0,
                              .i = draw_gate(&random), .f = draw_gate(&random)};
            row.hidden = hides(chip) ? draw(&random, ACT) : 0;
            row.wanted = result_of(chip, kind, &held, &row);
            put_row(out, chip, kind, &held, &row);
        }
    }
    close_file(out);
}

static void write_table(const struct act_table *table, const char *path)
{
    FILE *out = create(path);
    for (int e = 0; e < 1 << table->address_bits; e++)
        fprintf(out, "%llx\n",
                (unsigned long long)((uint64_t)table->slope[e] << ACT |
                                     ((unsigned)table->base[e] & ((1u << ACT) - 1u))));
    close_file(out);
}

/* ---- bench ----------------------------------------------------------------------------------- */

static int largest(const int *lefts)
{
    int most = 0;
    for (int n = 0; n < FORMATS_MOST; n++)
        most = lefts[n] > most ? lefts[n] : most;
    return most;
}

static void put_lefts(FILE *out, const char *name, const struct chip *chip, const int *lefts)
{
    fprintf(out, ".%s_SPREAD(%d), .%s_LEFTS(%d'h", name, largest(lefts), name, 8 * chip->formats);
    for (int n = chip->formats - 1; n >= 0; n--)
        fprintf(out, "%02x", (unsigned)lefts[n]);
    fprintf(out, "), ");
}

static void put_abilities(FILE *out, const struct chip *chip)
{
    const int can = chip->can;
    fprintf(out, ".CELLS(%d), .PEEPHOLE(%d), .INPUT_GATES(%d), .COUPLED(%d),\n        ",
            (can & FORGET) != 0, chip->peepholes, (can & INPUT) != 0,
            (can & (COUPLED_BY_TANH | COUPLED_BY_SIGMOID | MIXES)) != 0);
    fprintf(out, ".OUTS(%d), .RESETS(%d), .HIDDEN(%d), ", (can & OUTPUT) != 0,
            (can & RESETS) != 0, hides(chip));
    fprintf(out, ".CELL_TANH(%d), .CELL_SIGMOID(%d), ",
            (can & (BY_TANH | COUPLED_BY_TANH | MIXES)) != 0,
            (can & (BY_SIGMOID | COUPLED_BY_SIGMOID)) != 0);
    fprintf(out, ".SUM_RESULTS(%d), .RELU_RESULTS(%d), ", (can & (SUMS | RELUS)) != 0,
            (can & RELUS) != 0);
    fprintf(out, ".SIGMOID_RESULTS(%d), .TANH_RESULTS(%d),\n        ", (can & SIGMOIDS) != 0,
            (can & TANHS) != 0);
}

static void put_case(FILE *out, int n, int number, const int *its_clocks)
{
    const struct chip *chip = &chips[number];
    fprintf(out, "    element_case #(");
    put_abilities(out, chip);
    fprintf(out, ".FORMATS(%d), ", chip->formats);
    put_lefts(out, "SUM", chip, chip->sum_left);
    put_lefts(out, "C", chip, chip->c_left);
    put_lefts(out, "M", chip, chip->m_left);
    put_lefts(out, "HIDDEN", chip, chip->hidden_left);
    fprintf(out, "\n        .ROUND_SHIFT(%d), .C_FRAC(%d), .M_FRAC(%d), .HIDDEN_SHIFT(%d), ",
            chip->round_shift, chip->c_fraction, chip->m_fraction, chip->hidden_shift);
    fprintf(out, ".TABLE_W(%d), .SIGM_FRAC_W(%d), .TANH_FRAC_W(%d), .SLOPE_W(%d),\n        ",
            sigmoid.address_bits, sigmoid.fraction_bits, tanh_table.fraction_bits,
            sigmoid.slope_bits > tanh_table.slope_bits ? sigmoid.slope_bits
                                                       : tanh_table.slope_bits);
    fprintf(out, ".ASSEMBLE_CLOCKS(%d), .SUM_CLOCKS(%d), .TABLE_CLOCKS(%d), .PRODUCT_CLOCKS(%d),\n"
                 "        .ROWS_FILE(\"rows%d.mem\")) u%d (clk, reset,\n"
                 "        compared[32*%d +: 32], wrong[32*%d +: 32], finished[%d]);\n",
            its_clocks[0], its_clocks[1], its_clocks[2], its_clocks[3], number, n, n, n, n);
}

/* Returns the number of cases.  The last chip, which can do all, is there with each `pipeline`. */
static int write_bench(void)
{
    FILE *out = create("element_bench.v");
    const int cases = CHIPS + 2;
    fprintf(out, "`timescale 1ns / 1ps\nmodule element_bench;\n    wire clk, reset;\n"
                 "    wire [32*%d-1:0] compared, wrong;\n    wire [%d:0] finished;\n",
            cases, cases - 1);
    for (int n = 0; n < cases; n++)
        put_case(out, n, n < CHIPS ? n : CHIPS - 1, clocks[n < CHIPS - 1 ? n % 3 : n - CHIPS + 1]);
    fprintf(out, "    bench_run #(.CASES(%d)) u_run (clk, reset, compared, wrong, finished);\n"
                 "endmodule\n", cases);
    close_file(out);
    return cases;
}

int main(void)
{
    act_table_build(&sigmoid, false, TABLE_INTERPOLATED, Z_FRACTION, Z, GATE_FRACTION);
    act_table_build(&tanh_table, true, TABLE_INTERPOLATED, Z_FRACTION, Z, GATE_FRACTION);
    write_table(&sigmoid, "sigmoid.mem");
    write_table(&tanh_table, "tanh.mem");
    for (int n = 0; n < CHIPS; n++)
        write_rows(&chips[n], n);
    printf("%d\n", write_bench() * PASSES * ROWS);
    return 0;
}
