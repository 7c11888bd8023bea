/* SPDX-License-Identifier: Apache-2.0
 * program.h - the whole truth about one chip.
 *
 * Made by program_build() from a configuration and only read afterwards: shapes, widths, number
 * formats, the ordered list of block products with their streams, the element-wise passes.  The
 * generator writes it down as Verilog and images, the golden model runs it for values, the cycle
 * model runs it for time; nobody computes any of it twice. */
#ifndef ESE_PROGRAM_H
#define ESE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "models/base/error.h"
#include "models/network/config.h"
#include "models/network/network.h"
#include "models/number/quantize.h"
#include "models/program/geometry.h"

enum {
    BLOCK_NAME_MOST = NAME_MOST + sizeof "[-2147483648]" - 1 /* "1.Wix[3]" */
};

/* Geometry and widths of this chip: models/program/derived.def lists them all with their
 * meaning. */
struct derived {
#define DERIVED(name, verilog, meaning) int name; /* meaning */
#include "models/program/derived.def"
};

/* One block product: a row block of one matrix times one vector.  Broadcast in list order,
 * the same list every frame. */
struct product {
    int pass;                      /* index of the pass that empties its accumulator block */
    int source;                    /* vector of the network ... */
    bool before;                   /* ... as it was in the frame before */
    int fold;                      /* PEs that share rows: a column word is for `fold` columns */
    int columns;                   /* column words, >= 1 */
    int first_column, first_entry; /* where its streams begin within the frame */
    bool opens, closes;            /* first and last product into its accumulator block */
    bool frees_x;                  /* last product of the frame that reads x */
    int matrix;                    /* of the network */
    int row_block;
    char name[BLOCK_NAME_MOST]; /* "Wix[0]": matrix and row block */
    char state[12]; /* state of the paper's Figure 4 that it belongs to: "STATE_1"; or empty */
};

/* Where the results of a pass go, besides out of the chip: to the row block's buffers, of what
 * multiplies a candidate, or what is hidden; of what multiplies the old cell; and of hidden sums,
 * which has both bits. */
enum {
    TARGET_GATE_I = 1,
    TARGET_GATE_F = 2,
    TARGET_HIDDEN = TARGET_GATE_I | TARGET_GATE_F,
    TARGET_CELLS = 4,
    TARGET_KEPT = 8,
    TARGET_SCRATCH = 16,
    TARGET_STORES = TARGET_KEPT | TARGET_SCRATCH
};

/* The element-wise pass that empties an accumulator block: a row block of a pass of the network. */
struct pass {
    int of;            /* pass of the network */
    int writes;        /* vector of the network */
    bool opens;        /* first row block of its vector */
    int row_block;
    int fold;          /* PEs whose sums make a row */
    int rows;          /* valid rows of the vector in this block */
    int beats;         /* element steps: lanes elements of all channels each */
    int word_base;     /* first word of the block within its vector */
    int operation;     /* code of the pass word */
    int target;        /* TARGET_..., any of them */
    bool leaves;       /* the results leave the chip */
    bool coupled;      /* a new cell, and 1 - f takes the place of i */
    bool reads_cells;
    int opened_by;     /* product that opens its accumulator block */
    int cell_base;     /* first word of the cells that it reads or writes; 0: of none */
    int write_base;    /* first word of its results in cell memory or store; 0: in none of them */
    char name[BLOCK_NAME_MOST]; /* "i[0]", "y[0]" */
    char state[12];
};

/* One broadcast: element `element` of the product's source vector, or the `fold` elements from
 * there on, and for each PE how many entries its slice of the column has. */
struct column {
    int32_t element;
};

/* Number formats of a layer; layers may share one.  What no layer of it has is 0. */
struct element_format {
    int round_shift; /* fraction bits dropped from sums */
    int c_fraction, m_fraction;
    int hidden_shift; /* left shift of a gate times a hidden sum, to the sum that it is added to */
};

struct element_formats {
    int count;
    struct element_format of[LAYERS_MOST];
};

/* Where a part stands among those of its network, and the tapes between them (models/network/part.h). */
struct tape_use {
    int part, parts;
    int backward;
    int reads, writes;
    int at, row; /* elements: where its y begins in a row of the tape that it writes, and all of that */
};

struct cycles;
struct vector_place;
struct quality;
struct path_part;

struct program {
    struct config config;
    struct network network;         /* pruned */
    struct network *given;          /* as its file has it; NULL: pruning took nothing from it */
    struct utterances utterances;   /* calibration and stimulus; count == 0: none given */
    struct utterances expected;     /* y of each utterance, by who trained it; count 0: none */
    struct quantized quant;
    struct quality **quality;       /* where a stock keeps what was measured; NULL: no stock */
    struct geometry geometry;       /* which PE owns which weight */
    struct derived d;
    struct derived chip;            /* of the chip that it is for; the same, or another model's */
    uint64_t true_nonzeros;         /* non-zero quantized weights, all matrices */
    uint64_t filler_entries;        /* relative encoding: gaps over the index range */
    uint64_t padding_entries;       /* null entries that keep the PEs' streams in step */

    int product_count, pass_count;
    struct product *products;
    struct pass *passes;
    struct vector_place *places;           /* [vectors] where each lies (places.h) */
    struct column *columns;         /* [d.columns] */
    int32_t *origins;               /* [d.columns] column of the product's slices; -1: only nulls */
    uint16_t *lengths;              /* [d.columns][pes] */
    uint32_t *entries;              /* [d.beats][pes]: weight << index_bits | index */
    enum column_order column_order; /* of the columns: the configured one, or a faster one */
    int fewer_lanes;                /* fewest that could be, where more were chosen, else 0 */
    int64_t fewer_lanes_cycles;     /* clocks of a frame with them */
    int64_t greedy_cycles;          /* clocks of a frame in greedy order if it is slower, else 0 */
    struct cycles *cycles;          /* its first frames (cycles.h), enough for the steady state */
    int64_t cycles_per_frame;       /* clocks of a frame in steady state */
    uint32_t chip_hash;             /* CRC-32 of what is fixed in Verilog: model images name it */
    uint32_t config_hash;           /* CRC-32 of all that reaches the Verilog or an image */
    int part_count;                 /* of a network with layers that go backward: its parts ... */
    struct path_part *parts;        /* ... and their programs (path.h); of it itself products, passes and
                                       streams are not there, `d` is that of the chip, a frame's cycles are the
                                       sum of theirs */
    struct tape_use tapes;          /* of such a part: what it reads and writes; parts 0: it is none */
    struct element_formats formats; /* ... those of the chip; count 0: its own */
    bool borrowed;                  /* all that it points to belongs to a stock */
};

/* Builds everything: reads or draws the model, prunes, quantizes, encodes, schedules. */
bool program_build(struct program *program, const struct config *config, struct error *error);

/* The same, with what the stock has; what is made goes there (stock.h).  The program is good until
 * the next is built with it. */
struct stock;
bool program_build_from(struct program *program, const struct config *config, struct stock *stock,
                        struct error *error);

/* Reads or draws the network into the stock, if that can be done: for processes that are to share
 * it. */
void program_prepare(const struct config *config, struct stock *stock);

/* Builds another model for a chip that is there already and whose memory is not rom.  The model's
 * keys, column_order and the name come from `model`, everything else is the chip's: architecture,
 * number formats, widths, tables, chip_hash; in `d` the sizes and counts are the model's.  Fails
 * with one line that says what does not fit.  Free it on failure, too, as after program_build(). */
bool program_build_for(struct program *program, const struct program *chip,
                       const struct config *model, struct error *error);
void program_free(struct program *program);

#endif
