// SPDX-License-Identifier: Apache-2.0
// fold_bench - emptying accumulators: ese_drain_control and ese_assemble together.
//
// In every clock a step of any fold, group and row, or none.  What is taken out must be the rows of
// the group, each the sum over the PEs that share it, of what they have written; and the PEs of the
// group, no others, must be told so, when there is a step.  Prints "N comparisons, M mismatches".
`timescale 1ns / 1ps

module fold_case #(
    parameter PES    = 8,
    parameter LANES  = 2,
    parameter FOLD   = 2,
    parameter CLOCKS = 2,
    parameter STEPS  = 200,
    parameter SEED   = 1
) (
    input  wire        clk,
    input  wire        reset,
    output reg  [31:0] compared,
    output reg  [31:0] wrong,
    output wire        finished
);
    localparam GROUPS  = (PES + LANES - 1) / LANES;
    localparam GROUP_W = (GROUPS > 1) ? $clog2(GROUPS) : 1;
    localparam FOLD_W  = (FOLD > 2) ? 2 : 1;
    localparam FOLDS   = $clog2(FOLD) + 1;
    localparam ACC_W   = 34;

    // ---- what the PEs hold -----------------------------------------------------------------
    function [31:0] mix;
        input [31:0] pe;
        input [31:0] row;
        reg   [31:0] h;
        begin
            h   = (pe * 32'd2654435761) ^ (row * 32'd2246822519) ^ 32'd374761393;
            h   = (h ^ (h >> 15)) * 32'd3266489917;
            mix = h ^ (h >> 13);
        end
    endfunction

    function [ACC_W-1:0] value;
        input [31:0] pe;
        input [31:0] row;
        value = {mix(row + 32'd99, pe), mix(pe, row)} >> 30;
    endfunction

    function written;
        input [31:0] pe;
        input [31:0] row;
        reg   [31:0] h;
        begin
            h       = mix(pe + 32'd7, row + 32'd3);
            written = h[9:8] != 2'd0;
        end
    endfunction

    // ---- the steps, by stage ---------------------------------------------------------------
    integer       random;
    localparam    PICKED = 1 + CLOCKS;
    reg           drain [0:PICKED];
    reg [31:0]    fold  [0:PICKED]; // log2
    reg [31:0]    group [0:PICKED];
    reg [4:0]     row   [0:PICKED];
    integer       steps;
    integer       s;
    integer       k;
    integer       l;
    integer       j;
    reg [ACC_W-1:0] sum;

    assign finished = steps == STEPS;

    wire [4:0]              address;
    wire [GROUP_W-1:0]      wide;
    wire [PES-1:0]          clear;
    wire [FOLD*LANES-1:0]   used;
    wire [2*FOLD-1:1]       pick;
    wire [LANES*ACC_W-1:0]  picked;
    reg  [PES-1:0]          row_used;
    reg  [PES*ACC_W-1:0]    rows;

    always @(address)
        for (k = 0; k < PES; k = k + 1) begin
            row_used[k]             = written(k, {27'd0, address});
            rows[k*ACC_W +: ACC_W]  = value(k, {27'd0, address});
        end

    ese_drain_control #(
        .PES     (PES),
        .LANES   (LANES),
        .GROUPS  (GROUPS),
        .GROUP_W (GROUP_W),
        .FOLD    (FOLD),
        .FOLD_W  (FOLD_W),
        .BLOCK_W (1),
        .ROW_W   (4),
        .CLOCKS  (CLOCKS)
    ) u_drain (
        .clk         (clk),
        .reset       (reset),
        .drain       (drain[0]),
        .drain_block (row[0][4]),
        .drain_row   (row[0][3:0]),
        .drain_group (group[0][GROUP_W-1:0]),
        .drain_fold  (fold[0][FOLD_W-1:0]),
        .address     (address),
        .group       (wide),
        .clear       (clear),
        .row_used    (row_used),
        .used        (used),
        .pick        (pick)
    );

    ese_assemble #(
        .PES     (PES),
        .LANES   (LANES),
        .GROUPS  (GROUPS),
        .GROUP_W (GROUP_W),
        .FOLD    (FOLD),
        .ACC_W   (ACC_W),
        .CLOCKS  (CLOCKS)
    ) u_assemble (
        .clk    (clk),
        .rows   (rows),
        .group  (wide),
        .used   (used),
        .pick   (pick),
        .picked (picked)
    );

    // ---- comparison, in the middle of the clock --------------------------------------------
    always @(negedge clk)
        if (reset) begin
            compared = 0;
            wrong    = 0;
        end else if (steps > PICKED && !finished) begin
            compared = compared + PES + LANES;
            for (k = 0; k < PES; k = k + 1)
                if (clear[k] !== (drain[1] && (k >> fold[1]) / LANES == group[1]))
                    wrong = wrong + 1;
            for (l = 0; l < LANES; l = l + 1) begin
                sum = {ACC_W{1'b0}};
                for (j = 0; j < 1 << fold[PICKED]; j = j + 1) begin
                    k = ((group[PICKED] * LANES + l) << fold[PICKED]) + j;
                    if (k < PES && written(k, {27'd0, row[PICKED]}))
                        sum = sum + value(k, {27'd0, row[PICKED]});
                end
                if (picked[l*ACC_W +: ACC_W] !== sum) wrong = wrong + 1;
            end
        end

    always @(posedge clk)
        if (reset) begin
            random = SEED;
            steps <= 0;
            for (s = 0; s <= PICKED; s = s + 1) begin
                drain[s] <= 1'b0;
                fold[s]  <= 0;
                group[s] <= 0;
                row[s]   <= 5'd0;
            end
        end else begin
            if (!finished) steps <= steps + 1;
            for (s = 1; s <= PICKED; s = s + 1) begin
                drain[s] <= drain[s-1];
                fold[s]  <= fold[s-1];
                group[s] <= group[s-1];
                row[s]   <= row[s-1];
            end
            random   = random * 1103515245 + 12345;
            drain[0] <= random[17:16] != 2'd0;
            row[0]   <= random[22:18];
            k        = random[30:24] % FOLDS;
            fold[0]  <= k;
            random   = random * 1103515245 + 12345;
            group[0] <= random[30:16] % (GROUPS >> k);
        end
endmodule

module fold_cases #(
    parameter CLOCKS = 2
) (
    input  wire            clk,
    input  wire            reset,
    output wire [32*7-1:0] compared,
    output wire [32*7-1:0] wrong,
    output wire [6:0]      finished
);
    fold_case #(.PES(1), .LANES(1), .FOLD(1), .CLOCKS(CLOCKS), .SEED(1)) c0
        (clk, reset, compared[32*0 +: 32], wrong[32*0 +: 32], finished[0]);
    fold_case #(.PES(40), .LANES(3), .FOLD(1), .CLOCKS(CLOCKS), .SEED(2)) c1
        (clk, reset, compared[32*1 +: 32], wrong[32*1 +: 32], finished[1]);
    fold_case #(.PES(4), .LANES(2), .FOLD(2), .CLOCKS(CLOCKS), .SEED(3)) c2
        (clk, reset, compared[32*2 +: 32], wrong[32*2 +: 32], finished[2]);
    fold_case #(.PES(24), .LANES(4), .FOLD(2), .CLOCKS(CLOCKS), .SEED(4)) c3
        (clk, reset, compared[32*3 +: 32], wrong[32*3 +: 32], finished[3]);
    fold_case #(.PES(48), .LANES(4), .FOLD(4), .CLOCKS(CLOCKS), .SEED(5)) c4
        (clk, reset, compared[32*4 +: 32], wrong[32*4 +: 32], finished[4]);
    fold_case #(.PES(16), .LANES(4), .FOLD(4), .CLOCKS(CLOCKS), .SEED(6)) c5
        (clk, reset, compared[32*5 +: 32], wrong[32*5 +: 32], finished[5]);
    fold_case #(.PES(64), .LANES(8), .FOLD(8), .CLOCKS(CLOCKS), .SEED(7)) c6
        (clk, reset, compared[32*6 +: 32], wrong[32*6 +: 32], finished[6]);
endmodule

module fold_bench;
    localparam CASES = 14;

    wire clk;
    wire reset;

    wire [32*CASES-1:0] compared;
    wire [32*CASES-1:0] wrong;
    wire [CASES-1:0]    finished;

    fold_cases #(.CLOCKS(2)) two
        (clk, reset, compared[0 +: 32*7], wrong[0 +: 32*7], finished[6:0]);
    fold_cases #(.CLOCKS(3)) three
        (clk, reset, compared[32*7 +: 32*7], wrong[32*7 +: 32*7], finished[13:7]);

    bench_run #(
        .CASES (CASES)
    ) u_run (
        .clk      (clk),
        .reset    (reset),
        .compared (compared),
        .wrong    (wrong),
        .finished (finished)
    );
endmodule
