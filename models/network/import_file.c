/* SPDX-License-Identifier: Apache-2.0
 * import_file.c - where trained layers come from: a file of ours, or one of a framework by way of such. */
#include "models/base/text.h"
#include "models/network/import.h"
#include "models/source/read.h"

static bool open_file(struct safetensors *file, const char *path, struct text *packed, struct error *error)
{
    if (!source_is(path))
        return safetensors_open(file, path, error);
    return source_pack_file(path, packed, error) &&
           safetensors_parse(file, text_string(packed), packed->length, path, error);
}

bool network_read(struct network *n, const struct model_config *model, struct error *error)
{
    struct safetensors file;
    struct text packed = {0};
    *n = (struct network){0};
    bool good = open_file(&file, model->path, &packed, error);
    if (good) {
        good = import_layers(n, &file, model, error);
        safetensors_close(&file);
    }
    text_free(&packed);
    return good;
}

bool network_of_chain(struct network *n, const struct source_chain *chain, struct error *error)
{
    const struct model_config model = {.density = 1.0};
    struct safetensors file;
    struct text packed = {0};
    *n = (struct network){0};
    bool good = source_pack(chain, &packed, error) &&
                safetensors_parse(&file, text_string(&packed), packed.length, chain->name, error);
    if (good) {
        good = import_layers(n, &file, &model, error);
        safetensors_close(&file);
    }
    text_free(&packed);
    return good;
}

bool network_load(struct network *network, const struct model_config *model, struct error *error)
{
    if (model->path != NULL)
        return network_read(network, model, error);
    network_draw(network, model);
    return true;
}
