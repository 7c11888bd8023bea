/* SPDX-License-Identifier: Apache-2.0
 * axes_file.c - a sweep as a YAML file: what the options say, for long ones.
 *
 *     axes:
 *       pes: [16, 32, 64]
 *       channels: 1:64:x2
 *     sample: lhs:200
 *     seed: 1
 *     where: [dsp <= 2760, us_per_frame < 50]
 *     columns: {work: dsp * us_per_frame}
 *     pareto: us_per_frame,dsp
 *
 * Options come after it: axes and conditions of both count, of sample, seed and pareto the
 * option's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "gen/sweep/sweep.h"
#include "models/base/bytes.h"

struct reading {
    yaml_document_t tree;
    struct axes *axes;
    struct sweep_request *request;
    const char *path;            /* as given */
    char file[PRINTABLE_PATH];   /* for messages */
    char where[PRINTABLE_PATH + 32]; /* the file and the line of what is read */
    struct error *error;
};

static const yaml_node_t *node_at(struct reading *r, int index)
{
    const yaml_node_t *node = yaml_document_get_node(&r->tree, index);
    snprintf(r->where, sizeof r->where, "%s:%zu", r->file, node->start_mark.line + 1);
    return node;
}

/* The text of a scalar, or NULL. */
static const char *scalar(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE && strlen((const char *)node->data.scalar.value) ==
                                                 node->data.scalar.length
               ? (const char *)node->data.scalar.value
               : NULL;
}

typedef bool item_fn(struct reading *r, const char *value, void *with);

/* A value, or a list of them. */
static bool each_item(struct reading *r, int index, item_fn *take, void *with)
{
    const yaml_node_t *node = node_at(r, index);
    if (scalar(node) != NULL)
        return take(r, scalar(node), with);
    if (node->type != YAML_SEQUENCE_NODE)
        return fail(r->error, "%s: a value or a list of values is expected", r->where);
    for (const yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        const char *value = scalar(node_at(r, *item));
        if (value == NULL)
            return fail(r->error, "%s: a value is expected, not a list or a section", r->where);
        if (!take(r, value, with))
            return false;
    }
    return true;
}

typedef bool pair_fn(struct reading *r, const char *name, int value);

static bool each_pair(struct reading *r, int index, pair_fn *take)
{
    const yaml_node_t *node = node_at(r, index);
    if (node->type != YAML_MAPPING_NODE)
        return fail(r->error, "%s: lines of 'name: value' are expected", r->where);
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const char *name = scalar(node_at(r, pair->key));
        if (name == NULL)
            return fail(r->error, "%s: a name is expected", r->where);
        if (!take(r, name, pair->value))
            return false;
    }
    return true;
}

/* ---- what is in it --------------------------------------------------------------------------- */

/* Paths are relative to the file's folder, as in a configuration. */
static bool add_value(struct reading *r, const char *value, void *with)
{
    struct axis *axis = with;
    struct text path = {0};
    if (axis->key->kind == KIND_PATH)
        path_in_folder_of(&path, r->path, value);
    else
        text_append(&path, value);
    bool good = axis_add_values(axis, text_string(&path), r->where, r->error);
    text_free(&path);
    return good;
}

static bool add_axis(struct reading *r, const char *name, int value)
{
    struct axis *axis = axes_add_key(r->axes, name, r->where, r->error);
    if (axis == NULL || !each_item(r, value, add_value, axis))
        return false;
    return axis->count > 0 || fail(r->error, "%s: %s: has no values", r->where, name);
}

static bool add_column(struct reading *r, const char *name, int value)
{
    const char *expression = scalar(node_at(r, value));
    struct text word = {0};
    if (expression == NULL)
        return fail(r->error, "%s: %s: an expression is expected", r->where, name);
    text_appendf(&word, "%s=%s", name, expression);
    words_add(&r->request->extras, text_string(&word));
    text_free(&word);
    return true;
}

static bool add_where(struct reading *r, const char *value, void *with)
{
    (void)with;
    words_add(&r->request->wheres, value);
    return true;
}

/* The option's, if there is one. */
static bool take_word(struct reading *r, const char *name, int value, char **word)
{
    const char *text = scalar(node_at(r, value));
    if (text == NULL)
        return fail(r->error, "%s: %s: a value is expected", r->where, name);
    if (*word == NULL)
        *word = duplicate(text);
    return true;
}

static bool take_seed(struct reading *r, int value)
{
    struct sweep_request *q = r->request;
    const char *text = scalar(node_at(r, value));
    int64_t seed;
    if (text == NULL || whole_number(text, 0, INT64_MAX, &seed) != NUMBER_GOOD)
        return fail(r->error, "%s: seed: a whole number from 0 is expected", r->where);
    q->seed = q->seed_given ? q->seed : (uint64_t)seed;
    q->seed_given = true;
    return true;
}

static bool take_member(struct reading *r, const char *name, int value)
{
    struct sweep_request *q = r->request;
    char shown[PRINTABLE_NAME];
    if (strcmp(name, "axes") == 0)
        return each_pair(r, value, add_axis);
    if (strcmp(name, "columns") == 0)
        return each_pair(r, value, add_column);
    if (strcmp(name, "where") == 0)
        return each_item(r, value, add_where, NULL);
    if (strcmp(name, "sample") == 0)
        return take_word(r, name, value, &q->sample);
    if (strcmp(name, "pareto") == 0)
        return take_word(r, name, value, &q->pareto);
    if (strcmp(name, "seed") == 0)
        return take_seed(r, value);
    printable(shown, sizeof shown, name);
    return fail(r->error,
                "%s: there is no '%s'; there are axes, sample, seed, where, columns and pareto",
                r->where, shown);
}

/* The next document; one without a root ends the file. */
static bool load(struct reading *r, yaml_parser_t *parser)
{
    if (yaml_parser_load(parser, &r->tree))
        return true;
    return fail(r->error, "%s:%zu: is not YAML: %s", r->file, parser->problem_mark.line + 1,
                parser->problem != NULL ? parser->problem : "syntax error");
}

static bool read_first(struct reading *r, yaml_parser_t *parser)
{
    if (!load(r, parser))
        return false;
    bool good = yaml_document_get_root_node(&r->tree) != NULL
                    ? each_pair(r, 1, take_member)
                    : fail(r->error, "%s: is empty", r->file);
    yaml_document_delete(&r->tree);
    return good;
}

static bool nothing_follows(struct reading *r, yaml_parser_t *parser)
{
    if (!load(r, parser))
        return false;
    const size_t line = r->tree.start_mark.line + 1;
    bool good =
        yaml_document_get_root_node(&r->tree) == NULL ||
        fail(r->error, "%s:%zu: ends here, and what follows is another document", r->file, line);
    yaml_document_delete(&r->tree);
    return good;
}

bool axes_read(struct axes *axes, struct sweep_request *request, const char *path,
               struct error *error)
{
    struct reading r = {.axes = axes, .request = request, .path = path, .error = error};
    struct text text = {0};
    yaml_parser_t parser;
    printable(r.file, sizeof r.file, path);
    if (!text_read_file(&text, path, error))
        return false;
    BUG_UNLESS(yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const unsigned char *)text_string(&text), text.length);
    bool good = read_first(&r, &parser) && nothing_follows(&r, &parser);
    yaml_parser_delete(&parser);
    text_free(&text);
    return good;
}
