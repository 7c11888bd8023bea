/* SPDX-License-Identifier: Apache-2.0
 * json_get FILE KEY... - parses FILE and prints the value of each key, one a line.
 *
 * "simulators.verilator.cycles" leads through objects, "parts.0.cycles" through lists, too.  Exit status 1 if FILE is not JSON or has
 * no such key. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const json_t *find(const json_t *at, char *path)
{
    for (char *key = strtok(path, "."); key != NULL && at != NULL; key = strtok(NULL, "."))
        at = json_is_array(at) ? json_array_get(at, (size_t)strtoul(key, NULL, 10)) : json_object_get(at, key);
    return at;
}

int main(int argc, char **argv)
{
    json_error_t error;
    if (argc < 2) {
        fputs("usage: json_get FILE KEY...\n", stderr);
        return 2;
    }
    json_t *root = json_load_file(argv[1], JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        fprintf(stderr, "%s:%d: %s\n", argv[1], error.line, error.text);
        return 1;
    }
    for (int i = 2; i < argc; i++) {
        char *path = strdup(argv[i]);
        const json_t *value = path != NULL ? find(root, path) : NULL;
        free(path);
        if (value == NULL) {
            fprintf(stderr, "%s: no %s\n", argv[1], argv[i]);
            json_decref(root);
            return 1;
        }
        if (json_is_string(value)) {
            puts(json_string_value(value));
        } else {
            json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_COMPACT);
            putchar('\n');
        }
    }
    json_decref(root);
    return 0;
}
