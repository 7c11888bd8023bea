/* SPDX-License-Identifier: Apache-2.0
 * model_text.h - model files for tests of import.c, written as texts, and what is asked of them. */
#ifndef ESE_TESTS_MODEL_TEXT_H
#define ESE_TESTS_MODEL_TEXT_H

#include "tests/unit/model_file.h"

/* ---- files ----------------------------------------------------------------------------------- */

/* A file is a text: "NAME[ROWS,COLUMNS] NAME[ELEMENTS] ...".  Layers by the size of what they read,
 * of cells and of y, all of them words: prefix "0.", sizes "3". */
#define MATRIX(p, name, rows, cols) p name "[" rows "," cols "] "
#define VECTOR(p, name, size) p name "[" size "] "
#define LSTM_F_TO_O(p, x, c, y)                                                                  \
    MATRIX(p, "W_cx", c, x) MATRIX(p, "W_ox", c, x) MATRIX(p, "W_cr", c, y) MATRIX(p, "W_or", c, y)
#define LSTM_I_ONLY(p, x, c, y) MATRIX(p, "W_ix", c, x) MATRIX(p, "W_ir", c, y)
#define LSTM_F_ONLY(p, x, c, y) MATRIX(p, "W_fx", c, x) MATRIX(p, "W_fr", c, y)
#define LSTM(p, x, c, y) LSTM_I_ONLY(p, x, c, y) LSTM_F_ONLY(p, x, c, y) LSTM_F_TO_O(p, x, c, y)
#define PROJECTION(p, c, y) MATRIX(p, "W_ym", y, c)
#define GRU(p, x, c)                                                                             \
    MATRIX(p, "W_zx", c, x) MATRIX(p, "W_rx", c, x) MATRIX(p, "W_nx", c, x)                      \
    MATRIX(p, "W_zr", c, c) MATRIX(p, "W_rr", c, c) MATRIX(p, "W_nr", c, c)
#define RNN(p, x, c) MATRIX(p, "W_hx", c, x) MATRIX(p, "W_hr", c, c)
#define LINEAR(p, x, y) MATRIX(p, "W", y, x)

enum { TENSORS_MOST = 80, TENSOR_NAME_MOST = 40 };

struct file {
    int count;
    struct entry entries[TENSORS_MOST];
    char names[TENSORS_MOST][TENSOR_NAME_MOST];
};

/* `without`: a tensor that is left out, or NULL. */
static inline struct file *file_of(const char *text, const char *without)
{
    struct file *file = allocate(1, sizeof *file);
    while (*text != '\0') {
        char name[TENSOR_NAME_MOST] = "";
        struct entry e = {.rank = 1, .cols = 1};
        int length = 0;
        assert_int_equal(sscanf(text, "%39[^[][%d%n", name, &e.rows, &length), 2);
        text += length;
        if (sscanf(text, ",%d%n", &e.cols, &length) == 1)
            e.rank = 2, text += length;
        assert_int_equal(strncmp(text, "] ", 2), 0);
        text += 2;
        if (without != NULL && strcmp(name, without) == 0)
            continue;
        assert_true(file->count < TENSORS_MOST);
        strcpy(file->names[file->count], name);
        e.name = file->names[file->count];
        file->entries[file->count++] = e;
    }
    return file;
}

static inline void write_text(const char *text, const char *without)
{
    struct file *file = file_of(text, without);
    write_entries(file->entries, file->count);
    free(file);
}

/* The number that a tensor of the file begins with. */
static inline float first_of(const char *text, const char *tensor)
{
    struct file *file = file_of(text, NULL);
    int elements = 0, n = 0;
    while (n < file->count && strcmp(file->entries[n].name, tensor) != 0) {
        elements += file->entries[n].rows * file->entries[n].cols;
        n++;
    }
    assert_true(n < file->count);
    free(file);
    return (float)(elements + 1) / 8.0f;
}

/* All numbers of a tensor, in order; sign -1: negated. */
static inline void expect_numbers(const char *text, const char *tensor, const float *values,
                                  int count, float sign)
{
    const float first = first_of(text, tensor);
    for (int i = 0; i < count; i++)
        if (values[i] != sign * (first + (float)i / 8.0f))
            fail_msg("%s: number %d is %g", tensor, i, (double)values[i]);
}

static inline void expect_matrix(const struct network *n, const char *name, const char *text,
                                 const char *tensor)
{
    const struct matrix *m = matrix_named(n, name);
    expect_numbers(text, tensor, m->at, m->rows * m->cols, 1.0f);
}

static inline void expect_bias(const struct network *n, const char *pass, const char *text,
                               const char *tensor)
{
    const struct network_pass *p = pass_named(n, pass);
    assert_non_null(p->bias);
    assert_false(p->no_bias);
    expect_numbers(text, tensor, p->bias, p->rows, 1.0f);
}

static inline void expect_zeros(const float *values, int count)
{
    for (int i = 0; i < count; i++)
        assert_true(values[i] == 0.0f);
}

/* ---- what is asked for ----------------------------------------------------------------------- */

static inline struct model_config nothing(void)
{
    return (struct model_config){.path = model_path};
}

static inline struct layer_config asked(enum layer_kind kind)
{
    return layer_default(kind);
}

static inline struct model_config one(struct layer_config layer)
{
    struct model_config model = nothing();
    model.layer_count = 1;
    model.layers[0] = layer;
    return model;
}

static inline struct model_config two(struct layer_config first, struct layer_config second)
{
    struct model_config model = one(first);
    model.layer_count = 2;
    model.layers[1] = second;
    return model;
}

static inline void read_text(struct network *n, const struct model_config *model, const char *text)
{
    struct error error = {""};
    write_text(text, NULL);
    if (!network_read(n, model, &error))
        fail_msg("%s", error.text);
}

static inline void refuse_text(const struct model_config *model, const char *text,
                               const char *without, const char *what)
{
    write_text(text, without);
    refuse(model, what);
}

#endif
