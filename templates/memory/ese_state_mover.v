// SPDX-License-Identifier: Apache-2.0
// ese_state_mover - a state from memory into the chip, or out of it, word by word, while no frame is under way.
//
// A state is the words of the cell memory, then those of the kept store; either may have none.  With MIRRORED
// the kept store has words of the same numbers as the state.  `begins` comes a clock or more before.
//
// Restoring  words from the bus go to the channels that are restored; `over` with the last one
// Saving     words of all channels go out, those of channels that carry no voice as 0; `over` a step behind
//            the last one
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_state_mover #(
    parameter CHANNELS       = 2,   // voices
    parameter LANES          = 1,   // elements of a channel in a word of state
    parameter ACT_W          = 16,  // bits of an element
    parameter ELEMENT_W      = 16,  // ... in memory
    parameter WORD_W         = 5,   // address bits of either store
    parameter MIRRORED       = 0,   // 1: of ese_vectors
    parameter BUS_W          = 128, // bits of a bus word
    parameter STATE_MEMORY_W = 32   // bits of a word of state in memory
) (
    input  wire                            clk,
    input  wire                            reset,
    input  wire [31:0]                     cell_words,
    input  wire [31:0]                     kept_words,
    output reg  [31:0]                     bus_words,      // of a state
    output reg                             stateless,      // there is nothing to restore or to save

    input  wire                            begins,
    input  wire                            restoring,
    input  wire                            saving,
    input  wire [CHANNELS-1:0]             active,
    output wire                            over,

    input  wire                            bus_valid,
    output wire                            bus_ready,
    input  wire [BUS_W-1:0]                bus_data,

    // To the stores
    output wire                            state_write,
    output wire                            state_read,
    output wire                            state_is_kept,  // of the kept store
    output wire [WORD_W-1:0]               state_word,
    output wire [CHANNELS*LANES*ACT_W-1:0] state_data,     // to be written
    input  wire [CHANNELS*LANES*ACT_W-1:0] cell_data,      // one clock after state_read, held until
    input  wire [CHANNELS*LANES*ACT_W-1:0] kept_data,      // the next

    output wire                            save_valid,
    input  wire                            save_ready,
    output wire [CHANNELS*LANES*ACT_W-1:0] save_data
);
    localparam SLOTS  = CHANNELS * LANES; // elements in a word of state
    localparam ITEM_W = WORD_W + 2;       // bits of the number of a state's word

    // Numbers of the state, settled when the chip runs
    reg [ITEM_W-1:0] first_kept;
    reg [ITEM_W-1:0] state_words;
    reg [ITEM_W-1:0] item; // word of the state
    wire [31:0]      all_words = cell_words + kept_words;
    wire [31:0]      all_bus_words;

    wire unused_words = ^{all_words, cell_words};

    ese_bus_words #(
        .BUS_W  (BUS_W),
        .WORD_W (STATE_MEMORY_W)
    ) u_state_words (
        .words     (all_words),
        .bus_words (all_bus_words)
    );

    always @(posedge clk) begin
        first_kept  <= cell_words[ITEM_W-1:0];
        state_words <= all_words[ITEM_W-1:0];
        bus_words   <= all_bus_words;
        stateless   <= all_words == 32'd0;
    end

    wire restore_take;
    wire save_step;

    assign over = (restoring && restore_take && item == state_words - 1'b1)
               || (saving && save_step && item == state_words);

    always @(posedge clk)
        if (begins)                                          item <= {ITEM_W{1'b0}};
        else if (restoring && restore_take)                  item <= item + 1'b1;
        else if (saving && save_step && item != state_words) item <= item + 1'b1;

    // ---- restored --------------------------------------------------------------------------
    wire [STATE_MEMORY_W-1:0] restore_memory;

    wire unused_restore = ^restore_memory;

    ese_unpack #(
        .BUS_W  (BUS_W),
        .WORD_W (STATE_MEMORY_W),
        .ITEM_W (ITEM_W)
    ) u_unpack (
        .clk       (clk),
        .reset     (reset),
        .last_item (state_words - 1'b1),
        .bus_valid (bus_valid),
        .bus_ready (bus_ready),
        .bus_data  (bus_data),
        .valid     (restore_take),
        .ready     (1'b1),
        .data      (restore_memory)
    );

    // ---- saved -----------------------------------------------------------------------------
    wire              is_kept   = item >= first_kept;
    wire [ITEM_W-1:0] kept_item = (MIRRORED != 0) ? item : item - first_kept;
    reg               shown;    // a word is at the outputs of the stores
    reg               shown_is_kept;
    wire              taken_on; // ... and goes into the register behind them
    wire [SLOTS*ACT_W-1:0] shown_data = shown_is_kept ? kept_data : cell_data;
    wire [SLOTS*ACT_W-1:0] shown_active;

    wire unused_item = ^kept_item[ITEM_W-1:WORD_W];

    assign save_step     = saving && (!shown || taken_on);
    assign state_read    = save_step && item != state_words;
    assign state_write   = restore_take && restoring;
    assign state_is_kept = is_kept;
    assign state_word    = is_kept ? kept_item[WORD_W-1:0] : item[WORD_W-1:0];

    always @(posedge clk) begin
        if (save_step) begin
            shown         <= item != state_words;
            shown_is_kept <= is_kept;
        end
        if (reset) shown <= 1'b0;
    end

    ese_skid #(
        .WIDTH (SLOTS * ACT_W),
        .SPARE (0)
    ) u_skid (
        .clk      (clk),
        .reset    (reset),
        .in_valid (shown),
        .in_ready (taken_on),
        .in_data  (shown_active),
        .valid    (save_valid),
        .ready    (save_ready),
        .data     (save_data)
    );

    // In memory every element takes whole bytes.
    genvar s;
    generate
        for (s = 0; s < SLOTS; s = s + 1) begin : g_slot
            assign state_data[s*ACT_W +: ACT_W] = restore_memory[s*ELEMENT_W +: ACT_W];
            assign shown_active[s*ACT_W +: ACT_W] =
                shown_data[s*ACT_W +: ACT_W] & {ACT_W{active[s/LANES]}};
        end
    endgenerate
endmodule

`resetall
