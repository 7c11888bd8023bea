// SPDX-License-Identifier: Apache-2.0
// ese_ptr_read - PtrRead: fetches the column's vector element and hands it to the ActQueues.
//
// The column stream says how many entries the column has in each PE (the paper's p[j+1] - p[j]);
// a PE with none is left out.  The element is read from the buffer of x or from a store of vectors for all
// channels at once; what the frame before wrote counts as zero in channels that begin an utterance.  Where 2**fold PEs share rows, as many
// neighbouring elements go at once, of the lanes from `lane` on: PE k gets the (k mod 2**fold)-th.
//
// Latency  issue to ActQueue FETCH_CLOCKS: 2, or 3 with a register and nothing else behind the buffers
// Rate     one column a clock while the queues concerned have room.  READY_CLOCKS 0: as queue_full says
//          now; 1: as queue_full said a clock before of this one
// Reset    drops what is on the way
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_ptr_read #(
    parameter PES        = 4,  // processing elements
    parameter CHANNELS   = 2,  // voices
    parameter LANES      = 1,  // elements of a channel in a word of a store
    parameter LANE_W     = 1,  // bits of a lane number
    parameter FOLD       = 1,  // PEs that share rows, at most: elements in a word of x; divides LANES
    parameter FOLD_W     = 1,  // bits of log2 of the PEs that share rows
    parameter ACT_W      = 16, // bits of an element
    parameter LEN_W      = 3,  // bits of a column length
    parameter SHIFT_W    = 3,  // bits of a weight shift
    parameter BLOCK_W    = 1,  // bits of an accumulator block number
    parameter KEPT       = 1,  // 0: there is no kept store
    parameter SCRATCH    = 1,  // 0: there is no scratch store
    parameter FETCH_CLOCKS = 2, // 2 or 3
    parameter READY_CLOCKS = 0  // 0 or 1
) (
    input  wire                            clk,
    input  wire                            reset,

    // Column that goes now, while `accept`; its element is being read.  In a clock of `accept` the
    // buffers may read anything else: what they show after it is nobody's
    input  wire                            issue,
    output wire                            accept,
    input  wire [PES*LEN_W-1:0]            lengths,
    input  wire [LANE_W-1:0]               lane,
    input  wire [1:0]                      source,    // 0 x, 1 kept, of the frame before, 2 scratch, 3 kept
    input  wire [SHIFT_W-1:0]              shift,
    input  wire [FOLD_W-1:0]               fold,
    input  wire [BLOCK_W-1:0]              block,
    input  wire                            closes,
    input  wire [CHANNELS-1:0]             first,     // channels that begin

    // Words read, one clock after issue
    input  wire [CHANNELS*FOLD*ACT_W-1:0]  x_data,
    input  wire [CHANNELS*LANES*ACT_W-1:0] kept_data,
    input  wire [CHANNELS*LANES*ACT_W-1:0] scratch_data,

    // To the ActQueues
    input  wire [PES-1:0]                  queue_full,
    output wire [PES-1:0]                  push,
    output wire [PES*LEN_W-1:0]            push_lengths,
    output wire [SHIFT_W-1:0]              push_shift,
    output wire [BLOCK_W-1:0]              push_block,
    output wire [CHANNELS*FOLD*ACT_W-1:0]  push_data, // {channel: p: element for PEs k, k mod FOLD = p}
    output wire                            close      // push_block has got its last column
);
    localparam [1:0] SOURCE_X       = 2'd0;
    localparam [1:0] SOURCE_BEFORE  = 2'd1;
    localparam [1:0] SOURCE_SCRATCH = 2'd2;

    // What is known of a column besides its words.
    localparam TAG_W = PES + PES*LEN_W + LANE_W + 2 + SHIFT_W + FOLD_W + BLOCK_W + 1 + CHANNELS;
    localparam X_W   = CHANNELS * FOLD * ACT_W;
    localparam WORD_W    = CHANNELS * LANES * ACT_W;
    localparam KEPT_W    = (KEPT != 0) ? WORD_W : 1;
    localparam SCRATCH_W = (SCRATCH != 0) ? WORD_W : 1;

    wire [PES-1:0] holds; // PEs in which the column has entries
    genvar k;
    generate
        for (k = 0; k < PES; k = k + 1) begin : g_holds
            assign holds[k] = |lengths[k*LEN_W +: LEN_W];
        end
    endgenerate

    // ---- read stage: the words are at the buffers' outputs ---------------------------------
    reg             read_valid;
    reg [TAG_W-1:0] read_tag;
    wire            read_free;

    assign accept = !read_valid || read_free;

    always @(posedge clk) begin
        if (issue)          read_valid <= 1'b1;
        else if (read_free) read_valid <= 1'b0;

        if (reset) read_valid <= 1'b0;
    end

    always @(posedge clk)
        if (issue) read_tag <= {holds, lengths, lane, source, shift, fold, block, closes, first};

    // ---- word stage: the words are in registers --------------------------------------------
    wire                 word_valid;
    wire [TAG_W-1:0]     word_tag;
    wire [X_W-1:0]       x_words;
    wire [KEPT_W-1:0]    kept_words;
    wire [SCRATCH_W-1:0] scratch_words;
    wire                 send_free;
    generate
        if (FETCH_CLOCKS > 2) begin : g_word
            reg                 valid;
            reg [TAG_W-1:0]     tag;
            reg [X_W-1:0]       x_q;
            reg [KEPT_W-1:0]    kept_q;
            reg [SCRATCH_W-1:0] scratch_q;

            assign read_free     = !valid || send_free;
            assign word_valid    = valid;
            assign word_tag      = tag;
            assign x_words       = x_q;
            assign kept_words    = kept_q;
            assign scratch_words = scratch_q;

            always @(posedge clk)
                if (reset)          valid <= 1'b0;
                else if (read_free) valid <= read_valid;

            always @(posedge clk)
                if (read_free) begin
                    tag       <= read_tag;
                    x_q       <= x_data;
                    kept_q    <= kept_data[KEPT_W-1:0];
                    scratch_q <= scratch_data[SCRATCH_W-1:0];
                end
        end else begin : g_no_word
            assign read_free     = send_free;
            assign word_valid    = read_valid;
            assign word_tag      = read_tag;
            assign x_words       = x_data;
            assign kept_words    = kept_data[KEPT_W-1:0];
            assign scratch_words = scratch_data[SCRATCH_W-1:0];
        end
        if (KEPT == 0) begin : g_unused_kept
            wire unused_kept = &{1'b0, kept_data, kept_words};
        end
        if (SCRATCH == 0) begin : g_unused_scratch
            wire unused_scratch = &{1'b0, scratch_data, scratch_words};
        end
    endgenerate

    wire [PES-1:0]       word_holds;
    wire [PES*LEN_W-1:0] word_lengths;
    wire [LANE_W-1:0]    word_lane;
    wire [1:0]           word_source;
    wire [SHIFT_W-1:0]   word_shift;
    wire [FOLD_W-1:0]    word_fold;
    wire [BLOCK_W-1:0]   word_block;
    wire                 word_closes;
    wire [CHANNELS-1:0]  word_first;

    assign {word_holds, word_lengths, word_lane, word_source, word_shift, word_fold, word_block,
            word_closes, word_first} = word_tag;

    // ---- choice of the elements ------------------------------------------------------------
    // Where PEs share rows the low bits of word_lane are zero, and each has its own.
    wire [FOLD*LANE_W-1:0] lanes;
    genvar p;
    generate
        if (FOLD > 1) begin : g_fold
            for (p = 0; p < FOLD; p = p + 1) begin : g_own
                localparam [31:0] NUMBER = p;
                assign lanes[p*LANE_W +: LANE_W] =
                    word_lane | (NUMBER[LANE_W-1:0] & ~({LANE_W{1'b1}} << word_fold));
            end
        end else begin : g_plain
            wire unused_fold = ^word_fold;

            assign lanes = word_lane;
        end
    endgenerate

    wire [CHANNELS*FOLD*ACT_W-1:0] elements;
    genvar c;
    generate
        for (p = 0; p < FOLD; p = p + 1) begin : g_part
            wire [LANE_W-1:0] own_lane = lanes[p*LANE_W +: LANE_W];

            for (c = 0; c < CHANNELS; c = c + 1) begin : g_channel
                wire [FOLD*ACT_W-1:0] x_word = x_words[c*FOLD*ACT_W +: FOLD*ACT_W];
                wire [ACT_W-1:0]      x_lane;
                wire [ACT_W-1:0]      kept_lane;
                wire [ACT_W-1:0]      scratch_lane;
                if (FOLD > 1) begin : g_x_lane
                    assign x_lane = x_word[own_lane[$clog2(FOLD)-1:0]*ACT_W +: ACT_W];
                end else begin : g_one_x_lane
                    assign x_lane = x_word;
                end
                if (KEPT != 0) begin : g_kept
                    wire [LANES*ACT_W-1:0] kept_word =
                        kept_words[c*LANES*ACT_W +: LANES*ACT_W];
                    if (LANES > 1) begin : g_lane
                        assign kept_lane = kept_word[own_lane*ACT_W +: ACT_W];
                    end else begin : g_one_lane
                        assign kept_lane = kept_word;
                    end
                end else begin : g_no_kept
                    assign kept_lane = {ACT_W{1'b0}};
                end
                if (SCRATCH != 0) begin : g_scratch
                    wire [LANES*ACT_W-1:0] scratch_word =
                        scratch_words[c*LANES*ACT_W +: LANES*ACT_W];
                    if (LANES > 1) begin : g_lane
                        assign scratch_lane = scratch_word[own_lane*ACT_W +: ACT_W];
                    end else begin : g_one_lane
                        assign scratch_lane = scratch_word;
                    end
                end else begin : g_no_scratch
                    assign scratch_lane = {ACT_W{1'b0}};
                end
                assign elements[(c*FOLD+p)*ACT_W +: ACT_W] =
                      word_source == SOURCE_X                       ? x_lane
                    : word_source == SOURCE_SCRATCH                 ? scratch_lane
                    : word_source == SOURCE_BEFORE && word_first[c] ? {ACT_W{1'b0}}
                    :                                                 kept_lane;
            end
            if (LANES == 1 || (KEPT == 0 && SCRATCH == 0)) begin : g_unused_lane
                wire unused_lane = ^own_lane;
            end
        end
    endgenerate

    // ---- send stage: the elements wait for room in the queues ------------------------------
    reg                               send_valid;
    reg [PES-1:0]                     send_holds;
    reg [PES*LEN_W-1:0]               send_lengths;
    reg [SHIFT_W-1:0]                 send_shift;
    reg [BLOCK_W-1:0]                 send_block;
    reg                               send_closes;
    reg [CHANNELS*FOLD*ACT_W-1:0]     send_data;
    wire                              room;

    wire send = send_valid && room;

    assign send_free = !send_valid || send;

    always @(posedge clk)
        if (reset)          send_valid <= 1'b0;
        else if (send_free) send_valid <= word_valid;

    always @(posedge clk)
        if (send_free) begin
            send_holds   <= word_holds;
            send_lengths <= word_lengths;
            send_shift   <= word_shift;
            send_block   <= word_block;
            send_closes  <= word_closes;
            send_data    <= elements;
        end

    generate
        if (READY_CLOCKS > 0) begin : g_room_ahead
            // For the column that will be in this stage in the next clock.
            wire [PES-1:0] next_holds = send_free ? word_holds : send_holds;
            reg            room_q;

            always @(posedge clk) room_q <= (next_holds & queue_full) == {PES{1'b0}};

            assign room = room_q;
        end else begin : g_room_now
            assign room = (send_holds & queue_full) == {PES{1'b0}};
        end
    endgenerate

    assign push         = send_holds & {PES{send}};
    assign push_lengths = send_lengths;
    assign push_shift   = send_shift;
    assign push_block   = send_block;
    assign push_data    = send_data;
    assign close        = send && send_closes;
endmodule

`resetall
