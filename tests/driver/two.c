/* SPDX-License-Identifier: Apache-2.0
 * two.c - two chips of different configurations, driven at once by the one library; the outputs must be
 * those that each gives alone.
 *
 *   two FOLDER SIMULATOR FOLDER SIMULATOR      FOLDER: the chip's mem/
 *
 * Prints "good" or what is wrong. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ese_server.h"

enum { CHIPS = 2, VOICES = 5, FRAMES = 12 };

static struct side {
    struct ese_bus *bus;
    struct ese_chip chip;
    struct ese_server *server;
    int32_t *x[VOICES], *y[VOICES], *alone[VOICES];
    struct ese_utterance utterances[VOICES];
} sides[CHIPS];

static void quit(const char *what, const char *message)
{
    printf("%s: %s\n", what, message);
    exit(0);
}

static void must(const struct side *side, int result)
{
    if (result != ESE_OK)
        quit(ese_result_text(result), side->chip.message);
}

static void open_side(struct side *side, char **where, int number)
{
    char message[ESE_MESSAGE], log[40];
    const char *const simulator[] = {where[1], "+verilator+rand+reset+2", "+memory=ideal", NULL};
    snprintf(log, sizeof log, "two%d.log", number);
    side->bus = ese_bus_simulator(simulator, where[0], log, message);
    if (side->bus == NULL)
        quit("no bus", message);
    must(side, ese_open(&side->chip, side->bus));
    must(side, ese_load_folder(&side->chip, where[0]));
    for (int v = 0; v < VOICES; v++) {
        const struct ese_model *m = &side->chip.model;
        side->x[v] = calloc((size_t)FRAMES * m->x_size, sizeof *side->x[v]);
        side->y[v] = calloc((size_t)FRAMES * m->y_size, sizeof *side->y[v]);
        side->alone[v] = calloc((size_t)FRAMES * m->y_size, sizeof *side->alone[v]);
        for (size_t i = 0; i < (size_t)FRAMES * m->x_size; i++)
            side->x[v][i] = ese_fixed((double)((i * 7 + (size_t)v * 3) % 11) / 4 - 1.25,
                                      m->x_fraction, m->activation_bits);
    }
}

static void submit(struct side *side, int32_t **into)
{
    side->server = ese_server_open(&side->chip, &(struct ese_server_options){4, 3});
    if (side->server == NULL)
        quit("no server", side->chip.message);
    for (int v = 0; v < VOICES; v++) {
        side->utterances[v] =
            (struct ese_utterance){.x = side->x[v], .y = into[v], .frames = FRAMES};
        must(side, ese_server_submit(side->server, &side->utterances[v]));
    }
}

static void alone(struct side *side)
{
    submit(side, side->alone);
    must(side, ese_server_finish(side->server));
    ese_server_close(side->server);
}

/* A step of one chip, a step of the other. */
static void together(void)
{
    for (int n = 0; n < CHIPS; n++)
        submit(&sides[n], sides[n].y);
    for (bool busy = true; busy;) {
        busy = false;
        for (int n = 0; n < CHIPS; n++) {
            if (!ese_server_busy(sides[n].server))
                continue;
            must(&sides[n], ese_server_step(sides[n].server, NULL));
            busy = true;
        }
    }
    for (int n = 0; n < CHIPS; n++)
        ese_server_close(sides[n].server);
}

static void close_side(struct side *side)
{
    size_t bytes = (size_t)FRAMES * side->chip.model.y_size * sizeof **side->y;
    bool moved = false;
    for (int v = 0; v < VOICES; v++) {
        if (memcmp(side->y[v], side->alone[v], bytes) != 0)
            quit("y", "is not what the chip gives alone");
        for (size_t i = 0; i < bytes / sizeof **side->y; i++)
            moved |= side->y[v][i] != 0;
        free(side->x[v]);
        free(side->y[v]);
        free(side->alone[v]);
    }
    if (!moved)
        quit("y", "is all zero");
    ese_close(&side->chip);
    side->bus->close(side->bus);
}

int main(int argc, char **argv)
{
    if (argc != 1 + 2 * CHIPS)
        return 2;
    for (int n = 0; n < CHIPS; n++)
        open_side(&sides[n], &argv[1 + 2 * n], n);
    if (sides[0].chip.chip_hash == sides[1].chip.chip_hash)
        quit("chips", "are the same");
    for (int n = 0; n < CHIPS; n++)
        alone(&sides[n]);
    together();
    for (int n = 0; n < CHIPS; n++)
        close_side(&sides[n]);
    puts("good");
    return 0;
}
