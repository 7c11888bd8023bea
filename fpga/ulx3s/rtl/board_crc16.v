// SPDX-License-Identifier: Apache-2.0
// board_crc16 - the check sum of frames, one byte further: x^16 + x^12 + x^5 + 1, the highest bit
// first.
//
// Contract begun with all ones; a frame that is followed by its check sum, high byte first, gives
//          zero
// Latency  none: no clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module board_crc16 (
    input  wire [15:0] crc,
    input  wire [7:0]  data,
    output wire [15:0] next
);
    function [15:0] after;
        input [15:0] old;
        integer      k;
        begin
            after = old;
            for (k = 0; k < 8; k = k + 1)
                after = {after[14:0], 1'b0} ^ (after[15] ? 16'h1021 : 16'h0000);
        end
    endfunction

    assign next = after(crc ^ {data, 8'h00});
endmodule

`resetall
