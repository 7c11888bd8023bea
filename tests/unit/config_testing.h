/* SPDX-License-Identifier: Apache-2.0
 * config_testing.h - what the tests of configurations share. */
#ifndef ESE_CONFIG_TESTING_H
#define ESE_CONFIG_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/config/config_keys.h"
#include "models/base/text.h"

#include <cmocka.h> /* last: it has a macro called fail */

#define COUNT(array) (sizeof(array) / sizeof *(array))

static inline bool parse(struct config *config, const char *text, char *const *sets, size_t count,
                         struct error *error)
{
    memset(error, 0, sizeof *error);
    bool good = config_parse(config, text, strlen(text), "my.yaml", sets, count, error);
    if (!good) {
        /* Nothing is left to free, and the message is one line without a full stop. */
        assert_null(config->name);
        assert_null(config->model.path);
        assert_null(config->model.utterances);
        assert_true(strlen(error->text) > 10);
        assert_null(strpbrk(error->text, "\n\r\t\033"));
        assert_true(error->text[strlen(error->text) - 1] != '.');
    }
    return good;
}

/* The text is taken, with up to one --set. */
static inline struct config taken(const char *text, char *set)
{
    struct config config;
    struct error error;
    if (!parse(&config, text, &set, set != NULL, &error))
        fail_msg("refused: %s: %s", text, error.text);
    return config;
}

/* The text is refused, and the message has all of what is wanted. */
static inline void refused(const char *text, char *set, const char *wanted, ...)
{
    struct config config;
    struct error error;
    va_list more;
    if (parse(&config, text, &set, set != NULL, &error))
        fail_msg("taken: %s %s", text, set != NULL ? set : "");
    va_start(more, wanted);
    for (; wanted != NULL; wanted = va_arg(more, const char *))
        if (strstr(error.text, wanted) == NULL)
            fail_msg("'%s' lacks '%s'", error.text, wanted);
    va_end(more);
}

static inline void assert_same(const struct config *a, const struct config *b)
{
    const char *name = NULL;
    struct text left = {0}, right = {0};
    int key = config_key_next(a, -1), other = config_key_next(b, -1);
    for (; key >= 0; key = config_key_next(a, key), other = config_key_next(b, other)) {
        assert_int_equal(key, other);
        text_cut(&left, 0);
        text_cut(&right, 0);
        config_key(a, key, &name, &left);
        config_key(b, key, &name, &right);
        if (strcmp(text_string(&left), text_string(&right)) != 0)
            fail_msg("%s: '%s' became '%s'", name, text_string(&left), text_string(&right));
    }
    assert_int_equal(other, -1);
    text_free(&left);
    text_free(&right);
}

/* The layers of one are those of the other, also in what their kinds do not have. */
static inline void same_layers(const struct config *a, const struct config *b)
{
    struct text left = {0}, right = {0};
    assert_int_equal(a->model.layer_count, b->model.layer_count);
    for (int id = KEY_COUNT; id < KEY_COUNT + a->model.layer_count * LAYER_KEY_COUNT; id++) {
        text_appendf(&left, "\n%s: ", key_at(id)->name);
        text_appendf(&right, "\n%s: ", key_at(id)->name);
        key_write(key_at(id), a, &left);
        key_write(key_at(id), b, &right);
    }
    assert_string_equal(text_string(&left), text_string(&right));
    text_free(&left);
    text_free(&right);
}

/* Writes the configuration and reads it back: the same. */
static inline void there_and_back(const struct config *config)
{
    struct config back;
    struct error error;
    char *written = NULL, *again = NULL;
    size_t size = 0;

    FILE *out = open_memstream(&written, &size);
    config_write(config, out);
    fclose(out);
    if (!config_parse(&back, written, size, "back.yaml", NULL, 0, &error))
        fail_msg("%s in\n%s", error.text, written);
    assert_same(config, &back);
    out = open_memstream(&again, &size);
    config_write(&back, out);
    fclose(out);
    assert_string_equal(written, again);
    config_free(&back);
    free(written);
    free(again);
}

#endif
