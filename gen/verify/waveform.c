/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/waveform.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/folder/workspace.h"
#include "gen/verify/instances.h"
#include "models/base/text.h"

/* With more multipliers, all channels make a waveform of gigabytes, and are all alike. */
enum { MULTIPLIERS_MOST = 64 };

/* A line of messages has room for so many characters of a list. */
enum { LIST_MOST = 700 };

/* ---- which clocks ---------------------------------------------------------------------------- */

/* "a, b and c", or as many as fit. */
static void append_listed(struct text *list, const char *name, bool first, bool last)
{
    if (list->length < LIST_MOST)
        text_appendf(list, "%s%s", first ? "" : last ? " and " : ", ", name);
    else if (last)
        text_append(list, ", ...");
}

static bool fail_phase(const struct stimulus *played, const char *name, struct error *error)
{
    struct text list = {0};
    for (uint32_t n = 0; n < played->phase_count; n++)
        append_listed(&list, played->phases[n].name, n == 0, n + 1 == played->phase_count);
    fail(error, "--trace-phase: there is no phase '%s'; there are %s", name, text_string(&list));
    text_free(&list);
    return false;
}

static bool plan_window(struct waveform *waveform, const struct waveform_options *options,
                        const struct play *play, struct error *error)
{
    const struct stimulus *played = &play->stimulus;
    uint32_t n = 0;
    bool frames = options->last >= 0;
    if (options->phase == NULL && !frames)
        return true;
    while (options->phase != NULL && n < played->phase_count &&
           strcmp(played->phases[n].name, options->phase) != 0)
        n++;
    if (n == played->phase_count)
        return fail_phase(played, options->phase, error);
    const struct stimulus_phase *phase = &played->phases[n];
    if (frames && (uint32_t)options->last >= phase->frame_count)
        return fail(error, "--trace-frames: there is no frame %d in phase %s; it has 0:%u",
                    options->last, phase->name, phase->frame_count - 1);
    struct text window = {0};
    text_appendf(&window, "%u,%d,%d", n, options->first, frames ? options->last : INT_MAX);
    waveform->window = window.data;
    return true;
}

/* ---- which instances ------------------------------------------------------------------------- */

static bool is_module(const struct instances *chip, const char *name)
{
    for (int n = 0; n < chip->count; n++)
        if (strcmp(chip->list[n].module, name) == 0)
            return true;
    return false;
}

static bool is_path(const struct instances *chip, const char *path)
{
    for (int n = 0; n < chip->count; n++)
        if (instance_is_within(chip->list[n].path, path))
            return true;
    return false;
}

static bool fail_scope(const struct instances *chip, const char *name, struct error *error)
{
    struct text list = {0};
    for (int n = 0; n < chip->count; n++) {
        bool new = true;
        for (int before = 0; new && before < n; before++)
            new = strcmp(chip->list[before].module, chip->list[n].module) != 0;
        if (new)
            append_listed(&list, chip->list[n].module, n == 0, false);
    }
    fail(error, "--trace-scope: there is no module or instance '%.100s'; the modules are %s; an "
                "instance is named as ese_bench.u_chip.u_core.u_controller",
         name, text_string(&list));
    text_free(&list);
    return false;
}

/* The instance that it is in; the bench is in itself. */
static int outer(const struct instances *chip, int n)
{
    int around = n > 0 ? n - 1 : 0;
    while (!instance_is_within(chip->list[n].path, chip->list[around].path))
        around--;
    return around;
}

static bool is_in_module(const struct instances *chip, int n, const char *module)
{
    while (n > 0 && strcmp(chip->list[outer(chip, n)].module, module) != 0)
        n = outer(chip, n);
    return n > 0;
}

static void add_scope(struct text *scopes, int levels, const char *path)
{
    text_appendf(scopes, "$dumpvars(%d, %s);\n", levels, path);
}

static void add_module(struct text *scopes, const struct instances *chip, const char *module)
{
    for (int n = 0; n < chip->count; n++)
        if (strcmp(chip->list[n].module, module) == 0 && !is_in_module(chip, n, module))
            add_scope(scopes, 0, chip->list[n].path);
}

/* The channel that it is in, or -1. */
static int channel_of(const struct instance *instance)
{
    static const char loop[] = ".g_channel[";
    const char *at = strstr(instance->path, loop);
    return at != NULL ? atoi(at + strlen(loop)) : -1;
}

/* Whether there are channels in it, each in a generate block of its own. */
static bool has_channels(const struct instances *chip, int n)
{
    for (int in = n + 1; in < chip->count; in++)
        if (channel_of(&chip->list[in]) >= 0 && channel_of(&chip->list[n]) < 0 &&
            instance_is_within(chip->list[in].path, chip->list[n].path))
            return true;
    return false;
}

/* All that is in the top but for channels 1 and up. */
static void add_first_channel(struct text *scopes, const struct instances *chip)
{
    for (int n = 1; n < chip->count; n++) {
        bool first = channel_of(&chip->list[n]) <= 0;
        if (n == 1 || (first && has_channels(chip, outer(chip, n))))
            add_scope(scopes, has_channels(chip, n) ? 1 : 0, chip->list[n].path);
    }
}

/* Whatever it is, with the bench's own signals and what the bench says of them. */
static bool plan_scopes(struct waveform *waveform, const char *scope, const char *folder,
                        struct error *error)
{
    struct instances chip;
    struct text scopes = {0};
    bool ok = instances_read(&chip, folder, error);
    add_scope(&scopes, 1, "ese_bench");
    add_scope(&scopes, 0, "ese_bench.u_captions");
    if (ok && scope == NULL)
        add_first_channel(&scopes, &chip);
    else if (ok && is_module(&chip, scope))
        add_module(&scopes, &chip, scope);
    else if (ok && is_path(&chip, scope))
        add_scope(&scopes, 0, scope);
    else if (ok)
        ok = fail_scope(&chip, scope, error);
    waveform->scopes = scopes.data;
    instances_free(&chip);
    return ok;
}

bool waveform_plan(struct waveform *waveform, const struct waveform_options *options,
                   const struct play *play, const char *chip, struct error *error)
{
    bool large = play->stimulus.pes * play->stimulus.channels > MULTIPLIERS_MOST;
    bool all = options->scope != NULL ? strcmp(options->scope, "ese_bench") == 0 : !large;
    *waveform = (struct waveform){0};
    if (!plan_window(waveform, options, play, error) ||
        (!all && !plan_scopes(waveform, options->scope, chip, error)))
        return false;
    if (large && options->scope == NULL)
        fprintf(stderr, "ese: note: of %u channels only the first is in the waveform; "
                        "--trace-scope ese_bench writes everything\n", play->stimulus.channels);
    return true;
}

void waveform_free(struct waveform *waveform)
{
    free(waveform->window);
    free(waveform->scopes);
    free(waveform->names);
    *waveform = (struct waveform){0};
}

struct simulation_trace waveform_trace(const struct waveform *waveform, const char *path)
{
    return (struct simulation_trace){.path = path,
                                     .window = waveform->window,
                                     .scopes = waveform->scopes,
                                     .names = waveform->names};
}

/* ---- text ------------------------------------------------------------------------------------ */

/* A word of memory that shows as the name. */
static void append_name(struct text *lines, const char *name)
{
    size_t length = strlen(name);
    text_appendf(lines, "%0*d", (int)(2 * (STIMULUS_CAPTION - length)), 0);
    for (size_t n = 0; n < length; n++)
        text_appendf(lines, "%02x", (unsigned char)name[n]);
    text_appendf(lines, " // %s\n", name);
}

bool waveform_write_names(struct waveform *waveform, const struct program *program,
                          const char *folder, struct error *error)
{
    struct text path = {0}, lines = {0};
    text_appendf(&path, "%s/names.mem", folder);
    text_append(&lines, "@0\n");
    for (int n = 0; n < program->product_count; n++)
        append_name(&lines, program->products[n].name);
    text_appendf(&lines, "@%x\n", 1u << program->chip.product_bits);
    for (int n = 0; n < program->pass_count; n++)
        append_name(&lines, program->passes[n].name);
    bool ok = text_write_file(&lines, text_string(&path), error);
    text_free(&lines);
    free(waveform->names);
    waveform->names = path.data;
    return ok;
}

/* ---- GTKWave --------------------------------------------------------------------------------- */

/* How GTKWave shows signals: bits of its save files. */
enum format { AS_BITS = 0x28, AS_TEXT = 0x820, AS_TITLE = 0x200 };

static const struct shown {
    enum format format;
    const char *signal; /* below ese_bench, or a title */
    enum { ANY_CHIP, XY_PORTS } chip;
} SHOWN[] = {
    {AS_BITS, "aclk", ANY_CHIP},
    {AS_BITS, "aresetn", ANY_CHIP},
    {AS_TEXT, "phase", ANY_CHIP},
    {AS_TITLE, "broadcast", ANY_CHIP},
    {AS_TEXT, "product_frame", ANY_CHIP},
    {AS_TEXT, "product_channels", ANY_CHIP},
    {AS_TEXT, "product_name", ANY_CHIP},
    {AS_BITS, "product_valid", ANY_CHIP},
    {AS_BITS, "stall[4:0]", ANY_CHIP},
    {AS_BITS, "weight_stall", ANY_CHIP},
    {AS_TITLE, "element-wise", ANY_CHIP},
    {AS_TEXT, "pass_frame", ANY_CHIP},
    {AS_TEXT, "pass_channels", ANY_CHIP},
    {AS_TEXT, "pass_name", ANY_CHIP},
    {AS_BITS, "pass_valid", ANY_CHIP},
    {AS_BITS, "result_valid", ANY_CHIP},
    {AS_TITLE, "x and y", XY_PORTS},
    {AS_BITS, "x_valid", XY_PORTS},
    {AS_BITS, "x_ready", XY_PORTS},
    {AS_BITS, "x_last", XY_PORTS},
    {AS_BITS, "y_valid", XY_PORTS},
    {AS_BITS, "y_ready", XY_PORTS},
    {AS_BITS, "y_last", XY_PORTS},
    {AS_BITS, "error", ANY_CHIP},
};

static void append_shown(struct text *view, const struct shown *shown)
{
    text_appendf(view, "@%x\n", (unsigned)shown->format);
    if (shown->format == AS_TITLE)
        text_appendf(view, "-%s\n", shown->signal);
    else if (shown->format == AS_TEXT)
        text_appendf(view, "+{%s} ese_bench.u_captions.%s[%d:0]\n", shown->signal, shown->signal,
                     8 * STIMULUS_CAPTION - 1);
    else
        text_appendf(view, "ese_bench.%s\n", shown->signal);
}

/* Such that a frame is about as wide as the window: GTKWave wants the picoseconds of its marks, 200
 * pixels from each other, as a power of two. */
static int zoom(const struct program *program)
{
    const int64_t marks = 5;
    int64_t picoseconds = program->cycles_per_frame * 1000000 / program->config.clock_mhz;
    int power = 0;
    while (marks << power < picoseconds)
        power++;
    return power;
}

char *waveform_file(const char *given, const char *mark)
{
    struct text path = {0};
    if (given == NULL)
        return NULL;
    const char *ending = strrchr(given, '.');
    text_appendf(&path, "%.*s%s%s", (int)(ending - given), given, mark, ending);
    return path.data;
}

static bool write_view(const char *path, const struct program *program, struct error *error)
{
    char whole[PATH_MAX];
    struct text view = {0}, name = {0};
    if (!path_absolute(whole, path, error))
        return false;
    text_appendf(&view, "[dumpfile] \"%s\"\n[size] 1400 800\n*-%d.0 -1\n[treeopen] ese_bench.\n",
                 whole, zoom(program));
    for (size_t n = 0; n < sizeof SHOWN / sizeof *SHOWN; n++)
        if (SHOWN[n].chip == ANY_CHIP || program->config.io != IO_MEMORY)
            append_shown(&view, &SHOWN[n]);
    text_appendf(&name, "%.*s.gtkw", (int)(strrchr(path, '.') - path), path);
    bool ok = text_write_file(&view, text_string(&name), error);
    text_free(&view);
    text_free(&name);
    return ok;
}

bool waveform_write_view(const char *path, const struct program *program, struct error *error)
{
    if (path == NULL)
        return true;
    if (access(path, F_OK) == 0)
        return write_view(path, program, error);
    fprintf(stderr, "ese: note: no %s: the simulation did not get to what it was to show\n", path);
    return true;
}
