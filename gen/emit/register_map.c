/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/register_map.h"

#include "models/base/version.h"

static const struct register_field FIELDS[] = {
#define FIELD(register, name, low, bits, meaning) {REGISTER_##register, #name, low, bits, meaning},
#include "fpga/contract/registers.def"
};

enum { FIELD_COUNT = sizeof FIELDS / sizeof *FIELDS };

/* Register FEATURES. */
static unsigned program_features(const struct program *p)
{
    return (p->config.memory == MEMORY_RESIDENT ? 1u : 0u) | (p->config.io == IO_MEMORY ? 2u : 0u) |
           (p->config.memory_ports > 1 ? 4u : 0u) | (unsigned)p->d.bus_bits / 8 << 16;
}

/* They stand behind their register, ascending: what is read as another's bits would be wrong everywhere. */
static void find_fields(struct register_entry *entry)
{
    int end = 0;
    for (int n = 0; n < FIELD_COUNT; n++) {
        const struct register_field *field = &FIELDS[n];
        if (field->offset != entry->offset)
            continue;
        if (entry->field_count == 0)
            entry->fields = field;
        BUG_UNLESS(field == entry->fields + entry->field_count && field->low >= end);
        entry->field_count++;
        end = field->low + field->bits;
    }
}

static int find_all_fields(struct register_entry *list, int count)
{
    BUG_UNLESS(count <= REGISTERS_MOST);
    for (int n = 0; n < count; n++)
        find_fields(&list[n]);
    return count;
}

int registers_list(const struct program *p, struct register_entry list[REGISTERS_MOST])
{
    int count = 0;
#define REGISTER(name, offset, kind, present, value, meaning) \
    if (present)                                               \
        list[count++] = (struct register_entry){#name,   (offset), ACCESS_##kind, (unsigned)(value), \
                                                meaning, NULL,     0};
#include "fpga/contract/registers.def"
    return find_all_fields(list, count);
}

int registers_list_all(struct register_entry list[REGISTERS_MOST])
{
    int count = 0;
#define REGISTER(name, offset, kind, present, value, meaning) \
    list[count++] = (struct register_entry){#name, (offset), ACCESS_##kind, 0, meaning, NULL, 0};
#include "fpga/contract/registers.def"
    return find_all_fields(list, count);
}

bool register_has_value(enum register_kind kind)
{
    return kind == ACCESS_CONSTANT || kind == ACCESS_SETTING || kind == ACCESS_RUN_SETTING ||
           kind == ACCESS_EVENTS;
}

void register_meaning(struct text *text, const struct register_entry *entry)
{
    text_append(text, entry->meaning);
    for (int n = 0; n < entry->field_count; n++) {
        const struct register_field *field = &entry->fields[n];
        if (field->bits == 1)
            text_appendf(text, "; bit %d", field->low);
        else
            text_appendf(text, "; bits %d..%d", field->low + field->bits - 1, field->low);
        text_appendf(text, " %s: %s", field->name, field->meaning);
    }
}

const char *register_access(enum register_kind kind)
{
    static const char *const access[] = {
        [ACCESS_CONSTANT] = "read-only", [ACCESS_STATUS] = "read-only",
        [ACCESS_SETTING] = "read-write", [ACCESS_RUN_SETTING] = "read-write",
        [ACCESS_COMMAND] = "write-only", [ACCESS_EVENTS] = "read-write",
    };
    return access[kind];
}
