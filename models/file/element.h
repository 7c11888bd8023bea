/* SPDX-License-Identifier: Apache-2.0
 * element.h - what the readers of arrays have in common: elements, and what is said of shapes, places and
 * values that are no weights. */
#ifndef ESE_ELEMENT_H
#define ESE_ELEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A little-endian element of a type of floating point: binary16, bfloat16, binary32, binary64. */
double element_f16(const unsigned char *at);
double element_bf16(const unsigned char *at);
double element_f32(const unsigned char *at);
double element_f64(const unsigned char *at);

/* Room for a shape of eight dimensions. */
enum { SHAPE_TEXT = 128 };

/* "[128, 40]" */
void shape_text(char *out, size_t size, int rank, const int *shape);

/* The same of the indices of an element, whose row-major number is `index`. */
void place_text(char *out, size_t size, int rank, const int *shape, uint64_t index);

/* "has NaN at [3, 7], expected a finite float": why `value`, the element at that row-major index,
 * is refused.  It is no finite number, or beyond the range of a float32. */
void element_text(char *out, size_t size, double value, int rank, const int *shape, uint64_t index);

#endif
