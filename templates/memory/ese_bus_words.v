// SPDX-License-Identifier: Apache-2.0
// ese_bus_words - how many bus words a number of words takes in memory.
//
// Both widths are powers of two; the last bus word may be part empty.  No latency.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_bus_words #(
    parameter BUS_W  = 128, // bits of a bus word
    parameter WORD_W = 32   // bits of a word in memory
) (
    input  wire [31:0] words,
    output wire [31:0] bus_words
);
    generate
        if (WORD_W >= BUS_W) begin : g_larger
            assign bus_words = words << $clog2(WORD_W / BUS_W);
        end else begin : g_smaller
            localparam [31:0] LAST = BUS_W / WORD_W - 1;

            assign bus_words = (words + LAST) >> $clog2(BUS_W / WORD_W);
        end
    endgenerate
endmodule

`resetall
