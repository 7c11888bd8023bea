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
#define WEIGHTS_RAMS(X) \
    X(WEIGHTS_AUTO, "auto") X(WEIGHTS_BLOCK, "block") X(WEIGHTS_ULTRA, "ultra")
#define CANDIDATES(X) X(CANDIDATE_TANH, "tanh") X(CANDIDATE_SIGM, "sigm")
#define LAYER_KINDS(X) \
    X(LAYER_LSTM, "lstm") X(LAYER_GRU, "gru") X(LAYER_RNN, "rnn") X(LAYER_LINEAR, "linear")
#define COUPLINGS(X) \
    X(COUPLED_NONE, "none") X(COUPLED_INPUT, "input") X(COUPLED_FORGET, "forget")
#define RESETS(X) X(RESET_AFTER, "after") X(RESET_BEFORE, "before")
#define NONLINEARITIES(X) X(NONLINEARITY_TANH, "tanh") X(NONLINEARITY_RELU, "relu")
#define ACTIVATIONS(X) \
    X(ACTIVATION_NONE, "none") X(ACTIVATION_RELU, "relu") X(ACTIVATION_SIGMOID, "sigmoid") \
    X(ACTIVATION_TANH, "tanh")
#define DIRECTIONS(X) \
    X(DIRECTION_FORWARD, "forward") X(DIRECTION_BACKWARD, "backward") X(DIRECTION_BOTH, "both")
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
enum weights_ram { WEIGHTS_RAMS(CHOICE_VALUE) };
enum candidate { CANDIDATES(CHOICE_VALUE) };
enum layer_kind { LAYER_KINDS(CHOICE_VALUE) };
enum coupling { COUPLINGS(CHOICE_VALUE) };
enum reset { RESETS(CHOICE_VALUE) };
enum nonlinearity { NONLINEARITIES(CHOICE_VALUE) };
enum activation { ACTIVATIONS(CHOICE_VALUE) };
enum direction { DIRECTIONS(CHOICE_VALUE) };
enum pruning { PRUNINGS(CHOICE_VALUE) };
enum fold { FOLDS(CHOICE_VALUE) };
enum pipeline { PIPELINES(CHOICE_VALUE) };
#undef CHOICE_VALUE

enum { LANES_AUTO = 0, INDEX_AUTO = 0, FRAMES_ALL = 0, FORMAT_AUTO = -1000 };

/* What number formats, and of matrices densities, can be asked for: vectors, and the matrices of all kinds of layers
 * (models/network/layer.h). */
#define FORMAT_VECTORS(X) X(x) X(y) X(m) X(c) X(kept)
#define FORMAT_MATRICES(X) \
    X(Wix) X(Wfx) X(Wcx) X(Wox) X(Wir) X(Wfr) X(Wcr) X(Wor) X(Wym) \
    X(Wzx) X(Wrx) X(Wnx) X(Wzr) X(Wrr) X(Wnr) X(Whx) X(Whr) X(W)

/* Fraction bits, FORMAT_AUTO: chosen from what calibration sees. */
struct format_keys {
#define FORMAT_FIELD(name) int name;
    FORMAT_VECTORS(FORMAT_FIELD) FORMAT_MATRICES(FORMAT_FIELD)
#undef FORMAT_FIELD
};

/* Shares of the weights that pruning leaves, 0: that of the layer, or of the model. */
struct density_keys {
#define DENSITY_FIELD(name) double name;
    FORMAT_MATRICES(DENSITY_FIELD)
#undef DENSITY_FIELD
};

/* Largest magnitudes that a format must hold, 0: what calibration sees. */
struct range_keys {
#define RANGE_FIELD(name) double name;
    FORMAT_VECTORS(RANGE_FIELD)
#undef RANGE_FIELD
};

/* A layer, as asked for; what its kind does not have is at its default.  Of a network from a file
 * the sizes are 0 until it is read. */
struct layer_config {
    enum layer_kind kind;
    int input;             /* elements of what it reads; asked for in the first layer only */
    int cell;              /* LSTM, GRU, RNN: elements of c or h */
    int output;            /* linear: elements; LSTM: those of its projection, 0: it has none */
    bool peephole;         /* LSTM: gates see c */
    enum candidate candidate; /* LSTM: activation of g */
    enum coupling coupled; /* LSTM: i = 1 - f, which leaves i out, or f = 1 - i, which leaves f out */
    bool projection_bias;  /* LSTM: y = Wym m + by */
    enum reset reset;      /* GRU: r multiplies Rn h' + cn, or h' before it meets Rn */
    enum nonlinearity nonlinearity; /* RNN */
    enum activation activation;     /* linear */
    bool bias;             /* gates and linear layers have biases */
    enum direction direction;
    double density;        /* share of weights that pruning leaves, 0: that of the model */
    struct density_keys densities; /* 0: what the model's say, then `density` */
    struct format_keys formats; /* FORMAT_AUTO, 0 in `ranges`: what the model's say */
    struct range_keys ranges;
};

enum { LAYERS_MOST = 32 };
enum { SIZE_MOST = 16384 }; /* elements of any vector that a layer reads or gives */

struct model_config {
    char *path;       /* safetensors file, or NULL for a synthetic model */
    char *utterances; /* folder of .npy feature files [frames, input] or one such file, or NULL:
                         calibrates the number formats, and is what `verify` plays */
    char *expected;   /* folder or .npy file: y of the utterances [frames, output], or NULL */
    bool stale_expected; /* `expected` was given for another path or other utterances, and is NULL */
    int layer_count;  /* 0: one LSTM, which the next six say in short */
    struct layer_config layers[LAYERS_MOST];
    int input, cell, output; /* x, c and y sizes; for a model from a file they come from the file,
                                and are 0 until it is read; without projection output is cell */
    bool peephole, projection;
    enum candidate candidate;
    double density;          /* share of weights that pruning leaves, (0, 1] */
    struct density_keys densities;
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

/* The device that reports hold a chip against, if nothing else is said: the paper's. */
#define DEVICE_DEFAULT "xcku060"
enum { DEVICE_MOST = 15, CHANNELS_MOST = 128 };

struct config {
    char *name; /* preset name, or the file name without folder and extension: [A-Za-z0-9_-]+ */
    int pes, channels, fifo_depth;
    int weight_bits, activation_bits;
    int index_bits; /* INDEX_AUTO, or 2..6 */
    enum encoding encoding;
    enum column_order column_order;
    enum memory_mode memory;
    int memory_ports;           /* 1: one AXI4 master for everything, 2: one for the weights alone */
    enum axi_width axi_data_bits;
    int axi_address_bits;
    int axi_cache, axi_prot;    /* AxCACHE, AxPROT of all bursts */
    enum io_mode io;            /* how x comes and y goes; with MEMORY_ROM always IO_STREAM */
    int headroom;               /* percent by which another model may be larger, memory other than rom */
    int clock_mhz;              /* of times in reports, and of the bench */
    double frame_ms;            /* time of a frame where it comes from, (0, 1000]: voices in real time */
    enum table_kind activation_table;
    int elem_lanes; /* LANES_AUTO, or 1..pes */
    char prefix[PREFIX_MOST + 1]; /* [a-z][a-z0-9_]*, PREFIX_DEFAULT or another */
    enum ram_hint ram_hint;
    enum weights_ram weights_ram; /* of a resident chip; WEIGHTS_AUTO: gen/report/resources.h */
    char device[DEVICE_MOST + 1]; /* of fpga/devices.csv: gen/config/device.h */
    enum pipeline pipeline; /* PIPELINE_AUTO, or how many registers: models/program/derived.def */
    enum fold fold; /* FOLD_AUTO, or the largest that models/program/geometry.h may take */
    struct model_config model;
};

void config_free(struct config *config);

/* A layer with everything at its default; all of its sizes are 0. */
struct layer_config layer_default(enum layer_kind kind);

/* The layers that are asked for, of which there is one where the short form was used; its formats,
 * ranges and density are the model's.  Returns how many. */
int model_layers(const struct model_config *model, struct layer_config list[LAYERS_MOST]);

/* A key of the numbers: "model.formats.c", or of a layer's own, "model.layers.1.formats.c"; a layer
 * below 0: the model's. */
struct key_name {
    char text[48];
};

struct key_name model_key(int layer, const char *section, const char *key);

/* The word for a value, as a configuration has it. */
const char *encoding_name(enum encoding value);
const char *column_order_name(enum column_order value);
const char *memory_mode_name(enum memory_mode value);
const char *table_kind_name(enum table_kind value);
const char *candidate_name(enum candidate value);
const char *layer_kind_name(enum layer_kind value);
const char *coupling_name(enum coupling value);
const char *reset_name(enum reset value);
const char *nonlinearity_name(enum nonlinearity value);
const char *activation_name(enum activation value);
const char *direction_name(enum direction value);
const char *pruning_name(enum pruning value);

#endif
