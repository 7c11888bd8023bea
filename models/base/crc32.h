/* SPDX-License-Identifier: Apache-2.0
 * crc32.h - the check sum of images and the hash that tells two chips apart. */
#ifndef ESE_CRC32_H
#define ESE_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 as in zlib, gzip and PNG.  `crc` is 0, or the result for the bytes before these. */
uint32_t crc32_of(uint32_t crc, const void *bytes, size_t length);

#endif
