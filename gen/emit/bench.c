/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/bench.h"

#include <stdio.h>
#include <string.h>

#include "gen/emit/registers.h"
#include "gen/emit/template.h"
#include "sim/stimulus.h"

const struct bench_file bench_files[] = {
#define BENCH_FILE(room, name) {room name, name},
#include "gen/emit/bench.def"
#undef BENCH_FILE
};

const int bench_file_count = sizeof bench_files / sizeof *bench_files;

bool bench_is_harness(const struct bench_file *file)
{
    return ends_in(file->name, ".c") && strncmp(file->path, "bench/", strlen("bench/")) != 0;
}

bool bench_is_harness_by_dpi(const struct bench_file *file)
{
    return bench_is_harness(file) || strcmp(file->name, "bind_dpi.c") == 0;
}

/* The host library (fpga/driver/README.md), beside the chip's own ese_registers.h. */
static const char *const DRIVER[] = {
    "Makefile",       "README.md",    "ese_bus.h",      "ese_bus_pipe.c", "ese_bus_uio.c", "ese_bus_xdma.c",
    "ese_driver.c",   "ese_driver.h", "ese_image.c",    "ese_internal.h", "ese_layout.c",
    "ese_load.c",     "ese_path.c",   "ese_path.h",     "ese_pipe.h",     "ese_pool.c",    "ese_pool.h",
    "ese_server.c",   "ese_server.h", "example.c",
};

enum { DRIVER_COUNT = sizeof DRIVER / sizeof *DRIVER };

/* The shape of this chip, for the bench. */
static void add_params(struct output *output, const struct program *p)
{
    struct text params = {0};
    text_appendf(&params,
                 "// SPDX-License-Identifier: Apache-2.0\n"
                 "// ese_bench_params.vh - the shape of this chip, for the bench.\n"
                 "localparam CHANNELS = %d;\nlocalparam ELEMENT_BITS = %d;\n"
                 "localparam ACTIVATION_BITS = %d;\nlocalparam LANES = %d;\nlocalparam PES = %d;\n"
                 "localparam PRODUCTS = %d;\nlocalparam PASSES = %d; // at most\n"
                 "localparam CAPTION = %d; // characters\n"
                 "localparam HALF_PERIOD = %.3f; // ns, of %d MHz\n",
                 p->d.channels, p->d.element_bits, p->d.activation_bits, p->d.lanes, p->d.pes,
                 1 << p->d.product_bits, 1 << p->d.pass_bits, STIMULUS_CAPTION,
                 500.0 / p->config.clock_mhz, p->config.clock_mhz);
    if (p->config.memory != MEMORY_ROM)
        text_appendf(&params,
                     "`define ESE_AXI\n%s%s"
                     "localparam AXI_DATA_BITS = %d;\nlocalparam AXI_ADDRESS_BITS = %d;\n",
                     p->config.memory_ports > 1 ? "`define ESE_AXI_WEIGHTS\n" : "",
                     p->config.io == IO_MEMORY ? "`define ESE_AXI_QUEUE\n" : "", p->d.bus_bits,
                     p->d.address_bits);
    output_take(output, "sim/ese_bench_params.vh", &params);
}

bool bench_add(struct output *output, const struct program *p, struct error *error)
{
    add_params(output, p);
    registers_add_header(output, "sim/ese_registers.h");
    bool ok = true;
    for (int n = 0; ok && n < bench_file_count; n++) {
        char as[64];
        snprintf(as, sizeof as, "sim/%s", bench_files[n].name);
        ok = template_copy(output, "sim", bench_files[n].path, as, error);
    }
    return ok && template_copy(output, "fpga/driver", "ese_pipe.h", "sim/ese_pipe.h", error);
}

bool driver_add(struct output *output, const struct program *p, struct error *error)
{
    bool ok = true;
    for (int n = 0; ok && n < DRIVER_COUNT && p->config.memory != MEMORY_ROM; n++) {
        char as[64];
        snprintf(as, sizeof as, "driver/%s", DRIVER[n]);
        ok = template_copy(output, "fpga/driver", DRIVER[n], as, error);
    }
    return ok;
}
