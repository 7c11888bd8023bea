/* SPDX-License-Identifier: Apache-2.0
 * results.c - the results file, the dump, the verdict. */
#include "results.h"

#include <errno.h>
#include <string.h>

#include "axi_phase.h"
#include "bins.h"
#include "findings.h"
#include "ports.h"

/* ---- the results file ----------------------------------------------------------------------------- */

static void write_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < ' ' || c > '~')
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

static void write_messages(FILE *out, const char *key, const struct messages *messages)
{
    int64_t count = messages->count < MESSAGES ? messages->count : MESSAGES;
    fprintf(out, "  \"%s\": [", key);
    for (int64_t i = 0; i < count; i++) {
        fprintf(out, "%s\n    ", i > 0 ? "," : "");
        write_string(out, messages->text[i]);
    }
    fprintf(out, "%s],\n", count > 0 ? "\n  " : "");
}

static void write_spans(FILE *out, const char *key, const struct span *spans, uint32_t count)
{
    fprintf(out, "\"%s\": [", key);
    for (uint32_t i = 0; i < count; i++)
        fprintf(out, "%s[%lld, %lld]", i > 0 ? ", " : "", (long long)spans[i].begin,
                (long long)spans[i].end);
    fprintf(out, "]");
}

static void write_phase(FILE *out, const struct stimulus_phase *p, const struct phase_result *r)
{
    const struct stimulus *plan = &harness.plan;
    const struct frame_result *f = r->frames;
    int64_t per_frame = -1;
    if (p->frame_count >= 2 && f[p->frame_count - 1].start >= 0 && f[p->frame_count - 2].start >= 0)
        per_frame = f[p->frame_count - 1].start - f[p->frame_count - 2].start;

    fprintf(out, "    {\"name\": ");
    write_string(out, p->name);
    fprintf(out, ", \"seed\": \"%llu\", \"first_frame\": %u, \"frame_count\": %u, \"frames_done\": %u,\n",
            (unsigned long long)p->seed, p->first_frame, p->frame_count, r->frames_done);
    fprintf(out, "     \"cut\": %s, \"cycles\": %lld, \"end\": %lld, \"cycles_per_frame\": %lld,\n",
            r->cut ? "true" : "false", (long long)r->cycles, (long long)r->end,
            (long long)per_frame);
    fprintf(out, "     \"issues\": [");
    for (uint32_t k = 0; k < plan->pes; k++)
        fprintf(out, "%s%lld", k > 0 ? ", " : "", (long long)r->issues[k]);
    fprintf(out, "],\n     \"frames\": [");
    for (uint32_t i = 0; i < p->frame_count; i++) {
        fprintf(out, "%s\n      {\"start\": %lld, \"issued\": %lld, \"weight_stalls\": %lld, ",
                i > 0 ? "," : "", (long long)f[i].start, (long long)f[i].issued,
                (long long)f[i].weight_stalls);
        fprintf(out, "\"stalls\": {\"input\": %lld, \"columns\": %lld, \"acc\": %lld, "
                     "\"element\": %lld, \"queue\": %lld}}",
                (long long)f[i].stalls[0], (long long)f[i].stalls[1], (long long)f[i].stalls[2],
                (long long)f[i].stalls[3], (long long)f[i].stalls[4]);
    }
    fprintf(out, "],\n     \"charts\": [");
    for (uint32_t i = 0; i < p->chart_count; i++) {
        fprintf(out, "%s\n      {\"frame\": %u, ", i > 0 ? "," : "", p->chart_first + i);
        write_spans(out, "products", r->products + (size_t)i * plan->product_count,
                    plan->product_count);
        fprintf(out, ",\n       ");
        write_spans(out, "passes", r->passes + (size_t)i * plan->pass_count, plan->pass_count);
        fprintf(out, "}");
    }
    fprintf(out, "]");
    if (axi_present())
        axi_write_results(out, (uint32_t)(p - plan->phases));
    fprintf(out, "}");
}

/* ---- what was compared ----------------------------------------------------------------------- */

/* Is there such an entry of harness.checked?  y off the chip always. */
static bool is_checked(uint32_t entry)
{
    const struct stimulus *plan = &harness.plan;
    return entry == plan->vector_count || plan->vectors[entry].tapped;
}

static const struct stimulus_vector *vector_of(uint32_t entry)
{
    const struct stimulus *plan = &harness.plan;
    return entry == plan->vector_count ? stimulus_y(plan) : &plan->vectors[entry];
}

static const char *place_name(bool leaves)
{
    return leaves ? "output" : "result";
}

static void write_checked(FILE *out)
{
    const struct harness *h = &harness;
    bool some = false;
    fprintf(out, "  \"checked\": [");
    for (uint32_t i = 0; h->planned && i <= h->plan.vector_count; i++) {
        if (!is_checked(i))
            continue;
        fprintf(out, "%s\n    {\"vector\": ", some ? "," : "");
        write_string(out, vector_of(i)->name);
        fprintf(out, ", \"at\": \"%s\", \"values\": %lld, \"different\": %lld, \"at_ends\": %lld}",
                place_name(i == h->plan.vector_count), (long long)h->checked[i].values,
                (long long)h->checked[i].different, (long long)h->checked[i].at_ends);
        some = true;
    }
    fprintf(out, "],\n");
}

static void write_first(FILE *out)
{
    const struct difference *d = &harness.first;
    if (!d->found)
        return;
    fprintf(out, "  \"first_difference\": {\"vector\": ");
    write_string(out, harness.plan.vectors[d->at.vector].name);
    fprintf(out, ", \"at\": \"%s\", \"pass\": %u, \"phase\": ", place_name(d->at.leaves),
            d->at.pass);
    write_string(out, harness.plan.phases[d->phase].name);
    fprintf(out, ", \"frame\": %u, \"channel\": %u, \"element\": %u, \"cycle\": %lld,\n"
                 "    \"expected\": %d, \"got\": ",
            d->at.frame, d->at.channel, d->at.element, (long long)d->cycle, d->expected);
    if (d->unknown)
        fprintf(out, "\"X\"},\n");
    else
        fprintf(out, "%d},\n", d->got);
}

/* Is all that the passes write compared, so that the first that differs is where it went wrong? */
static bool compares_all(void)
{
    const struct stimulus *plan = &harness.plan;
    for (uint32_t i = 0; i < plan->pass_count; i++) {
        const struct stimulus_pass *pass = &plan->passes[i];
        if (pass->rows != 0 &&
            (pass->vector == STIMULUS_NO_VECTOR || !plan->vectors[pass->vector].tapped))
            return false;
    }
    return true;
}

/* Not the value that was seen first counts, but the one that was computed first. */
static void locate(void)
{
    struct harness *h = &harness;
    if (h->reason_is_value)
        snprintf(h->reason, sizeof h->reason, "%s: %.200s",
                 compares_all() ? "it went wrong here" : "first wrong of what is compared",
                 h->first.text);
}

static void check_coverage(void)
{
    const struct harness *h = &harness;
    for (uint32_t i = 0; h->planned && i <= h->plan.vector_count; i++)
        if (h->reason[0] == '\0' && is_checked(i) && h->checked[i].values == 0)
            violation("nothing of %s was checked: no phase has a whole frame with an active "
                      "channel", vector_of(i)->name);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bool write_results(const char *path)
{
    const struct harness *h = &harness;
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return false;
    fprintf(out, "{\n  \"verdict\": \"%s\",\n  \"reason\": ", h->reason[0] ? "fail" : "pass");
    write_string(out, h->reason);
    fprintf(out, ",\n  \"mismatches\": %lld,\n  \"violations\": %lld,\n",
            (long long)h->mismatches.count, (long long)h->violations.count);
    write_messages(out, "first_mismatches", &h->mismatches);
    write_messages(out, "first_violations", &h->violations);
    write_first(out);
    fprintf(out, "  \"config_hash\": %u,\n", h->plan.config_hash);
    write_checked(out);
    if (h->planned)
        bins_write(out);
    fprintf(out, "  \"cycles\": %lld,\n  \"seconds\": %.6f,\n  \"phases\": [",
            (long long)h->total_cycles, h->seconds);
    bool some = false;
    for (uint32_t i = 0; h->planned && i < h->plan.phase_count; i++) {
        if (!h->results[i].played)
            continue;
        fprintf(out, "%s\n", some ? "," : "");
        write_phase(out, &h->plan.phases[i], &h->results[i]);
        some = true;
    }
    fprintf(out, "]\n}\n");
    bool good = !ferror(out);
    return fclose(out) == 0 && good;
}

/* Little-endian like every file here. */
static bool write_dump(void)
{
    const struct harness *h = &harness;
    FILE *out = fopen(h->dump_path, "wb");
    if (out == NULL)
        return false;
    size_t count = (size_t)h->plan.frame_count * h->plan.channels * stimulus_y(&h->plan)->elements;
    for (size_t i = 0; i < count; i++)
        for (int byte = 0; byte < 4; byte++)
            putc((int)((uint32_t)h->dump[i] >> 8 * byte & 255), out);
    bool good = !ferror(out);
    return fclose(out) == 0 && good;
}

unsigned harness_verdict(void)
{
    struct harness *h = &harness;
    if (h->planned && h->result->cycles == 0)
        h->result->cycles = h->cycle + 1; /* stopped within the phase */
    if (h->planned && axi_present())
        axi_end_phase();
    check_coverage();
    locate();
    if (h->dump != NULL && !write_dump())
        violation("cannot write %.150s: %s", h->dump_path, strerror(errno));
    if (!write_results(h->results_path))
        violation("cannot write %.150s: %s", h->results_path, strerror(errno));
    h->over = true;
    return DRIVE_FINISH | (h->reason[0] != '\0' ? (unsigned)DRIVE_FAILED : 0);
}
