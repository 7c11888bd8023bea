/* SPDX-License-Identifier: Apache-2.0
 * prefix.h - the names of a chip's modules, so that two chips can be in one design. */
#ifndef ESE_PREFIX_H
#define ESE_PREFIX_H

#include "gen/folder/output.h"
#include "models/network/config.h"

/* Gives all modules, the files that they lie in, and the macro for the images' folder names that begin with
 * the configuration's prefix instead of with "ese".  Images have their names from image_mark() (gen/image/images.h).  Last of all:
 * what is added later keeps its names. */
void prefix_apply(struct output *output, const struct config *config);

/* What the macros in rtl/ begin with, "ESE_". */
struct macro_prefix {
    char text[PREFIX_MOST + 2];
};
struct macro_prefix prefix_of_macros(const struct config *config);

/* Appends the chip's name as other tools take one: what is no letter or digit becomes '_'. */
void prefix_core(struct text *text, const struct config *config);

/* The chip's top module, "ese_top". */
struct top_name {
    char text[PREFIX_MOST + sizeof "_top"];
};
struct top_name prefix_top(const struct config *config);

#endif
