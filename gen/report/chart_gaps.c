/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/chart_gaps.h"

#include <stddef.h>
#include <string.h>

enum { CAUSES_MOST = 6 }; /* that a heading names: more than a single LSTM has */

/* A product of x that waits for elements waits for passes, to be one frame behind at most. */
static const char *cause_of(const struct program *p, const struct chart_times *times, int product)
{
    if (times->waits == NULL)
        return NULL;
    const int source = p->products[product].source;
    switch (times->waits[product]) {
    case STALL_INPUT: return "x";
    case STALL_COLUMNS: return "the columns";
    case STALL_ACC: return "an accumulator block";
    case STALL_ELEMENT:
        return source == 0 ? "the frame before" : p->network.vectors[source].name;
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
                .cause = cause_of(p, times[next], product)};
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

/* Cycles of all gaps whose cause is known. */
static int64_t cycles_known(const struct chart_gap *gaps, int count)
{
    int64_t sum = 0;
    for (int n = 0; n < count; n++)
        sum += gaps[n].cause != NULL ? gaps[n].end - gaps[n].begin : 0;
    return sum;
}

void chart_gaps_text(struct text *text, const struct chart_gap *gaps, int count)
{
    int64_t left = cycles_known(gaps, count);
    for (int n = 0, named = 0; n < count && left > 0; n++) {
        const char *cause = gaps[n].cause;
        if (cause == NULL || cycles_for(gaps, n, cause) > 0) /* it has been named */
            continue;
        const int64_t cycles = cycles_for(gaps, count, cause);
        const bool rest = ++named == CAUSES_MOST && cycles < left;
        text_appendf(text, named == 1 ? "; SpMV waits %lld cycles for %s" : ", %lld for %s",
                     (long long)(rest ? left : cycles), rest ? "others" : cause);
        left -= rest ? left : cycles;
    }
}
