/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/chart.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_not_run),
        cmocka_unit_test(test_grouped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
