// SPDX-License-Identifier: Apache-2.0
// ese_element_control - the element-wise pipeline's control, once for all channels and lanes.
//
// Carries a step's kind and addresses along the stages of ese_element, and the biases and peepholes,
// which the channels share, to where they are needed.  A step enters at stage 0, taking a word of the
// constant stream unless it is of pass y.
//
//   stage 1             rows taken from the ActBuffers; c read
//   stage BIAS          bias and peephole
//   stage Z             pre-activation
//   stage GATE - 2      i and f of the row block read (pass g)
//   stage GATE          Sigmoid / Tanh done; i or f written
//   stage PRODUCT       ElemMul done
//   stage RESULT        c, m or y
//
// The channels are SPREAD_CLOCKS behind (ese_voices).  What goes through the same registers as the rows
// is given here by its stage; c is read and results are written beside them, so much later.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_element_control #(
    parameter LANES       = 1,  // element-wise lanes
    parameter WORD_W      = 8,  // bits of a word number
    parameter GATE_WORD_W = 6,  // bits of a word number within a row block
    parameter BIAS_W      = 28, // bits of a bias
    parameter PEEP_W      = 16, // bits of a peephole weight
    parameter BIAS_STAGE    = 3,
    parameter Z_STAGE       = 7,
    parameter GATE_STAGE    = 12,
    parameter PRODUCT_STAGE = 15,
    parameter RESULT_STAGE  = 16,
    parameter SPREAD_CLOCKS = 0
) (
    input  wire                    clk,
    input  wire                    reset,

    // Stage 0
    input  wire                    step,
    input  wire [2:0]              kind,
    input  wire [WORD_W-1:0]       word,
    input  wire [GATE_WORD_W-1:0]  gate_word,
    input  wire [LANES-1:0]        keep,
    output reg                     busy,           // a step is under way
    input  wire [LANES*(PEEP_W+BIAS_W)-1:0] constants, // of this step: {peephole, bias} a lane
    output wire                    constants_ready,

    // Stage 1, as late as the channels are: read c
    output wire                    c_read,
    output wire [WORD_W-1:0]       c_read_word,
    // BIAS - 1: c counts as zero where an utterance begins, but not in pass o, which reads the new c;
    // pass y has no use for it
    output wire                    c_is_old,
    output wire                    c_is_unused,
    // BIAS
    output reg  [LANES*BIAS_W-1:0] bias,
    output reg  [LANES*PEEP_W-1:0] peep,
    // Z - 1: Tanh gets c (pass o)
    output wire                    tanh_of_c,
    // GATE - 2
    output wire                    gate_read,
    output wire [GATE_WORD_W-1:0]  gate_read_word,
    // GATE
    output wire                    i_write,
    output wire                    f_write,
    output wire [GATE_WORD_W-1:0]  gate_write_word,
    output wire                    gate_is_o,
    // PRODUCT
    output wire                    product_is_y,
    output wire                    product_is_o,
    // RESULT, as late as the channels are
    output wire                    c_written,
    output wire                    m_written,
    output wire                    y_written,
    output wire [WORD_W-1:0]       written_word,
    output wire [LANES-1:0]        written_keep
);
    localparam C_STAGE = 1 + SPREAD_CLOCKS;
    localparam STAGES  = RESULT_STAGE + SPREAD_CLOCKS;
    localparam TAG_W   = LANES + WORD_W + GATE_WORD_W + 3;

    localparam [2:0] KIND_I = 3'd0;
    localparam [2:0] KIND_F = 3'd1;
    localparam [2:0] KIND_G = 3'd2;
    localparam [2:0] KIND_O = 3'd3;
    localparam [2:0] KIND_Y = 3'd4;

    // ---- the step's tag at every stage -----------------------------------------------------
    reg [STAGES:1] valid;
    reg [TAG_W-1:0] tag [1:STAGES];

    always @(posedge clk) begin : move_on
        integer s;
        tag[1] <= {keep, word, gate_word, kind};
        for (s = 2; s <= STAGES; s = s + 1) tag[s] <= tag[s-1];
    end

    always @(posedge clk)
        if (reset) begin
            valid <= {STAGES{1'b0}};
            busy  <= 1'b0;
        end else begin
            valid <= {valid[STAGES-1:1], step};
            busy  <= |{valid[STAGES-1:1], step};
        end

    localparam GATE_LSB = 3;
    localparam WORD_LSB = 3 + GATE_WORD_W;
    localparam KEEP_LSB = 3 + GATE_WORD_W + WORD_W;

    wire [TAG_W-1:0] tag_c       = tag[C_STAGE];
    wire [TAG_W-1:0] tag_bias    = tag[BIAS_STAGE-1];
    wire [TAG_W-1:0] tag_z       = tag[Z_STAGE-1];
    wire [TAG_W-1:0] tag_read    = tag[GATE_STAGE-2];
    wire [TAG_W-1:0] tag_gate    = tag[GATE_STAGE];
    wire [TAG_W-1:0] tag_product = tag[PRODUCT_STAGE];
    wire [TAG_W-1:0] tag_written = tag[STAGES];

    // ---- constants -------------------------------------------------------------------------
    wire [LANES*(PEEP_W+BIAS_W)-1:0] constants_q; // BIAS - 1

    assign constants_ready = step && kind != KIND_Y;

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
                if (tag_bias[2:0] == KIND_Y) begin
                    bias[l*BIAS_W +: BIAS_W] <= {BIAS_W{1'b0}};
                    peep[l*PEEP_W +: PEEP_W] <= {PEEP_W{1'b0}};
                end else begin
                    bias[l*BIAS_W +: BIAS_W] <= constants_q[l*(PEEP_W+BIAS_W) +: BIAS_W];
                    peep[l*PEEP_W +: PEEP_W] <= constants_q[l*(PEEP_W+BIAS_W)+BIAS_W +: PEEP_W];
                end
        end
    endgenerate

    // ---- what each stage needs to know -----------------------------------------------------
    assign c_read          = valid[C_STAGE];
    assign c_read_word     = tag_c[WORD_LSB +: WORD_W];
    assign c_is_old        = tag_bias[2:0] != KIND_O;
    assign c_is_unused     = tag_bias[2:0] == KIND_Y;
    assign tanh_of_c       = tag_z[2:0] == KIND_O;
    assign gate_read       = valid[GATE_STAGE-2];
    assign gate_read_word  = tag_read[GATE_LSB +: GATE_WORD_W];
    assign i_write         = valid[GATE_STAGE] && tag_gate[2:0] == KIND_I;
    assign f_write         = valid[GATE_STAGE] && tag_gate[2:0] == KIND_F;
    assign gate_write_word = tag_gate[GATE_LSB +: GATE_WORD_W];
    assign gate_is_o       = tag_gate[2:0] == KIND_O;
    assign product_is_y    = tag_product[2:0] == KIND_Y;
    assign product_is_o    = tag_product[2:0] == KIND_O;
    assign c_written       = valid[STAGES] && tag_written[2:0] == KIND_G;
    assign m_written       = valid[STAGES] && tag_written[2:0] == KIND_O;
    assign y_written       = valid[STAGES] && tag_written[2:0] == KIND_Y;
    assign written_word    = tag_written[WORD_LSB +: WORD_W];
    assign written_keep    = tag_written[KEEP_LSB +: LANES];

    wire unused_tags = &{1'b0, tag_c, tag_bias, tag_z, tag_read, tag_gate, tag_product, tag_written};
endmodule

`resetall
