// SPDX-License-Identifier: Apache-2.0
// ese_ram_stream - the words of a RAM as an endless valid/ready stream: a part of a resident model.
//
// Order    word 0 .. last_word, then again from 0; starts over at reset
// Storage  WORDS words of WIDTH bits, block RAM with output register; written while in reset
// Latency  first word two clocks after reset
// Rate     one word a clock while ready
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_ram_stream #(
    parameter WIDTH  = 16, // bits of a word
    parameter WORDS  = 16, // words that fit
    parameter ADDR_W = 4   // bits of a word number
) (
    input  wire              clk,
    input  wire              reset,

    input  wire              write_enable,
    input  wire [ADDR_W-1:0] write_address,
    input  wire [WIDTH-1:0]  write_data,
    input  wire [ADDR_W-1:0] last_word,

    output wire              valid,
    input  wire              ready,
    output wire [WIDTH-1:0]  data
);
    (* ram_style = "block" *) reg [WIDTH-1:0] memory [0:WORDS-1];

    reg [ADDR_W-1:0] address;
    reg [WIDTH-1:0]  read_q;        // RAM output latch
    reg              read_valid;
    reg [WIDTH-1:0]  output_q;      // RAM output register
    reg              output_valid;

    wire output_free = !output_valid || ready;
    wire read_free   = !read_valid || output_free;

    always @(posedge clk)
        if (write_enable) memory[write_address] <= write_data;

    always @(posedge clk)
        if (read_free) read_q <= memory[address];

    always @(posedge clk)
        if (output_free) output_q <= read_q;

    always @(posedge clk) begin
        if (read_free) begin
            read_valid <= 1'b1;
            address    <= (address == last_word) ? {ADDR_W{1'b0}} : address + 1'b1;
        end
        if (output_free) output_valid <= read_valid;

        if (reset) begin
            address      <= {ADDR_W{1'b0}};
            read_valid   <= 1'b0;
            output_valid <= 1'b0;
        end
    end

    assign valid = output_valid;
    assign data  = output_q;
endmodule

`resetall
