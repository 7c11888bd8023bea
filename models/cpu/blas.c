/* SPDX-License-Identifier: Apache-2.0 */
#include "models/cpu/blas.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "models/base/error.h"

/* As in cblas.h. */
enum { ROW_MAJOR = 101, AS_IS = 111, TURNED = 112 };
typedef void sgemm_fn(int order, int trans_a, int trans_b, int m, int n, int k, float alpha,
                      const float *a, int lda, const float *b, int ldb, float beta, float *c,
                      int ldc);
typedef void sgemv_fn(int order, int trans, int m, int n, float alpha, const float *a, int lda,
                      const float *x, int step_x, float beta, float *y, int step_y);
typedef void set_threads_fn(int threads);
typedef int get_parallel_fn(void);
typedef char *text_fn(void);

static struct {
    bool looked, for_threads;
    sgemm_fn *sgemm;
    sgemv_fn *sgemv;
    char name[64];
} blas;

/* ISO C knows no way from an object's address to a function's. */
static bool find(void *library, const char *name, void *function)
{
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

/* "OpenBLAS 0.3.21 NO_LAPACKE ...": the first two words, and whose kernels it has chosen. */
static void set_name(text_fn *config, text_fn *core)
{
    const char *text = config();
    size_t length = strcspn(text, " ");
    length += text[length] == ' ' ? 1 + strcspn(text + length + 1, " ") : 0;
    snprintf(blas.name, sizeof blas.name, "%.*s %s", (int)length, text, core());
}

static void look(void)
{
    static const char *const files[] = {"libopenblas.so.0", "libopenblas.so"};
    void *library = NULL;
    for (size_t n = 0; n < sizeof files / sizeof *files && library == NULL; n++)
        library = dlopen(files[n], RTLD_NOW | RTLD_LOCAL);
    set_threads_fn *set_threads;
    get_parallel_fn *get_parallel;
    text_fn *config, *core;
    if (library == NULL || !find(library, "cblas_sgemm", &blas.sgemm) ||
        !find(library, "cblas_sgemv", &blas.sgemv) ||
        !find(library, "openblas_set_num_threads", &set_threads) ||
        !find(library, "openblas_get_parallel", &get_parallel) ||
        !find(library, "openblas_get_config", &config) ||
        !find(library, "openblas_get_corename", &core))
        return;
    set_threads(1);
    blas.for_threads = get_parallel() != 0;
    set_name(config, core);
}

const char *blas_name(void)
{
    if (!blas.looked)
        look();
    blas.looked = true;
    return blas.name[0] != '\0' ? blas.name : NULL;
}

bool blas_for_threads(void)
{
    return blas_name() != NULL && blas.for_threads;
}

void blas_product(const struct cpu_rows *r, int first, int last, struct cpu_vectors v)
{
    const float *at = r->at + (size_t)first * (size_t)r->stride;
    const int rows = last - first;
    BUG_UNLESS(blas.name[0] != '\0');
    if (v.width == 1)
        blas.sgemv(ROW_MAJOR, AS_IS, rows, r->cols, 1.0f, at, r->stride, v.in, 1, 0.0f, v.out, 1);
    else
        blas.sgemm(ROW_MAJOR, AS_IS, AS_IS, rows, v.width, r->cols, 1.0f, at, r->stride, v.in,
                   v.width, 0.0f, v.out, v.width);
}

void blas_add(const struct blas_sum *s)
{
    BUG_UNLESS(blas.name[0] != '\0');
    blas.sgemm(ROW_MAJOR, s->left.turned ? TURNED : AS_IS, s->right.turned ? TURNED : AS_IS, s->rows,
               s->columns, s->inner, 1.0f, s->left.at, (int)s->left.stride, s->right.at,
               (int)s->right.stride, 1.0f, s->out, (int)s->stride);
}
