/* SPDX-License-Identifier: Apache-2.0
 * activity.h - how long the bits of a waveform are 0 and 1, and how often they change.
 *
 * Read from a VCD (IEEE 1364-2005, clause 18) as it comes, from a pipe, too: nothing is kept of it
 * but the counts.  A change counts where a bit goes from 0 to 1 or back; what is in between unknown
 * or driven by nobody does not count. */
#ifndef ESE_ACTIVITY_H
#define ESE_ACTIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "models/base/error.h"

enum activity_level { LEVEL_0, LEVEL_1, LEVEL_X, LEVEL_Z, LEVEL_COUNT };

struct activity_bit {
    enum activity_level level;
    uint64_t since;             /* when it got there */
    uint64_t time[LEVEL_COUNT]; /* how long it has been at each, in units of the waveform */
    uint64_t changes;
};

/* A wire or register; several may show the same bits. */
struct activity_net {
    char *name;
    size_t first; /* of its bits, of which the first is the left one */
    int width;
    int left, right; /* range; both -1 of a single bit without one */
    int next;        /* net of the same scope, or -1 */
};

/* An instance or a generate block. */
struct activity_scope {
    char *name;
    int outer, next;       /* scopes: around it, and the next within that */
    int inner, last_inner; /* scopes within it */
    int net, last_net;     /* each -1 if there is none */
};

struct activity {
    struct activity_scope *scopes; /* the first is around all others and has no name */
    struct activity_net *nets;
    struct activity_bit *bits;
    int scope_count, net_count;
    size_t bit_count;
    uint64_t begin, end;
    char unit[16]; /* of time: "1ps" */
};

/* Reads to the end of the file, whatever happens: the other side of a pipe is not to be stopped.
 * Memories, whose words have an index, and what is no wire or register are left out. */
bool activity_read(struct activity *activity, FILE *file, const char *name, struct error *error);
void activity_free(struct activity *activity);

/* The scope of this name within another; -1: there is none. */
int activity_scope_find(const struct activity *activity, int outer, const char *name);

#endif
