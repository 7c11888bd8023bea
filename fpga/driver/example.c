/* SPDX-License-Identifier: Apache-2.0
 * example.c - plays two utterances on a chip and prints what comes out.
 *
 *   example FOLDER                       on a card behind XDMA; FOLDER has model.bin, weights.bin
 *   example FOLDER RUN_IN SIMULATOR...   on a simulated chip */
#include <stdio.h>
#include <stdlib.h>

#include "ese_server.h"

static int failed(const char *what, const char *message)
{
    fprintf(stderr, "%s: %s\n", what, message);
    return 1;
}

int main(int argc, char **argv)
{
    enum { FRAMES = 20, VOICES = 2 };
    char message[ESE_MESSAGE];
    const struct ese_xdma card = {.prefix = "/dev/xdma0", .data = {.bytes = UINT64_C(1) << 30}};
    if (argc < 2)
        return failed("example", "no folder given");
    struct ese_bus *bus = argc < 4 ? ese_bus_xdma(&card, message)
                                   : ese_bus_simulator((const char *const *)&argv[3], argv[2],
                                                       "example.log", message);
    struct ese_chip chip;
    if (bus == NULL)
        return failed("no bus", message);
    if (ese_open(&chip, bus) != ESE_OK || ese_load_folder(&chip, argv[1]) != ESE_OK)
        return failed("no chip", chip.message);
    const struct ese_model *m = &chip.model;
    struct ese_server *server = ese_server_open(&chip, &(struct ese_server_options){0});
    if (server == NULL)
        return failed("no server", chip.message);

    struct ese_utterance voices[VOICES];
    int32_t *x[VOICES], *y[VOICES];
    for (int v = 0; v < VOICES; v++) {
        x[v] = calloc((size_t)FRAMES * m->x_size, sizeof **x);
        y[v] = calloc((size_t)FRAMES * m->y_size, sizeof **y);
        for (size_t i = 0; i < (size_t)FRAMES * m->x_size; i++) /* your features go here */
            x[v][i] = ese_fixed((double)(i % 7) / 4 - v, m->x_fraction, m->activation_bits);
        voices[v] = (struct ese_utterance){.x = x[v], .y = y[v], .frames = FRAMES};
        ese_server_submit(server, &voices[v]);
    }
    if (ese_server_finish(server) != ESE_OK)
        return failed("run", chip.message);
    for (int v = 0; v < VOICES; v++) {
        printf("voice %d: first y of the last frame is %g\n", v,
               ese_real(y[v][(size_t)(FRAMES - 1) * m->y_size], m->y_fraction));
        free(x[v]);
        free(y[v]);
    }
    ese_server_close(server);
    ese_close(&chip);
    bus->close(bus);
    return 0;
}
