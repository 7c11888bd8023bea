/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/folder/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gen/folder/interrupt.h"

extern char **environ;

double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void command_add(struct command *command, const char *format, ...)
{
    char word[8192];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(word, sizeof word, format, args);
    va_end(args);
    BUG_UNLESS(length >= 0 && (size_t)length < sizeof word);
    if (command->count + 1 >= command->room) {
        size_t room = 2 * command->room + 16;
        char **words = allocate(room, sizeof *words);
        if (command->count != 0)
            memcpy(words, command->words, command->count * sizeof *words);
        free(command->words);
        command->words = words;
        command->room = room;
    }
    command->words[command->count++] = duplicate(word);
    command->words[command->count] = NULL;
}

void command_free(struct command *command)
{
    for (size_t i = 0; i < command->count; i++)
        free(command->words[i]);
    free(command->words);
    *command = (struct command){0};
}

char *file_tail(const char *path, int lines)
{
    enum { MOST = 4096 };
    char *text = allocate(MOST + 1, 1);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return text;
    if (fseek(file, 0, SEEK_END) == 0) {
        long size = ftell(file);
        fseek(file, size > MOST ? size - MOST : 0, SEEK_SET);
    }
    size_t got = fread(text, 1, MOST, file);
    fclose(file);
    while (got > 0 && (text[got - 1] == '\n' || text[got - 1] == '\0'))
        got--;
    text[got] = '\0';
    size_t start = got;
    for (; start > 0; start--)
        if (text[start - 1] == '\n' && --lines == 0)
            break;
    memmove(text, text + start, got - start + 1);
    return text;
}

/* One line on the terminal that replaces itself. */
static void show_progress(const struct process *process, double seconds)
{
    char *line = file_tail(process->log, 1);
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = ' ';
    fprintf(stderr, "\r\033[K%s %.0f s  %.50s", process->label, seconds, line);
    fflush(stderr);
    free(line);
}

/* Folders can be entered, which access() takes for the same. */
static bool is_program(const char *file)
{
    struct stat status;
    return stat(file, &status) == 0 && S_ISREG(status.st_mode) && access(file, X_OK) == 0;
}

bool process_find(char path[static PATH_MAX], const char *program, const char *folders)
{
    for (const char *at = folders; at != NULL;) {
        size_t length = strcspn(at, ":");
        char file[PATH_MAX];
        int size = snprintf(file, sizeof file, "%.*s/%s", length > 0 ? (int)length : 1,
                            length > 0 ? at : ".", program);
        if (size > 0 && size < PATH_MAX && is_program(file)) {
            memcpy(path, file, (size_t)size + 1);
            return true;
        }
        at = at[length] == ':' ? at + length + 1 : NULL;
    }
    return false;
}

bool process_available(const char *program, const char *package, struct error *error)
{
    const char *folders = getenv("PATH");
    char path[PATH_MAX];
    if (process_find(path, program, folders != NULL ? folders : "/usr/bin:/bin"))
        return true;
    return fail(error, "%.100s is not installed; it is in the Debian package %s (apt-get install %s)",
                program, package, package);
}

static bool start(const struct process *process, pid_t *pid, struct error *error)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, process->log, O_WRONLY | O_CREAT | O_APPEND, 0666);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (process->folder != NULL)
        posix_spawn_file_actions_addchdir_np(&actions, process->folder);
    /* A group of its own, so that whatever it starts can be killed with it. */
    sigset_t signals = interrupt_waits();
    posix_spawnattr_setsigmask(&attributes, &signals);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    const char *program = process->command->words[0];
    int number = posix_spawnp(pid, program, &actions, &attributes, process->command->words, environ);
    if (number == 0)
        interrupt_ends(*pid);
    interrupt_goes_on(&signals);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (number == 0)
        return true;
    /* The same error may mean the log or the folder; those are ours, so look at them first. */
    if (process->folder != NULL && access(process->folder, X_OK) != 0)
        return fail(error, "cannot enter %.500s: %s", process->folder, strerror(errno));
    FILE *log = fopen(process->log, "a");
    if (log == NULL)
        return fail(error, "cannot write %.500s: %s", process->log, strerror(errno));
    fclose(log);
    return fail(error, "cannot run %.200s: %s", program, strerror(number));
}

/* Ended already: nothing to limit. */
static void limit_time(const struct process *process, pid_t pid)
{
    rlim_t seconds = (rlim_t)process->limit_seconds;
    if (process->limit_seconds > 0)
        prlimit(pid, RLIMIT_CPU, &(struct rlimit){seconds, seconds + 1}, NULL);
}

bool process_run(const struct process *process, struct process_end *end, struct error *error)
{
    *end = (struct process_end){.status = -1};
    double begin = seconds_now(), shown = 0;
    bool terminal = process->label != NULL && isatty(2);
    pid_t pid;
    if (!start(process, &pid, error))
        return false;
    long pause = 1000000; /* ns: short programs end at once, long ones are not polled often */
    limit_time(process, pid);
    for (int status;;) {
        pid_t ended = waitpid(pid, &status, WNOHANG);
        end->seconds = seconds_now() - begin;
        if (ended == pid) {
            if (WIFEXITED(status))
                end->status = WEXITSTATUS(status);
            else if (WIFSIGNALED(status))
                end->signal = WTERMSIG(status);
            end->timed_out = process->limit_seconds > 0 && end->signal == SIGXCPU;
            break;
        }
        if (ended < 0 && errno != EINTR)
            return fail(error, "waiting for %.200s: %s", process->command->words[0],
                        strerror(errno));
        if (terminal && end->seconds - shown > 0.5) {
            shown = end->seconds;
            show_progress(process, end->seconds);
        }
        nanosleep(&(struct timespec){0, pause}, NULL);
        if (pause < 20000000)
            pause += pause / 4;
    }
    interrupt_ends(0);
    if (terminal && shown > 0)
        fprintf(stderr, "\r\033[K");
    return true;
}

void process_describe(const struct process *process, const struct process_end *end, char *text,
                      size_t size)
{
    if (end->timed_out)
        snprintf(text, size, "killed after %d seconds of processor time", process->limit_seconds);
    else if (end->status < 0)
        snprintf(text, size, "killed by signal %d (%s)", end->signal, strsignal(end->signal));
    else
        snprintf(text, size, "exit status %d", end->status);
}

bool process_succeed(const struct process *process, struct process_end *end, struct error *error)
{
    return process_run(process, end, error) && process_ended_well(process, end, error);
}

bool process_ended_well(const struct process *process, const struct process_end *end,
                        struct error *error)
{
    if (end->status == 0)
        return true;
    char how[100];
    process_describe(process, end, how, sizeof how);
    char *tail = file_tail(process->log, 12);
    fprintf(stderr, "%s\n", tail);
    free(tail);
    return fail(error, "%.200s failed, %s; its output is in %.600s", process->command->words[0], how,
                process->log);
}
