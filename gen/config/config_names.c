/* SPDX-License-Identifier: Apache-2.0
 * config_names.c - keys by number and by name: found, guessed, unknown. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "gen/config/config_keys.h"
#include "models/base/bytes.h"

#define LAYERS "model.layers"

/* NAME_LIMIT: longer names are not compared.  LAYER_NAME: room for the longest of a layer. */
enum { NAME_LIMIT = 64, LAYER_NAME = 40 };

/* ---- numbers --------------------------------------------------------------------------------- */

/* Made of their rows when they are first asked for: most models have few layers. */
static struct key layer_keys[LAYERS_MOST * LAYER_KEY_COUNT];

static const struct key *layer_key(int layer, int row)
{
    static char names[LAYERS_MOST * LAYER_KEY_COUNT][LAYER_NAME];
    const int place = layer * LAYER_KEY_COUNT + row;
    struct key *key = &layer_keys[place];
    if (key->name != NULL)
        return key;
    const int length =
        snprintf(names[place], LAYER_NAME, LAYERS ".%d.%s", layer, layer_rows[row].name);
    BUG_UNLESS(length < LAYER_NAME);
    *key = layer_rows[row];
    key->name = names[place];
    key->offset += offsetof(struct config, model.layers);
    key->offset += (size_t)layer * sizeof(struct layer_config);
    key->layer = layer;
    return key;
}

const struct key *key_at(int id)
{
    BUG_UNLESS(id >= 0 && id < KEYS_MOST);
    const int place = id - KEY_COUNT;
    return place < 0 ? &config_keys[id]
                     : layer_key(place / LAYER_KEY_COUNT, place % LAYER_KEY_COUNT);
}

int key_id(const struct key *key)
{
    return key->layer == NO_LAYER ? (int)(key - config_keys) : KEY_COUNT + (int)(key - layer_keys);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* "model.layers.12.cell": the layer, and what stands behind it; false: no name of a layer's key. */
static bool split(const char *name, int *layer, const char **rest)
{
    char number[8];
    int64_t value;
    if (strncmp(name, LAYERS ".", sizeof LAYERS) != 0)
        return false;
    const char *digits = name + sizeof LAYERS, *dot = strchr(digits, '.');
    if (dot == NULL || (size_t)(dot - digits) >= sizeof number)
        return false;
    snprintf(number, sizeof number, "%.*s", (int)(dot - digits), digits);
    if (whole_number(number, 0, LAYERS_MOST - 1, &value) != NUMBER_GOOD)
        return false;
    *layer = (int)value;
    *rest = dot + 1;
    return true;
}

const struct key *key_find(const char *name)
{
    const char *rest;
    int layer;
    for (int i = 0; i < KEY_COUNT; i++)
        if (strcmp(config_keys[i].name, name) == 0)
            return &config_keys[i];
    if (!split(name, &layer, &rest))
        return NULL;
    for (int row = 0; row < LAYER_KEY_COUNT; row++)
        if (strcmp(layer_rows[row].name, rest) == 0)
            return layer_key(layer, row);
    return NULL;
}

/* ---- guesses --------------------------------------------------------------------------------- */

int edits_between(const char *a, const char *b)
{
    size_t length = strlen(b);
    int row[NAME_LIMIT + 1];
    if (strlen(a) > NAME_LIMIT || length > NAME_LIMIT)
        return NAME_LIMIT;
    for (size_t j = 0; j <= length; j++)
        row[j] = (int)j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= length; j++) {
            int same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
            int best = diagonal + !same;
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[length];
}

/* Half of the letters wrong is another word. */
int edits_limit(const char *name)
{
    int half = (int)(strlen(name) + 1) / 2;
    return half < 2 ? 2 : half > 3 ? 3 : half;
}

/* Is `whole` nearer than `best` edits, which it then becomes?  Whoever forgets the section means
 * the key in it, so that a name is also compared with the part behind the dot. */
static bool nearer(const char *name, const char *whole, int *best)
{
    const char *dot = strchr(whole, '.');
    int edits = edits_between(name, whole);
    if (dot != NULL && edits_between(name, dot + 1) < edits)
        edits = edits_between(name, dot + 1);
    if (edits >= *best)
        return false;
    *best = edits;
    return true;
}

static const char *guess_in_layer(int layer, const char *rest)
{
    const char *guess = NULL;
    int best = edits_limit(rest);
    for (int row = 0; row < LAYER_KEY_COUNT; row++)
        if (nearer(rest, layer_rows[row].name, &best))
            guess = layer_key(layer, row)->name;
    return guess;
}

const char *key_guess(const char *name)
{
    static const char *const sections[] = {"base", "model", LAYERS};
    const char *guess = NULL, *rest;
    int best = edits_limit(name), layer;
    if (split(name, &layer, &rest))
        return guess_in_layer(layer, rest);
    for (int i = 0; i < KEY_COUNT; i++)
        if (nearer(name, config_keys[i].name, &best))
            guess = config_keys[i].name;
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (nearer(name, sections[i], &best))
            guess = sections[i];
    return guess;
}

bool key_unknown(const char *where, const char *name, struct error *error)
{
    char text[PRINTABLE_NAME];
    const char *guess = key_guess(name), *rest;
    int layer;
    printable(text, sizeof text, name);
    if (strcmp(name, LAYERS) == 0)
        return fail(error, "%s: " LAYERS ": is a list, which only a file gives; a key of one of "
                    "its layers is " LAYERS ".N.KEY, N counted from 0", where);
    if (strncmp(name, LAYERS ".", sizeof LAYERS) == 0 && !split(name, &layer, &rest))
        return fail(error, "%s: unknown key '%s': a key of a layer is " LAYERS ".N.KEY, N in 0..%d",
                    where, text, LAYERS_MOST - 1);
    if (guess != NULL)
        return fail(error, "%s: unknown key '%s' (did you mean '%s'?)", where, text, guess);
    return fail(error, "%s: unknown key '%s' ('ese gen --help' lists the keys)", where, text);
}
