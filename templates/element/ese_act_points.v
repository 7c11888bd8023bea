// SPDX-License-Identifier: Apache-2.0
// ese_act_points - Sigmoid or Tanh by a table of points, the nearest point taken (the paper's way).
//
// Table    2**TABLE_W points, addressed by z / 2**FRAC_W, rounded and saturated, two's complement
// Numbers  result has ACT_W-1 fraction bits
// Latency  5 clocks, as ese_act_table
// Rate     one value a clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_act_points #(
    parameter ACT_W   = 16,           // bits of the result
    parameter Z_W     = 21,           // bits of z
    parameter TABLE_W = 11,           // address bits of the table
    parameter FRAC_W  = 9,            // bits of z below the table's address
    parameter FILE    = ""  // the table
) (
    input  wire                    clk,
    input  wire signed [Z_W-1:0]   z,
    output wire signed [ACT_W-1:0] value
);
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

    reg [TABLE_W-1:0] address;
    reg [3*ACT_W-1:0] delay;

    always @(posedge clk) begin
        address <= point;
        delay   <= {delay[2*ACT_W-1:0], looked_up};
    end

    ese_rom #(
        .WIDTH  (ACT_W),
        .WORDS  (1 << TABLE_W),
        .ADDR_W (TABLE_W),
        .FILE   (FILE)
    ) u_table (
        .clk     (clk),
        .address (address),
        .data    (looked_up)
    );

    assign value = delay[3*ACT_W-1:2*ACT_W];
endmodule

`resetall
