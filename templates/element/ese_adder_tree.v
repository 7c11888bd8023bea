// SPDX-License-Identifier: Apache-2.0
// ese_adder_tree - AdderTree: accumulator + bias + p * q, rounded to what comes next.
//
// Numbers  accumulator and bias share a binary point, and so does p * q, shifted left by P_SHIFT and by
//          the left of its format; the sum of SUM_W bits cannot overflow; it is shifted left by what its
//          format lacks of ROUND_SHIFT, then ROUND_SHIFT bits are dropped with round_shift_right(), and
//          the result saturates: to Z_W bits as pre-activation, to ACT_W bits as y, which relu makes 0
//          where it is negative
// Latency  CLOCKS clocks: 4, or 5 with two registers behind the multiplier
// Rate     one value a clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_adder_tree #(
    parameter ACC_W       = 34, // bits of an accumulator
    parameter BIAS_W      = 28, // bits of a bias
    parameter P_W         = 16, // bits of p
    parameter ACT_W       = 16, // bits of q and y
    parameter SUM_W       = 36, // bits of the sum
    parameter ROUND_SHIFT = 14, // bits dropped
    parameter SUM_SPREAD  = 0,  // largest of SUM_LEFTS
    parameter FORMATS     = 1,  // formats of layers
    parameter FORMAT_W    = 1,  // bits of a format's number
    parameter [8*FORMATS-1:0] SUM_LEFTS = {FORMATS{8'd0}}, // of each format
    parameter Z_W         = 18, // bits of a pre-activation
    parameter PRODUCTS    = 1,  // 0: no p * q
    parameter P_SHIFT     = 0,  // its left shift
    parameter P_SPREAD    = 0,  // largest of P_LEFTS
    parameter [8*FORMATS-1:0] P_LEFTS = {FORMATS{8'd0}}, // of each format
    parameter RELU        = 1,  // 0: no relu
    parameter CLOCKS      = 4   // 4 or 5
) (
    input  wire                     clk,
    input  wire [FORMAT_W-1:0]      format,  // held for the pass, like is_relu
    input  wire                     is_relu,
    input  wire signed [ACC_W-1:0]  acc,
    input  wire signed [BIAS_W-1:0] bias,
    input  wire signed [P_W-1:0]    p,
    input  wire signed [ACT_W-1:0]  q,
    output reg  signed [Z_W-1:0]    z,
    output reg  signed [ACT_W-1:0]  y
);
    localparam ALIGNED_W = SUM_W + SUM_SPREAD;
    localparam ROUNDED_W = ALIGNED_W - ROUND_SHIFT;

    // ---- accumulator + bias, product -------------------------------------------------------
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
        if (PRODUCTS != 0) begin : g_product
            localparam LEFT_W = P_W + ACT_W + P_SPREAD;
            localparam WIDE_W = LEFT_W + P_SHIFT + SUM_W; // of which the sum takes SUM_W

            (* use_dsp = "yes" *) reg signed [P_W+ACT_W-1:0] product;
            wire [P_W+ACT_W-1:0]     product_q;
            wire signed [LEFT_W-1:0] product_left;
            wire signed [WIDE_W-1:0] product_wide =
                {{(WIDE_W-LEFT_W){product_left[LEFT_W-1]}}, product_left} <<< P_SHIFT;

            wire unused_wide = ^product_wide[WIDE_W-1:SUM_W];

            always @(posedge clk) product <= p * q;

            ese_delay #(
                .WIDTH  (P_W + ACT_W),
                .CLOCKS (PRODUCT_CLOCKS - 1)
            ) u_product (
                .clk     (clk),
                .value   (product),
                .delayed (product_q)
            );

            ese_align #(
                .IN_W     (P_W + ACT_W),
                .OUT_W    (LEFT_W),
                .FORMATS  (FORMATS),
                .FORMAT_W (FORMAT_W),
                .LEFTS    (P_LEFTS)
            ) u_left (
                .format  (format),
                .value   (product_q),
                .aligned (product_left)
            );

            always @(posedge clk) sum <= biased + product_wide[SUM_W-1:0];
        end else begin : g_no_product
            wire unused_operands = &{1'b0, p, q};

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
