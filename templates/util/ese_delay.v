// SPDX-License-Identifier: Apache-2.0
// ese_delay - a value CLOCKS clocks later; with none, a wire.
//
// Without reset, so that a long one can become shift registers.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_delay #(
    parameter WIDTH  = 16, // bits of the value
    parameter CLOCKS = 1   // 0 or more
) (
    input  wire             clk,
    input  wire [WIDTH-1:0] value,
    output wire [WIDTH-1:0] delayed
);
    generate
        if (CLOCKS == 0) begin : g_wire
            wire unused_clk = clk;

            assign delayed = value;
        end else if (CLOCKS == 1) begin : g_register
            reg [WIDTH-1:0] stage;

            always @(posedge clk) stage <= value;

            assign delayed = stage;
        end else begin : g_registers
            reg [CLOCKS*WIDTH-1:0] stages;

            always @(posedge clk) stages <= {stages[(CLOCKS-1)*WIDTH-1:0], value};

            assign delayed = stages[CLOCKS*WIDTH-1:(CLOCKS-1)*WIDTH];
        end
    endgenerate
endmodule

`resetall
