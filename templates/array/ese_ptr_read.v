// SPDX-License-Identifier: Apache-2.0
// ese_ptr_read - PtrRead: fetches the column's vector element and hands it to the ActQueues.
//
// The column stream says how many entries the column has in each PE (the paper's p[j+1] - p[j]);
// a PE with none is left out.  The element is read from the x, y or m buffer for all channels at once;
// y counts as zero in channels that begin an utterance.  Where 2**fold PEs share rows, as many
// neighbouring elements go at once, of the lanes from `lane` on: PE k gets the (k mod 2**fold)-th.
//
// Latency  issue to ActQueue two clocks
// Rate     one column a clock while the queues concerned have room
// Reset    drops what is on the way
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_ptr_read #(
    parameter PES        = 4,  // processing elements
    parameter CHANNELS   = 2,  // voices
    parameter LANES      = 1,  // elements of a channel in a word of y and m
    parameter LANE_W     = 1,  // bits of a lane number
    parameter FOLD       = 1,  // PEs that share rows, at most: elements in a word of x; divides LANES
    parameter FOLD_W     = 1,  // bits of log2 of the PEs that share rows
    parameter ACT_W      = 16, // bits of an element
    parameter LEN_W      = 3,  // bits of a column length
    parameter SHIFT_W    = 3,  // bits of a weight shift
    parameter BLOCK_W    = 1,  // bits of an accumulator block number
    parameter PROJECTION = 1   // 1: there is an m buffer
) (
    input  wire                            clk,
    input  wire                            reset,

    // Column that goes now; its element is being read
    input  wire                            issue,
    output wire                            accept,
    input  wire [PES*LEN_W-1:0]            lengths,
    input  wire [LANE_W-1:0]               lane,
    input  wire [1:0]                      source,
    input  wire [SHIFT_W-1:0]              shift,
    input  wire [FOLD_W-1:0]               fold,
    input  wire [BLOCK_W-1:0]              block,
    input  wire                            closes,
    input  wire [CHANNELS-1:0]             first,     // channels whose y is zero

    // Words read, one clock after issue
    input  wire [CHANNELS*FOLD*ACT_W-1:0]  x_data,
    input  wire [CHANNELS*LANES*ACT_W-1:0] y_data,
    input  wire [CHANNELS*LANES*ACT_W-1:0] m_data,

    // To the ActQueues
    input  wire [PES-1:0]                  queue_full,
    output wire [PES-1:0]                  push,
    output wire [PES*LEN_W-1:0]            push_lengths,
    output wire [SHIFT_W-1:0]              push_shift,
    output wire [BLOCK_W-1:0]              push_block,
    output wire [CHANNELS*FOLD*ACT_W-1:0]  push_data, // {channel: p: element for PEs k, k mod FOLD = p}
    output wire                            close      // push_block has got its last column
);
    localparam [1:0] SOURCE_X = 2'd0;
    localparam [1:0] SOURCE_Y = 2'd1;

    // ---- read stage: the word is at the RAM's output ---------------------------------------
    reg                 read_valid;
    reg [PES*LEN_W-1:0] read_lengths;
    reg [LANE_W-1:0]    read_lane;
    reg [1:0]           read_source;
    reg [SHIFT_W-1:0]   read_shift;
    reg [BLOCK_W-1:0]   read_block;
    reg                 read_closes;
    reg [CHANNELS-1:0]  read_first;

    // ---- send stage: the element waits for room in the queues ------------------------------
    reg                               send_valid;
    reg [PES*LEN_W-1:0]               send_lengths;
    reg [SHIFT_W-1:0]                 send_shift;
    reg [BLOCK_W-1:0]                 send_block;
    reg                               send_closes;
    reg [CHANNELS*FOLD*ACT_W-1:0]     send_data;

    wire [PES-1:0] needed;
    genvar k;
    generate
        for (k = 0; k < PES; k = k + 1) begin : g_needed
            assign needed[k] = |send_lengths[k*LEN_W +: LEN_W];
        end
    endgenerate

    wire send      = send_valid && (needed & queue_full) == {PES{1'b0}};
    wire send_free = !send_valid || send;

    assign accept = !read_valid || send_free;

    always @(posedge clk) begin
        if (issue)          read_valid <= 1'b1;
        else if (send_free) read_valid <= 1'b0;
        if (send_free)      send_valid <= read_valid;

        if (reset) begin
            read_valid <= 1'b0;
            send_valid <= 1'b0;
        end
    end

    always @(posedge clk)
        if (issue) begin
            read_lengths <= lengths;
            read_lane    <= lane;
            read_source  <= source;
            read_shift   <= shift;
            read_block   <= block;
            read_closes  <= closes;
            read_first   <= first;
        end

    // ---- choice of the elements ------------------------------------------------------------
    // Where PEs share rows the low bits of read_lane are zero, and each has its own.
    wire [FOLD*LANE_W-1:0] lanes;
    genvar p;
    generate
        if (FOLD > 1) begin : g_fold
            reg [FOLD_W-1:0] read_fold;

            always @(posedge clk)
                if (issue) read_fold <= fold;

            for (p = 0; p < FOLD; p = p + 1) begin : g_own
                localparam [31:0] NUMBER = p;
                assign lanes[p*LANE_W +: LANE_W] =
                    read_lane | (NUMBER[LANE_W-1:0] & ~({LANE_W{1'b1}} << read_fold));
            end
        end else begin : g_plain
            wire unused_fold = ^fold;

            assign lanes = read_lane;
        end
    endgenerate

    wire [CHANNELS*FOLD*ACT_W-1:0] elements;
    genvar c;
    generate
        for (p = 0; p < FOLD; p = p + 1) begin : g_part
            wire [LANE_W-1:0] own_lane = lanes[p*LANE_W +: LANE_W];

            for (c = 0; c < CHANNELS; c = c + 1) begin : g_channel
                wire [FOLD*ACT_W-1:0]  x_word = x_data[c*FOLD*ACT_W +: FOLD*ACT_W];
                wire [LANES*ACT_W-1:0] y_word = y_data[c*LANES*ACT_W +: LANES*ACT_W];
                wire [ACT_W-1:0]       x_lane;
                wire [ACT_W-1:0]       y_lane;
                wire [ACT_W-1:0]       m_lane;
                if (FOLD > 1) begin : g_x_lane
                    assign x_lane = x_word[own_lane[$clog2(FOLD)-1:0]*ACT_W +: ACT_W];
                end else begin : g_one_x_lane
                    assign x_lane = x_word;
                end
                if (LANES > 1) begin : g_lane
                    assign y_lane = y_word[own_lane*ACT_W +: ACT_W];
                end else begin : g_one_lane
                    assign y_lane = y_word;
                end
                if (PROJECTION != 0) begin : g_m
                    wire [LANES*ACT_W-1:0] m_word = m_data[c*LANES*ACT_W +: LANES*ACT_W];
                    if (LANES > 1) begin : g_lane
                        assign m_lane = m_word[own_lane*ACT_W +: ACT_W];
                    end else begin : g_one_lane
                        assign m_lane = m_word;
                    end
                end else begin : g_no_m
                    assign m_lane = {ACT_W{1'b0}};
                end
                assign elements[(c*FOLD+p)*ACT_W +: ACT_W] =
                      read_source == SOURCE_X ? x_lane
                    : read_source != SOURCE_Y ? m_lane
                    : read_first[c]           ? {ACT_W{1'b0}}
                    :                           y_lane;
            end
            if (LANES == 1) begin : g_unused_lane
                wire unused_lane = ^own_lane;
            end
        end
        if (PROJECTION == 0) begin : g_unused_m
            wire unused_m = ^m_data;
        end
    endgenerate

    always @(posedge clk)
        if (send_free) begin
            send_lengths <= read_lengths;
            send_shift   <= read_shift;
            send_block   <= read_block;
            send_closes  <= read_closes;
            send_data    <= elements;
        end

    assign push         = needed & {PES{send}};
    assign push_lengths = send_lengths;
    assign push_shift   = send_shift;
    assign push_block   = send_block;
    assign push_data    = send_data;
    assign close        = send && send_closes;
endmodule

`resetall
