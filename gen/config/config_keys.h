/* SPDX-License-Identifier: Apache-2.0
 * config_keys.h - inside the configuration reader: the keys, and settings not yet applied. */
#ifndef ESE_CONFIG_KEYS_H
#define ESE_CONFIG_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "gen/config/config_file.h"
#include "models/base/text.h"
#include "models/network/config.h"

/* config.def says what each of them means. */
enum role { ROLE_FIXED, ROLE_ATTACHED, ROLE_WRITTEN, ROLE_MODEL };
enum kind {
    KIND_WHOLE, KIND_SEED, KIND_SHARE, KIND_REAL, KIND_FRACTION, KIND_RANGE, KIND_WORD, KIND_FLAG,
    KIND_NAME, KIND_DEVICE, KIND_PATH
};

enum key_id {
#define KEY(id, ...) KEY_##id,
#define MODEL_KEY(id, ...) KEY_MODEL_##id,
#define DENSITY_KEY(id, ...) KEY_DENSITY_##id,
#define FORMAT_KEY(id, ...) KEY_FORMAT_##id,
#define RANGE_KEY(id, ...) KEY_RANGE_##id,
#include "gen/config/config.def"
    KEY_COUNT
};

/* Keys of a layer.  Those of layer N have the numbers from KEY_COUNT + N * LAYER_KEY_COUNT on. */
enum layer_key_id {
#define LAYER_KEY(id, ...) KEY_LAYER_##id,
#define DENSITY_KEY(id, ...) KEY_LAYER_DENSITY_##id,
#define FORMAT_KEY(id, ...) KEY_LAYER_FORMAT_##id,
#define RANGE_KEY(id, ...) KEY_LAYER_RANGE_##id,
#include "gen/config/config.def"
    LAYER_KEY_COUNT
};

enum { KEYS_MOST = KEY_COUNT + LAYERS_MOST * LAYER_KEY_COUNT, NO_LAYER = -1 };

/* Kinds of layers. */
enum {
    OF_LSTM = 1 << LAYER_LSTM,
    OF_GRU = 1 << LAYER_GRU,
    OF_RNN = 1 << LAYER_RNN,
    OF_LINEAR = 1 << LAYER_LINEAR,
    OF_ALL = OF_LSTM | OF_GRU | OF_RNN | OF_LINEAR
};

struct key {
    const char *name; /* dotted: "model.cell", "model.layers.1.cell" */
    enum role role;
    enum kind kind;
    size_t offset; /* of the value in struct config */
    const char *fallback; /* NULL: layer_default() has it */
    int64_t min, max;
    const char *const *words;
    const char *meaning;
    unsigned kinds; /* of layers that have it */
    bool in_short;  /* says what a model is that is one LSTM: not beside layers */
    int layer;      /* whose it is, or NO_LAYER */
};

extern const struct key config_keys[KEY_COUNT];

/* Keys of a layer, with the names that they have in it ("cell", "formats.x") and offsets in struct
 * layer_config. */
extern const struct key layer_rows[LAYER_KEY_COUNT];

/* Key number `id`, 0..KEYS_MOST - 1, and the other way round. */
const struct key *key_at(int id);
int key_id(const struct key *key);

/* Its row in layer_rows, of a key of a layer. */
const struct key *row_of(const struct key *key);

/* NULL if there is no such key. */
const struct key *key_find(const char *name);

/* Does the configuration have the key?  Layers have those of their kind, and either the model is
 * one LSTM, said in short, or it has layers. */
bool key_is_of(const struct key *key, const struct config *config);

/* The same, and says "KEY: why not". */
bool key_fits(const struct key *key, const struct config *config, struct error *error);

/* Appends the kinds of layers in `kinds`: "lstm, gru". */
void kinds_append(unsigned kinds, struct text *text);

/* Edits (insert, delete, replace a character) that make one of the other; so many of `name`, and it is
 * another word. */
int edits_between(const char *a, const char *b);
int edits_limit(const char *name);

/* Name of the key that someone who wrote `name` probably meant, or NULL. */
const char *key_guess(const char *name);

/* "WHERE: unknown key 'NAME' (did you mean ...?)"; returns false. */
bool key_unknown(const char *where, const char *name, struct error *error);

/* Reads `text` strictly and stores it.  The message has the key, but not where it stood. */
bool key_set(const struct key *key, struct config *config, const char *text, struct error *error);

/* Reads exactly [-]digits without leading zeros, and nothing behind them. */
enum number_check { NUMBER_GOOD, NUMBER_OUTSIDE, NUMBER_NONE };
enum number_check whole_number(const char *text, int64_t min, int64_t max, int64_t *value);

/* No path: empty, or YAML's words for nothing.  (A file of such a name can be had as ./null.) */
bool is_no_path(const char *text);

/* Appends a path that a file names: a relative one is relative to the folder that the file lies in. */
void path_in_folder_of(struct text *path, const char *file, const char *name);

/* Appends what is allowed: "1..256", "block or relative". */
void key_allowed(const struct key *key, struct text *text);

/* Appends the value as key_set() reads it. */
void key_write(const struct key *key, const struct config *config, struct text *text);

/* Is the value left to whoever knows better? */
bool key_is_auto(const struct key *key, const struct config *config);

/* What one YAML document says, still as text. */
struct setting {
    char *text; /* NULL: the key is not there */
    int line;
};

struct settings {
    struct setting base;
    struct setting at[KEYS_MOST];
    int layers; /* entries of model.layers; 0: there is no such list */
};

/* Splits a YAML document into settings.  `file` is for the messages.  Checks all but the values. */
bool settings_parse(struct settings *settings, const char *text, size_t size, const char *file,
                    struct error *error);
void settings_free(struct settings *settings);

/* config_load() on a document in memory. */
bool config_parse(struct config *config, const char *text, size_t size, const char *file,
                  char *const *sets, size_t set_count, struct error *error);

#endif
