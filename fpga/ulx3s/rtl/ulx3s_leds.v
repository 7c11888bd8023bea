// SPDX-License-Identifier: Apache-2.0
// ulx3s_leds - events of one clock, long enough to be seen.
//
// LEDs     0 no reset; 1, 2, 3 an event, for 2**LED_W to twice as many clocks; 4 error; 7 blinks,
//          four times as slowly
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ulx3s_leds #(
    parameter LED_W = 22
) (
    input  wire       clk,
    input  wire       reset,
    input  wire [2:0] events,
    input  wire       error,
    output wire [7:0] led
);
    reg [LED_W+2:0] time_now;
    reg [2:0]       now;    // since the last tick
    reg [2:0]       last;   // between the two ticks before

    wire tick = &time_now[LED_W-1:0];

    assign led = {time_now[LED_W+2], 2'b00, error, now | last, !reset};

    always @(posedge clk) begin
        time_now <= time_now + 1'b1;
        now      <= (tick ? 3'b000 : now) | events;
        if (tick) last <= now;

        if (reset) begin
            time_now <= {(LED_W+3){1'b0}};
            now      <= 3'b000;
            last     <= 3'b000;
        end
    end
endmodule

`resetall
