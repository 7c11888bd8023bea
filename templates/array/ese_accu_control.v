// SPDX-License-Identifier: Apache-2.0
// ese_accu_control - Accu control of one PE, once for all channels.
//
// Follows an issued entry to the accumulator (ese_pe): two clocks after issue the product is added.
// A row that has not been written since its block was last emptied counts as zero (`keep` low), so no
// accumulator ever has to be cleared.  Counts the columns under way for each accumulator block.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_accu_control #(
    parameter ROW_W   = 4, // bits of a row within a block
    parameter BLOCK_W = 1, // bits of an accumulator block number
    parameter COUNT_W = 4  // bits that hold the columns under way
) (
    input  wire                     clk,
    input  wire                     reset,

    // Columns under way
    input  wire                     push,          // a column enters the ActQueue
    input  wire [BLOCK_W-1:0]       push_block,
    output wire [(1<<BLOCK_W)-1:0]  quiet,         // nothing under way for the block

    // The entry being issued
    input  wire                     issue,
    input  wire                     nonzero,
    input  wire                     last,
    input  wire [BLOCK_W-1:0]       block,
    input  wire [ROW_W-1:0]         row,

    // To the accumulators, two clocks later
    output reg                      write,
    output reg                      keep,          // add to what is there
    output reg  [BLOCK_W+ROW_W-1:0] address,

    // Emptying
    input  wire [BLOCK_W+ROW_W-1:0] drain_address,
    input  wire                     drain_clear,   // this PE's row at drain_address is being taken
    output wire                     drain_used     // it has been written
);
    localparam ADDR_W = BLOCK_W + ROW_W;
    localparam BLOCKS = 1 << BLOCK_W;

    reg [(1<<ADDR_W)-1:0] used;

    // ---- one clock after issue -------------------------------------------------------------
    reg              next_write;
    reg [ADDR_W-1:0] next_address;
    reg              next_last;

    // ---- two and three clocks after issue --------------------------------------------------
    reg               write_last;
    reg               retire;
    reg [BLOCK_W-1:0] retire_block;

    assign drain_used = used[drain_address];

    always @(posedge clk) begin
        next_address <= {block, row};
        address      <= next_address;
        keep         <= used[next_address];
        retire_block <= address[ADDR_W-1:ROW_W];
    end

    always @(posedge clk) begin
        next_write <= issue && nonzero;
        next_last  <= issue && last;
        write      <= next_write;
        write_last <= next_last;
        retire     <= write_last;
        if (drain_clear) used[drain_address] <= 1'b0;
        if (next_write)  used[next_address]  <= 1'b1;

        if (reset) begin
            next_write <= 1'b0;
            next_last  <= 1'b0;
            write      <= 1'b0;
            write_last <= 1'b0;
            retire     <= 1'b0;
            used       <= {(1<<ADDR_W){1'b0}};
        end
    end

    genvar b;
    generate
        for (b = 0; b < BLOCKS; b = b + 1) begin : g_block
            localparam [31:0] NUMBER_32 = b;
            localparam [BLOCK_W-1:0] NUMBER = NUMBER_32[BLOCK_W-1:0];

            reg  [COUNT_W-1:0] under_way;
            wire enter = push && push_block == NUMBER;
            wire leave = retire && retire_block == NUMBER;

            assign quiet[b] = under_way == {COUNT_W{1'b0}};

            always @(posedge clk) begin
                if (enter && !leave) under_way <= under_way + 1'b1;
                if (leave && !enter) under_way <= under_way - 1'b1;
                if (reset) under_way <= {COUNT_W{1'b0}};
            end
        end
    endgenerate
endmodule

`resetall
