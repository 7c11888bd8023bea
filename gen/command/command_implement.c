/* SPDX-License-Identifier: Apache-2.0
 * ese implement: synthesis of a chip for a device, and where a tool is there place and route. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/command/commands.h"
#include "gen/command/notes.h"
#include "gen/config/home.h"
#include "gen/folder/chip_folder.h"
#include "gen/folder/json_file.h"
#include "gen/folder/workspace.h"
#include "gen/implement/implement.h"
#include "gen/report/facts.h"
#include "gen/report/resources.h"

/* The first that is written, so that it tells folders of ours. */
#define VERSION_LOG "version.log"

struct work {
    const struct implement_options *options;
    struct chip_folder chip;
    struct implementation i;
    struct resources estimate;
    struct text replay; /* the command that simulates the netlist */
};

/* What our block RAMs of 18 Kbit and UltraRAMs of 288 hold, as far as formulas know. */
static int estimated_kbit(const struct work *w)
{
    return (int)(w->estimate.bram18 * 18 + w->estimate.uram * 288);
}

static int estimated_multipliers(const struct work *w)
{
    return w->estimate.dsp_spmv + w->estimate.dsp_elem;
}

static bool is_placed(const struct work *w)
{
    return w->i.placements != NULL;
}

/* ---- text ------------------------------------------------------------------------------------ */

static void print_heading(const struct work *w)
{
    const struct target *target = w->i.target;
    printf("%s: %s, by Yosys %s", target->name, target->device, w->i.tools.yosys.version);
    if (is_placed(w))
        printf(" and %s %s\n", placer_name(target->placer), w->i.tools.placer.version);
    else if (w->i.seed_count == 0)
        printf("; synthesis only\n");
    else if (target->placer == PLACER_NONE)
        printf("; synthesis only: there is no open tool that places for it\n");
    else
        printf("; synthesis only: %s is not installed (make pnr-tools)\n",
               placer_name(target->placer));
}

static void print_cells(const struct work *w)
{
    printf("\nCells of the chip's netlist\n");
    for (int n = 0; n < w->i.cell_count; n++)
        printf("  %-18s %10s\n", w->i.cells[n].name, commas(w->i.cells[n].used).text);
    printf("  %-18s %10s       ese report: %s, and %d small ones in multipliers or LUTs\n",
           "multipliers", commas(implementation_multipliers(&w->i)).text,
           commas(estimated_multipliers(w)).text, w->estimate.small_multipliers);
    printf("  %-18s %10s Kbit  ese report: %s Kbit\n", "block RAM",
           commas(implementation_ram_kbit(&w->i)).text, commas(estimated_kbit(w)).text);
}

static void print_sites(const struct work *w)
{
    printf("\nPlaces on the device, with %d flip-flops of the wrapper\n",
           w->i.pins.inputs + w->i.pins.outputs);
    for (int n = 0; n < w->i.site_count; n++) {
        const struct usage *site = &w->i.sites[n];
        printf("  %-18s %10s of %9s  %5.1f %%\n", site->name, commas(site->used).text,
               commas(site->available).text, percent(site->used, site->available));
    }
}

static void print_clock(const struct work *w)
{
    const struct placement *median = implementation_median(&w->i);
    int64_t cycles = w->chip.program.cycles_per_frame;
    printf("\nclock: %.1f MHz", median->mhz);
    if (w->i.seed_count > 1)
        printf(", the median of %d placements, from %.1f to %.1f", w->i.seed_count,
               w->i.placements[0].mhz, w->i.placements[w->i.seed_count - 1].mhz);
    printf("; %d were asked for\na frame: %s cycles, %.2f us\n", w->i.mhz, commas(cycles).text,
           (double)cycles / median->mhz);
}

static void print_path(const struct work *w)
{
    const struct placement *median = implementation_median(&w->i);
    double logic = 0, routing = 0;
    int levels = 0;
    for (int n = 0; n < median->hop_count; n++) {
        logic += median->hops[n].logic;
        routing += median->hops[n].routing;
        levels += median->hops[n].levels;
    }
    printf("slowest path: %.2f ns, %.2f in cells and %.2f between them; levels of logic: %d\n"
           "  levels   cells  routing  in\n",
           logic + routing, logic, routing, levels);
    for (int n = 0; n < median->hop_count; n++) {
        const struct hop *hop = &median->hops[n];
        printf("  %6d  %6.2f   %6.2f  %s\n", hop->levels, hop->logic, hop->routing,
               *hop->instance != '\0' ? hop->instance : "the top");
    }
}

static void print_all(const struct work *w)
{
    print_heading(w);
    print_cells(w);
    if (is_placed(w)) {
        print_sites(w);
        print_clock(w);
        print_path(w);
    }
    printf("\nnetlist: %s/netlist.v, to be simulated with\n  %s\n", w->i.folder,
           text_string(&w->replay));
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *usages_json(const struct usage *list, int count)
{
    json_t *object = json_object();
    for (int n = 0; n < count; n++)
        json_object_set_new(object, list[n].name,
                            list[n].available > 0 ? json_pack("{s:i, s:i}", "used", list[n].used,
                                                              "available", list[n].available)
                                                  : json_integer(list[n].used));
    return object;
}

static json_t *path_json(const struct placement *placement)
{
    json_t *hops = json_array();
    for (int n = 0; n < placement->hop_count; n++) {
        const struct hop *hop = &placement->hops[n];
        json_array_append_new(hops, json_pack("{s:s, s:i, s:f, s:f}", "instance", hop->instance,
                                              "levels", hop->levels, "cells_ns", hop->logic,
                                              "routing_ns", hop->routing));
    }
    return hops;
}

static json_t *clock_json(const struct work *w)
{
    json_t *all = json_array();
    for (int n = 0; n < w->i.seed_count; n++)
        json_array_append_new(all, json_pack("{s:i, s:f}", "seed", w->i.placements[n].seed, "mhz",
                                             w->i.placements[n].mhz));
    return json_pack("{s:f, s:f, s:f, s:i, s:o}", "median_mhz", implementation_median(&w->i)->mhz,
                     "worst_mhz", w->i.placements[0].mhz, "best_mhz",
                     w->i.placements[w->i.seed_count - 1].mhz, "asked_mhz", w->i.mhz, "placements",
                     all);
}

static json_t *all_json(const struct work *w)
{
    json_t *root = json_pack(
        "{s:s, s:s, s:o, s:o, s:i, s:i, s:{s:i, s:i, s:i}, s:I, s:o, s:o}", "target",
        w->i.target->name, "device", w->i.target->device, "yosys",
        json_text(w->i.tools.yosys.version),
        "cells", usages_json(w->i.cells, w->i.cell_count), "multipliers",
        implementation_multipliers(&w->i),
        "ram_kbit", implementation_ram_kbit(&w->i), "estimate", "multipliers",
        estimated_multipliers(w), "small_multipliers", w->estimate.small_multipliers, "ram_kbit",
        estimated_kbit(w), "cycles_per_frame", (json_int_t)w->chip.program.cycles_per_frame,
        "folder", json_text(w->i.folder), "verify", json_text(text_string(&w->replay)));
    if (is_placed(w)) {
        json_object_set_new(root, "placer", json_text(w->i.tools.placer.version));
        json_object_set_new(root, "sites", usages_json(w->i.sites, w->i.site_count));
        json_object_set_new(root, "clock", clock_json(w));
        json_object_set_new(root, "path", path_json(implementation_median(&w->i)));
    }
    return root;
}

/* ---- all ------------------------------------------------------------------------------------- */

static bool has_version_log(const char *folder)
{
    char path[PATH_MAX];
    struct error error;
    return path_join(path, folder, "/" VERSION_LOG, &error) && access(path, F_OK) == 0;
}

/* Nothing is written over but what an earlier run left. */
static bool make_folder(const char *path, bool ours, struct error *error)
{
    if (!folder_make(path, "", error)) {
        const struct error reason = *error;
        return fail(error, "%.500s; -o OUT says where else", reason.text);
    }
    const bool unread = access(path, R_OK) != 0; /* whoever looks into it says so */
    return !ours || unread || folder_is_empty(path) || has_version_log(path) ||
           fail(error, "%.500s: the folder has files that are not of ese implement: -o OUT wants "
                       "an empty one, or one that is not there yet", path);
}

/* The folder given, or one beside the builds of simulators. */
static bool open_folder(struct work *w, struct error *error)
{
    struct text folder = {0};
    const char *given = w->options->output;
    bool ok = true;
    if (given != NULL) {
        text_append(&folder, given);
    } else {
        text_appendf(&folder, "%s/build", w->chip.dir);
        ok = make_folder(text_string(&folder), false, error);
        text_appendf(&folder, "/%s", w->i.target->name);
    }
    w->i.folder = folder.data;
    return ok && make_folder(w->i.folder, true, error);
}

static void write_replay(struct work *w)
{
    char cells[PATH_MAX] = "CELLS_SIM.v";
    struct text netlist = {0}, models = {0};
    text_appendf(&netlist, "%s/netlist.v", w->i.folder);
    text_appendf(&models, "%s/fpga/cells", ese_home());
    tools_cells(cells, &w->i.tools, w->i.target->family);
    text_append(&w->replay, "ese verify ");
    text_append_quoted(&w->replay, w->chip.dir);
    text_append(&w->replay, " --netlist ");
    text_append_quoted(&w->replay, text_string(&netlist));
    text_append(&w->replay, " --cells ");
    text_append_quoted(&w->replay, text_string(&models));
    text_append(&w->replay, " --cells ");
    text_append_quoted(&w->replay, cells);
    text_free(&netlist);
    text_free(&models);
}

static bool run_tools(struct work *w, struct error *error)
{
    char log[PATH_MAX];
    return path_join(log, w->i.folder, "/" VERSION_LOG, error) &&
           tools_find(&w->i.tools, w->i.target, log, error) &&
           implement_synthesize(&w->i, &w->chip, error) &&
           (w->i.tools.placer.path[0] == '\0' || w->i.seed_count == 0 ||
            implement_place(&w->i, error));
}

static bool tell(const struct work *w, struct error *error)
{
    const char *json = w->options->json;
    if (json == NULL || strcmp(json, "-") != 0)
        print_all(w);
    return json == NULL || json_write(all_json(w), json, error);
}

static bool implement(struct work *w, struct error *error)
{
    const struct implement_options *options = w->options;
    if (!output_file_check("--json", options->json, error) ||
        !chip_open(&w->chip, options->dir, error))
        return false;
    note_changes(w->chip.dir);
    w->i.seed_count = options->seeds;
    w->i.mhz = options->mhz > 0 ? options->mhz : w->i.target->mhz;
    bool ok = open_folder(w, error) && run_tools(w, error);
    if (ok) {
        resources_count(&w->estimate, &w->chip.program);
        write_replay(w);
        ok = tell(w, error);
    }
    implementation_free(&w->i);
    text_free(&w->replay);
    chip_close(&w->chip);
    return ok;
}

static bool find_target(struct work *w, struct error *error)
{
    struct text names = {0};
    const char *given = w->options->target;
    target_names(&names);
    w->i.target = given != NULL ? target_find(given) : NULL;
    bool ok = w->i.target != NULL;
    if (given == NULL)
        fail(error, "no target given: --target %s", text_string(&names));
    else if (!ok)
        fail(error, "--target: '%.100s' is not %s", given, text_string(&names));
    text_free(&names);
    return ok;
}

int command_implement(const struct implement_options *options)
{
    struct error error;
    struct work w = {.options = options};
    bool usage = find_target(&w, &error), ok = usage && implement(&w, &error);
    if (!ok)
        fprintf(stderr, "ese: %s\n", error.text);
    return !usage ? 2 : ok ? 0 : 1;
}
