/* SPDX-License-Identifier: Apache-2.0
 * harness_vpi.c - binds the harness to Icarus Verilog: the system tasks $ese_open and $ese_step.
 *
 * Unlike the DPI's, these values have four states: X and Z bits go to the harness as `unknown`. */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

#include <vpi_user.h>

/* Arguments of $ese_step, in order. */
enum argument {
    ARG_CONTROL, ARG_ISSUE, ARG_Y_DATA, ARG_Y_USER, ARG_CELL_DATA, ARG_CELL_KEEP,
    ARG_NEXT, ARG_X_DATA, ARG_X_USER, /* these are written */
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

static PLI_INT32 call_open(PLI_BYTE8 *data)
{
    (void)data;
    vpiHandle list = vpi_iterate(vpiArgument, vpi_handle(vpiSysTfCall, NULL));
    uint32_t numbers[5] = {0};
    for (int i = 0; i < 5 && list != NULL; i++) {
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
    struct harness_options options = {
        .stimulus = plusarg("stimulus", "stimulus.bin"),
        .results = plusarg("results", "results.json"),
        .dump = plusarg("dump", ""),
        .channels = numbers[0],
        .element_bits = numbers[1],
        .activation_bits = numbers[2],
        .lanes = numbers[3],
        .pes = numbers[4],
    };
    harness_open(&options);
    return 0;
}

static void find_arguments(void)
{
    vpiHandle list = vpi_iterate(vpiArgument, vpi_handle(vpiSysTfCall, NULL));
    for (int i = 0; i < ARG_COUNT; i++) {
        args[i].handle = list != NULL ? vpi_scan(list) : NULL;
        if (args[i].handle == NULL) {
            vpi_printf((PLI_BYTE8 *)"$ese_step: wrong number of arguments\n");
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
    if (args[0].handle == NULL)
        find_arguments();
    struct sample sample = {.control = fetch(ARG_CONTROL), .issue = fetch(ARG_ISSUE)};
    /* Wide values are fetched only when they count. */
    if (sample.control.value[0] & CONTROL_Y_VALID) {
        sample.y_data = fetch(ARG_Y_DATA);
        sample.y_user = fetch(ARG_Y_USER);
    }
    if (sample.control.value[0] & CONTROL_CELL_VALID) {
        sample.cell_data = fetch(ARG_CELL_DATA);
        sample.cell_keep = fetch(ARG_CELL_KEEP);
    }
    uint32_t next = harness_step(&sample);
    put(ARG_NEXT, &next);
    if (next & DRIVE_NEW_X) {
        put(ARG_X_DATA, harness_x_data());
        put(ARG_X_USER, harness_x_user());
    }
    return 0;
}

static void enter(void)
{
    s_vpi_systf_data open = {.type = vpiSysTask, .tfname = "$ese_open", .calltf = call_open};
    s_vpi_systf_data step = {.type = vpiSysTask, .tfname = "$ese_step", .calltf = call_step};
    vpi_register_systf(&open);
    vpi_register_systf(&step);
}

/* What the simulator looks for when it loads the module. */
void (*vlog_startup_routines[])(void) = {enter, NULL};
