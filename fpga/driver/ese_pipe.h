/* SPDX-License-Identifier: Apache-2.0
 * ese_pipe.h - how a program speaks with a simulated chip.
 *
 * The program sends requests, the simulation answers each before the next is sent.  All numbers are
 * little-endian.  A request is a header of 32 bytes and, for WRITE, `bytes` bytes:
 *
 *   u32 what   u32 port   u64 address   u64 value   u64 bytes
 *
 * An answer is a header of 32 bytes and `bytes` bytes, which are what READ asked for, the numbers of
 * HELLO and COUNTS, or with a status other than OK a line of text:
 *
 *   u32 status   u32 value   u64 clock   u64 bytes   u64 0
 *
 * Simulated time stands still between requests; WAIT and the accesses to registers take clocks.
 * `clock` is the clocks since reset was released. */
#ifndef ESE_PIPE_H
#define ESE_PIPE_H

#include <stdint.h>

enum { ESE_PIPE_VERSION = 1, ESE_PIPE_HEADER = 32, ESE_PIPE_MOST = 1 << 20 };

enum ese_pipe_request {
    ESE_PIPE_HELLO = 1,      /* value: ESE_PIPE_VERSION.  Answer: value the same, then u32 ports, bits of
                                a bus word, bits of an address */
    ESE_PIPE_READ_REGISTER,  /* address: byte offset.  Answer: value */
    ESE_PIPE_WRITE_REGISTER, /* address, value */
    ESE_PIPE_CLAIM,          /* from now on the port has memory at [address, address + bytes), with
                                anything in it */
    ESE_PIPE_RELEASE,        /* no longer at address */
    ESE_PIPE_READ,           /* address, bytes: at most ESE_PIPE_MOST, in one claimed piece */
    ESE_PIPE_WRITE,          /* the same */
    ESE_PIPE_WAIT,           /* runs until the interrupt is high, at most `value` clocks.  Answer: value 1
                                if it is high */
    ESE_PIPE_COUNTS,         /* Answer: u64 issues, then for each port u64 bursts, beats, written, busy */
    ESE_PIPE_END             /* ends the simulation, which is good if its answer is */
};

enum ese_pipe_status {
    ESE_PIPE_OK,
    ESE_PIPE_REFUSED, /* nonsense was asked for, or the chip answers SLVERR; the simulation goes on */
    ESE_PIPE_BROKEN   /* the chip has broken a rule of its ports: the simulation is over */
};

enum { ESE_PIPE_COUNT_NUMBERS = 1 + 2 * 4 };

enum { ESE_PIPE_MHZ = 200 }; /* clocks of a simulated microsecond */

/* Numbers of the protocol: `bytes` bytes, little-endian. */
static inline void ese_pipe_put(unsigned char *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

static inline uint64_t ese_pipe_get(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes; i-- > 0;)
        value = value << 8 | at[i];
    return value;
}

#endif
