// SPDX-License-Identifier: Apache-2.0
// ese_core - the datapath of a chip: x, the model as streams and the program in, y out.
//
// Model    weights, columns {lengths, lane, word} and constants {peephole, bias} as valid/ready
//          streams in the order of their use, over and over; at `reset` from their first word on
// Program  product_word and pass_word of numbers product and pass, in the same clock; last_product,
//          last_pass, last_x and last_y do not change while the chip runs
// x, y     AXI4-Stream (ese_input_buffer, ese_output_buffer); last_x and last_y end a frame
// State    a host saves and restores words of c, and of the kept vectors where state_is_kept is 1;
//          state_saving says that reads are its own; data one clock after state_read.  It comes
//          only while nothing is under way (ese_array, ese_vectors); all tied to 0: none
// Errors   x_error: the framing of x was wrong; until reset.  output_full: a pass waits for room
// Monitor  mon_*, as the chip's top has them
// Numbers  parameters as derived.def has them, under the same names
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_core #(
    parameter PES = 4, CHANNELS = 2, LANES = 1, LANE_W = 1, // PEs, voices, element-wise lanes
    parameter GROUPS = 4, GROUP_W = 2,                      // PES / LANES rounded up
    parameter FOLD = 1, FOLD_W = 1,                         // PEs that share rows, at most
    parameter FIFO_DEPTH = 8, QUEUE_W = 3,                  // ActQueue
    parameter WEIGHT_W = 12, INDEX_W = 4, LEN_W = 3,        // entries, and their number in a column
    parameter SHIFT_W = 2, ALIGNED_W = 15, RELATIVE = 0,    // their alignment and encoding
    parameter FLIGHT_W = 4, WFIFO_W = 5,                    // columns under way, weight buffers
    parameter BLOCK_W = 1, ROW_W = 4, ADDR_W = 5,           // block, row, accumulator address
    parameter ACT_W = 16, ACC_W = 34, BIAS_W = 28, PEEP_W = 16, SUM_W = 36, Z_W = 18, Z_FRAC = 13,
    parameter FORMATS = 1, FORMAT_W = 1,                    // of layers; see ese_element
    parameter ROUND_SHIFT = 14, SUM_SPREAD = 0, HIDDEN_SHIFT = 0, HIDDEN_SPREAD = 0,
    parameter C_FRAC = 12, C_SPREAD = 0, M_FRAC = 15, M_SPREAD = 0,
    parameter [8*FORMATS-1:0] SUM_LEFTS = {FORMATS{8'd0}},
    parameter [8*FORMATS-1:0] C_LEFTS = {FORMATS{8'd0}},
    parameter [8*FORMATS-1:0] M_LEFTS = {FORMATS{8'd0}},
    parameter [8*FORMATS-1:0] HIDDEN_LEFTS = {FORMATS{8'd0}},
    parameter CELLS = 1, PEEPHOLE = 1, INPUT_GATES = 1, COUPLED = 0, CELL_TANH = 1, CELL_SIGMOID = 0,
    parameter OPERATION_W = 2, OUTS = 1, RESETS = 0, HIDDEN = 0, MIRRORED = 0,
    parameter SUM_RESULTS = 1, RELU_RESULTS = 0, SIGMOID_RESULTS = 0, TANH_RESULTS = 0,
    parameter TABLE_W = 9, SIGM_FRAC_W = 8, TANH_FRAC_W = 7, SLOPE_W = 9,
    parameter ELEMENT_W = 16, X_COUNT_W = 3, SIZE_W = 3,    // elements of x and y and their numbers
    parameter YFIFO_W = 5,                                  // output FIFO
    parameter WORD_W = 8, X_WORD_W = 3, C_WORD_W = 4, GATE_WORD_W = 6, // word numbers
    parameter KEPT_WORDS = 1, KEPT_WORD_W = 3, SCRATCH_WORDS = 1, SCRATCH_WORD_W = 4, // stores
    parameter OFFSET_W = 10, PROGRESS_W = 9,                // of ese_progress
    parameter PRODUCT_W = 5, PASS_W = 4,                    // numbers of products and passes
    parameter COUNT_W = 10, ROWS_W = 6,                     // their columns and rows
    parameter PRODUCT_WORD_W = 29, PASS_WORD_W = 39,        // their words
    parameter READY_CLOCKS = 0, FETCH_CLOCKS = 2, SPREAD_CLOCKS = 0, // clocks: see derived.def
    parameter MULTIPLY_CLOCKS = 2, ASSEMBLE_CLOCKS = 2, SUM_CLOCKS = 4, TABLE_CLOCKS = 5,
    parameter PRODUCT_CLOCKS = 3, BIAS_STAGE = 3, GATE_STAGE = 12, RESULT_STAGE = 16,
    parameter INTERPOLATE = 1, SIGM_FILE = "", TANH_FILE = "" // tables; INTERPOLATE 0: of points
) (
    input  wire                              clk,
    input  wire                              reset,

    // The model
    input  wire                              weights_valid,
    output wire                              weights_ready,
    input  wire [PES*(WEIGHT_W+INDEX_W)-1:0] weights,
    input  wire                              columns_valid,
    output wire                              columns_ready,
    input  wire [PES*LEN_W+LANE_W+WORD_W-1:0] columns,
    input  wire                              constants_valid,
    output wire                              constants_ready,
    input  wire [LANES*(PEEP_W+BIAS_W)-1:0]  constants,

    // The program
    input  wire [PRODUCT_W-1:0]              last_product,
    input  wire [PASS_W-1:0]                 last_pass,
    output wire [PRODUCT_W-1:0]              product,
    input  wire [PRODUCT_WORD_W-1:0]         product_word,
    output wire [PASS_W-1:0]                 pass,
    input  wire [PASS_WORD_W-1:0]            pass_word,

    // x and y
    input  wire [X_COUNT_W-1:0]              last_x,
    input  wire                              x_tvalid,
    output wire                              x_tready,
    input  wire [CHANNELS*ELEMENT_W-1:0]     x_tdata,
    input  wire [2*CHANNELS-1:0]             x_tuser,
    input  wire                              x_tlast,
    input  wire [SIZE_W-1:0]                 last_y,
    output wire                              y_tvalid,
    input  wire                              y_tready,
    output wire [CHANNELS*ELEMENT_W-1:0]     y_tdata,
    output wire [CHANNELS-1:0]               y_tuser,
    output wire                              y_tlast,
    output wire                              x_error,
    output wire                              output_full,

    // State
    input  wire                              state_write,
    input  wire                              state_saving,
    input  wire                              state_read,
    input  wire                              state_is_kept,
    input  wire [WORD_W-1:0]                 state_word,
    input  wire [CHANNELS-1:0]               state_channels,
    input  wire [CHANNELS*LANES*ACT_W-1:0]   state_data,
    output wire [CHANNELS*LANES*ACT_W-1:0]   cell_data,
    output wire [CHANNELS*LANES*ACT_W-1:0]   kept_data,

    output wire                              mon_result_valid,
    output wire [15:0]                       mon_result,
    output wire [CHANNELS*LANES*ACT_W-1:0]   mon_result_data,
    output wire [LANES-1:0]                  mon_result_keep,
    output wire                              mon_product_valid,
    output wire [15:0]                       mon_product,
    output wire                              mon_pass_valid,
    output wire [15:0]                       mon_pass,
    output wire [PES-1:0]                    mon_issue,
    output wire [4:0]                        mon_stall,
    output wire                              mon_weight_stall
);
    localparam KEPT          = KEPT_WORDS != 0 || MIRRORED != 0;
    localparam VECTOR_W      = CHANNELS * LANES * ACT_W;
    localparam COLUMN_WORD_W = PES * LEN_W + LANE_W + WORD_W;

    // ---- the column that may go, and the one behind it -------------------------------------
    wire                     column_valid;
    wire                     issue;
    wire [PES*LEN_W-1:0]     column_lengths;
    wire [LANE_W-1:0]        column_lane;
    wire [WORD_W-1:0]        column_word;
    wire                     advance;
    wire [COLUMN_WORD_W-1:0] next_column;

    wire unused_next_column = ^next_column;

    ese_column_head #(
        .WIDTH (COLUMN_WORD_W), .READY_CLOCKS (READY_CLOCKS)
    ) u_column (
        .clk (clk), .reset (reset),
        .stream_valid (columns_valid), .stream_ready (columns_ready), .stream_column (columns),
        .valid (column_valid), .issue (issue),
        .column ({column_lengths, column_lane, column_word}),
        .advance (advance), .next_column (next_column)
    );

    // ---- x ---------------------------------------------------------------------------------
    wire                           product_bank; // of x and of the kept store: frames alternate
    wire                           accept;
    wire                           x_full, x_release;
    wire [CHANNELS-1:0]            x_active;
    wire [CHANNELS-1:0]            x_first;
    wire [CHANNELS*FOLD*ACT_W-1:0] x_data;

    ese_input_buffer #(
        .CHANNELS (CHANNELS), .ACT_W (ACT_W), .ELEMENT_W (ELEMENT_W), .X_COUNT_W (X_COUNT_W),
        .FOLD (FOLD), .X_WORD_W (X_WORD_W)
    ) u_input (
        .clk (clk), .reset (reset), .last_element (last_x),
        .s_tvalid (x_tvalid), .s_tready (x_tready), .s_tdata (x_tdata), .s_tuser (x_tuser),
        .s_tlast (x_tlast),
        .bank (product_bank), .bank_full (x_full), .bank_active (x_active),
        .bank_first (x_first), .release_bank (x_release),
        .read_enable (accept), .read_word (column_word[X_WORD_W-1:0]), .read_data (x_data),
        .error (x_error)
    );

    // ---- ESE controller --------------------------------------------------------------------
    wire [1:0]             source;
    wire [SHIFT_W-1:0]     shift;
    wire [FOLD_W-1:0]      product_fold;
    wire [BLOCK_W-1:0]     product_block;
    wire                   product_closes;
    wire [CHANNELS-1:0]    product_first;
    wire                   close;
    wire [BLOCK_W-1:0]     close_block;
    wire [PES*(1<<BLOCK_W)-1:0] quiet;
    wire                   begin_pass;
    wire [FORMAT_W+OPERATION_W+10:0] operation;
    wire [C_WORD_W-1:0]    cell_base;
    wire [WORD_W-1:0]      write_base;
    wire                   step;
    wire [BLOCK_W-1:0]     step_block;
    wire [FOLD_W-1:0]      step_fold;
    wire [ROW_W-1:0]       step_row;
    wire [GROUP_W-1:0]     step_group;
    wire [LANES-1:0]       step_keep;
    wire [CHANNELS-1:0]    pass_active, pass_first;
    wire                   pass_bank, pipeline_busy;
    wire                   kept_write, scratch_write, output_pop;

    ese_controller #(
        .PES (PES), .CHANNELS (CHANNELS), .LANES (LANES), .GROUPS (GROUPS), .GROUP_W (GROUP_W),
        .PRODUCT_W (PRODUCT_W), .PASS_W (PASS_W), .COUNT_W (COUNT_W), .SHIFT_W (SHIFT_W),
        .FOLD (FOLD), .FOLD_W (FOLD_W), .BLOCK_W (BLOCK_W), .ROWS_W (ROWS_W), .ROW_W (ROW_W),
        .WORD_W (WORD_W), .C_WORD_W (C_WORD_W), .OFFSET_W (OFFSET_W), .PROGRESS_W (PROGRESS_W),
        .FORMAT_W (FORMAT_W), .OPERATION_W (OPERATION_W), .PRODUCT_WORD_W (PRODUCT_WORD_W),
        .PASS_WORD_W (PASS_WORD_W), .FIFO_W (YFIFO_W), .READY_CLOCKS (READY_CLOCKS)
    ) u_controller (
        .clk (clk), .reset (reset),
        .last_product (last_product), .product (product), .product_word (product_word),
        .last_pass (last_pass), .pass (pass), .pass_word (pass_word),
        .column_valid (column_valid), .column_word (column_word),
        .advance (advance), .next_word (next_column[WORD_W-1:0]),
        .x_full (x_full), .x_active (x_active), .x_first (x_first), .x_release (x_release),
        .issue (issue), .product_bank (product_bank), .source (source), .shift (shift),
        .product_fold (product_fold), .product_block (product_block),
        .closes (product_closes), .product_first (product_first),
        .accept (accept), .close (close), .close_block (close_block), .quiet (quiet),
        .begin_pass (begin_pass), .operation (operation), .cell_base (cell_base),
        .write_base (write_base), .step (step), .pass_block (step_block), .pass_fold (step_fold),
        .row (step_row), .group (step_group), .keep (step_keep),
        .pass_active (pass_active), .pass_first (pass_first), .pass_bank (pass_bank),
        .constant_valid (constants_valid), .pipeline_busy (pipeline_busy),
        .written (kept_write || scratch_write), .output_pop (output_pop),
        .mon_product (mon_product), .mon_stall (mon_stall), .mon_pass (mon_pass),
        .mon_result (mon_result),
        .output_full (output_full)
    );

    assign mon_product_valid = issue;
    assign mon_pass_valid    = step;

    // ---- PEs and the element-wise path -----------------------------------------------------
    wire [VECTOR_W-1:0] scratch_data;
    wire                leaves;
    wire [WORD_W-1:0]   write_word;
    wire [VECTOR_W-1:0] result;

    ese_array #(
        .PES (PES), .CHANNELS (CHANNELS), .LANES (LANES), .LANE_W (LANE_W), .GROUPS (GROUPS),
        .GROUP_W (GROUP_W), .FOLD (FOLD), .FOLD_W (FOLD_W), .FIFO_DEPTH (FIFO_DEPTH),
        .QUEUE_W (QUEUE_W), .WEIGHT_W (WEIGHT_W), .INDEX_W (INDEX_W), .LEN_W (LEN_W),
        .SHIFT_W (SHIFT_W), .ALIGNED_W (ALIGNED_W), .RELATIVE (RELATIVE), .FLIGHT_W (FLIGHT_W),
        .WFIFO_W (WFIFO_W), .BLOCK_W (BLOCK_W), .ROW_W (ROW_W), .ADDR_W (ADDR_W), .ACT_W (ACT_W),
        .ACC_W (ACC_W), .BIAS_W (BIAS_W), .PEEP_W (PEEP_W), .SUM_W (SUM_W), .Z_W (Z_W),
        .Z_FRAC (Z_FRAC), .FORMATS (FORMATS), .FORMAT_W (FORMAT_W), .ROUND_SHIFT (ROUND_SHIFT),
        .SUM_SPREAD (SUM_SPREAD), .SUM_LEFTS (SUM_LEFTS), .C_FRAC (C_FRAC), .C_SPREAD (C_SPREAD),
        .C_LEFTS (C_LEFTS), .M_FRAC (M_FRAC), .M_SPREAD (M_SPREAD), .M_LEFTS (M_LEFTS),
        .HIDDEN_SHIFT (HIDDEN_SHIFT), .HIDDEN_SPREAD (HIDDEN_SPREAD), .HIDDEN_LEFTS (HIDDEN_LEFTS),
        .OPERATION_W (OPERATION_W), .OUTS (OUTS), .RESETS (RESETS), .HIDDEN (HIDDEN),
        .CELLS (CELLS), .PEEPHOLE (PEEPHOLE), .INPUT_GATES (INPUT_GATES), .COUPLED (COUPLED),
        .CELL_TANH (CELL_TANH), .CELL_SIGMOID (CELL_SIGMOID), .SUM_RESULTS (SUM_RESULTS),
        .RELU_RESULTS (RELU_RESULTS), .SIGMOID_RESULTS (SIGMOID_RESULTS),
        .TANH_RESULTS (TANH_RESULTS), .TABLE_W (TABLE_W), .SIGM_FRAC_W (SIGM_FRAC_W),
        .TANH_FRAC_W (TANH_FRAC_W), .SLOPE_W (SLOPE_W), .WORD_W (WORD_W), .C_WORD_W (C_WORD_W),
        .GATE_WORD_W (GATE_WORD_W), .KEPT_WORDS (KEPT), .SCRATCH_WORDS (SCRATCH_WORDS),
        .INTERPOLATE (INTERPOLATE), .READY_CLOCKS (READY_CLOCKS), .FETCH_CLOCKS (FETCH_CLOCKS),
        .SPREAD_CLOCKS (SPREAD_CLOCKS), .MULTIPLY_CLOCKS (MULTIPLY_CLOCKS),
        .ASSEMBLE_CLOCKS (ASSEMBLE_CLOCKS), .SUM_CLOCKS (SUM_CLOCKS), .TABLE_CLOCKS (TABLE_CLOCKS),
        .PRODUCT_CLOCKS (PRODUCT_CLOCKS), .BIAS_STAGE (BIAS_STAGE), .GATE_STAGE (GATE_STAGE),
        .RESULT_STAGE (RESULT_STAGE), .SIGM_FILE (SIGM_FILE), .TANH_FILE (TANH_FILE)
    ) u_array (
        .clk (clk), .reset (reset),
        .weights_valid (weights_valid), .weights_ready (weights_ready), .weights (weights),
        .issue (issue), .accept (accept), .column_lengths (column_lengths),
        .column_lane (column_lane), .source (source), .shift (shift),
        .fold (product_fold), .block (product_block), .closes (product_closes),
        .first (product_first),
        .x_data (x_data), .kept_data (kept_data), .scratch_data (scratch_data),
        .close (close), .close_block (close_block), .quiet (quiet),
        .begin_pass (begin_pass), .operation (operation), .cell_base (cell_base),
        .write_base (write_base), .step (step), .step_block (step_block), .step_fold (step_fold),
        .step_row (step_row), .step_group (step_group), .step_keep (step_keep),
        .pass_first (pass_first), .busy (pipeline_busy),
        .constants_ready (constants_ready), .constants (constants),
        .result_valid (mon_result_valid), .kept_write (kept_write),
        .scratch_write (scratch_write), .leaves (leaves), .write_word (write_word),
        .result_keep (mon_result_keep), .result (result),
        .state_write (state_write), .state_read (state_read), .state_is_kept (state_is_kept),
        .state_word (state_word), .state_channels (state_channels), .state_data (state_data),
        .cell_data (cell_data),
        .mon_issue (mon_issue), .mon_weight_stall (mon_weight_stall)
    );

    assign mon_result_data = result;

    // ---- H buffers: vectors of this frame and of the frame before --------------------------
    ese_vectors #(
        .CHANNELS (CHANNELS), .LANES (LANES), .ACT_W (ACT_W), .WORD_W (WORD_W), .KEPT (KEPT),
        .KEPT_WORD_W (KEPT_WORD_W), .MIRRORED (MIRRORED), .SCRATCH (SCRATCH_WORDS),
        .SCRATCH_WORD_W (SCRATCH_WORD_W)
    ) u_vectors (
        .clk (clk), .read (accept), .read_word (column_word), .read_now (source[1]),
        .product_bank (product_bank),
        .kept_data (kept_data), .scratch_data (scratch_data),
        .kept_write (kept_write), .scratch_write (scratch_write),
        .write_word (write_word), .write_data (result), .pass_bank (pass_bank),
        .state_write (state_write), .state_saving (state_saving), .state_read (state_read),
        .state_is_kept (state_is_kept), .state_word (state_word),
        .state_channels (state_channels), .state_data (state_data)
    );

    // ---- y ---------------------------------------------------------------------------------
    ese_output_buffer #(
        .CHANNELS (CHANNELS), .PES (PES), .LANES (LANES), .LANE_W (LANE_W), .GROUPS (GROUPS),
        .GROUP_W (GROUP_W), .ACT_W (ACT_W), .ELEMENT_W (ELEMENT_W), .SIZE_W (SIZE_W),
        .FIFO_W (YFIFO_W)
    ) u_output (
        .clk (clk), .reset (reset), .last_element (last_y),
        .push (leaves), .push_data (result), .push_active (pass_active), .pop (output_pop),
        .m_tvalid (y_tvalid), .m_tready (y_tready), .m_tdata (y_tdata), .m_tuser (y_tuser),
        .m_tlast (y_tlast)
    );
endmodule

`resetall
