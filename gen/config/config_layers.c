/* SPDX-License-Identifier: Apache-2.0
 * config_layers.c - which keys a configuration has: those of its layers by their kinds, and either
 * the short form of one LSTM or a list of layers. */
#include <stdio.h>
#include <string.h>

#include "gen/config/config_keys.h"

void kinds_append(unsigned kinds, struct text *text)
{
    const char *comma = "";
    for (int kind = 0; OF_ALL >> kind != 0; kind++) {
        if ((kinds >> kind & 1) == 0)
            continue;
        text_appendf(text, "%s%s", comma, layer_kind_name((enum layer_kind)kind));
        comma = ", ";
    }
}

static unsigned kinds_of(const struct model_config *model)
{
    struct layer_config list[LAYERS_MOST];
    unsigned kinds = 0;
    for (int n = model_layers(model, list); n-- > 0;)
        kinds |= 1u << list[n].kind;
    return kinds;
}

/* Only the first layer says what it reads. */
static bool is_of_first(const struct key *row)
{
    return row == &layer_rows[KEY_LAYER_input] || row == &layer_rows[KEY_LAYER_FORMAT_x] ||
           row == &layer_rows[KEY_LAYER_RANGE_x];
}

static bool layer_has(int layer, enum layer_kind kind, const struct key *row)
{
    return (row->kinds >> kind & 1) != 0 && (layer == 0 || !is_of_first(row));
}

const struct key *row_of(const struct key *key)
{
    return &layer_rows[(key_id(key) - KEY_COUNT) % LAYER_KEY_COUNT];
}

bool key_is_of(const struct key *key, const struct config *config)
{
    const struct model_config *model = &config->model;
    if (key->layer != NO_LAYER)
        return key->layer < model->layer_count &&
               layer_has(key->layer, model->layers[key->layer].kind, row_of(key));
    if (key->in_short)
        return model->layer_count == 0;
    return (key->kinds & kinds_of(model)) != 0;
}

/* Appends the keys that a layer has in the section of one: "cell, reset ... densities, formats and ranges". */
static void append_keys(const struct key *key, enum layer_kind kind, struct text *text)
{
    const struct key *row = row_of(key);
    const char *dot = strchr(row->name, '.'), *comma = "";
    const size_t section = dot != NULL ? (size_t)(dot + 1 - row->name) : 0;
    for (int n = 0; n < LAYER_KEY_COUNT; n++) {
        const char *name = layer_rows[n].name;
        if (!layer_has(key->layer, kind, &layer_rows[n]) ||
            strncmp(name, row->name, section) != 0 || strchr(name + section, '.') != NULL)
            continue;
        text_appendf(text, "%s%s", comma, name + section);
        comma = ", ";
    }
    text_append(text, section == 0 ? ", densities, formats and ranges" : "");
}

/* Of a model with layers: what is wrong with a key of one of them. */
static bool refuse_in_layer(const struct key *key, const struct model_config *model,
                            struct error *error)
{
    const int count = model->layer_count;
    struct text keys = {0};
    if (key->layer >= count)
        return fail(error, "%s: there %s %d layer%s, counted from 0", key->name,
                    count == 1 ? "is" : "are", count, count == 1 ? "" : "s");
    const enum layer_kind kind = model->layers[key->layer].kind;
    append_keys(key, kind, &keys);
    if (is_of_first(row_of(key)))
        fail(error, "%s: only the first layer has it, the others read what the one before gives "
             "(here are allowed: %s)", key->name, text_string(&keys));
    else
        fail(error, "%s: a layer of kind %s has no such key, allowed: %s", key->name,
             layer_kind_name(kind), text_string(&keys));
    text_free(&keys);
    return false;
}

/* Without layers: what says the same of the one LSTM, if anything does. */
static bool refuse_without_layers(const struct key *key, struct error *error)
{
    char name[64];
    snprintf(name, sizeof name, "model.%s", row_of(key)->name);
    const struct key *same = key_find(name);
    return fail(error, "%s: the model is no list of layers (a file gives one, in model.layers)%s%s",
                key->name, same != NULL ? "; of its one LSTM this is " : "",
                same != NULL ? name : "");
}

bool key_fits(const struct key *key, const struct config *config, struct error *error)
{
    struct text kinds = {0};
    if (key_is_of(key, config))
        return true;
    if (key->layer != NO_LAYER && config->model.layer_count == 0)
        return refuse_without_layers(key, error);
    if (key->layer != NO_LAYER)
        return refuse_in_layer(key, &config->model, error);
    if (key->in_short) {
        const bool projects = key == &config_keys[KEY_MODEL_projection];
        return fail(error, "%s: the model has a list of layers, where this is model.layers.N.%s, N "
                    "counted from 0", key->name, projects ? "output" : strchr(key->name, '.') + 1);
    }
    kinds_append(key->kinds, &kinds);
    fail(error, "%s: no layer of the model has it (only of kind %s)", key->name,
         text_string(&kinds));
    text_free(&kinds);
    return false;
}
