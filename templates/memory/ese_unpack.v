// SPDX-License-Identifier: Apache-2.0
// ese_unpack - bus words to the words of a stream, in the order they lie in memory.
//
// A region of memory holds last_item+1 words of WORD_W bits, the first at the lowest address; its last
// bus word may be part empty.  WORD_W and BUS_W are powers of two.  Region follows region; last_item is
// settled two clocks before a region's first bus word.
//
// Wide bus    a bus word gives several words; what is left of the region's last one is dropped
// Narrow bus  several bus words make a word
// Rate        one word a clock, or one bus word a clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_unpack #(
    parameter BUS_W   = 128, // bits of a bus word
    parameter WORD_W  = 32,  // bits of a word in memory
    parameter ITEM_W  = 4    // bits of a word's number
) (
    input  wire              clk,
    input  wire              reset,
    input  wire [ITEM_W-1:0] last_item, // of the region

    input  wire              bus_valid,
    output wire              bus_ready,
    input  wire [BUS_W-1:0]  bus_data,

    output wire              valid,
    input  wire              ready,
    output wire [WORD_W-1:0] data
);
    generate
        if (BUS_W == WORD_W) begin : g_same
            wire unused_inputs = &{1'b0, clk, reset, last_item};

            assign valid     = bus_valid;
            assign bus_ready = ready;
            assign data      = bus_data;
        end else if (BUS_W > WORD_W) begin : g_wide
            localparam RATIO = BUS_W / WORD_W;
            localparam PART_W = $clog2(RATIO);
            localparam [31:0] ONE_32 = 1;
            localparam [ITEM_W-1:0] ONE = ONE_32[ITEM_W-1:0];

            reg [PART_W-1:0] part;
            reg [ITEM_W-1:0] item;
            reg [ITEM_W-1:0] item_after;
            reg              at_end; // item is last_item: known before the clock in which it counts

            wire take      = bus_valid && ready;
            wire last_part = (&part) || at_end;

            assign valid     = bus_valid;
            assign bus_ready = ready && last_part;
            assign data      = bus_data[part*WORD_W +: WORD_W];

            wire ends_here  = item == last_item;
            wire ends_after = item_after == last_item;
            wire ends_first = last_item == {ITEM_W{1'b0}};

            always @(posedge clk) begin
                at_end <= !take ? ends_here : at_end ? ends_first : ends_after;
                if (take) begin
                    part       <= last_part ? {PART_W{1'b0}} : part + 1'b1;
                    item       <= at_end ? {ITEM_W{1'b0}} : item_after;
                    item_after <= at_end ? ONE : item_after + 1'b1;
                end

                if (reset) begin
                    at_end     <= ends_first;
                    part       <= {PART_W{1'b0}};
                    item       <= {ITEM_W{1'b0}};
                    item_after <= ONE;
                end
            end
        end else begin : g_narrow
            localparam RATIO  = WORD_W / BUS_W;
            localparam PART_W = $clog2(RATIO);

            wire unused_last_item = &{1'b0, last_item};

            reg [PART_W-1:0]       part;
            reg [WORD_W-1:0]       word;
            reg                    full;
            reg [WORD_W-BUS_W-1:0] earlier; // parts of the word to come, the last received on top

            wire              last_part = &part;
            wire [WORD_W-1:0] parts     = {bus_data, earlier};

            assign bus_ready = !last_part || !full || ready;
            assign valid     = full;
            assign data      = word;

            always @(posedge clk) begin
                if (bus_valid && bus_ready) begin
                    earlier <= parts[WORD_W-1:BUS_W];
                    if (last_part) word <= parts;
                end
            end

            always @(posedge clk)
                if (reset) begin
                    part <= {PART_W{1'b0}};
                    full <= 1'b0;
                end else begin
                    if (bus_valid && bus_ready)              part <= part + 1'b1;
                    if (bus_valid && bus_ready && last_part) full <= 1'b1;
                    else if (ready)                          full <= 1'b0;
                end
        end
    endgenerate
endmodule

`resetall
