/* SPDX-License-Identifier: Apache-2.0
 * ese_bus_uio.c - a chip in the programmable logic of the host's own device: registers and interrupt
 * through Linux UIO (uio_pdrv_genirq), memory through a reserved range that is mapped.
 *
 * The range must not be cached, or be coherent with the chip's ports: u-dma-buf gives such a mapping
 * to whoever opens it with O_SYNC, as is done here. */
#define _FILE_OFFSET_BITS 64
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "ese_bus.h"
#include "ese_pool.h"

enum { REGISTER_BYTES = 4096 };

struct mapping {
    unsigned char *at; /* NULL: none */
    size_t bytes;
    struct ese_pool pool;
};

struct uio_bus {
    struct ese_bus bus; /* first: a pointer to it is one to this */
    int device;
    volatile uint32_t *registers;
    struct mapping memory[ESE_PORTS]; /* WEIGHTS empty: both ports have DATA's */
};

static struct uio_bus *of(struct ese_bus *bus)
{
    return (struct uio_bus *)(void *)bus;
}

static int uio_read32(struct ese_bus *bus, uint32_t offset, uint32_t *value)
{
    *value = of(bus)->registers[offset / 4];
    atomic_thread_fence(memory_order_seq_cst); /* what the chip wrote before is seen after this */
    return 0;
}

static int uio_write32(struct ese_bus *bus, uint32_t offset, uint32_t value)
{
    atomic_thread_fence(memory_order_seq_cst); /* what was written before is there for the chip */
    of(bus)->registers[offset / 4] = value;
    return 0;
}

static struct mapping *mapping_of(struct uio_bus *uio, enum ese_port port)
{
    struct mapping *weights = &uio->memory[ESE_PORT_WEIGHTS];
    return port == ESE_PORT_WEIGHTS && weights->at != NULL ? weights : &uio->memory[ESE_PORT_DATA];
}

static int uio_allocate(struct ese_bus *bus, enum ese_port port, uint64_t bytes, uint64_t *address)
{
    struct mapping *memory = mapping_of(of(bus), port);
    if (ese_pool_take(&memory->pool, bytes, address) == 0)
        return 0;
    snprintf(bus->message, sizeof bus->message,
             "no room for %llu bytes more in the %zu bytes of reserved memory",
             (unsigned long long)bytes, memory->bytes);
    return -1;
}

static void uio_release(struct ese_bus *bus, enum ese_port port, uint64_t address)
{
    ese_pool_give(&mapping_of(of(bus), port)->pool, address);
}

/* The bytes behind an address of the chip, or NULL. */
static unsigned char *locate(struct ese_bus *bus, enum ese_port port, uint64_t address, size_t bytes)
{
    const struct mapping *memory = mapping_of(of(bus), port);
    uint64_t offset = address - memory->pool.base;
    if (offset <= memory->bytes && bytes <= memory->bytes - offset)
        return memory->at + offset;
    snprintf(bus->message, sizeof bus->message, "address %llx is not in the reserved memory",
             (unsigned long long)address);
    return NULL;
}

static int uio_read(struct ese_bus *bus, enum ese_port port, uint64_t address, void *into,
                    size_t bytes)
{
    const unsigned char *from = locate(bus, port, address, bytes);
    if (from == NULL)
        return -1;
    memcpy(into, from, bytes);
    return 0;
}

static int uio_write(struct ese_bus *bus, enum ese_port port, uint64_t address, const void *from,
                     size_t bytes)
{
    unsigned char *into = locate(bus, port, address, bytes);
    if (into == NULL)
        return -1;
    memcpy(into, from, bytes);
    return 0;
}

/* The kernel masks the interrupt when it comes; writing 1 lets it through again, at once if the line
 * is still high. */
static int uio_wait(struct ese_bus *bus, uint32_t microseconds)
{
    struct uio_bus *uio = of(bus);
    uint32_t number = 1;
    if (write(uio->device, &number, sizeof number) != (ssize_t)sizeof number) {
        snprintf(bus->message, sizeof bus->message, "cannot enable the interrupt: %s",
                 strerror(errno));
        return -1;
    }
    struct pollfd ready = {.fd = uio->device, .events = POLLIN};
    int some = poll(&ready, 1, (int)((microseconds + 999) / 1000));
    if (some == 0 || (some < 0 && errno == EINTR))
        return 0;
    if (some > 0 && read(uio->device, &number, sizeof number) == (ssize_t)sizeof number)
        return 1;
    snprintf(bus->message, sizeof bus->message, "cannot wait for the interrupt: %s",
             strerror(errno));
    return -1;
}

static int64_t uio_now(struct ese_bus *bus)
{
    struct timespec t;
    (void)bus;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void uio_close(struct ese_bus *bus)
{
    struct uio_bus *uio = of(bus);
    for (int port = 0; port < ESE_PORTS; port++)
        if (uio->memory[port].at != NULL)
            munmap(uio->memory[port].at, uio->memory[port].bytes);
    if (uio->registers != NULL)
        munmap((void *)(uintptr_t)uio->registers, REGISTER_BYTES);
    if (uio->device >= 0)
        close(uio->device);
    free(uio);
}

static int map_range(struct mapping *memory, const struct ese_range *range, char *message)
{
    int file = open(range->path, O_RDWR | O_SYNC | O_CLOEXEC);
    if (file < 0) {
        snprintf(message, ESE_MESSAGE, "cannot open %.200s: %s", range->path, strerror(errno));
        return -1;
    }
    void *at = range->bytes == 0 || range->address % ESE_PAGE != 0
                   ? (errno = EINVAL, MAP_FAILED)
                   : mmap(NULL, (size_t)range->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file,
                          (off_t)range->offset);
    int number = errno;
    close(file);
    if (at == MAP_FAILED) {
        snprintf(message, ESE_MESSAGE, "cannot map %llu bytes of %.200s for address %llx: %s",
                 (unsigned long long)range->bytes, range->path, (unsigned long long)range->address,
                 strerror(number));
        return -1;
    }
    memory->at = at;
    memory->bytes = (size_t)range->bytes;
    memory->pool = (struct ese_pool){.base = range->address, .bytes = range->bytes};
    return 0;
}

static int open_device(struct uio_bus *uio, const char *device, char *message)
{
    uio->device = open(device, O_RDWR | O_CLOEXEC);
    void *at = uio->device < 0 ? MAP_FAILED
                               : mmap(NULL, REGISTER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
                                      uio->device, 0);
    if (at != MAP_FAILED) {
        uio->registers = at;
        return 0;
    }
    snprintf(message, ESE_MESSAGE, "cannot %s %.200s: %s", uio->device < 0 ? "open" : "map", device,
             strerror(errno));
    return -1;
}

struct ese_bus *ese_bus_uio(const struct ese_uio *how, char *message)
{
    struct uio_bus *uio = calloc(1, sizeof *uio);
    if (uio == NULL) {
        snprintf(message, ESE_MESSAGE, "out of memory");
        return NULL;
    }
    uio->bus = (struct ese_bus){
        .read32 = uio_read32,
        .write32 = uio_write32,
        .allocate = uio_allocate,
        .release = uio_release,
        .read = uio_read,
        .write = uio_write,
        .wait = uio_wait,
        .now = uio_now,
        .close = uio_close,
    };
    uio->device = -1;
    if (open_device(uio, how->device, message) == 0 &&
        map_range(&uio->memory[ESE_PORT_DATA], &how->data, message) == 0 &&
        (how->weights.path == NULL ||
         map_range(&uio->memory[ESE_PORT_WEIGHTS], &how->weights, message) == 0))
        return &uio->bus;
    uio_close(&uio->bus);
    return NULL;
}

/* ---- u-dma-buf ------------------------------------------------------------------------------------------ */

static int read_number(const char *name, const char *what, uint64_t *value, char *message)
{
    char path[200], text[64] = "";
    snprintf(path, sizeof path, "/sys/class/u-dma-buf/%.80s/%s", name, what);
    FILE *file = fopen(path, "r");
    char *end = text;
    if (file != NULL) {
        if (fgets(text, sizeof text, file) != NULL)
            *value = strtoull(text, &end, 0);
        fclose(file);
    }
    if (end != text)
        return 0;
    snprintf(message, ESE_MESSAGE, "cannot read %s", path);
    return -1;
}

int ese_udmabuf(struct ese_range *range, const char *name, char *message)
{
    if (read_number(name, "phys_addr", &range->address, message) != 0)
        return -1;
    return read_number(name, "size", &range->bytes, message);
}
