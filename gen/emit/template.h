/* SPDX-License-Identifier: Apache-2.0
 * template.h - files of templates/ on their way into a chip's folder: copied, or filled in. */
#ifndef ESE_TEMPLATE_H
#define ESE_TEMPLATE_H

#include "gen/emit/render.h"
#include "gen/folder/output.h"
#include "models/program/program.h"

/* Adds FOLDER/FILE, a path from the program's home on, as it is. */
bool template_copy(struct output *output, const char *folder, const char *file, const char *as,
                   struct error *error);

/* Reads a template; `name` is its path from the program's home on. */
bool template_read(struct text *source, const char *name, struct error *error);

/* Renders a template and adds it; takes the bindings over.  All keys are bound but the list
 * CONSTANTS_USED: which constants are used is seen from a first rendering without them.  `d` is NULL
 * for a template that has no such list. */
bool template_render(struct output *output, const char *template, const struct text *source,
                     struct bindings *bindings, const struct derived *d, const char *as,
                     struct error *error);

/* Binds a list of a module's parameters that are named constants of derived.def, in the order in which it
 * declares them: PARAMETER, padded, and NUMBER.  The template must give all others their values. */
void template_bind_numbers(struct bindings *bindings, const char *list, const char *module,
                           const char *template);

/* The module's own name, of one that is named with its room in templates/: "ese_pe" of "array/ese_pe". */
const char *template_module(const char *name);

/* Adds a module, named with its room, as it lies in templates/, and its file to the list of files.  In a
 * chip all modules lie in rtl/. */
bool template_add_module(struct output *output, struct text *list, const char *name,
                         struct error *error);

/* Whether Verilog text uses the identifier, other than as an instance's parameter (".NAME"). */
bool template_mentions(const char *text, const char *name);

#endif
