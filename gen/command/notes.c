/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/command/notes.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gen/folder/output.h"
#include "gen/folder/process.h"
#include "models/base/bytes.h"
#include "models/base/progress.h"
#include "models/source/read.h"

/* Of a framework's file: which layers were taken, and what it does not tell. */
static void note_source(const struct program *program)
{
    static const char no_function[] = "no function follows ";
    const char *path = program->config.model.path;
    const struct layer *last = &program->network.layers[program->network.layer_count - 1];
    const bool told = last->as.kind == LAYER_LINEAR && last->as.activation != ACTIVATION_NONE;
    struct source source;
    struct error ignored;
    char shown[PRINTABLE_PATH];
    if (!source_is(path) || !source_read(&source, path, &(struct source_request){0}, &ignored))
        return;
    printable(shown, sizeof shown, path);
    for (int i = 0; i < source.chain_count; i++) {
        const struct source_chain *chain = &source.chains[i];
        fprintf(stderr, "ese: note: %s: taken is %s; 'ese import' tells what is left to the host\n", shown,
                chain->name);
        for (int line = 0; line < chain->assumed_count; line++)
            if (!told || strncmp(chain->assumed[line], no_function, strlen(no_function)) != 0)
                fprintf(stderr, "ese: note: %s: taken for granted: %s\n", shown, chain->assumed[line]);
    }
    source_free(&source);
}

/* A mask gives as many weights to each of so many PEs, not of any others. */
static void note_mask(const struct program *program)
{
    const int of = program->network.compressed_for, pes = program->config.pes;
    char shown[PRINTABLE_PATH];
    if (of == 0 || of == pes || program->config.model.pruning != PRUNING_NONE)
        return;
    printable(shown, sizeof shown, program->config.model.path);
    fprintf(stderr, "ese: note: %s: compressed for %d PEs, among which its non-zeros are spread evenly; %d PEs wait for "
                    "each other, until 'ese compress' has made a file for them\n", shown, of, pes);
}

void note_model(const struct program *program)
{
    char names[128], path[PRINTABLE_PATH];
    if (program->config.model.stale_expected)
        fputs("ese: note: model.expected was given with another model or other utterances: not used\n",
              stderr);
    if (program->config.model.path == NULL)
        return;
    note_source(program);
    note_mask(program);
    if (!network_missing_biases(&program->network, names, sizeof names))
        return;
    printable(path, sizeof path, program->config.model.path);
    fprintf(stderr, "ese: note: %s: no %s: taken as zero\n", path, names);
}

void note_changes(const char *dir)
{
    struct text changed = {0};
    struct error error;
    if (output_check(dir, &changed, &error) && changed.length > 0)
        fprintf(stderr, "ese: note: not as generated:\n%s", text_string(&changed));
    text_free(&changed);
}

/* The last line of the terminal, renewed twice a second and gone at the end. */
static void show(const char *what, int64_t done, int64_t all)
{
    static const char *under_way;
    static double shown;
    static bool visible;
    double now = seconds_now();
    if (what != under_way) {
        under_way = what;
        shown = now;
    }
    if (done < all && now - shown > 0.5) {
        fprintf(stderr, "\r\033[K%s: %lld of %lld frames", what, (long long)done, (long long)all);
        fflush(stderr);
        shown = now;
        visible = true;
    } else if (done >= all) {
        if (visible)
            fputs("\r\033[K", stderr);
        visible = false;
        under_way = NULL;
    }
}

void note_progress(void)
{
    if (isatty(STDERR_FILENO))
        progress_set(show);
}
