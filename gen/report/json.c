/* SPDX-License-Identifier: Apache-2.0
 * json.c - the report for programs.  Keys stand in a fixed order and do not depend on the
 * network; null is what means nothing for it: "paper" of another shape than the paper's, resources
 * of a network that no chip computes yet, and what has the names of a single LSTM (set_lstm() below)
 * where there are other layers: "layers" says the same of each. */
#include <math.h>
#include <string.h>

#include "gen/report/accuracy.h"
#include "gen/report/facts.h"
#include "gen/report/layers.h"
#include "gen/report/paper_table.h"
#include "models/base/version.h"

static void set(json_t *object, const char *key, json_t *value)
{
    BUG_UNLESS(json_object_set_new(object, key, value) == 0);
}

static void set_int(json_t *object, const char *key, int64_t value)
{
    set(object, key, json_integer((json_int_t)value));
}

/* JSON has no infinity: null. */
static void set_real(json_t *object, const char *key, double value)
{
    set(object, key, isfinite(value) ? json_real(value) : json_null());
}

/* What only a chip that there is has. */
static void set_chip(json_t *object, const struct facts *f, const char *key, json_t *value)
{
    if (!f->on_chip)
        json_decref(value);
    set(object, key, f->on_chip ? value : json_null());
}

/* What is said of one LSTM. */
static void set_lstm(json_t *object, const struct facts *f, const char *key, json_t *value)
{
    const bool is_one = network_only(&f->program->network, LAYER_LSTM) != NULL;
    if (!is_one)
        json_decref(value);
    set(object, key, is_one ? value : json_null());
}

static void set_text(json_t *object, const char *key, const char *value)
{
    set(object, key, json_string(value));
}

static json_t *chip_json(const struct facts *f)
{
    const struct program *p = f->program;
    json_t *chip = json_object();
    set_int(chip, "pes", p->d.pes);
    set_int(chip, "channels", p->d.channels);
    set_int(chip, "fifo_depth", p->d.fifo_depth);
    set_int(chip, "elem_lanes", p->d.lanes);
    set(chip, "elem_lanes_auto", json_boolean(p->config.elem_lanes == LANES_AUTO));
    if (p->fewer_lanes > 0) {
        set_int(chip, "fewer_elem_lanes", p->fewer_lanes);
        set_int(chip, "fewer_elem_lanes_cycles_per_frame", p->fewer_lanes_cycles);
    }
    set_lstm(chip, f, "gate_fold", json_integer(p->geometry.folds[0]));
    set_lstm(chip, f, "y_fold",
             json_integer(p->network.group_count > 1 ? p->geometry.folds[1] : 1));
    set_text(chip, "encoding", encoding_name(p->config.encoding));
    set_text(chip, "column_order", column_order_name(p->column_order));
    if (p->greedy_cycles > 0)
        set_int(chip, "greedy_cycles_per_frame", p->greedy_cycles);
    set_text(chip, "memory", memory_mode_name(p->config.memory));
    set_int(chip, "weight_bits", p->d.weight_bits);
    set_int(chip, "index_bits", p->d.index_bits);
    set_int(chip, "activation_bits", p->d.activation_bits);
    set_int(chip, "accumulator_bits", p->d.acc_bits);
    set_int(chip, "product_bits", f->product_bits);
    set_int(chip, "accumulator_bits_for_any_weights", f->any_weights_bits);
    return chip;
}

static json_t *network_json(const struct facts *f)
{
    const struct program *p = f->program;
    json_t *network = json_object();
    set_int(network, "input", p->network.input);
    set_lstm(network, f, "cell", json_integer(p->network.layers[0].as.cell));
    set_int(network, "output", p->network.output);
    set_lstm(network, f, "peephole", json_boolean(network_has_peepholes(&p->network)));
    set_lstm(network, f, "projection", json_boolean(network_has_projection(&p->network)));
    set_lstm(network, f, "candidate",
             json_string(candidate_name(p->network.layers[0].as.candidate)));
    set_int(network, "weights", f->dense_weights);
    set_int(network, "nonzeros", (int64_t)p->true_nonzeros);
    return network;
}

static void set_work(json_t *object, const struct facts *f, const struct effort *work)
{
    set_int(object, "columns", work->columns);
    set_int(object, "nonzeros", work->nonzeros);
    set_int(object, "entries", work->entries);
    set_real(object, "limit", (double)work->nonzeros / f->program->d.pes);
    set_int(object, "cycles", work->cycles);
}

static json_t *products_json(const struct facts *f)
{
    json_t *list = json_array();
    for (int n = 0; n < f->program->product_count; n++) {
        const struct product *product = &f->program->products[n];
        json_t *object = json_object();
        set_text(object, "name", product->name);
        set_text(object, "state", product->state);
        set_work(object, f, &f->products[n]);
        set_int(object, "begin", f->products[n].begin);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *passes_json(const struct facts *f)
{
    json_t *list = json_array();
    for (int n = 0; n < f->program->pass_count; n++) {
        const struct pass *pass = &f->program->passes[n];
        json_t *object = json_object();
        set_text(object, "name", pass->name);
        set_text(object, "state", pass->state);
        set_int(object, "steps", pass->beats);
        set_int(object, "begin", f->frame->passes[n].begin - f->frame->start);
        set_int(object, "end", f->frame->passes[n].end - f->frame->start);
        json_array_append_new(list, object);
    }
    return list;
}

/* PEs that share its rows. */
static int fold_of(const struct program *p, int matrix)
{
    return p->geometry.folds[p->network.passes[p->network.matrices[matrix].pass].group];
}

static json_t *matrices_json(const struct facts *f)
{
    json_t *list = json_array();
    const struct program *p = f->program;
    for (int m = 0; m < p->network.matrix_count; m++) {
        const struct quant_matrix *matrix = &p->quant.matrices[m];
        json_t *object = json_object();
        set_text(object, "name", matrix->name);
        set_int(object, "rows", matrix->rows);
        set_int(object, "cols", matrix->cols);
        set_int(object, "fold", fold_of(f->program, m));
        set_int(object, "shift", matrix->shift);
        set(object, "density", p->config.model.pruning == PRUNING_NONE
                                   ? json_null()
                                   : json_real(network_density(&p->network, m, &p->config.model)));
        set_work(object, f, &f->matrix_work[m]);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *image_json(const struct facts *f)
{
    json_t *image = json_object();
    set_int(image, "weight_bytes", f->image.weight_bytes);
    set_chip(image, f, "bytes", json_integer(f->image.bytes));
    set_int(image, "dense_bytes", f->image.dense_bytes);
    set_real(image, "compression", (double)f->image.dense_bytes / (double)f->image.bytes);
    return image;
}

static json_t *stalls_json(const struct facts *f)
{
    json_t *stalls = json_object();
    set_int(stalls, "broadcast", f->frame->stalls[STALL_NONE]);
    for (int s = STALL_NONE + 1; s < STALL_COUNT; s++)
        set_int(stalls, stall_name((enum stall)s), f->frame->stalls[s]);
    return stalls;
}

static json_t *paper_row_json(const struct facts *f, const struct paper_row *row, int64_t dense,
                              const struct effort *work)
{
    json_t *object = json_object();
    set_text(object, "matrix", row->matrix);
    set_int(object, "paper_entries", row->entries);
    set_int(object, "entries", work->entries);
    set_real(object, "paper_theoretical_us", row->theoretical_us);
    set_real(object, "theoretical_us", facts_us(f, work->entries) / f->program->d.pes);
    set_real(object, "paper_real_us", row->real_us);
    set_real(object, "real_us", facts_us(f, work->cycles));
    set_real(object, "paper_gops", row->gops);
    set_real(object, "gops", gops(f, work->entries, work->cycles));
    set_real(object, "paper_equivalent_gops", row->equivalent_gops);
    set_real(object, "equivalent_gops", gops(f, dense, work->cycles));
    return object;
}

static json_t *paper_json(const struct facts *f)
{
    if (!paper_shape(&f->program->network))
        return json_null();
    json_t *paper = json_object(), *rows = json_array();
    struct effort total = {0};
    for (int row = 0; row < PAPER_ROWS; row++)
        for (int m = 0; m < f->program->network.matrix_count; m++) {
            const struct quant_matrix *matrix = &f->program->quant.matrices[m];
            if (strcmp(matrix->name, paper_rows[row].matrix) != 0)
                continue;
            json_array_append_new(rows, paper_row_json(f, &paper_rows[row],
                                                       (int64_t)matrix->rows * matrix->cols,
                                                       &f->matrix_work[m]));
            total.entries += f->matrix_work[m].entries;
            total.cycles += f->matrix_work[m].cycles;
        }
    set_int(paper, "paper_cycles", paper_total_cycles);
    set_int(paper, "cycles", total.cycles);
    set_real(paper, "speedup", (double)paper_total_cycles / (double)total.cycles);
    set(paper, "rows", rows);
    set(paper, "total", paper_row_json(f, &paper_total, f->dense_weights, &total));
    return paper;
}

static json_t *table_json(const struct act_table *table, int gate_fraction)
{
    json_t *object = json_object();
    set_int(object, "entries", (int64_t)1 << table->address_bits);
    set(object, "interpolated", json_boolean(!table->direct));
    set_real(object, "max_error", table->max_error);
    set_real(object, "max_error_lsb", ldexp(table->max_error, gate_fraction));
    return object;
}

static json_t *format_json(int bits, int fraction)
{
    return json_pack("{s:i, s:i}", "bits", bits, "fraction", fraction);
}

/* Of one LSTM all of them; of other networks what is one for all layers (the rest in "layers"). */
static json_t *formats_json(const struct facts *f)
{
    const struct quantized *q = &f->program->quant;
    const struct network *n = &f->program->network;
    const struct derived *d = &f->program->d;
    const int bits = d->activation_bits, y = quantized_output(q)->fraction;
    const int c = network_first(n, VALUE_C), m = network_first(n, VALUE_M);
    json_t *object = json_object();
    set(object, "x", format_json(bits, q->vectors[0].fraction));
    set(object, "y", format_json(bits, y));
    set_lstm(object, f, "c", format_json(bits, c != NONE ? q->vectors[c].fraction : 0));
    set_lstm(object, f, "m", format_json(bits, m != NONE ? q->vectors[m].fraction : 0));
    set(object, "gate", format_json(bits, q->gate_fraction));
    set(object, "z", format_json(d->z_bits, q->z_fraction));
    set_lstm(object, f, "sum", format_json(d->sum_bits, q->passes[0].sum));
    set_lstm(object, f, "project", format_json(d->acc_bits, y + q->passes[0].round_shift));
    return object;
}

/* Weights whose format was chosen finer than clips nothing, and those that make a format coarse. */
static json_t *choice_json(const struct facts *f)
{
    const struct quantized *q = &f->program->quant;
    const struct fraction_choice *choice = &q->choice;
    json_t *object = json_object(), *finer = json_object(), *outliers = json_array();
    set_int(object, "frames", choice->frames);
    set_real(object, "whole_snr_db", choice->frames > 0 ? choice->whole_snr_db : INFINITY);
    set_real(object, "snr_db", choice->frames > 0 ? choice->snr_db : INFINITY);
    for (int n = 0; n < q->shape.matrix_count; n++) {
        const struct quant_matrix *m = &q->matrices[n];
        if (m->finer > 0)
            set(finer, m->name, json_pack("{s:i, s:I}", "bits", m->finer, "clipped", (json_int_t)m->clipped));
    }
    set(object, "finer", finer);
    for (int n = 0; n < choice->outlier_count; n++) {
        const struct quant_outlier *o = &choice->outliers[n];
        json_t *row = json_pack("{s:s, s:i, s:i}", "matrix", q->matrices[o->matrix].name, "row", o->row, "column",
                                o->col);
        set_real(row, "value", o->value);
        set_real(row, "snr_db", o->snr_db);
        set_real(row, "spared_snr_db", o->spared_snr_db);
        json_array_append_new(outliers, row);
    }
    set(object, "outliers", outliers);
    return object;
}

static json_t *quality_json(const struct facts *f)
{
    const struct quality *q = &f->quality;
    json_t *quality = json_object(), *tensors = json_array();
    set_int(quality, "frames", q->accuracy.frames);
    set_int(quality, "utterances", q->utterances);
    set(quality, "drawn", json_boolean(q->drawn));
    for (int n = 0; n < q->tensor_count; n++) {
        const struct tensor_quality *t = &q->tensors[n];
        json_t *object = json_object();
        set_text(object, "name", t->name);
        set_int(object, "bits", t->bits);
        set_int(object, "fraction", t->fraction);
        set_real(object, "largest", t->largest);
        set_real(object, "snr_db", t->compared ? t->snr_db : INFINITY);
        set_real(object, "max_error", t->compared ? t->max_error : INFINITY);
        set_real(object, "rms_error", t->compared ? t->rms_error : INFINITY);
        set(object, "saturated", t->compared ? json_integer(t->saturated) : json_null());
        json_array_append_new(tensors, object);
    }
    set(quality, "tensors", tensors);
    set(quality, "weights", choice_json(f));
    return quality;
}

static json_t *memories_json(const struct resources *r)
{
    static const char *const kinds[] = {"block", "ultra", "lut_ram", "lut_rom"};
    json_t *list = json_array();
    for (int n = 0; n < r->memory_count; n++) {
        const struct memory *m = &r->memories[n];
        json_t *object = json_object();
        set_text(object, "unit", m->unit);
        set_text(object, "holds", m->holds);
        set_text(object, "kind", kinds[m->kind]);
        set_int(object, "copies", m->copies);
        set_int(object, "words", m->words);
        set_int(object, "width", m->width);
        set_int(object, "bits", m->bits);
        set_real(object, "bram36", (double)m->bram18 / 2.0);
        set_int(object, "uram", m->uram);
        set_int(object, "lutram", m->luts);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *resources_json(const struct resources *r)
{
    json_t *object = json_object();
    set_int(object, "block_bits", r->block_bits);
    set_int(object, "ultra_bits", r->ultra_bits);
    set_int(object, "lut_ram_bits", r->distributed_bits);
    set_real(object, "bram36", (double)r->bram18 / 2.0);
    set_int(object, "uram", r->uram);
    set_int(object, "lutram", r->lutram);
    set_int(object, "dsp", r->dsp_spmv + r->dsp_elem);
    set_int(object, "dsp_spmv", r->dsp_spmv);
    set_int(object, "dsp_elem", r->dsp_elem);
    set_int(object, "small_multipliers", r->small_multipliers);
    return object;
}

static json_t *logic_json(const struct logic *l)
{
    json_t *object = json_object(), *parts = json_object();
    set_int(object, "lut_error_percent", LOGIC_ERROR_PERCENT);
    set_int(object, "ff_error_percent", LOGIC_ERROR_PERCENT);
    for (int n = 0; n < LOGIC_PARTS; n++) {
        json_t *part = json_object();
        set_int(part, "lut", l->parts[n].luts);
        set_int(part, "ff", l->parts[n].ffs);
        set(parts, l->parts[n].name, part);
    }
    set(object, "parts", parts);
    return object;
}

static json_t *device_json(const struct occupancy *o)
{
    json_t *object = json_object(), *shares = json_object();
    set_text(object, "name", o->device->name);
    set_text(object, "part", o->device->part);
    set_text(object, "family", o->device->family);
    set_text(object, "source", o->device->source);
    for (int n = 0; n < RESOURCE_KINDS; n++) {
        const struct share *s = &o->shares[n];
        json_t *share = json_object();
        if (s->parts == 1)
            set_int(share, "used", s->used);
        else
            set_real(share, "used", (double)s->used / s->parts);
        set_int(share, "available", s->available / s->parts);
        set_real(share, "percent", share_percent(s));
        set(share, "fits", json_boolean(s->used <= s->available));
        set(shares, s->key, share);
    }
    set(object, "resources", shares);
    set(object, "fits", json_boolean(o->fits));
    set_int(object, "channels_that_fit", o->channels);
    set(object, "ends_first", o->ends_first != NULL ? json_string(o->ends_first) : json_null());
    return object;
}

static void add_names(json_t *root, const struct program *p)
{
    struct text hash = {0};
    text_appendf(&hash, "%08x", (unsigned)p->config_hash);
    set_text(root, "name", p->config.name);
    set_text(root, "version", ESE_VERSION);
    set_text(root, "config_hash", text_string(&hash));
    text_free(&hash);
}

static void add_speed(json_t *root, const struct facts *f)
{
    const struct program *p = f->program;
    const int64_t cycles = f->cycles->cycles_per_frame;
    set_int(root, "cycles_per_frame", cycles);
    set_int(root, "limit_cycles", f->limit_cycles);
    set_real(root, "mac_utilization", f->utilization);
    set_int(root, "clock_mhz", p->config.clock_mhz);
    set_real(root, "us_per_frame", f->us);
    set_int(root, "latency_cycles", f->latency);
    set_real(root, "frame_ms", p->config.frame_ms);
    set_int(root, "voices", f->voices);
    set_real(root, "gops", gops(f, (int64_t)p->true_nonzeros, cycles));
    set_real(root, "equivalent_gops", gops(f, f->dense_weights, cycles));
    set_chip(root, f, "operations_per_dsp_cycle", json_real(f->dsp_work));
    set_chip(root, f, "frame_bytes", json_integer(facts_frame_bytes(f)));
    set_chip(root, f, "bandwidth_share", json_real(facts_bandwidth(f)));
}

static void add_schedule(json_t *root, const struct facts *f)
{
    set(root, "image", image_json(f));
    set_int(root, "stored_entries", f->stored_entries);
    set_int(root, "filler_entries", (int64_t)f->program->filler_entries);
    set_int(root, "padding_entries", (int64_t)f->program->padding_entries);
    set_int(root, "idle_slots", f->idle_slots);
    set_int(root, "element_steps", f->element_steps);
    set_real(root, "max_float_error", f->quality.accuracy.quantized.max_error);
    set(root, "stalls", stalls_json(f));
    set(root, "products", products_json(f));
    set(root, "passes", passes_json(f));
    set(root, "matrices", matrices_json(f));
    set(root, "layers", facts_json_layers(f));
    set(root, "lost", lost_json(&f->lost, f->program, f->frame));
    set(root, "paper", paper_json(f));
}

static void add_numbers(json_t *root, const struct facts *f)
{
    const struct quantized *q = &f->program->quant;
    json_t *tables = json_object();
    set(root, "formats", formats_json(f));
    set(tables, "sigmoid", facts_has_sigmoid(f) ? table_json(&q->sigm, q->gate_fraction)
                                                : json_null());
    set(tables, "tanh", facts_has_tanh(f) ? table_json(&q->tanh, q->gate_fraction) : json_null());
    set(root, "tables", tables);
    set(root, "quantization", quality_json(f));
    set(root, "accuracy", accuracy_quality_json(f->program, &f->quality));
    set(root, "ranges", accuracy_formats_json(f->program));
}

static void add_cost(json_t *root, const struct facts *f)
{
    static const char *const keys[] = {"memories", "resources", "logic", "device"};
    for (size_t n = 0; n < sizeof keys / sizeof *keys && !f->on_chip; n++)
        set(root, keys[n], json_null());
    if (!f->on_chip)
        return;
    if (f->program->config.memory != MEMORY_ROM)
        set(root, "external_memory", facts_json_memory(f));
    set(root, "memories", memories_json(&f->resources));
    set(root, "resources", resources_json(&f->resources));
    set(root, "logic", logic_json(&f->occupancy.logic));
    set(root, "device", device_json(&f->occupancy));
}

json_t *facts_json_sums(const struct facts *f)
{
    json_t *root = json_object();
    add_names(root, f->program);
    set(root, "chip", chip_json(f));
    set(root, "network", network_json(f));
    add_speed(root, f);
    set(root, "latency_cycles", json_null()); /* over whole utterances */
    set(root, "image", image_json(f));
    set(root, "stalls", stalls_json(f));
    add_cost(root, f);
    return root;
}

json_t *facts_json(const struct facts *f)
{
    const struct program *p = f->program;
    json_t *root = json_object();
    add_names(root, p);
    set(root, "chip", chip_json(f));
    set(root, "network", network_json(f));
    add_speed(root, f);
    add_schedule(root, f);
    add_numbers(root, f);
    add_cost(root, f);
    return root;
}
