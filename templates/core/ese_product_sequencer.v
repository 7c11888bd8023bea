// SPDX-License-Identifier: Apache-2.0
// ese_product_sequencer - walks the list of block products and lets their columns go.
//
// Program  words 0 .. last_product, the same list every frame; a word holds, from bit 0 up,
//          columns[COUNT_W], shift[SHIFT_W], source[2] (0: x, 1: kept store, of the frame before,
//          2: scratch store, 3: kept store), offset[OFFSET_W] (see ese_progress), fold[FOLD_W] (log2 of
//          the PEs that share rows), block[BLOCK_W] (relative to the frame's first), opens, closes,
//          frees_x
//          `product` asks for a word in the clock before it is needed
// Input    column_valid and `ready` describe the column at the head of the column stream
// Output   `issue` takes that column: its vector element is read in this clock
// Rules    a frame begins when its x is complete, and the passes are at the frame before; a product that
//          opens an accumulator block waits until it is empty; an element waits until the passes have
//          written it
// Rate     one column a clock, no gap between products or frames
// Reset    the first word is taken in the clock after it, in which no column may be valid (a stream's first
//          word comes two clocks after reset)
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_product_sequencer #(
    parameter PRODUCT_W = 5,  // bits of a product number
    parameter COUNT_W   = 10, // bits of a number of columns
    parameter SHIFT_W   = 3,  // bits of a weight shift
    parameter OFFSET_W  = 10, // bits of an offset
    parameter FOLD_W    = 1,  // bits of log2 of the PEs that share rows
    parameter BLOCK_W   = 1   // bits of an accumulator block number
) (
    input  wire                  clk,
    input  wire                  reset,

    // Program
    input  wire [PRODUCT_W-1:0]  last_product,
    input  wire [BLOCK_W-1:0]    frame_blocks,  // accumulator blocks of a frame, modulo their number
    output wire [PRODUCT_W-1:0]  product,
    input  wire [COUNT_W+SHIFT_W+OFFSET_W+FOLD_W+BLOCK_W+4:0] product_word, // that of `product`

    // Head of the column stream
    input  wire                  column_valid,
    input  wire                  ready,         // its element, were it not one of x
    output wire                  issue,

    // What it belongs to
    output wire [1:0]            source,
    output wire [SHIFT_W-1:0]    shift,
    output wire [FOLD_W-1:0]     fold,
    output reg  [BLOCK_W-1:0]    block,
    output wire                  closes,        // last column into its accumulator block
    output reg  [1:0]            frame,         // frame number, modulo 4
    output wire [1:0]            need_frame,    // that of the vector that it reads
    output wire [OFFSET_W-1:0]   need_offset,
    output wire [1:0]            next_frame,    // the same for the column behind the head
    output wire [OFFSET_W-1:0]   next_offset,

    // Neighbours
    input  wire [1:0]            pass_frame,    // frame of the passes
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
    localparam [1:0] SOURCE_X      = 2'd0;
    localparam [1:0] SOURCE_BEFORE = 2'd1;
    localparam [31:0] ONE_32 = 1;
    localparam [31:0] TWO_32 = 2;
    localparam [COUNT_W-1:0] ONE = ONE_32[COUNT_W-1:0];
    localparam [COUNT_W-1:0] TWO = TWO_32[COUNT_W-1:0];

    reg  [PRODUCT_W-1:0] current;     // product of the column at the head
    reg  [BLOCK_W-1:0]   frame_block; // accumulator block of the frame's first pass

    // ---- the program word of the product, and of the one that follows ----------------------
    wire [COUNT_W-1:0] columns;
    wire [SHIFT_W-1:0] word_shift;
    wire [1:0]         word_source;
    wire [OFFSET_W-1:0] word_offset;
    wire [FOLD_W-1:0]  word_fold;
    wire [BLOCK_W-1:0] word_block;
    wire               word_opens;
    wire               word_closes;
    wire               word_frees_x;

    assign {word_frees_x, word_closes, word_opens, word_block, word_fold, word_offset, word_source,
            word_shift, columns} = product_word;

    reg [COUNT_W-1:0] left;         // columns from the head on
    reg               last_column;  // the head is the product's last
    reg               first_column; // ... first
    reg               frame_begin;  // ... and the frame's
    reg               opens;        // the product opens its accumulator block
    reg               last_of_pass;
    reg               frees_x;
    reg [SHIFT_W-1:0] shift_q;
    reg [1:0]         source_q;
    reg [OFFSET_W-1:0] offset_q;
    reg [FOLD_W-1:0]  fold_q;

    reg                  frame_end;             // it is the frame's last product
    reg  [PRODUCT_W-1:0] following;             // the product behind it: a register, as its word's
                                                // offset is added to the words written in one clock
    reg                  starting;              // reset was a clock ago
    wire                 turn             = (issue && last_column) || starting;
    wire [BLOCK_W-1:0]   next_frame_block = frame_end ? frame_block + frame_blocks : frame_block;

    assign product = following;

    always @(posedge clk)
        if (turn) begin
            shift_q      <= word_shift;
            source_q     <= word_source;
            offset_q     <= word_offset;
            fold_q       <= word_fold;
            opens        <= word_opens;
            last_of_pass <= word_closes;
            frees_x      <= word_frees_x;
        end

    always @(posedge clk) begin
        if (issue) begin
            left         <= left - 1'b1;
            last_column  <= left == TWO;
            first_column <= 1'b0;
            frame_begin  <= 1'b0;
        end
        if (turn) begin
            left         <= columns;
            last_column  <= columns == ONE;
            first_column <= 1'b1;
            frame_begin  <= frame_end || starting;
            current      <= following;
            following    <= following == last_product ? {PRODUCT_W{1'b0}} : following + 1'b1;
            frame_end    <= following == last_product;
            frame_block  <= next_frame_block;
            block        <= next_frame_block + word_block;
            frame        <= frame + {1'b0, frame_end};
        end

        starting <= reset;
        if (reset) begin
            following   <= {PRODUCT_W{1'b0}};
            frame_end   <= 1'b0;
            frame_block <= {BLOCK_W{1'b0}};
            frame       <= 2'd0;
        end
    end

    // ---- may the column at the head go -----------------------------------------------------
    // Why it cannot, the first reason that applies.
    wire wait_input   = frame_begin && !x_full;
    wire wait_columns = !column_valid;
    wire wait_passes  = frame_begin && frame == pass_frame + 2'd2;
    wire wait_block   = opens && first_column && block_busy[block];
    wire wait_element = source_q != SOURCE_X && !ready;
    wire may_begin    = !(wait_input || wait_columns || wait_passes);

    assign issue = may_begin && !wait_block && !wait_element && accept && !reset;

    assign mon_stall[0] = wait_input;
    assign mon_stall[1] = wait_columns && !wait_input;
    assign mon_stall[2] = may_begin && wait_block;
    assign mon_stall[3] = (wait_passes && !wait_input && !wait_columns)
                       || (may_begin && !wait_block && wait_element);
    assign mon_stall[4] = may_begin && !wait_block && !wait_element && !accept;

    // The column behind the head may be one of the following product.
    wire       turns       = column_valid && last_column;
    wire [1:0] next_source = turns ? word_source : source_q;

    assign shift       = shift_q;
    assign source      = source_q;
    assign fold        = fold_q;
    assign need_frame  = frame - {1'b0, source_q == SOURCE_BEFORE};
    assign need_offset = offset_q;
    assign next_frame  = frame + {1'b0, turns && frame_end} - {1'b0, next_source == SOURCE_BEFORE};
    assign next_offset = turns ? word_offset : offset_q;
    assign closes      = last_of_pass && last_column;
    assign block_open  = issue && opens && first_column;
    assign x_release   = issue && frees_x && last_column;
    assign frame_start = issue && frame_begin;
    assign mon_product = {{(16-PRODUCT_W){1'b0}}, current};

`ifndef SYNTHESIS
    reg was_reset; // before that, what is in registers means nothing

    initial was_reset = 1'b0;

    always @(posedge clk) begin
        if (reset) was_reset <= 1'b1;
        if (was_reset && starting && !reset && column_valid) begin
            $display("ese_product_sequencer: a column is there in the clock after reset");
            $fatal;
        end
    end
`endif
endmodule

`resetall
