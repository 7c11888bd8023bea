/* SPDX-License-Identifier: Apache-2.0
 * point.c - a point of a sweep: from its configuration to its lines. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gen/config/config_file.h"
#include "gen/folder/json_file.h"
#include "gen/report/accuracy.h"
#include "gen/report/facts.h"
#include "gen/report/parts.h"
#include "gen/sweep/csv.h"
#include "gen/sweep/sweep.h"

enum status { OK, FAILED, EXCLUDED };
static const char *const status_names[] = {"ok", "failed", "excluded"};
_Static_assert(COLUMN_id == 0, "it stands before the status");

static const char JSON_AXES[] = "{\"axes\": {", JSON_STATUS[] = "}, \"status\": ";

/* What is known of a point. */
struct found {
    enum status status;
    const char *message; /* of FAILED */
    json_t *report;      /* NULL: none */
    double extras[EXTRAS_MOST];
};

/* ---- how lines begin ------------------------------------------------------------------------- */

void point_begin_csv(const struct sweep *s, int point, struct text *line)
{
    for (int n = 0; n < s->axes.count; n++) {
        csv_append(line, plan_value(&s->plan, point, n));
        text_append_char(line, ',');
    }
}

size_t point_begin_csv_length(const struct sweep *s, const char *line)
{
    const char *at = line;
    for (int n = 0; n < s->axes.count; n++, at++) {
        bool quoted = false;
        for (; *at != '\0' && (quoted || *at != ','); at++)
            quoted ^= *at == '"';
        if (*at == '\0')
            return 0;
    }
    return (size_t)(at - line);
}

static void append_json(struct text *line, const json_t *value)
{
    char *dump = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(JSON_REAL_DIGITS));
    BUG_UNLESS(dump != NULL);
    text_append(line, dump);
    free(dump);
}

static void append_string(struct text *line, const char *string)
{
    json_t *value = json_text(string);
    append_json(line, value);
    json_decref(value);
}

/* Numbers and truth values of a configuration are such of JSON. */
static void append_value(struct text *line, const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    if (json_is_number(value) || json_is_boolean(value))
        text_append(line, text);
    else
        append_string(line, text);
    json_decref(value);
}

void point_begin_json(const struct sweep *s, int point, struct text *line)
{
    text_append(line, JSON_AXES);
    for (int n = 0; n < s->axes.count; n++) {
        text_appendf(line, "%s\"%s\": ", n > 0 ? ", " : "", s->axes.list[n].key->name);
        append_value(line, plan_value(&s->plan, point, n));
    }
    text_append(line, JSON_STATUS);
}

/* No string of JSON has such quotes. */
size_t point_begin_json_length(const struct sweep *s, const char *line)
{
    const char *end = strstr(line, JSON_STATUS);
    (void)s;
    return end != NULL ? (size_t)(end - line) + strlen(JSON_STATUS) : 0;
}

/* ---- lines ----------------------------------------------------------------------------------- */

int point_fields(const struct sweep *s)
{
    return s->axes.count + POINT_RESULTS + COLUMN_COUNT - 1 + s->extra_count; /* id: before */
}

/* To its end, which is its only control character. */
static bool is_line(const char *line, size_t length)
{
    for (size_t n = 0; n + 1 < length; n++)
        if ((unsigned char)line[n] < ' ')
            return false;
    return length > 0 && line[length - 1] == '\n';
}

static bool is_status(const char *text)
{
    for (size_t n = 0; n < sizeof status_names / sizeof *status_names; n++)
        if (strcmp(text, status_names[n]) == 0)
            return true;
    return false;
}

bool point_is_whole_csv(const struct sweep *s, const char *line, size_t length)
{
    char *fields[FIELDS_MOST];
    if (!is_line(line, length))
        return false;
    const int count = csv_split(line, fields, FIELDS_MOST);
    const bool whole =
        count == point_fields(s) && is_status(fields[s->axes.count + POINT_STATUS]);
    for (int n = 0; n < count; n++)
        free(fields[n]);
    return whole;
}

bool point_is_whole_json(const struct sweep *s, const char *line, size_t length)
{
    (void)s;
    return is_line(line, length) && length > 1 && line[length - 2] == '}';
}

void point_header(const struct sweep *s, struct text *line)
{
    for (int n = 0; n < s->axes.count; n++)
        text_appendf(line, "%s,", s->axes.list[n].key->name);
    text_appendf(line, "%s,status,error", columns[COLUMN_id].name);
    for (int n = COLUMN_id + 1; n < COLUMN_COUNT; n++)
        text_appendf(line, ",%s", columns[n].name);
    for (int n = 0; n < s->extra_count; n++)
        text_appendf(line, ",%s", s->extras[n].name);
    text_append_char(line, '\n');
}

static void write_csv(const struct sweep *s, int point, const struct found *found,
                      struct text *line)
{
    point_begin_csv(s, point, line);
    if (found->report != NULL)
        column_write(&columns[COLUMN_id], found->report, line);
    text_appendf(line, ",%s,", status_names[found->status]);
    csv_append(line, found->status == FAILED ? found->message : "");
    for (int n = COLUMN_id + 1; n < COLUMN_COUNT; n++) {
        text_append_char(line, ',');
        if (found->report != NULL)
            column_write(&columns[n], found->report, line);
    }
    for (int n = 0; n < s->extra_count; n++) {
        text_append_char(line, ',');
        column_write_number(found->extras[n], line);
    }
    text_append_char(line, '\n');
}

static void write_json(const struct sweep *s, int point, const struct found *found,
                       struct text *line)
{
    point_begin_json(s, point, line);
    text_appendf(line, "\"%s\", \"error\": ", status_names[found->status]);
    append_string(line, found->status == FAILED ? found->message : "");
    text_append(line, ", \"columns\": {");
    for (int n = 0; n < s->extra_count; n++) {
        text_appendf(line, "%s\"%s\": ", n > 0 ? ", " : "", s->extras[n].name);
        if (isfinite(found->extras[n]))
            column_write_number(found->extras[n], line);
        else
            text_append(line, "null");
    }
    text_append(line, "}, \"report\": ");
    if (found->report != NULL)
        append_json(line, found->report);
    else
        text_append(line, "null");
    text_append(line, "}\n");
}

static void write_row(const struct sweep *s, int point, const struct found *found, struct row *row)
{
    write_csv(s, point, found, &row->csv);
    write_json(s, point, found, &row->json);
}

static struct found nothing(void)
{
    struct found found = {.status = OK, .message = ""};
    for (int n = 0; n < EXTRAS_MOST; n++)
        found.extras[n] = NAN;
    return found;
}

void point_failed(struct sweep *s, int point, const char *message, struct row *row)
{
    struct found found = nothing();
    found.status = FAILED;
    found.message = message;
    write_row(s, point, &found, row);
}

/* ---- what is found --------------------------------------------------------------------------- */

struct words point_sets(const struct sweep *s, int point)
{
    const struct sweep_request *r = s->request;
    struct words sets = {0};
    for (size_t n = 0; n < r->set_count; n++)
        words_add(&sets, r->sets[n]);
    for (int n = 0; n < s->axes.count; n++) {
        struct text set = {0};
        text_appendf(&set, "%s=%s", s->axes.list[n].key->name, plan_value(&s->plan, point, n));
        words_add(&sets, text_string(&set));
        text_free(&set);
    }
    return sets;
}

static bool load(struct config *config, const struct sweep *s, int point, struct error *error)
{
    struct words sets = point_sets(s, point);
    bool good = config_load(config, s->request->source, sets.at, (size_t)sets.count, error);
    words_free(&sets);
    return good;
}

/* Those that need results, or those that do not. */
static bool excludes(const struct sweep *s, bool results, bool *excluded, struct error *error)
{
    for (int n = 0; n < s->where_count && !*excluded; n++) {
        double value;
        if (expression_needs_results(s->wheres[n]) != results)
            continue;
        if (!expression_value(s->wheres[n], &value, error))
            return false;
        *excluded = value == 0.0 || isnan(value); /* 0 / 0 holds no more than it does not */
    }
    return true;
}

static bool compute_extras(struct sweep *s, struct found *found, struct error *error)
{
    for (int n = 0; n < s->extra_count; n++) {
        struct extra *extra = &s->extras[n];
        if (!expression_value(extra->expression, &found->extras[n], error))
            return false;
        s->scope.at[extra->place].value = found->extras[n];
    }
    return true;
}

/* Of a network with layers that go backward. */
static bool report_parts(struct found *found, struct program *p, struct error *error)
{
    const struct accuracy accuracy = path_accuracy(p);
    path_utterances(p);
    if (!accuracy_expected(p, &accuracy, error))
        return false;
    found->report = parts_json(p);
    return true;
}

static bool report(struct found *found, struct program *p, struct error *error)
{
    struct facts facts;
    if (p->part_count > 0)
        return report_parts(found, p, error);
    facts_gather(&facts, p, p->cycles, QUALITY_WORK);
    bool good = accuracy_expected(p, &facts.quality.accuracy, error);
    if (good)
        found->report = facts_json(&facts);
    facts_free(&facts);
    return good;
}

static bool find(struct sweep *s, const struct config *config, struct stock *stock,
                 struct found *found, struct error *error)
{
    struct program program;
    bool excluded = false;
    scope_set_keys(&s->scope, config);
    if (!excludes(s, false, &excluded, error))
        return false;
    if (!excluded) {
        if (!program_build_from(&program, config, stock, error))
            return false;
        bool good = report(found, &program, error);
        program_free(&program);
        if (!good)
            return false;
        scope_set_columns(&s->scope, found->report);
        if (!compute_extras(s, found, error) || !excludes(s, true, &excluded, error))
            return false;
    }
    found->status = excluded ? EXCLUDED : OK;
    return true;
}

void point_compute(struct sweep *s, int point, struct stock *stock, struct row *row)
{
    struct config config;
    struct error error = {""};
    struct found found = nothing();
    bool good = load(&config, s, point, &error);
    if (good) {
        good = find(s, &config, stock, &found, &error);
        config_free(&config);
    }
    if (good)
        write_row(s, point, &found, row);
    else
        point_failed(s, point, error.text, row);
    json_decref(found.report);
}

void point_prepare(struct sweep *s, int point, struct stock *stock)
{
    struct config config;
    struct error unused;
    if (!load(&config, s, point, &unused))
        return;
    program_prepare(&config, stock);
    config_free(&config);
}
