/* SPDX-License-Identifier: Apache-2.0
 * version.h - the version, as --version prints it and as generated files name it. */
#ifndef ESE_VERSION_H
#define ESE_VERSION_H

#define ESE_VERSION_MAJOR 0
#define ESE_VERSION_MINOR 2
#define ESE_VERSION_PATCH 0

#define ESE_QUOTE_(x) #x
#define ESE_QUOTE(x) ESE_QUOTE_(x)
#define ESE_VERSION \
    ESE_QUOTE(ESE_VERSION_MAJOR) "." ESE_QUOTE(ESE_VERSION_MINOR) "." ESE_QUOTE(ESE_VERSION_PATCH)

/* As the hardware's VERSION register gives it. */
#define ESE_VERSION_NUMBER (ESE_VERSION_MAJOR << 16 | ESE_VERSION_MINOR << 8 | ESE_VERSION_PATCH)

#endif
