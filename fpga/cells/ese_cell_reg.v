// SPDX-License-Identifier: Apache-2.0
// ese_cell_reg - a register that a cell has, or has not, by its parameters; zero at first.
//
// Latency  a clock, with reset before enable; none if it is not USED
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_cell_reg #(
    parameter WIDTH = 1,
    parameter USED  = 1
) (
    input  wire             clk,
    input  wire             enable,
    input  wire             reset,
    input  wire [WIDTH-1:0] d,
    output wire [WIDTH-1:0] q
);
    generate
        if (USED == 0) begin : g_wire
            assign q = d;
        end else begin : g_register
            reg [WIDTH-1:0] value = {WIDTH{1'b0}};
            always @(posedge clk)
                if (reset)       value <= {WIDTH{1'b0}};
                else if (enable) value <= d;
            assign q = value;
        end
    endgenerate
endmodule

`resetall
