// SPDX-License-Identifier: Apache-2.0
// ese_skid - a register on a valid/ready stream.
//
// SPARE 0  one word; `in_ready` follows `ready` in the same clock
// SPARE 1  one word and a spare for the one that comes while it waits: `in_ready` is a register, so that
//          a long way from `ready` ends here
//
// Latency  one clock
// Rate     one word a clock
// Reset    drops what is there
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_skid #(
    parameter WIDTH = 16, // bits of a word
    parameter SPARE = 1   // 0 or 1
) (
    input  wire             clk,
    input  wire             reset,

    input  wire             in_valid,
    output wire             in_ready,
    input  wire [WIDTH-1:0] in_data,

    output reg              valid,
    input  wire             ready,
    output reg  [WIDTH-1:0] data
);
    wire take = !valid || ready;

    generate
        if (SPARE > 0) begin : g_spare
            reg             spare_valid;
            reg [WIDTH-1:0] spare;

            assign in_ready = !spare_valid;

            always @(posedge clk) begin
                if (in_ready) spare <= in_data;
                if (take)     data  <= spare_valid ? spare : in_data;
            end

            always @(posedge clk)
                if (reset) begin
                    valid       <= 1'b0;
                    spare_valid <= 1'b0;
                end else if (take) begin
                    valid       <= in_valid || spare_valid;
                    spare_valid <= 1'b0;
                end else begin
                    spare_valid <= in_valid || spare_valid;
                end
        end else begin : g_none
            assign in_ready = take;

            always @(posedge clk)
                if (take) data <= in_data;

            always @(posedge clk)
                if (reset)     valid <= 1'b0;
                else if (take) valid <= in_valid;
        end
    endgenerate
endmodule

`resetall
