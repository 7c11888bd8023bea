/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/attach.h"

#include <stdlib.h>
#include <unistd.h>

#include "models/base/bytes.h"
#include "models/network/labels.h"
#include "models/source/read.h"

static char model_file[] = "model/model.safetensors";
static char utterances_folder[] = "model/utterances";
static char expected_folder[] = "model/expected";

static bool copy_into(struct output *output, const char *path, const char *as, struct error *error)
{
    struct text text = {0};
    bool ok = text_read_file(&text, path, error);
    if (ok)
        output_take(output, as, &text);
    text_free(&text);
    return ok;
}

/* The model's file; of a framework's what was taken of it, as a file of ours. */
static bool copy_model(struct output *output, const char *path, struct error *error)
{
    struct text text = {0};
    if (!source_is(path))
        return copy_into(output, path, model_file, error);
    bool ok = source_pack_file(path, &text, error);
    if (ok)
        output_take(output, model_file, &text);
    text_free(&text);
    return ok;
}

/* Copies a file to those of the utterances, if it is there or has to be. */
static bool copy_file(struct output *output, const char *from, const char *name, bool needed,
                      struct error *error)
{
    struct text path = {0}, as = {0};
    text_appendf(&path, "%s/%s", from, name);
    text_appendf(&as, "%s/%s", utterances_folder, name);
    bool ok = true;
    if (needed || access(text_string(&path), F_OK) == 0)
        ok = copy_into(output, text_string(&path), text_string(&as), error);
    text_free(&path);
    text_free(&as);
    return ok;
}

/* An utterance and the labels beside it, if there are any. */
static bool copy_utterance(struct output *output, const char *from, const char *name, struct error *error)
{
    struct text features = {0}, labels = {0};
    text_appendf(&features, "%s.npy", name);
    text_appendf(&labels, "%s.labels.npy", name);
    bool ok = copy_file(output, from, text_string(&features), true, error) &&
              copy_file(output, from, text_string(&labels), false, error);
    text_free(&features);
    text_free(&labels);
    return ok;
}

static bool copy_expected(struct output *output, const struct program *p, const char *name,
                          const char *new_name, struct error *error)
{
    struct text as = {0};
    char *path = expected_file(p->config.model.expected, name);
    text_appendf(&as, "%s/%s.y.npy", expected_folder, new_name);
    bool ok = path != NULL ? copy_into(output, path, text_string(&as), error)
                           : fail(error, "%s: y of %s is gone", p->config.model.expected, name);
    text_free(&as);
    free(path);
    return ok;
}

bool attach_model(struct output *output, const struct program *p, struct error *error)
{
    const struct model_config *model = &p->config.model;
    bool ok = model->path == NULL || copy_model(output, model->path, error);
    if (!ok || model->utterances == NULL)
        return ok;
    bool folder = is_folder(model->utterances);
    for (int u = 0; ok && u < p->utterances.count; u++) {
        const char *name = p->utterances.names[u];
        if (folder)
            ok = copy_utterance(output, model->utterances, name, error);
        else
            ok = copy_into(output, model->utterances, "model/utterances/utterance.npy", error);
        if (ok && model->expected != NULL)
            ok = copy_expected(output, p, name, folder ? name : "utterance", error);
    }
    return ok && (!folder || (copy_file(output, model->utterances, PHONES_FILE, false, error) &&
                              copy_file(output, model->utterances, SENTENCES_FILE, false, error)));
}

void attached_paths(struct model_config *model)
{
    model->path = model->path != NULL ? model_file : NULL;
    model->utterances = model->utterances != NULL ? utterances_folder : NULL;
    model->expected = model->expected != NULL ? expected_folder : NULL;
}
