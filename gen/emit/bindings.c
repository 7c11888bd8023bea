/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/bindings.h"

#include <stdlib.h>
#include <string.h>

/* Lists grow by one here and there; an array grows when its count reaches a power of two. */
static void *grow(void *array, int count, size_t size)
{
    if ((count & (count - 1)) != 0)
        return array;
    void *larger = allocate(count == 0 ? 1 : (size_t)count * 2, size);
    if (count > 0)
        memcpy(larger, array, (size_t)count * size);
    free(array);
    return larger;
}

static void names_free(struct names *names)
{
    if (names == NULL)
        return;
    for (int i = 0; i < names->count; i++) {
        free(names->at[i].key);
        names_free(names->at[i].row_names);
    }
    free(names->at);
    free(names);
}

struct name *names_find(const struct names *names, const char *key, size_t length)
{
    for (int i = 0; names != NULL && i < names->count; i++)
        if (strlen(names->at[i].key) == length && memcmp(names->at[i].key, key, length) == 0)
            return &names->at[i];
    return NULL;
}

const struct value *value_find(const struct bindings *bindings, const struct name *name)
{
    ptrdiff_t i = name - bindings->names->at;
    return i < bindings->count && bindings->values[i].bound ? &bindings->values[i] : NULL;
}

static void drop_rows(struct value *value)
{
    for (int i = 0; i < value->row_count; i++)
        bindings_free(value->rows[i]);
    free(value->rows);
    value->rows = NULL;
    value->row_count = 0;
}

struct bindings *bindings_new(void)
{
    struct bindings *bindings = allocate(1, sizeof *bindings);
    bindings->names = allocate(1, sizeof *bindings->names);
    return bindings;
}

void bindings_free(struct bindings *bindings)
{
    if (bindings == NULL)
        return;
    for (int i = 0; i < bindings->count; i++) {
        free(bindings->values[i].text);
        drop_rows(&bindings->values[i]);
    }
    free(bindings->values);
    text_free(&bindings->report);
    if (!bindings->is_row)
        names_free(bindings->names);
    free(bindings);
}

/* The value to fill in for a key, which is declared by that. */
static struct value *bind(struct bindings *bindings, const char *key, enum kind kind)
{
    static const char ALLOWED[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    BUG_UNLESS(key[0] >= 'A' && key[0] <= 'Z' && key[strspn(key, ALLOWED)] == '\0');
    BUG_UNLESS(strcmp(key, "SEP") != 0); /* means the comma between rows */

    struct names *names = bindings->names;
    struct name *name = names_find(names, key, strlen(key));
    if (name == NULL) {
        names->at = grow(names->at, names->count, sizeof *names->at);
        name = &names->at[names->count++];
        *name = (struct name){.key = duplicate(key), .kind = kind};
        if (kind == KIND_LIST)
            name->row_names = allocate(1, sizeof *name->row_names);
    }
    BUG_UNLESS(name->kind == kind);

    while (bindings->count <= name - names->at) {
        bindings->values = grow(bindings->values, bindings->count, sizeof *bindings->values);
        bindings->values[bindings->count++] = (struct value){0};
    }
    struct value *value = &bindings->values[name - names->at];
    value->bound = true;
    return value;
}

void bind_text(struct bindings *bindings, const char *key, const char *format, ...)
{
    struct value *value = bind(bindings, key, KIND_TEXT);
    struct text text = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vappendf(&text, format, arguments); /* may print the value that is replaced */
    va_end(arguments);
    free(value->text);
    value->text = text.data;
}

void bind_int(struct bindings *bindings, const char *key, long long value)
{
    bind_text(bindings, key, "%lld", value);
}

void bind_flag(struct bindings *bindings, const char *key, bool value)
{
    bind(bindings, key, KIND_FLAG)->flag = value;
}

void bind_list(struct bindings *bindings, const char *list)
{
    drop_rows(bind(bindings, list, KIND_LIST));
}

struct bindings *bind_row(struct bindings *bindings, const char *list)
{
    struct value *value = bind(bindings, list, KIND_LIST);
    struct bindings *row = allocate(1, sizeof *row);
    row->is_row = true;
    row->names = names_find(bindings->names, list, strlen(list))->row_names;
    value->rows = grow(value->rows, value->row_count, sizeof(struct bindings *));
    value->rows[value->row_count++] = row;
    return row;
}

void fail_count(struct error *error, int errors)
{
    struct error first = *error;
    if (errors > 1)
        fail(error, "%.900s (and %d more error%s)", first.text, errors - 1,
             errors == 2 ? "" : "s");
}

/* Reports the unused ones of `names`; `lists` are those they lie in, "A.B.". */
static void check_names(const struct names *names, const char *lists, struct text *report,
                        struct error *error, int *errors)
{
    for (int i = 0; i < names->count; i++) {
        const struct name *name = &names->at[i];
        if (!name->used) {
            text_appendf(report, "error: '%s%s' is bound, but no template mentions it\n", lists,
                         name->key);
            if ((*errors)++ == 0)
                fail(error, "'%s%s' is bound, but no template mentions it", lists, name->key);
        } else if (name->row_names != NULL) {
            struct text inner = {0};
            text_appendf(&inner, "%s%s.", lists, name->key);
            check_names(name->row_names, inner.data, report, error, errors);
            text_free(&inner);
        }
    }
}

bool bindings_check_used(struct bindings *bindings, struct error *error)
{
    int errors = 0;
    check_names(bindings->names, "", &bindings->report, error, &errors);
    fail_count(error, errors);
    return errors == 0;
}

const char *bindings_report(const struct bindings *bindings)
{
    return text_string(&bindings->report);
}
