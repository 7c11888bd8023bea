// SPDX-License-Identifier: Apache-2.0
// ese_drain_control - which accumulators are emptied, once for all channels.
//
// A step empties one row of LANES neighbouring PEs, group drain_group of them.  Where 2**drain_fold
// PEs share their rows, it empties LANES * 2**drain_fold PEs, and their sums make LANES rows.
//
// Stage 1  address and clear: the row is taken, and counts as never written from now on; `group`
//          numbers the FOLD * LANES neighbouring PEs that Assemble looks at
// Stage CLOCKS (2 or 3)
//          used: which of these PEs have written the row; pick: which of them make a row, one bit.
//          Bit FOLD/2**f + s stands for fold f and the s-th LANES * 2**f PEs of the group
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_drain_control #(
    parameter PES     = 4, // processing elements
    parameter LANES   = 1, // rows a step
    parameter GROUPS  = 4, // PES / LANES rounded up
    parameter GROUP_W = 2, // bits of a group number
    parameter FOLD    = 1, // PEs that share rows, at most; unless 1, divides LANES, and FOLD * LANES PES
    parameter FOLD_W  = 1, // bits of drain_fold
    parameter BLOCK_W = 1, // bits of an accumulator block number
    parameter ROW_W   = 4, // bits of a row within the block
    parameter CLOCKS  = 2  // 2 or 3
) (
    input  wire                     clk,
    input  wire                     reset,

    // Stage 0
    input  wire                     drain,
    input  wire [BLOCK_W-1:0]       drain_block,
    input  wire [ROW_W-1:0]         drain_row,
    input  wire [GROUP_W-1:0]       drain_group,
    input  wire [FOLD_W-1:0]        drain_fold,

    // Stage 1
    output reg  [BLOCK_W+ROW_W-1:0] address,
    output reg  [GROUP_W-1:0]       group,
    output wire [PES-1:0]           clear,
    input  wire [PES-1:0]           row_used, // what each PE says of `address`

    // Stage CLOCKS
    output reg  [FOLD*LANES-1:0]    used,
    output reg  [2*FOLD-1:1]        pick
);
    localparam SLOTS = FOLD * LANES;              // PEs of a wide group
    localparam WIDE  = (GROUPS + FOLD - 1) / FOLD; // wide groups

    // ---- stage 0: the wide group, and the part of it that is meant -------------------------
    wire [GROUP_W-1:0] wide;
    wire [2*FOLD-1:1]  picked;
    wire [FOLD-1:0]    part; // of LANES PEs each
    genvar n;
    generate
        if (FOLD > 1) begin : g_fold
            localparam LOG = $clog2(FOLD);
            localparam [31:0] LOG_32 = LOG;

            // Parts and what they join to are numbered like a heap: part p is FOLD + p.
            wire [FOLD_W-1:0] parts_log = LOG_32[FOLD_W-1:0] - drain_fold;
            wire [LOG:0]      below     = ~({(LOG+1){1'b1}} << parts_log);
            wire [LOG:0]      top       = {{LOG{1'b0}}, 1'b1} << parts_log;
            wire [LOG:0]      number    = top | ({1'b0, drain_group[LOG-1:0]} & below);

            assign wide = drain_group >> parts_log;
            for (n = 1; n < 2 * FOLD; n = n + 1) begin : g_pick
                localparam [31:0] NUMBER = n;
                assign picked[n] = number == NUMBER[LOG:0];
            end
            for (n = 0; n < FOLD; n = n + 1) begin : g_part
                localparam [31:0] NUMBER = FOLD + n;
                assign part[n] = number == NUMBER[LOG:0] >> drain_fold;
            end
        end else begin : g_plain
            wire unused_fold = ^drain_fold;

            assign wide   = drain_group;
            assign picked = 1'b1;
            assign part   = 1'b1;
        end
    endgenerate

    // ---- stage 1 ---------------------------------------------------------------------------
    reg              drain_1;
    reg [FOLD-1:0]   part_1;
    reg [2*FOLD-1:1] pick_1;

    always @(posedge clk)
        if (reset) drain_1 <= 1'b0;
        else       drain_1 <= drain;

    always @(posedge clk) begin
        address <= {drain_block, drain_row};
        group   <= wide;
        part_1  <= part;
        pick_1  <= picked;
    end

    wire [WIDE-1:0] group_hit;
    genvar g;
    genvar k;
    generate
        for (g = 0; g < WIDE; g = g + 1) begin : g_group
            localparam [31:0] NUMBER = g;
            assign group_hit[g] = drain_1 && group == NUMBER[GROUP_W-1:0];
        end
        for (k = 0; k < PES; k = k + 1) begin : g_pe
            assign clear[k] = group_hit[k / SLOTS] && part_1[k % SLOTS / LANES];
        end
    endgenerate

    // ---- stages 2 and, if so, 3 ------------------------------------------------------------
    wire [PES-1:0]     row_used_q; // stage CLOCKS - 1, as the two below
    wire [GROUP_W-1:0] used_group;
    wire [2*FOLD-1:1]  used_pick;

    ese_delay #(
        .WIDTH  (PES + GROUP_W + 2 * FOLD - 1),
        .CLOCKS (CLOCKS - 2)
    ) u_row_used (
        .clk     (clk),
        .value   ({row_used, group, pick_1}),
        .delayed ({row_used_q, used_group, used_pick})
    );

    wire [WIDE*SLOTS-1:0] row_used_padded;
    generate
        if (WIDE * SLOTS > PES) begin : g_pad
            assign row_used_padded = {{(WIDE*SLOTS-PES){1'b0}}, row_used_q};
        end else begin : g_full
            assign row_used_padded = row_used_q;
        end
    endgenerate

    always @(posedge clk) begin
        used <= row_used_padded[used_group*SLOTS +: SLOTS];
        pick <= used_pick;
    end
endmodule

`resetall
