// SPDX-License-Identifier: Apache-2.0
// ese_resident_model - the model in the chip: loaded on command, then three streams, once a frame, and the program.
//
// Loads    out of load_reset, see ese_loader
// Streams  ese_ram_stream: over and over, from the first word at core_reset
// Program  a word in the clock of its number
// Clients  of a read port: the loader
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_resident_model #(
    parameter ADDRESS_W          = 40,      // bits of a byte address
    parameter BUS_W              = 128,     // bits of a bus word
    parameter BURST_W            = 8,       // log2 of the bus words of 4 KiB
    parameter TWO_PORTS          = 1,       // weights come by a port of their own
    parameter PROGRAM_MEMORY_W   = 64,      // bits of a word in memory: powers of two
    parameter COLUMNS_MEMORY_W   = 32,
    parameter CONSTANTS_MEMORY_W = 64,
    parameter WEIGHTS_MEMORY_W   = 64,
    parameter WEIGHTS_W          = 64,      // bits of a weight beat
    parameter BEAT_W             = 4,       // bits of a beat's number
    parameter COLUMN_WORD_W      = 16,      // bits of a column
    parameter COLUMN_W           = 4,       // bits of a column's number
    parameter CONSTANT_W         = 44,      // bits of a word of constants
    parameter CONST_W            = 4,       // bits of such a word's number
    parameter PRODUCT_WORD_W     = 16,      // bits of a product
    parameter PRODUCT_W          = 4,       // bits of a product's number
    parameter PASS_WORD_W        = 16,      // bits of a pass
    parameter PASS_W             = 3,       // bits of a pass's number
    parameter MAX_COLUMNS        = 16,      // columns that fit
    parameter MAX_CONSTANTS      = 16,      // words of constants that fit
    parameter MAX_BEATS          = 16,      // weight beats that fit
    parameter WEIGHTS_RAM        = "block"  // or "ultra": for synthesis
) (
    input  wire                      clk,
    input  wire                      core_reset,   // of what runs with the datapath
    input  wire                      load_reset,   // of the loader
    input  wire [ADDRESS_W-1:0]      weights_base, // byte addresses, 4 KiB aligned
    input  wire [ADDRESS_W-1:0]      model_base,

    // To the read ports
    output wire                      data_request,
    output wire [ADDRESS_W-1:0]      data_address,
    output wire [7:0]                data_length,
    input  wire                      data_grant,
    input  wire                      data_bus_valid,
    input  wire [BUS_W-1:0]          data_bus,
    output wire                      weights_request,
    output wire [ADDRESS_W-1:0]      weights_address,
    output wire [7:0]                weights_length,
    input  wire                      weights_grant,
    input  wire                      weights_bus_valid,
    input  wire [BUS_W-1:0]          weights_bus,

    // The header, as ese_header gives it
    output wire                      header_take,
    output wire [BUS_W-1:0]          header_data,
    input  wire [5*32-1:0]           counts,       // products, passes, columns, constants, beats
    input  wire [4*32-1:0]           words,        // of program, columns, constants, weights
    input  wire [4*32-1:0]           crcs,
    input  wire [2:0]                header_good,  // {sizes, chip, magic}

    // The model
    output wire                      done,         // it is loaded; one clock, like the errors
    output wire [4:0]                error,        // {contents, size, chip, header, magic}

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
    wire                     column_write;
    wire [COLUMN_WORD_W-1:0] column_word;
    wire                     constant_write;
    wire [CONSTANT_W-1:0]    constant_word;
    wire                     weight_write;
    wire [WEIGHTS_W-1:0]     weight_word;
    wire [31:0]              word_number;
    wire [COLUMN_W-1:0]      last_column;
    wire [CONST_W-1:0]       last_constant;
    wire [BEAT_W-1:0]        last_beat;
    wire [3*ADDRESS_W-1:0]   unused_bases;

    wire unused_bits = ^word_number;

    ese_loader #(
        .ADDRESS_W          (ADDRESS_W),
        .BUS_W              (BUS_W),
        .BURST_W            (BURST_W),
        .TWO_PORTS          (TWO_PORTS),
        .RESIDENT           (1),
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
        .data_request       (data_request),
        .weights_request    (weights_request),
        .request_address    (data_address),
        .request_length     (data_length),
        .data_grant         (data_grant),
        .data_valid         (data_bus_valid),
        .data_bus           (data_bus),
        .weights_grant      (weights_grant),
        .weights_valid      (weights_bus_valid),
        .weights_bus        (weights_bus),
        .header_take        (header_take),
        .header_data        (header_data),
        .counts             (counts),
        .words              (words),
        .crcs               (crcs),
        .header_good        (header_good),
        .column_write       (column_write),
        .column_word        (column_word),
        .constant_write     (constant_write),
        .constant_word      (constant_word),
        .weight_write       (weight_write),
        .weight_word        (weight_word),
        .word_number        (word_number),
        .last_product       (last_product),
        .last_pass          (last_pass),
        .product            (product),
        .product_word       (product_word),
        .pass               (pass),
        .pass_word          (pass_word),
        .last_column        (last_column),
        .last_constant      (last_constant),
        .last_beat          (last_beat),
        .column_base        (unused_bases[0 +: ADDRESS_W]),
        .constant_base      (unused_bases[ADDRESS_W +: ADDRESS_W]),
        .weight_base        (unused_bases[2*ADDRESS_W +: ADDRESS_W]),
        .done               (done),
        .error              (error)
    );

    assign weights_address = data_address;
    assign weights_length  = data_length;

    // ---- the three streams -----------------------------------------------------------------
    ese_ram_stream #(
        .WIDTH     (WEIGHTS_W),
        .WORDS     (MAX_BEATS),
        .ADDR_W    (BEAT_W),
        .RAM_STYLE (WEIGHTS_RAM)
    ) u_weights (
        .clk           (clk),
        .reset         (core_reset),
        .write_enable  (weight_write),
        .write_address (word_number[BEAT_W-1:0]),
        .write_data    (weight_word),
        .last_word     (last_beat),
        .valid         (weights_valid),
        .ready         (weights_ready),
        .data          (weights)
    );

    ese_ram_stream #(
        .WIDTH  (COLUMN_WORD_W),
        .WORDS  (MAX_COLUMNS),
        .ADDR_W (COLUMN_W)
    ) u_columns (
        .clk           (clk),
        .reset         (core_reset),
        .write_enable  (column_write),
        .write_address (word_number[COLUMN_W-1:0]),
        .write_data    (column_word),
        .last_word     (last_column),
        .valid         (columns_valid),
        .ready         (columns_ready),
        .data          (columns)
    );

    ese_ram_stream #(
        .WIDTH  (CONSTANT_W),
        .WORDS  (MAX_CONSTANTS),
        .ADDR_W (CONST_W)
    ) u_constants (
        .clk           (clk),
        .reset         (core_reset),
        .write_enable  (constant_write),
        .write_address (word_number[CONST_W-1:0]),
        .write_data    (constant_word),
        .last_word     (last_constant),
        .valid         (constants_valid),
        .ready         (constants_ready),
        .data          (constants)
    );
endmodule

`resetall
