/* SPDX-License-Identifier: Apache-2.0
 * ese_bus.h - the way from the host to a chip: registers, the memories behind its ports, interrupt.
 *
 * Three ways are here: a Linux UIO device with reserved memory, an FPGA card behind Xilinx's XDMA
 * driver, and a simulated chip at the other end of a pipe.  Others are a matter of nine functions.
 *
 * The functions return 0, or -1 with a line about it in `message`; wait() returns 1 for the
 * interrupt, 0 when the time is over. */
#ifndef ESE_BUS_H
#define ESE_BUS_H

#include <stddef.h>
#include <stdint.h>

enum { ESE_MESSAGE = 320 };

/* The chip's memory ports; a chip with a single one has DATA.  Both may reach the same memory. */
enum ese_port { ESE_PORT_WEIGHTS, ESE_PORT_DATA, ESE_PORTS };

/* Blocks of memory begin at multiples of this, and at least so much lies between two of them. */
enum { ESE_PAGE = 4096 };

struct ese_bus {
    /* Registers, 32 bits each, by byte offset. */
    int (*read32)(struct ese_bus *bus, uint32_t offset, uint32_t *value);
    int (*write32)(struct ese_bus *bus, uint32_t offset, uint32_t value);

    /* Memory that a port reaches; addresses as the chip sees them, multiples of ESE_PAGE. */
    int (*allocate)(struct ese_bus *bus, enum ese_port port, uint64_t bytes, uint64_t *address);
    void (*release)(struct ese_bus *bus, enum ese_port port, uint64_t address);
    int (*read)(struct ese_bus *bus, enum ese_port port, uint64_t address, void *into, size_t bytes);
    int (*write)(struct ese_bus *bus, enum ese_port port, uint64_t address, const void *from,
                 size_t bytes);

    /* Until the interrupt is high.  It is a level: high already means at once.  A bus may also return
     * 1 without reason; the driver looks at the registers. */
    int (*wait)(struct ese_bus *bus, uint32_t microseconds);

    int64_t (*now)(struct ese_bus *bus); /* microseconds, from any beginning */
    void (*close)(struct ese_bus *bus);  /* frees the bus, too */

    char message[ESE_MESSAGE];
};

/* Memory that a port reaches, reserved for the chip. */
struct ese_range {
    const char *path;  /* to be mapped, such as /dev/udmabuf0 or /dev/mem; unused with XDMA */
    uint64_t offset;   /* where in it: 0 for udmabuf, the physical address for /dev/mem */
    uint64_t address;  /* as the chip sees it, a multiple of ESE_PAGE */
    uint64_t bytes;
};

/* The functions below return NULL on failure, with a line in `message` [ESE_MESSAGE]. */

/* Registers and interrupt of a UIO device, /dev/uio0 say; memory mapped from elsewhere.  With a single
 * range (weights.path NULL) both ports have the same. */
struct ese_uio {
    const char *device;
    struct ese_range weights, data;
};
struct ese_bus *ese_bus_uio(const struct ese_uio *how, char *message);

/* Fills in address and bytes of a udmabuf ("udmabuf0") as the kernel tells them; 0 or -1. */
int ese_udmabuf(struct ese_range *range, const char *name, char *message);

/* PREFIX_user, PREFIX_h2c_0, PREFIX_c2h_0 and PREFIX_events_0 of Xilinx's XDMA driver; PREFIX is
 * /dev/xdma0 say.  `registers` is where the chip's registers begin in the user BAR. */
struct ese_xdma {
    const char *prefix;
    uint64_t registers;
    struct ese_range weights, data; /* bytes == 0: weights lie with the data */
};
struct ese_bus *ese_bus_xdma(const struct ese_xdma *how, char *message);

/* A simulated chip that was started elsewhere: requests go out through one file descriptor and answers
 * come in through the other, which may be the same.  Both are closed with the bus. */
struct ese_bus *ese_bus_pipe(int requests, int answers, char *message);

/* Starts the simulator: COMMAND is NULL at the end and gets "+serve=FD,FD" behind it; it runs in
 * `folder` and prints into the file `log`.  `ese run` shows how its command line looks. */
struct ese_bus *ese_bus_simulator(const char *const *command, const char *folder, const char *log,
                                  char *message);

/* What the simulated chip has counted so far, for a bus of the last two kinds. */
struct ese_simulated {
    uint64_t clock;                   /* since reset was released */
    uint64_t issues;                  /* entries multiplied, as the monitor outputs show them */
    uint64_t bursts[ESE_PORTS], beats[ESE_PORTS], written[ESE_PORTS]; /* beats read, beats written */
    uint64_t busy[ESE_PORTS];         /* clocks in which the port moved or waited for memory */
};
int ese_bus_simulated(struct ese_bus *bus, struct ese_simulated *counts);

#endif
