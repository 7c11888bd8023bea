/* SPDX-License-Identifier: Apache-2.0
 * vectors.c - what the arithmetic of the Verilog must give, from the functions of the models.
 *
 * Writes into the current folder: round.mem and saturate.mem for arithmetic_bench.v; for each table
 * its image and its values for all z; narrow_bench.v and table_bench.v, which have the first of them and
 * all of them compared.  Prints how many comparisons each bench is to make. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/number/quantize.h"

/* As in arithmetic_bench.v. */
enum { WIDTH_MAX = 9, SLOTS = 16, PATTERNS = 1 << WIDTH_MAX, WORDS = (WIDTH_MAX + 1) * SLOTS * PATTERNS };

enum { CLOCKS_LEAST = 5, CLOCKS_MOST = 7 }; /* of ese_act_table */

static void check(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "vectors: %s\n", what);
        exit(1);
    }
}

static FILE *create(const char *format, ...) __attribute__((format(printf, 1, 2)));
static FILE *create(const char *format, ...)
{
    char path[100];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    FILE *out = fopen(path, "w");
    check(out != NULL, path);
    return out;
}

static void close_file(FILE *out)
{
    check(fclose(out) == 0, "cannot write");
}

static int64_t signed_of(int pattern, int bits)
{
    return pattern >> (bits - 1) ? pattern - (1 << bits) : pattern;
}

static void put_words(const char *path, const int64_t *words)
{
    FILE *out = create("%s", path);
    for (int i = 0; i < WORDS; i++)
        fprintf(out, "%04x\n", (unsigned)((uint64_t)words[i] & 0xffff));
    close_file(out);
}

/* Returns the number of comparisons. */
static int write_arithmetic(void)
{
    static int64_t words[WORDS];
    int count = 0;
    for (int bits = 2; bits <= WIDTH_MAX; bits++)
        for (int shift = 1; shift < bits; shift++)
            for (int pattern = 0; pattern < 1 << bits; pattern++) {
                int64_t value = signed_of(pattern, bits), half = 1 << (shift - 1);
                if (value + half >= 1 << (bits - 1))
                    continue; /* the contract of ese_round_shift_right leaves these out */
                words[(bits * SLOTS + shift) * PATTERNS + pattern] = round_shift_right(value, shift);
                count++;
            }
    put_words("round.mem", words);
    for (int bits = 2; bits <= WIDTH_MAX; bits++)
        for (int out = 2; out <= WIDTH_MAX + 2; out++)
            for (int pattern = 0; pattern < 1 << bits; pattern++) {
                words[(bits * SLOTS + out) * PATTERNS + pattern] =
                    saturate(signed_of(pattern, bits), out);
                count++;
            }
    put_words("saturate.mem", words);
    return count;
}

struct table_case {
    int activation_bits;
    enum table_kind kind;
};

static void write_table(const struct act_table *table, int number, int activation_bits, int z_bits)
{
    unsigned mask = (1u << activation_bits) - 1u;
    FILE *out = create("table%d.mem", number);
    for (int e = 0; e < 1 << table->address_bits; e++) {
        uint64_t slope = table->direct ? 0 : (uint64_t)table->slope[e];
        fprintf(out, "%llx\n",
                (unsigned long long)(slope << activation_bits | ((unsigned)table->base[e] & mask)));
    }
    close_file(out);
    out = create("values%d.mem", number);
    for (int pattern = 0; pattern < 1 << z_bits; pattern++)
        fprintf(out, "%x\n", (unsigned)act_lookup(table, activation_bits - 1,
                                                  signed_of(pattern, z_bits)) & mask);
    close_file(out);
}

/* A bench with a table_check for every table and every latency that ese_act_table can have. */
struct bench {
    FILE *out;
    int checks, comparisons;
};

static struct bench bench_open(const char *name, int checks)
{
    struct bench bench = {.out = create("%s.v", name)};
    fprintf(bench.out, "`timescale 1ns / 1ps\nmodule %s;\n    reg clk = 1'b0;\n"
                       "    always #5 clk = !clk;\n    wire [%d:0] done;\n"
                       "    wire [%d:0] comparisons, mismatches;\n",
            name, checks - 1, checks * 32 - 1);
    return bench;
}

static void put_checks(struct bench *bench, const char *parameters, int number, int z_bits)
{
    for (int clocks = CLOCKS_LEAST; clocks <= CLOCKS_MOST; clocks++) {
        int n = bench->checks++;
        fprintf(bench->out,
                "    table_check #(%s, .CLOCKS(%d),\n        .TABLE(\"table%d.mem\"), "
                ".VALUES(\"values%d.mem\")) u%d (.clk(clk), .done(done[%d]),\n"
                "        .comparisons(comparisons[%d +: 32]), .mismatches(mismatches[%d +: 32]));\n",
                parameters, clocks, number, number, n, n, n * 32, n * 32);
        bench->comparisons += 1 << z_bits;
    }
}

static void bench_close(struct bench *bench)
{
    fprintf(bench->out,
            "    integer n, all, bad;\n    always @(posedge clk)\n        if (&done) begin\n"
            "            all = 0;\n            bad = 0;\n"
            "            for (n = 0; n < %d; n = n + 1) begin\n"
            "                all = all + comparisons[n*32 +: 32];\n"
            "                bad = bad + mismatches[n*32 +: 32];\n            end\n"
            "            $display(\"%%0d comparisons, %%0d mismatches\", all, bad);\n"
            "            $finish;\n        end\nendmodule\n",
            bench->checks);
    close_file(bench->out);
}

/* Returns the number of comparisons. */
static int write_tables(const char *name, int cases_used)
{
    static const struct table_case cases[] = {
        {8, TABLE_INTERPOLATED}, {9, TABLE_INTERPOLATED},  {12, TABLE_INTERPOLATED},
        {8, TABLE_PAPER},        {16, TABLE_INTERPOLATED}, {11, TABLE_PAPER}};
    const int tables = 2 * cases_used;
    struct bench bench = bench_open(name, tables * (CLOCKS_MOST - CLOCKS_LEAST + 1));
    for (int n = 0; n < tables; n++) {
        int bits = cases[n / 2].activation_bits, z_fraction = bits - 3;
        bool is_tanh = n % 2, direct = cases[n / 2].kind == TABLE_PAPER;
        int z_bits = z_fraction + (direct ? 8 : 5);
        struct act_table sigm, tanh;
        act_table_build(&sigm, false, cases[n / 2].kind, z_fraction, z_bits, bits - 1);
        act_table_build(&tanh, true, cases[n / 2].kind, z_fraction, z_bits, bits - 1);
        const struct act_table *table = is_tanh ? &tanh : &sigm;
        /* One width of slopes for both tables, as models/program/derive.c gives it. */
        int slope_bits = sigm.slope_bits > tanh.slope_bits ? sigm.slope_bits : tanh.slope_bits;
        char parameters[200];
        write_table(table, n, bits, z_bits);
        snprintf(parameters, sizeof parameters,
                 ".ACT_W(%d), .Z_W(%d), .TABLE_W(%d), .FRAC_W(%d), .SLOPE_W(%d), .IS_TANH(%d), "
                 ".DIRECT(%d)",
                 bits, z_bits, table->address_bits,
                 direct ? table->address_shift : table->fraction_bits, slope_bits, is_tanh, direct);
        put_checks(&bench, parameters, n, z_bits);
        free(sigm.base), free(sigm.slope), free(tanh.base), free(tanh.slope);
    }
    bench_close(&bench);
    return bench.comparisons;
}

int main(void)
{
    int arithmetic = write_arithmetic(), narrow = write_tables("narrow_bench", 4);
    printf("%d %d %d\n", arithmetic, narrow, write_tables("table_bench", 6));
    return 0;
}
