// SPDX-License-Identifier: Apache-2.0
// ese_pack - words of a stream to bus words, in the order they lie in memory: ese_unpack's counterpart.
//
// A piece of memory holds words of WORD_W bits, the first at the lowest address, up to the one with
// `last`; what its last bus word has left is 0.  WORD_W and BUS_W are powers of two.  Piece follows piece.
//
// Rate     one word a clock, or one bus word a clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_pack #(
    parameter BUS_W  = 128, // bits of a bus word
    parameter WORD_W = 32   // bits of a word in memory
) (
    input  wire              clk,
    input  wire              reset,

    input  wire              valid,
    output wire              ready,
    input  wire [WORD_W-1:0] data,
    input  wire              last, // of the piece

    output wire              bus_valid,
    input  wire              bus_ready,
    output wire [BUS_W-1:0]  bus_data
);
    generate
        if (BUS_W == WORD_W) begin : g_same
            wire unused_inputs = &{1'b0, clk, reset, last};

            assign bus_valid = valid;
            assign ready     = bus_ready;
            assign bus_data  = data;
        end else if (BUS_W > WORD_W) begin : g_wide
            localparam RATIO  = BUS_W / WORD_W;
            localparam PART_W = $clog2(RATIO);

            reg [PART_W-1:0] part;
            reg [BUS_W-1:0]  word;
            reg              full;

            wire take      = valid && ready;
            wire completes = (&part) || last;

            assign ready     = !full || bus_ready;
            assign bus_valid = full;
            assign bus_data  = word;

            always @(posedge clk) begin : fill
                integer p;
                if (take)
                    for (p = 0; p < RATIO; p = p + 1)
                        if (part == p[PART_W-1:0])     word[p*WORD_W +: WORD_W] <= data;
                        else if (part == {PART_W{1'b0}}) word[p*WORD_W +: WORD_W] <= {WORD_W{1'b0}};
            end

            always @(posedge clk) begin
                if (take) part <= completes ? {PART_W{1'b0}} : part + 1'b1;
                if (take && completes) full <= 1'b1;
                else if (bus_ready)    full <= 1'b0;

                if (reset) begin
                    part <= {PART_W{1'b0}};
                    full <= 1'b0;
                end
            end
        end else begin : g_narrow
            localparam RATIO  = WORD_W / BUS_W;
            localparam PART_W = $clog2(RATIO);

            wire unused_last = &{1'b0, last};

            reg [PART_W-1:0] part;

            assign bus_valid = valid;
            assign ready     = bus_ready && (&part);
            assign bus_data  = data[part*BUS_W +: BUS_W];

            always @(posedge clk)
                if (reset)                       part <= {PART_W{1'b0}};
                else if (bus_valid && bus_ready) part <= part + 1'b1;
        end
    endgenerate
endmodule

`resetall
