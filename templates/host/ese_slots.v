// SPDX-License-Identifier: Apache-2.0
// ese_slots - channels that the host has closed: they count as idle from the next frame on.
//
// A command opens or closes one channel; `clear` opens all.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_slots #(
    parameter CHANNELS = 2 // voices
) (
    input  wire                clk,
    input  wire                clear,

    input  wire                command,
    input  wire                close,   // else open
    input  wire [15:0]         channel,
    output reg  [CHANNELS-1:0] closed
);
    always @(posedge clk) begin : slots
        integer c;
        for (c = 0; c < CHANNELS; c = c + 1)
            if (clear)                              closed[c] <= 1'b0;
            else if (command && channel == c[15:0]) closed[c] <= close;
    end
endmodule

`resetall
