/* SPDX-License-Identifier: Apache-2.0
 * onnx_testing.h - ONNX models that differ from those of tests/fixtures/onnx in one thing. */
#ifndef ESE_TESTS_ONNX_TESTING_H
#define ESE_TESTS_ONNX_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/source/onnx.h"
#include "onnx.pb-c.h"

#include <cmocka.h> /* last: it has a macro called fail */

static inline Onnx__ModelProto *model_of(const char *name)
{
    char path[128];
    unsigned char *bytes;
    size_t size;
    struct error error = {""};
    snprintf(path, sizeof path, "tests/fixtures/onnx/%s.onnx", name);
    if (!bytes_read(path, &bytes, &size, &error))
        fail_msg("%s", error.text);
    Onnx__ModelProto *model = onnx__model_proto__unpack(NULL, size, bytes);
    assert_non_null(model);
    free(bytes);
    return model;
}

static inline Onnx__NodeProto *node_of(const Onnx__ModelProto *model, const char *type)
{
    for (size_t i = 0; i < model->graph->n_node; i++)
        if (strcmp(model->graph->node[i]->op_type, type) == 0)
            return model->graph->node[i];
    fail_msg("no node %s", type);
    return NULL;
}

/* The initializer that is an input of a node. */
static inline Onnx__TensorProto *tensor_of(const Onnx__ModelProto *model, const char *type,
                                           size_t input)
{
    const char *name = node_of(model, type)->input[input];
    for (size_t i = 0; i < model->graph->n_initializer; i++)
        if (strcmp(model->graph->initializer[i]->name, name) == 0)
            return model->graph->initializer[i];
    fail_msg("no initializer %s", name);
    return NULL;
}

static inline Onnx__AttributeProto *add_attribute(Onnx__NodeProto *node, const char *name)
{
    Onnx__AttributeProto *a = malloc(sizeof *a);
    node->attribute = realloc(node->attribute, (node->n_attribute + 1) * sizeof(void *));
    assert_true(a != NULL && node->attribute != NULL);
    onnx__attribute_proto__init(a);
    a->name = duplicate(name);
    node->attribute[node->n_attribute++] = a;
    return a;
}

static inline void set_text(char **text, const char *to)
{
    free(*text);
    *text = duplicate(to);
}

/* Reads the model, which is freed. */
static inline bool read_model(Onnx__ModelProto *model, struct source *source, struct error *error)
{
    const size_t size = onnx__model_proto__get_packed_size(model);
    unsigned char *bytes = malloc(size);
    assert_non_null(bytes);
    onnx__model_proto__pack(model, bytes);
    onnx__model_proto__free_unpacked(model, NULL);
    const bool good = source_onnx_bytes(source, bytes, size, "a.onnx", error);
    free(bytes);
    return good;
}

/* The n-th node of a type. */
static inline Onnx__NodeProto *nth_node(const Onnx__ModelProto *model, const char *type, int n)
{
    for (size_t i = 0; i < model->graph->n_node; i++)
        if (strcmp(model->graph->node[i]->op_type, type) == 0 && n-- == 0)
            return model->graph->node[i];
    fail_msg("no node %s", type);
    return NULL;
}

static inline Onnx__NodeProto *add_node(Onnx__ModelProto *m, const char *type,
                                        const char *const *inputs, size_t count, const char *to)
{
    Onnx__NodeProto *n = malloc(sizeof *n);
    onnx__node_proto__init(n);
    n->op_type = duplicate(type);
    n->input = malloc(count * sizeof *n->input);
    for (size_t i = 0; i < count; i++)
        n->input[i] = duplicate(inputs[i]);
    n->output = malloc(sizeof *n->output);
    n->output[0] = duplicate(to);
    n->n_input = count;
    n->n_output = 1;
    m->graph->node = realloc(m->graph->node, (m->graph->n_node + 1) * sizeof(void *));
    m->graph->node[m->graph->n_node++] = n;
    return n;
}

/* Input or output number `at`; those before it that are not there are empty. */
static inline void set_operand(char ***list, size_t *count, size_t at, const char *name)
{
    while (*count <= at) {
        *list = realloc(*list, (*count + 1) * sizeof **list);
        (*list)[(*count)++] = duplicate("");
    }
    set_text(&(*list)[at], name);
}

static inline Onnx__TensorProto *new_tensor(const char *name, const int64_t *dims, size_t rank,
                                            const float *values)
{
    Onnx__TensorProto *t = malloc(sizeof *t);
    size_t count = 1;
    onnx__tensor_proto__init(t);
    t->name = duplicate(name);
    t->has_data_type = true;
    t->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    t->dims = malloc(rank * sizeof *t->dims);
    for (size_t i = 0; i < rank; i++)
        count *= (size_t)(t->dims[i] = dims[i]);
    t->n_dims = rank;
    t->n_float_data = count;
    t->float_data = malloc(count * sizeof *t->float_data);
    memcpy(t->float_data, values, count * sizeof *values);
    return t;
}

static inline void add_initializer(Onnx__ModelProto *m, Onnx__TensorProto *t)
{
    Onnx__GraphProto *g = m->graph;
    g->initializer = realloc(g->initializer, (g->n_initializer + 1) * sizeof(void *));
    g->initializer[g->n_initializer++] = t;
}

static inline void add_ints(Onnx__ModelProto *m, const char *name, const int64_t *values, size_t count)
{
    Onnx__TensorProto *t = new_tensor(name, (const int64_t[]){0}, 1, (const float[]){0});
    t->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__INT64;
    t->dims[0] = (int64_t)count;
    t->n_int64_data = count;
    t->int64_data = malloc(count * sizeof *values);
    memcpy(t->int64_data, values, count * sizeof *values);
    add_initializer(m, t);
}

static inline void must_refuse(Onnx__ModelProto *model, const char *what)
{
    struct source source;
    struct error error = {""};
    if (read_model(model, &source, &error))
        fail_msg("it is read, expected: %s", what);
    if (strstr(error.text, what) == NULL || strpbrk(error.text, "\n\r") != NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.text, what);
}

static inline struct source must_read(Onnx__ModelProto *model)
{
    struct source source;
    struct error error = {""};
    if (!read_model(model, &source, &error))
        fail_msg("%s", error.text);
    return source;
}

#endif
