// SPDX-License-Identifier: Apache-2.0
// EHXPLLL - PLL of Lattice ECP5 (TN-02200), for simulating designs that have one: the clock CLKOP
// alone.
//
// CLKOP     CLKI * CLKFB_DIV / CLKI_DIV, fed back from CLKOP; LOCK after some clocks of CLKI
// Not here: other outputs, other feedback, phases, reset and standby; a design that asks for them
//           is stopped, and so is one whose oscillator or comparison is out of the device's range
`resetall
`timescale 1ns / 1ps
`default_nettype none

module EHXPLLL #(
    parameter CLKI_DIV      = 1,
    parameter CLKFB_DIV     = 1,
    parameter CLKOP_DIV     = 8,
    parameter CLKOP_CPHASE  = 0,
    parameter CLKOP_FPHASE  = 0,
    parameter CLKOP_ENABLE  = "ENABLED",
    parameter CLKOS_ENABLE  = "DISABLED",
    parameter CLKOS2_ENABLE = "DISABLED",
    parameter CLKOS3_ENABLE = "DISABLED",
    parameter FEEDBK_PATH   = "CLKOP",
    parameter OUTDIVIDER_MUXA = "DIVA",
    parameter OUTDIVIDER_MUXB = "DIVB",
    parameter OUTDIVIDER_MUXC = "DIVC",
    parameter OUTDIVIDER_MUXD = "DIVD",
    parameter PLLRST_ENA     = "DISABLED",
    parameter STDBY_ENABLE   = "DISABLED",
    parameter INTFB_WAKE     = "DISABLED",
    parameter DPHASE_SOURCE  = "DISABLED"
) (
    input  wire CLKI, CLKFB, RST, STDBY, PLLWAKESYNC,
    input  wire PHASESEL1, PHASESEL0, PHASEDIR, PHASESTEP, PHASELOADREG,
    input  wire ENCLKOP, ENCLKOS, ENCLKOS2, ENCLKOS3,
    output reg  CLKOP,
    output wire CLKOS, CLKOS2, CLKOS3,
    output reg  LOCK,
    output wire INTLOCK, REFCLK, CLKINTFB
);
    localparam LOCK_CLOCKS = 8;

    assign {CLKOS, CLKOS2, CLKOS3, INTLOCK, REFCLK, CLKINTFB} = 6'b000000;

    wire unused_inputs = ^{CLKFB, RST, STDBY, PLLWAKESYNC, PHASESEL1, PHASESEL0, PHASEDIR,
                           PHASESTEP, PHASELOADREG, ENCLKOP, ENCLKOS, ENCLKOS2, ENCLKOS3};

    initial begin
        if (CLKOP_ENABLE != "ENABLED" || CLKOS_ENABLE != "DISABLED" ||
            CLKOS2_ENABLE != "DISABLED" || CLKOS3_ENABLE != "DISABLED" ||
            FEEDBK_PATH != "CLKOP" || OUTDIVIDER_MUXA != "DIVA" ||
            OUTDIVIDER_MUXB != "DIVB" || OUTDIVIDER_MUXC != "DIVC" || OUTDIVIDER_MUXD != "DIVD" ||
            PLLRST_ENA != "DISABLED" || STDBY_ENABLE != "DISABLED" || INTFB_WAKE != "DISABLED" ||
            DPHASE_SOURCE != "DISABLED" || CLKOP_CPHASE >= CLKOP_DIV || CLKOP_FPHASE != 0) begin
            $display("EHXPLLL: only CLKOP, fed back to itself, is modelled");
            $fatal;
        end
    end

    // ---- the input's period, and from it the output's ---------------------------------------
    real period;  // of CLKI in ns
    real compare; // MHz
    real vco;     // MHz
    reg  known;   // the period

    initial begin
        known = 1'b0;
        LOCK  = 1'b0;
        @(posedge CLKI) period = $realtime;
        @(posedge CLKI) period = $realtime - period;
        compare = 1000.0 / (period * CLKI_DIV);
        vco     = compare * CLKFB_DIV * CLKOP_DIV;
        if (compare < 3.1 || compare > 400.1 || vco < 399.9 || vco > 800.1) begin
            $display("EHXPLLL: compares at %0f MHz, its oscillator runs at %0f MHz", compare, vco);
            $fatal;
        end
        known = 1'b1;
        repeat (LOCK_CLOCKS) @(posedge CLKI);
        LOCK = 1'b1;
    end

    initial begin
        CLKOP = 1'b0;
        wait (known);
        forever #(period * CLKI_DIV / CLKFB_DIV / 2.0) CLKOP = !CLKOP;
    end
endmodule

`resetall
