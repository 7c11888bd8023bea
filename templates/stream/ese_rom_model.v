// SPDX-License-Identifier: Apache-2.0
// ese_rom_model - the model in read-only memories: three streams, in order of use, and the program.
//
// Streams  ese_rom_stream: over and over, from the first word at reset
// Program  ese_program_rom: a word in the clock of its number
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_rom_model #(
    parameter WEIGHTS_W      = 64, // bits of a weight beat
    parameter BEATS          = 16, // weight beats
    parameter BEAT_W         = 4,  // bits of a beat's number
    parameter COLUMN_WORD_W  = 16, // bits of a column
    parameter COLUMNS        = 16, // columns
    parameter COLUMN_W       = 4,  // bits of a column's number
    parameter CONSTANT_W     = 44, // bits of a word of constants
    parameter CONSTANTS      = 16, // words of constants
    parameter CONST_W        = 4,  // bits of such a word's number
    parameter PRODUCT_WORD_W = 16, // bits of a product
    parameter PRODUCTS       = 16, // products
    parameter PRODUCT_W      = 4,  // bits of a product's number
    parameter PASS_WORD_W    = 16, // bits of a pass
    parameter PASSES         = 8,  // passes
    parameter PASS_W         = 3,  // bits of a pass's number
    parameter WEIGHTS_FILE   = "", // memory images, as in ese_rom_stream
    parameter COLUMNS_FILE   = "",
    parameter CONSTANTS_FILE = "",
    parameter PRODUCTS_FILE  = "",
    parameter PASSES_FILE    = ""
) (
    input  wire                      clk,
    input  wire                      reset,

    output wire                      weights_valid,
    input  wire                      weights_ready,
    output wire [WEIGHTS_W-1:0]      weights,
    output wire                      columns_valid,
    input  wire                      columns_ready,
    output wire [COLUMN_WORD_W-1:0]  columns,
    output wire                      constants_valid,
    input  wire                      constants_ready,
    output wire [CONSTANT_W-1:0]     constants,

    output wire [PRODUCT_W-1:0]      last_product,
    output wire [PASS_W-1:0]         last_pass,
    input  wire [PRODUCT_W-1:0]      product,
    output wire [PRODUCT_WORD_W-1:0] product_word,
    input  wire [PASS_W-1:0]         pass,
    output wire [PASS_WORD_W-1:0]    pass_word
);
    localparam [31:0] LAST_PRODUCT = PRODUCTS - 1;
    localparam [31:0] LAST_PASS    = PASSES - 1;

    assign last_product = LAST_PRODUCT[PRODUCT_W-1:0];
    assign last_pass    = LAST_PASS[PASS_W-1:0];

    ese_rom_stream #(
        .WIDTH  (WEIGHTS_W),
        .WORDS  (BEATS),
        .ADDR_W (BEAT_W),
        .FILE   (WEIGHTS_FILE)
    ) u_weights (
        .clk   (clk),
        .reset (reset),
        .valid (weights_valid),
        .ready (weights_ready),
        .data  (weights)
    );

    ese_rom_stream #(
        .WIDTH  (COLUMN_WORD_W),
        .WORDS  (COLUMNS),
        .ADDR_W (COLUMN_W),
        .FILE   (COLUMNS_FILE)
    ) u_columns (
        .clk   (clk),
        .reset (reset),
        .valid (columns_valid),
        .ready (columns_ready),
        .data  (columns)
    );

    ese_rom_stream #(
        .WIDTH  (CONSTANT_W),
        .WORDS  (CONSTANTS),
        .ADDR_W (CONST_W),
        .FILE   (CONSTANTS_FILE)
    ) u_constants (
        .clk   (clk),
        .reset (reset),
        .valid (constants_valid),
        .ready (constants_ready),
        .data  (constants)
    );

    ese_program_rom #(
        .WIDTH  (PRODUCT_WORD_W),
        .WORDS  (PRODUCTS),
        .ADDR_W (PRODUCT_W),
        .FILE   (PRODUCTS_FILE)
    ) u_products (
        .address (product),
        .data    (product_word)
    );

    ese_program_rom #(
        .WIDTH  (PASS_WORD_W),
        .WORDS  (PASSES),
        .ADDR_W (PASS_W),
        .FILE   (PASSES_FILE)
    ) u_passes (
        .address (pass),
        .data    (pass_word)
    );
endmodule

`resetall
