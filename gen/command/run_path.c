/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/command/run_path.h"

#include <stdio.h>
#include <stdlib.h>

#include "gen/report/parts.h"

static int longest_first(const void *a, const void *b)
{
    const struct voice_file *left = *(struct voice_file *const *)a;
    const struct voice_file *right = *(struct voice_file *const *)b;
    if (left->features.rows != right->features.rows)
        return left->features.rows > right->features.rows ? -1 : 1;
    return left < right ? -1 : left > right;
}

/* A list of all, the longest first. */
static struct ese_utterance *chain(struct voices *voices)
{
    const size_t count = (size_t)voices->count;
    struct voice_file **order = allocate(count, sizeof *order);
    struct ese_utterance *list = NULL;
    for (size_t n = 0; n < count; n++)
        order[n] = &voices->files[n];
    qsort(order, count, sizeof *order, longest_first);
    for (size_t n = count; n-- > 0; list = &order[n]->utterance)
        order[n]->utterance.next = list;
    free(order);
    return list;
}

int path_run_voices(struct path_run *run, struct ese_chip *chip, const char *folder, struct voices *voices)
{
    struct ese_path *path = ese_path_open_folder(chip, folder, &(struct ese_path_options){0});
    if (path == NULL)
        return ESE_FAIL_MODEL;
    voices_prepare(voices, ese_path_model(path));
    const int result = ese_path_run(path, chain(voices));
    ese_path_counts(path, &run->counts);
    run->count = ese_path_parts(path);
    for (uint32_t n = 0; n < run->count; n++)
        ese_path_part(path, n, &run->parts[n]);
    ese_path_close(path);
    return result;
}

bool path_run_write(const struct voices *voices, const struct program *p, const char *folder,
                    struct error *error)
{
    const struct ese_model model = {.y_size = (uint32_t)p->network.output,
                                    .y_fraction = quantized_output(&p->quant)->fraction};
    bool ok = true;
    for (int n = 0; ok && n < voices->count; n++)
        if (voices->files[n].y != NULL && voices->files[n].utterance.received == voices->files[n].utterance.frames)
            ok = voice_write(&voices->files[n], &model, folder, error);
    return ok;
}

static double per_frame(const struct ese_path_part *part)
{
    return part->frames > 0 ? (double)part->cycles / (double)part->frames : 0.0;
}

void path_run_print(const struct path_run *run, const struct program *p)
{
    double sum = 0.0;
    bool all = true;
    for (uint32_t n = 0; n < run->count; n++) {
        const struct ese_path_part *part = &run->parts[n];
        struct text what = {0};
        part_text(&what, &p->parts[n]);
        printf("part %-10u %s: ", (unsigned)n, text_string(&what));
        if (part->frames > 0)
            printf("%.1f cycles a frame over %llu frames (model: %lld)\n", per_frame(part),
                   (unsigned long long)part->frames, (long long)p->parts[n].program.cycles_per_frame);
        else
            printf("too few frames to tell\n");
        text_free(&what);
        sum += per_frame(part);
        all = all && part->frames > 0;
    }
    if (all)
        printf("cycles a frame  %.1f in all parts (model: %lld)\n", sum, (long long)p->cycles_per_frame);
    printf("descriptors     %llu; images loaded %llu times\n", (unsigned long long)run->counts.descriptors,
           (unsigned long long)run->counts.loads);
}

json_t *path_run_json(const struct path_run *run, const struct program *p)
{
    json_t *parts = json_array();
    for (uint32_t n = 0; n < run->count; n++) {
        const struct ese_path_part *part = &run->parts[n];
        char hash[16];
        snprintf(hash, sizeof hash, "%08x", (unsigned)part->hash);
        json_array_append_new(
            parts, json_pack("{s:s, s:s, s:o, s:I, s:I}", "model_hash", hash, "direction",
                             part->backward ? "backward" : "forward", "cycles_per_frame",
                             part->frames > 0 ? json_real(per_frame(part)) : json_null(), "steady_frames",
                             (json_int_t)part->frames, "model_cycles_per_frame",
                             (json_int_t)p->parts[n].program.cycles_per_frame));
    }
    return json_pack("{s:I, s:I, s:I, s:I, s:o}", "frames", (json_int_t)run->counts.frames, "descriptors",
                     (json_int_t)run->counts.descriptors, "loads", (json_int_t)run->counts.loads,
                     "model_cycles_per_frame", (json_int_t)p->cycles_per_frame, "parts", parts);
}
