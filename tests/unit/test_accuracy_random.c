/* SPDX-License-Identifier: Apache-2.0
 * test_accuracy_random.c - two promises, over random networks and inputs: what goes wrong is said, and what
 * is not said has not gone wrong; and the signal to noise that is claimed is met by inputs of the same kind. */
#include <math.h>

#include "gen/report/accuracy.h"
#include "models/file/npy.h"
#include "models/network/reference.h"
#include "models/number/golden.h"
#include "tests/unit/layers_testing.h"
#include "tests/unit/scratch.h"

/* ---- inputs ---- */

enum kind { NORMAL, STUDENT, LOUD_CHANNEL, LATE_BURST, OFFSET, KINDS };

/* Student's t with three degrees of freedom. */
static double student(struct random *random)
{
    double sum = 0.0;
    for (int n = 0; n < 3; n++) {
        double g = random_gauss(random);
        sum += g * g;
    }
    return random_gauss(random) / sqrt(sum / 3.0);
}

static void draw_inputs(struct matrix *frames, enum kind kind, struct random *random)
{
    int loud = random_int(random, 0, frames->cols - 1);
    for (int t = 0; t < frames->rows; t++) {
        float *x = matrix_row(frames, t);
        for (int i = 0; i < frames->cols; i++) {
            double value = kind == STUDENT ? student(random) : random_gauss(random);
            if (kind == LOUD_CHANNEL && i == loud)
                value *= 20.0;
            if (kind == LATE_BURST && t >= frames->rows - 2)
                value *= 12.0;
            x[i] = (float)(value + (kind == OFFSET ? 4.0 : 0.0));
        }
    }
}

/* Writes utterances of a kind into the folder "in". */
static void put_inputs(int count, int rows, int input, enum kind kind, struct random *random)
{
    struct error error = {""};
    for (int n = 0; n < count; n++) {
        char path[40];
        struct matrix frames = matrix_new(rows, input);
        draw_inputs(&frames, kind, random);
        snprintf(path, sizeof path, "in/%02d.npy", n);
        assert_true(npy_write_floats(path, 2, (const int[]){rows, input}, frames.at, &error));
        free(frames.at);
    }
}

/* ---- networks ---- */

static struct config random_network(struct random *random)
{
    static char utterances[] = "in";
    struct config c = plain_config();
    c.model.utterances = utterances;
    c.model.input = random_int(random, 3, 24);
    c.model.cell = random_int(random, 6, 40);
    c.model.projection = random_int(random, 0, 1) != 0;
    c.model.output = c.model.projection ? random_int(random, 3, 24) : c.model.cell;
    c.model.peephole = random_int(random, 0, 1) != 0;
    c.model.density = 0.05 + 0.95 * random_uniform(random);
    c.model.seed = random_next(random) >> 1;
    c.weight_bits = random_int(random, 6, 12);
    c.activation_bits = random_int(random, 8, 16);
    return c;
}

/* ---- the truth: counted and summed here, from the models alone ---- */

struct truth {
    double signal, noise;   /* of y, in integers against as given */
    double clipped[VECTORS_MOST], values[VECTORS_MOST]; /* of each vector, the first is x */
    int frames;
};

static double snr_of(const struct truth *truth)
{
    return truth->noise > 0.0 ? 10.0 * log10(truth->signal / truth->noise) : INFINITY;
}

/* Plays an utterance and looks at its frames from `first` on. */
static void play_truth(struct truth *truth, const struct program *p, const struct matrix *frames, int first)
{
    const struct network *given = p->given != NULL ? p->given : &p->network;
    const struct quantized *q = &p->quant;
    struct reference *reference = reference_new(given);
    struct reference_state exact = reference_start(given);
    struct golden_state golden = golden_start(q);
    const int x_fraction = q->vectors[0].fraction, y_fraction = quantized_output(q)->fraction;
    const double limit = ldexp(1.0, q->activation_bits - 1 - x_fraction);
    const double step = ldexp(1.0, -x_fraction);
    int32_t *x = allocate((size_t)q->shape.input, sizeof *x);
    for (int t = 0; t < frames->rows; t++) {
        const float *features = matrix_row(frames, t);
        struct clip_counts before = golden.counts;
        quantize_x(q, features, x, NULL);
        golden_step(q, &golden, x);
        reference_step(reference, &exact, features);
        if (t < first)
            continue;
        truth->frames++;
        truth->values[0] += q->shape.input;
        for (int i = 0; i < q->shape.input; i++)
            truth->clipped[0] += (double)features[i] >= limit - step / 2.0 ||
                                       (double)features[i] <= -limit - step / 2.0;
        for (int v = 0; v < q->shape.vector_count; v++) {
            truth->values[v] += (double)(golden.counts.values[v] - before.values[v]);
            truth->clipped[v] += (double)(golden.counts.clipped[v] - before.clipped[v]);
        }
        for (int i = 0; i < q->shape.output; i++) {
            const double right = reference_y(&exact)[i];
            double error = right - ldexp(golden_y(&golden)[i], -y_fraction);
            truth->signal += right * right;
            truth->noise += error * error;
        }
    }
    free(x);
    golden_end(&golden);
    reference_end(&exact);
    reference_free(reference);
}

/* Is there anything that a user must be told? */
static bool is_wrong(const struct program *p, const struct truth *truth)
{
    bool wrong = snr_of(truth) < 20.0;
    for (int v = 0; v < p->network.vector_count; v++)
        wrong = wrong || (p->network.vectors[v].value != VALUE_Z &&
                          truth->clipped[v] > 0.001 * truth->values[v]);
    return wrong;
}

static void told(const struct program *p, const struct accuracy *accuracy, const struct truth *truth,
                 const char *where)
{
    struct text lines = {0}, clipped = {0};
    accuracy_warnings(&lines, p, accuracy);
    assert_int_equal(accuracy->frames, truth->frames);
    for (int v = 0; v < p->network.vector_count; v++)
        text_appendf(&clipped, ", %g of %g %s", truth->clipped[v], truth->values[v],
                     p->network.vectors[v].name);
    if ((lines.length > 0) != is_wrong(p, truth))
        fail_msg("%s: %.2f dB, clipped%s; said: '%s'", where, snr_of(truth), text_string(&clipped),
                 text_string(&lines));
    text_free(&lines);
    text_free(&clipped);
}

/* ---- what is said is so, and what is so is said ---- */

/* On the frames that were held out: as `gen` and `report` do. */
static bool judge_held_out(const struct program *p)
{
    struct quality quality;
    struct truth truth = {0};
    quality_measure(&quality, p, QUALITY_WORK);
    assert_true(quality.held_out);
    for (int n = 2; n < p->utterances.count; n += 5)
        play_truth(&truth, p, &p->utterances.frames[n], 0);
    told(p, &quality.accuracy, &truth, "held out");
    return is_wrong(p, &truth);
}

/* On other inputs, of another kind perhaps: as `run` does. */
static bool judge_fresh(const struct program *p, enum kind kind, struct random *random)
{
    struct side_by_side *models = side_by_side_new(p);
    struct voice_models voice = voice_models_start(models);
    struct matrix frames = matrix_new(40, p->network.input);
    struct truth truth = {0};
    draw_inputs(&frames, kind, random);
    for (int t = 0; t < frames.rows; t++)
        side_by_side_judge(models, &voice, matrix_row(&frames, t), NULL);
    play_truth(&truth, p, &frames, 0);
    struct accuracy accuracy = side_by_side_accuracy(models);
    told(p, &accuracy, &truth, "fresh");
    free(frames.at);
    voice_models_end(&voice);
    side_by_side_free(models);
    return is_wrong(p, &truth);
}

/* Counts how often nothing is wrong with a network, and how often something is. */
static void judge_network(const struct config *c, struct random *random, int wrong[2])
{
    enum { UTTERANCES = 8, FRAMES = 30 };
    struct program p;
    enum kind kind = (enum kind)random_int(random, 0, KINDS - 1);
    const int input = c->model.layer_count > 0 ? c->model.layers[0].input : c->model.input;
    put_inputs(UTTERANCES, FRAMES, input, kind, random);
    build(&p, c);
    /* As a file would have given it: before it was pruned. */
    if (random_int(random, 0, 2) == 0) {
        p.given = allocate(1, sizeof *p.given);
        network_draw(p.given, &c->model);
    }
    wrong[judge_held_out(&p)]++;
    wrong[judge_fresh(&p, (enum kind)random_int(random, 0, KINDS - 1), random)]++;
    program_free(&p);
}

static void nothing_is_silent(void **state)
{
    enum { MODELS = 200 };
    int wrong[2] = {0, 0};
    struct random random;
    (void)state;
    random_seed(&random, 11);
    for (int n = 0; n < MODELS; n++) {
        const struct config c = random_network(&random);
        judge_network(&c, &random, wrong);
    }
    /* Both happen, often. */
    assert_true(wrong[0] > MODELS / 4 && wrong[1] > MODELS / 4);
}

static void no_layer_is_silent(void **state)
{
    enum { MODELS = 120 };
    int wrong[2] = {0, 0};
    struct random random;
    (void)state;
    random_seed(&random, 13);
    for (int n = 0; n < MODELS; n++) {
        struct config c = random_network(&random);
        random_layers(&c, &random, 1 + n % 4, 30);
        judge_network(&c, &random, wrong);
    }
    assert_true(wrong[0] > MODELS / 4 && wrong[1] > MODELS / 4);
}

/* ---- what is claimed is met ---- */

static double claimed_less_met(struct random *random)
{
    enum { UTTERANCES = 10, FRAMES = 40, FRESH = 6 };
    struct config c = random_network(random);
    struct program p;
    struct quality quality;
    struct truth truth = {0};
    c.weight_bits = 12;
    c.activation_bits = 16;
    put_inputs(UTTERANCES, FRAMES, c.model.input, NORMAL, random);
    build(&p, &c);
    quality_measure(&quality, &p, QUALITY_WORK);
    struct matrix frames = matrix_new(FRAMES, c.model.input);
    for (int n = 0; n < FRESH; n++) {
        draw_inputs(&frames, NORMAL, random);
        play_truth(&truth, &p, &frames, 0);
    }
    free(frames.at);
    program_free(&p);
    return quality.accuracy.quantized.snr_db - snr_of(&truth);
}

static void claims_hold(void **state)
{
    enum { MODELS = 100 };
    struct random random;
    int far = 0;
    double worst = 0.0;
    (void)state;
    random_seed(&random, 12);
    for (int n = 0; n < MODELS; n++) {
        double difference = fabs(claimed_less_met(&random));
        far += difference > 3.0;
        worst = fmax(worst, difference);
    }
    if (far > MODELS / 20 || worst > 10.0)
        fail_msg("%d of %d claims are more than 3 dB off, the worst by %.1f dB", far, MODELS, worst);
}

static int begin(void **state)
{
    const int status = scratch_begin(state);
    if (status == 0)
        make_dir("in");
    return status;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_silent),
        cmocka_unit_test(no_layer_is_silent),
        cmocka_unit_test(claims_hold),
    };
    return cmocka_run_group_tests(tests, begin, scratch_end);
}
