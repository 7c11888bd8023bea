// SPDX-License-Identifier: Apache-2.0
// ese_loader - loads and checks a model image, and keeps the controller's program.
//
// Out of reset it reads the header, the three sections of model.bin and weights.bin, in this order,
// each whole and once, and checks what REGISTERS.md says of them: `done`, or one of the errors.
// Bus words of the header go to ese_header, which says what stands in them until the next load.
//
// Sections  with RESIDENT their words come out, to be written where they are used; else they are only
//           checked, because they are read again for every frame from their bases on
// Program   ese_program_ram: a word in the clock of its number
//
// Parts     ese_sections, ese_model_words, ese_program_ram
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_loader #(
    parameter ADDRESS_W          = 40,  // bits of a byte address
    parameter BUS_W              = 128, // bits of a bus word
    parameter BURST_W            = 8,   // log2 of the bus words of 4 KiB
    parameter TWO_PORTS          = 1,   // weights come by a port of their own
    parameter RESIDENT           = 1,
    parameter PROGRAM_MEMORY_W   = 64,  // bits of a word in memory: powers of two
    parameter COLUMNS_MEMORY_W   = 32,
    parameter CONSTANTS_MEMORY_W = 64,
    parameter WEIGHTS_MEMORY_W   = 64,
    parameter PRODUCT_WORD_W     = 40,  // bits of a word that count
    parameter PASS_WORD_W        = 32,
    parameter COLUMNS_W          = 20,
    parameter CONSTANTS_W        = 50,
    parameter WEIGHTS_W          = 64,
    parameter PRODUCT_W          = 5,   // address bits of the products
    parameter PASS_W             = 4,   // ... of the passes
    parameter COLUMN_W           = 4,   // bits of a column's number
    parameter CONST_W            = 4,   // ... of that of a word of constants
    parameter BEAT_W             = 4    // ... of a weight beat's
) (
    input  wire                      clk,
    input  wire                      reset,        // no load is under way
    input  wire [ADDRESS_W-1:0]      weights_base, // byte addresses, 4 KiB aligned
    input  wire [ADDRESS_W-1:0]      model_base,

    // To the read ports
    output wire                      data_request,
    output wire                      weights_request,
    output wire [ADDRESS_W-1:0]      request_address,
    output wire [7:0]                request_length,
    input  wire                      data_grant,
    input  wire                      data_valid,
    input  wire [BUS_W-1:0]          data_bus,
    input  wire                      weights_grant,
    input  wire                      weights_valid,
    input  wire [BUS_W-1:0]          weights_bus,

    // The header
    output wire                      header_take,
    output wire [BUS_W-1:0]          header_data,
    input  wire [5*32-1:0]           counts,       // products, passes, columns, constants, beats
    input  wire [4*32-1:0]           words,        // of program, columns, constants, weights
    input  wire [4*32-1:0]           crcs,
    input  wire [2:0]                header_good,  // {sizes, chip, magic}

    // Words on their way to their memories
    output wire                      column_write,
    output wire [COLUMNS_W-1:0]      column_word,
    output wire                      constant_write,
    output wire [CONSTANTS_W-1:0]    constant_word,
    output wire                      weight_write,
    output wire [WEIGHTS_W-1:0]      weight_word,
    output wire [31:0]               word_number,  // of all three

    // The program
    output reg  [PRODUCT_W-1:0]      last_product, // the number of the last one, at hand when the chip runs
    output reg  [PASS_W-1:0]         last_pass,
    input  wire [PRODUCT_W-1:0]      product,
    output wire [PRODUCT_WORD_W-1:0] product_word,
    input  wire [PASS_W-1:0]         pass,
    output wire [PASS_WORD_W-1:0]    pass_word,

    // The sections
    output reg  [COLUMN_W-1:0]       last_column,
    output reg  [CONST_W-1:0]        last_constant,
    output reg  [BEAT_W-1:0]         last_beat,
    output wire [ADDRESS_W-1:0]      column_base,
    output wire [ADDRESS_W-1:0]      constant_base,
    output wire [ADDRESS_W-1:0]      weight_base,

    output wire                      done,         // one clock, like the errors
    output wire [4:0]                error         // {contents, size, chip, header, magic}
);
    localparam PROGRAM_W = PRODUCT_WORD_W > PASS_WORD_W ? PRODUCT_WORD_W : PASS_WORD_W;

    wire                 begins;
    wire [3:0]           at;
    wire [3:0]           offer;
    wire [3:0]           ready;
    wire                 product_write;
    wire                 pass_write;
    wire [PROGRAM_W-1:0] program_word;
    wire [PRODUCT_W-1:0] product_address;
    wire [PASS_W-1:0]    pass_address;

    wire unused_program_bits = ^program_word;

    always @(posedge clk) begin
        last_product  <= counts[0 +: PRODUCT_W] - 1'b1;
        last_pass     <= counts[32 +: PASS_W] - 1'b1;
        last_column   <= counts[64 +: COLUMN_W] - 1'b1;
        last_constant <= counts[96 +: CONST_W] - 1'b1;
        last_beat     <= counts[128 +: BEAT_W] - 1'b1;
    end

    ese_sections #(
        .ADDRESS_W (ADDRESS_W),
        .BUS_W     (BUS_W),
        .BURST_W   (BURST_W),
        .TWO_PORTS (TWO_PORTS),
        .STREAMED  (RESIDENT == 0 ? 1 : 0)
    ) u_sections (
        .clk             (clk),
        .reset           (reset),
        .weights_base    (weights_base),
        .model_base      (model_base),
        .words           (words),
        .crcs            (crcs),
        .header_good     (header_good),
        .data_request    (data_request),
        .weights_request (weights_request),
        .request_address (request_address),
        .request_length  (request_length),
        .data_grant      (data_grant),
        .data_valid      (data_valid),
        .data_bus        (data_bus),
        .weights_grant   (weights_grant),
        .weights_valid   (weights_valid),
        .weights_bus     (weights_bus),
        .begins          (begins),
        .at              (at),
        .offer           (offer),
        .ready           (ready),
        .header_take     (header_take),
        .data            (header_data),
        .column_base     (column_base),
        .constant_base   (constant_base),
        .weight_base     (weight_base),
        .done            (done),
        .error           (error)
    );

    ese_model_words #(
        .BUS_W              (BUS_W),
        .PROGRAM_MEMORY_W   (PROGRAM_MEMORY_W),
        .COLUMNS_MEMORY_W   (COLUMNS_MEMORY_W),
        .CONSTANTS_MEMORY_W (CONSTANTS_MEMORY_W),
        .WEIGHTS_MEMORY_W   (WEIGHTS_MEMORY_W),
        .PROGRAM_W          (PROGRAM_W),
        .COLUMNS_W          (COLUMNS_W),
        .CONSTANTS_W        (CONSTANTS_W),
        .WEIGHTS_W          (WEIGHTS_W),
        .PRODUCT_W          (PRODUCT_W),
        .PASS_W             (PASS_W),
        .RESIDENT           (RESIDENT)
    ) u_words (
        .clk             (clk),
        .reset           (reset),
        .begins          (begins),
        .at              (at),
        .offer           (offer),
        .ready           (ready),
        .data            (header_data),
        .counts          (counts),
        .product_write   (product_write),
        .pass_write      (pass_write),
        .program_word    (program_word),
        .product_address (product_address),
        .pass_address    (pass_address),
        .column_write    (column_write),
        .column_word     (column_word),
        .constant_write  (constant_write),
        .constant_word   (constant_word),
        .weight_write    (weight_write),
        .weight_word     (weight_word),
        .word_number     (word_number)
    );

    ese_program_ram #(
        .WIDTH  (PRODUCT_WORD_W),
        .ADDR_W (PRODUCT_W)
    ) u_products (
        .clk           (clk),
        .write_enable  (product_write),
        .write_address (product_address),
        .write_data    (program_word[PRODUCT_WORD_W-1:0]),
        .address       (product),
        .data          (product_word)
    );

    ese_program_ram #(
        .WIDTH  (PASS_WORD_W),
        .ADDR_W (PASS_W)
    ) u_passes (
        .clk           (clk),
        .write_enable  (pass_write),
        .write_address (pass_address),
        .write_data    (program_word[PASS_WORD_W-1:0]),
        .address       (pass),
        .data          (pass_word)
    );
endmodule

`resetall
