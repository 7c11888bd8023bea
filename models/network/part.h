/* SPDX-License-Identifier: Apache-2.0
 * part.h - a network with layers that go backward, cut into parts that go one way each.
 *
 * A part is as many layers in a row as go the same way, or one direction of a layer of both.  It is a
 * network of its own that goes forward; whoever runs it lets it meet the frames of an utterance in its
 * order.  Between parts lie tapes: of all frames the vector that parts write and others read.  Tape 0 is x.
 * In a row of a tape that both directions of a layer write, each half begins at a multiple of `unit`
 * elements; what lies between them is padding, whose columns have no weights. */
#ifndef ESE_PART_H
#define ESE_PART_H

#include "models/network/network.h"

enum { PARTS_MOST = 2 * LAYERS_MOST };

struct network_part {
    int first, count; /* of the whole's layers */
    bool backward;
    int reads, writes; /* tapes */
    int at;            /* element of a row of `writes` at which its y begins */
    struct network network;
    int *vectors, *passes, *matrices; /* [of the network's] which of the whole's each is */
};

/* Cuts it up, in the order in which they can run; returns how many.  The caller frees them. */
int network_cut(const struct network *network, int unit, struct network_part parts[PARTS_MOST]);
void network_part_free(struct network_part *part);

/* Elements of a row of a tape, padding included. */
int network_tape_row(const struct network_part *parts, int count, int tape, int input);

#endif
