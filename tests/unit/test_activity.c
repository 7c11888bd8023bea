/* SPDX-License-Identifier: Apache-2.0
 * test_activity.c - times and changes of waveforms, written by hand with what they must be. */
#include "gen/verify/activity.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* A waveform as text. */
static bool read_text(struct activity *activity, const char *text, struct error *error)
{
    char copy[2048];
    snprintf(copy, sizeof copy, "%s", text);
    FILE *file = fmemopen(copy, strlen(copy), "r");
    bool ok = activity_read(activity, file, "wave", error);
    fclose(file);
    return ok;
}

static const struct activity_net *net_of(const struct activity *activity, int scope,
                                         const char *name)
{
    int net = activity->scopes[scope].net;
    while (net >= 0 && strcmp(activity->nets[net].name, name) != 0)
        net = activity->nets[net].next;
    return net >= 0 ? &activity->nets[net] : NULL;
}

static const struct activity_bit *bit_of(const struct activity *activity, const char *name, int n)
{
    int scope = activity_scope_find(activity, 0, "top");
    const struct activity_net *net = net_of(activity, scope, name);
    return &activity->bits[net->first + (size_t)n];
}

#define BEGIN "$date today # $end $timescale 1 ps $end $scope module top $end\n"
#define END_OF_NAMES "$upscope $end $enddefinitions $end\n"

static void assert_bit(const struct activity_bit *bit, uint64_t t0, uint64_t t1, uint64_t tx,
                       uint64_t changes)
{
    assert_int_equal(bit->time[LEVEL_0], t0);
    assert_int_equal(bit->time[LEVEL_1], t1);
    assert_int_equal(bit->time[LEVEL_X], tx);
    assert_int_equal(bit->changes, changes);
}

static void test_counts(void **state)
{
    (void)state;
    struct activity activity;
    struct error error;
    assert_true(read_text(&activity, BEGIN "$var wire 1 ! a $end $var reg 4 \"! v [3:0] $end\n"
                          END_OF_NAMES "#100 $dumpvars 0! b10 \"! $end #110 1! #130 0! b1x1 \"!\n"
                          "#135 x! #140 1! bz \"! #150\n", &error));
    assert_string_equal(activity.unit, "1ps");
    assert_int_equal(activity.begin, 100);
    assert_int_equal(activity.end, 150);
    assert_bit(bit_of(&activity, "a", 0), 15, 30, 5, 2); /* by way of x is no change */
    /* 0010 from 100, 01x1 from 130, zzzz from 140 */
    assert_bit(bit_of(&activity, "v", 0), 40, 0, 0, 0);
    assert_bit(bit_of(&activity, "v", 1), 30, 10, 0, 1);
    assert_bit(bit_of(&activity, "v", 2), 0, 30, 10, 0);
    assert_bit(bit_of(&activity, "v", 3), 30, 10, 0, 1);
    for (int n = 0; n < 4; n++)
        assert_int_equal(bit_of(&activity, "v", n)->time[LEVEL_Z], 10);
    activity_free(&activity);
}

/* One signal under two names; what is no wire, and words of memories, are not there. */
static void test_names(void **state)
{
    (void)state;
    struct activity activity;
    struct error error;
    assert_true(read_text(&activity, BEGIN "$var wire 2 ! a [5:4] $end $var wire 2 ! b [4:5] $end\n"
                          "$var wire 8 # memory[3] [7:0] $end $var real 64 $ r $end\n"
                          "$var wire 1 % c [7] $end\n"
                          END_OF_NAMES "#0 b01 ! b1 # r1.5 $ 1% #9 b10 ! b0 # r2 $\n"
                          "#20 $dumpoff x! $end\n",
                          &error));
    int scope = activity_scope_find(&activity, 0, "top");
    assert_int_equal(activity.net_count, 3);
    const struct activity_net *a = net_of(&activity, scope, "a");
    const struct activity_net *b = net_of(&activity, scope, "b");
    assert_int_equal(a->first, b->first);
    assert_int_equal(a->left, 5);
    assert_int_equal(a->right, 4);
    assert_int_equal(b->left, 4);
    assert_int_equal(net_of(&activity, scope, "c")->left, 7);
    assert_int_equal(net_of(&activity, scope, "c")->right, 7);
    assert_bit(bit_of(&activity, "a", 0), 9, 11, 0, 1); /* switched off: what comes then is not */
    assert_bit(bit_of(&activity, "b", 1), 11, 9, 0, 1);
    activity_free(&activity);
}

static void test_scopes(void **state)
{
    (void)state;
    struct activity activity;
    struct error error;
    assert_true(read_text(&activity, BEGIN "$scope module in $end $var wire 1 ! a $end "
                          "$upscope $end\n"
                          "$scope begin other $end $upscope $end $scope module in $end\n"
                          "$var wire 1 ! a $end $var wire 1 # d $end $upscope $end\n"
                          END_OF_NAMES "#0 0! 0# #5 1!\n", &error));
    int top = activity_scope_find(&activity, 0, "top");
    int in = activity_scope_find(&activity, top, "in");
    assert_int_equal(activity.scope_count, 4); /* opened twice is one */
    assert_int_equal(activity.net_count, 2);
    assert_non_null(net_of(&activity, in, "d"));
    assert_int_equal(activity_scope_find(&activity, top, "nowhere"), -1);
    activity_free(&activity);
}

static void assert_refused(const char *text, const char *why)
{
    struct activity activity;
    struct error error = {""};
    assert_false(read_text(&activity, text, &error));
    if (strstr(error.text, why) == NULL)
        fail_msg("'%s' does not say '%s'", error.text, why);
    activity_free(&activity);
}

static void test_refusals(void **state)
{
    (void)state;
    assert_refused("", "nothing in the waveform");
    assert_refused(BEGIN "$var wire 1 ! a $end " END_OF_NAMES, "nothing in the waveform");
    assert_refused(BEGIN "$var wire 1", "within a declaration");
    assert_refused(BEGIN "$var wire 1 !", "within a declaration");
    assert_refused("$scope module", "within a declaration");
    assert_refused(BEGIN "$upscope $end $upscope $end", "has not begun");
    assert_refused(BEGIN "$var wire 1 ! a $end $var wire 2 ! b [1:0] $end",
                   "1 bits here and 2 there");
    assert_refused(BEGIN "$var wire 1 ! a $end " END_OF_NAMES "#0 b11 !",
                   "no value of a signal of 1 bits");
    assert_refused(BEGIN "$var wire 2 ! a $end " END_OF_NAMES "#0 b1q !",
                   "no value of a signal of 2 bits");
    assert_refused(BEGIN "$var wire 1 ! a $end " END_OF_NAMES "#0 q!", "no change of a signal");
    assert_refused(BEGIN "$var wire 1 ! a $end " END_OF_NAMES "#5 0! #4 1!", "no later time");
    assert_refused(BEGIN "$var wire 1 ~~~~~~ a $end " END_OF_NAMES, "code");
    assert_refused(BEGIN "$var wire 1 ! a $end " END_OF_NAMES "#0 b1", "within a declaration");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_scopes),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
