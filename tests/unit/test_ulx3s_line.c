/* SPDX-License-Identifier: Apache-2.0
 * test_ulx3s_line.c - the host's half of the serial line at a pseudo-terminal, behind which a board is well,
 * or silent, or sends nonsense, or vanishes: y, or one line that says what is wrong, and no waiting without end. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "fpga/ulx3s/talk.h"

#include <cmocka.h> /* last: it has a macro called fail */

enum { FRAMES = 300, X_SIZE = 40, Y_SIZE = 2, BITS = 16, WINDOW = 4 };

/* Seconds.  Only of a board that says nothing is a silence expected, and waited for; any other may be kept from
 * answering by a loaded machine.  HANGS ends what would never end. */
enum { PATIENCE = 60, HANGS = 1200 };
static const double SILENCE = 0.05;

/* ---- a board --------------------------------------------------------------------------------- */

/* What is behind the line: it has `line` and runs in a process of its own. */
typedef void board_fn(int line);

static void say(int line, int kind, int number, const unsigned char *payload, size_t length)
{
    struct text bytes = {0};
    frame_append(&bytes, kind, number, payload, length);
    if (write(line, bytes.data, bytes.length) < 0)
        _exit(0);
    text_free(&bytes);
}

static void say_hello(int line)
{
    const unsigned char identity[IDENTITY_BYTES] = {LINK_VERSION, BITS, X_SIZE, 0, Y_SIZE, 0, WINDOW};
    say(line, LINK_HELLO, 0, identity, sizeof identity);
}

/* The next frame of the host; false: the line has ended. */
static bool take(int line, struct frame_finder *finder)
{
    unsigned char byte;
    while (read(line, &byte, 1) == 1)
        if (frame_found(finder, byte))
            return true;
    return false;
}

/* y is the first elements of x. */
static void answer(int line, const struct frame_finder *finder)
{
    const unsigned char *bytes = (const unsigned char *)finder->bytes.data;
    if (bytes[0] == LINK_START)
        say_hello(line);
    else
        say(line, LINK_Y, bytes[1], bytes + KIND_AND_NUMBER, Y_SIZE * BITS / 8);
}

static void is_well(int line)
{
    struct frame_finder finder = {0};
    while (take(line, &finder))
        answer(line, &finder);
}

static void is_silent(int line)
{
    struct frame_finder finder = {0};
    while (take(line, &finder))
        continue;
}

/* A HELLO of which something is missing. */
static void says_little(int line)
{
    struct frame_finder finder = {0};
    while (take(line, &finder))
        say(line, LINK_HELLO, 0, (const unsigned char *)"\1", 1);
}

static void sends_on(int line, const void *bytes, size_t length)
{
    while (write(line, bytes, length) > 0)
        continue;
}

static void sends_text(int line)
{
    sends_on(line, "login: ", 7);
}

static void sends_boundaries(int line)
{
    const unsigned char ends[] = {LINK_END, LINK_END};
    sends_on(line, ends, sizeof ends);
}

static void sends_errors(int line)
{
    struct frame_finder finder = {0};
    const unsigned char reason = LINK_ROOM;
    if (take(line, &finder))
        say_hello(line);
    for (;;)
        say(line, LINK_ERROR, 0, &reason, 1);
}

static void takes_nothing_more(int line)
{
    struct frame_finder finder = {0};
    if (take(line, &finder))
        say_hello(line);
    pause();
}

static void vanishes(int line)
{
    struct frame_finder finder = {0};
    for (int n = 0; n < 10 && take(line, &finder); n++)
        answer(line, &finder);
}

/* ---- a talk ---------------------------------------------------------------------------------- */

static struct talk make_talk(const char *path, double timeout, int window, struct error *error)
{
    struct talk talk = {.timeout = timeout, .window = window};
    struct frames *f = &talk.frames;
    *f = (struct frames){.count = FRAMES, .x_size = X_SIZE, .y_size = Y_SIZE, .activation_bits = BITS};
    f->x = allocate(FRAMES * X_SIZE, sizeof *f->x);
    f->y = allocate(FRAMES * Y_SIZE, sizeof *f->y);
    f->first = allocate(FRAMES, sizeof *f->first);
    for (int n = 0; n < FRAMES * X_SIZE; n++)
        f->x[n] = n * 97 % 30000 - 15000;
    for (int n = 0; n < FRAMES; n += 10)
        f->first[n] = true;
    talk.port = port_open_serial(path, 115200, error);
    return talk;
}

static void end_talk(struct talk *talk)
{
    talk_end(talk);
    port_close(talk->port);
    free(talk->frames.x);
    free(talk->frames.y);
    free(talk->frames.first);
}

/* Plays all frames with this board; "" or what is wrong. */
static struct error played(board_fn *board, double timeout, int window)
{
    struct error error = {""};
    int line = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(line >= 0 && grantpt(line) == 0 && unlockpt(line) == 0);
    struct talk talk = make_talk(ptsname(line), timeout, window, &error);
    assert_non_null(talk.port);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* whatever becomes of the test */
        port_close(talk.port); /* so that it sees the end of the line */
        board(line);
        _exit(0);
    }
    close(line); /* so that the line ends with the board */
    alarm(HANGS);
    bool ok = talk_start(&talk, &error) && talk_play(&talk, &error);
    alarm(0);
    assert_int_equal(ok, error.text[0] == '\0');
    for (int n = 0; ok && n < FRAMES; n++)
        for (int k = 0; k < Y_SIZE; k++)
            assert_int_equal(talk.frames.y[n * Y_SIZE + k], talk.frames.x[n * X_SIZE + k]);
    end_talk(&talk);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return error;
}

static void test_well(void **state)
{
    (void)state;
    assert_string_equal(played(is_well, PATIENCE, 0).text, "");
}

static void test_wrong_device(void **state)
{
    (void)state;
    static const char none[] = "the board does not answer: is it the right device and speed, and is the "
                               "bitstream loaded?";
    static const char nonsense[] = "the device sends without end, but not what a board sends: is it the right "
                                   "device and speed?";
    assert_string_equal(played(is_silent, SILENCE, 0).text, none);
    assert_string_equal(played(says_little, SILENCE, 0).text, none);
    assert_string_equal(played(sends_text, PATIENCE, 0).text, nonsense);
    assert_string_equal(played(sends_boundaries, PATIENCE, 0).text, nonsense);
    assert_string_equal(played(sends_errors, PATIENCE, 0).text, nonsense);
}

static void test_lost(void **state)
{
    (void)state;
    struct error gone = played(vanishes, PATIENCE, 0);
    if (strcmp(gone.text, "cannot read from the serial device: it is gone") != 0)
        assert_string_equal(gone.text, "cannot write to the serial device: it is gone");
    assert_string_equal(played(takes_nothing_more, PATIENCE, FRAMES).text,
                        "the serial device has taken nothing for 2 seconds");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_well),
        cmocka_unit_test(test_wrong_device),
        cmocka_unit_test(test_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
