/* SPDX-License-Identifier: Apache-2.0
 * onnx_cell.c - an LSTM cell that an exporter took apart:
 *
 *   sum = Gemm(x, Wx) + Gemm(y', Wy) + b        i, f, g, o = Split(sum) or Slices of it
 *   c = Sigmoid(f) * c' + Sigmoid(i) * Tanh(g)  y = Sigmoid(o) * Tanh(c)
 *
 * Which gate a part is, the operators behind it say, whatever the order of the parts.  Which of the
 * two products is that of y' is said by their sizes, by a state that y' and c' come out of, or by
 * the names that PyTorch and Keras give the weights. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/source/onnx_layers.h"
#include "onnx.pb-c.h"

enum { GATE_I, GATE_F, GATE_G, GATE_O, GATES };
enum { TERMS_MOST = 4, SUM_DEPTH = 4 };

struct finding {
    struct onnx_layers *layers;
    const struct onnx_scope *scope;
    struct onnx_cell *cell;
    const char *gates[GATES]; /* parts of the sum */
    const char *sum, *y;      /* y: what the cell gives */
    int products, biases;
};

static const Onnx__NodeProto *node_of(const struct finding *f, const char *name)
{
    const struct onnx_scope *where;
    const Onnx__NodeProto *node = name != NULL ? onnx_node_of(f->scope, name, &where) : NULL;
    return node != NULL && where == f->scope ? node : NULL;
}

/* What a function of that type has as its input, or NULL. */
static const char *behind(const struct finding *f, const char *name, const char *type)
{
    const Onnx__NodeProto *node = node_of(f, name);
    return node != NULL && onnx_is(node, type) ? onnx_input(node, 0) : NULL;
}

/* Both operands, in the order in which `first` is the type of the one that goes first. */
static bool operands(const struct finding *f, const Onnx__NodeProto *node, const char *first,
                     const char *both[2])
{
    for (size_t way = 0; way < 2; way++) {
        both[0] = behind(f, onnx_input(node, way), first);
        both[1] = onnx_input(node, 1 - way);
        if (both[0] != NULL && both[1] != NULL)
            return true;
    }
    return false;
}

/* ---- y = Sigmoid(o) * Tanh(c), c = Sigmoid(f) * c' + Sigmoid(i) * Tanh(g) -------------------- */

static bool find_in_c(struct finding *f, const Onnx__NodeProto *kept, const Onnx__NodeProto *taken)
{
    const char *both[2];
    if (kept == NULL || taken == NULL || !onnx_is(kept, "Mul") || !onnx_is(taken, "Mul") ||
        !operands(f, taken, "Tanh", both))
        return false;
    f->gates[GATE_G] = both[0];
    f->gates[GATE_I] = behind(f, both[1], "Sigmoid");
    if (f->gates[GATE_I] == NULL || !operands(f, kept, "Sigmoid", both))
        return false;
    f->gates[GATE_F] = both[0];
    f->cell->c = both[1];
    return true;
}

static bool find_gates(struct finding *f, const Onnx__NodeProto *y)
{
    const char *both[2];
    if (!operands(f, y, "Tanh", both))
        return false;
    f->gates[GATE_O] = behind(f, both[1], "Sigmoid");
    const Onnx__NodeProto *c = node_of(f, both[0]);
    if (f->gates[GATE_O] == NULL || c == NULL || !onnx_is(c, "Add"))
        return false;
    f->cell->gives_c = c;
    const Onnx__NodeProto *left = node_of(f, onnx_input(c, 0));
    const Onnx__NodeProto *right = node_of(f, onnx_input(c, 1));
    return find_in_c(f, left, right) || find_in_c(f, right, left);
}

/* ---- the sum --------------------------------------------------------------------------------- */

static bool find_terms(struct finding *f, const char *name, int depth)
{
    const Onnx__NodeProto *node = node_of(f, name);
    int rank;
    int64_t shape[ONNX_RANK_MOST];
    if (depth > SUM_DEPTH || name == NULL)
        return false;
    if (node != NULL && onnx_is(node, "Add"))
        return find_terms(f, onnx_input(node, 0), depth + 1) &&
               find_terms(f, onnx_input(node, 1), depth + 1);
    if (node != NULL && !onnx_is(node, "Conv") && onnx_has_matrix(f->layers, f->scope, node)) {
        if (f->products == 2)
            return false;
        *(f->products++ == 0 ? &f->cell->of_x : &f->cell->of_y) =
            (struct onnx_product){node, f->scope, NULL};
        return true;
    }
    if (f->biases == 2 || !onnx_shape(f->layers, f->scope, name, &rank, shape))
        return false;
    f->cell->biases[f->biases++] = name;
    return true;
}

/* Elements first .. first + count of the sum, which has `size` of them. */
static bool part_of_slice(struct finding *f, const Onnx__NodeProto *node, int64_t size,
                          int64_t *first, int64_t *count)
{
    static const char *const names[] = {"starts", "ends", "steps"};
    static const size_t inputs[] = {1, 2, 4};
    double values[3] = {0.0, 0.0, 1.0};
    struct error ignored;
    for (int i = 0; i < 3; i++) {
        struct onnx_tensor t;
        const struct onnx_folding of = {f->layers->graph, f->scope, node, 0, &ignored};
        const enum onnx_fold folded = onnx_ints(&of, names[i], inputs[i], &t);
        const bool good = folded == ONNX_FOLDED && (t.count == 1 || (i == 2 && t.rank < 0));
        if (good && t.count == 1)
            values[i] = t.values[0];
        onnx_tensor_free(&t);
        if (!good)
            return false;
    }
    for (int i = 0; i < 2; i++)
        values[i] += values[i] < 0.0 ? (double)size : 0.0;
    if (values[1] > (double)size)
        values[1] = (double)size;
    if (values[2] != 1.0 || !(values[0] >= 0.0 && values[1] > values[0]))
        return false;
    *first = (int64_t)values[0];
    *count = (int64_t)(values[1] - values[0]);
    return true;
}

static bool part_of(struct finding *f, const char *name, int64_t size, int64_t *first,
                    int64_t *count)
{
    const Onnx__NodeProto *node = node_of(f, name);
    struct error ignored;
    const struct onnx_scope *where;
    if (onnx_is(node, "Slice"))
        return part_of_slice(f, node, size, first, count);
    struct onnx_folding folding = {f->layers->graph, f->scope, node,
                                   onnx_find(f->scope, name, &where)->output, &ignored};
    return onnx_split_part(&folding, size, first, count) == ONNX_FOLDED;
}

/* All gates are parts of one tensor. */
static bool find_sum(struct finding *f)
{
    for (int gate = 0; gate < GATES; gate++) {
        const Onnx__NodeProto *node = node_of(f, f->gates[gate]);
        if (node == NULL || (!onnx_is(node, "Split") && !onnx_is(node, "Slice")) ||
            onnx_input(node, 0) == NULL)
            return false;
        if (gate > 0 && strcmp(f->sum, onnx_input(node, 0)) != 0)
            return false;
        f->sum = onnx_input(node, 0);
    }
    return find_terms(f, f->sum, 0) && f->products == 2;
}

/* [output, input] of a product. */
static bool sizes_of(struct finding *f, const struct onnx_product *p, int64_t sizes[2])
{
    const bool turned = onnx_is_turned(p->node);
    int64_t shape[ONNX_RANK_MOST];
    int rank;
    if (!onnx_shape(f->layers, p->scope, onnx_input(p->node, 1), &rank, shape) || rank != 2)
        return false;
    sizes[0] = shape[turned ? 0 : 1];
    sizes[1] = shape[turned ? 1 : 0];
    return true;
}

static bool find_parts(struct finding *f, int64_t size)
{
    bool seen[GATES] = {false};
    for (int gate = 0; gate < GATES; gate++) {
        int64_t first = 0, count = 0;
        if (!part_of(f, f->gates[gate], size, &first, &count) || count * GATES != size ||
            first % count != 0 || seen[first / count])
            return false;
        seen[first / count] = true;
        f->cell->first[gate] = first;
        f->cell->size = count;
    }
    return true;
}

/* ---- which product is that of y' ------------------------------------------------------------- */

static bool same_root(struct finding *f, const char *a, const char *b)
{
    const struct onnx_scope *of_a = f->scope, *of_b = f->scope;
    onnx_root(&of_a, &a);
    onnx_root(&of_b, &b);
    return of_a == of_b && strcmp(a, b) == 0;
}

static bool is_named_recurrent(const struct onnx_product *p)
{
    const char *name = onnx_input(p->node, 1);
    return strstr(name, "weight_hh") != NULL || strstr(name, "recurrent") != NULL ||
           strstr(name, "W_hh") != NULL || strstr(name, "weight_h") != NULL;
}

/* What holds for one of the two and not for the other says which: 1 the first, -1 the second. */
static int sign(bool first_is_y, bool second_is_y)
{
    return (int)first_is_y - (int)second_is_y;
}

/* Does a product with y give as many elements as the product that is taken for that of x reads?  Then
 * that one may be the state's, and y be projected. */
static bool may_project(struct finding *f)
{
    int64_t x[2], sizes[2];
    if (!sizes_of(f, &f->cell->of_x, x))
        return true;
    for (size_t n = 0; n < f->scope->graph->n_node; n++) {
        const Onnx__NodeProto *node = f->scope->graph->node[n];
        const struct onnx_product product = {node, f->scope, NULL};
        if (onnx_input(node, 0) != NULL && same_root(f, onnx_input(node, 0), f->y) &&
            onnx_is_product(f->layers, f->scope, node) && sizes_of(f, &product, sizes) &&
            sizes[0] == x[1])
            return true;
    }
    return false;
}

/* Signs that contradict each other say nothing. */
static bool tell_apart(struct finding *f, bool first_fits, bool second_fits)
{
    struct onnx_cell *cell = f->cell;
    const char *x = onnx_input(cell->of_x.node, 0), *y = onnx_input(cell->of_y.node, 0);
    const int signs[] = {
        sign(first_fits, second_fits),
        sign(same_root(f, x, cell->c), same_root(f, y, cell->c)),
        sign(is_named_recurrent(&cell->of_x), is_named_recurrent(&cell->of_y))};
    static const char *const told[] = {"its size", "a state that its y and c come out of",
                                       "the name of its weights"};
    bool first_is_y = false, second_is_y = false;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        cell->told = signs[i] != 0 ? told[i] : cell->told;
        first_is_y = first_is_y || signs[i] > 0;
        second_is_y = second_is_y || signs[i] < 0;
    }
    if (first_is_y && !second_is_y) {
        const struct onnx_product kept = cell->of_x;
        cell->of_x = cell->of_y;
        cell->of_y = kept;
    }
    return first_is_y != second_is_y && (cell->told != told[0] || !may_project(f));
}

/* False: it is no cell. */
static bool find_y(struct finding *f)
{
    struct onnx_cell *cell = f->cell;
    int64_t a[2], b[2];
    if (!sizes_of(f, &cell->of_x, a) || !sizes_of(f, &cell->of_y, b) || a[0] != b[0] ||
        !find_parts(f, a[0]))
        return false;
    const bool fits[] = {a[1] == cell->size, b[1] == cell->size};
    const bool told = (fits[0] || fits[1]) && tell_apart(f, fits[0], fits[1]);
    cell->y = told ? onnx_input(cell->of_y.node, 0) : NULL;
    if (!told) {
        onnx_refuse(f->layers, f->scope, cell->of_x.node,
                    "is part of an LSTM cell of single operators in which the product with x and "
                    "that with the state cannot be told apart, or that has a projection; export it "
                    "from nn.LSTM with dynamo=False, or give its state dict");
        onnx_note_refused(f->layers);
    }
    return true;
}

bool onnx_find_cell(struct onnx_layers *layers, const struct onnx_scope *scope,
                    const Onnx__NodeProto *node, struct onnx_cell *cell)
{
    struct finding f = {.layers = layers, .scope = scope, .cell = cell,
                        .y = onnx_output(node, 0)};
    *cell = (struct onnx_cell){0};
    return onnx_is(node, "Mul") && onnx_output(node, 0) != NULL && find_gates(&f, node) &&
           find_sum(&f) && find_y(&f);
}

/* ---- becoming ours --------------------------------------------------------------------------- */

struct taking {
    struct onnx_layers *layers;
    const struct onnx_layer *from;
    struct onnx_weights x, y, more[2];
    struct source_layer *to;
};

static bool read_all(struct taking *t)
{
    const struct onnx_cell *cell = &t->from->cell;
    if (!onnx_weights_read(t->layers, &cell->of_x, &t->x) ||
        !onnx_weights_read(t->layers, &cell->of_y, &t->y))
        return false;
    for (int i = 0; i < 2; i++) {
        t->more[i] = (struct onnx_weights){.beta = 1.0, .output = t->x.output};
        if (cell->biases[i] == NULL)
            continue;
        if (onnx_fold(t->layers->graph, t->from->scope, cell->biases[i], &t->more[i].bias,
                      t->layers->error) != ONNX_FOLDED)
            return false;
        if (t->more[i].bias.count != 1 && t->more[i].bias.count != (size_t)t->x.output)
            return onnx_refuse(t->layers, t->from->scope, t->from->node,
                               "adds '%s', which is no bias", cell->biases[i]);
    }
    return true;
}

static bool has_bias(const struct taking *t)
{
    return t->x.bias.values != NULL || t->y.bias.values != NULL ||
           t->more[0].bias.values != NULL || t->more[1].bias.values != NULL;
}

static bool put_gate(struct taking *t, int gate)
{
    static const char letters[] = "ifco";
    const struct onnx_cell *cell = &t->from->cell;
    const int size = (int)cell->size;
    char name[8];
    struct onnx_matrix x = t->x.view, y = t->y.view;
    x.first = (size_t)cell->first[gate] * x.row_step;
    y.first = (size_t)cell->first[gate] * y.row_step;
    snprintf(name, sizeof name, "W_%cx", letters[gate]);
    if (!onnx_put_matrix(t->to, name, &x, size, (int)t->x.input))
        return false;
    snprintf(name, sizeof name, "W_%cr", letters[gate]);
    if (!onnx_put_matrix(t->to, name, &y, size, size))
        return false;
    if (!has_bias(t))
        return true;
    double *bias = allocate((size_t)size, sizeof *bias);
    for (int i = 0; i < size; i++) {
        const int64_t row = cell->first[gate] + i;
        bias[i] = onnx_weights_bias(&t->x, row) + onnx_weights_bias(&t->y, row) +
                  onnx_weights_bias(&t->more[0], row) + onnx_weights_bias(&t->more[1], row);
    }
    snprintf(name, sizeof name, "b_%c", letters[gate]);
    const bool good = onnx_put_matrix(t->to, name, &(struct onnx_matrix){bias, 0, 1, 0}, size, 0);
    free(bias);
    return good;
}

/* A constant before the first frame: of several entries of a batch, all alike. */
static bool read_state(struct taking *t, struct source_chain *chain, const char *from,
                       const char *name)
{
    const size_t size = (size_t)t->from->cell.size;
    struct onnx_tensor state;
    if (onnx_is_zero(t->layers->graph, t->from->scope, from))
        return true;
    const enum onnx_fold folded = onnx_fold_state(t->layers->graph, t->from->scope, from, &state,
                                                  t->layers->error);
    if (folded != ONNX_FOLDED)
        return folded == ONNX_VARIES;
    bool good = state.count > 0 && state.count % size == 0;
    for (size_t i = size; good && i < state.count; i++)
        good = state.values[i] == state.values[i - size];
    if (!good)
        onnx_refuse(t->layers, t->from->scope, t->from->node, "has an initial state of another "
                    "shape than its weights, or one that differs within the batch");
    else if (!onnx_put_matrix(t->to, name, &(struct onnx_matrix){state.values, 0, 1, 0}, (int)size, 0))
        good = onnx_refuse(t->layers, t->from->scope, t->from->node,
                           "has a state that is no finite number");
    onnx_tensor_free(&state);
    if (good)
        source_add_host(chain, "%s: its %c before the first frame is not zero: a chip starts with it "
                        "by RESTORE", t->to->name, name[0]);
    return good;
}

static bool take(struct taking *t, struct source_chain *chain)
{
    struct text name = {0};
    char shown[PRINTABLE_NAME], c[PRINTABLE_NAME], y[PRINTABLE_NAME];
    if (!read_all(t))
        return false;
    printable(shown, sizeof shown, onnx_node_name(t->from->node));
    text_appendf(&name, "%s%s", t->from->scope->name, shown);
    t->to = source_add_layer(chain, name.data, (int)t->x.input, (int)t->from->cell.size);
    text_free(&name);
    source_add_key(t->to, "kind", "lstm");
    for (int gate = 0; gate < GATES; gate++)
        if (!put_gate(t, gate))
            return onnx_refuse(t->layers, t->from->scope, t->from->node,
                               "has a weight that is no finite number");
    if (!read_state(t, chain, t->from->cell.y, "y_0") ||
        !read_state(t, chain, t->from->cell.c, "c_0"))
        return false;
    printable(c, sizeof c, t->from->cell.c);
    printable(y, sizeof y, t->from->cell.y);
    source_add_host(chain, "%s: a cell of single operators, which runs once a frame; its c and y "
                    "of the frame before are tensors '%s' and '%s'", t->to->name, c, y);
    source_add_assumed(chain, "%s: y is not projected; which of its products is that of y of the frame "
                       "before is told by %s", t->to->name, t->from->cell.told);
    return true;
}

bool onnx_take_cell(struct onnx_layers *layers, const struct onnx_layer *layer,
                    struct source_chain *chain)
{
    struct taking t = {.layers = layers, .from = layer};
    const bool good = take(&t, chain);
    onnx_weights_free(&t.x);
    onnx_weights_free(&t.y);
    onnx_weights_free(&t.more[0]);
    onnx_weights_free(&t.more[1]);
    return good;
}
