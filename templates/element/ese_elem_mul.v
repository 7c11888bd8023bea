// SPDX-License-Identifier: Apache-2.0
// ese_elem_mul - ElemMul: c = f*c' + g*i (a new cell), m = o*tanh(c).
//
// Numbers  gates have ACT_W-1 fraction bits, and b, which may be 1 - f, as many; c has C_FRAC less the
//          left of its format, m has M_FRAC and the left of its own; products are added exactly, rounded
//          once and saturated to ACT_W bits
// Latency  CLOCKS clocks to the rounded values, which the user saturates by choice: 3; 4 with registers
//          before the multipliers; 5 with two behind them, too
// Rate     one row a clock; two multipliers
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_elem_mul #(
    parameter ACT_W    = 16, // bits of operands and results
    parameter B_W      = 16, // bits of b: ACT_W, or one more
    parameter C_FRAC   = 12, // fraction bits of c, at most ACT_W-1
    parameter C_SPREAD = 0,  // largest of C_LEFTS
    parameter M_FRAC   = 15, // fraction bits of m
    parameter M_SPREAD = 0,  // largest of M_LEFTS
    parameter FORMATS  = 1,  // formats of layers
    parameter FORMAT_W = 1,  // bits of a format's number
    parameter [8*FORMATS-1:0] C_LEFTS = {FORMATS{8'd0}}, // of each format
    parameter [8*FORMATS-1:0] M_LEFTS = {FORMATS{8'd0}},
    parameter OUTS     = 1,  // 0: there is no m
    parameter CLOCKS   = 3   // 3, 4 or 5
) (
    input  wire                    clk,
    input  wire [FORMAT_W-1:0]     format, // held for the pass
    input  wire signed [ACT_W-1:0] f,
    input  wire signed [ACT_W-1:0] c_old,
    input  wire signed [ACT_W-1:0] a,      // g, or one of o and tanh(c)
    input  wire signed [B_W-1:0]   b,      // i, or 1 - f, or the other
    output wire signed [ACT_W-1:0] c_new,
    output wire signed [ACT_W-1:0] m
);
    localparam GATE_FRAC = ACT_W - 1;
    localparam ALIGN     = GATE_FRAC - C_FRAC;        // f*c' has fewer fraction bits than g*i
    localparam PRODUCT_W = ACT_W + B_W;
    localparam FORGET_W  = 2 * ACT_W + C_SPREAD;
    localparam SUM_W     = FORGET_W + ALIGN + 1 + (B_W - ACT_W);
    localparam C_SUM_W   = SUM_W + C_SPREAD;
    localparam C_SHIFT   = 2 * GATE_FRAC - C_FRAC + C_SPREAD;

    // What a format lacks of C_FRAC the old c is shifted left, and what it has of it, the new one.
    localparam [31:0] SPREAD = C_SPREAD;
    localparam [8*FORMATS-1:0] C_RIGHTS = {FORMATS{SPREAD[7:0]}} - C_LEFTS;

    // ---- operands --------------------------------------------------------------------------
    wire signed [ACT_W-1:0] f_q;
    wire signed [ACT_W-1:0] c_old_q;
    wire signed [ACT_W-1:0] a_q;
    wire signed [B_W-1:0]   b_q;

    ese_delay #(
        .WIDTH  (3 * ACT_W + B_W),
        .CLOCKS ((CLOCKS > 3) ? 1 : 0)
    ) u_operands (
        .clk     (clk),
        .value   ({f, c_old, a, b}),
        .delayed ({f_q, c_old_q, a_q, b_q})
    );

    // ---- products --------------------------------------------------------------------------
    (* use_dsp = "yes" *) reg signed [2*ACT_W-1:0] forget_q;
    (* use_dsp = "yes" *) reg signed [PRODUCT_W-1:0] product_q;
    wire [2*ACT_W-1:0]   forget;
    wire [PRODUCT_W-1:0] product;

    always @(posedge clk) begin
        forget_q  <= f_q * c_old_q;
        product_q <= a_q * b_q;
    end

    ese_delay #(
        .WIDTH  (2 * ACT_W + PRODUCT_W),
        .CLOCKS ((CLOCKS > 4) ? 1 : 0)
    ) u_products (
        .clk     (clk),
        .value   ({forget_q, product_q}),
        .delayed ({forget, product})
    );

    // ---- sum -------------------------------------------------------------------------------
    reg signed [SUM_W-1:0] sum;

    wire signed [FORGET_W-1:0] forget_aligned;
    wire signed [SUM_W-1:0]    forget_wide =
        {{(SUM_W-FORGET_W){forget_aligned[FORGET_W-1]}}, forget_aligned};
    wire signed [SUM_W-1:0]    product_wide =
        {{(SUM_W-PRODUCT_W){product[PRODUCT_W-1]}}, product};

    ese_align #(
        .IN_W     (2 * ACT_W),
        .OUT_W    (FORGET_W),
        .FORMATS  (FORMATS),
        .FORMAT_W (FORMAT_W),
        .LEFTS    (C_LEFTS)
    ) u_forget (
        .format  (format),
        .value   (forget),
        .aligned (forget_aligned)
    );

    always @(posedge clk) sum <= (forget_wide <<< ALIGN) + product_wide;

    // ---- rounding of c ---------------------------------------------------------------------
    wire signed [C_SUM_W-1:0]         c_sum;
    wire signed [C_SUM_W-C_SHIFT-1:0] c_rounded;
    reg  signed [C_SUM_W-C_SHIFT-1:0] c_q;

    ese_align #(
        .IN_W     (SUM_W),
        .OUT_W    (C_SUM_W),
        .FORMATS  (FORMATS),
        .FORMAT_W (FORMAT_W),
        .LEFTS    (C_RIGHTS)
    ) u_align_c (
        .format  (format),
        .value   (sum),
        .aligned (c_sum)
    );

    ese_round_shift_right #(
        .IN_W  (C_SUM_W),
        .SHIFT (C_SHIFT)
    ) u_round_c (
        .value   (c_sum),
        .rounded (c_rounded)
    );

    always @(posedge clk) c_q <= c_rounded;

    ese_saturate #(
        .IN_W  (C_SUM_W - C_SHIFT),
        .OUT_W (ACT_W)
    ) u_saturate_c (
        .value     (c_q),
        .saturated (c_new)
    );

    // ---- m ---------------------------------------------------------------------------------
    generate
        if (OUTS != 0) begin : g_m
            localparam M_SUM_W = PRODUCT_W + 1 + M_SPREAD;
            localparam M_SHIFT = 2 * GATE_FRAC - M_FRAC;

            reg  signed [PRODUCT_W-1:0]       alone;
            wire signed [M_SUM_W-1:0]         m_sum;
            wire signed [M_SUM_W-M_SHIFT-1:0] m_rounded;
            reg  signed [M_SUM_W-M_SHIFT-1:0] m_q;

            always @(posedge clk) alone <= product;

            ese_align #(
                .IN_W     (PRODUCT_W + 1),
                .OUT_W    (M_SUM_W),
                .FORMATS  (FORMATS),
                .FORMAT_W (FORMAT_W),
                .LEFTS    (M_LEFTS)
            ) u_align (
                .format  (format),
                .value   ({alone[PRODUCT_W-1], alone}),
                .aligned (m_sum)
            );

            ese_round_shift_right #(
                .IN_W  (M_SUM_W),
                .SHIFT (M_SHIFT)
            ) u_round (
                .value   (m_sum),
                .rounded (m_rounded)
            );

            always @(posedge clk) m_q <= m_rounded;

            ese_saturate #(
                .IN_W  (M_SUM_W - M_SHIFT),
                .OUT_W (ACT_W)
            ) u_saturate (
                .value     (m_q),
                .saturated (m)
            );
        end else begin : g_no_m
            assign m = {ACT_W{1'b0}};
        end
    endgenerate
endmodule

`resetall
