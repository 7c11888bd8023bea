// SPDX-License-Identifier: Apache-2.0
// ese_column_head - the column at the head of the column stream, and the one that may follow it.
//
// READY_CLOCKS 0: both are what the stream shows.  READY_CLOCKS 1: both are registers, so that what the
// next one waits for can be looked at a clock before it is the head; and the long way on which `issue`
// comes ends here, not in the stream, whose stream_ready is a register, too.
//
// Advance  next_column becomes the head in the next clock, if there is one
// Latency  2 * READY_CLOCKS clocks
// Rate     one column a clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_column_head #(
    parameter WIDTH        = 16, // bits of a column
    parameter READY_CLOCKS = 0   // 0 or 1
) (
    input  wire             clk,
    input  wire             reset,

    input  wire             stream_valid,
    output wire             stream_ready,
    input  wire [WIDTH-1:0] stream_column,

    output wire             valid,
    input  wire             issue,        // takes the head
    output wire [WIDTH-1:0] column,

    output wire             advance,
    output wire [WIDTH-1:0] next_column
);
    generate
        if (READY_CLOCKS > 0) begin : g_register
            wire            next_valid;
            reg             head_valid;
            reg [WIDTH-1:0] head;

            ese_skid #(
                .WIDTH (WIDTH),
                .SPARE (1)
            ) u_next (
                .clk      (clk),
                .reset    (reset),
                .in_valid (stream_valid),
                .in_ready (stream_ready),
                .in_data  (stream_column),
                .valid    (next_valid),
                .ready    (advance),
                .data     (next_column)
            );

            always @(posedge clk)
                if (advance) head <= next_column;

            always @(posedge clk)
                if (reset)        head_valid <= 1'b0;
                else if (advance) head_valid <= next_valid;

            assign advance = !head_valid || issue;
            assign valid   = head_valid;
            assign column  = head;
        end else begin : g_stream
            wire unused_clock = &{1'b0, clk, reset};

            assign advance      = issue;
            assign stream_ready = issue;
            assign valid        = stream_valid;
            assign column       = stream_column;
            assign next_column  = stream_column;
        end
    endgenerate
endmodule

`resetall
