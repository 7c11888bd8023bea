// SPDX-License-Identifier: Apache-2.0
// axi_write_formal - what ese_axi_write says of a piece, whatever the memory and whoever hands over pieces do.
//
// Any piece is watched; pieces have one burst or two, as they cross 4 KiB.  Assumed: a piece has one to three
// bus words, and no data comes but that of pieces.
//   - `done` comes for a piece in the clock behind its last burst's answer, with its flags, if that answer is good,
//     and for nothing else: neither for a burst before nor for one that failed;
//   - every answer that is bad is told by an error of its kind in that clock, and none is made up;
//   - `idle` is said with nothing asked for that has not been answered; after `flush` nothing more is asked for.
`default_nettype none

module axi_write_formal (
    input wire        clk,
    input wire        reset,
    input wire        flush,
    input wire        piece_valid,
    input wire        high,        // the piece begins at the last bus word of 4 KiB, else at the first
    input wire [1:0]  words,
    input wire [1:0]  flags,
    input wire        watch,
    input wire        valid,
    input wire        m_awready,
    input wire        m_wready,
    input wire        m_bvalid,
    input wire [1:0]  m_bresp
);
    wire       idle, rest, piece_ready, done, ready, answer, slave_error, decode_error;
    wire [1:0] done_flags;
    wire       m_awvalid, m_wvalid, m_wlast, m_bready;

    ese_axi_write #(
        .ADDRESS_W     (16),
        .BUS_W         (1024),
        .FIFO_W        (6),
        .OUTSTANDING_W (1)
    ) dut (
        .clk           (clk),
        .reset         (reset),
        .flush         (flush),
        .idle          (idle),
        .rest          (rest),
        .piece_valid   (piece_valid),
        .piece_ready   (piece_ready),
        .piece_address (high ? 16'h0F80 : 16'h0000),
        .piece_words   ({30'd0, words}),
        .piece_flags   (flags),
        .done          (done),
        .done_flags    (done_flags),
        .valid         (valid),
        .ready         (ready),
        .data          (1024'd0),
        .answer        (answer),
        .slave_error   (slave_error),
        .decode_error  (decode_error),
        .m_awvalid     (m_awvalid),
        .m_awready     (m_awready),
        .m_wvalid      (m_wvalid),
        .m_wready      (m_wready),
        .m_wlast       (m_wlast),
        .m_bvalid      (m_bvalid),
        .m_bready      (m_bready),
        .m_bresp       (m_bresp)
    );

    wire take   = piece_valid && piece_ready;
    wire two    = high && words != 2'd1;
    wire asks   = m_awvalid && m_awready;
    wire ends   = m_wvalid && m_wready && m_wlast;
    wire answers = m_bvalid && m_bready;

    reg       started = 1'b0;
    reg [3:0] handed;     // bursts of pieces that have been handed over and not been answered
    reg [2:0] asked;      // ... that have been asked for
    reg [2:0] sent;       // ... whose data went out, and which have not been answered
    reg       watching;
    reg [3:0] ahead;      // bursts to be answered before the last one of the piece that is watched
    reg [1:0] its_flags;
    reg       was_reset, was_flush, was_awvalid;
    reg       its_last;   // it was answered in the clock before
    reg       its_first;  // the first of its two was
    reg       its_two;
    reg [1:0] response;
    reg       answered;

    always @(*) begin
        if (!started) assume (reset);
        assume (words != 2'd0);
        // AXI: an answer comes when all of a burst has gone out
        if (m_bvalid) assume (sent != 3'd0 && asked != 3'd0);
    end

    always @(posedge clk) begin
        started     <= 1'b1;
        was_reset   <= reset;
        was_flush   <= flush;
        was_awvalid <= m_awvalid && !m_awready;
        handed      <= handed + (take ? (two ? 4'd2 : 4'd1) : 4'd0) - {3'd0, answers};
        asked       <= asked + {2'd0, asks} - {2'd0, answers};
        sent        <= sent + {2'd0, ends} - {2'd0, answers};
        response    <= m_bresp;
        answered    <= answers && !reset;
        its_last    <= watching && answers && ahead == 4'd0 && !reset;
        its_first   <= watching && its_two && answers && ahead == 4'd1 && !reset;
        if (answers && watching) begin
            if (ahead == 4'd0) watching <= 1'b0;
            else               ahead <= ahead - 4'd1;
        end
        if (take && watch && !watching) begin
            watching  <= 1'b1;
            ahead     <= handed + (two ? 4'd1 : 4'd0) - {3'd0, answers};
            its_flags <= flags;
            its_two   <= two;
        end
        // what is flushed is not watched
        if (reset || flush) watching <= 1'b0;
        if (reset) begin
            handed <= 4'd0;
            asked  <= 3'd0;
            sent   <= 3'd0;
        end
    end

    // Only until the first flush: pieces that are dropped are counted.
    reg flushed;
    always @(posedge clk) flushed <= !reset && (flushed || flush);

    always @(*)
        if (started && !was_reset) begin
            if (its_last && !flushed) begin
                assert (done == !response[1]);
                if (done) assert (done_flags == its_flags);
            end
            if (its_first && !flushed) assert (!done);
            if (!answered) assert (!done);
            if (answered && response[1]) assert (!done);
            assert (slave_error == (answered && response == 2'b10));
            assert (decode_error == (answered && response == 2'b11));
            if (was_flush && m_awvalid) assert (was_awvalid);
            if (idle) assert (asked == 3'd0 && sent == 3'd0 && !m_awvalid && !m_wvalid);
        end

    always @(posedge clk)
        if (started && !reset && !was_reset && !flushed) begin
            cover (done && its_last && done_flags == 2'b10);
            cover (slave_error && its_last && its_two);
            cover (its_last && done && handed != 4'd0);
        end
endmodule

`default_nettype wire
