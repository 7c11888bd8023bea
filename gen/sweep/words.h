/* SPDX-License-Identifier: Apache-2.0
 * words.h - what is asked for, word by word. */
#ifndef ESE_SWEEP_WORDS_H
#define ESE_SWEEP_WORDS_H

struct words {
    char **at;
    int count;
};

/* Adds a copy of a word. */
void words_add(struct words *words, const char *word);
void words_free(struct words *words);

#endif
