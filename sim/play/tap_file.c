/* SPDX-License-Identifier: Apache-2.0 */
#include "tap_file.h"

static struct {
    FILE *file;
    uint32_t keep_words, data_words;
} tap;

static void put(const uint32_t *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        for (int byte = 0; byte < 4; byte++)
            putc((int)(words[i] >> 8 * byte & 255), tap.file);
}

bool tap_open(const char *path, const struct harness_options *options)
{
    if (path == NULL || *path == '\0')
        return true;
    tap.file = fopen(path, "wb");
    if (tap.file == NULL)
        return false;
    tap.keep_words = (options->lanes + 31) / 32;
    tap.data_words =
        stimulus_tap_words(options->channels, options->lanes, options->activation_bits);
    const uint32_t header[STIMULUS_TAP_HEADER] = {options->channels, options->lanes,
                                                  options->activation_bits};
    put(header, STIMULUS_TAP_HEADER);
    return true;
}

static bool any(const uint32_t *words, uint32_t count)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; words != NULL && i < count; i++)
        bits |= words[i];
    return bits != 0;
}

void tap_word(const struct sample *sample)
{
    if (tap.file == NULL)
        return;
    const bool unknown = any(sample->result_data.unknown, tap.data_words);
    const uint32_t number =
        (sample->result.value[0] & 0xffff) | (unknown ? (uint32_t)STIMULUS_TAP_UNKNOWN : 0);
    put(&number, 1);
    put(sample->result_keep.value, tap.keep_words);
    put(sample->result_data.value, tap.data_words);
    if (unknown)
        put(sample->result_data.unknown, tap.data_words);
}

bool tap_flush(void)
{
    return tap.file == NULL || (fflush(tap.file) == 0 && !ferror(tap.file));
}
