/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/config/device.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/config/config_keys.h"
#include "gen/config/home.h"
#include "models/base/bytes.h"

static const char HEAD[] = "name,part,family,luts,ffs,lutram,bram36,uram,dsps,dsp,source";

enum { NAME, PART, FAMILY, LUTS, FFS, LUTRAM, BRAM36, URAM, DSPS, DSP, SOURCE, FIELD_COUNT };

static const struct generation generations[] = {{"DSP48E1", 25, 18, 4}, {"DSP48E2", 27, 18, 8}};

enum { GENERATION_COUNT = sizeof generations / sizeof *generations };

/* ---- a row ---- */

/* Cuts a row at its commas; a field more or less is no row. */
static bool cut(char *row, char *fields[FIELD_COUNT], struct error *error)
{
    int count = 0;
    for (char *at = row; at != NULL; count++) {
        char *comma = strchr(at, ',');
        if (comma != NULL)
            *comma = '\0';
        if (count < FIELD_COUNT)
            fields[count] = at;
        at = comma != NULL ? comma + 1 : NULL;
    }
    return count == FIELD_COUNT ||
           fail(error, "%d fields, not the %d of the head", count, FIELD_COUNT);
}

/* Text as it goes into reports: printable ASCII without blanks at its ends. */
static bool take_text(char *place, size_t most, const char *what, const char *field,
                      struct error *error)
{
    char shown[PRINTABLE_NAME];
    size_t length = strlen(field);
    bool good = length > 0 && length <= most && field[0] != ' ' && field[length - 1] != ' ';
    for (size_t n = 0; n < length; n++)
        good = good && field[n] >= ' ' && field[n] <= '~';
    printable(shown, sizeof shown, field);
    if (!good)
        return fail(error, "%s '%s' is not a text of 1 to %zu characters", what, shown, most);
    memcpy(place, field, length + 1);
    return true;
}

static bool take_number(int *place, int least, const char *what, const char *field,
                        struct error *error)
{
    char shown[PRINTABLE_NAME];
    int64_t value = 0;
    printable(shown, sizeof shown, field);
    if (whole_number(field, least, INT_MAX, &value) != NUMBER_GOOD)
        return fail(error, "%s '%s' is not a whole number from %d", what, shown, least);
    *place = (int)value;
    return true;
}

static bool take_generation(struct device *device, const char *field, struct error *error)
{
    char shown[PRINTABLE_NAME];
    for (int n = 0; n < GENERATION_COUNT; n++)
        if (strcmp(field, generations[n].dsp) == 0)
            device->generation = &generations[n];
    printable(shown, sizeof shown, field);
    return device->generation != NULL ||
           fail(error, "dsp '%s' is not %s or %s", shown, generations[0].dsp, generations[1].dsp);
}

static bool take_names(struct device *device, char *const *fields, struct error *error)
{
    if (!take_text(device->name, DEVICE_MOST, "name", fields[NAME], error) ||
        !take_text(device->part, DEVICE_PART_MOST, "part", fields[PART], error) ||
        !take_text(device->family, DEVICE_TEXT_MOST, "family", fields[FAMILY], error) ||
        !take_text(device->source, DEVICE_TEXT_MOST, "source", fields[SOURCE], error))
        return false;
    size_t length = strlen(device->name);
    if (strspn(device->name, "abcdefghijklmnopqrstuvwxyz0123456789") != length)
        return fail(error, "name '%s' is not made of a-z and 0-9", device->name);
    return strncmp(device->part, device->name, length) == 0 ||
           fail(error, "part '%s' does not begin with the name '%s'", device->part, device->name);
}

static bool take_row(struct device *device, char *row, struct error *error)
{
    char *fields[FIELD_COUNT];
    if (!cut(row, fields, error) || !take_names(device, fields, error) ||
        !take_number(&device->luts, 1, "luts", fields[LUTS], error) ||
        !take_number(&device->ffs, 1, "ffs", fields[FFS], error) ||
        !take_number(&device->lutram, 1, "lutram", fields[LUTRAM], error) ||
        !take_number(&device->bram36, 1, "bram36", fields[BRAM36], error) ||
        !take_number(&device->uram, 0, "uram", fields[URAM], error) ||
        !take_number(&device->dsps, 1, "dsps", fields[DSPS], error) ||
        !take_generation(device, fields[DSP], error))
        return false;
    return device->lutram <= device->luts ||
           fail(error, "lutram %d is more than luts %d", device->lutram, device->luts);
}

/* ---- the table ---- */

static bool add_row(struct devices *devices, char *row, struct error *error)
{
    if (devices->count == DEVICES_MOST)
        return fail(error, "more than %d devices", DEVICES_MOST);
    struct device *device = &devices->at[devices->count], *last = device - 1;
    *device = (struct device){0};
    if (!take_row(device, row, error))
        return false;
    if (devices->count > 0 && strcmp(last->name, device->name) >= 0)
        return fail(error, "'%s' does not come after '%s': a name once, in order", device->name,
                    last->name);
    devices->count++;
    return true;
}

/* Lines that begin with # and empty ones say nothing; the first of the others is the head. */
static bool take_line(struct devices *devices, char *line, bool *head, struct error *error)
{
    if (*line == '\0' || *line == '#')
        return true;
    if (*head)
        return add_row(devices, line, error);
    *head = strcmp(line, HEAD) == 0;
    return *head || fail(error, "the head is not '%s'", HEAD);
}

static bool take_lines(struct devices *devices, char *line, const char *name, struct error *error)
{
    bool head = false;
    for (int number = 1; *line != '\0'; number++) {
        size_t length = strcspn(line, "\n");
        char *next = line + length + (line[length] == '\n');
        line[length] = '\0';
        if (!take_line(devices, line, &head, error)) {
            char where[PRINTABLE_PATH + 16];
            snprintf(where, sizeof where, "%s:%d", name, number);
            return fail_in(error, where);
        }
        line = next;
    }
    return devices->count > 0 || fail(error, "%s: has no devices", name);
}

bool devices_read(struct devices *devices, const char *path, struct error *error)
{
    struct text text = {0};
    devices->count = 0;
    if (!text_read_file(&text, path, error))
        return false;
    char name[PRINTABLE_PATH];
    printable(name, sizeof name, path);
    bool good = memchr(text_string(&text), '\0', text.length) == NULL
                    ? take_lines(devices, text.data, name, error)
                    : fail(error, "%s: is no text", name);
    text_free(&text);
    return good;
}

/* The one of ese_home(); NULL and a message if it cannot be read. */
static const struct devices *table(struct error *error)
{
    static struct devices devices;
    static bool read;
    struct text path = {0};
    text_appendf(&path, "%s/fpga/devices.csv", ese_home());
    read = read || devices_read(&devices, text_string(&path), error);
    text_free(&path);
    return read ? &devices : NULL;
}

/* Of all, or of those that have so many UltraRAMs. */
static void list_names(struct text *text, const struct devices *devices, int uram)
{
    int left = 0;
    const char *before = "";
    for (int n = 0; n < devices->count; n++)
        left += devices->at[n].uram >= uram;
    for (int n = 0; n < devices->count; n++) {
        if (devices->at[n].uram < uram)
            continue;
        text_appendf(text, "%s%s", before, devices->at[n].name);
        before = --left > 1 ? ", " : " or ";
    }
}

bool device_names(struct text *text, struct error *error)
{
    const struct devices *devices = table(error);
    if (devices != NULL)
        list_names(text, devices, 0);
    return devices != NULL;
}

void device_names_with_ultra(struct text *text)
{
    struct error error;
    const struct devices *devices = table(&error);
    BUG_UNLESS(devices != NULL);
    list_names(text, devices, 1);
}

static void refuse(const char *name, const struct devices *devices, struct error *error)
{
    struct text names = {0}, guess = {0};
    char shown[PRINTABLE_NAME];
    int best = edits_limit(name);
    for (int n = 0; n < devices->count; n++)
        if (edits_between(name, devices->at[n].name) < best) {
            best = edits_between(name, devices->at[n].name);
            text_cut(&guess, 0);
            text_appendf(&guess, " (did you mean '%s'?)", devices->at[n].name);
        }
    list_names(&names, devices, 0);
    printable(shown, sizeof shown, name);
    fail(error, "'%s' is not in fpga/devices.csv%s, allowed: %s", shown, text_string(&guess),
         text_string(&names));
    text_free(&names);
    text_free(&guess);
}

const struct device *device_find(const char *name, struct error *error)
{
    const struct devices *devices = table(error);
    for (int n = 0; devices != NULL && n < devices->count; n++)
        if (strcmp(devices->at[n].name, name) == 0)
            return &devices->at[n];
    if (devices != NULL)
        refuse(name, devices, error);
    return NULL;
}

const struct device *device_of(const struct config *config)
{
    struct error error;
    const struct device *device = device_find(config->device, &error);
    BUG_UNLESS(device != NULL);
    return device;
}
