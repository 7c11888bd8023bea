/* SPDX-License-Identifier: Apache-2.0
 * bytes.h - what the readers of binary files share. */
#ifndef ESE_BYTES_H
#define ESE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/error.h"

/* Text that is not ours (a path, a name out of a file) made fit for a one-line message: control
 * characters become '?', and what is too long ends in "...". */
enum { PRINTABLE_NAME = 96, PRINTABLE_PATH = 300 };
void printable(char *out, size_t size, const char *text);

/* Reads a whole file into a block that the caller frees.  Refuses what is not a regular file and
 * what is over 2 GiB; the message starts with the path. */
bool bytes_read(const char *path, unsigned char **bytes, size_t *size, struct error *error);

/* Little-endian numbers at any address. */
uint16_t load_u16(const unsigned char *at);
uint32_t load_u32(const unsigned char *at);
uint64_t load_u64(const unsigned char *at);
void store_u16(unsigned char *at, uint16_t value);
void store_u32(unsigned char *at, uint32_t value);

/* Bit patterns of IEEE 754 numbers, and of the upper half of a binary32 ("bfloat16"). */
float float_of_bits(uint32_t bits);
uint32_t bits_of_float(float value);
double double_of_bits(uint64_t bits);
float float_of_half(uint16_t bits);
float float_of_bfloat(uint16_t bits);

/* Rounds to nearest; what is beyond the range of a float becomes an infinity. */
float float_of_double(double value);

/* Is there a folder of this name? */
bool is_folder(const char *path);

#endif
