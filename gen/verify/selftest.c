/* SPDX-License-Identifier: Apache-2.0
 * Plants one fault after the other and looks whether the simulation notices.
 *
 * Faults in images are tried twice: with the check of the images' CRC, which must find all of them,
 * and, where the simulator can load the image at all, without it: then wrong values must be found. */
#include "gen/verify/selftest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/folder/chip_folder.h"
#include "gen/folder/json_file.h"
#include "gen/folder/workspace.h"
#include "gen/image/images.h"
#include "gen/image/regions.h"
#include "gen/verify/play.h"
#include "gen/verify/simulate.h"
#include "models/base/crc32.h"

enum { FRAMES = 3 };

/* What is wrong with the chip or with what is expected of it. */
struct fault {
    const char *name;
    const char *image;                           /* that is not as it should be, or NULL */
    void (*damage)(struct mem_image *, const struct program *);
    bool truncate, remove;                       /* the file ends early; is not there */
    void (*distort)(struct stimulus *);          /* what is expected is wrong, or a handshake sticks */
};

/* The sign bit of the first entry that has a weight. */
static void damage_weight(struct mem_image *image, const struct program *p)
{
    const struct derived *d = &p->d;
    int entry_bits = d->weight_bits + d->index_bits;
    for (int beat = 0; beat < d->beats; beat++) {
        for (int pe = 0; pe < d->pes; pe++) {
            int at = pe * entry_bits;
            if (mem_image_get(image, beat, at + d->index_bits, d->weight_bits) == 0)
                continue;
            int sign = at + entry_bits - 1;
            mem_image_set(image, beat, sign, 1, !mem_image_get(image, beat, sign, 1));
            return;
        }
    }
}

/* One entry more or less for the PE 0 of the first column that it takes part in. */
static void damage_length(struct mem_image *image, const struct program *p)
{
    const struct derived *d = &p->d;
    for (int column = 0; column < d->columns; column++) {
        int at = d->word_bits + d->lane_bits;
        uint64_t length = mem_image_get(image, column, at, d->length_bits);
        if (length != 0) {
            mem_image_set(image, column, at, d->length_bits, length ^ 1);
            return;
        }
    }
}

/* Entry 0: c begins near 0. */
static void damage_table(struct mem_image *image, const struct program *p)
{
    int bit = p->d.activation_bits - 3;
    mem_image_set(image, 0, bit, 1, !mem_image_get(image, 0, bit, 1));
}

/* The bias of gate i, row 0, by as much as makes a difference. */
static void damage_bias(struct mem_image *image, const struct program *p)
{
    int bit = p->d.bias_bits - 2;
    mem_image_set(image, 0, bit, 1, !mem_image_get(image, 0, bit, 1));
}

static size_t first_active(const struct stimulus *s)
{
    size_t slot = 0;
    while (!stimulus_get(s->active, s, (uint32_t)(slot / s->channels),
                         (uint32_t)(slot % s->channels)))
        slot++;
    return slot;
}

/* The last element of a vector that is compared. */
static void distort_vector(struct stimulus *s, const struct stimulus_vector *vector)
{
    const size_t slot = first_active(s);
    stimulus_values(s, vector, (uint32_t)(slot / s->channels),
                    (uint32_t)(slot % s->channels))[vector->elements - 1] ^= 1;
}

static void distort_start(struct stimulus *s)
{
    s->phases[PHASE_STEADY].starts[FRAMES - 1]++;
}

/* When a frame starts, to about a frame where that depends on the memory: half of the idle time is a frame. */
static int64_t about_start(const struct stimulus_phase *phase, int frame)
{
    return phase->starts != NULL ? phase->starts[frame]
                                 : (int64_t)phase->idle_cycles / 2 * (frame + 1);
}

/* A stuck run is noticed by its time-out, which need not be long. */
static void stick(struct stimulus *s, uint32_t flag, int64_t cycle)
{
    struct stimulus_phase *phase = &s->phases[PHASE_STEADY];
    phase->flags |= flag;
    phase->cut_cycle = (uint32_t)cycle;
    phase->idle_cycles = (uint64_t)about_start(phase, FRAMES - 1) + 2000 + phase->valid_cycle;
}

static void stick_x(struct stimulus *s)
{
    stick(s, STIMULUS_STUCK_X, 2); /* while x of the first frame comes */
}

/* In memory y is stuck when writes are not taken, and no watchdog looks. */
static void stick_y(struct stimulus *s)
{
    struct stimulus_phase *phase = &s->phases[PHASE_STEADY];
    bool memory = s->io == STIMULUS_IO_MEMORY;
    stick(s, memory ? 0 : STIMULUS_STUCK_Y, memory ? 0 : about_start(phase, 1));
    if (memory) {
        phase->memory[STIMULUS_PORT_DATA].fault = STIMULUS_FAULT_WRITE_DEAF;
        phase->watchdog = 0;
    }
}

static const struct fault FAULTS[] = {
    {.name = "a weight bit", .image = "weights.mem", .damage = damage_weight},
    {.name = "a column length", .image = "columns.mem", .damage = damage_length},
    {.name = "a Sigmoid entry", .image = "sigmoid.mem", .damage = damage_table},
    {.name = "a Tanh entry", .image = "tanh.mem", .damage = damage_table},
    {.name = "a bias", .image = "constants.mem", .damage = damage_bias},
    {.name = "a truncated image", .image = "weights.mem", .truncate = true},
    {.name = "a missing image", .image = "columns.mem", .remove = true},
    {.name = "a start cycle", .distort = distort_start},
    {.name = "x stuck", .distort = stick_x},
    {.name = "y stuck", .distort = stick_y},
};

enum { FAULT_COUNT = sizeof FAULTS / sizeof *FAULTS };

struct bench {
    const struct selftest_options *options;
    struct chip_folder chip;
    struct workspace work;
    char *images;   /* folder with the images of the present fault */
    char *stimulus; /* file */
    int detected, missed;
    json_t *list;
};

static bool write_file(const char *folder, const char *name, const struct text *text,
                       struct error *error)
{
    struct text path = {0};
    text_appendf(&path, "%s/%s", folder, name);
    FILE *file = fopen(text_string(&path), "wb");
    bool ok = file != NULL && fwrite(text_string(text), 1, text->length, file) == text->length;
    if (file != NULL && fclose(file) != 0)
        ok = false;
    if (!ok)
        fail(error, "cannot write '%s': %s", text_string(&path), strerror(errno));
    text_free(&path);
    return ok;
}

/* Writes one file, shortened or left out if that is the fault. */
static bool write_one(const struct bench *b, const char *name, struct text *text,
                      const struct fault *fault, struct error *error)
{
    if (fault != NULL && fault->truncate)
        text_cut(text, text->length / 2);
    if (fault == NULL || !fault->remove)
        return write_file(b->images, name, text, error);
    struct text path = {0};
    text_appendf(&path, "%s/%s", b->images, name);
    unlink(text_string(&path));
    text_free(&path);
    return true;
}

/* Writes all images, the fault's one with the fault: as .mem, or as a region of external memory.
 * Without a check of the images the play expects of the regions what is written. */
static bool write_images(const struct bench *b, const struct fault *fault, struct stimulus *s,
                         bool check_images, struct error *error)
{
    const struct program *p = &b->chip.program;
    struct named_image images[IMAGE_COUNT];
    struct region regions[REGION_COUNT] = {0};
    bool ok = true, external = p->config.memory != MEMORY_ROM;
    int struck = REGION_COUNT; /* the region that the fault's image lies in */
    images_build(p, images);
    for (int n = 0; n < IMAGE_COUNT; n++)
        if (fault != NULL && fault->damage != NULL && !strcmp(fault->image, images[n].name))
            fault->damage(images[n].image, p);
    if (external)
        regions_of_images(p, images, regions);
    for (int n = 0; n < IMAGE_COUNT; n++) {
        bool here = fault != NULL && fault->image != NULL && !strcmp(fault->image, images[n].name);
        struct text text = {0};
        if (image_is_on_chip(p, n)) {
            char file[64];
            snprintf(file, sizeof file, "%s%s", image_mark(&p->config).text, images[n].name);
            mem_image_render(images[n].image, &text);
            ok = ok && write_one(b, file, &text, here ? fault : NULL, error);
        } else if (here) {
            struck = (int)region_of_image(n);
        }
        text_free(&text);
        mem_image_free(images[n].image);
    }
    for (int n = 0; external && n < REGION_COUNT; n++) {
        struct text *bytes = &regions[n].bytes;
        if (!check_images)
            s->regions[n].crc = crc32_of(0, bytes->data, bytes->length);
        ok = ok && write_one(b, regions[n].file, bytes, n == struck ? fault : NULL, error);
        text_free(bytes);
    }
    return ok;
}

/* What a run has said. */
struct said {
    bool pass;
    char reason[256];
    char vector[STIMULUS_VECTOR_NAME]; /* whose value differs first, "": none */
};

static bool run(struct bench *b, struct play *play, bool check_images, struct said *said,
                struct error *error)
{
    uint32_t image_count = play->stimulus.image_count;
    if (!check_images)
        play->stimulus.image_count = 0;
    bool ok = stimulus_write(&play->stimulus, b->stimulus, error);
    play->stimulus.image_count = image_count;
    struct simulation simulation = {.simulator = b->options->simulator,
                                    .folder = b->chip.dir,
                                    .work = b->work.dir,
                                    .stimulus = b->stimulus,
                                    .images = b->images,
                                    .seed = 1,
                                    .jobs = b->options->jobs};
    struct simulation_result result;
    if (!ok)
        return false;
    *said = (struct said){0};
    ok = simulate(&simulation, &result, error);
    if (ok) {
        said->pass = result.pass;
        snprintf(said->reason, sizeof said->reason, "%s", result.reason);
    }
    if (ok && result.first.vector != NULL)
        snprintf(said->vector, sizeof said->vector, "%s", result.first.vector);
    simulation_result_free(&result);
    return ok;
}

static void note(struct bench *b, const char *name, const char *means, bool detected,
                 const char *reason)
{
    b->detected += detected;
    b->missed += !detected;
    if (b->list == NULL)
        b->list = json_array();
    json_array_append_new(b->list, json_pack("{s:s, s:s, s:b, s:s}", "fault", name, "check", means,
                                             "detected", detected, "reason", reason));
    if (b->options->json == NULL || strcmp(b->options->json, "-") != 0) {
        printf("%-20s %-8s %s%s%s\n", name, means, detected ? "detected" : "NOT DETECTED",
               reason[0] != '\0' ? ": " : "", reason);
        fflush(stdout);
    }
}

/* Without a fault the chip must pass, or "detected" would mean nothing. */
static bool try_sound(struct bench *b, struct error *error)
{
    struct play play;
    struct said said;
    play_build(&play, &b->chip.program, FRAMES, b->options->seed, true);
    bool ok = write_images(b, NULL, &play.stimulus, true, error) &&
              run(b, &play, true, &said, error);
    if (ok)
        note(b, "no fault", "all", said.pass, said.pass ? "passes, as it must" : said.reason);
    play_free(&play);
    return ok;
}

/* Of each vector an expected value is wrong: that is where the first difference must be. */
static bool try_vectors(struct bench *b, struct error *error)
{
    struct play play;
    struct said said;
    bool ok = true;
    play_build(&play, &b->chip.program, FRAMES, b->options->seed, true);
    for (uint32_t n = 0; ok && n < play.stimulus.vector_count; n++) {
        const struct stimulus_vector *vector = &play.stimulus.vectors[n];
        char name[sizeof vector->name + 20];
        snprintf(name, sizeof name, "a golden %s", vector->name);
        distort_vector(&play.stimulus, vector);
        ok = write_images(b, NULL, &play.stimulus, true, error) &&
             run(b, &play, true, &said, error);
        distort_vector(&play.stimulus, vector);
        if (ok)
            note(b, name, "values", !said.pass && strcmp(said.vector, vector->name) == 0,
                 said.reason);
    }
    play_free(&play);
    return ok;
}

static bool try_fault(struct bench *b, const struct fault *fault, struct error *error)
{
    struct play play;
    struct said said;
    play_build(&play, &b->chip.program, FRAMES, b->options->seed, true);
    if (fault->distort == distort_start && play.stimulus.phases[PHASE_STEADY].starts == NULL) {
        play_free(&play); /* frames wait for the memory, and nobody says when they start */
        return true;
    }
    if (fault->distort != NULL)
        fault->distort(&play.stimulus);
    bool ok = write_images(b, fault, &play.stimulus, true, error) &&
              run(b, &play, true, &said, error);
    if (ok)
        note(b, fault->name, fault->image != NULL ? "CRC" : "values", !said.pass, said.reason);
    if (ok && fault->damage != NULL) {
        ok = write_images(b, fault, &play.stimulus, false, error) &&
             run(b, &play, false, &said, error);
        if (ok)
            note(b, fault->name, "values", !said.pass, said.reason);
    }
    play_free(&play);
    return ok;
}

/* Not in an image that the chip does without. */
static bool is_possible(const struct program *p, const struct fault *fault)
{
    struct named_image images[IMAGE_COUNT];
    bool possible = fault->image == NULL;
    images_build(p, images);
    for (int n = 0; n < IMAGE_COUNT; n++) {
        possible |= fault->image != NULL && strcmp(fault->image, images[n].name) == 0 &&
                    image_is_read(p, n);
        mem_image_free(images[n].image);
    }
    return possible;
}

static bool open_bench(struct bench *b, struct error *error)
{
    if (!chip_open(&b->chip, b->options->dir, error))
        return false;
    if (!chip_is_one(&b->chip, "--selftest", "'ese verify --faults' plays faults on each", error) ||
        !workspace_open(&b->work, b->chip.dir, b->options->work, error)) {
        chip_close(&b->chip);
        return false;
    }
    struct text path = {0};
    text_appendf(&path, "%s/selftest", b->work.dir);
    mkdir(text_string(&path), 0777); /* what follows tells if that did not work */
    b->images = path.data;
    struct text file = {0};
    text_appendf(&file, "%s.bin", b->images);
    b->stimulus = file.data;
    return true;
}

bool selftest(const struct selftest_options *options, bool *pass, struct error *error)
{
    struct bench b = {.options = options};
    if (!open_bench(&b, error))
        return false;
    bool ok = try_sound(&b, error);
    for (int n = 0; ok && n < FAULT_COUNT; n++)
        if (is_possible(&b.chip.program, &FAULTS[n]))
            ok = try_fault(&b, &FAULTS[n], error);
    ok = ok && try_vectors(&b, error);
    *pass = ok && b.missed == 0;
    if (ok && (options->json == NULL || strcmp(options->json, "-") != 0))
        printf("selftest: %d as it must be, %d not\n", b.detected, b.missed);
    if (ok && options->json != NULL)
        ok = json_write(json_pack("{s:s, s:i, s:i, s:O}", "verdict", *pass ? "pass" : "fail",
                                  "as_expected", b.detected, "missed", b.missed, "faults", b.list),
                        options->json, error);
    json_decref(b.list);
    free(b.images);
    free(b.stimulus);
    workspace_close(&b.work, !*pass);
    chip_close(&b.chip);
    return ok;
}
