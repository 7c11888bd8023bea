/* SPDX-License-Identifier: Apache-2.0
 * loadable.h - the Verilog of a chip whose model lies in external memory: host interface, MEM
 * controller. */
#ifndef ESE_LOADABLE_H
#define ESE_LOADABLE_H

#include "gen/emit/template.h"

/* Keys of ese_top.v.tpl for ports and parts that depend on where model, x and y lie. */
void loadable_bind(struct bindings *bindings, const struct program *program);

/* Adds what only such a chip has. */
bool loadable_add(struct output *output, struct text *list, const struct program *program,
                  struct error *error);

#endif
