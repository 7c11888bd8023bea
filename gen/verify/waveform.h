/* SPDX-License-Identifier: Apache-2.0
 * waveform.h - what of a simulation goes into its waveform, and how that is shown. */
#ifndef ESE_WAVEFORM_H
#define ESE_WAVEFORM_H

#include <stdbool.h>

#include "gen/verify/play.h"
#include "gen/verify/simulate.h"

/* What is asked for. */
struct waveform_options {
    const char *phase; /* its name; NULL: all, or with frames `steady` */
    int first, last;   /* frames of it, from 0; last < 0: all */
    const char *scope; /* a module, an instance or a generate block by its path, or NULL */
};

/* The same as the simulators are told; zero: nothing. */
struct waveform {
    char *window, *scopes, *names;
};

/* Fails if there is no such phase, frame or instance in the chip in folder `chip`.  Of a large
 * chip, if not told otherwise, only the first channel goes in, and that is noted. */
bool waveform_plan(struct waveform *waveform, const struct waveform_options *options,
                   const struct play *play, const char *chip, struct error *error);
void waveform_free(struct waveform *waveform);

/* For a simulation that writes it to `path`; NULL: none. */
struct simulation_trace waveform_trace(const struct waveform *waveform, const char *path);

/* Writes the names of products and passes, for ese_captions.v, to FOLDER/names.mem. */
bool waveform_write_names(struct waveform *waveform, const struct program *program,
                          const char *folder, struct error *error);

/* FILE and MARK.fst or whatever FILE ends in, to be freed; NULL of none. */
char *waveform_file(const char *given, const char *mark);

/* Writes how GTKWave is to show the waveform `path`, which a simulator wrote, to the same name with
 * .gtkw at its end.  Notes if it is not there: then the simulation did not get so far. */
bool waveform_write_view(const char *path, const struct program *program, struct error *error);

#endif
