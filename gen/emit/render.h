/* SPDX-License-Identifier: Apache-2.0
 * render.h - fills in templates.
 *
 * A template is ordinary text (Verilog, Tcl, YAML, Markdown) with
 *
 *     @{KEY}             replaced by the text or the number bound to KEY
 *     @@{                gives "@{"; an '@' that is not directly before '{' is itself, so that
 *                        Verilog's "@(posedge clk)" and "@*" need no escape
 *
 * and directives, each alone on a line that vanishes from the output:
 *
 *     //@ if FLAG        keeps the lines up to the matching else or end when FLAG is true
 *     //@ ifnot FLAG     ... when it is false
 *     //@ else
 *     //@ end
 *     //@ for LIST       repeats the lines up to the matching end for each row of LIST; the keys
 *                        of the row hide outer ones; @{SEP} is "," but on the last row ""
 *
 * The part before the word is the prefix that render() is given.  For "<!--@ " a directive line
 * ends in "-->".  Keys are capital letters, digits and '_', beginning with a letter.
 *
 * Everything is checked, and in lines that are left out as well, so that a wrong template is
 * wrong in every configuration: keys that are not bound or are of the wrong kind, "@{" without
 * "}", unbalanced or unknown directives, nesting over RENDER_DEPTH.  (Only in a `for` over a list
 * without rows an unknown key may be one of its rows', and passes.)  At the end of a run
 * bindings_check_used() finds what was bound and stands in no template. */
#ifndef ESE_RENDER_H
#define ESE_RENDER_H

#include <stdbool.h>

#include "models/base/error.h"
#include "models/base/text.h"

enum { RENDER_DEPTH = 8 };

#define RENDER_VERILOG "//@ "
#define RENDER_HASH "#@ "      /* Tcl, YAML, make, Python, shell */
#define RENDER_MARKUP "<!--@ " /* Markdown */

/* What the keys of the templates stand for; also one row of a list. */
struct bindings;

struct bindings *bindings_new(void);
void bindings_free(struct bindings *bindings);

/* Bind a key.  Binding it again replaces the value; its kind stays the same. */
void bind_text(struct bindings *bindings, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void bind_int(struct bindings *bindings, const char *key, long long value);
void bind_flag(struct bindings *bindings, const char *key, bool value);

/* Binds a list without rows; one that was bound before loses its rows. */
void bind_list(struct bindings *bindings, const char *list);

/* Appends a row to a list, which is bound by that if it was not, and returns the row to bind its
 * keys in.  It belongs to the list.  A row may hold lists of its own.
 *
 *     struct bindings *row = bind_row(b, "PORTS");
 *     bind_text(row, "NAME", "data_%d", i); */
struct bindings *bind_row(struct bindings *bindings, const char *list);

/* Appends the template, filled in, to `out`.  `name` stands in messages.  Keys that the template
 * mentions are marked as used.  On errors `out` is as it was, `error` holds the first one and the
 * number of further ones, and bindings_report() all of them. */
bool render(const char *template_text, const char *name, const char *prefix,
            struct bindings *bindings, struct text *out, struct error *error);

/* Fails when a key is bound that no template rendered so far mentions. */
bool bindings_check_used(struct bindings *bindings, struct error *error);

/* All errors of render() and bindings_check_used() on these bindings, "" when there are none:
 *
 *     top.v:2:32: error: nothing is bound to 'DATA_V'
 *         always @(posedge clk) x <= @{DATA_V};
 *                                    ^
 */
const char *bindings_report(const struct bindings *bindings);

#endif
