/* SPDX-License-Identifier: Apache-2.0
 * instances CHIP - the instances that `ese verify --trace-scope` knows of in a chip: path and module. */
#include "gen/verify/instances.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    struct instances instances;
    struct error error = {""};
    if (argc != 2) {
        fputs("usage: instances CHIP\n", stderr);
        return 2;
    }
    bool ok = instances_read(&instances, argv[1], &error);
    for (int n = 0; ok && n < instances.count; n++)
        printf("%s %s\n", instances.list[n].path, instances.list[n].module);
    instances_free(&instances);
    if (!ok)
        fprintf(stderr, "instances: %s\n", error.text);
    return !ok;
}
