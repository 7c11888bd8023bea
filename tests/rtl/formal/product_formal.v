// SPDX-License-Identifier: Apache-2.0
// product_formal - ese_product_sequencer with any program of up to four products, for every way of using it.
//
//   - columns go in the order of the program, as many a product as it says, each with what it says of its
//     product; frames and accumulator blocks are counted, and next_frame is that of the column behind;
//   - one goes as soon as all that it waits for is there, and the monitor says if one does not;
//   - opening and closing of a block, the begin of a frame and the end of its x are told once, with their
//     column;
//   - a reset of one clock is as good as any, whenever it comes.
`default_nettype none

module product_formal (
    input wire        clk,
    input wire        reset,
    input wire [39:0] words,        // the program
    input wire [1:0]  last_product,
    input wire        frame_blocks,
    input wire        column_valid,
    input wire        y_ready,
    input wire        m_ready,
    input wire        x_full,
    input wire [1:0]  block_busy,
    input wire        accept
);
    wire [1:0]  product, source, frame, next_frame;
    wire        issue, shift, fold, block, closes, x_release, block_open, frame_start;
    wire [15:0] mon_product;
    wire [4:0]  mon_stall;

    ese_product_sequencer #(
        .PRODUCT_W (2),
        .COUNT_W   (2),
        .SHIFT_W   (1),
        .FOLD_W    (1),
        .BLOCK_W   (1)
    ) dut (
        .clk          (clk),
        .reset        (reset),
        .last_product (last_product),
        .frame_blocks (frame_blocks),
        .product      (product),
        .product_word (words[10*product +: 10]),
        .column_valid (column_valid),
        .y_ready      (y_ready),
        .m_ready      (m_ready),
        .issue        (issue),
        .source       (source),
        .shift        (shift),
        .fold         (fold),
        .block        (block),
        .closes       (closes),
        .frame        (frame),
        .next_frame   (next_frame),
        .x_full       (x_full),
        .x_release    (x_release),
        .block_busy   (block_busy),
        .block_open   (block_open),
        .accept       (accept),
        .frame_start  (frame_start),
        .mon_product  (mon_product),
        .mon_stall    (mon_stall)
    );

    // ---- where the program stands ----------------------------------------------------------
    reg [1:0] which; // product of the column at the head
    reg [1:0] nth;   // ... and which of its columns
    reg [1:0] frames;
    reg       frame_block;

    wire [1:0] columns, its_source;
    wire       its_shift, its_fold, its_block, opens, its_closes, frees_x;
    assign {frees_x, its_closes, opens, its_block, its_fold, its_source, its_shift, columns} =
        words[10*which +: 10];

    wire [1:0] after     = nth + 2'd1;
    wire       first     = nth == 2'd0;
    wire       last      = after == columns;
    wire       frame_end = last && which == last_product;
    wire       at        = frame_block ^ its_block;
    wire       waits     = !column_valid || !accept || (which == 2'd0 && first && !x_full)
                        || (opens && first && block_busy[at])
                        || (its_source == 2'd1 && !y_ready) || (its_source == 2'd2 && !m_ready);

    reg        started = 1'b0;
    reg [42:0] program_before;

    always @(*) begin
        if (!started) assume (reset);
        else          assume ({words, last_product, frame_blocks} == program_before);
        assume (words[1:0] != 0 && words[11:10] != 0 && words[21:20] != 0 && words[31:30] != 0);
    end

    always @(posedge clk) begin
        started        <= 1'b1;
        program_before <= {words, last_product, frame_blocks};
        if (issue) begin
            nth <= last ? 2'd0 : after;
            if (last) which <= frame_end ? 2'd0 : which + 2'd1;
            if (frame_end) begin
                frames      <= frames + 2'd1;
                frame_block <= frame_block ^ frame_blocks;
            end
        end
        if (reset) begin
            which       <= 2'd0;
            nth         <= 2'd0;
            frames      <= 2'd0;
            frame_block <= 1'b0;
        end
    end

    // ---- what must hold --------------------------------------------------------------------
    always @(*)
        if (started && reset) assert (!issue);
        else if (started) begin
            assert (issue == !waits && (mon_stall == 5'd0) == issue);
            assert ({source, shift, fold, block} == {its_source, its_shift, its_fold, at});
            assert (closes == (its_closes && last));
            assert (block_open == (issue && opens && first));
            assert (x_release == (issue && frees_x && last));
            assert (frame_start == (issue && which == 2'd0 && first));
            assert (frame == frames && next_frame == frames + (column_valid && frame_end));
            assert (mon_product == {14'd0, which});
        end

    always @(posedge clk)
        if (started && !reset) begin
            cover (issue && frame_end && last_product == 2'd3 && columns == 2'd2);
            cover (issue && frame_end && last_product == 2'd0 && frames == 2'd3);
            cover (waits && frames == 2'd1 && its_source == 2'd1 && last_product == 2'd1);
        end
endmodule

`default_nettype wire
