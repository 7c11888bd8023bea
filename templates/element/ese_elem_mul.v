// SPDX-License-Identifier: Apache-2.0
// ese_elem_mul - ElemMul: c = f*c' + g*i (pass g), m = o*tanh(c) (pass o).
//
// Numbers  gates have ACT_W-1 fraction bits, c has C_FRAC, m has M_FRAC; products are added exactly,
//          rounded once and saturated to ACT_W bits
// Latency  CLOCKS clocks to the rounded values, which the user saturates by choice: 3; 4 with registers
//          before the multipliers; 5 with two behind them, too
// Rate     one row a clock; two multipliers
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_elem_mul #(
    parameter ACT_W  = 16, // bits of all operands and results
    parameter C_FRAC = 12, // fraction bits of c, at most ACT_W-1
    parameter M_FRAC = 15, // fraction bits of m
    parameter CLOCKS = 3   // 3, 4 or 5
) (
    input  wire                    clk,
    input  wire signed [ACT_W-1:0] f,
    input  wire signed [ACT_W-1:0] c_old,
    input  wire signed [ACT_W-1:0] a,      // g, or one of o and tanh(c)
    input  wire signed [ACT_W-1:0] b,      // i, or the other
    output wire signed [ACT_W-1:0] c_new,
    output wire signed [ACT_W-1:0] m
);
    localparam GATE_FRAC = ACT_W - 1;
    localparam ALIGN     = GATE_FRAC - C_FRAC;        // f*c' has fewer fraction bits than g*i
    localparam SUM_W     = 2 * ACT_W + ALIGN + 1;
    localparam C_SHIFT   = 2 * GATE_FRAC - C_FRAC;
    localparam M_SHIFT   = 2 * GATE_FRAC - M_FRAC;

    // ---- operands --------------------------------------------------------------------------
    wire signed [ACT_W-1:0] f_q;
    wire signed [ACT_W-1:0] c_old_q;
    wire signed [ACT_W-1:0] a_q;
    wire signed [ACT_W-1:0] b_q;

    ese_delay #(
        .WIDTH  (4 * ACT_W),
        .CLOCKS ((CLOCKS > 3) ? 1 : 0)
    ) u_operands (
        .clk     (clk),
        .value   ({f, c_old, a, b}),
        .delayed ({f_q, c_old_q, a_q, b_q})
    );

    // ---- products --------------------------------------------------------------------------
    (* use_dsp = "yes" *) reg signed [2*ACT_W-1:0] forget_q;
    (* use_dsp = "yes" *) reg signed [2*ACT_W-1:0] product_q;
    wire [2*ACT_W-1:0] forget;
    wire [2*ACT_W-1:0] product;

    always @(posedge clk) begin
        forget_q  <= f_q * c_old_q;
        product_q <= a_q * b_q;
    end

    ese_delay #(
        .WIDTH  (4 * ACT_W),
        .CLOCKS ((CLOCKS > 4) ? 1 : 0)
    ) u_products (
        .clk     (clk),
        .value   ({forget_q, product_q}),
        .delayed ({forget, product})
    );

    // ---- sum -------------------------------------------------------------------------------
    reg signed [SUM_W-1:0]   sum;
    reg signed [2*ACT_W-1:0] alone; // the product of m

    wire signed [SUM_W-1:0] forget_wide  = {{(SUM_W-2*ACT_W){forget[2*ACT_W-1]}}, forget};
    wire signed [SUM_W-1:0] product_wide = {{(SUM_W-2*ACT_W){product[2*ACT_W-1]}}, product};

    always @(posedge clk) begin
        sum   <= (forget_wide <<< ALIGN) + product_wide;
        alone <= product;
    end

    // ---- rounding --------------------------------------------------------------------------
    wire signed [SUM_W-C_SHIFT-1:0] c_rounded;
    wire signed [2*ACT_W-M_SHIFT:0] m_rounded;
    reg  signed [SUM_W-C_SHIFT-1:0] c_q;
    reg  signed [2*ACT_W-M_SHIFT:0] m_q;

    ese_round_shift_right #(
        .IN_W  (SUM_W),
        .SHIFT (C_SHIFT)
    ) u_round_c (
        .value   (sum),
        .rounded (c_rounded)
    );

    ese_round_shift_right #(
        .IN_W  (2 * ACT_W + 1),
        .SHIFT (M_SHIFT)
    ) u_round_m (
        .value   ({alone[2*ACT_W-1], alone}),
        .rounded (m_rounded)
    );

    always @(posedge clk) begin
        c_q <= c_rounded;
        m_q <= m_rounded;
    end

    ese_saturate #(
        .IN_W  (SUM_W - C_SHIFT),
        .OUT_W (ACT_W)
    ) u_saturate_c (
        .value     (c_q),
        .saturated (c_new)
    );

    ese_saturate #(
        .IN_W  (2 * ACT_W + 1 - M_SHIFT),
        .OUT_W (ACT_W)
    ) u_saturate_m (
        .value     (m_q),
        .saturated (m)
    );
endmodule

`resetall
