// SPDX-License-Identifier: Apache-2.0
// board_reply - what the board says: which chip it is, y of a frame, why a frame was not taken.
//
// Input    y of the chip's one channel, as it has it; `failed` with a reason, `next` the number
//          that is due
// Output   bytes of a frame, the last with out_last; a byte passes when out_valid and out_ready are
//          high
// Order    after a reset first of all who is there; then what failed, before y of the next frame.
//          Of what fails while a reply is under way only the first is told, with the number that is
//          due by then
// Numbers  of y: 0, 1, 2 ... since the reset, modulo 256, as the frames of x have them
`resetall
`timescale 1ns / 1ps
`default_nettype none
`include "protocol.vh"

module board_reply #(
    parameter        ELEMENT_W = 16, // bits of an element: 8, 16 or 24
    parameter [87:0] IDENTITY  = 88'd0 // what LINK_HELLO carries, its first byte lowest
) (
    input  wire                 clk,
    input  wire                 reset,

    input  wire                 failed,
    input  wire [7:0]           reason,
    input  wire [7:0]           next,

    input  wire                 y_tvalid,
    output wire                 y_tready,
    input  wire [ELEMENT_W-1:0] y_tdata,
    input  wire                 y_tlast,

    output wire                 out_valid,
    input  wire                 out_ready,
    output wire [7:0]           out_data,
    output wire                 out_last,
    output wire                 y_sent   // one clock: a frame of y is on its way
);
    localparam [31:0] LAST_PART_32 = ELEMENT_W / 8 - 1;
    localparam [1:0]  LAST_PART    = LAST_PART_32[1:0];
    localparam [3:0]  PAYLOAD      = 4'd2;               // behind kind and number
    localparam [3:0]  LAST_HELLO   = PAYLOAD + 4'd10;

    localparam [1:0] NOTHING = 2'd0;
    localparam [1:0] HELLO   = 2'd1;
    localparam [1:0] FAILURE = 2'd2;
    localparam [1:0] Y       = 2'd3;

    reg [1:0] what;
    reg [3:0] at;       // byte of the frame; in y it stays at PAYLOAD
    reg [1:0] part;     // byte of the element of y
    reg       hello_due;
    reg       failure_due;
    reg [7:0] failure;
    reg [7:0] y_number;

    wire in_y      = what == Y && at == PAYLOAD;
    wire last_part = part == LAST_PART;
    wire taken     = out_valid && out_ready;
    wire finished  = taken && out_last;

    wire [31:0] element = {{(32-ELEMENT_W){1'b0}}, y_tdata};
    wire unused_element = ^element[31:24];

    reg  [7:0]   payload;
    wire [127:0] identity = {40'd0, IDENTITY};
    wire [3:0]   index    = at - PAYLOAD;
    always @*
        case (what)
            HELLO:   payload = identity[{index, 3'b000} +: 8];
            FAILURE: payload = failure;
            default: payload = element[{part, 3'b000} +: 8];
        endcase

    wire [7:0] kind   = what == HELLO ? `LINK_HELLO : what == Y ? `LINK_Y : `LINK_ERROR;
    wire [7:0] number = what == Y ? y_number : next;

    assign out_valid = what != NOTHING && (!in_y || y_tvalid);
    assign out_data  = at == 4'd0 ? kind : at == 4'd1 ? number : payload;
    assign out_last  = (what == HELLO && at == LAST_HELLO) || (what == FAILURE && at == PAYLOAD) ||
                       (in_y && last_part && y_tlast);
    assign y_tready  = in_y && last_part && out_ready;
    assign y_sent    = finished && what == Y;

    always @(posedge clk) begin
        if (what == NOTHING || finished) begin
            what <= finished    ? NOTHING :
                    hello_due   ? HELLO   :
                    failure_due ? FAILURE :
                    y_tvalid    ? Y       : NOTHING;
            at   <= 4'd0;
        end else if (taken && !in_y) begin
            at <= at + 1'b1;
        end
        if (taken && in_y) part <= last_part ? 2'd0 : part + 1'b1;
        if (y_sent)        y_number <= y_number + 1'b1;

        if (finished && what == HELLO)               hello_due   <= 1'b0;
        if (what == NOTHING && !hello_due)           failure_due <= 1'b0;
        if (failed)                                  failure_due <= 1'b1;
        if (failed && !failure_due)                  failure     <= reason;

        if (reset) begin
            what        <= NOTHING;
            part        <= 2'd0;
            y_number    <= 8'd0;
            hello_due   <= 1'b1;
            failure_due <= 1'b0;
        end
    end
endmodule

`resetall
