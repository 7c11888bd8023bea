// SPDX-License-Identifier: Apache-2.0
// ese_assemble - Assemble: picks the rows of neighbouring PEs out of a channel's PEs, and adds up
// those that PEs share.
//
// Input    one row of every PE at stage 1; group g of stage 1 means the FOLD*LANES PEs from
//          g*FOLD*LANES on.  Of these, bit FOLD/2**f + s of `pick` means LANES * 2**f PEs, the s-th
//          so many, of which 2**f neighbours each share a row (ese_drain_control)
// Output   LANES rows; what was never written is zero
// Latency  CLOCKS clocks: a multiplexer of eight; one of what is left, and the sums, in one clock or two
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_assemble #(
    parameter PES     = 32, // processing elements
    parameter LANES   = 1,  // element-wise lanes
    parameter GROUPS  = 32, // PES / LANES rounded up
    parameter GROUP_W = 5,  // bits of a group number
    parameter FOLD    = 1,  // PEs that share rows, at most; unless 1, divides LANES, and FOLD * LANES PES
    parameter ACC_W   = 34, // bits of a row
    parameter CLOCKS  = 2   // 2 or 3
) (
    input  wire                   clk,
    input  wire [PES*ACC_W-1:0]   rows,   // stage 1
    input  wire [GROUP_W-1:0]     group,  // stage 1
    input  wire [FOLD*LANES-1:0]  used,   // stage CLOCKS
    input  wire [2*FOLD-1:1]      pick,   // stage CLOCKS
    output reg  [LANES*ACC_W-1:0] picked  // stage 1 + CLOCKS
);
    localparam FAN    = 8;
    localparam SLOTS  = FOLD * LANES;
    localparam PARTS  = ((GROUPS + FOLD - 1) / FOLD + FAN - 1) / FAN;
    localparam PADDED = PARTS * FAN * SLOTS;

    wire [PADDED*ACC_W-1:0] padded;
    genvar k;
    generate
        for (k = 0; k < PADDED; k = k + 1) begin : g_row
            if (k < PES) begin : g_pe
                assign padded[k*ACC_W +: ACC_W] = rows[k*ACC_W +: ACC_W];
            end else begin : g_none
                assign padded[k*ACC_W +: ACC_W] = {ACC_W{1'b0}};
            end
        end
    endgenerate

    wire [2:0] low_group;
    generate
        if (GROUP_W >= 3) begin : g_low
            assign low_group = group[2:0];
        end else begin : g_short
            assign low_group = {{(3-GROUP_W){1'b0}}, group};
        end
    endgenerate

    // ---- stage 2: eight to one -------------------------------------------------------------
    // Written out: a variable part-select of a width that is no power of two becomes a shifter.
    localparam WORD_W = SLOTS * ACC_W;

    wire [PARTS*WORD_W-1:0] parts;
    genvar p;
    generate
        for (p = 0; p < PARTS; p = p + 1) begin : g_part
            wire [FAN*WORD_W-1:0] choices = padded[p*FAN*WORD_W +: FAN*WORD_W];
            reg  [WORD_W-1:0]     choice;

            always @(posedge clk)
                case (low_group)
                    3'd0:    choice <= choices[0*WORD_W +: WORD_W];
                    3'd1:    choice <= choices[1*WORD_W +: WORD_W];
                    3'd2:    choice <= choices[2*WORD_W +: WORD_W];
                    3'd3:    choice <= choices[3*WORD_W +: WORD_W];
                    3'd4:    choice <= choices[4*WORD_W +: WORD_W];
                    3'd5:    choice <= choices[5*WORD_W +: WORD_W];
                    3'd6:    choice <= choices[6*WORD_W +: WORD_W];
                    default: choice <= choices[7*WORD_W +: WORD_W];
                endcase

            assign parts[p*WORD_W +: WORD_W] = choice;
        end
    endgenerate

    // ---- one of the parts, AND-OR ----------------------------------------------------------
    reg [PARTS-1:0] part_hit; // stage 2
    generate
        if (PARTS > 1) begin : g_parts
            for (p = 0; p < PARTS; p = p + 1) begin : g_hit
                localparam [31:0] NUMBER = p;

                always @(posedge clk) part_hit[p] <= group[GROUP_W-1:3] == NUMBER[GROUP_W-4:0];
            end
        end else begin : g_one_part
            wire unused_group = ^group;

            always @(posedge clk) part_hit <= 1'b1;
        end
    endgenerate

    function automatic [WORD_W-1:0] slots_of;
        input [PARTS*WORD_W-1:0] from;
        input [PARTS-1:0]        hit;
        integer                  n;
        begin
            slots_of = {WORD_W{1'b0}};
            for (n = 0; n < PARTS; n = n + 1)
                if (hit[n]) slots_of = slots_of | from[n*WORD_W +: WORD_W];
        end
    endfunction

    wire [WORD_W-1:0] slots; // rows of FOLD*LANES PEs

    ese_delay #(
        .WIDTH  (WORD_W),
        .CLOCKS (CLOCKS - 2)
    ) u_slots (
        .clk     (clk),
        .value   (slots_of(parts, part_hit)),
        .delayed (slots)
    );

    // ---- the sums --------------------------------------------------------------------------
    function automatic [LANES*ACC_W-1:0] rows_of;
        input [WORD_W-1:0]       from;
        input [SLOTS-1:0]        written;
        input [2*FOLD-1:1]       picks;
        reg   [ACC_W-1:0]        term;   // what one PE adds
        reg   [ACC_W-1:0]        sum;
        integer                  lane;
        integer                  n;      // of the PEs of a row
        integer                  share;  // PEs that share a row
        integer                  nth;    // which LANES*share PEs
        for (lane = 0; lane < LANES; lane = lane + 1) begin
            sum = {ACC_W{1'b0}};
            for (n = 0; n < FOLD; n = n + 1) begin
                term = {ACC_W{1'b0}};
                for (share = 1; share <= FOLD; share = share * 2)
                    for (nth = 0; nth < FOLD / share; nth = nth + 1)
                        if (n < share && picks[FOLD/share+nth]
                                      && written[(nth*LANES+lane)*share+n%share])
                            term = term | from[((nth*LANES+lane)*share+n%share)*ACC_W +: ACC_W];
                sum = sum + term;
            end
            rows_of[lane*ACC_W +: ACC_W] = sum;
        end
    endfunction

    always @(posedge clk) picked <= rows_of(slots, used, pick);
endmodule

`resetall
