// SPDX-License-Identifier: Apache-2.0
// board_uart_rx - receives bytes from a serial line: a start bit, eight bits from the lowest on, a
// stop bit.
//
// Output    valid for one clock in the middle of the stop bit; `bad`: there was none, the line was
//           low.  A line that stays low (a break) is one bad byte; the next begins after the line
//           was high.  A low shorter than half a bit begins none
// Tolerance the sender's bits may be 2 % longer or shorter than CLOCK_HZ/BAUD clocks if that is at
//           least 8, and bytes may follow each other at once.  Every bit is looked at once, in its
//           middle: the last 9.5 bits after the beginning, where half a bit is left, less two
//           clocks
// Line      may change at any time: it passes two flip-flops first
`resetall
`timescale 1ns / 1ps
`default_nettype none

module board_uart_rx #(
    parameter CLOCK_HZ = 50000000, // clocks a second
    parameter BAUD     = 1000000   // bits a second, at most an eighth of that
) (
    input  wire       clk,
    input  wire       reset,

    input  wire       rx,

    output reg        valid,
    output reg  [7:0] data,
    output reg        bad
);
    // The time to the middle of the next bit, below zero until then; a bit is CLOCK_HZ, a clock
    // BAUD.
    localparam PHASE_W = $clog2(CLOCK_HZ) + 1;
    localparam [31:0] BIT_32   = 0 - CLOCK_HZ;
    localparam [31:0] HALF_32  = 0 - CLOCK_HZ / 2;
    localparam [31:0] CLOCK_32 = BAUD;
    localparam [PHASE_W-1:0] BIT   = BIT_32[PHASE_W-1:0];
    localparam [PHASE_W-1:0] HALF  = HALF_32[PHASE_W-1:0];
    localparam [PHASE_W-1:0] CLOCK = CLOCK_32[PHASE_W-1:0];

    localparam [3:0] BITS = 4'd10; // of a byte, on the line

    reg [1:0]         line_1;
    reg [PHASE_W-1:0] phase;
    reg [3:0]         left; // bits that are to be looked at
    reg               low;  // the line is low since a byte without stop bit

    wire line  = line_1[1];
    wire idle  = left == 4'd0;
    wire look  = !idle && !phase[PHASE_W-1];
    wire start = idle && !line && !low;

    always @(posedge clk) begin
        line_1 <= {line_1[0], rx};

        if (idle) phase <= HALF + CLOCK;
        else      phase <= phase + CLOCK + (look ? BIT : {PHASE_W{1'b0}});

        if (start)                             left <= BITS;
        else if (look && left == BITS && line) left <= 4'd0;
        else if (look)                         left <= left - 1'b1;

        if (look) data <= left == 4'd1 ? data : {line, data[7:1]};

        valid <= look && left == 4'd1;
        bad   <= !line;

        if (line)                       low <= 1'b0;
        else if (look && left == 4'd1)  low <= 1'b1;

        if (reset) begin
            line_1 <= 2'b11;
            left   <= 4'd0;
            low    <= 1'b0;
            valid  <= 1'b0;
        end
    end
endmodule

`resetall
