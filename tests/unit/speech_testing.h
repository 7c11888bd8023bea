/* SPDX-License-Identifier: Apache-2.0
 * speech_testing.h - a trained model in a few numbers, with utterances, labels and classes, as
 * files. */
#ifndef ESE_TESTS_SPEECH_TESTING_H
#define ESE_TESTS_SPEECH_TESTING_H

#include <jansson.h>

#include "models/base/bytes.h"
#include "models/base/random.h"
#include "models/file/npy.h"
#include "tests/unit/scratch.h"

enum { SPEECH_X = 3, SPEECH_C = 6, SPEECH_CLASSES = 4, SPEECH_COUNT = 3 };

static const char *const speech_names[SPEECH_COUNT] = {"a", "b", "c"};
static const int speech_rows[SPEECH_COUNT] = {9, 4, 6};
static const char *const speech_phones[SPEECH_CLASSES] = {"sil", "AH", "EH", "S"};

struct speech_file {
    json_t *header;
    struct text bytes;
};

static inline void speech_tensor(struct speech_file *file, struct random *random, const char *name,
                                 int rows, int cols)
{
    size_t begin = file->bytes.length;
    for (int i = 0; i < rows * (cols > 0 ? cols : 1); i++) {
        unsigned char four[4];
        store_u32(four, bits_of_float((float)random_gauss(random)));
        text_append_bytes(&file->bytes, four, sizeof four);
    }
    json_t *shape = cols > 0 ? json_pack("[i, i]", rows, cols) : json_pack("[i]", rows);
    json_object_set_new(file->header, name,
                        json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape,
                                  "data_offsets", (json_int_t)begin,
                                  (json_int_t)file->bytes.length));
}

/* model.safetensors; with a class layer only if it is asked for. */
static inline void put_speech_model(bool classes)
{
    struct speech_file file = {.header = json_object()};
    struct random random;
    struct text whole = {0};
    unsigned char size[8] = {0};
    char name[20];
    random_seed(&random, 3);
    for (const char *gate = "ifco"; *gate != '\0'; gate++) {
        snprintf(name, sizeof name, "lstm.W_%cx", *gate);
        speech_tensor(&file, &random, name, SPEECH_C, SPEECH_X);
        snprintf(name, sizeof name, "lstm.W_%cr", *gate);
        speech_tensor(&file, &random, name, SPEECH_C, SPEECH_C);
        snprintf(name, sizeof name, "lstm.b_%c", *gate);
        speech_tensor(&file, &random, name, SPEECH_C, 0);
    }
    if (classes) {
        speech_tensor(&file, &random, "output.W", SPEECH_CLASSES, SPEECH_C);
        speech_tensor(&file, &random, "output.b", SPEECH_CLASSES, 0);
    }
    char *header = json_dumps(file.header, JSON_COMPACT);
    store_u32(size, (uint32_t)strlen(header));
    text_append_bytes(&whole, size, sizeof size);
    text_append(&whole, header);
    text_append_bytes(&whole, file.bytes.data, file.bytes.length);
    put_bytes("model.safetensors", whole.data, whole.length);
    json_decref(file.header);
    free(header);
    text_free(&file.bytes);
    text_free(&whole);
}

/* in/: utterances, and labels drawn at random. */
static inline void put_speech_inputs(void)
{
    struct random random;
    struct error error = {""};
    random_seed(&random, 11);
    make_dir("in");
    put("in/phones.txt", "sil\nAH\nEH\nS\n");
    for (int n = 0; n < SPEECH_COUNT; n++) {
        float features[10 * SPEECH_X];
        int32_t labels[10];
        char path[60];
        for (int i = 0; i < speech_rows[n] * SPEECH_X; i++)
            features[i] = (float)random_gauss(&random);
        for (int t = 0; t < speech_rows[n]; t++)
            labels[t] = (int32_t)random_below(&random, SPEECH_CLASSES);
        snprintf(path, sizeof path, "in/%s.npy", speech_names[n]);
        assert_true(
            npy_write_floats(path, 2, (const int[]){speech_rows[n], SPEECH_X}, features, &error));
        snprintf(path, sizeof path, "in/%s.labels.npy", speech_names[n]);
        assert_true(npy_write_ints(path, 1, &speech_rows[n], labels, &error));
    }
}

#define SPEECH_CONFIG "pes: 2\nchannels: 2\nfifo_depth: 4\nmodel:\n  path: model.safetensors\n" \
                      "  utterances: in\n  pruning: none\n"

/* my.yaml, for two channels; the class layer is on the chip, or not. */
static inline void put_speech_config(bool scores)
{
    put("my.yaml",
        scores ? SPEECH_CONFIG "  layers: [{kind: lstm}, {kind: linear}]\n" : SPEECH_CONFIG);
}

#endif
