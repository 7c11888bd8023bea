/* SPDX-License-Identifier: Apache-2.0
 * test_process.c - other programs are started, waited for, killed; their output; missing ones. */
#include "gen/folder/process.h"

#include <fcntl.h>
#include <signal.h>

#include "tests/unit/scratch.h"

static void put_script(const char *path, const char *lines)
{
    struct text text = {0};
    text_appendf(&text, "#!/bin/sh\n%s\n", lines);
    put(path, text_string(&text));
    text_free(&text);
    assert_int_equal(chmod(path, 0755), 0);
}

/* Runs WORD..., up to NULL; how it ended. */
static struct process_end run_words(struct process *process, ...)
{
    struct command command = {0};
    struct process_end end;
    struct error error = {""};
    va_list words;
    va_start(words, process);
    for (const char *word; (word = va_arg(words, const char *)) != NULL;)
        command_add(&command, "%s", word);
    va_end(words);
    process->command = &command;
    if (!process_run(process, &end, &error))
        fail_msg("%s", error.text);
    process->command = NULL;
    command_free(&command);
    return end;
}

static void describes(const struct process *process, const struct process_end *end,
                      const char *text)
{
    char how[100];
    process_describe(process, end, how, sizeof how);
    assert_string_equal(how, text);
}

/* ---- command lines --------------------------------------------------------------------------- */

static void test_command(void **state)
{
    (void)state;
    struct command command = {0};
    for (int n = 0; n < 100; n++) {
        command_add(&command, "word %d", n);
        assert_int_equal(command.count, n + 1);
        assert_null(command.words[n + 1]); /* at any time */
    }
    for (int n = 0; n < 100; n++) {
        char word[20];
        snprintf(word, sizeof word, "word %d", n);
        assert_string_equal(command.words[n], word);
    }
    command_free(&command);
    assert_int_equal(command.count, 0);
    assert_null(command.words);
    command_add(&command, "%s", ""); /* may grow again */
    assert_string_equal(command.words[0], "");
    command_free(&command);
}

/* ---- programs -------------------------------------------------------------------------------- */

static void test_exit_status(void **state)
{
    (void)state;
    struct process process = {.log = "log"};
    for (int status = 0; status < 256; status += 51) {
        char script[40], how[40];
        snprintf(script, sizeof script, "exit %d", status);
        struct process_end end = run_words(&process, "sh", "-c", script, NULL);
        assert_int_equal(end.status, status);
        assert_int_equal(end.signal, 0);
        assert_false(end.timed_out);
        assert_true(end.seconds >= 0);
        snprintf(how, sizeof how, "exit status %d", status);
        describes(&process, &end, how);
    }
}

static void test_signal(void **state)
{
    (void)state;
    struct process process = {.log = "log"};
    struct process_end end = run_words(&process, "sh", "-c", "kill -TERM $$", NULL);
    assert_int_equal(end.status, -1);
    assert_int_equal(end.signal, SIGTERM);
    assert_false(end.timed_out);
    describes(&process, &end, "killed by signal 15 (Terminated)");
    end.signal = SIGSEGV;
    describes(&process, &end, "killed by signal 11 (Segmentation fault)");
}

/* Only what never ends by itself is killed. */
static void test_time_out(void **state)
{
    (void)state;
    struct process process = {.log = "log", .limit_seconds = 1};
    struct process_end end =
        run_words(&process, "sh", "-c", "while :; do read x </dev/zero; done", NULL);
    assert_true(end.timed_out);
    assert_int_equal(end.status, -1);
    assert_int_equal(end.signal, SIGXCPU);
    assert_true(end.seconds >= 1);
    describes(&process, &end, "killed after 1 seconds of processor time");
    /* One that waits takes none. */
    process.limit_seconds = 1;
    end = run_words(&process, "sleep", "1.3", NULL);
    assert_false(end.timed_out);
    assert_int_equal(end.status, 0);
    process.limit_seconds = 600;
    end = run_words(&process, "true", NULL);
    assert_false(end.timed_out);
    assert_int_equal(end.status, 0);
}

/* Both streams, in order, behind what is there; input is empty; words arrive whole. */
static void test_log(void **state)
{
    (void)state;
    struct process process = {.log = "log"};
    put("log", "before\n");
    struct process_end end = run_words(&process, "sh", "-c",
                                       "echo out; echo err >&2; cat; echo \"[$1][$2][$3]\"", "name",
                                       "two words", "", "a\"b'c$HOME*", NULL);
    assert_int_equal(end.status, 0);
    holds("log", "before\nout\nerr\n[two words][][a\"b'c$HOME*]\n");
}

static void test_folder(void **state)
{
    (void)state;
    struct process process = {.log = "log", .folder = "in here"};
    char wanted[PATH_MAX + 20];
    make_dir("in here");
    run_words(&process, "sh", "-c", "pwd; echo x >file", NULL);
    snprintf(wanted, sizeof wanted, "%s/in here\n", scratch);
    holds("log", wanted); /* the log is named from where we are */
    holds("in here/file", "x\n");
    assert_false(exists("file"));
}

static void test_much_output(void **state)
{
    (void)state;
    struct process process = {.log = "log"};
    struct stat status;
    struct process_end end =
        run_words(&process, "sh", "-c", "yes line | head -c 3000000; echo end", NULL);
    assert_int_equal(end.status, 0);
    assert_int_equal(stat("log", &status), 0);
    assert_int_equal(status.st_size, 3000004);
    char *tail = file_tail("log", 1);
    assert_string_equal(tail, "end");
    free(tail);
    tail = file_tail("log", 5000);
    assert_int_equal(strlen(tail), 4095); /* that much is looked at */
    free(tail);
}

/* ---- what cannot be started ------------------------------------------------------------------ */

static void not_started(struct process *process, const char *program, const char *message)
{
    struct command command = {0};
    struct process_end end;
    struct error error = {""};
    command_add(&command, "%s", program);
    process->command = &command;
    assert_false(process_run(process, &end, &error));
    assert_string_equal(error.text, message);
    command_free(&command);
}

static void test_not_started(void **state)
{
    (void)state;
    struct process process = {.log = "log"};
    not_started(&process, "./nothing", "cannot run ./nothing: No such file or directory");
    put("plain", "#!/bin/sh\n");
    not_started(&process, "./plain", "cannot run ./plain: Permission denied");
    process.folder = "nowhere";
    not_started(&process, "true", "cannot enter nowhere: No such file or directory");
    process = (struct process){.log = "nowhere/log"};
    not_started(&process, "true", "cannot write nowhere/log: No such file or directory");
}

static void test_available(void **state)
{
    (void)state;
    struct error error = {""};
    char *path = duplicate(getenv("PATH"));
    make_dir("bin");
    make_dir("more");
    put_script("more/here", "exit 0");
    put("bin/plain", "not to be run\n");
    setenv("PATH", "bin:more", 1);
    assert_true(process_available("here", "package", &error));
    assert_false(process_available("plain", "some-package", &error));
    assert_string_equal(error.text,
                        "plain is not installed; it is in the Debian package some-package "
                        "(apt-get install some-package)");
    setenv("PATH", "bin", 1);
    assert_false(process_available("here", "package", &error));
    put_script("local", "exit 0");
    assert_false(process_available("local", "package", &error));
    setenv("PATH", "bin:", 1); /* an empty part is the current folder, in any place */
    assert_true(process_available("local", "package", &error));
    setenv("PATH", ":bin", 1);
    assert_true(process_available("local", "package", &error));
    unsetenv("PATH");
    assert_true(process_available("sh", "dash", &error));
    assert_false(process_available("local", "package", &error));
    setenv("PATH", path, 1);
    free(path);
}

/* ---- the end of a file ----------------------------------------------------------------------- */

static void tail_is(const char *content, int lines, const char *wanted)
{
    put("file", content);
    char *tail = file_tail("file", lines);
    assert_string_equal(tail, wanted);
    free(tail);
}

static void test_tail(void **state)
{
    (void)state;
    char *tail = file_tail("none", 3), *long_text = allocate(10001, 1);
    assert_string_equal(tail, "");
    free(tail);
    tail_is("", 3, "");
    tail_is("a", 3, "a");
    tail_is("a\nb\nc\n", 1, "c");
    tail_is("a\nb\nc\n", 2, "b\nc");
    tail_is("a\nb\nc", 3, "a\nb\nc");
    tail_is("a\nb\nc", 4, "a\nb\nc");
    tail_is("a\n\nc\n\n\n", 2, "\nc");
    memset(long_text, 'x', 10000);
    memcpy(long_text + 9990, "\nlast", 5);
    put_bytes("file", long_text, 9995);
    tail = file_tail("file", 1);
    assert_string_equal(tail, "last");
    free(tail);
    tail = file_tail("file", 2);
    assert_int_equal(strlen(tail), 4096);
    assert_string_equal(tail + 4091, "\nlast");
    free(tail);
    free(long_text);
}

static void test_clock(void **state)
{
    (void)state;
    double before = seconds_now();
    assert_true(before > 0);
    assert_true(seconds_now() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command),
        cmocka_unit_test_teardown(test_exit_status, scratch_clean),
        cmocka_unit_test_teardown(test_signal, scratch_clean),
        cmocka_unit_test_teardown(test_time_out, scratch_clean),
        cmocka_unit_test_teardown(test_log, scratch_clean),
        cmocka_unit_test_teardown(test_folder, scratch_clean),
        cmocka_unit_test_teardown(test_much_output, scratch_clean),
        cmocka_unit_test_teardown(test_not_started, scratch_clean),
        cmocka_unit_test_teardown(test_available, scratch_clean),
        cmocka_unit_test_teardown(test_tail, scratch_clean),
        cmocka_unit_test(test_clock),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
