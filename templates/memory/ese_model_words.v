// SPDX-License-Identifier: Apache-2.0
// ese_model_words - words of the model on their way to their memories, section by section.
//
// Bus words  are offered for one section at a time (bit 0 program, 1 columns, 2 constants, 3 weights), and
//            taken when its bit of `ready` is high
// Words      one a clock, with the number that it has in its section; the program is products, then passes.
//            Without RESIDENT the other sections are taken and go nowhere
// Reset      `begins` too: the words of the next section count from 0.  Counts are settled before its
//            first bus word comes
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_model_words #(
    parameter BUS_W              = 128, // bits of a bus word
    parameter PROGRAM_MEMORY_W   = 64,  // bits of a word in memory: powers of two
    parameter COLUMNS_MEMORY_W   = 32,
    parameter CONSTANTS_MEMORY_W = 64,
    parameter WEIGHTS_MEMORY_W   = 64,
    parameter PROGRAM_W          = 40,  // bits of a word that count
    parameter COLUMNS_W          = 20,
    parameter CONSTANTS_W        = 50,
    parameter WEIGHTS_W          = 64,
    parameter PRODUCT_W          = 5,   // address bits of the products
    parameter PASS_W             = 4,   // ... of the passes
    parameter RESIDENT           = 1
) (
    input  wire                   clk,
    input  wire                   reset,
    input  wire                   begins,
    input  wire [3:0]             at,        // the section under way
    input  wire [3:0]             offer,
    output wire [3:0]             ready,
    input  wire [BUS_W-1:0]       data,

    input  wire [5*32-1:0]        counts,    // products, passes, columns, constants, beats

    output wire                   product_write,
    output wire                   pass_write,
    output wire [PROGRAM_W-1:0]   program_word,
    output wire [PRODUCT_W-1:0]   product_address,
    output wire [PASS_W-1:0]      pass_address,
    output wire                   column_write,
    output wire [COLUMNS_W-1:0]   column_word,
    output wire                   constant_write,
    output wire [CONSTANTS_W-1:0] constant_word,
    output wire                   weight_write,
    output wire [WEIGHTS_W-1:0]   weight_word,
    output wire [31:0]            word_number // of all three
);
    wire [31:0] products  = counts[0 +: 32];
    wire [31:0] passes    = counts[32 +: 32];
    wire [31:0] columns   = counts[64 +: 32];
    wire [31:0] constants = counts[96 +: 32];
    wire [31:0] beats     = counts[128 +: 32];

    reg  [31:0] item; // of the section
    reg  [31:0] last_item;
    wire        unpack_reset = reset || begins;
    wire        program_valid;
    wire        word = program_valid || column_write || constant_write || weight_write;
    wire        in_products = item < products;
    wire [31:0] pass_item   = item - products;
    wire [PROGRAM_MEMORY_W-1:0] program_memory;

    wire unused_program = ^{program_memory, pass_item};

    assign product_write   = program_valid && in_products;
    assign pass_write      = program_valid && !in_products;
    assign program_word    = program_memory[PROGRAM_W-1:0];
    assign product_address = item[PRODUCT_W-1:0];
    assign pass_address    = pass_item[PASS_W-1:0];
    assign word_number     = item;

    always @(posedge clk)
        if (unpack_reset) item <= 32'd0;
        else if (word)    item <= item + 32'd1;

    ese_unpack #(
        .BUS_W  (BUS_W),
        .WORD_W (PROGRAM_MEMORY_W),
        .ITEM_W (32)
    ) u_program (
        .clk       (clk),
        .reset     (unpack_reset),
        .last_item (last_item),
        .bus_valid (offer[0]),
        .bus_ready (ready[0]),
        .bus_data  (data),
        .valid     (program_valid),
        .ready     (1'b1),
        .data      (program_memory)
    );

    generate
        if (RESIDENT != 0) begin : g_resident
            wire [COLUMNS_MEMORY_W-1:0]   column_memory;
            wire [CONSTANTS_MEMORY_W-1:0] constant_memory;
            wire [WEIGHTS_MEMORY_W-1:0]   weight_memory;

            wire unused_memory = ^{at[0], column_memory, constant_memory, weight_memory}; // padding

            assign column_word   = column_memory[COLUMNS_W-1:0];
            assign constant_word = constant_memory[CONSTANTS_W-1:0];
            assign weight_word   = weight_memory[WEIGHTS_W-1:0];

            always @(posedge clk)
                last_item <= (at[1] ? columns : at[2] ? constants : at[3] ? beats : products + passes)
                           - 32'd1;

            ese_unpack #(
                .BUS_W  (BUS_W),
                .WORD_W (COLUMNS_MEMORY_W),
                .ITEM_W (32)
            ) u_columns (
                .clk       (clk),
                .reset     (unpack_reset),
                .last_item (last_item),
                .bus_valid (offer[1]),
                .bus_ready (ready[1]),
                .bus_data  (data),
                .valid     (column_write),
                .ready     (1'b1),
                .data      (column_memory)
            );

            ese_unpack #(
                .BUS_W  (BUS_W),
                .WORD_W (CONSTANTS_MEMORY_W),
                .ITEM_W (32)
            ) u_constants (
                .clk       (clk),
                .reset     (unpack_reset),
                .last_item (last_item),
                .bus_valid (offer[2]),
                .bus_ready (ready[2]),
                .bus_data  (data),
                .valid     (constant_write),
                .ready     (1'b1),
                .data      (constant_memory)
            );

            ese_unpack #(
                .BUS_W  (BUS_W),
                .WORD_W (WEIGHTS_MEMORY_W),
                .ITEM_W (32)
            ) u_weights (
                .clk       (clk),
                .reset     (unpack_reset),
                .last_item (last_item),
                .bus_valid (offer[3]),
                .bus_ready (ready[3]),
                .bus_data  (data),
                .valid     (weight_write),
                .ready     (1'b1),
                .data      (weight_memory)
            );
        end else begin : g_program
            wire unused_inputs = ^{at, offer[3:1], columns, constants, beats};

            assign ready[3:1]     = 3'b111;
            assign column_write   = 1'b0;
            assign column_word    = {COLUMNS_W{1'b0}};
            assign constant_write = 1'b0;
            assign constant_word  = {CONSTANTS_W{1'b0}};
            assign weight_write   = 1'b0;
            assign weight_word    = {WEIGHTS_W{1'b0}};

            always @(posedge clk) last_item <= products + passes - 32'd1;
        end
    endgenerate
endmodule

`resetall
