/* SPDX-License-Identifier: Apache-2.0
 * draw_voices OUT INPUT COUNT SHORTEST LONGEST SEED - recorded voices that nobody has spoken:
 * OUT/voiceNNN.npy, float32 [SHORTEST..LONGEST frames, INPUT], noise as the synthetic models' own. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "models/base/random.h"
#include "models/file/npy.h"
#include "models/network/network.h"
#include "models/network/utterances.h"

int main(int argc, char **argv)
{
    if (argc != 7) {
        fputs("usage: draw_voices OUT INPUT COUNT SHORTEST LONGEST SEED\n", stderr);
        return 2;
    }
    const int input = atoi(argv[2]), count = atoi(argv[3]), shortest = atoi(argv[4]);
    const int longest = atoi(argv[5]);
    const uint64_t seed = strtoull(argv[6], NULL, 10);
    struct random random;
    struct utterances drawn;
    struct error error;
    mkdir(argv[1], 0777);
    random_seed(&random, seed);
    utterances_draw(&drawn, count, longest, input, seed);
    for (int n = 0; n < count; n++) {
        const int rows = shortest + (int)random_below(&random, (uint64_t)(longest - shortest + 1));
        const int shape[] = {rows, input};
        char path[4096];
        snprintf(path, sizeof path, "%s/voice%03d.npy", argv[1], n);
        if (!npy_write_floats(path, 2, shape, drawn.frames[n].at, &error)) {
            fprintf(stderr, "draw_voices: %s\n", error.text);
            return 1;
        }
    }
    utterances_free(&drawn);
    return 0;
}
