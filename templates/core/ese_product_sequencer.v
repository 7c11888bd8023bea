// SPDX-License-Identifier: Apache-2.0
// ese_product_sequencer - walks the list of block products and lets their columns go.
//
// Program  words 0 .. last_product, the same list every frame; a word holds, from bit 0 up,
//          columns[COUNT_W], shift[SHIFT_W], source[2] (0: x, 1: y of the frame before, 2: m),
//          fold[FOLD_W] (log2 of the PEs that share rows), block[BLOCK_W] (relative to the frame's
//          first), opens, closes, frees_x
// Input    column_word / column_ready describe the column at the head of the column stream
// Output   `issue` takes that column: its vector element is read in this clock
// Rules    a frame begins when its x is complete; a product that opens an accumulator block waits
//          until it is empty; an element waits until the passes have written it
// Rate     one column a clock, no gap between products or frames
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_product_sequencer #(
    parameter PRODUCT_W = 5,  // bits of a product number
    parameter COUNT_W   = 10, // bits of a number of columns
    parameter SHIFT_W   = 3,  // bits of a weight shift
    parameter FOLD_W    = 1,  // bits of log2 of the PEs that share rows
    parameter BLOCK_W   = 1   // bits of an accumulator block number
) (
    input  wire                  clk,
    input  wire                  reset,

    // Program
    input  wire [PRODUCT_W-1:0]  last_product,
    input  wire [BLOCK_W-1:0]    frame_blocks,  // accumulator blocks of a frame, modulo their number
    output reg  [PRODUCT_W-1:0]  product,
    input  wire [COUNT_W+SHIFT_W+FOLD_W+BLOCK_W+4:0] product_word, // that of `product`

    // Head of the column stream
    input  wire                  column_valid,
    input  wire                  y_ready,       // its element, were it one of y
    input  wire                  m_ready,       // ... of m
    output wire                  issue,

    // What it belongs to
    output wire [1:0]            source,
    output wire [SHIFT_W-1:0]    shift,
    output wire [FOLD_W-1:0]     fold,
    output wire [BLOCK_W-1:0]    block,
    output wire                  closes,        // last column into its accumulator block
    output reg  [1:0]            frame,         // frame number, modulo 4

    // Neighbours
    input  wire                  x_full,
    output wire                  x_release,
    input  wire [(1<<BLOCK_W)-1:0] block_busy,
    output wire                  block_open,    // marks `block` busy
    input  wire                  accept,        // PtrRead takes a column
    output wire                  frame_start,

    // Monitor
    output wire [15:0]           mon_product,
    output wire [4:0]            mon_stall      // input, columns, accumulator, element, queue
);
    localparam [1:0] SOURCE_Y = 2'd1;
    localparam [1:0] SOURCE_M = 2'd2;

    reg [COUNT_W-1:0]   column;      // within the product
    reg [BLOCK_W-1:0]   frame_block; // accumulator block of the frame's first pass

    wire [COUNT_W-1:0] columns;
    wire [BLOCK_W-1:0] block_offset;
    wire               opens;
    wire               last_of_pass;
    wire               frees_x;

    assign {frees_x, last_of_pass, opens, block_offset, fold, source, shift, columns} = product_word;

    wire first_column = column == {COUNT_W{1'b0}};
    wire last_column  = column + 1'b1 == columns;
    wire frame_end    = product == last_product;
    wire frame_begin  = first_column && product == {PRODUCT_W{1'b0}};

    // Why the column at the head cannot go, the first reason that applies.
    wire wait_input   = frame_begin && !x_full;
    wire wait_columns = !column_valid;
    wire wait_block   = opens && first_column && block_busy[block];
    wire wait_element = (source == SOURCE_Y && !y_ready) || (source == SOURCE_M && !m_ready);

    assign mon_stall[0] = wait_input;
    assign mon_stall[1] = wait_columns && !wait_input;
    assign mon_stall[2] = wait_block && !wait_columns && !wait_input;
    assign mon_stall[3] = wait_element && !wait_block && !wait_columns && !wait_input;
    assign mon_stall[4] = !accept && !wait_element && !wait_block && !wait_columns && !wait_input;

    assign issue       = mon_stall == 5'd0 && !reset;
    assign block       = frame_block + block_offset;
    assign closes      = last_of_pass && last_column;
    assign block_open  = issue && opens && first_column;
    assign x_release   = issue && frees_x && last_column;
    assign frame_start = issue && frame_begin;
    assign mon_product = {{(16-PRODUCT_W){1'b0}}, product};

    always @(posedge clk) begin
        if (issue) begin
            column <= last_column ? {COUNT_W{1'b0}} : column + 1'b1;
            if (last_column) product <= frame_end ? {PRODUCT_W{1'b0}} : product + 1'b1;
            if (last_column && frame_end) begin
                frame       <= frame + 1'b1;
                frame_block <= frame_block + frame_blocks;
            end
        end

        if (reset) begin
            product     <= {PRODUCT_W{1'b0}};
            column      <= {COUNT_W{1'b0}};
            frame       <= 2'd0;
            frame_block <= {BLOCK_W{1'b0}};
        end
    end
endmodule

`resetall
