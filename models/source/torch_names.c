/* SPDX-License-Identifier: Apache-2.0
 * torch_names.c - which modules of PyTorch follow each other.
 *
 * A state dict has tensors in the order in which modules were made, and not a word of what is computed: a linear
 * module is taken to follow a recurrent one by itself only if it is the only one whose shape allows that, was made
 * later (safetensors are sorted, and do not tell: there it must have a bias, which an embedding has not), lies in the
 * same part of the network or in one around it, and nothing else with weights was made between the two.  All else
 * has to be asked for. */
#include "models/source/torch_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/source/short_names.h"
#include "models/source/torch_layers.h"
#include "models/source/torch_masked.h"

enum { CHAIN_MODULES = 32, CHAINS_MOST = 64, HOST_LINES = 24 };

/* Modules in the order in which they follow each other. */
struct picked {
    const struct module *at[CHAIN_MODULES];
    int count;
};

static const struct module *last_of(const struct picked *picked)
{
    return picked->at[picked->count - 1];
}

/* ---- what was not taken -------------------------------------------------------------------------------- */

/* What makes it another than PyTorch's own, or false. */
static bool is_another(const struct torch_reading *n, const struct module *m, struct text *why)
{
    static const char recurrent[] = "torch.nn.modules.rnn.", linear[] = "torch.nn.modules.linear.";
    const char *class = module_class(&n->modules, m);
    const struct module *within = module_within(&n->modules, m);
    const char *own = torch_is_recurrent(m) ? recurrent : linear;
    if (class != NULL && strncmp(class, own, strlen(own)) != 0)
        text_appendf(why, torch_is_recurrent(m)
                              ? "is of class %s, whose gates may be others than those of PyTorch"
                              : "is of class %s, which may compute something else", class);
    else if (within != NULL && module_trouble(&n->modules, within) != NULL)
        text_appendf(why, "has '%s', which %s", module_shown(within), module_trouble(&n->modules, within));
    else if (within != NULL)
        text_appendf(why, "has modules within it, as '%s', and PyTorch's own has none", module_shown(within));
    return why->length > 0;
}

/* Does it compute anything?  What an optimizer keeps has names of its own. */
static bool is_part(const struct torch_reading *n, const struct module *m)
{
    static const char *const kept[] = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq", "momentum_buffer", "square_avg",
                                       "sum", "step", "acc_delta", "grad_avg", "exp_inf", "num_batches_tracked"};
    bool all = strcasestr(m->name, "optim") != NULL;
    for (int i = 0; i < m->tensor_count && !all; i++) {
        const struct named_tensor *t = &n->modules.tensors->at[m->tensors[i]];
        const char *name = t->name, *dot = strrchr(name, '.');
        bool is = t->rank == 0; /* how far learning was, what was best */
        for (int axis = 0; axis < t->rank; axis++)
            is = is || t->shape[axis] == 0;
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
            is = is || strcmp(dot != NULL ? dot + 1 : name, kept[k]) == 0;
        if (!is)
            return true;
    }
    return false;
}

/* Whether it has parameters of its own around a recurrent module: "h0" beside "lstm.weight_ih_l0". */
static bool is_around_recurrent(const struct torch_reading *n, const struct module *m)
{
    const size_t length = strlen(m->name);
    for (int i = 0; i < n->modules.count; i++) {
        const struct module *other = &n->modules.at[i];
        if (other != m && torch_is_recurrent(other) && strncmp(other->name, m->name, length) == 0 &&
            (length == 0 || other->name[length] == '.'))
            return true;
    }
    return false;
}

static void refuse_own(const struct torch_reading *n, const struct module *m)
{
    struct text line = {0};
    module_describe(&n->modules, m, &line);
    source_add_refused(n->source, "what the network has beside its modules is in no layer: %s", text_string(&line));
    text_free(&line);
}

static void refuse_modules(const struct torch_reading *n)
{
    for (int i = 0; i < n->modules.count; i++) {
        const struct module *m = &n->modules.at[i];
        struct text why = {0};
        const char *trouble = module_trouble(&n->modules, m);
        if (trouble != NULL)
            text_append(&why, trouble);
        else if (m->kind != MODULE_OTHER)
            is_another(n, m, &why);
        if (why.length > 0)
            source_add_refused(n->source, "module '%s' %s", module_shown(m), text_string(&why));
        else if (m->kind == MODULE_OTHER && is_part(n, m) && is_around_recurrent(n, m))
            refuse_own(n, m);
        text_free(&why);
    }
}

/* "fc.weight.class": what stands where a tensor of a layer would. */
static bool is_of_layer(const char *name, size_t length)
{
    static const char *const parts[] = {"weight", "bias", "_packed_params", "_all_weight_values"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *found = memmem(name, length, parts[i], strlen(parts[i]));
        if (found != NULL && (found == name || found[-1] == '.'))
            return true;
    }
    return false;
}

/* Tensors of kinds that are not read leave no trace among the modules. */
static void refuse_others(const struct torch_reading *n)
{
    static const char ending[] = ".class";
    const struct named_tensors *t = n->modules.tensors;
    for (int i = 0; i < t->option_count; i++) {
        const char *name = t->options[i].name;
        const size_t length = strlen(name), tail = sizeof ending - 1;
        if (length > tail && strcmp(name + length - tail, ending) == 0 && is_of_layer(name, length - tail))
            source_add_refused(n->source, "'%.*s' is %s, which is not read: save it as a tensor in floating point",
                               (int)(length - tail), name, t->options[i].value);
    }
}

/* ---- a chain ------------------------------------------------------------------------------------------- */

static bool is_picked(const struct picked *picked, const struct module *m)
{
    for (int i = 0; i < picked->count; i++)
        if (picked->at[i] == m)
            return true;
    return false;
}

/* The modules that are not in it, and what can be put behind it. */
static void add_host_lines(const struct torch_reading *n, const struct picked *picked,
                           struct source_chain *chain)
{
    const struct modules *all = &n->modules;
    int left_out = 0;
    for (int i = 0; i < all->count; i++) {
        const struct module *m = &all->at[i];
        struct text line = {0};
        if (is_picked(picked, m))
            continue;
        if (chain->host_count >= HOST_LINES || !is_part(n, m)) {
            left_out++;
            continue;
        }
        module_describe(all, m, &line);
        const bool behind = m->kind == MODULE_LINEAR && m->input == last_of(picked)->output;
        source_add_host(chain, "%s%s%s%s%s", text_string(&line), behind ? ": may follow, --node " : "",
                        behind ? chain->name : "", behind ? "+" : "", behind ? module_shown(m) : "");
        text_free(&line);
    }
    if (torch_beside(n, NULL, picked->at[0]) != NULL)
        source_add_host(chain, "before %s: %s", module_shown(picked->at[0]), torch_beside(n, NULL, picked->at[0]));
    if (torch_beside(n, last_of(picked), NULL) != NULL)
        source_add_host(chain, "behind %s: %s", module_shown(last_of(picked)),
                        torch_beside(n, last_of(picked), NULL));
    if (left_out > 0)
        source_add_host(chain, "%d more with other tensors, as those of an optimizer", left_out);
}

/* What the equations of the network have beside its modules is in no file of tensors, and of a class that somebody
 * wrote not in that of a module. */
static void add_assumed_lines(const struct torch_reading *n, const struct picked *picked,
                              struct source_chain *chain)
{
    const struct named_tensors *t = n->modules.tensors;
    const char *whole = t->option != NULL ? t->option(t->context, "class") : NULL;
    if (whole != NULL && strncmp(whole, "torch.nn.modules.", strlen("torch.nn.modules.")) != 0)
        source_add_assumed(chain, "%s computes nothing but its modules, one behind the other", whole);
    for (int i = 0; i < picked->count; i++) {
        const struct module *m = picked->at[i], *next = i + 1 < picked->count ? picked->at[i + 1] : NULL;
        struct text why = {0};
        if (is_another(n, m, &why))
            source_add_assumed(chain, "%s %s: it is taken as one of PyTorch's", module_shown(m),
                               text_string(&why));
        text_free(&why);
        if (next != NULL && (m->kind != MODULE_LINEAR || module_class(&n->modules, m) == NULL))
            source_add_assumed(chain, "nothing stands between %s and %s, no function, no sum with another tensor",
                               module_shown(m), module_shown(next));
        else if (m->kind == MODULE_LINEAR && strcmp(torch_activation(n, m, next), "unknown") == 0)
            source_add_assumed(chain, "no function follows %s", module_shown(m));
    }
}

static bool check_order(const struct torch_reading *n, const struct picked *picked)
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

/* Behind the last one an unknown function is the host's; between two, somebody has to say it. */
static bool add_modules(const struct torch_reading *n, const struct picked *picked, struct source_chain *chain,
                        bool fill)
{
    for (int i = 0; i < picked->count; i++) {
        const struct module *next = i + 1 < picked->count ? picked->at[i + 1] : NULL;
        const char *activation = torch_activation(n, picked->at[i], next);
        if (next == NULL && strcmp(activation, "unknown") == 0)
            activation = NULL;
        if (!torch_add_module(n, picked->at[i], chain, activation, fill))
            return false;
    }
    return true;
}

static bool add_chain(const struct torch_reading *n, const struct picked *picked, bool fill)
{
    struct text name = {0};
    if (!check_order(n, picked))
        return false;
    for (int i = 0; i < picked->count; i++)
        text_appendf(&name, "%s%s", i > 0 ? "+" : "", module_shown(picked->at[i]));
    struct source_chain *chain = source_add_chain(n->source, text_string(&name));
    text_free(&name);
    if (!add_modules(n, picked, chain, fill)) {
        source_drop_chain(n->source);
        return false;
    }
    add_host_lines(n, picked, chain);
    add_assumed_lines(n, picked, chain);
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
static const struct module *find_module(const struct torch_reading *n, const char *part, size_t length)
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

static bool read_asked(const struct torch_reading *n, const char *node)
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

static bool is_whole(const struct torch_reading *n, const struct module *m)
{
    struct text why = {0};
    const bool another = module_trouble(&n->modules, m) != NULL || is_another(n, m, &why);
    text_free(&why);
    return !another;
}

static bool may_follow(const struct torch_reading *n, const struct module *m, const struct picked *picked)
{
    return m->kind == MODULE_LINEAR && is_whole(n, m) && m->input == last_of(picked)->output && !is_picked(picked, m);
}

/* Whether `m` lies in the same part of the network as `before`, or in one around it: "fc" behind
 * "encoder.lstm", not "ema.fc". */
static bool is_around(const struct module *m, const struct module *before)
{
    const char *dot = strrchr(m->name, '.');
    const size_t length = dot != NULL ? (size_t)(dot - m->name) + 1 : 0;
    return strncmp(m->name, before->name, length) == 0;
}

/* A list of numbers, one for each element of what `before` gives. */
static bool is_norm_of(const struct torch_reading *n, const struct module *before, const struct module *m)
{
    for (int i = 0; i < m->tensor_count; i++) {
        const struct named_tensor *t = &n->modules.tensors->at[m->tensors[i]];
        if (t->rank == 1 && t->shape[0] == before->output)
            return true;
    }
    return false;
}

/* Something with weights that was made between the two; where the order is not known, something that fits there. */
static bool is_between(const struct torch_reading *n, const struct module *before, const struct module *m)
{
    if (torch_beside(n, before, m) != NULL)
        return true;
    for (int i = 0; i < n->modules.count; i++) {
        const struct module *other = &n->modules.at[i];
        const bool there = n->modules.tensors->ordered ? other > before && other < m && is_part(n, other)
                                                       : is_norm_of(n, before, other);
        if (there && other->kind == MODULE_OTHER && is_around(other, before))
            return true;
    }
    return false;
}

static bool has_bias(const struct torch_reading *n, const struct module *m)
{
    return module_tensor(&n->modules, m, "bias") != MISSING;
}

/* The linear module that follows by itself, or NULL; how many may follow. */
static const struct module *follower(const struct torch_reading *n, const struct picked *picked, int *choices)
{
    const struct module *one = NULL, *before = last_of(picked);
    *choices = 0;
    for (int i = 0; i < n->modules.count; i++) {
        const struct module *m = &n->modules.at[i];
        if (!may_follow(n, m, picked))
            continue;
        ++*choices;
        one = m;
    }
    const bool later = !n->modules.tensors->ordered || one > before;
    return *choices == 1 && later && is_around(one, before) &&
                   (n->modules.tensors->ordered || has_bias(n, one)) &&
                   !is_between(n, before, one)
               ? one
               : NULL;
}

/* A recurrent module with what must follow it; where something may, one chain with each, and one without. */
static void list_chains(const struct torch_reading *n, const struct module *first, struct picked *chains,
                        int *count)
{
    struct picked picked = {{first}, 1};
    const struct module *next;
    int choices;
    while ((next = follower(n, &picked, &choices)) != NULL && picked.count < CHAIN_MODULES)
        picked.at[picked.count++] = next;
    if (*count < CHAINS_MOST)
        chains[(*count)++] = picked;
    for (int i = 0; choices > 0 && i < n->modules.count; i++) {
        const struct module *m = &n->modules.at[i];
        if (!may_follow(n, m, &picked) || *count == CHAINS_MOST || picked.count == CHAIN_MODULES)
            continue;
        chains[*count] = picked;
        chains[*count].at[chains[*count].count++] = m;
        (*count)++;
    }
}

/* What a Sequential has behind a linear module, if that is another linear one and the functions between are known. */
static const struct module *next_in_sequence(const struct torch_reading *n, const struct module *m)
{
    for (const struct module *next = m + 1; next < n->modules.at + n->modules.count; next++)
        if (next->kind == MODULE_LINEAR && next->input == m->output &&
            strcmp(torch_activation(n, m, next), "unknown") != 0)
            return next;
    return NULL;
}

static bool is_in_any(const struct picked *chains, int count, const struct module *m)
{
    for (int i = 0; i < count; i++)
        if (is_picked(&chains[i], m))
            return true;
    return false;
}

/* Nothing recurrent at all: linear layers by themselves, each of which may be asked for, or as a Sequential has
 * them. */
static int find_linear_chains(const struct torch_reading *n, struct picked *chains)
{
    int count = 0;
    for (int i = 0; i < n->modules.count && count < CHAINS_MOST; i++) {
        const struct module *m = &n->modules.at[i];
        if (m->kind != MODULE_LINEAR || !is_whole(n, m) || is_in_any(chains, count, m))
            continue;
        struct picked *chain = &chains[count++];
        *chain = (struct picked){{m}, 1};
        while ((m = next_in_sequence(n, m)) != NULL && chain->count < CHAIN_MODULES)
            chain->at[chain->count++] = m;
    }
    return count;
}

/* Matrices under names that are not PyTorch's may be a recurrent layer; linear ones alone are another network. */
static void refuse_unknown(const struct torch_reading *n)
{
    for (int i = 0; i < n->modules.count; i++) {
        const struct module *m = &n->modules.at[i];
        struct text line = {0};
        for (int k = 0; k < m->tensor_count && m->kind == MODULE_OTHER && is_part(n, m); k++) {
            const struct named_tensor *t = &n->modules.tensors->at[m->tensors[k]];
            const char *dot = strrchr(t->name, '.');
            if (t->rank != 2 || strcmp(dot != NULL ? dot + 1 : t->name, "weight") == 0 || line.length > 0)
                continue;
            module_describe(&n->modules, m, &line);
            source_add_refused(n->source, "nothing that is known is recurrent, and %s has a matrix of its own",
                               text_string(&line));
        }
        text_free(&line);
    }
}

static int find_chains(const struct torch_reading *n, struct picked *chains)
{
    int count = 0;
    bool recurrent = false;
    for (int i = 0; i < n->modules.count; i++) {
        const struct module *m = &n->modules.at[i];
        recurrent = recurrent || torch_is_recurrent(m) || module_trouble(&n->modules, m) != NULL;
        if (torch_is_recurrent(m) && is_whole(n, m))
            list_chains(n, m, chains, &count);
    }
    if (recurrent)
        return count;
    const int linear = find_linear_chains(n, chains);
    if (linear > 0)
        refuse_unknown(n);
    return linear;
}

/* A message without the name of the file that it begins with. */
static const char *behind_name(const struct torch_reading *n)
{
    const size_t length = strlen(n->modules.tensors->file);
    const char *text = n->error->text;
    return strncmp(text, n->modules.tensors->file, length) == 0 && text[length] == ':' ? text + length + 2 : text;
}

static bool same_chain(const struct picked *a, const struct picked *b)
{
    bool same = a->count == b->count;
    for (int i = 0; same && i < a->count; i++)
        same = a->at[i] == b->at[i];
    return same;
}

/* Each chain up to a module that cannot be read, once; how many there are then. */
static int readable(const struct torch_reading *n, struct picked *chains, int count)
{
    int kept = 0;
    for (int i = 0; i < count; i++) {
        struct picked *to = &chains[kept];
        bool again = false;
        *to = chains[i];
        for (int k = 0; k < to->count; k++)
            if (!module_check(&n->modules, to->at[k], n->error)) {
                source_add_refused(n->source, "%s", behind_name(n));
                to->count = k;
            }
        for (int k = 0; k < kept; k++)
            again = again || same_chain(&chains[k], to);
        kept += to->count > 0 && !again;
    }
    return kept;
}

/* Nothing is there; if something was refused, that is why. */
static bool fail_without_chain(const struct torch_reading *n)
{
    const struct source *s = n->source;
    if (s->refused_count > 0)
        return fail(n->error, "%s: %s", n->modules.tensors->file, s->refused[0]);
    return fail(n->error, "%s: has no tensors of nn.LSTM, nn.GRU, nn.RNN, their cells, or nn.Linear%s%s",
                n->modules.tensors->file, s->note_count > 0 ? ": " : "", s->note_count > 0 ? s->notes[0] : "");
}

static bool read_all(const struct torch_reading *n)
{
    struct picked *chains = allocate(CHAINS_MOST, sizeof *chains);
    refuse_modules(n);
    refuse_others(n);
    const int count = readable(n, chains, find_chains(n, chains));
    for (int i = 0; i < count; i++)
        if (!add_chain(n, &chains[i], count == 1))
            source_add_refused(n->source, "%s", behind_name(n));
    if (count > 1)
        source_add_note(n->source, "modules of other orders can be named one by one, joined by +");
    free(chains);
    return n->source->chain_count > 0 || fail_without_chain(n);
}

/* "lstm.W_ix", "0.W", "output.b" */
static bool is_ours(const char *name)
{
    static const char *const prefixes[] = {"lstm.W", "output.W"};
    const size_t digits = strspn(name, "0123456789");
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return digits > 0 && (strncmp(name + digits, ".W", 2) == 0 || strncmp(name + digits, ".reverse.W", 10) == 0);
}

bool torch_names_are(const struct named_tensors *tensors)
{
    bool found = false;
    for (int i = 0; i < tensors->count; i++) {
        const char *dot = strrchr(tensors->at[i].name, '.');
        const char *last = dot != NULL ? dot + 1 : tensors->at[i].name;
        if (is_ours(tensors->at[i].name))
            return false;
        found = found || strncmp(last, "weight", strlen("weight")) == 0 || short_names_is(last);
    }
    return found;
}

bool torch_names_read(struct source *source, const struct named_tensors *tensors, const char *node,
                      struct error *error)
{
    struct short_names names = short_names_take(tensors, source);
    struct torch_masked masked;
    torch_masked_make(&masked, &names.tensors);
    struct torch_reading n = {source, modules_find(&masked.all), error};
    const bool good = node != NULL ? read_asked(&n, node) : read_all(&n);
    modules_free(&n.modules);
    torch_masked_free(&masked);
    short_names_free(&names);
    return good;
}
