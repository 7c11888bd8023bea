/* SPDX-License-Identifier: Apache-2.0
 * test_netlist.c - a netlist in the place of a chip's rtl/: which models of cells come with it. */
#include "gen/verify/netlist.h"

#include "gen/verify/verilog_text.h"
#include "tests/unit/scratch.h"

/* ---- Verilog as text ------------------------------------------------------------------------- */

static void words_are(const char *text, const char *const *words)
{
    struct verilog_word word;
    const char *at = text;
    for (; *words != NULL; words++) {
        assert_true(verilog_next_word(&at, &word));
        if (!verilog_word_is(&word, *words))
            fail_msg("'%.*s' is not '%s'", (int)word.length, word.start, *words);
    }
    assert_false(verilog_next_word(&at, &word));
}

static void test_words(void **state)
{
    (void)state;
    words_are("", (const char *const[]){NULL});
    words_are("a+b_1$ // c\n/* d\n\"e */ f", (const char *const[]){"a", "b_1$", "f", NULL});
    words_are("\"g \\\" h\" i /", (const char *const[]){"i", NULL});
    words_are("\\$lut[3] (x) \\\nj", (const char *const[]){"$lut[3]", "x", "j", NULL});
    words_are("k /* l", (const char *const[]){"k", NULL});
    words_are("m \"n", (const char *const[]){"m", NULL});
}

static void modules_are(const char *text, size_t count, const char *const *parts)
{
    struct verilog_modules modules;
    verilog_find_modules(&modules, text);
    assert_int_equal(modules.count, count);
    for (size_t n = 0; n < count; n++) {
        size_t length = (size_t)(modules.list[n].end - modules.list[n].begin);
        if (length != strlen(parts[n]) || memcmp(modules.list[n].begin, parts[n], length) != 0)
            fail_msg("'%.*s' is not '%s'", (int)length, modules.list[n].begin, parts[n]);
    }
    verilog_modules_free(&modules);
}

static void test_modules(void **state)
{
    (void)state;
    modules_are("// module no\n\"module no\" `define module_x", 0, NULL);
    modules_are("x (* a *) y; (* b = \")\" *)\n(* c *) module one; always @(*) ; endmodule // end\n"
                "module \\two$ (input a); /* endmodule */ endmodule\n",
                2, (const char *const[]){"(* b = \")\" *)\n(* c *) module one; always @(*) ; endmodule",
                                         "module \\two$ (input a); /* endmodule */ endmodule"});
    modules_are("module cut; wire x;", 1, (const char *const[]){"module cut; wire x;"});
    modules_are("module", 0, NULL);
}

static void test_includes(void **state)
{
    (void)state;
    struct text text = {0};
    struct error error;
    make_dir("sub");
    put("top.v", "a\n\n  `include \"sub/one.vh\" // comment\nb `include \"none\"\nc");
    put("sub/one.vh", "1\n`include \"two.vh\"\n");
    put("sub/two.vh", "2");
    assert_true(verilog_read(&text, "top.v", &error));
    assert_string_equal(text_string(&text), "a\n\n1\n2b `include \"none\"\nc");
    put("sub/two.vh", "`include \"one.vh\"\n");
    assert_false(verilog_read(&text, "top.v", &error));
    assert_non_null(strstr(error.text, "include each other"));
    put("sub/two.vh", "`include \"three.vh\"\n");
    assert_false(verilog_read(&text, "top.v", &error));
    assert_string_equal(error.text, "cannot open 'sub/three.vh': No such file or directory");
    text_free(&text);
}

/* ---- the folder ------------------------------------------------------------------------------ */

static void begin(void)
{
    make_dir("chip");
    make_dir("chip/sim");
    make_dir("chip/mem");
    put("chip/sim/bench", "bench");
    make_dir("work");
    put("netlist.v", "module ese_top; BOX u1 (); sub u2 (); endmodule\nmodule sub; \\$odd u3 (); endmodule\n");
}

static bool collected(char *const *cells, size_t count, struct error *error)
{
    const struct netlist netlist = {.file = "netlist.v", .cells = cells, .cell_count = count};
    char *folder = netlist_folder(&netlist, "chip", "ese_top", "work", error);
    if (folder == NULL)
        return false;
    assert_string_equal(folder, "work/netlist");
    free(folder);
    return true;
}

static void cells_are(char *const *cells, size_t count, const char *wanted)
{
    struct error error = {""};
    struct text text = {0};
    if (!collected(cells, count, &error))
        fail_msg("%s", error.text);
    text_appendf(&text, "`define NO_ICE40_DEFAULT_ASSIGNMENTS\n%s", wanted);
    holds("work/netlist/rtl/cells.v", text_string(&text));
    text_free(&text);
}

/* Only what is used, directly or not; all that is outside of modules. */
static void test_needed(void **state)
{
    (void)state;
    char *cells[] = {(char[]){"a.v"}};
    begin();
    put("a.v", "`define X 1\n(* box *) module BOX; INNER i (); endmodule\nmodule OTHER; endmodule\n"
               "(* keep *)\nmodule UNUSED; OTHER o (); endmodule\nmodule INNER; endmodule\n"
               "module \\$odd ; endmodule\nmodule sub; endmodule\n`undef X\n");
    cells_are(cells, 1, "`define X 1\n(* box *) module BOX; INNER i (); endmodule\n\n\n"
                        "module INNER; endmodule\nmodule \\$odd ; endmodule\n\n`undef X\n\n");
    assert_true(same_files("work/netlist/rtl/netlist.v", "netlist.v"));
    holds("work/netlist/rtl/files.f", "rtl/netlist.v\nrtl/cells.v\n");
    holds("work/netlist/sim/bench", "bench");
    assert_true(exists("work/netlist/mem"));
    /* Again, over what is there. */
    cells_are(NULL, 0, "");
}

/* Of two files the first; of one file both. */
static void test_first(void **state)
{
    (void)state;
    char *cells[] = {(char[]){"ours"}, (char[]){"b.v"}};
    begin();
    make_dir("ours");
    put("ours/box.v", "module BOX; wire ours; endmodule\n");
    put("ours/notes.txt", "module NO; endmodule\n");
    put("b.v", "module BOX; endmodule\n`ifdef A\nmodule \\$odd ; wire a; endmodule\n`else\n"
               "module \\$odd ; wire b; endmodule\n`endif\n");
    cells_are(cells, 2, "module BOX; wire ours; endmodule\n\n\n`ifdef A\nmodule \\$odd ; wire a; endmodule\n"
                        "`else\nmodule \\$odd ; wire b; endmodule\n`endif\n\n");
    char *other[] = {cells[1], cells[0]};
    cells_are(other, 2, "module BOX; endmodule\n`ifdef A\nmodule \\$odd ; wire a; endmodule\n"
                        "`else\nmodule \\$odd ; wire b; endmodule\n`endif\n\n\n\n");
}

static void refused(char *cells, const char *message)
{
    struct error error = {""};
    assert_false(collected(&cells, cells != NULL, &error));
    assert_string_equal(error.text, message);
    assert_false(exists("work/netlist"));
}

static void test_refused(void **state)
{
    (void)state;
    begin();
    make_dir("empty");
    put("text.v", "// nothing\n");
    refused((char[]){"none.v"}, "--cells: cannot open 'none.v': No such file or directory");
    refused((char[]){"empty"}, "--cells: the folder 'empty' has no .v files");
    refused((char[]){"text.v"}, "--cells: there is no module in 'text.v'");
    put("netlist.v", "module ese_tops; endmodule\n");
    refused(NULL, "--netlist: 'netlist.v' has no module ese_top, the top of this chip");
    remove("netlist.v");
    refused(NULL, "--netlist: cannot open 'netlist.v': No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_modules),
        cmocka_unit_test_teardown(test_includes, scratch_clean),
        cmocka_unit_test_teardown(test_needed, scratch_clean),
        cmocka_unit_test_teardown(test_first, scratch_clean),
        cmocka_unit_test_teardown(test_refused, scratch_clean),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
