// SPDX-License-Identifier: Apache-2.0
// ese_element - one element-wise lane of one channel: AdderTree, Sigmoid / Tanh, ElemMul.
//
// A row goes through its stages, one row a clock; what it becomes depends on the pass (ese_operation):
//   gate   its function of acc + bias + peep*c', at stage GATE for the gate buffers, at RESULT for others
//   cell   c = f*c' + function(acc + bias)*i, or *(1-f), at stage RESULT
//   out    sigm(acc + bias + peep*c)*tanh(c) at stage RESULT
//   reset  sigm(acc + bias)*c' at stage RESULT
// Where adds_hidden, peep*c is gate i times a sum that a pass before has hidden, which it gave at GATE.
// Both products are shifted left by HIDDEN_SHIFT, and by what HIDDEN_LEFTS has of the format: formats of layers
// with peepholes have no shift.
// Stages are named as in ese_element_control: c_read comes at stage 2, a row with its bias at stage
// BIAS; from there to Z, GATE, PRODUCT it takes SUM_CLOCKS, TABLE_CLOCKS, PRODUCT_CLOCKS, and one clock
// to RESULT.  What no pass of the chip needs is not there: see the parameters from CELLS on.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_element #(
    parameter ACC_W = 34, BIAS_W = 28,   // bits of an accumulator, of a bias
    parameter PEEP_W = 16,               // bits of a peephole weight
    parameter ACT_W = 16,                // bits of c, gates and results
    parameter SUM_W = 36,                // bits of acc + bias + peep*c
    parameter Z_W = 18, Z_FRAC = 13,     // bits of a pre-activation, and fraction bits
    parameter FORMATS = 1, FORMAT_W = 1, // formats of layers, bits of a format's number
    parameter ROUND_SHIFT = 14,          // as in ese_adder_tree
    parameter SUM_SPREAD = 0, HIDDEN_SHIFT = 0, HIDDEN_SPREAD = 0,
    parameter [8*FORMATS-1:0] SUM_LEFTS = {FORMATS{8'd0}},
    parameter [8*FORMATS-1:0] HIDDEN_LEFTS = {FORMATS{8'd0}},
    parameter C_FRAC = 12, C_SPREAD = 0, // as in ese_elem_mul
    parameter M_FRAC = 15, M_SPREAD = 0,
    parameter [8*FORMATS-1:0] C_LEFTS = {FORMATS{8'd0}},
    parameter [8*FORMATS-1:0] M_LEFTS = {FORMATS{8'd0}},
    parameter TABLE_W = 9,               // as in ese_activation
    parameter SIGM_FRAC_W = 8, TANH_FRAC_W = 7, SLOPE_W = 9, INTERPOLATE = 1,
    parameter CELLS           = 1,       // 0: no passes cell, out and reset
    parameter OUTS            = 1,       // 0: no passes out
    parameter RESETS          = 0,       // 0: no passes reset
    parameter HIDDEN          = 0,       // 0: no hidden sums
    parameter PEEPHOLE        = 1,       // 0: no peepholes
    parameter INPUT_GATES     = 1,       // 0: no cell has an i of its own
    parameter COUPLED         = 0,       // 0: no cell has 1 - f in its place
    parameter CELL_TANH       = 1,       // 0: no function of a pass cell is a tanh
    parameter CELL_SIGMOID    = 0,       // 0: ... a sigmoid
    parameter SUM_RESULTS     = 1,       // 0: no results are sums
    parameter RELU_RESULTS    = 0,       // 0: ... or relu of them
    parameter SIGMOID_RESULTS = 0,       // 0: no results are sigmoids
    parameter TANH_RESULTS    = 0,       // 0: ... tanhs
    parameter ASSEMBLE_CLOCKS = 2,       // from stage 1 to BIAS, 2 or 3
    parameter SUM_CLOCKS      = 4,       // of ese_adder_tree
    parameter TABLE_CLOCKS    = 5,       // of ese_act_table
    parameter PRODUCT_CLOCKS  = 3,       // of ese_elem_mul
    parameter SIGM_FILE = "", TANH_FILE = "" // the tables
) (
    input  wire                     clk,

    // Held for the pass
    input  wire [FORMAT_W-1:0]      format,
    input  wire                     is_out,
    input  wire                     is_reset,
    input  wire                     is_gate,
    input  wire                     is_relu,
    input  wire                     is_tanh,
    input  wire                     is_table,
    input  wire                     is_coupled,
    input  wire                     adds_hidden,
    input  wire                     c_is_zero,

    input  wire signed [ACT_W-1:0]  c_read,     // stage 2
    input  wire signed [ACC_W-1:0]  acc,        // BIAS
    input  wire signed [BIAS_W-1:0] bias,       // BIAS
    input  wire signed [PEEP_W-1:0] peep,       // BIAS
    input  wire signed [ACT_W-1:0]  hidden_read, // BIAS - 1
    input  wire signed [ACT_W-1:0]  i_read,     // GATE - 1, where adds_hidden BIAS - 1
    input  wire signed [ACT_W-1:0]  f_read,     // GATE - 1

    output wire signed [ACT_W-1:0]  gate,       // GATE: i or f
    output wire signed [ACT_W-1:0]  hidden,     // GATE: a sum
    output reg  signed [ACT_W-1:0]  result      // RESULT
);
    localparam GATE_RESULTS = SUM_RESULTS != 0 || SIGMOID_RESULTS != 0 || TANH_RESULTS != 0;

    // ---- c along the stages ----------------------------------------------------------------
    wire signed [ACT_W-1:0] c_bias;   // BIAS
    wire signed [Z_W-1:0]   c_as_z;   // Z
    wire [ACT_W-1:0]        c_gate;   // GATE
    generate
        if (CELLS != 0) begin : g_cells
            wire [ACT_W-1:0] c_kept;  // BIAS - 1
            reg  [ACT_W-1:0] c_bias_q;
            wire [ACT_W-1:0] c_sum;   // Z - 1

            ese_delay #(
                .WIDTH  (ACT_W),
                .CLOCKS (ASSEMBLE_CLOCKS - 2)
            ) u_c_read (
                .clk     (clk),
                .value   (c_read),
                .delayed (c_kept)
            );

            always @(posedge clk) c_bias_q <= c_is_zero ? {ACT_W{1'b0}} : c_kept;

            assign c_bias = c_bias_q;

            ese_delay #(
                .WIDTH  (ACT_W),
                .CLOCKS (SUM_CLOCKS - 1)
            ) u_c_sum (
                .clk     (clk),
                .value   (c_bias_q),
                .delayed (c_sum)
            );

            ese_delay #(
                .WIDTH  (ACT_W),
                .CLOCKS (TABLE_CLOCKS + 1)
            ) u_c_gate (
                .clk     (clk),
                .value   (c_sum),
                .delayed (c_gate)
            );

            if (OUTS != 0) begin : g_outs
                ese_c_as_z #(
                    .ACT_W (ACT_W), .Z_W (Z_W), .Z_FRAC (Z_FRAC), .C_FRAC (C_FRAC),
                    .C_SPREAD (C_SPREAD), .FORMATS (FORMATS), .FORMAT_W (FORMAT_W),
                    .C_LEFTS (C_LEFTS)
                ) u_c_as_z (
                    .clk (clk), .format (format), .c (c_sum), .z (c_as_z)
                );
            end else begin : g_no_outs
                assign c_as_z = {Z_W{1'b0}};
            end
        end else begin : g_no_cells
            wire unused_cells = &{1'b0, c_read, c_is_zero, i_read, f_read, is_out,
                                  is_reset, is_coupled};

            assign c_bias = {ACT_W{1'b0}};
            assign c_as_z = {Z_W{1'b0}};
            assign c_gate = {ACT_W{1'b0}};

            wire unused_c = &{1'b0, c_gate};
        end
    endgenerate

    // ---- what is added to the sum ----------------------------------------------------------
    localparam P_W = (HIDDEN == 0 || (PEEPHOLE != 0 && PEEP_W > ACT_W)) ? PEEP_W : ACT_W;

    wire signed [P_W-1:0]   p;
    wire signed [ACT_W-1:0] q;
    generate
        if (HIDDEN != 0) begin : g_hidden
            reg signed [ACT_W-1:0] i_bias;
            reg signed [ACT_W-1:0] hidden_bias;

            always @(posedge clk) begin
                i_bias      <= adds_hidden ? i_read : {ACT_W{1'b0}};
                hidden_bias <= adds_hidden ? hidden_read : {ACT_W{1'b0}};
            end

            if (PEEPHOLE != 0) begin : g_or_peephole
                wire [P_W+ACT_W-1:0]  i_wide    = {{P_W{i_bias[ACT_W-1]}}, i_bias};
                wire [P_W+PEEP_W-1:0] peep_wide = {{P_W{peep[PEEP_W-1]}}, peep};

                wire unused_signs = &{1'b0, i_wide[P_W+ACT_W-1:P_W], peep_wide[P_W+PEEP_W-1:P_W]};

                assign p = adds_hidden ? i_wide[P_W-1:0] : peep_wide[P_W-1:0];
                assign q = adds_hidden ? hidden_bias : c_bias;
            end else begin : g_alone
                wire unused_peephole = &{1'b0, peep, c_bias};

                assign p = i_bias;
                assign q = hidden_bias;
            end
        end else begin : g_peephole
            wire unused_hidden = &{1'b0, adds_hidden, hidden_read};

            assign p = peep;
            assign q = c_bias;
        end
    endgenerate

    // ---- pre-activation, or sum ------------------------------------------------------------
    wire signed [Z_W-1:0]   z_sum;
    wire signed [ACT_W-1:0] y_sum;

    ese_adder_tree #(
        .ACC_W (ACC_W), .BIAS_W (BIAS_W), .P_W (P_W), .ACT_W (ACT_W), .SUM_W (SUM_W),
        .ROUND_SHIFT (ROUND_SHIFT), .SUM_SPREAD (SUM_SPREAD), .FORMATS (FORMATS),
        .FORMAT_W (FORMAT_W), .SUM_LEFTS (SUM_LEFTS), .Z_W (Z_W),
        .PRODUCTS (PEEPHOLE != 0 || HIDDEN != 0), .P_SHIFT (HIDDEN_SHIFT),
        .P_SPREAD (HIDDEN_SPREAD), .P_LEFTS (HIDDEN_LEFTS), .RELU (RELU_RESULTS),
        .CLOCKS (SUM_CLOCKS)
    ) u_adder_tree (
        .clk (clk), .format (format), .is_relu (is_relu),
        .acc (acc), .bias (bias), .p (p), .q (q), .z (z_sum), .y (y_sum)
    );

    // ---- Sigmoid and Tanh ------------------------------------------------------------------
    wire signed [ACT_W-1:0] sigm;
    wire signed [ACT_W-1:0] tanh;

    ese_activation #(
        .ACT_W (ACT_W), .Z_W (Z_W), .TABLE_W (TABLE_W), .SIGM_FRAC_W (SIGM_FRAC_W),
        .TANH_FRAC_W (TANH_FRAC_W), .SLOPE_W (SLOPE_W), .INTERPOLATE (INTERPOLATE),
        .SIGMOID (CELLS != 0 || SIGMOID_RESULTS != 0), .TANH_OF_C (CELLS != 0 && OUTS != 0),
        .TANH_OF_Z ((CELLS != 0 && CELL_TANH != 0) || TANH_RESULTS != 0),
        .CLOCKS (TABLE_CLOCKS), .SIGM_FILE (SIGM_FILE), .TANH_FILE (TANH_FILE)
    ) u_activation (
        .clk (clk), .is_of_c (is_out), .z (z_sum), .c (c_as_z), .sigm (sigm), .tanh (tanh)
    );

    assign gate = sigm;

    // ---- ElemMul ---------------------------------------------------------------------------
    wire signed [ACT_W-1:0] cell_result; // PRODUCT, like gate_result
    generate
        if (CELLS != 0) begin : g_cell
            ese_cell #(
                .ACT_W (ACT_W), .FORMATS (FORMATS), .FORMAT_W (FORMAT_W), .C_FRAC (C_FRAC),
                .C_SPREAD (C_SPREAD), .C_LEFTS (C_LEFTS), .M_FRAC (M_FRAC),
                .M_SPREAD (M_SPREAD), .M_LEFTS (M_LEFTS), .INPUT_GATES (INPUT_GATES),
                .COUPLED (COUPLED), .CELL_TANH (CELL_TANH), .CELL_SIGMOID (CELL_SIGMOID),
                .OUTS (OUTS), .RESETS (RESETS), .CLOCKS (PRODUCT_CLOCKS)
            ) u_cell (
                .clk (clk), .format (format), .is_out (is_out), .is_reset (is_reset),
                .is_tanh (is_tanh), .is_coupled (is_coupled), .i_read (i_read), .f_read (f_read),
                .c_old (c_gate), .sigm (sigm), .tanh (tanh), .result (cell_result)
            );
        end else begin : g_no_cell
            assign cell_result = {ACT_W{1'b0}};
        end
    endgenerate

    // ---- a function's value as result, or hidden -------------------------------------------
    wire [ACT_W-1:0] gate_result;

    ese_function_result #(
        .ACT_W (ACT_W), .SUM_RESULTS (SUM_RESULTS), .HIDDEN (HIDDEN),
        .SIGMOID_RESULTS (SIGMOID_RESULTS), .TANH_RESULTS (TANH_RESULTS),
        .TABLE_CLOCKS (TABLE_CLOCKS), .PRODUCT_CLOCKS (PRODUCT_CLOCKS)
    ) u_function_result (
        .clk (clk), .is_tanh (is_tanh), .is_table (is_table), .y_sum (y_sum), .sigm (sigm),
        .tanh (tanh), .hidden (hidden), .result (gate_result)
    );

    // ---- result ----------------------------------------------------------------------------
    always @(posedge clk)
        result <= (CELLS == 0 || (GATE_RESULTS && is_gate)) ? gate_result : cell_result;

    wire unused_choices = &{1'b0, is_gate, is_tanh};
endmodule

`resetall
