// SPDX-License-Identifier: Apache-2.0
// column_head_formal - what ese_column_head promises, for every way of using it.
//
// The stream offers columns with ascending numbers and holds one until it is taken; a column is issued
// when there is one.
//   - columns go in their order, none is lost and none comes twice;
//   - READY_CLOCKS 1: where `advance` is high next_column is the head in the next clock, if there is
//     one, and where it is not the head stays: so that what was looked up for it still holds;
//   - READY_CLOCKS 1: whether a column is taken is known before it is known whether one is issued;
//   - a column goes every clock as long as the stream has one.
`default_nettype none

module column_head_formal #(
    parameter READY_CLOCKS = 0
) (
    input wire clk,
    input wire reset,
    input wire stream_valid,
    input wire issue
);
    reg  [2:0] sent, taken; // modulo 8
    wire       stream_ready, valid, advance;
    wire [2:0] column, next_column;

    ese_column_head #(
        .WIDTH        (3),
        .READY_CLOCKS (READY_CLOCKS)
    ) dut (
        .clk           (clk),
        .reset         (reset),
        .stream_valid  (stream_valid),
        .stream_ready  (stream_ready),
        .stream_column (sent),
        .valid         (valid),
        .issue         (issue),
        .column        (column),
        .advance       (advance),
        .next_column   (next_column)
    );

    reg       started = 1'b0, settled = 1'b0;
    reg       offered, was_valid, was_advance, was_stream_valid, was_issue, was_next_valid;
    reg [2:0] was_column, was_next;

    always @(*) begin
        if (!started) assume (reset);
        if (issue) assume (valid && !reset);
        if (settled && offered) assume (stream_valid);
    end

    always @(posedge clk) begin
        started          <= 1'b1;
        settled          <= !reset;
        offered          <= stream_valid && !stream_ready;
        was_valid        <= valid;
        was_advance      <= advance;
        was_next_valid   <= next_valid;
        was_stream_valid <= stream_valid;
        was_issue        <= issue;
        was_column       <= column;
        was_next         <= next_column;
        if (reset) begin
            sent  <= 3'd0;
            taken <= 3'd0;
        end else begin
            if (stream_valid && stream_ready) sent <= sent + 3'd1;
            if (issue) taken <= taken + 3'd1;
        end
    end

    wire [2:0] held       = sent - taken;
    wire [2:0] ahead      = held - {2'b00, valid && READY_CLOCKS != 0};
    wire       next_valid = ahead != 3'd0;

    always @(*)
        if (started) begin
            assert (held <= 3 * READY_CLOCKS);
            if (valid) assert (column == taken);
            if (READY_CLOCKS == 0) begin
                assert (valid == stream_valid && advance == issue);
                if (stream_valid) assert (next_column == sent);
            end else if (settled) begin
                if (next_valid) assert (next_column == taken + {2'b00, valid});
                assert (stream_ready == (ahead != 3'd2));
                if (was_stream_valid) assert (next_valid);
                if (was_advance) begin
                    assert (valid == was_next_valid);
                    if (valid) assert (column == was_next);
                end else
                    assert (valid && was_valid && column == was_column && !was_issue);
            end
        end

    always @(posedge clk)
        if (settled) begin
            cover (issue && was_issue && stream_valid);
            cover (valid && !stream_valid || READY_CLOCKS == 0);
            cover (taken == 3'd5 && !valid);
            cover (ahead == 3'd2 && issue || READY_CLOCKS == 0);
        end
endmodule

`default_nettype wire
