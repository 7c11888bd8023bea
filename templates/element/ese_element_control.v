// SPDX-License-Identifier: Apache-2.0
// ese_element_control - the element-wise pipeline's control, once for all channels and lanes.
//
// A pass is told what it does at begin_pass (ese_operation); then its steps enter at stage 0 one after the
// other, and take a word of the constant stream each if the pass has constants.  Words of cells, of gates
// and of results follow each other in a pass, from the bases told at begin_pass on.
//
//   stage 1             rows taken from the ActBuffers; c read
//   stage BIAS - 2      what is hidden of the row block read, and the gate that multiplies it
//   stage BIAS          bias and peephole
//   stage Z             pre-activation
//   stage GATE - 2      gates of the row block read
//   stage GATE          Sigmoid / Tanh done; gates and what is hidden written
//   stage PRODUCT       ElemMul done
//   stage RESULT        results
//
// The channels are SPREAD_CLOCKS behind (ese_voices).  What goes through the same registers as the rows
// is given here by its stage; c is read and results are written beside them, so much later.
// begin_pass may be high only while `busy` is low: no step is under way.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_element_control #(
    parameter LANES       = 1,  // element-wise lanes
    parameter WORD_W      = 8,  // bits of a word's address
    parameter C_WORD_W    = 6,  // ... in the cell memory
    parameter GATE_WORD_W = 6,  // bits of a word number within a row block
    parameter FORMAT_W    = 1,  // bits of a format's number
    parameter BIAS_W      = 28, // bits of a bias
    parameter PEEP_W      = 16, // bits of a peephole weight
    parameter OPERATION_W = 2,  // of ese_operation, like RESETS
    parameter RESETS      = 0,
    parameter BIAS_STAGE    = 3,
    parameter GATE_STAGE    = 12,
    parameter RESULT_STAGE  = 16,
    parameter SPREAD_CLOCKS = 0
) (
    input  wire                    clk,
    input  wire                    reset,

    // The pass that begins
    input  wire                    begin_pass,
    input  wire [FORMAT_W+OPERATION_W+10:0] operation,
    input  wire [C_WORD_W-1:0]     cell_base,
    input  wire [WORD_W-1:0]       write_base,

    // Stage 0
    input  wire                    step,
    input  wire [LANES-1:0]        keep,
    output reg                     busy,           // a step is under way
    input  wire [LANES*(PEEP_W+BIAS_W)-1:0] constants, // of this step: {peephole, bias} a lane
    output wire                    constants_ready,

    // Held for the pass, as ese_operation says
    output wire [FORMAT_W-1:0]     format,
    output wire                    no_cells,
    output wire                    is_out,
    output wire                    is_reset,
    output wire                    is_gate,
    output wire                    is_relu,
    output wire                    is_tanh,
    output wire                    is_table,
    output wire                    is_coupled,
    output wire                    adds_hidden,

    // Stage 1, as late as the channels are: read c
    output wire                    c_read,
    output reg  [C_WORD_W-1:0]     c_read_word,
    // BIAS - 2, if adds_hidden
    output wire                    hidden_read,
    output wire [GATE_WORD_W-1:0]  hidden_word,
    // BIAS
    output reg  [LANES*BIAS_W-1:0] bias,
    output reg  [LANES*PEEP_W-1:0] peep,
    // GATE - 2
    output wire                    gate_read,
    // GATE
    output wire                    i_write,
    output wire                    f_write,
    output wire                    hidden_write,
    // Of the word of gates that is read, or written: no pass does both
    output reg  [GATE_WORD_W-1:0]  gate_word,
    // RESULT, as late as the channels are: a word of results, but for gates, and where it goes
    output wire                    result_valid,
    output wire                    cell_write,
    output wire                    kept_write,
    output wire                    scratch_write,
    output wire                    leaves,
    output reg  [WORD_W-1:0]       write_word,
    output wire [LANES-1:0]        result_keep
);
    localparam C_STAGE = 1 + SPREAD_CLOCKS;
    localparam STAGES  = RESULT_STAGE + SPREAD_CLOCKS;

    // ---- what the pass does ----------------------------------------------------------------
    wire has_constants;
    wire is_leaving;
    wire to_gate_i;
    wire to_gate_f;
    wire to_hidden;
    wire to_cells;
    wire to_kept;
    wire to_scratch;
    wire to_gate = to_gate_i || to_gate_f || to_hidden;

    ese_operation #(
        .FORMAT_W    (FORMAT_W),
        .OPERATION_W (OPERATION_W),
        .RESETS      (RESETS)
    ) u_operation (
        .clk         (clk),
        .begin_pass  (begin_pass),
        .operation   (operation),
        .format      (format),
        .leaves      (is_leaving),
        .constants   (has_constants),
        .no_cells    (no_cells),
        .is_out      (is_out),
        .is_reset    (is_reset),
        .is_gate     (is_gate),
        .is_relu     (is_relu),
        .is_tanh     (is_tanh),
        .is_table    (is_table),
        .is_coupled  (is_coupled),
        .adds_hidden (adds_hidden),
        .to_gate_i   (to_gate_i),
        .to_gate_f   (to_gate_f),
        .to_hidden   (to_hidden),
        .to_cells    (to_cells),
        .to_kept     (to_kept),
        .to_scratch  (to_scratch)
    );

    // ---- where its steps are ---------------------------------------------------------------
    reg [STAGES:1] valid;

    always @(posedge clk)
        if (reset) begin
            valid <= {STAGES{1'b0}};
            busy  <= 1'b0;
        end else begin
            valid <= {valid[STAGES-1:1], step};
            busy  <= |{valid[STAGES-1:1], step};
        end

    assign c_read        = valid[C_STAGE];
    assign gate_read     = valid[GATE_STAGE-2];
    assign i_write       = valid[GATE_STAGE] && to_gate_i;
    assign f_write       = valid[GATE_STAGE] && to_gate_f;
    assign hidden_write  = valid[GATE_STAGE] && to_hidden;
    assign result_valid  = valid[STAGES] && !to_gate;
    assign cell_write    = valid[STAGES] && to_cells;
    assign kept_write    = valid[STAGES] && to_kept;
    assign scratch_write = valid[STAGES] && to_scratch;
    assign leaves        = valid[STAGES] && is_leaving;

    ese_delay #(
        .WIDTH  (LANES),
        .CLOCKS (STAGES)
    ) u_keep (
        .clk     (clk),
        .value   (keep),
        .delayed (result_keep)
    );

    // ---- words -----------------------------------------------------------------------------
    wire next_gate = to_gate ? valid[GATE_STAGE] : valid[GATE_STAGE-2];

    always @(posedge clk) begin
        if (valid[C_STAGE]) c_read_word <= c_read_word + 1'b1;
        if (next_gate)      gate_word   <= gate_word + 1'b1;
        if (valid[STAGES])  write_word  <= write_word + 1'b1;

        if (begin_pass) begin
            c_read_word <= cell_base;
            gate_word   <= {GATE_WORD_W{1'b0}};
            write_word  <= write_base;
        end
    end

    // What is hidden is read long before gates are.
    generate
        if (OPERATION_W > 2) begin : g_hidden
            reg [GATE_WORD_W-1:0] word;

            always @(posedge clk)
                if (begin_pass)               word <= {GATE_WORD_W{1'b0}};
                else if (valid[BIAS_STAGE-2]) word <= word + 1'b1;

            assign hidden_read = valid[BIAS_STAGE-2] && adds_hidden;
            assign hidden_word = word;
        end else begin : g_none_hidden
            assign hidden_read = 1'b0;
            assign hidden_word = {GATE_WORD_W{1'b0}};
        end
    endgenerate

    // ---- constants -------------------------------------------------------------------------
    wire [LANES*(PEEP_W+BIAS_W)-1:0] constants_q; // BIAS - 1

    assign constants_ready = step && has_constants;

    ese_delay #(
        .WIDTH  (LANES * (PEEP_W + BIAS_W)),
        .CLOCKS (BIAS_STAGE - 1)
    ) u_constants (
        .clk     (clk),
        .value   (constants),
        .delayed (constants_q)
    );

    genvar l;
    generate
        for (l = 0; l < LANES; l = l + 1) begin : g_lane
            always @(posedge clk)
                if (!has_constants) begin
                    bias[l*BIAS_W +: BIAS_W] <= {BIAS_W{1'b0}};
                    peep[l*PEEP_W +: PEEP_W] <= {PEEP_W{1'b0}};
                end else begin
                    bias[l*BIAS_W +: BIAS_W] <= constants_q[l*(PEEP_W+BIAS_W) +: BIAS_W];
                    peep[l*PEEP_W +: PEEP_W] <= constants_q[l*(PEEP_W+BIAS_W)+BIAS_W +: PEEP_W];
                end
        end
    endgenerate

`ifndef SYNTHESIS
    reg was_reset; // before that, what is in registers means nothing

    initial was_reset = 1'b0;

    always @(posedge clk) begin
        if (reset) was_reset <= 1'b1;
        if (begin_pass && was_reset && !reset && (step || valid != {STAGES{1'b0}})) begin
            $display("ese_element_control: a pass begins while steps of another are under way");
            $fatal;
        end
    end
`endif
endmodule

`resetall
