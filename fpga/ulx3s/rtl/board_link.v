// SPDX-License-Identifier: Apache-2.0
// board_link - a serial line to the streams of a chip with one channel, by the protocol of
// fpga/ulx3s/README.md.
//
// Chip     x_*, y_*: its AXI4-Streams; chip_resetn: its reset, also when the host begins anew
// Buffer   at least two frames of x and 2**BUFFER_W bytes; the host may be ahead by what it holds
// Events   one clock each: a frame was taken, one was not, a frame of y was sent
// Tree
//   board_uart_rx            line to bytes
//   board_frame_in           bytes to frames (board_crc16)
//   board_receiver           which of them are good
//   board_frame_buffer       x of good frames
//   board_x_feed             bytes to elements
//   board_reply              y, errors and who is there
//   board_frame_out          replies to bytes (board_crc16)
//   board_uart_tx            bytes to the line
`resetall
`timescale 1ns / 1ps
`default_nettype none
`include "protocol.vh"

module board_link #(
    parameter        CLOCK_HZ = 50000000,
    parameter        BAUD     = 1000000,
    parameter        BUFFER_W = 11,
    parameter        X_SIZE   = 5,       // elements of x
    parameter        Y_SIZE   = 6,       // elements of y
    parameter        ACT_W    = 16,      // bits of an element
    parameter [31:0] HASH     = 32'd0,   // of the chip's configuration
    parameter        ELEMENT_W = 16      // bits of an element on the streams: ACT_W in whole bytes
) (
    input  wire                 clk,
    input  wire                 reset,

    input  wire                 rx,
    output wire                 tx,

    output wire                 chip_resetn,
    output wire                 x_tvalid,
    input  wire                 x_tready,
    output wire [ELEMENT_W-1:0] x_tdata,
    output wire [1:0]           x_tuser,
    output wire                 x_tlast,
    input  wire                 y_tvalid,
    output wire                 y_tready,
    input  wire [ELEMENT_W-1:0] y_tdata,
    input  wire                 y_tlast,

    output wire                 frame_taken,
    output wire                 frame_failed,
    output wire                 y_sent
);
    localparam X_BYTES = X_SIZE * ELEMENT_W / 8;
    localparam LEAST_W = $clog2(2 * X_BYTES);
    localparam ADDR_W  = BUFFER_W > LEAST_W ? BUFFER_W : LEAST_W;
    localparam FRAMES  = (1 << ADDR_W) / X_BYTES;
    localparam WINDOW  = FRAMES < `LINK_WINDOW_MOST ? FRAMES : `LINK_WINDOW_MOST;

    localparam [31:0] X_32      = X_SIZE;
    localparam [31:0] Y_32      = Y_SIZE;
    localparam [31:0] ACT_32    = ACT_W;
    localparam [31:0] WINDOW_32 = WINDOW;
    localparam [87:0] IDENTITY  = {HASH, WINDOW_32[7:0], Y_32[15:0], X_32[15:0], ACT_32[7:0],
                                   `LINK_VERSION};

    // ---- from the host ---------------------------------------------------------------------
    wire       in_valid;
    wire [7:0] in_data;
    wire       in_bad;

    board_uart_rx #(
        .CLOCK_HZ (CLOCK_HZ),
        .BAUD     (BAUD)
    ) u_uart_rx (
        .clk   (clk),
        .reset (reset),
        .rx    (rx),
        .valid (in_valid),
        .data  (in_data),
        .bad   (in_bad)
    );

    wire       byte_valid;
    wire [7:0] byte_data;
    wire       frame_last;
    wire       frame_clean;
    wire       frame_right;

    board_frame_in u_frame_in (
        .clk      (clk),
        .reset    (reset),
        .in_valid (in_valid),
        .in_data  (in_data),
        .in_bad   (in_bad),
        .valid    (byte_valid),
        .data     (byte_data),
        .last     (frame_last),
        .clean    (frame_clean),
        .right    (frame_right)
    );

    wire       write;
    wire [7:0] write_data;
    wire       write_first;
    wire       drop;
    wire       overflow;
    wire [7:0] reason;
    wire       restart;
    wire [7:0] next;

    board_receiver #(
        .X_BYTES (X_BYTES)
    ) u_receiver (
        .clk         (clk),
        .reset       (reset),
        .in_valid    (byte_valid),
        .in_data     (byte_data),
        .in_last     (frame_last),
        .in_clean    (frame_clean),
        .in_right    (frame_right),
        .write       (write),
        .write_data  (write_data),
        .write_first (write_first),
        .commit      (frame_taken),
        .drop        (drop),
        .overflow    (overflow),
        .failed      (frame_failed),
        .reason      (reason),
        .restart     (restart),
        .next        (next)
    );

    // ---- the chip, which begins anew with all that is on its way to it and from it ---------
    wire anew = reset || restart;

    reg anew_1;
    always @(posedge clk) anew_1 <= anew;
    assign chip_resetn = !anew_1;

    wire       feed_valid;
    wire       feed_ready;
    wire [7:0] feed_data;
    wire       feed_first;

    board_frame_buffer #(
        .ADDR_W (ADDR_W)
    ) u_buffer (
        .clk         (clk),
        .reset       (anew),
        .write       (write),
        .write_data  (write_data),
        .write_first (write_first),
        .commit      (frame_taken),
        .drop        (drop),
        .overflow    (overflow),
        .valid       (feed_valid),
        .ready       (feed_ready),
        .data        (feed_data),
        .first       (feed_first)
    );

    board_x_feed #(
        .X_SIZE    (X_SIZE),
        .ELEMENT_W (ELEMENT_W)
    ) u_x_feed (
        .clk      (clk),
        .reset    (anew),
        .in_valid (feed_valid),
        .in_ready (feed_ready),
        .in_data  (feed_data),
        .in_first (feed_first),
        .x_tvalid (x_tvalid),
        .x_tready (x_tready),
        .x_tdata  (x_tdata),
        .x_tuser  (x_tuser),
        .x_tlast  (x_tlast)
    );

    // ---- to the host -----------------------------------------------------------------------
    wire       reply_valid;
    wire       reply_ready;
    wire [7:0] reply_data;
    wire       reply_last;
    wire       out_valid;
    wire       out_ready;
    wire [7:0] out_data;

    // Who is there comes first: it lasts until the chip has forgotten the y of before.
    board_reply #(
        .ELEMENT_W (ELEMENT_W),
        .IDENTITY  (IDENTITY)
    ) u_reply (
        .clk       (clk),
        .reset     (anew),
        .failed    (frame_failed),
        .reason    (reason),
        .next      (next),
        .y_tvalid  (y_tvalid),
        .y_tready  (y_tready),
        .y_tdata   (y_tdata),
        .y_tlast   (y_tlast),
        .out_valid (reply_valid),
        .out_ready (reply_ready),
        .out_data  (reply_data),
        .out_last  (reply_last),
        .y_sent    (y_sent)
    );

    board_frame_out u_frame_out (
        .clk      (clk),
        .reset    (anew),
        .in_valid (reply_valid),
        .in_ready (reply_ready),
        .in_data  (reply_data),
        .in_last  (reply_last),
        .valid    (out_valid),
        .ready    (out_ready),
        .data     (out_data)
    );

    // A byte that is on the line is sent to its end.
    board_uart_tx #(
        .CLOCK_HZ (CLOCK_HZ),
        .BAUD     (BAUD)
    ) u_uart_tx (
        .clk   (clk),
        .reset (reset),
        .valid (out_valid),
        .ready (out_ready),
        .data  (out_data),
        .tx    (tx)
    );
endmodule

`resetall
