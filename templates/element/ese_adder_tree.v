// SPDX-License-Identifier: Apache-2.0
// ese_adder_tree - AdderTree: accumulator + bias + peephole * c, rounded to what comes next.
//
// Numbers  accumulator and bias share a binary point, and the peephole product has the same; the sum
//          of SUM_W bits cannot overflow; it is shifted left by what its format lacks of ROUND_SHIFT,
//          then ROUND_SHIFT bits are dropped with round_shift_right(), and the result saturates: to Z_W
//          bits as pre-activation, to ACT_W bits as y, which relu makes 0 where it is negative
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
    parameter SUM_SPREAD  = 0,  // largest of SUM_LEFTS
    parameter FORMATS     = 1,  // formats of layers
    parameter FORMAT_W    = 1,  // bits of a format's number
    parameter [8*FORMATS-1:0] SUM_LEFTS = {FORMATS{8'd0}}, // of each format
    parameter Z_W         = 18, // bits of a pre-activation
    parameter PEEPHOLE    = 1,  // 0: no peephole product
    parameter RELU        = 1,  // 0: no relu
    parameter CLOCKS      = 4   // 4 or 5
) (
    input  wire                     clk,
    input  wire [FORMAT_W-1:0]      format,  // held for the pass, like is_relu
    input  wire                     is_relu,
    input  wire signed [ACC_W-1:0]  acc,
    input  wire signed [BIAS_W-1:0] bias,
    input  wire signed [PEEP_W-1:0] peep,
    input  wire signed [ACT_W-1:0]  c,
    output reg  signed [Z_W-1:0]    z,
    output reg  signed [ACT_W-1:0]  y
);
    localparam ALIGNED_W = SUM_W + SUM_SPREAD;
    localparam ROUNDED_W = ALIGNED_W - ROUND_SHIFT;

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
    wire signed [ALIGNED_W-1:0] sum_aligned;
    wire signed [ROUNDED_W-1:0] rounded;
    reg  signed [ROUNDED_W-1:0] rounded_q;

    ese_align #(
        .IN_W     (SUM_W),
        .OUT_W    (ALIGNED_W),
        .FORMATS  (FORMATS),
        .FORMAT_W (FORMAT_W),
        .LEFTS    (SUM_LEFTS)
    ) u_align (
        .format  (format),
        .value   (sum),
        .aligned (sum_aligned)
    );

    ese_round_shift_right #(
        .IN_W  (ALIGNED_W),
        .SHIFT (ROUND_SHIFT)
    ) u_round (
        .value   (sum_aligned),
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

    always @(posedge clk) z <= z_clipped;

    generate
        if (RELU != 0) begin : g_relu
            always @(posedge clk)
                y <= (is_relu && rounded_q[ROUNDED_W-1]) ? {ACT_W{1'b0}} : y_clipped;
        end else begin : g_no_relu
            wire unused_relu = is_relu;

            always @(posedge clk) y <= y_clipped;
        end
    endgenerate
endmodule

`resetall
