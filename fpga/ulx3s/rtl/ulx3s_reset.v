// SPDX-License-Identifier: Apache-2.0
// ulx3s_reset - a reset that begins at once and ends when all has been quiet for a while.
//
// Input    button: pressed, whenever it likes and as often as it bounces; locked: the clock is good
// Output   high until 2**RESET_W clocks have passed with the button up and the clock good
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ulx3s_reset #(
    parameter RESET_W = 16
) (
    input  wire clk,
    input  wire locked,
    input  wire button,
    output wire reset
);
    reg [1:0]       wanted = 2'b11;
    reg [RESET_W:0] count  = {(RESET_W+1){1'b0}};

    assign reset = !count[RESET_W];

    always @(posedge clk) begin
        wanted <= {wanted[0], button || !locked};
        if (wanted[1])  count <= {(RESET_W+1){1'b0}};
        else if (reset) count <= count + 1'b1;
    end
endmodule

`resetall
