// SPDX-License-Identifier: Apache-2.0
// ese_controller - the ESE controller: which column is broadcast, which accumulator block emptied.
//
// Two sequencers walk the same frame: one the list of block products, column by column, the other the
// list of element-wise passes, step by step.  They meet in the accumulator blocks (a pass waits for
// its products, a product for an empty block) and in the vectors (a column waits until its element
// has been written).  Frames follow each other without a gap.  When a pass begins, its block was opened by
// the product that its word names, which is checked.
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
    parameter WORD_W      = 8,  // bits of a word's address
    parameter C_WORD_W    = 6,  // ... in the cell memory
    parameter OFFSET_W    = 10, // bits of a vector's offset
    parameter PROGRESS_W  = 9,  // bits that count the words of a frame
    parameter FORMAT_W = 1, OPERATION_W = 2, // bits of a format's number, of an operation
    parameter PRODUCT_WORD_W = 30, // bits of a word of the program of products
    parameter PASS_WORD_W    = 41, // ... of passes
    parameter FIFO_W      = 5,  // log2 of the output FIFO's words
    parameter READY_CLOCKS = 0  // of ese_progress
) (
    input  wire                        clk,
    input  wire                        reset,

    // Program
    input  wire [PRODUCT_W-1:0]        last_product,
    input  wire [PASS_W-1:0]           last_pass,
    output wire [PRODUCT_W-1:0]        product,
    input  wire [PRODUCT_WORD_W-1:0]   product_word,
    output wire [PASS_W-1:0]           pass,
    input  wire [PASS_WORD_W-1:0]      pass_word,

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

    // The element-wise pass that begins now, and the step
    output wire                        begin_pass,
    output wire [FORMAT_W+OPERATION_W+10:0] operation,
    output wire [C_WORD_W-1:0]         cell_base,
    output wire [WORD_W-1:0]           write_base,
    output wire                        step,
    output wire [BLOCK_W-1:0]          pass_block,
    output wire [FOLD_W-1:0]           pass_fold,
    output wire [ROW_W-1:0]            row,
    output wire [GROUP_W-1:0]          group,
    output wire [LANES-1:0]            keep,
    output wire [CHANNELS-1:0]         pass_active,
    output wire [CHANNELS-1:0]         pass_first,
    output wire                        pass_bank,

    // From the element-wise path
    input  wire                        constant_valid,
    input  wire                        pipeline_busy,
    input  wire                        written,       // a word into one of the stores
    input  wire                        output_pop,

    output wire [15:0]                 mon_product,
    output wire [4:0]                  mon_stall,
    output wire [15:0]                 mon_pass,
    output wire [15:0]                 mon_result,    // the pass whose results leave the pipeline
    output wire                        output_full
);
    localparam BLOCKS = 1 << BLOCK_W;

    wire [1:0]        product_frame;
    wire [1:0]          need_frame;
    wire [OFFSET_W-1:0] need_offset;
    wire [1:0]          next_frame;
    wire [OFFSET_W-1:0] next_offset;
    wire              ready;
    wire              block_open;
    wire              frame_start;
    wire [BLOCKS-1:0] block_busy;
    wire [BLOCKS-1:0] block_ready;
    wire [1:0]        pass_frame;
    wire              first_pass;
    wire [PRODUCT_W-1:0] opened_by;
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
        .OFFSET_W  (OFFSET_W),
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
        .ready        (ready),
        .issue        (issue),
        .source       (source),
        .shift        (shift),
        .fold         (product_fold),
        .block        (product_block),
        .closes       (closes),
        .frame        (product_frame),
        .need_frame   (need_frame),
        .need_offset  (need_offset),
        .next_frame   (next_frame),
        .next_offset  (next_offset),
        .pass_frame   (pass_frame),
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
        .C_WORD_W    (C_WORD_W),
        .FORMAT_W    (FORMAT_W),
        .OPERATION_W (OPERATION_W),
        .BLOCK_W     (BLOCK_W),
        .PRODUCT_W   (PRODUCT_W),
        .PASS_WORD_W (PASS_WORD_W),
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
        .first          (first_pass),
        .operation      (operation),
        .cell_base      (cell_base),
        .write_base     (write_base),
        .fold           (pass_fold),
        .block          (pass_block),
        .opened_by      (opened_by),
        .step           (step),
        .last_step      (last_step),
        .row            (row),
        .group          (group),
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
        .OFFSET_W     (OFFSET_W),
        .PROGRESS_W   (PROGRESS_W),
        .READY_CLOCKS (READY_CLOCKS)
    ) u_progress (
        .clk         (clk),
        .reset       (reset),
        .start       (begin_pass && first_pass),
        .start_frame (pass_frame),
        .written     (written),
        .need_frame  (need_frame),
        .need_word   (column_word),
        .need_offset (need_offset),
        .advance     (advance),
        .next_frame  (next_frame),
        .next_word   (next_word),
        .next_offset (next_offset),
        .ready       (ready)
    );

    // ---- a pass empties the block that was opened for it -----------------------------------
`ifdef SYNTHESIS
    wire unused_opened_by = &{1'b0, opened_by};
`else
    reg [PRODUCT_W-1:0] opener [0:BLOCKS-1];
    reg                 was_reset; // before that, what is in registers means nothing

    initial was_reset = 1'b0;

    always @(posedge clk) begin
        if (reset) was_reset <= 1'b1;
        if (block_open) opener[product_block] <= mon_product[PRODUCT_W-1:0];
        if (begin_pass && was_reset && !reset &&
            opener[pass_block] !== opened_by) begin
            $display("ese_controller: pass %0d begins on a block that product %0d opened, not %0d",
                     mon_pass, opener[pass_block], opened_by);
            $fatal;
        end
    end
`endif
endmodule

`resetall
