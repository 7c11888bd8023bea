/* SPDX-License-Identifier: Apache-2.0
 * import.c - a trained layer from a safetensors file.
 *
 * Sizes come from the tensors: W_ix gives cell and input, W_ir gives output, and every other tensor
 * must agree.  Layers are trained without biases, too: those that are not there are zeros. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/file/safetensors.h"
#include "models/network/network.h"

enum { LARGEST_DIMENSION = 4096 };

/* In the order of enum gate. */
static const char *const wx_names[GATE_COUNT] = {"lstm.W_ix", "lstm.W_fx", "lstm.W_cx",
                                                 "lstm.W_ox"};
static const char *const wr_names[GATE_COUNT] = {"lstm.W_ir", "lstm.W_fr", "lstm.W_cr",
                                                 "lstm.W_or"};
static const char *const bias_names[GATE_COUNT] = {"lstm.b_i", "lstm.b_f", "lstm.b_c", "lstm.b_o"};
static const char *const peep_names[GATE_COUNT] = {"lstm.w_ic", "lstm.w_fc", NULL, "lstm.w_oc"};
static const char wym_name[] = "lstm.W_ym";
static const char classes_name[] = "output.W";
static const char class_bias_name[] = "output.b";

static bool is_name_of_layer(const char *name)
{
    if (strcmp(name, wym_name) == 0)
        return true;
    for (int gate = 0; gate < GATE_COUNT; gate++)
        if (strcmp(name, wx_names[gate]) == 0 || strcmp(name, wr_names[gate]) == 0 ||
            strcmp(name, bias_names[gate]) == 0 ||
            (peep_names[gate] != NULL && strcmp(name, peep_names[gate]) == 0))
            return true;
    return false;
}

/* A misspelt name of an optional tensor must not pass for a tensor that is not there. */
static bool check_names(const struct safetensors *file, struct error *error)
{
    for (int i = 0; i < file->count; i++) {
        const char *name = file->tensors[i].name;
        if (strncmp(name, "lstm.", 5) == 0 && !is_name_of_layer(name)) {
            char shown[PRINTABLE_NAME];
            printable(shown, sizeof shown, name);
            return fail(error,
                        "%s: tensor '%s' is unknown, allowed are lstm.W_{i,f,c,o}{x,r}, lstm.W_ym, "
                        "lstm.w_{i,f,o}c and lstm.b_{i,f,c,o}",
                        file->name, shown);
        }
    }
    return true;
}

/* Reads rows and columns off a matrix, each within 1..4096. */
static bool size_of(const struct safetensors *file, const char *name, int *rows, int *cols,
                    struct error *error)
{
    const struct tensor *tensor = safetensors_find(file, name);
    if (tensor == NULL)
        return fail(error, "%s: tensor '%s' is missing", file->name, name);
    if (tensor->rank != 2)
        return fail(error, "%s: tensor '%s' has %d dimensions, expected 2", file->name, name,
                    tensor->rank);
    *rows = tensor->shape[0];
    *cols = tensor->shape[1];
    for (int i = 0; i < 2; i++)
        if (tensor->shape[i] < 1 || tensor->shape[i] > LARGEST_DIMENSION)
            return fail(error, "%s: tensor '%s' has dimension %d, allowed are 1..%d", file->name,
                        name, tensor->shape[i], LARGEST_DIMENSION);
    return true;
}

static bool read_matrix(struct matrix *matrix, const struct safetensors *file, const char *name,
                        int rows, int cols, struct error *error)
{
    int shape[] = {rows, cols};
    *matrix = matrix_new(rows, cols);
    return safetensors_fetch(file, name, 2, shape, matrix->at, error);
}

static bool read_vector(float **vector, const struct safetensors *file, const char *name, int size,
                        struct error *error)
{
    *vector = allocate((size_t)size, sizeof(float));
    return safetensors_fetch(file, name, 1, &size, *vector, error);
}

/* Zeros where there is none; a misspelt one was refused by check_names(). */
static bool read_bias(struct network *network, const struct safetensors *file, int gate,
                      struct error *error)
{
    network->no_bias[gate] = safetensors_find(file, bias_names[gate]) == NULL;
    if (!network->no_bias[gate])
        return read_vector(&network->bias[gate], file, bias_names[gate], network->cell, error);
    network->bias[gate] = allocate((size_t)network->cell, sizeof(float));
    return true;
}

static bool read_sizes(struct network *network, const struct safetensors *file, struct error *error)
{
    int rows;
    if (!size_of(file, wx_names[0], &network->cell, &network->input, error) ||
        !size_of(file, wr_names[0], &rows, &network->output, error))
        return false;
    network->projection = safetensors_find(file, wym_name) != NULL;
    if (!network->projection && network->output != network->cell)
        return fail(error,
                    "%s: tensor '%s' has shape [%d, %d], expected [%d, %d] without tensor '%s'",
                    file->name, wr_names[0], rows, network->output, network->cell, network->cell,
                    wym_name);
    return true;
}

/* All of the peepholes, or none. */
static bool read_peepholes(struct network *network, const struct safetensors *file,
                           struct error *error)
{
    const char *present = NULL, *missing = NULL;
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        if (peep_names[gate] == NULL)
            continue;
        if (safetensors_find(file, peep_names[gate]) != NULL)
            present = peep_names[gate];
        else
            missing = peep_names[gate];
    }
    if (present != NULL && missing != NULL)
        return fail(error,
                    "%s: tensor '%s' is missing beside '%s', expected lstm.w_ic, lstm.w_fc and "
                    "lstm.w_oc or none of them",
                    file->name, missing, present);

    network->peephole = present != NULL;
    for (int gate = 0; network->peephole && gate < GATE_COUNT; gate++)
        if (peep_names[gate] != NULL &&
            !read_vector(&network->peep[gate], file, peep_names[gate], network->cell, error))
            return false;
    return true;
}

/* The layer behind the LSTM, which only scores need. */
static bool read_classes(struct network *network, const struct safetensors *file,
                         struct error *error)
{
    int rows, cols;
    if (safetensors_find(file, classes_name) == NULL) {
        if (safetensors_find(file, class_bias_name) != NULL)
            return fail(error, "%s: tensor '%s' is missing beside '%s'", file->name, classes_name,
                        class_bias_name);
        return true;
    }
    if (!size_of(file, classes_name, &rows, &cols, error) ||
        !read_matrix(&network->classes, file, classes_name, rows, network->output, error))
        return false;
    return safetensors_find(file, class_bias_name) == NULL ||
           read_vector(&network->class_bias, file, class_bias_name, rows, error);
}

static bool read_network(struct network *network, const struct safetensors *file,
                         struct error *error)
{
    if (!check_names(file, error) || !read_sizes(network, file, error))
        return false;
    for (int gate = 0; gate < GATE_COUNT; gate++)
        if (!read_matrix(&network->wx[gate], file, wx_names[gate], network->cell, network->input,
                         error) ||
            !read_matrix(&network->wr[gate], file, wr_names[gate], network->cell, network->output,
                         error) ||
            !read_bias(network, file, gate, error))
            return false;
    if (network->projection && !read_matrix(&network->wym, file, wym_name, network->output,
                                            network->cell, error))
        return false;
    return read_peepholes(network, file, error) && read_classes(network, file, error);
}

/* Is any tensor of the layer of 8 bits that count? */
static bool is_coarse(const struct safetensors *file)
{
    for (int i = 0; i < file->count; i++)
        if (strcmp(file->tensors[i].type, "BF16") == 0 && is_name_of_layer(file->tensors[i].name))
            return true;
    return false;
}

bool network_read(struct network *network, const char *path, enum candidate candidate,
                  struct error *error)
{
    struct safetensors file;
    *network = (struct network){.candidate = candidate};
    if (!safetensors_open(&file, path, error))
        return false;
    bool read = read_network(network, &file, error);
    network->coarse = read && is_coarse(&file);
    safetensors_close(&file);
    if (!read)
        network_free(network);
    return read;
}

bool network_missing_biases(const struct network *network, char *out, size_t size)
{
    const char *missing[GATE_COUNT + 1];
    int count = 0;
    for (int gate = 0; gate < GATE_COUNT; gate++)
        if (network->no_bias[gate])
            missing[count++] = bias_names[gate];
    if (network->classes.rows > 0 && network->class_bias == NULL)
        missing[count++] = class_bias_name;

    size_t used = 0;
    for (int i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", missing[i]);
    return count > 0;
}
