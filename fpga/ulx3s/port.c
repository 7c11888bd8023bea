/* SPDX-License-Identifier: Apache-2.0 */
#include "fpga/ulx3s/port.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "models/base/text.h"

struct port {
    int device;              /* -1: a simulation */
    unsigned char bytes[256]; /* read from the device, of which `next` .. `end` - 1 are left */
    size_t next, end;
    FILE *to, *from;         /* of a simulation */
    int baud;
};

enum { STALLED_MS = 2000 };

/* ---- a device -------------------------------------------------------------------------------- */

static const struct {
    int baud;
    speed_t code;
} SPEEDS[] = {
    {115200, B115200},   {230400, B230400},   {460800, B460800},   {500000, B500000},
    {921600, B921600},   {1000000, B1000000}, {1500000, B1500000}, {2000000, B2000000},
    {2500000, B2500000}, {3000000, B3000000},
};

static bool speed_of(int baud, speed_t *code, struct error *error)
{
    struct text known = {0};
    for (size_t n = 0; n < sizeof SPEEDS / sizeof *SPEEDS; n++) {
        if (SPEEDS[n].baud == baud) {
            *code = SPEEDS[n].code;
            text_free(&known);
            return true;
        }
        text_appendf(&known, " %d", SPEEDS[n].baud);
    }
    fail(error, "a serial device has no speed of %d baud, only%s", baud, text_string(&known));
    text_free(&known);
    return false;
}

static bool set_up(int device, speed_t speed)
{
    struct termios line;
    if (tcgetattr(device, &line) != 0)
        return false;
    cfmakeraw(&line);
    line.c_cflag |= CLOCAL | CREAD;
    line.c_cflag &= ~(tcflag_t)(CSTOPB | CRTSCTS);
    cfsetispeed(&line, speed);
    cfsetospeed(&line, speed);
    return tcsetattr(device, TCSANOW, &line) == 0 && tcflush(device, TCIOFLUSH) == 0;
}

struct port *port_open_serial(const char *path, int baud, struct error *error)
{
    speed_t speed = B0;
    if (!speed_of(baud, &speed, error))
        return NULL;
    int device = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (device < 0) {
        fail(error, "cannot open %.300s: %s", path, strerror(errno));
        return NULL;
    }
    if (!set_up(device, speed)) {
        fail(error, "%.300s is no serial device: %s", path, strerror(errno));
        close(device);
        return NULL;
    }
    struct port *port = allocate(1, sizeof *port);
    port->device = device;
    return port;
}

/* One that was unplugged ends like a file, or with an input/output error. */
static bool fail_line(struct error *error, const char *what, int reason)
{
    return fail(error, "cannot %s the serial device: %s", what,
                reason == EIO ? "it is gone" : strerror(reason));
}

/* A device that takes nothing must not be waited for without end. */
static bool wait_for_room(int device, struct error *error)
{
    struct pollfd wanted = {.fd = device, .events = POLLOUT};
    int ready = poll(&wanted, 1, STALLED_MS);
    if (ready < 0 && errno != EINTR)
        return fail_line(error, "wait for", errno);
    return ready != 0 || fail(error, "the serial device has taken nothing for %d seconds",
                              STALLED_MS / 1000);
}

static bool write_all(int device, const unsigned char *bytes, size_t length, struct error *error)
{
    while (length > 0) {
        ssize_t written = write(device, bytes, length);
        if (written < 0 && errno == EAGAIN && !wait_for_room(device, error))
            return false;
        if (written < 0 && errno != EINTR && errno != EAGAIN)
            return fail_line(error, "write to", errno);
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return true;
}

static enum port_got read_device(struct port *port, double seconds, struct error *error)
{
    struct pollfd wanted = {.fd = port->device, .events = POLLIN};
    int ready = poll(&wanted, 1, (int)(seconds * 1000.0 + 0.999));
    if (ready == 0 || (ready < 0 && errno == EINTR))
        return PORT_NOTHING;
    ssize_t count = ready < 0 ? -1 : read(port->device, port->bytes, sizeof port->bytes);
    if (count <= 0) {
        fail_line(error, "read from", count < 0 ? errno : EIO);
        return PORT_FAILED;
    }
    port->next = 0;
    port->end = (size_t)count;
    return PORT_BYTE;
}

/* ---- a simulation ---------------------------------------------------------------------------- */

/* Its commands are numbers of hexadecimal digits: a byte to send, or WAIT and for how many bits at
 * most to wait for a byte; the answer to that is the byte, or "none". */
enum { WAIT = 1 << 24 };

static FILE *open_pipe(const char *folder, const char *name, const char *mode, struct error *error)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, mode);
    if (file == NULL)
        fail(error, "cannot open the pipe %.300s: %s", path, strerror(errno));
    return file;
}

struct port *port_open_simulation(const char *folder, int baud, struct error *error)
{
    struct port *port = allocate(1, sizeof *port);
    port->device = -1;
    port->baud = baud;
    port->to = open_pipe(folder, "to", "w", error);
    port->from = port->to != NULL ? open_pipe(folder, "from", "r", error) : NULL;
    if (port->from != NULL)
        return port;
    port_close(port);
    return NULL;
}

static enum port_got ask(struct port *port, double seconds, unsigned char *byte,
                         struct error *error)
{
    char line[16], *end;
    double bits = seconds * port->baud;
    unsigned most = bits < WAIT - 1 ? (unsigned)bits + 1 : WAIT - 1;
    fprintf(port->to, "%x\n", WAIT | most);
    if (fflush(port->to) != 0 || fgets(line, sizeof line, port->from) == NULL) {
        fail(error, "the simulation has ended");
        return PORT_FAILED;
    }
    unsigned long value = strtoul(line, &end, 16);
    if (end == line)
        return PORT_NOTHING;
    *byte = (unsigned char)value;
    return PORT_BYTE;
}

/* ---- either ---------------------------------------------------------------------------------- */

bool port_send(struct port *port, const void *bytes, size_t length, struct error *error)
{
    if (port->device >= 0)
        return write_all(port->device, bytes, length, error);
    for (size_t n = 0; n < length; n++)
        fprintf(port->to, "%x\n", ((const unsigned char *)bytes)[n]);
    return true; /* what went wrong shows at the next flush */
}

enum port_got port_receive(struct port *port, double seconds, unsigned char *byte,
                           struct error *error)
{
    if (port->device < 0)
        return ask(port, seconds, byte, error);
    if (port->next == port->end) {
        enum port_got got = read_device(port, seconds, error);
        if (got != PORT_BYTE)
            return got;
    }
    *byte = port->bytes[port->next++];
    return PORT_BYTE;
}

void port_close(struct port *port)
{
    if (port == NULL)
        return;
    if (port->device >= 0)
        close(port->device);
    if (port->to != NULL)
        fclose(port->to);
    if (port->from != NULL)
        fclose(port->from);
    free(port);
}
