/* SPDX-License-Identifier: Apache-2.0
 * ese_bus_pipe.c - a simulated chip, by the requests of ese_pipe.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ese_bus.h"
#include "ese_pipe.h"
#include "ese_pool.h"

enum {
    PATIENCE_MS = 600000, /* for one answer: a large chip simulates a thousand clocks a second */
    WAIT_CLOCKS = 100000, /* at most in one request, so that an answer comes in time */
    END_MS = 10000        /* for the simulator's process to end */
};

/* Far from 0, so that an address that was never set is found out. */
static const uint64_t FIRST_ADDRESS = UINT64_C(1) << 20;

struct pipe_bus {
    struct ese_bus bus; /* first: a pointer to it is one to this */
    int requests, answers;
    pid_t simulator; /* 0: started elsewhere */
    int over;        /* no more requests: `message` tells why */
    uint64_t clock;
    struct ese_pool pools[ESE_PORTS];
};

struct request {
    uint32_t what, port;
    uint64_t address, value, bytes;
    const void *payload; /* of WRITE */
};

struct answer {
    uint32_t status, value;
    uint64_t clock, bytes;
};

static int failed(struct pipe_bus *pipe, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(pipe->bus.message, sizeof pipe->bus.message, format, args);
    va_end(args);
    return -1;
}

static int lost(struct pipe_bus *pipe, const char *why)
{
    pipe->over = 1;
    return failed(pipe, "the simulated chip is gone: %s", why);
}

/* ---- bytes -------------------------------------------------------------------------------------------- */

/* A simulator that died must not kill the program by SIGPIPE; only sockets know how to be asked. */
static ssize_t send_some(int out, const unsigned char *from, size_t bytes)
{
    ssize_t sent = send(out, from, bytes, MSG_NOSIGNAL);
    if (sent < 0 && errno == ENOTSOCK)
        sent = write(out, from, bytes);
    return sent;
}

static int send_all(struct pipe_bus *pipe, const void *data, size_t bytes)
{
    const unsigned char *from = data;
    while (bytes > 0) {
        ssize_t sent = send_some(pipe->requests, from, bytes);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return lost(pipe, strerror(errno));
        from += sent;
        bytes -= (size_t)sent;
    }
    return 0;
}

static int receive_all(struct pipe_bus *pipe, void *data, size_t bytes)
{
    unsigned char *into = data;
    while (bytes > 0) {
        struct pollfd ready = {.fd = pipe->answers, .events = POLLIN};
        int some = poll(&ready, 1, PATIENCE_MS);
        if (some == 0)
            return lost(pipe, "no answer for ten minutes");
        ssize_t got = some > 0 ? read(pipe->answers, into, bytes) : -1;
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return lost(pipe, got < 0 ? strerror(errno) : "it has ended in the middle of its work");
        into += got;
        bytes -= (size_t)got;
    }
    return 0;
}

/* ---- one request -------------------------------------------------------------------------------------- */

/* A line of text instead of what was asked for. */
static int take_refusal(struct pipe_bus *pipe, const struct answer *answer)
{
    char text[ESE_MESSAGE];
    size_t keep = answer->bytes < sizeof text ? (size_t)answer->bytes : sizeof text - 1;
    if (receive_all(pipe, text, keep) != 0)
        return -1;
    text[keep] = '\0';
    for (uint64_t left = answer->bytes - keep; left > 0; left--) {
        char rest;
        if (receive_all(pipe, &rest, 1) != 0)
            return -1;
    }
    pipe->over = answer->status == ESE_PIPE_BROKEN;
    return failed(pipe, "simulated chip: %.280s", text);
}

/* The answer's bytes go to `into`, and must be as many as `room`. */
static int ask(struct pipe_bus *pipe, const struct request *request, uint32_t *value, void *into,
               size_t room)
{
    unsigned char header[ESE_PIPE_HEADER] = {0};
    if (pipe->over)
        return -1;
    ese_pipe_put(header, request->what, 4);
    ese_pipe_put(header + 4, request->port, 4);
    ese_pipe_put(header + 8, request->address, 8);
    ese_pipe_put(header + 16, request->value, 8);
    ese_pipe_put(header + 24, request->bytes, 8);
    if (send_all(pipe, header, sizeof header) != 0 ||
        (request->payload != NULL && send_all(pipe, request->payload, (size_t)request->bytes) != 0) ||
        receive_all(pipe, header, sizeof header) != 0)
        return -1;
    struct answer answer = {(uint32_t)ese_pipe_get(header, 4), (uint32_t)ese_pipe_get(header + 4, 4),
                            ese_pipe_get(header + 8, 8), ese_pipe_get(header + 16, 8)};
    if (answer.status > ESE_PIPE_BROKEN || answer.bytes > ESE_PIPE_MOST)
        return lost(pipe, "its answer makes no sense");
    pipe->clock = answer.clock;
    if (answer.status != ESE_PIPE_OK)
        return take_refusal(pipe, &answer);
    if (answer.bytes != room)
        return lost(pipe, "its answer has a wrong length");
    if (value != NULL)
        *value = answer.value;
    return receive_all(pipe, into, room);
}

/* ---- the bus ------------------------------------------------------------------------------------------ */

static struct pipe_bus *of(struct ese_bus *bus)
{
    return (struct pipe_bus *)(void *)bus;
}

static int pipe_read32(struct ese_bus *bus, uint32_t offset, uint32_t *value)
{
    struct request request = {.what = ESE_PIPE_READ_REGISTER, .address = offset};
    return ask(of(bus), &request, value, NULL, 0);
}

static int pipe_write32(struct ese_bus *bus, uint32_t offset, uint32_t value)
{
    struct request request = {.what = ESE_PIPE_WRITE_REGISTER, .address = offset, .value = value};
    return ask(of(bus), &request, NULL, NULL, 0);
}

static int pipe_allocate(struct ese_bus *bus, enum ese_port port, uint64_t bytes, uint64_t *address)
{
    struct pipe_bus *pipe = of(bus);
    if (ese_pool_take(&pipe->pools[port], bytes, address) != 0)
        return failed(pipe, "no room for %llu bytes in the simulated memory",
                      (unsigned long long)bytes);
    struct request request = {
        .what = ESE_PIPE_CLAIM, .port = (uint32_t)port, .address = *address, .bytes = bytes};
    if (ask(pipe, &request, NULL, NULL, 0) == 0)
        return 0;
    ese_pool_give(&pipe->pools[port], *address);
    return -1;
}

static void pipe_release(struct ese_bus *bus, enum ese_port port, uint64_t address)
{
    struct pipe_bus *pipe = of(bus);
    struct request request = {
        .what = ESE_PIPE_RELEASE, .port = (uint32_t)port, .address = address};
    if (ask(pipe, &request, NULL, NULL, 0) == 0)
        ese_pool_give(&pipe->pools[port], address);
}

static int pipe_read(struct ese_bus *bus, enum ese_port port, uint64_t address, void *into,
                     size_t bytes)
{
    unsigned char *to = into;
    while (bytes > 0) {
        size_t some = bytes < ESE_PIPE_MOST ? bytes : ESE_PIPE_MOST;
        struct request request = {
            .what = ESE_PIPE_READ, .port = (uint32_t)port, .address = address, .bytes = some};
        if (ask(of(bus), &request, NULL, to, some) != 0)
            return -1;
        to += some;
        address += some;
        bytes -= some;
    }
    return 0;
}

static int pipe_write(struct ese_bus *bus, enum ese_port port, uint64_t address, const void *from,
                      size_t bytes)
{
    const unsigned char *at = from;
    while (bytes > 0) {
        size_t some = bytes < ESE_PIPE_MOST ? bytes : ESE_PIPE_MOST;
        struct request request = {.what = ESE_PIPE_WRITE,
                                  .port = (uint32_t)port,
                                  .address = address,
                                  .bytes = some,
                                  .payload = at};
        if (ask(of(bus), &request, NULL, NULL, 0) != 0)
            return -1;
        at += some;
        address += some;
        bytes -= some;
    }
    return 0;
}

static int pipe_wait(struct ese_bus *bus, uint32_t microseconds)
{
    for (uint64_t left = (uint64_t)microseconds * ESE_PIPE_MHZ; left > 0;) {
        uint64_t some = left < WAIT_CLOCKS ? left : WAIT_CLOCKS;
        struct request request = {.what = ESE_PIPE_WAIT, .value = some};
        uint32_t high = 0;
        if (ask(of(bus), &request, &high, NULL, 0) != 0)
            return -1;
        if (high != 0)
            return 1;
        left -= some;
    }
    return 0;
}

static int64_t pipe_now(struct ese_bus *bus)
{
    return (int64_t)(of(bus)->clock / ESE_PIPE_MHZ);
}

int ese_bus_simulated(struct ese_bus *bus, struct ese_simulated *counts)
{
    struct pipe_bus *pipe = of(bus);
    unsigned char numbers[8 * ESE_PIPE_COUNT_NUMBERS];
    struct request request = {.what = ESE_PIPE_COUNTS};
    if (ask(pipe, &request, NULL, numbers, sizeof numbers) != 0)
        return -1;
    counts->clock = pipe->clock;
    counts->issues = ese_pipe_get(numbers, 8);
    for (int port = 0; port < ESE_PORTS; port++) {
        const unsigned char *at = numbers + 8 + 32 * port;
        counts->bursts[port] = ese_pipe_get(at, 8);
        counts->beats[port] = ese_pipe_get(at + 8, 8);
        counts->written[port] = ese_pipe_get(at + 16, 8);
        counts->busy[port] = ese_pipe_get(at + 24, 8);
    }
    return 0;
}

/* ---- begin and end ------------------------------------------------------------------------------------ */

/* Waits for the simulator to end, and helps it if it does not. */
static void bury(pid_t simulator)
{
    const struct timespec pause = {0, 2000000};
    for (int waited = 0; waited < END_MS; waited += 2) {
        if (waitpid(simulator, NULL, WNOHANG) != 0)
            return;
        nanosleep(&pause, NULL);
    }
    kill(simulator, SIGKILL);
    while (waitpid(simulator, NULL, 0) < 0 && errno == EINTR)
        continue;
}

static void pipe_close(struct ese_bus *bus)
{
    struct pipe_bus *pipe = of(bus);
    struct request request = {.what = ESE_PIPE_END};
    ask(pipe, &request, NULL, NULL, 0);
    close(pipe->requests);
    if (pipe->answers != pipe->requests)
        close(pipe->answers);
    if (pipe->simulator > 0)
        bury(pipe->simulator);
    free(pipe);
}

static int say_hello(struct pipe_bus *pipe)
{
    unsigned char numbers[12];
    struct request request = {.what = ESE_PIPE_HELLO, .value = ESE_PIPE_VERSION};
    uint32_t version = 0;
    if (ask(pipe, &request, &version, numbers, sizeof numbers) != 0)
        return -1;
    uint64_t bits = ese_pipe_get(numbers + 8, 4);
    if (version != ESE_PIPE_VERSION || bits < 32 || bits > 64)
        return lost(pipe, "it speaks another version of the protocol");
    uint64_t end = bits == 64 ? UINT64_MAX : UINT64_C(1) << bits;
    for (int port = 0; port < ESE_PORTS; port++)
        pipe->pools[port] = (struct ese_pool){
            .base = FIRST_ADDRESS, .bytes = end - FIRST_ADDRESS, .gap = ESE_PAGE};
    return 0;
}

static struct ese_bus *open_pipe(int requests, int answers, pid_t simulator, char *message)
{
    struct pipe_bus *pipe = calloc(1, sizeof *pipe);
    if (pipe == NULL) {
        snprintf(message, ESE_MESSAGE, "out of memory");
        close(requests);
        if (answers != requests)
            close(answers);
        if (simulator > 0)
            bury(simulator);
        return NULL;
    }
    pipe->bus = (struct ese_bus){
        .read32 = pipe_read32,
        .write32 = pipe_write32,
        .allocate = pipe_allocate,
        .release = pipe_release,
        .read = pipe_read,
        .write = pipe_write,
        .wait = pipe_wait,
        .now = pipe_now,
        .close = pipe_close,
    };
    pipe->requests = requests;
    pipe->answers = answers;
    pipe->simulator = simulator;
    if (say_hello(pipe) == 0)
        return &pipe->bus;
    memcpy(message, pipe->bus.message, ESE_MESSAGE);
    pipe_close(&pipe->bus);
    return NULL;
}

struct ese_bus *ese_bus_pipe(int requests, int answers, char *message)
{
    return open_pipe(requests, answers, 0, message);
}

/* In the child: becomes the simulator, or tells through `report` why not. */
static void become(char *const *command, const char *folder, const char *log, int report)
{
    int null = open("/dev/null", O_RDONLY);
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (null >= 0 && out >= 0 && dup2(null, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0 &&
        chdir(folder) == 0)
        execvp(command[0], command);
    int number = errno;
    ssize_t told = write(report, &number, sizeof number);
    (void)told;
    _exit(127);
}

/* The process, or -1 with errno set.  The child's end of the socket is the only one it keeps. */
static pid_t start(char *const *command, const char *folder, const char *log)
{
    int report[2], number = 0;
    if (pipe(report) != 0)
        return -1;
    fcntl(report[0], F_SETFD, FD_CLOEXEC);
    fcntl(report[1], F_SETFD, FD_CLOEXEC);
    pid_t child = fork();
    if (child == 0)
        become(command, folder, log, report[1]);
    if (child < 0)
        number = errno;
    close(report[1]);
    ssize_t got = child > 0 ? read(report[0], &number, sizeof number) : 0;
    close(report[0]);
    if (child > 0 && got > 0)
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            continue;
    errno = number;
    return got > 0 ? -1 : child;
}

struct ese_bus *ese_bus_simulator(const char *const *command, const char *folder, const char *log,
                                  char *message)
{
    int ends[2];
    size_t count = 0;
    while (command[count] != NULL)
        count++;
    const char **words = calloc(count + 2, sizeof *words);
    if (words == NULL || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        snprintf(message, ESE_MESSAGE, "cannot start the simulator: %s", strerror(errno));
        free(words);
        return NULL;
    }
    char serve[64];
    snprintf(serve, sizeof serve, "+serve=%d,%d", ends[1], ends[1]);
    memcpy(words, command, count * sizeof *words);
    words[count] = serve;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    pid_t simulator = start((char *const *)(uintptr_t)words, folder, log);
    free(words);
    close(ends[1]);
    if (simulator > 0)
        return open_pipe(ends[0], ends[0], simulator, message);
    close(ends[0]);
    snprintf(message, ESE_MESSAGE, "cannot start %.100s in %.80s: %s", command[0], folder,
             strerror(errno));
    return NULL;
}
