/* SPDX-License-Identifier: Apache-2.0
 * test_sweep_store.c - the folder of a sweep: what is there is kept, whatever happened to the
 * process before. */
#include <signal.h>
#include <unistd.h>

#include "tests/unit/scratch.h"
#include "tests/unit/sweep_testing.h"

static const char *const axes[] = {"pes=2,3", "channels=1,2,3"};
enum { POINTS = 6 };

/* Rows at no cost; one point may kill its process. */
static int deadly = -1;

static void compute(struct sweep *sweep, int point, struct stock *stock, struct row *row)
{
    (void)stock;
    if (point == deadly)
        raise(SIGKILL);
    point_failed(sweep, point, "as if, \"so\"", row);
}

static const struct work work = {compute, point_prepare};

static void read_whole(struct text *text, const char *dir, const char *name)
{
    struct error error = {""};
    struct text path = {0};
    text_appendf(&path, "%s/%s", dir, name);
    text_cut(text, 0);
    if (!text_read_file(text, text_string(&path), &error))
        fail_msg("%s", error.text);
    text_free(&path);
}

static void write_whole(const struct text *text, const char *dir, const char *name)
{
    struct error error;
    struct text path = {0};
    text_appendf(&path, "%s/%s", dir, name);
    assert_true(text_write_file(text, text_string(&path), &error));
    text_free(&path);
}

/* Opens the folder, runs what is left, and closes it; returns how many points were there. */
static int run(struct sweep *sweep, const char *dir, int jobs)
{
    struct store store;
    struct error error = {""};
    bool good = store_open(&store, sweep, dir, &error);
    const int there = store.there;
    good = good && workers_run(sweep, &store, jobs, &work, &error) && store_finish(&store, &error);
    if (!good)
        fail_msg("%s", error.text);
    assert_int_equal(store.there, sweep->plan.count);
    store_close(&store);
    return there;
}

/* The files are what they are in any number of processes. */
static void whatever_the_jobs(void **state)
{
    (void)state;
    struct tested t;
    struct text one = {0}, many = {0};
    open_sweep(&t, axes, 2);
    for (int jobs = 1; jobs <= 9; jobs += 4) {
        char folder[32];
        snprintf(folder, sizeof folder, "jobs%d", jobs);
        assert_int_equal(run(&t.sweep, folder, jobs), 0);
        read_whole(jobs == 1 ? &one : &many, folder, "points.csv");
        if (jobs > 1)
            assert_string_equal(text_string(&one), text_string(&many));
    }
    assert_non_null(strstr(text_string(&one), "\n2,1,,failed,\"as if, \"\"so\"\"\","));
    text_free(&one);
    text_free(&many);
    close_sweep(&t);
}

/* Both files are cut off anywhere: afterwards they are whole again, and what was whole was not made
 * anew. */
static void cut_off(void **state)
{
    (void)state;
    const char *dir = "cut";
    struct tested t;
    struct text csv = {0}, json = {0}, now = {0};
    struct random random;
    random_seed(&random, 3);
    open_sweep(&t, axes, 2);
    run(&t.sweep, dir, 1);
    read_whole(&csv, dir, "points.csv");
    read_whole(&json, dir, "points.jsonl");
    for (int turn = 0; turn < 60; turn++) {
        struct text part = {0};
        text_append_bytes(&part, csv.data, (size_t)random_int(&random, 0, (int)csv.length));
        write_whole(&part, dir, "points.csv");
        int whole = 0;
        for (size_t n = 0; n < part.length; n++)
            whole += part.data[n] == '\n';
        text_cut(&part, 0);
        text_append_bytes(&part, json.data, (size_t)random_int(&random, 0, (int)json.length));
        write_whole(&part, dir, "points.jsonl");
        int other = 0;
        for (size_t n = 0; n < part.length; n++)
            other += part.data[n] == '\n';
        whole = whole > 0 ? whole - 1 : 0; /* the header */
        assert_int_equal(run(&t.sweep, dir, 2), whole < other ? whole : other);
        read_whole(&now, dir, "points.csv");
        assert_string_equal(text_string(&now), text_string(&csv));
        read_whole(&now, dir, "points.jsonl");
        assert_string_equal(text_string(&now), text_string(&json));
        text_free(&part);
    }
    text_free(&csv);
    text_free(&json);
    text_free(&now);
    close_sweep(&t);
}

/* The last line of a file, of which `change` makes another. */
static void change_last(const char *dir, const char *name, void (*change)(struct text *line))
{
    struct text text = {0}, line = {0};
    read_whole(&text, dir, name);
    size_t at = text.length - 1;
    while (text.data[at - 1] != '\n')
        at--;
    text_append_bytes(&line, text.data + at, text.length - at);
    change(&line);
    text_cut(&text, at);
    text_append_bytes(&text, line.data, line.length);
    write_whole(&text, dir, name);
    text_free(&text);
    text_free(&line);
}

static void end_as_windows(struct text *line)
{
    text_cut(line, line->length - 1);
    text_append(line, "\r\n");
}

/* As a file system leaves what it had no time to write. */
static void lose_end(struct text *line)
{
    memset(line->data + line->length / 2, 0, line->length - line->length / 2 - 1);
}

static void cut_end(struct text *line)
{
    text_cut(line, line->length - 3);
    text_append(line, "\n");
}

static void rename_status(struct text *line)
{
    char *status = strstr(text_string(line), "failed");
    status[0] = 'F';
}

/* A line that ends, and yet is not what was written, is made anew. */
static void changed_lines(void **state)
{
    (void)state;
    static void (*const changes[])(struct text *) = {end_as_windows, lose_end, cut_end,
                                                     rename_status};
    static const char *const names[] = {"points.csv", "points.jsonl"};
    const char *dir = "changed";
    struct tested t;
    struct text whole = {0}, now = {0};
    open_sweep(&t, axes, 2);
    run(&t.sweep, dir, 1);
    for (size_t name = 0; name < COUNT(names); name++)
        for (size_t n = 0; n < COUNT(changes); n++) {
            if (name == 1 && changes[n] == rename_status)
                continue; /* nobody reads it there */
            read_whole(&whole, dir, names[name]);
            change_last(dir, names[name], changes[n]);
            assert_int_equal(run(&t.sweep, dir, 1), POINTS - 1);
            read_whole(&now, dir, names[name]);
            assert_string_equal(text_string(&now), text_string(&whole));
        }
    text_free(&whole);
    text_free(&now);
    close_sweep(&t);
}

/* A process that dies costs its point, and no other. */
static void death(void **state)
{
    (void)state;
    struct tested t;
    struct text csv = {0};
    open_sweep(&t, axes, 2);
    for (deadly = 0; deadly < POINTS; deadly++) {
        char folder[32];
        snprintf(folder, sizeof folder, "death%d", deadly);
        run(&t.sweep, folder, 1 + deadly % 3);
        read_whole(&csv, folder, "points.csv");
        const char *killed = strstr(text_string(&csv), "killed by signal 9");
        assert_non_null(killed);
        assert_null(strstr(killed + 1, "killed"));
        int point = -1; /* behind the header */
        for (const char *at = text_string(&csv); at < killed; at++)
            point += *at == '\n';
        assert_int_equal(point, deadly);
    }
    deadly = -1;
    text_free(&csv);
    close_sweep(&t);
}

static void expect_refused(const struct sweep *sweep, const char *dir, const char *message)
{
    struct store store;
    struct error error = {""};
    assert_false(store_open(&store, sweep, dir, &error));
    if (strstr(error.text, message) == NULL)
        fail_msg("%s", error.text);
    store_close(&store);
}

static void other_sweeps(void **state)
{
    (void)state;
    static const char *const more[] = {"pes=2,3,4", "channels=1,2,3"};
    const char *dir = "others";
    struct tested t, other;
    struct store store;
    struct error error;
    open_sweep(&t, axes, 2);
    run(&t.sweep, dir, 1);
    open_sweep(&other, more, 2);
    expect_refused(&other.sweep, dir, "of other axes");
    close_sweep(&other);
    open_sweep(&other, axes, 2);
    other.sweep.base.fifo_depth++;
    expect_refused(&other.sweep, dir, "of other keys of the configuration");
    close_sweep(&other);
    assert_true(store_open(&store, &t.sweep, dir, &error));
    expect_refused(&t.sweep, dir, "another sweep writes to this folder");
    store_close(&store);
    close_sweep(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_the_jobs),
        cmocka_unit_test(cut_off),
        cmocka_unit_test(changed_lines),
        cmocka_unit_test(death),
        cmocka_unit_test(other_sweeps),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
