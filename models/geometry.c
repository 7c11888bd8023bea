/* SPDX-License-Identifier: Apache-2.0 */
#include "models/geometry.h"

enum { RELATIVE_ROWS_MAX = 64 }; /* relative encoding: rows of a PE that one block may hold */

/* Folding further must save at least this share of a product's time. */
static const double WORTH_FOLDING = 0.005;

int geometry_span(const struct geometry *g, int fold)
{
    return g->pes / fold * g->block_rows;
}

int geometry_blocks(const struct geometry *g, int fold, int rows)
{
    int span = geometry_span(g, fold);
    return (rows + span - 1) / span;
}

int geometry_pe(const struct geometry *g, int fold, int row, int col)
{
    return row % (g->pes / fold) * fold + col % fold;
}

int geometry_row(const struct geometry *g, int fold, int row)
{
    return row % geometry_span(g, fold) / (g->pes / fold);
}

int geometry_fold(const struct geometry *g)
{
    return g->gate_fold > g->y_fold ? g->gate_fold : g->y_fold;
}

/* A word of a vector holds the elements of a broadcast, and a step takes whole groups of PEs. */
bool geometry_allows(int pes, int lanes, int fold)
{
    return fold == 1 || (fold <= lanes && pes % (fold * lanes) == 0);
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

/* The fold of matrices with the same rows: the largest that is allowed, or of these the smallest that
 * is about as fast.  Rows that fill their PEs' blocks gain nothing. */
static int choose(const struct geometry *g, const struct config *config,
                  const struct matrix *const *matrices, int count, int most, int lanes)
{
    int chosen = 1;
    double chosen_clocks = 0.0;
    for (int fold = 1; fold <= most; fold *= 2) {
        bool allowed = geometry_allows(g->pes, lanes == LANES_AUTO ? fold : lanes, fold) &&
                       matrices[0]->rows <= geometry_span(g, fold);
        if (fold > 1 && !allowed)
            break;
        double clocks = 0.0;
        for (int n = 0; n < count; n++)
            clocks += work(g, matrices[n], density_of(matrices[n], &config->model), fold);
        if (fold == 1 || config->fold != FOLD_AUTO ||
            clocks < chosen_clocks * (1.0 - WORTH_FOLDING)) {
            chosen = fold;
            chosen_clocks = clocks;
        }
    }
    return chosen;
}

void geometry_choose_folds(struct geometry *g, const struct config *config,
                           const struct network *network, int most, int lanes)
{
    const struct matrix *gates[2 * GATE_COUNT], *projection[] = {&network->wym};
    if (config->fold != FOLD_AUTO && 1 << (config->fold - FOLD_1) < most)
        most = 1 << (config->fold - FOLD_1);
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        gates[2 * gate] = &network->wx[gate];
        gates[2 * gate + 1] = &network->wr[gate];
    }
    g->gate_fold = choose(g, config, gates, 2 * GATE_COUNT, most, lanes);
    g->y_fold = network->projection ? choose(g, config, projection, 1, most, lanes) : 1;
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
    geometry_choose_folds(&g, config, network, FOLD_MAX, config->elem_lanes);
    return g;
}
