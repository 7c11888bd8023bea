/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/saif.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/folder/workspace.h"
#include "gen/verify/activity.h"
#include "models/base/text.h"

/* The chip in the bench (sim/bench/ese_bench.v). */
#define BENCH "ese_bench"
#define CHIP "u_chip"

struct saif_pipe {
    char *folder; /* temporary: two runs in one chip's folder do not meet */
    char path[PATH_MAX];
    int held;   /* our own end to write: the pipe does not end before we close it */
    FILE *file; /* the other */
    pthread_t reader;
    struct activity activity;
    bool good;
    struct error error;
};

/* ---- text ------------------------------------------------------------------------------------ */

/* An identifier: what is neither letter, digit nor underscore has a backslash before it. */
static void append_name(struct text *text, const char *name)
{
    for (; *name != '\0'; name++) {
        if (!isalnum((unsigned char)*name) && *name != '_')
            text_append_char(text, '\\');
        text_append_char(text, *name);
    }
}

static void append_bit(struct text *text, const struct activity_net *net, int n,
                       const struct activity_bit *bit, int indent)
{
    text_appendf(text, "%*s(", indent, "");
    append_name(text, net->name);
    if (net->left >= 0)
        text_appendf(text, "\\[%d\\]", net->left + (net->left < net->right ? n : -n));
    text_appendf(text, " (T0 %" PRIu64 ") (T1 %" PRIu64 ") (TX %" PRIu64 ") (TZ %" PRIu64 ")"
                 " (TC %" PRIu64 ") (IG 0))\n",
                 bit->time[LEVEL_0], bit->time[LEVEL_1], bit->time[LEVEL_X], bit->time[LEVEL_Z],
                 bit->changes);
}

static void append_nets(struct text *text, const struct activity *activity, int scope, int indent)
{
    int net = activity->scopes[scope].net;
    if (net < 0)
        return;
    text_appendf(text, "%*s(NET\n", indent, "");
    for (; net >= 0; net = activity->nets[net].next)
        for (int n = 0; n < activity->nets[net].width; n++)
            append_bit(text, &activity->nets[net], n,
                       &activity->bits[activity->nets[net].first + (size_t)n], indent + 1);
    text_appendf(text, "%*s)\n", indent, "");
}

/* Instances lie in each other as deep as in the Verilog. */
static void append_instance(struct text *text, const struct activity *activity, int scope,
                            int indent)
{
    text_appendf(text, "%*s(INSTANCE ", indent, "");
    append_name(text, activity->scopes[scope].name);
    text_append(text, "\n");
    append_nets(text, activity, scope, indent + 1);
    int inner = activity->scopes[scope].inner;
    for (; inner >= 0; inner = activity->scopes[inner].next)
        append_instance(text, activity, inner, indent + 1);
    text_appendf(text, "%*s)\n", indent, "");
}

/* "1ps" as the standard has it: a number and a unit. */
static void append_unit(struct text *text, const char *unit)
{
    size_t digits = strspn(unit, "0123456789");
    text_appendf(text, "(TIMESCALE %.*s %s)\n", (int)digits, unit, unit + digits);
}

/* No date: the same run gives the same bytes. */
static bool append_saif(struct text *text, const struct activity *activity, struct error *error)
{
    int bench = activity_scope_find(activity, 0, BENCH);
    int chip = bench >= 0 ? activity_scope_find(activity, bench, CHIP) : -1;
    if (chip < 0)
        return fail(error, "the simulation has shown no signals of the chip");
    text_append(text, "(SAIFILE\n(SAIFVERSION \"2.0\")\n(DIRECTION \"backward\")\n"
                      "(PROGRAM_NAME \"ese verify\")\n(DIVIDER / )\n");
    append_unit(text, activity->unit);
    text_appendf(text, "(DURATION %" PRIu64 ")\n(INSTANCE " BENCH "\n",
                 activity->end - activity->begin);
    append_instance(text, activity, chip, 1);
    text_append(text, ")\n)\n");
    return true;
}

/* ---- pipe ------------------------------------------------------------------------------------ */

static void *read_pipe(void *argument)
{
    struct saif_pipe *pipe = argument;
    pipe->good = activity_read(&pipe->activity, pipe->file, "switching activity", &pipe->error);
    return NULL;
}

/* Held open for writing by ourselves, so that it can be opened for reading before a simulator
 * comes, and so that one that never does is not waited for. */
static bool open_ends(struct saif_pipe *pipe, struct error *error)
{
    if (mkfifo(pipe->path, 0600) != 0)
        return fail(error, "cannot make the pipe %.500s: %s", pipe->path, strerror(errno));
    pipe->held = open(pipe->path, O_RDWR | O_CLOEXEC);
    int end = pipe->held >= 0 ? open(pipe->path, O_RDONLY | O_CLOEXEC) : -1;
    pipe->file = end >= 0 ? fdopen(end, "r") : NULL;
    return pipe->file != NULL || fail(error, "cannot read the pipe %.500s: %s", pipe->path,
                                      strerror(errno));
}

/* Without the reader, who has ended or was never begun. */
static void free_pipe(struct saif_pipe *pipe)
{
    if (pipe->file != NULL)
        fclose(pipe->file);
    if (pipe->folder != NULL)
        remove_folder(pipe->folder);
    free(pipe->folder);
    free(pipe);
}

struct saif_pipe *saif_open(struct error *error)
{
    struct saif_pipe *pipe = allocate(1, sizeof *pipe);
    pipe->held = -1;
    pipe->folder = temporary_folder("saif", error);
    if (pipe->folder != NULL && path_join(pipe->path, pipe->folder, "/activity.vcd", error) &&
        open_ends(pipe, error)) {
        int reason = pthread_create(&pipe->reader, NULL, read_pipe, pipe);
        if (reason == 0)
            return pipe;
        fail(error, "cannot begin a thread: %s", strerror(reason));
    }
    if (pipe->held >= 0)
        close(pipe->held);
    free_pipe(pipe);
    return NULL;
}

const char *saif_path(const struct saif_pipe *pipe)
{
    return pipe->path;
}

bool saif_close(struct saif_pipe *pipe, const char *file, struct error *error)
{
    struct text text = {0};
    bool ok = true;
    close(pipe->held);
    pthread_join(pipe->reader, NULL);
    if (file != NULL) {
        ok = pipe->good || fail(error, "%s", pipe->error.text);
        ok = ok && append_saif(&text, &pipe->activity, error) &&
             text_write_file(&text, file, error);
        if (!ok)
            fail_in(error, "--saif");
    }
    text_free(&text);
    activity_free(&pipe->activity);
    free_pipe(pipe);
    return ok;
}
