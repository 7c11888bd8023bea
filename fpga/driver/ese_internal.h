/* SPDX-License-Identifier: Apache-2.0
 * ese_internal.h - between the files of the library. */
#ifndef ESE_INTERNAL_H
#define ESE_INTERNAL_H

#include "ese_driver.h"

/* Leaves the message and returns `result`. */
int ese_fail(struct ese_chip *chip, int result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int ese_fail_bus(struct ese_chip *chip); /* with the bus's own message */

int ese_get(struct ese_chip *chip, uint32_t offset, uint32_t *value);
int ese_set(struct ese_chip *chip, uint32_t offset, uint32_t value);
int ese_set_address(struct ese_chip *chip, uint32_t offset, uint64_t address); /* low, then high */

int ese_reserve(struct ese_chip *chip, enum ese_port port, uint64_t bytes, struct ese_block *block);

/* There is no model any more, and nothing of it is held. */
void ese_forget(struct ese_chip *chip);

/* Reads what model.bin says into chip->model, vectors and initial, which may be half filled if it fails. */
int ese_read_image(struct ese_chip *chip, const unsigned char *model, size_t model_bytes,
                   size_t weights_bytes);

/* Reads FOLDER/partNUMBER/model.bin and weights.bin, which lie in `files` then, to be freed. */
struct ese_path_image;
int ese_read_part(struct ese_chip *chip, const char *folder, uint32_t number, unsigned char *files[2],
                  struct ese_path_image *image);

/* Where element `element` of a vector lies: word from its first on, and lane within it. */
static inline uint32_t ese_element_word(const struct ese_chip *chip, uint32_t element)
{
    uint32_t groups = (chip->pes + chip->lanes - 1) / chip->lanes;
    return element / chip->pes * groups + element % chip->pes / chip->lanes;
}

static inline uint32_t ese_element_lane(const struct ese_chip *chip, uint32_t element)
{
    return element % chip->pes % chip->lanes;
}

/* Reads ERROR; ESE_FAIL_CHIP with its meaning. */
int ese_fail_chip(struct ese_chip *chip, const char *doing);

/* Waits a little for the interrupt, or fails if `deadline` has passed. */
int ese_nap(struct ese_chip *chip, int64_t deadline, const char *what);
int64_t ese_deadline(struct ese_chip *chip);

static inline void ese_put32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

static inline uint32_t ese_get32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Continues a CRC-32 (IEEE 802.3, as zlib's) over `bytes` more; that of nothing is 0. */
uint32_t ese_crc32(uint32_t crc, const void *data, size_t bytes);

/* Events that we wait for. */
#define ESE_EVENTS (ESE_IRQ_STATUS_ERROR | ESE_IRQ_STATUS_LOADED | ESE_IRQ_STATUS_DESCRIPTOR)

#endif
