// SPDX-License-Identifier: Apache-2.0
// axi_writes - the write half of a memory behind an AXI4 port, with random waits; it prints FAULT where
// a burst is not what the chip's README.md promises.
`timescale 1ns / 1ps
module axi_writes #(
    parameter        ADDRESS_BITS = 40,
    parameter        BUS_BITS     = 512,
    parameter        WORDS        = 16,
    parameter [63:0] BASE         = 0
) (
    input  wire                    clk,
    input  wire                    reset_n,
    input  wire [31:0]             random,
    input  wire                    awvalid,
    output reg                     awready,
    input  wire [ADDRESS_BITS-1:0] awaddr,
    input  wire [7:0]              awlen,
    input  wire [2:0]              awsize,
    input  wire [1:0]              awburst,
    input  wire                    wvalid,
    output reg                     wready,
    input  wire                    wlast,
    output reg                     bvalid,
    input  wire                    bready,
    output wire [1:0]              bresp,
    output wire                    write, // a bus word goes into the memory
    output wire [31:0]             index
);
    localparam BYTES = BUS_BITS / 8;

    reg  [31:0] first [0:15];
    reg  [7:0]  length [0:15];
    reg  [3:0]  put, take, answers;
    reg  [7:0]  beat;
    wire [3:0]  held = put - take;
    wire        last = beat == length[take];
    wire [63:0] place = {{(64 - ADDRESS_BITS){1'b0}}, awaddr} - BASE;
    wire [31:0] bytes = (awlen + 32'd1) * BYTES;

    assign bresp = 2'b00;
    assign write = wvalid && wready;
    assign index = first[take] + beat;

    always @(posedge clk)
        if (!reset_n) begin
            awready <= 0;
            wready  <= 0;
            bvalid  <= 0;
            put     <= 0;
            take    <= 0;
            beat    <= 0;
            answers <= 0;
        end else begin
            awready <= random[1:0] != 0 && held < 12;
            if (awvalid && awready) begin
                first[put]  <= place / BYTES;
                length[put] <= awlen;
                put         <= put + 1;
                if (awburst != 1 || (32'd1 << awsize) != BYTES || place % BYTES != 0)
                    $display("FAULT %m: burst %0d, size %0d, at %h", awburst, awsize, awaddr);
                if (place % 4096 + bytes > 4096)
                    $display("FAULT %m: a burst of %0d bytes at %h crosses 4 KiB", bytes, awaddr);
                if (place / BYTES + awlen >= WORDS)
                    $display("FAULT %m: %h is outside of the memory", awaddr);
            end
            // A word is taken only behind its address, and no two in a row, so that `held` is true.
            wready <= held != 0 && random[3:2] != 0 && !wready && answers < 8;
            if (write) begin
                if (wlast != last) $display("FAULT %m: WLAST %b at word %0d", wlast, beat);
                beat <= last ? 0 : beat + 1;
                if (last) take <= take + 1;
            end
            answers <= answers + (write && last) - (bvalid && bready);
            if (bvalid && bready) bvalid <= 0;
            else if (answers != 0 && random[6:4] == 0) bvalid <= 1;
        end
endmodule
