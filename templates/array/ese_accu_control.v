// SPDX-License-Identifier: Apache-2.0
// ese_accu_control - Accu control of one PE, once for all channels.
//
// Follows an issued entry to the accumulator (ese_pe): MULTIPLY_CLOCKS after issue the product is added.
// A row that has not been written since its block was last emptied counts as zero (`keep` low), so no
// accumulator ever has to be cleared.  Counts the columns under way for each accumulator block.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_accu_control #(
    parameter ROW_W   = 4, // bits of a row within a block
    parameter BLOCK_W = 1, // bits of an accumulator block number
    parameter COUNT_W = 4, // bits that hold the columns under way
    parameter MULTIPLY_CLOCKS = 2 // 2 or 3
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

    // To the accumulators, MULTIPLY_CLOCKS later
    output wire                     write,
    output wire                     keep,          // add to what is there
    output wire [BLOCK_W+ROW_W-1:0] address,

    // Emptying
    input  wire [(1<<(BLOCK_W+ROW_W))-1:0] drain_row, // which row of which block, one bit
    input  wire                     drain_clear,   // this PE's is being taken
    output wire                     drain_used     // it has been written
);
    localparam ADDR_W = BLOCK_W + ROW_W;
    localparam BLOCKS = 1 << BLOCK_W;

    reg [(1<<ADDR_W)-1:0] used;

    // ---- by clocks after issue -------------------------------------------------------------
    reg [MULTIPLY_CLOCKS:1] writes;
    reg [MULTIPLY_CLOCKS:1] lasts;
    reg [ADDR_W-1:0]        address_1;
    reg [ADDR_W-1:0]        address_2;
    reg                     keep_2;

    assign drain_used = (used & drain_row) != {(1<<ADDR_W){1'b0}};
    assign write      = writes[MULTIPLY_CLOCKS];

    always @(posedge clk) begin
        address_1 <= {block, row};
        address_2 <= address_1;
        keep_2    <= used[address_1];
    end

    always @(posedge clk) begin
        writes <= {writes[MULTIPLY_CLOCKS-1:1], issue && nonzero};
        lasts  <= {lasts[MULTIPLY_CLOCKS-1:1], issue && last};
        if (drain_clear) used            <= used & ~drain_row;
        if (writes[1])   used[address_1] <= 1'b1;

        if (reset) begin
            writes <= {MULTIPLY_CLOCKS{1'b0}};
            lasts  <= {MULTIPLY_CLOCKS{1'b0}};
            used   <= {(1<<ADDR_W){1'b0}};
        end
    end

    ese_delay #(
        .WIDTH  (ADDR_W + 1),
        .CLOCKS (MULTIPLY_CLOCKS - 2)
    ) u_product (
        .clk     (clk),
        .value   ({keep_2, address_2}),
        .delayed ({keep, address})
    );

    // ---- columns under way -----------------------------------------------------------------
    reg               retire;
    reg [BLOCK_W-1:0] retire_block;

    always @(posedge clk) retire_block <= address[ADDR_W-1:ROW_W];

    always @(posedge clk)
        if (reset) retire <= 1'b0;
        else       retire <= lasts[MULTIPLY_CLOCKS];

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
