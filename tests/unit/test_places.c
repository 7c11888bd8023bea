/* SPDX-License-Identifier: Apache-2.0
 * test_places.c - where vectors lie and when their words are there: as planned, and planned wrongly. */
#include "models/program/places.h"
#include "tests/unit/layers_testing.h"
#include "tests/unit/program_run.h"

enum { NETWORKS = 60, SHARING = 200, FRAMES = 3 };

static struct config random_stack(struct random *random)
{
    struct config c;
    do
        c = random_config(random);
    while (c.pes > 16);
    c.activation_bits = 8 + random_int(random, 0, 2);
    c.weight_bits = 8;
    random_layers(&c, random, random_int(random, 2, 5), 30);
    return c;
}

/* ---- words that are shared ------------------------------------------------------------------- */

/* Whether a product finds a word that another vector has taken. */
static bool reads_wrong_words(const struct program *p)
{
    struct execution eager = execution_new(p, false), lazy = execution_new(p, true);
    int32_t *x = allocate((size_t)p->network.input, sizeof *x);
    for (int t = 0; t < FRAMES; t++) {
        execution_step(&eager, x);
        execution_step(&lazy, x);
        execution_next(&eager);
        execution_next(&lazy);
    }
    const bool wrong = eager.faults + lazy.faults > 0;
    free(x);
    execution_free(&eager);
    execution_free(&lazy);
    return wrong;
}

struct found {
    int planted, by_fault, by_run;
};

/* `other` lies where `one` does. */
static void share(struct program *p, int one, int other, struct found *found)
{
    const struct program planned = *p;
    struct vector_place *place = &p->places[other];
    const int base = place->base;
    place->base = p->places[one].base;
    p->d.scratch_words += place->words;
    const struct place_fault fault = places_fault(p);
    const bool wrong = reads_wrong_words(p);
    found->planted++;
    found->by_fault += fault.first != NONE;
    found->by_run += wrong;
    assert_true(!wrong || fault.first != NONE); /* what goes wrong is said before */
    if (fault.first != NONE)
        assert_true(fault.first == other || fault.second == other);
    place->base = base;
    p->d = planned.d;
}

static void words_shared_wrongly(void **state)
{
    (void)state;
    struct random random;
    struct found found = {0};
    random_seed(&random, 31);
    for (int round = 0; round < SHARING; round++) {
        struct config c = random_stack(&random);
        c.model.density = 1.0;
        struct program p;
        build(&p, &c);
        assert_int_equal(places_fault(&p).first, NONE);
        assert_false(reads_wrong_words(&p));
        for (int one = 0; one < p.network.vector_count; one++)
            for (int other = 0; other < p.network.vector_count; other++)
                if (one != other && p.places[one].store == STORE_SCRATCH &&
                    p.places[other].store == STORE_SCRATCH)
                    share(&p, one, other, &found);
        program_free(&p);
    }
    /* A product that reads one and closes the pass that writes the other would do no harm. */
    assert_true(found.by_run >= 25 && found.by_run >= found.by_fault * 2 / 3);
    assert_true(found.planted > found.by_fault); /* some may */
}

/* ---- when words are there -------------------------------------------------------------------- */

/* How many words have been written in a frame when word `word` of the vector has; 0: never. */
static int written_with(const struct program *p, int vector, int word)
{
    const enum store store = p->places[vector].store;
    const int target = store == STORE_KEPT ? TARGET_KEPT : TARGET_SCRATCH;
    int words = 0;
    for (int n = 0; n < p->pass_count; n++) {
        const struct pass *pass = &p->passes[n];
        for (int beat = 0; beat < pass->beats; beat++) {
            words += (pass->target & (TARGET_KEPT | TARGET_SCRATCH)) != 0;
            if (pass->writes == vector && (pass->target & target) != 0 &&
                pass->write_base + beat == p->places[vector].base + word)
                return words;
        }
    }
    return 0;
}

/* Whether ese_progress, told the product's offset, lets each word go when it is written, no
 * earlier and no later. */
static bool is_told_rightly(const struct program *p, const struct product *product)
{
    const struct vector_place *place = &p->places[product->source];
    const int offset = places_offset(p, product);
    for (int word = 0; word < place->words; word++) {
        const int written = written_with(p, product->source, word);
        if (written == 0)
            return false;
        for (int words = 0; words <= p->d.frame_words; words++)
            if ((place->base + word < words + offset) != (words >= written))
                return false;
    }
    return true;
}

static void words_there_when_written(void **state)
{
    (void)state;
    struct random random;
    int products = 0, negative = 0;
    random_seed(&random, 32);
    for (int round = 0; round < NETWORKS; round++) {
        struct config c = random_stack(&random);
        struct program p;
        build(&p, &c);
        for (int n = 0; n < p.product_count; n++) {
            const struct product *product = &p.products[n];
            struct vector_place *place = &p.places[product->source];
            const int code = places_source(&p, product);
            assert_int_equal(code, place->store == STORE_INPUT     ? 0
                                   : place->store == STORE_SCRATCH ? 2
                                   : product->before               ? 1
                                                                   : 3);
            if (code == 0)
                continue;
            assert_true(is_told_rightly(&p, product));
            for (int wrong = -1; wrong <= 1; wrong += 2) {
                place->sequence += wrong;
                assert_false(is_told_rightly(&p, product));
                place->sequence -= wrong;
                place->base += wrong;
                assert_false(is_told_rightly(&p, product));
                place->base -= wrong;
            }
            products++;
            negative += places_offset(&p, product) < 0;
        }
        program_free(&p);
    }
    assert_true(products > 300 && negative > 30);
}

/* A saved state has every word of the cell memory, and every other of a bank of the kept store, once
 * and in order; where a vector lies in both, words of the kept store have the numbers of the state. */
static void states(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 33);
    int mirrored = 0, mirrored_and_kept = 0;
    for (int round = 0; round < NETWORKS; round++) {
        struct config c = random_stack(&random);
        struct program p;
        int list[VECTORS_MOST], cells = 0, kept = 0;
        build(&p, &c);
        const int count = places_state(&p, list);
        for (int n = 0; n < count; n++) {
            const struct vector_place *place = &p.places[list[n]];
            if (kept == 0 && cells < p.d.cell_words) {
                assert_int_equal(place->cell, cells);
                cells += place->words;
            } else {
                assert_true(place->store == STORE_KEPT);
                assert_int_equal(place->base, kept + (p.d.mirrored ? p.d.cell_words : 0));
                kept += place->words;
            }
            assert_true(place->store != STORE_KEPT || place->cell == NONE || p.d.mirrored);
            assert_int_equal(places_state_word(&p, list[n]), cells + kept - place->words);
        }
        mirrored += p.d.mirrored;
        mirrored_and_kept += p.d.mirrored && kept > 0;
        assert_int_equal(cells, p.d.cell_words);
        assert_int_equal(kept, p.d.kept_words);
        program_free(&p);
    }
    assert_true(mirrored > 20 && mirrored_and_kept > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_shared_wrongly),
        cmocka_unit_test(words_there_when_written),
        cmocka_unit_test(states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
