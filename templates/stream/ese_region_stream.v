// SPDX-License-Identifier: Apache-2.0
// ese_region_stream - a section of the model in memory as an endless valid/ready stream of words.
//
// Order    word 0 .. last_item, then again from 0, once a frame; starts over at reset
// Buffer   2**FIFO_W bus words are read ahead
// Rate     one word a clock while the buffer has some, be they wider than the bus or not
// Output   registered
// Parts    ese_fetch, ese_unpack, ese_skid
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_region_stream #(
    parameter BUS_W     = 128, // bits of a bus word
    parameter ADDRESS_W = 40,  // bits of a byte address
    parameter FIFO_W    = 11,  // log2 of the buffer's bus words
    parameter WORD_W    = 32,  // bits of a word in memory
    parameter ITEM_W    = 4    // bits of a word's number
) (
    input  wire                 clk,
    input  wire                 reset,
    input  wire [ADDRESS_W-1:0] base,      // 4 KiB aligned
    input  wire [31:0]          bus_words, // of the section
    input  wire [ITEM_W-1:0]    last_item,

    // To the read port
    output wire                 request,
    output wire [ADDRESS_W-1:0] request_address,
    output wire [7:0]           request_length,
    input  wire                 grant,
    input  wire                 bus_valid,
    input  wire [BUS_W-1:0]     bus_data,

    output wire                 valid,
    input  wire                 ready,
    output wire [WORD_W-1:0]    data
);
    localparam FETCHED_W = (WORD_W > BUS_W) ? WORD_W : BUS_W;

    wire                 fetched;
    wire                 used;
    wire [FETCHED_W-1:0] fetched_data;
    wire                 unused_started;
    wire                 unpacked;
    wire [WORD_W-1:0]    unpacked_data;
    wire                 take;

    ese_fetch #(
        .BUS_W     (BUS_W),
        .WORD_W    (FETCHED_W),
        .ADDRESS_W (ADDRESS_W),
        .FIFO_W    (FIFO_W)
    ) u_fetch (
        .clk             (clk),
        .reset           (reset),
        .start           (1'b1),
        .base            (base),
        .words           (bus_words),
        .started         (unused_started),
        .request         (request),
        .request_address (request_address),
        .request_length  (request_length),
        .grant           (grant),
        .bus_valid       (bus_valid),
        .bus_data        (bus_data),
        .valid           (fetched),
        .ready           (used),
        .data            (fetched_data)
    );

    ese_unpack #(
        .BUS_W  (FETCHED_W),
        .WORD_W (WORD_W),
        .ITEM_W (ITEM_W)
    ) u_unpack (
        .clk       (clk),
        .reset     (reset),
        .last_item (last_item),
        .bus_valid (fetched),
        .bus_ready (used),
        .bus_data  (fetched_data),
        .valid     (unpacked),
        .ready     (take),
        .data      (unpacked_data)
    );

    ese_skid #(
        .WIDTH (WORD_W),
        .SPARE (0)
    ) u_skid (
        .clk      (clk),
        .reset    (reset),
        .in_valid (unpacked),
        .in_ready (take),
        .in_data  (unpacked_data),
        .valid    (valid),
        .ready    (ready),
        .data     (data)
    );
endmodule

`resetall
