/* SPDX-License-Identifier: Apache-2.0
 * The protocol of ese_pipe.h: a chip in C at the other end, simulators that die or talk nonsense; and the
 * two buses of real devices over plain files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fpga/driver/ese_pipe.h"
#include "fpga/driver/ese_server.h"
#include "tests/unit/fake_chip.h"

/* ---- the other end -------------------------------------------------------------------------------------- */

static void take(int from, void *into, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t got = read(from, (char *)into + done, bytes - done);
        if (got <= 0)
            _exit(2);
        done += (size_t)got;
    }
}

static void give(int to, const void *from, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t put_now = write(to, (const char *)from + done, bytes - done);
        if (put_now <= 0)
            _exit(2);
        done += (size_t)put_now;
    }
}

enum manner { RIGHT, DIES, DIES_IN_ANSWER, WRONG_STATUS, WRONG_LENGTH, BREAKS, OLD_VERSION };

struct script {
    enum manner manner;
    long at; /* the request, counted from 0, at which it happens */
};

static void answer(int end, uint32_t status, uint32_t value, const void *bytes, size_t count,
                   const struct fake_chip *fake)
{
    unsigned char header[ESE_PIPE_HEADER] = {0};
    ese_pipe_put(header, status, 4);
    ese_pipe_put(header + 4, value, 4);
    ese_pipe_put(header + 8, (uint64_t)fake->clock, 8);
    ese_pipe_put(header + 16, count, 8);
    give(end, header, sizeof header);
    give(end, bytes, count);
}

static void misbehave(int end, enum manner manner, const struct fake_chip *fake)
{
    static const unsigned char half[10];
    switch (manner) {
    case DIES_IN_ANSWER:
        give(end, half, sizeof half);
        _exit(3);
    case WRONG_STATUS:
        answer(end, 77, 0, NULL, 0, fake);
        break;
    case WRONG_LENGTH:
        answer(end, ESE_PIPE_OK, 0, half, 3, fake);
        break;
    case BREAKS:
        answer(end, ESE_PIPE_BROKEN, 0, "m_axi_data_arvalid fell", 23, fake);
        break;
    default:
        _exit(3);
    }
}

/* One request to the fake; false: it was the last. */
static bool obey(struct fake_chip *fake, int end, const unsigned char *header)
{
    static unsigned char bytes[ESE_PIPE_MOST];
    struct ese_bus *bus = &fake->bus;
    uint32_t what = (uint32_t)ese_pipe_get(header, 4), value = 0;
    enum ese_port port = ese_pipe_get(header + 4, 4) == 0 ? ESE_PORT_WEIGHTS : ESE_PORT_DATA;
    uint64_t address = ese_pipe_get(header + 8, 8), number = ese_pipe_get(header + 16, 8);
    size_t count = (size_t)ese_pipe_get(header + 24, 8), out = 0;
    struct ese_pool *pool = &fake->pools[port];
    if (what == ESE_PIPE_WRITE)
        take(end, bytes, count);
    switch (what) {
    case ESE_PIPE_HELLO:
        value = ESE_PIPE_VERSION;
        ese_pipe_put(bytes, 2, 4);
        ese_pipe_put(bytes + 4, 8 * FAKE_BUS, 4);
        ese_pipe_put(bytes + 8, 32, 4);
        out = 12;
        break;
    case ESE_PIPE_READ_REGISTER:
        if (address >= sizeof fake->registers) {
            answer(end, ESE_PIPE_REFUSED, 0, "SLVERR", 6, fake);
            return true;
        }
        bus->read32(bus, (uint32_t)address, &value);
        break;
    case ESE_PIPE_WRITE_REGISTER:
        bus->write32(bus, (uint32_t)address, (uint32_t)number);
        break;
    case ESE_PIPE_CLAIM: /* where the other end wants it */
        pool->blocks[pool->count++] = (struct ese_pool_block){address, count};
        break;
    case ESE_PIPE_RELEASE:
        bus->release(bus, port, address);
        break;
    case ESE_PIPE_READ:
        bus->read(bus, port, address, bytes, count);
        out = count;
        break;
    case ESE_PIPE_WRITE:
        bus->write(bus, port, address, bytes, count);
        break;
    case ESE_PIPE_WAIT:
        value = (uint32_t)bus->wait(bus, (uint32_t)(number / ESE_PIPE_MHZ));
        break;
    case ESE_PIPE_COUNTS:
        for (int i = 0; i < ESE_PIPE_COUNT_NUMBERS; i++)
            ese_pipe_put(bytes + 8 * i, (uint64_t)(100 + i), 8);
        out = 8 * ESE_PIPE_COUNT_NUMBERS;
        break;
    default:
        break;
    }
    answer(end, ESE_PIPE_OK, value, bytes, out, fake);
    return what != ESE_PIPE_END;
}

/* Memory of the fake begins at the first address that the pipe gives out. */
enum { SHIFT = (1 << 20) - FAKE_BASE };

static void be_chip(int end, const struct script *script)
{
    struct fake_chip *fake = fake_new(3, ESE_FEATURES_QUEUE | ESE_FEATURES_TWO_PORTS);
    for (int port = 0; port < ESE_PORTS; port++)
        fake->memory[port] = (unsigned char *)realloc(fake->memory[port], FAKE_MEMORY + SHIFT);
    for (long n = 0;; n++) {
        unsigned char header[ESE_PIPE_HEADER];
        take(end, header, sizeof header);
        if (script->manner == OLD_VERSION)
            ese_pipe_put(header + 16, 0, 8);
        if (script->manner == OLD_VERSION)
            answer(end, ESE_PIPE_REFUSED, 0, "version 1 is spoken here", 24, fake);
        else if (script->manner != RIGHT && n == script->at)
            misbehave(end, script->manner, fake);
        else if (!obey(fake, end, header))
            break;
    }
    _exit(fake->wrong[0] == '\0' ? 0 : 1);
}

static struct ese_bus *start(const struct script *script, pid_t *child, char *message)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    *child = fork();
    if (*child == 0) {
        close(ends[0]);
        be_chip(ends[1], script);
    }
    close(ends[1]);
    return ese_bus_pipe(ends[0], ends[0], message);
}

static int end_of(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- a whole run -------------------------------------------------------------------------------------------- */

enum { FRAMES = 11, VOICES = 5 };

static int32_t x[VOICES][FRAMES * FAKE_X], y[VOICES][FRAMES * FAKE_Y], right[FRAMES * FAKE_Y];

static int run(struct ese_chip *chip, struct ese_bus *bus)
{
    static unsigned char model[FAKE_IMAGE], weights[FAKE_WEIGHTS];
    struct fake_chip *shape = fake_new(3, 0);
    struct ese_utterance utterances[VOICES];
    fake_image(shape, model, weights);
    fake_close(&shape->bus);
    int result = ese_open(chip, bus);
    if (result == ESE_OK)
        result = ese_load(chip, model, sizeof model, weights, sizeof weights);
    if (result != ESE_OK)
        return result;
    struct ese_server *server = ese_server_open(chip, &(struct ese_server_options){4, 3});
    if (server == NULL)
        return ESE_FAIL_BUS;
    for (int v = 0; v < VOICES && result == ESE_OK; v++) {
        for (int i = 0; i < FRAMES * FAKE_X; i++)
            x[v][i] = 100 * v + i;
        utterances[v] = (struct ese_utterance){.x = x[v], .y = y[v], .frames = FRAMES};
        result = ese_server_submit(server, &utterances[v]);
    }
    if (result == ESE_OK)
        result = ese_server_finish(server);
    char reason[ESE_MESSAGE];
    memcpy(reason, chip->message, sizeof reason);
    ese_server_close(server);
    memcpy(chip->message, reason, sizeof reason);
    return result;
}

static void run_over_pipe(void **state)
{
    (void)state;
    char message[ESE_MESSAGE] = "";
    pid_t child;
    struct ese_chip chip;
    struct ese_bus *bus = start(&(struct script){RIGHT, 0}, &child, message);
    assert_non_null(bus);
    assert_int_equal(run(&chip, bus), ESE_OK);
    for (int v = 0; v < VOICES; v++) {
        int32_t sum = 0;
        fake_expect(&sum, x[v], right, FRAMES);
        assert_memory_equal(y[v], right, sizeof right);
    }
    struct ese_simulated counts;
    assert_int_equal(ese_bus_simulated(bus, &counts), 0);
    assert_int_equal(counts.issues, 100);
    assert_int_equal(counts.busy[ESE_PORT_WEIGHTS], 104);
    assert_int_equal(counts.bursts[ESE_PORT_DATA], 105);
    assert_true(bus->now(bus) > 0);
    /* A refusal is told, and is not the end. */
    uint32_t value;
    assert_int_equal(bus->read32(bus, 0x800, &value), -1);
    assert_string_equal(bus->message, "simulated chip: SLVERR");
    assert_int_equal(bus->read32(bus, ESE_ID, &value), 0);
    assert_int_equal(value, 0x45534531);
    ese_close(&chip);
    bus->close(bus);
    assert_int_equal(end_of(child), 0);
}

/* Whenever it happens the program gets a clean failure, and only one message. */
static void simulator_fails(void **state)
{
    (void)state;
    static const struct { enum manner manner; const char *says; } list[] = {
        {DIES, "the simulated chip is gone: "},
        {DIES_IN_ANSWER, "the simulated chip is gone: "},
        {WRONG_STATUS, "the simulated chip is gone: its answer makes no sense"},
        {WRONG_LENGTH, "the simulated chip is gone: its answer has a wrong length"},
        {BREAKS, "simulated chip: m_axi_data_arvalid fell"},
    };
    for (size_t n = 0; n < sizeof list / sizeof *list; n++)
        for (long at = 0; at < 150; at += at < 40 ? 1 : 7) {
            char message[ESE_MESSAGE] = "";
            pid_t child;
            struct ese_chip chip;
            struct ese_bus *bus = start(&(struct script){list[n].manner, at}, &child, message);
            if (bus == NULL) {
                assert_int_equal(at, 0);
            } else {
                int result = run(&chip, bus);
                assert_true(result == ESE_FAIL_BUS || result == ESE_FAIL_MEMORY);
                memcpy(message, chip.message, sizeof message);
                ese_close(&chip);
                bus->close(bus);
            }
            if (strncmp(message, list[n].says, strlen(list[n].says)) != 0)
                fail_msg("request %ld: '%s', expected '%s'", at, message, list[n].says);
            end_of(child);
        }
}

static void versions_differ(void **state)
{
    (void)state;
    char message[ESE_MESSAGE] = "";
    pid_t child;
    assert_null(start(&(struct script){OLD_VERSION, 0}, &child, message));
    assert_string_equal(message, "simulated chip: version 1 is spoken here");
    end_of(child);
}

/* Writing to a dead end must not kill the program; with plain pipes, which are not sockets, that is up to
 * it. */
static void nobody_there(void **state)
{
    (void)state;
    int there[2], back[2], ends[2];
    char message[ESE_MESSAGE] = "";
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    close(ends[1]);
    assert_null(ese_bus_pipe(ends[0], ends[0], message));
    assert_string_equal(message, "the simulated chip is gone: Broken pipe");
    assert_int_equal(pipe(there), 0);
    assert_int_equal(pipe(back), 0);
    close(there[0]);
    close(back[1]);
    signal(SIGPIPE, SIG_IGN); /* as the README says for pipes */
    assert_null(ese_bus_pipe(there[1], back[0], message));
    signal(SIGPIPE, SIG_DFL);
    assert_string_equal(message, "the simulated chip is gone: Broken pipe");
}

/* ---- a simulator of its own ---------------------------------------------------------------------------------- */

static void simulator_started(void **state)
{
    (void)state;
    char message[ESE_MESSAGE] = "", log[] = "/tmp/ese-pipe-XXXXXX", line[100] = "";
    int file = mkstemp(log);
    assert_true(file >= 0);
    close(file);
    const char *const missing[] = {"/nonexistent/simulator", NULL};
    assert_null(ese_bus_simulator(missing, "/", log, message));
    assert_string_equal(message, "cannot start /nonexistent/simulator in /: No such file or directory");
    const char *const no_folder[] = {"true", NULL};
    assert_null(ese_bus_simulator(no_folder, "/nonexistent", log, message));
    assert_non_null(strstr(message, "in /nonexistent: No such file"));
    /* It runs in its folder, gets the argument, and its output lands in the log. */
    const char *const shell[] = {"sh", "-c", "echo \"$0 in $PWD\"", NULL};
    assert_null(ese_bus_simulator(shell, "/usr", log, message));
    assert_non_null(strstr(message, "the simulated chip is gone: "));
    FILE *text = fopen(log, "r");
    assert_non_null(fgets(line, sizeof line, text));
    fclose(text);
    int in = -1, out = -1;
    assert_int_equal(sscanf(line, "+serve=%d,%d in /usr\n", &in, &out), 2);
    assert_int_equal(in, out);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no zombies */
    remove(log);
}

/* ---- devices -------------------------------------------------------------------------------------------------- */

static void make_file(const char *path, size_t bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)bytes - 1, SEEK_SET), 0);
    putc(0, file);
    fclose(file);
}

/* Memory behind a bus: in and out, not beyond, one block beside the other. */
static void check_memory(struct ese_bus *bus)
{
    uint64_t first, second, third;
    uint32_t value = 0;
    char text[6] = "";
    assert_int_equal(bus->write32(bus, 0x28, 0xdeadbeef), 0);
    assert_int_equal(bus->read32(bus, 0x28, &value), 0);
    assert_int_equal(value, 0xdeadbeef);
    assert_int_equal(bus->allocate(bus, ESE_PORT_WEIGHTS, 5000, &first), 0);
    assert_int_equal(bus->allocate(bus, ESE_PORT_DATA, 4096, &second), 0);
    assert_int_equal(first, 0x40000000);
    assert_int_equal(second, 0x40002000);
    assert_int_equal(bus->allocate(bus, ESE_PORT_DATA, 8192, &third), -1);
    assert_non_null(strstr(bus->message, "no room for 8192 bytes"));
    assert_int_equal(bus->write(bus, ESE_PORT_DATA, second + 4091, "voice", 5), 0);
    assert_int_equal(bus->read(bus, ESE_PORT_DATA, second + 4091, text, 5), 0);
    assert_string_equal(text, "voice");
    bus->release(bus, ESE_PORT_WEIGHTS, first);
    assert_int_equal(bus->allocate(bus, ESE_PORT_DATA, 8192, &third), 0);
    assert_int_equal(third, first);
    assert_true(bus->now(bus) > 0);
}

static void uio_on_files(void **state)
{
    (void)state;
    char message[ESE_MESSAGE];
    make_file("/tmp/ese-uio", 4096);
    make_file("/tmp/ese-memory", 4096 + 16384);
    struct ese_uio how = {.device = "/tmp/ese-none",
                          .data = {"/tmp/ese-memory", 4096, 0x40000000, 16384 - 4096}};
    assert_null(ese_bus_uio(&how, message));
    assert_string_equal(message, "cannot open /tmp/ese-none: No such file or directory");
    how.device = "/tmp/ese-uio";
    how.data.address = 0x40000800;
    assert_null(ese_bus_uio(&how, message));
    assert_non_null(strstr(message, "cannot map 12288 bytes of /tmp/ese-memory for address 40000800"));
    how.data.address = 0x40000000;
    struct ese_bus *bus = ese_bus_uio(&how, message);
    assert_non_null(bus);
    check_memory(bus);
    char text[8];
    assert_int_equal(bus->read(bus, ESE_PORT_DATA, 0x40002ffc, text, 5), -1);
    assert_int_equal(bus->write(bus, ESE_PORT_DATA, 0x3fffffff, text, 1), -1);
    assert_non_null(strstr(bus->message, "address 3fffffff is not in the reserved memory"));
    bus->close(bus);
    FILE *file = fopen("/tmp/ese-memory", "rb"); /* behind the offset */
    assert_int_equal(fseek(file, 4096 + 0x2000 + 4091, SEEK_SET), 0);
    assert_int_equal(getc(file), 'v');
    fclose(file);
    remove("/tmp/ese-uio");
    remove("/tmp/ese-memory");
    assert_int_equal(ese_udmabuf(&how.data, "no-such-buffer", message), -1);
    assert_string_equal(message, "cannot read /sys/class/u-dma-buf/no-such-buffer/phys_addr");
}

static void xdma_on_files(void **state)
{
    (void)state;
    char message[ESE_MESSAGE];
    const struct ese_xdma how = {
        .prefix = "/tmp/ese-xdma", .registers = 0x100, .data = {.address = 0x40000000, .bytes = 12288}};
    make_file("/tmp/ese-xdma_user", 4096);
    make_file("/tmp/ese-xdma_h2c_0", 4096);
    assert_null(ese_bus_xdma(&how, message));
    assert_string_equal(message, "cannot open /tmp/ese-xdma_c2h_0: No such file or directory");
    assert_int_equal(link("/tmp/ese-xdma_h2c_0", "/tmp/ese-xdma_c2h_0"), 0); /* one memory */
    make_file("/tmp/ese-xdma_events_0", 8);
    struct ese_bus *bus = ese_bus_xdma(&how, message);
    assert_non_null(bus);
    check_memory(bus);
    assert_int_equal(bus->wait(bus, 1000), 1);
    char text[8];
    assert_int_equal(bus->read(bus, ESE_PORT_DATA, 0x50000000, text, 5), -1);
    assert_string_equal(bus->message, "cannot read from the card at 50000000: no bytes came");
    bus->close(bus);
    FILE *file = fopen("/tmp/ese-xdma_user", "rb");
    assert_int_equal(fseek(file, 0x128, SEEK_SET), 0);
    assert_int_equal(getc(file), 0xef);
    fclose(file);
    remove("/tmp/ese-xdma_user");
    remove("/tmp/ese-xdma_h2c_0");
    remove("/tmp/ese-xdma_c2h_0");
    remove("/tmp/ese-xdma_events_0");
}

/* ---- the pool --------------------------------------------------------------------------------------------------- */

static void pool_keeps_apart(void **state)
{
    (void)state;
    struct ese_pool pool = {.base = 4096, .bytes = 1 << 20, .gap = 4096};
    uint64_t held[20], bytes[20];
    int count = 0;
    unsigned seed = 7;
    for (int n = 0; n < 3000; n++) {
        seed = seed * 1103515245u + 12345u;
        if (count == 20 || (count > 0 && seed >> 16 & 1)) {
            int which = (int)(seed >> 20) % count;
            ese_pool_give(&pool, held[which]);
            held[which] = held[--count];
            bytes[which] = bytes[count];
            continue;
        }
        bytes[count] = 1 + (seed >> 8) % 60000;
        if (ese_pool_take(&pool, bytes[count], &held[count]) != 0)
            continue;
        assert_int_equal(held[count] % 4096, 0);
        assert_true(held[count] + bytes[count] <= 4096 + (1 << 20));
        for (int i = 0; i < count; i++)
            assert_true(held[count] >= held[i] + bytes[i] + 4096 ||
                        held[i] >= held[count] + bytes[count] + 4096);
        count++;
    }
    assert_int_equal(pool.count, count);
    uint64_t address;
    assert_int_equal(ese_pool_take(&pool, 0, &address), -1);
    assert_int_equal(ese_pool_take(&pool, UINT64_MAX, &address), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_over_pipe),  cmocka_unit_test(simulator_fails),
        cmocka_unit_test(versions_differ), cmocka_unit_test(nobody_there),
        cmocka_unit_test(simulator_started), cmocka_unit_test(uio_on_files),
        cmocka_unit_test(xdma_on_files),  cmocka_unit_test(pool_keeps_apart),
    };
    return cmocka_run_group_tests_name("pipe", tests, NULL, NULL);
}
