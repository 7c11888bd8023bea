// SPDX-License-Identifier: Apache-2.0
// ese_spread - what all channels get, on its way to them.
//
// Clocks   0: wires; 1: a register for all; 2: a register, then one for each of COPIES groups of users,
//          which synthesis must not merge again
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_spread #(
    parameter WIDTH  = 16, // bits
    parameter COPIES = 1,  // groups of users
    parameter CLOCKS = 1   // 0, 1 or 2
) (
    input  wire                    clk,
    input  wire [WIDTH-1:0]        value,
    output wire [COPIES*WIDTH-1:0] copies
);
    wire [WIDTH-1:0] near;

    ese_delay #(
        .WIDTH  (WIDTH),
        .CLOCKS ((CLOCKS > 0) ? 1 : 0)
    ) u_near (
        .clk     (clk),
        .value   (value),
        .delayed (near)
    );

    genvar n;
    generate
        for (n = 0; n < COPIES; n = n + 1) begin : g_copy
            if (CLOCKS > 1) begin : g_register
                (* keep = "true" *) reg [WIDTH-1:0] far;

                always @(posedge clk) far <= near;

                assign copies[n*WIDTH +: WIDTH] = far;
            end else begin : g_wire
                assign copies[n*WIDTH +: WIDTH] = near;
            end
        end
    endgenerate
endmodule

`resetall
