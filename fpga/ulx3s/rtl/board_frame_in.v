// SPDX-License-Identifier: Apache-2.0
// board_frame_in - finds frames in the bytes of the line, undoes escapes, computes the check sum.
//
// Input    a byte in any clock; in_bad: it had no stop bit
// Output   the bytes of a frame, its check sum last, each in the clock in which it comes; `last` in
//          the clock of the boundary behind them, with what is to be said of the frame.  Two
//          boundaries with nothing between them are no frame
// Contract whatever was lost or spoilt, what stands behind the next boundary is a frame of its own
`resetall
`timescale 1ns / 1ps
`default_nettype none
`include "protocol.vh"

module board_frame_in (
    input  wire       clk,
    input  wire       reset,

    input  wire       in_valid,
    input  wire [7:0] in_data,
    input  wire       in_bad,

    output wire       valid,
    output wire [7:0] data,
    output wire       last,
    output wire       clean, // with last: every byte had its stop bit, every escape had a meaning
    output wire       right  // with last: the check sum is that of the bytes
);
    reg        escaped; // the byte before was an escape
    reg        spoilt;
    reg        some;    // there was a byte
    reg [15:0] crc;

    wire [15:0] crc_next;

    wire sound    = in_valid && !in_bad;
    wire boundary = sound && in_data == `LINK_END;
    wire escape   = sound && in_data == `LINK_ESC && !escaped;
    wire known    = in_data == `LINK_ESC_END || in_data == `LINK_ESC_ESC;
    wire wrong    = in_valid && (in_bad || (escaped && !boundary && !known));

    assign valid = sound && !boundary && !escape;
    assign data  = !escaped                  ? in_data   :
                   in_data == `LINK_ESC_END  ? `LINK_END : `LINK_ESC;
    assign last  = boundary && (some || spoilt || escaped);
    assign clean = !spoilt && !escaped;
    assign right = crc == 16'h0000;

    board_crc16 u_crc (
        .crc  (crc),
        .data (data),
        .next (crc_next)
    );

    always @(posedge clk) begin
        if (in_valid) escaped <= escape;
        if (wrong)    spoilt  <= 1'b1;
        if (valid) begin
            some <= 1'b1;
            crc  <= crc_next;
        end

        if (boundary || reset) begin
            escaped <= 1'b0;
            spoilt  <= 1'b0;
            some    <= 1'b0;
            crc     <= `LINK_CRC_START;
        end
    end
endmodule

`resetall
