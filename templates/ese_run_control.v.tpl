// SPDX-License-Identifier: Apache-2.0
// ese_run_control - starts and stops the chip, and stops it when something goes wrong.
//
// start     leaves the reset of the datapath, if the chip is at rest; clears the error
// stop      soft reset: the datapath is reset, the buses finish what is outstanding, then rest
// error     the first one is latched and stops the chip like `stop`
// watchdog  a read port that has something outstanding and gets nothing for `watchdog` clocks;
//           0 switches it off
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_run_control (
    input  wire        clk,
    input  wire        reset,

    input  wire        start,
    input  wire        stop,
    input  wire [31:0] watchdog,

    input  wire        x_error,
    input  wire [1:0]  slave_error,  // of the read ports: weights, data
    input  wire [1:0]  decode_error,
    input  wire [1:0]  length_error,
    input  wire [1:0]  port_idle,
    input  wire [1:0]  port_answer,  // a bus word came

    output reg         running,
    output reg         stopping,
    output reg  [3:0]  error,
    output wire        failed,       // an error stops the chip in this clock
    output wire        idle,
    output wire        core_reset,   // of everything but the bus masters and registers
    output wire        halt          // of the bus masters
);
    localparam [3:0] ERROR_NONE            = 4'd0;
    localparam [3:0] ERROR_X_FRAMING       = 4'd1;
    localparam [3:0] ERROR_WEIGHTS_SLAVE   = 4'd2;
    localparam [3:0] ERROR_WEIGHTS_DECODE  = 4'd3;
    localparam [3:0] ERROR_DATA_SLAVE      = 4'd4;
    localparam [3:0] ERROR_DATA_DECODE     = 4'd5;
    localparam [3:0] ERROR_WEIGHTS_LENGTH  = 4'd6;
    localparam [3:0] ERROR_DATA_LENGTH     = 4'd7;
    localparam [3:0] ERROR_WEIGHTS_TIMEOUT = 4'd8;
    localparam [3:0] ERROR_DATA_TIMEOUT    = 4'd9;

    // ---- watchdogs -------------------------------------------------------------------------
    reg [31:0] silence_0;
    reg [31:0] silence_1;
    reg [1:0]  timeout;

    always @(posedge clk) begin
        silence_0  <= (port_idle[0] || port_answer[0]) ? 32'd0 : silence_0 + 32'd1;
        silence_1  <= (port_idle[1] || port_answer[1]) ? 32'd0 : silence_1 + 32'd1;
        timeout[0] <= watchdog != 32'd0 && silence_0 >= watchdog;
        timeout[1] <= watchdog != 32'd0 && silence_1 >= watchdog;

        if (reset) begin
            silence_0 <= 32'd0;
            silence_1 <= 32'd0;
            timeout   <= 2'b00;
        end
    end

    wire [3:0] found = slave_error[0]  ? ERROR_WEIGHTS_SLAVE
                     : decode_error[0] ? ERROR_WEIGHTS_DECODE
                     : slave_error[1]  ? ERROR_DATA_SLAVE
                     : decode_error[1] ? ERROR_DATA_DECODE
                     : length_error[0] ? ERROR_WEIGHTS_LENGTH
                     : length_error[1] ? ERROR_DATA_LENGTH
                     : timeout[0]      ? ERROR_WEIGHTS_TIMEOUT
                     : timeout[1]      ? ERROR_DATA_TIMEOUT
                     : x_error         ? ERROR_X_FRAMING
                     :                   ERROR_NONE;

    assign failed     = running && !stop && found != ERROR_NONE;
    assign idle       = &port_idle;
    assign core_reset = reset || !running;
    assign halt       = !running;

    always @(posedge clk) begin
        if (start && !running && !stopping) begin
            running <= 1'b1;
            error   <= ERROR_NONE;
        end
        if (failed || (running && stop)) begin
            running  <= 1'b0;
            stopping <= 1'b1;
        end
        if (failed) error <= found;
        if (stopping && idle) stopping <= 1'b0;

        if (reset) begin
            running  <= 1'b0;
            stopping <= 1'b0;
            error    <= ERROR_NONE;
        end
    end
endmodule

`resetall
