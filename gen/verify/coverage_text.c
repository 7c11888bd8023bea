/* SPDX-License-Identifier: Apache-2.0
 * coverage_text.c - what a run has reached, for people and for programs. */
#include <string.h>

#include "gen/verify/coverage.h"

static double percent(const struct coverage_count *count)
{
    int all = count->covered + count->missed;
    return all > 0 ? 100.0 * count->covered / all : 100.0;
}

static void append_row(struct text *text, const char *name, const struct coverage_count *lines,
                       const struct coverage_count *toggles)
{
    text_appendf(text, "  %-26s", name);
    for (int n = 0; n < 2; n++) {
        const struct coverage_count *count = n == 0 ? lines : toggles;
        text_appendf(text, " %6d of %5d %6.1f %% %5d", count->covered,
                     count->covered + count->missed, percent(count), count->never);
    }
    text_append_char(text, '\n');
}

/* The holes of one kind, a line each; nothing if there are none. */
static void append_holes(struct text *text, const struct coverage *coverage, bool toggle,
                         bool never, const char *heading)
{
    bool some = false;
    for (int n = 0; n < coverage->hole_count; n++) {
        const struct coverage_hole *hole = &coverage->holes[n];
        if (hole->toggle != toggle || (hole->why != NULL) != never)
            continue;
        text_appendf(text, "%s%s  %s.v:%d  %s", some ? "" : "\n", some ? "" : heading,
                     hole->module->name, hole->line, hole->what);
        text_appendf(text, never ? "  (%s)\n" : "\n", hole->why);
        some = true;
    }
}

void coverage_text(struct text *text, const struct coverage *coverage, bool whole)
{
    text_appendf(text, "Coverage of the chip's Verilog, as counted by Verilator\n"
                       "  %-26s %-30s %s\n", "", "lines", "bits that went up and down");
    for (int n = 0; n < 2; n++)
        text_appendf(text, n == 0 ? "  %-26s %25s %5s" : "%.0s %25s %5s\n", "module", "covered",
                     "never");
    for (int n = 0; n < coverage->module_count; n++) {
        const struct coverage_module *module = &coverage->modules[n];
        append_row(text, module->name, &module->lines, &module->toggles);
    }
    append_row(text, "all", &coverage->lines, &coverage->toggles);
    append_holes(text, coverage, false, false, "Lines in which something has not happened:\n");
    if (whole) {
        append_holes(text, coverage, true, false, "Bits that have not gone up and down:\n");
        append_holes(text, coverage, false, true, "Lines that this chip cannot reach:\n");
        append_holes(text, coverage, true, true, "Bits that cannot change in this chip:\n");
    }
    if (coverage->wrong.length > 0)
        text_appendf(text, "\nSaid to be impossible in this chip, and yet it happened:\n%s",
                     text_string(&coverage->wrong));
}

static json_t *count_json(const struct coverage_count *count)
{
    return json_pack("{s:i, s:i, s:i}", "covered", count->covered, "missed", count->missed, "never",
                     count->never);
}

json_t *coverage_json(const struct coverage *coverage)
{
    json_t *modules = json_object(), *holes = json_array();
    for (int n = 0; n < coverage->module_count; n++) {
        const struct coverage_module *module = &coverage->modules[n];
        json_object_set_new(modules, module->name,
                            json_pack("{s:o, s:o}", "lines", count_json(&module->lines), "toggles",
                                      count_json(&module->toggles)));
    }
    for (int n = 0; n < coverage->hole_count; n++) {
        const struct coverage_hole *hole = &coverage->holes[n];
        json_array_append_new(
            holes, json_pack("{s:s, s:i, s:s, s:s, s:s*}", "module", hole->module->name, "line",
                             hole->line, "kind", hole->toggle ? "toggle" : "line", "what",
                             hole->what, "never", hole->why));
    }
    return json_pack("{s:o, s:o, s:o, s:o}", "lines", count_json(&coverage->lines), "toggles",
                     count_json(&coverage->toggles), "modules", modules, "holes", holes);
}
