/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/chart_svg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/folder/json_file.h"
#include "gen/folder/process.h"
#include "gen/folder/workspace.h"
#include "gen/report/chart.h"
#include "gen/report/chart_gaps.h"
#include "gen/report/plot.h"

/* The page in pixels; a row of it is the unit of the vertical axis. */
enum {
    WIDTH = 1000,
    LEFT = 132,
    RIGHT = 984,
    TOP = 70,    /* of the first heading */
    AXIS = 58,   /* below the last row */
    ROW = 20,
    STATE_X = 14,
    NAME_X = LEFT - 8,
    GLYPH = 6,   /* room for a character of a bar's name */
    MARGIN = 3,  /* beside it */
    LIMIT_SECONDS = 120
};

/* In the folder that gnuplot runs in. */
#define SCRIPT_NAME "chart.gnuplot"
#define PICTURE_NAME "chart.svg"
enum { SCRIPT, PICTURE, LOG, FILES };

/* Rows of a frame: heading and two units, and spaces. */
static const double UNIT_ROWS = 3.0, SPACE = 0.35, FRAME_SPACE = 0.8, HALF_BAR = 0.38;
/* At least so much of the next frame is shown, as a part of this one. */
static const double NEXT_SHARE = 0.1;

static const char *const ink = "#222222", *const note_ink = "#555555", *const grid = "#dddddd",
                  *const band = "#f3f3f3", *const next_ink = "#777777";

/* Of products and of passes.  The units change between two tones as the state does. */
static const enum plot_color unit_colors[2] = {PLOT_BLUE, PLOT_ORANGE};
static const char *const second_tones[2] = {"#4397cb", "#e57a33"};
static const char *const next_tones[2] = {"#bcd9ea", "#f4cdb2"};
static const char *const gap_color = "#f0d264";

/* A row: all blocks of a matrix, all passes of a kind, or one of the two of a layer. */
struct lane {
    struct chart_block block; /* its first */
    bool is_pass;
    int count;
    double y; /* middle, from the top of the frame */
};

struct bar {
    int64_t begin, end; /* from the frame's start */
    const char *name, *part; /* part: a state or layer */
    bool is_next;
};

struct picture {
    const struct program *program;
    const struct chart_frame *frames;
    int frame_count;
    bool grouped;   /* bars without names */
    bool counted;   /* rows say of how many blocks */
    int lane_count;
    struct lane *lanes;
    int *lane_of[2]; /* of products, of passes */
    double frame_rows; /* height of a frame */
    bool has_gaps;     /* that can be seen */
    int64_t cycles;    /* length of the axis */
};

/* ---- rows --------------------------------------------------------------------------------------- */

static int block_count(const struct program *p, bool is_pass)
{
    return is_pass ? p->pass_count : p->product_count;
}

static const char *block_name(const struct program *p, bool is_pass, int n)
{
    return is_pass ? p->passes[n].name : p->products[n].name;
}

static bool in_lane(const struct lane *lane, bool is_pass, const struct chart_block *block)
{
    return lane->is_pass == is_pass && lane->block.order == block->order &&
           strcmp(lane->block.row, block->row) == 0;
}

/* Part by part, in a part products first, and those in the order in which they are broadcast. */
static void add_block(struct picture *c, bool is_pass, int n, enum chart_rows rows)
{
    const struct chart_block block = chart_block(c->program, is_pass, n, rows);
    for (int l = 0; l < c->lane_count; l++)
        if (in_lane(&c->lanes[l], is_pass, &block)) {
            c->lanes[l].count++;
            return;
        }
    struct lane lane = {.block = block, .is_pass = is_pass, .count = 1};
    int at = c->lane_count++;
    for (; at > 0 && c->lanes[at - 1].block.order > block.order; at--)
        c->lanes[at] = c->lanes[at - 1];
    c->lanes[at] = lane;
}

static bool opens_part(const struct picture *c, int lane)
{
    return lane == 0 || c->lanes[lane].block.order != c->lanes[lane - 1].block.order;
}

static int find_lane(const struct picture *c, bool is_pass, int n, enum chart_rows rows)
{
    const struct chart_block block = chart_block(c->program, is_pass, n, rows);
    int lane = 0;
    while (!in_lane(&c->lanes[lane], is_pass, &block))
        lane++;
    return lane;
}

static void collect_lanes(struct picture *c)
{
    const struct program *p = c->program;
    const enum chart_rows level = chart_rows(p), rows = level == CHART_BLOCKS ? CHART_KINDS : level;
    c->grouped = level != CHART_BLOCKS;
    c->counted = level == CHART_KINDS;
    c->lanes = allocate((size_t)(p->product_count + p->pass_count), sizeof *c->lanes);
    for (int is_pass = 0; is_pass < 2; is_pass++)
        for (int n = 0; n < block_count(p, is_pass); n++)
            add_block(c, is_pass, n, rows);
    for (int is_pass = 0; is_pass < 2; is_pass++) {
        c->lane_of[is_pass] = allocate((size_t)block_count(p, is_pass) + 1, sizeof(int));
        for (int n = 0; n < block_count(p, is_pass); n++)
            c->lane_of[is_pass][n] = find_lane(c, is_pass, n, rows);
    }
    double y = UNIT_ROWS;
    for (int l = 0; l < c->lane_count; l++, y += 1.0) {
        y += opens_part(c, l) ? SPACE : 0.0;
        c->lanes[l].y = y + 0.5;
    }
    c->frame_rows = y + FRAME_SPACE;
}

/* ---- time --------------------------------------------------------------------------------------- */

static const struct interval *times_of(const struct chart_times *times, bool is_pass)
{
    return is_pass ? times->passes : times->products;
}

/* All of the frame, and at least the beginning of the next one. */
static int64_t length_of(const struct picture *c, const struct chart_frame *frame)
{
    int64_t period = frame->next.start - frame->now.start;
    int64_t length = period + (int64_t)(NEXT_SHARE * (double)period) + 1;
    for (int is_pass = 0; is_pass < 2; is_pass++)
        for (int n = 0; n < block_count(c->program, is_pass); n++) {
            const struct interval *ran = &times_of(&frame->now, is_pass)[n];
            if (ran->begin >= 0 && ran->end - frame->now.start > length)
                length = ran->end - frame->now.start;
        }
    return length;
}

static double cycles_of(const struct picture *c, double pixels)
{
    return pixels * (double)c->cycles / (RIGHT - LEFT);
}

static int compare_bars(const void *a, const void *b)
{
    const struct bar *left = a, *right = b;
    return left->begin != right->begin ? (left->begin < right->begin ? -1 : 1)
                                       : left->is_next - right->is_next;
}

/* Bars of a lane, of a whole unit if that is NULL, in the order of time. */
static int collect_bars(const struct picture *c, const struct chart_frame *frame,
                        const struct lane *lane, bool is_pass, struct bar *bars)
{
    const struct chart_times *times[2] = {&frame->now, &frame->next};
    int count = 0;
    for (int next = 0; next < 2; next++)
        for (int n = 0; n < block_count(c->program, is_pass); n++) {
            const struct interval *ran = &times_of(times[next], is_pass)[n];
            int64_t begin = ran->begin - frame->now.start, end = ran->end - frame->now.start;
            if (ran->begin < 0 || begin >= c->cycles ||
                (lane != NULL && lane != &c->lanes[c->lane_of[is_pass][n]]))
                continue;
            bars[count++] = (struct bar){.begin = begin,
                                         .end = end < c->cycles ? end : c->cycles,
                                         .name = block_name(c->program, is_pass, n),
                                         .part = c->lanes[c->lane_of[is_pass][n]].block.part,
                                         .is_next = next};
        }
    qsort(bars, (size_t)count, sizeof *bars, compare_bars);
    return count;
}

/* Makes one of neighbours of the same part that no eye could tell apart: with thousands of blocks
 * the picture must not grow with them, and a unit shows parts. */
static int merge_bars(const struct picture *c, struct bar *bars, int count)
{
    int kept = 0;
    for (int n = 0; n < count; n++) {
        struct bar *last = kept > 0 ? &bars[kept - 1] : NULL;
        if (last != NULL && last->is_next == bars[n].is_next &&
            strcmp(last->part, bars[n].part) == 0 &&
            (double)(bars[n].begin - last->end) < cycles_of(c, 1.0))
            last->end = bars[n].end > last->end ? bars[n].end : last->end;
        else
            bars[kept++] = bars[n];
    }
    return kept;
}

/* ---- script ------------------------------------------------------------------------------------- */

static void write_text(struct text *script, const char *at, const char *anchor, int size,
                       const char *color, const char *string)
{
    text_append(script, "set label '");
    for (; *string != '\0'; string++) {
        text_append_char(script, *string < ' ' || *string > '~' ? '?' : *string);
        if (*string == '\'')
            text_append_char(script, '\'');
    }
    text_appendf(script, "' at %s %s front font ',%d' textcolor rgb '%s'\n", at, anchor, size, color);
}

/* Text at a pixel from the left and a row. */
static void write_beside(struct text *script, int x, double y, const char *anchor, int size,
                         const char *color, const char *string)
{
    char at[64];
    snprintf(at, sizeof at, "screen %.4f, first %.2f", (double)x / WIDTH, y);
    write_text(script, at, anchor, size, color, string);
}

static void write_at_cycle(struct text *script, double cycle, double y, const char *anchor, int size,
                           const char *color, const char *string)
{
    char at[64];
    snprintf(at, sizeof at, "first %.2f, first %.2f", cycle, y);
    write_text(script, at, anchor, size, color, string);
}

static void write_bar(struct text *script, const struct bar *bar, double y, bool is_pass,
                      bool second_tone)
{
    const char *color = bar->is_next ? next_tones[is_pass]
                        : second_tone ? second_tones[is_pass]
                                      : plot_color_code(unit_colors[is_pass]);
    text_appendf(script, "%lld %lld %.2f 0x%s %s\n", (long long)bar->begin, (long long)bar->end, y,
                 color + 1, bar->name);
}

static double width_of(const struct picture *c, const char *name)
{
    return cycles_of(c, (double)strlen(name) * GLYPH + 2.0 * MARGIN);
}

/* A bar's name stands in it, behind it, or before it, where there is room: first with the matrix, then
 * as "[3]" alone.  `from` is what comes before the bar, `to` what comes behind it. */
static double write_bar_name(struct text *labels, const struct picture *c, const struct bar *bar,
                             double y, double from, double to)
{
    const char *bracket = strchr(bar->name, '[');
    const char *forms[2] = {bar->name, bracket != NULL ? bracket : bar->name};
    double begin = (double)bar->begin, end = (double)bar->end, margin = cycles_of(c, MARGIN);
    for (int form = 0; form < 2; form++) {
        double width = width_of(c, forms[form]);
        if (end - begin >= width) {
            write_at_cycle(labels, (begin + end) / 2.0, y, "center", 10,
                           bar->is_next ? ink : "#ffffff", forms[form]);
            return end;
        }
        if (to - end >= width) {
            write_at_cycle(labels, end + margin, y, "left", 10, bar->is_next ? next_ink : ink,
                           forms[form]);
            return end + width;
        }
        if (begin - from >= width && !bar->is_next) { /* there it would stand in this frame */
            write_at_cycle(labels, begin - margin, y, "right", 10, ink, forms[form]);
            return end;
        }
    }
    return end;
}

static void write_lane(struct text *script, struct text *labels, const struct picture *c,
                       const struct chart_frame *frame, const struct lane *lane, double top,
                       struct bar *bars)
{
    double y = top + lane->y, taken = 0.0;
    int count = collect_bars(c, frame, lane, lane->is_pass, bars);
    if (c->grouped)
        count = merge_bars(c, bars, count);
    for (int n = 0; n < count; n++) {
        double to = (double)(n + 1 < count ? bars[n + 1].begin : c->cycles);
        write_bar(script, &bars[n], y, lane->is_pass, false);
        if (!c->grouped)
            taken = write_bar_name(labels, c, &bars[n], y, taken, to);
    }
}

/* What a unit does, by the number of the paper's state or of the layer. */
static void write_unit(struct text *script, struct text *labels, const struct picture *c,
                       const struct chart_frame *frame, bool is_pass, double top, struct bar *bars)
{
    double y = top + (is_pass ? 2.5 : 1.5);
    int count = merge_bars(c, bars, collect_bars(c, frame, NULL, is_pass, bars));
    bool second_tone = false;
    for (int n = 0; n < count; n++) {
        const char *digit = bars[n].part + strcspn(bars[n].part, "0123456789");
        if (n > 0 && strcmp(bars[n].part, bars[n - 1].part) != 0)
            second_tone = !second_tone;
        bars[n].name = bars[n].part;
        write_bar(script, &bars[n], y, is_pass, second_tone);
        if ((double)(bars[n].end - bars[n].begin) >= width_of(c, digit))
            write_at_cycle(labels, (double)(bars[n].begin + bars[n].end) / 2.0, y, "center", 10,
                           bars[n].is_next ? ink : "#ffffff", digit);
    }
}

/* The data of a frame; what is written into and beside its bars comes behind them. */
static void write_data(struct text *script, const struct picture *c, int number)
{
    const struct chart_frame *frame = &c->frames[number];
    double top = number * c->frame_rows;
    int most = c->program->product_count > c->program->pass_count ? c->program->product_count
                                                                 : c->program->pass_count;
    struct bar *bars = allocate(2 * (size_t)most + 1, sizeof *bars);
    struct text labels = {0};
    text_appendf(script, "$frame_%d << END\n", number + 1);
    write_unit(script, &labels, c, frame, false, top, bars);
    write_unit(script, &labels, c, frame, true, top, bars);
    for (int l = 0; l < c->lane_count; l++)
        write_lane(script, &labels, c, frame, &c->lanes[l], top, bars);
    text_appendf(script, "END\n%s", text_string(&labels));
    text_free(&labels);
    free(bars);
}

static void write_part(struct text *script, const struct picture *c, int lane, double top)
{
    int last = lane;
    while (last + 1 < c->lane_count && !opens_part(c, last + 1))
        last++;
    double from = top + c->lanes[lane].y - 0.5, to = top + c->lanes[last].y + 0.5;
    text_appendf(script,
                 "set object rectangle from screen %.4f, first %.2f to graph 1, first %.2f behind "
                 "fillcolor rgb '%s' fillstyle solid noborder\n",
                 (double)STATE_X / 2 / WIDTH, from, to, band);
    write_beside(script, STATE_X, (from + to) / 2.0, "left", 12, ink, c->lanes[lane].block.part);
}

static void write_gap(struct text *script, struct picture *c, const struct chart_gap *gap, double y)
{
    double begin = (double)gap->begin, end = (double)gap->end;
    if (end - begin < cycles_of(c, 1.0))
        return;
    c->has_gaps = true;
    text_appendf(script,
                 "set object rectangle from first %lld, first %.2f to first %lld, first %.2f "
                 "fillcolor rgb '%s' fillstyle solid noborder\n",
                 (long long)gap->begin, y - HALF_BAR, (long long)gap->end, y + HALF_BAR, gap_color);
    if (gap->cause != NULL && end - begin >= width_of(c, gap->cause))
        write_at_cycle(script, (begin + end) / 2.0, y, "center", 10, ink, gap->cause);
}

/* The heading of a frame with what was waited for, and where. */
static void write_gaps(struct text *script, struct picture *c, int number)
{
    const struct chart_frame *frame = &c->frames[number];
    double top = number * c->frame_rows;
    struct chart_gap *gaps = allocate((size_t)c->program->product_count, sizeof *gaps);
    int count = chart_gaps(c->program, frame, gaps);
    struct text heading = {0};
    text_append(&heading, frame->heading);
    chart_gaps_text(&heading, gaps, count);
    write_beside(script, STATE_X, top + 0.5, "left", 13, ink, text_string(&heading));
    for (int n = 0; n < count; n++)
        write_gap(script, c, &gaps[n], top + 1.5);
    text_free(&heading);
    free(gaps);
}

/* Everything of a frame but its bars. */
static void write_frame(struct text *script, struct picture *c, int number)
{
    const struct chart_frame *frame = &c->frames[number];
    double top = number * c->frame_rows, bottom = top + c->frame_rows - FRAME_SPACE;
    double next = (double)(frame->next.start - frame->now.start);
    write_gaps(script, c, number);
    write_beside(script, STATE_X, top + 1.5, "left", 12, ink, "SpMV");
    write_beside(script, STATE_X, top + 2.5, "left", 12, ink, "element-wise");
    for (int l = 0; l < c->lane_count; l++) {
        const struct lane *lane = &c->lanes[l];
        char name[64];
        if (opens_part(c, l))
            write_part(script, c, l, top);
        snprintf(name, sizeof name, c->counted ? "%s x%d" : "%s", lane->block.row, lane->count);
        write_beside(script, NAME_X, top + lane->y, "right", 11, ink, name);
    }
    text_appendf(script,
                 "set arrow from first %.0f, first %.2f to first %.0f, first %.2f nohead front "
                 "linecolor rgb '%s' dashtype (6,5)\n",
                 next, top + 0.2, next, bottom, ink);
    write_at_cycle(script, next - cycles_of(c, 2.0 * MARGIN), top + 0.5, "right", 11, note_ink,
                   "the next frame begins");
    write_data(script, c, number);
}

static void write_page(struct text *script, const struct picture *c, int height)
{
    const struct program *p = c->program;
    struct text note = {0};
    char at[64];
    text_appendf(script,
                 "set terminal svg size %d,%d fixed noenhanced font 'Helvetica,11' background "
                 "'#ffffff' name 'schedule'\n"
                 "set output '" PICTURE_NAME "'\n"
                 "set encoding utf8\n"
                 "set lmargin at screen %.4f\nset rmargin at screen %.4f\n"
                 "set tmargin at screen %.4f\nset bmargin at screen %.4f\n"
                 "set xrange [0:%lld]\nset yrange [%.2f:0]\n"
                 "set border 1 linecolor rgb '%s'\nunset ytics\n"
                 "set xtics nomirror out format '%%.0f' textcolor rgb '%s'\n"
                 "set grid xtics back linetype 1 linecolor rgb '%s'\n"
                 "set xlabel 'time (clock cycles from the frame''s first column)' textcolor "
                 "rgb '%s'\n"
                 "set key at screen %.4f, screen %.4f right center horizontal Left reverse samplen 1 "
                 "font ',11' textcolor rgb '%s'\n",
                 WIDTH, height, (double)LEFT / WIDTH, (double)RIGHT / WIDTH,
                 1.0 - (double)TOP / height, (double)AXIS / height, (long long)c->cycles,
                 c->frame_count * c->frame_rows - SPACE, ink, ink, grid, ink, (double)RIGHT / WIDTH,
                 1.0 - 22.0 / height, ink);
    snprintf(at, sizeof at, "screen %.4f, screen %.4f", (double)STATE_X / WIDTH, 1.0 - 22.0 / height);
    write_text(script, at, "left", 17, ink, "Schedule of a frame");
    snprintf(at, sizeof at, "screen %.4f, screen %.4f", (double)STATE_X / WIDTH, 1.0 - 46.0 / height);
    text_appendf(&note, "%d PEs x %d channels; x %d, ", p->d.pes, p->d.channels, p->d.x_size);
    if (!chart_by_layers(p))
        text_appendf(&note, "c %d, ", p->d.c_size);
    text_appendf(&note, "y %d", p->d.y_size);
    if (chart_by_layers(p))
        text_appendf(&note, "; %d layer%s", p->network.layer_count,
                     p->network.layer_count == 1 ? "" : "s");
    if (p->cycles_per_frame > 0)
        text_appendf(&note, "; a frame every %lld cycles", (long long)p->cycles_per_frame);
    write_text(script, at, "left", 12, note_ink, text_string(&note));
    text_free(&note);
}

void chart_script(struct text *script, const struct program *program,
                  const struct chart_frame *frames, int count)
{
    static const char *const legend[2] = {"SpMV broadcasts", "element-wise steps"};
    struct picture c = {.program = program, .frames = frames, .frame_count = count};
    BUG_UNLESS(count >= 1 && count <= CHART_FRAMES_MOST);
    collect_lanes(&c);
    for (int n = 0; n < count; n++) {
        int64_t length = length_of(&c, &frames[n]);
        c.cycles = length > c.cycles ? length : c.cycles;
    }
    write_page(script, &c, (int)(count * c.frame_rows * ROW) + TOP + AXIS);
    for (int n = 0; n < count; n++)
        write_frame(script, &c, n);
    double pixel = cycles_of(&c, 1.0); /* what is shorter would vanish */
    text_append(script, "plot ");
    for (int n = 0; n < count; n++)
        text_appendf(script,
                     "$frame_%d using (($1+$2)/2):3:1:($2-$1<%.2f?$1+%.2f:$2):($3-%.2f):($3+%.2f):4 "
                     "with boxxyerror linecolor rgb variable fillstyle solid noborder notitle, \\\n     ",
                     n + 1, pixel, pixel, HALF_BAR, HALF_BAR);
    for (int u = 0; u < 2; u++)
        text_appendf(script, "keyentry with boxes linecolor rgb '%s' fillstyle solid title '%s', \\\n     ",
                     plot_color_code(unit_colors[u]), legend[u]);
    if (c.has_gaps)
        text_appendf(script, "keyentry with boxes linecolor rgb '%s' fillstyle solid title 'SpMV "
                             "waits for', \\\n     ", gap_color);
    text_appendf(script, "keyentry with boxes linecolor rgb '%s' fillstyle solid title 'of the next frame'\n"
                         "unset output\n",
                 next_tones[0]);
    free(c.lanes);
    free(c.lane_of[0]);
    free(c.lane_of[1]);
}

/* ---- gnuplot ------------------------------------------------------------------------------------ */

bool chart_svg_check(const char *path, struct error *error)
{
    return path == NULL ||
           (output_file_check("--svg", path, error) &&
            process_available("gnuplot", "gnuplot-nox", error));
}

/* Runs the script in `folder` and takes the picture from there. */
static bool draw_in(const char *folder, const char *const files[FILES], const struct text *script,
                    struct text *svg, struct error *error)
{
    struct command command = {0};
    struct process_end end;
    /* Without the user's settings: everybody's picture is the same. */
    command_add(&command, "gnuplot");
    command_add(&command, "--default-settings");
    command_add(&command, SCRIPT_NAME);
    struct process process = {
        .command = &command, .folder = folder, .log = files[LOG], .limit_seconds = LIMIT_SECONDS};
    bool ok = text_write_file(script, files[SCRIPT], error) && process_run(&process, &end, error);
    if (ok && end.status != 0) {
        char how[128], *last = file_tail(files[LOG], 1);
        process_describe(&process, &end, how, sizeof how);
        ok = fail(error, "gnuplot could not draw the schedule: %s: %.300s", how, last);
        free(last);
    }
    command_free(&command);
    return ok && text_read_file(svg, files[PICTURE], error);
}

static bool draw(const struct text *script, struct text *svg, struct error *error)
{
    static const char *const names[FILES] = {SCRIPT_NAME, PICTURE_NAME, "log"};
    const char *files[FILES];
    struct text paths[FILES] = {{0}};
    char *folder = temporary_folder("chart", error);
    if (folder == NULL)
        return false;
    for (int f = 0; f < FILES; f++) {
        text_appendf(&paths[f], "%s/%s", folder, names[f]);
        files[f] = text_string(&paths[f]);
    }
    bool ok = draw_in(folder, files, script, svg, error);
    for (int f = 0; f < FILES; f++)
        text_free(&paths[f]);
    remove_folder(folder);
    free(folder);
    return ok;
}

bool chart_svg_write(const char *path, const struct program *program,
                     const struct chart_frame *frames, int count, struct error *error)
{
    struct text script = {0}, svg = {0};
    chart_script(&script, program, frames, count);
    bool ok = draw(&script, &svg, error) && text_write_file(&svg, path, error);
    text_free(&script);
    text_free(&svg);
    return ok;
}
