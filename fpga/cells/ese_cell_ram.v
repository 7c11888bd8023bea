// SPDX-License-Identifier: Apache-2.0
// ese_cell_ram - what the block RAMs of several vendors have in common; the models around it have
// their pins and parameters.
//
// Storage  2**ROW_W rows of LANES bytes of 9 bits, which two ports read and write; what they hold
//          at first the model around it puts into `memory`
// Words    each port has a width for reading and one for writing: 9, 18, 36, 72; or 1, 2, 4 of the
//          first 8 bits of a byte; 0: it does not
// Address  counts those 8 bits; what is below the step of a width does not matter
// Latency  data one clock after the address, or two with REG; held until the next read
// Written and read in one clock, by one port:
//          "READ_FIRST" gives the old word, "WRITE_FIRST" the new one, "NO_CHANGE" none
// by two:  the old word, if the port that writes is KIND; else what is written is unknown, X
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_cell_ram #(
    parameter ROW_W   = 9, // log2 of the rows
    parameter LANE_W  = 3, // log2 of the bytes in one
    parameter READ_A  = 0, // widths
    parameter READ_B  = 0,
    parameter WRITE_A = 0,
    parameter WRITE_B = 0,
    parameter MODE_A  = "WRITE_FIRST",
    parameter MODE_B  = "WRITE_FIRST",
    parameter KIND_A  = 0,
    parameter KIND_B  = 0,
    parameter REG_A   = 0,
    parameter REG_B   = 0,
    parameter LANES   = 1 << LANE_W,
    parameter [9*LANES-1:0] FIRST_A = 0, // what a port holds before its first read
    parameter [9*LANES-1:0] FIRST_B = 0,
    parameter [9*LANES-1:0] RESET_A = 0, // and after a reset
    parameter [9*LANES-1:0] RESET_B = 0
) (
    input  wire                    clk_a,
    input  wire                    enable_a,
    input  wire                    reset_a,
    input  wire                    reg_enable_a,
    input  wire                    reg_reset_a,
    input  wire [ROW_W+LANE_W+2:0] address_a,
    input  wire [LANES-1:0]        write_a, // bytes of the word
    input  wire [9*LANES-1:0]      data_a,
    output wire [9*LANES-1:0]      q_a,

    input  wire                    clk_b,
    input  wire                    enable_b,
    input  wire                    reset_b,
    input  wire                    reg_enable_b,
    input  wire                    reg_reset_b,
    input  wire [ROW_W+LANE_W+2:0] address_b,
    input  wire [LANES-1:0]        write_b,
    input  wire [9*LANES-1:0]      data_b,
    output wire [9*LANES-1:0]      q_b
);
    localparam WORD_W = 9 * LANES;
    localparam PLACE_W = LANE_W + 4; // a bit of a row

    reg [WORD_W-1:0] memory [0:(1<<ROW_W)-1];

    // Where a word begins in its row.
    function [PLACE_W-1:0] place(input [LANE_W+2:0] address, input integer width);
        if (width >= 9) place = 9 * (address[LANE_W+2:3] / (width / 9) * (width / 9));
        else            place = 9 * address[LANE_W+2:3] + address[2:0] / width * width;
    endfunction

    // A row with the word in its place; what of it is not written stays.
    function [WORD_W-1:0] over(input [WORD_W-1:0] old, input [LANES-1:0] bytes,
                               input [WORD_W-1:0] word, input [PLACE_W-1:0] at,
                               input integer width);
        integer n;
        begin
            over = old;
            for (n = 0; n < width; n = n + 1) if (bytes[n / 9]) over[at + n] = word[n];
        end
    endfunction

    // ---- port A ------------------------------------------------------------------------------
    localparam READ_W_A  = READ_A == 0 ? 1 : READ_A;
    localparam WRITE_W_A = WRITE_A == 0 ? 1 : WRITE_A;
    localparam READ_W_B  = READ_B == 0 ? 1 : READ_B;
    localparam WRITE_W_B = WRITE_B == 0 ? 1 : WRITE_B;
    localparam PIECE_A   = WRITE_W_A < 9 ? WRITE_W_A : 9;
    localparam PIECE_B   = WRITE_W_B < 9 ? WRITE_W_B : 9;
    localparam PIECES_A  = WRITE_W_A < 9 ? 1 : WRITE_W_A / 9;
    localparam PIECES_B  = WRITE_W_B < 9 ? 1 : WRITE_W_B / 9;

    wire [ROW_W-1:0]   row_a = address_a[LANE_W+3 +: ROW_W];
    wire [ROW_W-1:0]   row_b = address_b[LANE_W+3 +: ROW_W];
    wire [PLACE_W-1:0] write_place_a = place(address_a[LANE_W+2:0], WRITE_W_A);
    wire [PLACE_W-1:0] write_place_b = place(address_b[LANE_W+2:0], WRITE_W_B);
    wire [PLACE_W-1:0] read_place_a  = place(address_a[LANE_W+2:0], READ_W_A);
    wire [PLACE_W-1:0] read_place_b  = place(address_b[LANE_W+2:0], READ_W_B);
    wire writes_a = WRITE_A != 0 && enable_a && write_a != {LANES{1'b0}};
    wire writes_b = WRITE_B != 0 && enable_b && write_b != {LANES{1'b0}};
    wire meet     = clk_a === clk_b && row_a === row_b;

    reg [WORD_W-1:0] latch_a;
    reg [WORD_W-1:0] latch_b;
    reg [WORD_W-1:0] reg_a;
    reg [WORD_W-1:0] reg_b;
    initial begin
        latch_a = FIRST_A;
        latch_b = FIRST_B;
        reg_a   = FIRST_A;
        reg_b   = FIRST_B;
    end

    always @(posedge clk_a) begin : port_a
        integer n;
        reg [WORD_W-1:0] found;
        if (writes_a)
            for (n = 0; n < PIECES_A; n = n + 1)
                if (write_a[n])
                    memory[row_a][write_place_a + 9*n +: PIECE_A] <= data_a[9*n +: PIECE_A];
        found = memory[row_a];
        if (writes_a && MODE_A == "WRITE_FIRST")
            found = over(found, write_a, data_a, write_place_a, WRITE_A);
        if (writes_b && meet && KIND_B == 0)
            found = over(found, write_b, {WORD_W{1'bx}}, write_place_b, WRITE_B);
        if (reset_a)
            latch_a <= RESET_A;
        else if (READ_A != 0 && enable_a && !(writes_a && MODE_A == "NO_CHANGE"))
            latch_a <= (found >> read_place_a) & ~({WORD_W{1'b1}} << READ_W_A);
        if (reg_reset_a)       reg_a <= RESET_A;
        else if (reg_enable_a) reg_a <= latch_a;
    end

    assign q_a = REG_A == 0 ? latch_a : reg_a;

    // ---- port B, the same --------------------------------------------------------------------
    always @(posedge clk_b) begin : port_b
        integer n;
        reg [WORD_W-1:0] found;
        if (writes_b)
            for (n = 0; n < PIECES_B; n = n + 1)
                if (write_b[n])
                    memory[row_b][write_place_b + 9*n +: PIECE_B] <= data_b[9*n +: PIECE_B];
        found = memory[row_b];
        if (writes_b && MODE_B == "WRITE_FIRST")
            found = over(found, write_b, data_b, write_place_b, WRITE_B);
        if (writes_a && meet && KIND_A == 0)
            found = over(found, write_a, {WORD_W{1'bx}}, write_place_a, WRITE_A);
        if (reset_b)
            latch_b <= RESET_B;
        else if (READ_B != 0 && enable_b && !(writes_b && MODE_B == "NO_CHANGE"))
            latch_b <= (found >> read_place_b) & ~({WORD_W{1'b1}} << READ_W_B);
        if (reg_reset_b)       reg_b <= RESET_B;
        else if (reg_enable_b) reg_b <= latch_b;
    end

    assign q_b = REG_B == 0 ? latch_b : reg_b;
endmodule

`resetall
