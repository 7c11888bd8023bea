/* SPDX-License-Identifier: Apache-2.0
 * test_instances.c - the instances of a chip, out of its Verilog. */
#include "gen/verify/instances.h"

#include "tests/unit/scratch.h"

#define HEAD "`resetall\n`timescale 1ns / 1ps\n"

/* A chip of a top with these items, and of two small modules. */
static void put_chip(const char *items)
{
    struct text top = {0};
    mkdir("chip", 0777);
    mkdir("chip/rtl", 0777);
    text_appendf(&top, HEAD "module top (input wire clk);\nlocalparam N = 2;\n%s\nendmodule\n", items);
    put("chip/rtl/top.v", text_string(&top));
    put("chip/rtl/leaf.v", HEAD "module leaf (input wire clk);\nendmodule\n");
    put("chip/rtl/node.v",
        HEAD "module node #(\n"
        "    parameter WIDTH = 1, // of it\n"
        "    parameter FILE  = \"\"\n"
        ") (\n    input wire clk\n);\n"
        "    localparam HALF = WIDTH / 2;\n"
        "    generate\n"
        "        if (HALF > 1) begin : g_wide\n"
        "            leaf u_leaf (.clk (clk));\n"
        "        end else begin : g_narrow\n"
        "            leaf u_other (.clk (clk));\n"
        "        end\n"
        "        if (FILE != \"\") begin : g_file\n"
        "`ifdef FOLDER\n"
        "            localparam PATH = {`FOLDER, FILE};\n"
        "`endif\n"
        "            leaf u_file (.clk (clk));\n"
        "        end\n"
        "    endgenerate\n"
        "endmodule\n");
    put("chip/rtl/files.f", "rtl/top.v\nrtl/leaf.v\nrtl/node.v\n");
    text_free(&top);
}

/* What is below the top, with its module. */
static void has(const char *items, const char *wanted)
{
    struct instances instances;
    struct error error = {""};
    struct text list = {0};
    put_chip(items);
    if (!instances_read(&instances, "chip", &error))
        fail_msg("%s", error.text);
    assert_true(instances.count >= 2);
    assert_string_equal(instances.list[0].path, "ese_bench");
    assert_string_equal(instances.list[1].path, "ese_bench.u_chip");
    assert_string_equal(instances.list[1].module, "top");
    for (int n = 2; n < instances.count; n++) {
        const char *path = instances.list[n].path;
        assert_true(instance_is_within(path, "ese_bench.u_chip"));
        text_appendf(&list, "%s %s\n", path + strlen("ese_bench.u_chip."), instances.list[n].module);
    }
    assert_string_equal(text_string(&list), wanted);
    text_free(&list);
    instances_free(&instances);
    scratch_clean(NULL);
}

static void test_plain(void **state)
{
    (void)state;
    has("", "");
    has("wire a = leaf_b; // leaf u_c ();\n/* leaf u_d (); */\n(* keep *) leaf u_a (.clk (clk));",
        "u_a leaf\n");
    has("leaf u_a (.clk (clk)); leaf u_b (.clk (clk));", "u_a leaf\nu_b leaf\n");
}

static void test_parameters(void **state)
{
    (void)state;
    has("node u_a (.clk (clk));", "u_a node\nu_a.g_narrow.u_other leaf\n");
    has("node #(.WIDTH (4)) u_a (.clk (clk));", "u_a node\nu_a.g_wide.u_leaf leaf\n");
    has("node #(.WIDTH (N + 8'd1), .FILE (\"x\")) u_a (.clk (clk));",
        "u_a node\nu_a.g_narrow.u_other leaf\nu_a.g_file.u_file leaf\n");
    has("node #(.WIDTH (1 << N)) u_a (.clk (clk));", "u_a node\nu_a.g_wide.u_leaf leaf\n");
    has("node #(.WIDTH (N > 1 ? 2 * (N - 1) : 4)) u_a (.clk (clk));",
        "u_a node\nu_a.g_narrow.u_other leaf\n");
    has("localparam M = 3, L = M + 1;\nnode #(.WIDTH (L)) u_a (.clk (clk));",
        "u_a node\nu_a.g_wide.u_leaf leaf\n");
    has("node #(.WIDTH ($clog2(N))) u_a (.clk (clk));", /* who knows: either */
        "u_a node\nu_a.g_wide.u_leaf leaf\nu_a.g_narrow.u_other leaf\n");
}

static void test_loops(void **state)
{
    (void)state;
    has("genvar c, k;\ngenerate\nfor (c = 0; c < N; c = c + 1) begin : g_c\n"
        "    leaf u_a (.clk (clk));\n"
        "    for (k = 0; k <= c; k = k + 1) begin : g_k\n        leaf u_b (.clk (clk));\n    end\n"
        "end\nendgenerate\nleaf u_c (.clk (clk));",
        "g_c[0].u_a leaf\ng_c[0].g_k[0].u_b leaf\n"
        "g_c[1].u_a leaf\ng_c[1].g_k[0].u_b leaf\ng_c[1].g_k[1].u_b leaf\nu_c leaf\n");
    has("genvar c;\nfor (c = 0; c < N - 2; c = c + 1) begin : g_c\nleaf u_a (.clk (clk));\nend", "");
    has("genvar c;\nfor (c = 0; c < 4; c = c + 1) begin : g_c\n"
        "    if (c == 1 || c == 3) begin : g_odd\n        leaf u_a (.clk (clk));\n    end\nend",
        "g_c[1].g_odd.u_a leaf\ng_c[3].g_odd.u_a leaf\n");
}

/* Statements have no instances, whatever they look like. */
static void test_statements(void **state)
{
    (void)state;
    has("always @(posedge clk) if (a) b <= 1; else begin c <= {a, b}; end\nleaf u_a (.clk (clk));",
        "u_a leaf\n");
    has("always @* begin : look\n    integer i;\n    case (a)\n        1: b = 2;\n"
        "        default: begin b = 3; end\n    endcase\n    for (i = 0; i < 9; i = i + 1) b[i] = 0;\n"
        "end\nleaf u_a (.clk (clk));", "u_a leaf\n");
    has("function [3:0] f; input [3:0] a; begin f = a; end endfunction\nleaf u_a (.clk (clk));",
        "u_a leaf\n");
    has("initial $readmemh(\"leaf u_b ();\", memory);\nleaf u_a (.clk (clk));", "u_a leaf\n");
}

static void refused(const char *wanted)
{
    struct instances instances;
    struct error error = {""};
    assert_false(instances_read(&instances, "chip", &error));
    assert_string_equal(error.text, wanted);
    instances_free(&instances);
}

static void test_files(void **state)
{
    (void)state;
    refused("cannot open 'chip/rtl/files.f': No such file or directory");
    put_chip("");
    remove("chip/rtl/leaf.v");
    refused("cannot open 'chip/rtl/leaf.v': No such file or directory");
    put("chip/rtl/leaf.v", "// nothing\n");
    refused("chip/rtl/leaf.v is empty");
}

/* Whatever is in the files, reading ends. */
static void test_broken(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "module", "module top", "module top (", "module top; for (", "module top; if (1) begin",
        "module top; always @", "module top; top u_a (); endmodule", "module top; begin : x",
        "module top #(parameter A", "module top; (* x", "module top; /* x", "module top; \"x",
        "module top; top #(.A", "module top; function f;", ")))", "module top; a [[[ endmodule",
    };
    for (size_t n = 0; n < COUNT_OF(broken); n++) {
        struct instances instances;
        struct error error = {""};
        put_chip("");
        put("chip/rtl/files.f", "rtl/top.v\n");
        put("chip/rtl/top.v", broken[n]);
        instances_read(&instances, "chip", &error);
        instances_free(&instances);
    }
}

int main(void)
{
#define TEST(function) cmocka_unit_test_teardown(function, scratch_clean)
    const struct CMUnitTest tests[] = {
        TEST(test_plain),      TEST(test_parameters), TEST(test_loops),
        TEST(test_statements), TEST(test_files),      TEST(test_broken),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
