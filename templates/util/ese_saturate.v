// SPDX-License-Identifier: Apache-2.0
// ese_saturate - the nearest value that OUT_W bits hold, two's complement.
//
// Combinational.  A narrower value is sign-extended.  The same function in C: saturate() in
// models/base/arithmetic.c.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_saturate #(
    parameter IN_W  = 20, // bits of value
    parameter OUT_W = 16  // bits of the result
) (
    input  wire signed [IN_W-1:0]  value,
    output wire signed [OUT_W-1:0] saturated
);
    generate
        if (IN_W <= OUT_W) begin : g_extend
            assign saturated = {{(OUT_W-IN_W+1){value[IN_W-1]}}, value[IN_W-2:0]};
        end else begin : g_clip
            // It fits when all bits from the result's sign bit up are equal.
            wire negative = value[IN_W-1];
            wire fits     = value[IN_W-1:OUT_W-1] == {(IN_W-OUT_W+1){negative}};

            assign saturated = fits ? value[OUT_W-1:0]
                                    : {negative, {(OUT_W-1){!negative}}};
        end
    endgenerate
endmodule

`resetall
