/* SPDX-License-Identifier: Apache-2.0
 * commands.h - what the command line hands to each command.
 *
 * main.c reads the command line into one of these structures and calls the command.  All strings
 * belong to main() and live until the command returns; a string that was not given is NULL, a
 * number that was not given is 0.  A command prints its own errors ("ese: message" on stderr)
 * and returns the exit status: 0, or 1 if the input or the result is wrong. */
#ifndef ESE_COMMANDS_H
#define ESE_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gen/sweep/sweep.h"
#include "models/learn/recipe.h"

enum simulator_choice { SIM_DEFAULT, SIM_VERILATOR, SIM_ICARUS, SIM_BOTH };

/* ese gen CONFIG -o DIR [--set key=value]... */
struct gen_options {
    const char *source;       /* CONFIG, as config_load() takes it */
    char *const *sets;        /* "key=value" each, in the order given */
    size_t set_count;
    const char *output;       /* DIR */
    bool force;               /* overwrite files in it that were changed by hand */
    const char *command_line; /* the words after "ese" as typed, quoted for the shell where needed */
};

/* ese import FILE [options] */
struct import_options {
    const char *file;   /* of a framework: models/source/read.h */
    const char *node;   /* the chain that is meant, or NULL: the only one */
    const char *graph_inputs; /* folder with values of an ONNX graph's inputs, or NULL */
    const char *output; /* safetensors file for it, or NULL */
    const char *input, *expected; /* features and what the framework made of them, .npy files or folders; or
                                     both NULL */
    int pes;            /* for which the balance of non-zeros is told; 0: the command's default */
    const char *json;   /* file for the result, "-" for standard output, or NULL */
};

/* ese compress CONFIG -o OUT.safetensors [options] */
struct compress_options {
    const char *source;   /* CONFIG, as config_load() takes it */
    char *const *sets;
    size_t set_count;
    const char *output;   /* safetensors file */
    const char *held_out; /* folder of recordings that nothing is learnt from, or NULL: some of the others */
    int64_t frames;       /* to be seen; 0: the command's default */
    double minutes;       /* for learning, in place of a number of frames; 0: not given */
    const char *json;     /* file for the result, "-" for standard output, or NULL */
    int threads;          /* 0: as many as processors */
    enum learn_by loss;
    uint64_t seed;
    bool quantized;
};

/* ese model DIR CONFIG -o DIR [--set key=value]... */
struct model_options {
    const char *dir;    /* the chip: a folder that `ese gen` made */
    const char *source; /* CONFIG, as config_load() takes it */
    char *const *sets;
    size_t set_count;
    const char *output; /* DIR */
    bool force;         /* as above */
    const char *json;   /* as below */
    const char *command_line;
};

/* ese verify DIR [options] */
struct verify_options {
    const char *dir; /* a folder that `ese gen` made */
    const char *work; /* folder for builds, stimulus, results, logs, or NULL: workspace.h chooses */
    const char *model; /* a folder that `ese model` made for it, or NULL: the chip's own */
    enum simulator_choice sim;
    int frames; /* 0: the command's default */
    int faults; /* phases with a random fault, in place of the usual ones; 0: not so */
    bool taps;  /* all vectors that leave the element-wise path are compared; not with selftest */
    bool seed_given;
    uint64_t seed; /* of drawn stimulus; valid if seed_given */
    const char *netlist; /* Verilog that takes the place of the chip's rtl/, or NULL */
    char *const *cells;  /* models of its cells: files, and folders of them */
    size_t cell_count;
    const char *trace; /* waveform file, or NULL; the next only with it or with saif */
    const char *trace_phase;           /* only this phase, or NULL */
    int trace_first, trace_last;       /* only these frames of it, if trace_frames */
    bool trace_frames;
    const char *trace_scope;           /* only this module or instance, or NULL */
    const char *saif;     /* file for the switching activity, or NULL; not with trace */
    const char *coverage; /* folder to be made, or NULL; not with selftest */
    const char *svg;   /* picture of a frame, or NULL; not with faults or selftest */
    bool part_given; /* only this part of a network with layers that go backward, from 0 */
    int part;
    const char *json;  /* file for the result, "-" for standard output, or NULL */
    bool strict;   /* values that are clipped, and show, are an error */
    bool selftest; /* also prove that planted faults are found */
    int jobs; /* parallel jobs; 0: as many as there are processors */
    const char *command_line;
};

/* ese report CONFIG|DIR [options] */
struct report_options {
    const char *source; /* CONFIG as config_load() takes it, or a folder that `ese gen` made */
    char *const *sets;
    size_t set_count;
    const char *json; /* as above */
    bool chart;
    const char *svg;  /* picture of the same, or NULL */
    bool part_given;  /* as above */
    int part;
    const char *measured; /* file of figures that Vivado found, or NULL */
    const char *command_line;
};

/* ese implement DIR --target NAME [options] */
struct implement_options {
    const char *dir;    /* a folder that `ese gen` made */
    const char *target; /* a device of gen/implement/targets.def */
    const char *output; /* folder for scripts, logs and netlists, or NULL: below the chip's build */
    int seeds;          /* placements; 0: synthesis only */
    int mhz;            /* that the placer aims at; 0: the target's own */
    const char *json;   /* as above */
    const char *command_line;
};

/* ese recognise DIR [options] */
struct recognise_options {
    const char *dir;
    const char *work; /* as above */
    int frames; /* 0: the command's default */
    const char *sentences; /* file for every utterance, "-" for standard output; NULL: a few */
    const char *json; /* as above */
    const char *command_line;
};

enum memory_choice { MEMORY_IDEAL, MEMORY_DDR3, MEMORY_HOSTILE };

/* ese run DIR --input FILE... --output-dir OUT [options] */
struct run_options {
    const char *dir;
    const char *work;    /* as above */
    char *const *inputs; /* .npy files and folders of them */
    size_t input_count;  /* at least 1 */
    const char *output_dir;
    const char *model;   /* folder that `ese model` made for this chip, or NULL: the chip's own */
    enum memory_choice memory;
    enum simulator_choice sim; /* not both; the default is verilator */
    const char *expected; /* y of every input where the model was trained: as model.expected; or NULL */
    bool strict;         /* as above */
    bool check;          /* compare with the golden model */
    bool taps;           /* as above; only with check */
    int jobs;            /* as above */
    const char *json;    /* as above */
    const char *command_line;
};

/* ese paper FIGURE [options] */
struct paper_options {
    const char *figure; /* table1, fig6, fifo, balance, fig3, cpu, all */
    char *const *sets;  /* on top of the preset paper */
    size_t set_count;
    const char *output; /* folder for FIGURE.txt, .csv and .svg, or NULL: text on standard output */
    const char *json;   /* as above */
    bool verify;        /* also run chosen points in RTL; a difference is exit status 1 */
    int jobs;           /* as above */
    const char *material; /* of fig3: folder with train/ and test/, or NULL: no fig3 */
    int64_t frames;       /* of fig3: that a point sees; 0: the figure's default */
    const char *command_line;
};

enum { VERIFIED_MOST = 1000 };

/* ese sweep CONFIG --axis KEY=VALUES... -o DIR [options] */
struct sweep_options {
    struct sweep_request *request;
    const char *output; /* DIR */
    int jobs;           /* as above */
    const char *cluster; /* "slurm:N" or "parallel:N": only the script, or NULL */
    int verify;         /* so many points of the front, and as many others, in RTL */
};

int command_gen(const struct gen_options *options);
int command_import(const struct import_options *options);
int command_compress(const struct compress_options *options);
int command_model(const struct model_options *options);
int command_verify(const struct verify_options *options);
int command_report(const struct report_options *options);
int command_implement(const struct implement_options *options);
int command_recognise(const struct recognise_options *options);
int command_run(const struct run_options *options);
int command_paper(const struct paper_options *options);
int command_sweep(const struct sweep_options *options);

#endif
