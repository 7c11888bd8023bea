/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/image/images.h"

#include <stdio.h>
#include <string.h>

#include "models/program/derive.h"
#include "models/program/element.h"
#include "models/program/path.h"
#include "models/program/places.h"

static uint64_t mask(int64_t value, int bits)
{
    return (uint64_t)value & (bits == 64 ? ~(uint64_t)0 : ((uint64_t)1 << bits) - 1);
}

/* Writes fields one after the other into a word, from bit 0 up. */
struct packer {
    struct mem_image *image;
    int word, bit;
};

static void pack(struct packer *p, int width, int64_t value)
{
    mem_image_set(p->image, p->word, p->bit, width, mask(value, width));
    p->bit += width;
}

static void pack_field(struct packer *p, int width, int value)
{
    BUG_UNLESS(value >= 0 && (int64_t)value < (int64_t)1 << width);
    pack(p, width, value);
}

static struct mem_image *weights_image(const struct program *p)
{
    const struct derived *d = &p->d;
    int entry_bits = d->weight_bits + d->index_bits;
    struct mem_image *image = mem_image_new(weight_beat_bits(d), d->beats);
    for (int beat = 0; beat < d->beats; beat++)
        for (int pe = 0; pe < d->pes; pe++)
            mem_image_set(image, beat, pe * entry_bits, entry_bits,
                          p->entries[(size_t)beat * (size_t)d->pes + (size_t)pe]);
    return image;
}

static struct mem_image *columns_image(const struct program *p)
{
    const struct derived *d = &p->d;
    struct mem_image *image =
        mem_image_new(column_word_bits(d), d->columns);
    for (int n = 0; n < p->product_count; n++) {
        const struct product *product = &p->products[n];
        for (int i = 0; i < product->columns; i++) {
            struct packer w = {image, product->first_column + i, 0};
            int element = p->columns[w.word].element;
            const struct vector_place *place = &p->places[product->source];
            const bool is_x = place->store == STORE_INPUT;
            pack(&w, d->word_bits,
                 is_x ? element_x_word(d, element) : place->base + element_word(d, element));
            pack(&w, d->lane_bits, is_x ? element_x_lane(d, element) : element_lane(d, element));
            for (int pe = 0; pe < d->pes; pe++)
                pack(&w, d->length_bits, p->lengths[(size_t)w.word * (size_t)d->pes + (size_t)pe]);
        }
    }
    return image;
}

static struct mem_image *constants_image(const struct program *p)
{
    const struct derived *d = &p->d;
    const struct quantized *q = &p->quant;
    struct mem_image *image = mem_image_new(constant_word_bits(d), d->constants);
    int word = 0;
    for (int n = 0; n < p->pass_count; n++) {
        const struct pass *pass = &p->passes[n];
        const struct quant_pass *quant = &q->passes[pass->of];
        if (!p->network.passes[pass->of].constants)
            continue;
        int owners = geometry_owners(&p->geometry, pass->fold), groups = d->groups / pass->fold;
        int first_row = pass->row_block * geometry_span(&p->geometry, pass->fold);
        for (int beat = 0; beat < pass->beats; beat++) {
            struct packer w = {image, word++, 0};
            for (int lane = 0; lane < d->lanes; lane++) {
                int owner = beat % groups * d->lanes + lane;
                int row = first_row + beat / groups * owners + owner;
                bool real = owner < owners && row < first_row + pass->rows;
                pack(&w, d->bias_bits, real && quant->bias != NULL ? quant->bias[row] : 0);
                pack(&w, d->peep_bits, real && quant->peep != NULL ? quant->peep[row] : 0);
            }
        }
    }
    return image;
}

static struct mem_image *products_image(const struct program *p)
{
    const struct derived *d = &p->d;
    struct mem_image *image = mem_image_new(d->product_word_bits, p->product_count);
    for (int n = 0; n < p->product_count; n++) {
        const struct product *product = &p->products[n];
        struct packer w = {image, n, 0};
#define PRODUCT_FIELD(name, signal, WIDTH, width, value, meaning) pack_field(&w, width, value);
#include "models/program/words.def"
    }
    return image;
}

static struct mem_image *passes_image(const struct program *p)
{
    const struct derived *d = &p->d;
    struct mem_image *image = mem_image_new(d->pass_word_bits, p->pass_count);
    for (int n = 0; n < p->pass_count; n++) {
        const struct pass *pass = &p->passes[n];
        struct packer w = {image, n, 0};
#define PASS_FIELD(name, signal, WIDTH, width, value, meaning) pack_field(&w, width, value);
#include "models/program/words.def"
    }
    return image;
}

static struct mem_image *table_image(const struct program *p, const struct act_table *table)
{
    const struct derived *d = &p->d;
    int width = d->activation_bits + (table->direct ? 0 : d->slope_bits);
    struct mem_image *image = mem_image_new(width, 1 << table->address_bits);
    for (int entry = 0; entry < 1 << table->address_bits; entry++) {
        struct packer w = {image, entry, 0};
        pack(&w, d->activation_bits, table->base[entry]);
        if (!table->direct)
            pack(&w, d->slope_bits, table->slope[entry]);
    }
    return image;
}

struct image_mark image_mark(const struct config *config)
{
    struct image_mark mark = {""};
    if (strcmp(config->prefix, PREFIX_DEFAULT) != 0)
        snprintf(mark.text, sizeof mark.text, "%s_", config->prefix);
    return mark;
}

struct image_mark image_part(int number)
{
    struct image_mark folder = {""};
    snprintf(folder.text, sizeof folder.text, "part%d", number);
    return folder;
}

bool image_is_read(const struct program *p, int image)
{
    return (image != IMAGE_SIGMOID || element_has_sigmoid(&p->chip)) &&
           (image != IMAGE_TANH || element_has_tanh(&p->chip));
}

bool image_is_on_chip(const struct program *p, int image)
{
    return image_is_read(p, image) && (p->config.memory == MEMORY_ROM || image == IMAGE_SIGMOID ||
                                       image == IMAGE_TANH);
}

void images_build(const struct program *p, struct named_image images[IMAGE_COUNT])
{
    if (p->part_count > 0) /* the tables are those of all */
        p = &p->parts[0].program;
    images[IMAGE_WEIGHTS] = (struct named_image){"weights.mem", weights_image(p), "encoded weights, a beat a word"};
    images[IMAGE_COLUMNS] = (struct named_image){"columns.mem", columns_image(p),
                                     "vector element and lengths of every column"};
    images[IMAGE_CONSTANTS] = (struct named_image){"constants.mem", constants_image(p), "biases and peepholes"};
    images[IMAGE_PRODUCTS] = (struct named_image){"products.mem", products_image(p), "program: block products"};
    images[IMAGE_PASSES] = (struct named_image){"passes.mem", passes_image(p), "program: element-wise passes"};
    images[IMAGE_SIGMOID] = (struct named_image){"sigmoid.mem", table_image(p, &p->quant.sigm), "Sigmoid table"};
    images[IMAGE_TANH] = (struct named_image){"tanh.mem", table_image(p, &p->quant.tanh), "Tanh table"};
}
