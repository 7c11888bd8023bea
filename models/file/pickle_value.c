/* SPDX-License-Identifier: Apache-2.0
 * pickle_value.c - questions about what a pickle describes. */
#include <string.h>

#include "models/file/pickle.h"

bool pickle_is_text(const struct pickle_value *v, const char *text)
{
    return v != NULL && v->kind == PICKLE_TEXT && v->length == strlen(text) &&
           memcmp(v->text, text, v->length) == 0;
}

bool pickle_is_global(const struct pickle_value *v, const char *module, const char *name)
{
    return v != NULL && v->kind == PICKLE_GLOBAL && pickle_is_text(v->items[0], module) &&
           pickle_is_text(v->items[1], name);
}

const struct pickle_value *pickle_callee(const struct pickle_value *v)
{
    return v != NULL && v->kind == PICKLE_CALL ? v->items[0] : NULL;
}

struct pickle_value *pickle_argument(const struct pickle_value *v, int argument)
{
    if (v == NULL || v->kind != PICKLE_CALL || argument >= v->items[1]->count)
        return NULL;
    return v->items[1]->items[argument];
}

struct pickle_value *pickle_get(const struct pickle_value *v, const char *key)
{
    const bool call = v != NULL && v->kind == PICKLE_CALL && v->keyed;
    if (v == NULL || (v->kind != PICKLE_DICT && !call))
        return NULL;
    for (int i = v->count - 2; i >= (call ? 2 : 0); i -= 2)
        if (pickle_is_text(v->items[i], key))
            return v->items[i + 1];
    return NULL;
}
