// SPDX-License-Identifier: Apache-2.0
// ulx3s_pll - a clock of CLOCK_MHZ out of the board's 25 MHz, by the PLL of an ECP5.
//
// Range    multiples of 5 from 10 to 300; the oscillator inside, which can 400 to 800 MHz, runs at
//          the highest multiple of the clock up to 600
// Contract `locked` is low until the clock is good
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ulx3s_pll #(
    parameter CLOCK_MHZ = 50
) (
    input  wire clk_25mhz,
    output wire clk,
    output wire locked
);
    // The faster the comparison, the better: 25 MHz where that will do, else 5 MHz.
    localparam STEP  = CLOCK_MHZ % 25 == 0 ? 25 : 5;
    localparam TIMES = 600 / CLOCK_MHZ;

    // What the clock's edges are aligned to does not matter here: one input, one clock.
    wire unused_clkos;
    wire unused_clkos2;
    wire unused_clkos3;
    wire unused_intlock;
    wire unused_refclk;
    wire unused_clkintfb;

    // Charge pump and filter as Trellis's tool ecppll sets them.
    (* ICP_CURRENT = "12" *) (* LPF_RESISTOR = "8" *)
    (* MFG_ENABLE_FILTEROPAMP = "1" *) (* MFG_GMCREF_SEL = "2" *)
    EHXPLLL #(
        .CLKI_DIV        (25 / STEP),
        .CLKFB_DIV       (CLOCK_MHZ / STEP),
        .CLKOP_DIV       (TIMES),
        .CLKOP_CPHASE    (TIMES / 2 - 1),
        .CLKOP_FPHASE    (0),
        .CLKOP_ENABLE    ("ENABLED"),
        .FEEDBK_PATH     ("CLKOP"),
        .OUTDIVIDER_MUXA ("DIVA"),
        .OUTDIVIDER_MUXB ("DIVB"),
        .OUTDIVIDER_MUXC ("DIVC"),
        .OUTDIVIDER_MUXD ("DIVD"),
        .PLLRST_ENA      ("DISABLED"),
        .STDBY_ENABLE    ("DISABLED"),
        .INTFB_WAKE      ("DISABLED"),
        .DPHASE_SOURCE   ("DISABLED")
    ) u_pll (
        .CLKI         (clk_25mhz),
        .CLKFB        (clk),
        .RST          (1'b0),
        .STDBY        (1'b0),
        .PLLWAKESYNC  (1'b0),
        .PHASESEL0    (1'b0),
        .PHASESEL1    (1'b0),
        .PHASEDIR     (1'b1),
        .PHASESTEP    (1'b1),
        .PHASELOADREG (1'b1),
        .ENCLKOP      (1'b0),
        .ENCLKOS      (1'b0),
        .ENCLKOS2     (1'b0),
        .ENCLKOS3     (1'b0),
        .CLKOP        (clk),
        .CLKOS        (unused_clkos),
        .CLKOS2       (unused_clkos2),
        .CLKOS3       (unused_clkos3),
        .LOCK         (locked),
        .INTLOCK      (unused_intlock),
        .REFCLK       (unused_refclk),
        .CLKINTFB     (unused_clkintfb)
    );
endmodule

`resetall
