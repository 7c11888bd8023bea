/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/chart_gaps.h"

#include <stddef.h>
#include <string.h>

static const char *cause_of(const struct product *product, const struct chart_times *times, int n)
{
    if (times->waits == NULL)
        return NULL;
    switch (times->waits[n]) {
    case STALL_INPUT: return "x";
    case STALL_COLUMNS: return "the columns";
    case STALL_ACC: return "an accumulator block";
    case STALL_ELEMENT: return product->source == SOURCE_M ? "m" : "y";
    case STALL_QUEUE: return "room in an ActQueue";
    default: return NULL;
    }
}

int chart_gaps(const struct program *p, const struct chart_frame *frame, struct chart_gap *gaps)
{
    const struct chart_times *times[2] = {&frame->now, &frame->next};
    int64_t from = -1; /* end of the product before */
    int count = 0;
    for (int n = 0; n <= p->product_count; n++) {
        bool next = n == p->product_count;
        int product = next ? 0 : n;
        const struct interval *ran = &times[next]->products[product];
        if (ran->begin < 0)
            continue;
        if (from >= 0 && ran->begin > from)
            gaps[count++] = (struct chart_gap){
                .begin = from - frame->now.start,
                .end = ran->begin - frame->now.start,
                .cause = cause_of(&p->products[product], times[next], product)};
        from = ran->end;
    }
    return count;
}

static int64_t cycles_for(const struct chart_gap *gaps, int count, const char *cause)
{
    int64_t sum = 0;
    for (int n = 0; n < count; n++)
        if (gaps[n].cause != NULL && strcmp(gaps[n].cause, cause) == 0)
            sum += gaps[n].end - gaps[n].begin;
    return sum;
}

void chart_gaps_text(struct text *text, const struct chart_gap *gaps, int count)
{
    bool first = true;
    for (int n = 0; n < count; n++) {
        const char *cause = gaps[n].cause;
        if (cause == NULL || cycles_for(gaps, n, cause) > 0) /* it has been named */
            continue;
        text_appendf(text, first ? "; SpMV waits %lld cycles for %s" : ", %lld for %s",
                     (long long)cycles_for(gaps, count, cause), cause);
        first = false;
    }
}
