// SPDX-License-Identifier: Apache-2.0
// ese_front_end - the sparse front end, once for all channels: PtrRead, and for every PE the control
// of ActQueue, SpmatRead and Accu.
//
// Input    columns as the controller lets them go, with their elements one clock later; weight
//          beats, one entry for every PE, as a valid/ready stream: a beat is taken when every PE's
//          weight buffer has room
// Output   what the channels need: queue pointers and elements, aligned weights, accumulator
//          addresses; all channels do the same in the same clock
// Emptying row drain_row of block drain_block of every PE, counted as stage 0; the PEs of group
//          drain_group are emptied.  drain_used comes at stage 2
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_front_end #(
    parameter PES        = 4,  // processing elements
    parameter CHANNELS   = 2,  // voices
    parameter LANES      = 1,  // elements of a channel in a word of y and m
    parameter LANE_W     = 1,  // bits of a lane number
    parameter GROUPS     = 4,  // PES / LANES rounded up
    parameter GROUP_W    = 2,  // bits of a group number
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
    parameter PROJECTION = 1   // 1: there is an m buffer
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
    input  wire [BLOCK_W-1:0]                block,
    input  wire                              closes,
    input  wire [CHANNELS-1:0]               first,
    input  wire [CHANNELS*ACT_W-1:0]         x_data,
    input  wire [CHANNELS*LANES*ACT_W-1:0]   y_data,
    input  wire [CHANNELS*LANES*ACT_W-1:0]   m_data,

    // To the accumulator blocks
    output wire                              close,
    output wire [BLOCK_W-1:0]                close_block,
    output wire [PES*(1<<BLOCK_W)-1:0]       quiet,

    // Emptying
    input  wire                              drain,       // stage 0
    input  wire [BLOCK_W-1:0]                drain_block, // stage 0
    input  wire [ROW_W-1:0]                  drain_row,   // stage 0
    input  wire [GROUP_W-1:0]                drain_group, // stage 0
    output reg  [BLOCK_W+ROW_W-1:0]          drain_address, // stage 1
    output reg  [GROUP_W-1:0]                drain_group_1, // stage 1
    output reg  [LANES-1:0]                  drain_used,    // stage 2

    // To the channels
    output wire [PES-1:0]                    queue_push,
    output wire [PES*QUEUE_W-1:0]            queue_write,
    output wire [PES*QUEUE_W-1:0]            queue_read,
    output wire [CHANNELS*ACT_W-1:0]         elements,
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
    localparam PADDED  = GROUPS * LANES;

    // ---- PtrRead ---------------------------------------------------------------------------
    wire [PES-1:0]       queue_full;
    wire [PES*LEN_W-1:0] push_lengths;
    wire [SHIFT_W-1:0]   push_shift;

    ese_ptr_read #(
        .PES        (PES),
        .CHANNELS   (CHANNELS),
        .LANES      (LANES),
        .LANE_W     (LANE_W),
        .ACT_W      (ACT_W),
        .LEN_W      (LEN_W),
        .SHIFT_W    (SHIFT_W),
        .BLOCK_W    (BLOCK_W),
        .PROJECTION (PROJECTION)
    ) u_ptr_read (
        .clk          (clk),
        .reset        (reset),
        .issue        (issue),
        .accept       (accept),
        .lengths      (lengths),
        .lane         (lane),
        .source       (source),
        .shift        (shift),
        .block        (block),
        .closes       (closes),
        .first        (first),
        .x_data       (x_data),
        .y_data       (y_data),
        .m_data       (m_data),
        .queue_full   (queue_full),
        .push         (queue_push),
        .push_lengths (push_lengths),
        .push_shift   (push_shift),
        .push_block   (close_block),
        .push_data    (elements),
        .close        (close)
    );

    // ---- emptying: addresses at stage 1, what has been written at stage 2 ------------------
    reg               drain_1;
    wire [PES-1:0]    row_used;
    wire [PADDED-1:0] row_used_padded;
    wire [GROUPS-1:0] group_hit;

    always @(posedge clk)
        if (reset) drain_1 <= 1'b0;
        else       drain_1 <= drain;

    always @(posedge clk) begin
        drain_address <= {drain_block, drain_row};
        drain_group_1 <= drain_group;
        drain_used    <= row_used_padded[drain_group_1*LANES +: LANES];
    end

    genvar g;
    generate
        for (g = 0; g < GROUPS; g = g + 1) begin : g_group
            localparam [31:0] NUMBER = g;
            assign group_hit[g] = drain_1 && drain_group_1 == NUMBER[GROUP_W-1:0];
        end
        if (PADDED > PES) begin : g_pad
            assign row_used_padded = {{(PADDED-PES){1'b0}}, row_used};
        end else begin : g_full
            assign row_used_padded = row_used;
        end
    endgenerate

    // ---- ActQueue, SpmatRead and Accu control, one of each a PE ----------------------------
    wire [PES-1:0] weight_full;
    wire [PES-1:0] starved;

    assign weights_ready    = weight_full == {PES{1'b0}};
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
                .BLOCK_W (BLOCK_W)
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
                .full        (weight_full[k]),
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
                .COUNT_W (FLIGHT_W)
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
                .drain_address (drain_address),
                .drain_clear   (group_hit[k/LANES]),
                .drain_used    (row_used[k])
            );
        end
    endgenerate
endmodule

`resetall
