/* SPDX-License-Identifier: Apache-2.0
 * torch_layers.c - modules of PyTorch as our layers.
 *
 * Gates stand above each other in a module's matrices: i, f, g, o of an LSTM; r, z, n of a GRU.  The two
 * biases of a gate are added where only their sum counts, which is everywhere but in n of a GRU, where r
 * multiplies the one of h. */
#include "models/source/torch_layers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OUR_NAME = 40 };

static const struct {
    const char *kind, *gates;
} kinds[] = {[MODULE_LSTM] = {"lstm", "ifco"}, [MODULE_GRU] = {"gru", "rzn"}, [MODULE_RNN] = {"rnn", "h"},
             [MODULE_LINEAR] = {"linear", ""}};

bool torch_is_recurrent(const struct module *m)
{
    return m->kind <= MODULE_RNN;
}

/* ---- tensors ------------------------------------------------------------------------------------------- */

/* The whole tensor, or NULL: it is missing, or `good` is false then. */
static float *fetch(const struct torch_reading *n, const struct module *m, const char *what, int layer, bool backward,
                    bool *good)
{
    char last[LAST_NAME];
    module_last_name(m, what, layer, backward, last);
    const int tensor = module_tensor(&n->modules, m, last);
    if (tensor == MISSING || !*good)
        return NULL;
    const struct named_tensor *t = &n->modules.tensors->at[tensor];
    size_t count = 1;
    for (int i = 0; i < t->rank; i++)
        count *= (size_t)t->shape[i];
    float *values = allocate(count, sizeof *values);
    *good = n->modules.tensors->fetch(n->modules.tensors->context, tensor, values, n->error);
    return values;
}

/* A matrix for each gate. */
static bool add_matrices(const struct torch_reading *n, const struct module *m, struct source_layer *to,
                         const char *what, int layer, bool backward, char side, int columns)
{
    char name[OUR_NAME];
    bool good = true;
    float *all = fetch(n, m, what, layer, backward, &good);
    const size_t size = (size_t)m->hidden * (size_t)columns;
    for (int gate = 0; good && kinds[m->kind].gates[gate] != '\0'; gate++) {
        snprintf(name, sizeof name, "%sW_%c%c", backward ? "reverse." : "", kinds[m->kind].gates[gate], side);
        memcpy(source_add_tensor(to, name, m->hidden, columns), all + (size_t)gate * size,
               size * sizeof *all);
    }
    free(all);
    return good;
}

static void add_bias(struct source_layer *to, const char *name, const float *left, const float *right,
                     int size)
{
    float *sum = source_add_tensor(to, name, size, 0);
    for (int i = 0; i < size; i++)
        sum[i] = right != NULL ? left[i] + right[i] : left[i];
}

static bool add_biases(const struct torch_reading *n, const struct module *m, struct source_layer *to, int layer,
                       bool backward)
{
    char name[OUR_NAME];
    const char *half = backward ? "reverse." : "";
    bool good = true;
    float *of_x = fetch(n, m, "bias_ih", layer, backward, &good);
    float *of_y = fetch(n, m, "bias_hh", layer, backward, &good);
    for (int gate = 0; good && of_x != NULL && kinds[m->kind].gates[gate] != '\0'; gate++) {
        const int first = gate * m->hidden;
        const char letter = kinds[m->kind].gates[gate];
        const bool apart = m->kind == MODULE_GRU && letter == 'n';
        snprintf(name, sizeof name, "%sb_%c", half, letter);
        add_bias(to, name, of_x + first, apart ? NULL : of_y + first, m->hidden);
        snprintf(name, sizeof name, "%sc_%c", half, letter);
        if (apart)
            add_bias(to, name, of_y + first, NULL, m->hidden);
    }
    free(of_x);
    free(of_y);
    return good;
}

static bool add_projection(const struct torch_reading *n, const struct module *m, struct source_layer *to, int layer,
                           bool backward, int rows)
{
    bool good = true;
    float *all = fetch(n, m, "weight_hr", layer, backward, &good);
    if (good && all != NULL)
        memcpy(source_add_tensor(to, backward ? "reverse.W_ym" : "W_ym", rows, m->hidden), all,
               (size_t)rows * (size_t)m->hidden * sizeof *all);
    free(all);
    return good;
}

static bool add_half(const struct torch_reading *n, const struct module *m, struct source_layer *to, int layer,
                     bool backward)
{
    const int back = m->both ? m->output / 2 : m->output;
    return add_matrices(n, m, to, "weight_ih", layer, backward, 'x', to->input) &&
           add_matrices(n, m, to, "weight_hh", layer, backward, 'r', back) &&
           add_biases(n, m, to, layer, backward) && add_projection(n, m, to, layer, backward, back);
}

static bool add_linear_tensors(const struct torch_reading *n, const struct module *m, struct source_layer *to)
{
    bool good = true;
    float *weight = fetch(n, m, "weight", 0, false, &good), *bias = fetch(n, m, "bias", 0, false, &good);
    if (good)
        memcpy(source_add_tensor(to, "W", m->output, m->input), weight,
               (size_t)m->output * (size_t)m->input * sizeof *weight);
    if (good && bias != NULL)
        add_bias(to, "b", bias, NULL, m->output);
    free(weight);
    free(bias);
    return good;
}

/* ---- layers -------------------------------------------------------------------------------------------- */

/* tanh or relu: a pickled module says it, a dictionary of tensors does not. */
static const char *nonlinearity_of(const struct torch_reading *n, const struct module *m)
{
    static const char *const keys[] = {"mode", "nonlinearity"};
    const struct named_tensors *t = n->modules.tensors;
    const char *found = "unknown";
    for (size_t i = 0; t->option != NULL && i < sizeof keys / sizeof *keys; i++) {
        struct text name = {0};
        text_appendf(&name, "%s%s%s", m->name, m->name[0] != '\0' ? "." : "", keys[i]);
        const char *value = t->option(t->context, text_string(&name));
        text_free(&name);
        if (value != NULL && (strcmp(value, "RNN_TANH") == 0 || strcmp(value, "tanh") == 0))
            found = "tanh";
        if (value != NULL && (strcmp(value, "RNN_RELU") == 0 || strcmp(value, "relu") == 0))
            found = "relu";
    }
    return found;
}

static bool is_coarse(const struct torch_reading *n, const struct module *m)
{
    for (int i = 0; i < m->tensor_count; i++) {
        const char *type = n->modules.tensors->at[m->tensors[i]].type;
        if (strcmp(type, "bfloat16") == 0 || strcmp(type, "BF16") == 0)
            return true;
    }
    return false;
}

static bool add_recurrent(const struct torch_reading *n, const struct module *m, struct source_chain *chain,
                          int layer, bool fill)
{
    struct text name = {0};
    text_append(&name, module_shown(m));
    if (m->layers > 1)
        text_appendf(&name, ", layer %d", layer);
    struct source_layer *to =
        source_add_layer(chain, text_string(&name), layer == 0 ? m->input : m->output, m->output);
    text_free(&name);
    to->coarse = is_coarse(n, m);
    source_add_key(to, "kind", kinds[m->kind].kind);
    if (m->kind == MODULE_GRU)
        source_add_key(to, "reset", "after");
    if (m->kind == MODULE_RNN)
        source_add_key(to, "nonlinearity", nonlinearity_of(n, m));
    if (m->both)
        source_add_key(to, "direction", "both");
    for (int backward = 0; fill && backward <= (int)m->both; backward++)
        if (!add_half(n, m, to, layer, backward != 0))
            return false;
    return true;
}

bool torch_add_module(const struct torch_reading *n, const struct module *m, struct source_chain *chain,
                      const char *activation, bool fill)
{
    if (torch_is_recurrent(m)) {
        for (int layer = 0; layer < m->layers; layer++)
            if (!add_recurrent(n, m, chain, layer, fill))
                return false;
        return true;
    }
    struct source_layer *to = source_add_layer(chain, module_shown(m), m->input, m->output);
    to->coarse = is_coarse(n, m);
    source_add_key(to, "kind", "linear");
    if (activation != NULL)
        source_add_key(to, "activation", activation);
    else
        source_assume_key(to, "activation", "none");
    if (module_tensor(&n->modules, m, "bias") == MISSING)
        source_add_host(chain, "%s has no bias: should it be a table of nn.Embedding, which its tensor does "
                        "not tell from nn.Linear without bias, it is no layer of this chain", to->name);
    return !fill || add_linear_tensors(n, m, to);
}

/* ---- functions between linear modules ------------------------------------------------------------------ */

/* "net." of "net.3": the length of what stands before the last part of a name. */
static size_t parent_length(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL ? (size_t)(dot - name) + 1 : 0;
}

/* The class of a child of what `m` stands in: option "net.4.class"; NULL: it is none. */
static const char *class_beside(const struct module *m, const struct torch_option *option, char child[LAST_NAME])
{
    static const char ending[] = ".class";
    const size_t parent = parent_length(m->name), length = strlen(option->name), tail = sizeof ending - 1;
    if (length <= parent + tail || length - parent - tail >= LAST_NAME ||
        strncmp(option->name, m->name, parent) != 0 || strcmp(option->name + length - tail, ending) != 0)
        return NULL;
    memcpy(child, option->name + parent, length - parent - tail);
    child[length - parent - tail] = '\0';
    return strchr(child, '.') == NULL ? option->value : NULL;
}

static bool is_in_sequence(const struct torch_reading *n, const struct module *m)
{
    struct text name = {0};
    const struct named_tensors *t = n->modules.tensors;
    const size_t parent = parent_length(m->name);
    text_append_bytes(&name, m->name, parent);
    text_append(&name, "class");
    const char *class = t->option != NULL ? t->option(t->context, text_string(&name)) : NULL;
    text_free(&name);
    return class != NULL && strcmp(class, "torch.nn.modules.container.Sequential") == 0;
}

/* "" of what does nothing when a network is used; NULL: it is no function that a layer has. */
static const char *function_of(const char *class)
{
    static const char *const known[][2] = {{"torch.nn.modules.activation.ReLU", "relu"},
                                           {"torch.nn.modules.activation.Sigmoid", "sigmoid"},
                                           {"torch.nn.modules.activation.Tanh", "tanh"},
                                           {"torch.nn.modules.dropout.Dropout", ""},
                                           {"torch.nn.modules.linear.Identity", ""}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(class, known[i][0]) == 0)
            return known[i][1];
    return NULL;
}

const char *torch_activation(const struct torch_reading *n, const struct module *m, const struct module *next)
{
    const struct named_tensors *t = n->modules.tensors;
    const char *found = "none", *own = m->name + parent_length(m->name);
    char child[LAST_NAME];
    bool behind = false;
    if (m->kind != MODULE_LINEAR || !is_in_sequence(n, m) ||
        (next != NULL && (parent_length(next->name) != parent_length(m->name) ||
                          strncmp(next->name, m->name, parent_length(m->name)) != 0)))
        return "unknown";
    for (int i = 0; i < t->option_count; i++) {
        const char *class = class_beside(m, &t->options[i], child);
        if (class == NULL)
            continue;
        if (behind && next != NULL && strcmp(child, next->name + parent_length(next->name)) == 0)
            return found;
        const char *function = behind ? function_of(class) : "";
        if (function == NULL || (function[0] != '\0' && strcmp(found, "none") != 0))
            return next == NULL ? found : "unknown";
        found = function[0] != '\0' ? function : found;
        behind = behind || strcmp(child, own) == 0;
    }
    return next == NULL ? found : "unknown";
}

/* ---- what a Sequential has beside its layers ----------------------------------------------------------- */

static const char sequential[] = "torch.nn.modules.container.Sequential";

/* What two names have in common, up to a dot; of one alone nothing. */
static size_t common_parent(const char *a, const char *b)
{
    size_t parent = 0;
    for (size_t i = 0; a != NULL && b != NULL && a[i] != '\0' && a[i] == b[i]; i++)
        parent = a[i] == '.' ? i + 1 : parent;
    return parent;
}

/* Is the option the class of that part of a name, "net.4.class" of "net.4.rnn" behind "net."? */
static bool is_class_of(const struct torch_option *option, const char *name, size_t parent)
{
    const size_t length = parent + strcspn(name + parent, ".");
    return strncmp(option->name, name, length) == 0 && strcmp(option->name + length, ".class") == 0;
}

/* Is it the class of a child of what the first `parent` letters of a name are? */
static bool is_of_child(const struct torch_option *option, const char *name, size_t parent)
{
    const char *dot = strncmp(option->name, name, parent) == 0 ? strchr(option->name + parent, '.') : NULL;
    return dot != NULL && strcmp(dot, ".class") == 0;
}

const char *torch_beside(const struct torch_reading *n, const struct module *a, const struct module *b)
{
    const struct named_tensors *t = n->modules.tensors;
    const char *name = a != NULL ? a->name : b->name;
    const size_t parent = common_parent(a != NULL ? a->name : NULL, b != NULL ? b->name : NULL);
    bool within = a == NULL, bent = a == NULL || a->kind != MODULE_LINEAR, ordered = false;
    for (int i = 0; i < t->option_count; i++) {
        const struct torch_option *option = &t->options[i];
        ordered = ordered || (strncmp(option->name, name, parent) == 0 &&
                              strcmp(option->name + parent, "class") == 0 && strcmp(option->value, sequential) == 0);
        if (!ordered || !is_of_child(option, name, parent))
            continue;
        if (b != NULL && is_class_of(option, b->name, parent))
            return NULL;
        const char *function = function_of(option->value);
        if (within && (function == NULL || (function[0] != '\0' && bent)))
            return option->value;
        bent = bent || (within && function[0] != '\0');
        within = within || is_class_of(option, a->name, parent);
    }
    return NULL;
}
