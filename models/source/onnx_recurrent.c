/* SPDX-License-Identifier: Apache-2.0
 * onnx_recurrent.c - LSTM, GRU and RNN of ONNX, and DynamicQuantizeLSTM of onnxruntime.
 *
 *   inputs  X, W [dir, gates*cell, input], R [dir, gates*cell, cell], B [dir, 2*gates*cell],
 *           sequence_lens, initial_h, and of an LSTM initial_c and P [dir, 3*cell]
 *   gates   LSTM i o f c, its P i o f; GRU z r h, where h is our n; RNN the one that it has
 *
 * layout 1 changes the order of axes of X, Y and of the initial states only.  Quantized weights are
 * those of MLAS, [dir, input, 4*cell], with a scale for each direction or for each of their
 * columns. */
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/source/onnx_layers.h"
#include "models/source/onnx_parts.h"
#include "onnx.pb-c.h"

enum { IN_X, IN_W, IN_R, IN_B, IN_LENGTHS, IN_H, IN_C, IN_P, IN_W_SCALE };
enum { TENSOR_NAME = 32, ACTIVATIONS_MOST = 3, CELL_MOST = 1 << 24 };

struct operator {
    const char *type, *kind, *gates; /* gates as ours are called, in ONNX's order */
    int activations;                 /* of a direction */
    const char *usual[ACTIVATIONS_MOST];
};

static const struct operator operators[] = {
    {"LSTM", "lstm", "iofc", 3, {"Sigmoid", "Tanh", "Tanh"}},
    {"GRU", "gru", "zrn", 2, {"Sigmoid", "Tanh", NULL}},
    {"RNN", "rnn", "h", 1, {"Tanh", NULL, NULL}},
};

static bool is_quantized(const Onnx__NodeProto *node)
{
    return node->domain != NULL && strcmp(node->domain, "com.microsoft") == 0 &&
           node->op_type != NULL && strcmp(node->op_type, "DynamicQuantizeLSTM") == 0;
}

static const struct operator *operator_of(const Onnx__NodeProto *node)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (onnx_is(node, operators[i].type))
            return &operators[i];
    return is_quantized(node) ? &operators[0] : NULL;
}

bool onnx_is_recurrent(const Onnx__NodeProto *node)
{
    return operator_of(node) != NULL;
}

struct taking {
    struct onnx_layers *layers;
    const struct onnx_layer *from;
    const struct operator *operator;
    const char *activations[2 * ACTIVATIONS_MOST];
    int directions, gates;
    int64_t cell, input;
    bool coupled, after;
    struct onnx_tensor w, r, b, p;
    struct source_chain *chain;
    struct source_layer *to;
};

static bool refuse(struct taking *t, const char *what)
{
    return onnx_refuse(t->layers, t->from->scope, t->from->node, "%s", what);
}

/* ---- attributes ------------------------------------------------------------------------------ */

static bool is_text(const ProtobufCBinaryData *bytes, const char *text)
{
    return bytes->len == strlen(text) &&
           strncasecmp((const char *)bytes->data, text, bytes->len) == 0;
}

static bool read_direction(struct taking *t)
{
    static const char *const words[][2] = {
        {"forward", NULL}, {"reverse", "backward"}, {"bidirectional", "both"}};
    const Onnx__AttributeProto *a = onnx_attribute(t->from->node, "direction");
    t->directions = 1;
    for (size_t i = 0; a != NULL && i < sizeof words / sizeof *words; i++)
        if (is_text(&a->s, words[i][0])) {
            t->directions = i == 2 ? 2 : 1;
            if (words[i][1] != NULL)
                source_add_key(t->to, "direction", words[i][1]);
            return true;
        }
    return a == NULL || refuse(t, "has a direction that is not known, expected forward, reverse "
                               "or bidirectional");
}

/* One that is known, in the place where we have it. */
static bool read_activation(struct taking *t, int n, const ProtobufCBinaryData *name)
{
    static const char *const known[] = {"Sigmoid", "Tanh", "Relu"};
    char shown[PRINTABLE_NAME], text[PRINTABLE_NAME];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (is_text(name, known[i])) {
            t->activations[n] = known[i];
            return true;
        }
    snprintf(text, sizeof text, "%.*s", (int)(name->len < 60 ? name->len : 60),
             name->data != NULL ? (const char *)name->data : "");
    printable(shown, sizeof shown, text);
    return onnx_refuse(t->layers, t->from->scope, t->from->node,
                       "has activation '%s'; train and export it with Sigmoid and Tanh (or Relu in "
                       "an RNN)", shown);
}

static bool read_activations(struct taking *t)
{
    const Onnx__AttributeProto *a = onnx_attribute(t->from->node, "activations");
    const int each = t->operator->activations, count = each * t->directions;
    for (int i = 0; i < count; i++)
        t->activations[i] = t->operator->usual[i % each];
    if (a == NULL || a->n_strings == 0)
        return true;
    if (a->n_strings != (size_t)count)
        return refuse(t, "has another number of activations than its directions want");
    for (int i = 0; i < count; i++)
        if (!read_activation(t, i, &a->strings[i]))
            return false;
    for (int i = each; i < count; i++)
        if (strcmp(t->activations[i], t->activations[i - each]) != 0)
            return refuse(t, "has other activations in one direction than in the other; export two "
                          "layers instead");
    return true;
}

/* Only the g of an LSTM and an RNN may have another than the usual one. */
static bool check_activations(struct taking *t)
{
    for (int i = 0; i < t->operator->activations; i++) {
        const bool usual = strcmp(t->activations[i], t->operator->usual[i]) == 0;
        const bool sigm = strcmp(t->activations[i], "Sigmoid") == 0;
        if (usual)
            continue;
        if (t->gates == 4 && i == 1 && sigm)
            source_add_key(t->to, "candidate", "sigm");
        else if (t->gates == 1 && !sigm)
            source_add_key(t->to, "nonlinearity", "relu");
        else
            return onnx_refuse(t->layers, t->from->scope, t->from->node,
                               "has activation '%s' where %s is expected; train and export it "
                               "with that", t->activations[i], t->operator->usual[i]);
    }
    return true;
}

static bool read_attributes(struct taking *t)
{
    const Onnx__NodeProto *node = t->from->node;
    const Onnx__AttributeProto *clip = onnx_attribute(node, "clip");
    t->coupled = t->gates == 4 && onnx_int(node, "input_forget", 0) != 0;
    t->after = t->gates == 3 && onnx_int(node, "linear_before_reset", 0) != 0;
    if (clip != NULL && clip->f < FLT_MAX)
        return onnx_refuse(t->layers, t->from->scope, node,
                           "has clip %g, which bounds what goes into its activations; export it "
                           "without clip", (double)clip->f);
    source_add_key(t->to, "kind", t->operator->kind);
    if (t->gates == 3 && !t->after)
        source_add_key(t->to, "reset", "before");
    if (t->coupled)
        source_add_key(t->to, "coupled", "forget");
    return read_direction(t) && read_activations(t) && check_activations(t);
}

/* ---- weights --------------------------------------------------------------------------------- */

/* A constant of a shape, a dimension of 0 being any; an input that is not there has no values. */
static bool fetch(struct taking *t, size_t input, struct onnx_tensor *tensor)
{
    const char *name = onnx_input(t->from->node, input);
    *tensor = (struct onnx_tensor){0};
    if (name == NULL)
        return true;
    t->layers->graph->fed = true;
    const enum onnx_fold folded =
        onnx_fold(t->layers->graph, t->from->scope, name, tensor, t->layers->error);
    t->layers->graph->fed = false;
    switch (folded) {
    case ONNX_FOLDED:
        return true;
    case ONNX_VARIES:
        return onnx_refuse(t->layers, t->from->scope, t->from->node,
                           "has weights '%s' that are no constants; export it with its weights, or "
                           "name a folder with the values of inputs (input_0.pb ...)", name);
    default:
        return false;
    }
}

static bool check_shape(struct taking *t, const char *name, const struct onnx_tensor *tensor,
                        int64_t rows, int64_t columns)
{
    const bool flat = columns == 0;
    if (tensor->values == NULL ||
        (tensor->rank == (flat ? 2 : 3) && tensor->shape[0] == t->directions &&
         tensor->shape[1] == rows && (flat || tensor->shape[2] == columns)))
        return true;
    return onnx_refuse(t->layers, t->from->scope, t->from->node,
                       flat ? "has %s of another shape than [%d, %lld]"
                            : "has %s of another shape than [%d, %lld, %lld]",
                       name, t->directions, (long long)rows, (long long)columns);
}

/* What MLAS has, as ONNX has it: [dir, in, n] to [dir, n, in], (value - zero) * scale. */
static bool dequantize(struct taking *t, size_t scales, struct onnx_tensor *tensor)
{
    struct onnx_tensor scale = {0}, zero = {0}, to = {0};
    bool good = fetch(t, scales, &scale) && fetch(t, scales + 1, &zero);
    const int64_t rows = tensor->rank == 3 ? tensor->shape[2] : 0;
    const int64_t columns = tensor->rank == 3 ? tensor->shape[1] : 0;
    const bool each = scale.rank == 2;
    if (good && (tensor->rank != 3 || tensor->shape[0] != t->directions ||
                 scale.count != (size_t)(t->directions * (each ? rows : 1)) ||
                 (zero.count != scale.count && zero.count != 0)))
        good = refuse(t, "has quantized weights and scales that do not fit each other");
    if (good && !onnx_tensor_new(&to, 3, (int64_t[]){t->directions, rows, columns}))
        good = refuse(t, "has weights that are too large");
    for (size_t n = 0; good && n < to.count; n++) {
        const size_t column = n % (size_t)columns, row = n / (size_t)columns % (size_t)rows;
        const size_t d = n / (size_t)columns / (size_t)rows;
        const size_t place = each ? d * (size_t)rows + row : d;
        const double offset = zero.count > 0 ? zero.values[place] : 0.0;
        to.values[n] = (tensor->values[(d * (size_t)columns + column) * (size_t)rows + row] -
                        offset) * scale.values[place];
    }
    onnx_tensor_free(&scale);
    onnx_tensor_free(&zero);
    onnx_tensor_free(tensor);
    *tensor = to;
    return good;
}

static bool read_weights(struct taking *t)
{
    const bool quantized = is_quantized(t->from->node);
    if (!fetch(t, IN_W, &t->w) || !fetch(t, IN_R, &t->r) || !fetch(t, IN_B, &t->b) ||
        (t->gates == 4 && !fetch(t, IN_P, &t->p)))
        return false;
    if (quantized && (!dequantize(t, IN_W_SCALE, &t->w) || !dequantize(t, IN_W_SCALE + 2, &t->r)))
        return false;
    if (t->w.rank != 3 || t->r.rank != 3 || t->w.count == 0 || t->r.count == 0)
        return refuse(t, "lacks weights W or R of three dimensions");
    t->cell = onnx_int(t->from->node, "hidden_size", t->r.shape[2]);
    t->input = t->w.shape[2];
    if (t->cell < 1 || t->cell > CELL_MOST)
        return refuse(t, "has a hidden_size that no layer has");
    return check_shape(t, "W", &t->w, t->gates * t->cell, t->input) &&
           check_shape(t, "R", &t->r, t->gates * t->cell, t->cell) &&
           check_shape(t, "B", &t->b, 2 * t->gates * t->cell, 0) &&
           check_shape(t, "P", &t->p, 3 * t->cell, 0);
}

/* ---- tensors of ours ------------------------------------------------------------------------- */

static void name_of(char name[TENSOR_NAME], int direction, const char *before, char gate,
                    const char *behind)
{
    snprintf(name, TENSOR_NAME, "%s%s%c%s", direction > 0 ? "reverse." : "", before, gate, behind);
}

static bool put_matrix(struct taking *t, int direction, int gate, const struct onnx_tensor *of,
                       const char *behind)
{
    char name[TENSOR_NAME];
    const size_t columns = (size_t)of->shape[2], cell = (size_t)t->cell;
    const struct onnx_matrix from = {
        of->values, ((size_t)direction * (size_t)t->gates + (size_t)gate) * cell * columns, columns,
        1};
    name_of(name, direction, "W_", t->operator->gates[gate], behind);
    return onnx_put_matrix(t->to, name, &from, (int)cell, (int)columns) ||
           refuse(t, "has a weight that is no finite number");
}

static bool put_vector(struct taking *t, const char *name, const double *values)
{
    const struct onnx_matrix from = {values, 0, 1, 0};
    return onnx_put_matrix(t->to, name, &from, (int)t->cell, 0) ||
           refuse(t, "has a bias, a peephole or a state that is no finite number");
}

/* Biases of x and of y' become one, but in the n of a GRU whose reset multiplies one of them. */
static bool put_bias(struct taking *t, int direction, int gate)
{
    char name[TENSOR_NAME];
    const size_t cell = (size_t)t->cell, half = (size_t)t->gates * cell;
    const double *of_x = t->b.values + (size_t)direction * 2 * half + (size_t)gate * cell;
    const double *of_y = of_x + half;
    name_of(name, direction, "b_", t->operator->gates[gate], "");
    if (t->after && t->operator->gates[gate] == 'n') {
        if (!put_vector(t, name, of_x))
            return false;
        name_of(name, direction, "c_", 'n', "");
        return put_vector(t, name, of_y);
    }
    double *sum = allocate(cell, sizeof *sum);
    for (size_t i = 0; i < cell; i++)
        sum[i] = of_x[i] + of_y[i];
    const bool good = put_vector(t, name, sum);
    free(sum);
    return good;
}

static bool put_peephole(struct taking *t, int direction, int gate)
{
    char name[TENSOR_NAME];
    name_of(name, direction, "w_", t->operator->gates[gate], "c");
    return put_vector(t, name, t->p.values + ((size_t)direction * 3 + (size_t)gate) *
                                                 (size_t)t->cell);
}

/* Of a gate that another one tells there are no weights. */
static bool is_there(const struct taking *t, int gate)
{
    return !t->coupled || t->operator->gates[gate] != 'f';
}

static bool put_direction(struct taking *t, int direction)
{
    for (int gate = 0; gate < t->gates; gate++) {
        if (!is_there(t, gate))
            continue;
        if (!put_matrix(t, direction, gate, &t->w, "x") ||
            !put_matrix(t, direction, gate, &t->r, "r") ||
            (t->b.values != NULL && !put_bias(t, direction, gate)) ||
            (t->p.values != NULL && gate < 3 && !put_peephole(t, direction, gate)))
            return false;
    }
    return true;
}

/* ---- states ---------------------------------------------------------------------------------- */

/* [dir, batch, cell], or with layout 1 [batch, dir, cell]: the same for every entry of the batch. */
static bool put_state(struct taking *t, struct onnx_tensor *state, const char *name)
{
    const bool turned = onnx_int(t->from->node, "layout", 0) != 0;
    const struct onnx_tensor least = {
        .rank = 1, .count = 3, .values = (double[]){turned ? 1 : t->directions,
                                                    turned ? t->directions : 1, (double)t->cell}};
    struct onnx_tensor whole;
    if ((state->rank != 3 || state->count < (size_t)(t->directions * t->cell)) &&
        onnx_expand(state, &least, &whole)) {
        onnx_tensor_free(state); /* of a batch whose size is not known, one */
        *state = whole;
    }
    const int64_t batch = state->rank == 3 ? state->shape[turned ? 0 : 1] : 0;
    const size_t cell = (size_t)t->cell, each = (size_t)(turned ? 1 : batch) * cell;
    if (batch < 1 || state->count != (size_t)(batch * t->directions) * cell)
        return refuse(t, "has an initial state of another shape than its weights");
    for (int d = 0; d < t->directions; d++) {
        char full[TENSOR_NAME];
        const double *first = state->values + (size_t)d * each;
        for (int64_t n = 1; n < batch; n++)
            if (memcmp(first, first + (size_t)n * cell * (size_t)(turned ? t->directions : 1),
                       cell * sizeof *first) != 0)
                return refuse(t, "has an initial state that differs within the batch; export it "
                              "with a batch of one");
        snprintf(full, sizeof full, "%s%s", d > 0 ? "reverse." : "", name);
        if (!put_vector(t, full, first))
            return false;
    }
    return true;
}

/* A state that comes from outside is the host's: on a chip by RESTORE. */
static bool read_state(struct taking *t, size_t input, const char *name)
{
    const char *tensor = onnx_input(t->from->node, input);
    struct onnx_tensor state;
    if (tensor == NULL || onnx_is_zero(t->layers->graph, t->from->scope, tensor))
        return true;
    const enum onnx_fold folded = onnx_fold_state(t->layers->graph, t->from->scope, tensor, &state,
                                                  t->layers->error);
    bool good = folded != ONNX_FAILED;
    char shown[PRINTABLE_NAME];
    printable(shown, sizeof shown, tensor);
    if (folded == ONNX_VARIES)
        good = onnx_check_state(t->layers, t->from->scope, t->from->node, tensor);
    if (folded == ONNX_VARIES && good)
        source_add_assumed(t->chain, "what '%s' becomes from call to call is the %s that %s has, as it is", shown,
                           input == IN_C ? "c" : "y", t->to->name);
    if (folded == ONNX_VARIES && good)
        source_add_host(t->chain, "%s: its %s before the first frame is tensor '%s': zeros unless "
                        "the host restores another state", t->to->name,
                        input == IN_C ? "c" : "y", shown);
    if (folded == ONNX_FOLDED) {
        source_add_host(t->chain, "%s: its %s before the first frame is not zero: a chip starts "
                        "with it by RESTORE", t->to->name, input == IN_C ? "c" : "y");
        good = put_state(t, &state, name);
    }
    onnx_tensor_free(&state);
    return good;
}

/* ---- lengths --------------------------------------------------------------------------------- */

/* Frames of X as the graph declares them, 0: it does not. */
static int64_t declared_frames(const struct taking *t)
{
    int64_t sizes[ONNX_RANK_MOST];
    const int axis = onnx_int(t->from->node, "layout", 0) != 0 ? 1 : 0;
    return onnx_declared(t->from->scope, t->from->x, sizes) > axis ? sizes[axis] : 0;
}

static bool check_lengths(struct taking *t)
{
    const char *name = onnx_input(t->from->node, IN_LENGTHS);
    struct onnx_tensor lengths;
    if (name == NULL)
        return true;
    t->layers->graph->fed = true;
    const enum onnx_fold folded = onnx_fold(t->layers->graph, t->from->scope, name, &lengths,
                                            t->layers->error);
    t->layers->graph->fed = false;
    const double frames = (double)declared_frames(t);
    bool full = folded == ONNX_FOLDED && frames > 0.0;
    for (size_t i = 0; full && i < lengths.count; i++)
        full = lengths.values[i] == frames;
    onnx_tensor_free(&lengths);
    return full || (folded != ONNX_FAILED &&
                    refuse(t, "has sequence_lens, by which utterances of a batch end early; "
                           "export it without (no packed sequences): a chip ends each where "
                           "it does"));
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bool take(struct taking *t)
{
    char name[PRINTABLE_NAME];
    printable(name, sizeof name, onnx_node_name(t->from->node));
    struct text full = {0};
    text_appendf(&full, "%s%s", t->from->scope->name, name);
    t->to = source_add_layer(t->chain, full.data, 0, 0);
    text_free(&full);
    t->layers->graph->used = false;
    if (!read_attributes(t) || !check_lengths(t) || !read_weights(t))
        return false;
    if (t->layers->graph->used)
        source_add_note(t->layers->source, "weights or lengths of '%s' are inputs of the graph: the "
                        "values are those of folder '%s'", t->to->name, t->layers->graph->folder);
    t->to->coarse = is_quantized(t->from->node); /* so are its x and y' where it runs */
    t->to->input = (int)t->input;
    t->to->output = (int)t->cell * t->directions;
    for (int d = 0; d < t->directions; d++)
        if (!put_direction(t, d))
            return false;
    return read_state(t, IN_H, "y_0") && (t->gates != 4 || read_state(t, IN_C, "c_0"));
}

/* By the declared sizes there is one frame in a call, of several sequences perhaps, and none goes on: frames on the
 * axis of the batch look so. */
static void say_frames(const struct taking *t)
{
    const int64_t frames = t->from->form.size[0], batch = t->from->form.size[1];
    const char *h = onnx_input(t->from->node, IN_H);
    if (frames == 1 && batch != 1 && (h == NULL || onnx_is_zero(t->layers->graph, t->from->scope, h)))
        source_add_assumed(t->chain, "%s goes on from frame to frame; its graph has one frame in a call, and each "
                           "begins with zeros", t->to->name);
}

bool onnx_take_recurrent(struct onnx_layers *layers, const struct onnx_layer *layer,
                         struct source_chain *chain)
{
    struct taking t = {.layers = layers,
                       .from = layer,
                       .operator = operator_of(layer->node),
                       .chain = chain};
    t.gates = (int)strlen(t.operator->gates);
    const bool good = take(&t);
    if (good)
        say_frames(&t);
    onnx_tensor_free(&t.w);
    onnx_tensor_free(&t.r);
    onnx_tensor_free(&t.b);
    onnx_tensor_free(&t.p);
    return good;
}
