/* SPDX-License-Identifier: Apache-2.0
 * side_by_side.h - what becomes of a network's y: as given, as pruned, and in integers.
 *
 * The three models run over the same frames, each from its own state, so that errors may add up as
 * they do in the chip; where whoever trained the network says what y must be, they are compared
 * with that, too. */
#ifndef ESE_SIDE_BY_SIDE_H
#define ESE_SIDE_BY_SIDE_H

#include <stdint.h>

#include "models/network/reference.h"
#include "models/number/golden.h"
#include "models/number/output_error.h"
#include "models/program/program.h"
#include "models/program/trained.h"

struct accuracy {
    int64_t frames;                /* that were judged */
    struct output_error pruned;    /* as pruned against as given */
    struct output_error quantized; /* in integers against as pruned */
    struct output_error total;     /* in integers against as given */
    struct clip_counts clips;      /* of the integer model */
    int64_t expected_frames;       /* of those, with an expected y; 0: the rest says nothing */
    struct output_error expected_pruned, expected_chip; /* each against the expected y */
    struct trained trained;        /* as given, in floating point, against the expected y */
};

struct side_by_side;

struct side_by_side *side_by_side_new(const struct program *program);
void side_by_side_free(struct side_by_side *side_by_side);

/* The models of one voice. */
struct voice_models {
    struct reference_state given, pruned; /* given: empty where nothing was pruned */
    struct golden_state golden;
    int32_t *x; /* of the frame, as the chip takes it */
};

/* At the start of an utterance. */
struct voice_models voice_models_start(const struct side_by_side *side_by_side);
void voice_models_end(struct voice_models *models);

/* One frame in all models. */
void side_by_side_step(struct side_by_side *side_by_side, struct voice_models *models,
                       const float *features);

/* One frame in all models, and judged; `expected`: y [output] of whoever trained the network, or
 * NULL. */
void side_by_side_judge(struct side_by_side *side_by_side, struct voice_models *models,
                        const float *features, const float *expected);

/* All frames of an utterance of a network with layers that go backward: in all models, and those from `first` on
 * judged, where `expected` [frames, output] is given all of the network in floating point.  Returns the integers,
 * [frames][output], to be freed. */
int32_t *side_by_side_run(struct side_by_side *side_by_side, const struct matrix *features,
                          const struct matrix *expected, int first);

/* Of all frames that were judged so far. */
struct accuracy side_by_side_accuracy(const struct side_by_side *side_by_side);

#endif
