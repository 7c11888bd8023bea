/* SPDX-License-Identifier: Apache-2.0 */
#include "models/base/progress.h"

#include <stddef.h>

static progress_show *show_with;

void progress_set(progress_show *show)
{
    show_with = show;
}

void progress(const char *what, int64_t done, int64_t all)
{
    if (show_with != NULL)
        show_with(what, done, all);
}
