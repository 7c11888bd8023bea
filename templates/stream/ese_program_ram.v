// SPDX-License-Identifier: Apache-2.0
// ese_program_ram - a list of the controller's program, loaded with the model.
//
// Storage  2**ADDR_W words of WIDTH bits, distributed RAM
// Latency  none; a word can be read in the clock after it was written
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_program_ram #(
    parameter WIDTH  = 16, // bits of a word
    parameter ADDR_W = 4   // bits of a word number
) (
    input  wire              clk,
    input  wire              write_enable,
    input  wire [ADDR_W-1:0] write_address,
    input  wire [WIDTH-1:0]  write_data,
    input  wire [ADDR_W-1:0] address,
    output wire [WIDTH-1:0]  data
);
    (* ram_style = "distributed" *) reg [WIDTH-1:0] memory [0:(1<<ADDR_W)-1];

    always @(posedge clk)
        if (write_enable) memory[write_address] <= write_data;

    assign data = memory[address];
endmodule

`resetall
