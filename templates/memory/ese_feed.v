// SPDX-License-Identifier: Apache-2.0
// ese_feed - the frames of x of a descriptor, from memory to the input buffer.
//
// `begins` takes address, stride and number of the frames; then, while `feeding`, each is asked for, taken from
// the bus words, and given out element by element, all channels of an element a beat.  The next frame lies
// `stride` bytes further on in memory, or before if that is negative; 0: right behind.
//
// Rate     frames follow each other without a gap; the next ones are asked for while one is given
// Ends     `over` with the last beat of the last frame
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_feed #(
    parameter CHANNELS    = 2,   // voices
    parameter ELEMENT_W   = 16,  // bits of an element in memory
    parameter X_COUNT_W   = 4,   // bits of an element's number within x
    parameter ADDRESS_W   = 40,  // bits of a byte address
    parameter BUS_W       = 128, // bits of a bus word
    parameter XY_MEMORY_W = 32   // bits of an element of x, all channels, in memory
) (
    input  wire                          clk,
    input  wire                          reset,
    input  wire [31:0]                   x_size,

    // The descriptor
    input  wire                          begins,
    input  wire                          feeding,
    input  wire [ADDRESS_W-1:0]          address,
    input  wire [31:0]                   stride, // whole bus words
    input  wire [31:0]                   frames,
    input  wire [CHANNELS-1:0]           active,
    input  wire [CHANNELS-1:0]           first,
    output wire                          given,  // a frame's last beat
    output wire                          over,   // ... of the last frame

    // To the fetch
    output wire                          ask,
    output wire [ADDRESS_W-1:0]          ask_base,
    output wire [31:0]                   ask_words,
    input  wire                          asked,
    input  wire                          bus_valid,
    output wire                          bus_ready,
    input  wire [BUS_W-1:0]              bus_data,

    // x as on an AXI4-Stream port; tuser: first, active
    output wire                          x_tvalid,
    input  wire                          x_tready,
    output wire [CHANNELS*ELEMENT_W-1:0] x_tdata,
    output wire [2*CHANNELS-1:0]         x_tuser,
    output wire                          x_tlast
);
    localparam BYTES_W = $clog2(BUS_W / 8);

    reg [31:0]          frames_asked;
    reg [31:0]          frames_given;
    reg                 all_asked;   // all of the descriptor's frames
    reg                 first_frame; // the frame to be given is the descriptor's first,
    reg                 last_frame;  // ... its last
    reg [ADDRESS_W-1:0] next;
    reg [31:BYTES_W]    step;        // from it to the one after, signed
    reg [X_COUNT_W-1:0] item;
    reg [X_COUNT_W-1:0] last_item;   // a register, as x_size stands long before a frame does

    wire [ADDRESS_W-1:0]   step_bytes = {{(ADDRESS_W-31){step[31]}}, step[30:BYTES_W], {BYTES_W{1'b0}}};
    wire                   give       = x_tvalid && x_tready;
    wire                   unpacked;
    wire                   taken;
    wire [XY_MEMORY_W-1:0] unpacked_memory;
    wire [XY_MEMORY_W-1:0] memory;

    wire unused_bits = ^{stride, memory, x_size};

    assign ask      = feeding && !all_asked;
    assign ask_base = next;
    assign given    = give && x_tlast;
    assign over     = given && last_frame;
    assign x_tdata  = memory[CHANNELS*ELEMENT_W-1:0];
    assign x_tuser  = {first_frame ? first : {CHANNELS{1'b0}}, active};
    assign x_tlast  = item == last_item;

    always @(posedge clk) begin
        if (begins) begin
            next         <= address;
            step         <= (stride == 32'd0) ? ask_words[31-BYTES_W:0] : stride[31:BYTES_W];
            frames_asked <= 32'd0;
            frames_given <= 32'd0;
            all_asked    <= 1'b0;
            first_frame  <= 1'b1;
            last_frame   <= frames == 32'd1;
        end
        if (feeding && asked) begin
            frames_asked <= frames_asked + 32'd1;
            all_asked    <= frames_asked + 32'd1 == frames;
            next         <= next + step_bytes;
        end
        if (feeding && given) begin
            frames_given <= frames_given + 32'd1;
            first_frame  <= 1'b0;
            last_frame   <= frames_given + 32'd2 == frames;
        end
    end

    always @(posedge clk) last_item <= x_size[X_COUNT_W-1:0] - 1'b1;

    always @(posedge clk)
        if (reset)     item <= {X_COUNT_W{1'b0}};
        else if (give) item <= x_tlast ? {X_COUNT_W{1'b0}} : item + 1'b1;

    ese_bus_words #(
        .BUS_W  (BUS_W),
        .WORD_W (XY_MEMORY_W)
    ) u_frame_words (
        .words     (x_size),
        .bus_words (ask_words)
    );

    ese_unpack #(
        .BUS_W  (BUS_W),
        .WORD_W (XY_MEMORY_W),
        .ITEM_W (X_COUNT_W)
    ) u_unpack (
        .clk       (clk),
        .reset     (reset),
        .last_item (last_item[X_COUNT_W-1:0]),
        .bus_valid (bus_valid),
        .bus_ready (bus_ready),
        .bus_data  (bus_data),
        .valid     (unpacked),
        .ready     (taken),
        .data      (unpacked_memory)
    );

    ese_skid #(
        .WIDTH (XY_MEMORY_W),
        .SPARE (1)
    ) u_skid (
        .clk      (clk),
        .reset    (reset),
        .in_valid (unpacked),
        .in_ready (taken),
        .in_data  (unpacked_memory),
        .valid    (x_tvalid),
        .ready    (x_tready),
        .data     (memory)
    );
endmodule

`resetall
