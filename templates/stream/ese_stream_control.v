// SPDX-License-Identifier: Apache-2.0
// ese_stream_control - walks the words of a memory as an endless valid/ready stream.
//
// Order    word 0 .. last_word, then again from 0; starts over at reset
// Memory   block RAM with output register: `read` enables its output latch, `shift` its output register
// Latency  first word two clocks after reset
// Rate     one word a clock while ready
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_stream_control #(
    parameter ADDR_W = 4 // bits of a word number
) (
    input  wire              clk,
    input  wire              reset,
    input  wire [ADDR_W-1:0] last_word,

    output reg  [ADDR_W-1:0] address,
    output wire              read,
    output wire              shift,

    output reg               valid, // the output register holds a word
    input  wire              ready
);
    reg read_valid; // the output latch holds a word

    assign shift = !valid || ready;
    assign read  = !read_valid || shift;

    always @(posedge clk) begin
        if (read) begin
            read_valid <= 1'b1;
            address    <= (address == last_word) ? {ADDR_W{1'b0}} : address + 1'b1;
        end
        if (shift) valid <= read_valid;

        if (reset) begin
            address    <= {ADDR_W{1'b0}};
            read_valid <= 1'b0;
            valid      <= 1'b0;
        end
    end
endmodule

`resetall
