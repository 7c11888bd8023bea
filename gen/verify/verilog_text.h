/* SPDX-License-Identifier: Apache-2.0
 * verilog_text.h - Verilog as text: its words, and where its modules lie.
 *
 * No preprocessor: what both branches of an `ifdef define is there twice. */
#ifndef ESE_VERILOG_TEXT_H
#define ESE_VERILOG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "models/base/text.h"

/* A part of a text. */
struct verilog_word {
    const char *start;
    size_t length;
};

/* The next identifier, keyword or number from *at on, which moves behind it: not in a comment or a
 * string, an escaped identifier without its backslash.  False at the end. */
bool verilog_next_word(const char **at, struct verilog_word *word);

bool verilog_word_is(const struct verilog_word *word, const char *name);

struct verilog_module {
    struct verilog_word name;
    const char *begin, *end; /* with the attributes before it, up to behind `endmodule` */
};

struct verilog_modules {
    struct verilog_module *list;
    size_t count;
};

/* All modules of a text, which must live as long as they do.  To be freed, in either case. */
void verilog_find_modules(struct verilog_modules *modules, const char *text);
void verilog_modules_free(struct verilog_modules *modules);

/* Reads a file, with what it includes in the place of the directive: `include "NAME" alone on its
 * line, NAME as seen from the file's folder. */
bool verilog_read(struct text *text, const char *path, struct error *error);

#endif
