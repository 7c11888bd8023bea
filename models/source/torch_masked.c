/* SPDX-License-Identifier: Apache-2.0 */
#include "models/source/torch_masked.h"

#include <stdlib.h>
#include <string.h>

static const char orig[] = "_orig", mask[] = "_mask";

/* Where a name ends before `ending`; 0: it ends otherwise. */
static size_t stem_of(const char *name, const char *ending)
{
    const size_t length = strlen(name), tail = strlen(ending);
    return length > tail && strcmp(name + length - tail, ending) == 0 ? length - tail : 0;
}

/* The tensor of the same stem that ends otherwise, and has the same shape. */
static int other_of(const struct named_tensors *list, int tensor, size_t stem, const char *ending)
{
    const struct named_tensor *t = &list->at[tensor];
    for (int i = 0; i < list->count; i++) {
        const struct named_tensor *o = &list->at[i];
        if (stem_of(o->name, ending) == stem && strncmp(o->name, t->name, stem) == 0 && o->rank == t->rank &&
            memcmp(o->shape, t->shape, (size_t)t->rank * sizeof *t->shape) == 0)
            return i;
    }
    return MISSING;
}

static bool fetch_masked(const void *context, int tensor, float *out, struct error *error)
{
    const struct torch_masked *m = context;
    const struct named_tensors *given = m->given;
    if (!given->fetch(given->context, m->from[tensor], out, error))
        return false;
    if (m->mask[tensor] == MISSING)
        return true;
    size_t count = 1;
    for (int i = 0; i < m->all.at[tensor].rank; i++)
        count *= (size_t)m->all.at[tensor].shape[i];
    float *values = allocate(count, sizeof *values);
    const bool good = given->fetch(given->context, m->mask[tensor], values, error);
    for (size_t i = 0; good && i < count; i++)
        out[i] *= values[i];
    free(values);
    return good;
}

static const char *option_of_given(const void *context, const char *name)
{
    const struct torch_masked *m = context;
    return m->given->option != NULL ? m->given->option(m->given->context, name) : NULL;
}

static void take(struct torch_masked *m, int tensor)
{
    const struct named_tensor *t = &m->given->at[tensor];
    const size_t of_orig = stem_of(t->name, orig), of_mask = stem_of(t->name, mask);
    const int other = of_orig > 0 ? other_of(m->given, tensor, of_orig, mask) : MISSING;
    if (of_mask > 0 && other_of(m->given, tensor, of_mask, orig) != MISSING)
        return;
    const int to = m->all.count++;
    m->all.at[to] = *t;
    m->from[to] = tensor;
    m->mask[to] = other;
    if (other == MISSING)
        return;
    m->names[to] = duplicate(t->name);
    m->names[to][of_orig] = '\0';
    m->all.at[to].name = m->names[to];
}

void torch_masked_make(struct torch_masked *m, const struct named_tensors *given)
{
    const size_t count = (size_t)given->count;
    *m = (struct torch_masked){.all = *given, .given = given};
    m->all.count = 0;
    m->all.context = m;
    m->all.fetch = fetch_masked;
    m->all.option = option_of_given;
    m->all.at = allocate(count, sizeof *m->all.at);
    m->from = allocate(count, sizeof *m->from);
    m->mask = allocate(count, sizeof *m->mask);
    m->names = allocate(count, sizeof *m->names);
    for (int i = 0; i < given->count; i++)
        take(m, i);
}

void torch_masked_free(struct torch_masked *m)
{
    for (int i = 0; i < m->all.count; i++)
        free(m->names[i]);
    free(m->all.at);
    free(m->from);
    free(m->mask);
    free(m->names);
    *m = (struct torch_masked){0};
}
