// SPDX-License-Identifier: Apache-2.0
// board_frame_out - makes frames of bytes: boundary, bytes with escapes, check sum, boundary.
//
// Input    the bytes of a frame, in_last with the last of them; a byte passes when in_valid and
//          in_ready are both high
// Output   the bytes of the line in the same way
// Reset    leaves a frame where it is: the boundary before the next one ends it, without its check
//          sum
`resetall
`timescale 1ns / 1ps
`default_nettype none
`include "protocol.vh"

module board_frame_out (
    input  wire       clk,
    input  wire       reset,

    input  wire       in_valid,
    output wire       in_ready,
    input  wire [7:0] in_data,
    input  wire       in_last,

    output wire       valid,
    input  wire       ready,
    output wire [7:0] data
);
    localparam [2:0] BEGIN      = 3'd0; // the boundary before
    localparam [2:0] BODY       = 3'd1;
    localparam [2:0] CHECK_HIGH = 3'd2;
    localparam [2:0] CHECK_LOW  = 3'd3;
    localparam [2:0] CLOSE      = 3'd4; // the boundary behind

    reg [2:0]  state;
    reg        escaped; // the escape of this byte is sent
    reg [15:0] crc;

    wire [15:0] crc_next;

    wire       boundary = state == BEGIN || state == CLOSE;
    wire [7:0] plain    = state == CHECK_HIGH ? crc[15:8] :
                          state == CHECK_LOW  ? crc[7:0]  : in_data;
    wire       special  = !boundary && (plain == `LINK_END || plain == `LINK_ESC);
    wire       taken    = valid && ready;
    wire       done     = taken && (escaped || !special); // with this byte

    assign valid    = in_valid || (state != BEGIN && state != BODY);
    assign data     = boundary             ? `LINK_END     :
                      !special             ? plain         :
                      !escaped             ? `LINK_ESC     :
                      plain == `LINK_END   ? `LINK_ESC_END : `LINK_ESC_ESC;
    assign in_ready = done && state == BODY;

    board_crc16 u_crc (
        .crc  (crc),
        .data (in_data),
        .next (crc_next)
    );

    always @(posedge clk) begin
        if (taken)    escaped <= special && !escaped;
        if (in_ready) crc     <= crc_next;

        if (done)
            case (state)
                BEGIN:      state <= BODY;
                BODY:       state <= in_last ? CHECK_HIGH : BODY;
                CHECK_HIGH: state <= CHECK_LOW;
                CHECK_LOW:  state <= CLOSE;
                default:    state <= BEGIN;
            endcase

        if (reset) begin
            state   <= BEGIN;
            escaped <= 1'b0;
        end
        if (reset || state == BEGIN) crc <= `LINK_CRC_START;
    end
endmodule

`resetall
