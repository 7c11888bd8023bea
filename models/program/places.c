/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/places.h"

#include <stdlib.h>

#include "models/program/derive.h"

/* Codes of a product word. */
enum { SOURCE_X, SOURCE_BEFORE, SOURCE_SCRATCH, SOURCE_KEPT };

static bool is_read(const struct network *n, int vector)
{
    for (int i = 0; i < n->matrix_count; i++)
        if (n->matrices[i].source == vector)
            return true;
    return false;
}

static enum store store_of(const struct network *n, int vector)
{
    const struct network_vector *v = &n->vectors[vector];
    if (!is_read(n, vector))
        return STORE_NONE;
    if ((v->held & HELD_INPUT) != 0)
        return STORE_INPUT;
    BUG_UNLESS((v->held & HELD_VECTORS) != 0);
    return v->kept ? STORE_KEPT : STORE_SCRATCH;
}

static bool is_stored(const struct vector_place *place)
{
    return place->store == STORE_KEPT || place->store == STORE_SCRATCH;
}

/* ---- who shares words ------------------------------------------------------------------------ */

/* The pass that writes the vector's first row block. */
static int first_pass(const struct program *p, int vector)
{
    for (int n = 0; n < p->pass_count; n++)
        if (p->passes[n].writes == vector)
            return n;
    return NONE;
}

/* In the list of products, the one that lets that pass begin. */
static int written_from(const struct program *p, int vector)
{
    const int pass = first_pass(p, vector);
    for (int n = 0; n < p->product_count; n++)
        if (p->products[n].pass == pass && p->products[n].closes)
            return n;
    return NONE;
}

static int last_reader(const struct program *p, int vector)
{
    int last = NONE;
    for (int n = 0; n < p->product_count; n++)
        if (p->products[n].source == vector)
            last = n;
    return last;
}

/* Whether the later may lie where the earlier did.  The other way round they never meet: a frame is
 * read before the next is written. */
static bool may_share(const struct program *p, int earlier, int later)
{
    return last_reader(p, earlier) < written_from(p, later);
}

static bool overlap(const struct vector_place *a, const struct vector_place *b)
{
    return a->base < b->base + b->words && b->base < a->base + a->words;
}

/* Vectors of a store in the order in which they are written. */
static int written_in_order(const struct program *p, enum store store, int list[VECTORS_MOST])
{
    int count = 0;
    for (int n = 0; n < p->pass_count; n++)
        if (p->passes[n].opens && p->places[p->passes[n].writes].store == store)
            list[count++] = p->passes[n].writes;
    return count;
}

struct place_fault places_fault(const struct program *p)
{
    int list[VECTORS_MOST];
    const int count = written_in_order(p, STORE_SCRATCH, list);
    for (int later = 0; later < count; later++)
        for (int earlier = 0; earlier < later; earlier++)
            if (overlap(&p->places[list[earlier]], &p->places[list[later]]) &&
                !may_share(p, list[earlier], list[later]))
                return (struct place_fault){list[earlier], list[later]};
    return (struct place_fault){NONE, NONE};
}

/* Whether it may lie from `base` on, beside the first `count` of the list. */
static bool fits_at(const struct program *p, const int *list, int count, int base)
{
    struct vector_place there = p->places[list[count]];
    there.base = base;
    for (int n = 0; n < count; n++)
        if (overlap(&there, &p->places[list[n]]) && !may_share(p, list[n], list[count]))
            return false;
    return true;
}

/* Each at the lowest word from which on it may lie: 0, or where another ends. */
static int place_scratch(struct program *p)
{
    int list[VECTORS_MOST], end = 0;
    const int count = written_in_order(p, STORE_SCRATCH, list);
    for (int n = 0; n < count; n++) {
        struct vector_place *place = &p->places[list[n]];
        int lowest = fits_at(p, list, n, 0) ? 0 : end;
        for (int other = 0; other < n; other++) {
            const int behind = p->places[list[other]].base + p->places[list[other]].words;
            if (behind < lowest && fits_at(p, list, n, behind))
                lowest = behind;
        }
        place->base = lowest;
        end = end > lowest + place->words ? end : lowest + place->words;
    }
    return end;
}

static bool is_mirrored(const struct vector_place *place)
{
    return place->cell != NONE && place->store == STORE_KEPT;
}

static bool any_mirrored(const struct program *p)
{
    for (int v = 0; v < p->network.vector_count; v++)
        if (is_mirrored(&p->places[v]))
            return true;
    return false;
}

/* One behind the other, and behind as many words as the cell memory has if vectors of it are kept,
 * too: these have the same words there and here. */
static int place_kept(struct program *p)
{
    const int first = p->d.mirrored ? p->d.cell_words : 0;
    int list[VECTORS_MOST], end = first;
    const int count = written_in_order(p, STORE_KEPT, list);
    for (int n = 0; n < count; n++) {
        struct vector_place *place = &p->places[list[n]];
        if (is_mirrored(place)) {
            place->base = place->cell;
            continue;
        }
        place->base = end;
        end += place->words;
    }
    return end - first;
}

static int place_cells(struct program *p)
{
    const struct network *n = &p->network;
    int end = 0;
    for (int v = 0; v < n->vector_count; v++)
        if ((n->vectors[v].held & HELD_CELLS) != 0) {
            p->places[v].cell = end;
            end += p->places[v].words;
        }
    return end;
}

/* Returns the words of a frame. */
static int number_words(struct program *p)
{
    int words = 0;
    for (int n = 0; n < p->pass_count; n++) {
        const struct pass *pass = &p->passes[n];
        struct vector_place *place = &p->places[pass->writes];
        if (!is_stored(place))
            continue;
        if (pass->opens)
            place->sequence = words;
        /* a vector's words are one behind the other: no other pass writes between them */
        BUG_UNLESS(place->sequence + pass->word_base == words);
        words += pass->beats;
    }
    return words;
}

/* What a cell's candidate, or what is hidden, is multiplied by goes to one buffer, what the old cell
 * is, to another. */
static int gate_target(const struct network *n, int vector)
{
    for (int i = 0; i < n->pass_count; i++) {
        const struct network_pass *pass = &n->passes[i];
        if (pass->left != NONE && pass->right == vector)
            return TARGET_HIDDEN;
        if ((pass->operation == OPERATION_CELL && pass->in == vector) || pass->left == vector)
            return TARGET_GATE_I;
    }
    return TARGET_GATE_F;
}

static int target_of(const struct program *p, int vector)
{
    const struct vector_place *place = &p->places[vector];
    int target = 0;
    if ((p->network.vectors[vector].held & HELD_GATES) != 0)
        target |= gate_target(&p->network, vector);
    if (place->cell != NONE)
        target |= TARGET_CELLS;
    if (place->store == STORE_KEPT)
        target |= TARGET_KEPT;
    if (place->store == STORE_SCRATCH)
        target |= TARGET_SCRATCH;
    return target;
}

/* The cell state that a pass reads, or NONE: its own, or that of a peephole. */
static int cells_of(const struct network_pass *pass)
{
    return pass->state_of != NONE ? pass->state_of : pass->left == NONE ? pass->right : NONE;
}

/* Codes of a pass word. */
enum { OPERATION_ADDS_HIDDEN = 4 };

static int operation_of(const struct network_pass *pass)
{
    return (int)pass->operation | (pass->left != NONE ? OPERATION_ADDS_HIDDEN : 0);
}

static void direct_pass(const struct program *p, struct pass *pass)
{
    const struct network_pass *of = &p->network.passes[pass->of];
    const int cells = cells_of(of);
    const struct vector_place *place = &p->places[pass->writes];
    pass->operation = operation_of(of);
    pass->target = target_of(p, pass->writes);
    pass->leaves = pass->writes == network_output(&p->network);
    pass->coupled = of->operation == OPERATION_CELL && of->in == NONE;
    pass->reads_cells = cells != NONE;
    pass->cell_base = cells != NONE ? p->places[cells].cell + pass->word_base : 0;
    pass->write_base = is_stored(place)      ? place->base + pass->word_base
                       : place->cell != NONE ? place->cell + pass->word_base
                                             : 0;
}

void places_make(struct program *p)
{
    const struct network *n = &p->network;
    p->places = allocate((size_t)n->vector_count, sizeof *p->places);
    for (int v = 0; v < n->vector_count; v++)
        p->places[v] = (struct vector_place){.store = store_of(n, v),
                                      .words = element_words(&p->d, n->vectors[v].size),
                                      .cell = NONE};
    p->d.cell_words = place_cells(p);
    p->d.mirrored = p->d.mirrored == 1 || any_mirrored(p); /* a chip that has it has it for all models */
    p->d.kept_words = place_kept(p);
    p->d.scratch_words = place_scratch(p);
    p->d.frame_words = number_words(p);
    for (int i = 0; i < p->pass_count; i++)
        direct_pass(p, &p->passes[i]);
    BUG_UNLESS(places_fault(p).first == NONE);
}

/* ---- who asks -------------------------------------------------------------------------------- */

int places_state(const struct program *p, int list[VECTORS_MOST])
{
    int count = 0;
    for (int v = 0; v < p->network.vector_count; v++)
        if (p->places[v].cell != NONE)
            list[count++] = v;
    int kept[VECTORS_MOST];
    const int kept_count = written_in_order(p, STORE_KEPT, kept);
    for (int n = 0; n < kept_count; n++)
        if (p->places[kept[n]].cell == NONE)
            list[count++] = kept[n];
    return count;
}

int places_state_word(const struct program *p, int vector)
{
    const struct vector_place *place = &p->places[vector];
    return place->cell != NONE ? place->cell
           : p->d.mirrored     ? place->base
                               : p->d.cell_words + place->base;
}

int places_source(const struct program *p, const struct product *product)
{
    switch (p->places[product->source].store) {
    case STORE_INPUT:
        return SOURCE_X;
    case STORE_KEPT:
        return product->before ? SOURCE_BEFORE : SOURCE_KEPT;
    default:
        BUG_UNLESS(p->places[product->source].store == STORE_SCRATCH && !product->before);
        return SOURCE_SCRATCH;
    }
}

int places_offset(const struct program *p, const struct product *product)
{
    const struct vector_place *place = &p->places[product->source];
    return is_stored(place) ? place->base - place->sequence : 0;
}
