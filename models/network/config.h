/* SPDX-License-Identifier: Apache-2.0
 * config.h - what is asked for: an architecture and a model.
 *
 * How a configuration is written and read: gen/config/.  Every key, its range and its meaning stand
 * once, in gen/config/config.def. */
#ifndef ESE_CONFIG_H
#define ESE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

/* Every choice, and the word that a configuration has for it.  The enumeration, the words that the
 * reader takes and the name that is written are this one list. */
#define ENCODINGS(X) X(ENCODING_BLOCK, "block") X(ENCODING_RELATIVE, "relative")
#define COLUMN_ORDERS(X) X(ORDER_GREEDY, "greedy") X(ORDER_NATURAL, "natural")
#define MEMORY_MODES(X) \
    X(MEMORY_ROM, "rom") X(MEMORY_RESIDENT, "resident") X(MEMORY_STREAM, "stream")
#define IO_MODES(X) X(IO_MEMORY, "memory") X(IO_STREAM, "stream")
#define AXI_WIDTHS(X) X(AXI_128, "128") X(AXI_256, "256") X(AXI_512, "512") X(AXI_1024, "1024")
#define TABLE_KINDS(X) X(TABLE_INTERPOLATED, "interpolated") X(TABLE_PAPER, "paper")
#define RAM_HINTS(X) X(RAM_HINT_XILINX, "xilinx") X(RAM_HINT_NONE, "none")
#define CANDIDATES(X) X(CANDIDATE_TANH, "tanh") X(CANDIDATE_SIGM, "sigm")
#define PRUNINGS(X) \
    X(PRUNING_BALANCED, "balanced") X(PRUNING_MAGNITUDE, "magnitude") X(PRUNING_NONE, "none")
#define FOLDS(X) \
    X(FOLD_AUTO, "auto") X(FOLD_1, "1") X(FOLD_2, "2") X(FOLD_4, "4") X(FOLD_8, "8")

#define PIPELINES(X) \
    X(PIPELINE_AUTO, "auto") X(PIPELINE_0, "0") X(PIPELINE_1, "1") X(PIPELINE_2, "2")

#define CHOICE_VALUE(value, word) value,
enum encoding { ENCODINGS(CHOICE_VALUE) };
enum column_order { COLUMN_ORDERS(CHOICE_VALUE) };
enum memory_mode { MEMORY_MODES(CHOICE_VALUE) };
enum io_mode { IO_MODES(CHOICE_VALUE) };
enum axi_width { AXI_WIDTHS(CHOICE_VALUE) };
enum table_kind { TABLE_KINDS(CHOICE_VALUE) };
enum ram_hint { RAM_HINTS(CHOICE_VALUE) };
enum candidate { CANDIDATES(CHOICE_VALUE) };
enum pruning { PRUNINGS(CHOICE_VALUE) };
enum fold { FOLDS(CHOICE_VALUE) };
enum pipeline { PIPELINES(CHOICE_VALUE) };
#undef CHOICE_VALUE

enum { LANES_AUTO = 0, FRAMES_ALL = 0, FORMAT_AUTO = -1000 };

/* Fraction bits, FORMAT_AUTO: chosen from what calibration sees. */
struct format_keys {
    int x, y, m, c;
    int Wix, Wfx, Wcx, Wox, Wir, Wfr, Wcr, Wor, Wym;
};

/* Largest magnitudes that a format must hold, 0: what calibration sees. */
struct range_keys {
    double x, y, m, c;
};

struct model_config {
    char *path;       /* safetensors file, or NULL for a synthetic model */
    char *utterances; /* folder of .npy feature files [frames, input] or one such file, or NULL:
                         calibrates the number formats, and is what `verify` plays */
    char *expected;   /* folder or .npy file: y of the utterances [frames, output], or NULL */
    bool stale_expected; /* `expected` was given for another path or other utterances, and is NULL */
    int input, cell, output; /* x, c and y sizes; for a model from a file they come from the file,
                                and are 0 until it is read; without projection output is cell */
    double density;          /* share of weights that pruning leaves, (0, 1] */
    bool peephole, projection;
    enum candidate candidate;
    enum pruning pruning;
    uint64_t seed;
    double margin;          /* share of its range by which a value may exceed what calibration saw */
    int calibration_frames; /* FRAMES_ALL, or the most that calibration looks at */
    double warn_snr_db;
    struct format_keys formats;
    struct range_keys ranges;
};

/* What the names of a chip's modules begin with, if nothing else is said. */
#define PREFIX_DEFAULT "ese"
enum { PREFIX_MOST = 16 };

struct config {
    char *name; /* preset name, or the file name without folder and extension: [A-Za-z0-9_-]+ */
    int pes, channels, fifo_depth;
    int weight_bits, activation_bits, index_bits;
    enum encoding encoding;
    enum column_order column_order;
    enum memory_mode memory;
    int memory_ports;           /* 1: one AXI4 master for everything, 2: one for the weights alone */
    enum axi_width axi_data_bits;
    int axi_address_bits;
    enum io_mode io;            /* how x comes and y goes; with MEMORY_ROM always IO_STREAM */
    int headroom;               /* percent by which another model may be larger, memory other than rom */
    int clock_mhz;              /* of times in reports, and of the bench */
    enum table_kind activation_table;
    int elem_lanes; /* LANES_AUTO, or 1..pes */
    char prefix[PREFIX_MOST + 1]; /* [a-z][a-z0-9_]*, PREFIX_DEFAULT or another */
    enum ram_hint ram_hint;
    enum pipeline pipeline; /* PIPELINE_AUTO, or how many registers: models/program/derived.def */
    enum fold fold; /* FOLD_AUTO, or the largest that models/program/geometry.h may take */
    struct model_config model;
};

void config_free(struct config *config);

/* The word for a value, as a configuration has it. */
const char *encoding_name(enum encoding value);
const char *column_order_name(enum column_order value);
const char *memory_mode_name(enum memory_mode value);
const char *table_kind_name(enum table_kind value);
const char *candidate_name(enum candidate value);
const char *pruning_name(enum pruning value);

#endif
