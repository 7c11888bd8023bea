/* SPDX-License-Identifier: Apache-2.0
 * test_coverage.c - what Verilator's counts say of a chip: joined, judged, told. */
#include "gen/verify/coverage.h"

#include "tests/unit/model_testing.h"
#include "tests/unit/command_testing.h"

#define HEAD "# SystemC::Coverage-3\n"
#define F "\001f\002rtl/"
#define AT(file, line, page) \
    "C '" F file "\001l\002" line "\001n\0027\001page\002" page "/x\001o\002"
#define TOGGLE(file, line, what) AT(file, line, "v_toggle") what
#define BRANCH(file, line, what, lines) AT(file, line, "v_branch") what "\001S\002" lines
#define OF_A "\001h\002a' " /* of this instance; then the count */
#define OF_B "\001h\002b' "

/* A chip with three files, of which one is about what it can never do. */
static void put_chip(void)
{
    make_dir("chip");
    make_dir("chip/rtl");
    put("chip/rtl/ese_a.v", "module ese_a;\n  one;\n  if (two)\n    three;\n  four;\nendmodule\n");
    put("chip/rtl/ese_crc32.v", "one;\nfunction automatic x;\n  two;\nendfunction\nthree;\n");
    put("chip/rtl/ese_program_rom.v", "reg memory;\nreg other;\n");
}

static struct coverage read_back(const char *counts, const struct config *config)
{
    struct program program;
    struct coverage coverage;
    struct error error = {""};
    put("counts", counts);
    build(&program, config);
    if (!coverage_read(&coverage, "counts", "chip", &program, &error))
        fail_msg("%s", error.text);
    program_free(&program);
    return coverage;
}

static void counted(const struct coverage_count *count, int covered, int missed, int never)
{
    assert_int_equal(count->covered, covered);
    assert_int_equal(count->missed, missed);
    assert_int_equal(count->never, never);
}

static void is_hole(const struct coverage *coverage, int n, int line, const char *what, bool never)
{
    assert_true(n < coverage->hole_count);
    assert_int_equal(coverage->holes[n].line, line);
    assert_string_equal(coverage->holes[n].what, what);
    assert_int_equal(coverage->holes[n].why != NULL, never);
}

/* A line is covered when all of it has happened; instances of a module are one. */
static void test_lines(void **state)
{
    (void)state;
    struct config config = plain_config();
    put_chip();
    struct coverage c = read_back(HEAD BRANCH("ese_a.v", "3", "if", "3-4") OF_A "0\n"
                                  BRANCH("ese_a.v", "3", "if", "3-4") OF_B "5\n"
                                  BRANCH("ese_a.v", "3", "else", "3") OF_A "0\n"
                                  BRANCH("ese_a.v", "2", "block", "2,5") OF_A "7\n",
                                  &config);
    assert_int_equal(c.module_count, 1);
    assert_string_equal(c.modules[0].name, "ese_a");
    counted(&c.lines, 3, 1, 0); /* 2, 4, 5; of 3 the else */
    counted(&c.modules[0].lines, 3, 1, 0);
    counted(&c.toggles, 0, 0, 0);
    assert_int_equal(c.hole_count, 1);
    is_hole(&c, 0, 3, "if (two)", false);
    coverage_free(&c);
}

/* Up and down: each edge for itself, or together, of which one instance must have had two. */
static void test_bits(void **state)
{
    (void)state;
    struct config config = plain_config();
    put_chip();
    struct coverage c = read_back(
        HEAD TOGGLE("ese_a.v", "2", "d[0]") OF_A "1\n"
        TOGGLE("ese_a.v", "2", "d[0]") OF_B "1\n"
        TOGGLE("ese_a.v", "2", "d[1]") OF_A "2\n"
        TOGGLE("ese_a.v", "2", "d[2]") OF_A "0\n"
        TOGGLE("ese_a.v", "2", "d[10]") OF_A "0\n"
        TOGGLE("ese_a.v", "4", "e:0->1") OF_A "9\n"
        TOGGLE("ese_a.v", "4", "e:1->0") OF_A "0\n"
        TOGGLE("ese_a.v", "5", "g:0->1") OF_A "1\n"
        TOGGLE("ese_a.v", "5", "g:1->0") OF_B "1\n"
        TOGGLE("ese_a.v", "5", "unused_g") OF_A "0\n"
        TOGGLE("ese_a.v", "5", "g_block.unused_g") OF_A "0\n", &config);
    counted(&c.toggles, 2, 4, 0); /* d[1], g; d[0], d[2], d[10], e */
    assert_int_equal(c.hole_count, 2);
    is_hole(&c, 0, 2, "d[10,2,0]", false);
    is_hole(&c, 1, 4, "e", false);
    coverage_free(&c);
}

/* What cannot be reached is not missed, and what is reached although it cannot be is told. */
static void test_never(void **state)
{
    (void)state;
    struct config config = plain_config();
    put_chip();
    const char *counts = HEAD BRANCH("ese_crc32.v", "1", "block", "1-5") "' 0\n"
                         TOGGLE("ese_program_rom.v", "1", "memory[2][3]") "' 0\n"
                         TOGGLE("ese_program_rom.v", "1", "memory[2][4]") "' 2\n"
                         TOGGLE("ese_program_rom.v", "2", "memory_x") "' 0\n";
    struct coverage c = read_back(counts, &config);
    counted(&c.lines, 0, 2, 3);
    counted(&c.toggles, 1, 1, 1);
    is_hole(&c, 1, 2, "function automatic x;", true);
    is_hole(&c, 5, 1, "memory[2][3]", true);
    is_hole(&c, 6, 2, "memory_x", false);
    assert_string_equal(text_string(&c.wrong), "ese_program_rom.v:1: memory[2][4]\n");
    struct text text = {0};
    coverage_text(&text, &c, false);
    assert_non_null(strstr(text_string(&text), "\nLines in which something has not happened:\n"
                                               "  ese_crc32.v:1  one;\n  ese_crc32.v:5  three;\n"));
    assert_non_null(strstr(text_string(&text), "Said to be impossible in this chip, and yet it "
                                               "happened:\nese_program_rom.v:1: memory[2][4]\n"));
    assert_null(strstr(text_string(&text), "memory_x"));
    coverage_text(&text, &c, true);
    assert_non_null(strstr(text_string(&text), "\nBits that have not gone up and down:\n"
                                               "  ese_program_rom.v:2  memory_x\n"));
    assert_non_null(strstr(text_string(&text), "\nLines that this chip cannot reach:\n  ese_crc32"
                                               ".v:2  function automatic x;  (runs when"));
    text_free(&text);
    coverage_free(&c);
}

/* The rules know a module by any prefix. */
static void test_prefix(void **state)
{
    (void)state;
    struct config config = plain_config();
    put_chip();
    snprintf(config.prefix, sizeof config.prefix, "left");
    put("chip/rtl/left_program_rom.v", "reg memory;\n");
    struct coverage c =
        read_back(HEAD TOGGLE("left_program_rom.v", "1", "memory[0]") "' 0\n", &config);
    counted(&c.toggles, 0, 0, 1);
    coverage_free(&c);
}

static void test_json(void **state)
{
    (void)state;
    struct config config = plain_config();
    put_chip();
    struct coverage c = read_back(HEAD BRANCH("ese_a.v", "2", "block", "2,5") "' 7\n"
                                  TOGGLE("ese_a.v", "2", "d[1]") "' 0\n", &config);
    json_t *json = coverage_json(&c);
    char *dump = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(
        dump, "{\"holes\":[{\"kind\":\"toggle\",\"line\":2,\"module\":\"ese_a\","
              "\"what\":\"d[1]\"}],"
              "\"lines\":{\"covered\":2,\"missed\":0,\"never\":0},\"modules\":{\"ese_a\":{"
              "\"lines\":"
              "{\"covered\":2,\"missed\":0,\"never\":0},\"toggles\":{\"covered\":0,\"missed\":1,"
              "\"never\":0}}},\"toggles\":{\"covered\":0,\"missed\":1,\"never\":0}}");
    free(dump);
    json_decref(json);
    coverage_free(&c);
}

static void cannot(const char *counts, const char *message)
{
    struct config config = plain_config();
    struct program program;
    struct coverage coverage;
    struct error error = {""};
    build(&program, &config);
    put("counts", counts);
    assert_false(coverage_read(&coverage, "counts", "chip", &program, &error));
    assert_string_equal(error.text, message);
    coverage_free(&coverage);
    program_free(&program);
}

static void test_damaged(void **state)
{
    (void)state;
    put_chip();
    cannot("", "counts: not what Verilator writes of its coverage");
    cannot("counts\n", "counts: not what Verilator writes of its coverage");
    cannot(HEAD "C '\001l\0021' 3\n", "counts: point 1 is not whole");
    cannot(HEAD TOGGLE("ese_a.v", "2", "d") "' 1\nC 'x' 3\n", "counts: point 2 is not whole");
    cannot(HEAD TOGGLE("ese_none.v", "2", "d") "' 1\n",
           "cannot open 'chip/rtl/ese_none.v': No such file or directory");
}

/* ---- the folder ------------------------------------------------------------------------------ */

static void test_folder(void **state)
{
    (void)state;
    struct error error = {""};
    struct text summary = {0};
    text_append(&summary, "all\n");
    put_chip();
    assert_true(coverage_folder_check(NULL, &error));
    assert_true(coverage_folder_check("out", &error));
    assert_false(exists("out"));
    assert_true(coverage_folder_write("out", NULL, "chip", &summary, &error));
    holds("out/summary.txt", "all\n");
    assert_false(coverage_folder_check("out", &error));
    assert_string_equal(error.text,
                        "--coverage: 'out' is there already; a folder that is not is made");
    assert_false(coverage_folder_check("none/out", &error));
    /* Nothing is left of what does not work. */
    assert_false(coverage_folder_write("later", "no counts", "nowhere", &summary, &error));
    assert_string_equal(error.text, "cannot link to nowhere/rtl: No such file or directory");
    assert_false(coverage_folder_write("out", NULL, "chip", &summary, &error));
    assert_int_equal(entries_in("."), 7); /* chip and out, with what is in them */
    text_free(&summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_lines, scratch_clean),
        cmocka_unit_test_teardown(test_bits, scratch_clean),
        cmocka_unit_test_teardown(test_never, scratch_clean),
        cmocka_unit_test_teardown(test_prefix, scratch_clean),
        cmocka_unit_test_teardown(test_json, scratch_clean),
        cmocka_unit_test_teardown(test_damaged, scratch_clean),
        cmocka_unit_test_teardown(test_folder, scratch_clean),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
