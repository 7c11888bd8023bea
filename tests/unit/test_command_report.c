/* SPDX-License-Identifier: Apache-2.0
 * test_command_report.c - ese report: of a configuration and of a folder. */
#include "tests/unit/command_testing.h"

#include "gen/config/config_file.h"
#include "gen/report/chart_svg.h"
#include "gen/report/facts.h"

struct given {
    const char *source, *set, *json, *svg, *measured;
    bool chart;
};

static int report(struct given given)
{
    const struct sets *sets = sets_of(given.set);
    struct report_options options = {.source = given.source, .sets = sets->words,
                                     .set_count = sets->count, .json = given.json,
                                     .chart = given.chart, .svg = given.svg,
                                     .measured = given.measured};
    struct capture capture = capture_begin();
    int status = command_report(&options);
    capture_end(capture);
    return status;
}

static void reports(struct given given)
{
    if (report(given) != 0)
        complained_only("nothing: it is reported on");
    holds("stderr", "");
}

static void refuses(struct given given, const char *message)
{
    assert_int_equal(report(given), 1);
    complained_only(message);
    printed_nothing();
}

/* Text and JSON of a configuration, by way of the functions that gather and write the facts. */
static struct text expected(const char *source, const char *set, bool chart, json_t **json)
{
    const struct sets *sets = sets_of(set);
    struct config config;
    struct program program;
    struct facts facts;
    struct error error = {""};
    struct text text = {0};
    assert_true(config_load(&config, source, sets->words, sets->count, &error));
    assert_true(program_build(&program, &config, &error));
    facts_gather(&facts, &program, program.cycles, QUALITY_WORK);
    facts_text(&text, &facts, chart);
    if (json != NULL)
        *json = facts_json(&facts);
    facts_free(&facts);
    program_free(&program);
    config_free(&config);
    return text;
}

static void prints(struct given given, const char *set)
{
    struct text text = expected("tiny", set, given.chart, NULL);
    reports(given);
    holds("stdout", text_string(&text));
    text_free(&text);
}

static void test_text(void **state)
{
    (void)state;
    prints((struct given){.source = "tiny"}, NULL);
    prints((struct given){.source = "tiny", .chart = true}, NULL);
    prints((struct given){.source = "tiny", .set = "pes=4 memory=stream"}, "pes=4 memory=stream");
    printed("4 PEs");
}

/* A folder knows its name though its config.yaml does not, and takes changes. */
static void test_folder(void **state)
{
    (void)state;
    made("chip", "pes=4");
    prints((struct given){.source = "chip"}, "pes=4");
    printed("tiny");
    prints((struct given){.source = "chip", .set = "channels=3"}, "pes=4 channels=3");
    unchanged("chip");
}

/* A name that nobody could have given is not printed. */
static void test_wrong_name(void **state)
{
    (void)state;
    made("chip", NULL);
    put("chip/report.json", "{\"name\": \"\\u001b[31mtiny\"}");
    reports((struct given){.source = "chip"});
    struct text text = contents("stdout");
    assert_null(strchr(text_string(&text), '\033'));
    text_free(&text);
    put("chip/report.json", "{\"name\": 5}");
    reports((struct given){.source = "chip"});
    put("chip/report.json", "{");
    reports((struct given){.source = "chip"});
    assert_int_equal(remove("chip/report.json"), 0);
    reports((struct given){.source = "chip"});
}

static void test_json(void **state)
{
    (void)state;
    json_t *wanted;
    struct text text = expected("tiny", NULL, false, &wanted);
    reports((struct given){.source = "tiny", .json = "report.json"});
    holds("stdout", text_string(&text)); /* the text as well */
    json_t *found = json_of("report.json");
    number_is(found, "cycles_per_frame", json_integer_value(json_at(wanted, "cycles_per_frame")));
    assert_int_equal(json_object_size(found), json_object_size(wanted));
    reports((struct given){.source = "tiny", .json = "-"});
    assert_true(same_files("stdout", "report.json")); /* nothing else */
    json_decref(found);
    json_decref(wanted);
    text_free(&text);
}

/* measured.csv of the chip in folder "chip", with a line for `more` at its end, NULL: none. */
static void put_measured(const char *hash, const char *more)
{
    struct text text = {0};
    text_appendf(&text, "figure,value,available\npart,xczu7ev-ffvc1156-2-e,\ntool,Vivado 2023.2,\n"
                 "stage,route,\nconfig_hash,%s,\nclock_mhz,200,\nlut,1000,230400\nbram36,7.5,312\nuram,2,96\n"
                 "setup_slack_ns,-1,\n%s%s", hash, more != NULL ? more : "", more != NULL ? "\n" : "");
    put("measured.csv", text_string(&text));
    text_free(&text);
}

static void chip_hash(char hash[16])
{
    struct chip_folder chip = opened("chip");
    snprintf(hash, 16, "%08x", (unsigned)chip.program.config_hash);
    chip_close(&chip);
}

static void test_measured(void **state)
{
    (void)state;
    char hash[16];
    made("chip", NULL);
    chip_hash(hash);
    put_measured(hash, "power_w,3.25,");
    reports((struct given){.source = "chip", .measured = "measured.csv", .json = "report.json"});
    printed("Measured by Vivado 2023.2, xczu7ev-ffvc1156-2-e, stage route");
    printed("block RAMs");
    printed("7.5");
    printed("166.667 MHz"); /* of 5 ns and 1 more */
    printed("3.25 W");
    json_t *json = json_of("report.json");
    string_is(json, "measured.part", "xczu7ev-ffvc1156-2-e");
    real_is(json, "measured.resources.lut.measured", 1000.0);
    real_is(json, "measured.resources.lut.available", 230400.0);
    real_is(json, "measured.resources.bram36.measured", 7.5);
    real_is(json, "measured.resources.uram.measured", 2.0);
    real_is(json, "measured.resources.uram.available", 96.0);
    real_is(json, "measured.resources.uram.estimate", 0.0);
    real_is(json, "measured.setup_slack_ns", -1.0);
    real_is(json, "measured.possible_mhz", 1000.0 / 6.0);
    real_is(json, "measured.power_w", 3.25);
    real_is(json, "measured.resources.lut.estimate",
            (double)json_integer_value(json_at(json, "device.resources.lut.used")));
    assert_null(json_object_get(json_at(json, "measured"), "dynamic_w")); /* was not measured */
    json_decref(json);
}

/* The clock that a slack of its whole period leaves, or of more, is no number. */
static void test_no_path(void **state)
{
    (void)state;
    static const char *const clocks[] = {"clock_mhz,100,\nsetup_slack_ns,10,\n",
                                         "clock_mhz,100,\nsetup_slack_ns,20,\n",
                                         "clock_mhz,0,\nsetup_slack_ns,1,\n"};
    char hash[16];
    made("chip", NULL);
    chip_hash(hash);
    for (size_t n = 0; n < COUNT_OF(clocks); n++) {
        struct text text = {0};
        text_appendf(&text, "figure,value,available\npart,p,\ntool,t,\nstage,route,\nconfig_hash,%s,\n%s",
                     hash, clocks[n]);
        put("measured.csv", text_string(&text));
        text_free(&text);
        reports((struct given){.source = "chip", .measured = "measured.csv", .json = "report.json"});
        json_t *json = json_load_file("report.json", 0, NULL);
        assert_non_null(json_at(json, "measured.setup_slack_ns"));
        assert_null(json_object_get(json_at(json, "measured"), "possible_mhz"));
        json_decref(json);
    }
}

static void refuses_measured(const char *message)
{
    refuses((struct given){.source = "chip", .measured = "measured.csv"}, message);
}

static void test_wrong_measured(void **state)
{
    static const struct { const char *line, *message; } wrong[] = {
        {"luts,5,", "measured.csv:11: there is no figure 'luts'"},
        {"dsp,many,5", "measured.csv:11: dsp 'many' is not a number"},
        {"dsp,5,nan", "measured.csv:11: dsp 'nan' is not a number"},
        {"dsp,,5", "measured.csv:11: dsp '' is not a number"},
        {"dsp,-1,5", "measured.csv:11: dsp is not from 0 to 1000000000"},
        {"dsp,1,1e300", "measured.csv:11: dsp is not from 0 to 1000000000"},
        {"power_w,-1,", "measured.csv:11: power_w is not from 0 to 1000000000"},
        {"hold_slack_ns,-2e9,", "measured.csv:11: hold_slack_ns is not from -1000000000 to 1000000000"},
        {"lut,5,6", "measured.csv:11: lut stands here for the second time"},
        {"part,other,", "measured.csv:11: part stands here for the second time"},
        {"dsp,5", "measured.csv:11: there are not three values"},
        {"dsp,5,6,7", "measured.csv:11: there are not three values"},
    };
    (void)state;
    char hash[16];
    made("chip", NULL);
    chip_hash(hash);
    for (size_t n = 0; n < sizeof wrong / sizeof *wrong; n++) {
        put_measured(hash, wrong[n].line);
        refuses_measured(wrong[n].message);
    }
    put_measured("00000000", NULL);
    struct text message = {0};
    text_appendf(&message, "measured.csv: is of another chip: its config_hash is 00000000, this one's is %s", hash);
    refuses_measured(text_string(&message));
    text_free(&message);
    put("measured.csv", "figure,value\n");
    refuses_measured("measured.csv:1: the head is not 'figure,value,available'");
    put("measured.csv", "figure,value,available\r\npart,x,\r\n");
    refuses_measured("measured.csv: has no tool");
    put("measured.csv", "figure,value,available\npart,,\n");
    refuses_measured("measured.csv:2: part has no value, or one of more than 79 characters");
    assert_int_equal(remove("measured.csv"), 0);
    refuses_measured("cannot open 'measured.csv': No such file or directory");
}

/* The frame of steady state, and the one that follows it. */
static void draw(const char *path)
{
    struct config config;
    struct program program;
    struct error error = {""};
    assert_true(config_load(&config, "tiny", NULL, 0, &error));
    assert_true(program_build(&program, &config, &error));
    const struct cycles_frame *now = &program.cycles->frames[program.cycles->frame_count - 2];
    struct chart_frame frame = {.heading = "as planned",
                                .now = {now[0].products, now[0].passes, now[0].start,
                                        now[0].waits},
                                .next = {now[1].products, now[1].passes, now[1].start,
                                         now[1].waits}};
    assert_true(chart_svg_write(path, &program, &frame, 1, &error));
    program_free(&program);
    config_free(&config);
}

static void test_picture(void **state)
{
    (void)state;
    draw("wanted.svg");
    reports((struct given){.source = "tiny", .svg = "frame.svg"});
    assert_true(file_has("frame.svg", "as planned"));
    assert_true(same_files("frame.svg", "wanted.svg"));
    assert_true(file_has("stdout", "cycles"));
    reports((struct given){.source = "tiny", .svg = "other.svg", .json = "-"});
    assert_true(same_files("frame.svg", "other.svg"));
    struct text text = contents("stdout");
    assert_int_equal(text_string(&text)[0], '{');
    text_free(&text);
}

static void test_not_a_chip(void **state)
{
    (void)state;
    make_dir("folder");
    refuses((struct given){.source = "./folder"},
            "'./folder' is not a folder that 'ese gen' made: it has no manifest.json");
    assert_int_equal(report((struct given){.source = "nosuch"}), 1);
    complained("'nosuch'");
    assert_int_equal(report((struct given){.source = "tiny", .set = "pes=0"}), 1);
    complained("pes");
    made("chip", NULL);
    assert_int_equal(report((struct given){.source = "chip", .set = "pes=0"}), 1);
    complained("pes");
    put("chip/config.yaml", "pes: 3\n"); /* another chip than was made */
    assert_int_equal(report((struct given){.source = "chip"}), 1);
    complained("chip");
    printed_nothing();
}

/* What cannot be written is said, and before the work where that is known. */
static void test_unwritable(void **state)
{
    (void)state;
    assert_int_equal(report((struct given){.source = "tiny", .svg = "no/frame.svg"}), 1);
    complained("--svg: cannot write 'no/frame.svg': No such file or directory");
    printed_nothing();
    assert_int_equal(report((struct given){.source = "tiny", .json = "no/report.json"}), 1);
    complained_only("--json: cannot write 'no/report.json': No such file or directory");
    printed_nothing();
    /* Before the work: the configuration has not been looked at. */
    assert_int_equal(report((struct given){.source = "none", .json = "no/report.json"}), 1);
    complained("no/report.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_text, scratch_clean),
        cmocka_unit_test_teardown(test_folder, scratch_clean),
        cmocka_unit_test_teardown(test_wrong_name, scratch_clean),
        cmocka_unit_test_teardown(test_json, scratch_clean),
        cmocka_unit_test_teardown(test_measured, scratch_clean),
        cmocka_unit_test_teardown(test_no_path, scratch_clean),
        cmocka_unit_test_teardown(test_wrong_measured, scratch_clean),
        cmocka_unit_test_teardown(test_picture, scratch_clean),
        cmocka_unit_test_teardown(test_not_a_chip, scratch_clean),
        cmocka_unit_test_teardown(test_unwritable, scratch_clean),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
