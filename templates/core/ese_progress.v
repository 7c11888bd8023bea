// SPDX-License-Identifier: Apache-2.0
// ese_progress - how much of a vector has been written: may an element be read yet?
//
// Words of a vector are written in ascending order, frame after frame.  A word of frame F can be
// read when it has been written, or when a later frame's vector is being written already.
// Frames are numbered modulo 4: a reader is at most one frame behind the writer, or two ahead.
// After reset the vector of frame -1 counts as written: the state before the first frame.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_progress #(
    parameter WORD_W = 8 // bits of a word number
) (
    input  wire              clk,
    input  wire              reset,

    input  wire              start,       // a frame's vector begins
    input  wire [1:0]        start_frame,
    input  wire              written,     // one more word

    input  wire [1:0]        need_frame,
    input  wire [WORD_W-1:0] need_word,
    output wire              ready
);
    reg [1:0]      frame;
    reg [WORD_W:0] words;

    assign ready = (frame == need_frame && {1'b0, need_word} < words)
                || frame == need_frame + 2'd1;

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
