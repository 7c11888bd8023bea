/* SPDX-License-Identifier: Apache-2.0
 * onnx_layers.c - what layers of all kinds need. */
#include "models/source/onnx_layers.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "models/base/bytes.h"
#include "onnx.pb-c.h"

bool onnx_refuse(struct onnx_layers *layers, const struct onnx_scope *scope,
                 const Onnx__NodeProto *node, const char *format, ...)
{
    char name[PRINTABLE_NAME], inside[PRINTABLE_NAME], type[PRINTABLE_NAME];
    char what[512], shown[sizeof what];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    printable(name, sizeof name, onnx_node_name(node));
    printable(inside, sizeof inside, scope->name);
    printable(type, sizeof type, node->op_type);
    printable(shown, sizeof shown, what);
    return fail(layers->error, "%s: node '%s%s' (%s) %s", layers->graph->file->name, inside, name,
                type, shown);
}

void onnx_note_refused(struct onnx_layers *layers)
{
    const char *text = layers->error->text, *name = layers->graph->file->name;
    const size_t length = strlen(name);
    const bool named = strncmp(text, name, length) == 0 && text[length] == ':';
    source_add_refused(layers->source, "%s", named ? text + length + 2 : text);
    if (layers->refused++ == 0)
        layers->first = *layers->error;
}

bool onnx_check_state(struct onnx_layers *layers, const struct onnx_scope *scope,
                      const Onnx__NodeProto *node, const char *state)
{
    const Onnx__NodeProto *by = onnx_computes(layers->graph, scope, state);
    return by == NULL ||
           onnx_refuse(layers, scope, node, "has a state '%s' that node '%s' (%s) computes; export it "
                       "with a state that is an input of the graph, or a constant", state,
                       onnx_node_name(by), by->op_type != NULL ? by->op_type : "");
}

bool onnx_put_matrix(struct source_layer *layer, const char *name, const struct onnx_matrix *from,
                     int rows, int columns)
{
    const int width = columns > 0 ? columns : 1;
    float *to = source_add_tensor(layer, name, rows, columns);
    bool finite = true;
    for (int row = 0; row < rows; row++)
        for (int col = 0; col < width; col++) {
            const double value = from->values[from->first + (size_t)row * from->row_step +
                                              (size_t)col * from->col_step];
            const float rounded = float_of_double(value);
            finite = finite && isfinite(rounded);
            to[(size_t)row * (size_t)width + (size_t)col] = rounded;
        }
    return finite;
}

static const Onnx__TypeProto *type_in(Onnx__ValueInfoProto **list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (list[i]->name != NULL && strcmp(list[i]->name, name) == 0)
            return list[i]->type;
    return NULL;
}

int onnx_declared(const struct onnx_scope *scope, const char *name, int64_t sizes[ONNX_RANK_MOST])
{
    const Onnx__TypeProto *type = NULL;
    for (const struct onnx_scope *s = scope; s != NULL && type == NULL; s = s->outer) {
        type = type_in(s->graph->input, s->graph->n_input, name);
        if (type == NULL)
            type = type_in(s->graph->value_info, s->graph->n_value_info, name);
    }
    if (type == NULL || type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE ||
        type->tensor_type->shape == NULL || type->tensor_type->shape->n_dim > ONNX_RANK_MOST)
        return -1;
    const Onnx__TensorShapeProto *shape = type->tensor_type->shape;
    for (size_t i = 0; i < shape->n_dim; i++)
        sizes[i] = shape->dim[i]->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
                       ? shape->dim[i]->dim_value : 0;
    return (int)shape->n_dim;
}

/* Once for each tensor: weights of a network whose frames stand one behind the other in the graph
 * are asked for again and again. */
bool onnx_shape(struct onnx_layers *layers, const struct onnx_scope *scope, const char *name,
                int *rank, int64_t shape[ONNX_RANK_MOST])
{
    const struct onnx_scope *where;
    struct onnx_value *value = onnx_find(scope, name, &where);
    if (value == NULL)
        return false;
    if (value->sizes == NULL) {
        struct onnx_tensor tensor;
        struct error ignored;
        if (onnx_fold(layers->graph, scope, name, &tensor, &ignored) != ONNX_FOLDED)
            return false;
        value->sizes = allocate(1, sizeof *value->sizes);
        value->sizes->rank = tensor.rank;
        memcpy(value->sizes->shape, tensor.shape, sizeof tensor.shape);
        onnx_tensor_free(&tensor);
    }
    *rank = value->sizes->rank;
    memcpy(shape, value->sizes->shape, sizeof value->sizes->shape);
    return true;
}
