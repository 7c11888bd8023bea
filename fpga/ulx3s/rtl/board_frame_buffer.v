// SPDX-License-Identifier: Apache-2.0
// board_frame_buffer - bytes of whole frames on their way to the chip: what was written counts when
// it is committed, or never.
//
// Storage  2**ADDR_W bytes, block RAM, and one at the output; with each byte whether its frame
//          begins an utterance
// Write    bytes of a frame, then `commit` or `drop` in a clock of its own; `overflow` until then:
//          there was no room for a byte, and the frame must be dropped
// Read     AXI-like: a byte passes when valid and ready are both high
`resetall
`timescale 1ns / 1ps
`default_nettype none

module board_frame_buffer #(
    parameter ADDR_W = 11 // log2 of the bytes
) (
    input  wire       clk,
    input  wire       reset,

    input  wire       write,
    input  wire [7:0] write_data,
    input  wire       write_first,
    input  wire       commit,
    input  wire       drop,
    output reg        overflow,

    output reg        valid,
    input  wire       ready,
    output wire [7:0] data,
    output wire       first
);
    reg [8:0] memory [0:(1<<ADDR_W)-1];
    reg [8:0] word;

    // One bit more than an address: full and empty are told apart.
    reg [ADDR_W:0] head;
    reg [ADDR_W:0] tail;     // behind the last byte that counts
    reg [ADDR_W:0] new_tail; // behind the last byte

    wire [ADDR_W:0] used = new_tail - head;
    wire            room = !used[ADDR_W];
    wire            read = head != tail && (!valid || ready);

    assign {first, data} = word;

    always @(posedge clk)
        if (write && room) memory[new_tail[ADDR_W-1:0]] <= {write_first, write_data};

    always @(posedge clk)
        if (read) word <= memory[head[ADDR_W-1:0]];

    always @(posedge clk) begin
        if (write && room)  new_tail <= new_tail + 1'b1;
        if (write && !room) overflow <= 1'b1;
        if (commit) tail <= new_tail;
        if (drop)   new_tail <= tail;
        if (commit || drop) overflow <= 1'b0;

        if (read)       head  <= head + 1'b1;
        if (read)       valid <= 1'b1;
        else if (ready) valid <= 1'b0;

        if (reset) begin
            head     <= {(ADDR_W+1){1'b0}};
            tail     <= {(ADDR_W+1){1'b0}};
            new_tail <= {(ADDR_W+1){1'b0}};
            overflow <= 1'b0;
            valid    <= 1'b0;
        end
    end
endmodule

`resetall
