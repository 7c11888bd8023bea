// SPDX-License-Identifier: Apache-2.0
// DSP48E2 - multiplier and adder of Xilinx UltraScale and UltraScale+ (UG579), for simulating
// netlists.
//
// P = Z + (W + X + Y + carry), or Z - (...); registers at A, B, C, D, M and P as the parameters
// say, the pre-adder at A.
// Latency   as many clocks as there are registers in a way
// Not here: cascades from another DSP, logic functions, SIMD, patterns, the pre-adder at B; a
//           netlist that wants them is stopped.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module DSP48E2 #(
    parameter AREG = 1,
    parameter BREG = 1,
    parameter CREG = 1,
    parameter DREG = 1,
    parameter ADREG = 1,
    parameter MREG = 1,
    parameter PREG = 1,
    parameter ACASCREG = 1,
    parameter BCASCREG = 1,
    parameter ALUMODEREG = 1,
    parameter CARRYINREG = 1,
    parameter CARRYINSELREG = 1,
    parameter INMODEREG = 1,
    parameter OPMODEREG = 1,
    parameter A_INPUT = "DIRECT",
    parameter B_INPUT = "DIRECT",
    parameter AMULTSEL = "A",
    parameter BMULTSEL = "B",
    parameter PREADDINSEL = "A",
    parameter USE_MULT = "MULTIPLY",
    parameter USE_SIMD = "ONE48",
    parameter USE_PATTERN_DETECT = "NO_PATDET",
    parameter [47:0] RND = 0
) (
    input  wire        CLK,
    input  wire [29:0] A,
    input  wire [17:0] B,
    input  wire [47:0] C,
    input  wire [26:0] D,
    input  wire [29:0] ACIN,
    input  wire [17:0] BCIN,
    input  wire [47:0] PCIN,
    input  wire        CARRYIN,
    input  wire [3:0]  ALUMODE,
    input  wire [2:0]  CARRYINSEL,
    input  wire [4:0]  INMODE,
    input  wire [8:0]  OPMODE,
    input  wire        CEA1,
    input  wire        CEA2,
    input  wire        CEB1,
    input  wire        CEB2,
    input  wire        CEC,
    input  wire        CED,
    input  wire        CEAD,
    input  wire        CEM,
    input  wire        CEP,
    input  wire        CEALUMODE,
    input  wire        CECARRYIN,
    input  wire        CECTRL,
    input  wire        CEINMODE,
    input  wire        RSTA,
    input  wire        RSTB,
    input  wire        RSTC,
    input  wire        RSTD,
    input  wire        RSTM,
    input  wire        RSTP,
    input  wire        RSTALLCARRYIN,
    input  wire        RSTALUMODE,
    input  wire        RSTCTRL,
    input  wire        RSTINMODE,
    output wire [47:0] P
);
    wire [29:0] a1;
    wire [29:0] a2;
    wire [17:0] b1;
    wire [17:0] b2;
    wire [47:0] c;
    wire [26:0] d;
    wire [26:0] ad;
    wire [44:0] m;
    wire [4:0]  inmode;
    wire [8:0]  opmode;
    wire [3:0]  alumode;
    wire        carry;

    // The first of two registers of A and B; with one the second is it.
    ese_cell_reg #(30, AREG > 1) u_a1 (CLK, CEA1, RSTA, A, a1);
    ese_cell_reg #(30, AREG > 0) u_a2 (CLK, CEA2, RSTA, a1, a2);
    ese_cell_reg #(18, BREG > 1) u_b1 (CLK, CEB1, RSTB, B, b1);
    ese_cell_reg #(18, BREG > 0) u_b2 (CLK, CEB2, RSTB, b1, b2);
    ese_cell_reg #(48, CREG) u_c (CLK, CEC, RSTC, C, c);
    ese_cell_reg #(27, DREG) u_d (CLK, CED, RSTD, D, d);
    ese_cell_reg #(5, INMODEREG) u_inmode (CLK, CEINMODE, RSTINMODE, INMODE, inmode);
    ese_cell_reg #(9, OPMODEREG) u_opmode (CLK, CECTRL, RSTCTRL, OPMODE, opmode);
    ese_cell_reg #(4, ALUMODEREG) u_alumode (CLK, CEALUMODE, RSTALUMODE, ALUMODE, alumode);
    ese_cell_reg #(1, CARRYINREG) u_carry (CLK, CECARRYIN, RSTALLCARRYIN, CARRYIN, carry);

    // ---- multiplier, behind the pre-adder --------------------------------------------------
    wire signed [26:0] a_in = inmode[1] ? 27'd0 : inmode[0] ? a1[26:0] : a2[26:0];
    wire signed [26:0] d_in = inmode[2] ? d : 27'd0;
    wire signed [26:0] sum  = inmode[3] ? d_in - a_in : d_in + a_in;
    wire signed [26:0] left = AMULTSEL == "AD" ? ad : a_in;
    wire signed [17:0] right = inmode[4] ? b1 : b2;
    wire signed [44:0] product = left * right;

    ese_cell_reg #(27, ADREG) u_ad (CLK, CEAD, RSTD, sum, ad);
    ese_cell_reg #(45, MREG) u_m (CLK, CEM, RSTM, product, m);

    // ---- adder -----------------------------------------------------------------------------
    reg [47:0] w, x, y, z;
    wire [47:0] rest   = w + x + y + {47'd0, carry};
    wire [47:0] result = alumode == 4'b0011 ? z - rest : z + rest;

    always @* begin
        // X and Y share the multiplier: together they are M.
        case (opmode[1:0])
            2'b00: x = 48'd0;
            2'b01: x = {{3{m[44]}}, m};
            2'b10: x = P;
            2'b11: x = {a2, b2};
        endcase
        case (opmode[3:2])
            2'b00: y = 48'd0;
            2'b01: y = 48'd0;
            2'b10: y = {48{1'b1}};
            2'b11: y = c;
        endcase
        case (opmode[6:4])
            3'b000: z = 48'd0;
            3'b010: z = P;
            3'b011: z = c;
            default: z = {48{1'bx}};
        endcase
        case (opmode[8:7])
            2'b00: w = 48'd0;
            2'b01: w = P;
            2'b10: w = RND;
            2'b11: w = c;
        endcase
    end

    ese_cell_reg #(48, PREG) u_p (CLK, CEP, RSTP, result, P);

    initial
        if (A_INPUT != "DIRECT" || B_INPUT != "DIRECT" || BMULTSEL != "B" || PREADDINSEL != "A" ||
            USE_SIMD != "ONE48" || USE_PATTERN_DETECT != "NO_PATDET") begin
            $display("DSP48E2: cascades, SIMD, patterns and a pre-adder at B are not modelled");
            $fatal;
        end

    always @(alumode)
        if (alumode !== 4'b0000 && alumode !== 4'b0011 && ^alumode !== 1'bx) begin
            $display("DSP48E2: ALUMODE %b is not modelled", alumode);
            $fatal;
        end
endmodule

`resetall
