// SPDX-License-Identifier: Apache-2.0
// ese_spmat_read - SpmatRead of one PE: weight buffer and entry decoder, once for all channels.
//
// Entries  weight[WEIGHT_W], two's complement, above index[INDEX_W]
// Issue    one entry a clock while the ActQueue has a column and the buffer an entry
// Weight   shifted left by the product's shift: brings all products of an accumulator to one binary
//          point
// Row      RELATIVE 0: the index; 1: rows skipped since the entry before (paper, section 2)
// Depth    2**FIFO_W entries; an entry pushed can be issued in the next clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_spmat_read #(
    parameter WEIGHT_W  = 12, // bits of a weight
    parameter INDEX_W   = 4,  // bits of an index
    parameter ALIGNED_W = 15, // bits of an aligned weight
    parameter SHIFT_W   = 2,  // bits of a weight shift
    parameter ROW_W     = 4,  // bits of a row within the block
    parameter RELATIVE  = 0,  // 1: relative encoding
    parameter FIFO_W    = 5   // log2 of the buffer's depth
) (
    input  wire                        clk,
    input  wire                        reset,

    input  wire                        push,
    input  wire [WEIGHT_W+INDEX_W-1:0] push_entry,
    output wire                        full_next,  // no room for an entry in the next clock

    input  wire                        queue_valid,
    input  wire [SHIFT_W-1:0]          shift,
    input  wire                        last,       // the entry is its column's last

    output wire                        issue,
    output wire                        starved,    // a column waits and there is no entry
    output wire signed [ALIGNED_W-1:0] weight,
    output wire                        nonzero,    // fillers and padding accumulate nothing
    output wire [ROW_W-1:0]            row
);
    (* ram_style = "distributed" *) reg [WEIGHT_W+INDEX_W-1:0] buffer [0:(1<<FIFO_W)-1];

    reg [FIFO_W-1:0] head;
    reg [FIFO_W-1:0] tail;
    reg [FIFO_W:0]   count;

    wire [WEIGHT_W-1:0] stored;
    wire [INDEX_W-1:0]  index;
    assign {stored, index} = buffer[head];

    wire have_entry = count != {(FIFO_W+1){1'b0}};

    localparam [FIFO_W:0] ALMOST = {1'b0, {FIFO_W{1'b1}}};

    assign full_next = !issue && (count[FIFO_W] || (count == ALMOST && push));
    assign issue   = queue_valid && have_entry;
    assign starved = queue_valid && !have_entry;
    assign weight  = {{(ALIGNED_W-WEIGHT_W+1){stored[WEIGHT_W-1]}}, stored[WEIGHT_W-2:0]} << shift;
    assign nonzero = |stored;

    always @(posedge clk)
        if (push) buffer[tail] <= push_entry;

    always @(posedge clk) begin
        if (push)  tail <= tail + 1'b1;
        if (issue) head <= head + 1'b1;
        if (push && !issue) count <= count + 1'b1;
        if (issue && !push) count <= count - 1'b1;

        if (reset) begin
            head  <= {FIFO_W{1'b0}};
            tail  <= {FIFO_W{1'b0}};
            count <= {(FIFO_W+1){1'b0}};
        end
    end

    generate
        if (RELATIVE != 0) begin : g_relative
            localparam SUM_W = (ROW_W > INDEX_W) ? ROW_W : INDEX_W;

            reg  [ROW_W-1:0] next_row; // the row that index 0 means
            wire [SUM_W-1:0] sum = {{(SUM_W-ROW_W){1'b0}}, next_row}
                                 + {{(SUM_W-INDEX_W){1'b0}}, index};

            assign row = sum[ROW_W-1:0];

            if (SUM_W > ROW_W) begin : g_unused
                wire unused_high = ^sum;
            end

            always @(posedge clk) begin
                if (issue) next_row <= last ? {ROW_W{1'b0}} : row + 1'b1;
                if (reset) next_row <= {ROW_W{1'b0}};
            end
        end else begin : g_block
            wire unused_last = last;

            assign row = index[ROW_W-1:0];
        end
    endgenerate
endmodule

`resetall
