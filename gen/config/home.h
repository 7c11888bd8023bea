/* SPDX-License-Identifier: Apache-2.0
 * home.h - where the program's own files lie: templates/, sim/, fpga/, gen/presets/,
 * models/speech/, LICENSE-OUTPUT.
 *
 * In $ESE_HOME, if that is set.  Else it is looked for from the folder that the program lies in, symbolic
 * links to it followed: ../share/ese, where `make install` puts them; home, a link to the sources that the
 * build makes beside the program; the folder above. */
#ifndef ESE_HOME_H
#define ESE_HOME_H

#include <stdbool.h>

enum { HOME_LENGTH = 4096 };

/* The string lives until exit. */
const char *ese_home(void);

/* The home of the program with this path; false: there is none, and `home` is where it should be. */
bool home_find(char home[HOME_LENGTH], const char *program);

#endif
