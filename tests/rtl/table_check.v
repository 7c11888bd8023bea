// SPDX-License-Identifier: Apache-2.0
// table_check - one ese_act_table, every z once, against what vectors.c wrote.
// The z come one a clock and jump about, so that a wrong latency is a wrong value.
`timescale 1ns / 1ps

module table_check #(
    parameter ACT_W   = 16,
    parameter Z_W     = 18,
    parameter TABLE_W = 9,
    parameter FRAC_W  = 8,
    parameter SLOPE_W = 9,
    parameter IS_TANH = 0,
    parameter DIRECT  = 0,
    parameter CLOCKS  = 5,
    parameter TABLE   = "table.mem",
    parameter VALUES  = "values.mem"
) (
    input  wire        clk,
    output reg         done,
    output reg  [31:0] comparisons,
    output reg  [31:0] mismatches
);
    reg [ACT_W-1:0] values [0:(1<<Z_W)-1];
    initial begin
        $readmemh(VALUES, values);
        done        = 1'b0;
        comparisons = 0;
        mismatches  = 0;
        step        = 0;
    end

    integer step;
    wire [31:0]    jump = step * 32'd40503; // odd: every z comes once
    wire [Z_W-1:0] z    = jump[Z_W-1:0];
    wire [31:0]    jump_back = (step - CLOCKS) * 32'd40503;
    wire [Z_W-1:0] z_back    = jump_back[Z_W-1:0];
    wire [ACT_W-1:0] value;

    ese_act_table #(
        .ACT_W(ACT_W), .Z_W(Z_W), .TABLE_W(TABLE_W), .FRAC_W(FRAC_W), .SLOPE_W(SLOPE_W),
        .IS_TANH(IS_TANH), .INTERPOLATE(DIRECT == 0), .CLOCKS(CLOCKS), .FILE(TABLE)
    ) dut (.clk(clk), .z(z), .value(value));

    always @(posedge clk) begin
        step <= step + 1;
        if (step >= CLOCKS && step < CLOCKS + (1 << Z_W)) begin
            comparisons <= comparisons + 1;
            if (value !== values[z_back]) mismatches <= mismatches + 1;
        end
        if (step == CLOCKS + (1 << Z_W)) done <= 1'b1;
    end
endmodule
