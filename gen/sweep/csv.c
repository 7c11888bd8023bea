/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/sweep/csv.h"

#include <stdlib.h>
#include <string.h>

void csv_append(struct text *line, const char *value)
{
    if (strpbrk(value, ",\"\r\n") == NULL) {
        text_append(line, value);
        return;
    }
    text_append_char(line, '"');
    for (; *value != '\0'; value++) {
        if (*value == '"')
            text_append_char(line, '"');
        text_append_char(line, *value);
    }
    text_append_char(line, '"');
}

static bool ends(char c)
{
    return c == '\0' || c == '\n';
}

/* Behind the value, at its comma or the end; NULL: a quote is missing. */
static const char *take(const char *at, struct text *value)
{
    if (*at != '"') {
        size_t length = strcspn(at, ",\n");
        text_append_bytes(value, at, length);
        return at + length;
    }
    for (at++; !ends(*at); at++) {
        if (*at == '"' && *++at != '"')
            return *at == ',' || ends(*at) ? at : NULL;
        text_append_char(value, *at);
    }
    return NULL;
}

int csv_split(const char *line, char **values, int most)
{
    int count = 0;
    for (const char *at = line;; at++) {
        struct text value = {0};
        at = take(at, &value);
        if (at != NULL && count < most)
            values[count++] = duplicate(text_string(&value));
        else
            at = NULL;
        text_free(&value);
        if (at != NULL && !ends(*at))
            continue;
        if (at != NULL)
            return count;
        while (count > 0)
            free(values[--count]);
        return -1;
    }
}
