// SPDX-License-Identifier: Apache-2.0
// ese_align - value * 2**(left of the format): brings numbers of several formats to one binary point.
//
// Numbers  two's complement; OUT_W holds the largest value shifted by the largest left
// Formats  LEFTS has eight bits for each, from format 0 in the lowest on
// Cost     none with one format
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_align #(
    parameter IN_W     = 16,
    parameter OUT_W    = 16,
    parameter FORMATS  = 1,
    parameter FORMAT_W = 1, // bits of a format's number
    parameter [8*FORMATS-1:0] LEFTS = {FORMATS{8'd0}}
) (
    input  wire [FORMAT_W-1:0]     format,
    input  wire signed [IN_W-1:0]  value,
    output wire signed [OUT_W-1:0] aligned
);
    wire [OUT_W-1:0]         wide;
    wire [FORMATS*OUT_W-1:0] choices;

    generate
        if (OUT_W > IN_W) begin : g_extend
            assign wide = {{(OUT_W-IN_W){value[IN_W-1]}}, value};
        end else begin : g_same
            assign wide = value;
        end
    endgenerate

    genvar n;
    generate
        for (n = 0; n < FORMATS; n = n + 1) begin : g_format
            assign choices[n*OUT_W +: OUT_W] = wide << LEFTS[8*n +: 8];
        end
        if (FORMATS > 1) begin : g_choice
            assign aligned = choices[format*OUT_W +: OUT_W];
        end else begin : g_only
            wire unused_format = &{1'b0, format};

            assign aligned = choices;
        end
    endgenerate
endmodule

`resetall
