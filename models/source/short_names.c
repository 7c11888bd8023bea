/* SPDX-License-Identifier: Apache-2.0 */
#include "models/source/short_names.h"

#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"

/* ---- one name ------------------------------------------------------------------------------------------ */

/* "enc_w_ih_l0": before "enc", what "weight", side "ih", behind "_l0"; of a linear layer side "". */
struct parts {
    size_t before;
    const char *what, *side, *behind;
};

static const struct {
    const char *word, *what;
} words[] = {{"weight", "weight"}, {"bias", "bias"}, {"w", "weight"}, {"W", "weight"},
             {"b", "bias"},        {"B", "bias"}};
static const char *const sides[] = {"ih", "hh", "hr"};

/* "", "_l0", "_l12_reverse" */
static bool is_layer(const char *at)
{
    if (*at == '\0')
        return true;
    if (strncmp(at, "_l", 2) != 0)
        return false;
    const size_t digits = strspn(at + 2, "0123456789");
    at += 2 + digits;
    return digits > 0 && digits < 4 && (*at == '\0' || strcmp(at, "_reverse") == 0);
}

/* What stands at `at`, behind a prefix or at the begin. */
static bool take_word(const char *at, bool prefixed, struct parts *parts)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t length = strlen(words[i].word);
        if (strncmp(at, words[i].word, length) != 0)
            continue;
        *parts = (struct parts){.what = words[i].what, .side = "", .behind = ""};
        if (at[length] == '\0' && prefixed)
            return true;
        for (size_t k = 0; at[length] == '_' && k < sizeof sides / sizeof *sides; k++) {
            parts->behind = at + length + 1 + strlen(sides[k]);
            parts->side = sides[k];
            if (strncmp(at + length + 1, sides[k], strlen(sides[k])) == 0 && is_layer(parts->behind))
                return true;
        }
    }
    return false;
}

static bool take_name(const char *name, struct parts *parts)
{
    for (size_t at = 0; name[at] != '\0'; at++)
        if ((at == 0 || name[at - 1] == '_' || name[at - 1] == '.') &&
            take_word(name + at, at > 1, parts)) {
            parts->before = at > 0 ? at - 1 : 0;
            return true;
        }
    return false;
}

bool short_names_is(const char *name)
{
    struct parts parts;
    return take_name(name, &parts) && strcmp(parts.side, "ih") == 0;
}

/* "enc.weight_hh_l0": the tensor of that module, side and layer. */
static char *name_of(const char *name, const struct parts *p, const char *what, const char *side)
{
    struct text text = {0};
    text_append_bytes(&text, name, p->before);
    text_appendf(&text, "%s%s%s%s%s", p->before > 0 ? "." : "", what, side[0] != '\0' ? "_" : "", side,
                 p->behind);
    return text.data;
}

/* ---- all of them --------------------------------------------------------------------------------------- */

struct entry {
    const char *name; /* as it would be */
    const struct named_tensor *tensor;
};

struct renaming {
    const struct named_tensors *from;
    struct short_names *to;
    struct source *source;
    struct entry *sorted;
};

static int by_name(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* Of two with one name, either: a module that has both is refused. */
static const struct named_tensor *find(const struct renaming *r, const char *name)
{
    const struct entry key = {.name = name};
    const struct entry *at = bsearch(&key, r->sorted, (size_t)r->from->count, sizeof *at, by_name);
    return at != NULL ? at->tensor : NULL;
}

static const struct named_tensor *find_part(const struct renaming *r, const char *name,
                                            const struct parts *p, const char *what, const char *side)
{
    char *full = name_of(name, p, what, side);
    const struct named_tensor *found = find(r, full);
    free(full);
    return found;
}

static bool is_matrix(const struct named_tensor *t)
{
    return t != NULL && t->rank == 2 && t->shape[0] > 0 && t->shape[1] > 0;
}

static bool has_rows(const struct named_tensor *t, int rows)
{
    return t == NULL || (t->rank == 1 && t->shape[0] == rows);
}

/* Gates that stand above each other; 0: it is none of our kinds. */
static int blocks(int rows, int size)
{
    const int count = rows / size;
    return rows % size == 0 && (count == 1 || count == 3 || count == 4) ? count : 0;
}

static void note_columns(const struct renaming *r, const char *name)
{
    source_add_note(r->source, "'%s' and its like have a column for each output, as in x W: to be read they "
                    "have to be stored the other way round", name);
}

static void note_taken(const struct renaming *r, const char *name, int count, bool square)
{
    source_add_note(r->source, "'%s' and its like are taken for PyTorch's: %s%s; outputs of the network "
                    "tell whether that is so (--input, --expected)", name,
                    count == 4   ? "an LSTM's, gates i, f, g, o in that order"
                    : count == 3 ? "a GRU's, gates r, z, n in that order, the bias of h within the reset"
                    : count == 1 ? "an RNN's"
                                 : "a linear layer's",
                    square ? ", a row for each output, which square matrices do not show" : "");
}

static bool fits_recurrent(const struct renaming *r, const char *name, const struct parts *p)
{
    const struct named_tensor *x = find_part(r, name, p, "weight", "ih");
    const struct named_tensor *y = find_part(r, name, p, "weight", "hh");
    const struct named_tensor *projection = find_part(r, name, p, "weight", "hr");
    if (!is_matrix(x) || !is_matrix(y))
        return false;
    const int rows = y->shape[0], size = is_matrix(projection) ? projection->shape[1] : y->shape[1];
    const int count = blocks(rows, size);
    const bool first = strcmp(p->side, "ih") == 0 && strcmp(p->what, "weight") == 0 &&
                       (p->behind[0] == '\0' || strcmp(p->behind, "_l0") == 0);
    if (count == 0 && first && blocks(y->shape[1], y->shape[0]) > 1 && x->shape[1] == y->shape[1])
        note_columns(r, name);
    if (count == 0 || x->shape[0] != rows || !has_rows(find_part(r, name, p, "bias", "ih"), rows) ||
        !has_rows(find_part(r, name, p, "bias", "hh"), rows))
        return false;
    if (first)
        note_taken(r, name, count, count == 1 && x->shape[0] == x->shape[1]);
    return true;
}

static bool fits_linear(const struct renaming *r, const char *name, const struct parts *p)
{
    const struct named_tensor *w = find_part(r, name, p, "weight", "");
    const struct named_tensor *b = find_part(r, name, p, "bias", "");
    if (!is_matrix(w) || b == NULL || b->rank != 1)
        return false;
    const bool first = strcmp(p->what, "weight") == 0;
    if (first && b->shape[0] != w->shape[0] && b->shape[0] == w->shape[1])
        note_columns(r, name);
    if (b->shape[0] != w->shape[0])
        return false;
    if (first && w->shape[0] == w->shape[1])
        note_taken(r, name, 0, true);
    return true;
}

static bool fits(const struct renaming *r, const char *name)
{
    struct parts p;
    return take_name(name, &p) &&
           (p.side[0] != '\0' ? fits_recurrent(r, name, &p) : fits_linear(r, name, &p));
}

/* The name that it would have, or its own. */
static void suggest(struct renaming *r, int i)
{
    const char *name = r->from->at[i].name;
    struct parts p;
    char *other = take_name(name, &p) ? name_of(name, &p, p.what, p.side) : NULL;
    if (other != NULL && strcmp(other, name) == 0) {
        free(other);
        other = NULL;
    }
    r->to->owned[i] = other;
    r->sorted[i] = (struct entry){other != NULL ? other : name, &r->from->at[i]};
}

struct short_names short_names_take(const struct named_tensors *from, struct source *source)
{
    const size_t count = (size_t)from->count;
    struct short_names to = {.tensors = *from};
    struct renaming r = {from, &to, source, allocate(count, sizeof *r.sorted)};
    to.owned = allocate(count, sizeof *to.owned);
    to.tensors.at = allocate(count, sizeof *to.tensors.at);
    for (int i = 0; i < from->count; i++)
        suggest(&r, i);
    qsort(r.sorted, count, sizeof *r.sorted, by_name);
    for (int i = 0; i < from->count; i++) {
        to.tensors.at[i] = from->at[i];
        if (to.owned[i] != NULL && fits(&r, from->at[i].name))
            to.tensors.at[i].name = to.owned[i];
    }
    free(r.sorted);
    return to;
}

void short_names_free(struct short_names *names)
{
    for (int i = 0; i < names->tensors.count; i++)
        free(names->owned[i]);
    free(names->owned);
    free(names->tensors.at);
    *names = (struct short_names){0};
}
