// SPDX-License-Identifier: Apache-2.0
// ese_adder_tree - AdderTree: accumulator + bias + peephole * c, rounded to what comes next.
//
// Numbers  accumulator and bias share a binary point, and the peephole product has the same; the sum
//          of SUM_W bits cannot overflow; ROUND_SHIFT bits are dropped with round_shift_right(), then
//          the result saturates: to Z_W bits as pre-activation, to ACT_W bits as y
// Latency  CLOCKS clocks: 4, or 5 with two registers behind the multiplier
// Rate     one value a clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_adder_tree #(
    parameter ACC_W       = 34, // bits of an accumulator
    parameter BIAS_W      = 28, // bits of a bias
    parameter PEEP_W      = 16, // bits of a peephole weight
    parameter ACT_W       = 16, // bits of c and y
    parameter SUM_W       = 36, // bits of the sum
    parameter ROUND_SHIFT = 14, // bits dropped
    parameter Z_W         = 18, // bits of a pre-activation
    parameter PEEPHOLE    = 1,  // 0: no peephole product
    parameter CLOCKS      = 4   // 4 or 5
) (
    input  wire                     clk,
    input  wire signed [ACC_W-1:0]  acc,
    input  wire signed [BIAS_W-1:0] bias,
    input  wire signed [PEEP_W-1:0] peep,
    input  wire signed [ACT_W-1:0]  c,
    output reg  signed [Z_W-1:0]    z,
    output reg  signed [ACT_W-1:0]  y
);
    localparam ROUNDED_W = SUM_W - ROUND_SHIFT;

    // ---- accumulator + bias, peephole product ----------------------------------------------
    localparam PRODUCT_CLOCKS = CLOCKS - 3;

    wire signed [SUM_W-1:0] biased;
    wire signed [SUM_W-1:0] acc_wide  = {{(SUM_W-ACC_W){acc[ACC_W-1]}}, acc};
    wire signed [SUM_W-1:0] bias_wide = {{(SUM_W-BIAS_W){bias[BIAS_W-1]}}, bias};

    ese_delay #(
        .WIDTH  (SUM_W),
        .CLOCKS (PRODUCT_CLOCKS)
    ) u_biased (
        .clk     (clk),
        .value   (acc_wide + bias_wide),
        .delayed (biased)
    );

    // ---- sum -------------------------------------------------------------------------------
    reg signed [SUM_W-1:0] sum;
    generate
        if (PEEPHOLE != 0) begin : g_peephole
            (* use_dsp = "yes" *) reg signed [PEEP_W+ACT_W-1:0] product;
            wire [PEEP_W+ACT_W-1:0] product_q;

            always @(posedge clk) product <= peep * c;

            ese_delay #(
                .WIDTH  (PEEP_W + ACT_W),
                .CLOCKS (PRODUCT_CLOCKS - 1)
            ) u_product (
                .clk     (clk),
                .value   (product),
                .delayed (product_q)
            );

            always @(posedge clk)
                sum <= biased + {{(SUM_W-PEEP_W-ACT_W){product_q[PEEP_W+ACT_W-1]}}, product_q};
        end else begin : g_no_peephole
            wire unused_operands = &{1'b0, peep, c};

            always @(posedge clk) sum <= biased;
        end
    endgenerate

    // ---- rounding --------------------------------------------------------------------------
    wire signed [ROUNDED_W-1:0] rounded;
    reg  signed [ROUNDED_W-1:0] rounded_q;

    ese_round_shift_right #(
        .IN_W  (SUM_W),
        .SHIFT (ROUND_SHIFT)
    ) u_round (
        .value   (sum),
        .rounded (rounded)
    );

    always @(posedge clk) rounded_q <= rounded;

    // ---- saturation ------------------------------------------------------------------------
    wire signed [Z_W-1:0]   z_clipped;
    wire signed [ACT_W-1:0] y_clipped;

    ese_saturate #(
        .IN_W  (ROUNDED_W),
        .OUT_W (Z_W)
    ) u_saturate_z (
        .value     (rounded_q),
        .saturated (z_clipped)
    );

    ese_saturate #(
        .IN_W  (ROUNDED_W),
        .OUT_W (ACT_W)
    ) u_saturate_y (
        .value     (rounded_q),
        .saturated (y_clipped)
    );

    always @(posedge clk) begin
        z <= z_clipped;
        y <= y_clipped;
    end
endmodule

`resetall
