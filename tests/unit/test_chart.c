/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/chart.h"
#include "gen/report/chart_svg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Charts of made-up schedules: they must not change with the chip's pipeline. */

static struct product product(const char *name, const char *state)
{
    struct product p = {0};
    snprintf(p.name, sizeof p.name, "%s", name);
    snprintf(p.state, sizeof p.state, "%s", state);
    return p;
}

static struct pass pass(const char *name, const char *state)
{
    struct pass p = {0};
    snprintf(p.name, sizeof p.name, "%s", name);
    snprintf(p.state, sizeof p.state, "%s", state);
    return p;
}

static void test_small(void **state)
{
    (void)state;
    struct product products[] = {product("Wix[0]", "STATE_1"), product("Wir[0]", "STATE_2"),
                                 product("Wym[0]", "STATE_6")};
    struct pass passes[] = {pass("i[0]", "STATE_2"), pass("y[0]", "STATE_6")};
    struct program program = {
        .product_count = 3, .pass_count = 2, .products = products, .passes = passes};
    const struct interval ran[] = {{100, 120}, {120, 160}, {161, 162}};
    const struct interval stepped[] = {{165, 190}, {200, 219}};
    const char *expected =
        "'=' SpMV broadcasts columns, '#' element-wise steps; a mark is 2 cycles\n"
        "\n"
        "  state     SpMV           element-wise\n"
        "  STATE_1   Wix\n"
        "  STATE_2   Wir            i\n"
        "  STATE_6   Wym            y\n"
        "\n"
        "  cycle                               0              30             60             90\n"
        "  SpMV, by state                     |111111111122222222222222222222"
        "6.............................|\n"
        "  element-wise, by state             |................................"
        "2222222222222.....6666666666|\n"
        "\n"
        "  state               begin      end\n"
        "  STATE_1  Wix[0]         0       20 |==========                    "
        "                              |\n"
        "  STATE_2  Wir[0]        20       60 |          ===================="
        "                              |\n"
        "  STATE_6  Wym[0]        61       62 |                              "
        "=                             |\n"
        "  STATE_2  i[0]          65       90 |                              "
        "  #############               |\n"
        "  STATE_6  y[0]         100      119 |                              "
        "                    ##########|\n"
        "\n"
        "the last pass ends 57 cycles after the last column, while the products of the next frame "
        "run\n";
    struct text text = {0};
    chart_text(&text, &program, ran, stepped, 100);
    assert_string_equal(text_string(&text), expected);
    text_free(&text);
}

/* Products that did not run are left out; a chart of nothing says so. */
static void test_not_run(void **state)
{
    (void)state;
    struct product products[] = {product("Wix[0]", "STATE_1"), product("Wir[0]", "STATE_2")};
    struct pass passes[] = {pass("i[0]", "STATE_2")};
    struct program program = {
        .product_count = 2, .pass_count = 1, .products = products, .passes = passes};
    struct interval ran[] = {{0, 1000}, {-1, 0}};
    const struct interval stepped[] = {{-1, 0}};
    struct text text = {0};
    chart_text(&text, &program, ran, stepped, 0);
    assert_non_null(strstr(text_string(&text), "Wix[0]"));
    assert_null(strstr(text_string(&text), "Wir[0]"));
    assert_null(strstr(text_string(&text), "i[0]"));
    assert_null(strstr(text_string(&text), "the last pass"));
    text_cut(&text, 0);
    ran[0].begin = -1;
    chart_text(&text, &program, ran, stepped, 0);
    assert_string_equal(text_string(&text), "nothing ran\n");
    text_free(&text);
}

/* With hundreds of blocks a row stands for a matrix. */
static void test_grouped(void **state)
{
    (void)state;
    enum { BLOCKS = 150 };
    struct product products[2 * BLOCKS];
    struct pass passes[BLOCKS];
    struct interval ran[2 * BLOCKS], stepped[BLOCKS];
    char name[24];
    for (int n = 0; n < BLOCKS; n++) {
        snprintf(name, sizeof name, "Wix[%d]", n);
        products[2 * n] = product(name, "STATE_1");
        snprintf(name, sizeof name, "Wir[%d]", n);
        products[2 * n + 1] = product(name, "STATE_2");
        snprintf(name, sizeof name, "i[%d]", n);
        passes[n] = pass(name, "STATE_2");
        ran[2 * n] = (struct interval){n * 100, n * 100 + 30};
        ran[2 * n + 1] = (struct interval){n * 100 + 30, n * 100 + 99};
        stepped[n] = (struct interval){n * 100 + 110, n * 100 + 120};
    }
    struct program program = {.product_count = 2 * BLOCKS,
                              .pass_count = BLOCKS,
                              .products = products,
                              .passes = passes};
    struct text text = {0};
    chart_text(&text, &program, ran, stepped, 0);
    const char *chart = text_string(&text);
    int lines = 0;
    for (const char *at = chart; *at != '\0'; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 17);
    assert_non_null(strstr(chart, "300 products and 150 passes, a row for all of a matrix"));
    assert_non_null(strstr(chart, "  STATE_1  Wix          150     4500 |"));
    assert_non_null(strstr(chart, "  STATE_2  Wir          150    10350 |"));
    assert_non_null(strstr(chart, "  STATE_2  i            150     1500 |"));
    text_free(&text);
}

static int occurrences(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
        count++;
    return count;
}

/* The bars of a picture, with their rows and colours, and the names beside or in them.  The second frame
 * is the first, later, and stands below it. */
static void test_script(void **state)
{
    (void)state;
    struct product products[] = {product("Wix[0]", "STATE_1"), product("Wir[0]", "STATE_2"),
                                 product("Wym[0]", "STATE_6")};
    struct pass passes[] = {pass("i[0]", "STATE_2"), pass("y[0]", "STATE_6")};
    struct program program = {
        .product_count = 3, .pass_count = 2, .products = products, .passes = passes};
    const struct interval ran[2][3] = {{{100, 110}, {110, 160}, {161, 200}},
                                       {{200, 210}, {210, 260}, {261, 300}}};
    const struct interval stepped[2][2] = {{{165, 190}, {201, 219}}, {{265, 290}, {-1, 0}}};
    const struct chart_frame frames[] = {
        {"as planned", {ran[0], stepped[0], 100, NULL}, {ran[1], stepped[1], 200, NULL}},
        {"o'clock", {ran[1], stepped[1], 200, NULL}, {ran[0], stepped[0], 300, NULL}},
    };
    const char *data = "$frame_1 << END\n"
                       "0 10 1.50 0x0072b2 STATE_1\n"
                       "10 60 1.50 0x4397cb STATE_2\n"
                       "61 100 1.50 0x0072b2 STATE_6\n"
                       "100 110 1.50 0xbcd9ea STATE_1\n"
                       "110 119 1.50 0xbcd9ea STATE_2\n"
                       "65 90 2.50 0xd55e00 STATE_2\n"
                       "101 119 2.50 0xe57a33 STATE_6\n"
                       "0 10 3.85 0x0072b2 Wix[0]\n"
                       "100 110 3.85 0xbcd9ea Wix[0]\n"
                       "10 60 5.20 0x0072b2 Wir[0]\n"
                       "110 119 5.20 0xbcd9ea Wir[0]\n"
                       "65 90 6.20 0xd55e00 i[0]\n"
                       "61 100 7.55 0x0072b2 Wym[0]\n"
                       "101 119 8.55 0xd55e00 y[0]\n"
                       "END\n";
    struct text script = {0};
    chart_script(&script, &program, frames, 1);
    const char *text = text_string(&script);
    assert_non_null(strstr(text, data));
    assert_non_null(strstr(text, "set xrange [0:119]\n"));
    assert_non_null(strstr(text, "set label 'as planned' at "));
    assert_non_null(strstr(text, "set label 'Wix[0]' at first 5.00, first 3.85 center "));
    assert_non_null(strstr(text, "set label 'y[0]' at first 110.00, first 8.55 center "));
    assert_non_null(strstr(text, "set arrow from first 100, first 0.20 to first 100, first "));
    assert_int_equal(occurrences(text, "set label 'STATE_"), 3);
    assert_null(strstr(text, "$frame_2"));
    text_cut(&script, 0);
    chart_script(&script, &program, frames, 2);
    text = text_string(&script);
    assert_non_null(strstr(text, data));
    assert_non_null(strstr(text, "\n0 10 13.70 0x0072b2 Wix[0]\n"));
    assert_non_null(strstr(text, "set label 'o''clock' at "));
    assert_int_equal(occurrences(text, "set label 'STATE_"), 6);
    assert_int_equal(occurrences(text, "0xd55e00 i[0]\n"), 2);
    assert_int_equal(occurrences(text, "0xd55e00 y[0]\n"), 1);
    text_free(&script);
}

/* A name goes behind a bar that is too short for it, before it where a neighbour is in the way, shortened
 * between two of them, or nowhere. */
static void test_script_names(void **state)
{
    (void)state;
    struct product products[] = {product("Wix[0]", "STATE_1"), product("Wix[1]", "STATE_1"),
                                 product("Wix[2]", "STATE_1"), product("Wix[3]", "STATE_1"),
                                 product("Wix[4]", "STATE_1")};
    struct program program = {.product_count = 5, .products = products};
    const struct interval ran[] = {{0, 1}, {120, 121}, {122, 123}, {160, 161}, {1000, 1001}};
    const struct interval none[] = {{-1, 0}, {-1, 0}, {-1, 0}, {-1, 0}, {-1, 0}};
    const struct chart_frame frame = {"as planned", {ran, none, 0, NULL}, {none, none, 1000, NULL}};
    struct text script = {0};
    chart_script(&script, &program, &frame, 1);
    const char *text = text_string(&script);
    assert_non_null(strstr(text, "set xrange [0:1101]\n"));
    assert_non_null(strstr(text, "set label 'Wix[0]' at first 4.88, first 3.85 left "));
    assert_non_null(strstr(text, "set label 'Wix[1]' at first 116.12, first 3.85 right "));
    assert_non_null(strstr(text, "set label '[2]' at first 126.88, first 3.85 left "));
    assert_non_null(strstr(text, "set label 'Wix[3]' at first 164.88, first 3.85 left "));
    assert_non_null(strstr(text, "set label 'Wix[4]' at first 1004.88, first 3.85 left "));
    text_free(&script);
}

/* Between products, and before the next frame; what cannot be seen is only counted. */
static void test_gaps(void **state)
{
    (void)state;
    struct product products[] = {product("Wix[0]", "STATE_1"), product("Wir[0]", "STATE_2"),
                                 product("Wox[0]", "STATE_3"), product("Wym[0]", "STATE_6")};
    struct network_vector vectors[] = {{.name = "x"}, {.name = "y"}, {.name = "m"}};
    products[1].source = 1;
    products[3].source = 2;
    struct program program = {
        .network.vectors = vectors, .product_count = 4, .products = products};
    const struct interval ran[2][4] = {{{1000, 1100}, {1500, 2000}, {2001, 2400}, {2450, 2980}},
                                       {{3000, 3100}, {3500, 4000}, {4001, 4400}, {4450, 4980}}};
    enum stall waits[2][4] = {{STALL_INPUT, STALL_ELEMENT, STALL_QUEUE, STALL_ELEMENT},
                                    {STALL_INPUT, STALL_ACC, STALL_NONE, STALL_NONE}};
    struct chart_frame frame = {"as planned", {ran[0], NULL, 1000, waits[0]},
                                {ran[1], NULL, 3000, waits[1]}};
    struct text script = {0};
    chart_script(&script, &program, &frame, 1);
    const char *text = text_string(&script);
    assert_non_null(strstr(text, "set label 'as planned; SpMV waits 400 cycles for y, 1 for room "
                                 "in an ActQueue, 50 for m, 20 for x' at "));
    assert_int_equal(occurrences(text, "'#f0d264' fillstyle solid noborder\n"), 3);
    assert_non_null(strstr(text, "rectangle from first 100, first 1.12 to first 500, first 1.88 "
                                 "fillcolor rgb '#f0d264' "));
    assert_non_null(strstr(text, "rectangle from first 1980, first 1.12 to first 2000, first "));
    assert_non_null(strstr(text, "set label 'y' at first 300.00, first 1.50 center "));
    assert_null(strstr(text, "set label 'x' at ")); /* no room */
    assert_non_null(strstr(text, "title 'SpMV waits for'"));
    text_cut(&script, 0);
    waits[1][0] = STALL_ELEMENT; /* it reads x, which is there */
    chart_script(&script, &program, &frame, 1);
    text = text_string(&script);
    assert_non_null(strstr(text, " 50 for m, 20 for the frame before' at "));
    text_cut(&script, 0);
    frame.now.waits = frame.next.waits = NULL; /* seen, not known why */
    chart_script(&script, &program, &frame, 1);
    text = text_string(&script);
    assert_non_null(strstr(text, "set label 'as planned' at "));
    assert_int_equal(occurrences(text, "'#f0d264' fillstyle solid noborder\n"), 3);
    text_free(&script);
}

/* Thousands of blocks do not make a picture of thousands of bars. */
static void test_script_grouped(void **state)
{
    (void)state;
    enum { BLOCKS = 6000 };
    struct product *products = calloc(BLOCKS, sizeof *products);
    struct interval *ran = calloc(BLOCKS, sizeof *ran), *next = calloc(BLOCKS, sizeof *next);
    for (int n = 0; n < BLOCKS; n++) {
        char name[24];
        snprintf(name, sizeof name, "%s[%d]", n % 2 == 0 ? "Wix" : "Wfx", n / 2);
        products[n] = product(name, "STATE_1");
        ran[n] = (struct interval){n * 10, n * 10 + 9};
        next[n] = (struct interval){(BLOCKS + n) * 10, (BLOCKS + n) * 10 + 9};
    }
    struct program program = {.product_count = BLOCKS, .products = products};
    const struct chart_frame frame = {"as planned", {ran, NULL, 0, NULL},
                                      {next, NULL, BLOCKS * 10, NULL}};
    struct text script = {0};
    chart_script(&script, &program, &frame, 1);
    const char *text = text_string(&script);
    assert_non_null(strstr(text, "set label 'Wix x3000' at "));
    assert_non_null(strstr(text, "\n0 59989 3.85 0x0072b2 Wix[0]\n"));
    assert_null(strstr(text, "set label 'Wix["));
    assert_int_equal(occurrences(text, " 0x0072b2 "), 3); /* the unit, and two matrices */
    assert_int_equal(occurrences(text, " 0xbcd9ea "), 3);
    assert_null(strstr(text, "SpMV waits"));
    text_free(&script);
    free(products);
    free(ran);
    free(next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_not_run),
        cmocka_unit_test(test_grouped),
        cmocka_unit_test(test_script),
        cmocka_unit_test(test_script_names),
        cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_script_grouped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
