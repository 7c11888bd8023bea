/* SPDX-License-Identifier: Apache-2.0
 * config_yaml.c - splits a YAML document into settings: names checked, values still text.
 *
 * libcyaml checks the document against the schema below.  Its numbers would take "12abc" for 12 and
 * "010" for 8, so that every value is a string to it, and key_set() reads it.  libcyaml names
 * neither the lines of values that it accepts nor those of syntax errors; they come from libyaml's
 * tree of the same document. */
#include <stdbool.h> /* cyaml.h needs it and does not include it */

#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "gen/config/config_keys.h"
#include "models/base/bytes.h"

/* The document as libcyaml fills it in. */
struct formats_section {
#define FORMAT_KEY(id, ...) char *id;
#include "gen/config/config.def"
};

struct ranges_section {
#define RANGE_KEY(id, ...) char *id;
#include "gen/config/config.def"
};

struct model_section {
    struct formats_section *formats;
    struct ranges_section *ranges;
#define MODEL_KEY(id, ...) char *id;
#include "gen/config/config.def"
};

struct document {
    char *base;
    struct model_section *model;
#define KEY(id, ...) char *id;
#include "gen/config/config.def"
};

#define FIELD(structure, id) \
    CYAML_FIELD_STRING_PTR(#id, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, structure, id, 0, \
                           CYAML_UNLIMITED),

/* "model:" with nothing below it is a section without keys. */
#define SECTION(name, structure, member, fields)                                                 \
    CYAML_FIELD_MAPPING_PTR(name, CYAML_FLAG_POINTER_NULL | CYAML_FLAG_OPTIONAL, structure, member, \
                            fields),

static const cyaml_schema_field_t formats_fields[] = {
#define FORMAT_KEY(id, ...) FIELD(struct formats_section, id)
#include "gen/config/config.def"
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t ranges_fields[] = {
#define RANGE_KEY(id, ...) FIELD(struct ranges_section, id)
#include "gen/config/config.def"
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t model_fields[] = {
    SECTION("formats", struct model_section, formats, formats_fields)
    SECTION("ranges", struct model_section, ranges, ranges_fields)
#define MODEL_KEY(id, ...) FIELD(struct model_section, id)
#include "gen/config/config.def"
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t document_fields[] = {
    FIELD(struct document, base)
    SECTION("model", struct document, model, model_fields)
#define KEY(id, ...) FIELD(struct document, id)
#include "gen/config/config.def"
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t document_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct document, document_fields),
};

/* ---- libyaml's tree: syntax and lines ---- */

static bool is_name(const yaml_node_t *node, const char *name)
{
    return node->type == YAML_SCALAR_NODE &&
           strcmp((const char *)node->data.scalar.value, name) == 0;
}

/* The pair of this name in a mapping, the last if it is there twice, or NULL. */
static const yaml_node_pair_t *find_pair(yaml_document_t *tree, const yaml_node_t *mapping,
                                         const char *name)
{
    const yaml_node_pair_t *found = NULL;
    if (mapping == NULL || mapping->type != YAML_MAPPING_NODE)
        return NULL;
    for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++)
        if (is_name(yaml_document_get_node(tree, pair->key), name))
            found = pair;
    return found;
}

/* The mapping that is the value of a pair of this name, or NULL. */
static const yaml_node_t *find_section(yaml_document_t *tree, const yaml_node_t *mapping,
                                       const char *name)
{
    const yaml_node_pair_t *pair = find_pair(tree, mapping, name);
    return pair != NULL ? yaml_document_get_node(tree, pair->value) : NULL;
}

/* Line of a key with a dotted name, counted from 1; 0 if it is not there. */
static int line_of(yaml_document_t *tree, const char *name)
{
    const yaml_node_t *mapping = yaml_document_get_root_node(tree);
    char section[32];
    for (const char *dot; (dot = strchr(name, '.')) != NULL; name = dot + 1) {
        snprintf(section, sizeof section, "%.*s", (int)(dot - name), name);
        mapping = find_section(tree, mapping, section);
    }
    const yaml_node_pair_t *pair = find_pair(tree, mapping, name);
    return pair != NULL ? (int)yaml_document_get_node(tree, pair->key)->start_mark.line + 1 : 0;
}

/* Keys that are lists would confuse libcyaml, and a zero byte ("3\0x") would end its string. */
static bool check_mapping(yaml_document_t *tree, const yaml_node_t *mapping, const char *file,
                          struct error *error)
{
    for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        const yaml_node_t *nodes[2] = {yaml_document_get_node(tree, pair->key),
                                       yaml_document_get_node(tree, pair->value)};
        int line = (int)nodes[0]->start_mark.line + 1;
        if (nodes[0]->type != YAML_SCALAR_NODE)
            return fail(error, "%s:%d: a key must be a word, not a list or a mapping", file, line);
        for (int i = 0; i < 2; i++) {
            if (nodes[i]->type == YAML_SCALAR_NODE &&
                memchr(nodes[i]->data.scalar.value, '\0', nodes[i]->data.scalar.length) != NULL)
                return fail(error, "%s:%d: has a zero byte in a text", file, line);
        }
    }
    return true;
}

static bool check_tree(yaml_document_t *tree, const char *file, struct error *error)
{
    const yaml_node_t *root = yaml_document_get_root_node(tree);
    if (root == NULL)
        return fail(error, "%s: is empty", file);
    if (root->type != YAML_MAPPING_NODE)
        return fail(error, "%s:%d: is no configuration: lines of 'key: value' are expected", file,
                    (int)root->start_mark.line + 1);
    if (root->data.mapping.pairs.start == root->data.mapping.pairs.top)
        return fail(error, "%s: has no keys", file);
    const yaml_node_t *model = find_section(tree, root, "model");
    const yaml_node_t *mappings[] = {root, model, find_section(tree, model, "formats"),
                                     find_section(tree, model, "ranges")};
    for (size_t n = 0; n < sizeof mappings / sizeof *mappings; n++)
        if (mappings[n] != NULL && mappings[n]->type == YAML_MAPPING_NODE &&
            !check_mapping(tree, mappings[n], file, error))
            return false;
    return true;
}

static bool syntax_error(const yaml_parser_t *parser, const char *text, const char *file,
                         struct error *error)
{
    size_t line = parser->problem_mark.line + 1;
    if (parser->error == YAML_MEMORY_ERROR)
        return fail(error, "%s: out of memory", file);
    if (parser->error == YAML_READER_ERROR) {
        /* Only the offset is set.  UTF-16 is not counted right, but it is refused before. */
        line = 1;
        for (size_t i = 0; i < parser->problem_offset; i++)
            line += text[i] == '\n';
        if (strstr(parser->problem, "UTF-8") != NULL)
            return fail(error, "%s:%zu: is not UTF-8: %s", file, line, parser->problem);
    }
    return fail(error, "%s:%zu: is not YAML: %s", file, line,
                parser->problem != NULL ? parser->problem : "syntax error");
}

static bool load_tree(yaml_document_t *tree, const char *text, size_t size, const char *file,
                      struct error *error)
{
    yaml_parser_t parser;
    yaml_document_t second;

    if (size >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0))
        return fail(error, "%s: is UTF-16, not UTF-8", file);
    if (!yaml_parser_initialize(&parser))
        return fail(error, "%s: out of memory", file);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);

    bool good = yaml_parser_load(&parser, tree);
    if (!good) {
        syntax_error(&parser, text, file, error);
    } else if (!check_tree(tree, file, error)) {
        good = false;
        yaml_document_delete(tree);
    } else {
        /* libcyaml would silently leave out all documents behind the first. */
        good = yaml_parser_load(&parser, &second);
        if (!good) {
            syntax_error(&parser, text, file, error);
        } else {
            const yaml_node_t *root = yaml_document_get_root_node(&second);
            if (root != NULL)
                good = fail(error, "%s:%d: a second document begins; only one is allowed", file,
                            (int)root->start_mark.line + 1);
            yaml_document_delete(&second);
        }
        if (!good)
            yaml_document_delete(tree);
    }
    yaml_parser_delete(&parser);
    return good;
}

/* ---- libcyaml: names and structure ---- */

/* What libcyaml logs of an error: the message, then where, from the inside to the outside. */
struct log {
    char message[256];
    char fields[3][64]; /* of mappings, from the inside to the outside */
    int count, line;
};

static void take_log(cyaml_log_t level, void *context, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static void take_log(cyaml_log_t level, void *context, const char *format, va_list arguments)
{
    struct log *log = context;
    char line[256], field[64];
    int number = 0;

    (void)level;
    vsnprintf(line, sizeof line, format, arguments);
    if (sscanf(line, " in mapping field '%63[^']' (line: %d", field, &number) == 2) {
        if (log->count < 3)
            memcpy(log->fields[log->count++], field, sizeof field);
        if (log->line == 0)
            log->line = number;
    } else if (log->message[0] == '\0') {
        static const char prefix[] = "Load: ";
        size_t skip = strncmp(line, prefix, sizeof prefix - 1) == 0 ? sizeof prefix - 1 : 0;
        line[strcspn(line, "\n")] = '\0';
        memcpy(log->message, line + skip, strlen(line + skip) + 1);
    }
}

/* The text behind `prefix` in the message, or NULL. */
static const char *behind(const struct log *log, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(log->message, prefix, length) == 0 ? log->message + length : NULL;
}

/* Says in our words what libcyaml complains about. */
static bool explain(const struct log *log, cyaml_err_t code, yaml_document_t *tree,
                    const char *file, struct error *error)
{
    char where[PRINTABLE_PATH + 16], name[512] = "";
    const char *unknown = behind(log, "Unexpected key: ");
    size_t used = 0;
    /* An unknown key has no field of its own in the log: the inner one is its section. */
    for (int n = log->count; n-- > 0;)
        used += (size_t)snprintf(name + used, sizeof name - used, "%s%s", log->fields[n],
                                 n > 0 || unknown != NULL ? "." : "");
    if (unknown != NULL)
        snprintf(name + used, sizeof name - used, "%s", unknown);
    int line = line_of(tree, name);
    line = line != 0 ? line : log->line;
    snprintf(where, sizeof where, line != 0 ? "%s:%d" : "%s", file, line);

    if (code == CYAML_ERR_OOM)
        return fail(error, "%s: out of memory", where);
    if (code == CYAML_ERR_ALIAS)
        return fail(error, "%s: anchors and aliases (&name, *name) are not allowed", where);
    if (unknown != NULL && key_find(name) != NULL) /* "model.cell: 12" in one line */
        return fail(error, "%s: unknown key '%s': write '%s' in a section '%.*s:'", where, unknown,
                    strrchr(name, '.') + 1, (int)(strrchr(name, '.') - name), name);
    if (unknown != NULL)
        return key_unknown(where, name, error);
    if (behind(log, "Mapping field already seen: ") != NULL)
        return fail(error, "%s: %s: is given twice", where, name);
    if (behind(log, "Expecting STRING, got event: SEQUENCE_START") != NULL)
        return fail(error, "%s: %s: wants one value, not a list", where, name);
    if (behind(log, "Expecting STRING") != NULL)
        return fail(error, "%s: %s: wants one value, not a section of keys", where, name);
    if (behind(log, "Expecting MAPPING") != NULL)
        return fail(error, "%s: %s: wants a section of keys below it, not a value or list", where,
                    name);
    return fail(error, "%s: %s", where,
                log->message[0] != '\0' ? log->message : cyaml_strerror(code));
}

static void take(struct setting *setting, const char *text, int line)
{
    if (text == NULL)
        return;
    setting->text = duplicate(text);
    setting->line = line;
}

/* Of a section that is not there no key is. */
static void take_keys(struct settings *settings, const struct document *document,
                      yaml_document_t *tree)
{
    static const struct model_section no_model;
    static const struct formats_section no_formats;
    static const struct ranges_section no_ranges;
    const struct model_section *model = document->model != NULL ? document->model : &no_model;
    const struct formats_section *formats = model->formats != NULL ? model->formats : &no_formats;
    const struct ranges_section *ranges = model->ranges != NULL ? model->ranges : &no_ranges;
#define TAKE(key, section, id) \
    take(&settings->at[key], (section)->id, line_of(tree, config_keys[key].name));
#define KEY(id, ...) TAKE(KEY_##id, document, id)
#define MODEL_KEY(id, ...) TAKE(KEY_MODEL_##id, model, id)
#define FORMAT_KEY(id, ...) TAKE(KEY_FORMAT_##id, formats, id)
#define RANGE_KEY(id, ...) TAKE(KEY_RANGE_##id, ranges, id)
#include "gen/config/config.def"
}

bool settings_parse(struct settings *settings, const char *text, size_t size, const char *file,
                    struct error *error)
{
    struct log log = {0};
    const cyaml_config_t config = {.log_fn = take_log,
                                   .log_ctx = &log,
                                   .log_level = CYAML_LOG_ERROR,
                                   .mem_fn = cyaml_mem,
                                   .flags = CYAML_CFG_NO_ALIAS};
    struct document *document = NULL;
    yaml_document_t tree;
    char name[PRINTABLE_PATH];

    *settings = (struct settings){0};
    printable(name, sizeof name, file);
    if (!load_tree(&tree, text, size, name, error))
        return false;

    cyaml_err_t code = cyaml_load_data((const uint8_t *)text, size, &config, &document_schema,
                                       (cyaml_data_t **)&document, NULL);
    if (code == CYAML_OK) {
        BUG_UNLESS(document != NULL);
        take(&settings->base, document->base, line_of(&tree, "base"));
        take_keys(settings, document, &tree);
        cyaml_free(&config, &document_schema, document, 0);
    } else {
        explain(&log, code, &tree, name, error);
    }
    yaml_document_delete(&tree);
    return code == CYAML_OK;
}

void settings_free(struct settings *settings)
{
    free(settings->base.text);
    for (int i = 0; i < KEY_COUNT; i++)
        free(settings->at[i].text);
    *settings = (struct settings){0};
}
