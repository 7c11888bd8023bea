// SPDX-License-Identifier: Apache-2.0
// board_x_feed - makes elements of x for a chip with one channel out of bytes.
//
// Input    bytes of whole frames, the lowest byte of element 0 first; a byte passes when in_valid
//          and in_ready are both high
// Output   AXI4-Stream as the chip has it: X_SIZE elements a frame; tuser: the channel carries a
//          voice, and the frame begins an utterance
`resetall
`timescale 1ns / 1ps
`default_nettype none

module board_x_feed #(
    parameter X_SIZE    = 5, // elements of x
    parameter ELEMENT_W = 16 // bits of an element: 8, 16 or 24
) (
    input  wire                 clk,
    input  wire                 reset,

    input  wire                 in_valid,
    output wire                 in_ready,
    input  wire [7:0]           in_data,
    input  wire                 in_first,

    output wire                 x_tvalid,
    input  wire                 x_tready,
    output wire [ELEMENT_W-1:0] x_tdata,
    output wire [1:0]           x_tuser,
    output wire                 x_tlast
);
    localparam COUNT_W = $clog2(X_SIZE + 1);
    localparam [31:0] LAST_32      = X_SIZE - 1;
    localparam [31:0] LAST_BYTE_32 = ELEMENT_W / 8 - 1;
    localparam [COUNT_W-1:0] LAST  = LAST_32[COUNT_W-1:0];
    localparam [1:0] LAST_BYTE     = LAST_BYTE_32[1:0];

    reg [ELEMENT_W-1:0] element;
    reg                 full;  // the element is complete
    reg                 first;
    reg [1:0]           part;  // bytes of it that are there
    reg [COUNT_W-1:0]   count; // elements of the frame that are gone

    wire take = in_valid && in_ready;
    wire pass = x_tvalid && x_tready;
    wire last = count == LAST;

    wire [ELEMENT_W+7:0] longer = {in_data, element};
    wire unused_byte = ^longer[7:0]; // it leaves at the low end

    assign in_ready = !full;
    assign x_tvalid = full;
    assign x_tdata  = element;
    assign x_tuser  = {first, 1'b1};
    assign x_tlast  = last;

    always @(posedge clk) begin
        if (take) begin
            element <= longer[ELEMENT_W+7:8];
            first   <= in_first;
            part    <= part == LAST_BYTE ? 2'd0 : part + 1'b1;
            full    <= part == LAST_BYTE;
        end
        if (pass) begin
            full  <= 1'b0;
            count <= last ? {COUNT_W{1'b0}} : count + 1'b1;
        end

        if (reset) begin
            full  <= 1'b0;
            part  <= 2'd0;
            count <= {COUNT_W{1'b0}};
        end
    end
endmodule

`resetall
