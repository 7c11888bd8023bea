/* SPDX-License-Identifier: Apache-2.0
 * source_testing.h - a chain of layers as a network of ours. */
#ifndef ESE_TESTS_SOURCE_TESTING_H
#define ESE_TESTS_SOURCE_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/network/layer.h"
#include "models/network/reference.h"
#include "models/source/source.h"

#include <cmocka.h> /* last: it has a macro called fail */

static inline int word_of(const char *word, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    fail_msg("'%s' is no word of a description", word);
    return 0;
}

/* Of a key that a reader gives, the field of the description. */
static inline void set_key(struct layer_config *layer, const struct source_key *k)
{
#define WORD(value, word) word,
#define SET(id, type, LIST) \
    if (strcmp(k->key, #id) == 0) { \
        static const char *const words[] = {LIST(WORD) NULL}; \
        layer->id = (enum type)word_of(k->value, words); \
        return; \
    }
    SET(kind, layer_kind, LAYER_KINDS)
    SET(candidate, candidate, CANDIDATES)
    SET(coupled, coupling, COUPLINGS)
    SET(reset, reset, RESETS)
    SET(nonlinearity, nonlinearity, NONLINEARITIES)
    SET(activation, activation, ACTIVATIONS)
    SET(direction, direction, DIRECTIONS)
#undef SET
#undef WORD
    fail_msg("'%s' is no key of a layer", k->key);
}

static inline struct network network_of(const struct source_chain *chain)
{
    char path[] = "/tmp/ese-source-XXXXXX";
    const int file = mkstemp(path);
    struct text bytes = {0};
    struct error error = {""};
    struct network n;
    struct model_config model = {.path = path, .density = 1.0, .layer_count = chain->layer_count};
    assert_true(file >= 0);
    for (int i = 0; i < chain->layer_count; i++) {
        model.layers[i] = layer_default(LAYER_LSTM);
        for (int k = 0; k < chain->layers[i].key_count; k++)
            if (strcmp(chain->layers[i].keys[k].key, "kind") == 0)
                set_key(&model.layers[i], &chain->layers[i].keys[k]);
        model.layers[i] = layer_default(model.layers[i].kind);
        for (int k = 0; k < chain->layers[i].key_count; k++)
            set_key(&model.layers[i], &chain->layers[i].keys[k]);
    }
    if (!source_pack(chain, &bytes, &error) ||
        write(file, bytes.data, bytes.length) != (ssize_t)bytes.length ||
        !network_read(&n, &model, &error))
        fail_msg("%s: %s", chain->name, error.text);
    close(file);
    unlink(path);
    text_free(&bytes);
    return n;
}

#endif
