/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/paper_table.h"

const struct paper_row paper_rows[PAPER_ROWS] = {
    {"Wix", 1024, 153, 11.7, 18304, 2.9, 5.36, 218.6, 1870.7},
    {"Wfx", 1024, 153, 11.7, 18272, 2.9, 5.36, 218.2, 1870.7},
    {"Wcx", 1024, 153, 11.8, 18560, 2.9, 5.36, 221.6, 1870.7},
    {"Wox", 1024, 153, 11.5, 17984, 2.8, 5.36, 214.7, 1870.7},
    {"Wir", 1024, 512, 11.3, 59360, 9.3, 10.31, 368.5, 3254.6},
    {"Wfr", 1024, 512, 11.5, 60416, 9.4, 10.01, 386.3, 3352.1},
    {"Wcr", 1024, 512, 11.2, 58880, 9.2, 9.89, 381.2, 3394.5},
    {"Wor", 1024, 512, 11.5, 60128, 9.4, 10.04, 383.5, 3343.7},
    {"Wym", 512, 1024, 10.0, 52416, 8.2, 15.66, 214.2, 2142.7},
};

const struct paper_row paper_total = {"total", 0, 0, 11.2, 364320, 57.0, 82.7, 282.2, 2515.7};
const int paper_total_cycles = 16540;

const struct paper_processor paper_cpu = {"MKL on a Core i7-5930K", 6017.3, 3569.9};

const struct paper_resources paper_used = {293920, 69939, 453068, 947, 1504};

void paper_gops_note(struct text *text, int pes, int channels)
{
    const struct paper_row *row = &paper_rows[0];
    text_appendf(text,
                 "  GOPS: two operations a stored entry, fillers included, and channel; as dense: "
                 "two a weight of the\n  dense matrix.  The paper counts so, too: %d x 2 x %d in "
                 "%.2f us are its %.1f.\n  The array can do %.1f.  A row can seem to do more: its time "
                 "ends when the next matrix begins,\n  in whose time the PEs multiply what their queues "
                 "still hold.  The total cannot.\n",
                 row->entries, PAPER_CHANNELS, row->real_us, row->gops,
                 2e-3 * pes * channels * PAPER_MHZ);
}

bool paper_shape(const struct network *network)
{
    const struct layer *layer = network_only(network, LAYER_LSTM);
    return layer != NULL && network->input == 153 && layer->as.cell == 1024 &&
           layer->as.output == 512;
}
