/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/implement/target.h"

#include <stddef.h>
#include <string.h>

/* (a, b) of targets.def as {a, b, NULL}. */
#define LIST(...) (const char *const[]){__VA_ARGS__, NULL}

static const struct target targets[] = {
#define TARGET(name, device, family, synthesis, placer, options, mhz, lut_ram, uram) \
    {name, device, family, synthesis, PLACER_##placer, LIST options, mhz, lut_ram, uram},
#include "gen/implement/targets.def"
};
enum { TARGET_COUNT = sizeof targets / sizeof *targets };

static const struct {
    const char *const *programs, *const *open_pins;
    const char *pads;
} placers[] = {
#define PLACER(id, names, open_pins, pads) [PLACER_##id] = {LIST names, LIST open_pins, pads},
#include "gen/implement/targets.def"
};

const struct target *target_find(const char *name)
{
    for (int n = 0; n < TARGET_COUNT; n++)
        if (strcmp(targets[n].name, name) == 0)
            return &targets[n];
    return NULL;
}

void target_names(struct text *text)
{
    for (int n = 0; n < TARGET_COUNT; n++)
        text_appendf(text, "%s%s", n == 0 ? "" : n + 1 < TARGET_COUNT ? ", " : " or ",
                     targets[n].name);
}

const char *const *placer_programs(enum placer placer)
{
    return placers[placer].programs;
}

const char *const *placer_open_pins(enum placer placer)
{
    return placers[placer].open_pins;
}

const char *placer_pads(enum placer placer)
{
    return placers[placer].pads;
}

int cell_kbit(const char *cell)
{
    static const struct { const char *cell; int kbit; } rams[] = {
#define BLOCK_RAM(cell, kbit) {cell, kbit},
#include "gen/implement/targets.def"
    };
    for (size_t n = 0; n < sizeof rams / sizeof *rams; n++)
        if (strcmp(rams[n].cell, cell) == 0)
            return rams[n].kbit;
    return 0;
}

bool cell_is_multiplier(const char *cell)
{
    static const char *const multipliers[] = {
#define MULTIPLIER(cell) cell,
#include "gen/implement/targets.def"
    };
    for (size_t n = 0; n < sizeof multipliers / sizeof *multipliers; n++)
        if (strcmp(multipliers[n], cell) == 0)
            return true;
    return false;
}
