/* SPDX-License-Identifier: Apache-2.0
 * import_options.c - options of layers out of the metadata of a file. */
#include "models/network/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/base/text.h"

#define WORD(value, word) word,
#define WORDS(name, list) static const char *const name[] = {list(WORD) NULL};
WORDS(resets, RESETS)
WORDS(couplings, COUPLINGS)
WORDS(nonlinearities, NONLINEARITIES)
WORDS(activations, ACTIVATIONS)
WORDS(candidates, CANDIDATES)
WORDS(directions, DIRECTIONS)
#undef WORDS
#undef WORD

static const struct option {
    const char *key;
    const char *const *words;
} options[] = {{"reset", resets},           {"coupled", couplings},    {"nonlinearity", nonlinearities},
               {"activation", activations}, {"candidate", candidates}, {"direction", directions}};

static void set(struct layer_config *layer, const struct option *option, int value)
{
    if (option->words == resets)
        layer->reset = (enum reset)value;
    if (option->words == couplings)
        layer->coupled = (enum coupling)value;
    if (option->words == nonlinearities)
        layer->nonlinearity = (enum nonlinearity)value;
    if (option->words == activations)
        layer->activation = (enum activation)value;
    if (option->words == candidates)
        layer->candidate = (enum candidate)value;
    if (option->words == directions)
        layer->direction = (enum direction)value;
}

static int get(const struct layer_config *layer, const struct option *option)
{
    return option->words == resets           ? (int)layer->reset
           : option->words == couplings      ? (int)layer->coupled
           : option->words == nonlinearities ? (int)layer->nonlinearity
           : option->words == activations    ? (int)layer->activation
           : option->words == candidates     ? (int)layer->candidate
                                             : (int)layer->direction;
}

/* What nobody asked for is as the file has it; what both say must be the same. */
static bool agree(const char *file, int number, const struct option *option, int value,
                  struct layer_config *layer, struct error *error)
{
    const int asked = get(layer, option);
    if (asked != 0 && asked != value)
        return fail(error, "%s: the %s of layer %d is %s, %s is asked for", file, option->key, number,
                    option->words[value], option->words[asked]);
    set(layer, option, value);
    return true;
}

static bool refuse(const char *file, int number, const struct option *option, const char *value,
                   struct error *error)
{
    char shown[PRINTABLE_NAME];
    struct text words = {0};
    printable(shown, sizeof shown, value);
    for (int i = 0; option->words[i] != NULL; i++)
        text_appendf(&words, "%s%s", i == 0 ? "" : option->words[i + 1] != NULL ? ", " : " or ",
                     option->words[i]);
    if (strcmp(value, "unknown") == 0)
        fail(error, "%s: does not tell the %s of layer %d, which is %s: ask for it in model.layers "
             "('ese import' prints the lines)", file, option->key, number, text_string(&words));
    else
        fail(error, "%s: says that the %s of layer %d is '%s', expected %s", file, option->key, number, shown,
             text_string(&words));
    text_free(&words);
    return false;
}

/* A list of layers says what the file does not know. */
static bool take(const struct safetensors *file, const struct metadata *m, const char *key,
                 const struct import_layer *of, struct error *error)
{
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (strcmp(options[i].key, key) != 0)
            continue;
        for (int word = 0; options[i].words[word] != NULL; word++)
            if (strcmp(options[i].words[word], m->value) == 0)
                return agree(file->name, of->number, &options[i], word, of->layer, error);
        return (of->listed && strcmp(m->value, "unknown") == 0) ||
               refuse(file->name, of->number, &options[i], m->value, error);
    }
    return true;
}

bool import_options(const struct safetensors *file, const struct import_layer *of, struct error *error)
{
    char prefix[16];
    const size_t length = (size_t)snprintf(prefix, sizeof prefix, "%d.", of->number);
    for (int i = 0; i < file->metadata_count; i++) {
        const struct metadata *m = &file->metadata[i];
        if (strncmp(m->key, prefix, length) == 0 && !take(file, m, m->key + length, of, error))
            return false;
    }
    return true;
}
