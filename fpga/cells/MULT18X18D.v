// SPDX-License-Identifier: Apache-2.0
// MULT18X18D - multiplier of Lattice ECP5 (TN-02205), for simulating netlists.
//
// P = A x B, each signed if its pin says so; registers at A, B, behind the multiplier and at P as
// the parameters say.  C is not multiplied: it only passes through the block.
// Latency   as many clocks as there are registers in a way
// Not here: inputs from a neighbour; a netlist that takes some is stopped.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module MULT18X18D #(
    parameter REG_INPUTA_CLK = "NONE",
    parameter REG_INPUTA_CE  = "CE0",
    parameter REG_INPUTA_RST = "RST0",
    parameter REG_INPUTB_CLK = "NONE",
    parameter REG_INPUTB_CE  = "CE0",
    parameter REG_INPUTB_RST = "RST0",
    parameter REG_PIPELINE_CLK = "NONE",
    parameter REG_PIPELINE_CE  = "CE0",
    parameter REG_PIPELINE_RST = "RST0",
    parameter REG_OUTPUT_CLK = "NONE",
    parameter REG_OUTPUT_CE  = "CE0",
    parameter REG_OUTPUT_RST = "RST0",
    parameter RESETMODE = "SYNC"
) (
    input  wire A17, A16, A15, A14, A13, A12, A11, A10, A9,
    input  wire A8, A7, A6, A5, A4, A3, A2, A1, A0,
    input  wire B17, B16, B15, B14, B13, B12, B11, B10, B9,
    input  wire B8, B7, B6, B5, B4, B3, B2, B1, B0,
    input  wire C17, C16, C15, C14, C13, C12, C11, C10, C9,
    input  wire C8, C7, C6, C5, C4, C3, C2, C1, C0,
    input  wire SIGNEDA, SIGNEDB, SOURCEA, SOURCEB,
    input  wire CLK0, CLK1, CLK2, CLK3, CE0, CE1, CE2, CE3, RST0, RST1, RST2, RST3,
    output wire P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24,
    output wire P23, P22, P21, P20, P19, P18, P17, P16, P15, P14, P13, P12,
    output wire P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0
);
    wire [17:0] a = {A17, A16, A15, A14, A13, A12, A11, A10, A9,
                      A8, A7, A6, A5, A4, A3, A2, A1, A0};
    wire [17:0] b = {B17, B16, B15, B14, B13, B12, B11, B10, B9,
                      B8, B7, B6, B5, B4, B3, B2, B1, B0};
    wire [35:0] p;
    assign {P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24,
            P23, P22, P21, P20, P19, P18, P17, P16, P15, P14, P13, P12,
            P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0} = p;

    // Which of four the last letter of a parameter names, "CLK2".
    function one_of_four(input [7:0] letter, input [3:0] signals);
        one_of_four = signals[letter[1:0]];
    endfunction

    wire [3:0] clks = {CLK3, CLK2, CLK1, CLK0};
    wire [3:0] ces  = {CE3, CE2, CE1, CE0};
    wire [3:0] rsts = {RST3, RST2, RST1, RST0};

    // An input with its sign: 19 bits hold both kinds.
    wire signed [18:0] left;
    wire signed [18:0] right;
    wire signed [37:0] product = left * right;
    wire [35:0] piped;

    ese_cell_reg #(19, REG_INPUTA_CLK != "NONE") u_a (
        one_of_four(REG_INPUTA_CLK, clks), one_of_four(REG_INPUTA_CE, ces),
        one_of_four(REG_INPUTA_RST, rsts), {SIGNEDA && a[17], a}, left);
    ese_cell_reg #(19, REG_INPUTB_CLK != "NONE") u_b (
        one_of_four(REG_INPUTB_CLK, clks), one_of_four(REG_INPUTB_CE, ces),
        one_of_four(REG_INPUTB_RST, rsts), {SIGNEDB && b[17], b}, right);
    ese_cell_reg #(36, REG_PIPELINE_CLK != "NONE") u_pipe (
        one_of_four(REG_PIPELINE_CLK, clks), one_of_four(REG_PIPELINE_CE, ces),
        one_of_four(REG_PIPELINE_RST, rsts), product[35:0], piped);
    ese_cell_reg #(36, REG_OUTPUT_CLK != "NONE") u_p (
        one_of_four(REG_OUTPUT_CLK, clks), one_of_four(REG_OUTPUT_CE, ces),
        one_of_four(REG_OUTPUT_RST, rsts), piped, p);

    always @*
        if (SOURCEA === 1'b1 || SOURCEB === 1'b1 || RESETMODE != "SYNC") begin
            $display("MULT18X18D: neighbours and asynchronous resets are not modelled");
            $fatal;
        end
endmodule

`resetall
