/* SPDX-License-Identifier: Apache-2.0
 * core.c - the chip as a FuseSoC core (CAPI2): lint, and the chip's own bench on the frames of vectors/. */
#include <string.h>

#include "gen/door/printers.h"
#include "gen/emit/bench.h"
#include "gen/emit/licence.h"
#include "gen/emit/prefix.h"
#include "gen/report/layers.h"
#include "models/base/version.h"

static void print_rtl(struct text *text, const char *files)
{
    text_append(text, "filesets:\n  rtl:\n    file_type: verilogSource-2005\n    files:\n");
    for (size_t length; (length = strcspn(files, "\n")) > 0; files += length + 1)
        text_appendf(text, "      - %.*s\n", (int)length, files);
}

/* The harness is C, which is compiled before Verilator: what that is given it takes for C++.  It lies where the
 * script finds it, whatever FuseSoC calls its folders. */
static void print_harness(struct text *text, const char *name)
{
    text_appendf(text, "      - sim/%s: {file_type: user, copyto: harness/%s}\n", name, name);
}

static void print_bench(struct text *text)
{
    text_append(text, "\n  bench:\n    files:\n"
                      "      - sim/ese_bench.v: {file_type: verilogSource-2005}\n"
                      "      - sim/ese_bench_params.vh: {file_type: verilogSource-2005, "
                      "is_include_file: true}\n"
                      "      - sim/verilator.vlt: {file_type: vlt}\n"
                      "      - sim/verilator_main.cpp: {file_type: cppSource}\n");
    print_harness(text, "ese_registers.h");
    print_harness(text, "ese_pipe.h");
    for (int n = 0; n < bench_file_count; n++) {
        const char *name = bench_files[n].name;
        if (bench_is_harness_by_dpi(&bench_files[n]) || ends_in(name, ".h") || ends_in(name, ".def"))
            print_harness(text, name);
    }
}

static void print_images(struct text *text, const struct door *door)
{
    text_append(text, "\n  images:\n    file_type: user\n    files:\n");
    for (int n = 0; n < door->image_count; n++)
        text_appendf(text, "      - %s: {copyto: %s}\n", door->images[n],
                     strrchr(door->images[n], '/') + 1);
    text_append(text, "      - vectors/stimulus.bin: {copyto: stimulus.bin}\n");
}

static void print_script(struct text *text)
{
    text_append(text, "\nscripts:\n  harness:\n    cmd:\n      - gcc\n      - -std=c11\n      - -O2\n"
                      "      - -c\n");
    for (int n = 0; n < bench_file_count; n++)
        if (bench_is_harness_by_dpi(&bench_files[n]))
            text_appendf(text, "      - harness/%s\n", bench_files[n].name);
}

static void print_targets(struct text *text, const struct door *door)
{
    text_appendf(text,
                 "\ntargets:\n  default: &default\n    filesets: [rtl]\n    toplevel: %s\n\n"
                 "  lint:\n    <<: *default\n    description: Verilator's warnings, all of them\n"
                 "    flow: lint\n    flow_options:\n      tool: verilator\n"
                 "      verilator_options: [-Wall]\n\n"
                 "  sim:\n    description: the chip's own bench, on vectors/stimulus.bin\n"
                 "    filesets: [rtl, bench, images]\n    toplevel: ese_bench\n"
                 "    hooks: {pre_build: [harness]}\n    flow: sim\n    flow_options:\n"
                 "      tool: verilator\n      mode: cc\n      verilator_options:\n",
                 door->top);
    static const char *const options[] = {"--timing", "--x-initial unique", "-Wno-fatal",
                                          "-CFLAGS -fcoroutines"};
    for (size_t n = 0; n < sizeof options / sizeof *options; n++)
        text_appendf(text, "        - %s\n", options[n]);
    for (int n = 0; n < bench_file_count; n++)
        if (bench_is_harness_by_dpi(&bench_files[n]))
            text_appendf(text, "        - %.*s.o\n", (int)strcspn(bench_files[n].name, "."),
                         bench_files[n].name);
    text_append(text, "      make_options: [OPT_FAST=-O1, OPT_GLOBAL=-O1]\n");
}

void door_core(struct text *text, const struct door *door)
{
    text_append(text, "CAPI=2: # " LICENCE_OUTPUT "\n# " LICENCE_PLAIN "\nname: ::");
    prefix_core(text, &door->program->config);
    text_append(text, ":" ESE_VERSION "\n"
                      "description: A sparse ");
    text_appendf(text, "%s in Verilog\n\n", accelerator_text(&door->program->network));
    print_rtl(text, door->files);
    print_bench(text);
    print_images(text, door);
    print_script(text);
    print_targets(text, door);
}
