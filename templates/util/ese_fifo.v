// SPDX-License-Identifier: Apache-2.0
// ese_fifo - FIFO in block RAM, first word falls through.
//
// Depth    2**DEPTH_W words in the RAM, two more in its output latch and its output register
// Latency  a pushed word is at the output three clocks later if the FIFO was empty
// Rate     one push and one pop a clock
// Contract the user pushes only while there is room: he counts, there is no full flag
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_fifo #(
    parameter WIDTH   = 32, // bits of a word
    parameter DEPTH_W = 4   // log2 of the depth
) (
    input  wire             clk,
    input  wire             reset,

    input  wire             push,
    input  wire [WIDTH-1:0] push_data,

    output reg              valid,
    input  wire             ready,
    output reg  [WIDTH-1:0] data
);
    reg [DEPTH_W-1:0] head;
    reg [DEPTH_W-1:0] tail;
    reg [DEPTH_W:0]   count; // words in the RAM
    reg               read_valid; // a word is at the RAM's output

    wire [WIDTH-1:0] read_data;
    wire             stored = count != {(DEPTH_W+1){1'b0}};
    wire             shift  = !valid || ready;
    wire             read   = stored && (!read_valid || shift);

    always @(posedge clk) begin
        if (push) tail <= tail + 1'b1;
        if (read) head <= head + 1'b1;
        if (push && !read) count <= count + 1'b1;
        if (read && !push) count <= count - 1'b1;
        if (read)       read_valid <= 1'b1;
        else if (shift) read_valid <= 1'b0;
        if (shift) valid <= read_valid;

        if (reset) begin
            head       <= {DEPTH_W{1'b0}};
            tail       <= {DEPTH_W{1'b0}};
            count      <= {(DEPTH_W+1){1'b0}};
            read_valid <= 1'b0;
            valid      <= 1'b0;
        end
    end

    always @(posedge clk)
        if (shift) data <= read_data;

    ese_ram #(
        .WIDTH  (WIDTH),
        .ADDR_W (DEPTH_W)
    ) u_ram (
        .clk           (clk),
        .write_enable  (push),
        .write_address (tail),
        .write_data    (push_data),
        .read_enable   (read),
        .read_address  (head),
        .read_data     (read_data)
    );
endmodule

`resetall
