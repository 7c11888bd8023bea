// SPDX-License-Identifier: Apache-2.0
// ese_controller - the ESE controller: which column is broadcast, which accumulator block emptied.
//
// Two sequencers walk the same frame: one the list of block products, column by column, the other the
// list of element-wise passes, step by step.  They meet in the accumulator blocks (a pass waits for
// its products, a product for an empty block) and in the vectors (a column waits until its element
// has been written).  Frames follow each other without a gap.
//
// Contracts of the parts: ese_product_sequencer, ese_pass_sequencer, ese_block_state, ese_progress,
// ese_frame_context.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_controller #(
    parameter PES         = 4,  // processing elements
    parameter CHANNELS    = 2,  // voices
    parameter LANES       = 1,  // element-wise lanes
    parameter GROUPS      = 4,  // steps per row of PEs
    parameter GROUP_W     = 2,  // bits of a group number
    parameter PRODUCT_W   = 5,  // bits of a product number
    parameter PASS_W      = 4,  // bits of a pass number
    parameter COUNT_W     = 10, // bits of a number of columns
    parameter SHIFT_W     = 3,  // bits of a weight shift
    parameter FOLD        = 1,  // PEs that share rows, at most
    parameter FOLD_W      = 1,  // bits of log2 of the PEs that share rows
    parameter BLOCK_W     = 1,  // bits of an accumulator block number
    parameter ROWS_W      = 6,  // bits of a number of rows
    parameter ROW_W       = 4,  // bits of a row within the block
    parameter WORD_W      = 8,  // bits of a word number
    parameter GATE_WORD_W = 6,  // bits of a word number within a row block
    parameter FIFO_W      = 5,  // log2 of the output FIFO's words
    parameter PROJECTION  = 1,  // 0: y is m
    parameter READY_CLOCKS = 0  // of ese_progress
) (
    input  wire                        clk,
    input  wire                        reset,

    // Program
    input  wire [PRODUCT_W-1:0]        last_product,
    input  wire [PASS_W-1:0]           last_pass,
    output wire [PRODUCT_W-1:0]        product,
    input  wire [COUNT_W+SHIFT_W+FOLD_W+BLOCK_W+4:0] product_word,
    output wire [PASS_W-1:0]           pass,
    input  wire [ROWS_W+WORD_W+FOLD_W+BLOCK_W+3:0] pass_word,

    // Column stream and x
    input  wire                        column_valid,
    input  wire [WORD_W-1:0]           column_word,
    input  wire                        advance,       // next_word becomes column_word
    input  wire [WORD_W-1:0]           next_word,
    input  wire                        x_full,
    input  wire [CHANNELS-1:0]         x_active,
    input  wire [CHANNELS-1:0]         x_first,
    output wire                        x_release,

    // The column that goes now
    output wire                        issue,
    output wire                        product_bank,  // frames alternate
    output wire [1:0]                  source,
    output wire [SHIFT_W-1:0]          shift,
    output wire [FOLD_W-1:0]           product_fold,
    output wire [BLOCK_W-1:0]          product_block,
    output wire                        closes,
    output wire [CHANNELS-1:0]         product_first,

    // From the front end
    input  wire                        accept,
    input  wire                        close,
    input  wire [BLOCK_W-1:0]          close_block,
    input  wire [PES*(1<<BLOCK_W)-1:0] quiet,

    // The element-wise step that begins now
    output wire                        step,
    output wire [2:0]                  kind,
    output wire [BLOCK_W-1:0]          pass_block,
    output wire [FOLD_W-1:0]           pass_fold,
    output wire [ROW_W-1:0]            row,
    output wire [GROUP_W-1:0]          group,
    output wire [WORD_W-1:0]           word,
    output wire [GATE_WORD_W-1:0]      gate_word,
    output wire [LANES-1:0]            keep,
    output wire [CHANNELS-1:0]         pass_active,
    output wire [CHANNELS-1:0]         pass_first,
    output wire                        pass_bank,

    // From the element-wise path
    input  wire                        constant_valid,
    input  wire                        pipeline_busy,
    input  wire                        m_written,
    input  wire                        y_written,
    input  wire                        output_pop,

    output wire [15:0]                 mon_product,
    output wire [4:0]                  mon_stall,
    output wire [15:0]                 mon_pass,
    output wire [15:0]                 mon_result,    // the pass whose results leave the pipeline
    output wire                        output_full
);
    localparam BLOCKS = 1 << BLOCK_W;
    localparam [2:0] KIND_O   = 3'd3;
    localparam [2:0] KIND_Y   = 3'd4;
    localparam [2:0] KIND_OUT = (PROJECTION != 0) ? KIND_Y : KIND_O;

    wire [1:0]        product_frame;
    wire [1:0]        next_frame;
    wire              y_ready;
    wire              m_ready;
    wire              block_open;
    wire              frame_start;
    wire [BLOCKS-1:0] block_busy;
    wire [BLOCKS-1:0] block_ready;
    wire              begin_pass;
    wire [1:0]        pass_frame;
    wire              first_block;
    wire              last_step;

    assign product_bank = product_frame[0];

    // A pass begins when the one before has left the pipeline.
    reg [PASS_W-1:0] result_pass;

    always @(posedge clk) if (begin_pass) result_pass <= pass;

    assign mon_result = {{(16-PASS_W){1'b0}}, result_pass};

    // A frame uses as many accumulator blocks as it has passes; they are numbered modulo BLOCKS.
    wire [PASS_W+BLOCK_W-1:0] passes       = {{BLOCK_W{1'b0}}, last_pass} + 1'b1;
    wire [BLOCK_W-1:0]        frame_blocks = passes[BLOCK_W-1:0];

    wire unused_passes = ^passes;

    ese_product_sequencer #(
        .PRODUCT_W (PRODUCT_W),
        .COUNT_W   (COUNT_W),
        .SHIFT_W   (SHIFT_W),
        .FOLD_W    (FOLD_W),
        .BLOCK_W   (BLOCK_W)
    ) u_products (
        .clk          (clk),
        .reset        (reset),
        .last_product (last_product),
        .frame_blocks (frame_blocks),
        .product      (product),
        .product_word (product_word),
        .column_valid (column_valid),
        .y_ready      (y_ready),
        .m_ready      (m_ready),
        .issue        (issue),
        .source       (source),
        .shift        (shift),
        .fold         (product_fold),
        .block        (product_block),
        .closes       (closes),
        .frame        (product_frame),
        .next_frame   (next_frame),
        .x_full       (x_full),
        .x_release    (x_release),
        .block_busy   (block_busy),
        .block_open   (block_open),
        .accept       (accept),
        .frame_start  (frame_start),
        .mon_product  (mon_product),
        .mon_stall    (mon_stall)
    );

    ese_block_state #(
        .PES     (PES),
        .BLOCK_W (BLOCK_W)
    ) u_blocks (
        .clk         (clk),
        .reset       (reset),
        .open        (block_open),
        .open_block  (product_block),
        .close       (close),
        .close_block (close_block),
        .quiet       (quiet),
        .take        (begin_pass),
        .free        (last_step),
        .pass_block  (pass_block),
        .busy        (block_busy),
        .ready       (block_ready)
    );

    ese_pass_sequencer #(
        .PES         (PES),
        .LANES       (LANES),
        .GROUPS      (GROUPS),
        .GROUP_W     (GROUP_W),
        .FOLD        (FOLD),
        .FOLD_W      (FOLD_W),
        .PASS_W      (PASS_W),
        .ROWS_W      (ROWS_W),
        .ROW_W       (ROW_W),
        .WORD_W      (WORD_W),
        .GATE_WORD_W (GATE_WORD_W),
        .BLOCK_W     (BLOCK_W),
        .PROJECTION  (PROJECTION),
        .FIFO_W      (FIFO_W)
    ) u_passes (
        .clk            (clk),
        .reset          (reset),
        .last_pass      (last_pass),
        .frame_blocks   (frame_blocks),
        .pass           (pass),
        .pass_word      (pass_word),
        .block_ready    (block_ready),
        .constant_valid (constant_valid),
        .pipeline_busy  (pipeline_busy),
        .output_pop     (output_pop),
        .begin_pass     (begin_pass),
        .frame          (pass_frame),
        .first          (first_block),
        .kind           (kind),
        .fold           (pass_fold),
        .block          (pass_block),
        .step           (step),
        .last_step      (last_step),
        .row            (row),
        .group          (group),
        .word           (word),
        .gate_word      (gate_word),
        .keep           (keep),
        .mon_pass       (mon_pass),
        .output_full    (output_full)
    );

    ese_frame_context #(
        .CHANNELS (CHANNELS)
    ) u_context (
        .clk           (clk),
        .frame_start   (frame_start),
        .frame         (product_frame),
        .x_active      (x_active),
        .x_first       (x_first),
        .product_first (product_first),
        .begin_pass    (begin_pass),
        .pass_frame    (pass_frame),
        .pass_active   (pass_active),
        .pass_first    (pass_first),
        .pass_bank     (pass_bank)
    );

    ese_progress #(
        .WORD_W       (WORD_W),
        .READY_CLOCKS (READY_CLOCKS)
    ) u_y_progress (
        .clk         (clk),
        .reset       (reset),
        .start       (begin_pass && first_block && kind == KIND_OUT),
        .start_frame (pass_frame),
        .written     (y_written),
        .need_frame  (product_frame - 2'd1),
        .need_word   (column_word),
        .advance     (advance),
        .next_frame  (next_frame - 2'd1),
        .next_word   (next_word),
        .ready       (y_ready)
    );

    generate
        if (PROJECTION != 0) begin : g_m
            ese_progress #(
                .WORD_W       (WORD_W),
                .READY_CLOCKS (READY_CLOCKS)
            ) u_m_progress (
                .clk         (clk),
                .reset       (reset),
                .start       (begin_pass && first_block && kind == KIND_O),
                .start_frame (pass_frame),
                .written     (m_written),
                .need_frame  (product_frame),
                .need_word   (column_word),
                .advance     (advance),
                .next_frame  (next_frame),
                .next_word   (next_word),
                .ready       (m_ready)
            );
        end else begin : g_no_m
            wire unused_m_written = m_written;

            assign m_ready = 1'b1;
        end
    endgenerate
endmodule

`resetall
