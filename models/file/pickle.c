/* SPDX-License-Identifier: Apache-2.0
 * pickle.c - the machine that pickles are programs for, with everything left out that acts. */
#include "models/file/pickle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes.h"

enum {
    CHUNK = 512,            /* values that are allocated at once */
    STEPS = 8 * PICKLE_VALUES, /* opcodes of one pickle, and by that all lists together */
    LINE_MOST = 1024,       /* of a name */
    NEWEST_PROTOCOL = 5,
    TUPLE1 = 0x85,
    TRUE = 0x88,
    STOP = '.'
};

struct pickle_chunk {
    struct pickle_chunk *next;
    int used;
    struct pickle_value values[CHUNK];
};

struct list {
    struct pickle_value **at;
    size_t count, room;
};

struct machine {
    struct pickle *pickle;
    const unsigned char *start, *at, *end;
    struct list stack, memo;
    size_t *marks;
    size_t mark_count, mark_room;
    int values;
    uint64_t steps;
    const char *name;
    struct error *error;
};

/* What stands behind an opcode. */
struct operand {
    unsigned char code;
    int64_t number;
    const char *text, *second;
    size_t length, second_length;
};

static bool stop(const struct machine *m, const char *why)
{
    fail(m->error, "%s: byte %zu of its pickle: %s", m->name, (size_t)(m->at - m->start), why);
    return false;
}

/* ---- values -------------------------------------------------------------------------------------------- */

/* NULL, and a message: there are too many. */
static struct pickle_value *new_value(struct machine *m, enum pickle_kind kind)
{
    struct pickle *p = m->pickle;
    if (++m->values > PICKLE_VALUES) {
        stop(m, "it has more values than are allowed");
        return NULL;
    }
    if (p->chunks == NULL || p->chunks->used == CHUNK) {
        struct pickle_chunk *chunk = allocate(1, sizeof *chunk);
        chunk->next = p->chunks;
        p->chunks = chunk;
    }
    struct pickle_value *value = &p->chunks->values[p->chunks->used++];
    value->kind = kind;
    return value;
}

static void add_item(struct pickle_value *to, struct pickle_value *item)
{
    if (to->count == to->room) {
        to->room = to->room > 0 ? 2 * to->room : 2;
        to->items = realloc(to->items, (size_t)to->room * sizeof *to->items);
        BUG_UNLESS(to->items != NULL);
    }
    to->items[to->count++] = item;
}

static bool push(struct machine *m, struct pickle_value *value)
{
    struct list *s = &m->stack;
    if (value == NULL)
        return false;
    if (s->count == s->room) {
        s->room = s->room > 0 ? 2 * s->room : 64;
        s->at = realloc(s->at, s->room * sizeof *s->at);
        BUG_UNLESS(s->at != NULL);
    }
    s->at[s->count++] = value;
    return true;
}

/* Nothing below the last mark can be taken.  NULL, and a message: there is nothing. */
static struct pickle_value *pop(struct machine *m)
{
    const size_t least = m->mark_count > 0 ? m->marks[m->mark_count - 1] : 0;
    if (m->stack.count > least)
        return m->stack.at[--m->stack.count];
    stop(m, "it takes a value where there is none");
    return NULL;
}

static struct pickle_value *top(struct machine *m)
{
    struct pickle_value *value = pop(m);
    m->stack.count += value != NULL;
    return value;
}

static bool pop_mark(struct machine *m, size_t *from)
{
    if (m->mark_count == 0)
        return stop(m, "it goes back to a mark where there is none");
    *from = m->marks[--m->mark_count];
    return true;
}

/* What was pushed since the mark goes into `to`. */
static bool take_since_mark(struct machine *m, struct pickle_value *to)
{
    size_t from;
    if (to == NULL || !pop_mark(m, &from))
        return false;
    for (size_t i = from; i < m->stack.count; i++)
        add_item(to, m->stack.at[i]);
    m->stack.count = from;
    return true;
}

/* ---- opcodes: constants -------------------------------------------------------------------------------- */

static bool push_kind(struct machine *m, enum pickle_kind kind, const struct operand *o)
{
    struct pickle_value *value = new_value(m, kind);
    if (value != NULL) {
        value->number = o->number;
        value->text = o->text;
        value->length = o->length;
    }
    return push(m, value);
}

static bool op_none(struct machine *m, const struct operand *o)
{
    return push_kind(m, PICKLE_NONE, o);
}

static bool op_bool(struct machine *m, const struct operand *o)
{
    return push_kind(m, PICKLE_BOOL, &(struct operand){.number = o->code == TRUE});
}

static bool op_int(struct machine *m, const struct operand *o)
{
    return push_kind(m, PICKLE_INT, o);
}

static bool op_text(struct machine *m, const struct operand *o)
{
    return push_kind(m, PICKLE_TEXT, o);
}

static bool op_bytes(struct machine *m, const struct operand *o)
{
    return push_kind(m, PICKLE_BYTES, o);
}

/* Little-endian, in two's complement. */
static bool op_long(struct machine *m, const struct operand *o)
{
    uint64_t bits = 0;
    if (o->length > sizeof bits)
        return push_kind(m, PICKLE_LONG, o);
    for (size_t i = 0; i < o->length; i++)
        bits |= (uint64_t)(unsigned char)o->text[i] << (8 * i);
    if (o->length > 0 && o->length < sizeof bits && (bits >> (8 * o->length - 1) & 1) != 0)
        bits |= ~UINT64_C(0) << (8 * o->length);
    return push_kind(m, PICKLE_INT, &(struct operand){.number = (int64_t)bits});
}

static bool op_float(struct machine *m, const struct operand *o)
{
    uint64_t bits = 0;
    struct pickle_value *value = new_value(m, PICKLE_FLOAT);
    for (int i = 0; i < 8; i++) /* big-endian */
        bits = bits << 8 | (unsigned char)o->text[i];
    if (value != NULL)
        value->real = double_of_bits(bits);
    return push(m, value);
}

/* ---- opcodes: containers ------------------------------------------------------------------------------- */

static bool op_empty(struct machine *m, const struct operand *o)
{
    return push_kind(m, o->code == '}' ? PICKLE_DICT : o->code == ')' ? PICKLE_TUPLE : PICKLE_LIST, o);
}

static bool check_pairs(const struct machine *m, const struct pickle_value *value)
{
    return value->count % 2 == 0 || stop(m, "a key has no value");
}

/* A container of what was pushed since the mark. */
static bool op_marked(struct machine *m, const struct operand *o)
{
    struct pickle_value *value =
        new_value(m, o->code == 'd' ? PICKLE_DICT : o->code == 't' ? PICKLE_TUPLE : PICKLE_LIST);
    return take_since_mark(m, value) && (o->code != 'd' || check_pairs(m, value)) && push(m, value);
}

/* `count` values become the items of one. */
static bool of_last(struct machine *m, enum pickle_kind kind, int count)
{
    struct pickle_value *items[3], *value = new_value(m, kind);
    for (int i = count - 1; i >= 0; i--)
        if ((items[i] = pop(m)) == NULL)
            return false;
    for (int i = 0; value != NULL && i < count; i++)
        add_item(value, items[i]);
    return push(m, value);
}

static bool op_tuple_short(struct machine *m, const struct operand *o)
{
    return of_last(m, PICKLE_TUPLE, o->code - TUPLE1 + 1);
}

/* The container below what was pushed since the mark. */
static struct pickle_value *below_mark(struct machine *m)
{
    const size_t before = m->mark_count > 1 ? m->marks[m->mark_count - 2] : 0;
    if (m->mark_count > 0 && m->marks[m->mark_count - 1] > before)
        return m->stack.at[m->marks[m->mark_count - 1] - 1];
    stop(m, "it fills a container where there is none");
    return NULL;
}

/* A list or a dictionary, or an object that behaves like one; not both. */
static bool check_container(const struct machine *m, struct pickle_value *to, bool keyed)
{
    if (to->kind == PICKLE_CALL && to->count == 2)
        to->keyed = keyed;
    return to->kind == (keyed ? PICKLE_DICT : PICKLE_LIST) ||
           (to->kind == PICKLE_CALL && to->keyed == keyed) ||
           stop(m, "it fills what is no container of that kind");
}

static bool op_append(struct machine *m, const struct operand *o)
{
    struct pickle_value *item = pop(m), *to = item != NULL ? top(m) : NULL;
    (void)o;
    if (to == NULL || !check_container(m, to, false))
        return false;
    add_item(to, item);
    return true;
}

static bool op_appends(struct machine *m, const struct operand *o)
{
    struct pickle_value *to = below_mark(m);
    (void)o;
    return to != NULL && check_container(m, to, false) && take_since_mark(m, to);
}

static bool op_setitem(struct machine *m, const struct operand *o)
{
    struct pickle_value *item = pop(m), *key = item != NULL ? pop(m) : NULL;
    struct pickle_value *to = key != NULL ? top(m) : NULL;
    (void)o;
    if (to == NULL || !check_container(m, to, true))
        return false;
    add_item(to, key);
    add_item(to, item);
    return true;
}

static bool op_setitems(struct machine *m, const struct operand *o)
{
    struct pickle_value *to = below_mark(m);
    (void)o;
    return to != NULL && check_container(m, to, true) && take_since_mark(m, to) && check_pairs(m, to);
}

/* ---- opcodes: what Python would call ------------------------------------------------------------------- */

static bool op_global(struct machine *m, const struct operand *o)
{
    return push_kind(m, PICKLE_TEXT, o) &&
           push_kind(m, PICKLE_TEXT, &(struct operand){.text = o->second, .length = o->second_length}) &&
           of_last(m, PICKLE_GLOBAL, 2);
}

static bool op_stack_global(struct machine *m, const struct operand *o)
{
    (void)o;
    if (!of_last(m, PICKLE_GLOBAL, 2))
        return false;
    struct pickle_value **items = m->stack.at[m->stack.count - 1]->items;
    return (items[0]->kind == PICKLE_TEXT && items[1]->kind == PICKLE_TEXT) || stop(m, "a name is no text");
}

static bool op_call(struct machine *m, const struct operand *o)
{
    (void)o;
    if (!of_last(m, PICKLE_CALL, 2))
        return false;
    const struct pickle_value *call = m->stack.at[m->stack.count - 1];
    return call->items[1]->kind == PICKLE_TUPLE || stop(m, "the arguments of a call are no tuple");
}

/* Arguments with names are left out. */
static bool op_call_named(struct machine *m, const struct operand *o)
{
    return pop(m) != NULL && op_call(m, o);
}

static bool op_build(struct machine *m, const struct operand *o)
{
    struct pickle_value *state = pop(m), *to = state != NULL ? top(m) : NULL;
    (void)o;
    if (to == NULL)
        return false;
    to->state = state;
    return true;
}

static bool op_stored(struct machine *m, const struct operand *o)
{
    (void)o;
    return of_last(m, PICKLE_STORED, 1);
}

/* ---- opcodes: the machine ------------------------------------------------------------------------------ */

static bool op_nothing(struct machine *m, const struct operand *o)
{
    (void)m, (void)o;
    return true;
}

static bool op_protocol(struct machine *m, const struct operand *o)
{
    return o->number <= NEWEST_PROTOCOL || stop(m, "it is of a protocol newer than 5");
}

static bool op_mark(struct machine *m, const struct operand *o)
{
    (void)o;
    if (m->mark_count == m->mark_room) {
        m->mark_room = m->mark_room > 0 ? 2 * m->mark_room : 16;
        m->marks = realloc(m->marks, m->mark_room * sizeof *m->marks);
        BUG_UNLESS(m->marks != NULL);
    }
    m->marks[m->mark_count++] = m->stack.count;
    return true;
}

static bool op_pop(struct machine *m, const struct operand *o)
{
    const size_t least = m->mark_count > 0 ? m->marks[m->mark_count - 1] : 0;
    (void)o;
    if (m->mark_count > 0 && m->stack.count == least) {
        m->mark_count--;
        return true;
    }
    return pop(m) != NULL;
}

static bool op_pop_mark(struct machine *m, const struct operand *o)
{
    (void)o;
    return pop_mark(m, &m->stack.count);
}

static bool op_dup(struct machine *m, const struct operand *o)
{
    (void)o;
    return push(m, top(m));
}

static bool op_put(struct machine *m, const struct operand *o)
{
    struct list *memo = &m->memo;
    const uint64_t place = (uint64_t)o->number;
    struct pickle_value *value = top(m);
    if (value == NULL)
        return false;
    if (place >= PICKLE_VALUES)
        return stop(m, "it remembers more values than are allowed");
    while (memo->room <= place) {
        const size_t room = memo->room > 0 ? 2 * memo->room : 64;
        memo->at = realloc(memo->at, room * sizeof *memo->at);
        BUG_UNLESS(memo->at != NULL);
        memset(memo->at + memo->room, 0, (room - memo->room) * sizeof *memo->at);
        memo->room = room;
    }
    memo->count += memo->at[place] == NULL;
    memo->at[place] = value;
    return true;
}

static bool op_memoize(struct machine *m, const struct operand *o)
{
    (void)o;
    return op_put(m, &(struct operand){.number = (int64_t)m->memo.count});
}

static bool op_get(struct machine *m, const struct operand *o)
{
    const uint64_t place = (uint64_t)o->number;
    if (place >= m->memo.room || m->memo.at[place] == NULL)
        return stop(m, "it recalls a value that it has not remembered");
    return push(m, m->memo.at[place]);
}

/* ---- the list of opcodes ------------------------------------------------------------------------------- */

enum argument { NOTHING, NUMBER_1, NUMBER_2, NUMBER_4, SIGNED_4, BYTES_8, COUNTED_1, COUNTED_4, COUNTED_8,
                LINES };

static const struct opcode {
    unsigned char code;
    enum argument argument;
    bool (*run)(struct machine *m, const struct operand *o);
} opcodes[] = {
    {0x80, NUMBER_1, op_protocol},  {0x95, BYTES_8, op_nothing},     {'(', NOTHING, op_mark},
    {'0', NOTHING, op_pop},         {'1', NOTHING, op_pop_mark},     {'2', NOTHING, op_dup},
    {'N', NOTHING, op_none},        {TRUE, NOTHING, op_bool},        {0x89, NOTHING, op_bool},
    {'J', SIGNED_4, op_int},        {'K', NUMBER_1, op_int},         {'M', NUMBER_2, op_int},
    {0x8a, COUNTED_1, op_long},     {0x8b, COUNTED_4, op_long},      {'G', BYTES_8, op_float},
    {'X', COUNTED_4, op_text},      {0x8c, COUNTED_1, op_text},      {0x8d, COUNTED_8, op_text},
    {'U', COUNTED_1, op_text},      {'T', COUNTED_4, op_text},       {'B', COUNTED_4, op_bytes},
    {'C', COUNTED_1, op_bytes},     {0x8e, COUNTED_8, op_bytes},     {0x96, COUNTED_8, op_bytes},
    {')', NOTHING, op_empty}, {']', NOTHING, op_empty},   {'}', NOTHING, op_empty},
    {0x8f, NOTHING, op_empty}, {'t', NOTHING, op_marked},        {'l', NOTHING, op_marked},
    {0x91, NOTHING, op_marked},       {'d', NOTHING, op_marked},         {TUPLE1, NOTHING, op_tuple_short},
    {0x86, NOTHING, op_tuple_short},     {0x87, NOTHING, op_tuple_short},      {'a', NOTHING, op_append},
    {'e', NOTHING, op_appends},     {0x90, NOTHING, op_appends},     {'s', NOTHING, op_setitem},
    {'u', NOTHING, op_setitems},    {'c', LINES, op_global},         {0x93, NOTHING, op_stack_global},
    {'R', NOTHING, op_call},        {0x81, NOTHING, op_call},        {0x92, NOTHING, op_call_named},
    {'b', NOTHING, op_build},       {'Q', NOTHING, op_stored},       {'q', NUMBER_1, op_put},
    {'r', NUMBER_4, op_put},        {0x94, NOTHING, op_memoize},     {'h', NUMBER_1, op_get},
    {'j', NUMBER_4, op_get},
};

static const struct opcode *find_opcode(unsigned char code)
{
    for (size_t i = 0; i < sizeof opcodes / sizeof *opcodes; i++)
        if (opcodes[i].code == code)
            return &opcodes[i];
    return NULL;
}

static bool take(struct machine *m, uint64_t length, const unsigned char **bytes)
{
    if (length > (uint64_t)(m->end - m->at))
        return stop(m, "it is cut short");
    *bytes = m->at;
    m->at += length;
    return true;
}

static bool take_number(struct machine *m, int length, uint64_t *number)
{
    const unsigned char *bytes;
    *number = 0;
    if (!take(m, (uint64_t)length, &bytes))
        return false;
    for (int i = 0; i < length; i++)
        *number |= (uint64_t)bytes[i] << (8 * i);
    return true;
}

static bool take_counted(struct machine *m, int length, struct operand *o)
{
    const unsigned char *bytes;
    uint64_t count;
    if (!take_number(m, length, &count) || !take(m, count, &bytes))
        return false;
    o->text = (const char *)bytes;
    o->length = (size_t)count;
    return true;
}

static bool take_line(struct machine *m, const char **text, size_t *length)
{
    const size_t left = (size_t)(m->end - m->at), most = left < LINE_MOST ? left : LINE_MOST;
    const unsigned char *end = memchr(m->at, '\n', most);
    if (end == NULL)
        return stop(m, left > most ? "a name is too long" : "it is cut short");
    *text = (const char *)m->at;
    *length = (size_t)(end - m->at);
    m->at = end + 1;
    return true;
}

static bool take_operand(struct machine *m, const struct opcode *opcode, struct operand *o)
{
    const enum argument argument = opcode->argument;
    static const int lengths[] = {[NUMBER_1] = 1, [NUMBER_2] = 2, [NUMBER_4] = 4, [SIGNED_4] = 4,
                                  [COUNTED_1] = 1, [COUNTED_4] = 4, [COUNTED_8] = 8};
    const unsigned char *bytes;
    uint64_t number;
    *o = (struct operand){.code = opcode->code};
    switch (argument) {
    case NOTHING:
        return true;
    case LINES:
        return take_line(m, &o->text, &o->length) && take_line(m, &o->second, &o->second_length);
    case BYTES_8:
        if (!take(m, 8, &bytes))
            return false;
        o->text = (const char *)bytes;
        o->length = 8;
        return true;
    case COUNTED_1:
    case COUNTED_4:
    case COUNTED_8:
        return take_counted(m, lengths[argument], o);
    default:
        if (!take_number(m, lengths[argument], &number))
            return false;
        o->number = argument == SIGNED_4 ? (int64_t)(int32_t)(uint32_t)number : (int64_t)number;
        return true;
    }
}

static bool run(struct machine *m)
{
    const unsigned char *code;
    struct operand operand;
    char unknown[64];
    while (take(m, 1, &code)) {
        if (*code == STOP) {
            m->pickle->top = pop(m);
            return m->pickle->top != NULL;
        }
        const struct opcode *opcode = find_opcode(*code);
        snprintf(unknown, sizeof unknown, "opcode 0x%02x is none that data has", *code);
        if (opcode == NULL)
            return stop(m, unknown);
        if (++m->steps > STEPS)
            return stop(m, "it is longer than is allowed");
        if (!take_operand(m, opcode, &operand) || !opcode->run(m, &operand))
            return false;
    }
    return false;
}

bool pickle_parse(struct pickle *p, const unsigned char *bytes, size_t size, const char *name,
                  struct error *error)
{
    struct machine m = {.pickle = p, .start = bytes, .at = bytes, .end = bytes + size, .name = name,
                        .error = error};
    *p = (struct pickle){0};
    const bool good = run(&m);
    p->length = (size_t)(m.at - bytes);
    free(m.stack.at);
    free(m.memo.at);
    free(m.marks);
    if (!good)
        pickle_free(p);
    return good;
}

void pickle_free(struct pickle *p)
{
    while (p->chunks != NULL) {
        struct pickle_chunk *chunk = p->chunks;
        p->chunks = chunk->next;
        for (int i = 0; i < chunk->used; i++)
            free(chunk->values[i].items);
        free(chunk);
    }
    *p = (struct pickle){0};
}

void pickle_each(const struct pickle *p, void (*see)(void *context, struct pickle_value *value),
                 void *context)
{
    for (struct pickle_chunk *chunk = p->chunks; chunk != NULL; chunk = chunk->next)
        for (int i = 0; i < chunk->used; i++)
            see(context, &chunk->values[i]);
}
