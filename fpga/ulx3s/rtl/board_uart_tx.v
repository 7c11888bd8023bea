// SPDX-License-Identifier: Apache-2.0
// board_uart_tx - sends bytes over a serial line: a start bit, eight bits from the lowest on, a
// stop bit.
//
// Input    a byte passes when valid and ready are both high
// Rate     bits are CLOCK_HZ/BAUD clocks long, which need not be a whole number: each ends in the
//          first clock that is not too early, so that a byte is nowhere more than a clock late;
//          between two bytes there is one clock
// Line     high at rest and in reset
`resetall
`timescale 1ns / 1ps
`default_nettype none

module board_uart_tx #(
    parameter CLOCK_HZ = 50000000, // clocks a second
    parameter BAUD     = 1000000   // bits a second, at most a quarter of that
) (
    input  wire       clk,
    input  wire       reset,

    input  wire       valid,
    output wire       ready,
    input  wire [7:0] data,

    output wire       tx
);
    // The time to the end of the bit, below zero as long as the bit lasts; a bit is CLOCK_HZ, a
    // clock BAUD.
    localparam PHASE_W = $clog2(CLOCK_HZ) + 1;
    localparam [31:0] BIT_32   = 0 - CLOCK_HZ;
    localparam [31:0] CLOCK_32 = BAUD;
    localparam [PHASE_W-1:0] BIT   = BIT_32[PHASE_W-1:0];
    localparam [PHASE_W-1:0] CLOCK = CLOCK_32[PHASE_W-1:0];

    localparam [3:0] BITS = 4'd10; // of a byte, on the line

    reg [PHASE_W-1:0] phase;
    reg [3:0]         left;  // bits that are to be sent, with the one that is on the line
    reg [8:0]         shift; // those: the lowest is on the line

    wire bit_ends = !phase[PHASE_W-1];

    assign ready = left == 4'd0;
    assign tx    = shift[0];

    always @(posedge clk) begin
        if (ready) phase <= BIT + CLOCK;
        else       phase <= phase + CLOCK + (bit_ends ? BIT : {PHASE_W{1'b0}});

        if (ready && valid) begin
            left  <= BITS;
            shift <= {data, 1'b0};
        end else if (!ready && bit_ends) begin
            left  <= left - 1'b1;
            shift <= {1'b1, shift[8:1]};
        end

        if (reset) begin
            left  <= 4'd0;
            shift <= 9'h1ff;
        end
    end
endmodule

`resetall
