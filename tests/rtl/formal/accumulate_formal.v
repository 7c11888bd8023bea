// SPDX-License-Identifier: Apache-2.0
// accumulate_formal - ese_accu_control and ese_block_state together: no row is taken out too early, and
// none keeps a sum of before.
//
// One PE, two blocks of two rows.  Columns are pushed into open blocks, wait in a queue in order, and
// their entries are issued one a clock; a block is closed with or after its last column, and emptied
// when it is ready.  Products are taken at ese_accu_control's word: written MULTIPLY_CLOCKS after issue.
//   - while a block is ready, no column of it waits and no entry of it is on the way;
//   - a closed block whose columns are done is ready soon;
//   - a row's first product after it was emptied is stored, all further ones are added;
//   - a row that was not written is not marked as used.
`default_nettype none

module accumulate_formal #(
    parameter MULTIPLY_CLOCKS = 2
) (
    input wire       clk,
    input wire       reset,
    input wire       open,
    input wire       push,
    input wire       push_block, // also of open and close
    input wire       close,
    input wire       issue,
    input wire       nonzero,
    input wire       last,
    input wire       row,
    input wire       take,       // a pass begins ...
    input wire       drain,      // ... takes a row ...
    input wire       drain_row,
    input wire       free,       // ... and its last
    input wire       pass_block,
    input wire [1:0] some_address
);
    wire [1:0] quiet, busy, ready;
    wire       write, keep, drain_used;
    wire [1:0] address;

    // ---- queue of at most two columns: their blocks -----------------------------------------
    reg [1:0] columns;
    reg       head, next;

    ese_accu_control #(
        .ROW_W   (1),
        .BLOCK_W (1),
        .COUNT_W (3),
        .MULTIPLY_CLOCKS (MULTIPLY_CLOCKS)
    ) u_accu_control (
        .clk           (clk),
        .reset         (reset),
        .push          (push),
        .push_block    (push_block),
        .quiet         (quiet),
        .issue         (issue),
        .nonzero       (nonzero),
        .last          (last),
        .block         (head),
        .row           (row),
        .write         (write),
        .keep          (keep),
        .address       (address),
        .drain_row     (4'd1 << {pass_block, drain_row}),
        .drain_clear   (drain),
        .drain_used    (drain_used)
    );

    ese_block_state #(
        .PES     (1),
        .BLOCK_W (1)
    ) u_block_state (
        .clk         (clk),
        .reset       (reset),
        .open        (open),
        .open_block  (push_block),
        .close       (close),
        .close_block (push_block),
        .quiet       (quiet),
        .take        (take),
        .free        (free),
        .pass_block  (pass_block),
        .busy        (busy),
        .ready       (ready)
    );

    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;

    // ---- life of a block: opened, closed, being emptied ---------------------------------------
    reg [1:0] opened, closed, emptying;

    always @(*) begin
        if (!started) assume (reset);
        if (open)  assume (!busy[push_block] && !push && !close);
        if (push)  assume (columns != 2 && opened[push_block] && !closed[push_block]);
        if (close) assume (opened[push_block] && !closed[push_block]);
        if (issue) assume (columns != 0);
        if (take)  assume (ready[pass_block] && !emptying[pass_block] && emptying == 0);
        if (drain) assume (emptying[pass_block]);
        if (free)  assume (emptying[pass_block]);
    end

    always @(posedge clk) begin
        if (open)  opened[push_block] <= 1'b1;
        if (close) closed[push_block] <= 1'b1;
        if (take)  emptying[pass_block] <= 1'b1;
        if (free) begin
            opened[pass_block]   <= 1'b0;
            closed[pass_block]   <= 1'b0;
            emptying[pass_block] <= 1'b0;
        end
        if (push && columns == (issue && last)) head <= push_block;
        else if (issue && last) head <= next;
        if (push) next <= push_block;
        columns <= columns + push - (issue && last);
        if (reset) begin
            opened   <= 2'b00;
            closed   <= 2'b00;
            emptying <= 2'b00;
            columns  <= 2'd0;
        end
    end

    // ---- entries on the way, by clocks since they were issued ---------------------------------
    reg [MULTIPLY_CLOCKS:1] way = 0, way_block;
    always @(posedge clk) begin
        way       <= reset ? 0 : {way[MULTIPLY_CLOCKS-1:1], issue && nonzero};
        way_block <= {way_block[MULTIPLY_CLOCKS-1:1], head};
    end

    // ---- clocks in which nothing happened, up to as many as it may take -------------------------
    localparam [2:0] SOON = MULTIPLY_CLOCKS + 3;

    reg [2:0] calm = 3'd0;
    always @(posedge clk)
        if (columns != 0 || push || close || reset) calm <= 3'd0;
        else if (calm != SOON)                      calm <= calm + 3'd1;

    // ---- one row: written since it was emptied? ------------------------------------------------
    reg       used = 1'b0, past = 1'b0;
    reg [1:0] its_address;
    always @(posedge clk) begin
        past        <= 1'b1;
        its_address <= some_address;
        if (drain && {pass_block, drain_row} == its_address) used <= 1'b0;
        if (write && address == its_address)                 used <= 1'b1;
        if (reset) used <= 1'b0;
    end
    always @(*) if (past) assume (its_address == some_address); // the same row all the time

    integer b, n;
    always @(*)
        if (started) begin
            for (b = 0; b < 2; b = b + 1)
                if (ready[b] && !emptying[b]) begin
                    assert (busy[b] && closed[b]);
                    if (columns != 0) assert (head != b);
                    if (columns == 2) assert (next != b);
                    for (n = 1; n <= MULTIPLY_CLOCKS; n = n + 1)
                        if (way[n]) assert (way_block[n] != b);
                end
            for (b = 0; b < 2; b = b + 1)
                if (calm == SOON && closed[b] && !emptying[b]) assert (ready[b]);
            assert (write == way[MULTIPLY_CLOCKS]);
            if (write) assert (address[1] == way_block[MULTIPLY_CLOCKS]);
            if (past && write && address == its_address) assert (keep == used);
            if (past && emptying[its_address[1]] && {pass_block, drain_row} == its_address)
                assert (drain_used == used);
        end

    always @(posedge clk)
        if (started) begin
            cover (write && keep && address == 2'd3 && ready[0]);
            cover (free && opened == 2'b11 && used);
        end
endmodule

`default_nettype wire
