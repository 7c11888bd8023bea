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

int geometry_fold(const struct geometry *g)
{
    return g->gate_fold > g->y_fold ? g->gate_fold : g->y_fold;
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
static double density_of(const struct matrix *m, const struct model_config *model)
{
    if (model->pruning != PRUNING_NONE)
        return model->density;
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

/* Who may be chosen, and how: folds up to `least` wherever the rows allow them, further ones up to `most`
 * where they save time, or in any case. */
struct choice {
    int least, most, lanes;
    bool in_any_case;
};

/* The fold of matrices with the same rows.  Rows that fill their PEs' blocks gain nothing. */
static int choose(const struct geometry *g, const struct choice *choice,
                  const struct model_config *model, const struct matrix *const *matrices, int count)
{
    int chosen = 1;
    double chosen_clocks = 0.0;
    for (int fold = 1; fold <= choice->most; fold *= 2) {
        if (fold > 1 && (!geometry_allows(g->pes, choice->lanes, fold) ||
                         geometry_blocks(g, fold, matrices[0]->rows) > 1))
            break;
        double clocks = 0.0;
        for (int n = 0; n < count; n++)
            clocks += work(g, matrices[n], density_of(matrices[n], model), fold);
        if (fold <= choice->least || choice->in_any_case ||
            clocks < chosen_clocks * (1.0 - WORTH_FOLDING)) {
            chosen = fold;
            chosen_clocks = clocks;
        }
    }
    return chosen;
}

static void choose_folds(struct geometry *g, struct choice choice, int gates_least, int y_least,
                         const struct model_config *model, const struct network *network)
{
    struct network_matrix all[MATRICES_MOST];
    const struct matrix *gates[MATRICES_MOST] = {NULL}, *projections[MATRICES_MOST] = {NULL};
    int count = network_matrices(network, all), gate_count = 0, projection_count = 0;
    for (int n = 0; n < count; n++) {
        if (all[n].projects)
            projections[projection_count++] = all[n].matrix;
        else
            gates[gate_count++] = all[n].matrix;
    }
    choice.least = gates_least;
    g->gate_fold = choose(g, &choice, model, gates, gate_count);
    choice.least = y_least;
    g->y_fold = projection_count > 0 ? choose(g, &choice, model, projections, projection_count) : 1;
}

struct geometry geometry_choose(const struct config *config, const struct network *network)
{
    struct geometry g = {.pes = config->pes,
                         .index_bits = config->index_bits,
                         .encoding = config->encoding,
                         .block_rows = 1 << config->index_bits};
    if (config->encoding == ENCODING_RELATIVE) {
        int rows = network->cell > network->output ? network->cell : network->output;
        int rows_of_pe = (rows + config->pes - 1) / config->pes;
        for (g.block_rows = 2; g.block_rows < rows_of_pe && g.block_rows < RELATIVE_ROWS_MAX;)
            g.block_rows *= 2;
    }
    struct choice choice = {.most = geometry_fold_asked(config),
                            .lanes = config->elem_lanes,
                            .in_any_case = config->fold != FOLD_AUTO};
    choose_folds(&g, choice, 1, 1, &config->model, network);
    return g;
}

struct geometry geometry_choose_for(const struct geometry *chip, int lanes,
                                    const struct config *config, const struct network *network)
{
    struct geometry g = *chip;
    struct choice choice = {.most = geometry_fold(chip), .lanes = lanes};
    choose_folds(&g, choice, chip->gate_fold, chip->y_fold, &config->model, network);
    return g;
}
