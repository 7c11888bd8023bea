/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/bins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fpga/contract/contract.h"

enum bin_number {
#define BIN(name, group, text, when, why) NUMBER_##name,
#include "sim/bins.def"
};

enum access_number {
#define ACCESS(name, text) ACCESS_##name,
#include "sim/bins.def"
    ACCESS_KINDS
};

static const char *const ACCESS_NAMES[ACCESS_KINDS] = {
#define ACCESS(name, text) text,
#include "sim/bins.def"
};

static const char NO_HOST[] = "no host interface";

/* ---- the list -------------------------------------------------------------------------------- */

static void add(struct verify_bins *bins, struct verify_bin bin, const char *of, const char *name)
{
    if (bins->count == bins->room) {
        bins->room = 2 * bins->room + 64;
        struct verify_bin *more = allocate((size_t)bins->room, sizeof *more);
        for (int n = 0; n < bins->count; n++)
            more[n] = bins->list[n];
        free(bins->list);
        bins->list = more;
    }
    snprintf(bin.of, sizeof bin.of, "%s", of);
    snprintf(bin.name, sizeof bin.name, "%s", name);
    bins->list[bins->count++] = bin;
}

/* Of a simulation that did not get so far 0. */
static int64_t at(const struct simulation_counts *counts, int index)
{
    return index < counts->count ? counts->list[index] : 0;
}

/* Adds to the bin of this name, which is made if there is none. */
static void add_hits(struct verify_bins *bins, const char *group, const char *name, int64_t hits)
{
    for (int n = 0; n < bins->count; n++)
        if (strcmp(bins->list[n].group, group) == 0 && strcmp(bins->list[n].name, name) == 0) {
            bins->list[n].hits += hits;
            return;
        }
    add(bins, (struct verify_bin){.group = group, .hits = hits}, "", name);
}

/* One LSTM may lack the paper's projection; other layers have theirs or none. */
static bool lacks_projection(const struct program *p)
{
    return network_only(&p->network, LAYER_LSTM) != NULL && !network_has_projection(&p->network);
}

/* Whether any product reads what a pass writes. */
static bool waits_for_elements(const struct program *p)
{
    for (int n = 0; n < p->product_count; n++)
        if ((p->network.vectors[p->products[n].source].held & HELD_INPUT) == 0)
            return true;
    return false;
}

/* A bin for each matrix, whatever its row blocks. */
static void add_products(struct verify_bins *bins, const struct simulation_counts *counts,
                         const struct program *p)
{
    for (int n = 0; n < p->product_count; n++) {
        char name[sizeof p->products[n].name];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(p->products[n].name, "["),
                 p->products[n].name);
        add_hits(bins, "product", name, at(counts, n));
    }
    if (lacks_projection(p))
        add(bins, (struct verify_bin){.group = "product", .never = "no projection"}, "", "Wym");
}

static void add_passes(struct verify_bins *bins, const struct simulation_counts *counts,
                       const struct program *p)
{
    for (int n = 0; n < p->pass_count; n++) {
        char name[sizeof p->passes[n].name];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(p->passes[n].name, "["),
                 p->passes[n].name);
        add_hits(bins, "pass", name, at(counts, n));
    }
    if (lacks_projection(p))
        add(bins, (struct verify_bin){.group = "pass", .never = "no projection"}, "", "y");
}

/* By how many PEs share rows, as far as the chip can. */
static void add_folds(struct verify_bins *bins, const struct simulation_counts *counts,
                      const struct program *p)
{
    for (int fold = 1; fold <= p->chip.fold; fold *= 2) {
        char name[64];
        int64_t hits = 0;
        bool used = false;
        for (int n = 0; n < p->product_count; n++) {
            used |= p->products[n].fold == fold;
            hits += p->products[n].fold == fold ? at(counts, n) : 0;
        }
        snprintf(name, sizeof name, "%d %s a row", fold, fold == 1 ? "PE" : "PEs");
        add(bins, (struct verify_bin){.group = "fold", .hits = hits,
                                      .never = used ? NULL : "no product of this model"},
            "", name);
    }
}

/* That of the list, or what only the program tells. */
static const char *why_never(int number, const char *why, const struct program *p)
{
    if (number == NUMBER_STALL_ELEMENT && !waits_for_elements(p))
        return "all products read x";
    return why;
}

static void add_fixed(struct verify_bins *bins, const struct simulation_counts *counts,
                      const struct stimulus *plan, const struct program *p)
{
#define BIN(number, is_group, text, when, why)                                       \
    add(bins, (struct verify_bin){.group = is_group, .hits = at(counts, NUMBER_##number), \
                                  .never = why_never(NUMBER_##number, (when) ? NULL : (why), p)}, \
        "", text);
#include "sim/bins.def"
}

static void add_errors(struct verify_bins *bins, const struct simulation_counts *counts,
                       const struct program *p)
{
    bool host = p->config.memory != MEMORY_ROM;
#define ERROR(name, code, present, told, meaning)                                                   \
    add(bins, (struct verify_bin){.group = "error", .hits = at(counts, (code)),               \
                                  .never = !host       ? NO_HOST                              \
                                           : (present) ? NULL                                 \
                                                       : "no such port on this chip"}, "", #name);
#include "fpga/contract/errors.def"
#undef ERROR
}

static void add_register(struct verify_bins *bins, const struct simulation_bins *counted,
                         const char *name, const char *never)
{
    const struct simulation_counts none = {0}, *accesses = &none;
    for (int n = 0; n < counted->register_count; n++)
        if (strcmp(counted->registers[n].name, name) == 0)
            accesses = &counted->registers[n].accesses;
    for (int kind = 0; kind < ACCESS_KINDS; kind++)
        add(bins, (struct verify_bin){.group = "register", .hits = at(accesses, kind),
                                      .never = never}, name, ACCESS_NAMES[kind]);
}

static void add_registers(struct verify_bins *bins, const struct simulation_bins *counted,
                          const struct program *p)
{
    bool host = p->config.memory != MEMORY_ROM;
#define REGISTER(name, offset, kind, present, value, meaning) \
    add_register(bins, counted, #name, !host ? NO_HOST : (present) ? NULL : "no such register");
#include "fpga/contract/registers.def"
}

struct verify_bins bins_of(const struct simulation_bins *counted, const struct stimulus *plan,
                           const struct program *program)
{
    struct verify_bins bins = {0};
    add_products(&bins, &counted->products, program);
    add_passes(&bins, &counted->passes, program);
    add_folds(&bins, &counted->products, program);
    add_fixed(&bins, &counted->hits, plan, program);
    add_errors(&bins, &counted->errors, program);
    add_registers(&bins, counted, program);
    return bins;
}

void bins_free(struct verify_bins *bins)
{
    free(bins->list);
    *bins = (struct verify_bins){0};
}

static bool is_missed(const struct verify_bin *bin)
{
    return bin->hits == 0 && bin->never == NULL;
}

int bins_missed(const struct verify_bins *bins)
{
    int missed = 0;
    for (int n = 0; n < bins->count; n++)
        missed += is_missed(&bins->list[n]);
    return missed;
}

/* ---- text ------------------------------------------------------------------------------------ */

/* A row for each register, a column for each kind of access. */
static void append_register(struct text *text, const struct verify_bin *kinds, bool first)
{
    if (first) {
        text_appendf(text, "  %-24s", "register");
        for (int kind = 0; kind < ACCESS_KINDS; kind++)
            text_appendf(text, " %*s", (int)strlen(kinds[kind].name) + 1, kinds[kind].name);
        text_append_char(text, '\n');
    }
    text_appendf(text, "  %-24s", kinds->of);
    for (int kind = 0; kind < ACCESS_KINDS; kind++)
        text_appendf(text, " %*lld", (int)strlen(kinds[kind].name) + 1,
                     (long long)kinds[kind].hits);
    text_append_char(text, '\n');
}

static void append_hits(struct text *text, const struct verify_bins *bins)
{
    bool first = true;
    for (int n = 0; n < bins->count; n++) {
        const struct verify_bin *bin = &bins->list[n];
        bool is_register = bin->of[0] != '\0';
        if (bin->never == NULL && is_register)
            append_register(text, bin, first);
        else if (bin->never == NULL)
            text_appendf(text, "  %-11s %-42s %12lld\n", bin->group, bin->name,
                         (long long)bin->hits);
        first = first && !(is_register && bin->never == NULL);
        n += is_register ? ACCESS_KINDS - 1 : 0;
    }
}

static void append_missed(struct text *text, const struct verify_bins *bins)
{
    for (int n = 0; n < bins->count; n++) {
        const struct verify_bin *bin = &bins->list[n];
        if (is_missed(bin))
            text_appendf(text, "  %s%s%s: %s\n", bin->group, bin->of[0] != '\0' ? " " : "", bin->of,
                         bin->name);
    }
}

/* Bins that cannot be hit, by reason: "no host interface: 300, in stall, host, register". */
static void append_never(struct text *text, const struct verify_bins *bins)
{
    for (int n = 0; n < bins->count; n++) {
        const char *why = bins->list[n].never, *group = "";
        bool told = why == NULL;
        for (int before = 0; before < n && !told; before++)
            told = bins->list[before].never != NULL && strcmp(bins->list[before].never, why) == 0;
        if (told)
            continue;
        struct text groups = {0};
        int count = 0;
        for (int m = n; m < bins->count; m++) {
            if (bins->list[m].never == NULL || strcmp(bins->list[m].never, why) != 0)
                continue;
            if (strcmp(bins->list[m].group, group) != 0)
                text_appendf(&groups, "%s %s", count > 0 ? "," : "", bins->list[m].group);
            group = bins->list[m].group;
            count++;
        }
        text_appendf(text, "  %s: %d, in%s\n", why, count, text_string(&groups));
        text_free(&groups);
    }
}

void bins_text(struct text *text, const struct verify_bins *bins, bool whole)
{
    int missed = bins_missed(bins), never = 0;
    for (int n = 0; n < bins->count; n++)
        never += bins->list[n].never != NULL;
    text_appendf(text, "What happened, as counted by the harness: %d bins, %d not hit\n",
                 bins->count - never, missed);
    if (whole)
        append_hits(text, bins);
    if (missed > 0)
        text_append(text, "\nBins that were not hit:\n");
    append_missed(text, bins);
    if (never > 0)
        text_append(text, "\nBins that cannot be hit on this chip:\n");
    append_never(text, bins);
}

json_t *bins_json(const struct verify_bins *bins)
{
    json_t *list = json_array();
    for (int n = 0; n < bins->count; n++) {
        const struct verify_bin *bin = &bins->list[n];
        json_array_append_new(
            list, json_pack("{s:s, s:s*, s:s, s:I, s:s*}", "group", bin->group, "of",
                            bin->of[0] != '\0' ? bin->of : NULL, "bin", bin->name, "hits",
                            (json_int_t)bin->hits, "never", bin->never));
    }
    return list;
}
