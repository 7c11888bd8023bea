// SPDX-License-Identifier: Apache-2.0
// ese_function_result - what passes give whose result is a function of the sum, or the sum.
//
// Input    y_sum of stage Z: the rounded sum, which relu may have made 0; sigm and tanh of stage GATE
// hidden   y_sum at stage GATE
// result   at stage PRODUCT: y_sum, or where is_table sigm, or where is_tanh, too, tanh
// Latency  TABLE_CLOCKS to hidden, PRODUCT_CLOCKS more to result
// Rate     one row a clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_function_result #(
    parameter ACT_W           = 16, // bits of a value
    parameter SUM_RESULTS     = 1,  // 0: no results are sums
    parameter HIDDEN          = 0,  // 0: no sums are hidden
    parameter SIGMOID_RESULTS = 0,  // 0: no results are sigmoids
    parameter TANH_RESULTS    = 0,  // 0: ... tanhs
    parameter TABLE_CLOCKS    = 5,  // from stage Z to GATE
    parameter PRODUCT_CLOCKS  = 3   // from stage GATE to PRODUCT
) (
    input  wire             clk,

    // Held for the pass
    input  wire             is_tanh,
    input  wire             is_table,

    input  wire [ACT_W-1:0] y_sum,
    input  wire [ACT_W-1:0] sigm,
    input  wire [ACT_W-1:0] tanh,
    output wire [ACT_W-1:0] hidden,
    output wire [ACT_W-1:0] result
);
    localparam TABLE_RESULTS = SIGMOID_RESULTS != 0 || TANH_RESULTS != 0;

    wire [ACT_W-1:0] sum_gate;  // GATE, like what follows
    wire [ACT_W-1:0] of_table = (SIGMOID_RESULTS == 0) ? tanh
                              : (TANH_RESULTS == 0)    ? sigm
                              : is_tanh                ? tanh : sigm;
    generate
        if (SUM_RESULTS != 0 || HIDDEN != 0) begin : g_sum
            ese_delay #(
                .WIDTH  (ACT_W),
                .CLOCKS (TABLE_CLOCKS)
            ) u_sum (
                .clk     (clk),
                .value   (y_sum),
                .delayed (sum_gate)
            );
        end else begin : g_no_sum
            assign sum_gate = {ACT_W{1'b0}};
        end

        if (SUM_RESULTS != 0 || TABLE_RESULTS) begin : g_result
            wire [ACT_W-1:0] of_gate =
                (TABLE_RESULTS && (SUM_RESULTS == 0 || is_table)) ? of_table : sum_gate;

            ese_delay #(
                .WIDTH  (ACT_W),
                .CLOCKS (PRODUCT_CLOCKS)
            ) u_gate (
                .clk     (clk),
                .value   (of_gate),
                .delayed (result)
            );
        end else begin : g_no_result
            assign result = {ACT_W{1'b0}};
        end
    endgenerate

    // Where nobody reads it, both ways are one shift register.
    assign hidden = (HIDDEN != 0) ? sum_gate : {ACT_W{1'b0}};

    // Not every chip needs all.
    wire unused_inputs = &{1'b0, clk, is_tanh, is_table, y_sum, of_table};
endmodule

`resetall
