/* SPDX-License-Identifier: Apache-2.0
 * ese model: another model for a chip that is there already. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/command/commands.h"
#include "gen/command/notes.h"
#include "gen/config/config_file.h"
#include "gen/emit/emit.h"
#include "gen/folder/chip_folder.h"
#include "gen/folder/json_file.h"
#include "gen/image/regions.h"
#include "gen/report/accuracy.h"
#include "gen/report/facts.h"
#include "gen/report/layers.h"
#include "gen/report/parts.h"

/* Room of the chip that a model takes up. */
struct use {
    const char *name, *key, *unit;
    int64_t used, room;
};

enum { USES = 4 };

static void list_uses(const struct program *p, struct use uses[USES])
{
    const struct derived *d = &p->d;
    const struct use list[USES] = {
        {"columns", "columns", "column words", d->columns, d->max_columns},
        {"weights", "beats", "weight beats", d->beats, d->max_beats},
        {"constants", "constants", "words", d->constants, d->max_constants},
        {"shifts", "shift", "bits", 0, d->max_shift},
    };
    memcpy(uses, list, sizeof list);
    for (int n = 0; n < p->quant.shape.matrix_count; n++) {
        const int shift = quantized_matrix(&p->quant, n)->shift;
        if (shift > uses[USES - 1].used)
            uses[USES - 1].used = shift;
    }
}

static void write_vector(struct text *text, const struct tensor_quality *t)
{
    text_appendf(text, "  %-12s ", t->name);
    if (isinf(t->snr_db))
        text_append(text, t->max_error > 0.0 ? "no signal" : "exact");
    else
        text_appendf(text, "%.1f dB signal to noise", t->snr_db);
    text_appendf(text, ", largest error %.2e, %s of %s values saturated", t->max_error,
                     commas(t->saturated).text, commas(t->values).text);
    text_append_char(text, '\n');
}

static void write_network(struct text *text, const struct program *p)
{
    const struct network *n = &p->network;
    const int layers = n->layers[n->layer_count - 1].number + 1; /* of both directions one */
    const int64_t dense = quantized_dense_weights(&p->quant);
    text_appendf(text, "  %-12s x %d, ", "network", n->input);
    if (network_only(n, LAYER_LSTM) != NULL)
        text_appendf(text, "c %d, y %d", p->d.c_size, n->output);
    else
        text_appendf(text, "y %d, %d layer%s", n->output, layers, layers == 1 ? "" : "s");
    text_appendf(text, "; %s weights, of which %s (%.2f %%) are not zero\n", commas(dense).text,
                 commas((int64_t)p->true_nonzeros).text, percent((int64_t)p->true_nonzeros, dense));
}

/* What it takes of the chip: of parts, each that of which it takes most. */
static void write_sizes(struct text *text, const struct model_options *options, const struct program *p)
{
    struct use uses[USES];
    list_uses(p, uses);
    text_appendf(text, "%s: model %08x for chip %08x (%s)\n", options->output,
                 (unsigned)p->config_hash, (unsigned)p->chip_hash, options->dir);
    write_network(text, p);
    text_appendf(text, "  %-12s %s cycles, %.3f us at %d MHz\n", "a frame",
                 commas(p->cycles_per_frame).text, cycles_to_us(p->config.clock_mhz, p->cycles_per_frame),
                 p->config.clock_mhz);
    for (int n = 0; n < USES; n++)
        text_appendf(text, "  %-12s %s of the chip's %s %s\n", uses[n].name, commas(uses[n].used).text,
                     commas(uses[n].room).text, uses[n].unit);
    text_appendf(text, "  %-12s model.bin %s, weights.bin %s bytes\n", "memory",
                 commas(region_bytes(p, REGION_MODEL)).text, commas(region_bytes(p, REGION_WEIGHTS)).text);
}

static void write_text(struct text *text, const struct model_options *options, const struct facts *f)
{
    const struct program *p = f->program;
    write_sizes(text, options, p);
    accuracy_text(text, p, &f->quality);
    text_append(text, "\nAgainst the pruned network in floating point\n");
    for (int n = 0; n < f->quality.tensor_count; n++)
        if (f->quality.tensors[n].kind == TENSOR_VECTOR && f->quality.tensors[n].compared)
            write_vector(text, &f->quality.tensors[n]);
}

static json_t *finite_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *vector_json(const struct tensor_quality *t)
{
    return json_pack("{s:s, s:i, s:o, s:o, s:I, s:I}", "name", t->name, "fraction", t->fraction,
                     "snr_db", finite_or_null(t->snr_db), "max_error", finite_or_null(t->max_error), "values",
                     (json_int_t)t->values, "saturated", (json_int_t)t->saturated);
}

/* Values of a channel that live from frame to frame: of all layers, cells and what is fed back. */
static int state_size(const struct network *n)
{
    int size = 0;
    for (int v = 0; v < n->vector_count; v++)
        size += n->vectors[v].kept ? n->vectors[v].size : 0;
    return size;
}

static json_t *room_json(const struct program *p)
{
    struct use uses[USES];
    list_uses(p, uses);
    json_t *room = json_object();
    for (int n = 0; n < USES; n++)
        json_object_set_new(room, uses[n].key,
                            json_pack("{s:I, s:I}", "used", (json_int_t)uses[n].used, "room",
                                      (json_int_t)uses[n].room));
    return room;
}

/* What a network in one program and one in parts have alike. */
static json_t *sizes_json(const struct program *p)
{
    const bool is_lstm = network_only(&p->network, LAYER_LSTM) != NULL;
    char chip[16], model[16];
    snprintf(chip, sizeof chip, "%08x", (unsigned)p->chip_hash);
    snprintf(model, sizeof model, "%08x", (unsigned)p->config_hash);
    return json_pack("{s:s, s:s, s:{s:i, s:o, s:i, s:i, s:I}, s:I, s:f, s:o, s:{s:I, s:I}}", "chip_hash",
                     chip, "model_hash", model, "network", "input", p->network.input, "cell",
                     is_lstm ? json_integer(p->d.c_size) : json_null(), "output", p->network.output, "state",
                     state_size(&p->network), "nonzeros", (json_int_t)p->true_nonzeros, "cycles_per_frame",
                     (json_int_t)p->cycles_per_frame, "us_per_frame",
                     cycles_to_us(p->config.clock_mhz, p->cycles_per_frame), "room", room_json(p), "bytes",
                     "model", (json_int_t)region_bytes(p, REGION_MODEL), "weights",
                     (json_int_t)region_bytes(p, REGION_WEIGHTS));
}

static json_t *model_json(const struct facts *f)
{
    const struct program *p = f->program;
    json_t *json = sizes_json(p), *vectors = json_array();
    for (int n = 0; n < f->quality.tensor_count; n++)
        if (f->quality.tensors[n].kind == TENSOR_VECTOR && f->quality.tensors[n].compared)
            json_array_append_new(vectors, vector_json(&f->quality.tensors[n]));
    json_object_set_new(json_object_get(json, "network"), "layers", facts_json_layers(f));
    json_object_set_new(json, "column_order", json_string(column_order_name(p->column_order)));
    json_object_set_new(json, "vectors", vectors);
    json_object_set_new(json, "accuracy", accuracy_quality_json(p, &f->quality));
    json_object_set_new(json, "ranges", accuracy_formats_json(p));
    return json;
}

static bool prints(const struct model_options *options)
{
    return options->json == NULL || strcmp(options->json, "-") != 0;
}

/* Of a network with layers that go backward: `parts` and `accuracy` are those of `ese report`. */
static bool report_parts(const struct model_options *options, struct program *p, struct error *error)
{
    const struct accuracy accuracy = path_accuracy(p);
    path_utterances(p);
    if (options->json != NULL) {
        json_t *json = sizes_json(p), *parts = parts_json(p);
        json_object_set(json, "parts", json_object_get(parts, "parts"));
        json_object_set(json, "accuracy", json_object_get(parts, "accuracy"));
        json_decref(parts);
        if (!json_write(json, options->json, error))
            return false;
    }
    struct text text = {0}, warnings = {0};
    if (prints(options)) {
        write_sizes(&text, options, p);
        text_append_char(&text, '\n');
        parts_table(&text, p);
        text_append_char(&text, '\n');
        accuracy_table(&text, p, &accuracy);
        fputs(text_string(&text), stdout);
    }
    accuracy_warnings(&warnings, p, &accuracy);
    accuracy_warn_expected(&warnings, p, &accuracy);
    accuracy_warn(&warnings);
    text_free(&text);
    text_free(&warnings);
    return true;
}

static bool report_one(const struct model_options *options, struct program *p, struct error *error)
{
    struct facts facts;
    bool ok = true;
    facts_gather(&facts, p, p->cycles, QUALITY_WORK);
    if (options->json != NULL)
        ok = json_write(model_json(&facts), options->json, error);
    if (ok && prints(options)) {
        struct text text = {0};
        write_text(&text, options, &facts);
        fputs(text_string(&text), stdout);
        text_free(&text);
    }
    if (ok) {
        struct text warnings = {0};
        accuracy_warnings(&warnings, p, &facts.quality.accuracy);
        accuracy_warn_expected(&warnings, p, &facts.quality.accuracy);
        accuracy_warn(&warnings);
        text_free(&warnings);
    }
    facts_free(&facts);
    return ok;
}

static bool write_model(const struct model_options *options, const struct program *p,
                        struct error *error)
{
    struct text command = {0};
    struct output *output = output_new();
    output_set_force(output, options->force);
    emit_command(&command, "model", options->source, options->sets, options->set_count);
    bool ok = emit_model(output, p, text_string(&command), error) &&
              output_write(output, options->output, error);
    output_free(output);
    text_free(&command);
    return ok;
}

static bool make_model(const struct model_options *options, const struct program *chip,
                       struct error *error)
{
    if (chip->config.memory == MEMORY_ROM)
        return fail(error, "'%s' holds its model in ROM (memory: rom), where no other can be loaded",
                    options->dir);
    struct config base = chip_config(chip), config;
    if (!config_load_model(&config, &base, options->source, options->sets, options->set_count, error))
        return false;
    struct program program;
    bool ok = program_build_for(&program, chip, &config, error) &&
              write_model(options, &program, error) &&
              (program.part_count > 0 ? report_parts : report_one)(options, &program, error);
    if (ok)
        note_model(&program);
    program_free(&program);
    config_free(&config);
    return ok;
}

int command_model(const struct model_options *options)
{
    struct error error;
    struct chip_folder chip;
    bool ok = output_file_check_in("--json", options->json, options->output, &error) &&
              (!is_chip_folder(options->output) ||
               fail(&error, "'%s' holds a chip: a model goes to a folder of its own",
                    options->output));
    if (ok && (ok = chip_open(&chip, options->dir, &error))) {
        ok = make_model(options, &chip.program, &error);
        chip_close(&chip);
    }
    if (ok)
        return 0;
    fprintf(stderr, "ese: %s\n", error.text);
    return 1;
}
