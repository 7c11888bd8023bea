// SPDX-License-Identifier: Apache-2.0
// bench_run - clock, reset and verdict of a bench: waits until all its cases have finished, adds up what
// they compared, and prints "N comparisons, M mismatches".  A case that does not finish is a mismatch.
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
    integer all_compared;
    integer all_wrong;

    initial begin
        clk   = 1'b0;
        reset = 1'b1;
        repeat (8) @(negedge clk);
        reset = 1'b0;
        n = 0;
        while (!(&finished) && n < 20000) begin
            @(negedge clk);
            n = n + 1;
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
