// SPDX-License-Identifier: Apache-2.0
// ese_vectors - the vectors that products read other than x: the H buffers.
//
// Kept     what lives from frame to frame: two banks, by the frame's parity; one RAM a channel, for
//          a host restores the state of single channels
// Scratch  what is read only in the frame in which it is written: one RAM, one bank
// Word     {channel: lane: element}; a vector has words of its own, or shares them with one that has
//          been read for the last time
// Read     `read` takes word read_word of both; data one clock later, held until the next read.  Of
//          the kept store it is the bank of this frame where read_now, else of the frame before
// Write    write_word of either; into the kept store's bank `pass_bank`
// State    a host saves and restores words of the kept store, where state_is_kept is 1, in the bank
//          of the frame before: state_saving, reads are those of state_read; state_write, writes
//          those of channels state_channels.  Only while nothing is under way and read_now is 0;
//          tied to 0: none.  With MIRRORED the store has all words of a state, and all are written:
//          the cell memory has some of them, too, which are read there
// Built    KEPT 0 and SCRATCH 0: the store is left out, its data are 0
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_vectors #(
    parameter CHANNELS       = 2,  // voices
    parameter LANES          = 1,  // elements of a channel in a word
    parameter ACT_W          = 16, // bits of an element
    parameter WORD_W         = 8,  // bits of an address
    parameter KEPT           = 1,  // 0: there is no kept store
    parameter MIRRORED       = 0,  // 1: it has all words of a state
    parameter KEPT_WORD_W    = 3,  // bits of an address in one of its banks, WORD_W at most
    parameter SCRATCH        = 1,  // 0: there is no scratch store
    parameter SCRATCH_WORD_W = 4   // bits of an address in it, WORD_W at most
) (
    input  wire                            clk,

    input  wire                            read,
    input  wire [WORD_W-1:0]               read_word,
    input  wire                            read_now,
    input  wire                            product_bank, // of the frame that reads
    output wire [CHANNELS*LANES*ACT_W-1:0] kept_data,
    output wire [CHANNELS*LANES*ACT_W-1:0] scratch_data,

    input  wire                            kept_write,
    input  wire                            scratch_write,
    input  wire [WORD_W-1:0]               write_word,
    input  wire [CHANNELS*LANES*ACT_W-1:0] write_data,
    input  wire                            pass_bank,    // of the frame that writes

    input  wire                            state_write,
    input  wire                            state_saving,
    input  wire                            state_read,
    input  wire                            state_is_kept,
    input  wire [WORD_W-1:0]               state_word,
    input  wire [CHANNELS-1:0]             state_channels,
    input  wire [CHANNELS*LANES*ACT_W-1:0] state_data
);
    localparam CHANNEL_W = LANES * ACT_W;

    wire unused_words = ^{read_word, write_word, state_word}; // a store may need fewer bits

    genvar c;
    generate
        if (KEPT != 0) begin : g_kept
            wire                   access = state_saving ? state_read && state_is_kept : read;
            wire [KEPT_WORD_W-1:0] word   = state_read ? state_word[KEPT_WORD_W-1:0]
                                                       : read_word[KEPT_WORD_W-1:0];
            wire [KEPT_WORD_W:0]   place  = state_write
                ? {!product_bank, state_word[KEPT_WORD_W-1:0]}
                : {pass_bank, write_word[KEPT_WORD_W-1:0]};
            wire                   bank   = product_bank ^ !read_now;
            wire [CHANNELS-1:0]    writes = {CHANNELS{kept_write}} |
                (state_channels & {CHANNELS{state_write && (MIRRORED != 0 || state_is_kept)}});
            wire [CHANNELS*CHANNEL_W-1:0] data = state_write ? state_data : write_data;

            for (c = 0; c < CHANNELS; c = c + 1) begin : g_channel
                ese_ram #(
                    .WIDTH  (CHANNEL_W),
                    .ADDR_W (KEPT_WORD_W + 1)
                ) u_ram (
                    .clk           (clk),
                    .write_enable  (writes[c]),
                    .write_address (place),
                    .write_data    (data[c*CHANNEL_W +: CHANNEL_W]),
                    .read_enable   (access),
                    .read_address  ({bank, word}),
                    .read_data     (kept_data[c*CHANNEL_W +: CHANNEL_W])
                );
            end
        end else begin : g_no_kept
            wire unused_state = ^{read_now, product_bank, pass_bank, kept_write, state_write,
                                  state_saving, state_read, state_is_kept, state_channels,
                                  state_data};

            assign kept_data = {(CHANNELS*CHANNEL_W){1'b0}};
        end

        if (SCRATCH != 0) begin : g_scratch
            ese_ram #(
                .WIDTH  (CHANNELS * CHANNEL_W),
                .ADDR_W (SCRATCH_WORD_W)
            ) u_ram (
                .clk           (clk),
                .write_enable  (scratch_write),
                .write_address (write_word[SCRATCH_WORD_W-1:0]),
                .write_data    (write_data),
                .read_enable   (read),
                .read_address  (read_word[SCRATCH_WORD_W-1:0]),
                .read_data     (scratch_data)
            );
        end else begin : g_no_scratch
            wire unused_write = ^{clk, read, scratch_write, write_data};

            assign scratch_data = {(CHANNELS*CHANNEL_W){1'b0}};
        end
    endgenerate
endmodule

`resetall
