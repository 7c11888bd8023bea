/* SPDX-License-Identifier: Apache-2.0
 * fuzz_config.c - libFuzzer target: any bytes as a configuration, and what lies behind the first
 * zero byte as --set.  What is taken must survive being written and read back. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/config/config_keys.h"
#include "models/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_line(const struct error *error)
{
    BUG_UNLESS(strlen(error->text) > 0);
    for (const char *at = error->text; *at != '\0'; at++)
        BUG_UNLESS((unsigned char)*at >= 0x20);
}

static void append_keys(const struct config *config, struct text *text)
{
    const char *name = NULL;
    for (int key = config_key_next(config, -1); key >= 0; key = config_key_next(config, key)) {
        config_key(config, key, &name, text);
        text_appendf(text, " %s\n", name);
    }
}

static void check_round_trip(const struct config *config)
{
    struct config back;
    struct error error;
    struct text left = {0}, right = {0};
    char *written = NULL;
    size_t size = 0;

    FILE *out = open_memstream(&written, &size);
    BUG_UNLESS(out != NULL);
    config_write(config, out);
    fclose(out);
    BUG_UNLESS(config_parse(&back, written, size, "back.yaml", NULL, 0, &error));
    append_keys(config, &left);
    append_keys(&back, &right);
    BUG_UNLESS(strcmp(text_string(&left), text_string(&right)) == 0);
    text_free(&left);
    text_free(&right);
    config_free(&back);
    free(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct config config;
    struct error error = {""};
    const uint8_t *zero = memchr(bytes, '\0', size);
    size_t yaml_size = zero != NULL ? (size_t)(zero - bytes) : size;
    size_t set_size = zero != NULL ? size - yaml_size - 1 : 0;
    char *set = allocate(set_size + 1, 1);

    if (set_size > 0)
        memcpy(set, zero + 1, set_size);
    if (config_parse(&config, (const char *)bytes, yaml_size, "fuzz.yaml", &set, zero != NULL,
                     &error)) {
        check_round_trip(&config);
        config_free(&config);
    } else {
        check_line(&error);
    }
    free(set);
    return 0;
}
