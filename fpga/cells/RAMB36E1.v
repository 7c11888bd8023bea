// SPDX-License-Identifier: Apache-2.0
// RAMB36E1 - block RAM of 36 Kbit of Xilinx 7-series (UG473), for simulating netlists.
//
// What it does is in ese_cell_ram.v.  A word of 72 bits takes the pins of both ports, A the
// lower half: with RAM_MODE "SDP".
// Not here: ECC, cascades; a netlist that wants them is stopped.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module RAMB36E1 #(
    parameter RAM_MODE = "TDP",
    parameter READ_WIDTH_A = 0,
    parameter READ_WIDTH_B = 0,
    parameter WRITE_WIDTH_A = 0,
    parameter WRITE_WIDTH_B = 0,
    parameter WRITE_MODE_A = "WRITE_FIRST",
    parameter WRITE_MODE_B = "WRITE_FIRST",
    parameter DOA_REG = 0,
    parameter DOB_REG = 0,
    parameter [71:0] INIT_A = 0, INIT_B = 0, SRVAL_A = 0, SRVAL_B = 0,
    parameter RAM_EXTENSION_A = "NONE",
    parameter RAM_EXTENSION_B = "NONE",
    parameter EN_ECC_READ = "FALSE",
    parameter EN_ECC_WRITE = "FALSE",
    parameter [255:0] INITP_00 = 256'h0, INITP_01 = 256'h0, INITP_02 = 256'h0, INITP_03 = 256'h0,
    parameter [255:0] INITP_04 = 256'h0, INITP_05 = 256'h0, INITP_06 = 256'h0, INITP_07 = 256'h0,
    parameter [255:0] INITP_08 = 256'h0, INITP_09 = 256'h0, INITP_0A = 256'h0, INITP_0B = 256'h0,
    parameter [255:0] INITP_0C = 256'h0, INITP_0D = 256'h0, INITP_0E = 256'h0, INITP_0F = 256'h0,
    parameter [255:0] INIT_00 = 256'h0, INIT_01 = 256'h0, INIT_02 = 256'h0, INIT_03 = 256'h0,
    parameter [255:0] INIT_04 = 256'h0, INIT_05 = 256'h0, INIT_06 = 256'h0, INIT_07 = 256'h0,
    parameter [255:0] INIT_08 = 256'h0, INIT_09 = 256'h0, INIT_0A = 256'h0, INIT_0B = 256'h0,
    parameter [255:0] INIT_0C = 256'h0, INIT_0D = 256'h0, INIT_0E = 256'h0, INIT_0F = 256'h0,
    parameter [255:0] INIT_10 = 256'h0, INIT_11 = 256'h0, INIT_12 = 256'h0, INIT_13 = 256'h0,
    parameter [255:0] INIT_14 = 256'h0, INIT_15 = 256'h0, INIT_16 = 256'h0, INIT_17 = 256'h0,
    parameter [255:0] INIT_18 = 256'h0, INIT_19 = 256'h0, INIT_1A = 256'h0, INIT_1B = 256'h0,
    parameter [255:0] INIT_1C = 256'h0, INIT_1D = 256'h0, INIT_1E = 256'h0, INIT_1F = 256'h0,
    parameter [255:0] INIT_20 = 256'h0, INIT_21 = 256'h0, INIT_22 = 256'h0, INIT_23 = 256'h0,
    parameter [255:0] INIT_24 = 256'h0, INIT_25 = 256'h0, INIT_26 = 256'h0, INIT_27 = 256'h0,
    parameter [255:0] INIT_28 = 256'h0, INIT_29 = 256'h0, INIT_2A = 256'h0, INIT_2B = 256'h0,
    parameter [255:0] INIT_2C = 256'h0, INIT_2D = 256'h0, INIT_2E = 256'h0, INIT_2F = 256'h0,
    parameter [255:0] INIT_30 = 256'h0, INIT_31 = 256'h0, INIT_32 = 256'h0, INIT_33 = 256'h0,
    parameter [255:0] INIT_34 = 256'h0, INIT_35 = 256'h0, INIT_36 = 256'h0, INIT_37 = 256'h0,
    parameter [255:0] INIT_38 = 256'h0, INIT_39 = 256'h0, INIT_3A = 256'h0, INIT_3B = 256'h0,
    parameter [255:0] INIT_3C = 256'h0, INIT_3D = 256'h0, INIT_3E = 256'h0, INIT_3F = 256'h0,
    parameter [255:0] INIT_40 = 256'h0, INIT_41 = 256'h0, INIT_42 = 256'h0, INIT_43 = 256'h0,
    parameter [255:0] INIT_44 = 256'h0, INIT_45 = 256'h0, INIT_46 = 256'h0, INIT_47 = 256'h0,
    parameter [255:0] INIT_48 = 256'h0, INIT_49 = 256'h0, INIT_4A = 256'h0, INIT_4B = 256'h0,
    parameter [255:0] INIT_4C = 256'h0, INIT_4D = 256'h0, INIT_4E = 256'h0, INIT_4F = 256'h0,
    parameter [255:0] INIT_50 = 256'h0, INIT_51 = 256'h0, INIT_52 = 256'h0, INIT_53 = 256'h0,
    parameter [255:0] INIT_54 = 256'h0, INIT_55 = 256'h0, INIT_56 = 256'h0, INIT_57 = 256'h0,
    parameter [255:0] INIT_58 = 256'h0, INIT_59 = 256'h0, INIT_5A = 256'h0, INIT_5B = 256'h0,
    parameter [255:0] INIT_5C = 256'h0, INIT_5D = 256'h0, INIT_5E = 256'h0, INIT_5F = 256'h0,
    parameter [255:0] INIT_60 = 256'h0, INIT_61 = 256'h0, INIT_62 = 256'h0, INIT_63 = 256'h0,
    parameter [255:0] INIT_64 = 256'h0, INIT_65 = 256'h0, INIT_66 = 256'h0, INIT_67 = 256'h0,
    parameter [255:0] INIT_68 = 256'h0, INIT_69 = 256'h0, INIT_6A = 256'h0, INIT_6B = 256'h0,
    parameter [255:0] INIT_6C = 256'h0, INIT_6D = 256'h0, INIT_6E = 256'h0, INIT_6F = 256'h0,
    parameter [255:0] INIT_70 = 256'h0, INIT_71 = 256'h0, INIT_72 = 256'h0, INIT_73 = 256'h0,
    parameter [255:0] INIT_74 = 256'h0, INIT_75 = 256'h0, INIT_76 = 256'h0, INIT_77 = 256'h0,
    parameter [255:0] INIT_78 = 256'h0, INIT_79 = 256'h0, INIT_7A = 256'h0, INIT_7B = 256'h0,
    parameter [255:0] INIT_7C = 256'h0, INIT_7D = 256'h0, INIT_7E = 256'h0, INIT_7F = 256'h0
) (
    input  wire CLKARDCLK,
    input  wire CLKBWRCLK,
    input  wire ENARDEN,
    input  wire ENBWREN,
    input  wire REGCEAREGCE,
    input  wire REGCEB,
    input  wire RSTRAMARSTRAM,
    input  wire RSTRAMB,
    input  wire RSTREGARSTREG,
    input  wire RSTREGB,
    input  wire [15:0] ADDRARDADDR,
    input  wire [15:0] ADDRBWRADDR,
    input  wire [31:0] DIADI,
    input  wire [31:0] DIBDI,
    input  wire [3:0] DIPADIP,
    input  wire [3:0] DIPBDIP,
    input  wire [3:0] WEA,
    input  wire [7:0] WEBWE,
    output wire [31:0] DOADO,
    output wire [31:0] DOBDO,
    output wire [3:0] DOPADOP,
    output wire [3:0] DOPBDOP
);
    localparam WIDE_READ  = RAM_MODE == "SDP" && READ_WIDTH_A == 72;
    localparam WIDE_WRITE = RAM_MODE == "SDP" && WRITE_WIDTH_B == 72;

    // Bytes with their parity bits, side by side.
    function [71:0] join_bits(input [63:0] data, input [7:0] parity);
        integer n;
        for (n = 0; n < 8; n = n + 1) join_bits[9 * n +: 9] = {parity[n], data[8 * n +: 8]};
    endfunction

    // A word that a parameter holds with its parity bits above the others.
    function [71:0] value(input [71:0] word, input integer width);
        if (width < 9) value = word;
        else value = join_bits(word & ~({72{1'b1}} << width / 9 * 8), word >> width / 9 * 8);
    endfunction

    function [71:0] wide_value(input [71:0] low, input [71:0] high);
        reg [71:0] above, below;
        begin
            above = value(high, 36);
            below = value(low, 36);
            wide_value = {above[35:0], below[35:0]};
        end
    endfunction

    wire [71:0] q_a;
    wire [71:0] q_b;
    wire [71:0] out = WIDE_READ ? q_a : {q_b[35:0], q_a[35:0]};

    genvar n;
    generate
        for (n = 0; n < 4; n = n + 1) begin : g_byte
            assign DOADO[8*n +: 8] = out[9*n +: 8];
            assign DOPADOP[n] = out[9*n+8];
            assign DOBDO[8*n +: 8] = out[9*(n+4) +: 8];
            assign DOPBDOP[n] = out[9*(n+4)+8];
        end
    endgenerate

    ese_cell_ram #(
        .LANE_W  (3),
        .READ_A  (READ_WIDTH_A),
        .READ_B  (READ_WIDTH_B),
        .WRITE_A (WRITE_WIDTH_A),
        .WRITE_B (WRITE_WIDTH_B),
        .MODE_A  (WRITE_MODE_A),
        .MODE_B  (WRITE_MODE_B),
        .KIND_A  (WRITE_MODE_A == "READ_FIRST"),
        .KIND_B  (WRITE_MODE_B == "READ_FIRST"),
        .REG_A   (DOA_REG),
        .REG_B   (DOB_REG),
        .FIRST_A (WIDE_READ ? wide_value(INIT_A, INIT_B) : value(INIT_A, READ_WIDTH_A)),
        .FIRST_B (value(INIT_B, READ_WIDTH_B)),
        .RESET_A (WIDE_READ ? wide_value(SRVAL_A, SRVAL_B) : value(SRVAL_A, READ_WIDTH_A)),
        .RESET_B (value(SRVAL_B, READ_WIDTH_B))
    ) u_ram (
        .clk_a        (CLKARDCLK),
        .enable_a     (ENARDEN),
        .reset_a      (RSTRAMARSTRAM && ENARDEN),
        .reg_enable_a (REGCEAREGCE),
        .reg_reset_a  (RSTREGARSTREG),
        .address_a    (ADDRARDADDR[14:0]),
        .write_a      ({4'd0, WEA}),
        .data_a       (join_bits({32'd0, DIADI}, {4'd0, DIPADIP})),
        .q_a          (q_a),
        .clk_b        (CLKBWRCLK),
        .enable_b     (ENBWREN),
        .reset_b      (RSTRAMB && ENBWREN),
        .reg_enable_b (REGCEB),
        .reg_reset_b  (RSTREGB),
        .address_b    (ADDRBWRADDR[14:0]),
        .write_b      (WEBWE),
        .data_b       (WIDE_WRITE ? join_bits({DIBDI, DIADI}, {DIPBDIP, DIPADIP})
                                  : join_bits({32'd0, DIBDI}, {4'd0, DIPBDIP})),
        .q_b          (q_b)
    );

    // Vectors first: a part of a long parameter is slow to take.
    reg [32767:0] data;
    reg [4095:0] parity;
    integer row;
    initial begin
        data = {INIT_7F, INIT_7E, INIT_7D, INIT_7C, INIT_7B, INIT_7A, INIT_79, INIT_78,
                INIT_77, INIT_76, INIT_75, INIT_74, INIT_73, INIT_72, INIT_71, INIT_70,
                INIT_6F, INIT_6E, INIT_6D, INIT_6C, INIT_6B, INIT_6A, INIT_69, INIT_68,
                INIT_67, INIT_66, INIT_65, INIT_64, INIT_63, INIT_62, INIT_61, INIT_60,
                INIT_5F, INIT_5E, INIT_5D, INIT_5C, INIT_5B, INIT_5A, INIT_59, INIT_58,
                INIT_57, INIT_56, INIT_55, INIT_54, INIT_53, INIT_52, INIT_51, INIT_50,
                INIT_4F, INIT_4E, INIT_4D, INIT_4C, INIT_4B, INIT_4A, INIT_49, INIT_48,
                INIT_47, INIT_46, INIT_45, INIT_44, INIT_43, INIT_42, INIT_41, INIT_40,
                INIT_3F, INIT_3E, INIT_3D, INIT_3C, INIT_3B, INIT_3A, INIT_39, INIT_38,
                INIT_37, INIT_36, INIT_35, INIT_34, INIT_33, INIT_32, INIT_31, INIT_30,
                INIT_2F, INIT_2E, INIT_2D, INIT_2C, INIT_2B, INIT_2A, INIT_29, INIT_28,
                INIT_27, INIT_26, INIT_25, INIT_24, INIT_23, INIT_22, INIT_21, INIT_20,
                INIT_1F, INIT_1E, INIT_1D, INIT_1C, INIT_1B, INIT_1A, INIT_19, INIT_18,
                INIT_17, INIT_16, INIT_15, INIT_14, INIT_13, INIT_12, INIT_11, INIT_10,
                INIT_0F, INIT_0E, INIT_0D, INIT_0C, INIT_0B, INIT_0A, INIT_09, INIT_08,
                INIT_07, INIT_06, INIT_05, INIT_04, INIT_03, INIT_02, INIT_01, INIT_00};
        parity = {INITP_0F, INITP_0E, INITP_0D, INITP_0C, INITP_0B, INITP_0A, INITP_09, INITP_08,
                  INITP_07, INITP_06, INITP_05, INITP_04, INITP_03, INITP_02, INITP_01, INITP_00};
        for (row = 0; row < 512; row = row + 1)
            u_ram.memory[row] = join_bits(data[64 * row +: 64], parity[8 * row +: 8]);
    end

    initial
        if (RAM_EXTENSION_A != "NONE" || RAM_EXTENSION_B != "NONE" ||
            EN_ECC_READ != "FALSE" || EN_ECC_WRITE != "FALSE") begin
            $display("RAMB36E1: cascades and ECC are not modelled");
            $fatal;
        end
endmodule

`resetall
