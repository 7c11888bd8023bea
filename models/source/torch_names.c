/* SPDX-License-Identifier: Apache-2.0
 * torch_names.c - modules of PyTorch as our layers, and which of them follow each other.
 *
 * Gates stand above each other in a module's matrices: i, f, g, o of an LSTM; r, z, n of a GRU.  The two
 * biases of a gate are added where only their sum counts, which is everywhere but in n of a GRU, where r
 * multiplies the one of h. */
#include "models/source/torch_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/source/short_names.h"

enum { CHAIN_MODULES = 32, CHAINS_MOST = 64, HOST_LINES = 24, OUR_NAME = 40 };

static const struct {
    const char *kind, *gates;
} kinds[] = {[MODULE_LSTM] = {"lstm", "ifco"}, [MODULE_GRU] = {"gru", "rzn"}, [MODULE_RNN] = {"rnn", "h"},
             [MODULE_LINEAR] = {"linear", ""}};

/* Modules in the order in which they follow each other. */
struct picked {
    const struct module *at[CHAIN_MODULES];
    int count;
};

struct names {
    struct source *source;
    struct modules modules;
    struct error *error;
};

static bool is_recurrent(const struct module *m)
{
    return m->kind <= MODULE_RNN;
}

/* ---- tensors ------------------------------------------------------------------------------------------- */

/* The whole tensor, or NULL: it is missing, or `good` is false then. */
static float *fetch(const struct names *n, const struct module *m, const char *what, int layer, bool backward,
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
static bool add_matrices(const struct names *n, const struct module *m, struct source_layer *to,
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

static bool add_biases(const struct names *n, const struct module *m, struct source_layer *to, int layer,
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

static bool add_projection(const struct names *n, const struct module *m, struct source_layer *to, int layer,
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

static bool add_half(const struct names *n, const struct module *m, struct source_layer *to, int layer,
                     bool backward)
{
    const int back = m->both ? m->output / 2 : m->output;
    return add_matrices(n, m, to, "weight_ih", layer, backward, 'x', to->input) &&
           add_matrices(n, m, to, "weight_hh", layer, backward, 'r', back) &&
           add_biases(n, m, to, layer, backward) && add_projection(n, m, to, layer, backward, back);
}

static bool add_linear_tensors(const struct names *n, const struct module *m, struct source_layer *to)
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
static const char *nonlinearity_of(const struct names *n, const struct module *m)
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

static bool is_coarse(const struct names *n, const struct module *m)
{
    for (int i = 0; i < m->tensor_count; i++) {
        const char *type = n->modules.tensors->at[m->tensors[i]].type;
        if (strcmp(type, "bfloat16") == 0 || strcmp(type, "BF16") == 0)
            return true;
    }
    return false;
}

static bool add_recurrent(const struct names *n, const struct module *m, struct source_chain *chain,
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

static bool add_module(const struct names *n, const struct module *m, struct source_chain *chain, bool last,
                       bool fill)
{
    if (is_recurrent(m)) {
        for (int layer = 0; layer < m->layers; layer++)
            if (!add_recurrent(n, m, chain, layer, fill))
                return false;
        return true;
    }
    struct source_layer *to = source_add_layer(chain, module_shown(m), m->input, m->output);
    to->coarse = is_coarse(n, m);
    source_add_key(to, "kind", "linear");
    /* Two in a row would be one, were there no function between them. */
    source_add_key(to, "activation", last ? "none" : "unknown");
    if (module_tensor(&n->modules, m, "bias") == MISSING)
        source_add_host(chain, "%s has no bias: should it be a table of nn.Embedding, which its tensor does "
                        "not tell from nn.Linear without bias, it is no layer of this chain", to->name);
    return !fill || add_linear_tensors(n, m, to);
}

/* ---- chains -------------------------------------------------------------------------------------------- */

static bool is_picked(const struct picked *picked, const struct module *m)
{
    for (int i = 0; i < picked->count; i++)
        if (picked->at[i] == m)
            return true;
    return false;
}

/* What an optimizer keeps has no weights. */
static bool has_weight(const struct names *n, const struct module *m)
{
    for (int i = 0; i < m->tensor_count; i++) {
        const char *name = n->modules.tensors->at[m->tensors[i]].name, *dot = strrchr(name, '.');
        if (strstr(dot != NULL ? dot + 1 : name, "weight") != NULL)
            return true;
    }
    return false;
}

/* The modules that are not in it, and what can be put behind it. */
static void add_host_lines(const struct names *n, const struct picked *picked, struct source_chain *chain)
{
    const struct modules *all = &n->modules;
    const struct module *last = picked->at[picked->count - 1];
    int left_out = 0;
    for (int i = 0; i < all->count; i++) {
        const struct module *m = &all->at[i];
        struct text line = {0};
        if (is_picked(picked, m))
            continue;
        if (chain->host_count >= HOST_LINES || !has_weight(n, m)) {
            left_out++;
            continue;
        }
        module_describe(all, m, &line);
        const bool behind = m->kind == MODULE_LINEAR && m->input == last->output;
        source_add_host(chain, "%s%s%s%s%s", text_string(&line), behind ? ": may follow, --node " : "",
                        behind ? chain->name : "", behind ? "+" : "", behind ? module_shown(m) : "");
        text_free(&line);
    }
    if (left_out > 0)
        source_add_host(chain, "%d more with other tensors, as those of an optimizer", left_out);
    if (last->kind == MODULE_LINEAR)
        source_add_host(chain, "what follows %s: a function behind it is not in the file, so none is assumed",
                        module_shown(last));
}

static bool check_order(const struct names *n, const struct picked *picked)
{
    for (int i = 0; i < picked->count; i++) {
        const struct module *m = picked->at[i], *before = i > 0 ? picked->at[i - 1] : NULL;
        if (!module_check(&n->modules, m, n->error))
            return false;
        if (before != NULL && before->output != m->input)
            return fail(n->error, "%s: '%s' gives %d elements, '%s' reads %d", n->modules.tensors->file,
                        module_shown(before), before->output, module_shown(m), m->input);
    }
    return true;
}

static bool add_chain(const struct names *n, const struct picked *picked, bool fill)
{
    struct text name = {0};
    if (!check_order(n, picked))
        return false;
    for (int i = 0; i < picked->count; i++)
        text_appendf(&name, "%s%s", i > 0 ? "+" : "", module_shown(picked->at[i]));
    struct source_chain *chain = source_add_chain(n->source, text_string(&name));
    text_free(&name);
    for (int i = 0; i < picked->count; i++)
        if (!add_module(n, picked->at[i], chain, i + 1 == picked->count, fill))
            return false;
    add_host_lines(n, picked, chain);
    return true;
}

/* ---- what is asked for --------------------------------------------------------------------------------- */

static bool ends_with(const struct module *m, const char *part, size_t length)
{
    const char *name = module_shown(m);
    const size_t whole = strlen(name);
    return whole >= length && strncmp(name + whole - length, part, length) == 0 &&
           (whole == length || name[whole - length - 1] == '.');
}

/* One of exactly that name, or the only one whose name ends so. */
static const struct module *find_module(const struct names *n, const char *part, size_t length)
{
    const struct module *found = NULL;
    char shown[PRINTABLE_NAME], text[PRINTABLE_NAME];
    int count = 0;
    for (int i = 0; i < n->modules.count; i++) {
        const struct module *m = &n->modules.at[i];
        if (m->kind == MODULE_OTHER || !ends_with(m, part, length))
            continue;
        if (strlen(module_shown(m)) == length)
            return m;
        found = m;
        count++;
    }
    snprintf(text, sizeof text, "%.*s", (int)(length < sizeof text ? length : sizeof text - 1), part);
    printable(shown, sizeof shown, text);
    if (count == 1)
        return found;
    fail(n->error, count == 0 ? "%s: has no recurrent or linear module '%s'"
                              : "%s: several modules end in '%s': say more of its name",
         n->modules.tensors->file, shown);
    return NULL;
}

static bool read_asked(const struct names *n, const char *node)
{
    struct picked picked = {.count = 0};
    for (const char *at = node;; at++) {
        const size_t length = strcspn(at, "+");
        const struct module *m = find_module(n, at, length);
        if (m == NULL)
            return false;
        if (picked.count == CHAIN_MODULES)
            return fail(n->error, "%s: at most %d modules are allowed in --node", n->modules.tensors->file,
                        CHAIN_MODULES);
        picked.at[picked.count++] = m;
        at += length;
        if (*at == '\0')
            return add_chain(n, &picked, true);
    }
}

/* ---- what there is ------------------------------------------------------------------------------------- */

/* How many linear modules may follow; one of them. */
static int followers(const struct names *n, const struct picked *picked, const struct module **one)
{
    int count = 0;
    for (int i = 0; i < n->modules.count; i++) {
        const struct module *m = &n->modules.at[i];
        if (m->kind == MODULE_LINEAR && m->input == picked->at[picked->count - 1]->output &&
            !is_picked(picked, m)) {
            count++;
            *one = m;
        }
    }
    return count;
}

/* A recurrent module with what must follow it; where several may, one chain with each, and one without. */
static void list_chains(const struct names *n, const struct module *first, struct picked *chains, int *count)
{
    struct picked picked = {{first}, 1};
    const struct module *next;
    int choices;
    while ((choices = followers(n, &picked, &next)) == 1 && picked.count < CHAIN_MODULES)
        picked.at[picked.count++] = next;
    if (*count < CHAINS_MOST)
        chains[(*count)++] = picked;
    for (int i = 0; choices > 1 && i < n->modules.count; i++) {
        const struct module *m = &n->modules.at[i];
        if (m->kind != MODULE_LINEAR || m->input != picked.at[picked.count - 1]->output ||
            is_picked(&picked, m) || *count == CHAINS_MOST || picked.count == CHAIN_MODULES)
            continue;
        chains[*count] = picked;
        chains[*count].at[chains[*count].count++] = m;
        (*count)++;
    }
}

static bool same_chain(const struct picked *a, const struct picked *b)
{
    bool same = a->count == b->count;
    for (int i = 0; same && i < a->count; i++)
        same = a->at[i] == b->at[i];
    return same;
}

/* Each chain up to a module that cannot be read, once; how many there are then. */
static int readable(const struct names *n, struct picked *chains, int count)
{
    int kept = 0;
    for (int i = 0; i < count; i++) {
        struct picked *to = &chains[kept];
        bool again = false;
        *to = chains[i];
        for (int k = 0; k < to->count; k++)
            if (!module_check(&n->modules, to->at[k], n->error)) {
                source_add_refused(n->source, n->error->text);
                to->count = k;
            }
        for (int k = 0; k < kept; k++)
            again = again || same_chain(&chains[k], to);
        kept += to->count > 0 && !again;
    }
    return kept;
}

/* Nothing recurrent: linear layers by themselves, each of which may be asked for. */
static bool read_all(const struct names *n)
{
    struct picked *chains = allocate(CHAINS_MOST, sizeof *chains);
    int count = 0;
    bool good = true;
    for (int recurrent = 1; recurrent >= 0 && count == 0; recurrent--)
        for (int i = 0; i < n->modules.count; i++) {
            const struct module *m = &n->modules.at[i];
            if (recurrent != 0 && is_recurrent(m))
                list_chains(n, m, chains, &count);
            else if (recurrent == 0 && m->kind == MODULE_LINEAR && count < CHAINS_MOST)
                chains[count++] = (struct picked){{m}, 1};
        }
    count = readable(n, chains, count);
    for (int i = 0; good && i < count; i++)
        good = add_chain(n, &chains[i], count == 1);
    if (count > 1)
        source_add_note(n->source, "modules of other orders can be named one by one, joined by +");
    free(chains);
    if (count > 0)
        return good;
    if (n->source->refused != NULL)
        return fail(n->error, "%s", n->source->refused);
    const int notes = n->source->note_count;
    return fail(n->error, "%s: has no tensors of nn.LSTM, nn.GRU, nn.RNN, their cells, or nn.Linear%s%s",
                n->modules.tensors->file, notes > 0 ? ": " : "", notes > 0 ? n->source->notes[0] : "");
}

bool torch_names_are(const struct named_tensors *tensors)
{
    bool found = false;
    for (int i = 0; i < tensors->count; i++) {
        const char *dot = strrchr(tensors->at[i].name, '.');
        const char *last = dot != NULL ? dot + 1 : tensors->at[i].name;
        if (strncmp(last, "W", 1) == 0)
            return false;
        found = found || strncmp(last, "weight", strlen("weight")) == 0 || short_names_is(last);
    }
    return found;
}

bool torch_names_read(struct source *source, const struct named_tensors *tensors, const char *node,
                      struct error *error)
{
    struct short_names names = short_names_take(tensors, source);
    struct names n = {source, modules_find(&names.tensors), error};
    const bool good = node != NULL ? read_asked(&n, node) : read_all(&n);
    modules_free(&n.modules);
    short_names_free(&names);
    return good;
}
