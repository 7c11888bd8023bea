/* SPDX-License-Identifier: Apache-2.0
 * config.c - puts a configuration together: defaults, base preset, file, --set.
 *
 * Each of these is a layer, and a later layer wins.  For every key we remember which layer set it
 * and where that stands, because some rules ask who came last. */
#include "gen/config/config_file.h"
#include "gen/config/home.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/config/config_keys.h"
#include "models/base/bytes.h"
#include "models/program/geometry.h"

/* A preset inherits from a preset ... this often; more is a circle. */
enum { BASE_LIMIT = 8 };

/* A configuration has 2 KB.  The limit keeps a wrong file (a model, say) from being parsed, and
 * bounds the time: libyaml's grows with the square of the nesting. */
enum { FILE_LIMIT = 32 * 1024 };

struct origin {
    char *where; /* "my.yaml:3", "--set"; NULL: the default */
    int layer;   /* 0: the default */
};

struct loading {
    struct config *config;
    const struct config *chip; /* NULL, or the chip that the configuration is to bring a model for */
    struct origin origin[KEY_COUNT];
    int layer;
    int bases;
    struct error *error;
};

/* ---- one layer ---- */

static bool apply(struct loading *loading, int id, const char *text, const char *where)
{
    struct origin *origin = &loading->origin[id];
    if (!key_set(&config_keys[id], loading->config, text, loading->error))
        return fail_in(loading->error, where);
    free(origin->where);
    origin->where = duplicate(where);
    origin->layer = loading->layer;
    return true;
}

/* A relative path in a file is relative to the folder that the file lies in. */
static void path_in_folder_of(struct text *path, const char *file, const char *name)
{
    const char *slash = strrchr(file, '/');
    if (!is_no_path(name) && *name != '/' && slash != NULL)
        text_append_bytes(path, file, (size_t)(slash - file) + 1);
    text_append(path, name);
}

static bool apply_file(struct loading *loading, const struct settings *settings, const char *file)
{
    char name[PRINTABLE_PATH];
    bool good = true;
    printable(name, sizeof name, file);
    loading->layer++;
    for (int i = 0; i < KEY_COUNT && good; i++) {
        const struct setting *setting = &settings->at[i];
        char where[PRINTABLE_PATH + 16];
        struct text value = {0};
        if (setting->text == NULL)
            continue;
        if (config_keys[i].kind == KIND_PATH)
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
    loading->layer++;
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
            good = apply(loading, (int)(key - config_keys), equals + 1, "--set");
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

static bool load_layers(struct loading *loading, const char *text, size_t size, const char *file);

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
           load_layers(loading, (const char *)bytes, size, text_string(&path));
    free(bytes);
    text_free(&path);
    return good;
}

/* The layers of one document: those of its base first. */
static bool load_layers(struct loading *loading, const char *text, size_t size, const char *file)
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

/* ---- rules between keys ---- */

/* A trained model brings its own shape.  A shape from a layer below that of model.path belongs to
 * what is replaced (`base: paper` and then a path); beside it or above it, it is a mistake. */
static bool check_shape_of_file(struct loading *loading)
{
    static const int shape[] = {KEY_MODEL_input, KEY_MODEL_cell, KEY_MODEL_output,
                                KEY_MODEL_peephole, KEY_MODEL_projection};
    struct model_config *model = &loading->config->model;
    int path_layer = loading->origin[KEY_MODEL_path].layer;

    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
        const struct origin *origin = &loading->origin[shape[i]];
        char path[PRINTABLE_NAME];
        printable(path, sizeof path, model->path);
        if (origin->layer >= path_layer)
            return fail(loading->error,
                        "%s: %s: comes from the file in model.path (%s) and cannot be set; "
                        "with an empty model.path the model is synthetic",
                        origin->where, config_keys[shape[i]].name, path);
    }
    model->input = model->cell = model->output = 0; /* until the file is read */
    model->peephole = model->projection = true;
    return true;
}

/* Expected outputs from a layer below that of the model or of the utterances belong to what is replaced. */
static void drop_stale_expected(struct loading *loading)
{
    const int layer = loading->origin[KEY_MODEL_expected].layer;
    struct model_config *model = &loading->config->model;
    if (loading->origin[KEY_MODEL_path].layer <= layer &&
        loading->origin[KEY_MODEL_utterances].layer <= layer)
        return;
    model->stale_expected = model->expected != NULL;
    free(model->expected);
    model->expected = NULL;
}

/* What the chip has is fixed: a key of it may only say the same, but a preset that says how a chip is
 * attached speaks of the chip that it describes.  Afterwards the keys are the chip's. */
static bool keep_chip(struct loading *loading)
{
    struct config *config = loading->config;
    struct text ours = {0}, chips = {0};
    bool good = true;
    if (config->elem_lanes == LANES_AUTO)
        config->elem_lanes = loading->chip->elem_lanes;
    for (int i = 0; good && i < KEY_COUNT; i++) {
        const struct origin *origin = &loading->origin[i];
        enum role role = config_keys[i].role;
        if (role == ROLE_MODEL)
            continue;
        text_cut(&ours, 0);
        text_cut(&chips, 0);
        key_write(&config_keys[i], config, &ours);
        key_write(&config_keys[i], loading->chip, &chips);
        bool same = strcmp(text_string(&ours), text_string(&chips)) == 0;
        if (!same && (role == ROLE_FIXED || strcmp(origin->where, "--set") == 0))
            good = fail(loading->error, "%s: %s: the chip has %s, and a model cannot change that to %s "
                        "(%s)", origin->where, config_keys[i].name, text_string(&chips),
                        text_string(&ours), config_keys[i].meaning);
        else if (!same)
            good = key_set(&config_keys[i], config, text_string(&chips), loading->error);
    }
    text_free(&ours);
    text_free(&chips);
    return good;
}

/* A fold that is asked for by number must suit the PEs and the lanes. */
static bool check_fold(struct loading *loading)
{
    const struct config *config = loading->config;
    const char *where = loading->origin[KEY_fold].where;
    int fold = geometry_fold_asked(config), lanes = config->elem_lanes;
    if (config->fold == FOLD_AUTO || geometry_allows(config->pes, lanes, fold))
        return true;
    if (lanes != LANES_AUTO && lanes % fold != 0)
        return fail(loading->error, "%s: fold: %d needs elem_lanes to be a multiple of it, which is %d",
                    where, fold, lanes);
    if (lanes == LANES_AUTO)
        return fail(loading->error, "%s: fold: %d needs pes to be a multiple of %d (elem_lanes is "
                    "a multiple of fold, and pes of fold x elem_lanes), which is %d", where, fold,
                    fold * fold, config->pes);
    return fail(loading->error, "%s: fold: %d needs pes to be a multiple of %d (fold x elem_lanes), "
                "which is %d", where, fold, fold * lanes, config->pes);
}

static bool finish(struct loading *loading)
{
    struct config *config = loading->config;
    const struct origin *lanes = &loading->origin[KEY_elem_lanes];
    const struct origin *pes = &loading->origin[KEY_pes];

    if (loading->chip != NULL && !keep_chip(loading))
        return false;
    if (config->elem_lanes > config->pes) {
        const struct origin *last = lanes->layer >= pes->layer ? lanes : pes;
        return fail(loading->error, "%s: elem_lanes: %d is above pes, which is %d (%s)",
                    last->where, config->elem_lanes, config->pes,
                    config_keys[KEY_elem_lanes].meaning);
    }
    if (!check_fold(loading))
        return false;
    if (loading->origin[KEY_io].layer == 0 && loading->chip == NULL)
        config->io = config->memory == MEMORY_ROM ? IO_STREAM : IO_MEMORY;
    if (config->io == IO_MEMORY && config->memory == MEMORY_ROM) {
        const struct origin *io = &loading->origin[KEY_io];
        return fail(loading->error, "%s: io: memory needs external memory, but memory is rom "
                    "(allowed: io: stream, or memory: resident or stream)", io->where);
    }
    drop_stale_expected(loading);
    if (loading->origin[KEY_MODEL_pruning].layer == 0)
        config->model.pruning = config->model.path != NULL ? PRUNING_NONE : PRUNING_BALANCED;
    if (config->model.path != NULL)
        return check_shape_of_file(loading);
    if (!config->model.projection)
        config->model.output = config->model.cell;
    return true;
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
        /* No text where the default depends on other keys: finish() knows. */
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
    for (int i = 0; i < KEY_COUNT; i++)
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
    bool good = load_layers(&loading, text, size, file) &&
                apply_sets(&loading, sets, set_count) && finish(&loading);
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
                    finish(&loading);
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
