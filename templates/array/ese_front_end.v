// SPDX-License-Identifier: Apache-2.0
// ese_front_end - the sparse front end, once for all channels: PtrRead, and for every PE the control
// of ActQueue, SpmatRead and Accu.
//
// Input    columns as the controller lets them go, with their elements one clock later; weight
//          beats, one entry for every PE, as a valid/ready stream: a beat is taken when every PE's
//          weight buffer has room; `weights_ready` is a register
// Output   what the channels need: queue pointers and elements, aligned weights, accumulator
//          addresses; all channels do the same in the same clock
// Folding  where 2**fold PEs share rows, the column carries as many elements (ese_ptr_read)
// Emptying row drain_row of block drain_block of the PEs of group drain_group (ese_drain_control),
//          counted as stage 0; drain_used and drain_pick come at stage
//          ASSEMBLE_CLOCKS
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_front_end #(
    parameter PES        = 4,  // processing elements
    parameter CHANNELS   = 2,  // voices
    parameter LANES      = 1,  // elements of a channel in a word of a store
    parameter LANE_W     = 1,  // bits of a lane number
    parameter GROUPS     = 4,  // PES / LANES rounded up
    parameter GROUP_W    = 2,  // bits of a group number
    parameter FOLD       = 1,  // PEs that share rows, at most
    parameter FOLD_W     = 1,  // bits of log2 of the PEs that share rows
    parameter FIFO_DEPTH = 8,  // columns in an ActQueue
    parameter QUEUE_W    = 3,  // bits of an ActQueue pointer
    parameter WEIGHT_W   = 12, // bits of a weight
    parameter INDEX_W    = 4,  // bits of an index
    parameter ACT_W      = 16, // bits of an element
    parameter ALIGNED_W  = 15, // bits of an aligned weight
    parameter LEN_W      = 3,  // bits of a column length
    parameter SHIFT_W    = 2,  // bits of a weight shift
    parameter BLOCK_W    = 1,  // bits of an accumulator block number
    parameter ROW_W      = 4,  // bits of a row within the block
    parameter FLIGHT_W   = 4,  // bits that count the columns under way in a PE
    parameter WFIFO_W    = 5,  // log2 of the depth of a PE's weight buffer
    parameter RELATIVE   = 0,  // 1: relative encoding
    parameter KEPT       = 1,  // 0: there is no kept store
    parameter SCRATCH    = 1,  // 0: there is no scratch store
    parameter FETCH_CLOCKS = 2, // of ese_ptr_read, 2 or 3
    parameter READY_CLOCKS = 0, // ... 0 or 1
    parameter MULTIPLY_CLOCKS = 2, // of ese_pe, 2 or 3
    parameter ASSEMBLE_CLOCKS = 2  // of ese_assemble, 2 or 3
) (
    input  wire                              clk,
    input  wire                              reset,

    // Weight stream
    input  wire                              weights_valid,
    output wire                              weights_ready,
    input  wire [PES*(WEIGHT_W+INDEX_W)-1:0] weights,

    // Column that goes now
    input  wire                              issue,
    output wire                              accept,
    input  wire [PES*LEN_W-1:0]              lengths,
    input  wire [LANE_W-1:0]                 lane,
    input  wire [1:0]                        source,
    input  wire [SHIFT_W-1:0]                shift,
    input  wire [FOLD_W-1:0]                 fold,
    input  wire [BLOCK_W-1:0]                block,
    input  wire                              closes,
    input  wire [CHANNELS-1:0]               first,
    input  wire [CHANNELS*FOLD*ACT_W-1:0]    x_data,
    input  wire [CHANNELS*LANES*ACT_W-1:0]   kept_data,
    input  wire [CHANNELS*LANES*ACT_W-1:0]   scratch_data,

    // To the accumulator blocks
    output wire                              close,
    output wire [BLOCK_W-1:0]                close_block,
    output wire [PES*(1<<BLOCK_W)-1:0]       quiet,

    // Emptying
    input  wire                              drain,         // stage 0
    input  wire [BLOCK_W-1:0]                drain_block,   // stage 0
    input  wire [ROW_W-1:0]                  drain_row,     // stage 0
    input  wire [GROUP_W-1:0]                drain_group,   // stage 0
    input  wire [FOLD_W-1:0]                 drain_fold,    // stage 0
    output wire [BLOCK_W+ROW_W-1:0]          drain_address, // stage 1
    output wire [GROUP_W-1:0]                drain_group_1, // stage 1
    output wire [FOLD*LANES-1:0]             drain_used,    // stage ASSEMBLE_CLOCKS
    output wire [2*FOLD-1:1]                 drain_pick,    // stage ASSEMBLE_CLOCKS

    // To the channels
    output wire [PES-1:0]                    queue_push,
    output wire [PES*QUEUE_W-1:0]            queue_write,
    output wire [PES*QUEUE_W-1:0]            queue_read,
    output wire [CHANNELS*FOLD*ACT_W-1:0]    elements,
    output wire [PES*ALIGNED_W-1:0]          aligned_weights,
    output wire [PES-1:0]                    acc_write,
    output wire [PES-1:0]                    acc_keep,
    output wire [PES*(BLOCK_W+ROW_W)-1:0]    acc_address,

    output wire [PES-1:0]                    mon_issue,
    output wire                              mon_weight_stall
);
    localparam ENTRY_W = WEIGHT_W + INDEX_W;
    localparam ADDR_W  = BLOCK_W + ROW_W;
    localparam BLOCKS  = 1 << BLOCK_W;

    // ---- PtrRead ---------------------------------------------------------------------------
    wire [PES-1:0]       queue_full;
    wire [PES*LEN_W-1:0] push_lengths;
    wire [SHIFT_W-1:0]   push_shift;

    ese_ptr_read #(
        .PES        (PES),
        .CHANNELS   (CHANNELS),
        .LANES      (LANES),
        .LANE_W     (LANE_W),
        .FOLD       (FOLD),
        .FOLD_W     (FOLD_W),
        .ACT_W      (ACT_W),
        .LEN_W      (LEN_W),
        .SHIFT_W    (SHIFT_W),
        .BLOCK_W    (BLOCK_W),
        .KEPT       (KEPT),
        .SCRATCH    (SCRATCH),
        .FETCH_CLOCKS (FETCH_CLOCKS),
        .READY_CLOCKS (READY_CLOCKS)
    ) u_ptr_read (
        .clk          (clk),
        .reset        (reset),
        .issue        (issue),
        .accept       (accept),
        .lengths      (lengths),
        .lane         (lane),
        .source       (source),
        .shift        (shift),
        .fold         (fold),
        .block        (block),
        .closes       (closes),
        .first        (first),
        .x_data       (x_data),
        .kept_data    (kept_data),
        .scratch_data (scratch_data),
        .queue_full   (queue_full),
        .push         (queue_push),
        .push_lengths (push_lengths),
        .push_shift   (push_shift),
        .push_block   (close_block),
        .push_data    (elements),
        .close        (close)
    );

    // ---- emptying --------------------------------------------------------------------------
    wire [PES-1:0] row_used;
    wire [PES-1:0] row_clear;

    ese_drain_control #(
        .PES     (PES),
        .LANES   (LANES),
        .GROUPS  (GROUPS),
        .GROUP_W (GROUP_W),
        .FOLD    (FOLD),
        .FOLD_W  (FOLD_W),
        .BLOCK_W (BLOCK_W),
        .ROW_W   (ROW_W),
        .CLOCKS  (ASSEMBLE_CLOCKS)
    ) u_drain (
        .clk         (clk),
        .reset       (reset),
        .drain       (drain),
        .drain_block (drain_block),
        .drain_row   (drain_row),
        .drain_group (drain_group),
        .drain_fold  (drain_fold),
        .address     (drain_address),
        .group       (drain_group_1),
        .clear       (row_clear),
        .row_used    (row_used),
        .used        (drain_used),
        .pick        (drain_pick)
    );

    // The row once, one bit of all, instead of a decoder in each PE.
    reg [(1<<(BLOCK_W+ROW_W))-1:0] row_hit;

    always @(posedge clk)
        row_hit <= {{((1<<(BLOCK_W+ROW_W))-1){1'b0}}, 1'b1} << {drain_block, drain_row};

    // ---- ActQueue, SpmatRead and Accu control, one of each a PE ----------------------------
    wire [PES-1:0] weight_full_next;
    wire [PES-1:0] starved;
    reg            weights_room;

    always @(posedge clk)
        weights_room <= weight_full_next == {PES{1'b0}} || reset;

    assign weights_ready    = weights_room;
    assign mon_weight_stall = |starved;

    genvar k;
    generate
        for (k = 0; k < PES; k = k + 1) begin : g_pe
            wire               queue_valid;
            wire [SHIFT_W-1:0] head_shift;
            wire [BLOCK_W-1:0] head_block;
            wire               last;
            wire               nonzero;
            wire [ROW_W-1:0]   row;

            ese_act_queue #(
                .DEPTH   (FIFO_DEPTH),
                .PTR_W   (QUEUE_W),
                .LEN_W   (LEN_W),
                .SHIFT_W (SHIFT_W),
                .BLOCK_W (BLOCK_W),
                .LOOK_AHEAD (READY_CLOCKS)
            ) u_queue (
                .clk           (clk),
                .reset         (reset),
                .push          (queue_push[k]),
                .push_length   (push_lengths[k*LEN_W +: LEN_W]),
                .push_shift    (push_shift),
                .push_block    (close_block),
                .full          (queue_full[k]),
                .write_pointer (queue_write[k*QUEUE_W +: QUEUE_W]),
                .valid         (queue_valid),
                .shift         (head_shift),
                .block         (head_block),
                .last          (last),
                .issue         (mon_issue[k]),
                .read_pointer  (queue_read[k*QUEUE_W +: QUEUE_W])
            );

            ese_spmat_read #(
                .WEIGHT_W  (WEIGHT_W),
                .INDEX_W   (INDEX_W),
                .ALIGNED_W (ALIGNED_W),
                .SHIFT_W   (SHIFT_W),
                .ROW_W     (ROW_W),
                .RELATIVE  (RELATIVE),
                .FIFO_W    (WFIFO_W)
            ) u_spmat_read (
                .clk         (clk),
                .reset       (reset),
                .push        (weights_valid && weights_ready),
                .push_entry  (weights[k*ENTRY_W +: ENTRY_W]),
                .full_next   (weight_full_next[k]),
                .queue_valid (queue_valid),
                .shift       (head_shift),
                .last        (last),
                .issue       (mon_issue[k]),
                .starved     (starved[k]),
                .weight      (aligned_weights[k*ALIGNED_W +: ALIGNED_W]),
                .nonzero     (nonzero),
                .row         (row)
            );

            ese_accu_control #(
                .ROW_W   (ROW_W),
                .BLOCK_W (BLOCK_W),
                .COUNT_W (FLIGHT_W),
                .MULTIPLY_CLOCKS (MULTIPLY_CLOCKS)
            ) u_accu_control (
                .clk           (clk),
                .reset         (reset),
                .push          (queue_push[k]),
                .push_block    (close_block),
                .quiet         (quiet[k*BLOCKS +: BLOCKS]),
                .issue         (mon_issue[k]),
                .nonzero       (nonzero),
                .last          (last),
                .block         (head_block),
                .row           (row),
                .write         (acc_write[k]),
                .keep          (acc_keep[k]),
                .address       (acc_address[k*ADDR_W +: ADDR_W]),
                .drain_row     (row_hit),
                .drain_clear   (row_clear[k]),
                .drain_used    (row_used[k])
            );
        end
    endgenerate
endmodule

`resetall
