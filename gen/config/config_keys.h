/* SPDX-License-Identifier: Apache-2.0
 * config_keys.h - inside the configuration reader: the keys, and settings not yet applied. */
#ifndef ESE_CONFIG_KEYS_H
#define ESE_CONFIG_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "gen/config/config_file.h"
#include "models/base/text.h"

/* config.def says what each of them means. */
enum role { ROLE_FIXED, ROLE_ATTACHED, ROLE_WRITTEN, ROLE_MODEL };
enum kind {
    KIND_WHOLE, KIND_SEED, KIND_SHARE, KIND_REAL, KIND_FRACTION, KIND_RANGE, KIND_WORD, KIND_FLAG,
    KIND_NAME, KIND_PATH
};

enum key_id {
#define KEY(id, ...) KEY_##id,
#define MODEL_KEY(id, ...) KEY_MODEL_##id,
#define FORMAT_KEY(id, ...) KEY_FORMAT_##id,
#define RANGE_KEY(id, ...) KEY_RANGE_##id,
#include "gen/config/config.def"
    KEY_COUNT
};

struct key {
    const char *name; /* dotted: "model.cell" */
    enum role role;
    enum kind kind;
    size_t offset; /* of the value in struct config */
    const char *fallback;
    int64_t min, max;
    const char *const *words;
    const char *meaning;
};

extern const struct key config_keys[KEY_COUNT];

/* NULL if there is no such key. */
const struct key *key_find(const char *name);

/* Name of the key that someone who wrote `name` probably meant, or NULL. */
const char *key_guess(const char *name);

/* "WHERE: unknown key 'NAME' (did you mean ...?)"; returns false. */
bool key_unknown(const char *where, const char *name, struct error *error);

/* Reads `text` strictly and stores it.  The message has the key, but not where it stood. */
bool key_set(const struct key *key, struct config *config, const char *text, struct error *error);

/* Reads exactly [-]digits without leading zeros, and nothing behind them. */
enum number { NUMBER_GOOD, NUMBER_OUTSIDE, NUMBER_NONE };
enum number whole_number(const char *text, int64_t min, int64_t max, int64_t *value);

/* No path: empty, or YAML's words for nothing.  (A file of such a name can be had as ./null.) */
bool is_no_path(const char *text);

/* Appends what is allowed: "1..256", "block or relative". */
void key_allowed(const struct key *key, struct text *text);

/* Appends the value as key_set() reads it. */
void key_write(const struct key *key, const struct config *config, struct text *text);

/* What one YAML document says, still as text. */
struct setting {
    char *text; /* NULL: the key is not there */
    int line;
};

struct settings {
    struct setting base;
    struct setting at[KEY_COUNT];
};

/* Splits a YAML document into settings.  `file` is for the messages.  Checks all but the values. */
bool settings_parse(struct settings *settings, const char *text, size_t size, const char *file,
                    struct error *error);
void settings_free(struct settings *settings);

/* config_load() on a document in memory. */
bool config_parse(struct config *config, const char *text, size_t size, const char *file,
                  char *const *sets, size_t set_count, struct error *error);

#endif
