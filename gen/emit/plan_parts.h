/* SPDX-License-Identifier: Apache-2.0
 * plan_parts.h - inside of the plan, for plan.c and plan_memory.c alone. */
#ifndef ESE_PLAN_PARTS_H
#define ESE_PLAN_PARTS_H

#include "gen/emit/render.h"
#include "gen/folder/output.h"
#include "models/program/program.h"

/* Reads templates/NAME, a path from the program's home on. */
bool plan_read_template(struct text *source, const char *name, struct error *error);

/* Renders a template and adds it; takes the bindings over.  All keys are bound but the list
 * CONSTANTS_USED: which constants are used is seen from a first rendering without them.  `d` is NULL
 * for a template that has no such list. */
bool plan_render(struct output *output, const char *template, const struct text *source,
                 struct bindings *bindings, const struct derived *d, const char *as,
                 struct error *error);

/* Adds rtl/NAME.v as it lies in templates/, and its name to the list of files. */
bool plan_add_module(struct output *output, struct text *list, const char *name,
                     struct error *error);

/* Whether Verilog text uses the identifier, other than as an instance's parameter (".NAME"). */
bool plan_mentions(const char *text, const char *name);

/* Keys of ese_top.v.tpl for ports and parts that depend on where model, x and y lie. */
void plan_bind_memory(struct bindings *bindings, const struct program *program);

/* Adds what only a chip has whose model lies in external memory. */
bool plan_add_memory(struct output *output, struct text *list, const struct program *program,
                     struct error *error);

#endif
