// SPDX-License-Identifier: Apache-2.0
// ese_input_buffer - takes x of a frame while the frame before is computed.
//
// Storage  two banks of last_element+1 elements of all channels; the masks that came with them
// Input    AXI4-Stream, one element of all channels a beat, last_element+1 beats a frame; s_tuser counts
//          on the first beat; s_tlast must mark the last one, else `error` is set until reset
// Output   full[b]: bank b holds a frame; `release_bank` gives bank `bank` back
// Read     elements read_word*FOLD .. read_word*FOLD+FOLD-1 of all channels, as {channel: element}
// Latency  a read takes one clock; the bank is full in the clock after its last beat
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_input_buffer #(
    parameter CHANNELS  = 2,  // voices
    parameter ACT_W     = 16, // bits of an element
    parameter ELEMENT_W = 16, // bits of an element on the stream
    parameter X_COUNT_W = 3,  // bits of an element's number
    parameter FOLD      = 1,  // elements of a word that is read, a power of two
    parameter X_WORD_W  = 3   // bits of a word's number: X_COUNT_W - log2(FOLD)
) (
    input  wire                           clk,
    input  wire                           reset,
    input  wire [X_COUNT_W-1:0]           last_element, // of a frame

    input  wire                           s_tvalid,
    output wire                           s_tready,
    input  wire [CHANNELS*ELEMENT_W-1:0]  s_tdata,
    input  wire [2*CHANNELS-1:0]          s_tuser,
    input  wire                           s_tlast,

    input  wire                           bank,        // bank being read
    output wire                           bank_full,
    output wire [CHANNELS-1:0]            bank_active, // channels that carry a voice
    output wire [CHANNELS-1:0]            bank_first,  // channels that begin an utterance
    input  wire                           release_bank,
    input  wire                           read_enable,
    input  wire [X_WORD_W-1:0]            read_word,
    output wire [CHANNELS*FOLD*ACT_W-1:0] read_data,

    output reg                            error
);
    reg [1:0]            full;
    reg                  write_bank;
    reg [X_COUNT_W-1:0]  write_count;
    reg [2*CHANNELS-1:0] masks_0;
    reg [2*CHANNELS-1:0] masks_1;

    wire take      = s_tvalid && s_tready;
    wire last_beat = write_count == last_element;

    assign s_tready = !full[write_bank] && !reset;

    always @(posedge clk) begin
        if (take) begin
            write_count <= last_beat ? {X_COUNT_W{1'b0}} : write_count + 1'b1;
            if (last_beat) begin
                full[write_bank] <= 1'b1;
                write_bank       <= !write_bank;
            end
            if (s_tlast != last_beat) error <= 1'b1;
        end
        if (release_bank) full[bank] <= 1'b0;

        if (reset) begin
            full        <= 2'b00;
            write_bank  <= 1'b0;
            write_count <= {X_COUNT_W{1'b0}};
            error       <= 1'b0;
        end
    end

    always @(posedge clk)
        if (take && write_count == {X_COUNT_W{1'b0}}) begin
            if (write_bank) masks_1 <= s_tuser;
            else            masks_0 <= s_tuser;
        end

    assign bank_full = full[bank];
    assign {bank_first, bank_active} = bank ? masks_1 : masks_0;

    // The stream carries whole bytes; the bits above ACT_W repeat the sign.
    wire [CHANNELS*ACT_W-1:0] elements;
    genvar c;
    generate
        for (c = 0; c < CHANNELS; c = c + 1) begin : g_channel
            assign elements[c*ACT_W +: ACT_W] = s_tdata[c*ELEMENT_W +: ACT_W];
        end
        if (ELEMENT_W > ACT_W) begin : g_extension
            wire unused_extension = ^s_tdata;
        end
    endgenerate

    // Element e lies in RAM e mod FOLD.
    localparam LOG = X_COUNT_W - X_WORD_W;
    genvar p;
    generate
        for (p = 0; p < FOLD; p = p + 1) begin : g_part
            localparam [31:0] NUMBER = p;
            wire                      mine;
            wire [CHANNELS*ACT_W-1:0] part;
            if (FOLD > 1) begin : g_fold
                assign mine = write_count[LOG-1:0] == NUMBER[LOG-1:0];
            end else begin : g_plain
                assign mine = 1'b1;
            end

            ese_ram #(
                .WIDTH  (CHANNELS * ACT_W),
                .ADDR_W (X_WORD_W + 1)
            ) u_ram (
                .clk           (clk),
                .write_enable  (take && mine),
                .write_address ({write_bank, write_count[X_COUNT_W-1:LOG]}),
                .write_data    (elements),
                .read_enable   (read_enable),
                .read_address  ({bank, read_word}),
                .read_data     (part)
            );

            for (c = 0; c < CHANNELS; c = c + 1) begin : g_channel
                assign read_data[(c*FOLD+p)*ACT_W +: ACT_W] = part[c*ACT_W +: ACT_W];
            end
        end
    endgenerate
endmodule

`resetall
