/* SPDX-License-Identifier: Apache-2.0
 * json_file.h - where --json goes. */
#ifndef ESE_JSON_FILE_H
#define ESE_JSON_FILE_H

#include <jansson.h>

#include "models/error.h"

/* Writes the value, which it takes over, to a file (aside, then renamed), or for "-" to standard
 * output. */
bool json_write(json_t *value, const char *path, struct error *error);

#endif
