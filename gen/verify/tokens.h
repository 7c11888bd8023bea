/* SPDX-License-Identifier: Apache-2.0
 * tokens.h - a Verilog source as a row of tokens, and constant expressions among them.
 *
 * For the modules that `ese gen` writes: enough to tell which instances there are (instances.h), no
 * more.  What an expression has beyond that, such as a function, makes its value unknown. */
#ifndef ESE_TOKENS_H
#define ESE_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/base/text.h"

struct token {
    const char *at;
    int length;
};

struct tokens {
    struct text source;
    struct token *list; /* [count], and behind them an empty one */
    int count, room;
};

/* To be freed if it succeeds. */
bool tokens_read(struct tokens *tokens, const char *path, struct error *error);
void tokens_free(struct tokens *tokens);

bool token_is(const struct token *token, const char *text);
bool token_is_word(const struct token *token); /* an identifier or keyword */

/* A token "(", "[" or "{" begins a group; the token behind it.  Another token: the next. */
int tokens_skip(const struct tokens *tokens, int at);

struct value {
    enum { VALUE_UNKNOWN, VALUE_NUMBER, VALUE_STRING } kind;
    int64_t number;
    struct token string; /* with its quotes */
};

/* Names and what they stand for, the latest first. */
struct names {
    const struct names *before;
    struct token name;
    struct value value;
};

/* The value of the expression that begins there; *at moves to what ends it: "," ";" ")" or ":". */
struct value tokens_value(const struct tokens *tokens, int *at, const struct names *names);

#endif
