/* SPDX-License-Identifier: Apache-2.0
 * fake_tools.h - small scripts that stand in for compilers and simulators.
 *
 * They come first on PATH.  Each appends a line with its name and arguments to SCRATCH/calls.  The
 * two that build leave a simulator behind, which runs the script SCRATCH/simulator with all its
 * arguments as $1 ...; there `results`, `stimulus`, `dump` and `coverage` are what the plusargs of
 * these names say. */
#ifndef ESE_TESTS_FAKE_TOOLS_H
#define ESE_TESTS_FAKE_TOOLS_H

#include "tests/unit/scratch.h"

static char *fake_path; /* PATH as it was */

static inline void put_script(const char *path, const char *lines)
{
    struct text text = {0};
    text_appendf(&text, "#!/bin/sh\n%s\n", lines);
    put(path, text_string(&text));
    text_free(&text);
    assert_int_equal(chmod(path, 0755), 0);
}

/* A tool that notes that it was called, and then does this. */
static inline void put_tool(const char *name, const char *lines)
{
    char path[PATH_MAX + 40];
    struct text text = {0};
    text_appendf(&text, "echo %s \"$@\" >>%s/calls\n%s", name, scratch, lines);
    snprintf(path, sizeof path, "%s/bin/%s", scratch, name);
    put_script(path, text_string(&text));
    text_free(&text);
}

/* What the simulator does when it runs, in the folder of the images. */
static inline void put_simulator(const char *lines)
{
    char path[PATH_MAX + 40];
    struct text text = {0};
    text_appendf(&text,
                 "for word; do case $word in\n"
                 "+results=*) results=${word#+results=};;\n"
                 "+stimulus=*) stimulus=${word#+stimulus=};;\n"
                 "+dump=*) dump=${word#+dump=};;\n"
                 "+coverage=*) coverage=${word#+coverage=};;\n"
                 "esac; done\n%s", lines);
    snprintf(path, sizeof path, "%s/simulator", scratch);
    put_script(path, text_string(&text));
    text_free(&text);
}

/* The one that builds, and says this when it is asked for its version. */
static inline void put_verilator(const char *version)
{
    struct text build = {0};
    text_appendf(&build,
                 "[ \"$1\" != --version ] || exec echo '%s'\n"
                 "while [ \"$1\" != -Mdir ]; do shift; done\n"
                 "printf '#!/bin/sh\\nexec %s/simulator \"$@\"\\n' >\"$2/Vese_bench\"\n"
                 "chmod +x \"$2/Vese_bench\"", version, scratch);
    put_tool("verilator", text_string(&build));
    text_free(&build);
}

/* All tools as they should be; PATH has nothing else but what scripts need. */
static inline void put_tools(void)
{
    struct text run = {0};
    char path[PATH_MAX + 40];
    snprintf(path, sizeof path, "%s/bin", scratch);
    make_dir(path);
    text_appendf(&run, "exec %s/simulator \"$@\"", scratch);
    put_verilator("Verilator 5.006 2023-01-22");
    put_tool("vvp", text_string(&run));
    put_tool("iverilog", "");
    put_tool("iverilog-vpi", "");
    put_tool("gcc", "");
    put_tool("g++", "");
    put_tool("cc", "");
    put_tool("make", "");
    text_free(&run);
    struct text search = {0};
    fake_path = duplicate(getenv("PATH"));
    text_appendf(&search, "%s:/usr/bin:/bin", path);
    setenv("PATH", text_string(&search), 1);
    text_free(&search);
}

/* For the end of a test that had tools. */
static inline int end_tools(void **state)
{
    if (fake_path != NULL)
        setenv("PATH", fake_path, 1);
    free(fake_path);
    fake_path = NULL;
    return scratch_clean(state);
}

/* Lines in the list of calls that begin with this word. */
static inline int calls_of(const char *name)
{
    char path[PATH_MAX + 40], wanted[100];
    snprintf(path, sizeof path, "%s/calls", scratch);
    snprintf(wanted, sizeof wanted, "%s ", name);
    if (!exists(path))
        return 0;
    struct text text = contents(path);
    int count = 0;
    for (const char *line = text_string(&text); *line != '\0';) {
        count += strncmp(line, wanted, strlen(wanted)) == 0;
        line += strcspn(line, "\n");
        line += *line != '\0';
    }
    text_free(&text);
    return count;
}

static inline bool called(const char *part)
{
    char path[PATH_MAX + 40];
    snprintf(path, sizeof path, "%s/calls", scratch);
    return file_has(path, part);
}

/* A results file of a simulation that passed without a phase. */
#define FAKE_PASS "{\"verdict\": \"pass\", \"reason\": \"\", \"phases\": [], " \
                  "\"checked\": [{\"vector\": \"y\", \"at\": \"output\", \"values\": 7}]}"

#endif
