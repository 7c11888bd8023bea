// SPDX-License-Identifier: Apache-2.0
// product_reset_formal - ese_product_sequencer after a reset of one clock, wherever it comes.
//
// One that has run with any program and has been reset for a clock, and one that has been in reset all the
// time, get the same from then on:
//   - all that they say is the same, their monitors included.
`default_nettype none

module product_reset_formal (
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
    localparam SAID = 37; // bits

    // ---- one that runs, and one that waits in reset for the next --------------------------------
    reg started = 1'b0; // the first reset is over
    reg held    = 1'b1; // the second one has not come

    wire [1:0]        resets = {held || reset, reset};
    wire [2*SAID-1:0] said;

    genvar n;
    generate
        for (n = 0; n < 2; n = n + 1) begin : g_sequencer
            wire [1:0]  product;
            wire        issue, x_release, block_open, frame_start, shift, fold, block, closes;
            wire [1:0]  source, frame, next_frame;
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
                .reset        (resets[n]),
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

            assign said[n*SAID +: SAID] = {product, issue, source, shift, fold, block, closes, frame,
                                           next_frame, x_release, block_open, frame_start,
                                           mon_product, mon_stall};
        end
    endgenerate

    // ---- what must hold --------------------------------------------------------------------------
    reg [39:0] words_before;
    reg [1:0]  last_before;
    reg        blocks_before;

    always @(*) begin
        if (!started) assume (reset);
        if (started)
            assume ({words, last_product, frame_blocks} == {words_before, last_before, blocks_before});
    end

    always @(posedge clk) begin
        started <= 1'b1;
        if (started && reset) held <= 1'b0;
        words_before  <= words;
        last_before   <= last_product;
        blocks_before <= frame_blocks;
    end

    always @(*)
        if (!held) assert (said[SAID-1:0] == said[2*SAID-1:SAID]);

    always @(posedge clk)
        if (!held) begin
            cover (said[20:5] == 16'd3 && last_product == 2'd3);
            cover (said[27:26] == 2'd1 && last_product == 2'd1); // the second frame
        end
endmodule

`default_nettype wire
