// SPDX-License-Identifier: Apache-2.0
// queue_control_formal - what ese_queue_control promises, whatever descriptors ask for and however long all takes.
//
// Assumed: what is not asked for does not come; no more than three frames are under way.
//   - one step at a time, in the order that its head states; a descriptor is read if one is submitted;
//   - a state is asked for when no frame is under way and all was written in seven clocks, which ended no more than
//     one before; it is saved, and announced, when none is under way;
//   - all that a descriptor asks for is done before the next is read;
//   - a descriptor that is wrong is told for a clock, and nothing is done after that.
`default_nettype none

module queue_control_formal (
    input wire       clk,
    input wire       reset,
    input wire       more,    // descriptors than have been taken
    input wire       wrong,
    input wire       restores,
    input wire       saves,
    input wire       fetch_started,
    input wire       fetched,
    input wire       state_over,
    input wire       given,
    input wire       feed_over,
    input wire       frame_out,
    input wire       written,
    input wire       job_ready
);
    wire [31:0] taken;
    wire        error;
    wire        reading, collecting, checking, reading_state, restoring, feeding, announcing, is_state, saving;

    ese_queue_control #(
        .BUS_W (512)
    ) dut (
        .clk           (clk),
        .reset         (reset),
        .tail          (taken + {31'd0, more}),
        .taken         (taken),
        .error         (error),
        .wrong         (wrong),
        .restores      (restores),
        .saves         (saves),
        .fetch_started (fetch_started),
        .fetched       (fetched),
        .state_over    (state_over),
        .given         (given),
        .feed_over     (feed_over),
        .frame_out     (frame_out),
        .written       (written),
        .job_ready     (job_ready),
        .reading       (reading),
        .collecting    (collecting),
        .checking      (checking),
        .reading_state (reading_state),
        .restoring     (restoring),
        .feeding       (feeding),
        .announcing    (announcing),
        .is_state      (is_state),
        .saving        (saving)
    );

    wire [7:0] steps = {saving, announcing, feeding, restoring, reading_state, checking, collecting, reading};

    reg        started = 1'b0;
    reg        was_reset, was_more, was_fetched, was_started, was_state_over, was_feed_over, was_job_ready,
               was_saves, was_restores, was_is_state;
    reg [7:0]  was;        // steps of the clock before
    reg        was_wrong;
    reg [1:0]  under_way;  // frames
    reg [1:0]  words;      // of the descriptor, that have come
    reg [7:0]  wrote;      // `written` of the clocks before
    reg        pending;    // something that was asked for
    reg        ended;      // one was wrong
    reg        restored;   // the state that this one asks for
    reg        fed;        // ... its frames
    reg [31:0] was_taken;

    always @(*) begin
        if (!started) assume (reset);
        if (given) assume (feeding && under_way != 2'd3);
        if (feed_over) assume (given);
        if (frame_out) assume (under_way != 2'd0);
        if (state_over) assume (restoring || saving);
        if (fetch_started) assume (reading || reading_state || feeding);
        // what a descriptor asks for stands still until the next one comes
        if (started && was_reset == 1'b0 && !was[1])
            assume (saves == was_saves && restores == was_restores);
    end

    always @(posedge clk) begin
        started        <= 1'b1;
        was_reset      <= reset;
        was            <= steps;
        was_more       <= more;
        was_fetched    <= fetched;
        was_started    <= fetch_started;
        was_state_over <= state_over;
        was_feed_over  <= feed_over;
        was_job_ready  <= job_ready;
        was_saves      <= saves;
        was_restores   <= restores;
        was_is_state   <= is_state;
        was_wrong      <= wrong;
        was_taken      <= taken;
        wrote          <= {wrote[6:0], written};
        pending        <= !reset && (checking || (pending && !(saves ? saving && state_over : feed_over)));
        under_way      <= reset ? 2'd0 : under_way + {1'b0, given} - {1'b0, frame_out};
        words          <= !collecting ? 2'd0 : words + {1'b0, fetched};
        ended          <= !reset && (ended || (checking && wrong));
        restored       <= !reset && !checking && (restored || (restoring && state_over));
        fed            <= !reset && !checking && (fed || feed_over);
    end

    always @(*)
        if (started && !was_reset) begin
            assert ((steps & (steps - 8'd1)) == 8'd0);
            if (!is_state) assert (!(announcing && fed));
            if (ended) assert (steps == 8'd0);
            assert (error == (was[2] && was_wrong));
            assert (taken == was_taken + {31'd0, was[2]});

            if (reading && !was[0])    assert (was == 8'd0 && was_more && !pending);
            if (collecting && !was[1]) assert (was[0] && was_started);
            if (collecting)            assert (words < 2'd2);
            if (checking)              assert (was[1] && was_fetched && words == 2'd2);
            if (reading_state && !was[3]) assert (was_restores && under_way == 2'd0 && wrote[7:1] == 7'h7F);
            if (reading_state)         assert (under_way == 2'd0);
            if (restoring && !was[4])  assert (was[3] && was_started);
            if (announcing && !is_state && !was[6]) assert (was_restores ? restored : was[2]);
            if (feeding && !was[5])    assert (was[6] && !was_is_state && was_job_ready);
            if (announcing && is_state) assert (was_saves && fed && under_way == 2'd0);
            if (saving && !was[7])     assert (was[6] && was_is_state && was_job_ready);
            if (saving)                assert (under_way == 2'd0);

            // a step ends when it is over
            if (was[0]) assert (was_started ? collecting : reading);
            if (was[3]) assert (was_started ? restoring : reading_state);
            if (was[4]) assert (was_state_over ? announcing : restoring);
            if (was[5]) assert (feeding == !was_feed_over);
            if (was[6]) assert (was_job_ready ? (was_is_state ? saving : feeding) : announcing);
            if (was[7]) assert (was_state_over ? steps == 8'd0 : saving);
        end

    always @(posedge clk)
        if (started && !reset && !was_reset) begin
            cover (saving && state_over && !restores);
            cover (restoring && state_over);
            cover (error);
            cover (feed_over && under_way == 2'd2);
        end
endmodule

`default_nettype wire
