// SPDX-License-Identifier: Apache-2.0
// ptr_read_formal - the handshake of ese_ptr_read, for every way of using it.
//
// Columns with ascending numbers are issued when they are accepted.  A column's number is its shift, and
// the word that the x buffer shows from the clock after its issue on, until another is read; the stores of
// vectors show other words; two PEs may be full at any time.
//   - columns reach the ActQueues in their order, with their own lengths, block and element; none is lost
//     and none comes twice; what is read of the frame before is 0 where a channel begins;
//   - none goes to a PE that is full, or was a clock before (READY_CLOCKS), none to one where it has no
//     entries, and all of its PEs get it together;
//   - there is room for FETCH_CLOCKS columns, wherever they stand; if the PEs have room, too, a column
//     gets there after so many clocks, one a clock.
`default_nettype none

module ptr_read_formal #(
    parameter FETCH_CLOCKS = 2,
    parameter READY_CLOCKS = 0
) (
    input wire       clk,
    input wire       reset,
    input wire       issue,
    input wire [3:0] lengths,
    input wire [1:0] source,
    input wire       first,
    input wire       block,
    input wire [1:0] queue_full
);
    reg  [2:0] issued, gone; // modulo 8
    wire       accept, close, push_block;
    wire [1:0] push;
    wire [3:0] push_lengths;
    wire [2:0] push_shift, push_data;
    reg  [2:0] x_data, kept_data, scratch_data;

    ese_ptr_read #(
        .PES          (2),
        .CHANNELS     (1),
        .LANES        (1),
        .LANE_W       (1),
        .FOLD         (1),
        .FOLD_W       (1),
        .ACT_W        (3),
        .LEN_W        (2),
        .SHIFT_W      (3),
        .BLOCK_W      (1),
        .FETCH_CLOCKS (FETCH_CLOCKS),
        .READY_CLOCKS (READY_CLOCKS)
    ) dut (
        .clk          (clk),
        .reset        (reset),
        .issue        (issue),
        .accept       (accept),
        .lengths      (lengths),
        .lane         (1'b0),
        .source       (source),
        .shift        (issued),
        .fold         (1'b0),
        .block        (block),
        .closes       (1'b1), // tells of columns without entries, too
        .first        (first),
        .x_data       (x_data),
        .kept_data    (kept_data),
        .scratch_data (scratch_data),
        .queue_full   (queue_full),
        .push         (push),
        .push_lengths (push_lengths),
        .push_shift   (push_shift),
        .push_block   (push_block),
        .push_data    (push_data),
        .close        (close)
    );

    // ---- columns on the way ----------------------------------------------------------------
    reg [3:0] its_lengths [0:7];
    reg       its_block [0:7];
    reg [2:0] its_element [0:7];

    wire [2:0] under_way = issued - gone;
    wire [3:0] lengths_gone = its_lengths[gone];
    wire [1:0] holds = {|lengths_gone[3:2], |lengths_gone[1:0]};

    reg                    started = 1'b0, settled = 1'b0;
    reg [1:0]              was_full;
    reg [FETCH_CLOCKS:1]   was_issue = 0; // by clocks ago
    reg [FETCH_CLOCKS+1:1] was_roomy = 0; // no PE was full

    wire [1:0] full  = READY_CLOCKS ? was_full : queue_full;
    wire       roomy = queue_full == 2'b00;

    always @(*) begin
        if (!started) assume (reset);
        if (issue) assume (accept && !reset);
    end

    always @(posedge clk) begin
        started   <= 1'b1;
        settled   <= !reset;
        was_full  <= queue_full;
        was_issue <= {was_issue[FETCH_CLOCKS-1:1], issue};
        was_roomy <= {was_roomy[FETCH_CLOCKS:1], roomy};
        if (issue) begin
            x_data              <= issued;
            kept_data           <= ~issued;
            scratch_data        <= issued + 3'd3;
            its_element[issued] <= source == 2'd0 ? issued : source == 2'd2 ? issued + 3'd3
                                 : source == 2'd1 && first ? 3'd0 : ~issued;
            its_lengths[issued] <= lengths;
            its_block[issued]   <= block;
            issued              <= issued + 3'd1;
        end
        if (close) gone <= gone + 3'd1;
        if (reset) begin
            issued    <= 3'd0;
            gone      <= 3'd0;
            was_issue <= 0;
        end
    end

    always @(*)
        if (settled) begin
            assert (under_way <= FETCH_CLOCKS);
            assert (close || push == 2'b00);
            if (close) begin
                assert (under_way != 0 && push_shift == gone && push_data == its_element[gone]);
                assert (push_lengths == lengths_gone && push_block == its_block[gone]);
                assert (push == holds && (push & full) == 2'b00);
            end
            assert (accept == (under_way < FETCH_CLOCKS || close));
            // The way is free: as fast as can be.
            if (READY_CLOCKS ? was_roomy[1] : roomy) assert (accept);
            if (was_issue[FETCH_CLOCKS] && (&was_roomy) && (READY_CLOCKS || roomy)) assert (close);
        end

    always @(posedge clk)
        if (settled) begin
            cover (under_way == FETCH_CLOCKS && !accept);
            cover (close && issue && under_way == FETCH_CLOCKS);
            cover (close && push == 2'b00 && gone == 3'd5);
        end
endmodule

`default_nettype wire
