// SPDX-License-Identifier: Apache-2.0
// ese_pass_sequencer - walks the list of element-wise passes and empties accumulator blocks.
//
// Program  words 0 .. last_pass, the same list every frame; a word holds, from bit 0 up,
//          rows[ROWS_W], cell_base[C_WORD_W], write_base[WORD_W], operation[OPERATION_W],
//          function[2], target[5], coupled, cells, constants, leaves, format[FORMAT_W] (see ese_operation),
//          fold[FOLD_W] (log2 of the PEs that share rows), block[BLOCK_W] (relative to the frame's
//          first), opened_by[PRODUCT_W] (the product that opens its block: for checks alone)
// Step     LANES rows of the block: the same row of LANES PEs, or of LANES times 2**fold PEs; these
//          are group `group` of so many
// Rules    a pass begins when its block is ready and the pass before has left the pipeline;
//          a pass whose rows leave the chip steps only while the output FIFO has room for them;
//          a pass with constants takes a word of them a step
// Rate     one step a clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_pass_sequencer #(
    parameter PES         = 4,           // processing elements
    parameter LANES       = 1,           // element-wise lanes
    parameter GROUPS      = 4,           // steps per row of PEs
    parameter GROUP_W     = 2,           // bits of a group number
    parameter FOLD        = 1,           // PEs that share rows, at most
    parameter FOLD_W      = 1,           // bits of log2 of the PEs that share rows
    parameter PASS_W      = 4,           // bits of a pass number
    parameter ROWS_W      = 6,           // bits of a number of rows
    parameter ROW_W       = 4,           // bits of a row within the block
    parameter WORD_W      = 8,           // bits of a word's address
    parameter C_WORD_W    = 6,           // ... in the cell memory
    parameter FORMAT_W    = 1,           // bits of a format's number
    parameter OPERATION_W = 2,           // bits of an operation
    parameter BLOCK_W     = 1,           // bits of an accumulator block number
    parameter PRODUCT_W   = 5,           // bits of a product number
    parameter PASS_WORD_W = 41,          // bits of a word of the program
    parameter FIFO_W      = 5            // log2 of the output FIFO's words
) (
    input  wire                    clk,
    input  wire                    reset,

    // Program
    input  wire [PASS_W-1:0]       last_pass,
    input  wire [BLOCK_W-1:0]      frame_blocks,   // passes of a frame, modulo the blocks
    output reg  [PASS_W-1:0]       pass,
    input  wire [PASS_WORD_W-1:0]  pass_word,      // that of `pass`

    input  wire [(1<<BLOCK_W)-1:0] block_ready,
    input  wire                    constant_valid, // biases for a step are there
    input  wire                    pipeline_busy,
    input  wire                    output_pop,    // a word leaves the output FIFO

    output wire                    begin_pass,    // the pass below begins in the next clock
    output wire [1:0]              frame,         // its frame, modulo 4
    output wire                    first,         // the frame's first
    output wire [FORMAT_W+OPERATION_W+10:0] operation,     // what it does, for ese_operation
    output wire [C_WORD_W-1:0]     cell_base,     // first word of its cells, if it reads them
    output wire [WORD_W-1:0]       write_base,    // ... of its results
    output wire [FOLD_W-1:0]       fold,
    output wire [BLOCK_W-1:0]      block,
    output wire [PRODUCT_W-1:0]    opened_by,

    output wire                    step,
    output wire                    last_step,     // the block is empty after it
    output wire [ROW_W-1:0]        row,
    output wire [GROUP_W-1:0]      group,
    output wire [LANES-1:0]        keep,          // lanes that hold a row

    output wire [15:0]             mon_pass,
    output wire                    output_full     // a step waits for room in the output FIFO
);
    localparam [31:0] LAST_GROUP_32 = GROUPS - 1;
    localparam [GROUP_W-1:0] LAST_GROUP = LAST_GROUP_32[GROUP_W-1:0];
    localparam [31:0] FULL_GROUP_32 = LANES;
    localparam [ROWS_W-1:0] FULL_GROUP = FULL_GROUP_32[ROWS_W-1:0];
    localparam [31:0] REST_GROUP_32 = PES - (GROUPS - 1) * LANES; // rows of the last group
    localparam [ROWS_W-1:0] REST_GROUP = REST_GROUP_32[ROWS_W-1:0];

    reg [1:0]             pass_frame;
    reg [BLOCK_W-1:0]     frame_block;
    reg                   running;
    reg [ROW_W-1:0]       row_q;
    reg [GROUP_W-1:0]     group_q;
    reg [ROWS_W-1:0]      rows_left;
    reg [FIFO_W:0]        reserved;     // output words stepped and not yet popped

    wire [ROWS_W-1:0]   rows;
    wire [OPERATION_W-1:0] word_operation;
    wire [1:0]          word_function;
    wire [4:0]          word_target;
    wire                word_coupled;
    wire                word_cells;
    wire                constants;
    wire                leaves;
    wire [FORMAT_W-1:0] word_format;
    wire [BLOCK_W-1:0]  block_offset;

    // A pass begins long after its number is there: the pass before leaves the pipeline first.
    reg [PASS_WORD_W-1:0] pass_word_q;

    always @(posedge clk) pass_word_q <= pass_word;

    assign {opened_by, block_offset, fold, word_format, leaves, constants, word_cells, word_coupled,
            word_target, word_function, word_operation, write_base, cell_base, rows} = pass_word_q;

    assign operation = {word_format, leaves, constants, word_cells, word_coupled, word_target,
                        word_function, word_operation};
    assign first     = pass == {PASS_W{1'b0}};

    // Where PEs share rows there are fewer groups.
    wire [GROUP_W-1:0] last_group;
    generate
        if (FOLD > 1) begin : g_fold
            assign last_group = LAST_GROUP >> fold;
        end else begin : g_plain
            assign last_group = LAST_GROUP;
        end
    endgenerate

    wire [ROWS_W-1:0] group_rows = (group_q == LAST_GROUP) ? REST_GROUP : FULL_GROUP;
    wire              step_out   = step && leaves;

    assign block      = frame_block + block_offset;
    assign begin_pass = !running && block_ready[block] && !pipeline_busy && !reset;
    assign output_full = running && leaves && reserved[FIFO_W];
    assign step       = running && !(leaves && reserved[FIFO_W])
                     && (!constants || constant_valid) && !reset;
    assign last_step  = step && rows_left <= group_rows;
    assign frame      = pass_frame;
    assign row        = row_q;
    assign group      = group_q;
    assign mon_pass   = {{(16-PASS_W){1'b0}}, pass};

    genvar l;
    generate
        for (l = 0; l < LANES; l = l + 1) begin : g_lane
            localparam [31:0] LANE_32 = l;
            localparam [ROWS_W-1:0] LANE = LANE_32[ROWS_W-1:0];
            assign keep[l] = LANE < rows_left && LANE < group_rows;
        end
    endgenerate

    always @(posedge clk) begin
        if (begin_pass) begin
            running     <= 1'b1;
            row_q       <= {ROW_W{1'b0}};
            group_q     <= {GROUP_W{1'b0}};
            rows_left   <= rows;
        end
        if (step) begin
            rows_left   <= rows_left - group_rows;
            if (group_q == last_group) begin
                group_q <= {GROUP_W{1'b0}};
                row_q   <= row_q + 1'b1;
            end else begin
                group_q <= group_q + 1'b1;
            end
        end
        if (last_step) begin
            running <= 1'b0;
            pass    <= (pass == last_pass) ? {PASS_W{1'b0}} : pass + 1'b1;
            if (pass == last_pass) begin
                pass_frame  <= pass_frame + 1'b1;
                frame_block <= frame_block + frame_blocks;
            end
        end
        if (step_out && !output_pop) reserved <= reserved + 1'b1;
        if (output_pop && !step_out) reserved <= reserved - 1'b1;

        if (reset) begin
            running     <= 1'b0;
            pass        <= {PASS_W{1'b0}};
            pass_frame  <= 2'd0;
            frame_block <= {BLOCK_W{1'b0}};
            reserved    <= {(FIFO_W+1){1'b0}};
        end
    end
endmodule

`resetall
