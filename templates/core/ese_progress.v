// SPDX-License-Identifier: Apache-2.0
// ese_progress - how much of a frame's vectors has been written: may a word be read yet?
//
// All words that passes write to the stores of vectors (ese_vectors) are one sequence, frame after frame;
// a vector's words follow each other in it as they do in its store.  So a word of frame F can be read when
// its address less the vector's `offset` (its first word's address less that word's place in the
// sequence) is below the words written, or when the frame after F has begun.
// Frames are numbered modulo 4: a reader is at most one frame behind the writer, or two ahead.
// After reset frame 0 has begun: the state before it can be read.
//
// Latency  READY_CLOCKS 0: `ready` tells of the words written before this clock; 1: of those before the
//          clock before, and `ready` is a register.  Where `advance` is high, next_frame, next_word and
//          next_offset become need_frame, need_word and need_offset in the next clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_progress #(
    parameter WORD_W       = 8,  // bits of an address
    parameter OFFSET_W     = 10, // bits of an offset, two's complement
    parameter PROGRESS_W   = 9,  // bits that count the words of a frame, less than OFFSET_W
    parameter READY_CLOCKS = 0   // 0 or 1
) (
    input  wire                clk,
    input  wire                reset,

    input  wire                start,       // a frame's first pass begins: all before is written
    input  wire [1:0]          start_frame,
    input  wire                written,     // one more word

    input  wire [1:0]          need_frame,
    input  wire [WORD_W-1:0]   need_word,
    input  wire [OFFSET_W-1:0] need_offset,
    input  wire                advance,
    input  wire [1:0]          next_frame,
    input  wire [WORD_W-1:0]   next_word,
    input  wire [OFFSET_W-1:0] next_offset,
    output wire                ready
);
    localparam LIMIT_W = OFFSET_W + 1;

    reg [1:0]            frame;
    reg [PROGRESS_W-1:0] words;

    // Addresses below the limit have been written.
    wire signed [LIMIT_W-1:0] need_address = {{(LIMIT_W-WORD_W){1'b0}}, need_word};
    wire signed [LIMIT_W-1:0] need_limit;
    wire                      need_written = (frame == need_frame && need_address < need_limit)
                                          || frame == need_frame + 2'd1;

    generate
        if (READY_CLOCKS > 0) begin : g_register
            wire [LIMIT_W-1:0]        count        = {{(LIMIT_W-PROGRESS_W){1'b0}}, words};
            wire signed [LIMIT_W-1:0] next_address = {{(LIMIT_W-WORD_W){1'b0}}, next_word};
            wire signed [LIMIT_W-1:0] next_limit   =
                count + {next_offset[OFFSET_W-1], next_offset};
            wire next_written = (frame == next_frame && next_address < next_limit)
                             || frame == next_frame + 2'd1;
            reg  ready_q;

            always @(posedge clk) ready_q <= advance ? next_written : need_written;

            assign need_limit = count + {need_offset[OFFSET_W-1], need_offset};
            assign ready      = ready_q;
        end else begin : g_now
            // The limit is a register, as far as the frame goes on in this clock.
            wire [PROGRESS_W-1:0] words_next =
                (start || reset) ? {PROGRESS_W{1'b0}} : words + {{(PROGRESS_W-1){1'b0}}, written};
            wire [OFFSET_W-1:0]   offset     = advance ? next_offset : need_offset;
            reg  [LIMIT_W-1:0]    limit;
            wire unused_next = &{1'b0, next_frame, next_word};

            always @(posedge clk)
                limit <= {{(LIMIT_W-PROGRESS_W){1'b0}}, words_next}
                       + {offset[OFFSET_W-1], offset};

            assign need_limit = limit;
            assign ready      = need_written;
        end
    endgenerate

    always @(posedge clk) begin
        if (written) words <= words + 1'b1;
        if (start) begin
            frame <= start_frame;
            words <= {PROGRESS_W{1'b0}};
        end

        if (reset) begin
            frame <= 2'd0;
            words <= {PROGRESS_W{1'b0}};
        end
    end
endmodule

`resetall
