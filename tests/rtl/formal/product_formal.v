// SPDX-License-Identifier: Apache-2.0
// product_formal - ese_product_sequencer with any program of up to four products, for every way of using it.
//
//   - columns go in the order of the program, as many a product as it says, each with what it says of its
//     product; frames and accumulator blocks are counted; what a column needs of its vector is told, and what the column behind needs;
//   - one goes as soon as all that it waits for is there, and the monitor says for what one waits;
//   - opening and closing of a block, the begin of a frame and the end of its x are told once, with their
//     column;
//   - a reset of one clock is as good as any, whenever it comes; in the clock after it there is no column.
`default_nettype none

module product_formal (
    input wire        clk,
    input wire        reset,
    input wire [47:0] words,        // the program
    input wire [1:0]  last_product,
    input wire        frame_blocks,
    input wire        column_valid,
    input wire        ready,
    input wire [1:0]  pass_frame,
    input wire        x_full,
    input wire [1:0]  block_busy,
    input wire        accept
);
    wire [1:0]  product, source, frame, need_frame, next_frame, need_offset, next_offset;
    wire        issue, shift, fold, block, closes, x_release, block_open, frame_start;
    wire [15:0] mon_product;
    wire [4:0]  mon_stall;

    ese_product_sequencer #(
        .PRODUCT_W (2),
        .COUNT_W   (2),
        .SHIFT_W   (1),
        .OFFSET_W  (2),
        .FOLD_W    (1),
        .BLOCK_W   (1)
    ) dut (
        .clk          (clk),
        .reset        (reset),
        .last_product (last_product),
        .frame_blocks (frame_blocks),
        .product      (product),
        .product_word (words[12*product +: 12]),
        .column_valid (column_valid),
        .ready        (ready),
        .issue        (issue),
        .source       (source),
        .shift        (shift),
        .fold         (fold),
        .block        (block),
        .closes       (closes),
        .frame        (frame),
        .need_frame   (need_frame),
        .need_offset  (need_offset),
        .next_frame   (next_frame),
        .next_offset  (next_offset),
        .pass_frame   (pass_frame),
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

    wire [1:0] columns, its_source, its_offset;
    wire       its_shift, its_fold, its_block, opens, its_closes, frees_x;
    assign {frees_x, its_closes, opens, its_block, its_fold, its_offset, its_source, its_shift,
            columns} = words[12*which +: 12];

    wire [1:0] after     = nth + 2'd1;
    wire       first     = nth == 2'd0;
    wire       last      = after == columns;
    wire       frame_end = last && which == last_product;
    wire       at        = frame_block ^ its_block;
    wire       begins    = which == 2'd0 && first;

    // The column behind the head, if there is a head.
    wire       turns      = column_valid && last;
    wire [1:0] then       = !turns ? which : frame_end ? 2'd0 : which + 2'd1;
    wire [1:0] its_frame  = frames - {1'b0, its_source == 2'd1};
    wire [1:0] then_frame = frames + {1'b0, turns && frame_end}
                          - {1'b0, words[12*then+3 +: 2] == 2'd1};

    // What is waited for, the first that is not there: x, a column, passes, the block, the element,
    // room behind.
    wire [4:0] waits = begins && !x_full                            ? 5'd1
                     : !column_valid                                ? 5'd2
                     : begins && frames - pass_frame == 2'd2        ? 5'd8
                     : opens && first && block_busy[at]             ? 5'd4
                     : its_source != 2'd0 && !ready                 ? 5'd8
                     : !accept                                      ? 5'd16
                     :                                                5'd0;

    reg        started = 1'b0;
    reg        starting = 1'b0; // reset was a clock ago
    reg [50:0] program_before;

    always @(*) begin
        if (!started) assume (reset);
        else          assume ({words, last_product, frame_blocks} == program_before);
        if (starting) assume (!column_valid);
        assume (words[1:0] != 0 && words[13:12] != 0 && words[25:24] != 0 && words[37:36] != 0);
    end

    always @(posedge clk) begin
        started        <= 1'b1;
        starting       <= reset;
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
        if (started && (reset || starting)) assert (!issue);
        else if (started) begin
            assert (issue == (waits == 5'd0) && mon_stall == waits);
            assert ({source, shift, fold, block} == {its_source, its_shift, its_fold, at});
            assert (closes == (its_closes && last));
            assert (block_open == (issue && opens && first));
            assert (x_release == (issue && frees_x && last));
            assert (frame_start == (issue && which == 2'd0 && first));
            assert (frame == frames && need_frame == its_frame && need_offset == its_offset);
            assert (next_frame == then_frame && next_offset == words[12*then+5 +: 2]);
            assert (mon_product == {14'd0, which});
        end

    always @(posedge clk)
        if (started && !reset && !starting) begin
            cover (issue && frame_end && last_product == 2'd3 && columns == 2'd2);
            cover (issue && frame_end && last_product == 2'd0 && frames == 2'd3);
            cover (waits == 5'd8 && frames == 2'd1 && its_source == 2'd1 && last_product == 2'd1);
            cover (waits == 5'd8 && begins && frames == 2'd3);
        end
endmodule

`default_nettype wire
