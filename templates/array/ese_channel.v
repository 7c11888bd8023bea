// SPDX-License-Identifier: Apache-2.0
// ese_channel - one voice: PES processing elements, Assemble, LANES element-wise lanes, and the
// memories of cells and gates.
//
// Everything that decides comes from outside and is the same for all channels; a channel only has
// numbers.  The old c counts as zero while `first` is high.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_channel #(
    parameter PES = 4, LANES = 1,                // processing elements, element-wise lanes
    parameter GROUPS = 4, GROUP_W = 2,           // PES / LANES rounded up
    parameter FOLD = 1,                          // PEs that share rows, at most
    parameter ACT_W = 16, ALIGNED_W = 15,        // bits of an element, of an aligned weight
    parameter ACC_W = 34, ADDR_W = 5,            // bits of an accumulator, and of its address
    parameter PTR_W = 3,                         // bits of an ActQueue pointer
    parameter BIAS_W = 28, PEEP_W = 16,          // from here to TANH_RESULTS as in ese_element
    parameter SUM_W = 36, Z_W = 18, Z_FRAC = 13,
    parameter FORMATS = 1, FORMAT_W = 1,
    parameter ROUND_SHIFT = 14, SUM_SPREAD = 0, HIDDEN_SHIFT = 0, HIDDEN_SPREAD = 0,
    parameter [8*FORMATS-1:0] SUM_LEFTS = {FORMATS{8'd0}},
    parameter [8*FORMATS-1:0] HIDDEN_LEFTS = {FORMATS{8'd0}},
    parameter C_FRAC = 12, C_SPREAD = 0, M_FRAC = 15, M_SPREAD = 0,
    parameter [8*FORMATS-1:0] C_LEFTS = {FORMATS{8'd0}},
    parameter [8*FORMATS-1:0] M_LEFTS = {FORMATS{8'd0}},
    parameter CELLS = 1, OUTS = 1, RESETS = 0, HIDDEN = 0, PEEPHOLE = 1, INPUT_GATES = 1,
    parameter COUPLED = 0, CELL_TANH = 1, CELL_SIGMOID = 0,
    parameter SUM_RESULTS = 1, RELU_RESULTS = 0, SIGMOID_RESULTS = 0, TANH_RESULTS = 0,
    parameter TABLE_W = 9, SIGM_FRAC_W = 8, TANH_FRAC_W = 7, SLOPE_W = 9, INTERPOLATE = 1,
    parameter C_WORD_W = 4, GATE_WORD_W = 6,     // address bits of the cell memory, gate buffers
    parameter MULTIPLY_CLOCKS = 2, ASSEMBLE_CLOCKS = 2, // of ese_pe, ese_assemble
    parameter SUM_CLOCKS = 4, TABLE_CLOCKS = 5, PRODUCT_CLOCKS = 3, // of ese_element
    parameter SIGM_FILE = "", TANH_FILE = ""     // the Sigmoid and Tanh tables
) (
    input  wire                     clk,

    // ActQueue
    input  wire [PES-1:0]           queue_push,
    input  wire [PES*PTR_W-1:0]     queue_write,
    input  wire [PES*PTR_W-1:0]     queue_read,
    input  wire [FOLD*ACT_W-1:0]    elements,      // the p-th for PEs k with k mod FOLD = p

    // SpMV and Accu
    input  wire [PES*ALIGNED_W-1:0] weights,
    input  wire [PES-1:0]           acc_write,
    input  wire [PES-1:0]           acc_keep,
    input  wire [PES*ADDR_W-1:0]    acc_address,

    // Assemble
    input  wire [ADDR_W-1:0]        drain_address, // stage 1
    input  wire [GROUP_W-1:0]       drain_group,   // stage 1
    input  wire [FOLD*LANES-1:0]    drain_used,    // stage ASSEMBLE_CLOCKS
    input  wire [2*FOLD-1:1]        drain_pick,    // stage ASSEMBLE_CLOCKS

    // Element-wise path: what is held for the pass ...
    input  wire                     first,
    input  wire [FORMAT_W-1:0]      format,
    input  wire                     no_cells,
    input  wire                     is_out,
    input  wire                     is_reset,
    input  wire                     is_gate,
    input  wire                     is_relu,
    input  wire                     is_tanh,
    input  wire                     is_table,
    input  wire                     is_coupled,
    input  wire                     adds_hidden,
    // ... and by stage
    input  wire                     c_read,
    input  wire [C_WORD_W-1:0]      c_read_word,
    input  wire [LANES*BIAS_W-1:0]  bias,
    input  wire [LANES*PEEP_W-1:0]  peep,
    input  wire                     hidden_read,
    input  wire [GATE_WORD_W-1:0]   hidden_word,
    input  wire                     gate_read,
    input  wire                     i_write,
    input  wire                     f_write,
    input  wire                     hidden_write,
    input  wire [GATE_WORD_W-1:0]   gate_word,     // read or written
    input  wire                     c_write,
    input  wire [C_WORD_W-1:0]      c_write_word,
    input  wire [LANES*ACT_W-1:0]   c_write_data,
    output wire [LANES*ACT_W-1:0]   c_data,        // one clock after c_read
    output wire [LANES*ACT_W-1:0]   result         // stage RESULT
);
    // ---- processing elements ---------------------------------------------------------------
    wire [PES*ACC_W-1:0] rows;
    genvar k;
    generate
        for (k = 0; k < PES; k = k + 1) begin : g_pe
            ese_pe #(
                .ACT_W     (ACT_W),
                .ALIGNED_W (ALIGNED_W),
                .ACC_W     (ACC_W),
                .ADDR_W    (ADDR_W),
                .PTR_W     (PTR_W),
                .MULTIPLY_CLOCKS (MULTIPLY_CLOCKS)
            ) u_pe (
                .clk           (clk),
                .queue_push    (queue_push[k]),
                .queue_write   (queue_write[k*PTR_W +: PTR_W]),
                .queue_read    (queue_read[k*PTR_W +: PTR_W]),
                .element       (elements[k%FOLD*ACT_W +: ACT_W]),
                .weight        (weights[k*ALIGNED_W +: ALIGNED_W]),
                .acc_write     (acc_write[k]),
                .acc_keep      (acc_keep[k]),
                .acc_address   (acc_address[k*ADDR_W +: ADDR_W]),
                .drain_address (drain_address),
                .drain_data    (rows[k*ACC_W +: ACC_W])
            );
        end
    endgenerate

    // ---- Assemble --------------------------------------------------------------------------
    wire [LANES*ACC_W-1:0] assembled;

    ese_assemble #(
        .PES     (PES),
        .LANES   (LANES),
        .GROUPS  (GROUPS),
        .GROUP_W (GROUP_W),
        .FOLD    (FOLD),
        .ACC_W   (ACC_W),
        .CLOCKS  (ASSEMBLE_CLOCKS)
    ) u_assemble (
        .clk    (clk),
        .rows   (rows),
        .group  (drain_group),
        .used   (drain_used),
        .pick   (drain_pick),
        .picked (assembled)
    );

    // ---- memories of cells and gates -------------------------------------------------------
    wire [LANES*ACT_W-1:0] i_data;
    wire [LANES*ACT_W-1:0] f_data;
    wire [LANES*ACT_W-1:0] hidden_data;
    wire [LANES*ACT_W-1:0] gates;
    wire [LANES*ACT_W-1:0] hidden;

    generate
        if (CELLS != 0) begin : g_cells
            ese_ram #(
                .WIDTH  (LANES * ACT_W),
                .ADDR_W (C_WORD_W)
            ) u_c (
                .clk           (clk),
                .write_enable  (c_write),
                .write_address (c_write_word),
                .write_data    (c_write_data),
                .read_enable   (c_read),
                .read_address  (c_read_word),
                .read_data     (c_data)
            );
        end else begin : g_no_cells
            wire unused_cells = &{1'b0, c_write, c_write_word, c_write_data, c_read, c_read_word};

            assign c_data = {(LANES*ACT_W){1'b0}};
        end
    endgenerate

    ese_gates #(
        .WIDTH       (LANES * ACT_W),
        .ADDR_W      (GATE_WORD_W),
        .CELLS       (CELLS),
        .INPUT_GATES (INPUT_GATES),
        .HIDDEN      (HIDDEN)
    ) u_gates (
        .clk          (clk),
        .adds_hidden  (adds_hidden),
        .gate_read    (gate_read),
        .hidden_read  (hidden_read),
        .i_write      (i_write),
        .f_write      (f_write),
        .hidden_write (hidden_write),
        .gate_word    (gate_word),
        .hidden_word  (hidden_word),
        .gates        (gates),
        .hidden       (hidden),
        .i_data       (i_data),
        .f_data       (f_data),
        .hidden_data  (hidden_data)
    );

    // ---- element-wise lanes ----------------------------------------------------------------
    wire c_is_zero = (first && !is_out) || no_cells;

    genvar l;
    generate
        for (l = 0; l < LANES; l = l + 1) begin : g_lane
            ese_element #(
                .ACC_W (ACC_W), .ACT_W (ACT_W),
                .BIAS_W (BIAS_W), .PEEP_W (PEEP_W), .SUM_W (SUM_W), .Z_W (Z_W), .Z_FRAC (Z_FRAC),
                .FORMATS (FORMATS), .FORMAT_W (FORMAT_W), .ROUND_SHIFT (ROUND_SHIFT),
                .SUM_SPREAD (SUM_SPREAD), .SUM_LEFTS (SUM_LEFTS), .HIDDEN_SHIFT (HIDDEN_SHIFT),
                .HIDDEN_SPREAD (HIDDEN_SPREAD), .HIDDEN_LEFTS (HIDDEN_LEFTS), .C_FRAC (C_FRAC),
                .C_SPREAD (C_SPREAD), .C_LEFTS (C_LEFTS), .M_FRAC (M_FRAC), .M_SPREAD (M_SPREAD),
                .M_LEFTS (M_LEFTS), .CELLS (CELLS), .OUTS (OUTS), .RESETS (RESETS), .HIDDEN (HIDDEN),
                .PEEPHOLE (PEEPHOLE), .INPUT_GATES (INPUT_GATES), .COUPLED (COUPLED),
                .CELL_TANH (CELL_TANH), .CELL_SIGMOID (CELL_SIGMOID), .SUM_RESULTS (SUM_RESULTS),
                .RELU_RESULTS (RELU_RESULTS), .SIGMOID_RESULTS (SIGMOID_RESULTS),
                .TANH_RESULTS (TANH_RESULTS), .TABLE_W (TABLE_W), .SIGM_FRAC_W (SIGM_FRAC_W),
                .TANH_FRAC_W (TANH_FRAC_W), .SLOPE_W (SLOPE_W), .INTERPOLATE (INTERPOLATE),
                .ASSEMBLE_CLOCKS (ASSEMBLE_CLOCKS), .SUM_CLOCKS (SUM_CLOCKS),
                .TABLE_CLOCKS (TABLE_CLOCKS), .PRODUCT_CLOCKS (PRODUCT_CLOCKS),
                .SIGM_FILE (SIGM_FILE), .TANH_FILE (TANH_FILE)
            ) u_element (
                .clk         (clk),
                .format      (format),
                .is_out      (is_out),
                .is_reset    (is_reset),
                .is_gate     (is_gate),
                .is_relu     (is_relu),
                .is_tanh     (is_tanh),
                .is_table    (is_table),
                .is_coupled  (is_coupled),
                .adds_hidden (adds_hidden),
                .c_is_zero   (c_is_zero),
                .c_read      (c_data[l*ACT_W +: ACT_W]),
                .acc         (assembled[l*ACC_W +: ACC_W]),
                .bias        (bias[l*BIAS_W +: BIAS_W]),
                .peep        (peep[l*PEEP_W +: PEEP_W]),
                .hidden_read (hidden_data[l*ACT_W +: ACT_W]),
                .i_read      (i_data[l*ACT_W +: ACT_W]),
                .f_read      (f_data[l*ACT_W +: ACT_W]),
                .gate        (gates[l*ACT_W +: ACT_W]),
                .hidden      (hidden[l*ACT_W +: ACT_W]),
                .result      (result[l*ACT_W +: ACT_W])
            );
        end
    endgenerate
endmodule

`resetall
