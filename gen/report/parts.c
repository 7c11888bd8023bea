/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/parts.h"

#include "gen/report/accuracy.h"
#include "gen/report/facts.h"
#include "gen/report/layers.h"
#include "models/number/calibrate.h"

void part_text(struct text *text, const struct path_part *part)
{
    const struct network *n = &part->program.network;
    const int first = n->layers[0].number, last = n->layers[n->layer_count - 1].number;
    if (first == last)
        text_appendf(text, "layer %d", first);
    else
        text_appendf(text, "layers %d to %d", first, last);
    text_appendf(text, ", %s", part->cut.backward ? "backward" : "forward");
}

static void write_row(struct text *text, const struct program *p, int n)
{
    const struct program *part = &p->parts[n].program;
    const struct network_part *cut = &p->parts[n].cut;
    const int64_t limit = ((int64_t)part->true_nonzeros + part->d.pes - 1) / part->d.pes;
    struct text what = {0}, writes = {0};
    part_text(&what, &p->parts[n]);
    text_appendf(&writes, "%d, from %d on", cut->writes, cut->at);
    text_appendf(text, "  %4d  %-26s %5d  %-14s %12s %10s %10s\n", n, text_string(&what), cut->reads,
                 text_string(&writes), commas((int64_t)part->true_nonzeros).text, commas(limit).text,
                 commas(part->cycles_per_frame).text);
    text_free(&what);
    text_free(&writes);
}

void parts_table(struct text *text, const struct program *p)
{
    text_appendf(text,
                 "%d parts, a model image each: all frames of an utterance go through one, then through the next\n"
                 "  %4s  %-26s %5s  %-14s %12s %10s %10s\n",
                 p->part_count, "part", "what", "reads", "writes", "non-zeros", "limit", "cycles");
    for (int n = 0; n < p->part_count; n++)
        write_row(text, p, n);
    text_appendf(text, "  %4s  %-26s %5s  %-14s %12s %10s %10s\n", "", "all of them", "", "",
                 commas((int64_t)p->true_nonzeros).text,
                 commas(((int64_t)p->true_nonzeros + p->d.pes - 1) / p->d.pes).text,
                 commas(p->cycles_per_frame).text);
    text_appendf(text, "  A frame: %.3f us at %d MHz, %d voices at once.  reads, writes: tapes; 0 is x.  A part goes "
                 "over whole utterances.\n", cycles_to_us(p->config.clock_mhz, p->cycles_per_frame),
                 p->config.clock_mhz, p->d.channels);
}

void parts_accuracy(struct text *text, const struct program *p, const struct accuracy *accuracy)
{
    text_appendf(text, "\nAccuracy of y, behind all parts, on %s frames%s\n", commas(accuracy->frames).text,
                 p->utterances.count == 0                ? " of noise"
                 : calibration_holds_out(&p->utterances) ? ", which calibration did not see"
                                                         : "");
    accuracy_table(text, p, accuracy);
}

void parts_text(struct text *text, const struct program *p, bool chart)
{
    const struct accuracy accuracy = path_accuracy(p);
    parts_table(text, p);
    parts_accuracy(text, p, &accuracy);
    for (int n = 0; n < p->part_count; n++) {
        const struct program *part = &p->parts[n].program;
        struct facts facts;
        text_appendf(text, "\n==== part %d: ", n);
        part_text(text, &p->parts[n]);
        text_append(text, "\n\n");
        facts_gather(&facts, part, part->cycles, QUALITY_WORK);
        facts_text(text, &facts, chart);
        facts_free(&facts);
    }
}

json_t *parts_json(const struct program *p)
{
    const struct accuracy accuracy = path_accuracy(p);
    json_t *list = json_array();
    for (int n = 0; n < p->part_count; n++) {
        const struct program *part = &p->parts[n].program;
        const struct network_part *cut = &p->parts[n].cut;
        struct facts facts;
        facts_gather(&facts, part, part->cycles, QUALITY_WORK);
        json_array_append_new(
            list, json_pack("{s:i, s:i, s:s, s:i, s:i, s:i, s:I, s:o}", "first_layer",
                            part->network.layers[0].number, "layer_count", part->network.layer_count,
                            "direction", cut->backward ? "backward" : "forward", "reads", cut->reads,
                            "writes", cut->writes, "writes_from", cut->at, "cycles_per_frame",
                            (json_int_t)part->cycles_per_frame, "report", facts_json(&facts)));
        facts_free(&facts);
    }
    struct facts sums;
    facts_gather_parts(&sums, p);
    json_t *json = facts_json_sums(&sums);
    json_object_set_new(json, "nonzeros", json_integer((json_int_t)p->true_nonzeros));
    json_object_set_new(json, "accuracy", accuracy_json(p, &accuracy));
    json_object_set_new(json, "parts", list);
    return json;
}
