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
