/* SPDX-License-Identifier: Apache-2.0
 * report_files.c - the report in a chip's folder. */
#include "gen/report/report.h"

#include <stdlib.h>

#include "gen/folder/json_file.h"
#include "gen/report/accuracy.h"
#include "gen/report/facts.h"
#include "gen/report/occupancy.h"
#include "gen/report/parts.h"

static void add_json(struct output *output, json_t *json)
{
    struct text text = {0};
    char *dump = json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(JSON_REAL_DIGITS));
    BUG_UNLESS(dump != NULL);
    text_appendf(&text, "%s\n", dump);
    output_take(output, "report.json", &text);
    free(dump);
    json_decref(json);
}

static void add_parts(struct output *output, const struct program *p, struct text *warnings,
                      struct text *said)
{
    const struct accuracy accuracy = path_accuracy(p);
    struct text text = {0};
    struct facts sums;
    facts_gather_parts(&sums, p);
    accuracy_warnings(warnings, p, &accuracy);
    accuracy_agreement_line(said, p, &accuracy);
    accuracy_warn_expected(warnings, p, &accuracy);
    occupancy_warning(warnings, &sums.occupancy);
    parts_text(&text, p, true);
    output_take(output, "report.txt", &text);
    add_json(output, parts_json(p));
}

void report_add(struct output *output, const struct program *p, const struct cycles *cycles,
                struct text *warnings, struct text *said)
{
    if (p->part_count > 0) {
        add_parts(output, p, warnings, said);
        return;
    }
    struct facts facts;
    struct text text = {0};
    facts_gather(&facts, p, cycles, QUALITY_WORK);
    facts_text(&text, &facts, true);
    accuracy_warnings(warnings, p, &facts.quality.accuracy);
    accuracy_agreement_line(said, p, &facts.quality.accuracy);
    accuracy_warn_expected(warnings, p, &facts.quality.accuracy);
    occupancy_warning(warnings, &facts.occupancy);
    output_take(output, "report.txt", &text);
    add_json(output, facts_json(&facts));
    facts_free(&facts);
}
