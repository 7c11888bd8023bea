/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/sweep/workers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gen/folder/process.h"
#include "models/base/progress.h"

enum { POLL_MS = 200, CHUNK = 1 << 16 };

/* Shared: which points are taken, as places in the list of those to do. */
struct board {
    atomic_int next;
    struct place {
        atomic_int at, end; /* of the run that a worker is in; at == end: of none */
    } places[WORKERS_MOST];
};

struct worker {
    pid_t pid;         /* 0: there is none */
    int pipe;
    struct text inbox; /* what came, not yet a whole message */
};

/* Before the lines of a point; without room between, which nobody would have written. */
struct message {
    size_t point, csv, json;
};

struct crew {
    struct sweep *sweep;
    struct store *store;
    const struct work *work;
    struct stock *stock; /* with what all share */
    struct board *board;
    int *todo, count;
    int jobs;
    struct worker workers[WORKERS_MOST];
    double began;
    int done;
};

/* ---- in a worker ----------------------------------------------------------------------------- */

/* The next run of points, or if that is more than a worker's share of the whole, so many of them;
 * false: none is left. */
static bool take_run(struct crew *c, struct place *place)
{
    const int share = (c->count + c->jobs - 1) / c->jobs;
    int begin = atomic_load(&c->board->next), end;
    do {
        if (begin >= c->count)
            return false;
        const int last = c->todo[begin] + plan_run(&c->sweep->plan, c->todo[begin]);
        for (end = begin + 1; end < c->count && end - begin < share && c->todo[end] < last;)
            end++;
    } while (!atomic_compare_exchange_weak(&c->board->next, &begin, end));
    atomic_store(&place->at, begin);
    atomic_store(&place->end, end);
    return true;
}

static void send_bytes(int pipe, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length > 0) {
        ssize_t sent = write(pipe, at, length);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            _exit(1); /* nobody is there any more */
        at += sent;
        length -= (size_t)sent;
    }
}

static void send_row(int pipe, int point, const struct row *row)
{
    const struct message message = {(size_t)point, row->csv.length, row->json.length};
    send_bytes(pipe, &message, sizeof message);
    send_bytes(pipe, text_string(&row->csv), row->csv.length);
    send_bytes(pipe, text_string(&row->json), row->json.length);
}

static void take_part(struct crew *c, struct place *place, int pipe)
{
    struct row row = {{0}, {0}};
    while (atomic_load(&place->at) < atomic_load(&place->end) || take_run(c, place)) {
        const int point = c->todo[atomic_load(&place->at)];
        text_cut(&row.csv, 0);
        text_cut(&row.json, 0);
        c->work->compute(c->sweep, point, c->stock, &row);
        send_row(pipe, point, &row);
        atomic_fetch_add(&place->at, 1);
    }
}

/* ---- the one that writes --------------------------------------------------------------------- */

static bool start(struct crew *c, int n, struct error *error)
{
    int ends[2];
    const pid_t parent = getpid();
    if (pipe(ends) != 0)
        return fail(error, "cannot make a pipe: %s", strerror(errno));
    fflush(stdout); /* what waits there is not the child's to print */
    fflush(stderr);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        if (c->store != NULL)
            store_leave(c->store);
        close(ends[0]);
        progress_set(NULL); /* the points are counted instead */
        take_part(c, &c->board->places[n], ends[1]);
        _exit(0);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return fail(error, "cannot start a process: %s", strerror(errno));
    }
    c->workers[n] = (struct worker){.pid = pid, .pipe = ends[0]};
    return true;
}

static void show_progress(const struct crew *c, bool end)
{
    if (!isatty(STDERR_FILENO))
        return;
    const double seconds = seconds_now() - c->began, rate = seconds > 0.0 ? c->done / seconds : 0.0;
    const int left = rate > 0.0 ? (int)((c->count - c->done) / rate) : 0;
    if (end)
        fputs("\r\033[K", stderr);
    else
        fprintf(stderr, "\r%d of %d points, %.1f a second, %d:%02d left\033[K", c->done, c->count,
                rate, left / 60, left % 60);
    fflush(stderr);
}

static bool has(const struct store *store, int point)
{
    return store != NULL && store_has(store, point);
}

static bool add_row(struct crew *c, int point, const struct row *row, struct error *error)
{
    c->done++;
    return c->store == NULL || store_add(c->store, point, row, error);
}

/* Stores what has come whole. */
static bool take_rows(struct crew *c, struct worker *w, struct error *error)
{
    struct message message;
    size_t at = 0;
    bool good = true;
    while (good && w->inbox.length - at >= sizeof message) {
        memcpy(&message, w->inbox.data + at, sizeof message);
        if (w->inbox.length - at - sizeof message < message.csv + message.json)
            break;
        at += sizeof message;
        struct row row = {{0}, {0}};
        text_append_bytes(&row.csv, w->inbox.data + at, message.csv);
        text_append_bytes(&row.json, w->inbox.data + at + message.csv, message.json);
        at += message.csv + message.json;
        good = add_row(c, (int)message.point, &row, error);
        text_free(&row.csv);
        text_free(&row.json);
    }
    memmove(w->inbox.data, w->inbox.data + at, w->inbox.length - at);
    text_cut(&w->inbox, w->inbox.length - at);
    return good;
}

/* A worker has died: the point that it was at is lost, and another goes on behind it. */
static bool bury(struct crew *c, int n, int status, struct error *error)
{
    struct place *place = &c->board->places[n];
    const int at = atomic_load(&place->at);
    if (at >= atomic_load(&place->end))
        return fail(error, "a process of the sweep died before it had a point");
    if (!has(c->store, c->todo[at])) {
        struct row row = {{0}, {0}};
        struct text message = {0};
        if (WIFSIGNALED(status))
            text_appendf(&message, "the process that computed it was killed by signal %d (%s)",
                         WTERMSIG(status), strsignal(WTERMSIG(status)));
        else
            text_appendf(&message, "the process that computed it ended with exit status %d",
                         WEXITSTATUS(status));
        point_failed(c->sweep, c->todo[at], text_string(&message), &row);
        bool good = add_row(c, c->todo[at], &row, error);
        text_free(&message);
        text_free(&row.csv);
        text_free(&row.json);
        if (!good)
            return false;
    }
    atomic_fetch_add(&place->at, 1);
    return start(c, n, error);
}

static bool read_worker(struct crew *c, int n, struct error *error)
{
    struct worker *w = &c->workers[n];
    int status;
    ssize_t got = read(w->pipe, text_reserve(&w->inbox, CHUNK), CHUNK);
    if (got < 0 && errno == EINTR)
        return true;
    if (got > 0) {
        w->inbox.length += (size_t)got;
        return take_rows(c, w, error);
    }
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close(w->pipe);
    text_free(&w->inbox);
    w->pid = 0;
    return (WIFEXITED(status) && WEXITSTATUS(status) == 0) || bury(c, n, status, error);
}

static bool write_rows(struct crew *c, struct error *error)
{
    bool good = true;
    for (;;) {
        struct pollfd fds[WORKERS_MOST];
        int numbers[WORKERS_MOST], count = 0;
        for (int n = 0; n < c->jobs; n++)
            if (c->workers[n].pid != 0) {
                numbers[count] = n;
                fds[count++] = (struct pollfd){.fd = c->workers[n].pipe, .events = POLLIN};
            }
        if (count == 0 || !good)
            return good;
        poll(fds, (nfds_t)count, POLL_MS);
        for (int n = 0; good && n < count; n++)
            if (fds[n].revents != 0)
                good = read_worker(c, numbers[n], error);
        show_progress(c, false);
    }
}

static void end_workers(struct crew *c)
{
    for (int n = 0; n < c->jobs; n++) {
        if (c->workers[n].pid == 0)
            continue;
        kill(c->workers[n].pid, SIGKILL);
        while (waitpid(c->workers[n].pid, NULL, 0) < 0 && errno == EINTR)
            ;
        close(c->workers[n].pipe);
        text_free(&c->workers[n].inbox);
    }
}

static bool run_crew(struct crew *c, struct error *error)
{
    bool good = true;
    c->board =
        mmap(NULL, sizeof *c->board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (c->board == MAP_FAILED)
        return fail(error, "out of memory");
    for (int n = 0; good && n < c->jobs; n++)
        good = start(c, n, error);
    good = good && write_rows(c, error);
    show_progress(c, true);
    end_workers(c);
    munmap(c->board, sizeof *c->board);
    return good;
}

const struct work work_of_rows = {point_compute, point_prepare};

bool workers_run(struct sweep *sweep, struct store *store, int jobs, const struct work *work,
                 struct error *error)
{
    struct crew *c = allocate(1, sizeof *c);
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    *c = (struct crew){.sweep = sweep, .store = store, .work = work, .began = seconds_now()};
    c->todo = allocate((size_t)sweep->plan.count, sizeof *c->todo);
    for (int point = 0; point < sweep->plan.count; point++)
        if (!has(store, point))
            c->todo[c->count++] = point;
    c->jobs = jobs > 0 ? jobs : processors > 0 ? (int)processors : 1;
    c->jobs = c->jobs < WORKERS_MOST ? c->jobs : WORKERS_MOST;
    c->jobs = c->jobs < c->count ? c->jobs : c->count;
    c->stock = stock_new();
    if (c->count > 0)
        work->prepare(sweep, c->todo[0], c->stock);
    bool good = c->count == 0 || run_crew(c, error);
    stock_free(c->stock);
    free(c->todo);
    free(c);
    return good;
}
