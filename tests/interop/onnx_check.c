/* SPDX-License-Identifier: Apache-2.0
 * onnx_check.c FOLDER... - networks out of ONNX models against what others computed with them: "ok NAME" or
 * "FAILED NAME: WHY" for each.
 *
 * A FOLDER with model.onnx is one of ONNX's own tests of operators, with test_data_set_0; another one has
 * NAME.onnx and, in NAME.safetensors, x and y. */
#include <dirent.h>
#include <math.h>

#include "models/file/onnx.h"
#include "models/file/safetensors.h"
#include "models/source/onnx.h"
#include "tests/unit/source_testing.h"

#define AGREE 1e-5

struct check {
    const char *name;
    struct source source;
    struct network network;
};

static bool failed(const char *name, const char *why)
{
    printf("FAILED %s: %s\n", name, why);
    return false;
}

static bool begin(struct check *c, const char *path)
{
    struct error error = {""};
    if (!source_onnx(&c->source, path, NULL, &error))
        return failed(c->name, error.text);
    if (c->source.chain_count != 1) {
        source_free(&c->source);
        return failed(c->name, "has several chains");
    }
    c->network = network_of(&c->source.chains[0]);
    return true;
}

static void end(struct check *c)
{
    network_free(&c->network);
    source_free(&c->source);
}

/* y of x, [frames, output]; its distance from what is expected, of the last frame or of all. */
static double distance(const struct check *c, const struct matrix *x, const float *expected, bool last)
{
    const int output = c->network.output;
    struct reference *reference = reference_new(&c->network);
    double *y = allocate((size_t)x->rows * (size_t)output, sizeof *y), most = 0.0;
    reference_run(reference, x, NULL, y);
    reference_free(reference);
    const int first = last ? (x->rows - 1) * output : 0;
    for (int i = first; i < x->rows * output; i++) {
        const double off = fabs(y[i] - (double)expected[i - first]);
        most = isfinite(off) ? fmax(most, off) : (double)INFINITY;
    }
    free(y);
    return most;
}

static void verdict(const struct check *c, double off)
{
    char why[64];
    snprintf(why, sizeof why, "y is %g off", off);
    if (off <= AGREE)
        printf("ok %s\n", c->name);
    else
        failed(c->name, why);
}

/* ---- NAME.onnx, NAME.safetensors ---- */

static struct matrix values_of(const struct safetensors *file, const char *name)
{
    const struct tensor *tensor = safetensors_find(file, name);
    struct error error;
    assert_non_null(tensor);
    struct matrix values = matrix_new(tensor->shape[0], tensor->shape[1]);
    assert_true(safetensors_fetch(file, name, 2, tensor->shape, values.at, &error));
    return values;
}

static void check_pair(const char *folder, const char *name, size_t stem)
{
    char path[512];
    struct check c = {.name = name};
    struct safetensors file;
    struct error error;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!begin(&c, path))
        return;
    snprintf(path, sizeof path, "%s/%.*s.safetensors", folder, (int)stem, name);
    assert_true(safetensors_open(&file, path, &error));
    struct matrix x = values_of(&file, "x"), y = values_of(&file, "y");
    if (x.cols == c.network.input && y.cols == c.network.output)
        verdict(&c, distance(&c, &x, y.at, false));
    else
        failed(name, "its sizes are others");
    safetensors_close(&file);
    free(x.at);
    free(y.at);
    end(&c);
}

static void check_pairs(const char *folder)
{
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (const struct dirent *e; (e = readdir(entries)) != NULL;)
        if (ends_in(e->d_name, ".onnx"))
            check_pair(folder, e->d_name, strlen(e->d_name) - strlen(".onnx"));
    closedir(entries);
}

/* ---- ONNX's own tests ---- */

/* One of the batch: x is [T, batch, in], or turned [batch, T, in]. */
static struct matrix entry_of(const struct onnx_tensor *x, int64_t entry, bool turned)
{
    const int64_t frames = x->shape[turned ? 1 : 0], batch = x->shape[turned ? 0 : 1];
    struct matrix m = matrix_new((int)frames, (int)x->shape[2]);
    for (int64_t t = 0; t < frames; t++)
        for (int64_t i = 0; i < x->shape[2]; i++)
            m.at[t * x->shape[2] + i] =
                (float)x->values[((turned ? entry * frames + t : t * batch + entry)) * x->shape[2] + i];
    return m;
}

/* The last output: Y_h [1, batch, cell], or with layout 1 [batch, 1, cell], which is the same. */
static void check_node(const char *folder)
{
    char path[512];
    struct check c = {.name = folder};
    struct onnx_tensor x, y;
    struct error error;
    const bool turned = strstr(folder, "batchwise") != NULL;
    snprintf(path, sizeof path, "%s/model.onnx", folder);
    if (!begin(&c, path))
        return;
    snprintf(path, sizeof path, "%s/test_data_set_0/input_0.pb", folder);
    assert_true(onnx_tensor_open(&x, path, &error));
    snprintf(path, sizeof path, "%s/test_data_set_0/output_%d.pb", folder, turned ? 1 : 0);
    assert_true(onnx_tensor_open(&y, path, &error));
    const int64_t batch = x.shape[turned ? 0 : 1];
    const int output = c.network.output;
    double most = (double)y.count == (double)(batch * output) ? 0.0 : (double)INFINITY;
    for (int64_t n = 0; n < batch && isfinite(most); n++) {
        struct matrix m = entry_of(&x, n, turned);
        float *expected = allocate((size_t)output, sizeof *expected);
        for (int i = 0; i < output; i++)
            expected[i] = (float)y.values[n * output + i];
        most = fmax(most, distance(&c, &m, expected, true));
        free(expected);
        free(m.at);
    }
    verdict(&c, most);
    onnx_tensor_free(&x);
    onnx_tensor_free(&y);
    end(&c);
}

int main(int count, char **folders)
{
    for (int i = 1; i < count; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/model.onnx", folders[i]);
        if (access(path, F_OK) == 0)
            check_node(folders[i]);
        else
            check_pairs(folders[i]);
    }
    return 0;
}
