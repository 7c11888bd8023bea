// SPDX-License-Identifier: Apache-2.0
// act_queue_formal - what ese_act_queue promises, for every way of using it.
//
// Used as ese_ptr_read and ese_spmat_read do: nothing is pushed when it is full, or with LOOK_AHEAD when
// it said so a clock before; nothing is issued when it is empty; no column is of length 0.  One
// arbitrary column is watched from its push on:
//   - it comes to the head after those that were there before it, with its own shift and block;
//   - `last` comes with its last entry and not before;
//   - the element is read where it was written, and nothing overwrites it meanwhile;
//   - `full` and `valid` tell how many columns there are, or will be; never more than DEPTH.
`default_nettype none

module act_queue_formal #(
    parameter DEPTH = 3,
    parameter LOOK_AHEAD = 0
) (
    input wire       clk,
    input wire       reset,
    input wire       push,
    input wire [1:0] push_length,
    input wire [1:0] push_shift,
    input wire       push_block,
    input wire       issue,
    input wire       watch // the column being pushed is to be watched
);
    wire       full, valid, block, last;
    wire [1:0] shift, write_pointer, read_pointer;

    ese_act_queue #(
        .DEPTH   (DEPTH),
        .PTR_W   (2),
        .LEN_W   (2),
        .SHIFT_W (2),
        .BLOCK_W (1),
        .LOOK_AHEAD (LOOK_AHEAD)
    ) dut (
        .clk           (clk),
        .reset         (reset),
        .push          (push),
        .push_length   (push_length),
        .push_shift    (push_shift),
        .push_block    (push_block),
        .full          (full),
        .write_pointer (write_pointer),
        .valid         (valid),
        .shift         (shift),
        .block         (block),
        .last          (last),
        .issue         (issue),
        .read_pointer  (read_pointer)
    );

    reg started = 1'b0, was_full;
    always @(posedge clk) begin
        started  <= 1'b1;
        was_full <= full;
    end

    wire no_room = LOOK_AHEAD ? was_full : full;

    always @(*) begin
        if (!started) assume (reset);
        if (push) assume (!no_room && push_length != 0);
        if (issue) assume (valid);
    end

    wire pop = issue && last;

    // ---- columns in the queue --------------------------------------------------------------
    reg [2:0] columns;
    always @(posedge clk)
        if (reset) columns <= 3'd0;
        else       columns <= columns + {2'd0, push} - {2'd0, pop};

    // ---- the watched column ----------------------------------------------------------------
    reg       watching = 1'b0; // it is in the queue
    reg [2:0] ahead;           // columns before it
    reg [1:0] its_length, its_shift, its_pointer, its_issued;
    reg       its_block;

    wire at_head = watching && ahead == 0;

    always @(posedge clk) begin
        if (push && watch && !watching) begin
            watching    <= 1'b1;
            ahead       <= columns - {2'd0, pop};
            its_length  <= push_length;
            its_shift   <= push_shift;
            its_block   <= push_block;
            its_pointer <= write_pointer;
            its_issued  <= 2'd0;
        end
        if (watching && !at_head && pop) ahead <= ahead - 3'd1;
        if (at_head && issue) begin
            its_issued <= its_issued + 2'd1;
            if (last) watching <= 1'b0;
        end
        if (reset) watching <= 1'b0;
    end

    always @(*)
        if (started) begin
            assert (columns <= DEPTH);
            assert (full == (columns == DEPTH || (LOOK_AHEAD && columns == DEPTH - 1 && push)));
            assert (valid == (columns != 0));
            if (watching) assert (ahead < columns);
            if (at_head) begin
                assert (shift == its_shift);
                assert (block == its_block);
                assert (last == (its_issued + 2'd1 == its_length));
                assert (read_pointer == its_pointer);
            end
            if (watching && push) assert (write_pointer != its_pointer);
        end

    always @(posedge clk)
        if (started) begin
            cover (columns == DEPTH && pop);
            cover (at_head && pop && its_length == 2'd3);
        end
endmodule

`default_nettype wire
