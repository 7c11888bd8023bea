/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/fit.h"

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

static bool same(const char *what, bool model, bool chip, struct error *error)
{
    if (model == chip)
        return true;
    return fail(error, "model: %s %s, but the chip was made %s", model ? "has" : "lacks", what,
                chip ? "with" : "without");
}

bool fit_network(const struct network *n, const struct program *chip, struct error *error)
{
    const struct derived *d = &chip->d;
    const struct quantized *q = &chip->quant;
    const struct {
        const char *name;
        int size, most;
    } vectors[] = {{"x", n->input, d->x_size}, {"c", n->cell, d->c_size}, {"y", n->output, d->y_size}};
    if (!same("peepholes", n->peephole, q->peephole, error) ||
        !same("a projection", n->projection, q->projection, error))
        return false;
    if (n->candidate != q->candidate)
        return fail(error, "model: candidate is %s, the chip's is %s", candidate_name(n->candidate),
                    candidate_name(q->candidate));
    for (size_t v = 0; v < sizeof vectors / sizeof *vectors; v++)
        if (vectors[v].size > vectors[v].most)
            return fail(error, "model: %s has %d elements, the chip takes at most %d",
                        vectors[v].name, vectors[v].size, vectors[v].most);
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
        {"a column of one PE", needs.longest, largest(has->length_bits), "entries"},
        {"a product", needs.most_columns, largest(has->columns_bits), "columns"},
        {"a frame", d->columns, has->max_columns, "columns"},
        {"a frame", d->beats, has->max_beats, "weight beats"},
        {"a frame", d->constants, has->max_constants, "words of constants"},
    };
    BUG_UNLESS(needs.skew <= derive_skew(has)); /* schedule_columns() sees to it */
    return meet(list, sizeof list / sizeof *list, chip, error);
}
