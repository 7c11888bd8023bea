/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report.h"

void report_text(struct text *text, const struct program *p, const struct cycles *cycles)
{
    text_appendf(text, "%s: %lld cycles a frame\n", p->config.name,
                 (long long)cycles->cycles_per_frame);
}

json_t *report_json(const struct program *p, const struct cycles *cycles)
{
    return json_pack("{s:s, s:I}", "name", p->config.name, "cycles_per_frame",
                     (json_int_t)cycles->cycles_per_frame);
}

void report_add(struct output *output, const struct program *p, const struct cycles *cycles)
{
    struct text text = {0};
    report_text(&text, p, cycles);
    output_take(output, "report.txt", &text);
}
