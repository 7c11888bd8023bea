/* SPDX-License-Identifier: Apache-2.0
 * loading.h - inside the configuration reader: a configuration that is being put together. */
#ifndef ESE_CONFIG_LOADING_H
#define ESE_CONFIG_LOADING_H

#include "gen/config/config_keys.h"

struct origin {
    char *where; /* "my.yaml:3", "--set"; NULL: the default */
    int level;   /* 0: the default */
};

struct loading {
    struct config *config;
    const struct config *chip; /* NULL, or that for which the configuration is to bring a model */
    struct origin origin[KEYS_MOST];
    int list_level; /* which gave model.layers; 0: none */
    int level;
    int bases;
    struct error *error;
};

/* Holds the keys against each other, and gives those that depend on others what they come to. */
bool rules_apply(struct loading *loading);

#endif
