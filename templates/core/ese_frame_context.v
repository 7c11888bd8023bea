// SPDX-License-Identifier: Apache-2.0
// ese_frame_context - which channels carry a voice, and which begin one, in the frames under way.
//
// Written when a frame's first column goes; read by the products of that frame and, later, by its
// passes.  Frames are numbered modulo 4.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_frame_context #(
    parameter CHANNELS = 2 // voices
) (
    input  wire                clk,

    input  wire                frame_start,
    input  wire [1:0]          frame,          // of the products
    input  wire [CHANNELS-1:0] x_active,
    input  wire [CHANNELS-1:0] x_first,
    output wire [CHANNELS-1:0] product_first,

    input  wire                begin_pass,
    input  wire [1:0]          pass_frame,
    output reg  [CHANNELS-1:0] pass_active,    // held for the pass
    output reg  [CHANNELS-1:0] pass_first,
    output reg                 pass_bank       // of the kept store
);
    (* ram_style = "distributed" *) reg [2*CHANNELS-1:0] masks [0:3];

    wire [2*CHANNELS-1:0] product_masks = masks[frame];
    wire [2*CHANNELS-1:0] pass_masks    = masks[pass_frame];

    assign product_first = product_masks[2*CHANNELS-1:CHANNELS];

    wire unused_product_active = &{1'b0, product_masks[CHANNELS-1:0]};

    always @(posedge clk)
        if (frame_start) masks[frame] <= {x_first, x_active};

    always @(posedge clk)
        if (begin_pass) begin
            {pass_first, pass_active} <= pass_masks;
            pass_bank                 <= pass_frame[0];
        end
endmodule

`resetall
