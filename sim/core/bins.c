/* SPDX-License-Identifier: Apache-2.0 */
#include "bins.h"

#include <stdlib.h>

#include "ese_registers.h"
#include "harness.h"

enum { REGISTER_SPACE = 4096, WORD_BYTES = 4, ERROR_CODES = 32 };

static struct {
    int64_t hits[BIN_COUNT];
    int64_t errors[ERROR_CODES];
    int64_t accesses[REGISTER_SPACE / WORD_BYTES][ACCESS_KINDS];
    int64_t *products, *passes; /* [product_count], [pass_count] of the plan */
} bins;

bool bins_prepare(const struct stimulus *plan)
{
    bins.products = calloc(plan->product_count + 1, sizeof *bins.products);
    bins.passes = calloc(plan->pass_count + 1, sizeof *bins.passes);
    return bins.products != NULL && bins.passes != NULL;
}

void bin_hit(enum bin bin)
{
    bins.hits[bin]++;
}

void bin_product(uint32_t index)
{
    bins.products[index]++;
}

void bin_pass(uint32_t index)
{
    bins.passes[index]++;
}

void bin_error(uint32_t code)
{
    if (code < ERROR_CODES)
        bins.errors[code]++;
}

static uint32_t ones(const uint32_t *words, uint32_t count)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += (uint32_t)__builtin_popcount(words[i]);
    return sum;
}

void bin_frame(uint32_t frame)
{
    const struct stimulus *plan = &harness.plan;
    uint32_t words = stimulus_mask_words(plan->channels);
    size_t at = (size_t)(harness.now->first_frame + frame) * words;
    uint32_t voices = ones(plan->active + at, words), beginners = ones(plan->first + at, words);
    if (voices != 0)
        bin_hit(voices == plan->channels ? BIN_MASK_ALL : BIN_MASK_SOME);
    if (beginners != 0)
        bin_hit(beginners == voices ? BIN_MASK_FIRST_ALL : BIN_MASK_FIRST_SOME);
}

void bin_access(bool write, uint32_t address, uint32_t strobes)
{
    bool aligned = address % WORD_BYTES == 0;
    if (ese_register_name(address - address % WORD_BYTES) == NULL) {
        bin_hit(write ? BIN_HOLE_WRITE : BIN_HOLE_READ);
        return;
    }
    int64_t *kinds = bins.accesses[address % REGISTER_SPACE / WORD_BYTES];
    if (!write) {
        kinds[aligned ? ACCESS_READ : ACCESS_READ_UNALIGNED]++;
        return;
    }
    static const enum access_kind by_strobes[] = {ACCESS_WRITE_NONE, ACCESS_WRITE_BYTE,
                                                  ACCESS_WRITE_SOME, ACCESS_WRITE_SOME,
                                                  ACCESS_WRITE};
    kinds[by_strobes[ones(&strobes, 1)]]++;
    if (!aligned)
        kinds[ACCESS_WRITE_UNALIGNED]++;
}

/* ---- results --------------------------------------------------------------------------------- */

static void write_counts(FILE *out, const char *key, const int64_t *counts, uint32_t count)
{
    fprintf(out, "    \"%s\": [", key);
    for (uint32_t i = 0; i < count; i++)
        fprintf(out, "%s%lld", i > 0 ? ", " : "", (long long)counts[i]);
    fprintf(out, "]");
}

void bins_write(FILE *out)
{
    const struct stimulus *plan = &harness.plan;
    fprintf(out, "  \"bins\": {\n");
    write_counts(out, "hits", bins.hits, BIN_COUNT);
    fprintf(out, ",\n");
    write_counts(out, "products", bins.products, plan->product_count);
    fprintf(out, ",\n");
    write_counts(out, "passes", bins.passes, plan->pass_count);
    fprintf(out, ",\n");
    write_counts(out, "errors", bins.errors, ERROR_CODES);
    fprintf(out, ",\n    \"registers\": {");
    bool some = false;
    for (uint32_t address = 0; address < REGISTER_SPACE; address += WORD_BYTES) {
        const char *name = ese_register_name(address);
        if (name == NULL)
            continue;
        fprintf(out, "%s\n  ", some ? "," : "");
        write_counts(out, name, bins.accesses[address / WORD_BYTES], ACCESS_KINDS);
        some = true;
    }
    fprintf(out, "}},\n");
}
