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
    for (int i = 0; config_key(a, i, &name, &left); i++) {
        assert_true(config_key(b, i, &name, &right));
        if (strcmp(text_string(&left), text_string(&right)) != 0)
            fail_msg("%s: '%s' became '%s'", name, text_string(&left), text_string(&right));
        text_cut(&left, 0);
        text_cut(&right, 0);
    }
    text_free(&left);
    text_free(&right);
}

#endif
