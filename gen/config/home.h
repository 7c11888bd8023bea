/* SPDX-License-Identifier: Apache-2.0
 * home.h - where the program's own files lie. */
#ifndef ESE_HOME_H
#define ESE_HOME_H

/* The folder that holds templates/, sim/ and gen/presets/: $ESE_HOME, or the parent of the folder
 * that the running program lies in.  The string lives until exit. */
const char *ese_home(void);

#endif
