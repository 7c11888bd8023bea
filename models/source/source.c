/* SPDX-License-Identifier: Apache-2.0
 * source.c - lists of what a reader found, and a chain of them as a safetensors file. */
#include "models/source/source.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"

enum { TENSOR_NAME = 160, LENGTH_BYTES = 8, ALIGNMENT = 8 };

/* Room for one more of `count` things, zeroed; lists are short. */
static void *grow(void *list, int count, size_t size)
{
    char *longer = allocate((size_t)count + 1, size);
    if (count > 0)
        memcpy(longer, list, (size_t)count * size);
    free(list);
    return longer;
}

/* Names out of a file become parts of lines. */
static void make_line(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

struct source_chain *source_add_chain(struct source *s, const char *name)
{
    s->chains = grow(s->chains, s->chain_count, sizeof *s->chains);
    struct source_chain *chain = &s->chains[s->chain_count++];
    chain->name = duplicate(name);
    make_line(chain->name);
    return chain;
}

struct source_layer *source_add_layer(struct source_chain *chain, const char *name, int input, int output)
{
    chain->layers = grow(chain->layers, chain->layer_count, sizeof *chain->layers);
    struct source_layer *layer = &chain->layers[chain->layer_count++];
    *layer = (struct source_layer){.name = duplicate(name), .input = input, .output = output};
    make_line(layer->name);
    return layer;
}

void source_add_key(struct source_layer *layer, const char *key, const char *value)
{
    layer->keys = grow(layer->keys, layer->key_count, sizeof *layer->keys);
    layer->keys[layer->key_count++] = (struct source_key){duplicate(key), duplicate(value), false};
}

void source_assume_key(struct source_layer *layer, const char *key, const char *value)
{
    source_add_key(layer, key, value);
    layer->keys[layer->key_count - 1].assumed = true;
}

float *source_add_tensor(struct source_layer *layer, const char *name, int rows, int columns)
{
    layer->tensors = grow(layer->tensors, layer->tensor_count, sizeof *layer->tensors);
    struct source_tensor *tensor = &layer->tensors[layer->tensor_count++];
    tensor->name = duplicate(name);
    tensor->rank = columns > 0 ? 2 : 1;
    tensor->shape[0] = rows;
    tensor->shape[1] = columns;
    tensor->values = allocate((size_t)rows * (size_t)(columns > 0 ? columns : 1), sizeof(float));
    return tensor->values;
}

static void add_line(char ***lines, int *count, const char *format, va_list arguments)
{
    struct text line = {0};
    text_vappendf(&line, format, arguments);
    make_line(line.data);
    *lines = grow(*lines, *count, sizeof **lines);
    (*lines)[(*count)++] = line.data;
}

void source_add_host(struct source_chain *chain, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_line(&chain->host, &chain->host_count, format, arguments);
    va_end(arguments);
}

void source_add_assumed(struct source_chain *chain, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_line(&chain->assumed, &chain->assumed_count, format, arguments);
    va_end(arguments);
}

void source_add_note(struct source *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_line(&s->notes, &s->note_count, format, arguments);
    va_end(arguments);
}

void source_add_refused(struct source *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_line(&s->refused, &s->refused_count, format, arguments);
    va_end(arguments);
}

/* ---- the end ------------------------------------------------------------------------------------------- */

static void free_lines(char **lines, int count)
{
    for (int i = 0; i < count; i++)
        free(lines[i]);
    free(lines);
}

static void free_layer(struct source_layer *layer)
{
    for (int i = 0; i < layer->key_count; i++) {
        free(layer->keys[i].key);
        free(layer->keys[i].value);
    }
    for (int i = 0; i < layer->tensor_count; i++) {
        free(layer->tensors[i].name);
        free(layer->tensors[i].values);
    }
    free(layer->keys);
    free(layer->tensors);
    free(layer->name);
}

void source_cut_chain(struct source_chain *chain, int layers, int hosts)
{
    while (chain->layer_count > layers)
        free_layer(&chain->layers[--chain->layer_count]);
    while (chain->host_count > hosts)
        free(chain->host[--chain->host_count]);
}

void source_drop_chain(struct source *s)
{
    struct source_chain *chain = &s->chains[--s->chain_count];
    for (int i = 0; i < chain->layer_count; i++)
        free_layer(&chain->layers[i]);
    free(chain->layers);
    free(chain->name);
    free_lines(chain->host, chain->host_count);
    free_lines(chain->assumed, chain->assumed_count);
    *chain = (struct source_chain){0};
}

void source_free(struct source *s)
{
    while (s->chain_count > 0)
        source_drop_chain(s);
    free(s->chains);
    free(s->producer);
    free_lines(s->notes, s->note_count);
    free_lines(s->refused, s->refused_count);
    *s = (struct source){0};
}

/* ---- a chain as a file --------------------------------------------------------------------------------- */

static size_t bytes_of(const struct source_tensor *t)
{
    return (size_t)t->shape[0] * (size_t)(t->rank == 2 ? t->shape[1] : 1) * sizeof(float);
}

static void describe_tensor(json_t *header, const char *name, const struct source_tensor *t, size_t begin)
{
    json_t *shape = t->rank == 2 ? json_pack("[i, i]", t->shape[0], t->shape[1])
                                 : json_pack("[i]", t->shape[0]);
    json_object_set_new(header, name,
                        json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape, "data_offsets",
                                  (json_int_t)begin, (json_int_t)(begin + bytes_of(t))));
}

/* The header, as long as the data that follows it wants. */
static char *header_of(const struct source_chain *chain)
{
    char name[TENSOR_NAME];
    json_t *header = json_object(), *keys = json_object();
    size_t at = 0;
    for (int l = 0; l < chain->layer_count; l++) {
        const struct source_layer *layer = &chain->layers[l];
        for (int i = 0; i < layer->key_count; i++) {
            if (layer->keys[i].assumed)
                continue;
            snprintf(name, sizeof name, "%d.%s", l, layer->keys[i].key);
            json_object_set_new(keys, name, json_string(layer->keys[i].value));
        }
        if (layer->coarse) {
            snprintf(name, sizeof name, "%d.coarse", l);
            json_object_set_new(keys, name, json_string("yes"));
        }
        for (int i = 0; i < layer->tensor_count; i++) {
            snprintf(name, sizeof name, "%d.%s", l, layer->tensors[i].name);
            describe_tensor(header, name, &layer->tensors[i], at);
            at += bytes_of(&layer->tensors[i]);
        }
    }
    json_object_set_new(header, "__metadata__", keys);
    char *text = json_dumps(header, JSON_COMPACT);
    json_decref(header);
    return text;
}

static void put_values(struct text *bytes, const struct source_tensor *t)
{
    const size_t size = bytes_of(t);
    unsigned char *at = (unsigned char *)text_reserve(bytes, size);
    for (size_t i = 0; i < size / sizeof(float); i++)
        store_u32(at + i * sizeof(float), bits_of_float(t->values[i]));
    bytes->length += size;
    bytes->data[bytes->length] = '\0';
}

bool source_pack(const struct source_chain *chain, struct text *bytes, struct error *error)
{
    char *header = header_of(chain);
    if (header == NULL)
        return fail(error, "%s: its names are no UTF-8", chain->name);
    const size_t length = strlen(header), padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    unsigned char size[LENGTH_BYTES];
    store_u32(size, (uint32_t)padded);
    store_u32(size + 4, 0);
    text_append_bytes(bytes, size, sizeof size);
    text_append(bytes, header);
    for (size_t i = length; i < padded; i++)
        text_append_char(bytes, ' ');
    free(header);
    for (int l = 0; l < chain->layer_count; l++)
        for (int i = 0; i < chain->layers[l].tensor_count; i++)
            put_values(bytes, &chain->layers[l].tensors[i]);
    return true;
}
