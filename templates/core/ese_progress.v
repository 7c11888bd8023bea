// SPDX-License-Identifier: Apache-2.0
// ese_progress - how much of a vector has been written: may an element be read yet?
//
// Words of a vector are written in ascending order, frame after frame.  A word of frame F can be
// read when it has been written, or when a later frame's vector is being written already.
// Frames are numbered modulo 4: a reader is at most one frame behind the writer, or two ahead.
// After reset the vector of frame -1 counts as written: the state before the first frame.
//
// Latency  READY_CLOCKS 0: `ready` tells of the words written before this clock; 1: of those before the
//          clock before, and `ready` is a register: where `advance` is high, next_frame and next_word
//          become need_frame and need_word in the next clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_progress #(
    parameter WORD_W       = 8, // bits of a word number
    parameter READY_CLOCKS = 0  // 0 or 1
) (
    input  wire              clk,
    input  wire              reset,

    input  wire              start,       // a frame's vector begins
    input  wire [1:0]        start_frame,
    input  wire              written,     // one more word

    input  wire [1:0]        need_frame,
    input  wire [WORD_W-1:0] need_word,
    input  wire              advance,
    input  wire [1:0]        next_frame,
    input  wire [WORD_W-1:0] next_word,
    output wire              ready
);
    reg [1:0]      frame;
    reg [WORD_W:0] words;

    wire need_written = (frame == need_frame && {1'b0, need_word} < words)
                     || frame == need_frame + 2'd1;

    generate
        if (READY_CLOCKS > 0) begin : g_register
            wire next_written = (frame == next_frame && {1'b0, next_word} < words)
                             || frame == next_frame + 2'd1;
            reg  ready_q;

            always @(posedge clk) ready_q <= advance ? next_written : need_written;

            assign ready = ready_q;
        end else begin : g_now
            wire unused_next = &{1'b0, advance, next_frame, next_word};

            assign ready = need_written;
        end
    endgenerate

    always @(posedge clk) begin
        if (written) words <= words + 1'b1;
        if (start) begin
            frame <= start_frame;
            words <= {(WORD_W+1){1'b0}};
        end

        if (reset) begin
            frame <= 2'd3;
            words <= {1'b1, {WORD_W{1'b0}}};
        end
    end
endmodule

`resetall
