/* SPDX-License-Identifier: Apache-2.0
 * voices.h - utterances of `ese run`: in, through a chip by the host library, out again. */
#ifndef ESE_VOICES_H
#define ESE_VOICES_H

#include <stdbool.h>
#include <stdint.h>

#include "fpga/driver/ese_server.h"
#include "gen/verify/checked.h"
#include "models/network/network.h"
#include "models/program/program.h"
#include "models/program/side_by_side.h"

struct voice_file {
    char *name;             /* of the file, without folder and extension; no two alike */
    char *path;             /* as it was given, for messages */
    struct matrix features; /* [frames, input] */
    const struct matrix *expected; /* [frames, output] where the model was trained, or NULL */
    int32_t *x, *y;         /* [frames][input], [frames][output] */
    struct ese_utterance utterance;
};

struct voices {
    int count, room;
    struct voice_file *files;
    int64_t frames; /* all of them together */
    char *source;   /* folder or file that all came from, or NULL; the caller's */
    struct utterances expected; /* read for them */
};

/* Reads files and folders of .npy, [frames, input] each. */
bool voices_read(struct voices *voices, char *const *paths, size_t count, int input,
                 struct error *error);

/* Reads y of every voice out of a folder, or a file if there is one voice; without a folder takes what the
 * program has for the utterances that are the same. */
bool voices_expect(struct voices *voices, const char *folder, const struct program *program,
                   struct error *error);
void voices_free(struct voices *voices);

/* x as the chip's model wants it, room for y; each utterance has its voice_file as `user`. */
void voices_prepare(struct voices *voices, const struct ese_model *model);

/* What was compared with the golden model, and a line about the first value that differs; and the
 * golden model with floating point. */
struct voices_check {
    struct checked_list checked;
    struct difference first;      /* of the utterance's frame; no phase */
    const struct voice_file *of;  /* the utterance */
    char line[256];               /* of it */
    struct accuracy accuracy;
};

/* Compares y.  Free it. */
void voices_check(const struct voices *voices, const struct program *program,
                  struct voices_check *check);
void voices_check_free(struct voices_check *check);

/* Keeps a difference as the first.  Of y no pass is known. */
void voices_keep_first(struct voices_check *check, const struct voice_file *voice,
                       const struct difference *difference);

/* Writes FOLDER/NAME.npy, float32 [frames, output]. */
bool voice_write(const struct voice_file *voice, const struct ese_model *model, const char *folder,
                 struct error *error);

#endif
