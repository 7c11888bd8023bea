/* SPDX-License-Identifier: Apache-2.0
 * onnx_inline.c - functions of a model's own: their operators in place of the nodes that call them.
 *
 * An operator is copied, with its tensors named as the caller names those that go in and come out, and
 * all others "fN/NAME" for call N; attributes that stand for the caller's become those.  What copies may
 * take is bounded by the size of the file: where it is not enough, or functions call each other more than
 * CALLS_DEEP deep, the call stays. */
#include <stdlib.h>
#include <string.h>

#include "models/base/text.h"
#include "models/source/onnx_graph.h"
#include "onnx.pb-c.h"

enum { FUNCTIONS_MOST = 4096, CALLS_DEEP = 16, COPY_PER_BYTE = 16, COPY_SMALL = 1 << 20, OF_A_MESSAGE = 64 };

struct inliner {
    const Onnx__ModelProto *model;
    int64_t left; /* of what copying may take */
    int calls;
};

struct call {
    struct inliner *in;
    const Onnx__FunctionProto *function;
    const Onnx__NodeProto *node;
    int number;
};

struct nodes {
    Onnx__NodeProto **at;
    size_t count, room;
};

static void add_node(struct nodes *list, Onnx__NodeProto *node)
{
    if (list->count == list->room) {
        list->room = list->room > 0 ? 2 * list->room : 16;
        list->at = realloc(list->at, list->room * sizeof *list->at);
        BUG_UNLESS(list->at != NULL);
    }
    list->at[list->count++] = node;
}

static void drop_nodes(struct nodes *list, size_t from)
{
    while (list->count > from)
        onnx__node_proto__free_unpacked(list->at[--list->count], NULL);
}

/* NULL: it is more than may be copied. */
static void *copy(struct inliner *in, const ProtobufCMessage *from)
{
    const size_t size = protobuf_c_message_get_packed_size(from);
    in->left -= (int64_t)size + OF_A_MESSAGE;
    if (in->left < 0)
        return NULL;
    unsigned char *bytes = allocate(size, 1);
    protobuf_c_message_pack(from, bytes);
    void *to = protobuf_c_message_unpack(from->descriptor, NULL, size, bytes);
    free(bytes);
    return to;
}

const Onnx__FunctionProto *onnx_function_of(const Onnx__ModelProto *model, const Onnx__NodeProto *node)
{
    const size_t count = model->n_functions < FUNCTIONS_MOST ? model->n_functions : FUNCTIONS_MOST;
    for (size_t i = 0; i < count && node->domain != NULL && node->op_type != NULL; i++) {
        const Onnx__FunctionProto *f = model->functions[i];
        if (f->name != NULL && f->domain != NULL && f->domain[0] != '\0' &&
            strcmp(f->domain, node->domain) == 0 && strcmp(f->name, node->op_type) == 0)
            return f;
    }
    return NULL;
}

/* ---- names ------------------------------------------------------------------------------------- */

static const char *passed(char *const *formal, size_t formals, char *const *given, size_t givens,
                          const char *name)
{
    for (size_t i = 0; i < formals; i++)
        if (strcmp(formal[i], name) == 0)
            return i < givens ? given[i] : "";
    return NULL;
}

static void rename_text(const struct call *c, char **name)
{
    const Onnx__FunctionProto *f = c->function;
    c->in->left -= (int64_t)(f->n_input + f->n_output) + OF_A_MESSAGE;
    if (*name == NULL || (*name)[0] == '\0')
        return;
    const char *to = passed(f->input, f->n_input, c->node->input, c->node->n_input, *name);
    if (to == NULL)
        to = passed(f->output, f->n_output, c->node->output, c->node->n_output, *name);
    struct text text = {0};
    if (to != NULL && (to[0] != '\0' || passed(f->input, f->n_input, NULL, 0, *name) != NULL))
        text_append(&text, to);
    else
        text_appendf(&text, "f%d/%s", c->number, *name);
    free(*name);
    *name = duplicate(text_string(&text));
    text_free(&text);
}

static bool rename_node(const struct call *c, Onnx__NodeProto *node);

static bool rename_graph(const struct call *c, Onnx__GraphProto *g)
{
    for (size_t i = 0; i < g->n_input; i++)
        rename_text(c, &g->input[i]->name);
    for (size_t i = 0; i < g->n_output; i++)
        rename_text(c, &g->output[i]->name);
    for (size_t i = 0; i < g->n_value_info; i++)
        rename_text(c, &g->value_info[i]->name);
    for (size_t i = 0; i < g->n_initializer; i++)
        rename_text(c, &g->initializer[i]->name);
    for (size_t i = 0; i < g->n_sparse_initializer; i++)
        if (g->sparse_initializer[i]->values != NULL)
            rename_text(c, &g->sparse_initializer[i]->values->name);
    for (size_t i = 0; i < g->n_node; i++)
        if (!rename_node(c, g->node[i]))
            return false;
    return true;
}

/* One that stands for an attribute of the call becomes that one, or goes if there is none. */
static bool resolve(const struct call *c, Onnx__NodeProto *node, size_t *i)
{
    Onnx__AttributeProto *a = node->attribute[*i];
    if (a->ref_attr_name == NULL || a->ref_attr_name[0] == '\0') {
        ++*i;
        return true;
    }
    const Onnx__AttributeProto *given = onnx_attribute(c->node, a->ref_attr_name);
    Onnx__AttributeProto *made = given != NULL ? copy(c->in, &given->base) : NULL;
    if (given != NULL && made == NULL)
        return false;
    if (made != NULL) {
        char *name = made->name;
        made->name = a->name;
        a->name = name;
        node->attribute[(*i)++] = made;
    } else {
        node->attribute[*i] = node->attribute[--node->n_attribute];
    }
    onnx__attribute_proto__free_unpacked(a, NULL);
    return true;
}

static bool rename_node(const struct call *c, Onnx__NodeProto *node)
{
    for (size_t i = 0; i < node->n_input; i++)
        rename_text(c, &node->input[i]);
    for (size_t i = 0; i < node->n_output; i++)
        rename_text(c, &node->output[i]);
    rename_text(c, &node->name);
    for (size_t i = 0; i < node->n_attribute;) {
        const Onnx__AttributeProto *a = node->attribute[i];
        const bool given = a->ref_attr_name != NULL && a->ref_attr_name[0] != '\0';
        bool good = given || a->g == NULL || rename_graph(c, a->g);
        for (size_t k = 0; good && !given && k < a->n_graphs; k++)
            good = rename_graph(c, a->graphs[k]);
        if (!good || !resolve(c, node, &i))
            return false;
    }
    return c->in->left >= 0;
}

/* ---- calls ------------------------------------------------------------------------------------- */

static void inline_bodies(struct inliner *in, const Onnx__NodeProto *node, int depth);

/* What the function has, in place of the node; false: it stays. */
static bool expand(struct inliner *in, const Onnx__NodeProto *node, struct nodes *to, int depth)
{
    const struct call c = {in, onnx_function_of(in->model, node), node, in->calls};
    const size_t before = to->count;
    if (c.function == NULL || depth == CALLS_DEEP)
        return false;
    in->calls++;
    for (size_t i = 0; i < c.function->n_node; i++) {
        Onnx__NodeProto *made = copy(in, &c.function->node[i]->base);
        if (made == NULL || !rename_node(&c, made)) {
            if (made != NULL)
                onnx__node_proto__free_unpacked(made, NULL);
            drop_nodes(to, before);
            return false;
        }
        inline_bodies(in, made, depth + 1);
        if (expand(in, made, to, depth + 1))
            onnx__node_proto__free_unpacked(made, NULL);
        else
            add_node(to, made);
    }
    return true;
}

static void inline_graph(struct inliner *in, Onnx__GraphProto *g, int depth)
{
    struct nodes list = {0};
    for (size_t i = 0; i < g->n_node; i++) {
        inline_bodies(in, g->node[i], depth);
        if (expand(in, g->node[i], &list, depth))
            onnx__node_proto__free_unpacked(g->node[i], NULL);
        else
            add_node(&list, g->node[i]);
    }
    free(g->node);
    g->node = list.at;
    g->n_node = list.count;
}

static void inline_bodies(struct inliner *in, const Onnx__NodeProto *node, int depth)
{
    for (size_t i = 0; i < node->n_attribute; i++) {
        const Onnx__AttributeProto *a = node->attribute[i];
        if (a->g != NULL)
            inline_graph(in, a->g, depth);
        for (size_t k = 0; k < a->n_graphs; k++)
            inline_graph(in, a->graphs[k], depth);
    }
}

void onnx_inline(const struct onnx *file)
{
    struct inliner in = {.model = file->model,
                         .left = (int64_t)file->size * COPY_PER_BYTE + COPY_SMALL};
    if (file->model->n_functions > 0)
        inline_graph(&in, file->model->graph, 0);
}
