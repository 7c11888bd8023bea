// SPDX-License-Identifier: Apache-2.0
// ese_rom - read-only memory with a registered output.
//
// Storage  WORDS words of WIDTH bits from FILE, one hexadecimal word a line
// Latency  CLOCKS clocks from address to data: 2 with the block RAM's output register
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_rom #(
    parameter WIDTH  = 16, // bits of a word
    parameter WORDS  = 16, // words in FILE
    parameter ADDR_W = 4,  // address bits
    parameter CLOCKS = 1,  // 1 or 2
    parameter FILE   = ""  // memory image, in ESE_MEM_DIR; "": all zero
) (
    input  wire              clk,
    input  wire [ADDR_W-1:0] address,
    output wire [WIDTH-1:0]  data
);
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

    reg [WIDTH-1:0] read_q;

    always @(posedge clk) read_q <= memory[address];

    ese_delay #(
        .WIDTH  (WIDTH),
        .CLOCKS (CLOCKS - 1)
    ) u_output (
        .clk     (clk),
        .value   (read_q),
        .delayed (data)
    );
endmodule

`resetall
