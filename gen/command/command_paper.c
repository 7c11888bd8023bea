/* SPDX-License-Identifier: Apache-2.0
 * ese paper: Table 1 and the sweeps of the ESE paper on our hardware, its values beside ours; and a
 * processor, which the paper held its chip against. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/command/commands.h"
#include "gen/config/config_file.h"
#include "gen/config/home.h"
#include "gen/figures/cpu_figure.h"
#include "gen/figures/fig3.h"
#include "gen/figures/figures.h"
#include "gen/folder/json_file.h"
#include "gen/report/numbers.h"
#include "gen/report/paper_table.h"

/* A run of frames on the processor: long for its clock, short beside what else may want to run. */
static const double RUN_MS = 10.0;

static const char CPU_NAME[] = "cpu", FIG3_NAME[] = "fig3";

struct paper_run {
    const struct paper_options *options;
    struct config base, speech;
    json_t *figures; /* by name */
    bool agree; /* every point that was run in RTL */
};

/* The LSTM of the dense speech model, to be pruned here: the preset's own is pruned already. */
static bool load_configs(struct paper_run *run, struct error *error)
{
    const struct paper_options *options = run->options;
    struct text path = {0};
    if (!config_load(&run->base, "paper", options->sets, options->set_count, error))
        return false;
    text_appendf(&path, "model.path=%s/models/speech/speech-dense.safetensors", ese_home());
    char *sets[] = {path.data, "model.density=0.1"};
    bool ok = config_load(&run->speech, "speech-lstm", sets, sizeof sets / sizeof *sets, error);
    if (!ok)
        config_free(&run->base);
    text_free(&path);
    return ok;
}

/* A figure as it is written. */
struct page {
    const char *name;
    struct text txt, csv, svg; /* svg: may be empty, then there is no picture */
    char summary[96];          /* behind the names of its files */
    json_t *json;              /* its reader's to free */
};

static void page_free(struct page *page)
{
    text_free(&page->txt);
    text_free(&page->csv);
    text_free(&page->svg);
}

static bool write_page(const struct page *page, const char *dir, struct error *error)
{
    const struct {
        const char *suffix;
        const struct text *text;
    } forms[] = {{"txt", &page->txt}, {"csv", &page->csv}, {"svg", &page->svg}};
    if (mkdir(dir, 0777) != 0 && errno != EEXIST)
        return fail(error, "cannot create the folder '%s': %s", dir, strerror(errno));
    for (size_t n = 0; n < sizeof forms / sizeof *forms; n++) {
        struct text path = {0};
        text_appendf(&path, "%s/%s.%s", dir, page->name, forms[n].suffix);
        bool ok = forms[n].text->length == 0 ||
                  text_write_file(forms[n].text, text_string(&path), error);
        text_free(&path);
        if (!ok)
            return false;
    }
    return true;
}

/* Takes the page's JSON over. */
static bool show_page(const struct paper_run *run, const struct page *page, bool first,
                      struct error *error)
{
    const struct paper_options *options = run->options;
    bool quiet = options->json != NULL && strcmp(options->json, "-") == 0;
    json_object_set_new(run->figures, page->name, page->json);
    if (options->output != NULL) {
        if (!write_page(page, options->output, error))
            return false;
        if (!quiet)
            printf("%s/%s.txt, .csv%s: %s\n", options->output, page->name,
                   page->svg.length > 0 ? ", .svg" : "", page->summary);
    } else if (!quiet) {
        printf("%s%s", first ? "" : "\n\n", text_string(&page->txt));
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
        struct page page = {.name = f.name, .json = figure_json(&f)};
        int agree, reruns = figure_reruns(&f, &agree);
        run->agree = run->agree && agree == reruns;
        figure_text(&page.txt, &f);
        figure_csv(&page.csv, &f);
        figure_svg(&page.svg, &f);
        snprintf(page.summary, sizeof page.summary,
                 "%d points, %d of them run again in RTL, %d agree", f.point_count, reruns, agree);
        ok = show_page(run, &page, first, error);
        page_free(&page);
    }
    figure_free(&f);
    return ok;
}

static bool run_cpu(struct paper_run *run, bool first, struct error *error)
{
    struct cpu_figure f;
    if (!cpu_figure_measure(&f, &run->base, run->options->jobs, RUN_MS, error))
        return false;
    struct page page = {.name = CPU_NAME, .json = cpu_figure_json(&f)};
    cpu_figure_text(&page.txt, &f);
    cpu_figure_csv(&page.csv, &f);
    snprintf(page.summary, sizeof page.summary, "%d times, each the median of %d runs", f.row_count,
             CPU_RUNS);
    bool ok = show_page(run, &page, first, error);
    page_free(&page);
    return ok;
}

static bool run_fig3(struct paper_run *run, bool first, struct error *error)
{
    const struct paper_options *options = run->options;
    struct fig3 f;
    struct text folder = {0};
    text_appendf(&folder, "%s/models/speech", ese_home());
    const struct fig3_request request = {.material = options->material,
                                         .folder = text_string(&folder),
                                         .speech = &run->speech,
                                         .frames = options->frames,
                                         .jobs = options->jobs};
    bool ok = fig3_measure(&f, &request, error);
    if (ok) {
        struct page page = {.name = FIG3_NAME, .json = fig3_json(&f)};
        fig3_text(&page.txt, &f);
        fig3_csv(&page.csv, &f);
        fig3_svg(&page.svg, &f);
        snprintf(page.summary, sizeof page.summary, "%d points, each learnt from %s frames", FIG3_POINTS,
                 commas(f.frames).text);
        ok = show_page(run, &page, first, error);
        page_free(&page);
    }
    fig3_free(&f);
    text_free(&folder);
    return ok;
}

static bool is_wanted(const struct paper_run *run, const char *name)
{
    const char *figure = run->options->figure;
    return strcmp(figure, "all") == 0 || strcmp(figure, name) == 0;
}

/* What options say of a figure that has nothing of theirs. */
static bool check_options(const struct paper_options *options, bool *usage, struct error *error)
{
    const char *figure = options->figure;
    const bool cpu = strcmp(figure, CPU_NAME) == 0, fig3 = strcmp(figure, FIG3_NAME) == 0;
    *usage = true;
    if (options->verify && (cpu || fig3))
        return fail(error, "--verify: %s has no points to run in RTL; table1 has its chip", figure);
    if (fig3 && options->set_count > 0)
        return fail(error, "--set: fig3 is of the speech model on chips of its own, and not of the preset paper");
    if (fig3 && options->material == NULL)
        return fail(error, "fig3: --material DIR is needed, with recordings in DIR/train; `make demo-compress` makes "
                           "some");
    if (!fig3 && strcmp(figure, "all") != 0 && (options->material != NULL || options->frames > 0))
        return fail(error, "%s: --material and --frames are of fig3", figure);
    *usage = false;
    return true;
}

static bool run_figures(struct paper_run *run, bool *usage, struct error *error)
{
    bool first = true;
    for (int kind = 0; kind < FIGURE_COUNT; kind++) {
        if (!is_wanted(run, figure_name((enum figure_kind)kind)))
            continue;
        if (!run_figure(run, (enum figure_kind)kind, first, error))
            return false;
        first = false;
    }
    if (is_wanted(run, FIG3_NAME) && run->options->material != NULL) {
        if (!run_fig3(run, first, error))
            return false;
        first = false;
    }
    if (is_wanted(run, CPU_NAME))
        return run_cpu(run, first, error);
    *usage = first;
    return !first || fail(error, "there is no figure '%s'; there are table1, fig6, fifo, balance, "
                                 "fig3, cpu and all",
                          run->options->figure);
}

int command_paper(const struct paper_options *options)
{
    struct error error;
    bool usage = false;
    struct paper_run run = {.options = options, .figures = json_object(), .agree = true};
    bool ok = check_options(options, &usage, &error) &&
              output_folder_check(options->output, &error) &&
              output_file_check_in("--json", options->json, options->output, &error) &&
              load_configs(&run, &error);
    if (ok) {
        ok = run_figures(&run, &usage, &error);
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
    return usage ? 2 : ok && run.agree ? 0 : 1;
}
