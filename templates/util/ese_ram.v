// SPDX-License-Identifier: Apache-2.0
// ese_ram - simple dual-port RAM: one write port, one read port with enable.
//
// Storage  2**ADDR_W words of WIDTH bits, block RAM; contents are undefined until written
// Latency  read data one clock after read_enable, held until the next read
// Rate     one read and one write a clock; a read of the word being written gets anything, in a simulation X
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_ram #(
    parameter WIDTH  = 16, // bits of a word
    parameter ADDR_W = 4   // address bits
) (
    input  wire              clk,
    input  wire              write_enable,
    input  wire [ADDR_W-1:0] write_address,
    input  wire [WIDTH-1:0]  write_data,
    input  wire              read_enable,
    input  wire [ADDR_W-1:0] read_address,
    output reg  [WIDTH-1:0]  read_data
);
    (* no_rw_check *) (* ram_style = "block" *) reg [WIDTH-1:0] memory [0:(1<<ADDR_W)-1];

    always @(posedge clk)
        if (write_enable) memory[write_address] <= write_data;

    always @(posedge clk) begin
        if (read_enable) read_data <= memory[read_address];
`ifndef SYNTHESIS
        if (read_enable && write_enable && read_address == write_address) read_data <= {WIDTH{1'bx}};
`endif
    end
endmodule

`resetall
