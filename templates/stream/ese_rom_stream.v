// SPDX-License-Identifier: Apache-2.0
// ese_rom_stream - the words of a ROM as an endless valid/ready stream.
//
// Order    word 0 .. WORDS-1, then again from 0; starts over at reset
// Storage  WORDS words of WIDTH bits from FILE, block RAM with output register
// Latency  first word two clocks after reset
// Rate     one word a clock while ready
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_rom_stream #(
    parameter WIDTH  = 16, // bits of a word
    parameter WORDS  = 16, // words in FILE
    parameter ADDR_W = 4,  // bits of a word number
    parameter FILE   = ""  // memory image, in ESE_MEM_DIR; "": all zero
) (
    input  wire             clk,
    input  wire             reset,

    output wire             valid,
    input  wire             ready,
    output wire [WIDTH-1:0] data
);
    localparam [31:0] LAST_32 = WORDS - 1;
    localparam [ADDR_W-1:0] LAST = LAST_32[ADDR_W-1:0];

    (* rom_style = "block" *) reg [WIDTH-1:0] memory [0:WORDS-1];

    generate
        if (FILE != "") begin : g_contents
`ifdef ESE_MEM_DIR
            localparam PATH = {`ESE_MEM_DIR, FILE};
`else
            localparam PATH = FILE;
`endif
            ese_image #(
                .FILE (PATH)
            ) u_image ();
            initial $readmemh(PATH, memory, 0, WORDS - 1);
        end else begin : g_zeros
            initial begin : clear
                integer i;
                for (i = 0; i < WORDS; i = i + 1) memory[i] = {WIDTH{1'b0}};
            end
        end
    endgenerate

    wire [ADDR_W-1:0] address;
    wire              read;
    wire              shift;

    ese_stream_control #(
        .ADDR_W (ADDR_W)
    ) u_control (
        .clk       (clk),
        .reset     (reset),
        .last_word (LAST),
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
