/* SPDX-License-Identifier: Apache-2.0
 * pickle_walk.c - all ways through the values of a pickle. */
#include "models/file/pickle_walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "models/base/text.h"

enum {
    DEPTH = 64,      /* of containers in each other */
    STEPS = 1 << 22, /* values that are looked at: one may be reached on many ways */
    NAME_LENGTH = 400
};

struct walk {
    const struct pickle_visit *visit;
    struct text path;
    int depth, steps;
};

static bool walk_value(struct walk *w, struct pickle_value *v);

/* Control characters would not stay on a line. */
static bool append_key(struct walk *w, const char *key, size_t length)
{
    if (w->path.length + length >= NAME_LENGTH)
        return false;
    if (w->path.length > 0)
        text_append_char(&w->path, '.');
    for (size_t i = 0; i < length; i++)
        text_append_char(&w->path, (unsigned char)key[i] < ' ' || key[i] == 0x7f ? '?' : key[i]);
    return true;
}

/* Below a key; what cannot be named is left out. */
static bool walk_below(struct walk *w, const struct pickle_value *key, struct pickle_value *v)
{
    const size_t before = w->path.length;
    char number[24];
    bool named = false, good = true;
    snprintf(number, sizeof number, "%" PRId64, key->number);
    if (key->kind == PICKLE_TEXT)
        named = append_key(w, key->text, key->length);
    else if (key->kind == PICKLE_INT)
        named = append_key(w, number, strlen(number));
    if (named)
        good = walk_value(w, v);
    text_cut(&w->path, before);
    return good;
}

static bool walk_pairs(struct walk *w, const struct pickle_value *v, int first)
{
    for (int i = first; i + 1 < v->count; i += 2)
        if (!walk_below(w, v->items[i], v->items[i + 1]))
            return false;
    return true;
}

static bool walk_list(struct walk *w, const struct pickle_value *v, int first)
{
    for (int i = first; i < v->count; i++) {
        const struct pickle_value key = {.kind = PICKLE_INT, .number = i - first};
        if (!walk_below(w, &key, v->items[i]))
            return false;
    }
    return true;
}

/* The attributes of an object. */
static bool walk_state(struct walk *w, const struct pickle_value *state)
{
    for (int i = 0; state->kind == PICKLE_DICT && i + 1 < state->count; i += 2) {
        const struct pickle_value *key = state->items[i];
        const bool through = pickle_is_text(key, "_modules") || pickle_is_text(key, "_parameters") ||
                             pickle_is_text(key, "_buffers");
        if (key->kind != PICKLE_TEXT || key->length == 0 || (key->text[0] == '_' && !through))
            continue;
        if (through ? !walk_value(w, state->items[i + 1]) : !walk_below(w, key, state->items[i + 1]))
            return false;
    }
    return true;
}

/* An OrderedDict of Python 2 has its items in a list of [key, value]. */
static bool walk_ordered(struct walk *w, const struct pickle_value *v)
{
    const struct pickle_value *list = pickle_argument(v, 0);
    if (!pickle_is_global(v->items[0], "collections", "OrderedDict") || list == NULL ||
        list->kind != PICKLE_LIST)
        return true;
    for (int i = 0; i < list->count; i++) {
        const struct pickle_value *pair = list->items[i];
        if ((pair->kind == PICKLE_LIST || pair->kind == PICKLE_TUPLE) && pair->count == 2 &&
            !walk_below(w, pair->items[0], pair->items[1]))
            return false;
    }
    return true;
}

/* An array of objects, as NumPy puts a dictionary into a .npy file: (1, shape, dtype, order, [objects]). */
static bool walk_objects(struct walk *w, const struct pickle_value *state)
{
    enum { PARTS = 5, OBJECTS = 4 };
    const struct pickle_value *list =
        state->kind == PICKLE_TUPLE && state->count == PARTS ? state->items[OBJECTS] : NULL;
    if (list == NULL || list->kind != PICKLE_LIST)
        return true;
    return list->count == 1 ? walk_value(w, list->items[0]) : walk_list(w, list, 0);
}

static bool walk_container(struct walk *w, const struct pickle_value *v)
{
    switch (v->kind) {
    case PICKLE_DICT:
        return walk_pairs(w, v, 0);
    case PICKLE_LIST:
    case PICKLE_TUPLE:
        return walk_list(w, v, 0);
    case PICKLE_CALL:
        return walk_ordered(w, v) && (v->keyed ? walk_pairs(w, v, 2) : walk_list(w, v, 2)) &&
               (v->state == NULL || (walk_state(w, v->state) && walk_objects(w, v->state)));
    default:
        return true;
    }
}

static bool walk_value(struct walk *w, struct pickle_value *v)
{
    const struct pickle_visit *visit = w->visit;
    bool taken = false;
    if (v->open) /* it contains itself */
        return true;
    if (++w->steps > STEPS || w->depth == DEPTH)
        return fail(visit->error, "%s: its pickle is nested deeper, or refers to itself more often, than "
                    "is allowed", visit->file);
    if (!visit->see(visit->context, text_string(&w->path), v, &taken))
        return false;
    if (taken)
        return true;
    v->open = true;
    w->depth++;
    const bool good = walk_container(w, v);
    w->depth--;
    v->open = false;
    return good;
}

bool pickle_walk(const struct pickle_visit *visit, struct pickle_value *top)
{
    struct walk w = {.visit = visit};
    text_append(&w.path, visit->before);
    const bool good = walk_value(&w, top);
    text_free(&w.path);
    return good;
}
