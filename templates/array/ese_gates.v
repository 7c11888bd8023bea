// SPDX-License-Identifier: Apache-2.0
// ese_gates - the gate buffers of a channel: what passes give to later ones of the same row block.
//
// f       multiplies an old cell
// i       multiplies a candidate, or where adds_hidden what is hidden: then it is read early, too
// hidden  sums that wait for their gate
//
// Read     gate_read takes gate_word of f and i, hidden_read takes hidden_word of the hidden sums, and of i
//          where adds_hidden; data one clock later.  adds_hidden is held for the pass
// Write    gate_word; no pass both reads and writes
// Built    CELLS, INPUT_GATES, HIDDEN: without them f, i, hidden are left out, their data 0
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_gates #(
    parameter WIDTH       = 16, // bits of a word: of all lanes
    parameter ADDR_W      = 6,  // bits of a word's number
    parameter CELLS       = 1,
    parameter INPUT_GATES = 1,
    parameter HIDDEN      = 0
) (
    input  wire              clk,
    input  wire              adds_hidden,

    input  wire              gate_read,
    input  wire              hidden_read,
    input  wire              i_write,
    input  wire              f_write,
    input  wire              hidden_write,
    input  wire [ADDR_W-1:0] gate_word,
    input  wire [ADDR_W-1:0] hidden_word,
    input  wire [WIDTH-1:0]  gates,
    input  wire [WIDTH-1:0]  hidden,

    output wire [WIDTH-1:0]  i_data,
    output wire [WIDTH-1:0]  f_data,
    output wire [WIDTH-1:0]  hidden_data
);
    generate
        if (CELLS != 0) begin : g_f
            ese_ram #(
                .WIDTH  (WIDTH),
                .ADDR_W (ADDR_W)
            ) u_ram (
                .clk           (clk),
                .write_enable  (f_write),
                .write_address (gate_word),
                .write_data    (gates),
                .read_enable   (gate_read),
                .read_address  (gate_word),
                .read_data     (f_data)
            );
        end else begin : g_no_f
            wire unused_f = f_write;

            assign f_data = {WIDTH{1'b0}};
        end

        if (INPUT_GATES != 0 || HIDDEN != 0) begin : g_i
            wire              early = HIDDEN != 0 && (INPUT_GATES == 0 || adds_hidden);
            wire              read  = early ? hidden_read : gate_read;
            wire [ADDR_W-1:0] word  = early ? hidden_word : gate_word;

            ese_ram #(
                .WIDTH  (WIDTH),
                .ADDR_W (ADDR_W)
            ) u_ram (
                .clk           (clk),
                .write_enable  (i_write),
                .write_address (gate_word),
                .write_data    (gates),
                .read_enable   (read),
                .read_address  (word),
                .read_data     (i_data)
            );
        end else begin : g_no_i
            wire unused_i = i_write;

            assign i_data = {WIDTH{1'b0}};
        end

        if (HIDDEN != 0) begin : g_hidden
            ese_ram #(
                .WIDTH  (WIDTH),
                .ADDR_W (ADDR_W)
            ) u_ram (
                .clk           (clk),
                .write_enable  (hidden_write),
                .write_address (gate_word),
                .write_data    (hidden),
                .read_enable   (hidden_read),
                .read_address  (hidden_word),
                .read_data     (hidden_data)
            );
        end else begin : g_none_hidden
            assign hidden_data = {WIDTH{1'b0}};
        end
    endgenerate

    // Not every chip needs all.
    wire unused_inputs = &{1'b0, clk, adds_hidden, gate_read, hidden_read, hidden_write, gate_word,
                           hidden_word, gates, hidden};
endmodule

`resetall
