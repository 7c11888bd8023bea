/* SPDX-License-Identifier: Apache-2.0
 * contract.h - what chip and host agree upon, by name, from the lists beside this file.
 *
 * The same for a host is ese_registers.h.  Here the lists check themselves: no two things at one place,
 * nothing outside of what there is. */
#ifndef ESE_CONTRACT_H
#define ESE_CONTRACT_H

#include <stdint.h>

enum {
    REGISTER_SPACE = 4096,
    MODEL_WORDS = 64,      /* of the header of model.bin, of which */
    CHIP_MODEL_WORDS = 32, /* so many are the chip's */
    VECTOR_WORDS = 8,      /* of an entry of the table of vectors */
    DESCRIPTOR_WORDS = 32
};

/* Byte offset of each register: REGISTER_ID ... */
enum {
#define REGISTER(name, offset, kind, present, value, meaning) REGISTER_##name = (offset),
#include "fpga/contract/registers.def"
};

/* What register ERROR can hold. */
enum chip_error {
    CHIP_ERROR_NONE,
#define ERROR(name, code, present, told, meaning) CHIP_ERROR_##name = (code),
#include "fpga/contract/errors.def"
#undef ERROR
};

/* Words of the header of model.bin: MODEL_WORD_MAGIC ... */
enum model_word {
#define MODEL_WORD(name, word, meaning) MODEL_WORD_##name = (word),
#include "fpga/contract/layout.def"
};

/* Words of an entry of the table of vectors, VECTOR_WORD_LAYER ..., and what it can be,
 * VECTOR_KIND_CELL ... */
enum vector_word {
#define VECTOR_WORD(name, word, meaning) VECTOR_WORD_##name = (word),
#include "fpga/contract/layout.def"
};

enum vector_kind {
#define VECTOR_KIND(name, value, meaning) VECTOR_KIND_##name = (value),
#include "fpga/contract/layout.def"
};

/* Words of a descriptor: DESCRIPTOR_WORD_MAGIC ... */
enum descriptor_word {
#define DESCRIPTOR_WORD(name, word, words, meaning) DESCRIPTOR_WORD_##name = (word),
#include "fpga/contract/layout.def"
};

/* IDENTITY_IMAGE ... */
enum identity {
#define IDENTITY(name, value, meaning) IDENTITY_##name = (value),
#include "fpga/contract/layout.def"
};

/* ---- the lists check themselves ---- */

#define REGISTER(name, offset, kind, present, value, meaning)                         \
    _Static_assert((offset) >= 0 && (offset) % 4 == 0 && (offset) < REGISTER_SPACE, \
                   "registers.def: " #name " is not a word of the register space");
#include "fpga/contract/registers.def"

/* Bits of a field in its register. */
#define CONTRACT_MASK(low, bits) ((uint32_t)(((UINT64_C(1) << (bits)) - 1) << (low)))

#define FIELD(register, name, low, bits, meaning)                                                       \
    _Static_assert(REGISTER_##register >= 0 && (low) >= 0 && (bits) > 0 && (low) + (bits) <= 32, \
                   "registers.def: field " #name " is not within its register");
#include "fpga/contract/registers.def"

/* A switch takes no value twice: two fields that begin at one bit, two registers at one offset, two
 * errors with one code, two identities with one value do not compile. */
static inline const char *contract_register_name(unsigned offset)
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

static inline const char *contract_field_name(unsigned offset, unsigned bit)
{
    switch (offset * 32 + bit) {
#define FIELD(register, name, low, bits, meaning) \
    case (REGISTER_##register * 32 + (low)):      \
        return #name;
#include "fpga/contract/registers.def"
    default:
        return 0;
    }
}

static inline const char *contract_error_name(unsigned code)
{
    switch (code) {
    case CHIP_ERROR_NONE:
        return "NONE";
#define ERROR(name, is, present, told, meaning) \
    case (is):                            \
        return #name;
#include "fpga/contract/errors.def"
#undef ERROR
    default:
        return 0;
    }
}

/* Words that overlap are counted once by `|`, and twice by `+`. */
#define WORD_BITS(word, words) (((UINT64_C(1) << (words)) - 1) << (word))

_Static_assert((0
#define MODEL_WORD(name, word, meaning) | WORD_BITS(word, 1)
#include "fpga/contract/layout.def"
                ) == (0
#define MODEL_WORD(name, word, meaning) + WORD_BITS(word, 1)
#include "fpga/contract/layout.def"
                      ),
               "layout.def: two words of model.bin's header at one place");

_Static_assert((0
#define VECTOR_WORD(name, word, meaning) | WORD_BITS(word, 1)
#include "fpga/contract/layout.def"
                ) == (0
#define VECTOR_WORD(name, word, meaning) + WORD_BITS(word, 1)
#include "fpga/contract/layout.def"
                      ),
               "layout.def: two words of a vector's entry at one place");

_Static_assert((0
#define DESCRIPTOR_WORD(name, word, words, meaning) | WORD_BITS(word, words)
#include "fpga/contract/layout.def"
                ) == (0
#define DESCRIPTOR_WORD(name, word, words, meaning) + WORD_BITS(word, words)
#include "fpga/contract/layout.def"
                      ),
               "layout.def: two words of a descriptor at one place");

/* ese_run_control holds a code in five bits. */
#define ERROR(name, code, present, told, meaning) \
    _Static_assert((code) > 0 && (code) < 32, "errors.def: " #name " does not fit five bits");
#include "fpga/contract/errors.def"
#undef ERROR

static inline const char *contract_vector_kind_name(unsigned value)
{
    switch (value) {
#define VECTOR_KIND(name, is, meaning) \
    case (is):                         \
        return #name;
#include "fpga/contract/layout.def"
    default:
        return 0;
    }
}

static inline const char *contract_identity_name(unsigned value)
{
    switch (value) {
#define IDENTITY(name, is, meaning) \
    case (is):                      \
        return #name;
#include "fpga/contract/layout.def"
    default:
        return 0;
    }
}

#define MODEL_WORD(name, word, meaning) \
    _Static_assert((word) >= 0 && (word) < MODEL_WORDS, "layout.def: " #name " is no word of the header");
#define VECTOR_WORD(name, word, meaning)                       \
    _Static_assert((word) >= 0 && (word) < VECTOR_WORDS, \
                   "layout.def: " #name " is no word of a vector's entry");
#define DESCRIPTOR_WORD(name, word, words, meaning)                      \
    _Static_assert((word) >= 0 && (words) > 0 && (word) + (words) <= DESCRIPTOR_WORDS, \
                   "layout.def: " #name " is no word of a descriptor");
#include "fpga/contract/layout.def"

#undef WORD_BITS

#endif
