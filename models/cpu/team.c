/* SPDX-License-Identifier: Apache-2.0 */
#include "models/cpu/team.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Others are waited for awake, because a frame may take less time than being woken; but not for
 * long: where more threads want to run than there are processors, whoever waits must make room. */
enum { SPINS = 4000 };

struct team {
    int size, started;
    pthread_t threads[TEAM_MOST];
    struct member {
        struct team *team;
        int number;
    } members[TEAM_MOST];
    pthread_mutex_t lock;
    pthread_cond_t begin, end, met;
    unsigned call; /* of team_run(), counted */
    int busy;
    bool over;
    team_work *work;
    void *with;
    atomic_int arrived;  /* at the meeting */
    atomic_uint meeting; /* counted; written under the lock, read without */
};

int team_processors(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set)
                                                            : (int)sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count < TEAM_MOST ? count : TEAM_MOST;
}

/* Sleeps until there is work, which it does; false: there will be none. */
static bool take_part(struct team *t, int number, unsigned *call)
{
    pthread_mutex_lock(&t->lock);
    while (t->call == *call && !t->over)
        pthread_cond_wait(&t->begin, &t->lock);
    const bool over = t->over;
    *call = t->call;
    pthread_mutex_unlock(&t->lock);
    if (over)
        return false;
    t->work(t->with, number);
    pthread_mutex_lock(&t->lock);
    if (--t->busy == 0)
        pthread_cond_signal(&t->end);
    pthread_mutex_unlock(&t->lock);
    return true;
}

static void *live(void *with)
{
    const struct member *m = with;
    unsigned call = 0;
    while (take_part(m->team, m->number, &call))
        ;
    return NULL;
}

struct team *team_new(int size, struct error *error)
{
    BUG_UNLESS(size >= 1 && size <= TEAM_MOST);
    struct team *t = allocate(1, sizeof *t);
    t->size = size;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->begin, NULL);
    pthread_cond_init(&t->end, NULL);
    pthread_cond_init(&t->met, NULL);
    for (int n = 1; n < size; n++) {
        t->members[n] = (struct member){t, n};
        int status = pthread_create(&t->threads[n], NULL, live, &t->members[n]);
        if (status != 0) {
            fail(error, "cannot start thread %d of %d: %s", n + 1, size, strerror(status));
            team_free(t);
            return NULL;
        }
        t->started++;
    }
    return t;
}

void team_free(struct team *t)
{
    if (t == NULL)
        return;
    pthread_mutex_lock(&t->lock);
    t->over = true;
    pthread_cond_broadcast(&t->begin);
    pthread_mutex_unlock(&t->lock);
    for (int n = 1; n <= t->started; n++)
        pthread_join(t->threads[n], NULL);
    pthread_cond_destroy(&t->begin);
    pthread_cond_destroy(&t->end);
    pthread_cond_destroy(&t->met);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

void team_run(struct team *t, team_work *work, void *with)
{
    pthread_mutex_lock(&t->lock);
    t->work = work;
    t->with = with;
    t->busy = t->size - 1;
    t->call++;
    pthread_cond_broadcast(&t->begin);
    pthread_mutex_unlock(&t->lock);
    work(with, 0);
    pthread_mutex_lock(&t->lock);
    while (t->busy > 0)
        pthread_cond_wait(&t->end, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

/* A processor that waits in a loop and is told so leaves more to its neighbour. */
static void breathe(void)
{
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#endif
}

static bool has_met(struct team *t, unsigned meeting)
{
    return atomic_load_explicit(&t->meeting, memory_order_acquire) != meeting;
}

void team_meet(struct team *t)
{
    const unsigned meeting = atomic_load_explicit(&t->meeting, memory_order_acquire);
    if (t->size == 1)
        return;
    if (atomic_fetch_add_explicit(&t->arrived, 1, memory_order_acq_rel) + 1 == t->size) {
        atomic_store_explicit(&t->arrived, 0, memory_order_relaxed);
        pthread_mutex_lock(&t->lock);
        atomic_store_explicit(&t->meeting, meeting + 1, memory_order_release);
        pthread_cond_broadcast(&t->met);
        pthread_mutex_unlock(&t->lock);
        return;
    }
    for (int spin = 0; spin < SPINS && !has_met(t, meeting); spin++)
        breathe();
    if (has_met(t, meeting))
        return;
    pthread_mutex_lock(&t->lock);
    while (!has_met(t, meeting))
        pthread_cond_wait(&t->met, &t->lock);
    pthread_mutex_unlock(&t->lock);
}
