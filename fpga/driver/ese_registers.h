/* SPDX-License-Identifier: Apache-2.0
 * ese_registers.h - what a host and the chip agree upon, from the lists in fpga/contract/.
 *
 * A chip's folder holds the same written out, with the meaning of each name as a comment. */
#ifndef ESE_REGISTERS_H
#define ESE_REGISTERS_H

#include <stdint.h>

/* Registers, byte offsets. */
enum ese_register {
#define REGISTER(name, offset, kind, present, value, meaning) ESE_##name = (offset),
#include "fpga/contract/registers.def"
};

/* Its name, NULL: there is no register. */
static inline const char *ese_register_name(unsigned offset)
{
    switch (offset) {
#define REGISTER(name, at, kind, present, value, meaning) \
    case (at):                                            \
        return #name;
#include "fpga/contract/registers.def"
    default:
        return 0;
    }
}

/* Fields of registers: all their bits. */
#define FIELD(register, name, low, bits, meaning) \
    static const uint32_t ESE_##register##_##name = (uint32_t)(((UINT64_C(1) << (bits)) - 1) << (low));
#include "fpga/contract/registers.def"

/* Values of register ERROR. */
enum ese_error {
#define ERROR(name, code, present, told, meaning) ESE_ERROR_##name = (code),
#include "fpga/contract/errors.def"
#undef ERROR
};

/* What it means, NULL: no such code. */
static inline const char *ese_error_meaning(unsigned code)
{
    switch (code) {
#define ERROR(name, code, present, told, meaning) \
    case code:                     \
        return meaning;
#include "fpga/contract/errors.def"
#undef ERROR
    default:
        return 0;
    }
}

/* Numbers by which chip, image and descriptor are known. */
enum ese_identity {
#define IDENTITY(name, value, meaning) ESE_IDENTITY_##name = (value),
#include "fpga/contract/layout.def"
};

/* 32-bit words of the header of model.bin. */
enum ese_image_word {
#define MODEL_WORD(name, word, meaning) ESE_IMAGE_##name = (word),
#include "fpga/contract/layout.def"
};

/* 32-bit words of an entry of the table of vectors, and what an entry's KIND can be. */
enum ese_vector_word {
#define VECTOR_WORD(name, word, meaning) ESE_VECTOR_##name = (word),
#include "fpga/contract/layout.def"
};

enum ese_vector_kind {
#define VECTOR_KIND(name, value, meaning) ESE_KIND_##name = (value),
#include "fpga/contract/layout.def"
};

/* 32-bit words of a descriptor. */
enum ese_descriptor_word {
#define DESCRIPTOR_WORD(name, word, words, meaning) ESE_DESCRIPTOR_##name = (word),
#include "fpga/contract/layout.def"
};

#endif
