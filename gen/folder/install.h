/* SPDX-License-Identifier: Apache-2.0
 * install.h - puts files into a folder, all or none. */
#ifndef ESE_INSTALL_H
#define ESE_INSTALL_H

#include <stdbool.h>

#include "models/base/error.h"
#include "models/base/text.h"

struct output_file {
    char *path; /* relative, plain */
    struct text text;
};

/* Does what output_write() promises; the last file is the manifest.  `force`: overwrites what was
 * changed. */
bool install_files(const struct output_file *files, int count, const char *dir, bool force,
                   struct error *error);

#endif
