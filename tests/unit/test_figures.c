/* SPDX-License-Identifier: Apache-2.0 */
#include "model_testing.h"

#include "gen/figures/figures.h"
#include "gen/report/paper_table.h"
#include "gen/report/plot.h"

/* Points worked out by hand: what the text makes of them does not depend on any model. */
static void plan(struct figure *f, enum figure_kind kind)
{
    struct error error = {""};
    struct config config = plain_config();
    config.pes = 32;
    config.channels = 32;
    config.model.density = 0.1;
    assert_true(figure_plan(f, kind, &config, NULL, 0, &error));
}

static void fill(struct figure_point *p, int64_t cycles)
{
    p->done = p->paper_shape = true;
    p->pes = p->channels = 32;
    p->lanes = 1;
    p->weights = 3248128;
    p->nonzeros = p->entries = (int64_t)(3248128 * p->density);
    p->columns = 6344;
    p->load_least = p->load_most = p->nonzeros / 32;
    p->cycles = cycles;
    p->utilization = (double)p->nonzeros / (32.0 * (double)cycles);
    p->clock_mhz = PAPER_MHZ;
    p->row_count = PAPER_ROWS;
    for (int r = 0; r < PAPER_ROWS; r++) {
        struct figure_row *row = &p->rows[r];
        *row = (struct figure_row){.rows = paper_rows[r].rows,
                                   .cols = paper_rows[r].cols,
                                   .nonzeros = paper_rows[r].entries,
                                   .entries = paper_rows[r].entries,
                                   .cycles = cycles / PAPER_ROWS};
        snprintf(row->matrix, sizeof row->matrix, "%s", paper_rows[r].matrix);
    }
}

static void fill_all(struct figure *f)
{
    for (int n = 0; n < f->point_count; n++)
        fill(&f->points[n], (int64_t)(101504.0 * f->points[n].density));
}

static int count_of(const char *text, const char *word)
{
    int count = 0;
    for (; (text = strstr(text, word)) != NULL; text++)
        count++;
    return count;
}

/* The paper's own rows, through our arithmetic, give the paper's own columns. */
static void test_paper_rows(void **state)
{
    (void)state;
    int entries = 0;
    double dense = 0.0;
    struct figure_point p = {.channels = PAPER_CHANNELS, .pes = PAPER_PES,
                             .clock_mhz = PAPER_MHZ};
    for (int r = 0; r < PAPER_ROWS; r++) {
        const struct paper_row *row = &paper_rows[r];
        int64_t cycles = (int64_t)(row->real_us * PAPER_MHZ + 0.5);
        double gops = figure_gops(&p, row->entries, cycles);
        double equivalent = figure_gops(&p, (int64_t)row->rows * row->cols, cycles);
        assert_true(gops > row->gops * 0.995 && gops < row->gops * 1.005);
        assert_true(equivalent > row->equivalent_gops * 0.995);
        assert_true(equivalent < row->equivalent_gops * 1.005);
        entries += row->entries;
        dense += row->rows * row->cols;
    }
    /* Its total of entries is the sum of its rows. */
    assert_int_equal(entries, paper_total.entries);
    assert_true(dense == 3248128.0);
    assert_int_equal(paper_total_cycles, (int)(paper_total.real_us * PAPER_MHZ + 0.5));
}

static void test_swept_keys(void **state)
{
    (void)state;
    struct config config = plain_config();
    struct error error = {""};
    struct figure f;
    char *bad[] = {(char[]){"channels=1"}, (char[]){"model.density=0.3"}};
    assert_false(figure_plan(&f, FIGURE_FIG6, &config, bad, 2, &error));
    assert_non_null(strstr(error.text, "model.density=0.3"));
    assert_true(figure_plan(&f, FIGURE_FIFO, &config, bad, 2, &error));
    figure_free(&f);
    char *prefix[] = {(char[]){"model.densit=1"}, (char[]){"model.density2=1"}};
    assert_true(figure_plan(&f, FIGURE_FIG6, &config, prefix, 2, &error));
    figure_free(&f);
}

/* Every figure chooses two or three points to run again, in all series and steps that it has. */
static void test_points(void **state)
{
    (void)state;
    for (int kind = 0; kind < FIGURE_COUNT; kind++) {
        struct figure f;
        int reruns = 0;
        plan(&f, (enum figure_kind)kind);
        assert_string_equal(f.name, figure_name((enum figure_kind)kind));
        assert_int_equal(f.point_count, f.series_count * f.step_count);
        for (int n = 0; n < f.point_count; n++) {
            reruns += f.points[n].rerun != RERUN_NEVER;
            assert_true(f.points[n].density > 0.0 && f.points[n].density <= 1.0);
            assert_false(f.points[n].done);
        }
        assert_int_equal(reruns, 3);
        figure_free(&f);
    }
    assert_null(figure_name(FIGURE_COUNT));
}

static void test_headings(void **state)
{
    (void)state;
    static const char *const first[FIGURE_COUNT] = {
        "Table 1 of the ESE paper, row by row: in each pair the paper left, ours right\n"
        "32 PEs x 32 channels at 200 MHz, FIFO depth 8; the paper: 32 x 32, depth 8\n",
        "Speedup against density, relative to the dense network on the same hardware\n"
        "32 PEs, FIFO depth 8; cycles a frame and speedup\n",
        "Utilization against FIFO depth: non-zero weights / (PEs x cycles)\n"
        "32 PEs, 10 % of the weights left, load-balanced\n",
        "Load-balance-aware against plain magnitude pruning at 10 %\n"
        "32 PEs, FIFO depth 8; load: non-zero weights of one PE\n",
    };
    for (int kind = 0; kind < FIGURE_COUNT; kind++) {
        struct figure f;
        struct text text = {0};
        plan(&f, (enum figure_kind)kind);
        fill_all(&f);
        figure_text(&text, &f);
        assert_int_equal(strncmp(text_string(&text), first[kind], strlen(first[kind])), 0);
        assert_non_null(strstr(text_string(&text), "points are modelled"));
        assert_null(strstr(text_string(&text), "nan"));
        assert_null(strstr(text_string(&text), "inf"));
        text_free(&text);
        figure_free(&f);
    }
}

/* A row of ours equal to the paper's prints the same numbers twice. */
static void test_table_row(void **state)
{
    (void)state;
    struct figure f;
    struct text text = {0};
    plan(&f, FIGURE_TABLE1);
    fill_all(&f);
    for (int n = 0; n < f.point_count; n++)
        f.points[n].rows[4].cycles = 2062; /* Wir: 10.31 us */
    figure_text(&text, &f);
    assert_int_equal(count_of(text_string(&text),
                              "  Wir   1024x512  11.3  11.3   59,360   59,360    9.3   9.28  10.31  "
                              "10.31  368.5  368.5  3254.6  3254.6\n"),
                     3);
    text_free(&text);
    figure_free(&f);
}

static void test_rerun_marks(void **state)
{
    (void)state;
    struct figure f;
    struct text text = {0}, csv = {0};
    int agree;
    plan(&f, FIGURE_FIFO);
    fill_all(&f);
    assert_int_equal(figure_reruns(&f, &agree), 0);
    for (int n = 0; n < 2; n++) {
        f.points[n].rerun_done = true;
        f.points[n].agrees = n == 0;
        f.points[n].rerun_channels = 1;
        f.points[n].rtl_cycles = f.points[n].cycles + n;
    }
    assert_int_equal(figure_reruns(&f, &agree), 2);
    assert_int_equal(agree, 1);
    figure_text(&text, &f);
    figure_csv(&csv, &f);
    assert_int_equal(count_of(text_string(&text), "100.00 %*"), 1);
    assert_int_equal(count_of(text_string(&text), "100.00 %!"), 1);
    assert_int_equal(count_of(text_string(&text), "NOT ALL AGREE"), 1);
    assert_int_equal(count_of(text_string(&text), "DIFFERS"), 1);
    assert_int_equal(count_of(text_string(&csv), ",rtl\n"), 1);
    assert_int_equal(count_of(text_string(&csv), ",differs\n"), 1);
    assert_int_equal(count_of(text_string(&csv), ",model\n"), f.point_count - 2);
    text_free(&text);
    text_free(&csv);
    figure_free(&f);
}

/* All rows of a table have as many fields as its heading. */
static void test_csv_fields(void **state)
{
    (void)state;
    for (int kind = 0; kind < FIGURE_COUNT; kind++) {
        struct figure f;
        struct text csv = {0};
        plan(&f, (enum figure_kind)kind);
        fill_all(&f);
        figure_csv(&csv, &f);
        int fields = 0, lines = 0;
        for (char *line = strtok(csv.data, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++) {
            if (lines == 0)
                fields = count_of(line, ",");
            assert_int_equal(count_of(line, ","), fields);
        }
        assert_true(lines > f.point_count);
        text_free(&csv);
        figure_free(&f);
    }
}

static void test_pictures(void **state)
{
    (void)state;
    for (int kind = 0; kind < FIGURE_COUNT; kind++) {
        struct figure f;
        struct text svg = {0}, again = {0};
        plan(&f, (enum figure_kind)kind);
        fill_all(&f);
        figure_svg(&svg, &f);
        figure_svg(&again, &f);
        assert_string_equal(text_string(&svg), text_string(&again));
        assert_int_equal(strncmp(text_string(&svg), "<?xml", 5), 0);
        assert_string_equal(text_string(&svg) + svg.length - 7, "</svg>\n");
        assert_int_equal(count_of(text_string(&svg), "<text"), count_of(text_string(&svg), "</text>"));
        assert_non_null(strstr(text_string(&svg), "the paper"));
        assert_null(strstr(text_string(&svg), "nan"));
        assert_null(strstr(text_string(&svg), "inf"));
        assert_null(strstr(text_string(&svg), "\"-0.00\""));
        text_free(&svg);
        text_free(&again);
        figure_free(&f);
    }
}

/* A piece of text on the page; its size is that of a wide sans-serif font. */
struct label {
    double left, right, top, bottom;
    char text[100];
};

/* The next one behind `svg`, or NULL; those that stand upright are left out. */
static const char *next_label(const char *svg, struct label *label)
{
    double x, y, size;
    char anchor[8];
    for (; (svg = strstr(svg, "<text ")) != NULL; svg++) {
        if (sscanf(svg, "<text x=\"%lf\" y=\"%lf\" text-anchor=\"%7[a-z]\" font-size=\"%lf\"",
                   &x, &y, anchor, &size) != 4)
            continue;
        svg = strchr(svg, '>') + 1;
        snprintf(label->text, sizeof label->text, "%.*s", (int)strcspn(svg, "<"), svg);
        bool number = label->text[strspn(label->text, "0123456789. %x")] == '\0';
        double width = (number ? 0.64 : 0.55) * size * (double)strlen(label->text);
        double before = strcmp(anchor, "start") == 0 ? 0.0 : strcmp(anchor, "end") == 0 ? 1.0 : 0.5;
        label->left = x - before * width;
        label->right = label->left + width;
        label->top = y - 0.75 * size;
        label->bottom = y;
        return svg;
    }
    return NULL;
}

static void labels_apart(const char *svg)
{
    struct label a, b;
    int count = 0;
    for (const char *at = svg; (at = next_label(at, &a)) != NULL; count++) {
        if (a.left < 0.0 || a.right > 880.0 || a.top < 0.0 || a.bottom > 520.0)
            fail_msg("'%s' leaves the page", a.text);
        for (const char *other = at; (other = next_label(other, &b)) != NULL;)
            if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
                fail_msg("'%s' and '%s' collide", a.text, b.text);
    }
    assert_true(count > 10);
}

/* Also where all bars of a group are as high, and as high as the paper's highest. */
static void test_labels(void **state)
{
    (void)state;
    static const char *const units[FIGURE_COUNT][2] = {
        {">time of the matrix (us)<", ">weight matrix<"},
        {">speedup (times as fast)<", ">weights left (%)<"},
        {">utilization of the multipliers (%)<", ">FIFO depth (activations of a PE)<"},
        {">faster by (%)<", ">encoding, order of columns; or trained model<"},
    };
    for (int kind = 0; kind < FIGURE_COUNT; kind++) {
        struct figure f;
        struct text svg = {0};
        plan(&f, (enum figure_kind)kind);
        fill_all(&f);
        for (int n = 0; kind == FIGURE_TABLE1 && n < f.point_count; n++)
            for (int r = 0; r < PAPER_ROWS; r++)
                f.points[n].rows[r].cycles = (int64_t)(paper_rows[r].real_us * PAPER_MHZ + 0.5);
        figure_svg(&svg, &f);
        labels_apart(text_string(&svg));
        for (int axis = 0; axis < 2; axis++)
            assert_non_null(strstr(text_string(&svg), units[kind][axis]));
        text_free(&svg);
        figure_free(&f);
    }
}

/* What GOPS count, and why a row can have more than the array. */
static void test_gops_note(void **state)
{
    (void)state;
    struct figure f;
    struct text text = {0}, note = {0};
    plan(&f, FIGURE_TABLE1);
    fill_all(&f);
    figure_text(&text, &f);
    paper_gops_note(&note, 32, 32);
    assert_non_null(strstr(text_string(&text), text_string(&note)));
    assert_non_null(strstr(text_string(&note), "18304 x 2 x 32 in 5.36 us are its 218.6"));
    assert_non_null(strstr(text_string(&note), "The array can do 409.6."));
    for (char *line = strtok(note.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
        assert_true(strlen(line) <= 100);
    text_free(&text);
    text_free(&note);
    figure_free(&f);
}

static void test_plot_scale(void **state)
{
    (void)state;
    static const double x[] = {1.0, 10.0}, y[] = {0.0, 1.0}, ticks[] = {1.0, 10.0};
    static const struct plot_series series = {"a <b> & c", PLOT_LINE, PLOT_BLUE, x, y, 2};
    struct text svg = {0};
    plot_lines(&svg, &(struct plot){.title = "",
                                    .note = "",
                                    .x = {"x", true, 1.0, 100.0, ticks, 2, 0.0, " %"},
                                    .y = {"y", false, 0.0, 2.0, ticks, 1, 100.0, NULL},
                                    .series = &series,
                                    .series_count = 1});
    /* Half of the way on both axes. */
    assert_non_null(strstr(text_string(&svg), "points=\"76.00,450.00 358.00,260.00\""));
    assert_non_null(strstr(text_string(&svg), ">a &lt;b&gt; &amp; c<"));
    assert_non_null(strstr(text_string(&svg), ">10 %<"));
    assert_non_null(strstr(text_string(&svg), ">100<"));
    text_free(&svg);
}

/* A small network through the processes: results and their order do not depend on their number. */
static void test_model(void **state)
{
    (void)state;
    struct config config = plain_config();
    config.model.input = 24;
    config.model.cell = 96;
    config.model.output = 48;
    config.model.density = 0.2;
    struct figure one, two;
    struct error error = {""};
    for (int kind = FIGURE_FIG6; kind <= FIGURE_FIFO; kind++) {
        assert_true(figure_plan(&one, (enum figure_kind)kind, &config, NULL, 0, &error));
        assert_true(figure_plan(&two, (enum figure_kind)kind, &config, NULL, 0, &error));
        assert_true(figure_model(&one, &config, &config, 1, &error));
        assert_true(figure_model(&two, &config, &config, 3, &error));
        for (int n = 0; n < one.point_count; n++) {
            const struct figure_point *p = &one.points[n];
            int64_t sum = 0;
            assert_true(p->done);
            assert_int_equal(p->cycles, two.points[n].cycles);
            assert_true(p->cycles * p->pes >= p->entries);
            assert_true(p->load_least <= p->load_most);
            for (int r = 0; r < p->row_count; r++)
                sum += p->rows[r].cycles;
            assert_int_equal(sum, p->cycles); /* nothing is left over between matrices */
        }
        for (int s = 0; s < one.series_count; s++)
            for (int step = 1; step < one.step_count; step++) /* fewer weights, deeper queues */
                assert_true(figure_at(&one, s, step)->cycles * 100 <=
                            figure_at(&one, s, step - 1)->cycles * 102);
        figure_free(&one);
        figure_free(&two);
    }
}

static void test_model_failure(void **state)
{
    (void)state;
    struct config config = plain_config();
    struct figure f;
    struct error error = {""};
    config.model.path = (char[]){"/nowhere/model.safetensors"};
    assert_true(figure_plan(&f, FIGURE_BALANCE, &config, NULL, 0, &error));
    assert_false(figure_model(&f, &config, &config, 2, &error));
    assert_non_null(strstr(error.text, "balance: "));
    assert_non_null(strstr(error.text, "/nowhere/model.safetensors"));
    figure_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paper_rows),  cmocka_unit_test(test_swept_keys),
        cmocka_unit_test(test_points),      cmocka_unit_test(test_headings),
        cmocka_unit_test(test_table_row),   cmocka_unit_test(test_rerun_marks),
        cmocka_unit_test(test_csv_fields),  cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_plot_scale),  cmocka_unit_test(test_model),
        cmocka_unit_test(test_model_failure), cmocka_unit_test(test_labels),
        cmocka_unit_test(test_gops_note),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
