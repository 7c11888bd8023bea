/* SPDX-License-Identifier: Apache-2.0
 * config_keys.c - one key at a time: its name, its range, its value as text and back. */
#include "gen/config/config_keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"

/* Long enough for any path that the system takes. */
enum { PATH_LIMIT = 4095 };

#define CHOICE_WORD(value, word) word,
static const char *const encoding_words[] = {ENCODINGS(CHOICE_WORD) NULL};
static const char *const column_order_words[] = {COLUMN_ORDERS(CHOICE_WORD) NULL};
static const char *const memory_words[] = {MEMORY_MODES(CHOICE_WORD) NULL};
static const char *const io_words[] = {IO_MODES(CHOICE_WORD) NULL};
static const char *const axi_words[] = {AXI_WIDTHS(CHOICE_WORD) NULL};
static const char *const lanes_words[] = {"auto", NULL};
static const char *const index_words[] = {"auto", NULL};
static const char *const frames_words[] = {"all", NULL};
static const char *const fold_words[] = {FOLDS(CHOICE_WORD) NULL};
static const char *const pipeline_words[] = {PIPELINES(CHOICE_WORD) NULL};
static const char *const table_words[] = {TABLE_KINDS(CHOICE_WORD) NULL};
static const char *const ram_hint_words[] = {RAM_HINTS(CHOICE_WORD) NULL};
static const char *const weights_ram_words[] = {WEIGHTS_RAMS(CHOICE_WORD) NULL};
static const char *const candidate_words[] = {CANDIDATES(CHOICE_WORD) NULL};
static const char *const layer_kind_words[] = {LAYER_KINDS(CHOICE_WORD) NULL};
static const char *const coupling_words[] = {COUPLINGS(CHOICE_WORD) NULL};
static const char *const reset_words[] = {RESETS(CHOICE_WORD) NULL};
static const char *const nonlinearity_words[] = {NONLINEARITIES(CHOICE_WORD) NULL};
static const char *const activation_words[] = {ACTIVATIONS(CHOICE_WORD) NULL};
static const char *const direction_words[] = {DIRECTIONS(CHOICE_WORD) NULL};
static const char *const pruning_words[] = {PRUNINGS(CHOICE_WORD) NULL};
#undef CHOICE_WORD

#define ROW(name, role, kind, place, fallback, min, max, words, meaning, kinds, in_short)         \
    {name, ROLE_##role, KIND_##kind, place, fallback, min, max, words, meaning, kinds, in_short, \
     NO_LAYER},
#define IN_CONFIG(id) offsetof(struct config, id)
#define IN_LAYER(id) offsetof(struct layer_config, id)

const struct key config_keys[KEY_COUNT] = {
#define KEY(id, role, kind, fallback, min, max, words, meaning) \
    ROW(#id, role, kind, IN_CONFIG(id), fallback, min, max, words, meaning, OF_ALL, false)
#define MODEL_KEY(id, kind, fallback, min, max, words, meaning)                                     \
    ROW("model." #id, MODEL, kind, IN_CONFIG(model.id), fallback, min, max, words, meaning, \
        OF_ALL, false)
#define SHORT_KEY(id, kind, fallback, min, max, words, meaning)                                     \
    ROW("model." #id, MODEL, kind, IN_CONFIG(model.id), fallback, min, max, words, meaning, \
        OF_ALL, true)
#define DENSITY_KEY(id, kinds, kind, fallback, min, max, words, meaning)                          \
    ROW("model.densities." #id, MODEL, kind, IN_CONFIG(model.densities.id), fallback, min, max, \
        words, meaning, kinds, false)
#define FORMAT_KEY(id, kinds, kind, fallback, min, max, words, meaning)                       \
    ROW("model.formats." #id, MODEL, kind, IN_CONFIG(model.formats.id), fallback, min, max, words, \
        meaning, kinds, false)
#define RANGE_KEY(id, kinds, kind, fallback, min, max, words, meaning)                      \
    ROW("model.ranges." #id, MODEL, kind, IN_CONFIG(model.ranges.id), fallback, min, max, words, \
        meaning, kinds, false)
#include "gen/config/config.def"
};

const struct key layer_rows[LAYER_KEY_COUNT] = {
#define LAYER_KEY(id, kinds, kind, min, max, words, meaning) \
    ROW(#id, MODEL, kind, IN_LAYER(id), NULL, min, max, words, meaning, kinds, false)
#define DENSITY_KEY(id, kinds, kind, fallback, min, max, words, meaning)                   \
    ROW("densities." #id, MODEL, kind, IN_LAYER(densities.id), NULL, min, max, words, meaning, \
        kinds, false)
#define FORMAT_KEY(id, kinds, kind, fallback, min, max, words, meaning)                 \
    ROW("formats." #id, MODEL, kind, IN_LAYER(formats.id), NULL, min, max, words, meaning, \
        kinds, false)
#define RANGE_KEY(id, kinds, kind, fallback, min, max, words, meaning)                \
    ROW("ranges." #id, MODEL, kind, IN_LAYER(ranges.id), NULL, min, max, words, meaning, \
        kinds, false)
#include "gen/config/config.def"
};

/* Enumerations are stored through `int`. */
_Static_assert(sizeof(enum encoding) == sizeof(int), "enumerations must have the size of int");

void key_allowed(const struct key *key, struct text *text)
{
    for (int i = 0; key->words != NULL && key->words[i] != NULL; i++) {
        bool last = key->words[i + 1] == NULL;
        text_appendf(text, "%s%s", i == 0 ? "" : last ? " or " : ", ", key->words[i]);
    }
    switch (key->kind) {
    case KIND_WHOLE:
    case KIND_SEED:
        text_append(text, key->words != NULL ? " or " : "");
        if (key->max == INT64_MAX)
            text_appendf(text, "%lld..2^63-1", (long long)key->min);
        else
            text_appendf(text, "%lld..%lld", (long long)key->min, (long long)key->max);
        break;
    case KIND_SHARE:
        text_appendf(text, "above %lld, up to %lld", (long long)key->min, (long long)key->max);
        break;
    case KIND_REAL:
        text_appendf(text, "%lld to %lld", (long long)key->min, (long long)key->max);
        break;
    case KIND_FRACTION:
        text_appendf(text, "auto or %lld..%lld", (long long)key->min, (long long)key->max);
        break;
    case KIND_RANGE:
        text_appendf(text, "auto, or above %lld, up to %lld", (long long)key->min,
                     (long long)key->max);
        break;
    case KIND_FLAG:
        text_append(text, "true or false");
        break;
    case KIND_NAME:
        text_appendf(text, "a letter a-z, then up to %lld of a-z, 0-9 and _",
                     (long long)key->max - 1);
        break;
    case KIND_DEVICE:
        text_append(text, "a name in fpga/devices.csv");
        break;
    case KIND_PATH:
        text_append(text, "a path");
        break;
    case KIND_WORD:
        break;
    }
}

/* "KEY: 'VALUE' is not NOUN, allowed: ... (meaning)" */
static bool refuse(const struct key *key, const char *value, const char *noun, struct error *error)
{
    char text[PRINTABLE_NAME];
    struct text allowed = {0};
    printable(text, sizeof text, value);
    key_allowed(key, &allowed);
    if (*value == '\0')
        fail(error, "%s: no value, allowed: %s (%s)", key->name, text_string(&allowed),
             key->meaning);
    else if (noun != NULL)
        fail(error, "%s: '%s' is not %s, allowed: %s (%s)", key->name, text, noun,
             text_string(&allowed), key->meaning);
    else if (key->kind == KIND_SHARE || key->kind == KIND_REAL || key->kind == KIND_RANGE)
        fail(error, "%s: %s is out of range, allowed: %s (%s)", key->name, text,
             text_string(&allowed), key->meaning);
    else
        fail(error, "%s: %s is outside %s (%s)", key->name, text, text_string(&allowed),
             key->meaning);
    text_free(&allowed);
    return false;
}

enum number_check whole_number(const char *text, int64_t min, int64_t max, int64_t *value)
{
    const char *digits = text + (*text == '-');
    size_t count = strspn(digits, "0123456789");
    if (count == 0 || digits[count] != '\0' || (digits[0] == '0' && count > 1))
        return NUMBER_NONE;
    errno = 0;
    *value = strtoll(text, NULL, 10);
    return errno == ERANGE || *value < min || *value > max ? NUMBER_OUTSIDE : NUMBER_GOOD;
}

/* [-]digits[.digits][e[+-]digits]: no hexadecimal, no nan, nothing behind it. */
static bool real_number(const char *text, double *value)
{
    const char *at = text + (*text == '-');
    size_t count = strspn(at, "0123456789");
    if (count == 0 || (at[0] == '0' && count > 1))
        return false;
    at += count;
    if (*at == '.') {
        count = strspn(++at, "0123456789");
        if (count == 0)
            return false;
        at += count;
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        at += *at == '+' || *at == '-';
        count = strspn(at, "0123456789");
        if (count == 0)
            return false;
        at += count;
    }
    *value = strtod(text, NULL);
    return *at == '\0';
}

/* Whether the bytes are UTF-8 that a YAML string can hold on one line. */
static bool writable(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        int more; /* bytes behind the first */
        if (*at < 0x80)
            more = 0;
        else if (*at >> 5 == 6)
            more = 1;
        else if (*at >> 4 == 14)
            more = 2;
        else if (*at >> 3 == 30)
            more = 3;
        else
            return false;
        uint32_t code = more == 0 ? *at : *at & (0x3Fu >> more);
        at++;
        for (int i = 0; i < more; i++, at++) {
            if (*at >> 6 != 2)
                return false;
            code = code << 6 | (*at & 0x3Fu);
        }
        if (code < least[more] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
            return false;
        bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
        bool line_end = code == 0x2028 || code == 0x2029;
        if (control || line_end || code == 0xFEFF || code == 0xFFFE || code == 0xFFFF)
            return false;
    }
    return true;
}

bool is_no_path(const char *text)
{
    return *text == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0;
}

static bool set_path(const struct key *key, char **path, const char *text, struct error *error)
{
    char name[PRINTABLE_NAME];
    printable(name, sizeof name, text);
    if (strlen(text) > PATH_LIMIT)
        return fail(error, "%s: '%s' is longer than %d bytes", key->name, name, PATH_LIMIT);
    if (!writable(text))
        return fail(error, "%s: '%s' has control characters or is not UTF-8", key->name, name);
    free(*path);
    *path = is_no_path(text) ? NULL : duplicate(text);
    return true;
}

static bool set_name(const struct key *key, char *field, const char *text, struct error *error)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (*text < 'a' || *text > 'z' || text[length] != '\0' || length > (size_t)key->max)
        return refuse(key, text, "a name", error);
    memcpy(field, text, length + 1);
    return true;
}

/* Whether there is such a device config.c asks, when it knows where the name stands. */
static bool set_device(const struct key *key, char *field, const char *text, struct error *error)
{
    if (*text == '\0' || strlen(text) > (size_t)key->max)
        return refuse(key, text, "a device", error);
    strcpy(field, text);
    return true;
}

static bool set_whole(const struct key *key, void *field, const char *text, struct error *error)
{
    int64_t whole = 0;
    enum number_check number = whole_number(text, key->min, key->max, &whole);
    if (number != NUMBER_GOOD)
        return refuse(key, text, number == NUMBER_NONE ? "a whole number" : NULL, error);
    if (key->kind == KIND_SEED)
        *(uint64_t *)field = (uint64_t)whole;
    else
        *(int *)field = (int)whole;
    return true;
}

static bool set_real(const struct key *key, double *field, const char *text, struct error *error)
{
    double real = 0.0;
    if (!real_number(text, &real))
        return refuse(key, text, "a number", error);
    bool above = key->kind == KIND_REAL ? real >= (double)key->min : real > (double)key->min;
    if (!above || !(real <= (double)key->max))
        return refuse(key, text, NULL, error);
    *field = real;
    return true;
}

bool key_set(const struct key *key, struct config *config, const char *text, struct error *error)
{
    void *field = (char *)config + key->offset;
    for (int i = 0; key->words != NULL && key->words[i] != NULL; i++) {
        if (strcmp(key->words[i], text) == 0) {
            memcpy(field, &i, sizeof i);
            return true;
        }
    }
    switch (key->kind) {
    case KIND_FRACTION:
        if (strcmp(text, "auto") == 0) {
            *(int *)field = FORMAT_AUTO;
            return true;
        }
        return set_whole(key, field, text, error);
    case KIND_WHOLE:
    case KIND_SEED:
        return set_whole(key, field, text, error);
    case KIND_RANGE:
        if (strcmp(text, "auto") == 0) {
            *(double *)field = 0.0;
            return true;
        }
        return set_real(key, field, text, error);
    case KIND_SHARE:
    case KIND_REAL:
        return set_real(key, field, text, error);
    case KIND_FLAG:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
            return refuse(key, text, "a truth value", error);
        *(bool *)field = *text == 't';
        return true;
    case KIND_NAME:
        return set_name(key, field, text, error);
    case KIND_DEVICE:
        return set_device(key, field, text, error);
    case KIND_PATH:
        return set_path(key, (char **)field, text, error);
    case KIND_WORD:
        break;
    }
    return refuse(key, text, "known", error);
}

/* The shortest of the texts that read back as the same number, "20" rather than "2e+01". */
static void write_real(double real, struct text *text)
{
    char number[32];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(number, sizeof number, "%.*g", digits, real);
        if (strtod(number, NULL) == real && (strchr(number, 'e') == NULL || digits > 6))
            break;
    }
    text_append(text, number);
}

bool key_is_auto(const struct key *key, const struct config *config)
{
    const void *field = (const char *)config + key->offset;
    return (key->kind == KIND_FRACTION && *(const int *)field == FORMAT_AUTO) ||
           (key->kind == KIND_RANGE && *(const double *)field == 0.0);
}

void key_write(const struct key *key, const struct config *config, struct text *text)
{
    const void *field = (const char *)config + key->offset;
    const char *path = NULL;
    int whole = 0;

    if (key_is_auto(key, config)) {
        text_append(text, "auto");
        return;
    }
    switch (key->kind) {
    case KIND_WHOLE:
    case KIND_WORD:
        memcpy(&whole, field, sizeof whole);
        /* A number that has a word ("auto") lies below the range of the others. */
        if (key->words != NULL && (key->kind == KIND_WORD || whole < key->min))
            text_append(text, key->words[whole]);
        else
            text_appendf(text, "%d", whole);
        break;
    case KIND_SEED:
        text_appendf(text, "%llu", (unsigned long long)*(const uint64_t *)field);
        break;
    case KIND_FRACTION:
        text_appendf(text, "%d", *(const int *)field);
        break;
    case KIND_RANGE:
    case KIND_SHARE:
    case KIND_REAL:
        write_real(*(const double *)field, text);
        break;
    case KIND_FLAG:
        text_append(text, *(const bool *)field ? "true" : "false");
        break;
    case KIND_NAME:
    case KIND_DEVICE:
        text_append(text, field);
        break;
    case KIND_PATH:
        path = *(char *const *)field;
        text_append(text, path != NULL ? path : "");
        break;
    }
}
