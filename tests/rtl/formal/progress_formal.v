// SPDX-License-Identifier: Apache-2.0
// progress_formal - ese_progress lets a word be read exactly when it is there.
//
// Vectors are begun frame after frame and written word by word.  A reader asks for a word of a frame; it
// may be up to one frame behind the writer or two ahead of it, which is how far the chip's products
// and passes can be apart.
`default_nettype none

module progress_formal #(
    parameter WORD_W = 2
) (
    input wire              clk,
    input wire              reset,
    input wire              start,
    input wire              written,
    input wire              advance, // the reader goes on to the next frame
    input wire [WORD_W-1:0] need_word
);
    reg  [1:0] writer_frame, reader_frame;
    wire       ready;

    ese_progress #(
        .WORD_W (WORD_W)
    ) dut (
        .clk         (clk),
        .reset       (reset),
        .start       (start),
        .start_frame (writer_frame + 2'd1),
        .written     (written),
        .need_frame  (reader_frame),
        .need_word   (need_word),
        .ready       (ready)
    );

    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;

    // Frames that the writer is ahead of the reader, and words of its frame that are there.
    reg signed [2:0] lead;
    reg [WORD_W:0]   there;

    always @(*) begin
        if (!started) assume (reset);
        if (start) assume (!written && lead < 1 + $signed({2'b0, advance}));
        if (advance) assume (lead > -2 - $signed({2'b0, start}));
        if (written) assume (there < (1 << WORD_W));
    end

    always @(posedge clk) begin
        lead <= lead + $signed({2'b0, start}) - $signed({2'b0, advance});
        if (advance) reader_frame <= reader_frame + 2'd1;
        if (written) there <= there + 1'b1;
        if (start) begin
            writer_frame <= writer_frame + 2'd1;
            there        <= 0;
        end
        if (reset) begin
            writer_frame <= 2'd3; // frame -1 is complete: the state before the first frame
            reader_frame <= 2'd3;
            lead         <= 3'sd0;
            there        <= 1 << WORD_W;
        end
    end

    always @(*)
        if (started) begin
            assert (lead >= -2 && lead <= 1);
            assert (ready == (lead == 1 || (lead == 0 && {1'b0, need_word} < there)));
        end

    always @(posedge clk)
        if (started) begin
            cover (lead == -2 && there == (1 << WORD_W));
            cover (lead == 1 && ready && there == 1);
        end
endmodule

`default_nettype wire
