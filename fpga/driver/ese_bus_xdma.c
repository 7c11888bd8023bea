/* SPDX-License-Identifier: Apache-2.0
 * ese_bus_xdma.c - a chip on an FPGA card behind Xilinx's XDMA driver: registers in the user BAR,
 * memory by its two DMA channels, interrupt by an event file. */
#define _FILE_OFFSET_BITS 64
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ese_bus.h"
#include "ese_pool.h"

enum device { USER, TO_CARD, FROM_CARD, EVENTS, DEVICES };

static const char *const ENDINGS[DEVICES] = {"_user", "_h2c_0", "_c2h_0", "_events_0"};

struct xdma_bus {
    struct ese_bus bus; /* first: a pointer to it is one to this */
    int files[DEVICES];
    uint64_t registers;
    struct ese_pool pools[ESE_PORTS]; /* WEIGHTS without bytes: both ports have DATA's */
};

static struct xdma_bus *of(struct ese_bus *bus)
{
    return (struct xdma_bus *)(void *)bus;
}

static int failed(struct ese_bus *bus, const char *what, uint64_t where, const char *why)
{
    snprintf(bus->message, sizeof bus->message, "cannot %s %llx: %s", what,
             (unsigned long long)where, why);
    return -1;
}

/* All of it, in as many pieces as the driver likes; the file position counts on the card's address. */
static int read_all(struct ese_bus *bus, enum device device, uint64_t at, void *into, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t got = pread(of(bus)->files[device], (char *)into + done, bytes - done,
                            (off_t)(at + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return failed(bus, "read from the card at", at + done,
                          got < 0 ? strerror(errno) : "no bytes came");
        done += (size_t)got;
    }
    return 0;
}

static int write_all(struct ese_bus *bus, enum device device, uint64_t at, const void *from,
                     size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t put = pwrite(of(bus)->files[device], (const char *)from + done, bytes - done,
                             (off_t)(at + done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return failed(bus, "write to the card at", at + done,
                          put < 0 ? strerror(errno) : "no bytes were taken");
        done += (size_t)put;
    }
    return 0;
}

/* The driver hands 32 bits over in the host's byte order. */
static int xdma_read32(struct ese_bus *bus, uint32_t offset, uint32_t *value)
{
    return read_all(bus, USER, of(bus)->registers + offset, value, sizeof *value);
}

static int xdma_write32(struct ese_bus *bus, uint32_t offset, uint32_t value)
{
    return write_all(bus, USER, of(bus)->registers + offset, &value, sizeof value);
}

static struct ese_pool *pool_of(struct xdma_bus *xdma, enum ese_port port)
{
    struct ese_pool *weights = &xdma->pools[ESE_PORT_WEIGHTS];
    return port == ESE_PORT_WEIGHTS && weights->bytes != 0 ? weights : &xdma->pools[ESE_PORT_DATA];
}

static int xdma_allocate(struct ese_bus *bus, enum ese_port port, uint64_t bytes, uint64_t *address)
{
    struct ese_pool *pool = pool_of(of(bus), port);
    if (ese_pool_take(pool, bytes, address) == 0)
        return 0;
    snprintf(bus->message, sizeof bus->message,
             "no room for %llu bytes more in the %llu bytes of the card's memory",
             (unsigned long long)bytes, (unsigned long long)pool->bytes);
    return -1;
}

static void xdma_release(struct ese_bus *bus, enum ese_port port, uint64_t address)
{
    ese_pool_give(pool_of(of(bus), port), address);
}

/* An address of the card reaches the same memory from whichever port. */
static int xdma_read(struct ese_bus *bus, enum ese_port port, uint64_t address, void *into,
                     size_t bytes)
{
    (void)port;
    return read_all(bus, FROM_CARD, address, into, bytes);
}

static int xdma_write(struct ese_bus *bus, enum ese_port port, uint64_t address, const void *from,
                      size_t bytes)
{
    (void)port;
    return write_all(bus, TO_CARD, address, from, bytes);
}

static int xdma_wait(struct ese_bus *bus, uint32_t microseconds)
{
    struct pollfd ready = {.fd = of(bus)->files[EVENTS], .events = POLLIN};
    uint32_t events;
    int some = poll(&ready, 1, (int)((microseconds + 999) / 1000));
    if (some == 0 || (some < 0 && errno == EINTR))
        return 0;
    if (some > 0 && read(of(bus)->files[EVENTS], &events, sizeof events) == (ssize_t)sizeof events)
        return 1;
    snprintf(bus->message, sizeof bus->message, "cannot wait for the interrupt: %s",
             strerror(errno));
    return -1;
}

static int64_t xdma_now(struct ese_bus *bus)
{
    struct timespec t;
    (void)bus;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void xdma_close(struct ese_bus *bus)
{
    struct xdma_bus *xdma = of(bus);
    for (int device = 0; device < DEVICES; device++)
        if (xdma->files[device] >= 0)
            close(xdma->files[device]);
    free(xdma);
}

static int open_files(struct xdma_bus *xdma, const char *prefix, char *message)
{
    static const int modes[DEVICES] = {O_RDWR, O_WRONLY, O_RDONLY, O_RDONLY};
    for (int device = 0; device < DEVICES; device++)
        xdma->files[device] = -1;
    for (int device = 0; device < DEVICES; device++) {
        char path[200];
        snprintf(path, sizeof path, "%.180s%s", prefix, ENDINGS[device]);
        xdma->files[device] = open(path, modes[device] | O_CLOEXEC);
        if (xdma->files[device] < 0) {
            snprintf(message, ESE_MESSAGE, "cannot open %s: %s", path, strerror(errno));
            return -1;
        }
    }
    return 0;
}

struct ese_bus *ese_bus_xdma(const struct ese_xdma *how, char *message)
{
    struct xdma_bus *xdma = calloc(1, sizeof *xdma);
    if (xdma == NULL) {
        snprintf(message, ESE_MESSAGE, "out of memory");
        return NULL;
    }
    xdma->bus = (struct ese_bus){
        .read32 = xdma_read32,
        .write32 = xdma_write32,
        .allocate = xdma_allocate,
        .release = xdma_release,
        .read = xdma_read,
        .write = xdma_write,
        .wait = xdma_wait,
        .now = xdma_now,
        .close = xdma_close,
    };
    xdma->registers = how->registers;
    xdma->pools[ESE_PORT_WEIGHTS] =
        (struct ese_pool){.base = how->weights.address, .bytes = how->weights.bytes};
    xdma->pools[ESE_PORT_DATA] =
        (struct ese_pool){.base = how->data.address, .bytes = how->data.bytes};
    if (open_files(xdma, how->prefix, message) == 0)
        return &xdma->bus;
    xdma_close(&xdma->bus);
    return NULL;
}
