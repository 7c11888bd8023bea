/* SPDX-License-Identifier: Apache-2.0
 * facts.h - every number of the report, computed once, for text and JSON alike.
 *
 * All times are of the steady state: the last frame whose successor began as well. */
#ifndef ESE_REPORT_FACTS_H
#define ESE_REPORT_FACTS_H

#include <jansson.h>

#include "gen/report/lost.h"
#include "gen/report/numbers.h"
#include "gen/report/occupancy.h"
#include "gen/report/resources.h"
#include "models/base/text.h"
#include "models/program/cycles.h"
#include "models/program/derive.h"
#include "models/program/program.h"
#include "models/program/quality.h"

/* One block product, one matrix, the sum of its row blocks, or one layer, the sum of its
 * matrices. */
struct effort {
    int64_t columns;  /* broadcast */
    int64_t nonzeros; /* true ones */
    int64_t entries;  /* stored, with fillers and padding */
    int64_t begin;    /* first broadcast, from the frame's begin; of a product only */
    int64_t cycles;   /* until the next product's first broadcast, or the next frame's */
};

/* What holds the model, on the chip or in memory: streams of entries, columns, constants. */
struct image_size {
    int64_t weight_bytes; /* entries alone */
    int64_t bytes;        /* all */
    int64_t dense_bytes;  /* of all weights, biases and peepholes in 32 bits */
};

struct facts {
    const struct program *program;
    const struct cycles *cycles;
    const struct cycles_frame *frame;
    struct cycles_frame sums; /* of parts: stalls */
    bool on_chip; /* there is a chip of the network (models/program/chip_can.h).  Of others what it
                     would take is not known: no traffic, image.bytes, dsp_work, resources,
                     occupancy */
    struct error no_chip; /* why there is none */

    int64_t dense_weights;
    int64_t limit_cycles;   /* true non-zeros / PEs, rounded up: no schedule is faster */
    int64_t stored_entries; /* of all PEs */
    int64_t idle_slots;     /* PE-cycles without an entry */
    double utilization;     /* true non-zeros / (PEs * cycles) */
    double us;              /* a frame, by clock_mhz */
    int64_t voices;         /* in real time: channels, as often as a frame fits into frame_ms */
    double dsp_work;        /* operations per DSP and cycle, of true non-zeros */
    int64_t latency;        /* first column broadcast to last element step */
    int64_t element_steps;

    struct effort *products; /* [program->product_count] */
    struct effort *matrix_work; /* [program->network.matrix_count] */
    struct effort *layer_work; /* [program->network.layer_count] */
    struct lost lost;

    struct traffic traffic; /* of external memory */
    int64_t late;           /* clocks that bursts of demand cost, about: bursts_late() */
    struct image_size image;

    int product_bits;      /* of one product in the accumulator */
    int any_weights_bits;  /* what an accumulator would need for any weights of this width */

    struct resources resources;
    struct occupancy occupancy; /* of the device of the configuration */
    struct quality quality;
};

/* Gathers everything; `quality_work` as for quality_measure(). */
void facts_gather(struct facts *facts, const struct program *program, const struct cycles *cycles,
                  double quality_work);
void facts_free(struct facts *facts);

/* Of a network in parts what sums up over them, and of the chip that they share: speed, stalls, traffic, image,
 * resources.  The rest is of each part. */
void facts_gather_parts(struct facts *facts, const struct program *program);

/* Whether the network takes a Sigmoid, and a Tanh; of one that no chip computes both. */
bool facts_has_sigmoid(const struct facts *facts);
bool facts_has_tanh(const struct facts *facts);

double cycles_to_us(int clock_mhz, int64_t cycles);

double facts_us(const struct facts *facts, int64_t cycles);

/* Two operations a multiplication, for all channels. */
double gops(const struct facts *facts, int64_t multiplications, int64_t cycles);

/* Bytes of external memory that a frame takes, read and written; share of what its ports could move in the same
 * time.  0 with memory rom. */
int64_t facts_frame_bytes(const struct facts *facts);
double facts_bandwidth(const struct facts *facts);

/* The report as text, with the chart of a frame or without; and as JSON. */
void facts_text(struct text *text, const struct facts *facts, bool chart);
json_t *facts_json(const struct facts *facts);

/* Of facts_gather_parts(): the members of facts_json() of what is there; `latency_cycles` is null. */
json_t *facts_json_sums(const struct facts *facts);

/* The part of the text on external memory, and the same as JSON; nothing and NULL without. */
void facts_text_memory(struct text *text, const struct facts *facts);
json_t *facts_json_memory(const struct facts *facts);

/* The part of the text on number formats, and of a chip on memory and resources. */
void facts_text_cost(struct text *text, const struct facts *facts);

#endif
