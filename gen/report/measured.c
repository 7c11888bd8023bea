/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/measured.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/report/numbers.h"
#include "models/base/bytes.h"

#define HEAD "figure,value,available"

static const double MEASURED_MOST = 1e9; /* of all numbers */

static const char *const word_names[] = {
#define MEASURED_WORD(name, needed) #name,
#include "gen/report/measured.def"
};

static const struct {
    const char *name, *label, *unit;
} numbers[] = {
#define MEASURED_NUMBER(name, label, unit) {#name, label, unit},
#include "gen/report/measured.def"
};

/* ---- reading --------------------------------------------------------------------------- */

struct reading {
    struct measured *into;
    const struct facts *facts;
    bool has_word[MEASURED_WORDS];
};

/* Whoever divides by one or draws it does not meet what no chip and no clock has. */
static bool is_sane(const char *name, double value, struct error *error)
{
    double least = strstr(name, "slack") != NULL ? -MEASURED_MOST : 0.0;
    return (value >= least && value <= MEASURED_MOST) ||
           fail(error, "%s is not from %.10g to %.10g", name, least, MEASURED_MOST);
}

static bool take_real(double *place, const char *name, const char *text, struct error *error)
{
    char *end, shown[PRINTABLE_NAME];
    double value = strtod(text, &end);
    printable(shown, sizeof shown, text);
    if (*text == '\0' || *end != '\0' || !isfinite(value))
        return fail(error, "%s '%s' is not a number", name, shown);
    if (!isnan(*place))
        return fail(error, "%s stands here for the second time", name);
    *place = value;
    return is_sane(name, value, error);
}

static bool take_word(struct reading *reading, int n, const char *value, struct error *error)
{
    if (reading->has_word[n])
        return fail(error, "%s stands here for the second time", word_names[n]);
    if (*value == '\0' || strlen(value) > MEASURED_WORD_MOST)
        return fail(error, "%s has no value, or one of more than %d characters", word_names[n],
                    MEASURED_WORD_MOST);
    reading->has_word[n] = true;
    printable(reading->into->words[n], sizeof reading->into->words[n], value);
    return true;
}

static bool take_resource(struct reading *reading, int n, const char *value, const char *available,
                          struct error *error)
{
    struct measured *into = reading->into;
    const char *name = reading->facts->occupancy.shares[n].key;
    return take_real(&into->used[n], name, value, error) &&
           (*available == '\0' || take_real(&into->available[n], name, available, error));
}

static bool take_figure(struct reading *reading, const char *name, const char *value,
                        const char *available, struct error *error)
{
    char shown[PRINTABLE_NAME];
    for (int n = 0; n < MEASURED_WORDS; n++)
        if (strcmp(name, word_names[n]) == 0)
            return take_word(reading, n, value, error);
    for (int n = 0; n < RESOURCE_KINDS; n++)
        if (strcmp(name, reading->facts->occupancy.shares[n].key) == 0)
            return take_resource(reading, n, value, available, error);
    for (int n = 0; n < MEASURED_NUMBERS; n++)
        if (strcmp(name, numbers[n].name) == 0)
            return take_real(&reading->into->numbers[n], name, value, error);
    printable(shown, sizeof shown, name);
    return fail(error, "there is no figure '%s'", shown);
}

/* A line without its end: three values. */
static bool take_line(struct reading *reading, char *line, bool is_head, struct error *error)
{
    if (is_head)
        return strcmp(line, HEAD) == 0 || fail(error, "the head is not '" HEAD "'");
    char *value = strchr(line, ','), *available = value != NULL ? strchr(value + 1, ',') : NULL;
    if (available == NULL || strchr(available + 1, ',') != NULL)
        return fail(error, "there are not three values");
    *value++ = *available++ = '\0';
    return take_figure(reading, line, value, available, error);
}

static bool take_lines(struct reading *reading, char *line, const char *name, struct error *error)
{
    char where[PRINTABLE_PATH + 16];
    for (int number = 1; number == 1 || *line != '\0'; number++) {
        size_t length = strcspn(line, "\r\n");
        char *next = line + length;
        next += *next == '\r';
        next += *next == '\n';
        line[length] = '\0';
        snprintf(where, sizeof where, "%s:%d", name, number);
        if (!take_line(reading, line, number == 1, error))
            return fail_in(error, where);
        line = next;
    }
    return true;
}

/* It must say what it is of, and be of this chip. */
static bool check(const struct reading *reading, const char *name, struct error *error)
{
    static const bool needed[] = {
#define MEASURED_WORD(name, needed) needed,
#include "gen/report/measured.def"
    };
    const char *hash = reading->into->words[MEASURED_word_config_hash];
    char ours[16];
    for (int n = 0; n < MEASURED_WORDS; n++)
        if (needed[n] && !reading->has_word[n])
            return fail(error, "%s: has no %s", name, word_names[n]);
    snprintf(ours, sizeof ours, "%08x", (unsigned)reading->facts->program->config_hash);
    return strcmp(hash, ours) == 0 ||
           fail(error, "%s: is of another chip: its config_hash is %s, this one's is %s", name, hash,
                ours);
}

bool measured_read(struct measured *measured, const char *path, const struct facts *facts,
                   struct error *error)
{
    struct reading reading = {.into = measured, .facts = facts};
    struct text text = {0};
    char name[PRINTABLE_PATH];
    *measured = (struct measured){0};
    if (!facts->on_chip) {
        *error = facts->no_chip;
        return fail_in(error, "--measured");
    }
    for (int n = 0; n < MEASURED_NUMBERS; n++)
        measured->numbers[n] = NAN;
    for (int n = 0; n < RESOURCE_KINDS; n++)
        measured->used[n] = measured->available[n] = NAN;
    if (!text_read_file(&text, path, error))
        return false;
    printable(name, sizeof name, path);
    text_append(&text, "");
    char *lines = duplicate(text_string(&text));
    bool ok = take_lines(&reading, lines, name, error) && check(&reading, name, error);
    free(lines);
    text_free(&text);
    return ok;
}

/* ---- writing --------------------------------------------------------------------------- */

double measured_mhz(const struct measured *m)
{
    double asked = m->numbers[MEASURED_number_clock_mhz];
    double path_ns = 1e3 / asked - m->numbers[MEASURED_number_setup_slack_ns];
    return asked > 0.0 && path_ns > 0.0 ? 1e3 / path_ns : NAN;
}

static double estimate(const struct share *share)
{
    return (double)share->used / share->parts;
}

static void write_resource(struct text *text, const struct share *share, double used,
                           double available)
{
    if (isnan(used))
        return;
    text_appendf(text, "  %-24s %11.10g %11.10g", share->name, estimate(share), used);
    if (used > 0.0)
        text_appendf(text, " %+9.1f %%", 100.0 * (estimate(share) - used) / used);
    else
        text_appendf(text, " %11s", "");
    if (!isnan(available) && available > 0.0)
        text_appendf(text, " %9.1f %%", 100.0 * used / available);
    text_append_char(text, '\n');
}

static void write_number(struct text *text, const char *label, const char *unit, double value)
{
    if (!isnan(value))
        text_appendf(text, "  %-24s %11s %11.6g %s\n", label, "", value, unit);
}

void measured_text(struct text *text, const struct measured *m, const struct facts *f)
{
    text_appendf(text, "\nMeasured by %s, %s, stage %s\n  %-24s %11s %11s %11s %11s\n",
                 m->words[MEASURED_word_tool], m->words[MEASURED_word_part],
                 m->words[MEASURED_word_stage], "", "estimate", "measured", "estimate is", "used");
    for (int n = 0; n < RESOURCE_KINDS; n++)
        write_resource(text, &f->occupancy.shares[n], m->used[n], m->available[n]);
    for (int n = 0; n < MEASURED_NUMBERS; n++)
        write_number(text, numbers[n].label, numbers[n].unit, m->numbers[n]);
    write_number(text, "clock possible", "MHz", measured_mhz(m));
}

static void set_real(json_t *object, const char *key, double value)
{
    if (!isnan(value))
        BUG_UNLESS(json_object_set_new(object, key, json_real(value)) == 0);
}

json_t *measured_json(const struct measured *m, const struct facts *f)
{
    json_t *root = json_object(), *resources = json_object();
    for (int n = 0; n < MEASURED_WORDS; n++)
        BUG_UNLESS(json_object_set_new(root, word_names[n], json_string(m->words[n])) == 0);
    for (int n = 0; n < MEASURED_NUMBERS; n++)
        set_real(root, numbers[n].name, m->numbers[n]);
    set_real(root, "possible_mhz", measured_mhz(m));
    for (int n = 0; n < RESOURCE_KINDS; n++) {
        json_t *resource = json_object();
        set_real(resource, "estimate", estimate(&f->occupancy.shares[n]));
        set_real(resource, "measured", m->used[n]);
        set_real(resource, "available", m->available[n]);
        BUG_UNLESS(json_object_set_new(resources, f->occupancy.shares[n].key, resource) == 0);
    }
    BUG_UNLESS(json_object_set_new(root, "resources", resources) == 0);
    return root;
}
