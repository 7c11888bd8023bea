/* SPDX-License-Identifier: Apache-2.0
 * bind_vpi.c - binds the harness to Icarus Verilog: the system tasks $ese_open and $ese_step,
 * for a chip with AXI ports $ese_axi_open, $ese_axi and $ese_axi_next, for a waveform
 * $ese_captions.
 *
 * Unlike the DPI's, these values have four states: X and Z bits go to the harness as `unknown`. */
#include "axi_clock.h"
#include "play.h"
#include "window.h"

#include <stdlib.h>
#include <string.h>

#include <vpi_user.h>

/* Arguments of $ese_step, in order; then those of $ese_axi, $ese_axi_next and $ese_captions. */
enum argument {
    ARG_CONTROL, ARG_ISSUE, ARG_Y_DATA, ARG_Y_USER, ARG_RESULT, ARG_RESULT_DATA, ARG_RESULT_KEEP,
    ARG_NEXT, ARG_X_DATA, ARG_X_USER, /* these are written */
    STEP_COUNT,
    ARG_WEIGHTS = STEP_COUNT, ARG_DATA, ARG_WRITES, ARG_W_DATA, ARG_W_STROBES, ARG_LITE,
    AXI_COUNT,
    ARG_DRIVE = AXI_COUNT, ARG_WEIGHTS_BEAT, ARG_DATA_BEAT, /* these are written */
    DRIVE_COUNT,
    ARG_CAPTIONS = DRIVE_COUNT, /* this one, too */
    ARG_COUNT
};

static struct {
    vpiHandle handle;
    uint32_t words;
    uint32_t *value, *unknown;
    s_vpi_vecval *out;
} args[ARG_COUNT];

static void *zeros(size_t count, size_t size)
{
    void *block = calloc(count, size);
    if (block == NULL)
        exit(1);
    return block;
}

/* NAME out of +NAME=value on the command line. */
static const char *plusarg(const char *name, const char *otherwise)
{
    s_vpi_vlog_info info;
    size_t length = strlen(name);
    if (!vpi_get_vlog_info(&info))
        return otherwise;
    for (int i = 0; i < info.argc; i++) {
        const char *arg = info.argv[i];
        if (arg[0] == '+' && strncmp(arg + 1, name, length) == 0 && arg[length + 1] == '=')
            return arg + length + 2;
    }
    return otherwise;
}

/* The numbers that a task is called with. */
static void take_numbers(uint32_t *numbers, int count)
{
    vpiHandle list = vpi_iterate(vpiArgument, vpi_handle(vpiSysTfCall, NULL));
    for (int i = 0; i < count && list != NULL; i++) {
        vpiHandle argument = vpi_scan(list);
        if (argument == NULL) {
            list = NULL;
            break;
        }
        s_vpi_value value = {.format = vpiIntVal};
        vpi_get_value(argument, &value);
        numbers[i] = (uint32_t)value.value.integer;
    }
    if (list != NULL)
        vpi_free_object(list);
}

static PLI_INT32 call_open(PLI_BYTE8 *data)
{
    (void)data;
    uint32_t numbers[5] = {0};
    take_numbers(numbers, 5);
    struct harness_options options = {
        .stimulus = plusarg("stimulus", "stimulus.bin"),
        .results = plusarg("results", "results.json"),
        .dump = plusarg("dump", ""),
        .serve = plusarg("serve", ""),
        .memory = plusarg("memory", "ideal"),
        .taps = plusarg("taps", ""),
        .channels = numbers[0],
        .element_bits = numbers[1],
        .activation_bits = numbers[2],
        .lanes = numbers[3],
        .pes = numbers[4],
    };
    if (plusarg("trace", NULL) != NULL)
        window_set(plusarg("trace_window", ""));
    harness_open(&options);
    return 0;
}

/* Arguments first .. end - 1 are those of the task that is called; found at its first call. */
static void find_arguments(enum argument first, enum argument end)
{
    if (args[first].handle != NULL)
        return;
    vpiHandle list = vpi_iterate(vpiArgument, vpi_handle(vpiSysTfCall, NULL));
    for (enum argument i = first; i < end; i++) {
        args[i].handle = list != NULL ? vpi_scan(list) : NULL;
        if (args[i].handle == NULL) {
            vpi_printf((PLI_BYTE8 *)"harness: wrong number of arguments\n");
            exit(1);
        }
        args[i].words = ((uint32_t)vpi_get(vpiSize, args[i].handle) + 31) / 32;
        args[i].value = zeros(args[i].words, sizeof *args[i].value);
        args[i].unknown = zeros(args[i].words, sizeof *args[i].unknown);
        args[i].out = zeros(args[i].words, sizeof *args[i].out);
    }
    vpi_free_object(list);
}

static struct vector fetch(enum argument index)
{
    s_vpi_value value = {.format = vpiVectorVal};
    vpi_get_value(args[index].handle, &value);
    for (uint32_t i = 0; i < args[index].words; i++) {
        args[index].value[i] = (uint32_t)value.value.vector[i].aval;
        args[index].unknown[i] = (uint32_t)value.value.vector[i].bval;
    }
    return (struct vector){args[index].value, args[index].unknown};
}

static void put(enum argument index, const uint32_t *words)
{
    s_vpi_value value = {.format = vpiVectorVal, .value.vector = args[index].out};
    for (uint32_t i = 0; i < args[index].words; i++)
        args[index].out[i].aval = (PLI_INT32)words[i];
    vpi_put_value(args[index].handle, &value, NULL, vpiNoDelay);
}

static PLI_INT32 call_step(PLI_BYTE8 *data)
{
    (void)data;
    find_arguments(ARG_CONTROL, STEP_COUNT);
    struct sample sample = {.control = fetch(ARG_CONTROL), .issue = fetch(ARG_ISSUE)};
    /* Wide values are fetched only when they count. */
    if (sample.control.value[0] & CONTROL_Y_VALID) {
        sample.y_data = fetch(ARG_Y_DATA);
        sample.y_user = fetch(ARG_Y_USER);
    }
    if (sample.control.value[0] & CONTROL_RESULT_VALID) {
        sample.result = fetch(ARG_RESULT);
        sample.result_data = fetch(ARG_RESULT_DATA);
        sample.result_keep = fetch(ARG_RESULT_KEEP);
    }
    uint32_t next = harness_step(&sample);
    put(ARG_NEXT, &next);
    if (next & DRIVE_NEW_X) {
        put(ARG_X_DATA, harness_x_data());
        put(ARG_X_USER, harness_x_user());
    }
    return 0;
}

/* ---- AXI ports ------------------------------------------------------------------------------------ */

static PLI_INT32 call_axi_open(PLI_BYTE8 *data)
{
    (void)data;
    uint32_t numbers[4] = {0};
    take_numbers(numbers, 4);
    axi_open(numbers[0], numbers[1], numbers[2], numbers[3]);
    return 0;
}

static PLI_INT32 call_axi(PLI_BYTE8 *data)
{
    (void)data;
    find_arguments(ARG_WEIGHTS, AXI_COUNT);
    struct axi_sample sample = {.ports = {fetch(ARG_WEIGHTS), fetch(ARG_DATA)},
                                .write = fetch(ARG_WRITES), .lite = fetch(ARG_LITE)};
    if (sample.write.value[2] & WRITE_W_VALID) {
        sample.w_data = fetch(ARG_W_DATA);
        sample.w_strobes = fetch(ARG_W_STROBES);
    }
    axi_show(&sample);
    return 0;
}

static PLI_INT32 call_axi_next(PLI_BYTE8 *data)
{
    (void)data;
    find_arguments(ARG_DRIVE, DRIVE_COUNT);
    const uint32_t *drive = axi_drive();
    put(ARG_DRIVE, drive);
    for (uint32_t port = 0; port < STIMULUS_PORTS; port++)
        if (drive[3] >> 16 * port & PORT_NEW_DATA)
            put(ARG_WEIGHTS_BEAT + port, axi_beat(port));
    return 0;
}

/* ---- waveforms ------------------------------------------------------------------------------------ */

static PLI_INT32 call_captions(PLI_BYTE8 *data)
{
    (void)data;
    find_arguments(ARG_CAPTIONS, ARG_COUNT);
    put(ARG_CAPTIONS, window_captions());
    return 0;
}

static void enter(void)
{
    s_vpi_systf_data axi_open_task = {
        .type = vpiSysTask, .tfname = "$ese_axi_open", .calltf = call_axi_open};
    s_vpi_systf_data axi_task = {.type = vpiSysTask, .tfname = "$ese_axi", .calltf = call_axi};
    s_vpi_systf_data axi_next = {
        .type = vpiSysTask, .tfname = "$ese_axi_next", .calltf = call_axi_next};
    vpi_register_systf(&axi_open_task);
    vpi_register_systf(&axi_task);
    vpi_register_systf(&axi_next);
    s_vpi_systf_data open = {.type = vpiSysTask, .tfname = "$ese_open", .calltf = call_open};
    s_vpi_systf_data step = {.type = vpiSysTask, .tfname = "$ese_step", .calltf = call_step};
    s_vpi_systf_data captions = {
        .type = vpiSysTask, .tfname = "$ese_captions", .calltf = call_captions};
    vpi_register_systf(&open);
    vpi_register_systf(&step);
    vpi_register_systf(&captions);
}

/* What the simulator looks for when it loads the module. */
void (*vlog_startup_routines[])(void) = {enter, NULL};
