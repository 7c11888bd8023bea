// SPDX-License-Identifier: Apache-2.0
// ese_cell - c = f*c' + candidate*i, m = sigm*tanh(c), or sigm*c': the operands of ElemMul, and which
// result.
//
// What counts  is_out: m, else c, of which is_reset leaves sigm*c'; i is 1 - f where is_coupled; the
//              candidate is tanh where is_tanh, else sigm
// Stages   i_read and f_read are those of stage GATE - 1, c_old, sigm and tanh of GATE; `result`, rounded and
//          saturated, is that of PRODUCT, CLOCKS clocks after GATE
// Rate     one row a clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_cell #(
    parameter ACT_W        = 16, // bits of operands and results
    parameter FORMATS      = 1,  // formats of layers
    parameter FORMAT_W     = 1,  // bits of a format's number
    parameter C_FRAC       = 12, // as in ese_elem_mul
    parameter C_SPREAD     = 0,
    parameter [8*FORMATS-1:0] C_LEFTS = {FORMATS{8'd0}},
    parameter M_FRAC       = 15,
    parameter M_SPREAD     = 0,
    parameter [8*FORMATS-1:0] M_LEFTS = {FORMATS{8'd0}},
    parameter INPUT_GATES  = 1,  // 0: no cell has an i of its own
    parameter COUPLED      = 0,  // 0: no cell has 1 - f in its place
    parameter CELL_TANH    = 1,  // 0: no candidate is a tanh
    parameter CELL_SIGMOID = 0,  // 0: ... a sigmoid
    parameter OUTS         = 1,  // 0: is_out is never high
    parameter RESETS       = 0,  // 0: is_reset is never high
    parameter CLOCKS       = 3   // of ese_elem_mul
) (
    input  wire                    clk,

    // Held for the pass
    input  wire [FORMAT_W-1:0]     format,
    input  wire                    is_out,
    input  wire                    is_reset,
    input  wire                    is_tanh,
    input  wire                    is_coupled,

    input  wire signed [ACT_W-1:0] i_read,
    input  wire signed [ACT_W-1:0] f_read,
    input  wire signed [ACT_W-1:0] c_old,
    input  wire signed [ACT_W-1:0] sigm,
    input  wire signed [ACT_W-1:0] tanh,
    output wire signed [ACT_W-1:0] result
);
    localparam B_W = ACT_W + ((COUPLED != 0) ? 1 : 0);

    // ---- gates -----------------------------------------------------------------------------
    reg signed [B_W-1:0]   i_gate;
    reg signed [ACT_W-1:0] f_gate;
    generate
        if (COUPLED != 0) begin : g_coupled
            // 1 - f is exact; f is not negative.
            wire signed [ACT_W:0] rest = {2'b01, {(ACT_W-1){1'b0}}} - {1'b0, f_read};

            if (INPUT_GATES != 0) begin : g_both
                always @(posedge clk)
                    i_gate <= is_coupled ? rest : {i_read[ACT_W-1], i_read};
            end else begin : g_all
                wire unused_i = &{1'b0, i_read, is_coupled};

                always @(posedge clk) i_gate <= rest;
            end
        end else begin : g_own
            wire unused_coupled = is_coupled;

            always @(posedge clk) i_gate <= i_read;
        end
    endgenerate

    always @(posedge clk) f_gate <= f_read;

    wire signed [ACT_W-1:0] f;
    wire signed [B_W-1:0]   i;
    generate
        if (RESETS != 0) begin : g_resets
            assign f = is_reset ? sigm : f_gate;
            assign i = i_gate & {B_W{!is_reset}};
        end else begin : g_no_resets
            wire unused_reset = is_reset;

            assign f = f_gate;
            assign i = i_gate;
        end
    endgenerate

    // ---- operands --------------------------------------------------------------------------
    // Where candidates are all of one function, an operand is the same for c and m.
    wire signed [ACT_W-1:0] a;
    wire signed [ACT_W-1:0] other;
    wire signed [B_W-1:0]   b;
    generate
        if (CELL_TANH != 0 && CELL_SIGMOID != 0) begin : g_any
            assign a     = (is_tanh || is_out) ? tanh : sigm;
            assign other = sigm;
        end else begin : g_one
            wire unused_function = is_tanh;

            assign a     = (CELL_TANH != 0) ? tanh : sigm;
            assign other = (CELL_TANH != 0) ? sigm : tanh;
        end
        if (OUTS == 0) begin : g_no_outs
            wire unused_other = &{1'b0, other};

            assign b = i;
        end else if (COUPLED != 0) begin : g_wide
            assign b = is_out ? {other[ACT_W-1], other} : i;
        end else begin : g_same
            assign b = is_out ? other : i;
        end
    endgenerate

    // ---- products --------------------------------------------------------------------------
    wire signed [ACT_W-1:0] c_product;
    wire signed [ACT_W-1:0] m_product;

    ese_elem_mul #(
        .ACT_W    (ACT_W),
        .B_W      (B_W),
        .C_FRAC   (C_FRAC),
        .C_SPREAD (C_SPREAD),
        .M_FRAC   (M_FRAC),
        .M_SPREAD (M_SPREAD),
        .FORMATS  (FORMATS),
        .FORMAT_W (FORMAT_W),
        .C_LEFTS  (C_LEFTS),
        .M_LEFTS  (M_LEFTS),
        .OUTS     (OUTS),
        .CLOCKS   (CLOCKS)
    ) u_elem_mul (
        .clk    (clk),
        .format (format),
        .f      (f),
        .c_old  (c_old),
        .a      (a),
        .b      (b),
        .c_new  (c_product),
        .m      (m_product)
    );

    assign result = (OUTS != 0 && is_out) ? m_product : c_product;
endmodule

`resetall
