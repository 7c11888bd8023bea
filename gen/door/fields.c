/* SPDX-License-Identifier: Apache-2.0
 * fields.c - what all printers of registers want to know of them. */
#include "gen/door/printers.h"

int door_fields(const struct register_entry *entry, const struct register_field **fields)
{
    static const struct register_field whole = {0, "VALUE", 0, REGISTER_BITS, "all of it"};
    *fields = entry->field_count > 0 ? entry->fields : &whole;
    return entry->field_count > 0 ? entry->field_count : 1;
}

uint32_t door_field_value(const struct register_entry *entry, const struct register_field *field)
{
    return (entry->value & CONTRACT_MASK(field->low, field->bits)) >> field->low;
}
