/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/command/compress_print.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gen/folder/json_file.h"

/* ---- while it learns ------------------------------------------------------------------------- */

static bool has_decisions(const struct learn_loss *l)
{
    return l->classes > 0 && !l->made_up;
}

/* null where JSON has no number for it. */
static json_t *real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

const char *compress_loss_name(const struct learn_loss *l)
{
    if (l->made_up)
        return "centres";
    return l->of_classes == 0.0f ? "y" : l->of_y == 0.0f ? "classes" : "classes and y";
}

/* What a loss is, for who has not asked for one. */
static void print_loss(const struct learn_loss *l)
{
    printf("loss: %s", compress_loss_name(l));
    if (l->made_up)
        printf(": %d points near which y is, and how near it is to each; --loss y: y alone", l->classes);
    else if (l->of_classes > 0.0f)
        printf(": the last layer is taken for scores of %d classes; --loss y: y alone, where its values count",
               l->classes);
    printf("\n");
}

void compress_begin(void *telling, const struct learn_beginning *begins)
{
    const struct compress_telling *t = telling;
    if (begins->other)
        fprintf(stderr, "ese: note: %s.0 and .1 are of another command, or damaged: they are written over\n",
                t->task->checkpoint);
    if (t->silent)
        return;
    print_loss(t->task->loss);
    if (begins->seen > 0)
        printf("goes on from %s.0 and .1, %lld of %lld frames\n", t->task->checkpoint, (long long)begins->seen,
               (long long)begins->frames);
    fflush(stdout);
}

static json_t *share_of(double share, bool known)
{
    return known ? json_real(share) : json_null();
}

static void keep_report(struct compress_telling *t, const struct learn_report *r)
{
    json_t *object = json_object();
    json_object_set_new(object, "frames", json_integer(r->seen));
    json_object_set_new(object, "density", real(r->density));
    json_object_set_new(object, "loss", real(learn_sums_loss(&r->learnt)));
    json_object_set_new(object, "held_out_loss", real(learn_sums_loss(&r->held_out)));
    json_object_set_new(object, "agreement",
                        share_of(learn_sums_agreement(&r->held_out), has_decisions(t->task->loss)));
    json_object_set_new(object, "y_snr_db", real(learn_sums_snr_db(&r->held_out)));
    json_array_append_new(t->reports, object);
}

enum { MILLION = 1000000 };

void compress_tell(void *telling, const struct learn_report *r)
{
    struct compress_telling *t = telling;
    const int left = (int)(r->seconds_left + 0.5);
    keep_report(t, r);
    if (t->silent)
        return;
    if (r->frames < MILLION)
        printf("frames %lld of %lld", (long long)r->seen, (long long)r->frames);
    else
        printf("frames %.2f M of %.2f M", (double)r->seen / MILLION, (double)r->frames / MILLION);
    printf("   density %.2f   loss %.3f (held out %.3f)", r->density, learn_sums_loss(&r->learnt),
           learn_sums_loss(&r->held_out));
    if (has_decisions(t->task->loss))
        printf("   agrees %.1f %%", 100.0 * learn_sums_agreement(&r->held_out));
    printf("   y %.1f dB   %d:%02d left\n", learn_sums_snr_db(&r->held_out), left / 60, left % 60);
    fflush(stdout);
}

/* ---- the table ------------------------------------------------------------------------------- */

static bool compare_one(struct compress_telling *t, const char *name, const struct network *n,
                        struct error *error)
{
    struct compress_row *row = &t->rows[t->row_count++];
    struct learn_task task = *t->task;
    error->text[0] = '\0';
    task.weight_bits = 0;
    snprintf(row->name, sizeof row->name, "%s", name);
    row->is_dense = t->row_count == 1;
    row->sums = learn_compare(&task, n, task.held_out, error);
    row->judged = row->sums;
    task.loss = &t->judge;
    if (t->task->loss->made_up && error->text[0] == '\0')
        row->judged = learn_compare(&task, n, task.held_out, error);
    return error->text[0] == '\0';
}

/* Recordings from everywhere in the material, with about so many frames. */
static struct learn_material some_of(const struct learn_material *all, int64_t frames)
{
    struct learn_material some = {0};
    const int step = (int)(all->frames / (frames > 0 ? frames : 1)) + 1;
    for (int n = 0; n < all->count; n += step)
        learn_material_add(&some, all->of[n]);
    learn_material_close(&some);
    return some;
}

bool compress_compare(struct compress_telling *t, const struct network *at_once,
                      const struct network *learnt, int weight_bits, struct error *error)
{
    char rounded[32];
    struct network coarse = network_copy(learnt);
    struct learn_task task = *t->task;
    learn_round(&coarse, weight_bits);
    snprintf(rounded, sizeof rounded, "%d-bit weights", weight_bits);
    bool good = compare_one(t, "dense", t->task->dense, error) &&
                compare_one(t, "pruned at once", at_once, error) &&
                compare_one(t, "pruned and distilled", learnt, error) &&
                compare_one(t, rounded, &coarse, error);
    network_free(&coarse);
    task.weight_bits = 0;
    if (!good)
        return false;
    struct learn_material some = some_of(task.material, task.held_out->frames);
    const struct learn_sums sums = learn_compare(&task, learnt, &some, error);
    t->loss_learnt = learn_sums_loss(&sums);
    learn_material_free(&some);
    return error->text[0] == '\0';
}

static const struct compress_row *learnt_row(const struct compress_telling *t)
{
    return &t->rows[t->row_count - 2];
}

static void print_row(const struct compress_telling *t, const struct compress_row *row)
{
    printf("%-22s", row->name);
    if (has_decisions(&t->judge))
        printf("%18.1f %%", 100.0 * learn_sums_agreement(&row->judged));
    if (row->judged.labelled > 0)
        printf("%12.1f %%", 100.0 * learn_sums_right(&row->judged));
    if (row->is_dense)
        printf("%12s   %8s\n", "-", "-");
    else
        printf("%9.1f dB   %8.3f\n", learn_sums_snr_db(&row->sums), learn_sums_loss(&row->sums));
}

void compress_print_table(const struct compress_telling *t)
{
    const struct learn_material *held_out = t->task->held_out;
    printf("\n%-22s", "");
    if (has_decisions(&t->judge))
        printf("%20s", "as the dense network");
    if (t->rows[0].judged.labelled > 0)
        printf("%14s", "frames right");
    printf("%12s   %8s\n", "SNR of y", "loss");
    for (int n = 0; n < t->row_count; n++)
        print_row(t, &t->rows[n]);
    printf("held out: %lld frames of %d recording%s", (long long)held_out->frames, held_out->count,
           held_out->count == 1 ? "" : "s");
    if (t->rows[0].judged.labelled > 0 && t->rows[0].judged.labelled < held_out->frames)
        printf(", %lld of them with labels", (long long)t->rows[0].judged.labelled);
    printf("; learnt from: %lld of %d, each %.1f times\n",
           (long long)t->task->material->frames, t->task->material->count,
           (double)t->outcome.seen / (double)t->task->material->frames);
    if (held_out->piece_count + t->task->material->piece_count > 0)
        printf("long recordings came in pieces of %d frames at most%s\n", t->task->material->most,
               network_is_forward(t->task->dense) ? "" : ": layers go backward");
}

/* ---- too few recordings ---------------------------------------------------------------------- */

/* A loss so many times that of the recordings learnt from: these are learnt by heart. */
static const double BY_HEART = 1.5, NOT_BY_HEART = 1.1;

int64_t compress_frames_wanted(int64_t frames, double loss_learnt, double loss_held_out)
{
    const double ratio = loss_held_out / fmax(loss_learnt, 1e-9);
    double wanted = ratio > BY_HEART ? (double)frames * (ratio - 1.0) / (BY_HEART - 1.0) : 0.0;
    if (frames < LEARN_FEW_FRAMES && ratio > NOT_BY_HEART)
        wanted = fmax(wanted, 2.0 * LEARN_FEW_FRAMES);
    if (wanted == 0.0)
        return 0;
    const double step = pow(10.0, floor(log10(wanted)) - 1.0);
    return (int64_t)(ceil(wanted / step) * step);
}

static int64_t frames_wanted(const struct compress_telling *t)
{
    return compress_frames_wanted(t->task->material->frames, t->loss_learnt,
                                  learn_sums_loss(&learnt_row(t)->sums));
}

void compress_warn(const struct compress_telling *t)
{
    const int64_t wanted = frames_wanted(t), frames = t->task->material->frames;
    if (t->outcome.stopped)
        fprintf(stderr,
                "ese: warning: interrupted at %lld of %lld frames, at density %.2f: what was best so far is "
                "written%s%s\n",
                (long long)t->outcome.seen, (long long)t->outcome.frames, t->outcome.density,
                t->outcome.on_the_way ? ", pruned at once from there" : "",
                t->outcome.kept ? ", and the same command goes on from its last report" : "");
    if (t->outcome.at_once)
        fprintf(stderr, "ese: warning: nothing that was learnt has a smaller loss on what is held out than the "
                        "dense network pruned at once: that is what is written\n");
    if (wanted > 0)
        fprintf(stderr,
                "ese: warning: too few recordings: the loss is %.3g on the %lld frames learnt from "
                "and %.3g on what is held out; about %lld frames would help, with labels or "
                "without\n",
                t->loss_learnt, (long long)frames, learn_sums_loss(&learnt_row(t)->sums),
                (long long)wanted);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *row_json(const struct compress_telling *t, const struct compress_row *row)
{
    json_t *object = json_object();
    json_object_set_new(object, "network", json_string(row->name));
    json_object_set_new(object, "agreement",
                        share_of(learn_sums_agreement(&row->judged), has_decisions(&t->judge)));
    json_object_set_new(object, "frames_right",
                        share_of(learn_sums_right(&row->judged), row->judged.labelled > 0));
    json_object_set_new(object, "y_snr_db", real(learn_sums_snr_db(&row->sums)));
    json_object_set_new(object, "loss", real(learn_sums_loss(&row->sums)));
    return object;
}

json_t *compress_json(const struct compress_telling *t)
{
    const struct learn_task *task = t->task;
    json_t *table = json_array();
    for (int n = 0; n < t->row_count; n++)
        json_array_append_new(table, row_json(t, &t->rows[n]));
    return json_pack("{s:s, s:I, s:I, s:b, s:b, s:b, s:b, s:I, s:I, s:i, s:b, s:i, s:o, s:I, s:O, s:o}",
                     "loss", compress_loss_name(task->loss), "frames", (json_int_t)t->outcome.frames, "seen",
                     (json_int_t)t->outcome.seen, "resumed", (int)t->outcome.resumed, "interrupted",
                     (int)t->outcome.stopped, "ended_early", (int)t->outcome.enough, "pruned_at_once",
                     (int)t->outcome.at_once, "material_frames", (json_int_t)task->material->frames,
                     "held_out_frames", (json_int_t)task->held_out->frames, "threads", task->threads,
                     "augmented", (int)task->augment, "weight_bits", task->weight_bits, "loss_learnt",
                     real(t->loss_learnt), "frames_wanted", (json_int_t)frames_wanted(t), "reports", t->reports,
                     "table", table);
}
