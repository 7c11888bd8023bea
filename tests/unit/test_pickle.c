/* SPDX-License-Identifier: Apache-2.0
 * test_pickle.c - pickles as data: what is built, that nothing is called, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/file/pickle.h"

#include <cmocka.h> /* last: it has a macro called fail */

#define PARSE(pickle, bytes) parse(pickle, bytes, sizeof(bytes) - 1)

static void parse(struct pickle *p, const char *bytes, size_t size)
{
    struct error error;
    if (!pickle_parse(p, (const unsigned char *)bytes, size, "file", &error))
        fail_msg("%s", error.text);
}

static void refused(const char *bytes, size_t size, const char *what)
{
    struct pickle p;
    struct error error = {""};
    if (pickle_parse(&p, (const unsigned char *)bytes, size, "file", &error))
        fail_msg("a pickle is read that should be refused: %s", what);
    if (strstr(error.text, what) == NULL || strncmp(error.text, "file: byte ", 11) != 0)
        fail_msg("\"%s\" does not contain \"%s\"", error.text, what);
}

#define REFUSED(bytes, what) refused(bytes, sizeof(bytes) - 1, what)

/* ---- values -------------------------------------------------------------------------------------------- */

static const struct pickle_value *item(const struct pickle_value *v, int number)
{
    assert_true(number < v->count);
    return v->items[number];
}

/* [None, True, False, 7, 513, -2, 2**40, -1, 1.5, "ab", b"c"], of which Python 3 wrote some and 2 others. */
static void test_constants(void **state)
{
    struct pickle p;
    (void)state;
    PARSE(&p, "\x80\x02](N\x88\x89K\7M\1\2J\xfe\xff\xff\xff\x8a\6\0\0\0\0\0\1\x8a\1\xff"
              "G\x3f\xf8\0\0\0\0\0\0X\2\0\0\0abC\1ce.");
    const struct pickle_value *v = p.top;
    assert_int_equal(v->kind, PICKLE_LIST);
    assert_int_equal(v->count, 11);
    assert_int_equal(item(v, 0)->kind, PICKLE_NONE);
    assert_int_equal(item(v, 1)->kind, PICKLE_BOOL);
    assert_int_equal(item(v, 1)->number, 1);
    assert_int_equal(item(v, 2)->number, 0);
    assert_int_equal(item(v, 3)->number, 7);
    assert_int_equal(item(v, 4)->number, 513);
    assert_int_equal(item(v, 5)->number, -2);
    assert_true(item(v, 6)->number == INT64_C(1) << 40);
    assert_int_equal(item(v, 7)->number, -1);
    assert_true(item(v, 8)->real == 1.5);
    assert_true(pickle_is_text(item(v, 9), "ab"));
    assert_false(pickle_is_text(item(v, 9), "a"));
    assert_int_equal(item(v, 10)->kind, PICKLE_BYTES);
    pickle_free(&p);
    PARSE(&p, "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."); /* of PyTorch: more than 64 bits */
    assert_int_equal(p.top->kind, PICKLE_LONG);
    assert_int_equal(p.top->length, 10);
    pickle_free(&p);
}

static void test_containers(void **state)
{
    struct pickle p;
    (void)state;
    /* {"a": (1,), "b": (1, 2), "a": (1, 2, 3), "d": []}, the second "a" out of the memo */
    PARSE(&p, "\x80\4\x95\0\0\0\0\0\0\0\0}\x94(\x8c\1a\x94K\1\x85X\1\0\0\0bK\1K\2\x86"
              "uh\1K\1K\2K\3\x87s\x8c\1d]s.");
    assert_int_equal(p.top->kind, PICKLE_DICT);
    const struct pickle_value *a = pickle_get(p.top, "a");
    assert_non_null(a);
    assert_int_equal(a->count, 3);
    assert_int_equal(pickle_get(p.top, "d")->kind, PICKLE_LIST);
    assert_null(pickle_get(p.top, "c"));
    pickle_free(&p);
    PARSE(&p, "\x80\2(K\1K\2tK\0(K\3l0\x30.junk");
    assert_int_equal(p.top->kind, PICKLE_TUPLE);
    assert_int_equal(p.length, 17);
    pickle_free(&p);
}

/* What would run a program is a name and its arguments. */
static void test_nothing_is_called(void **state)
{
    struct pickle p;
    (void)state;
    PARSE(&p, "\x80\2cos\nsystem\nX\4\0\0\0true\x85R.");
    assert_int_equal(p.top->kind, PICKLE_CALL);
    assert_true(pickle_is_global(pickle_callee(p.top), "os", "system"));
    assert_true(pickle_is_text(pickle_argument(p.top, 0), "true"));
    assert_null(pickle_argument(p.top, 1));
    pickle_free(&p);
    /* an object with items and a state; one that is stored elsewhere */
    PARSE(&p, "\x80\2ccollections\nOrderedDict\n)R(X\1\0\0\0aK\5u}X\1\0\0\0bK\6sb.");
    assert_true(p.top->keyed);
    assert_int_equal(pickle_get(p.top, "a")->number, 5);
    assert_int_equal(pickle_get(p.top->state, "b")->number, 6);
    pickle_free(&p);
    PARSE(&p, "\x80\2X\1\0\0\0kQ.");
    assert_int_equal(p.top->kind, PICKLE_STORED);
    pickle_free(&p);
    PARSE(&p, "\x80\4\x8c\2os\x8c\6system\x93)\x81.");
    assert_true(pickle_is_global(pickle_callee(p.top), "os", "system"));
    pickle_free(&p);
}

/* A list that contains itself is one value, and freed once. */
static void test_circle(void **state)
{
    struct pickle p;
    (void)state;
    PARSE(&p, "\x80\2]q\0h\0a.");
    assert_ptr_equal(item(p.top, 0), p.top);
    pickle_free(&p);
}

/* ---- what is refused ----------------------------------------------------------------------------------- */

static void test_refused(void **state)
{
    (void)state;
    REFUSED("", "it is cut short");
    REFUSED("\x80", "it is cut short");
    REFUSED("\x80\2", "it is cut short");
    REFUSED("\x80\6N.", "protocol newer than 5");
    REFUSED("\x80\2.", "it takes a value where there is none");
    REFUSED("\x80\2K\1(.", "it takes a value where there is none");
    REFUSED("\x80\2\x86.", "it takes a value where there is none");
    REFUSED("\x80\2t.", "it goes back to a mark where there is none");
    REFUSED("\x80\2(K\1e.", "it fills a container where there is none");
    REFUSED("\x80\2](K\1u.", "it fills what is no container of that kind");
    REFUSED("\x80\2}K\1a.", "it fills what is no container of that kind");
    REFUSED("\x80\2K\1K\2a.", "it fills what is no container of that kind");
    REFUSED("\x80\2}(K\1u.", "a key has no value");
    REFUSED("\x80\2(K\1d.", "a key has no value");
    REFUSED("\x80\2h\0.", "it recalls a value that it has not remembered");
    REFUSED("\x80\2Nr\xff\xff\xff\xff.", "it remembers more values than are allowed");
    REFUSED("\x80\2cos\nsystem\nK\1R.", "the arguments of a call are no tuple");
    REFUSED("\x80\2cos", "it is cut short");
    REFUSED("\x80\4K\1K\2\x93.", "a name is no text");
    REFUSED("\x80\2X\xff\xff\xff\x7f.", "it is cut short");
    REFUSED("\x80\4\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "it is cut short");
    REFUSED("\x80\2\x82\1.", "opcode 0x82 is none that data has");
    REFUSED("\x80\2(ios\nsystem\n.", "opcode 0x69 is none that data has");
}

/* Marks, and values in values, without end: time and memory are bounded, and nothing recurses. */
static void test_bounds(void **state)
{
    const size_t size = 40 << 20;
    char *bytes = malloc(size);
    (void)state;
    assert_non_null(bytes);
    memset(bytes, '(', size);
    refused(bytes, size, "it is longer than is allowed");
    memset(bytes, 'N', size);
    refused(bytes, size, "it has more values than are allowed");
    memset(bytes, '2', size);
    bytes[0] = 'N';
    refused(bytes, size, "it is longer than is allowed");
    bytes[0] = ')';
    memset(bytes + 1, '\x85', size - 1);
    refused(bytes, size, "it has more values than are allowed");
    memset(bytes, 'a', size);
    memcpy(bytes, "c", 1);
    refused(bytes, size, "a name is too long");
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constants), cmocka_unit_test(test_containers),
        cmocka_unit_test(test_nothing_is_called), cmocka_unit_test(test_circle),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
