// SPDX-License-Identifier: Apache-2.0
// ese_act_queue - ActQueue of one PE: the control, once for all channels.
//
// The elements themselves lie in the channels (ese_pe), at the write and read pointers given here.
// Here: pointers, and for every queued column its length, weight shift and accumulator block.
//
// Depth    DEPTH columns
// Full     LOOK_AHEAD 0: no column can be pushed in this clock; 1: perhaps none in the next one, whatever
//          is taken out now
// Latency  a pushed column is at the head in the next clock if the queue was empty
// Rate     one push and one entry a clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_act_queue #(
    parameter DEPTH   = 8, // columns
    parameter PTR_W   = 3, // bits of a pointer
    parameter LEN_W   = 3, // bits of a column length
    parameter SHIFT_W = 3, // bits of a weight shift
    parameter BLOCK_W = 1, // bits of an accumulator block number
    parameter LOOK_AHEAD = 0 // what `full` tells
) (
    input  wire               clk,
    input  wire               reset,

    input  wire               push,
    input  wire [LEN_W-1:0]   push_length,
    input  wire [SHIFT_W-1:0] push_shift,
    input  wire [BLOCK_W-1:0] push_block,
    output wire               full,
    output wire [PTR_W-1:0]   write_pointer,

    output wire               valid,       // a column is at the head
    output wire [SHIFT_W-1:0] shift,
    output wire [BLOCK_W-1:0] block,
    output wire               last,        // the entry to be issued is the column's last
    input  wire               issue,       // an entry of the head is issued
    output wire [PTR_W-1:0]   read_pointer
);
    localparam COUNT_W = PTR_W + 1;
    localparam [31:0] LAST_SLOT_32 = DEPTH - 1;
    localparam [PTR_W-1:0] LAST_SLOT = LAST_SLOT_32[PTR_W-1:0];
    localparam [31:0] FULL_32 = DEPTH;
    localparam [COUNT_W-1:0] FULL = FULL_32[COUNT_W-1:0];

    (* ram_style = "distributed" *) reg [LEN_W+SHIFT_W+BLOCK_W-1:0] slots [0:(1<<PTR_W)-1];

    reg [PTR_W-1:0]   head;
    reg [PTR_W-1:0]   tail;
    reg [COUNT_W-1:0] count;
    reg [LEN_W-1:0]   issued; // entries of the head issued so far

    wire [LEN_W-1:0] length;
    assign {block, shift, length} = slots[head];

    assign valid         = count != {COUNT_W{1'b0}};
    assign last          = issued + 1'b1 == length;
    assign write_pointer = tail;
    assign read_pointer  = head;

    wire pop = issue && last;

    generate
        if (LOOK_AHEAD != 0) begin : g_look_ahead
            localparam [COUNT_W-1:0] ALMOST = FULL - 1'b1;

            assign full = count == FULL || (count == ALMOST && push);
        end else begin : g_now
            assign full = count == FULL;
        end
    endgenerate

    always @(posedge clk)
        if (push) slots[tail] <= {push_block, push_shift, push_length};

    always @(posedge clk) begin
        if (push) tail <= (tail == LAST_SLOT) ? {PTR_W{1'b0}} : tail + 1'b1;
        if (pop)  head <= (head == LAST_SLOT) ? {PTR_W{1'b0}} : head + 1'b1;
        if (push && !pop) count <= count + 1'b1;
        if (pop && !push) count <= count - 1'b1;
        if (issue) issued <= last ? {LEN_W{1'b0}} : issued + 1'b1;

        if (reset) begin
            head   <= {PTR_W{1'b0}};
            tail   <= {PTR_W{1'b0}};
            count  <= {COUNT_W{1'b0}};
            issued <= {LEN_W{1'b0}};
        end
    end
endmodule

`resetall
