// SPDX-License-Identifier: Apache-2.0
// ese_act_table - Sigmoid or Tanh by a quantized look-up table, with linear interpolation or, the
// paper's way, by the nearest point.
//
// Interpolated  2**TABLE_W words {slope, base} over |z|, the upper bits of |z| choose; beyond the
//               table's range the last word counts.  Negative z: tanh(-z) = -tanh(z),
//               sigm(-z) = 1 - sigm(z).  1.0 becomes the largest value below it
// Points        2**TABLE_W points, addressed by z / 2**FRAC_W, rounded and saturated, two's
//               complement
// Numbers       result has ACT_W-1 fraction bits
// Latency       CLOCKS clocks: 5; 6 with the ROM's output register; 7 with two registers behind the
//               multiplier, too
// Rate          one value a clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_act_table #(
    parameter ACT_W       = 16, // bits of the result
    parameter Z_W         = 18, // bits of z
    parameter TABLE_W     = 9,  // address bits of the table
    parameter FRAC_W      = 8,  // bits of z below the table's address
    parameter SLOPE_W     = 9,  // bits of a slope
    parameter IS_TANH     = 0,  // 0: Sigmoid, 1: Tanh
    parameter INTERPOLATE = 1,  // 0: a table of points
    parameter CLOCKS      = 5,  // 5, 6 or 7
    parameter FILE        = ""  // the table
) (
    input  wire                    clk,
    input  wire signed [Z_W-1:0]   z,
    output reg  signed [ACT_W-1:0] value
);
    localparam ROM_CLOCKS    = (CLOCKS > 5) ? 2 : 1;
    localparam PRODUCT_EXTRA = (CLOCKS > 6) ? 1 : 0;

    generate
        if (INTERPOLATE != 0) begin : g_interpolated
            localparam MAG_W  = TABLE_W + FRAC_W;
            localparam STEP_W = SLOPE_W + FRAC_W;
            localparam [ACT_W-1:0] ONE = {1'b1, {(ACT_W-1){1'b0}}}; // unsigned: values reach 1.0

            // ---- magnitude -----------------------------------------------------------------
            reg [MAG_W-1:0] magnitude;
            reg             negative_1;

            wire [Z_W-1:0] absolute = z[Z_W-1] ? -z : z;

            if (Z_W > MAG_W) begin : g_clip
                always @(posedge clk)
                    magnitude <= (|absolute[Z_W-1:MAG_W]) ? {MAG_W{1'b1}} : absolute[MAG_W-1:0];
            end else begin : g_fits
                always @(posedge clk)
                    magnitude <= {{(MAG_W-Z_W){1'b0}}, absolute};
            end

            always @(posedge clk) negative_1 <= z[Z_W-1];

            // ---- table ---------------------------------------------------------------------
            wire [SLOPE_W-1:0] slope;
            wire [ACT_W-1:0]   base;
            wire [FRAC_W-1:0]  rest;
            wire               negative_2;

            ese_rom #(
                .WIDTH  (SLOPE_W + ACT_W),
                .WORDS  (1 << TABLE_W),
                .ADDR_W (TABLE_W),
                .CLOCKS (ROM_CLOCKS),
                .FILE   (FILE)
            ) u_table (
                .clk     (clk),
                .address (magnitude[MAG_W-1:FRAC_W]),
                .data    ({slope, base})
            );

            ese_delay #(
                .WIDTH  (FRAC_W + 1),
                .CLOCKS (ROM_CLOCKS)
            ) u_beside_table (
                .clk     (clk),
                .value   ({magnitude[FRAC_W-1:0], negative_1}),
                .delayed ({rest, negative_2})
            );

            // ---- interpolation -------------------------------------------------------------
            reg  [STEP_W-1:0] product;
            wire [STEP_W-1:0] step;
            wire [ACT_W-1:0]  base_3;
            wire              negative_3;

            always @(posedge clk) product <= {{FRAC_W{1'b0}}, slope} * {{SLOPE_W{1'b0}}, rest};

            ese_delay #(
                .WIDTH  (STEP_W),
                .CLOCKS (PRODUCT_EXTRA)
            ) u_product (
                .clk     (clk),
                .value   (product),
                .delayed (step)
            );

            ese_delay #(
                .WIDTH  (ACT_W + 1),
                .CLOCKS (1 + PRODUCT_EXTRA)
            ) u_beside_product (
                .clk     (clk),
                .value   ({base, negative_2}),
                .delayed ({base_3, negative_3})
            );

            wire [STEP_W:0]   to_round = {1'b0, step};
            wire [SLOPE_W:0]  rounded;

            ese_round_shift_right #(
                .IN_W  (STEP_W + 1),
                .SHIFT (FRAC_W)
            ) u_round (
                .value   (to_round),
                .rounded (rounded)
            );

            reg [ACT_W-1:0] positive; // at most ONE
            reg             negative_4;

            wire [ACT_W+SLOPE_W:0] interpolated =
                {{(SLOPE_W+1){1'b0}}, base_3} + {{ACT_W{1'b0}}, rounded};

            always @(posedge clk) begin
                positive   <= interpolated[ACT_W-1:0];
                negative_4 <= negative_3;
            end

            wire unused_high = &{1'b0, interpolated[ACT_W+SLOPE_W:ACT_W]};

            // ---- sign ----------------------------------------------------------------------
            if (IS_TANH != 0) begin : g_tanh
                always @(posedge clk)
                    if (negative_4) value <= -positive;
                    else            value <= (positive == ONE) ? ONE - 1'b1 : positive;
            end else begin : g_sigmoid
                wire [ACT_W-1:0] mirrored = ONE - positive;

                always @(posedge clk)
                    if (negative_4) value <= (mirrored == ONE) ? ONE - 1'b1 : mirrored;
                    else            value <= (positive == ONE) ? ONE - 1'b1 : positive;
            end
        end else begin : g_points
            wire signed [Z_W:0]        extended = {z[Z_W-1], z};
            wire signed [Z_W-FRAC_W:0] nearest;
            wire [TABLE_W-1:0]         point;
            wire [ACT_W-1:0]           looked_up;

            ese_round_shift_right #(
                .IN_W  (Z_W + 1),
                .SHIFT (FRAC_W)
            ) u_round (
                .value   (extended),
                .rounded (nearest)
            );

            ese_saturate #(
                .IN_W  (Z_W + 1 - FRAC_W),
                .OUT_W (TABLE_W)
            ) u_saturate (
                .value     (nearest),
                .saturated (point)
            );

            reg  [TABLE_W-1:0] address;
            wire [ACT_W-1:0]   delayed;

            always @(posedge clk) begin
                address <= point;
                value   <= delayed;
            end

            ese_delay #(
                .WIDTH  (ACT_W),
                .CLOCKS (2 + PRODUCT_EXTRA)
            ) u_delay (
                .clk     (clk),
                .value   (looked_up),
                .delayed (delayed)
            );

            ese_rom #(
                .WIDTH  (ACT_W),
                .WORDS  (1 << TABLE_W),
                .ADDR_W (TABLE_W),
                .CLOCKS (ROM_CLOCKS),
                .FILE   (FILE)
            ) u_table (
                .clk     (clk),
                .address (address),
                .data    (looked_up)
            );

            wire [31:0] unused_slope_w = SLOPE_W;
            wire [31:0] unused_is_tanh = IS_TANH;
        end
    endgenerate
endmodule

`resetall
