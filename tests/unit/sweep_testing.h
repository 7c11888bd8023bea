/* SPDX-License-Identifier: Apache-2.0
 * sweep_testing.h - what the tests of sweeps share. */
#ifndef ESE_SWEEP_TESTING_H
#define ESE_SWEEP_TESTING_H

#include <math.h>

#include "gen/sweep/csv.h"
#include "gen/sweep/outcome.h"
#include "gen/sweep/pareto.h"
#include "gen/sweep/workers.h"
#include "tests/unit/model_testing.h"

/* Axes of texts as --axis takes them. */
static inline void add_axes(struct axes *axes, const char *const *texts, int count)
{
    struct error error = {""};
    for (int n = 0; n < count; n++)
        if (!axes_add(axes, texts[n], "--axis", &error))
            fail_msg("%s: %s", texts[n], error.text);
}

/* The values of the only axis, with blanks between them. */
static inline const char *values_of(const struct axes *axes)
{
    static char line[512];
    size_t at = 0;
    line[0] = '\0';
    for (int v = 0; v < axes->list[0].count; v++)
        at += (size_t)snprintf(line + at, sizeof line - at, "%s%s", v > 0 ? " " : "",
                               axes->list[0].values[v]);
    return line;
}

/* A sweep of the preset tiny. */
struct tested {
    struct sweep_request request;
    struct sweep sweep;
};

static inline void open_sweep(struct tested *t, const char *const *axes, int count)
{
    struct error error = {""};
    *t = (struct tested){.request = {.source = "tiny", .command_line = "sweep tiny"}};
    /* make runs the tests where the presets are; a scratch folder knows better. */
    setenv("ESE_HOME", ".", 0);
    for (int n = 0; n < count; n++)
        words_add(&t->request.axes, axes[n]);
    if (!sweep_open(&t->sweep, &t->request, &error))
        fail_msg("%s", error.text);
}

static inline void close_sweep(struct tested *t)
{
    sweep_close(&t->sweep);
    sweep_request_free(&t->request);
}

#endif
