/* SPDX-License-Identifier: Apache-2.0 */
#include "models/program/geometry.h"

enum { RELATIVE_ROWS_MAX = 64 }; /* relative encoding: rows of a PE that one block may hold */

/* Folding further must save at least this share of a product's time. */
static const double WORTH_FOLDING = 0.005;

int geometry_owners(const struct geometry *g, int fold)
{
    return g->pes / fold;
}

int geometry_span(const struct geometry *g, int fold)
{
    return geometry_owners(g, fold) * g->block_rows;
}

int geometry_blocks(const struct geometry *g, int fold, int rows)
{
    int span = geometry_span(g, fold);
    return (rows + span - 1) / span;
}

int geometry_pe(const struct geometry *g, int fold, int row, int col)
{
    return row % geometry_owners(g, fold) * fold + col % fold;
}

int geometry_row(const struct geometry *g, int fold, int row)
{
    return row % geometry_span(g, fold) / geometry_owners(g, fold);
}

struct folds folds_all(int fold)
{
    struct folds folds;
    for (int group = 0; group < GROUPS_MOST; group++)
        folds.of[group] = fold;
    return folds;
}

int geometry_fold_of(const struct geometry *g, const struct network *n, int matrix)
{
    return g->folds[n->passes[n->matrices[matrix].pass].group];
}

int geometry_fold(const struct geometry *g)
{
    int largest = 1;
    for (int group = 0; group < GROUPS_MOST; group++)
        largest = g->folds[group] > largest ? g->folds[group] : largest;
    return largest;
}

bool geometry_allows(int pes, int lanes, int fold)
{
    if (lanes == LANES_AUTO)
        lanes = fold;
    return fold == 1 || (lanes % fold == 0 && pes % (fold * lanes) == 0);
}

int geometry_fold_asked(const struct config *config)
{
    return config->fold == FOLD_AUTO ? FOLD_MAX : 1 << (config->fold - FOLD_1);
}

/* Share of the weights that pruning leaves. */
static double density_of(const struct network *n, int matrix, const struct model_config *model)
{
    const struct matrix *m = &n->matrices[matrix].weights;
    if (model->pruning != PRUNING_NONE)
        return network_density(n, matrix, model);
    size_t weights = (size_t)m->rows * (size_t)m->cols, nonzeros = 0;
    for (size_t i = 0; i < weights; i++)
        nonzeros += m->at[i] != 0.0f;
    return (double)nonzeros / (double)weights;
}

/* Expected clocks of a product: entries of the average PE, or broadcasts where those bind. */
static double work(const struct geometry *g, const struct matrix *m, double density, int fold)
{
    double entries = density * m->rows * m->cols / g->pes;
    double broadcasts =
        (double)geometry_blocks(g, fold, m->rows) * ((m->cols + fold - 1) / fold);
    return entries > broadcasts ? entries : broadcasts;
}

/* Folds of another model: at least `least` wherever PEs and lanes allow it, and further ones up to
 * `most` where they save time. */
struct choice {
    int least, most, lanes;
};

/* The fold of the matrices of a group. */
static int choose(const struct geometry *g, const struct choice *choice,
                  const struct model_config *model, const struct network *n, int group)
{
    int chosen = 1;
    double chosen_clocks = 0.0;
    for (int fold = 1; fold <= choice->most && geometry_allows(g->pes, choice->lanes, fold);
         fold *= 2) {
        double clocks = 0.0;
        for (int i = 0; i < n->matrix_count; i++)
            if (n->passes[n->matrices[i].pass].group == group)
                clocks += work(g, &n->matrices[i].weights, density_of(n, i, model), fold);
        if (fold <= choice->least || clocks < chosen_clocks * (1.0 - WORTH_FOLDING)) {
            chosen = fold;
            chosen_clocks = clocks;
        }
    }
    return chosen;
}

/* Smallest fold first: what does not allow one allows none above it. */
static int allowed_fold(const struct config *config, int most)
{
    int fold = 1;
    while (2 * fold <= most && geometry_allows(config->pes, config->elem_lanes, 2 * fold))
        fold *= 2;
    return fold;
}

struct geometry geometry_make(const struct config *config, const struct network *network,
                              struct folds asked)
{
    struct geometry g = {.pes = config->pes,
                         .index_bits = config->index_bits,
                         .encoding = config->encoding,
                         .block_rows = 1 << config->index_bits};
    if (config->encoding == ENCODING_RELATIVE) {
        int rows = 0;
        for (int i = 0; i < network->pass_count; i++)
            rows = network->passes[i].rows > rows ? network->passes[i].rows : rows;
        int rows_of_pe = (rows + config->pes - 1) / config->pes;
        for (g.block_rows = 2; g.block_rows < rows_of_pe && g.block_rows < RELATIVE_ROWS_MAX;)
            g.block_rows *= 2;
    }
    for (int group = 0; group < network->group_count; group++)
        g.folds[group] = allowed_fold(config, asked.of[group]);
    return g;
}

struct geometry geometry_choose_for(const struct geometry *chip, int lanes,
                                    const struct config *config, const struct network *network)
{
    struct geometry g = *chip;
    struct choice choice = {.most = geometry_fold(chip), .lanes = lanes};
    for (int group = 0; group < network->group_count; group++) {
        choice.least = chip->folds[group];
        g.folds[group] = choose(chip, &choice, &config->model, network, group);
    }
    return g;
}
