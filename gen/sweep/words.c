/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/sweep/words.h"

#include <stdlib.h>

#include "models/base/error.h"

void words_add(struct words *words, const char *word)
{
    char **at = realloc(words->at, ((size_t)words->count + 1) * sizeof *at);
    BUG_UNLESS(at != NULL);
    words->at = at;
    at[words->count++] = duplicate(word);
}

void words_free(struct words *words)
{
    for (int n = 0; n < words->count; n++)
        free(words->at[n]);
    free(words->at);
}
