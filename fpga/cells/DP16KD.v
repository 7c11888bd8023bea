// SPDX-License-Identifier: Apache-2.0
// DP16KD - block RAM of 18 Kbit of Lattice ECP5 (TN-02204), for simulating netlists.
//
// What it does is in ese_cell_ram.v.  A word of 36 bits takes the pins of both ports, A the
// lower half: written at A, read at B.  Of words of 18 and 36 bits the lowest address bits enable
// bytes.
// Not here: asynchronous resets; a netlist that uses one is stopped.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module DP16KD #(
    parameter DATA_WIDTH_A = 18,
    parameter DATA_WIDTH_B = 18,
    parameter REGMODE_A = "NOREG",
    parameter REGMODE_B = "NOREG",
    parameter RESETMODE = "SYNC",
    parameter ASYNC_RESET_RELEASE = "SYNC",
    parameter CSDECODE_A = "0b000",
    parameter CSDECODE_B = "0b000",
    parameter CLKAMUX = "CLKA",
    parameter CLKBMUX = "CLKB",
    parameter WRITEMODE_A = "NORMAL",
    parameter WRITEMODE_B = "NORMAL",
    parameter GSR = "ENABLED",
    parameter WID = 0,
    parameter [319:0] INITVAL_00 = 320'h0, INITVAL_01 = 320'h0, INITVAL_02 = 320'h0,
    parameter [319:0] INITVAL_03 = 320'h0, INITVAL_04 = 320'h0, INITVAL_05 = 320'h0,
    parameter [319:0] INITVAL_06 = 320'h0, INITVAL_07 = 320'h0, INITVAL_08 = 320'h0,
    parameter [319:0] INITVAL_09 = 320'h0, INITVAL_0A = 320'h0, INITVAL_0B = 320'h0,
    parameter [319:0] INITVAL_0C = 320'h0, INITVAL_0D = 320'h0, INITVAL_0E = 320'h0,
    parameter [319:0] INITVAL_0F = 320'h0, INITVAL_10 = 320'h0, INITVAL_11 = 320'h0,
    parameter [319:0] INITVAL_12 = 320'h0, INITVAL_13 = 320'h0, INITVAL_14 = 320'h0,
    parameter [319:0] INITVAL_15 = 320'h0, INITVAL_16 = 320'h0, INITVAL_17 = 320'h0,
    parameter [319:0] INITVAL_18 = 320'h0, INITVAL_19 = 320'h0, INITVAL_1A = 320'h0,
    parameter [319:0] INITVAL_1B = 320'h0, INITVAL_1C = 320'h0, INITVAL_1D = 320'h0,
    parameter [319:0] INITVAL_1E = 320'h0, INITVAL_1F = 320'h0, INITVAL_20 = 320'h0,
    parameter [319:0] INITVAL_21 = 320'h0, INITVAL_22 = 320'h0, INITVAL_23 = 320'h0,
    parameter [319:0] INITVAL_24 = 320'h0, INITVAL_25 = 320'h0, INITVAL_26 = 320'h0,
    parameter [319:0] INITVAL_27 = 320'h0, INITVAL_28 = 320'h0, INITVAL_29 = 320'h0,
    parameter [319:0] INITVAL_2A = 320'h0, INITVAL_2B = 320'h0, INITVAL_2C = 320'h0,
    parameter [319:0] INITVAL_2D = 320'h0, INITVAL_2E = 320'h0, INITVAL_2F = 320'h0,
    parameter [319:0] INITVAL_30 = 320'h0, INITVAL_31 = 320'h0, INITVAL_32 = 320'h0,
    parameter [319:0] INITVAL_33 = 320'h0, INITVAL_34 = 320'h0, INITVAL_35 = 320'h0,
    parameter [319:0] INITVAL_36 = 320'h0, INITVAL_37 = 320'h0, INITVAL_38 = 320'h0,
    parameter [319:0] INITVAL_39 = 320'h0, INITVAL_3A = 320'h0, INITVAL_3B = 320'h0,
    parameter [319:0] INITVAL_3C = 320'h0, INITVAL_3D = 320'h0, INITVAL_3E = 320'h0,
    parameter [319:0] INITVAL_3F = 320'h0
) (
    input  wire DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9,
    input  wire DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0,
    input  wire ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7,
    input  wire ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0,
    input  wire CEA, OCEA, CLKA, WEA, RSTA, CSA2, CSA1, CSA0,
    output wire DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9,
    output wire DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0,
    input  wire DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9,
    input  wire DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0,
    input  wire ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7,
    input  wire ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0,
    input  wire CEB, OCEB, CLKB, WEB, RSTB, CSB2, CSB1, CSB0,
    output wire DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9,
    output wire DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0
);
    localparam WIDE = DATA_WIDTH_A == 36 || DATA_WIDTH_B == 36;

    // What the parameter says as text, "0b010".
    function [2:0] decode(input [39:0] text);
        decode = {text[16], text[8], text[0]};
    endfunction

    // The name of how a port reads what it writes.
    localparam MODE_A = WRITEMODE_A == "WRITETHROUGH"    ? "WRITE_FIRST" :
                        WRITEMODE_A == "READBEFOREWRITE" ? "READ_FIRST" : "NO_CHANGE";
    localparam MODE_B = WRITEMODE_B == "WRITETHROUGH"    ? "WRITE_FIRST" :
                        WRITEMODE_B == "READBEFOREWRITE" ? "READ_FIRST" : "NO_CHANGE";

    wire [17:0] di_a = {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9,
                         DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0};
    wire [17:0] di_b = {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9,
                         DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0};
    wire [13:0] ad_a = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7,
                         ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
    wire [13:0] ad_b = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7,
                         ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
    wire [35:0] q_a;
    wire [35:0] q_b;

    assign {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9,
            DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0} = WIDE ? q_b[17:0] : q_a[17:0];
    assign {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9,
            DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0} =
        WIDE && DATA_WIDTH_B == 36 ? q_b[35:18] : q_b[17:0];

    wire here_a = {CSA2, CSA1, CSA0} == decode(CSDECODE_A);
    wire here_b = {CSB2, CSB1, CSB0} == decode(CSDECODE_B);
    wire [3:0] bytes_a = DATA_WIDTH_A == 36 ? ad_a[3:0] :
                         DATA_WIDTH_A == 18 ? {2'b00, ad_a[1:0]} : 4'b0001;
    wire [3:0] bytes_b = DATA_WIDTH_B == 18 ? {2'b00, ad_b[1:0]} : 4'b0001;

    // A word of 36 bits is only written at A and only read at B.
    ese_cell_ram #(
        .LANE_W  (2),
        .READ_A  (WIDE ? 0 : DATA_WIDTH_A),
        .READ_B  (DATA_WIDTH_B),
        .WRITE_A (DATA_WIDTH_A),
        .WRITE_B (WIDE ? 0 : DATA_WIDTH_B),
        .MODE_A  (MODE_A),
        .MODE_B  (MODE_B),
        .REG_A   (REGMODE_A == "OUTREG"),
        .REG_B   (REGMODE_B == "OUTREG")
    ) u_ram (
        .clk_a        (CLKAMUX == "INV" ? ~CLKA : CLKA),
        .enable_a     (CEA && here_a),
        .reset_a      (RSTA),
        .reg_enable_a (OCEA),
        .reg_reset_a  (RSTA),
        .address_a    (ad_a),
        .write_a      (WEA ? bytes_a : 4'b0000),
        .data_a       ({di_b, di_a}),
        .q_a          (q_a),
        .clk_b        (CLKBMUX == "INV" ? ~CLKB : CLKB),
        .enable_b     (CEB && here_b),
        .reset_b      (RSTB),
        .reg_enable_b (OCEB),
        .reg_reset_b  (RSTB),
        .address_b    (ad_b),
        .write_b      (WEB ? bytes_b : 4'b0000),
        .data_b       ({18'd0, di_b}),
        .q_b          (q_b)
    );

    // Twenty bits of a parameter hold two bytes of nine.
    reg [20479:0] data;
    integer row;
    initial begin
        data = {INITVAL_3F, INITVAL_3E, INITVAL_3D, INITVAL_3C, INITVAL_3B, INITVAL_3A,
                INITVAL_39, INITVAL_38, INITVAL_37, INITVAL_36, INITVAL_35, INITVAL_34,
                INITVAL_33, INITVAL_32, INITVAL_31, INITVAL_30, INITVAL_2F, INITVAL_2E,
                INITVAL_2D, INITVAL_2C, INITVAL_2B, INITVAL_2A, INITVAL_29, INITVAL_28,
                INITVAL_27, INITVAL_26, INITVAL_25, INITVAL_24, INITVAL_23, INITVAL_22,
                INITVAL_21, INITVAL_20, INITVAL_1F, INITVAL_1E, INITVAL_1D, INITVAL_1C,
                INITVAL_1B, INITVAL_1A, INITVAL_19, INITVAL_18, INITVAL_17, INITVAL_16,
                INITVAL_15, INITVAL_14, INITVAL_13, INITVAL_12, INITVAL_11, INITVAL_10,
                INITVAL_0F, INITVAL_0E, INITVAL_0D, INITVAL_0C, INITVAL_0B, INITVAL_0A,
                INITVAL_09, INITVAL_08, INITVAL_07, INITVAL_06, INITVAL_05, INITVAL_04,
                INITVAL_03, INITVAL_02, INITVAL_01, INITVAL_00};
        for (row = 0; row < 512; row = row + 1)
            u_ram.memory[row] = {data[40 * row + 20 +: 18], data[40 * row +: 18]};
    end

    always @(posedge RSTA, posedge RSTB)
        if (RESETMODE != "SYNC") begin
            $display("DP16KD: an asynchronous reset is not modelled");
            $fatal;
        end
endmodule

`resetall
