/* SPDX-License-Identifier: Apache-2.0
 * test_words.c - the sequencers take the words of the program apart as words.def puts them together,
 * and their heads say so. */
#include <ctype.h>
#include <regex.h>

#include "models/base/text.h"
#include "tests/unit/model_testing.h"

struct field {
    const char *name, *signal, *width, *expression;
};

/* What a WIDTH of the Verilog is in C. */
static const struct {
    const char *verilog, *expression;
} constants[] = {
#define DERIVED(name, constant, meaning) {#constant, "d->" #name},
#include "models/program/derived.def"
};

static const struct field product_fields[] = {
#define PRODUCT_FIELD(name, signal, WIDTH, width, value, meaning) {#name, #signal, #WIDTH, #width},
#include "models/program/words.def"
};

static const struct field pass_fields[] = {
#define PASS_FIELD(name, signal, WIDTH, width, value, meaning) {#name, #signal, #WIDTH, #width},
#include "models/program/words.def"
};

static bool matches(const char *text, const char *pattern)
{
    regex_t regex;
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE), 0);
    bool found = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return found;
}

/* White space of any length, line ends too, becomes one blank. */
static void squeeze(struct text *squeezed, const char *verilog)
{
    for (const char *c = verilog; *c != '\0'; c++)
        if (!isspace((unsigned char)*c))
            text_append_char(squeezed, *c);
        else if (!isspace((unsigned char)c[1]))
            text_append_char(squeezed, ' ');
}

/* "{last, ..., first} = WORD;", over lines as it likes. */
static void expect_assignment(const char *verilog, const char *word, const struct field *fields,
                              size_t count)
{
    struct text wanted = {0}, squeezed = {0};
    squeeze(&squeezed, verilog);
    text_append(&wanted, "assign {");
    for (size_t n = count; n-- > 0;)
        text_appendf(&wanted, "%s%s", fields[n].signal, n > 0 ? ", " : "");
    text_appendf(&wanted, "} = %s;", word);
    if (strstr(text_string(&squeezed), text_string(&wanted)) == NULL)
        fail_msg("not in the sequencer: %s", text_string(&wanted));
    text_free(&wanted);
    text_free(&squeezed);
}

/* The width by which C packs it is the one that Verilog knows. */
static void expect_expression(const struct field *field)
{
    if (isdigit((unsigned char)*field->width)) {
        assert_string_equal(field->width, field->expression);
        return;
    }
    for (size_t n = 0; n < COUNT(constants); n++)
        if (strcmp(constants[n].verilog, field->width) == 0) {
            assert_string_equal(constants[n].expression, field->expression);
            return;
        }
    fail_msg("%s is not in derived.def", field->width);
}

/* As wide as the list says: [WIDTH-1:0], [N-1:0] for a number N, nothing for 1. */
static void expect_widths(const char *verilog, const struct field *fields, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        char pattern[200], range[60];
        const char *width = fields[n].width;
        expect_expression(&fields[n]);
        if (strcmp(width, "1") == 0)
            snprintf(range, sizeof range, " +");
        else if (isdigit((unsigned char)*width))
            snprintf(range, sizeof range, " +\\[%d:0\\] +", atoi(width) - 1);
        else
            snprintf(range, sizeof range, " +\\[%s-1:0\\] +", width);
        snprintf(pattern, sizeof pattern, "wire%s%s *[;,]", range, fields[n].signal);
        if (!matches(verilog, pattern))
            fail_msg("%s is not declared %s wide", fields[n].signal, width);
    }
}

/* The fields one after the other, from "bit 0 up" on to the next heading. */
static void expect_comment(const char *verilog, const struct field *fields, size_t count)
{
    const char *at = strstr(verilog, "from bit 0 up,");
    assert_non_null(at);
    for (size_t n = 0; n < count; n++) {
        char wanted[80];
        if (strcmp(fields[n].width, "1") == 0)
            snprintf(wanted, sizeof wanted, " %s", fields[n].name);
        else
            snprintf(wanted, sizeof wanted, " %s[%s]", fields[n].name, fields[n].width);
        const char *next = strstr(at, wanted);
        while (next != NULL && strchr(", \n", next[strlen(wanted)]) == NULL)
            next = strstr(next + 1, wanted);
        if (next == NULL || next - at > 100)
            fail_msg("the head does not say '%s' where it should", wanted);
        at = next + strlen(wanted);
    }
}

static void expect_sequencer(const char *path, const char *word, const struct field *fields,
                             size_t count)
{
    struct text verilog = {0};
    struct error error;
    assert_true(text_read_file(&verilog, path, &error));
    expect_assignment(text_string(&verilog), word, fields, count);
    expect_widths(text_string(&verilog), fields, count);
    expect_comment(text_string(&verilog), fields, count);
    text_free(&verilog);
}

static void products(void **state)
{
    (void)state;
    expect_sequencer("templates/core/ese_product_sequencer.v", "product_word", product_fields,
                     COUNT(product_fields));
}

static void passes(void **state)
{
    (void)state;
    expect_sequencer("templates/core/ese_pass_sequencer.v", "pass_word_q", pass_fields,
                     COUNT(pass_fields));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products),
        cmocka_unit_test(passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
