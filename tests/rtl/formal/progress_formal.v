// SPDX-License-Identifier: Apache-2.0
// progress_formal - ese_progress lets a word be read exactly when it is there, or was a clock before.
//
// Frames are begun one after the other, and written word by word.  A reader asks for the word that has a place
// in the sequence of a frame, by any address, and tells how far that is from its place; it may be up to
// one frame behind the writer or two ahead of it, which is how far the chip's products and passes can be
// apart.  It goes on from word to word as ese_column_head does, to any vector, and now and then to the
// next frame; a reset of one clock sets it anywhere, whatever it was about to read.
`default_nettype none

module progress_formal #(
    parameter WORD_W       = 2,
    parameter OFFSET_W     = 4,
    parameter PROGRESS_W   = 3,
    parameter READY_CLOCKS = 0
) (
    input wire                  clk,
    input wire                  reset,
    input wire                  start,
    input wire                  written,
    input wire                  advance,   // the reader goes on ...
    input wire                  new_frame, // ... to the next frame
    input wire [PROGRESS_W-1:0] next_place,
    input wire [WORD_W-1:0]     next_word
);
    localparam [PROGRESS_W-1:0] ALL = {PROGRESS_W{1'b1}}; // words of a frame

    reg  [1:0]            writer_frame, reader_frame;
    reg  [PROGRESS_W-1:0] place;
    reg  [WORD_W-1:0]     word;
    wire [1:0]            next_frame = reader_frame + {1'b0, advance && new_frame};
    wire                  ready;

    // From place to address.
    wire [OFFSET_W-1:0] offset      = word - place;
    wire [OFFSET_W-1:0] next_offset = next_word - next_place;

    ese_progress #(
        .WORD_W       (WORD_W),
        .OFFSET_W     (OFFSET_W),
        .PROGRESS_W   (PROGRESS_W),
        .READY_CLOCKS (READY_CLOCKS)
    ) dut (
        .clk         (clk),
        .reset       (reset),
        .start       (start),
        .start_frame (writer_frame + 2'd1),
        .written     (written),
        .need_frame  (reader_frame),
        .need_word   (word),
        .need_offset (offset),
        .advance     (advance),
        .next_frame  (next_frame),
        .next_word   (next_word),
        .next_offset (next_offset),
        .ready       (ready)
    );

    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;

    // Frames that the writer is ahead of the reader, and words of its frame that are there.
    reg signed [2:0]     lead;
    reg [PROGRESS_W-1:0] there;

    // The same when only the reader has gone on: what a register sees of it.
    wire signed [2:0]      lead_then  = lead - $signed({2'b0, advance && new_frame});
    wire [PROGRESS_W-1:0]  place_then = advance ? next_place : place;

    always @(*) begin
        if (!started) assume (reset);
        if (start) assume (!written && lead_then < 1);
        if (written) assume (there < ALL);
        assume (next_place < ALL);
        assume (lead_then >= -2);
    end

    reg settled = 1'b0, was_there; // the clock before was without reset
    always @(posedge clk) begin
        settled   <= !reset;
        was_there <= lead_then == 1 || (lead_then == 0 && place_then < there);
        lead      <= lead_then + $signed({2'b0, start});
        place     <= place_then;
        if (advance) word <= next_word;
        if (written) there <= there + 1'b1;
        if (start) begin
            writer_frame <= writer_frame + 2'd1;
            there        <= 0;
        end
        reader_frame <= next_frame;
        if (reset) begin
            writer_frame <= 2'd3; // frame -1 is complete: the state before the first frame
            reader_frame <= 2'd3;
            lead         <= 3'sd0;
            there        <= ALL;
            place        <= next_place;
            word         <= next_word;
        end
    end

    wire is_there = lead == 1 || (lead == 0 && place < there);

    always @(*)
        if (settled) begin
            assert (lead >= -2 && lead <= 1);
            assert (ready == (READY_CLOCKS ? was_there : is_there));
            if (ready) assert (is_there);
        end

    always @(posedge clk)
        if (settled) begin
            cover (lead == -2 && there == ALL);
            cover (lead == 0 && ready && there == 5 && place == 4 && word == 0);
            cover (lead == 0 && !ready && there == 1 && place == 1 && word == 3);
            cover (lead == 1 && ready && there == 1);
            cover (is_there && !ready || READY_CLOCKS == 0);
        end
endmodule

`default_nettype wire
