/* SPDX-License-Identifier: Apache-2.0
 * config_yaml.c - splits a YAML document into settings: names checked, values still text.
 *
 * libcyaml checks the document against the schema below.  Its numbers would take "12abc" for 12 and
 * "010" for 8, so that every value is a string to it, and key_set() reads it.  libcyaml names
 * neither the lines of values that it accepts nor those of syntax errors; they come from libyaml's
 * tree of the same document. */
#include <stdbool.h> /* cyaml.h needs it and does not include it */

#include <ctype.h>
#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "gen/config/config_keys.h"
#include "models/base/bytes.h"

/* The document as libcyaml fills it in. */
struct densities_section {
#define DENSITY_KEY(id, ...) char *id;
#include "gen/config/config.def"
};

struct formats_section {
#define FORMAT_KEY(id, ...) char *id;
#include "gen/config/config.def"
};

struct ranges_section {
#define RANGE_KEY(id, ...) char *id;
#include "gen/config/config.def"
};

struct layer_section {
    struct densities_section *densities;
    struct formats_section *formats;
    struct ranges_section *ranges;
#define LAYER_KEY(id, ...) char *id;
#include "gen/config/config.def"
};

struct model_section {
    struct densities_section *densities;
    struct formats_section *formats;
    struct ranges_section *ranges;
    struct layer_section *layers; /* [layers_count] */
    unsigned layers_count;
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

static const cyaml_schema_field_t densities_fields[] = {
#define DENSITY_KEY(id, ...) FIELD(struct densities_section, id)
#include "gen/config/config.def"
    CYAML_FIELD_END,
};

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

static const cyaml_schema_field_t layer_fields[] = {
    SECTION("densities", struct layer_section, densities, densities_fields)
    SECTION("formats", struct layer_section, formats, formats_fields)
    SECTION("ranges", struct layer_section, ranges, ranges_fields)
#define LAYER_KEY(id, ...) FIELD(struct layer_section, id)
#include "gen/config/config.def"
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t layer_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct layer_section, layer_fields),
};

static const cyaml_schema_field_t model_fields[] = {
    CYAML_FIELD_SEQUENCE("layers", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct model_section,
                         layers, &layer_schema, 1, LAYERS_MOST),
    SECTION("densities", struct model_section, densities, densities_fields)
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

/* The value of the pair of this name in a mapping, or NULL. */
static const yaml_node_t *find_value(yaml_document_t *tree, const yaml_node_t *mapping,
                                     const char *name)
{
    const yaml_node_pair_t *pair = find_pair(tree, mapping, name);
    return pair != NULL ? yaml_document_get_node(tree, pair->value) : NULL;
}

static const yaml_node_t *find_entry(yaml_document_t *tree, const yaml_node_t *list, int number)
{
    const yaml_node_item_t *item = list->data.sequence.items.start + number;
    return item < list->data.sequence.items.top ? yaml_document_get_node(tree, *item) : NULL;
}

/* Line of a key or entry with a dotted name, "model.layers.1.cell", counted from 1; 0 if it is not
 * there.  What is written with dots in one line is found there. */
static int line_of(yaml_document_t *tree, const char *name)
{
    const yaml_node_t *within = yaml_document_get_root_node(tree);
    while (within != NULL) {
        const yaml_node_pair_t *pair = find_pair(tree, within, name);
        const char *dot = strchr(name, '.');
        const bool in_list = within->type == YAML_SEQUENCE_NODE;
        if (pair != NULL)
            return (int)yaml_document_get_node(tree, pair->key)->start_mark.line + 1;
        if (in_list)
            within = find_entry(tree, within, atoi(name));
        if (in_list && dot == NULL && within != NULL)
            return (int)within->start_mark.line + 1;
        if (dot == NULL)
            break;
        char section[32];
        snprintf(section, sizeof section, "%.*s", (int)(dot - name), name);
        within = in_list ? within : find_value(tree, within, section);
        name = dot + 1;
    }
    return 0;
}

/* Keys that are lists would confuse libcyaml, and a zero byte ("3\0x") would end its string. */
static bool check_mapping(yaml_document_t *tree, const yaml_node_t *mapping, const char *file,
                          struct error *error)
{
    if (mapping == NULL || mapping->type != YAML_MAPPING_NODE)
        return true; /* libcyaml says what is wanted */
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

/* Of the model or of a layer. */
static bool check_section(yaml_document_t *tree, const yaml_node_t *section, const char *file,
                          struct error *error)
{
    return check_mapping(tree, section, file, error) &&
           check_mapping(tree, find_value(tree, section, "densities"), file, error) &&
           check_mapping(tree, find_value(tree, section, "formats"), file, error) &&
           check_mapping(tree, find_value(tree, section, "ranges"), file, error);
}

static bool check_model(yaml_document_t *tree, const yaml_node_t *model, const char *file,
                        struct error *error)
{
    const yaml_node_t *layers = find_value(tree, model, "layers");
    bool good = check_section(tree, model, file, error);
    if (layers == NULL || layers->type != YAML_SEQUENCE_NODE)
        return good;
    for (int n = 0; good && n < LAYERS_MOST; n++) /* more are refused unseen */
        good = check_section(tree, find_entry(tree, layers, n), file, error);
    return good;
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
    return check_mapping(tree, root, file, error) &&
           check_model(tree, find_value(tree, root, "model"), file, error);
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
    char fields[5][64]; /* and numbers of entries, from the inside to the outside */
    int count, line;
};

enum { FIELDS_MOST = sizeof((struct log *)0)->fields / sizeof *((struct log *)0)->fields };

static void take_log(cyaml_log_t level, void *context, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static void take_log(cyaml_log_t level, void *context, const char *format, va_list arguments)
{
    struct log *log = context;
    char line[256], field[64];
    int number = 0, counted = 0; /* entries so far, this one included */

    (void)level;
    vsnprintf(line, sizeof line, format, arguments);
    const bool entry = sscanf(line, " in sequence entry '%d' (line: %d", &counted, &number) == 2;
    if (entry)
        snprintf(field, sizeof field, "%d", counted - 1);
    if (entry || sscanf(line, " in mapping field '%63[^']' (line: %d", field, &number) == 2) {
        if (log->count < FIELDS_MOST)
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

/* What libcyaml complains about begins like this: our words for it. */
static const struct {
    const char *prefix, *ours;
} complaints[] = {
    {"Mapping field already seen: ", "is given twice"},
    {"Expecting STRING, got event: SEQUENCE_START", "wants one value, not a list"},
    {"Expecting STRING", "wants one value, not a section of keys"},
    {"Expecting MAPPING", "wants a section of keys below it, not a value or list"},
    {"Expecting SEQUENCE", "wants a list with an entry for each layer, [{kind: gru, ...}, ...]"},
    {"Insufficient entries", "is an empty list"},
};

static bool explain_unknown(const char *where, const char *unknown, const char *name,
                            struct error *error)
{
    const struct key *key = key_find(name); /* "model.cell: 12" in one line? */
    if (key == NULL)
        return key_unknown(where, name, error);
    const char *dot = strrchr(name, '.');
    int length = (int)(dot - name);
    if (key->layer != NO_LAYER && isdigit((unsigned char)dot[-1]))
        return fail(error, "%s: unknown key '%s': write '%s' in an entry of the list 'layers:' in "
                    "the section 'model:'", where, unknown, dot + 1);
    return fail(error, "%s: unknown key '%s': write '%s' in a section '%.*s:'", where, unknown,
                dot + 1, length, name);
}

/* The dotted name of what libcyaml complains about.  An unknown key has no field of its own in the
 * log: the inner one is its section.  A list with too few or too many entries is itself meant,
 * where the log also has the last of them. */
static void append_name(const struct log *log, struct text *name)
{
    const char *unknown = behind(log, "Unexpected key: ");
    const bool list = behind(log, "Excessive entries") != NULL ||
                      behind(log, "Insufficient entries") != NULL;
    for (int n = log->count - 1; n >= list; n--)
        text_appendf(name, "%s%s", name->length > 0 ? "." : "", log->fields[n]);
    if (unknown != NULL)
        text_appendf(name, "%s%s", name->length > 0 ? "." : "", unknown);
}

/* Says in our words what libcyaml complains about. */
static bool explain(const struct log *log, cyaml_err_t code, yaml_document_t *tree,
                    const char *file, struct error *error)
{
    char where[PRINTABLE_PATH + 16], name[512];
    const char *unknown = behind(log, "Unexpected key: ");
    struct text whole = {0};
    append_name(log, &whole);
    snprintf(name, sizeof name, "%s", text_string(&whole));
    text_free(&whole);
    int line = line_of(tree, name);
    line = line != 0 ? line : log->line;
    snprintf(where, sizeof where, line != 0 ? "%s:%d" : "%s", file, line);

    if (code == CYAML_ERR_OOM)
        return fail(error, "%s: out of memory", where);
    if (code == CYAML_ERR_ALIAS)
        return fail(error, "%s: anchors and aliases (&name, *name) are not allowed", where);
    if (unknown != NULL)
        return explain_unknown(where, unknown, name, error);
    if (behind(log, "Excessive entries") != NULL)
        return fail(error, "%s: %s: has more than %d entries", where, name, LAYERS_MOST);
    for (size_t n = 0; n < sizeof complaints / sizeof *complaints; n++)
        if (behind(log, complaints[n].prefix) != NULL)
            return fail(error, "%s: %s: %s", where, name, complaints[n].ours);
    return fail(error, "%s: %s", where,
                log->message[0] != '\0' ? log->message : cyaml_strerror(code));
}

/* ---- settings -------------------------------------------------------------------------------- */

static void take(struct setting *setting, const char *text, int line)
{
    if (text == NULL)
        return;
    setting->text = duplicate(text);
    setting->line = line;
}

static void take_key(struct settings *settings, int id, const char *text, yaml_document_t *tree)
{
    if (text != NULL)
        take(&settings->at[id], text, line_of(tree, key_at(id)->name));
}

/* Of a section that is not there no key is. */
static const struct model_section no_model;
static const struct densities_section no_densities;
static const struct formats_section no_formats;
static const struct ranges_section no_ranges;

static void take_layer(struct settings *settings, const struct layer_section *layer, int number,
                       yaml_document_t *tree)
{
    const struct densities_section *densities =
        layer->densities != NULL ? layer->densities : &no_densities;
    const struct formats_section *formats = layer->formats != NULL ? layer->formats : &no_formats;
    const struct ranges_section *ranges = layer->ranges != NULL ? layer->ranges : &no_ranges;
    const int first = KEY_COUNT + number * LAYER_KEY_COUNT;
#define LAYER_KEY(id, ...) take_key(settings, first + KEY_LAYER_##id, layer->id, tree);
#define DENSITY_KEY(id, ...) \
    take_key(settings, first + KEY_LAYER_DENSITY_##id, densities->id, tree);
#define FORMAT_KEY(id, ...) take_key(settings, first + KEY_LAYER_FORMAT_##id, formats->id, tree);
#define RANGE_KEY(id, ...) take_key(settings, first + KEY_LAYER_RANGE_##id, ranges->id, tree);
#include "gen/config/config.def"
}

static void take_keys(struct settings *settings, const struct document *document,
                      yaml_document_t *tree)
{
    const struct model_section *model = document->model != NULL ? document->model : &no_model;
    const struct densities_section *densities =
        model->densities != NULL ? model->densities : &no_densities;
    const struct formats_section *formats = model->formats != NULL ? model->formats : &no_formats;
    const struct ranges_section *ranges = model->ranges != NULL ? model->ranges : &no_ranges;
#define KEY(id, ...) take_key(settings, KEY_##id, document->id, tree);
#define MODEL_KEY(id, ...) take_key(settings, KEY_MODEL_##id, model->id, tree);
#define DENSITY_KEY(id, ...) take_key(settings, KEY_DENSITY_##id, densities->id, tree);
#define FORMAT_KEY(id, ...) take_key(settings, KEY_FORMAT_##id, formats->id, tree);
#define RANGE_KEY(id, ...) take_key(settings, KEY_RANGE_##id, ranges->id, tree);
#include "gen/config/config.def"
    take(&settings->base, document->base, line_of(tree, "base"));
    settings->layers = (int)model->layers_count;
    for (int n = 0; n < settings->layers; n++)
        take_layer(settings, &model->layers[n], n, tree);
}

/* Which other keys a layer has follows from its kind. */
static bool check_kinds(const struct settings *settings, yaml_document_t *tree, const char *file,
                        struct error *error)
{
    for (int n = 0; n < settings->layers; n++) {
        char name[32];
        struct text kinds = {0};
        if (settings->at[KEY_COUNT + n * LAYER_KEY_COUNT + KEY_LAYER_kind].text != NULL)
            continue;
        snprintf(name, sizeof name, "model.layers.%d", n);
        key_allowed(&layer_rows[KEY_LAYER_kind], &kinds);
        fail(error, "%s:%d: %s: has no kind, allowed: %s", file, line_of(tree, name), name,
             text_string(&kinds));
        text_free(&kinds);
        return false;
    }
    return true;
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
    bool good = code == CYAML_OK || explain(&log, code, &tree, name, error);
    if (good) {
        BUG_UNLESS(document != NULL);
        take_keys(settings, document, &tree);
        cyaml_free(&config, &document_schema, document, 0);
        good = check_kinds(settings, &tree, name, error);
        if (!good)
            settings_free(settings);
    }
    yaml_document_delete(&tree);
    return good;
}

void settings_free(struct settings *settings)
{
    free(settings->base.text);
    for (int i = 0; i < KEYS_MOST; i++)
        free(settings->at[i].text);
    *settings = (struct settings){0};
}
