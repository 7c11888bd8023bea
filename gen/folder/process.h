/* SPDX-License-Identifier: Apache-2.0
 * process.h - runs other programs: no shell, output into a log file, with a limit of their time. */
#ifndef ESE_PROCESS_H
#define ESE_PROCESS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "models/base/error.h"

/* Command line that grows; NULL-terminated at any time. */
struct command {
    char **words;
    size_t count, room;
};

void command_add(struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void command_free(struct command *command);

struct process {
    const struct command *command;
    const char *folder;  /* to run in, NULL: this one */
    const char *log;     /* takes what it prints, both streams; added to what is there */
    const char *label;   /* shown with the last line of the log while it runs, on a terminal */
    int limit_seconds;   /* of processor time, which a busy machine does not use up; killed then; 0: never */
};

struct process_end {
    int status;     /* exit status, or -1: ended by a signal */
    int signal;
    bool timed_out; /* its limit was reached */
    double seconds;
};

/* Looks for a program in a list of folders, with colons between them as in PATH; an empty one is the current
 * folder.  False: it is in none; `path` is as it was. */
bool process_find(char path[static PATH_MAX], const char *program, const char *folders);

/* Is this program there to be run?  If not, says which Debian package has it. */
bool process_available(const char *program, const char *package, struct error *error);

/* False only if it could not be started. */
bool process_run(const struct process *process, struct process_end *end, struct error *error);

/* It must have ended with status 0; else its last lines go to standard error, and `error` says where the log
 * is. */
bool process_ended_well(const struct process *process, const struct process_end *end,
                        struct error *error);

/* Runs it, and it must end well. */
bool process_succeed(const struct process *process, struct process_end *end, struct error *error);

/* "exit status 3", "killed by signal 11 (Segmentation fault)", "killed after 60 seconds of processor time". */
void process_describe(const struct process *process, const struct process_end *end, char *text,
                      size_t size);

/* The last `lines` lines of a file, to be freed; empty if there is none. */
char *file_tail(const char *path, int lines);

double seconds_now(void);

#endif
