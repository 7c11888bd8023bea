/* SPDX-License-Identifier: Apache-2.0
 * simulate.h - builds a generated chip with its bench in a simulator, runs it, reads the results.
 *
 * Both simulators compile the same bench and the same C harness out of FOLDER/sim.  What they
 * leave lies in WORK/verilator and WORK/icarus, with waveforms in NAME-trace, with counts of lines
 * and bits in NAME-coverage or NAME-trace-coverage; a build is used again as long as every source
 * file and the command line are the same.  The simulator runs in the folder of the images, because
 * the RTL names them without a path. */
#ifndef ESE_SIMULATE_H
#define ESE_SIMULATE_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/folder/process.h"
#include "gen/verify/checked.h"
#include "models/base/error.h"
#include "models/program/cycles.h"

enum simulator { SIMULATOR_VERILATOR, SIMULATOR_ICARUS, SIMULATOR_COUNT };

/* A waveform. */
struct simulation_trace {
    const char *path;   /* file to write, VCD if its name ends so, else FST; NULL: none */
    const char *window; /* which clocks: "PHASE,FIRST,LAST" as in sim/play/window.h; NULL: all */
    const char *scopes; /* which instances: a $dumpvars on each line; NULL: all */
    const char *names;  /* file with names of products and passes (sim/bench/ese_captions.v), or NULL */
    bool signals_only;  /* no parameters, which never change */
};

struct simulation {
    enum simulator simulator;
    const char *folder;   /* generated chip: rtl/files.f, mem/, sim/ */
    const char *work;     /* folder for builds, results and logs; made if it is not there */
    const char *stimulus; /* file */
    const char *images;   /* folder to run in; NULL: FOLDER/mem */
    struct simulation_trace trace; /* if any, built apart from the fast model */
    bool coverage;        /* count lines and bits, with Verilator; built apart, too */
    const char *dump;     /* file for the chip's y, int32 [frames][channels][output], or NULL */
    uint32_t seed;        /* what unreset registers hold under Verilator; 0 counts as 1 */
    int jobs;             /* compilers at once; 0: as many as there are processors */
    int limit_seconds;    /* of processor time; kills a simulator that takes more; 0: never */
    const char *const *plusargs; /* more +ARGUMENTS for the simulator, NULL at the end, or NULL */
};

/* When each product and pass of one frame ran, as measured: first column .. last column + 1. */
struct simulation_chart {
    int frame; /* counted from the phase's first frame */
    struct interval *products, *passes;
};

struct simulation_frame {
    int64_t start;               /* cycle of its first column, -1: never began */
    int64_t issued;              /* entries, all PEs, until the next frame's start */
    int64_t weight_stalls;       /* cycles in which a PE had an activation but no weight */
    int64_t stalls[STALL_COUNT]; /* by cause; [STALL_NONE] stays 0 */
};

struct simulation_phase {
    char *name;
    uint64_t seed;
    bool cut;               /* ended by a reset in mid-flight */
    int64_t cycles;         /* with reset released, tail included */
    int64_t end;            /* cycle after the last y word was taken, -1: never */
    int64_t cycles_per_frame; /* between the starts of the last two frames, -1: fewer than two */
    int frame_count, pe_count, chart_count;
    struct simulation_frame *frames;
    int64_t *issues;        /* [pe_count] entries of each PE until `end` */
    struct simulation_chart *charts;
};

struct simulation_counts {
    int count;
    int64_t *list;
};

/* Accesses of the host to a register, by kind. */
struct simulation_register {
    char *name;
    struct simulation_counts accesses;
};

/* What happened how often, in the order of sim/bins.def; columns of each product and steps of each
 * pass, in the order of the program; error codes that the host has read. */
struct simulation_bins {
    struct simulation_counts hits, products, passes, errors;
    int register_count;
    struct simulation_register *registers;
};

struct simulation_result {
    bool pass;
    char reason[256];       /* first thing that was wrong, empty if none */
    int64_t mismatches;     /* wrong values */
    int64_t violations;     /* everything else: protocol, X, counts, start cycles, time-out */
    struct checked_list checked; /* in the order in which the passes write the vectors; then y off
                                    the chip */
    struct difference first;     /* of the mismatches of a vector */
    int64_t cycles;         /* all clock cycles simulated */
    double build_seconds;   /* 0: an earlier build was used */
    double run_seconds;     /* start to end of the simulator's process */
    double cycles_per_second; /* while simulating: without loading and the results file */
    int message_count;
    char **messages;        /* the first mismatches and violations, a line each */
    int phase_count;
    struct simulation_phase *phases;
    struct simulation_bins bins;
    char *results_path;     /* the harness's own results file (JSON) */
    char *log_path;         /* all that the simulator printed */
    char *coverage_path;    /* Verilator's counts, as `verilator_coverage` reads them, or NULL */
};

/* False only if it could not be built or started; then `error` says what is missing or shows the
 * tool's last lines.  A simulator that crashed, hung or gave no verdict is a result that does not
 * pass.  `result` is to be freed in either case. */
bool simulate(const struct simulation *simulation, struct simulation_result *result,
              struct error *error);
void simulation_result_free(struct simulation_result *result);

/* A chip with a host interface, built and ready to be served (sim/play/served.h). */
struct simulation_start {
    struct command command; /* but for +serve=IN,OUT */
    char *folder;           /* to be run in */
    char *log_path;         /* for all that it prints; empty now */
    double build_seconds;   /* 0: an earlier build was used */
    int lock;               /* other runs of ese on this chip wait for it */
};

/* Builds, and hands over how to start it.  Of `simulation` stimulus and dump do not count.  False: as with
 * simulate(); `start` is to be freed in either case. */
bool simulation_prepare(const struct simulation *simulation, struct simulation_start *start,
                        struct error *error);
void simulation_start_free(struct simulation_start *start);

const char *simulator_name(enum simulator simulator);

#endif
