/* SPDX-License-Identifier: Apache-2.0
 * interrupt.h - what is undone when SIGINT, SIGTERM or SIGHUP ends the program.
 *
 * A program that was started is ended with all that it started, and temporary folders are removed;
 * then the signal does what it does otherwise.  A signal that is ignored or handled elsewhere stays
 * so. */
#ifndef ESE_INTERRUPT_H
#define ESE_INTERRUPT_H

#include <signal.h>
#include <sys/types.h>

/* Signals wait from here on, until the mask that this returns is put back: for whoever makes what the
 * calls below then tell of. */
sigset_t interrupt_waits(void);
void interrupt_goes_on(const sigset_t *before);

/* The leader of a process group, which runs from now on; 0: it has ended. */
void interrupt_ends(pid_t group);

/* A folder that is to go with all that is in it, and one that is not any more. */
void interrupt_removes(const char *folder);
void interrupt_keeps(const char *folder);

#endif
