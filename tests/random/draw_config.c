/* SPDX-License-Identifier: Apache-2.0
 * draw_config SEED [FILE] - prints the --set arguments of a random configuration, one a line; with
 * FILE, of a network of one to five layers, which is written there.
 *
 * The draws lean towards what breaks hardware: one PE, one channel, more PEs than rows, widths at
 * their limits, full and almost empty matrices, sizes that divide by nothing. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/base/random.h"

static struct random source;

static int between(int least, int most)
{
    return least + (int)random_below(&source, (uint64_t)(most - least) + 1);
}

/* One time in four a limit, else anything. */
static int or_limit(int least, int most)
{
    switch (between(0, 7)) {
    case 0:
        return least;
    case 1:
        return most;
    default:
        return between(least, most);
    }
}

static void set(const char *key, int value)
{
    printf("--set\n%s=%d\n", key, value);
}

static void set_word(const char *key, const char *word)
{
    printf("--set\n%s=%s\n", key, word);
}

/* The one LSTM of a configuration without a list. */
static void draw_shape(void)
{
    set("model.input", or_limit(1, 23));
    set("model.cell", or_limit(1, 61));
    set("model.output", or_limit(1, 37));
    set_word("model.peephole", between(0, 2) ? "true" : "false");
    set_word("model.projection", between(0, 2) ? "true" : "false");
    set_word("model.candidate", between(0, 2) ? "tanh" : "sigm");
}

static void draw_lstm(FILE *file)
{
    static const char *const coupled[] = {"none", "none", "input", "forget"};
    fprintf(file, "kind: lstm, cell: %d, peephole: %s, candidate: %s, coupled: %s", or_limit(1, 41),
            between(0, 1) ? "true" : "false", between(0, 2) ? "tanh" : "sigm",
            coupled[between(0, 3)]);
    if (between(0, 1))
        fprintf(file, ", output: %d, projection_bias: %s", or_limit(1, 27),
                between(0, 1) ? "true" : "false");
}

static void draw_layer(FILE *file)
{
    static const char *const activations[] = {"none", "relu", "sigmoid", "tanh"};
    switch (between(0, 5)) {
    case 0:
        fprintf(file, "kind: rnn, cell: %d, nonlinearity: %s", or_limit(1, 37),
                between(0, 1) ? "tanh" : "relu");
        break;
    case 1:
        fprintf(file, "kind: linear, output: %d, activation: %s", or_limit(1, 37),
                activations[between(0, 3)]);
        break;
    case 2:
    case 3:
        fprintf(file, "kind: gru, cell: %d, reset: %s", or_limit(1, 37),
                between(0, 1) ? "after" : "before");
        break;
    default:
        draw_lstm(file);
        break;
    }
    fprintf(file, ", bias: %s", between(0, 3) ? "true" : "false");
}

static void draw_layers(const char *path)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    fputs("model:\n  layers:\n", file);
    const int count = between(1, 5);
    for (int n = 0; n < count; n++) {
        fputs("    - {", file);
        if (n == 0)
            fprintf(file, "input: %d, ", or_limit(1, 23));
        draw_layer(file);
        fputs("}\n", file);
    }
    if (fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    static const char *const density[] = {"1.0", "0.001", "0.1", "0.3", "0.05", "0.7"};
    static const char *const pruning[] = {"balanced", "balanced", "magnitude", "none"};
    if (argc != 2 && argc != 3) {
        fputs("usage: draw_config SEED [FILE]\n", stderr);
        return 2;
    }
    random_seed(&source, strtoull(argv[1], NULL, 10));
    /* Folded in one of four: lanes and PEs must suit. */
    int fold = between(0, 3) ? 0 : between(0, 5) ? 2 : 4;
    int lanes = fold == 2 ? 2 * between(1, 2) : fold;
    int pes = fold ? fold * lanes * (fold == 2 ? between(1, 3) : 1) : or_limit(1, 9);
    if (fold) {
        set("fold", fold);
        set("elem_lanes", lanes);
    }
    set("pes", pes);
    set("channels", or_limit(1, 4));
    set("fifo_depth", or_limit(1, 9));
    set("weight_bits", or_limit(4, 16));
    set("activation_bits", or_limit(8, 18));
    set("index_bits", or_limit(2, 6));
    set_word("encoding", between(0, 2) ? "block" : "relative");
    set_word("column_order", between(0, 2) ? "greedy" : "natural");
    set_word("activation_table", between(0, 3) ? "interpolated" : "paper");
    bool resident = false;
    if (between(0, 1) == 0) {
        static const char *const bits[] = {"128", "256", "512", "1024"};
        resident = !between(0, 1);
        set_word("memory", resident ? "resident" : "stream");
        set_word("io", between(0, 2) ? "memory" : "stream");
        set("headroom", or_limit(0, 80));
        set("memory_ports", between(1, 2));
        set_word("axi_data_bits", bits[between(0, 3)]);
        set("axi_address_bits", or_limit(32, 64));
    }
    if (!fold && between(0, 1))
        set("elem_lanes", between(1, pes));
    if (argc == 3)
        draw_layers(argv[2]);
    else
        draw_shape();
    set_word("model.density", density[between(0, 5)]);
    set_word("model.pruning", pruning[between(0, 3)]);
    set("model.seed", between(1, 1000000));
    set("clock_mhz", or_limit(1, 1000));
    static const char *const prefixes[] = {"a", "other", "ese_2", "z__0_9"};
    if (between(0, 3) == 0)
        set_word("prefix", prefixes[between(0, 3)]);
    if (between(0, 3) == 0)
        set_word("ram_hint", "none");
    static const char *const pipelines[] = {"auto", "0", "1", "2"};
    set_word("pipeline", pipelines[between(0, 3)]);
    static const char *const devices[] = {"xcku060", "xc7a100t", "xcu50", "xczu9eg"};
    const int device = between(0, 3);
    set_word("device", devices[device]);
    static const char *const frames[] = {"10", "0.001", "12.5", "1000"};
    set_word("frame_ms", frames[between(0, 3)]);
    set("axi_cache", or_limit(0, 15));
    set("axi_prot", or_limit(0, 7));
    static const char *const rams[] = {"auto", "block", "ultra"}; /* which only xcu50 of these has */
    set_word("weights_ram", rams[between(0, resident && device == 2 ? 2 : 1)]);
    if (argc != 3 && between(0, 2) == 0) { /* a matrix that every drawn LSTM has */
        set_word("model.densities.Wir", density[between(0, 5)]);
        set_word("model.densities.Wcx", density[between(0, 5)]);
    }
    return 0;
}
