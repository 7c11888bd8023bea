// SPDX-License-Identifier: Apache-2.0
// fifo_formal - what ese_fifo promises, for every way of using it.
//
// Words with ascending numbers are pushed while there is room for them: in the RAM, and two more.
//   - they come out in their order, none is lost and none comes twice; a word waits until it is taken;
//   - one that was pushed three clocks ago is at the output as soon as those before it are gone: so a
//     word goes out every clock as long as there are some.
`default_nettype none

module fifo_formal #(
    parameter DEPTH_W = 1
) (
    input wire clk,
    input wire reset,
    input wire push,
    input wire ready
);
    localparam NUMBER_W = DEPTH_W + 2;
    localparam [NUMBER_W-1:0] DEPTH = (1 << DEPTH_W) + 2;

    reg  [NUMBER_W-1:0] pushed, popped; // modulo more than DEPTH
    wire [NUMBER_W-1:0] data;
    wire                valid;

    ese_fifo #(
        .WIDTH   (NUMBER_W),
        .DEPTH_W (DEPTH_W)
    ) dut (
        .clk       (clk),
        .reset     (reset),
        .push      (push),
        .push_data (pushed),
        .valid     (valid),
        .ready     (ready),
        .data      (data)
    );

    reg                started = 1'b0;
    reg [NUMBER_W-1:0] pushed_1, pushed_2; // one and two clocks before

    wire [NUMBER_W-1:0] held = pushed - popped;
    wire                pop  = valid && ready;

    always @(*) begin
        if (!started) assume (reset);
        if (push) assume (held < DEPTH);
    end

    always @(posedge clk) begin
        started <= 1'b1;
        if (reset) begin
            pushed   <= 0;
            popped   <= 0;
            pushed_1 <= 0;
            pushed_2 <= 0;
        end else begin
            pushed   <= pushed + push;
            popped   <= popped + pop;
            pushed_1 <= pushed;
            pushed_2 <= pushed_1;
        end
    end

    wire [NUMBER_W-1:0] old = pushed_2 - popped; // pushed three clocks ago, or longer; may be negative
    wire                any_old = old != 0 && old <= held;

    always @(*)
        if (started) begin
            if (valid) assert (held != 0 && data == popped);
            if (any_old) assert (valid);
        end

    always @(posedge clk)
        if (started) begin
            cover (held == DEPTH && pop && push == 1'b0);
            cover (pop && push && popped == DEPTH);
        end
endmodule

`default_nettype wire
