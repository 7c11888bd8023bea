// SPDX-License-Identifier: Apache-2.0
// arithmetic_bench - ese_round_shift_right and ese_saturate, every value of small widths, against
// what vectors.c wrote.
`timescale 1ns / 1ps

module arithmetic_bench;
    localparam WIDTH_MAX = 9;
    localparam SLOTS     = 16;
    localparam PATTERNS  = 1 << WIDTH_MAX;
    localparam WORDS     = (WIDTH_MAX + 1) * SLOTS * PATTERNS;

    reg [15:0] round_words    [0:WORDS-1];
    reg [15:0] saturate_words [0:WORDS-1];
    initial begin
        $readmemh("round.mem", round_words);
        $readmemh("saturate.mem", saturate_words);
    end

    reg clk = 1'b0;
    always #5 clk = !clk;

    reg [WIDTH_MAX:0] pattern = 0;
    wire [WORDS/PATTERNS-1:0] round_used, round_bad, saturate_used, saturate_bad;

    genvar w, s;
    generate
        for (w = 0; w <= WIDTH_MAX; w = w + 1) begin : g_width
            for (s = 0; s < SLOTS; s = s + 1) begin : g_slot
                if (w >= 2 && s >= 1 && s < w) begin : g_round
                    wire signed [w-1:0]   value = pattern[w-1:0];
                    wire signed [w-s-1:0] result;
                    wire [15:0] word =
                        round_words[(w * SLOTS + s) * PATTERNS + pattern[WIDTH_MAX-1:0]];

                    ese_round_shift_right #(.IN_W(w), .SHIFT(s)) dut (
                        .value(value), .rounded(result));

                    // value + half stays within w bits
                    assign round_used[w*SLOTS+s] = pattern < (1 << w)
                        && (pattern[w-1] || pattern[w-1:0] < (1 << (w - 1)) - (1 << (s - 1)));
                    assign round_bad[w*SLOTS+s] =
                        {{(16-w+s){result[w-s-1]}}, result} !== word;
                end else begin : g_no_round
                    assign round_used[w*SLOTS+s] = 1'b0;
                    assign round_bad[w*SLOTS+s]  = 1'b0;
                end
                if (w >= 2 && s >= 2 && s <= WIDTH_MAX + 2) begin : g_saturate
                    wire signed [w-1:0] value = pattern[w-1:0];
                    wire signed [s-1:0] result;
                    wire [15:0] word =
                        saturate_words[(w * SLOTS + s) * PATTERNS + pattern[WIDTH_MAX-1:0]];

                    ese_saturate #(.IN_W(w), .OUT_W(s)) dut (.value(value), .saturated(result));

                    assign saturate_used[w*SLOTS+s] = pattern < (1 << w);
                    assign saturate_bad[w*SLOTS+s]  = {{(16-s){result[s-1]}}, result} !== word;
                end else begin : g_no_saturate
                    assign saturate_used[w*SLOTS+s] = 1'b0;
                    assign saturate_bad[w*SLOTS+s]  = 1'b0;
                end
            end
        end
    endgenerate

    integer i, comparisons = 0, mismatches = 0;
    always @(posedge clk)
        if (pattern == PATTERNS) begin
            $display("%0d comparisons, %0d mismatches", comparisons, mismatches);
            $finish;
        end else begin
            for (i = 0; i < WORDS / PATTERNS; i = i + 1) begin
                comparisons = comparisons + round_used[i] + saturate_used[i];
                mismatches  = mismatches + (round_used[i] && round_bad[i])
                            + (saturate_used[i] && saturate_bad[i]);
            end
            pattern <= pattern + 1;
        end
endmodule
