// SPDX-License-Identifier: Apache-2.0
// ese_round_shift_right - floor(value / 2**SHIFT + 1/2): half rounds towards plus infinity.
//
// Combinational.  value + half must not overflow IN_W bits.  The same function in C:
// round_shift_right() in models/base/arithmetic.c.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_round_shift_right #(
    parameter IN_W  = 16, // bits of value
    parameter SHIFT = 4   // bits dropped, 1..IN_W-1
) (
    input  wire signed [IN_W-1:0]       value,
    output wire signed [IN_W-SHIFT-1:0] rounded
);
    localparam [IN_W-1:0] HALF = {{(IN_W-1){1'b0}}, 1'b1} << (SHIFT - 1);

    wire [IN_W-1:0] sum = value + $signed(HALF);

    assign rounded = sum[IN_W-1:SHIFT];

    wire unused_dropped = &{1'b0, sum[SHIFT-1:0]};
endmodule

`resetall
