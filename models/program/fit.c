/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/fit.h"

#include <stdio.h>
#include <string.h>

#include "models/program/derive.h"

/* What the model would need of something, and what the chip has. */
struct demand {
    const char *what; /* "accumulators" */
    int needs, has;
    const char *unit; /* "bits" */
};

static bool meet(const struct demand *list, size_t count, const struct program *chip,
                 struct error *error)
{
    for (size_t n = 0; n < count; n++)
        if (list[n].needs > list[n].has)
            return fail(error, "model: %s would need %d %s, the chip has %d (headroom of the chip: "
                        "%d %%)", list[n].what, list[n].needs, list[n].unit, list[n].has,
                        chip->config.headroom);
    return true;
}

/* Of a layer, `where` is "model: " or, of one of several, "model: layer 1: ". */
static bool fit_choices(const struct layer_config *l, const struct layer_config *chip,
                        const char *where, struct error *error)
{
    const struct {
        const char *key, *model, *chip;
    } choices[] = {
        {"kind", layer_kind_name(l->kind), layer_kind_name(chip->kind)},
        {"candidate", candidate_name(l->candidate), candidate_name(chip->candidate)},
        {"reset", reset_name(l->reset), reset_name(chip->reset)},
        {"nonlinearity", nonlinearity_name(l->nonlinearity), nonlinearity_name(chip->nonlinearity)},
        {"activation", activation_name(l->activation), activation_name(chip->activation)},
        {"direction", direction_name(l->direction), direction_name(chip->direction)},
    };
    for (size_t n = 0; n < sizeof choices / sizeof *choices; n++)
        if (strcmp(choices[n].model, choices[n].chip) != 0)
            return fail(error, "%s%s is %s, the chip's is %s", where, choices[n].key,
                        choices[n].model, choices[n].chip);
    return true;
}

static bool fit_options(const struct layer_config *l, const struct layer_config *chip,
                        const char *where, struct error *error)
{
    const struct {
        const char *what;
        bool model, chip;
    } options[] = {
        {"peepholes", l->peephole, chip->peephole},
        {"a projection", l->output > 0, chip->output > 0},
        {"coupled gates", l->coupled != COUPLED_NONE, chip->coupled != COUPLED_NONE},
        {"a bias of its projection", l->projection_bias, chip->projection_bias},
        {"biases", l->bias, chip->bias},
    };
    for (size_t n = 0; n < sizeof options / sizeof *options; n++)
        if (options[n].model != options[n].chip)
            return fail(error, "%s%s %s, but the chip was made %s", where,
                        options[n].model ? "has" : "lacks", options[n].what,
                        options[n].chip ? "with" : "without");
    return true;
}

/* As they stand in a list: one of both directions is one. */
static int layers_listed(const struct network *n)
{
    return n->layers[n->layer_count - 1].number - n->layers[0].number + 1;
}

/* As in a list; of halves both are of a layer that goes both ways. */
static struct layer_config as_listed(const struct layer *l)
{
    struct layer_config as = l->as;
    if (l->whole > l->size)
        as.direction = DIRECTION_BOTH;
    return as;
}

/* What other models may have less of; the rest is as large as one of these. */
static bool is_sized(const struct network_vector *vector)
{
    return (vector->held & ~HELD_GATES) != 0;
}

bool fit_network(const struct network *n, const struct program *chip, struct error *error)
{
    const struct network *has = &chip->quant.shape;
    const int count = layers_listed(n), listed = layers_listed(has);
    if (count != listed)
        return fail(error, "model: has %d layer%s, the chip's has %d", count, count == 1 ? "" : "s", listed);
    for (int layer = 0; layer < n->layer_count; layer++) {
        const struct layer_config l = as_listed(&n->layers[layer]), of_chip = as_listed(&has->layers[layer]);
        char where[40] = "model: ";
        if (n->layer_count > 1)
            snprintf(where, sizeof where, "model: layer %d: ", n->layers[layer].number);
        if (!fit_choices(&l, &of_chip, where, error) || !fit_options(&l, &of_chip, where, error))
            return false;
    }
    for (int v = 0; v < n->vector_count; v++) /* the same ones, since the layers are alike */
        if (is_sized(&n->vectors[v]) && n->vectors[v].size > has->vectors[v].size)
            return fail(error, "model: %s has %d elements, the chip takes at most %d",
                        n->vectors[v].name, n->vectors[v].size, has->vectors[v].size);
    return true;
}

bool fit_numbers(const struct quantized *needs, const struct program *chip, struct error *error)
{
    const struct quantized *q = &chip->quant;
    const struct demand list[] = {
        {"accumulators", needs->acc_bits, q->acc_bits, "bits"},
        {"biases", needs->bias_bits, q->bias_bits, "bits"},
        {"peephole weights", needs->peep_bits, q->peep_bits, "bits"},
        {"sums of accumulator, bias and peephole product", needs->sum_bits, q->sum_bits, "bits"},
    };
    return meet(list, sizeof list / sizeof *list, chip, error);
}

static int largest(int bits)
{
    return (int)((1u << bits) - 1u);
}

bool fit_streams(const struct program *model, const struct program *chip, struct error *error)
{
    const struct derived *d = &model->d, *has = &chip->d;
    struct stream_needs needs = derive_needs(model);
    const struct demand list[] = {
        {"products of a frame", d->products, has->products, "words"},
        {"passes of a frame", d->passes, has->passes, "words"},
        {"vectors that a frame hands on", d->scratch_words, 1 << has->scratch_word_bits, "words"},
        {"a column of one PE", needs.longest, largest(has->length_bits), "entries"},
        {"a product", needs.most_columns, largest(has->columns_bits), "columns"},
        {"a frame", d->columns, has->max_columns, "columns"},
        {"a frame", d->beats, has->max_beats, "weight beats"},
        {"a frame", d->constants, has->max_constants, "words of constants"},
    };
    BUG_UNLESS(needs.skew <= derive_skew(has)); /* schedule_columns() sees to it */
    return meet(list, sizeof list / sizeof *list, chip, error);
}
