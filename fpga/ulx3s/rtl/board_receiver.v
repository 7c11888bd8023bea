// SPDX-License-Identifier: Apache-2.0
// board_receiver - judges frames from the host: x goes into the frame buffer, and stays there if
// all is well.
//
// Input    bytes and ends of frames as board_frame_in has them
// Output   x of a frame is written while it comes; at its end `commit` or `drop` says what becomes
//          of it
// Taken    a frame without fault whose number is `next`, the one after the last that was taken
// Failed   one clock for each frame that is not taken, with the reason
// Restart  one clock for a command to begin anew; the next number is 0 then
`resetall
`timescale 1ns / 1ps
`default_nettype none
`include "protocol.vh"

module board_receiver #(
    parameter X_BYTES = 10 // of a frame's x
) (
    input  wire       clk,
    input  wire       reset,

    input  wire       in_valid,
    input  wire [7:0] in_data,
    input  wire       in_last,
    input  wire       in_clean,
    input  wire       in_right,

    output wire       write,
    output wire [7:0] write_data,
    output wire       write_first, // the frame begins an utterance
    output wire       commit,
    output wire       drop,
    input  wire       overflow,    // the buffer had no room for what was written

    output wire       failed,
    output wire [7:0] reason,
    output reg        restart,
    output reg  [7:0] next
);
    // Bytes with their check sum: kind, number, x, check sum.
    localparam COUNT_W = $clog2(X_BYTES + 6);
    localparam [31:0] COMMAND_32 = 4;
    localparam [31:0] FRAME_32   = X_BYTES + 4;
    localparam [31:0] END_X_32   = X_BYTES + 2;
    localparam [COUNT_W-1:0] COMMAND = COMMAND_32[COUNT_W-1:0];
    localparam [COUNT_W-1:0] FRAME   = FRAME_32[COUNT_W-1:0];
    localparam [COUNT_W-1:0] END_X   = END_X_32[COUNT_W-1:0];

    localparam [COUNT_W-1:0] NONE = {COUNT_W{1'b0}};
    localparam [COUNT_W-1:0] ONE  = {{(COUNT_W-1){1'b0}}, 1'b1};

    reg [COUNT_W-1:0] count; // bytes so far; FRAME + 1: more than a frame has
    reg [7:0]         kind;
    reg [7:0]         number;

    wire is_start = kind == `LINK_START;
    wire is_x     = kind == `LINK_GO_ON || kind == `LINK_FIRST;
    wire sound    = in_clean && in_right;
    wire whole    = count == (is_start ? COMMAND : FRAME);
    wire due      = number == next;

    wire start = in_last && sound && is_start && whole;

    assign write       = in_valid && count > ONE && count < END_X;
    assign write_data  = in_data;
    assign write_first = kind == `LINK_FIRST;
    assign commit      = in_last && sound && is_x && whole && due && !overflow;
    assign drop        = in_last && !commit;
    assign failed      = drop && !start;
    assign reason      = !in_clean             ? `LINK_LINE   :
                         !in_right             ? `LINK_CHECK  :
                         !is_start && !is_x    ? `LINK_KIND   :
                         !whole                ? `LINK_LENGTH :
                         !due                  ? `LINK_NUMBER : `LINK_ROOM;

    always @(posedge clk) begin
        if (in_valid) begin
            if (count == NONE)  kind   <= in_data;
            if (count == ONE)   number <= in_data;
            if (count <= FRAME) count  <= count + 1'b1;
        end
        if (commit) next <= next + 1'b1;
        restart <= start;

        if (in_last || reset) count <= NONE;
        if (start || reset)   next  <= 8'd0;
        if (reset)            restart <= 1'b0;
    end
endmodule

`resetall
