/* SPDX-License-Identifier: Apache-2.0
 * placement.c - nextpnr: a clock for each seed, and the path that limits it. */
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/folder/process.h"
#include "gen/folder/workspace.h"
#include "gen/implement/implement.h"

/* What one family's placer refuses to choose itself; any pins of the package do. */
#define PIN_FILE                                                                                  \
    "IO_LOC \"clk\" 4;\nIO_LOC \"resetn\" 88;\nIO_LOC \"d\" 87;\nIO_LOC \"load\" 15;\n" \
    "IO_LOC \"q\" 16;\n"

/* ---- running it ------------------------------------------------------------------------------ */

static void add_words(struct command *command, const char *const *words)
{
    for (; *words != NULL; words++)
        command_add(command, "%s", *words);
}

static void add_placer(struct command *command, const struct implementation *i, int seed)
{
    command_add(command, "%s", i->tools.placer.path);
    add_words(command, i->target->options);
    add_words(command, placer_open_pins(i->target->placer));
    add_words(command, (const char *const[]){"--json", "pins.json", "--timing-allow-fail", NULL});
    command_add(command, "--freq");
    command_add(command, "%d", i->mhz);
    command_add(command, "--seed");
    command_add(command, "%d", seed);
    command_add(command, "--report");
    command_add(command, "report-%d.json", seed);
}

/* Whether there is room, by what the placer says before it begins: "Info:  ICESTORM_DSP: 17/ 8 212%".
 * A log that cannot be read tells nothing. */
static bool fits(const struct target *target, const char *log, struct error *error)
{
    struct text said = {0}, over = {0};
    struct error unread;
    text_read_file(&said, log, &unread);
    for (const char *line = text_string(&said); *line != '\0';) {
        char site[64];
        int used, available;
        if (sscanf(line, "Info: %63[A-Za-z0-9_]: %d/ %d", site, &used, &available) == 3 &&
            used > available)
            text_appendf(&over, "%s%d of %d %s", over.length > 0 ? ", " : "", used, available,
                         site);
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    bool ok = over.length == 0;
    if (!ok)
        fail(error, "the chip is too large for %s: it takes %.400s; the whole log is in %.400s",
             target->name, text_string(&over), log);
    text_free(&said);
    text_free(&over);
    return ok;
}

static bool run_placer(const struct implementation *i, int seed, struct error *error)
{
    char log[PATH_MAX], tail[40], label[80];
    snprintf(tail, sizeof tail, "/place-%d.log", seed);
    snprintf(label, sizeof label, "%s, seed %d of %d", placer_name(i->target->placer), seed,
             i->seed_count);
    if (!path_join(log, i->folder, tail, error))
        return false;
    struct command command = {0};
    add_placer(&command, i, seed);
    const struct process process = {.command = &command, .folder = i->folder, .log = log,
                                    .label = label};
    struct process_end end;
    bool ok = process_run(&process, &end, error) &&
              (end.status == 0 || fits(i->target, log, error)) &&
              process_ended_well(&process, &end, error);
    command_free(&command);
    return ok;
}

/* ---- its report ------------------------------------------------------------------------------ */

/* The instance of a cell: "chip.u_a.g_b.g_c[2].u_d.net_LUT" lies in u_a.g_c[2].u_d.  Blocks without
 * a number tell nothing. */
static char *instance_of(const char *cell)
{
    struct text text = {0};
    size_t good = 0;
    text_append(&text, "");
    if (strncmp(cell, PINS_CHIP ".", strlen(PINS_CHIP ".")) == 0)
        cell += strlen(PINS_CHIP ".");
    for (size_t length; (length = strcspn(cell, ".")), cell[length] == '.'; cell += length + 1) {
        bool instance = strncmp(cell, "u_", 2) == 0, block = strncmp(cell, "g_", 2) == 0;
        if (!instance && !block)
            break;
        if (instance || memchr(cell, '[', length) != NULL)
            text_appendf(&text, "%s%.*s", text.length > 0 ? "." : "", (int)length, cell);
        good = instance ? text.length : good;
    }
    text_cut(&text, good);
    char *name = duplicate(text_string(&text));
    text_free(&text);
    return name;
}

/* Adds a segment of the path: to the last stretch, if it lies in the same instance. */
static void add_segment(struct placement *p, const json_t *segment)
{
    const char *type = json_string_value(json_object_get(segment, "type"));
    const char *cell = json_string_value(json_object_get(json_object_get(segment, "to"), "cell"));
    double delay = json_number_value(json_object_get(segment, "delay"));
    bool routing = type != NULL && strcmp(type, "routing") == 0;
    if (type == NULL || cell == NULL)
        return;
    char *instance = instance_of(cell);
    struct hop *hop = p->hop_count > 0 ? &p->hops[p->hop_count - 1] : NULL;
    if (hop == NULL || strcmp(hop->instance, instance) != 0) {
        hop = &p->hops[p->hop_count++];
        *hop = (struct hop){.instance = instance};
    } else {
        free(instance);
    }
    *(routing ? &hop->routing : &hop->logic) += delay;
    hop->levels += strcmp(type, "logic") == 0;
}

static void read_path(struct placement *p, const json_t *path)
{
    size_t n;
    const json_t *segment;
    p->hops = allocate(json_array_size(path), sizeof *p->hops);
    json_array_foreach(path, n, segment)
        add_segment(p, segment);
}

/* From the clock to the clock. */
static void read_critical(struct placement *p, const json_t *paths)
{
    size_t n;
    const json_t *path;
    json_array_foreach(paths, n, path) {
        const char *from = json_string_value(json_object_get(path, "from"));
        const char *to = json_string_value(json_object_get(path, "to"));
        bool clocked = from != NULL && strncmp(from, "posedge", strlen("posedge")) == 0;
        if (clocked && to != NULL && strcmp(from, to) == 0) {
            read_path(p, json_object_get(path, "path"));
            return;
        }
    }
}

static void read_sites(struct implementation *i, json_t *utilization)
{
    const char *name;
    json_t *site;
    i->sites = allocate(json_object_size(utilization), sizeof *i->sites);
    json_object_foreach(utilization, name, site) {
        int used = (int)json_integer_value(json_object_get(site, "used"));
        int available = (int)json_integer_value(json_object_get(site, "available"));
        if (used > 0)
            i->sites[i->site_count++] = (struct usage){duplicate(name), used, available};
    }
}

static bool read_report(struct implementation *i, struct placement *p, struct error *error)
{
    char path[PATH_MAX], tail[40];
    json_error_t where;
    snprintf(tail, sizeof tail, "/report-%d.json", p->seed);
    if (!path_join(path, i->folder, tail, error))
        return false;
    json_t *root = json_load_file(path, 0, &where);
    const char *clock;
    json_t *found;
    json_object_foreach(json_object_get(root, "fmax"), clock, found)
        p->mhz = json_number_value(json_object_get(found, "achieved"));
    read_critical(p, json_object_get(root, "critical_paths"));
    if (i->sites == NULL)
        read_sites(i, json_object_get(root, "utilization"));
    json_decref(root);
    return p->mhz > 0 || fail(error, "%.500s: it says nothing of a clock", path);
}

/* ---- all ------------------------------------------------------------------------------------- */

static int by_clock(const void *a, const void *b)
{
    const struct placement *left = a, *right = b;
    return (left->mhz > right->mhz) - (left->mhz < right->mhz);
}

static bool write_pin_file(const struct implementation *i, struct error *error)
{
    struct text text = {0};
    text_append(&text, PIN_FILE);
    bool ok = folder_write(i->folder, "/pins.cst", &text, error);
    text_free(&text);
    return ok;
}

bool implement_place(struct implementation *i, struct error *error)
{
    bool ok = i->target->placer != PLACER_GOWIN || write_pin_file(i, error);
    i->placements = allocate((size_t)i->seed_count, sizeof *i->placements);
    for (int n = 0; ok && n < i->seed_count; n++) {
        i->placements[n].seed = n + 1;
        ok = run_placer(i, n + 1, error) && read_report(i, &i->placements[n], error);
    }
    if (ok)
        qsort(i->placements, (size_t)i->seed_count, sizeof *i->placements, by_clock);
    return ok;
}

const struct placement *implementation_median(const struct implementation *i)
{
    return &i->placements[(i->seed_count - 1) / 2];
}

static void free_usages(struct usage *list, int count)
{
    for (int n = 0; n < count; n++)
        free(list[n].name);
    free(list);
}

void implementation_free(struct implementation *i)
{
    for (int n = 0; i->placements != NULL && n < i->seed_count; n++) {
        for (int h = 0; h < i->placements[n].hop_count; h++)
            free(i->placements[n].hops[h].instance);
        free(i->placements[n].hops);
    }
    free(i->placements);
    free_usages(i->cells, i->cell_count);
    free_usages(i->sites, i->site_count);
    free(i->folder);
    *i = (struct implementation){0};
}
