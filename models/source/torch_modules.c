/* SPDX-License-Identifier: Apache-2.0
 * torch_modules.c - modules of PyTorch, by the names and shapes of their tensors. */
#include "models/source/torch_modules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/file/element.h"

enum { LAYERS_LOOKED_FOR = 256, DIMENSION_MOST = 1 << 16, ROWS_MOST = 4 * DIMENSION_MOST, DESCRIBED = 6 };

static const char *const kind_names[] = {"lstm", "gru", "rnn", "linear", "other"};
static const int gate_counts[] = {4, 3, 1};

/* ---- finding ------------------------------------------------------------------------------------------- */

/* Behind the last dot. */
static const char *last_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL ? dot + 1 : name;
}

static size_t prefix_length(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL ? (size_t)(dot - name) : 0;
}

static bool is_named(const struct module *m, const char *prefix, size_t length)
{
    return strncmp(m->name, prefix, length) == 0 && m->name[length] == '\0';
}

/* Tensors of a module mostly stand together. */
static struct module *module_of(struct modules *list, const char *name)
{
    const size_t length = prefix_length(name), room = (size_t)list->count;
    for (int i = list->count - 1; i >= 0; i--)
        if (is_named(&list->at[i], name, length))
            return &list->at[i];
    if ((room & (room - 1)) == 0) {
        list->at = realloc(list->at, (room > 0 ? 2 * room : 1) * sizeof *list->at);
        BUG_UNLESS(list->at != NULL);
    }
    struct module *m = &list->at[list->count++];
    *m = (struct module){.kind = MODULE_OTHER, .name = allocate(length + 1, 1)};
    memcpy(m->name, name, length);
    return m;
}

static void add_tensor(struct module *m, int tensor)
{
    const size_t room = (size_t)m->tensor_count;
    if ((room & (room - 1)) == 0) {
        m->tensors = realloc(m->tensors, (room > 0 ? 2 * room : 1) * sizeof *m->tensors);
        BUG_UNLESS(m->tensors != NULL);
    }
    m->tensors[m->tensor_count++] = tensor;
}

int module_tensor(const struct modules *list, const struct module *m, const char *last)
{
    for (int i = 0; i < m->tensor_count; i++)
        if (strcmp(last_of(list->tensors->at[m->tensors[i]].name), last) == 0)
            return m->tensors[i];
    return MISSING;
}

void module_last_name(const struct module *m, const char *what, int layer, bool backward, char *last)
{
    if (m->cell || m->kind == MODULE_LINEAR)
        snprintf(last, LAST_NAME, "%s", what);
    else
        snprintf(last, LAST_NAME, "%s_l%d%s", what, layer, backward ? "_reverse" : "");
}

static const struct named_tensor *find(const struct modules *list, const struct module *m, const char *what,
                                       int layer, bool backward)
{
    char last[LAST_NAME];
    module_last_name(m, what, layer, backward, last);
    const int tensor = module_tensor(list, m, last);
    return tensor == MISSING ? NULL : &list->tensors->at[tensor];
}

/* ---- kinds --------------------------------------------------------------------------------------------- */

static bool is_matrix(const struct named_tensor *t)
{
    return t != NULL && t->rank == 2 && t->shape[0] > 0 && t->shape[1] > 0 &&
           t->shape[0] <= ROWS_MOST && t->shape[1] <= ROWS_MOST;
}

/* By how many gates stand above each other; what is none of them stays as it is and is refused later. */
static void see_recurrent(const struct modules *list, struct module *m)
{
    const struct named_tensor *x = find(list, m, "weight_ih", 0, false);
    const struct named_tensor *y = find(list, m, "weight_hh", 0, false);
    const struct named_tensor *projection = find(list, m, "weight_hr", 0, false);
    m->kind = MODULE_LSTM;
    if (!is_matrix(x) || !is_matrix(y))
        return;
    m->input = x->shape[1];
    m->hidden = is_matrix(projection) ? projection->shape[1] : y->shape[1];
    for (int kind = MODULE_LSTM; kind <= MODULE_RNN; kind++)
        if (x->shape[0] / gate_counts[kind] == m->hidden && x->shape[0] % gate_counts[kind] == 0)
            m->kind = (enum module_kind)kind;
    while (!m->cell && m->layers < LAYERS_LOOKED_FOR && find(list, m, "weight_ih", m->layers, false) != NULL)
        m->layers++;
    m->both = !m->cell && find(list, m, "weight_ih", 0, true) != NULL;
    m->output = y->shape[1] * (m->both ? 2 : 1);
}

static void see_linear(const struct modules *list, struct module *m)
{
    const int weight = module_tensor(list, m, "weight"), bias = module_tensor(list, m, "bias");
    if (weight == MISSING || m->tensor_count != 1 + (bias != MISSING))
        return;
    const struct named_tensor *w = &list->tensors->at[weight];
    /* A table of embeddings has the shape of a linear layer without bias. */
    if (!is_matrix(w) || (bias == MISSING && strcasestr(m->name, "emb") != NULL))
        return;
    m->kind = MODULE_LINEAR;
    m->input = w->shape[1];
    m->output = w->shape[0];
}

static void see_kind(const struct modules *list, struct module *m)
{
    m->layers = 1;
    m->cell = module_tensor(list, m, "weight_ih") != MISSING;
    if (m->cell || module_tensor(list, m, "weight_ih_l0") != MISSING)
        see_recurrent(list, m);
    else
        see_linear(list, m);
}

/* Control characters would not stay on a line of a message. */
static void make_printable(char *name)
{
    for (; *name != '\0'; name++)
        if ((unsigned char)*name < ' ' || *name == 0x7f)
            *name = '?';
}

struct modules modules_find(const struct named_tensors *tensors)
{
    struct modules list = {.tensors = tensors};
    for (int i = 0; i < tensors->count; i++)
        add_tensor(module_of(&list, tensors->at[i].name), i);
    for (int i = 0; i < list.count; i++) {
        make_printable(list.at[i].name);
        see_kind(&list, &list.at[i]);
    }
    return list;
}

bool modules_any(const struct modules *list)
{
    for (int i = 0; i < list->count; i++)
        if (list->at[i].kind != MODULE_OTHER)
            return true;
    return false;
}

void modules_free(struct modules *list)
{
    for (int i = 0; i < list->count; i++) {
        free(list->at[i].name);
        free(list->at[i].tensors);
    }
    free(list->at);
    *list = (struct modules){0};
}

const char *module_shown(const struct module *m)
{
    return m->name[0] != '\0' ? m->name : kind_names[m->kind];
}

/* ---- what is not as it seems --------------------------------------------------------------------------- */

static bool has_ending(const char *name, const char *ending)
{
    const size_t length = strlen(name), tail = strlen(ending);
    return length >= tail && strcmp(name + length - tail, ending) == 0;
}

/* "lstm.parametrizations.weight_ih_l0" of "lstm" */
static bool is_parametrized(const struct module *m)
{
    return strstr(m->name, "parametrizations.weight") != NULL;
}

/* Of a linear layer: weight_g and weight_v, or weight_orig of a norm of the spectrum. */
static bool has_parts_of_weight(const char *last)
{
    return strcmp(last, "weight_g") == 0 || strcmp(last, "weight_v") == 0 || strcmp(last, "weight_orig") == 0;
}

const char *module_trouble(const struct modules *list, const struct module *m)
{
    bool recurrent = m->kind <= MODULE_RNN, normed = false, parts = false;
    for (int i = 0; i < m->tensor_count; i++) {
        const char *last = last_of(list->tensors->at[m->tensors[i]].name);
        recurrent = recurrent || strncmp(last, "weight_ih", 9) == 0 || strncmp(last, "weight_hh", 9) == 0;
        normed = normed || has_ending(last, "_g") || has_ending(last, "_v");
        parts = parts || has_parts_of_weight(last);
    }
    if (is_parametrized(m))
        return "is a weight made of others: torch.nn.utils.parametrize.remove_parametrizations() before it is "
               "saved makes it one";
    const int weight = module_tensor(list, m, "weight");
    if (m->kind == MODULE_OTHER && !recurrent && !parts && weight != MISSING && list->tensors->at[weight].rank == 2 &&
        m->tensor_count > 1 + (module_tensor(list, m, "bias") != MISSING))
        return "has more than the weight and the bias of a linear layer";
    if (!recurrent)
        return parts ? "has a weight in parts: torch.nn.utils.remove_weight_norm() or remove_spectral_norm() before "
                       "it is saved makes it one"
                     : NULL;
    if (normed)
        return "has weights with weight normalization: torch.nn.utils.remove_weight_norm() before it is saved "
               "makes them whole";
    return m->kind == MODULE_OTHER ? "has a part of the tensors of a recurrent layer, not weight_ih_l0 or weight_ih"
                                   : NULL;
}

const char *module_class(const struct modules *list, const struct module *m)
{
    const struct named_tensors *t = list->tensors;
    struct text name = {0};
    text_appendf(&name, "%s%sclass", m->name, m->name[0] != '\0' ? "." : "");
    const char *found = t->option != NULL ? t->option(t->context, text_string(&name)) : NULL;
    text_free(&name);
    return found;
}

const struct module *module_within(const struct modules *list, const struct module *m)
{
    const size_t length = strlen(m->name);
    for (int i = 0; i < list->count && length > 0; i++)
        if (strncmp(list->at[i].name, m->name, length) == 0 && list->at[i].name[length] == '.')
            return &list->at[i];
    return NULL;
}

/* ---- checks -------------------------------------------------------------------------------------------- */

struct check {
    const struct modules *list;
    const struct module *module;
    int seen; /* tensors that have their place */
    struct error *error;
};

static bool has_shape(struct check *c, const char *what, int layer, bool backward, const int shape[2])
{
    const struct named_tensor *t = find(c->list, c->module, what, layer, backward);
    char last[LAST_NAME], module[PRINTABLE_NAME], wanted[SHAPE_TEXT], found[SHAPE_TEXT];
    const int rank = shape[1] > 0 ? 2 : 1;
    module_last_name(c->module, what, layer, backward, last);
    printable(module, sizeof module, module_shown(c->module));
    shape_text(wanted, sizeof wanted, rank, shape);
    if (t == NULL)
        return fail(c->error, "%s: module '%s' has no tensor %s, expected one of shape %s",
                    c->list->tensors->file, module, last, wanted);
    c->seen++;
    if (t->rank == rank && t->shape[0] == shape[0] && (rank == 1 || t->shape[1] == shape[1]))
        return true;
    shape_text(found, sizeof found, t->rank, t->shape);
    return fail(c->error, "%s: tensor %s of module '%s' has shape %s, expected %s", c->list->tensors->file,
                last, module, found, wanted);
}

/* One direction of a layer. */
static bool check_half(struct check *c, int layer, bool backward)
{
    const struct module *m = c->module;
    const int rows = gate_counts[m->kind] * m->hidden, back = m->both ? m->output / 2 : m->output;
    const int input = layer == 0 ? m->input : m->output;
    const bool bias = find(c->list, m, "bias_ih", 0, false) != NULL ||
                      find(c->list, m, "bias_hh", 0, false) != NULL;
    const bool projection = find(c->list, m, "weight_hr", 0, false) != NULL;
    return has_shape(c, "weight_ih", layer, backward, (int[]){rows, input}) &&
           has_shape(c, "weight_hh", layer, backward, (int[]){rows, back}) &&
           (!bias || (has_shape(c, "bias_ih", layer, backward, (int[]){rows, 0}) &&
                      has_shape(c, "bias_hh", layer, backward, (int[]){rows, 0}))) &&
           (!projection || has_shape(c, "weight_hr", layer, backward, (int[]){back, m->hidden}));
}

static bool check_recurrent(struct check *c)
{
    const struct module *m = c->module;
    for (int layer = 0; layer < m->layers; layer++)
        for (int backward = 0; backward <= (int)m->both; backward++)
            if (!check_half(c, layer, backward != 0))
                return false;
    return true;
}

static bool check_linear(struct check *c)
{
    const struct module *m = c->module;
    return has_shape(c, "weight", 0, false, (int[]){m->output, m->input}) &&
           (module_tensor(c->list, m, "bias") == MISSING ||
            has_shape(c, "bias", 0, false, (int[]){m->output, 0}));
}

bool module_check(const struct modules *list, const struct module *m, struct error *error)
{
    struct check c = {.list = list, .module = m, .error = error};
    char shown[PRINTABLE_NAME];
    printable(shown, sizeof shown, module_shown(m));
    if (module_trouble(list, m) != NULL)
        return fail(error, "%s: module '%s' %s", list->tensors->file, shown, module_trouble(list, m));
    if (m->kind == MODULE_OTHER)
        return fail(error, "%s: module '%s' is no recurrent or linear layer", list->tensors->file, shown);
    if (m->input < 1 || m->input > DIMENSION_MOST || m->hidden > DIMENSION_MOST || m->output < 1 ||
        m->output > DIMENSION_MOST)
        return fail(error, "%s: module '%s' has matrices of no size that a layer has", list->tensors->file,
                    shown);
    if (m->kind == MODULE_LINEAR ? !check_linear(&c) : !check_recurrent(&c))
        return false;
    return c.seen == m->tensor_count ||
           fail(error, "%s: module '%s' has tensors that its kind, %s, has not: %d of %d are known",
                list->tensors->file, shown, kind_names[m->kind], c.seen, m->tensor_count);
}

/* ---- for people ---------------------------------------------------------------------------------------- */

static const char *what_it_is(const struct modules *list, const struct module *m)
{
    const int weight = module_tensor(list, m, "weight");
    const int rank = weight != MISSING ? list->tensors->at[weight].rank : 0;
    if (module_tensor(list, m, "running_mean") != MISSING)
        return "batch normalization";
    if (m->kind == MODULE_LINEAR && module_tensor(list, m, "bias") == MISSING)
        return "linear without bias, or an embedding";
    if (m->kind != MODULE_OTHER)
        return kind_names[m->kind];
    return rank >= 3                                             ? "convolution"
           : rank == 2 && strcasestr(m->name, "emb") != NULL     ? "embedding"
           : rank == 1                                           ? "normalization"
                                                                 : "not a layer that is known";
}

void module_describe(const struct modules *list, const struct module *m, struct text *line)
{
    char shown[PRINTABLE_NAME], shape[SHAPE_TEXT];
    printable(shown, sizeof shown, module_shown(m));
    text_appendf(line, "%s (%s:", shown, what_it_is(list, m));
    for (int i = 0; i < m->tensor_count && i < DESCRIBED; i++) {
        const struct named_tensor *t = &list->tensors->at[m->tensors[i]];
        printable(shown, sizeof shown, last_of(t->name));
        shape_text(shape, sizeof shape, t->rank, t->shape);
        text_appendf(line, "%s %s %s", i > 0 ? "," : "", shown, shape);
    }
    text_append(line, m->tensor_count > DESCRIBED ? " ...)" : ")");
}
