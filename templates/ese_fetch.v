// SPDX-License-Identifier: Apache-2.0
// ese_fetch - reads a region of memory over and over, ahead of its use: one stream of the model.
//
// Region   BUS_WORDS bus words from `base`, which is 4 KiB aligned; when the end is reached the next
//          burst is from the beginning again: the next frame
// Bursts   2**BURST_W bus words, 4 KiB; the region's last one is shorter.  None crosses 4 KiB
// Buffer   2**FIFO_W bus words; a burst is asked for only when there is room for all of it
// Reset    drops what is buffered, begins anew at `base`; the read port must be idle by then
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_fetch #(
    parameter BUS_W     = 128, // bits of a bus word
    parameter ADDRESS_W = 40,  // bits of a byte address
    parameter BUS_WORDS = 10,  // of the region
    parameter COUNT_W   = 4,   // bits that hold BUS_WORDS
    parameter BURST_W   = 6,   // log2 of the bus words of a burst
    parameter FIFO_W    = 9    // log2 of the buffer's bus words, > BURST_W
) (
    input  wire                 clk,
    input  wire                 reset,
    input  wire [ADDRESS_W-1:0] base,

    // To the read port
    output wire                 request,
    output wire [ADDRESS_W-1:0] request_address,
    output wire [7:0]           request_length, // bus words less one
    input  wire                 grant,
    input  wire                 bus_valid,
    input  wire [BUS_W-1:0]     bus_data,

    output wire                 valid,
    input  wire                 ready,
    output wire [BUS_W-1:0]     data
);
    localparam BYTES_W = $clog2(BUS_W / 8);
    localparam [31:0] REGION_32 = BUS_WORDS;
    localparam [COUNT_W-1:0] REGION = REGION_32[COUNT_W-1:0];
    localparam [FIFO_W:0] BURST = {{FIFO_W{1'b0}}, 1'b1} << BURST_W;
    localparam [FIFO_W:0] DEPTH = {1'b1, {FIFO_W{1'b0}}};

    reg [COUNT_W-1:0] left;     // bus words of the region not yet asked for
    reg [COUNT_W-1:0] position;
    reg [FIFO_W:0]    reserved; // bus words asked for and not yet used

    // The region's last burst may be shorter.
    wire              short_burst;
    wire [FIFO_W:0]   burst;
    wire [COUNT_W-1:0] burst_count;
    generate
        if (COUNT_W > FIFO_W + 1) begin : g_long
            localparam [COUNT_W-1:0] BURST_LONG = {{(COUNT_W-FIFO_W-1){1'b0}}, BURST};

            assign short_burst = left < BURST_LONG;
            assign burst       = short_burst ? left[FIFO_W:0] : BURST;
            assign burst_count = {{(COUNT_W-FIFO_W-1){1'b0}}, burst};
        end else begin : g_short
            wire [FIFO_W:0] left_wide = {{(FIFO_W+1-COUNT_W){1'b0}}, left};

            assign short_burst = left_wide < BURST;
            assign burst       = short_burst ? left_wide : BURST;
            assign burst_count = burst[COUNT_W-1:0];
        end
    endgenerate

    wire last_burst = burst_count == left;
    wire [FIFO_W:0] length = burst - 1'b1;

    assign request         = reserved + burst <= DEPTH && !reset;
    assign request_address = base + {{(ADDRESS_W-COUNT_W-BYTES_W){1'b0}}, position, {BYTES_W{1'b0}}};
    generate
        if (FIFO_W >= 7) begin : g_length
            assign request_length = length[7:0];
        end else begin : g_length_short
            assign request_length = {{(7-FIFO_W){1'b0}}, length};
        end
        if (FIFO_W > 7) begin : g_unused_length
            wire unused_length = ^length;
        end
    endgenerate

    wire used = valid && ready;

    always @(posedge clk) begin
        if (grant) begin
            left     <= last_burst ? REGION : left - burst_count;
            position <= last_burst ? {COUNT_W{1'b0}} : position + burst_count;
        end
        reserved <= reserved + (grant ? burst : {(FIFO_W+1){1'b0}}) - {{FIFO_W{1'b0}}, used};

        if (reset) begin
            left     <= REGION;
            position <= {COUNT_W{1'b0}};
            reserved <= {(FIFO_W+1){1'b0}};
        end
    end

    ese_fifo #(
        .WIDTH   (BUS_W),
        .DEPTH_W (FIFO_W)
    ) u_fifo (
        .clk       (clk),
        .reset     (reset),
        .push      (bus_valid && !reset),
        .push_data (bus_data),
        .valid     (valid),
        .ready     (ready),
        .data      (data)
    );
endmodule

`resetall
