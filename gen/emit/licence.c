/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/licence.h"

#include <string.h>

#include "gen/emit/template.h"

/* In two parts, for this line is none of a file. */
static const char *const SOURCE_LINE = "SPDX-License-Identifier:" " Apache-2.0";

bool licence_is_in(const char *path)
{
    static const char *const endings[] = {".v",   ".vh", ".vlt", ".c",
                                          ".cpp", ".h",  ".def", ".md", ".tcl", ".xdc",
                                          ".sv",  ".rdl", ".svd", ".xml", ".core",
                                          ".py", ".dtsi"};
    const char *dot = strrchr(path, '.');
    if (ends_in(path, "/Makefile"))
        return true;
    for (size_t n = 0; dot != NULL && n < sizeof endings / sizeof *endings; n++)
        if (strcmp(dot, endings[n]) == 0 && strchr(dot, '/') == NULL)
            return true;
    return false;
}

/* The first line is BEFORE line AFTER; so are the two that take its place, within one comment. */
static void put_lines(struct text *text, const char *before, const char *after)
{
    bool in_c = strncmp(before, "/*", 2) == 0;
    text_appendf(text, "%s" LICENCE_OUTPUT "%s\n", before, in_c ? "" : after);
    text_appendf(text, "%s" LICENCE_PLAIN "%s\n", in_c ? " * " : before, after);
}

static void mark(struct text *path, struct text *file, void *with)
{
    (void)with;
    if (!licence_is_in(text_string(path)))
        return;
    const char *whole = text_string(file), *line = strstr(whole, SOURCE_LINE);
    size_t first = strcspn(whole, "\n");
    BUG_UNLESS(line != NULL && line < whole + first);
    if (strncmp(line, LICENCE_OUTPUT, strlen(LICENCE_OUTPUT)) == 0)
        return;
    struct text marked = {0}, before = {0}, after = {0};
    const char *rest = line + strlen(SOURCE_LINE);
    text_append_bytes(&before, whole, (size_t)(line - whole));
    text_append_bytes(&after, rest, (size_t)(whole + first - rest));
    put_lines(&marked, text_string(&before), text_string(&after));
    text_append_bytes(&marked, whole + first + 1, file->length - first - 1);
    text_free(file);
    *file = marked;
    text_free(&before);
    text_free(&after);
}

void licence_mark(struct output *output)
{
    output_change(output, mark, NULL);
}

bool licence_add(struct output *output, struct error *error)
{
    licence_mark(output);
    return template_copy(output, ".", "LICENSE-OUTPUT", "LICENSE", error);
}
