/* SPDX-License-Identifier: Apache-2.0 */
#include "models/base/crc32.h"

#include <zlib.h>

uint32_t crc32_of(uint32_t crc, const void *bytes, size_t length)
{
    /* zlib takes no bytes at no address as a wish for the initial value. */
    return length == 0 ? crc : (uint32_t)crc32_z(crc, bytes, length);
}
