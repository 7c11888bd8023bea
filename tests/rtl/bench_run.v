// SPDX-License-Identifier: Apache-2.0
// bench_run - clock, reset and verdict of a bench: waits until all its cases have finished, adds up what
// they compared, and prints "N comparisons, M mismatches".  The first mismatch ends it all, and so does a case
// that compares nothing for 2000 clocks: one that does not finish is a mismatch.
`timescale 1ns / 1ps

module bench_run #(
    parameter CASES = 1
) (
    output reg                 clk,
    output reg                 reset,
    input  wire [32*CASES-1:0] compared,
    input  wire [32*CASES-1:0] wrong,
    input  wire [CASES-1:0]    finished
);
    integer n;
    integer c;
    integer quiet [0:CASES-1]; // clocks
    reg     ends;
    reg [32*CASES-1:0] earlier;
    integer all_compared;
    integer all_wrong;

    initial begin
        clk   = 1'b0;
        reset = 1'b1;
        repeat (8) @(negedge clk);
        reset = 1'b0;
        n = 0;
        ends    = 1'b0;
        earlier = compared;
        for (c = 0; c < CASES; c = c + 1) quiet[c] = 0;
        while (!(&finished) && n < 20000 && !ends) begin
            @(negedge clk);
            n = n + 1;
            for (c = 0; c < CASES; c = c + 1)
                if (!finished[c]) begin
                    quiet[c] = (compared[32*c +: 32] == earlier[32*c +: 32]) ? quiet[c] + 1 : 0;
                    ends = ends || wrong[32*c +: 32] != 32'd0 || quiet[c] > 2000;
                end
            earlier = compared;
        end
        all_compared = 0;
        all_wrong    = (&finished) ? 0 : 1;
        for (n = 0; n < CASES; n = n + 1) begin
            all_compared = all_compared + compared[32*n +: 32];
            all_wrong    = all_wrong + wrong[32*n +: 32];
        end
        $display("%0d comparisons, %0d mismatches", all_compared, all_wrong);
        $finish;
    end

    always #5 clk = !clk;
endmodule
