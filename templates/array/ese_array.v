// SPDX-License-Identifier: Apache-2.0
// ese_array - from columns and steps to results: the sparse front end, the channels, and the control
// of their element-wise pipeline.
//
// Columns  go when the controller says so (ese_front_end); the elements that they meet come from
//          x_data, kept_data or scratch_data, one clock after `accept`
// Steps    take a row of every PE of a group through the element-wise path (ese_element_control);
//          their results are there RESULT_STAGE + SPREAD_CLOCKS clocks later
// State    a host reads and writes c by state_read and state_write, where state_is_kept is 0, only
//          while nothing is under way; cell_data comes one clock after the read.  Tied to 0: none
// Numbers  parameters as derived.def has them, under the same names
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_array #(
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
    parameter ROUND_SHIFT = 14, SUM_SPREAD = 0, C_FRAC = 12, C_SPREAD = 0, M_FRAC = 15, M_SPREAD = 0,
    parameter HIDDEN_SHIFT = 0, HIDDEN_SPREAD = 0,
    parameter [8*FORMATS-1:0] SUM_LEFTS = {FORMATS{8'd0}},
    parameter [8*FORMATS-1:0] C_LEFTS = {FORMATS{8'd0}},
    parameter [8*FORMATS-1:0] M_LEFTS = {FORMATS{8'd0}},
    parameter [8*FORMATS-1:0] HIDDEN_LEFTS = {FORMATS{8'd0}},
    parameter OPERATION_W = 2, OUTS = 1, RESETS = 0, HIDDEN = 0,
    parameter CELLS = 1, PEEPHOLE = 1, INPUT_GATES = 1, COUPLED = 0, CELL_TANH = 1, CELL_SIGMOID = 0,
    parameter SUM_RESULTS = 1, RELU_RESULTS = 0, SIGMOID_RESULTS = 0, TANH_RESULTS = 0,
    parameter TABLE_W = 9, SIGM_FRAC_W = 8, TANH_FRAC_W = 7, SLOPE_W = 9,
    parameter WORD_W = 8, C_WORD_W = 4, GATE_WORD_W = 6,    // word numbers: any, of c, of a gate
    parameter KEPT_WORDS = 1, SCRATCH_WORDS = 1,            // 0: there is no such store
    parameter READY_CLOCKS = 0, FETCH_CLOCKS = 2, SPREAD_CLOCKS = 0, // clocks: see derived.def
    parameter MULTIPLY_CLOCKS = 2, ASSEMBLE_CLOCKS = 2, SUM_CLOCKS = 4, TABLE_CLOCKS = 5,
    parameter PRODUCT_CLOCKS = 3, BIAS_STAGE = 3, GATE_STAGE = 12, RESULT_STAGE = 16,
    parameter INTERPOLATE = 1, SIGM_FILE = "", TANH_FILE = "" // tables; INTERPOLATE 0: of points
) (
    input  wire                              clk,
    input  wire                              reset,

    // Weight stream
    input  wire                              weights_valid,
    output wire                              weights_ready,
    input  wire [PES*(WEIGHT_W+INDEX_W)-1:0] weights,

    // Column that goes now
    input  wire                              issue,
    output wire                              accept,
    input  wire [PES*LEN_W-1:0]              column_lengths,
    input  wire [LANE_W-1:0]                 column_lane,
    input  wire [1:0]                        source,
    input  wire [SHIFT_W-1:0]                shift,
    input  wire [FOLD_W-1:0]                 fold,
    input  wire [BLOCK_W-1:0]                block,
    input  wire                              closes,
    input  wire [CHANNELS-1:0]               first,
    input  wire [CHANNELS*FOLD*ACT_W-1:0]    x_data,
    input  wire [CHANNELS*LANES*ACT_W-1:0]   kept_data,
    input  wire [CHANNELS*LANES*ACT_W-1:0]   scratch_data,

    // To the accumulator blocks
    output wire                              close,
    output wire [BLOCK_W-1:0]                close_block,
    output wire [PES*(1<<BLOCK_W)-1:0]       quiet,

    // Pass that begins, and the step that does, with its constants: {peephole, bias} a lane
    input  wire                              begin_pass,
    input  wire [FORMAT_W+OPERATION_W+10:0] operation,   // see ese_operation
    input  wire [C_WORD_W-1:0]               cell_base,
    input  wire [WORD_W-1:0]                 write_base,
    input  wire                              step,
    input  wire [BLOCK_W-1:0]                step_block,
    input  wire [FOLD_W-1:0]                 step_fold,
    input  wire [ROW_W-1:0]                  step_row,
    input  wire [GROUP_W-1:0]                step_group,
    input  wire [LANES-1:0]                  step_keep,
    input  wire [CHANNELS-1:0]               pass_first,  // held for the pass
    output wire                              busy,        // a step is under way
    output wire                              constants_ready,
    input  wire [LANES*(PEEP_W+BIAS_W)-1:0]  constants,

    // Results: where a word of them goes
    output wire                              result_valid,
    output wire                              kept_write,
    output wire                              scratch_write,
    output wire                              leaves,
    output wire [WORD_W-1:0]                 write_word,
    output wire [LANES-1:0]                  result_keep,
    output wire [CHANNELS*LANES*ACT_W-1:0]   result,

    // Saving and restoring c
    input  wire                              state_write,
    input  wire                              state_read,
    input  wire                              state_is_kept,
    input  wire [WORD_W-1:0]                 state_word,
    input  wire [CHANNELS-1:0]               state_channels,
    input  wire [CHANNELS*LANES*ACT_W-1:0]   state_data,
    output wire [CHANNELS*LANES*ACT_W-1:0]   cell_data,

    output wire [PES-1:0]                    mon_issue,
    output wire                              mon_weight_stall
);
    // ---- sparse front end ------------------------------------------------------------------
    wire [ADDR_W-1:0]              drain_address;
    wire [GROUP_W-1:0]             drain_group;
    wire [FOLD*LANES-1:0]          drain_used;
    wire [2*FOLD-1:1]              drain_pick;
    wire [PES-1:0]                 queue_push;
    wire [PES*QUEUE_W-1:0]         queue_write;
    wire [PES*QUEUE_W-1:0]         queue_read;
    wire [PES*ALIGNED_W-1:0]       aligned_weights;
    wire [PES-1:0]                 acc_write;
    wire [PES-1:0]                 acc_keep;
    wire [PES*ADDR_W-1:0]          acc_address;
    wire [CHANNELS*FOLD*ACT_W-1:0] elements;

    ese_front_end #(
        .PES (PES), .CHANNELS (CHANNELS), .LANES (LANES), .LANE_W (LANE_W), .GROUPS (GROUPS),
        .GROUP_W (GROUP_W), .FOLD (FOLD), .FOLD_W (FOLD_W), .FIFO_DEPTH (FIFO_DEPTH),
        .QUEUE_W (QUEUE_W), .WEIGHT_W (WEIGHT_W), .INDEX_W (INDEX_W), .ACT_W (ACT_W),
        .ALIGNED_W (ALIGNED_W), .LEN_W (LEN_W), .SHIFT_W (SHIFT_W), .BLOCK_W (BLOCK_W),
        .ROW_W (ROW_W), .FLIGHT_W (FLIGHT_W), .WFIFO_W (WFIFO_W), .RELATIVE (RELATIVE),
        .KEPT (KEPT_WORDS), .SCRATCH (SCRATCH_WORDS), .FETCH_CLOCKS (FETCH_CLOCKS),
        .READY_CLOCKS (READY_CLOCKS),
        .MULTIPLY_CLOCKS (MULTIPLY_CLOCKS), .ASSEMBLE_CLOCKS (ASSEMBLE_CLOCKS)
    ) u_front_end (
        .clk (clk), .reset (reset),
        .weights_valid (weights_valid), .weights_ready (weights_ready), .weights (weights),
        .issue (issue), .accept (accept), .lengths (column_lengths), .lane (column_lane),
        .source (source), .shift (shift), .fold (fold), .block (block), .closes (closes),
        .first (first),
        .x_data (x_data), .kept_data (kept_data), .scratch_data (scratch_data),
        .close (close), .close_block (close_block), .quiet (quiet),
        .drain (step), .drain_block (step_block), .drain_row (step_row),
        .drain_group (step_group), .drain_fold (step_fold),
        .drain_address (drain_address), .drain_group_1 (drain_group),
        .drain_used (drain_used), .drain_pick (drain_pick),
        .queue_push (queue_push), .queue_write (queue_write), .queue_read (queue_read),
        .elements (elements), .aligned_weights (aligned_weights),
        .acc_write (acc_write), .acc_keep (acc_keep), .acc_address (acc_address),
        .mon_issue (mon_issue), .mon_weight_stall (mon_weight_stall)
    );

    // ---- element-wise pipeline control -----------------------------------------------------
    wire [FORMAT_W-1:0]     format;
    wire                    no_cells;
    wire                    is_out;
    wire                    is_reset;
    wire                    is_gate;
    wire                    is_relu;
    wire                    is_tanh;
    wire                    is_table;
    wire                    is_coupled;
    wire                    adds_hidden;
    wire                    c_read;
    wire [C_WORD_W-1:0]     c_read_word;
    wire [LANES*BIAS_W-1:0] bias;
    wire [LANES*PEEP_W-1:0] peep;
    wire                    hidden_read;
    wire [GATE_WORD_W-1:0]  hidden_word;
    wire                    hidden_write;
    wire                    gate_read;
    wire                    i_write;
    wire                    f_write;
    wire [GATE_WORD_W-1:0]  gate_word;
    wire                    cell_write;

    ese_element_control #(
        .LANES (LANES), .WORD_W (WORD_W), .C_WORD_W (C_WORD_W), .GATE_WORD_W (GATE_WORD_W),
        .FORMAT_W (FORMAT_W), .BIAS_W (BIAS_W), .PEEP_W (PEEP_W), .OPERATION_W (OPERATION_W),
        .RESETS (RESETS), .BIAS_STAGE (BIAS_STAGE),
        .GATE_STAGE (GATE_STAGE), .RESULT_STAGE (RESULT_STAGE), .SPREAD_CLOCKS (SPREAD_CLOCKS)
    ) u_element_control (
        .clk (clk), .reset (reset),
        .begin_pass (begin_pass), .operation (operation), .cell_base (cell_base),
        .write_base (write_base), .step (step), .keep (step_keep), .busy (busy),
        .constants (constants), .constants_ready (constants_ready),
        .format (format), .no_cells (no_cells), .is_out (is_out), .is_gate (is_gate),
        .is_relu (is_relu), .is_tanh (is_tanh), .is_table (is_table), .is_coupled (is_coupled),
        .is_reset (is_reset), .adds_hidden (adds_hidden), .hidden_read (hidden_read),
        .hidden_word (hidden_word), .hidden_write (hidden_write),
        .c_read (c_read), .c_read_word (c_read_word), .bias (bias), .peep (peep),
        .gate_read (gate_read), .i_write (i_write), .f_write (f_write), .gate_word (gate_word),
        .result_valid (result_valid), .cell_write (cell_write), .kept_write (kept_write),
        .scratch_write (scratch_write), .leaves (leaves), .write_word (write_word),
        .result_keep (result_keep)
    );

    // ---- channels; c is also read and written when a state is saved or restored ------------
    wire                 cell_read      = c_read || (state_read && !state_is_kept);
    wire [C_WORD_W-1:0]  cell_word      = state_read ? state_word[C_WORD_W-1:0] : c_read_word;
    wire [C_WORD_W-1:0]  cell_to        = state_write ? state_word[C_WORD_W-1:0]
                                                      : write_word[C_WORD_W-1:0];
    wire [CHANNELS-1:0]  cell_writes    = {CHANNELS{cell_write}} |
        (state_channels & {CHANNELS{state_write && !state_is_kept}});
    wire [CHANNELS*LANES*ACT_W-1:0] cell_written = state_write ? state_data : result;

    wire unused_words = ^state_word; // cells may need fewer bits than other words

    ese_voices #(
        .CHANNELS (CHANNELS), .PES (PES), .LANES (LANES), .GROUPS (GROUPS), .GROUP_W (GROUP_W),
        .FOLD (FOLD), .ACT_W (ACT_W), .ALIGNED_W (ALIGNED_W), .ACC_W (ACC_W), .ADDR_W (ADDR_W),
        .PTR_W (QUEUE_W), .BIAS_W (BIAS_W), .PEEP_W (PEEP_W), .SUM_W (SUM_W), .Z_W (Z_W),
        .Z_FRAC (Z_FRAC), .FORMATS (FORMATS), .FORMAT_W (FORMAT_W), .ROUND_SHIFT (ROUND_SHIFT),
        .SUM_SPREAD (SUM_SPREAD), .SUM_LEFTS (SUM_LEFTS), .C_FRAC (C_FRAC), .C_SPREAD (C_SPREAD),
        .C_LEFTS (C_LEFTS), .M_FRAC (M_FRAC), .M_SPREAD (M_SPREAD), .M_LEFTS (M_LEFTS),
        .HIDDEN_SHIFT (HIDDEN_SHIFT), .HIDDEN_SPREAD (HIDDEN_SPREAD), .HIDDEN_LEFTS (HIDDEN_LEFTS),
        .OUTS (OUTS), .RESETS (RESETS), .HIDDEN (HIDDEN), .CELLS (CELLS), .PEEPHOLE (PEEPHOLE),
        .INPUT_GATES (INPUT_GATES), .COUPLED (COUPLED), .CELL_TANH (CELL_TANH),
        .CELL_SIGMOID (CELL_SIGMOID), .SUM_RESULTS (SUM_RESULTS), .RELU_RESULTS (RELU_RESULTS),
        .SIGMOID_RESULTS (SIGMOID_RESULTS), .TANH_RESULTS (TANH_RESULTS), .TABLE_W (TABLE_W),
        .SIGM_FRAC_W (SIGM_FRAC_W), .TANH_FRAC_W (TANH_FRAC_W), .SLOPE_W (SLOPE_W),
        .INTERPOLATE (INTERPOLATE), .C_WORD_W (C_WORD_W), .GATE_WORD_W (GATE_WORD_W),
        .SPREAD_CLOCKS (SPREAD_CLOCKS), .MULTIPLY_CLOCKS (MULTIPLY_CLOCKS),
        .ASSEMBLE_CLOCKS (ASSEMBLE_CLOCKS), .SUM_CLOCKS (SUM_CLOCKS), .TABLE_CLOCKS (TABLE_CLOCKS),
        .PRODUCT_CLOCKS (PRODUCT_CLOCKS), .SIGM_FILE (SIGM_FILE), .TANH_FILE (TANH_FILE)
    ) u_voices (
        .clk (clk),
        .queue_push (queue_push), .queue_write (queue_write), .queue_read (queue_read),
        .elements (elements), .weights (aligned_weights),
        .acc_write (acc_write), .acc_keep (acc_keep), .acc_address (acc_address),
        .drain_address (drain_address), .drain_group (drain_group),
        .drain_used (drain_used), .drain_pick (drain_pick), .first (pass_first),
        .format (format), .no_cells (no_cells), .is_out (is_out), .is_gate (is_gate),
        .is_relu (is_relu), .is_tanh (is_tanh), .is_table (is_table), .is_coupled (is_coupled),
        .is_reset (is_reset), .adds_hidden (adds_hidden), .hidden_read (hidden_read),
        .hidden_word (hidden_word), .hidden_write (hidden_write),
        .c_read (cell_read), .c_read_word (cell_word), .bias (bias), .peep (peep),
        .gate_read (gate_read), .i_write (i_write), .f_write (f_write), .gate_word (gate_word),
        .c_write (cell_writes), .c_write_word (cell_to), .c_write_data (cell_written),
        .c_data (cell_data), .result (result)
    );
endmodule

`resetall
