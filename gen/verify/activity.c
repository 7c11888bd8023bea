/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/verify/activity.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/text.h"

/* A VCD has a short code for each signal, of characters from `!` to `~`: numbers to this base. */
enum { CODE_FIRST = '!', CODE_BASE = 94, CODE_MOST = 1 << 26 };

struct signal {
    size_t first; /* of its bits */
    int width;    /* 0: nobody asks for it */
};

struct reading {
    FILE *file;
    const char *name;
    struct activity *activity;
    struct signal *signals; /* by code */
    size_t signal_count;
    struct text token;
    int scope; /* that is open */
    uint64_t time;
    bool timed, over; /* a time has come; the waveform was switched off */
    struct error *error;
};

/* ---- tokens ---------------------------------------------------------------------------------- */

static bool is_space(int c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* The next word of the file, or NULL at its end. */
static const char *next_token(struct reading *reading)
{
    int c = getc_unlocked(reading->file);
    text_cut(&reading->token, 0);
    while (is_space(c))
        c = getc_unlocked(reading->file);
    for (; c != EOF && !is_space(c); c = getc_unlocked(reading->file))
        text_append_char(&reading->token, (char)c);
    return reading->token.length > 0 ? reading->token.data : NULL;
}

static void skip_section(struct reading *reading)
{
    const char *token = next_token(reading);
    while (token != NULL && strcmp(token, "$end") != 0)
        token = next_token(reading);
}

static bool cut_off(struct reading *reading)
{
    return fail(reading->error, "%s: the waveform ends within a declaration", reading->name);
}

static bool code_number(struct reading *reading, const char *code, size_t *number)
{
    size_t scale = 1;
    *number = 0;
    for (const char *c = code; *c != '\0'; c++, scale *= CODE_BASE) {
        if (*c < CODE_FIRST || *c >= CODE_FIRST + CODE_BASE || scale > CODE_MOST)
            return fail(reading->error, "%s: '%.40s' is no code of a signal", reading->name, code);
        *number += scale * (size_t)(*c - CODE_FIRST + 1);
    }
    return *number < CODE_MOST || fail(reading->error, "%s: there are more than %d signals",
                                       reading->name, (int)CODE_MOST);
}

/* ---- declarations ---------------------------------------------------------------------------- */

/* Room for one more of `count`, which doubles. */
static void *grow(void *list, size_t count, size_t size)
{
    if ((count & (count - 1)) != 0)
        return list;
    void *more = allocate(count > 0 ? 2 * count : 1, size);
    if (count > 0)
        memcpy(more, list, count * size);
    free(list);
    return more;
}

int activity_scope_find(const struct activity *activity, int outer, const char *name)
{
    int scope = activity->scopes[outer].inner;
    while (scope >= 0 && strcmp(activity->scopes[scope].name, name) != 0)
        scope = activity->scopes[scope].next;
    return scope;
}

static int add_scope(struct activity *activity, int outer, const char *name)
{
    int added = activity->scope_count;
    activity->scopes = grow(activity->scopes, (size_t)added, sizeof *activity->scopes);
    activity->scopes[added] = (struct activity_scope){
        .name = duplicate(name), .outer = outer, .inner = -1, .last_inner = -1, .next = -1,
        .net = -1, .last_net = -1};
    activity->scope_count++;
    if (outer < 0)
        return added;
    struct activity_scope *around = &activity->scopes[outer];
    if (around->inner < 0)
        around->inner = added;
    else
        activity->scopes[around->last_inner].next = added;
    around->last_inner = added;
    return added;
}

/* `$scope KIND NAME $end`; one that is opened again is the same. */
static bool open_scope(struct reading *reading)
{
    if (next_token(reading) == NULL || next_token(reading) == NULL)
        return cut_off(reading);
    const char *name = reading->token.data;
    int there = activity_scope_find(reading->activity, reading->scope, name);
    reading->scope = there >= 0 ? there : add_scope(reading->activity, reading->scope, name);
    skip_section(reading);
    return true;
}

static bool close_scope(struct reading *reading)
{
    if (reading->scope == 0)
        return fail(reading->error, "%s: a scope ends that has not begun", reading->name);
    reading->scope = reading->activity->scopes[reading->scope].outer;
    skip_section(reading);
    return true;
}

static size_t add_bits(struct activity *activity, int width)
{
    size_t first = activity->bit_count;
    for (int n = 0; n < width; n++) {
        activity->bits = grow(activity->bits, activity->bit_count, sizeof *activity->bits);
        activity->bits[activity->bit_count++] = (struct activity_bit){.level = LEVEL_X};
    }
    return first;
}

/* The signal of a code, which gets its bits where it is first met. */
static bool find_signal(struct reading *reading, size_t code, int width, size_t *first)
{
    while (reading->signal_count <= code) {
        reading->signals = grow(reading->signals, reading->signal_count, sizeof *reading->signals);
        reading->signals[reading->signal_count++] = (struct signal){0};
    }
    struct signal *signal = &reading->signals[code];
    if (signal->width == 0)
        *signal = (struct signal){.first = add_bits(reading->activity, width), .width = width};
    *first = signal->first;
    return signal->width == width ||
           fail(reading->error, "%s: a signal has %d bits here and %d there", reading->name,
                signal->width, width);
}

static void add_net(struct activity *activity, int scope, const struct activity_net *net)
{
    int added = activity->net_count;
    struct activity_scope *in = &activity->scopes[scope];
    activity->nets = grow(activity->nets, (size_t)added, sizeof *activity->nets);
    activity->nets[added] = *net;
    activity->net_count++;
    if (in->net < 0)
        in->net = added;
    else
        activity->nets[in->last_net].next = added;
    in->last_net = added;
}

static bool has_net(const struct activity *activity, int scope, const char *name)
{
    int net = activity->scopes[scope].net;
    while (net >= 0 && strcmp(activity->nets[net].name, name) != 0)
        net = activity->nets[net].next;
    return net >= 0;
}

/* NAME and a range, if there is one, up to `$end`. */
static bool read_name(struct reading *reading, struct activity_net *net)
{
    if (next_token(reading) == NULL)
        return cut_off(reading);
    net->name = duplicate(reading->token.data);
    const char *token = next_token(reading);
    if (token != NULL && sscanf(token, "[%d:%d]", &net->left, &net->right) == 1)
        net->right = net->left;
    if (token != NULL && strcmp(token, "$end") != 0)
        skip_section(reading);
    return token != NULL || cut_off(reading);
}

/* `$var KIND WIDTH CODE NAME [RANGE] $end` */
static bool declare(struct reading *reading)
{
    struct activity_net net = {.left = -1, .right = -1, .next = -1};
    size_t code;
    const char *token = next_token(reading);
    bool wanted = token != NULL && (strcmp(token, "wire") == 0 || strcmp(token, "reg") == 0);
    token = next_token(reading);
    net.width = token != NULL ? atoi(token) : 0;
    if (next_token(reading) == NULL || !code_number(reading, reading->token.data, &code))
        return reading->token.length > 0 ? false : cut_off(reading);
    if (!read_name(reading, &net)) {
        free(net.name);
        return false;
    }
    wanted = wanted && net.width > 0 && strchr(net.name, '[') == NULL &&
             !has_net(reading->activity, reading->scope, net.name);
    bool ok = !wanted || find_signal(reading, code, net.width, &net.first);
    if (ok && wanted)
        add_net(reading->activity, reading->scope, &net);
    else
        free(net.name);
    return ok;
}

static bool read_unit(struct reading *reading)
{
    char *unit = reading->activity->unit;
    size_t most = sizeof reading->activity->unit - 1;
    unit[0] = '\0';
    const char *token = next_token(reading);
    for (; token != NULL && strcmp(token, "$end") != 0; token = next_token(reading))
        strncat(unit, token, most - strlen(unit));
    return true;
}

/* ---- changes --------------------------------------------------------------------------------- */

static bool level_of(char c, enum activity_level *level)
{
    switch (c) {
    case '0':
        *level = LEVEL_0;
        return true;
    case '1':
        *level = LEVEL_1;
        return true;
    case 'x':
    case 'X':
        *level = LEVEL_X;
        return true;
    case 'z':
    case 'Z':
        *level = LEVEL_Z;
        return true;
    default:
        return false;
    }
}

static void set_bit(struct reading *reading, size_t number, enum activity_level level)
{
    struct activity_bit *bit = &reading->activity->bits[number];
    if (bit->level == level)
        return;
    bit->changes += bit->level <= LEVEL_1 && level <= LEVEL_1;
    bit->time[bit->level] += reading->time - bit->since;
    bit->level = level;
    bit->since = reading->time;
}

static const struct signal *coded_signal(struct reading *reading, const char *code)
{
    static const struct signal nobody = {0};
    size_t number;
    if (!code_number(reading, code, &number))
        return NULL;
    return number < reading->signal_count ? &reading->signals[number] : &nobody;
}

/* One character for all bits that are not told: the left one, but 0 if that is 1. */
static bool change_vector(struct reading *reading, const char *value, const struct signal *signal)
{
    int told = (int)strlen(value), missing = signal->width - told;
    enum activity_level level = LEVEL_X;
    for (int n = 0; n < signal->width; n++) {
        char c = n >= missing ? value[n - missing] : value[0] == '1' ? '0' : value[0];
        if (missing < 0 || !level_of(c, &level))
            return fail(reading->error, "%s: '%.40s' is no value of a signal of %d bits",
                        reading->name, value, signal->width);
        set_bit(reading, signal->first + (size_t)n, level);
    }
    return true;
}

/* `bVALUE CODE`; real numbers and strings are of no signal that counts. */
static bool read_vector(struct reading *reading)
{
    char *value = duplicate(reading->token.data);
    const char *code = next_token(reading);
    const struct signal *signal = code != NULL ? coded_signal(reading, code) : NULL;
    bool plain = value[0] == 'b' || value[0] == 'B';
    bool ok = signal != NULL && (!plain || signal->width == 0 ||
                                 change_vector(reading, value + 1, signal));
    if (code == NULL)
        cut_off(reading);
    free(value);
    return ok;
}

static bool read_scalar(struct reading *reading)
{
    const char *token = reading->token.data;
    enum activity_level level;
    if (!level_of(token[0], &level))
        return fail(reading->error, "%s: '%.40s' is no change of a signal", reading->name, token);
    const struct signal *signal = coded_signal(reading, token + 1);
    if (signal != NULL && signal->width > 0)
        set_bit(reading, signal->first + (size_t)signal->width - 1, level);
    return signal != NULL;
}

static void begin_at(struct reading *reading)
{
    struct activity *activity = reading->activity;
    activity->begin = reading->time;
    for (size_t n = 0; n < activity->bit_count; n++)
        activity->bits[n].since = reading->time;
    reading->timed = true;
}

static bool read_time(struct reading *reading)
{
    char *end;
    uint64_t time = strtoull(reading->token.data + 1, &end, 10);
    if (*end != '\0' || time < reading->time)
        return fail(reading->error, "%s: '%.40s' is no later time", reading->name,
                    reading->token.data);
    reading->time = time;
    if (!reading->timed)
        begin_at(reading);
    return true;
}

/* `$dumpvars` and the like have changes in them, up to an `$end`. */
static bool read_section(struct reading *reading)
{
    const char *word = reading->token.data;
    if (strcmp(word, "$scope") == 0)
        return open_scope(reading);
    if (strcmp(word, "$upscope") == 0)
        return close_scope(reading);
    if (strcmp(word, "$var") == 0)
        return declare(reading);
    if (strcmp(word, "$timescale") == 0)
        return read_unit(reading);
    if (strcmp(word, "$dumpoff") == 0)
        reading->over = true;
    if (strncmp(word, "$dump", 5) != 0 && strcmp(word, "$end") != 0)
        skip_section(reading);
    return true;
}

static bool read_item(struct reading *reading)
{
    switch (reading->token.data[0]) {
    case '$':
        return read_section(reading);
    case '#':
        return read_time(reading);
    case 'b':
    case 'B':
    case 'r':
    case 'R':
    case 's':
    case 'S':
        return read_vector(reading);
    default:
        return read_scalar(reading);
    }
}

static void end_at(struct reading *reading)
{
    struct activity *activity = reading->activity;
    activity->end = reading->time;
    for (size_t n = 0; n < activity->bit_count; n++) {
        struct activity_bit *bit = &activity->bits[n];
        bit->time[bit->level] += reading->time - bit->since;
        bit->since = reading->time;
    }
}

static void drain(FILE *file)
{
    char rest[4096];
    while (fread(rest, 1, sizeof rest, file) > 0)
        continue;
}

bool activity_read(struct activity *activity, FILE *file, const char *name, struct error *error)
{
    *activity = (struct activity){0};
    struct reading reading = {
        .file = file, .name = name, .activity = activity, .error = error};
    add_scope(activity, -1, "");
    bool ok = true;
    while (ok && !reading.over && next_token(&reading) != NULL)
        ok = read_item(&reading);
    drain(file);
    if (ok && !reading.timed)
        ok = fail(error, "%s: there is nothing in the waveform", name);
    end_at(&reading);
    text_free(&reading.token);
    free(reading.signals);
    return ok;
}

void activity_free(struct activity *activity)
{
    for (int n = 0; n < activity->scope_count; n++)
        free(activity->scopes[n].name);
    for (int n = 0; n < activity->net_count; n++)
        free(activity->nets[n].name);
    free(activity->scopes);
    free(activity->nets);
    free(activity->bits);
    *activity = (struct activity){0};
}
