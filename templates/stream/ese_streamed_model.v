// SPDX-License-Identifier: Apache-2.0
// ese_streamed_model - the model in memory: its program loaded on command, the rest read again for every frame.
//
// Loads    out of load_reset: the program, checking all of the model, see ese_loader
// Streams  ese_region_stream: sections in order of use, over and over, from the first word at core_reset
// Program  a word in the clock of its number
// Clients  of the data port, from bit 0 up: weights if there is one port, columns, constants, the loader; of the
//          port of the weights: weights, the loader
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_streamed_model #(
    parameter ADDRESS_W          = 40,  // bits of a byte address
    parameter BUS_W              = 128, // bits of a bus word
    parameter BURST_W            = 8,   // log2 of the bus words of 4 KiB
    parameter TWO_PORTS          = 1,   // weights come by a port of their own
    parameter PROGRAM_MEMORY_W   = 64,  // bits of a word in memory: powers of two
    parameter COLUMNS_MEMORY_W   = 32,
    parameter CONSTANTS_MEMORY_W = 64,
    parameter WEIGHTS_MEMORY_W   = 64,
    parameter WEIGHTS_W          = 64,  // bits of a weight beat
    parameter BEAT_W             = 4,   // bits of a beat's number
    parameter COLUMN_WORD_W      = 16,  // bits of a column
    parameter COLUMN_W           = 4,   // bits of a column's number
    parameter CONSTANT_W         = 44,  // bits of a word of constants
    parameter CONST_W            = 4,   // bits of such a word's number
    parameter PRODUCT_WORD_W     = 16,  // bits of a product
    parameter PRODUCT_W          = 4,   // bits of a product's number
    parameter PASS_WORD_W        = 16,  // bits of a pass
    parameter PASS_W             = 3,   // bits of a pass's number
    parameter FETCH_W            = 11   // log2 of the bus words that a stream reads ahead
) (
    input  wire                               clk,
    input  wire                               core_reset,   // of what runs with the datapath
    input  wire                               load_reset,   // of the loader
    input  wire [ADDRESS_W-1:0]               weights_base, // byte addresses, 4 KiB aligned
    input  wire [ADDRESS_W-1:0]               model_base,

    // To the read ports; a request is held until its grant
    output wire [3-TWO_PORTS:0]               data_request,
    output wire [(4-TWO_PORTS)*ADDRESS_W-1:0] data_address,
    output wire [(4-TWO_PORTS)*8-1:0]         data_length,
    input  wire [3-TWO_PORTS:0]               data_grant,
    input  wire [3-TWO_PORTS:0]               data_bus_valid,
    input  wire [BUS_W-1:0]                   data_bus,
    output wire [TWO_PORTS:0]                 weights_request,
    output wire [(1+TWO_PORTS)*ADDRESS_W-1:0] weights_address,
    output wire [(1+TWO_PORTS)*8-1:0]         weights_length,
    input  wire [TWO_PORTS:0]                 weights_grant,
    input  wire [TWO_PORTS:0]                 weights_bus_valid,
    input  wire [BUS_W-1:0]                   weights_bus,

    // The header, as ese_header gives it
    output wire                               header_take,
    output wire [BUS_W-1:0]                   header_data,
    input  wire [5*32-1:0]                    counts,       // products, passes, columns, constants, beats
    input  wire [4*32-1:0]                    words,        // of program, columns, constants, weights
    input  wire [4*32-1:0]                    crcs,
    input  wire [2:0]                         header_good,  // {sizes, chip, magic}

    // The model
    output wire                               done,         // it is loaded; one clock, like the errors
    output wire [4:0]                         error,        // {contents, size, chip, header, magic}

    output wire                               weights_valid,
    input  wire                               weights_ready,
    output wire [WEIGHTS_W-1:0]               weights,
    output wire                               columns_valid,
    input  wire                               columns_ready,
    output wire [COLUMN_WORD_W-1:0]           columns,
    output wire                               constants_valid,
    input  wire                               constants_ready,
    output wire [CONSTANT_W-1:0]              constants,

    output wire [PRODUCT_W-1:0]               last_product,
    output wire [PASS_W-1:0]                  last_pass,
    input  wire [PRODUCT_W-1:0]               product,
    output wire [PRODUCT_WORD_W-1:0]          product_word,
    input  wire [PASS_W-1:0]                  pass,
    output wire [PASS_WORD_W-1:0]             pass_word
);
    wire [COLUMN_W-1:0]      last_column;
    wire [CONST_W-1:0]       last_constant;
    wire [BEAT_W-1:0]        last_beat;
    wire [ADDRESS_W-1:0]     column_base;
    wire [ADDRESS_W-1:0]     constant_base;
    wire [ADDRESS_W-1:0]     weight_base;
    wire [2:0]               unused_writes;
    wire [COLUMN_WORD_W-1:0] unused_column_word;
    wire [CONSTANT_W-1:0]    unused_constant_word;
    wire [WEIGHTS_W-1:0]     unused_weight_word;
    wire [31:0]              unused_word_number;

    // ---- who reads: the streams (weights, columns, constants), the loader ------------------
    wire [3:0]             request; // but for the loader's of weights
    wire [4*ADDRESS_W-1:0] address;
    wire [4*8-1:0]         length;
    wire [3:0]             grant;
    wire [3:0]             valid;
    wire                   load_weights;
    wire [BUS_W-1:0]       beat_bus;

    assign data_request = request[3:TWO_PORTS];
    assign data_address = address[4*ADDRESS_W-1:TWO_PORTS*ADDRESS_W];
    assign data_length  = length[4*8-1:TWO_PORTS*8];

    generate
        if (TWO_PORTS != 0) begin : g_two
            assign weights_request = {load_weights, request[0]};
            assign weights_address = {address[3*ADDRESS_W +: ADDRESS_W], address[ADDRESS_W-1:0]};
            assign weights_length  = {length[3*8 +: 8], length[7:0]};
            assign grant           = {data_grant, weights_grant[0]};
            assign valid           = {data_bus_valid, weights_bus_valid[0]};
            assign beat_bus        = weights_bus;
        end else begin : g_one
            assign weights_request = load_weights;
            assign weights_address = address[3*ADDRESS_W +: ADDRESS_W];
            assign weights_length  = length[3*8 +: 8];
            assign grant           = data_grant;
            assign valid           = data_bus_valid;
            assign beat_bus        = data_bus;
        end
    endgenerate

    ese_loader #(
        .ADDRESS_W          (ADDRESS_W),
        .BUS_W              (BUS_W),
        .BURST_W            (BURST_W),
        .TWO_PORTS          (TWO_PORTS),
        .RESIDENT           (0),
        .PROGRAM_MEMORY_W   (PROGRAM_MEMORY_W),
        .COLUMNS_MEMORY_W   (COLUMNS_MEMORY_W),
        .CONSTANTS_MEMORY_W (CONSTANTS_MEMORY_W),
        .WEIGHTS_MEMORY_W   (WEIGHTS_MEMORY_W),
        .PRODUCT_WORD_W     (PRODUCT_WORD_W),
        .PASS_WORD_W        (PASS_WORD_W),
        .COLUMNS_W          (COLUMN_WORD_W),
        .CONSTANTS_W        (CONSTANT_W),
        .WEIGHTS_W          (WEIGHTS_W),
        .PRODUCT_W          (PRODUCT_W),
        .PASS_W             (PASS_W),
        .COLUMN_W           (COLUMN_W),
        .CONST_W            (CONST_W),
        .BEAT_W             (BEAT_W)
    ) u_loader (
        .clk                (clk),
        .reset              (load_reset),
        .weights_base       (weights_base),
        .model_base         (model_base),
        .data_request       (request[3]),
        .weights_request    (load_weights),
        .request_address    (address[3*ADDRESS_W +: ADDRESS_W]),
        .request_length     (length[3*8 +: 8]),
        .data_grant         (grant[3]),
        .data_valid         (valid[3]),
        .data_bus           (data_bus),
        .weights_grant      (weights_grant[TWO_PORTS]),
        .weights_valid      (weights_bus_valid[TWO_PORTS]),
        .weights_bus        (weights_bus),
        .header_take        (header_take),
        .header_data        (header_data),
        .counts             (counts),
        .words              (words),
        .crcs               (crcs),
        .header_good        (header_good),
        .column_write       (unused_writes[0]),
        .column_word        (unused_column_word),
        .constant_write     (unused_writes[1]),
        .constant_word      (unused_constant_word),
        .weight_write       (unused_writes[2]),
        .weight_word        (unused_weight_word),
        .word_number        (unused_word_number),
        .last_product       (last_product),
        .last_pass          (last_pass),
        .product            (product),
        .product_word       (product_word),
        .pass               (pass),
        .pass_word          (pass_word),
        .last_column        (last_column),
        .last_constant      (last_constant),
        .last_beat          (last_beat),
        .column_base        (column_base),
        .constant_base      (constant_base),
        .weight_base        (weight_base),
        .done               (done),
        .error              (error)
    );

    // ---- the three streams -----------------------------------------------------------------
    wire [WEIGHTS_MEMORY_W-1:0]   beat_memory;
    wire [COLUMNS_MEMORY_W-1:0]   column_memory;
    wire [CONSTANTS_MEMORY_W-1:0] constant_memory;

    wire unused_padding = ^{beat_memory, column_memory, constant_memory};

    assign weights   = beat_memory[WEIGHTS_W-1:0];
    assign columns   = column_memory[COLUMN_WORD_W-1:0];
    assign constants = constant_memory[CONSTANT_W-1:0];

    ese_region_stream #(
        .BUS_W     (BUS_W),
        .ADDRESS_W (ADDRESS_W),
        .FIFO_W    (FETCH_W),
        .WORD_W    (WEIGHTS_MEMORY_W),
        .ITEM_W    (BEAT_W)
    ) u_weights (
        .clk             (clk),
        .reset           (core_reset),
        .base            (weight_base),
        .bus_words       (words[96 +: 32]),
        .last_item       (last_beat),
        .request         (request[0]),
        .request_address (address[0 +: ADDRESS_W]),
        .request_length  (length[0 +: 8]),
        .grant           (grant[0]),
        .bus_valid       (valid[0]),
        .bus_data        (beat_bus),
        .valid           (weights_valid),
        .ready           (weights_ready),
        .data            (beat_memory)
    );

    ese_region_stream #(
        .BUS_W     (BUS_W),
        .ADDRESS_W (ADDRESS_W),
        .FIFO_W    (FETCH_W),
        .WORD_W    (COLUMNS_MEMORY_W),
        .ITEM_W    (COLUMN_W)
    ) u_columns (
        .clk             (clk),
        .reset           (core_reset),
        .base            (column_base),
        .bus_words       (words[32 +: 32]),
        .last_item       (last_column),
        .request         (request[1]),
        .request_address (address[1*ADDRESS_W +: ADDRESS_W]),
        .request_length  (length[1*8 +: 8]),
        .grant           (grant[1]),
        .bus_valid       (valid[1]),
        .bus_data        (data_bus),
        .valid           (columns_valid),
        .ready           (columns_ready),
        .data            (column_memory)
    );

    ese_region_stream #(
        .BUS_W     (BUS_W),
        .ADDRESS_W (ADDRESS_W),
        .FIFO_W    (FETCH_W),
        .WORD_W    (CONSTANTS_MEMORY_W),
        .ITEM_W    (CONST_W)
    ) u_constants (
        .clk             (clk),
        .reset           (core_reset),
        .base            (constant_base),
        .bus_words       (words[64 +: 32]),
        .last_item       (last_constant),
        .request         (request[2]),
        .request_address (address[2*ADDRESS_W +: ADDRESS_W]),
        .request_length  (length[2*8 +: 8]),
        .grant           (grant[2]),
        .bus_valid       (valid[2]),
        .bus_data        (data_bus),
        .valid           (constants_valid),
        .ready           (constants_ready),
        .data            (constant_memory)
    );
endmodule

`resetall
