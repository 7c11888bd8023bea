/* SPDX-License-Identifier: Apache-2.0
 * version.h - the version, as --version prints it and as generated files name it. */
#ifndef ESE_VERSION_H
#define ESE_VERSION_H

#define ESE_VERSION "0.1.0"

#endif
