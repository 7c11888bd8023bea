// SPDX-License-Identifier: Apache-2.0
// ese_block_state - the life of the accumulator blocks.
//
// busy    from the first column that is issued into a block until its last row has been taken out
// ready   all columns issued, nothing under way in any PE: a pass may empty the block
//
// Latency  `ready` one clock after the last PE is quiet
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_block_state #(
    parameter PES     = 4, // processing elements
    parameter BLOCK_W = 1  // bits of an accumulator block number
) (
    input  wire                        clk,
    input  wire                        reset,

    input  wire                        open,         // a product opens open_block
    input  wire [BLOCK_W-1:0]          open_block,
    input  wire                        close,        // close_block got its last column
    input  wire [BLOCK_W-1:0]          close_block,
    input  wire [PES*(1<<BLOCK_W)-1:0] quiet,        // of each PE, for each block
    input  wire                        take,         // a pass begins on pass_block
    input  wire                        free,         // ... and takes its last row
    input  wire [BLOCK_W-1:0]          pass_block,

    output reg  [(1<<BLOCK_W)-1:0]     busy,
    output reg  [(1<<BLOCK_W)-1:0]     ready
);
    localparam BLOCKS = 1 << BLOCK_W;

    reg [BLOCKS-1:0] closed;

    genvar b;
    genvar k;
    generate
        for (b = 0; b < BLOCKS; b = b + 1) begin : g_block
            localparam [31:0] NUMBER_32 = b;
            localparam [BLOCK_W-1:0] NUMBER = NUMBER_32[BLOCK_W-1:0];

            wire [PES-1:0] quiet_pes;
            for (k = 0; k < PES; k = k + 1) begin : g_pe
                assign quiet_pes[k] = quiet[k*BLOCKS + b];
            end

            always @(posedge clk) begin
                ready[b] <= closed[b] && (&quiet_pes);
                if (take && pass_block == NUMBER)   closed[b] <= 1'b0;
                if (close && close_block == NUMBER) closed[b] <= 1'b1;
                if (free && pass_block == NUMBER)   busy[b] <= 1'b0;
                if (open && open_block == NUMBER)   busy[b] <= 1'b1;

                if (reset) begin
                    ready[b]  <= 1'b0;
                    closed[b] <= 1'b0;
                    busy[b]   <= 1'b0;
                end
            end
        end
    endgenerate
endmodule

`resetall
