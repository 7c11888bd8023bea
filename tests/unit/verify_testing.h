/* SPDX-License-Identifier: Apache-2.0
 * verify_testing.h - ese verify with simulators that say what the test has told them to say. */
#ifndef ESE_TESTS_VERIFY_TESTING_H
#define ESE_TESTS_VERIFY_TESTING_H

#include "tests/unit/fake_tools.h"

#include "gen/verify/play.h"
#include "tests/unit/command_testing.h"

/* What a simulator has measured; everything else about the run is well. */
struct measured {
    const char *simulator; /* "verilator" */
    int64_t cycles;        /* of a frame; 0: no phase at all, -1: only one frame began */
    int64_t ddr3;          /* of a frame in a phase of that name; 0: there is none */
    int charts;
    bool uneven;           /* frames take so long only in the second half, and on an average */
};

static inline json_t *a_phase(const char *name, const struct program *p, int64_t cycles,
                              struct measured m)
{
    enum { FRAMES = 6 };
    json_t *frames = json_array(), *list = json_array();
    for (int t = 0; t < FRAMES; t++)
        json_array_append_new(
            frames, json_pack("{s:I}", "start",
                              (json_int_t)(30 + (m.uneven && t < 2 ? t - 100 : t) * cycles)));
    for (int n = 0; n < m.charts; n++) {
        json_t *products = json_array(), *passes = json_array();
        for (int i = 0; i < p->product_count; i++)
            json_array_append_new(products, json_pack("[i, i]", 40 + 5 * i, 44 + 5 * i));
        for (int i = 0; i < p->pass_count; i++)
            json_array_append_new(passes, json_pack("[i, i]", 60 + 5 * i, 63 + 5 * i));
        json_array_append_new(list, json_pack("{s:i, s:o, s:o}", "frame", 3 + n, "products",
                                              products, "passes", passes));
    }
    cycles += m.uneven ? 50 : 0;
    return json_pack("{s:s, s:s, s:b, s:i, s:I, s:o, s:o}", "name", name, "seed", "77", "cut", 0,
                     "cycles", 1234, "cycles_per_frame", (json_int_t)cycles, "frames", frames,
                     "charts", list);
}

/* The next run of this simulator gives these results, with `changes`. */
static inline void put_measured(struct measured m, const struct program *p, json_t *changes)
{
    char path[PATH_MAX + 40];
    json_t *phases = json_array();
    if (m.cycles != 0)
        json_array_append_new(phases, a_phase("steady", p, m.cycles, m));
    if (m.ddr3 != 0)
        json_array_append_new(phases, a_phase("ddr3", p, m.ddr3, m));
    json_t *root = json_pack("{s:s, s:s, s:i, s:f, s:o, s:[{s:s, s:s, s:i}, {s:s, s:s, s:i}]}",
                             "verdict", "pass", "reason", "", "cycles", 5000, "seconds", 0.5,
                             "phases", phases, "checked", "vector", "c", "at", "result", "values",
                             80, "vector", "y", "at", "output", "values", 70);
    json_object_update(root, changes);
    json_decref(changes);
    snprintf(path, sizeof path, "%s/%s.json", scratch, m.simulator);
    assert_int_equal(json_dump_file(root, path, 0), 0);
    json_decref(root);
}

/* Tools, and simulators that pass unless `verdict` says otherwise. */
static inline void put_simulators(const char *verdict)
{
    char lines[PATH_MAX + 200];
    snprintf(lines, sizeof lines,
             "cp %s/$(basename $(dirname $results)).json $results; pwd; echo 'VERDICT %s'", scratch,
             verdict);
    put_simulator(lines);
}

/* A chip, and both simulators measure what the model says. */
static inline void begin_verify(const char *set)
{
    made("chip", set);
    put_tools();
    put_simulators("PASS");
    struct chip_folder chip = opened("chip");
    int64_t cycles = chip.program.cycles_per_frame;
    put_measured((struct measured){"verilator", cycles, 0, 2, false}, &chip.program, NULL);
    put_measured((struct measured){"icarus", cycles, 0, 2, false}, &chip.program, NULL);
    chip_close(&chip);
}

static inline int verify(struct verify_options options)
{
    if (options.dir == NULL)
        options.dir = "chip";
    struct capture capture = capture_begin();
    int status = command_verify(&options);
    capture_end(capture);
    return status;
}

static inline void passes(struct verify_options options)
{
    if (verify(options) != 0)
        complained_only("nothing: it passes");
}

#endif
