/* SPDX-License-Identifier: Apache-2.0
 * ese import: what is in a framework's file, and a chain of its layers as a file of ours. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/command/commands.h"
#include "gen/command/import_compare.h"
#include "gen/folder/json_file.h"
#include "gen/report/accuracy.h"
#include "models/base/bytes.h"
#include "models/source/facts.h"
#include "models/source/read.h"

enum { PES_DEFAULT = 32 };
#define BALANCED 1.005

static bool is_unknown(const struct source_key *key)
{
    return strcmp(key->value, "unknown") == 0;
}

/* ---- text ---------------------------------------------------------------------------------------------- */

static const char *direction_of(const struct source_layer *layer)
{
    const char *direction = source_key_of(layer, "direction");
    return direction != NULL ? direction : "forward";
}

/* "lstm.layer 0: lstm, 40 -> 256, forward" and what else it is. */
static void add_heading(struct text *text, const struct source_layer *layer)
{
    const char *kind = source_key_of(layer, "kind");
    text_appendf(text, "  %s: %s, %d -> %d", layer->name, kind != NULL ? kind : "?", layer->input,
                 layer->output);
    if (kind == NULL || strcmp(kind, "linear") != 0)
        text_appendf(text, ", %s", direction_of(layer));
    for (int i = 0; i < layer->key_count; i++) {
        const struct source_key *key = &layer->keys[i];
        if (strcmp(key->key, "kind") == 0 || strcmp(key->key, "direction") == 0)
            continue;
        if (is_unknown(key))
            text_appendf(text, ", %s: not in the file", key->key);
        else
            text_appendf(text, ", %s %s", key->key, key->value);
    }
    text_append_char(text, '\n');
}

static void add_facts(struct text *text, const struct source_layer *layer, int pes)
{
    const struct source_facts f = source_facts(layer, pes);
    if (f.weights + f.biases == 0)
        return;
    text_appendf(text, "    values %.4g to %.4g, %llu weights", (double)f.least, (double)f.most,
                 (unsigned long long)f.weights);
    if (f.zeros == 0)
        text_append(text, ", none of them 0\n");
    else
        text_appendf(text, ", %.1f %% of them 0; of %d PEs the one with most non-zeros has %.2f times the "
                     "mean%s\n", 100.0 * (double)f.zeros / (double)f.weights, pes, f.imbalance,
                     f.imbalance < BALANCED ? ": balanced" : "");
}

static void add_chain(struct text *text, const struct source_chain *chain, int pes)
{
    text_appendf(text, "\n%s\n", chain->name);
    for (int i = 0; i < chain->layer_count; i++) {
        add_heading(text, &chain->layers[i]);
        add_facts(text, &chain->layers[i], pes);
    }
}

static void add_lines(struct text *text, const char *heading, char *const *lines, int count)
{
    if (count > 0)
        text_appendf(text, "\n%s\n", heading);
    for (int i = 0; i < count; i++)
        text_appendf(text, "  %s\n", lines[i]);
}

/* A text as YAML takes it whatever is in it. */
static void add_quoted(struct text *text, const char *path)
{
    text_append_char(text, '"');
    for (; *path != '\0'; path++) {
        if (*path == '"' || *path == '\\')
            text_append_char(text, '\\');
        text_append_char(text, *path);
    }
    text_append_char(text, '"');
}

static void add_layer_lines(struct text *text, const struct source_layer *layer)
{
    bool first = true;
    for (int i = 0; i < layer->key_count; i++) {
        const struct source_key *key = &layer->keys[i];
        text_appendf(text, "  %s %s:", first ? "-" : " ", key->key);
        text_appendf(text, is_unknown(key) ? " # not in the file: to be filled in\n" : " %s\n", key->value);
        first = false;
    }
}

/* What a configuration has to say. */
static void add_model(struct text *text, const struct source_chain *chain, const char *path)
{
    text_append(text, "\nIn a configuration:\n\nmodel:\n  path: ");
    add_quoted(text, path);
    text_append(text, "\n  layers:\n");
    for (int i = 0; i < chain->layer_count; i++)
        add_layer_lines(text, &chain->layers[i]);
}

static void print_source(const struct source *source, const struct import_options *options)
{
    struct text text = {0};
    const int pes = options->pes > 0 ? options->pes : PES_DEFAULT;
    const bool one = source->chain_count == 1;
    text_appendf(&text, "%s: %s\n", options->file,
                 source->producer != NULL ? source->producer : "of unknown origin");
    for (int i = 0; i < source->chain_count; i++)
        add_chain(&text, &source->chains[i], pes);
    if (one)
        add_lines(&text, "Left to the host:", source->chains[0].host, source->chains[0].host_count);
    if (one)
        add_lines(&text, "Taken for granted:", source->chains[0].assumed, source->chains[0].assumed_count);
    add_lines(&text, "Not taken:", source->refused, source->refused_count);
    add_lines(&text, "Notes:", source->notes, source->note_count);
    if (!one)
        text_appendf(&text, "\nThese are %d chains, some of which may share layers: --node NAME takes one.\n",
                     source->chain_count);
    else if (options->output == NULL && options->node == NULL && source->refused_count > 0)
        text_appendf(&text, "\nThis is not all that the file has: --node %s -o OUT.safetensors takes it.\n",
                     source->chains[0].name);
    else if (options->output != NULL || options->node == NULL)
        add_model(&text, &source->chains[0], options->output != NULL ? options->output : options->file);
    else
        text_append(&text, "\nWith -o OUT.safetensors this chain becomes a file for model.path.\n");
    fputs(text_string(&text), stdout);
    text_free(&text);
}

/* ---- JSON ---------------------------------------------------------------------------------------------- */

static json_t *lines_json(char *const *lines, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_text(lines[i]));
    return list;
}

static json_t *layer_json(const struct source_layer *layer, int pes)
{
    const struct source_facts f = source_facts(layer, pes);
    json_t *json = json_object(), *tensors = json_object();
    json_object_set_new(json, "name", json_text(layer->name));
    json_object_set_new(json, "input", json_integer(layer->input));
    json_object_set_new(json, "output", json_integer(layer->output));
    for (int i = 0; i < layer->key_count; i++)
        json_object_set_new(json, layer->keys[i].key,
                            is_unknown(&layer->keys[i]) ? json_null() : json_text(layer->keys[i].value));
    for (int i = 0; i < layer->tensor_count; i++) {
        const struct source_tensor *t = &layer->tensors[i];
        json_object_set_new(tensors, t->name, t->rank == 2 ? json_pack("[i, i]", t->shape[0], t->shape[1])
                                                           : json_pack("[i]", t->shape[0]));
    }
    json_object_set_new(json, "tensors", tensors);
    if (layer->tensor_count == 0)
        return json;
    json_object_set_new(json, "least", json_real((double)f.least));
    json_object_set_new(json, "most", json_real((double)f.most));
    json_object_set_new(json, "weights", json_integer((json_int_t)f.weights));
    json_object_set_new(json, "zeros", json_integer((json_int_t)f.zeros));
    json_object_set_new(json, "pes", json_integer(pes));
    json_object_set_new(json, "imbalance", json_real(f.imbalance));
    return json;
}

static json_t *compared_json(const struct import_compared *c)
{
    const bool finite = isfinite(c->error.snr_db);
    return json_pack("{s:i, s:I, s:f, s:o, s:b, s:b}", "utterances", c->utterances, "frames",
                     (json_int_t)c->frames, "max_error", c->error.max_error, "snr_db",
                     finite ? json_real(c->error.snr_db) : json_null(), "agrees", (int)c->agrees, "good",
                     (int)c->good);
}

static json_t *source_json(const struct source *source, const struct import_options *options,
                           const struct import_compared *compared)
{
    const int pes = options->pes > 0 ? options->pes : PES_DEFAULT;
    json_t *json = json_object(), *chains = json_array();
    for (int c = 0; c < source->chain_count; c++) {
        const struct source_chain *chain = &source->chains[c];
        json_t *layers = json_array(), *one = json_object();
        for (int i = 0; i < chain->layer_count; i++)
            json_array_append_new(layers, layer_json(&chain->layers[i], pes));
        json_object_set_new(one, "name", json_text(chain->name));
        json_object_set_new(one, "layers", layers);
        json_object_set_new(one, "host", lines_json(chain->host, chain->host_count));
        json_object_set_new(one, "assumed", lines_json(chain->assumed, chain->assumed_count));
        json_array_append_new(chains, one);
    }
    json_object_set_new(json, "file", json_text(options->file));
    json_object_set_new(json, "producer",
                        source->producer != NULL ? json_text(source->producer) : json_null());
    json_object_set_new(json, "chains", chains);
    json_object_set_new(json, "refused", lines_json(source->refused, source->refused_count));
    json_object_set_new(json, "notes", lines_json(source->notes, source->note_count));
    if (compared != NULL)
        json_object_set_new(json, "expected", compared_json(compared));
    return json;
}

/* ---- the command --------------------------------------------------------------------------------------- */

static bool write_chain(const struct source *source, const struct import_options *options,
                        struct error *error)
{
    struct text bytes = {0};
    const struct source_chain *chain = source_only(source, options->file, error);
    const bool good = chain != NULL && source_pack(chain, &bytes, error) &&
                      text_write_file(&bytes, options->output, error);
    text_free(&bytes);
    return good;
}

static void print_compared(const struct import_compared *c)
{
    printf("\nAgainst the expected outputs, in floating point: %lld frames of %d utterance%s, largest "
           "difference %.3g, ", (long long)c->frames, c->utterances, c->utterances == 1 ? "" : "s", c->error.max_error);
    if (isfinite(c->error.snr_db))
        printf("signal to noise %.1f dB: ", c->error.snr_db);
    else
        printf("%s: ", c->error.snr_db > 0.0 ? "the same to the bit" : "of no signal");
    puts(accuracy_agreement(c->agrees));
}

/* A network that is not the one that was trained is told of, and not written. */
static bool check_compared(const struct import_compared *c, const struct import_options *options,
                           struct error *error)
{
    return c == NULL || c->good ||
           fail(error, "%s: the network is not the one that gave the expected outputs", options->file);
}

/* What is asked for, of what was read. */
static bool hand_out(const struct source *source, const struct import_options *options, struct error *error)
{
    struct import_compared result, *compared = options->expected != NULL ? &result : NULL;
    if (compared != NULL) {
        const struct source_chain *chain = source_only(source, options->file, error);
        if (chain == NULL || !import_compare(compared, chain, options->input, options->expected, error))
            return false;
    }
    if (options->output != NULL && (compared == NULL || compared->good) && !write_chain(source, options, error))
        return false;
    if (options->json != NULL && !json_write(source_json(source, options, compared), options->json, error))
        return false;
    if (options->json == NULL || strcmp(options->json, "-") != 0) {
        print_source(source, options);
        if (compared != NULL)
            print_compared(compared);
    }
    return check_compared(compared, options, error);
}

/* What is read must still be there when something goes wrong. */
static bool check_output(const struct import_options *options, struct error *error)
{
    return options->output == NULL || !output_file_is(options->output, options->file) ||
           fail(error, "--output: '%s' is the file that is read", options->output);
}

static bool import(const struct import_options *options, struct error *error)
{
    struct source source;
    const struct source_request request = {.node = options->node, .inputs = options->graph_inputs};
    if ((options->input != NULL) != (options->expected != NULL))
        return fail(error, "--input and --expected: one says nothing without the other");
    if (!output_file_check("--json", options->json, error) ||
        !output_file_check("--output", options->output, error) || !check_output(options, error) ||
        !source_read(&source, options->file, &request, error))
        return false;
    const bool good = hand_out(&source, options, error);
    source_free(&source);
    return good;
}

int command_import(const struct import_options *options)
{
    struct error error;
    if (import(options, &error))
        return 0;
    fprintf(stderr, "ese: %s\n", error.text);
    return 1;
}
