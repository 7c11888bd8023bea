/* SPDX-License-Identifier: Apache-2.0
 * fuzz_onnx.c - libFuzzer target: any bytes as an ONNX model, its chains as safetensors files. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "models/source/onnx.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_line(const char *text)
{
    BUG_UNLESS(strlen(text) > 0 && strpbrk(text, "\n\r") == NULL);
}

static void check_layer(const struct source_layer *layer)
{
    BUG_UNLESS(layer->input > 0 && layer->output > 0 && layer->tensor_count > 0);
    for (int i = 0; i < layer->tensor_count; i++) {
        const struct source_tensor *t = &layer->tensors[i];
        const int count = t->shape[0] * (t->rank == 2 ? t->shape[1] : 1);
        BUG_UNLESS(count > 0);
        for (int k = 0; k < count; k++)
            BUG_UNLESS(isfinite(t->values[k]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct source source;
    struct error error = {""};
    if (!source_onnx_bytes(&source, bytes, size, "fuzz", &error)) {
        check_line(error.text);
        return 0;
    }
    BUG_UNLESS(source.chain_count > 0);
    for (int i = 0; i < source.chain_count; i++) {
        const struct source_chain *chain = &source.chains[i];
        struct text packed = {0};
        for (int l = 0; l < chain->layer_count; l++)
            check_layer(&chain->layers[l]);
        for (int l = 0; l < chain->host_count; l++)
            check_line(chain->host[l]);
        if (!source_pack(chain, &packed, &error))
            check_line(error.text);
        text_free(&packed);
    }
    for (int i = 0; i < source.note_count; i++)
        check_line(source.notes[i]);
    source_free(&source);
    return 0;
}
