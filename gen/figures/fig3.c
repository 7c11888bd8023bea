/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/figures/fig3.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "models/cpu/team.h"
#include "models/learn/recipe.h"
#include "models/network/labels.h"
#include "models/program/program.h"

enum { SEED = 1 };

const struct fig3_series fig3_series[FIG3_SERIES] = {
    {"balanced, 8 PEs", PRUNING_BALANCED, 8},
    {"balanced, 32 PEs", PRUNING_BALANCED, 32},
    {"magnitude", PRUNING_MAGNITUDE, 8},
};
const double fig3_densities[FIG3_DENSITIES] = {0.3, 0.2, 0.15, 0.1, 0.074, 0.05};
const struct fig3_paper fig3_paper = {0.074, 20.7, 0.4, "text on its Figure 3"};

/* A set with its labels. */
struct judges {
    struct utterances utterances;
    struct labels labels;
    struct learn_material material;
};

/* What all points have in common; they and `next` lie in memory that processes share. */
struct run {
    const struct fig3_request *request;
    struct fig3 *figure;
    struct network dense;
    struct utterances recordings;
    struct learn_material material, held_out;
    struct judges judges[FIG3_SETS];
    struct learn_loss loss;
    atomic_int *next;
};

/* ---- what is learnt from, and what is judged by ----------------------------------------------- */

static bool read_recordings(struct run *r, struct error *error)
{
    struct text path = {0};
    struct utterances *u = &r->recordings;
    text_appendf(&path, "%s/train", r->request->material);
    const bool ok = utterances_read(u, text_string(&path), r->dense.input, error);
    text_free(&path);
    if (!ok)
        return false;
    for (int n = 0; n < u->count; n++)
        learn_material_add(n % LEARN_HELD_OUT_EVERY == LEARN_HELD_OUT_EVERY / 2 ? &r->held_out : &r->material,
                           &u->frames[n]);
    learn_material_close(&r->material);
    learn_material_close(&r->held_out);
    r->figure->recordings = u->count;
    r->figure->held_out = r->held_out.count;
    r->figure->material = r->material.frames;
    return r->held_out.count > 0 ||
           fail(error, "%s/train: %d recordings are too few: every tenth is held out",
                r->request->material, u->count);
}

static bool read_judges(struct run *r, int set, const char *folder, struct error *error)
{
    struct judges *j = &r->judges[set];
    if (!utterances_read(&j->utterances, folder, r->dense.input, error) ||
        !labels_read(&j->labels, folder, &j->utterances, network_classes(&r->dense), error))
        return false;
    for (int n = 0; n < j->utterances.count; n++)
        learn_material_add(&j->material, &j->utterances.frames[n]);
    learn_material_close(&j->material);
    r->figure->sets[set].utterances = j->utterances.count;
    return true;
}

static bool read_sets(struct run *r, struct error *error)
{
    struct text path = {0};
    r->figure->sets[0].name = "models/speech";
    r->figure->sets[1].name = "the material's test";
    text_appendf(&path, "%s/test", r->request->material);
    const bool ok = read_judges(r, 0, r->request->folder, error) &&
                    (access(text_string(&path), F_OK) != 0 ||
                     read_judges(r, 1, text_string(&path), error));
    text_free(&path);
    return ok;
}

/* Of the output layer that the model has behind its LSTM. */
static bool make_loss(struct run *r, struct error *error)
{
    const struct network *after = r->dense.after;
    if (after == NULL || after->passes[0].bias == NULL)
        return fail(error, "fig3: the speech model has no output layer");
    learn_make_loss(&r->loss, &r->dense, &r->material, LEARN_CLASSES, SEED);
    return true;
}

/* ---- judging ---------------------------------------------------------------------------------- */

static void add_utterance(struct fig3_score *score, const int32_t *labels, const int32_t *right,
                          int frames)
{
    int32_t *said = allocate(2 * (size_t)frames, sizeof *said), *wanted = said + frames;
    const int said_count = phones_said(labels, frames, said),
              count = phones_said(right, frames, wanted);
    score->frames += frames;
    score->phones += count;
    score->edits += phone_edits(said, said_count, wanted, count);
    for (int t = 0; t < frames; t++)
        score->right += labels[t] == right[t];
    free(said);
}

static struct fig3_score score_of(const struct judges *j, const struct network *network)
{
    struct fig3_score score = {0};
    int frames;
    if (j->material.count == 0)
        return score;
    float *y = learn_teach(network, &j->material, (int)j->material.frames + 1, &frames);
    double *of_frame = allocate((size_t)network->output, sizeof *of_frame);
    int32_t *labels = allocate((size_t)frames, sizeof *labels);
    for (int t = 0; t < frames; t++) {
        for (int n = 0; n < network->output; n++)
            of_frame[n] = y[(size_t)t * (size_t)network->output + (size_t)n];
        labels[t] = classify(network, of_frame);
    }
    for (int u = 0, t = 0; u < j->utterances.count; t += j->utterances.frames[u++].rows)
        add_utterance(&score, labels + t, j->labels.of[u], j->utterances.frames[u].rows);
    free(labels);
    free(of_frame);
    free(y);
    return score;
}

static void judge(const struct run *r, const struct network *network,
                  struct fig3_score scores[FIG3_SETS])
{
    for (int set = 0; set < FIG3_SETS; set++)
        scores[set] = score_of(&r->judges[set], network);
}

/* ---- a point ---------------------------------------------------------------------------------- */

static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void count_weights(struct fig3_point *p, const struct network *pruned)
{
    for (int m = 0; m < pruned->matrix_count; m++) {
        const struct matrix *w = &pruned->matrices[m].weights;
        const size_t count = (size_t)w->rows * (size_t)w->cols;
        p->weights += (int64_t)count;
        for (size_t n = 0; n < count; n++)
            p->left += w->at[n] != 0.0f;
    }
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static void say_nothing(void *context, const struct learn_report *report)
{
    (void)context;
    (void)report;
}

static bool distil(const struct run *r, const struct program *program, struct fig3_point *p,
                   struct error *error)
{
    const struct learn_watch watch = {NULL, say_nothing, never, NULL};
    struct learn_task task = {
        .dense = &r->dense,
        .model = &program->config.model,
        .geometry = &program->geometry,
        .material = &r->material,
        .held_out = &r->held_out,
        .loss = &r->loss,
        .frames = r->figure->frames,
        .threads = 1,
        .seed = SEED,
    };
    learn_set_recipe(&task);
    struct network learnt = network_copy(&r->dense);
    const double begin = processor_seconds();
    const bool ok = learn(&task, &watch, &learnt, error);
    p->seconds = processor_seconds() - begin;
    if (ok)
        judge(r, &learnt, p->distilled);
    network_free(&learnt);
    return ok;
}

/* Its configuration shares its strings with the request's. */
static bool measure_point(const struct run *r, int number, struct error *error)
{
    const struct fig3_series *series = &fig3_series[number / FIG3_DENSITIES];
    struct fig3_point *p = &r->figure->points[number];
    struct program program;
    struct config config = *r->request->speech;
    config.pes = series->pes;
    config.model.pruning = series->pruning;
    config.model.density = fig3_densities[number % FIG3_DENSITIES];
    config.model.utterances = config.model.expected = NULL;
    if (!program_build(&program, &config, error))
        return false;
    count_weights(p, &program.network);
    judge(r, &program.network, p->at_once);
    const bool ok = distil(r, &program, p, error);
    program_free(&program);
    return ok;
}

/* ---- all points ------------------------------------------------------------------------------- */

static void work(const struct run *r)
{
    struct error error;
    int number;
    while ((number = atomic_fetch_add(r->next, 1)) < FIG3_POINTS) {
        struct fig3_point *p = &r->figure->points[number];
        p->done = measure_point(r, number, &error);
        if (!p->done)
            snprintf(p->failure, sizeof p->failure, "%.*s", (int)sizeof p->failure - 1, error.text);
        if (isatty(STDERR_FILENO))
            fprintf(stderr, "fig3: point %d of %d: %s, %g %%: %.1f %% of frames right\n",
                    number + 1, FIG3_POINTS, fig3_series[number / FIG3_DENSITIES].name,
                    100.0 * fig3_densities[number % FIG3_DENSITIES], fig3_right(&p->distilled[0]));
    }
}

static bool check_points(const struct fig3 *f, struct error *error)
{
    for (int n = 0; n < FIG3_POINTS; n++)
        if (!f->points[n].done)
            return fail(error, "fig3: %s",
                        f->points[n].failure[0] != '\0' ? f->points[n].failure : "a process died");
    return true;
}

static bool run_points(struct run *r, struct error *error)
{
    const int wanted = r->request->jobs > 0 ? r->request->jobs : team_processors();
    int jobs = 0;
    fflush(NULL);
    while (jobs < wanted && jobs < FIG3_POINTS) {
        const pid_t child = fork();
        if (child == 0) {
            work(r);
            fflush(stderr);
            _exit(0);
        }
        if (child < 0)
            break;
        jobs++;
    }
    if (jobs == 0)
        return fail(error, "fig3: no process can be had");
    while (wait(NULL) > 0)
        ;
    return check_points(r->figure, error);
}

static size_t shared_size(void)
{
    return FIG3_POINTS * sizeof(struct fig3_point) + sizeof(atomic_int);
}

static bool share(struct run *r, struct error *error)
{
    void *shared = mmap(NULL, shared_size(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                        0);
    if (shared == MAP_FAILED)
        return fail(error, "fig3: no memory for its points");
    r->figure->points = shared;
    r->next = (atomic_int *)(r->figure->points + FIG3_POINTS);
    return true;
}

static void run_free(struct run *r)
{
    for (int set = 0; set < FIG3_SETS; set++) {
        learn_material_free(&r->judges[set].material);
        labels_free(&r->judges[set].labels);
        utterances_free(&r->judges[set].utterances);
    }
    learn_loss_free(&r->loss);
    learn_material_free(&r->material);
    learn_material_free(&r->held_out);
    utterances_free(&r->recordings);
    network_free(&r->dense);
}

bool fig3_measure(struct fig3 *f, const struct fig3_request *request, struct error *error)
{
    struct run r = {.request = request, .figure = f};
    struct fig3_score dense[FIG3_SETS];
    *f = (struct fig3){.frames = request->frames > 0 ? request->frames : FIG3_FRAMES};
    if (!learn_can(error) || !network_load(&r.dense, &request->speech->model, error))
        return false;
    bool ok = read_recordings(&r, error) && read_sets(&r, error) && make_loss(&r, error) &&
              share(&r, error);
    if (ok) {
        judge(&r, &r.dense, dense);
        for (int set = 0; set < FIG3_SETS; set++)
            f->sets[set].dense = dense[set];
        ok = run_points(&r, error);
    }
    run_free(&r);
    return ok;
}

void fig3_free(struct fig3 *f)
{
    if (f->points != NULL)
        munmap(f->points, shared_size());
    f->points = NULL;
}

/* ---- looking at them -------------------------------------------------------------------------- */

const struct fig3_point *fig3_at(const struct fig3 *f, int series, int density)
{
    return &f->points[series * FIG3_DENSITIES + density];
}

double fig3_right(const struct fig3_score *score)
{
    return score->frames > 0 ? 100.0 * (double)score->right / (double)score->frames : 0.0;
}

double fig3_errors(const struct fig3_score *score)
{
    return score->phones > 0 ? 100.0 * (double)score->edits / (double)score->phones : 0.0;
}

int fig3_larger(const struct fig3 *f)
{
    return f->sets[1].dense.frames > f->sets[0].dense.frames ? 1 : 0;
}
