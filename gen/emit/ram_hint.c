/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/emit/ram_hint.h"

#include <string.h>

/* As all of templates/ writes it, up to the blank before `reg`. */
#define ATTRIBUTE_BEGIN "(* ram_style = "
#define ATTRIBUTE_END "*) "

static void take_hints(struct text *path, struct text *contents, void *with)
{
    struct text without = {0};
    const char *rest = text_string(contents);
    (void)with;
    if (strncmp(text_string(path), "rtl/", strlen("rtl/")) != 0)
        return;
    for (const char *at; (at = strstr(rest, ATTRIBUTE_BEGIN)) != NULL;) {
        const char *end = strstr(at, ATTRIBUTE_END);
        BUG_UNLESS(end != NULL);
        text_append_bytes(&without, rest, (size_t)(at - rest));
        rest = end + strlen(ATTRIBUTE_END);
    }
    text_append(&without, rest);
    text_free(contents);
    *contents = without;
}

void ram_hint_apply(struct output *output, const struct config *config)
{
    if (config->ram_hint == RAM_HINT_NONE)
        output_change(output, take_hints, NULL);
}
