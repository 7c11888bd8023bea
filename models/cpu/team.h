/* SPDX-License-Identifier: Apache-2.0
 * team.h - threads that work on one thing together and meet often. */
#ifndef ESE_CPU_TEAM_H
#define ESE_CPU_TEAM_H

#include "models/base/error.h"

enum { TEAM_MOST = 256 };

struct team;

/* Processors that this process may use: at least 1, at most TEAM_MOST. */
int team_processors(void);

/* `size` threads, the caller's being one of them; NULL: they cannot be had. */
struct team *team_new(int size, struct error *error);
void team_free(struct team *team);

typedef void team_work(void *with, int member);

/* Has every member, 0 .. size-1, do the work; returns when all have.  Between calls they sleep. */
void team_run(struct team *team, team_work *work, void *with);

/* Within the work: waits for all members.  What they wrote before, all see behind it. */
void team_meet(struct team *team);

#endif
