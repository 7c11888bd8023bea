/* SPDX-License-Identifier: Apache-2.0
 * import.c - trained layers from a safetensors file.
 *
 * Tensors of layer 0 are 0.W_ix ...; in a file without numbers lstm.* is an LSTM, the first layer.
 * output.W and output.b are a linear layer behind all others: the last one of the list that is
 * asked for, if that is linear and has no number in the file; else it is not part of the network,
 * and scores what that gives (network->after).
 *
 * Kinds and options are those that are asked for, or where nothing is asked for what names and metadata say;
 * sizes come from the tensors, and every tensor must agree.  Layers are trained without biases,
 * too: those that are not there are zeros.  Which tensors a layer has its kind tells: a layer of
 * the same kind and of size 1, with all options, is the list of names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/base/text.h"
#include "models/file/safetensors.h"
#include "models/network/export.h"
#include "models/network/import.h"
#include "models/network/layer.h"

enum { TENSOR_NAME = 2 * NAME_MOST };

static const char lstm_prefix[] = "lstm.", output_prefix[] = "output.", reverse[] = "reverse.";

struct import {
    const struct safetensors *file;
    bool *used; /* [file->count] */
    struct tensor_names names;
    struct error *error;
};

/* "1.W_ix" */
static const char *full_name(char full[TENSOR_NAME], const char *prefix, const char *name)
{
    snprintf(full, TENSOR_NAME, "%s%s", prefix, name);
    return full;
}

static bool has(const struct import *in, const char *prefix, const char *name)
{
    char full[TENSOR_NAME];
    return safetensors_find(in->file, full_name(full, prefix, name)) != NULL;
}

static bool begins(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* "12.W_ix" */
static bool has_number(const char *name)
{
    const size_t digits = strspn(name, "0123456789");
    return digits > 0 && name[digits] == '.';
}

/* The first tensor of such a name, or NULL. */
static const char *any_of(const struct import *in, const char *prefix)
{
    for (int i = 0; i < in->file->count; i++)
        if (begins(in->file->tensors[i].name, prefix))
            return in->file->tensors[i].name;
    return NULL;
}

static const char *any_numbered(const struct import *in)
{
    for (int i = 0; i < in->file->count; i++)
        if (has_number(in->file->tensors[i].name))
            return in->file->tensors[i].name;
    return NULL;
}

/* What the names of a layer of the configuration begin with: "lstm.", "1.", "1.reverse." */
static void prefix_of(const struct tensor_names *names, int number, bool backward,
                      char prefix[NAME_MOST])
{
    const char *direction = backward ? reverse : "";
    if (number == names->output)
        snprintf(prefix, NAME_MOST, "%s%s", output_prefix, direction);
    else if (names->lstm)
        snprintf(prefix, NAME_MOST, "%s%s", lstm_prefix, direction);
    else
        snprintf(prefix, NAME_MOST, "%d.%s", number, direction);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* A layer with all that it may have: biases unless they are asked away. */
static struct network everything(const struct layer_config *layer)
{
    struct network n;
    struct layer_config all = *layer;
    all.input = all.cell = all.output = 1;
    all.peephole = all.projection_bias = true;
    all.direction = DIRECTION_FORWARD;
    network_make(&n, &all, 1);
    return n;
}

/* Calls `see` with every tensor that a layer may have, until it says true. */
static bool any_tensor(const struct network *n,
                       bool (*see)(const char *tensor, const void *context), const void *context)
{
    char initial[NAME_MOST];
    for (int i = 0; i < n->matrix_count; i++)
        if (see(n->matrices[i].tensor, context))
            return true;
    for (int i = 0; i < n->pass_count; i++)
        if ((n->passes[i].bias_tensor != NULL && see(n->passes[i].bias_tensor, context)) ||
            (n->passes[i].peep_tensor != NULL && see(n->passes[i].peep_tensor, context)))
            return true;
    for (int i = 0; i < n->vector_count; i++)
        if (n->vectors[i].kept) {
            snprintf(initial, sizeof initial, "%.*s_0", NAME_MOST - 3, n->vectors[i].name);
            if (see(initial, context))
                return true;
        }
    return false;
}

static bool is_it(const char *tensor, const void *context)
{
    return strcmp(tensor, context) == 0;
}

struct name_list {
    struct text *text;
    const char *prefix;
};

static bool write_name(const char *tensor, const void *context)
{
    const struct name_list *list = context;
    text_appendf(list->text, "%s%s%s", list->text->length > 0 ? ", " : "", list->prefix, tensor);
    return false;
}

static bool unknown(const struct import *in, const char *name, const struct network *all,
                    const char *prefix)
{
    char shown[PRINTABLE_NAME];
    struct text names = {0};
    const struct name_list list = {&names, prefix};
    any_tensor(all, write_name, &list);
    printable(shown, sizeof shown, name);
    fail(in->error, "%s: tensor '%s' is unknown, allowed are %s", in->file->name, shown,
         text_string(&names));
    text_free(&names);
    return false;
}

/* A misspelt name of an optional tensor must not pass for a tensor that is not there. */
static bool check_names(const struct import *in, const struct layer_config *layer,
                        const char *prefix)
{
    const size_t length = strlen(prefix);
    struct network all = everything(layer);
    bool known = true;
    for (int i = 0; known && i < in->file->count; i++) {
        const char *name = in->file->tensors[i].name, *tensor = name + length;
        if (!begins(name, prefix))
            continue;
        if (layer->direction == DIRECTION_BOTH && begins(tensor, reverse))
            tensor += strlen(reverse);
        known = any_tensor(&all, is_it, tensor) || unknown(in, name, &all, prefix);
    }
    network_free(&all);
    return known;
}

/* ---- which layers ---------------------------------------------------------------------------- */

/* Whether the file has a matrix of that layer that multiplies x. */
static bool has_matrix_x(const struct import *in, const char *prefix,
                         const struct layer_config *layer)
{
    struct network all = everything(layer);
    bool found = false;
    for (int i = 0; i < all.matrix_count; i++)
        if (all.matrices[i].source == all.layers[0].reads)
            found = found || has(in, prefix, all.matrices[i].tensor);
    network_free(&all);
    return found;
}

/* Of a file's layer that nobody says anything about: what its names say. */
static bool infer_layer(const struct import *in, int number, struct layer_config *layer)
{
    char prefix[NAME_MOST], backward[NAME_MOST];
    prefix_of(&in->names, number, false, prefix);
    prefix_of(&in->names, number, true, backward);
    for (int kind = LAYER_LSTM; kind <= LAYER_LINEAR; kind++) {
        *layer = layer_default((enum layer_kind)kind);
        layer->direction = any_of(in, backward) ? DIRECTION_BOTH : DIRECTION_FORWARD;
        if (has_matrix_x(in, prefix, layer))
            return true;
    }
    return fail(in->error,
                "%s: the tensors '%s...' are those of no kind of layer, expected %sW_ix ... of an "
                "LSTM, %sW_zx ... of a GRU, %sW_hx ... of an RNN or %sW of a linear layer",
                in->file->name, prefix, prefix, prefix, prefix, prefix);
}

/* Which of them comes first, names of both ways do not say. */
static bool check_one_way(const struct import *in)
{
    const char *lstm = any_of(in, lstm_prefix), *numbered = any_numbered(in);
    char shown[2][PRINTABLE_NAME];
    if (lstm == NULL || numbered == NULL)
        return true;
    printable(shown[0], sizeof shown[0], lstm);
    printable(shown[1], sizeof shown[1], numbered);
    return fail(in->error, "%s: tensors '%s' and '%s' name layers in two ways, expected %sW_ix ... "
                "of an LSTM, alone or with %sW, or a number for each layer", in->file->name,
                shown[0], shown[1], lstm_prefix, output_prefix);
}

/* How the file names the layers that are asked for.  Without a number only an LSTM goes first, and
 * nothing but output.* behind it. */
static void find_names(struct import *in, const struct layer_config *layers, int count)
{
    char last[NAME_MOST];
    const bool linear = layers[count - 1].kind == LAYER_LINEAR;
    prefix_of(&in->names, count - 1, false, last);
    in->names.lstm = layers[0].kind == LAYER_LSTM && count <= 1 + linear && !any_numbered(in);
    if (linear && !any_of(in, last) && (in->names.lstm || any_of(in, output_prefix)))
        in->names.output = count - 1;
}

/* As asked for, or as the names say; returns how many, 0: none. */
static int list_layers(struct import *in, const struct model_config *model,
                       struct layer_config layers[LAYERS_MOST])
{
    int count = model_layers(model, layers);
    in->names = (struct tensor_names){.output = NONE};
    if (!check_one_way(in))
        return 0;
    if (model->layer_count > 0 || !any_of(in, "0.")) {
        find_names(in, layers, count);
        return count;
    }
    for (count = 0;; count++) {
        char prefix[NAME_MOST];
        prefix_of(&in->names, count, false, prefix);
        if (!any_of(in, prefix))
            break;
        if (count == LAYERS_MOST)
            return fail(in->error, "%s: has more layers than the %d that are allowed", in->file->name,
                        LAYERS_MOST);
        if (!infer_layer(in, count, &layers[count]))
            return 0;
        layers[count].candidate = model->candidate;
    }
    return count;
}

/* ---- sizes ----------------------------------------------------------------------------------- */

/* Reads rows and columns off a matrix. */
static bool size_of(const struct import *in, const char *name, int *rows, int *cols)
{
    const struct safetensors *file = in->file;
    const struct tensor *tensor = safetensors_find(file, name);
    if (tensor == NULL)
        return fail(in->error, "%s: tensor '%s' is missing", file->name, name);
    if (tensor->rank != 2)
        return fail(in->error, "%s: tensor '%s' has %d dimensions, expected 2", file->name, name,
                    tensor->rank);
    *rows = tensor->shape[0];
    *cols = tensor->shape[1];
    for (int i = 0; i < 2; i++)
        if (tensor->shape[i] < 1 || tensor->shape[i] > SIZE_MOST)
            return fail(in->error, "%s: tensor '%s' has dimension %d, allowed are 1..%d",
                        file->name, name, tensor->shape[i], SIZE_MOST);
    return true;
}

/* A size that was asked for must be the file's. */
static bool take_size(const struct import *in, const char *tensor, const char *what, int *size,
                      int found)
{
    if (*size != 0 && *size != found)
        return fail(in->error, "%s: tensor '%s' says that %s is %d, %d is asked for",
                    in->file->name, tensor, what, found, *size);
    *size = found;
    return true;
}

/* Without projection y is m: the recurrent matrices have as many columns as rows. */
static bool read_projection(const struct import *in, struct layer_config *l, const char *prefix,
                            const char *recurrent)
{
    char name[TENSOR_NAME], projection[TENSOR_NAME];
    int rows, output;
    full_name(projection, prefix, "W_ym");
    if (!size_of(in, full_name(name, prefix, recurrent), &rows, &output))
        return false;
    if (has(in, prefix, "W_ym"))
        return take_size(in, name, "output", &l->output, output);
    if (l->output != 0)
        return fail(in->error, "%s: tensor '%s' is missing, output %d is asked for",
                    in->file->name, projection, l->output);
    if (output != l->cell)
        return fail(in->error,
                    "%s: tensor '%s' has shape [%d, %d], expected [%d, %d] without tensor '%s'",
                    in->file->name, name, rows, output, l->cell, l->cell, projection);
    return true;
}

/* Its first matrix multiplies x, and the first that looks back, y. */
static bool read_sizes(const struct import *in, struct layer_config *l, const char *prefix,
                       bool asked)
{
    char name[TENSOR_NAME];
    struct network all = everything(l);
    const char *of_x = all.matrices[0].tensor, *of_y = NULL;
    int rows, cols;
    for (int i = all.matrix_count - 1; i >= 0; i--)
        if (all.matrices[i].before)
            of_y = all.matrices[i].tensor;
    network_free(&all);
    if (!asked)
        l->input = l->cell = l->output = 0;
    return size_of(in, full_name(name, prefix, of_x), &rows, &cols) &&
           take_size(in, name, "input", &l->input, cols) &&
           (l->kind == LAYER_LINEAR ? take_size(in, name, "output", &l->output, rows)
                                    : take_size(in, name, "cell", &l->cell, rows)) &&
           (l->kind != LAYER_LSTM || read_projection(in, l, prefix, of_y));
}

/* ---- options --------------------------------------------------------------------------------- */

/* All of the peepholes, or none, in both directions. */
static bool read_peepholes(const struct import *in, struct layer_config *l, int number, bool asked)
{
    struct network all = everything(l);
    struct text names = {0};
    char prefix[NAME_MOST], present[TENSOR_NAME] = "", missing[TENSOR_NAME] = "";
    const bool wanted = asked && l->peephole;
    for (int backward = 0; backward <= (l->direction == DIRECTION_BOTH); backward++) {
        prefix_of(&in->names, number, backward, prefix);
        for (int i = 0; i < all.pass_count; i++) {
            const char *tensor = all.passes[i].peep_tensor;
            if (tensor == NULL)
                continue;
            write_name(tensor, &(struct name_list){&names, prefix});
            full_name(has(in, prefix, tensor) ? present : missing, prefix, tensor);
        }
    }
    network_free(&all);
    l->peephole = present[0] != '\0';
    const bool good = missing[0] == '\0' || (!l->peephole && !wanted);
    if (!good)
        fail(in->error, "%s: tensor '%s' is missing%s%s%s, expected %s%s", in->file->name, missing,
             l->peephole ? " beside '" : "", present, l->peephole ? "'" : "", text_string(&names),
             wanted ? "" : " or none of them");
    text_free(&names);
    return good;
}

/* Everything about a layer but its numbers. */
static bool read_shape(const struct import *in, struct layer_config *l, int number, bool asked)
{
    char prefix[NAME_MOST], backward[NAME_MOST];
    prefix_of(&in->names, number, false, prefix);
    prefix_of(&in->names, number, true, backward);
    if (!check_names(in, l, prefix) || !read_sizes(in, l, prefix, asked) ||
        !read_peepholes(in, l, number, asked))
        return false;
    l->projection_bias = l->kind == LAYER_LSTM && l->output > 0 &&
                         (l->projection_bias || has(in, prefix, "b_y") || has(in, backward, "b_y"));
    return true;
}

/* ---- tensors --------------------------------------------------------------------------------- */

static void negate(float *values, int count)
{
    for (int i = 0; i < count; i++)
        values[i] = -values[i];
}

static bool fetch(const struct import *in, const char *name, int rank, const int *shape,
                  float *values)
{
    const struct tensor *tensor = safetensors_find(in->file, name);
    if (tensor != NULL)
        in->used[tensor - in->file->tensors] = true;
    return safetensors_fetch(in->file, name, rank, shape, values, in->error);
}

static bool read_matrices(const struct import *in, const struct network *n, int layer,
                          const char *prefix)
{
    char name[TENSOR_NAME];
    for (int i = 0; i < n->matrix_count; i++) {
        const struct network_matrix *m = &n->matrices[i];
        const int shape[] = {m->weights.rows, m->weights.cols};
        if (m->layer != layer)
            continue;
        if (!fetch(in, full_name(name, prefix, m->tensor), 2, shape, m->weights.at))
            return false;
        for (int row = 0; n->passes[m->pass].negated && row < shape[0]; row++)
            negate(matrix_row(&m->weights, row), shape[1]);
    }
    return true;
}

/* What is not there stays zero; a misspelt one was refused by check_names(). */
static bool read_vector(const struct import *in, const char *prefix, const char *tensor,
                        float *vector, int size)
{
    char name[TENSOR_NAME];
    return !has(in, prefix, tensor) ||
           fetch(in, full_name(name, prefix, tensor), 1, &size, vector);
}

static bool read_constants(const struct import *in, struct network_pass *pass, const char *prefix)
{
    if (pass->bias != NULL) {
        pass->no_bias = !has(in, prefix, pass->bias_tensor);
        if (!read_vector(in, prefix, pass->bias_tensor, pass->bias, pass->rows))
            return false;
    }
    if (pass->peep != NULL &&
        !read_vector(in, prefix, pass->peep_tensor, pass->peep, pass->rows))
        return false;
    if (pass->negated && pass->bias != NULL)
        negate(pass->bias, pass->rows);
    if (pass->negated && pass->peep != NULL)
        negate(pass->peep, pass->rows);
    return true;
}

/* What a layer keeps, before the first frame. */
static bool read_initial(const struct import *in, struct network *n, const struct layer *l,
                         const char *prefix)
{
    char tensor[NAME_MOST];
    for (int i = 1; i < n->vector_count; i++) {
        struct network_vector *v = &n->vectors[i];
        const bool writes = i == l->writes;
        if (!v->kept || (!writes && &n->layers[v->layer] != l))
            continue;
        snprintf(tensor, sizeof tensor, "%s_0", writes ? "y" : "c");
        if (!has(in, prefix, tensor))
            continue;
        if (v->initial == NULL)
            v->initial = allocate((size_t)v->size, sizeof *v->initial);
        if (!read_vector(in, prefix, tensor, v->initial + (writes ? l->first : 0),
                         writes ? l->size : v->size))
            return false;
    }
    return true;
}

static bool read_layer(const struct import *in, struct network *n, int number)
{
    const struct layer *layer = &n->layers[number];
    char prefix[NAME_MOST];
    prefix_of(&in->names, layer->number, layer->first > 0, prefix);
    if (!read_matrices(in, n, number, prefix))
        return false;
    for (int i = 0; i < n->pass_count; i++)
        if (n->passes[i].layer == number && !read_constants(in, &n->passes[i], prefix))
            return false;
    return read_initial(in, n, layer, prefix);
}

/* The layer behind, which only scores need: what no layer of the network is. */
static bool read_after(const struct import *in, struct network *n)
{
    char name[TENSOR_NAME];
    struct layer_config layer = layer_default(LAYER_LINEAR);
    if (in->names.output != NONE)
        return true;
    if (!has(in, output_prefix, "W")) {
        return !has(in, output_prefix, "b") ||
               fail(in->error, "%s: tensor '%sW' is missing beside '%sb'", in->file->name,
                    output_prefix, output_prefix);
    }
    if (!size_of(in, full_name(name, output_prefix, "W"), &layer.output, &layer.input))
        return false;
    layer.input = n->output; /* a file with another is refused where it is read */
    n->after = allocate(1, sizeof *n->after);
    network_make(n->after, &layer, 1);
    return read_matrices(in, n->after, 0, output_prefix) &&
           read_constants(in, &n->after->passes[0], output_prefix);
}

/* A network of which a part is left out is another: more layers, what goes with an option. */
static bool check_used(const struct import *in, bool asked)
{
    char shown[PRINTABLE_NAME];
    for (int i = 0; i < in->file->count; i++) {
        const char *name = in->file->tensors[i].name;
        printable(shown, sizeof shown, name);
        if ((has_number(name) || begins(name, lstm_prefix)) && !in->used[i])
            return fail(in->error, "%s: tensor '%s' has no place in the layers that %s",
                        in->file->name, shown,
                        asked ? "are asked for" : "the other tensors make");
    }
    return true;
}

static bool read_network(struct network *n, struct import *in, const struct model_config *model)
{
    struct layer_config layers[LAYERS_MOST];
    const bool asked = model->layer_count > 0;
    const int count = list_layers(in, model, layers);
    if (count == 0)
        return false;
    for (int i = 0; i < count; i++)
        if (!import_options(in->file, &(struct import_layer){i, asked, &layers[i]}, in->error) ||
            !read_shape(in, &layers[i], i, asked))
            return false;
    network_make(n, layers, count);
    for (int i = 0; i < n->layer_count; i++)
        if (!read_layer(in, n, i))
            return false;
    return check_used(in, asked) && read_after(in, n);
}

/* Is any tensor of a layer of 8 bits that count, or was it so where it comes from? */
static bool is_coarse(const struct import *in, const struct network *n)
{
    char prefix[NAME_MOST];
    for (int i = 0; i < in->file->metadata_count; i++)
        if (has_number(in->file->metadata[i].key) && ends_in(in->file->metadata[i].key, ".coarse"))
            return true;
    for (int layer = 0; layer < n->layer_count; layer++) {
        prefix_of(&in->names, n->layers[layer].number, false, prefix);
        for (int i = 0; i < in->file->count; i++)
            if (strcmp(in->file->tensors[i].type, "BF16") == 0 &&
                begins(in->file->tensors[i].name, prefix))
                return true;
    }
    return false;
}

/* PEs that it was made sparse for. */
static int compressed_for(const struct safetensors *file)
{
    for (int i = 0; i < file->metadata_count; i++)
        if (strcmp(file->metadata[i].key, COMPRESSED_FOR) == 0)
            return atoi(file->metadata[i].value);
    return 0;
}

bool import_layers(struct network *n, const struct safetensors *file, const struct model_config *model,
                   struct error *error)
{
    struct import in = {.file = file, .error = error};
    *n = (struct network){0};
    in.used = allocate((size_t)file->count, sizeof *in.used);
    const bool read = read_network(n, &in, model);
    free(in.used);
    n->coarse = read && is_coarse(&in, n);
    n->compressed_for = compressed_for(file);
    n->names = in.names;
    if (!read)
        network_free(n);
    return read;
}

static size_t append(char *out, size_t used, size_t size, const char *prefix, const char *name)
{
    return used >= size ? used
                        : used + (size_t)snprintf(out + used, size - used, "%s%s%s",
                                                  used > 0 ? ", " : "", prefix, name);
}

bool network_missing_biases(const struct network *n, char *out, size_t size)
{
    size_t used = 0;
    for (int i = 0; i < n->pass_count; i++) {
        const struct network_pass *pass = &n->passes[i];
        const struct layer *layer = &n->layers[pass->layer];
        char prefix[NAME_MOST];
        prefix_of(&n->names, layer->number, layer->first > 0, prefix);
        if (pass->no_bias)
            used = append(out, used, size, prefix, pass->bias_tensor);
    }
    if (n->after != NULL && n->after->passes[0].no_bias)
        used = append(out, used, size, output_prefix, "b");
    return used > 0;
}
