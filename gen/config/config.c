/* SPDX-License-Identifier: Apache-2.0
 * config.c - puts a configuration together: defaults, base preset, file, --set.
 *
 * Each of these is a level, and a later level wins.  For every key we remember which level set it
 * and where that stands, because some rules ask who came last. */
#include "gen/config/config_file.h"
#include "gen/config/home.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/config/loading.h"
#include "models/base/bytes.h"

/* A preset inherits from a preset ... this often; more is a circle. */
enum { BASE_LIMIT = 8 };

/* A configuration has 2 KB, and 36 with the most layers, all of their keys and the longest paths.
 * The limit keeps a wrong file (a model, say) from being parsed, and bounds the time: libyaml's
 * grows with the square of the nesting. */
enum { FILE_LIMIT = 40 * 1024 };

/* ---- one level ---- */

static bool apply(struct loading *loading, int id, const char *text, const char *where)
{
    struct origin *origin = &loading->origin[id];
    if (!key_set(key_at(id), loading->config, text, loading->error))
        return fail_in(loading->error, where);
    free(origin->where);
    origin->where = duplicate(where);
    origin->level = loading->level;
    return true;
}

void path_in_folder_of(struct text *path, const char *file, const char *name)
{
    const char *slash = strrchr(file, '/');
    if (!is_no_path(name) && *name != '/' && slash != NULL)
        text_append_bytes(path, file, (size_t)(slash - file) + 1);
    text_append(path, name);
}

/* A list takes the place of the whole list of a level below. */
static void apply_list(struct loading *loading, int count)
{
    struct model_config *model = &loading->config->model;
    for (int i = KEY_COUNT; i < KEYS_MOST; i++) {
        free(loading->origin[i].where);
        loading->origin[i] = (struct origin){0};
    }
    memset(model->layers, 0, sizeof model->layers);
    for (int n = 0; n < count; n++)
        model->layers[n] = layer_default(LAYER_LSTM);
    model->layer_count = count;
    loading->list_level = loading->level;
}

static bool apply_file(struct loading *loading, const struct settings *settings, const char *file)
{
    char name[PRINTABLE_PATH];
    bool good = true;
    printable(name, sizeof name, file);
    loading->level++;
    if (settings->layers > 0)
        apply_list(loading, settings->layers);
    for (int i = 0; i < KEYS_MOST && good; i++) {
        const struct setting *setting = &settings->at[i];
        char where[PRINTABLE_PATH + 16];
        struct text value = {0};
        if (setting->text == NULL)
            continue;
        if (key_at(i)->kind == KIND_PATH)
            path_in_folder_of(&value, file, setting->text);
        else
            text_append(&value, setting->text);
        snprintf(where, sizeof where, "%s:%d", name, setting->line);
        good = apply(loading, i, text_string(&value), where);
        text_free(&value);
    }
    return good;
}

static bool apply_sets(struct loading *loading, char *const *sets, size_t count)
{
    loading->level++;
    for (size_t i = 0; i < count; i++) {
        char name[PRINTABLE_NAME];
        const char *equals = strchr(sets[i], '=');
        printable(name, sizeof name, sets[i]);
        if (equals == NULL)
            return fail(loading->error, "--set: '%s' is not key=value", name);

        struct text word = {0};
        text_append_bytes(&word, sets[i], (size_t)(equals - sets[i]));
        const struct key *key = key_find(text_string(&word));
        bool good = key != NULL;
        if (good)
            good = apply(loading, key_id(key), equals + 1, "--set");
        else if (strcmp(text_string(&word), "base") == 0)
            fail(loading->error, "--set: base: only a file can inherit from a preset");
        else
            key_unknown("--set", text_string(&word), loading->error);
        text_free(&word);
        if (!good)
            return false;
    }
    return true;
}

/* ---- files and presets ---- */

static bool read_source(const char *path, unsigned char **bytes, size_t *size, struct error *error)
{
    char name[PRINTABLE_PATH];
    struct stat status;
    printable(name, sizeof name, path);
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return fail(error, "%s: is a folder; a configuration is a YAML file or a preset", name);
    if (!bytes_read(path, bytes, size, error))
        return false;
    if (*size <= FILE_LIMIT)
        return true;
    free(*bytes);
    return fail(error, "%s: is no configuration: longer than %d bytes", name, FILE_LIMIT);
}

static int is_preset(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && dot != entry->d_name && strcmp(dot, ".yaml") == 0;
}

static bool unknown_preset(const char *preset, struct error *error)
{
    struct dirent **entries = NULL;
    struct text folder = {0}, list = {0};
    char name[PRINTABLE_NAME], home[PRINTABLE_PATH];

    printable(name, sizeof name, preset);
    printable(home, sizeof home, ese_home());
    text_appendf(&folder, "%s/gen/presets", ese_home());
    int count = scandir(text_string(&folder), &entries, is_preset, alphasort);
    for (int i = 0; i < count; i++) {
        *strrchr(entries[i]->d_name, '.') = '\0';
        text_appendf(&list, "%s%s", i == 0 ? "" : ", ", entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (list.length == 0)
        fail(error, "preset '%s': there are no presets in %s/gen/presets; ESE_HOME can say where the "
             "installed files are",
             name, home);
    else
        fail(error, "unknown preset '%s' (presets: %s; the name of a file has a '.' or '/')", name,
             text_string(&list));
    text_free(&folder);
    text_free(&list);
    return false;
}

static bool is_preset_name(const char *source)
{
    return strpbrk(source, "./") == NULL;
}

static bool load_document(struct loading *loading, const char *text, size_t size, const char *file);

static bool load_preset(struct loading *loading, const char *preset)
{
    struct text path = {0};
    unsigned char *bytes = NULL;
    size_t size = 0;

    text_appendf(&path, "%s/gen/presets/%s.yaml", ese_home(), preset);
    bool good = is_preset_name(preset) && access(text_string(&path), F_OK) == 0;
    if (!good)
        unknown_preset(preset, loading->error);
    good = good && read_source(text_string(&path), &bytes, &size, loading->error) &&
           load_document(loading, (const char *)bytes, size, text_string(&path));
    free(bytes);
    text_free(&path);
    return good;
}

/* The levels of one document: those of its base first. */
static bool load_document(struct loading *loading, const char *text, size_t size, const char *file)
{
    struct settings settings;
    char where[PRINTABLE_PATH + 32], name[PRINTABLE_PATH];

    if (!settings_parse(&settings, text, size, file, loading->error))
        return false;
    printable(name, sizeof name, file);
    snprintf(where, sizeof where, "%s:%d: base", name, settings.base.line);

    bool good = true;
    if (settings.base.text != NULL && ++loading->bases > BASE_LIMIT)
        good = fail(loading->error, "%s: presets inherit from each other in a circle", where);
    else if (settings.base.text != NULL)
        good = load_preset(loading, settings.base.text) || fail_in(loading->error, where);
    good = good && apply_file(loading, &settings, file);
    settings_free(&settings);
    return good;
}

/* ---- the whole ---- */

static void begin(struct loading *loading, struct config *config, const struct config *chip,
                  struct error *error)
{
    *config = (struct config){0};
    *loading = (struct loading){.config = config, .chip = chip, .error = error};
    for (int i = 0; i < KEY_COUNT; i++) {
        if (chip != NULL && config_keys[i].role != ROLE_MODEL) {
            struct text value = {0};
            key_write(&config_keys[i], chip, &value);
            BUG_UNLESS(key_set(&config_keys[i], config, text_string(&value), error));
            text_free(&value);
            continue;
        }
        /* No text where the default depends on other keys: rules_apply() knows. */
        bool open = config_keys[i].kind == KIND_WORD && *config_keys[i].fallback == '\0';
        BUG_UNLESS(open || key_set(&config_keys[i], config, config_keys[i].fallback, error));
    }
}

/* preset name or file name, made of [A-Za-z0-9_-] */
static char *name_of(const char *source)
{
    const char *slash = strrchr(source, '/');
    char *name = duplicate(slash != NULL ? slash + 1 : source);
    char *dot = strrchr(name, '.');
    if (dot != NULL)
        *dot = '\0';
    for (char *at = name; *at != '\0'; at++)
        if (!isalnum((unsigned char)*at) && *at != '_' && *at != '-')
            *at = '_';
    if (*name != '\0')
        return name;
    free(name);
    return duplicate("config");
}

static bool end(struct loading *loading, bool good, const char *source)
{
    for (int i = 0; i < KEYS_MOST; i++)
        free(loading->origin[i].where);
    if (good)
        loading->config->name = name_of(source);
    else
        config_free(loading->config);
    return good;
}

static bool parse_for(struct config *config, const struct config *chip, const char *text, size_t size,
                      const char *file, char *const *sets, size_t set_count, struct error *error)
{
    struct loading loading;
    begin(&loading, config, chip, error);
    bool good = load_document(&loading, text, size, file) &&
                apply_sets(&loading, sets, set_count) && rules_apply(&loading);
    return end(&loading, good, file);
}

bool config_parse(struct config *config, const char *text, size_t size, const char *file,
                  char *const *sets, size_t set_count, struct error *error)
{
    return parse_for(config, NULL, text, size, file, sets, set_count, error);
}

bool config_load(struct config *config, const char *source, char *const *sets, size_t set_count,
                 struct error *error)
{
    return config_load_model(config, NULL, source, sets, set_count, error);
}

bool config_load_model(struct config *config, const struct config *chip, const char *source,
                       char *const *sets, size_t set_count, struct error *error)
{
    *config = (struct config){0};
    if (*source == '\0')
        return fail(error, "the name of the configuration is empty");
    if (is_preset_name(source)) {
        struct loading loading;
        begin(&loading, config, chip, error);
        bool good = load_preset(&loading, source) && apply_sets(&loading, sets, set_count) &&
                    rules_apply(&loading);
        return end(&loading, good, source);
    }

    unsigned char *bytes = NULL;
    size_t size = 0;
    if (!read_source(source, &bytes, &size, error))
        return false;
    bool good =
        parse_for(config, chip, (const char *)bytes, size, source, sets, set_count, error);
    free(bytes);
    return good;
}
