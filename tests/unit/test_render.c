/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/render.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Flags YES and NO, texts NAME and WIDTH, list PORTS with PORT and BITS, empty list NONE. */
static struct bindings *some_bindings(void)
{
    struct bindings *b = bindings_new();
    bind_text(b, "NAME", "ese_%s", "top");
    bind_int(b, "WIDTH", -16);
    bind_flag(b, "YES", true);
    bind_flag(b, "NO", false);
    bind_list(b, "NONE");
    static const char *const PORTS[] = {"clk", "rst", "data"};
    for (int i = 0; i < 3; i++) {
        struct bindings *row = bind_row(b, "PORTS");
        bind_text(row, "PORT", "%s", PORTS[i]);
        bind_int(row, "BITS", i + 1);
        bind_flag(row, "WIDE", i == 2);
    }
    return b;
}

static void gives(const char *prefix, const char *template_text, const char *expected)
{
    struct bindings *b = some_bindings();
    struct text out = {0};
    struct error error = {""};
    bool rendered = render(template_text, "t.v", prefix, b, &out, &error);
    assert_string_equal(error.text, "");
    assert_true(rendered);
    assert_string_equal(text_string(&out), expected);
    assert_string_equal(bindings_report(b), "");
    text_free(&out);
    bindings_free(b);
}

static void fails(const char *prefix, const char *template_text, const char *message,
                  const char *report)
{
    struct bindings *b = some_bindings();
    struct text out = {0};
    text_append(&out, "before");
    struct error error = {""};
    assert_false(render(template_text, "t.v", prefix, b, &out, &error));
    assert_string_equal(bindings_report(b), report);
    assert_string_equal(error.text, message);
    assert_string_equal(text_string(&out), "before");
    text_free(&out);
    bindings_free(b);
}

static void test_keys(void **state)
{
    (void)state;
    gives(RENDER_VERILOG, "", "");
    gives(RENDER_VERILOG, "no newline at the end", "no newline at the end");
    gives(RENDER_VERILOG, "module @{NAME} #(W = @{WIDTH});\n\n", "module ese_top #(W = -16);\n\n");
    gives(RENDER_VERILOG, "@{NAME}@{NAME}", "ese_topese_top");
    gives(RENDER_VERILOG, "always @(posedge clk) @* a@b @@ @\n",
          "always @(posedge clk) @* a@b @@ @\n");
    gives(RENDER_VERILOG, "@@{NAME} @@@{NAME}\n", "@{NAME} @@{NAME}\n");
    gives(RENDER_VERILOG, "// @ @{NAME} //@{NAME} //@@{X}\n",
          "// @ ese_top //ese_top //@{X}\n");
}

static void test_conditions(void **state)
{
    (void)state;
    gives(RENDER_VERILOG, "a\n//@ if YES\nb\n//@ else\nc\n//@ end\nd\n", "a\nb\nd\n");
    gives(RENDER_VERILOG, "  //@ if NO  \nb\n\t//@  else\r\nc\n//@ end", "c\n");
    gives(RENDER_VERILOG, "//@ ifnot NO\nb\n//@ else\nc\n//@ end\n", "b\n");
    gives(RENDER_VERILOG, "//@ ifnot YES\nb\n//@ end\nd\n", "d\n");
    gives(RENDER_VERILOG,
          "//@ if NO\n//@ if YES\nb\n//@ else\nc\n//@ end\n//@ else\n//@ if YES\nd\n//@ end\n"
          "//@ end\n", "d\n");
}

static void test_rows(void **state)
{
    (void)state;
    gives(RENDER_VERILOG,
          "(\n//@ for PORTS\n"
          "//@ if WIDE\n    input [@{WIDTH}:0] @{PORT}@{SEP}\n"
          "//@ else\n    input @{PORT}@{SEP} // @{BITS}\n//@ end\n//@ end\n);\n",
          "(\n    input clk, // 1\n    input rst, // 2\n    input [-16:0] data\n);\n");
    gives(RENDER_VERILOG, "a\n//@ for NONE\n@{ANY}@{SEP} @{NAME}\n//@ if ANY\n//@ end\n//@ end\n",
          "a\n");
    /* Rows in rows, the inner SEP and the inner key first. */
    struct bindings *b = bindings_new();
    bind_text(b, "NAME", "outer");
    for (int i = 0; i < 2; i++) {
        struct bindings *row = bind_row(b, "ROWS");
        bind_list(row, "COLUMNS");
        for (int j = 0; j <= i; j++)
            bind_text(bind_row(row, "COLUMNS"), "NAME", "%d%d", i, j);
    }
    struct text out = {0};
    struct error error;
    assert_true(render("#@ for ROWS\n@{NAME}:\n#@ for COLUMNS\n@{NAME}@{SEP}\n#@ end\n;@{SEP}\n"
                       "#@ end\n", "t.tcl", RENDER_HASH, b, &out, &error));
    assert_string_equal(out.data, "outer:\n00\n;,\nouter:\n10,\n11\n;\n");
    assert_true(bindings_check_used(b, &error));
    text_free(&out);
    bindings_free(b);
}

static void test_prefixes(void **state)
{
    (void)state;
    gives(RENDER_HASH, "#@ if YES\nset a 1 ;# @{NAME}\n#@ end\n//@ if x\n",
          "set a 1 ;# ese_top\n//@ if x\n");
    gives(RENDER_MARKUP, "<!--@ if NO -->\nx\n<!--@ else-->\n<!-- y -->\n  <!--@ end  -->  \n",
          "<!-- y -->\n");
    fails(RENDER_MARKUP, "<!--@ if NO\n<!--@if NO-->\n",
          "t.v:1:1: the directive does not end in '-->' (and 1 more error)",
          "t.v:1:1: error: the directive does not end in '-->'\n"
          "    <!--@ if NO\n"
          "    ^\n"
          "t.v:2:1: error: a directive stands alone on its line, as in '<!--@ if NAME -->'\n"
          "    <!--@if NO-->\n"
          "    ^\n");
}

static void test_wrong_keys(void **state)
{
    (void)state;
    fails(RENDER_VERILOG,
          "module @{NAME};\n\talways @(posedge clk) x <= @{DATA_V};\nwire a@{; // } \xc3\xa4@{b c}\n"
          "@{}@{SEP}@{YES}@{PORTS}@{NAME\n",
          "t.v:2:31: nothing is bound to 'DATA_V' (and 7 more errors)",
          "t.v:2:31: error: nothing is bound to 'DATA_V'\n"
          "    \talways @(posedge clk) x <= @{DATA_V};\n"
          "    \t                             ^\n"
          "t.v:3:9: error: '; // ' is no key: capital letters, digits and '_' are\n"
          "    wire a@{; // } \xc3\xa4@{b c}\n"
          "            ^\n"
          "t.v:3:20: error: 'b c' is no key: capital letters, digits and '_' are\n"
          "    wire a@{; // } \xc3\xa4@{b c}\n"
          "                      ^\n"
          "t.v:4:3: error: '' is no key: capital letters, digits and '_' are\n"
          "    @{}@{SEP}@{YES}@{PORTS}@{NAME\n"
          "      ^\n"
          "t.v:4:6: error: nothing is bound to 'SEP'\n"
          "    @{}@{SEP}@{YES}@{PORTS}@{NAME\n"
          "         ^\n"
          "t.v:4:12: error: 'YES' is a flag: it stands in 'if' and 'ifnot'\n"
          "    @{}@{SEP}@{YES}@{PORTS}@{NAME\n"
          "               ^\n"
          "t.v:4:18: error: 'PORTS' is a list: it stands in 'for'\n"
          "    @{}@{SEP}@{YES}@{PORTS}@{NAME\n"
          "                     ^\n"
          "t.v:4:24: error: '@{' has no '}' on this line\n"
          "    @{}@{SEP}@{YES}@{PORTS}@{NAME\n"
          "                           ^\n");
}

static void test_wrong_in_blocks(void **state)
{
    (void)state;
    /* Once for all rows; and in what is left out. */
    fails(RENDER_VERILOG, "//@ for PORTS\n@{PROT}\n//@ end\n//@ if NO\n@{GONE}\n//@ end\n",
          "t.v:2:3: nothing is bound to 'PROT' (and 1 more error)",
          "t.v:2:3: error: nothing is bound to 'PROT'\n    @{PROT}\n      ^\n"
          "t.v:5:3: error: nothing is bound to 'GONE'\n    @{GONE}\n      ^\n");
    fails(RENDER_VERILOG, "@{PORT}\n//@ for PORTS\n//@ end\n", "t.v:1:3: nothing is bound to 'PORT'",
          "t.v:1:3: error: nothing is bound to 'PORT'\n    @{PORT}\n      ^\n");
    fails(RENDER_VERILOG, "//@ if NAME\n//@ for YES\n//@ end\n//@ end\n//@ if GONE\n//@ end\n",
          "t.v:1:8: 'NAME' is a text: it stands in '@{...}' (and 2 more errors)",
          "t.v:1:8: error: 'NAME' is a text: it stands in '@{...}'\n    //@ if NAME\n           ^\n"
          "t.v:2:9: error: 'YES' is a flag: it stands in 'if' and 'ifnot'\n    //@ for YES\n"
          "            ^\n"
          "t.v:5:8: error: nothing is bound to 'GONE'\n    //@ if GONE\n           ^\n");
}

static void test_wrong_directives(void **state)
{
    (void)state;
    fails(RENDER_VERILOG, "//@ end\n//@ else\n//@ for PORTS\n//@ else\n//@ end\n",
          "t.v:1:1: 'end' without an 'if' or 'for' before it (and 2 more errors)",
          "t.v:1:1: error: 'end' without an 'if' or 'for' before it\n    //@ end\n    ^\n"
          "t.v:2:1: error: 'else' without an 'if' before it\n    //@ else\n    ^\n"
          "t.v:4:1: error: 'else' without an 'if' before it\n    //@ else\n    ^\n");
    fails(RENDER_VERILOG, "//@ if YES\n//@ else\n//@ else\n//@ end\n",
          "t.v:3:1: 'else' without an 'if' before it",
          "t.v:3:1: error: 'else' without an 'if' before it\n    //@ else\n    ^\n");
    fails(RENDER_VERILOG, "//@ for PORTS\n//@ if YES\n//@ end\n", "t.v:1:1: 'for' has no 'end'",
          "t.v:1:1: error: 'for' has no 'end'\n    //@ for PORTS\n    ^\n");
    fails(RENDER_VERILOG, "//@ if YES\nx //@ end\n//@end\n//@\n//@ end all\n",
          "t.v:2:3: a directive stands alone on its line, as in '//@ if NAME' (and 3 more errors)",
          "t.v:2:3: error: a directive stands alone on its line, as in '//@ if NAME'\n"
          "    x //@ end\n      ^\n"
          "t.v:3:1: error: a directive stands alone on its line, as in '//@ if NAME'\n"
          "    //@end\n    ^\n"
          "t.v:4:1: error: a directive stands alone on its line, as in '//@ if NAME'\n"
          "    //@\n    ^\n"
          "t.v:5:9: error: nothing may follow 'end'\n    //@ end all\n            ^\n");
    fails(RENDER_VERILOG, "//@ unless NO\n//@ if\n//@ end\n//@ if yes\n//@ end\n//@ if YES NO\n//@ end\n",
          "t.v:1:5: 'unless' is no directive: if, ifnot, else, end, for are (and 3 more errors)",
          "t.v:1:5: error: 'unless' is no directive: if, ifnot, else, end, for are\n"
          "    //@ unless NO\n        ^\n"
          "t.v:2:7: error: 'if' takes one name: capital letters, digits and '_'\n"
          "    //@ if\n          ^\n"
          "t.v:4:8: error: 'if' takes one name: capital letters, digits and '_'\n"
          "    //@ if yes\n           ^\n"
          "t.v:6:8: error: 'if' takes one name: capital letters, digits and '_'\n"
          "    //@ if YES NO\n           ^\n");
}

static void test_depth(void **state)
{
    (void)state;
    struct text nested = {0};
    for (int i = 0; i < RENDER_DEPTH; i++)
        text_append(&nested, "//@ if YES\n");
    text_append(&nested, "x\n");
    for (int i = 0; i < RENDER_DEPTH; i++)
        text_append(&nested, "//@ end\n");
    gives(RENDER_VERILOG, nested.data, "x\n");
    text_cut(&nested, 0);
    for (int i = 0; i < 100000; i++)
        text_append(&nested, "//@ for PORTS\n");
    fails(RENDER_VERILOG, nested.data, "t.v:9:1: more than 8 blocks in each other",
          "t.v:9:1: error: more than 8 blocks in each other\n    //@ for PORTS\n    ^\n");
    text_free(&nested);
}

static void test_unused(void **state)
{
    (void)state;
    struct bindings *b = some_bindings();
    bind_text(b, "GHOST", "boo");
    struct text out = {0};
    struct error error;
    assert_true(render("@{NAME}\n//@ if NO\n@{WIDTH}\n//@ end\n", "a.v", RENDER_VERILOG, b, &out,
                       &error));
    assert_true(render("//@ for PORTS\n//@ if YES\n@{PORT}\n//@ end\n//@ end\n", "b.v",
                       RENDER_VERILOG, b, &out, &error));
    assert_string_equal(out.data, "ese_top\nclk\nrst\ndata\n");
    bind_list(b, "PORTS"); /* what was used stays so */
    assert_false(bindings_check_used(b, &error));
    assert_string_equal(error.text,
                        "'NONE' is bound, but no template mentions it (and 3 more errors)");
    assert_string_equal(bindings_report(b),
                        "error: 'NONE' is bound, but no template mentions it\n"
                        "error: 'PORTS.BITS' is bound, but no template mentions it\n"
                        "error: 'PORTS.WIDE' is bound, but no template mentions it\n"
                        "error: 'GHOST' is bound, but no template mentions it\n");
    text_free(&out);
    bindings_free(b);
}

/* A value can be bound anew between files, and be of any length. */
static void test_rebinding(void **state)
{
    (void)state;
    struct bindings *b = bindings_new();
    struct text out = {0};
    struct error error;
    for (int i = 0; i < 300; i++) {
        bind_text(b, "LONG", "%0*d", 1 + i * 10, i);
        bind_int(bind_row(b, "ROWS"), "ROW", i);
        text_cut(&out, 0);
        assert_true(render("@{LONG}\n//@ for ROWS\n@{ROW}\n//@ end\n", "t.v", RENDER_VERILOG, b,
                           &out, &error));
        assert_int_equal(strcspn(out.data, "\n"), 1 + i * 10);
    }
    assert_true(bindings_check_used(b, &error));
    text_free(&out);
    bindings_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),           cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_rows),           cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_wrong_keys),     cmocka_unit_test(test_wrong_in_blocks),
        cmocka_unit_test(test_wrong_directives), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_unused),         cmocka_unit_test(test_rebinding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
