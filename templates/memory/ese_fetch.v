// SPDX-License-Identifier: Apache-2.0
// ese_fetch - reads regions of memory, ahead of their use.
//
// Region   `words` bus words from `base` on, a multiple of the bus word.  While `start` is high the next
//          region begins when the last burst of the one before has been granted: `started`
// Bursts   4 KiB; shorter at the ends.  None crosses 4 KiB
// Buffer   2**FIFO_W bus words; a burst is asked for only when there is room for all of it.  Where WORD_W is
//          wider than the bus, as many bus words as make one go in as one: what is in the buffer comes out at
//          a word a clock, however long it took to come
// Rate     a burst is asked for three clocks after the one before was granted, at the earliest
// Reset    drops what is buffered and what is left of the region; the read port must be idle by then
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_fetch #(
    parameter BUS_W     = 128, // bits of a bus word
    parameter WORD_W    = 128, // bits of a word that comes out: BUS_W times a power of two
    parameter ADDRESS_W = 40,  // bits of a byte address
    parameter FIFO_W    = 11   // log2 of the buffer's bus words, more than 4 KiB
) (
    input  wire                 clk,
    input  wire                 reset,

    input  wire                 start,
    input  wire [ADDRESS_W-1:0] base,
    input  wire [31:0]          words, // at least 1
    output wire                 started,

    // To the read port
    output wire                 request,
    output wire [ADDRESS_W-1:0] request_address,
    output wire [7:0]           request_length, // bus words less one
    input  wire                 grant,
    input  wire                 bus_valid,
    input  wire [BUS_W-1:0]     bus_data,

    output wire                 valid,
    input  wire                 ready,
    output wire [WORD_W-1:0]    data
);
    localparam PARTS_W = $clog2(WORD_W / BUS_W);
    localparam BYTES_W = $clog2(BUS_W / 8);
    localparam BURST_W = 12 - BYTES_W; // log2 of the bus words in 4 KiB
    localparam [FIFO_W:0] DEPTH = {1'b1, {FIFO_W{1'b0}}};
    localparam [FIFO_W:0] PARTS = {{FIFO_W{1'b0}}, 1'b1} << PARTS_W;

    reg [31:0]          left;     // bus words of the region not yet asked for
    reg [ADDRESS_W-1:0] address;
    reg [FIFO_W:0]      reserved; // bus words granted and not yet used, a clock behind
    reg                 granted;  // a burst, in the clock before: `burst` is still that
    reg                 used;     // a word left the buffer in the clock before
    reg                 planned;  // the next burst is known,
    reg                 fits;     // and there is room for it
    reg [BURST_W:0]     burst;

    // Up to the next 4 KiB, or up to the end.
    wire [BURST_W:0] to_boundary = {1'b1, {BURST_W{1'b0}}} - {1'b0, address[11:BYTES_W]};
    wire             reaches_end = left <= {{(31-BURST_W){1'b0}}, to_boundary};
    wire [8:0]       length      = {{(8-BURST_W){1'b0}}, burst} - 9'd1;
    wire [FIFO_W:0]  burst_words = {{(FIFO_W-BURST_W){1'b0}}, burst};

    wire unused_length = length[8];

    assign request         = fits;
    assign request_address = address;
    assign request_length  = length[7:0];
    assign started         = start && left == 32'd0 && !reset;

    always @(posedge clk)
        if (!planned) burst <= reaches_end ? left[BURST_W:0] : to_boundary;

    always @(posedge clk) begin
        used    <= valid && ready;
        granted <= grant;
        planned <= left != 32'd0 && !grant;
        fits    <= planned && !grant && reserved + burst_words <= DEPTH;
        if (grant) begin
            left    <= left - {{(31-BURST_W){1'b0}}, burst};
            address <= address + {{(ADDRESS_W-BURST_W-1-BYTES_W){1'b0}}, burst, {BYTES_W{1'b0}}};
        end
        if (started) begin
            left    <= words;
            address <= base;
        end
        reserved <= reserved + (granted ? burst_words : {(FIFO_W+1){1'b0}}) - (used ? PARTS : {(FIFO_W+1){1'b0}});

        if (reset) begin
            left     <= 32'd0;
            reserved <= {(FIFO_W+1){1'b0}};
            used     <= 1'b0;
            granted  <= 1'b0;
            planned  <= 1'b0;
            fits     <= 1'b0;
        end
    end

    // ---- the buffer ------------------------------------------------------------------------
    wire              push = bus_valid && !reset;
    wire              push_word;
    wire [WORD_W-1:0] pushed;

    generate
        if (WORD_W > BUS_W) begin : g_parts
            wire unused_ready;

            ese_unpack #(
                .BUS_W  (BUS_W),
                .WORD_W (WORD_W),
                .ITEM_W (1)
            ) u_parts (
                .clk       (clk),
                .reset     (reset),
                .last_item (1'b0),
                .bus_valid (push),
                .bus_ready (unused_ready),
                .bus_data  (bus_data),
                .valid     (push_word),
                .ready     (1'b1),
                .data      (pushed)
            );
        end else begin : g_same
            assign push_word = push;
            assign pushed    = bus_data;
        end
    endgenerate

    ese_fifo #(
        .WIDTH   (WORD_W),
        .DEPTH_W (FIFO_W - PARTS_W)
    ) u_fifo (
        .clk       (clk),
        .reset     (reset),
        .push      (push_word),
        .push_data (pushed),
        .valid     (valid),
        .ready     (ready),
        .data      (data)
    );
endmodule

`resetall
