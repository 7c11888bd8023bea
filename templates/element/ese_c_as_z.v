// SPDX-License-Identifier: Apache-2.0
// ese_c_as_z - a cell state in the format of a pre-activation, for tanh(c).
//
// Numbers  c has C_FRAC fraction bits less the left of its format; it is rounded where Z_FRAC is less, and
//          saturates to Z_W bits
// Latency  one clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_c_as_z #(
    parameter ACT_W    = 16, // bits of c
    parameter Z_W      = 18, // bits of a pre-activation
    parameter Z_FRAC   = 13, // fraction bits of a pre-activation
    parameter C_FRAC   = 12, // fraction bits of c
    parameter C_SPREAD = 0,  // largest of C_LEFTS
    parameter FORMATS  = 1,  // formats of layers
    parameter FORMAT_W = 1,  // bits of a format's number
    parameter [8*FORMATS-1:0] C_LEFTS = {FORMATS{8'd0}} // of each format
) (
    input  wire                    clk,
    input  wire [FORMAT_W-1:0]     format, // held for the pass
    input  wire signed [ACT_W-1:0] c,
    output reg  signed [Z_W-1:0]   z
);
    localparam IN_W = ACT_W + C_SPREAD;

    wire signed [IN_W-1:0] aligned;
    wire signed [Z_W-1:0]  saturated;

    ese_align #(
        .IN_W     (ACT_W),
        .OUT_W    (IN_W),
        .FORMATS  (FORMATS),
        .FORMAT_W (FORMAT_W),
        .LEFTS    (C_LEFTS)
    ) u_align (
        .format  (format),
        .value   (c),
        .aligned (aligned)
    );

    generate
        if (Z_FRAC >= C_FRAC) begin : g_widen
            localparam UP = Z_FRAC - C_FRAC;

            wire signed [IN_W+UP:0] shifted = {{(UP+1){aligned[IN_W-1]}}, aligned} << UP;

            ese_saturate #(
                .IN_W  (IN_W + UP + 1),
                .OUT_W (Z_W)
            ) u_saturate (
                .value     (shifted),
                .saturated (saturated)
            );
        end else begin : g_narrow
            localparam DOWN = C_FRAC - Z_FRAC;

            wire signed [IN_W-DOWN:0] rounded;

            ese_round_shift_right #(
                .IN_W  (IN_W + 1),
                .SHIFT (DOWN)
            ) u_round (
                .value   ({aligned[IN_W-1], aligned}),
                .rounded (rounded)
            );

            ese_saturate #(
                .IN_W  (IN_W + 1 - DOWN),
                .OUT_W (Z_W)
            ) u_saturate (
                .value     (rounded),
                .saturated (saturated)
            );
        end
    endgenerate

    always @(posedge clk) z <= saturated;
endmodule

`resetall
