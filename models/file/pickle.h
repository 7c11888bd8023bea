/* SPDX-License-Identifier: Apache-2.0
 * pickle.h - what a Python pickle describes, as data.
 *
 * Nothing is called and no class is looked up: where a pickle says that Python is to call something, there
 * is a value PICKLE_CALL which has the name and what it was to be called with.  Protocols 2 to 5, as far
 * as binary opcodes go.  Numbers of values and memory are bounded, whatever the bytes say; values may
 * contain each other, so whoever walks them bounds depth and steps. */
#ifndef ESE_PICKLE_H
#define ESE_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/error.h"

enum { PICKLE_VALUES = 1 << 21 }; /* of one pickle, and places of its memo */

enum pickle_kind {
    PICKLE_NONE,
    PICKLE_BOOL,
    PICKLE_INT,    /* of at most 64 bits */
    PICKLE_LONG,   /* of more: `text`, little-endian */
    PICKLE_FLOAT,
    PICKLE_TEXT,   /* UTF-8, not checked; or the bytes of a str of Python 2 */
    PICKLE_BYTES,
    PICKLE_TUPLE,
    PICKLE_LIST,   /* sets, too */
    PICKLE_DICT,   /* items: key, value, key, value ... */
    PICKLE_GLOBAL, /* items: module, name */
    PICKLE_CALL,   /* items: what is called, a tuple of arguments; then what was appended to it */
    PICKLE_STORED, /* items: what stands for a value that is elsewhere ("persistent id") */
};

struct pickle_value {
    enum pickle_kind kind;
    bool keyed; /* PICKLE_CALL: what was appended are keys and values */
    bool open;  /* for whoever walks: it is on the way there */
    int count, room;
    int64_t number;            /* BOOL, INT */
    double real;               /* FLOAT */
    const char *text;          /* within the pickle, no NUL behind it */
    size_t length;
    struct pickle_value **items;
    struct pickle_value *state; /* of CALL and DICT: what BUILD was given; or NULL */
};

struct pickle {
    struct pickle_value *top;
    size_t length; /* bytes up to its end: another may follow */
    struct pickle_chunk *chunks;
};

/* Reads one pickle from the begin of `bytes`, which must outlive it; `name` is printable and for messages.
 * After a failure there is nothing to free. */
bool pickle_parse(struct pickle *pickle, const unsigned char *bytes, size_t size, const char *name,
                  struct error *error);

void pickle_free(struct pickle *pickle);

/* Every value that the pickle made, in no order, also those that lead nowhere. */
void pickle_each(const struct pickle *pickle, void (*see)(void *context, struct pickle_value *value),
                 void *context);

/* Is it that text; the class or function MODULE.NAME? */
bool pickle_is_text(const struct pickle_value *value, const char *text);
bool pickle_is_global(const struct pickle_value *value, const char *module, const char *name);

/* What is called, or NULL: it is no call.  Its arguments, of which there are `count`; NULL beyond them. */
const struct pickle_value *pickle_callee(const struct pickle_value *value);
struct pickle_value *pickle_argument(const struct pickle_value *value, int argument);

/* What a dictionary has under a key, the last such; NULL: nothing, or it is none. */
struct pickle_value *pickle_get(const struct pickle_value *dict, const char *key);

#endif
