// SPDX-License-Identifier: Apache-2.0
// ese_program_rom - a list of the controller's program, fixed.
//
// Storage  WORDS words of WIDTH bits from FILE, distributed ROM
// Latency  none
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_program_rom #(
    parameter WIDTH  = 16, // bits of a word
    parameter WORDS  = 16, // words in FILE
    parameter ADDR_W = 4,  // bits of a word number
    parameter FILE   = ""  // memory image, in ESE_MEM_DIR; "": all zero
) (
    input  wire [ADDR_W-1:0] address,
    output wire [WIDTH-1:0]  data
);
    reg [WIDTH-1:0] memory [0:WORDS-1];

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

    assign data = memory[address];
endmodule

`resetall
