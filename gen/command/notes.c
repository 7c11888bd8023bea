/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/command/notes.h"

#include <stdio.h>

#include "models/base/bytes.h"

void note_missing_biases(const struct program *program)
{
    char names[128], path[PRINTABLE_PATH];
    if (program->config.model.path == NULL ||
        !network_missing_biases(&program->network, names, sizeof names))
        return;
    printable(path, sizeof path, program->config.model.path);
    fprintf(stderr, "ese: note: %s: no %s: taken as zero\n", path, names);
}
