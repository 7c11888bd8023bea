// SPDX-License-Identifier: Apache-2.0
// ese_activation - Sigmoid and Tanh of one lane: the tables that the chip's passes need.
//
// Input    z, a pre-activation, and c, a cell state in its format; is_of_c: Tanh gets c
// Latency  CLOCKS clocks
// Rate     one row a clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_activation #(
    parameter ACT_W       = 16, // bits of a value, ACT_W-1 of them fraction
    parameter Z_W         = 18, // bits of a pre-activation
    parameter TABLE_W     = 9,  // address bits of the tables
    parameter SIGM_FRAC_W = 8,  // bits of z below the Sigmoid table's address
    parameter TANH_FRAC_W = 7,  // bits of z below the Tanh table's address
    parameter SLOPE_W     = 9,  // bits of a table's slope
    parameter INTERPOLATE = 1,  // 0: tables of points
    parameter SIGMOID     = 1,  // 0: there is no Sigmoid
    parameter TANH_OF_C   = 1,  // 0: there is no Tanh of c
    parameter TANH_OF_Z   = 1,  // 0: ... of z; without both there is no Tanh
    parameter CLOCKS      = 5,  // of ese_act_table
    parameter SIGM_FILE   = "", // the Sigmoid table
    parameter TANH_FILE   = ""  // the Tanh table
) (
    input  wire                    clk,
    input  wire                    is_of_c, // held for the pass
    input  wire signed [Z_W-1:0]   z,
    input  wire signed [Z_W-1:0]   c,
    output wire signed [ACT_W-1:0] sigm,
    output wire signed [ACT_W-1:0] tanh
);
    generate
        if (SIGMOID != 0) begin : g_sigmoid
            ese_act_table #(
                .ACT_W       (ACT_W),
                .Z_W         (Z_W),
                .TABLE_W     (TABLE_W),
                .FRAC_W      (SIGM_FRAC_W),
                .SLOPE_W     (SLOPE_W),
                .IS_TANH     (0),
                .INTERPOLATE (INTERPOLATE),
                .CLOCKS      (CLOCKS),
                .FILE        (SIGM_FILE)
            ) u_sigmoid (
                .clk   (clk),
                .z     (z),
                .value (sigm)
            );
        end else begin : g_no_sigmoid
            assign sigm = {ACT_W{1'b0}};
        end
    endgenerate

    generate
        if (TANH_OF_C != 0 || TANH_OF_Z != 0) begin : g_tanh
            wire signed [Z_W-1:0] tanh_of;

            if (TANH_OF_C != 0 && TANH_OF_Z != 0) begin : g_of_both
                assign tanh_of = is_of_c ? c : z;
            end else if (TANH_OF_C != 0) begin : g_of_c
                assign tanh_of = c;
            end else begin : g_of_z
                assign tanh_of = z;
            end

            ese_act_table #(
                .ACT_W       (ACT_W),
                .Z_W         (Z_W),
                .TABLE_W     (TABLE_W),
                .FRAC_W      (TANH_FRAC_W),
                .SLOPE_W     (SLOPE_W),
                .IS_TANH     (1),
                .INTERPOLATE (INTERPOLATE),
                .CLOCKS      (CLOCKS),
                .FILE        (TANH_FILE)
            ) u_tanh (
                .clk   (clk),
                .z     (tanh_of),
                .value (tanh)
            );
        end else begin : g_no_tanh
            assign tanh = {ACT_W{1'b0}};
        end
    endgenerate

    wire unused_inputs = &{1'b0, clk, is_of_c, z, c}; // not every chip needs all
endmodule

`resetall
