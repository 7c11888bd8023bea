/* SPDX-License-Identifier: Apache-2.0
 * ese paper: Table 1 and the sweeps of the ESE paper on our hardware, its values beside ours. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/command/commands.h"
#include "gen/config/config_file.h"
#include "gen/config/home.h"
#include "gen/figures/figures.h"
#include "gen/folder/json_file.h"
#include "gen/report/paper_table.h"

struct paper_run {
    const struct paper_options *options;
    struct config base, speech;
    json_t *figures; /* by name */
    bool agree; /* every point that was run in RTL */
};

/* The dense speech model, to be pruned here: the presets' own is pruned already. */
static bool load_configs(struct paper_run *run, struct error *error)
{
    const struct paper_options *options = run->options;
    struct text path = {0};
    if (!config_load(&run->base, "paper", options->sets, options->set_count, error))
        return false;
    text_appendf(&path, "model.path=%s/models/speech/speech-dense.safetensors", ese_home());
    char *sets[] = {path.data, "model.density=0.1"};
    bool ok = config_load(&run->speech, "speech", sets, sizeof sets / sizeof *sets, error);
    if (!ok)
        config_free(&run->base);
    text_free(&path);
    return ok;
}

static bool write_figure(const struct figure *f, const char *dir, struct error *error)
{
    static const struct {
        const char *suffix;
        void (*write)(struct text *, const struct figure *);
    } forms[] = {{"txt", figure_text}, {"csv", figure_csv}, {"svg", figure_svg}};
    if (mkdir(dir, 0777) != 0 && errno != EEXIST)
        return fail(error, "cannot create the folder '%s': %s", dir, strerror(errno));
    for (size_t n = 0; n < sizeof forms / sizeof *forms; n++) {
        struct text text = {0}, path = {0};
        text_appendf(&path, "%s/%s.%s", dir, f->name, forms[n].suffix);
        forms[n].write(&text, f);
        bool ok = text_write_file(&text, text_string(&path), error);
        text_free(&path);
        text_free(&text);
        if (!ok)
            return false;
    }
    return true;
}

static bool show_figure(const struct paper_run *run, const struct figure *f, bool first,
                        struct error *error)
{
    const struct paper_options *options = run->options;
    bool quiet = options->json != NULL && strcmp(options->json, "-") == 0;
    if (options->output != NULL) {
        int agree, reruns = figure_reruns(f, &agree);
        if (!write_figure(f, options->output, error))
            return false;
        if (!quiet)
            printf("%s/%s.txt, .csv, .svg: %d points, %d of them run again in RTL, %d agree\n",
                   options->output, f->name, f->point_count, reruns, agree);
    } else if (!quiet) {
        struct text text = {0};
        figure_text(&text, f);
        printf("%s%s", first ? "" : "\n\n", text_string(&text));
        text_free(&text);
    }
    fflush(stdout); /* the next figure may take minutes; main() looks at failures */
    return true;
}

static bool check_shape(const struct figure *f, struct error *error)
{
    if (f->kind != FIGURE_TABLE1 || figure_at(f, 0, 0)->paper_shape)
        return true;
    return fail(error, "table1: only the paper's own network (153, 1024, 512, with projection) on "
                       "%d PEs can stand beside it",
                PAPER_PES);
}

static bool run_figure(struct paper_run *run, enum figure_kind kind, bool first,
                       struct error *error)
{
    const struct paper_options *options = run->options;
    struct figure f;
    bool ok = figure_plan(&f, kind, &run->base, options->sets, options->set_count, error) &&
              figure_model(&f, &run->base, &run->speech, options->jobs, error) &&
              check_shape(&f, error);
    if (ok && options->verify)
        ok = figure_rerun(&f, &run->base, &run->speech, options->jobs, error);
    if (ok) {
        int agree;
        if (figure_reruns(&f, &agree) != agree)
            run->agree = false;
        json_object_set_new(run->figures, f.name, figure_json(&f));
        ok = show_figure(run, &f, first, error);
    }
    figure_free(&f);
    return ok;
}

static bool run_figures(struct paper_run *run, bool *known, struct error *error)
{
    bool all = strcmp(run->options->figure, "all") == 0, first = true;
    *known = all;
    for (int kind = 0; kind < FIGURE_COUNT; kind++) {
        if (!all && strcmp(run->options->figure, figure_name((enum figure_kind)kind)) != 0)
            continue;
        *known = true;
        if (!run_figure(run, (enum figure_kind)kind, first, error))
            return false;
        first = false;
    }
    return *known || fail(error, "there is no figure '%s'; there are table1, fig6, fifo, balance "
                                 "and all",
                          run->options->figure);
}

int command_paper(const struct paper_options *options)
{
    struct error error;
    bool known = true;
    struct paper_run run = {.options = options, .figures = json_object(), .agree = true};
    bool ok = output_file_check_in("--json", options->json, options->output, &error) &&
              load_configs(&run, &error);
    if (ok) {
        ok = run_figures(&run, &known, &error);
        if (ok && options->json != NULL)
            ok = json_write(json_pack("{s:b, s:b, s:O}", "verify", options->verify, "agree",
                                      run.agree, "figures", run.figures),
                            options->json, &error);
        config_free(&run.base);
        config_free(&run.speech);
    }
    json_decref(run.figures);
    if (!ok)
        fprintf(stderr, "ese: %s\n", error.text);
    return !known ? 2 : ok && run.agree ? 0 : 1;
}
