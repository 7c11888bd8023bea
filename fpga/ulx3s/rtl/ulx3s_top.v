// SPDX-License-Identifier: Apache-2.0
// ulx3s_top - an ULX3S board with a chip of one channel, memory rom, on its USB serial line.
//
// Pins     as the board names them: ftdi_txd is what the FTDI sends, ftdi_rxd what it receives
// Button   FIRE1 resets all
// LEDs     0 runs, 1 took a frame, 2 sent y, 3 did not take a frame, 4 the chip saw a wrong end of
//          x (until reset), 7 blinks
// Chip     chip.vh tells its name and its sizes: `ulx3s_host header CHIP` writes it
`resetall
`timescale 1ns / 1ps
`default_nettype none
`include "protocol.vh"
`include "chip.vh"

module ulx3s_top #(
    parameter CLOCK_MHZ = 50,         // of the chip: a multiple of 5
    parameter BAUD      = `LINK_BAUD, // of the line: at most an eighth of the clock
    parameter BUFFER_W  = 11,         // log2 of the bytes of x that wait at least
    parameter RESET_W   = 16,         // log2 of the clocks that a reset lasts
    parameter LED_W     = 22          // log2 of the clocks that a LED shows an event
) (
    input  wire       clk_25mhz,
    input  wire       btn_fire1,
    input  wire       ftdi_txd,
    output wire       ftdi_rxd,
    output wire [7:0] led,
    output wire       wifi_gpio0
);
    localparam ELEMENT_W = (`CHIP_ACT_W + 7) / 8 * 8;

    // High, so that the ESP32 on the board does not load another bitstream.
    assign wifi_gpio0 = 1'b1;

    // ---- clock and reset -------------------------------------------------------------------
    wire clk;
    wire locked;
    wire reset;

    ulx3s_pll #(
        .CLOCK_MHZ (CLOCK_MHZ)
    ) u_pll (
        .clk_25mhz (clk_25mhz),
        .clk       (clk),
        .locked    (locked)
    );

    ulx3s_reset #(
        .RESET_W (RESET_W)
    ) u_reset (
        .clk    (clk),
        .locked (locked),
        .button (btn_fire1),
        .reset  (reset)
    );

    // ---- the line --------------------------------------------------------------------------
    wire                 chip_resetn;
    wire                 x_tvalid;
    wire                 x_tready;
    wire [ELEMENT_W-1:0] x_tdata;
    wire [1:0]           x_tuser;
    wire                 x_tlast;
    wire                 y_tvalid;
    wire                 y_tready;
    wire [ELEMENT_W-1:0] y_tdata;
    wire                 y_tlast;
    wire                 frame_taken;
    wire                 frame_failed;
    wire                 y_sent;

    board_link #(
        .CLOCK_HZ  (CLOCK_MHZ * 1000000),
        .BAUD      (BAUD),
        .BUFFER_W  (BUFFER_W),
        .X_SIZE    (`CHIP_X_SIZE),
        .Y_SIZE    (`CHIP_Y_SIZE),
        .ACT_W     (`CHIP_ACT_W),
        .HASH      (`CHIP_HASH),
        .ELEMENT_W (ELEMENT_W)
    ) u_link (
        .clk          (clk),
        .reset        (reset),
        .rx           (ftdi_txd),
        .tx           (ftdi_rxd),
        .chip_resetn  (chip_resetn),
        .x_tvalid     (x_tvalid),
        .x_tready     (x_tready),
        .x_tdata      (x_tdata),
        .x_tuser      (x_tuser),
        .x_tlast      (x_tlast),
        .y_tvalid     (y_tvalid),
        .y_tready     (y_tready),
        .y_tdata      (y_tdata),
        .y_tlast      (y_tlast),
        .frame_taken  (frame_taken),
        .frame_failed (frame_failed),
        .y_sent       (y_sent)
    );

    // ---- the chip --------------------------------------------------------------------------
    wire                                  y_tuser;
    wire                                  mon_result_valid;
    wire [15:0]                           mon_result;
    wire [`CHIP_LANES*`CHIP_ACT_W-1:0]    mon_result_data;
    wire [`CHIP_LANES-1:0]                mon_result_keep;
    wire                                  mon_product_valid;
    wire [15:0]                           mon_product;
    wire                                  mon_pass_valid;
    wire [15:0]                           mon_pass;
    wire [`CHIP_PES-1:0]                  mon_issue;
    wire [4:0]                            mon_stall;
    wire                                  mon_weight_stall;
    wire                                  mon_error;

    `CHIP_TOP u_chip (
        .aclk              (clk),
        .aresetn           (chip_resetn),
        .s_axis_x_tvalid   (x_tvalid),
        .s_axis_x_tready   (x_tready),
        .s_axis_x_tdata    (x_tdata),
        .s_axis_x_tuser    (x_tuser),
        .s_axis_x_tlast    (x_tlast),
        .m_axis_y_tvalid   (y_tvalid),
        .m_axis_y_tready   (y_tready),
        .m_axis_y_tdata    (y_tdata),
        .m_axis_y_tuser    (y_tuser),
        .m_axis_y_tlast    (y_tlast),
        .mon_result_valid  (mon_result_valid),
        .mon_result        (mon_result),
        .mon_result_data   (mon_result_data),
        .mon_result_keep   (mon_result_keep),
        .mon_product_valid (mon_product_valid),
        .mon_product       (mon_product),
        .mon_pass_valid    (mon_pass_valid),
        .mon_pass          (mon_pass),
        .mon_issue         (mon_issue),
        .mon_stall         (mon_stall),
        .mon_weight_stall  (mon_weight_stall),
        .mon_error         (mon_error)
    );

    // The one channel always carries a voice; what the monitors tell is for simulations.
    wire unused_outputs = ^{y_tuser, mon_result_valid, mon_result, mon_result_data, mon_result_keep,
                            mon_product_valid, mon_product, mon_pass_valid, mon_pass, mon_issue,
                            mon_stall, mon_weight_stall};

    // ---- LEDs ------------------------------------------------------------------------------
    ulx3s_leds #(
        .LED_W (LED_W)
    ) u_leds (
        .clk    (clk),
        .reset  (reset),
        .events ({frame_failed, y_sent, frame_taken}),
        .error  (mon_error),
        .led    (led)
    );
endmodule

`resetall
