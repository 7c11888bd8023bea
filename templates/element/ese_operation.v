// SPDX-License-Identifier: Apache-2.0
// ese_operation - what the element-wise path does in the pass under way, decoded once for all channels.
//
// Every pass is z = acc + bias + peep*c, a = its function of z, and then
//   0 gate   a
//   1 cell   c = f*c' + i*a, or with `coupled` f*c' + (1-f)*a
//   2 out    a * tanh(c)
//   3 reset  a * c'
// With 4 more, peep*c is gate i times what is hidden instead.
// Functions  0 none, 1 relu, 2 sigmoid, 3 tanh
// Target     of the results, a bit each: gate i, gate f (both: hidden), cells, kept store, scratch store
//
// The pipeline is empty between passes, so all that depends on the pass is held for it.
// Latency  in force from the clock after begin_pass, in which the first step may be
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_operation #(
    parameter FORMAT_W    = 1, // bits of a format's number
    parameter OPERATION_W = 2, // 3: there are hidden sums
    parameter RESETS      = 0  // 0: there is no reset
) (
    input  wire                 clk,

    input  wire                 begin_pass,
    input  wire [FORMAT_W+OPERATION_W+10:0] operation,

    output reg  [FORMAT_W-1:0]  format,          // number format of the layer
    output reg                  leaves,          // the results leave the chip
    output reg                  constants,       // each step takes a word of constants
    output reg                  no_cells,        // c is not read
    output reg                  is_out,          // ... it is the new c, and its tanh is needed
    output reg                  is_reset,
    output reg                  is_gate,         // the result is the function's value
    output reg                  is_relu,
    output reg                  is_tanh,         // the function is a tanh
    output reg                  is_table,        // ... or a sigmoid
    output reg                  is_coupled,
    output reg                  adds_hidden,     // gate i times what is hidden goes into the sum
    output reg                  to_gate_i,
    output reg                  to_gate_f,
    output reg                  to_hidden,
    output reg                  to_cells,
    output reg                  to_kept,
    output reg                  to_scratch
);
    localparam [1:0] GATE  = 2'd0;
    localparam [1:0] OUT   = 2'd2;
    localparam [1:0] RESET = 2'd3;

    localparam [1:0] RELU    = 2'd1;
    localparam [1:0] SIGMOID = 2'd2;
    localparam [1:0] TANH    = 2'd3;

    wire [FORMAT_W-1:0] next_format;
    wire                next_leaves;
    wire                next_constants;
    wire                next_cells;
    wire                next_coupled;
    wire [4:0]          next_target;
    wire [1:0]          next_function;
    wire [OPERATION_W-1:0] next_operation;

    assign {next_format, next_leaves, next_constants, next_cells, next_coupled, next_target,
            next_function, next_operation} = operation;

    wire [1:0] next_kind  = next_operation[1:0];
    wire       next_adds  = OPERATION_W > 2 && next_operation[OPERATION_W-1];
    wire       next_hides = OPERATION_W > 2 && next_target[1:0] == 2'b11;

    always @(posedge clk)
        if (begin_pass) begin
            format     <= next_format;
            leaves     <= next_leaves;
            constants  <= next_constants;
            no_cells   <= !next_cells;
            is_out     <= next_kind == OUT;
            is_reset   <= RESETS != 0 && next_kind == RESET;
            is_gate    <= next_kind == GATE;
            is_relu    <= next_function == RELU;
            is_tanh    <= next_function == TANH;
            is_table   <= next_function == TANH || next_function == SIGMOID;
            is_coupled <= next_coupled;
            adds_hidden <= next_adds;
            to_hidden   <= next_hides;
            {to_scratch, to_kept, to_cells} <= next_target[4:2];
            {to_gate_f, to_gate_i}          <= next_target[1:0] & {2{!next_hides}};
        end
endmodule

`resetall
