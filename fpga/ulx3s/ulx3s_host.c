/* SPDX-License-Identifier: Apache-2.0
 * ulx3s_host.c - the host of an ULX3S with a chip on it.
 *
 *   ulx3s_host play CHIP     utterances through the board; y against the golden model
 *   ulx3s_host header CHIP   prints rtl/chip.vh: the chip's name and sizes for ulx3s_top.v
 *   ulx3s_host protocol      prints rtl/protocol.vh
 *
 * CHIP is a folder that `ese gen` made.  Exit status: 0, 1 when the input or a result is wrong, 2
 * when the command line is. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fpga/ulx3s/frames.h"
#include "gen/emit/prefix.h"
#include "gen/folder/chip_folder.h"
#include "models/base/version.h"

struct options {
    const char *command, *chip;
    const char *port, *simulation, *input, *output_dir;
    int baud, frames, timeout_ms, window;
};

/* ---- the chip -------------------------------------------------------------------------------- */

static bool open_chip(struct chip_folder *chip, const char *dir, struct error *error)
{
    if (!chip_open(chip, dir, error))
        return false;
    const struct config *config = &chip->config;
    if (config->channels == 1 && config->memory == MEMORY_ROM)
        return true;
    fail(error, "%.300s: the chip has memory %s and %d channel%s, the board takes one with memory "
                "rom and 1 channel", dir, memory_mode_name(config->memory), config->channels,
         config->channels == 1 ? "" : "s");
    chip_close(chip);
    return false;
}

static void print_header(const struct chip_folder *chip)
{
    const struct program *p = &chip->program;
    printf("// SPDX-License-Identifier: Apache-2.0\n"
           "// chip.vh - a chip as ulx3s_top has to know it, by `ulx3s_host header`; do not "
           "edit.\n");
    printf("`define CHIP_TOP    %s\n", prefix_top(&p->config).text);
    printf("`define CHIP_HASH   32'h%08x // of its configuration\n", (unsigned)p->config_hash);
    printf("`define CHIP_X_SIZE %d // elements of x\n", p->d.x_size);
    printf("`define CHIP_Y_SIZE %d // elements of y\n", p->d.y_size);
    printf("`define CHIP_ACT_W  %d // bits of an element\n", p->d.activation_bits);
    printf("`define CHIP_PES    %d // processing elements\n", p->d.pes);
    printf("`define CHIP_LANES  %d // element-wise lanes\n", p->d.lanes);
}

/* ---- play ------------------------------------------------------------------------------------ */

static bool check_board(const struct talk *talk, const struct program *program, struct error *error)
{
    const struct identity *board = &talk->board;
    if (board->version != LINK_VERSION)
        return fail(error, "the board speaks version %d of the protocol, this program version %d",
                    board->version, LINK_VERSION);
    if (board->hash != program->config_hash || board->x_size != program->d.x_size ||
        board->y_size != program->d.y_size || board->activation_bits != program->d.activation_bits)
        return fail(error, "the board has another chip: its hash is %08x, that of the folder is "
                           "%08x", (unsigned)board->hash, (unsigned)program->config_hash);
    return true;
}

static void print_result(const struct talk *talk, const struct frames_check *check, int utterances)
{
    const long long values = check->values;
    printf("%d utterance%s, %d frames\n", utterances, utterances == 1 ? "" : "s",
           talk->frames.count);
    printf("line      %lld frames sent again, %lld times begun anew\n", (long long)talk->resent,
           (long long)talk->restarts);
    for (int reason = 0; reason < REASON_COUNT; reason++)
        if (talk->errors[reason] > 0)
            printf("          %lld not taken: %s\n", (long long)talk->errors[reason],
                   reason_text(reason));
    if (check->wrong > 0)
        printf("outputs   WRONG: %lld of %lld values; %s\n", (long long)check->wrong, values,
               check->first);
    else
        printf("outputs   bit-exact: %lld values against the golden model\n", values);
    if (check->expected_known)
        printf("expected  %.1f dB signal to noise against the y of the trained network, largest "
               "error %.2e\n", check->expected.snr_db, check->expected.max_error);
}

/* What the board has recognised of the chip's own utterances, if they have labels. */
static bool print_right(const struct talk *talk, const struct program *program,
                        struct error *error)
{
    const char *folder = program->config.model.utterances;
    const int classes = network_classes(&program->network);
    struct labels labels;
    if (classes == 0 || !labels_in(folder))
        return true;
    if (!labels_read(&labels, folder, &program->utterances, classes, error))
        return false;
    printf("labels    %lld of %d frames right, by scores of the %s\n",
           (long long)frames_right(&talk->frames, program, &labels), talk->frames.count,
           program->network.after == NULL ? "board" : "host, made of y");
    labels_free(&labels);
    return true;
}

/* All frames over the line and back. */
static bool converse(struct talk *talk, const struct program *program,
                     const struct options *options, struct error *error)
{
    talk->port = options->simulation != NULL
                     ? port_open_simulation(options->simulation, options->baud, error)
                     : port_open_serial(options->port, options->baud, error);
    bool ok = talk->port != NULL && talk_start(talk, error) && check_board(talk, program, error) &&
              talk_play(talk, error);
    talk_end(talk);
    port_close(talk->port);
    return ok;
}

static bool play_utterances(const struct chip_folder *chip, const struct utterances *utterances,
                            const struct options *options, struct error *error)
{
    static const struct utterances none;
    const struct program *program = &chip->program;
    struct frames_check check;
    struct talk talk = {.frames = frames_make(program, utterances, options->frames),
                        .timeout = options->timeout_ms / 1000.0,
                        .window = options->window};
    bool ok = converse(&talk, program, options, error) &&
              (options->output_dir == NULL ||
               frames_write(&talk.frames, program, utterances, options->output_dir, error));
    if (ok) {
        frames_check(&talk.frames, program, utterances,
                     utterances == &program->utterances ? &program->expected : &none, &check);
        print_result(&talk, &check, utterances->count);
        ok = (utterances != &program->utterances || print_right(&talk, program, error)) &&
             (check.wrong == 0 || fail(error, "y is not what the golden model gives"));
    }
    frames_free(&talk.frames);
    return ok;
}

static bool play(const struct chip_folder *chip, const struct options *options, struct error *error)
{
    struct utterances read = {0};
    const struct utterances *own = &chip->program.utterances;
    if (options->input == NULL && own->count == 0)
        return fail(error, "%.300s: the chip has no utterances of its own: --input is missing",
                    chip->dir);
    bool ok = options->input == NULL ||
              utterances_read(&read, options->input, chip->program.d.x_size, error);
    ok = ok && play_utterances(chip, options->input != NULL ? &read : own, options, error);
    utterances_free(&read);
    return ok;
}

/* ---- the command line ------------------------------------------------------------------------ */

enum { OPTION_BAUD = 1000, OPTION_FRAMES, OPTION_TIMEOUT, OPTION_WINDOW, OPTION_SIMULATION };

static const struct argp_option OPTIONS[] = {
    {"port", 'p', "DEVICE", 0, "the board's serial device", 0},
    {"baud", OPTION_BAUD, "N", 0, "its bits a second, as the bitstream has them", 0},
    {"input", 'i', "PATH", 0, "a .npy file of x, [frames, input], or a folder of such; else what "
                              "the chip was made from", 0},
    {"output-dir", 'o', "DIR", 0, "y of each utterance goes into DIR/NAME.npy", 0},
    {"frames", OPTION_FRAMES, "N", 0, "of each utterance only the first N", 0},
    {"timeout", OPTION_TIMEOUT, "MS", 0, "silence after which something was lost (500)", 0},
    {"window", OPTION_WINDOW, "N", 0, "frames sent ahead; else what the board has room for", 0},
    {"simulation", OPTION_SIMULATION, "DIR", 0, "instead of a device: pipes of a simulation", 0},
    {0},
};

static int number(struct argp_state *state, const char *text, int most)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value < 1 || value > most)
        argp_error(state, "'%s' is not a whole number in 1..%d", text, most);
    return (int)value;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case 'p': o->port = argument; return 0;
    case 'i': o->input = argument; return 0;
    case 'o': o->output_dir = argument; return 0;
    case OPTION_BAUD: o->baud = number(state, argument, 100000000); return 0;
    case OPTION_FRAMES: o->frames = number(state, argument, INT32_MAX); return 0;
    case OPTION_TIMEOUT: o->timeout_ms = number(state, argument, 1000000); return 0;
    case OPTION_WINDOW: o->window = number(state, argument, LINK_WINDOW_MOST); return 0;
    case OPTION_SIMULATION: o->simulation = argument; return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1)
            return ARGP_ERR_UNKNOWN;
        *(state->arg_num == 0 ? &o->command : &o->chip) = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* What does not go together is wrong usage. */
static void check_options(const struct options *o, const struct argp *argp)
{
    const char *wrong = NULL;
    bool is_play = o->command != NULL && strcmp(o->command, "play") == 0;
    bool is_header = o->command != NULL && strcmp(o->command, "header") == 0;
    bool is_protocol = o->command != NULL && strcmp(o->command, "protocol") == 0;
    if (!is_play && !is_header && !is_protocol)
        wrong = "the command is play, header or protocol";
    else if (is_protocol != (o->chip == NULL))
        wrong = is_protocol ? "protocol takes no folder" : "the chip's folder is missing";
    else if (is_play && (o->port == NULL) == (o->simulation == NULL))
        wrong = "play wants --port or --simulation";
    if (wrong == NULL)
        return;
    fprintf(stderr, "ulx3s_host: %s\n", wrong);
    argp_help(argp, stderr, ARGP_HELP_USAGE, (char *)"ulx3s_host");
    exit(2);
}

const char *argp_program_version = "ulx3s_host " ESE_VERSION;

static bool run(const struct options *options, struct error *error)
{
    if (strcmp(options->command, "protocol") == 0) {
        struct text text = {0};
        protocol_verilog(&text);
        fputs(text_string(&text), stdout);
        text_free(&text);
        return true;
    }
    struct chip_folder chip;
    if (!open_chip(&chip, options->chip, error))
        return false;
    bool ok = true;
    if (strcmp(options->command, "header") == 0)
        print_header(&chip);
    else
        ok = play(&chip, options, error);
    chip_close(&chip);
    return ok;
}

int main(int argc, char **argv)
{
    static const struct argp argp = {
        .options = OPTIONS,
        .parser = parse_option,
        .args_doc = "play CHIP\nheader CHIP\nprotocol",
        .doc = "Talks to a chip on an ULX3S board.\v"
               "play: utterances through the board, y against the golden model.  header, protocol: "
               "print what ulx3s_top.v includes."};
    struct options options = {.baud = LINK_BAUD, .frames = INT32_MAX, .timeout_ms = 500};
    struct error error;
    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, 0, NULL, &options);
    check_options(&options, &argp);
    if (!run(&options, &error)) {
        fprintf(stderr, "ulx3s_host: %s\n", error.text);
        return 1;
    }
    if (fflush(stdout) != 0) {
        fprintf(stderr, "ulx3s_host: cannot write to standard output\n");
        return 1;
    }
    return 0;
}
