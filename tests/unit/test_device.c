/* SPDX-License-Identifier: Apache-2.0
 * test_device.c - the table of devices, and tables that are none. */
#include "gen/config/device.h"
#include "gen/config/home.h"
#include "tests/unit/config_testing.h"
#include "tests/unit/scratch.h"

#define HEAD "name,part,family,luts,ffs,lutram,bram36,uram,dsps,dsp,source\n"
#define ROW "xa1,xa1-p-1,A,200,400,100,9,0,8,DSP48E2,Sheet\n"

static struct devices devices;

static bool read_as(const char *content, struct error *error)
{
    put("devices.csv", content);
    return devices_read(&devices, "devices.csv", error);
}

static void every_row(void **state)
{
    (void)state;
    struct error error;
    char path[HOME_LENGTH + 32];
    snprintf(path, sizeof path, "%s/fpga/devices.csv", ese_home());
    if (!devices_read(&devices, path, &error))
        fail_msg("%s", error.text);
    assert_true(devices.count >= 13);
    for (int n = 0; n < devices.count; n++) {
        const struct device *d = &devices.at[n];
        const bool series7 = strncmp(d->name, "xc7", 3) == 0;
        assert_true(n == 0 || strcmp(devices.at[n - 1].name, d->name) < 0);
        assert_ptr_not_equal(strchr(d->source, 'D'), NULL);
        /* Two registers a LUT; of the LUTs a quarter to half can be RAM; RAM and DSPs in proportion. */
        assert_int_equal(d->ffs, 2 * d->luts);
        assert_in_range(d->lutram * 100 / (d->luts / 10), 250, 530);
        assert_in_range(d->luts / d->bram36, 200, 900);
        assert_in_range(d->luts / d->dsps, 60, 300);
        assert_int_equal(d->lutram % (series7 ? 4 : 8), 0);
        assert_string_equal(d->generation->dsp, series7 ? "DSP48E1" : "DSP48E2");
        assert_int_equal(d->generation->dsp_a, series7 ? 25 : 27);
        assert_true(!series7 || d->uram == 0);
    }
}

/* The paper's, which the paper's own table of resources has, too. */
static void the_paper_device(void **state)
{
    (void)state;
    struct error error;
    const struct device *d = device_find("xcku060", &error);
    assert_non_null(d);
    assert_string_equal(d->part, "xcku060-ffva1156-2-e");
    assert_int_equal(d->luts, 331680);
    assert_int_equal(d->bram36, 1080);
    assert_int_equal(d->dsps, 2760);
    assert_string_equal(DEVICE_DEFAULT, d->name);
}

static void bad_tables(void **state)
{
    static const struct {
        const char *content, *message;
    } tables[] = {
        {"", ": has no devices"},
        {HEAD, ": has no devices"},
        {"# nothing\n\n", ": has no devices"},
        {ROW, ":1: the head is not 'name,part"},
        {HEAD ROW ROW, ":3: 'xa1' does not come after 'xa1'"},
        {HEAD "xb,xb-1,A,2,4,1,9,0,8,DSP48E2,S\n" ROW, ":3: 'xa1' does not come after 'xb'"},
        {HEAD "\n# x\nxa1,xa1,A,2,4,1,9,0,8,DSP48E2\n", ":4: 10 fields, not the 11"},
        {HEAD "xa1,xa1,A,2,4,1,9,0,8,DSP48E2,S,T\n", ":2: 12 fields, not the 11"},
        {HEAD "xa1,xb1,A,2,4,1,9,0,8,DSP48E2,S\n", "part 'xb1' does not begin with the name 'xa1'"},
        {HEAD "XA1,XA1,A,2,4,1,9,0,8,DSP48E2,S\n", "name 'XA1' is not made of a-z and 0-9"},
        {HEAD ",xa1,A,2,4,1,9,0,8,DSP48E2,S\n", "name '' is not a text of 1 to 15"},
        {HEAD "a123456789012345,a,A,2,4,1,9,0,8,DSP48E2,S\n", "is not a text of 1 to 15"},
        {HEAD "xa1,xa1,A,2,4,1,9,0,8,DSP48E2,S\r\n", "source 'S"},
        {HEAD "xa1,xa1,A,2,4,1,9,0,8,DSP48E2, S\n", "source ' S' is not a text"},
        {HEAD "xa1,xa1,A,2 ,4,1,9,0,8,DSP48E2,S\n", "luts '2 ' is not a whole number from 1"},
        {HEAD "xa1,xa1,A,2,0,1,9,0,8,DSP48E2,S\n", "ffs '0' is not a whole number from 1"},
        {HEAD "xa1,xa1,A,2,4,3,9,0,8,DSP48E2,S\n", "lutram 3 is more than luts 2"},
        {HEAD "xa1,xa1,A,2,4,1,9,-1,8,DSP48E2,S\n", "uram '-1' is not a whole number from 0"},
        {HEAD "xa1,xa1,A,2,4,1,9,0,9999999999,DSP48E2,S\n", "dsps '9999999999' is not a whole"},
        {HEAD "xa1,xa1,A,2,4,1,9,0,8,DSP58,S\n", "dsp 'DSP58' is not DSP48E1 or DSP48E2"},
    };
    struct error error;
    (void)state;
    assert_true(read_as(HEAD ROW, &error));
    assert_int_equal(devices.count, 1);
    for (size_t n = 0; n < COUNT(tables); n++) {
        if (read_as(tables[n].content, &error))
            fail_msg("taken: %s", tables[n].content);
        if (strstr(error.text, tables[n].message) == NULL || strchr(error.text, '\n') != NULL)
            fail_msg("%s: no '%s'", error.text, tables[n].message);
    }
    put_bytes("devices.csv", HEAD "\0" ROW, sizeof HEAD + sizeof ROW - 1);
    assert_false(devices_read(&devices, "devices.csv", &error));
    assert_string_equal(error.text, "devices.csv: is no text");
    assert_false(devices_read(&devices, "/none/devices.csv", &error));
    assert_non_null(strstr(error.text, "No such file"));
}

static void too_many(void **state)
{
    (void)state;
    struct text content = {0};
    struct error error;
    text_append(&content, HEAD);
    for (int n = 0; n < DEVICES_MOST; n++)
        text_appendf(&content, "x%02d,x%02d,A,2,4,1,9,0,8,DSP48E2,S\n", n, n);
    assert_true(read_as(text_string(&content), &error));
    text_append(&content, "y,y,A,2,4,1,9,0,8,DSP48E2,S\n");
    assert_false(read_as(text_string(&content), &error));
    assert_non_null(strstr(error.text, ":66: more than 64 devices"));
    text_free(&content);
}

/* The key: a name of the table, or one line that says which there are. */
static void the_key(void **state)
{
    (void)state;
    struct config config = taken("device: xc7z020", NULL);
    assert_string_equal(config.device, "xc7z020");
    assert_string_equal(device_of(&config)->generation->dsp, "DSP48E1");
    config_free(&config);
    config = taken("pes: 4", NULL);
    assert_string_equal(config.device, DEVICE_DEFAULT);
    config_free(&config);
    refused("device: xcku60", NULL, "my.yaml:1: device: 'xcku60' is not in fpga/devices.csv ",
            "(did you mean 'xcku060'?)", "allowed: xc7a100t, ", " or xczu9eg", NULL);
    refused("pes: 4", "device=XCKU060", "--set: device: 'XCKU060'", "did you mean 'xcku060'", NULL);
    refused("device: virtex", NULL, "device: 'virtex' is not in fpga/devices.csv, allowed: ", NULL);
    refused("device: ''", NULL, "device: no value, allowed: a name in fpga/devices.csv", NULL);
    refused("device: a1234567890123456", NULL, "is not a device, allowed: a name in", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row),  cmocka_unit_test(the_paper_device),
        cmocka_unit_test(bad_tables), cmocka_unit_test(too_many),
        cmocka_unit_test(the_key),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
