/* SPDX-License-Identifier: Apache-2.0 */
#include "models/network/labels.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/base/bytes.h"
#include "models/file/element.h"
#include "models/file/npy.h"

enum { PHONE_NAME_MAX = 15, PATH_MAX_BYTES = 4096 };

bool labels_in(const char *folder)
{
    char path[PATH_MAX_BYTES];
    snprintf(path, sizeof path, "%s/" PHONES_FILE, folder);
    return access(path, F_OK) == 0;
}

/* Adds a line to a list of them. */
static void add_line(char ***list, int *count, const char *line)
{
    *list = realloc(*list, ((size_t)*count + 1) * sizeof **list);
    BUG_UNLESS(*list != NULL);
    (*list)[(*count)++] = duplicate(line);
}

static bool read_phones(struct labels *labels, const char *folder, int classes,
                        struct error *error)
{
    char path[PATH_MAX_BYTES], line[256];
    snprintf(path, sizeof path, "%s/" PHONES_FILE, folder);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return fail(error, "cannot open '%s': the names of the labels belong there", path);
    bool ok = true;
    while (ok && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0' || strlen(line) > PHONE_NAME_MAX)
            ok = fail(error, "%s:%d: a name has 1..%d characters", path, labels->phone_count + 1,
                      PHONE_NAME_MAX);
        else
            add_line(&labels->phones, &labels->phone_count, line);
    }
    fclose(file);
    if (ok && labels->phone_count != classes)
        ok = fail(error, "%s: has %d lines, the network scores %d classes", path,
                  labels->phone_count, classes);
    return ok;
}

static bool read_sentences(struct labels *labels, const char *folder, struct error *error)
{
    char path[PATH_MAX_BYTES], *line = NULL;
    size_t room = 0;
    snprintf(path, sizeof path, "%s/" SENTENCES_FILE, folder);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return errno == ENOENT || fail(error, "cannot open '%s': %s", path, strerror(errno));
    while (getline(&line, &room, file) >= 0) {
        line[strcspn(line, "\r\n")] = '\0';
        add_line(&labels->sentences, &labels->sentence_count, line);
    }
    free(line);
    fclose(file);
    return labels->sentence_count == labels->utterance_count ||
           fail(error, "%s: has %d lines, expected %d: what is said in each utterance", path,
                labels->sentence_count, labels->utterance_count);
}

static bool read_labels(struct labels *labels, int n, const char *folder,
                        const struct utterances *utterances, struct error *error)
{
    char path[PATH_MAX_BYTES];
    struct npy array;
    int frames = utterances->frames[n].rows;
    snprintf(path, sizeof path, "%s/%s.labels.npy", folder, utterances->names[n]);
    if (!npy_open(&array, path, error))
        return false;
    bool ok = array.rank == 1 && array.shape[0] == frames;
    if (!ok) {
        char found[SHAPE_TEXT];
        shape_text(found, sizeof found, array.rank, array.shape);
        fail(error, "%s: has shape %s, expected [%d], one label a frame", array.name, found,
             frames);
    }
    labels->of[n] = allocate((size_t)frames, sizeof *labels->of[n]);
    ok = ok && npy_ints(&array, labels->of[n], error);
    for (int t = 0; ok && t < frames; t++)
        if (labels->of[n][t] < 0 || labels->of[n][t] >= labels->classes)
            ok = fail(error, "%s: label %d is outside 0..%d", path, (int)labels->of[n][t],
                      labels->classes - 1);
    npy_close(&array);
    return ok;
}

static bool has_labels(const char *folder, const struct utterances *utterances, int n)
{
    char path[PATH_MAX_BYTES];
    snprintf(path, sizeof path, "%s/%s.labels.npy", folder, utterances->names[n]);
    return access(path, F_OK) == 0;
}

bool labels_read_some(struct labels *labels, const char *folder, const struct utterances *utterances,
                      int classes, struct error *error)
{
    *labels = (struct labels){.utterance_count = utterances->count, .classes = classes};
    labels->of = allocate((size_t)utterances->count, sizeof *labels->of);
    bool ok = !labels_in(folder) || read_phones(labels, folder, classes, error);
    for (int n = 0; ok && n < utterances->count; n++)
        ok = !has_labels(folder, utterances, n) || read_labels(labels, n, folder, utterances, error);
    if (!ok)
        labels_free(labels);
    return ok;
}

bool labels_read(struct labels *labels, const char *folder, const struct utterances *utterances,
                 int classes, struct error *error)
{
    bool ok = labels_read_some(labels, folder, utterances, classes, error) &&
              (labels->phone_count > 0 || read_phones(labels, folder, classes, error));
    for (int n = 0; ok && n < utterances->count; n++)
        ok = labels->of[n] != NULL || read_labels(labels, n, folder, utterances, error);
    ok = ok && read_sentences(labels, folder, error);
    if (!ok)
        labels_free(labels);
    return ok;
}

void labels_free(struct labels *labels)
{
    for (int n = 0; n < labels->phone_count; n++)
        free(labels->phones[n]);
    for (int n = 0; n < labels->utterance_count; n++)
        free(labels->of[n]);
    for (int n = 0; n < labels->sentence_count; n++)
        free(labels->sentences[n]);
    free(labels->sentences);
    free(labels->phones);
    free(labels->of);
    *labels = (struct labels){0};
}

int phones_said(const int32_t *labels, int frames, int32_t *phones)
{
    int count = 0;
    int32_t before = 0;
    for (int t = 0; t < frames; before = labels[t++])
        if (labels[t] != before && labels[t] != 0)
            phones[count++] = labels[t];
    return count;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Row `f` of the table: edits from the first `f` phones to the first `t`, over row `f` - 1. */
int phone_edits(const int32_t *from, int from_count, const int32_t *to, int to_count)
{
    int *row = allocate((size_t)to_count + 1, sizeof *row);
    for (int t = 0; t <= to_count; t++)
        row[t] = t;
    for (int f = 1; f <= from_count; f++) {
        int diagonal = row[0];
        row[0] = f;
        for (int t = 1; t <= to_count; t++) {
            int replaced = diagonal + (from[f - 1] != to[t - 1]);
            diagonal = row[t];
            row[t] = least(replaced, 1 + least(row[t], row[t - 1]));
        }
    }
    int edits = row[to_count];
    free(row);
    return edits;
}

int network_classes(const struct network *network)
{
    if (network->after != NULL)
        return network->after->output;
    const struct layer *last = &network->layers[network->layer_count - 1];
    return last->as.kind == LAYER_LINEAR ? network->output : 0;
}

static double score_after(const struct network *after, int class, const double *y)
{
    const struct matrix *classes = &after->matrices[0].weights;
    const float *w = matrix_row(classes, class);
    double score = (double)after->passes[0].bias[class];
    for (int col = 0; col < classes->cols; col++)
        score += (double)w[col] * y[col];
    return score;
}

int classify(const struct network *network, const double *y)
{
    const int classes = network_classes(network);
    int best = 0;
    double best_score = 0.0;
    for (int class = 0; class < classes; class++) {
        double score = network->after != NULL ? score_after(network->after, class, y) : y[class];
        if (class == 0 || score > best_score) {
            best = class;
            best_score = score;
        }
    }
    return best;
}
