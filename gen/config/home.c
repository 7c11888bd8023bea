/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/config/home.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Seen from the folder of the program: installed; as the build left it; in the tree. */
static const char *const PLACES[] = {"/../share/ese", "/home", "/.."};

enum { PLACE_COUNT = sizeof PLACES / sizeof *PLACES };

static bool is_home(const char *folder)
{
    char presets[HOME_LENGTH + 16];
    snprintf(presets, sizeof presets, "%s/gen/presets", folder);
    return access(presets, X_OK) == 0;
}

bool home_find(char home[HOME_LENGTH], const char *program)
{
    const char *slash = strrchr(program, '/');
    int length = slash != NULL ? (int)(slash - program) : 0;
    for (int n = 0; n < PLACE_COUNT; n++) {
        int size = snprintf(home, HOME_LENGTH, "%.*s%s", length, program, PLACES[n]);
        if (size < HOME_LENGTH && is_home(home))
            return true;
    }
    snprintf(home, HOME_LENGTH, "%.*s%s", length < HOME_LENGTH / 2 ? length : 0, program, PLACES[0]);
    return false;
}

const char *ese_home(void)
{
    static char home[HOME_LENGTH];
    const char *given = getenv("ESE_HOME");
    if (given != NULL && *given != '\0')
        return given;
    if (*home == '\0') {
        char program[HOME_LENGTH];
        ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
        program[length > 0 ? length : 0] = '\0';
        home_find(home, program);
    }
    return home;
}
