/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/registers.h"

#include <ctype.h>
#include <string.h>

#include "gen/emit/register_map.h"
#include "gen/emit/template.h"
#include "gen/image/regions.h"
#include "models/base/version.h"

enum { NAME_MAX = 32 };

static void lower(char *out, const char *name)
{
    size_t n = 0;
    for (; name[n] != '\0' && n < NAME_MAX - 1; n++)
        out[n] = (char)tolower((unsigned char)name[n]);
    out[n] = '\0';
}

static void bind_register(struct bindings *b, const char *list, const struct register_entry *r)
{
    char signal[NAME_MAX];
    lower(signal, r->name);
    struct bindings *row = bind_row(b, list);
    bind_text(row, "SYMBOL", "ADDRESS_%s", r->name);
    if (strcmp(list, "REGISTERS") == 0) {
        bind_text(row, "OFFSET", "%03x", r->offset);
    } else if (strcmp(list, "READABLE") == 0) {
        if (r->kind == ACCESS_CONSTANT)
            bind_text(row, "READ_VALUE", "32'h%08x", r->value);
        else
            bind_text(row, "READ_VALUE", "%s", r->kind == ACCESS_COMMAND ? "32'd0" : signal);
    } else {
        bind_text(row, "SIGNAL", "%s", signal);
        if (strcmp(list, "SETTINGS") == 0) {
            bind_text(row, "RESET", "%u", r->value);
            bind_flag(row, "RUN", r->kind == ACCESS_RUN_SETTING);
        }
    }
}

static bool add_verilog(struct output *output, const struct program *p,
                        const struct register_entry *list, int count, struct error *error)
{
    static const char *const lists[] = {
        [ACCESS_STATUS] = "STATUS",     [ACCESS_SETTING] = "SETTINGS",
        [ACCESS_RUN_SETTING] = "SETTINGS", [ACCESS_COMMAND] = "COMMANDS",
        [ACCESS_EVENTS] = "EVENTS",
    };
    struct bindings *b = bindings_new();
    bind_text(b, "NAME", "%s", p->config.name);
    bind_text(b, "VERSION", "%s", ESE_VERSION);
    for (int n = 0; n < count; n++) {
        bind_register(b, "REGISTERS", &list[n]);
        bind_register(b, "READABLE", &list[n]);
        if (lists[list[n].kind] != NULL)
            bind_register(b, lists[list[n].kind], &list[n]);
    }
    static const char *const template = "templates/host/ese_registers.v.tpl";
    struct text source = {0}, rendered = {0};
    bool ok = template_read(&source, template, error) &&
              render(text_string(&source), template, RENDER_VERILOG, b, &rendered, error);
    if (ok)
        output_take(output, "rtl/ese_registers.v", &rendered);
    text_free(&source);
    text_free(&rendered);
    bindings_free(b);
    return ok;
}

static void register_names(struct text *text, const struct register_entry *list, int count)
{
    text_append(text, "enum ese_register {\n");
    for (int n = 0; n < count; n++)
        text_appendf(text, "    ESE_%s = 0x%02X, /* %s */\n", list[n].name, list[n].offset,
                     list[n].meaning);
    text_append(text, "};\n\n/* Its name, NULL: there is no register. */\n"
                      "static inline const char *ese_register_name(unsigned offset)\n{\n"
                      "    switch (offset) {\n");
    for (int n = 0; n < count; n++)
        text_appendf(text, "    case 0x%02X:\n        return \"%s\";\n", list[n].offset, list[n].name);
    text_append(text, "    default:\n        return 0;\n    }\n}\n\n");
}

static void register_fields(struct text *text, const struct register_entry *list, int count)
{
    text_append(text, "/* Fields of registers: all their bits. */\n");
    for (int n = 0; n < count; n++)
        for (int k = 0; k < list[n].field_count; k++) {
            const struct register_field *field = &list[n].fields[k];
            text_appendf(text, "static const uint32_t ESE_%s_%s = 0x%08XU; /* %s */\n", list[n].name,
                         field->name, (unsigned)CONTRACT_MASK(field->low, field->bits),
                         field->meaning);
        }
    text_append(text, "\n");
}

static void error_codes(struct text *text)
{
    text_append(text, "enum ese_error {\n");
#define ERROR(name, code, present, told, meaning) \
    text_appendf(text, "    ESE_ERROR_%s = %d, /* %s */\n", #name, code, meaning);
#include "fpga/contract/errors.def"
#undef ERROR
    text_append(text, "};\n\n/* What it means, NULL: no such code. */\n"
                      "static inline const char *ese_error_meaning(unsigned code)\n{\n"
                      "    switch (code) {\n");
#define ERROR(name, code, present, told, meaning) \
    text_appendf(text, "    case %d:\n        return \"%s\";\n", code, meaning);
#include "fpga/contract/errors.def"
#undef ERROR
    text_append(text, "    default:\n        return 0;\n    }\n}\n\n");
}

static void layouts(struct text *text)
{
    text_append(text, "enum ese_identity {\n");
#define IDENTITY(name, value, meaning) \
    text_appendf(text, "    ESE_IDENTITY_%s = 0x%X, /* %s */\n", #name, (unsigned)(value), meaning);
#include "fpga/contract/layout.def"
    text_append(text, "};\n\nenum ese_image_word {\n");
#define MODEL_WORD(name, word, meaning) \
    text_appendf(text, "    ESE_IMAGE_%s = %d, /* %s */\n", #name, word, meaning);
#include "fpga/contract/layout.def"
    text_append(text, "};\n\nenum ese_vector_word {\n");
#define VECTOR_WORD(name, word, meaning) \
    text_appendf(text, "    ESE_VECTOR_%s = %d, /* %s */\n", #name, word, meaning);
#include "fpga/contract/layout.def"
    text_append(text, "};\n\nenum ese_vector_kind {\n");
#define VECTOR_KIND(name, value, meaning) \
    text_appendf(text, "    ESE_KIND_%s = %d, /* %s */\n", #name, value, meaning);
#include "fpga/contract/layout.def"
    text_append(text, "};\n\nenum ese_descriptor_word {\n");
#define DESCRIPTOR_WORD(name, word, words, meaning) \
    text_appendf(text, "    ESE_DESCRIPTOR_%s = %d, /* %s */\n", #name, word, meaning);
#include "fpga/contract/layout.def"
    text_append(text, "};\n\n");
}

/* The same header for every chip: what a chip lacks answers SLVERR. */
static struct text header(void)
{
    struct text text = {0};
    text_append(&text, "/* SPDX-License-Identifier: Apache-2.0\n"
                       " * ese_registers.h - what a host and the chip agree upon: registers (byte "
                       "offsets) and their fields, error\n"
                       " * codes, and the 32-bit words of a model image's header and of a "
                       "descriptor. */\n"
                       "#ifndef ESE_REGISTERS_H\n#define ESE_REGISTERS_H\n\n#include <stdint.h>\n\n");
    struct register_entry list[REGISTERS_MOST];
    int count = registers_list_all(list);
    register_names(&text, list, count);
    register_fields(&text, list, count);
    error_codes(&text);
    layouts(&text);
    text_append(&text, "#endif\n");
    return text;
}

void registers_add_header(struct output *output, const char *as)
{
    struct text text = header();
    output_take(output, as, &text);
}

static void append_registers(struct text *text, const struct register_entry *list, int count)
{
    static const char *const access[] = {
        [ACCESS_CONSTANT] = "constant",   [ACCESS_STATUS] = "read",
        [ACCESS_SETTING] = "read, write", [ACCESS_RUN_SETTING] = "read, write",
        [ACCESS_COMMAND] = "write",       [ACCESS_EVENTS] = "read, write 1 to clear",
    };
    text_append(text, "<!-- SPDX-License-Identifier: Apache-2.0 -->\n# Registers\n\n"
                      "AXI4-Lite slave `s_axi_control`, 32 bits each. Addresses "
                      "without a register answer SLVERR. An address within a register means that "
                      "register: a write changes the bytes that are strobed, a read gives all "
                      "four.\n\n"
                      "| offset | name | access | value | meaning |\n|---|---|---|---|---|\n");
    for (int n = 0; n < count; n++) {
        text_appendf(text, "| 0x%02X | %s | %s | ", list[n].offset, list[n].name,
                     access[list[n].kind]);
        if (list[n].kind == ACCESS_CONSTANT)
            text_appendf(text, "0x%08x", list[n].value);
        else if (list[n].kind == ACCESS_SETTING)
            text_appendf(text, "%u after reset", list[n].value);
        else if (list[n].kind == ACCESS_RUN_SETTING)
            text_appendf(text, "%u after reset and after start", list[n].value);
        text_append(text, " | ");
        register_meaning(text, &list[n]);
        text_append(text, " |\n");
    }
}

static void append_errors(struct text *text, const struct program *p)
{
    text_append(text, "\n## ERROR\n\n0 means none; of errors in the same clock the first of this list "
                      "counts.\n\n| code | name | meaning |\n|---|---|---|\n");
#define ERROR(name, code, present, told, meaning) \
    if (present)                            \
        text_appendf(text, "| %d | %s | %s |\n", code, #name, meaning);
#include "fpga/contract/errors.def"
#undef ERROR
}

static void append_image(struct text *text)
{
    text_appendf(text,
                 "\n## Model image\n\n`model.bin` begins with a header of %d words of 32 bits, "
                 "little-endian; those that are not named here are 0. Then come the program, the columns "
                 "and the constants, each from a multiple of 4096 bytes on. `weights.bin` has no header of "
                 "its own. Loading reads and checks the first %d words, these three and `weights.bin`; "
                 "what is for the host has CRCs for the host to check.\n\n"
                 "| word | name | meaning |\n|---|---|---|\n",
                 MODEL_WORDS, CHIP_MODEL_WORDS);
#define MODEL_WORD(name, word, meaning) text_appendf(text, "| %d | %s | %s |\n", word, #name, meaning);
#include "fpga/contract/layout.def"
    text_appendf(text, "\nA saved state holds vectors one behind the other. For each the table of vectors has "
                       "an entry of %d words:\n\n| word | name | meaning |\n|---|---|---|\n", VECTOR_WORDS);
#define VECTOR_WORD(name, word, meaning) text_appendf(text, "| %d | %s | %s |\n", word, #name, meaning);
#include "fpga/contract/layout.def"
    text_append(text, "\n| KIND | name | meaning |\n|---|---|---|\n");
#define VECTOR_KIND(name, value, meaning) text_appendf(text, "| %d | %s | %s |\n", value, #name, meaning);
#include "fpga/contract/layout.def"
}

static void append_words(struct text *text, const struct program *p)
{
    append_image(text);
    if (p->config.io == IO_MEMORY) {
        text_appendf(text, "\n## Descriptor\n\nThe queue is a ring of descriptors of %d words; words "
                           "that are not named here are 0.\n\n| word | name | meaning |\n|---|---|---|\n",
                     DESCRIPTOR_WORDS);
#define DESCRIPTOR_WORD(name, word, words, meaning) \
    text_appendf(text, "| %d | %s | %s |\n", word, #name, meaning);
#include "fpga/contract/layout.def"
    }
    text_append(text, "\n## Identities\n\n| name | value | meaning |\n|---|---|---|\n");
#define IDENTITY(name, value, meaning) \
    text_appendf(text, "| %s | 0x%X | %s |\n", #name, (unsigned)(value), meaning);
#include "fpga/contract/layout.def"
}

static void add_document(struct output *output, const struct program *p,
                         const struct register_entry *list, int count)
{
    struct text text = {0};
    append_registers(&text, list, count);
    append_errors(&text, p);
    append_words(&text, p);
    output_take(output, "REGISTERS.md", &text);
}

bool registers_add(struct output *output, const struct program *p, struct error *error)
{
    struct register_entry list[REGISTERS_MOST];
    int count = registers_list(p, list);
    registers_add_header(output, "driver/ese_registers.h");
    add_document(output, p, list, count);
    return add_verilog(output, p, list, count, error);
}
