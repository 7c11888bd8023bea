/* SPDX-License-Identifier: Apache-2.0
 * interrupt.c - the handler calls only what POSIX lets handlers call: rm removes what is there. */
#include "gen/folder/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/base/error.h"

enum { FOLDERS_MOST = 8 };

static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP};
enum { SIGNAL_COUNT = sizeof SIGNALS / sizeof *SIGNALS };

static volatile sig_atomic_t running; /* group, 0: none */
static volatile sig_atomic_t owner;   /* of the folders: not a process that was forked since */
static char *volatile folders[FOLDERS_MOST];

/* Compilers have temporary files of their own to remove; whoever takes too long is killed. */
static void end_group(pid_t group)
{
    const int turns = 100, milliseconds = 10;
    kill(-group, SIGTERM);
    for (int n = 0; n < turns && kill(-group, 0) == 0; n++) {
        waitpid(group, NULL, WNOHANG);
        poll(NULL, 0, milliseconds);
    }
    kill(-group, SIGKILL);
    waitpid(group, NULL, 0);
}

static void remove_in_handler(const char *folder)
{
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", "--", folder, (char *)NULL);
        _exit(1);
    }
    if (pid > 0)
        waitpid(pid, NULL, 0);
}

/* The action is the default one again, and follows when this returns. */
static void end(int number)
{
    if (running != 0)
        end_group((pid_t)running);
    for (int n = 0; n < FOLDERS_MOST; n++)
        if (folders[n] != NULL && owner == getpid())
            remove_in_handler(folders[n]);
    raise(number);
}

static sigset_t watched(void)
{
    sigset_t set;
    sigemptyset(&set);
    for (int n = 0; n < SIGNAL_COUNT; n++)
        sigaddset(&set, SIGNALS[n]);
    return set;
}

static void watch(void)
{
    struct sigaction now, action = {
        .sa_handler = end, .sa_flags = (int)SA_RESETHAND, .sa_mask = watched()};
    for (int n = 0; n < SIGNAL_COUNT; n++)
        if (sigaction(SIGNALS[n], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            sigaction(SIGNALS[n], &action, NULL);
}

sigset_t interrupt_waits(void)
{
    sigset_t set = watched(), before;
    sigprocmask(SIG_BLOCK, &set, &before);
    return before;
}

void interrupt_goes_on(const sigset_t *before)
{
    sigprocmask(SIG_SETMASK, before, NULL);
}

void interrupt_ends(pid_t group)
{
    running = group;
    if (group != 0)
        watch();
}

void interrupt_removes(const char *folder)
{
    int n = 0;
    while (n < FOLDERS_MOST && folders[n] != NULL)
        n++;
    BUG_UNLESS(n < FOLDERS_MOST);
    folders[n] = duplicate(folder);
    owner = getpid();
    watch();
}

void interrupt_keeps(const char *folder)
{
    for (int n = 0; n < FOLDERS_MOST; n++) {
        char *there = folders[n];
        if (there == NULL || strcmp(there, folder) != 0)
            continue;
        folders[n] = NULL;
        free(there);
    }
}
