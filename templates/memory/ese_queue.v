// SPDX-License-Identifier: Apache-2.0
// ese_queue - works off the descriptors of a ring in memory.
//
// Takes them in order, feeds the frames of x to the input buffer, and tells the write-back where y goes.
// Restores and saves states when a descriptor asks for it, while no frame is under way.  The words of a
// descriptor go to ese_descriptor, which says what stands in them.
//
// Rate     frames follow each other without a gap while descriptors are there
// State    written to the channels that are restored, read from all (ese_state_mover)
//
// Parts    ese_queue_control, ese_feed, ese_state_mover, ese_fetch
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_queue #(
    parameter CHANNELS       = 2,   // voices
    parameter LANES          = 1,   // elements of a channel in a word of state
    parameter ACT_W          = 16,  // bits of an element
    parameter ELEMENT_W      = 16,  // ... in memory
    parameter WORD_W         = 5,   // address bits of what a state lies in
    parameter MIRRORED       = 0,   // of ese_state_mover
    parameter X_COUNT_W      = 4,   // bits of an element's number within x
    parameter ADDRESS_W      = 40,  // bits of a byte address
    parameter BUS_W          = 128, // bits of a bus word
    parameter BURST_W        = 8,   // log2 of the bus words of 4 KiB
    parameter XY_MEMORY_W    = 32,  // bits of an element of x, all channels, in memory
    parameter STATE_MEMORY_W = 32   // bits of a word of state in memory
) (
    input  wire                            clk,
    input  wire                            reset,

    // The ring
    input  wire [63:0]                     queue_base,
    input  wire [31:0]                     queue_mask,    // descriptors in the ring less one
    input  wire [31:0]                     queue_tail,    // descriptors submitted
    output wire                            error,         // ... one is wrong; one clock

    // The descriptor, as ese_descriptor gives it
    output wire                            descriptor_take,
    output wire [BUS_W-1:0]                descriptor_data,
    input  wire [31:0]                     frames,
    input  wire                            save,
    input  wire [ADDRESS_W-1:0]            x_address,
    input  wire [ADDRESS_W-1:0]            y_address,
    input  wire [31:0]                     x_stride,      // bytes; 0: a frame's
    input  wire [ADDRESS_W-1:0]            restore_address,
    input  wire [ADDRESS_W-1:0]            save_address,
    input  wire [CHANNELS-1:0]             active,        // channels with a voice
    input  wire [CHANNELS-1:0]             first,         // ... that begins with zeros
    input  wire [CHANNELS-1:0]             restored,      // ... with a state from memory
    input  wire                            restore,       // some of them
    input  wire                            wrong,         // it cannot be done

    // To the read port
    output wire                            request,
    output wire [ADDRESS_W-1:0]            request_address,
    output wire [7:0]                      request_length,
    input  wire                            grant,
    input  wire                            bus_valid,
    input  wire [BUS_W-1:0]                bus_data,

    // x; tuser as on an AXI4-Stream port: first, active
    input  wire [31:0]                     x_size,
    input  wire [31:0]                     cell_words,    // of a state
    input  wire [31:0]                     kept_words,
    output wire                            x_tvalid,
    input  wire                            x_tready,
    output wire [CHANNELS*ELEMENT_W-1:0]   x_tdata,
    output wire [2*CHANNELS-1:0]           x_tuser,
    output wire                            x_tlast,
    input  wire                            frame_out,     // the last element of a frame's y is on its way out
    input  wire                            written,       // all y and states of before are in memory

    // State
    output wire                            state_write,
    output wire                            state_saving,  // words are being read, with nothing else in the chip
    output wire                            state_read,
    output wire                            state_is_kept,
    output wire [WORD_W-1:0]               state_word,
    output wire [CHANNELS-1:0]             state_channels,
    output wire [CHANNELS*LANES*ACT_W-1:0] state_data,    // to be written
    input  wire [CHANNELS*LANES*ACT_W-1:0] cell_data,     // one clock after state_read, held until the next
    input  wire [CHANNELS*LANES*ACT_W-1:0] kept_data,

    // To the write-back
    output wire                            job_valid,
    input  wire                            job_ready,
    output wire [ADDRESS_W-1:0]            job_address,
    output wire                            job_is_state,
    output wire                            job_is_last,   // of the descriptor
    output wire                            save_valid,
    input  wire                            save_ready,
    output wire [CHANNELS*LANES*ACT_W-1:0] save_data
);
    localparam [31:0] DESCRIPTOR_WORDS = 1024 / BUS_W;

    // ---- what is done when -----------------------------------------------------------------
    wire [31:0]          taken;
    wire                 stateless;
    wire                 state_over;
    wire                 given;
    wire                 feed_over;
    wire                 fetch_started;
    wire                 fetched;
    wire                 reading;
    wire                 collecting;
    wire                 checking;
    wire                 reading_state;
    wire                 restoring;
    wire                 feeding;
    wire                 saves = save && !stateless;

    ese_queue_control #(
        .BUS_W (BUS_W)
    ) u_control (
        .clk           (clk),
        .reset         (reset),
        .tail          (queue_tail),
        .taken         (taken),
        .error         (error),
        .wrong         (wrong),
        .restores      (restore && !stateless),
        .saves         (saves),
        .fetch_started (fetch_started),
        .fetched       (fetched),
        .state_over    (state_over),
        .given         (given),
        .feed_over     (feed_over),
        .frame_out     (frame_out),
        .written       (written),
        .job_ready     (job_ready),
        .reading       (reading),
        .collecting    (collecting),
        .checking      (checking),
        .reading_state (reading_state),
        .restoring     (restoring),
        .feeding       (feeding),
        .announcing    (job_valid),
        .is_state      (job_is_state),
        .saving        (state_saving)
    );

    // ---- the descriptor --------------------------------------------------------------------
    wire [BUS_W-1:0] fetched_data;

    assign descriptor_take = collecting && fetched;
    assign descriptor_data = fetched_data;
    assign job_is_last     = job_is_state || !saves;
    assign job_address     = job_is_state ? save_address : y_address;
    assign state_channels  = restored;

    // ---- from memory: a descriptor, a state, or frames -------------------------------------
    wire                 state_ready;
    wire                 feed_ready;
    wire                 feed_ask;
    wire [ADDRESS_W-1:0] feed_base;
    wire [31:0]          feed_words;
    wire [31:0]          state_bus_words;
    wire [31:0]          index      = taken & queue_mask;
    wire [63:0]          ring_entry = queue_base + {25'd0, index, 7'd0};

    wire unused_ring = ^ring_entry;

    ese_fetch #(
        .BUS_W     (BUS_W),
        .WORD_W    (BUS_W),
        .ADDRESS_W (ADDRESS_W),
        .FIFO_W    (BURST_W + 1)
    ) u_fetch (
        .clk             (clk),
        .reset           (reset),
        .start           (reading || reading_state || feed_ask),
        .base            (reading ? ring_entry[ADDRESS_W-1:0]
                          : reading_state ? restore_address : feed_base),
        .words           (reading ? DESCRIPTOR_WORDS : reading_state ? state_bus_words : feed_words),
        .started         (fetch_started),
        .request         (request),
        .request_address (request_address),
        .request_length  (request_length),
        .grant           (grant),
        .bus_valid       (bus_valid),
        .bus_data        (bus_data),
        .valid           (fetched),
        .ready           (collecting || (restoring && state_ready) || (feeding && feed_ready)),
        .data            (fetched_data)
    );

    ese_feed #(
        .CHANNELS    (CHANNELS),
        .ELEMENT_W   (ELEMENT_W),
        .X_COUNT_W   (X_COUNT_W),
        .ADDRESS_W   (ADDRESS_W),
        .BUS_W       (BUS_W),
        .XY_MEMORY_W (XY_MEMORY_W)
    ) u_feed (
        .clk       (clk),
        .reset     (reset),
        .x_size    (x_size),
        .begins    (checking),
        .feeding   (feeding),
        .address   (x_address),
        .stride    (x_stride),
        .frames    (frames),
        .active    (active),
        .first     (first),
        .given     (given),
        .over      (feed_over),
        .ask       (feed_ask),
        .ask_base  (feed_base),
        .ask_words (feed_words),
        .asked     (fetch_started),
        .bus_valid (fetched && feeding),
        .bus_ready (feed_ready),
        .bus_data  (fetched_data),
        .x_tvalid  (x_tvalid),
        .x_tready  (x_tready),
        .x_tdata   (x_tdata),
        .x_tuser   (x_tuser),
        .x_tlast   (x_tlast)
    );

    ese_state_mover #(
        .CHANNELS       (CHANNELS),
        .LANES          (LANES),
        .ACT_W          (ACT_W),
        .ELEMENT_W      (ELEMENT_W),
        .WORD_W         (WORD_W),
        .MIRRORED       (MIRRORED),
        .BUS_W          (BUS_W),
        .STATE_MEMORY_W (STATE_MEMORY_W)
    ) u_state (
        .clk           (clk),
        .reset         (reset),
        .cell_words    (cell_words),
        .kept_words    (kept_words),
        .bus_words     (state_bus_words),
        .stateless     (stateless),
        .begins        (reading_state || job_is_state),
        .restoring     (restoring),
        .saving        (state_saving),
        .active        (active),
        .over          (state_over),
        .bus_valid     (fetched && restoring),
        .bus_ready     (state_ready),
        .bus_data      (fetched_data),
        .state_write   (state_write),
        .state_read    (state_read),
        .state_is_kept (state_is_kept),
        .state_word    (state_word),
        .state_data    (state_data),
        .cell_data     (cell_data),
        .kept_data     (kept_data),
        .save_valid    (save_valid),
        .save_ready    (save_ready),
        .save_data     (save_data)
    );
endmodule

`resetall
