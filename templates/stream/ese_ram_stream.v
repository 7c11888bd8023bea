// SPDX-License-Identifier: Apache-2.0
// ese_ram_stream - the words of a RAM as an endless valid/ready stream: a part of a resident model.
//
// Order    word 0 .. last_word, then again from 0; starts over at reset
// Storage  WORDS words of WIDTH bits, block RAM or UltraRAM with output register; written while in reset.
//          One write port and one read port of one clock, no first contents, a word read as it was
//          before a write: what UltraRAM can be.  It takes in read_q as what its read port gives and
//          holds while not enabled, output_q as its output register (OREG) with an enable of its own.
// Latency  first word two clocks after reset
// Rate     one word a clock while ready
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_ram_stream #(
    parameter WIDTH     = 16,     // bits of a word
    parameter WORDS     = 16,     // words that fit
    parameter ADDR_W    = 4,      // bits of a word number
    parameter RAM_STYLE = "block" // or "ultra": for synthesis
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
    (* ram_style = RAM_STYLE *) reg [WIDTH-1:0] memory [0:WORDS-1];

    wire unused_style = ^RAM_STYLE; // simulators read no attributes

    always @(posedge clk)
        if (write_enable) memory[write_address] <= write_data;

    wire [ADDR_W-1:0] address;
    wire              read;
    wire              shift;

    ese_stream_control #(
        .ADDR_W (ADDR_W)
    ) u_control (
        .clk       (clk),
        .reset     (reset),
        .last_word (last_word),
        .address   (address),
        .read      (read),
        .shift     (shift),
        .valid     (valid),
        .ready     (ready)
    );

    reg [WIDTH-1:0] read_q;   // RAM output latch
    reg [WIDTH-1:0] output_q; // RAM output register

    always @(posedge clk)
        if (read) read_q <= memory[address];

    always @(posedge clk)
        if (shift) output_q <= read_q;

    assign data = output_q;
endmodule

`resetall
