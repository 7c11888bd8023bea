/* SPDX-License-Identifier: Apache-2.0
 * saif_nets.c - reads a SAIF as the standard writes it down, and prints a line for each net:
 *
 *     PATH T0 T1 TX TZ TC
 *
 * Apart from gen/verify/saif.c, which writes one.  Fails if the file is not of the grammar (IEEE
 * 1801, annex I, without what `ese` has no use for), or if the times of a net are not the duration
 * together. */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MOST = 256, PATH_MOST = 4096 };

static FILE *file;
static int line = 1;
static char word[WORD_MOST]; /* the last token: "(", ")", a string with its quotes, or a word */
static uint64_t duration;

static void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "line %d: ", line);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static int next_char(void)
{
    int c = getc(file);
    line += c == '\n';
    return c;
}

static void put_char(size_t *length, int c)
{
    if (*length + 1 >= sizeof word)
        die("a word of more than %zu characters", sizeof word - 1);
    word[(*length)++] = (char)c;
    word[*length] = '\0';
}

static void read_string(size_t *length)
{
    int c = next_char();
    for (; c != '"'; c = next_char()) {
        if (c == EOF)
            die("a string does not end");
        put_char(length, c);
    }
    put_char(length, c);
}

/* A backslash takes what is special from the character behind it, and goes. */
static void read_word(size_t *length, int c)
{
    while (c != EOF && !isspace(c) && c != '(' && c != ')') {
        if (c == '\\')
            c = next_char();
        else if (!isalnum(c) && strchr("_/.", c) == NULL)
            die("'%c' needs a backslash", c);
        put_char(length, c);
        c = next_char();
    }
    ungetc(c, file);
    line -= c == '\n';
}

static bool read_token(void)
{
    size_t length = 0;
    int c = next_char();
    while (isspace(c))
        c = next_char();
    if (c == EOF)
        return false;
    if (c == '(' || c == ')' || c == '"')
        put_char(&length, c);
    if (c == '"')
        read_string(&length);
    else if (c != '(' && c != ')')
        read_word(&length, c);
    return true;
}

static bool is(const char *wanted)
{
    return strcmp(word, wanted) == 0;
}

static void expect(const char *wanted)
{
    if (!read_token() || !is(wanted))
        die("'%s' where '%s' is to be", word, wanted);
}

static const char *any_word(void)
{
    if (!read_token() || is("(") || is(")"))
        die("'%s' where a word is to be", word);
    return word;
}

static uint64_t number(void)
{
    char *end;
    uint64_t value = strtoull(any_word(), &end, 10);
    if (*end != '\0')
        die("'%s' is no number", word);
    return value;
}

/* (NAME (T0 n) (T1 n) (TX n) (TZ n) (TC n) (IG n)), behind its first parenthesis. */
static void read_net(const char *path)
{
    static const char *const names[] = {"T0", "T1", "TX", "TZ", "TC", "IG"};
    uint64_t values[6], sum = 0;
    printf("%s/%s", path, any_word());
    for (int n = 0; n < 6; n++) {
        expect("(");
        expect(names[n]);
        values[n] = number();
        expect(")");
        sum += n < 4 ? values[n] : 0;
        if (n < 5)
            printf(" %llu", (unsigned long long)values[n]);
    }
    expect(")");
    if (sum != duration)
        die("times of %llu in %llu", (unsigned long long)sum, (unsigned long long)duration);
    putchar('\n');
}

static void read_nets(const char *path)
{
    while (read_token() && is("("))
        read_net(path);
    if (!is(")"))
        die("'%s' in a list of nets", word);
}

static void read_instance(const char *around)
{
    char path[PATH_MOST];
    snprintf(path, sizeof path, "%s%s%s", around, *around != '\0' ? "/" : "", any_word());
    while (read_token() && is("(")) {
        any_word();
        if (is("NET"))
            read_nets(path);
        else if (is("INSTANCE"))
            read_instance(path);
        else
            die("'%s' in an instance", word);
    }
    if (!is(")"))
        die("'%s' in an instance", word);
}

static void read_header(const char *name)
{
    if (strcmp(name, "SAIFVERSION") == 0)
        expect("\"2.0\"");
    else if (strcmp(name, "DIRECTION") == 0)
        expect("\"backward\"");
    else if (strcmp(name, "DIVIDER") == 0)
        expect("/");
    else if (strcmp(name, "DURATION") == 0)
        duration = number();
    else if (strcmp(name, "PROGRAM_NAME") == 0)
        any_word();
    else if (strcmp(name, "TIMESCALE") == 0) {
        number();
        any_word();
    } else {
        die("'%s' in the file", name);
    }
    expect(")");
}

int main(int argc, char **argv)
{
    file = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (file == NULL)
        die("usage: saif_nets FILE");
    expect("(");
    expect("SAIFILE");
    while (read_token() && is("(")) {
        char name[WORD_MOST];
        strcpy(name, any_word());
        if (strcmp(name, "INSTANCE") == 0)
            read_instance("");
        else
            read_header(name);
    }
    if (!is(")") || read_token())
        die("'%s' where the file is to end", word);
    return 0;
}
