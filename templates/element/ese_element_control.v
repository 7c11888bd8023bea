// SPDX-License-Identifier: Apache-2.0
// ese_element_control - the element-wise pipeline's control, once for all channels and lanes.
//
// Carries a step's kind and addresses along the 16 stages of ese_element, and the biases and
// peepholes, which the channels share, to where they are needed.  A step enters at stage 0, taking a
// word of the constant stream unless it is of pass y; its result is written at stage 16.
//
//   stage  1  row taken from the ActBuffers; c read
//   stage  3  bias and peephole
//   stage 10  i and f of the row block read (pass g)
//   stage 12  Sigmoid / Tanh done; i or f written
//   stage 16  c, m or y written
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_element_control #(
    parameter LANES       = 1,  // element-wise lanes
    parameter WORD_W      = 8,  // bits of a word number
    parameter GATE_WORD_W = 6,  // bits of a word number within a row block
    parameter BIAS_W      = 28, // bits of a bias
    parameter PEEP_W      = 16  // bits of a peephole weight
) (
    input  wire                    clk,
    input  wire                    reset,

    // Stage 0
    input  wire                    step,
    input  wire [2:0]              kind,
    input  wire [WORD_W-1:0]       word,
    input  wire [GATE_WORD_W-1:0]  gate_word,
    input  wire [LANES-1:0]        keep,
    output wire                    busy,           // a step is under way
    input  wire [LANES*(PEEP_W+BIAS_W)-1:0] constants, // of this step: {peephole, bias} a lane
    output wire                    constants_ready,

    // Stage 1: read c
    output wire                    c_read,
    output wire [WORD_W-1:0]       c_read_word,
    // Stage 2: c counts as zero where an utterance begins, but not in pass o, which reads the new c;
    // pass y has no use for it
    output wire                    c_is_old,
    output wire                    c_is_unused,
    // Stage 3
    output reg  [LANES*BIAS_W-1:0] bias,
    output reg  [LANES*PEEP_W-1:0] peep,
    // Stage 6: Tanh gets c (pass o)
    output wire                    tanh_of_c,
    // Stage 10
    output wire                    gate_read,
    output wire [GATE_WORD_W-1:0]  gate_read_word,
    // Stage 12
    output wire                    i_write,
    output wire                    f_write,
    output wire [GATE_WORD_W-1:0]  gate_write_word,
    output wire                    is_o_12,
    // Stage 15: what the result is
    output wire                    is_y_15,
    output wire                    is_o_15,
    // Stage 16
    output wire                    c_written,
    output wire                    m_written,
    output wire                    y_written,
    output wire [WORD_W-1:0]       written_word,
    output wire [LANES-1:0]        written_keep
);
    localparam STAGES = 16;
    localparam TAG_W  = LANES + WORD_W + GATE_WORD_W + 3;

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
        if (reset) valid <= {STAGES{1'b0}};
        else       valid <= {valid[STAGES-1:1], step};

    assign busy = |valid;

    localparam GATE_LSB = 3;
    localparam WORD_LSB = 3 + GATE_WORD_W;
    localparam KEEP_LSB = 3 + GATE_WORD_W + WORD_W;

    wire [TAG_W-1:0] tag_1  = tag[1];
    wire [TAG_W-1:0] tag_2  = tag[2];
    wire [TAG_W-1:0] tag_6  = tag[6];
    wire [TAG_W-1:0] tag_10 = tag[10];
    wire [TAG_W-1:0] tag_12 = tag[12];
    wire [TAG_W-1:0] tag_15 = tag[15];
    wire [TAG_W-1:0] tag_16 = tag[16];

    // ---- stage 0 to 3: constants -----------------------------------------------------------
    reg [LANES*(PEEP_W+BIAS_W)-1:0] constants_1;
    reg [LANES*(PEEP_W+BIAS_W)-1:0] constants_2;

    assign constants_ready = step && kind != KIND_Y;

    always @(posedge clk) begin
        constants_1 <= constants;
        constants_2 <= constants_1;
    end

    genvar l;
    generate
        for (l = 0; l < LANES; l = l + 1) begin : g_lane
            always @(posedge clk)
                if (tag_2[2:0] == KIND_Y) begin
                    bias[l*BIAS_W +: BIAS_W] <= {BIAS_W{1'b0}};
                    peep[l*PEEP_W +: PEEP_W] <= {PEEP_W{1'b0}};
                end else begin
                    bias[l*BIAS_W +: BIAS_W] <= constants_2[l*(PEEP_W+BIAS_W) +: BIAS_W];
                    peep[l*PEEP_W +: PEEP_W] <= constants_2[l*(PEEP_W+BIAS_W)+BIAS_W +: PEEP_W];
                end
        end
    endgenerate

    // ---- what each stage needs to know -----------------------------------------------------
    assign c_read          = valid[1];
    assign c_read_word     = tag_1[WORD_LSB +: WORD_W];
    assign c_is_old        = tag_2[2:0] != KIND_O;
    assign c_is_unused     = tag_2[2:0] == KIND_Y;
    assign tanh_of_c       = tag_6[2:0] == KIND_O;
    assign gate_read       = valid[10];
    assign gate_read_word  = tag_10[GATE_LSB +: GATE_WORD_W];
    assign i_write         = valid[12] && tag_12[2:0] == KIND_I;
    assign f_write         = valid[12] && tag_12[2:0] == KIND_F;
    assign gate_write_word = tag_12[GATE_LSB +: GATE_WORD_W];
    assign is_o_12         = tag_12[2:0] == KIND_O;
    assign is_y_15         = tag_15[2:0] == KIND_Y;
    assign is_o_15         = tag_15[2:0] == KIND_O;
    assign c_written       = valid[16] && tag_16[2:0] == KIND_G;
    assign m_written       = valid[16] && tag_16[2:0] == KIND_O;
    assign y_written       = valid[16] && tag_16[2:0] == KIND_Y;
    assign written_word    = tag_16[WORD_LSB +: WORD_W];
    assign written_keep    = tag_16[KEEP_LSB +: LANES];

    wire unused_tags = &{1'b0, tag_1, tag_2, tag_6, tag_10, tag_12, tag_15, tag_16};
endmodule

`resetall
