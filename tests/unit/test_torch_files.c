/* SPDX-License-Identifier: Apache-2.0
 * test_torch_files.c - checkpoints that PyTorch wrote (tests/fixtures/torch): y of the network that is read
 * is PyTorch's, what a file does not tell is asked for, and no file that is cut short is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"
#include "models/file/torch.h"
#include "models/network/layer.h"
#include "models/source/read.h"
#include "tests/unit/y_testing.h"

#include <cmocka.h> /* last: it has a macro called fail */

#define FOLDER "tests/fixtures/torch/"
#define AGREE 1e-6 /* weights of float32, y of PyTorch in float64, rounded once */
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

enum { PATH = 128 };

/* A file, whose x and y it has, and how its RNN goes on if the file does not tell. */
static const struct sample {
    const char *file, *values;
    int layers;
    enum { TOLD, ASK_TANH, ASK_RELU } nonlinearity;
    bool both;
} samples[] = {
    {"stack-zip.pt", "stack", 3, TOLD, false},
    {"stack-stream.pt", "stack", 3, TOLD, false},
    {"stack-module.pt", "stack", 3, TOLD, false},
    {"stack-module_stream.pt", "stack", 3, TOLD, false},
    {"stack-views.pt", "stack", 3, TOLD, false},
    {"stack-views_stream.pt", "stack", 3, TOLD, false},
    {"stack-wrapped.pt", "stack", 3, TOLD, false},
    {"stack-wrapped_stream.pt", "stack", 3, TOLD, false},
    {"stack-double.pt", "stack", 3, TOLD, false},
    {"stack-names.safetensors", "stack", 3, TOLD, false},
    {"half-zip.pt", "half", 1, TOLD, false},
    {"half-stream.pt", "half", 1, TOLD, false},
    {"bfloat-zip.pt", "bfloat", 1, TOLD, false},
    {"bfloat-stream.pt", "bfloat", 1, TOLD, false},
    {"lstm_projection-zip.pt", "lstm_projection", 2, TOLD, false},
    {"lstm_projection-module.pt", "lstm_projection", 2, TOLD, false},
    {"lstm_no_bias-zip.pt", "lstm_no_bias", 1, TOLD, false},
    {"lstm_no_bias-module.pt", "lstm_no_bias", 1, TOLD, false},
    {"lstm_cell-zip.pt", "lstm_cell", 1, TOLD, false},
    {"lstm_cell-module.pt", "lstm_cell", 1, TOLD, false},
    {"gru-zip.pt", "gru", 3, TOLD, false},
    {"gru-module.pt", "gru", 3, TOLD, false},
    {"gru_both-zip.pt", "gru_both", 2, TOLD, false},
    {"gru_both-module.pt", "gru_both", 2, TOLD, false},
    {"gru_cell-zip.pt", "gru_cell", 1, TOLD, false},
    {"gru_cell-module.pt", "gru_cell", 1, TOLD, false},
    {"rnn-zip.pt", "rnn", 1, ASK_TANH, false},
    {"rnn-module.pt", "rnn", 1, TOLD, false},
    {"rnn_relu-zip.pt", "rnn_relu", 1, ASK_RELU, true},
    {"rnn_relu-module.pt", "rnn_relu", 1, TOLD, true},
    {"rnn_cell-zip.pt", "rnn_cell", 1, ASK_RELU, false},
    {"rnn_cell-module.pt", "rnn_cell", 1, TOLD, false},
    {"sequence-module.pt", "sequence", 2, TOLD, false},
    {"pruned-zip.pt", "pruned", 2, TOLD, false},
};

/* ---- y ------------------------------------------------------------------------------------------------- */

static struct model_config model_of(const struct sample *s, char path[PATH])
{
    snprintf(path, PATH, FOLDER "%s", s->file);
    struct model_config model = {.path = path, .density = 1.0};
    if (s->nonlinearity == TOLD)
        return model;
    model.layer_count = 1;
    model.layers[0] = layer_default(LAYER_RNN);
    model.layers[0].nonlinearity = s->nonlinearity == ASK_RELU ? NONLINEARITY_RELU : NONLINEARITY_TANH;
    model.layers[0].direction = s->both ? DIRECTION_BOTH : DIRECTION_FORWARD;
    return model;
}

static void test_y(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        char path[PATH];
        struct network n;
        struct error error;
        const struct model_config model = model_of(&samples[i], path);
        if (!network_read(&n, &model, &error))
            fail_msg("%s", error.text);
        assert_int_equal(n.layers[n.layer_count - 1].number + 1, samples[i].layers);
        snprintf(path, sizeof path, FOLDER "%s.safetensors", samples[i].values);
        compare_y(samples[i].file, path, &n, AGREE);
        network_free(&n);
    }
}

/* ---- what is refused ----------------------------------------------------------------------------------- */

static void refused(const char *file, const char *node, const char *what)
{
    char path[PATH];
    struct source source;
    struct error error = {""};
    snprintf(path, sizeof path, FOLDER "%s", file);
    if (source_read(&source, path, &(struct source_request){.node = node}, &error)) {
        const struct source_chain *chain = source_only(&source, path, &error);
        source_free(&source);
        if (chain != NULL)
            fail_msg("%s is read", file);
    }
    if (strstr(error.text, what) == NULL || strncmp(error.text, path, strlen(path)) != 0)
        fail_msg("\"%s\" does not contain \"%s\"", error.text, what);
}

static void test_asked_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        char path[PATH];
        struct network n;
        struct error error;
        if (samples[i].nonlinearity == TOLD)
            continue;
        snprintf(path, sizeof path, FOLDER "%s", samples[i].file);
        const struct model_config model = {.path = path, .density = 1.0};
        assert_false(network_read(&n, &model, &error));
        assert_non_null(strstr(error.text, "does not tell the nonlinearity of layer 0, which is tanh or "
                                           "relu"));
    }
}

/* What a file says holds in a list of layers, too, and nothing else may be asked for. */
static void test_listed(void **state)
{
    char path[PATH];
    struct network n;
    struct error error;
    (void)state;
    const struct sample other = {"rnn-module.pt", "rnn", 1, ASK_RELU, false};
    struct model_config model = model_of(&other, path);
    assert_false(network_read(&n, &model, &error));
    assert_string_equal(error.text, FOLDER "rnn-module.pt: the nonlinearity of layer 0 is tanh, relu is asked for");
    const struct sample listed = {"rnn_relu-module.pt", "rnn_relu", 1, ASK_TANH, true};
    model = model_of(&listed, path);
    assert_true(network_read(&n, &model, &error));
    assert_int_equal(n.layers[0].as.nonlinearity, NONLINEARITY_RELU);
    compare_y("rnn_relu-module.pt", FOLDER "rnn_relu.safetensors", &n, AGREE);
    network_free(&n);
    /* behind the last linear module of a dictionary somebody may know of a function */
    model = (struct model_config){.path = path, .density = 1.0, .layer_count = 3};
    snprintf(path, sizeof path, FOLDER "stack-zip.pt");
    for (int i = 0; i < 3; i++)
        model.layers[i] = layer_default(i < 2 ? LAYER_LSTM : LAYER_LINEAR);
    model.layers[2].activation = ACTIVATION_RELU;
    assert_true(network_read(&n, &model, &error));
    assert_int_equal(n.layers[2].as.activation, ACTIVATION_RELU);
    network_free(&n);
}

/* No chip is made of what is left of a file. */
static void not_whole(const char *file, const char *node, const char *what)
{
    char path[PATH];
    struct network n;
    struct error error;
    struct source source;
    snprintf(path, sizeof path, FOLDER "%s", file);
    const struct model_config model = {.path = path, .density = 1.0};
    if (network_read(&n, &model, &error))
        fail_msg("%s is read", file);
    if (strstr(error.text, what) == NULL)
        fail_msg("%s: \"%s\" does not contain \"%s\"", file, error.text, what);
    if (node == NULL)
        return;
    if (!source_read(&source, path, &(struct source_request){.node = node}, &error))
        fail_msg("%s", error.text);
    assert_int_equal(source.chain_count, 1);
    source_free(&source);
}

static void test_not_whole(void **state)
{
    (void)state;
    not_whole("quantized.pt", "fc", "'rnn._all_weight_values.0.param' is torch.ScriptObject, which is not read");
    not_whole("quantized_linear.pt", "rnn", "'fc._packed_params._packed_params.0' is "
              "torch._utils._rebuild_qtensor, which is not read");
    not_whole("normed.pt", NULL, "module 'rnn' has weights with weight normalization: "
              "torch.nn.utils.remove_weight_norm()");
    not_whole("parametrized.pt", "fc", "remove_parametrizations()");
    not_whole("part.pt", "fc", "module 'rnn' has a part of the tensors of a recurrent layer");
    not_whole("own-module.pt", "rnn", "module 'rnn' is of class __main__.OwnLSTM, whose gates");
    not_whole("norm_cell.pt", "rnn", "module 'rnn' has modules within it, as 'rnn.norm'");
    not_whole("negative.pt", NULL, "is a negated or conjugated view of its storage");
    not_whole("norm_between.pt", "rnn", ": rnn, rnn+fc");
    not_whole("norm_between-names.safetensors", "rnn", ": rnn, rnn+fc");
    not_whole("linear_before.pt", "rnn", ": rnn, rnn+fc");
    not_whole("bare_norm_between.pt", "rnn+fc", ": rnn, rnn+fc");
    not_whole("own_state.pt", "rnn+fc", "what the network has beside its modules is in no layer: other (not a layer "
              "that is known: h0 [1, 1, 2])");
    not_whole("spectral.pt", "rnn", "module 'fc' has a weight in parts");
    not_whole("parametrized_linear.pt", "rnn", "module 'fc.parametrizations.weight' is a weight made of others");
    not_whole("adapted.pt", "rnn", "module 'fc' has more than the weight and the bias of a linear layer");
    not_whole("own_linear-module.pt", "0", "module '0' is of class __main__.OwnLinear, which may compute something "
              "else");
    not_whole("own_names.pt", "fc", "nothing that is known is recurrent, and cell (not a layer that is known: Wx");
}

static void test_several(void **state)
{
    (void)state;
    refused("several.pt", NULL, "several chains of layers");
    refused("several.pt", NULL, ": rnn, rnn+fc, rnn+again, rnn+table, other, other+fc, other+again");
    refused("several.pt", "nothing", "has no recurrent or linear module 'nothing'");
    refused("several.pt", "rnn+nothing", "has no recurrent or linear module 'nothing'");
    refused("several.pt", "again+rnn", "'again' gives 2 elements, 'rnn' reads 3");
    refused("several.pt", "", "has no recurrent or linear module ''");
    refused("script.pt", NULL, "is a TorchScript program; export it to ONNX");
    refused("whole.pt", NULL, "has type int64, expected float16, bfloat16, float32 or float64");
}

static void check_key(const struct source_layer *layer, const char *key, const char *value)
{
    for (int i = 0; i < layer->key_count; i++)
        if (strcmp(layer->keys[i].key, key) == 0) {
            assert_string_equal(layer->keys[i].value, value);
            return;
        }
    fail_msg("%s has no key %s", layer->name, key);
}

/* The modules in any order that their sizes allow; the end of a name does where it is one's alone. */
static void test_node(void **state)
{
    struct source source;
    struct error error;
    (void)state;
    if (!source_read(&source, FOLDER "several.pt", &(struct source_request){.node = "rnn+other+fc+again"}, &error))
        fail_msg("%s", error.text);
    assert_int_equal(source.chain_count, 1);
    const struct source_chain *chain = &source.chains[0];
    assert_int_equal(chain->layer_count, 4);
    check_key(&chain->layers[0], "kind", "lstm");
    check_key(&chain->layers[1], "kind", "gru");
    check_key(&chain->layers[1], "reset", "after");
    check_key(&chain->layers[2], "activation", "unknown");
    check_key(&chain->layers[3], "activation", "none");
    source_free(&source);
    assert_true(source_read(&source, FOLDER "stack-wrapped.pt", &(struct source_request){.node = "rnn"}, &error));
    assert_string_equal(source.chains[0].name, "model_state.module.rnn");
    assert_int_equal(source.chains[0].layer_count, 2);
    source_free(&source);
}

static void must_say(const char *file, const char *node, const char *what, bool said)
{
    struct source source;
    struct error error;
    bool found = false;
    if (!source_read(&source, file, &(struct source_request){.node = node}, &error))
        fail_msg("%s", error.text);
    for (int i = 0; i < source.chains[0].host_count; i++)
        found = found || strstr(source.chains[0].host[i], what) != NULL;
    if (found != said)
        fail_msg("%s %s \"%s\"", file, found ? "says" : "does not say", what);
    source_free(&source);
}

/* A table of nn.Embedding and nn.Linear without bias are the same to a state dict. */
static void test_embedding(void **state)
{
    (void)state;
    must_say(FOLDER "several.pt", "rnn+table", "table has no bias: should it be a table of nn.Embedding", true);
    must_say(FOLDER "several.pt", "rnn", "table (linear without bias, or an embedding: weight [9, 4]): may "
                                         "follow, --node rnn+table", true);
    must_say(FOLDER "gru-zip.pt", NULL, "fc has no bias: should it be", true);
    must_say(FOLDER "stack-zip.pt", NULL, "has no bias", false);
}

/* What a host has to do is named. */
static void test_host(void **state)
{
    static const char *const lines[] = {"conv (convolution: weight [3, 1, 3], bias [3])",
                                        "norm (batch normalization: weight [3],", "embedding (embedding: "};
    struct source source;
    struct error error;
    (void)state;
    assert_true(source_read(&source, FOLDER "stack-zip.pt", &(struct source_request){.node = NULL}, &error));
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        bool found = false;
        for (int k = 0; k < source.chains[0].host_count; k++)
            found = found || strncmp(source.chains[0].host[k], lines[i], strlen(lines[i])) == 0;
        if (!found)
            fail_msg("nothing says %s", lines[i]);
    }
    source_free(&source);
}

static bool has_line(char *const *lines, int count, const char *line)
{
    for (int i = 0; i < count; i++)
        if (strcmp(lines[i], line) == 0)
            return true;
    return false;
}

/* What a Sequential has around its layers; what no file tells. */
static void test_around(void **state)
{
    struct source source;
    struct error error;
    (void)state;
    assert_true(source_read(&source, FOLDER "bent-module.pt", &(struct source_request){.node = NULL}, &error));
    const struct source_chain *chain = &source.chains[0];
    assert_true(has_line(chain->host, chain->host_count, "before 1: torch.nn.modules.activation.Tanh"));
    assert_true(has_line(chain->host, chain->host_count, "behind 1: torch.nn.modules.activation.Softmax"));
    assert_int_equal(chain->assumed_count, 0);
    source_free(&source);
    assert_true(source_read(&source, FOLDER "stack-module.pt", &(struct source_request){.node = NULL}, &error));
    chain = &source.chains[0];
    assert_true(has_line(chain->assumed, chain->assumed_count,
                         "__main__.Net computes nothing but its modules, one behind the other"));
    assert_true(has_line(chain->assumed, chain->assumed_count,
                         "nothing stands between rnn and fc, no function, no sum with another tensor"));
    source_free(&source);
}

/* ---- cut short ----------------------------------------------------------------------------------------- */

/* All tensors, which must be there. */
static bool fetch_all(const struct torch_file *file, struct error *error)
{
    for (int i = 0; i < file->count; i++) {
        float *values = allocate((size_t)file->tensors[i].count, sizeof *values);
        const bool good = !file->tensors[i].real || torch_fetch(file, i, values, error);
        free(values);
        if (!good)
            return false;
    }
    return true;
}

static void check_line(const struct error *error)
{
    assert_true(strlen(error->text) > 0);
    assert_null(strpbrk(error->text, "\n\r"));
}

static void test_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        char path[PATH];
        unsigned char *bytes;
        size_t size;
        struct torch_file file;
        struct error error = {""};
        snprintf(path, sizeof path, FOLDER "%s", samples[i].file);
        if (strstr(path, ".pt") == NULL)
            continue;
        assert_true(bytes_read(path, &bytes, &size, &error));
        assert_true(torch_parse(&file, bytes, size, path, &error) && fetch_all(&file, &error));
        torch_close(&file);
        for (size_t length = 0; length < size; length++) {
            unsigned char *part = allocate(length, 1); /* of that length, for the sanitizer */
            memcpy(part, bytes, length);
            error.text[0] = '\0';
            if (torch_parse(&file, part, length, path, &error))
                fail_msg("%s is read without what is behind byte %zu", path, length);
            check_line(&error);
            free(part);
        }
        free(bytes);
    }
}

/* A byte is another: refused, or read as something of the same shape; never more than that. */
static void test_damaged(void **state)
{
    static const char *const files[] = {"half-zip.pt", "half-stream.pt", "rnn-module.pt",
                                        "stack-views_stream.pt"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char path[PATH];
        unsigned char *bytes;
        size_t size;
        struct torch_file file;
        struct error error = {""};
        snprintf(path, sizeof path, FOLDER "%s", files[i]);
        assert_true(bytes_read(path, &bytes, &size, &error));
        for (size_t at = 0; at < size; at++)
            for (int bit = 0; bit < 8; bit += 3) {
                bytes[at] ^= (unsigned char)(1 << bit);
                error.text[0] = '\0';
                if (torch_parse(&file, bytes, size, path, &error)) {
                    if (!fetch_all(&file, &error))
                        check_line(&error);
                    torch_close(&file);
                } else {
                    check_line(&error);
                }
                bytes[at] ^= (unsigned char)(1 << bit);
            }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_y),       cmocka_unit_test(test_asked_for),
        cmocka_unit_test(test_listed),  cmocka_unit_test(test_not_whole),
        cmocka_unit_test(test_several),
        cmocka_unit_test(test_node),    cmocka_unit_test(test_host),      cmocka_unit_test(test_cut),
        cmocka_unit_test(test_embedding),
        cmocka_unit_test(test_damaged), cmocka_unit_test(test_around),
    };
    cmocka_set_test_filter(getenv("ESE_TEST_ONLY")); /* NULL: all */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
