/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/config/home.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *ese_home(void)
{
    static char home[4096];
    const char *given = getenv("ESE_HOME");
    if (given != NULL && *given != '\0')
        return given;
    ssize_t length = readlink("/proc/self/exe", home, sizeof home - 1);
    home[length > 0 ? length : 0] = '\0';
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(home, '/');
        if (slash != NULL)
            *slash = '\0';
    }
    return *home != '\0' ? home : "/";
}
