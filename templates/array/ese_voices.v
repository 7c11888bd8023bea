// SPDX-License-Identifier: Apache-2.0
// ese_voices - all channels, and the registers on the way to them.
//
// All that the front end and the element-wise control decide comes SPREAD_CLOCKS later (ese_spread), in
// copies for eight channels each where there are two registers; so do the elements.  The channels run
// so much behind: what they give at stage RESULT is there SPREAD_CLOCKS later.  Where an utterance
// begins is held for a pass.  Reading and writing of c are not delayed: a host may do it, too.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_voices #(
    parameter CHANNELS = 2,                      // voices
    parameter PES = 4, LANES = 1,                // processing elements, element-wise lanes
    parameter GROUPS = 4, GROUP_W = 2,           // PES / LANES rounded up
    parameter FOLD = 1,                          // PEs that share rows, at most
    parameter ACT_W = 16, ALIGNED_W = 15,        // bits of an element, of an aligned weight
    parameter ACC_W = 34, ADDR_W = 5,            // bits of an accumulator, and of its address
    parameter PTR_W = 3,                         // bits of an ActQueue pointer
    parameter BIAS_W = 28, PEEP_W = 16,          // from here to TANH_RESULTS as in ese_element
    parameter SUM_W = 36, Z_W = 18, Z_FRAC = 13,
    parameter FORMATS = 1, FORMAT_W = 1,
    parameter ROUND_SHIFT = 14, SUM_SPREAD = 0, HIDDEN_SHIFT = 0, HIDDEN_SPREAD = 0,
    parameter [8*FORMATS-1:0] SUM_LEFTS = {FORMATS{8'd0}},
    parameter [8*FORMATS-1:0] HIDDEN_LEFTS = {FORMATS{8'd0}},
    parameter C_FRAC = 12, C_SPREAD = 0, M_FRAC = 15, M_SPREAD = 0,
    parameter [8*FORMATS-1:0] C_LEFTS = {FORMATS{8'd0}},
    parameter [8*FORMATS-1:0] M_LEFTS = {FORMATS{8'd0}},
    parameter CELLS = 1, OUTS = 1, RESETS = 0, HIDDEN = 0, PEEPHOLE = 1, INPUT_GATES = 1,
    parameter COUPLED = 0, CELL_TANH = 1, CELL_SIGMOID = 0,
    parameter SUM_RESULTS = 1, RELU_RESULTS = 0, SIGMOID_RESULTS = 0, TANH_RESULTS = 0,
    parameter TABLE_W = 9, SIGM_FRAC_W = 8, TANH_FRAC_W = 7, SLOPE_W = 9, INTERPOLATE = 1,
    parameter C_WORD_W = 4, GATE_WORD_W = 6,     // address bits of the cell memory, gate buffers
    parameter SPREAD_CLOCKS = 0,                 // 0, 1 or 2
    parameter MULTIPLY_CLOCKS = 2, ASSEMBLE_CLOCKS = 2, // of ese_pe, ese_assemble
    parameter SUM_CLOCKS = 4, TABLE_CLOCKS = 5, PRODUCT_CLOCKS = 3, // of ese_element
    parameter SIGM_FILE = "", TANH_FILE = ""     // the Sigmoid and Tanh tables
) (
    input  wire                     clk,

    // ActQueue
    input  wire [PES-1:0]           queue_push,
    input  wire [PES*PTR_W-1:0]     queue_write,
    input  wire [PES*PTR_W-1:0]     queue_read,
    input  wire [CHANNELS*FOLD*ACT_W-1:0] elements, // {channel: p: for PEs k with k mod FOLD = p}

    // SpMV and Accu
    input  wire [PES*ALIGNED_W-1:0] weights,
    input  wire [PES-1:0]           acc_write,
    input  wire [PES-1:0]           acc_keep,
    input  wire [PES*ADDR_W-1:0]    acc_address,

    // Assemble
    input  wire [ADDR_W-1:0]        drain_address, // stage 1
    input  wire [GROUP_W-1:0]       drain_group,   // stage 1
    input  wire [FOLD*LANES-1:0]    drain_used,    // stage ASSEMBLE_CLOCKS
    input  wire [2*FOLD-1:1]        drain_pick,    // stage ASSEMBLE_CLOCKS

    // Element-wise path: what is held for the pass ...
    input  wire [CHANNELS-1:0]      first,
    input  wire [FORMAT_W-1:0]      format,
    input  wire                     no_cells,
    input  wire                     is_out,
    input  wire                     is_reset,
    input  wire                     is_gate,
    input  wire                     is_relu,
    input  wire                     is_tanh,
    input  wire                     is_table,
    input  wire                     is_coupled,
    input  wire                     adds_hidden,
    // ... and by stage
    input  wire                     c_read,
    input  wire [C_WORD_W-1:0]      c_read_word,
    input  wire [LANES*BIAS_W-1:0]  bias,
    input  wire [LANES*PEEP_W-1:0]  peep,
    input  wire                     hidden_read,
    input  wire [GATE_WORD_W-1:0]   hidden_word,
    input  wire                     gate_read,
    input  wire                     i_write,
    input  wire                     f_write,
    input  wire                     hidden_write,
    input  wire [GATE_WORD_W-1:0]   gate_word,     // read or written
    input  wire [CHANNELS-1:0]      c_write,
    input  wire [C_WORD_W-1:0]      c_write_word,
    input  wire [CHANNELS*LANES*ACT_W-1:0] c_write_data,
    output wire [CHANNELS*LANES*ACT_W-1:0] c_data, // one clock after c_read
    output wire [CHANNELS*LANES*ACT_W-1:0] result // stage RESULT, SPREAD_CLOCKS later
);
    localparam FAN    = 8;
    localparam COPIES = (SPREAD_CLOCKS > 1) ? (CHANNELS + FAN - 1) / FAN : 1;

    // ---- what all channels get -------------------------------------------------------------
    localparam ARRAY_W   = PES * (3 + 2 * PTR_W + ALIGNED_W + ADDR_W);
    localparam DRAIN_W   = ADDR_W + GROUP_W + FOLD * LANES + 2 * FOLD - 1;
    localparam ELEMENT_W = LANES * (BIAS_W + PEEP_W) + GATE_WORD_W + FORMAT_W + 10;
    localparam CONTROL_W = ARRAY_W + DRAIN_W + ELEMENT_W;

    wire [COPIES*CONTROL_W-1:0]     controls;
    wire [CHANNELS*FOLD*ACT_W-1:0]  elements_q;

    ese_spread #(
        .WIDTH  (CONTROL_W),
        .COPIES (COPIES),
        .CLOCKS (SPREAD_CLOCKS)
    ) u_control (
        .clk    (clk),
        .value  ({queue_push, queue_write, queue_read, weights, acc_write, acc_keep,
                  acc_address, drain_address, drain_group, drain_used, drain_pick, format,
                  no_cells, is_out, is_gate, is_relu, is_tanh, is_table, is_coupled, bias, peep,
                  gate_read, i_write, f_write, gate_word}),
        .copies (controls)
    );

    ese_delay #(
        .WIDTH  (CHANNELS * FOLD * ACT_W),
        .CLOCKS (SPREAD_CLOCKS)
    ) u_elements (
        .clk     (clk),
        .value   (elements),
        .delayed (elements_q)
    );

    // What GRUs alone need.
    localparam EXTRA   = RESETS != 0 || HIDDEN != 0;
    localparam EXTRA_W = GATE_WORD_W + 4;

    wire [COPIES*EXTRA_W-1:0] extras;

    generate
        if (EXTRA) begin : g_extra
            ese_spread #(
                .WIDTH  (EXTRA_W),
                .COPIES (COPIES),
                .CLOCKS (SPREAD_CLOCKS)
            ) u_spread (
                .clk    (clk),
                .value  ({is_reset, adds_hidden, hidden_read, hidden_write, hidden_word}),
                .copies (extras)
            );
        end else begin : g_no_extra
            wire unused_extra = &{1'b0, is_reset, adds_hidden, hidden_read, hidden_write,
                                  hidden_word};

            assign extras = {(COPIES*EXTRA_W){1'b0}};
        end
    endgenerate

    // ---- channels --------------------------------------------------------------------------
    genvar c;
    generate
        for (c = 0; c < CHANNELS; c = c + 1) begin : g_channel
            localparam COPY = (COPIES > 1) ? c / FAN : 0;

            wire [PES-1:0]              own_queue_push;
            wire [PES*PTR_W-1:0]        own_queue_write;
            wire [PES*PTR_W-1:0]        own_queue_read;
            wire [PES*ALIGNED_W-1:0]    own_weights;
            wire [PES-1:0]              own_acc_write;
            wire [PES-1:0]              own_acc_keep;
            wire [PES*ADDR_W-1:0]       own_acc_address;
            wire [ADDR_W-1:0]           own_drain_address;
            wire [GROUP_W-1:0]          own_drain_group;
            wire [FOLD*LANES-1:0]       own_drain_used;
            wire [2*FOLD-1:1]           own_drain_pick;
            wire [FORMAT_W-1:0]         own_format;
            wire                        own_no_cells;
            wire                        own_is_out;
            wire                        own_is_gate;
            wire                        own_is_relu;
            wire                        own_is_tanh;
            wire                        own_is_table;
            wire                        own_is_coupled;
            wire [LANES*BIAS_W-1:0]     own_bias;
            wire [LANES*PEEP_W-1:0]     own_peep;
            wire                        own_gate_read;
            wire                        own_i_write;
            wire                        own_f_write;
            wire [GATE_WORD_W-1:0]      own_gate_word;
            wire                        own_is_reset;
            wire                        own_adds_hidden;
            wire                        own_hidden_read;
            wire                        own_hidden_write;
            wire [GATE_WORD_W-1:0]      own_hidden_word;

            assign {own_queue_push, own_queue_write, own_queue_read, own_weights,
                    own_acc_write, own_acc_keep, own_acc_address, own_drain_address,
                    own_drain_group, own_drain_used, own_drain_pick, own_format, own_no_cells,
                    own_is_out, own_is_gate, own_is_relu, own_is_tanh, own_is_table,
                    own_is_coupled, own_bias, own_peep, own_gate_read, own_i_write,
                    own_f_write, own_gate_word} =
                controls[COPY*CONTROL_W +: CONTROL_W];
            assign {own_is_reset, own_adds_hidden, own_hidden_read, own_hidden_write,
                    own_hidden_word} = extras[COPY*EXTRA_W +: EXTRA_W];

            ese_channel #(
                .PES (PES), .LANES (LANES), .GROUPS (GROUPS), .GROUP_W (GROUP_W), .FOLD (FOLD),
                .ACT_W (ACT_W), .ALIGNED_W (ALIGNED_W), .ACC_W (ACC_W), .ADDR_W (ADDR_W),
                .PTR_W (PTR_W), .C_WORD_W (C_WORD_W), .GATE_WORD_W (GATE_WORD_W),
                .BIAS_W (BIAS_W), .PEEP_W (PEEP_W), .SUM_W (SUM_W), .Z_W (Z_W), .Z_FRAC (Z_FRAC),
                .FORMATS (FORMATS), .FORMAT_W (FORMAT_W), .ROUND_SHIFT (ROUND_SHIFT),
                .SUM_SPREAD (SUM_SPREAD), .SUM_LEFTS (SUM_LEFTS), .HIDDEN_SHIFT (HIDDEN_SHIFT),
                .HIDDEN_SPREAD (HIDDEN_SPREAD), .HIDDEN_LEFTS (HIDDEN_LEFTS), .C_FRAC (C_FRAC),
                .C_SPREAD (C_SPREAD), .C_LEFTS (C_LEFTS), .M_FRAC (M_FRAC), .M_SPREAD (M_SPREAD),
                .M_LEFTS (M_LEFTS), .CELLS (CELLS), .OUTS (OUTS), .RESETS (RESETS), .HIDDEN (HIDDEN),
                .PEEPHOLE (PEEPHOLE), .INPUT_GATES (INPUT_GATES), .COUPLED (COUPLED),
                .CELL_TANH (CELL_TANH), .CELL_SIGMOID (CELL_SIGMOID), .SUM_RESULTS (SUM_RESULTS),
                .RELU_RESULTS (RELU_RESULTS), .SIGMOID_RESULTS (SIGMOID_RESULTS),
                .TANH_RESULTS (TANH_RESULTS), .TABLE_W (TABLE_W), .SIGM_FRAC_W (SIGM_FRAC_W),
                .TANH_FRAC_W (TANH_FRAC_W), .SLOPE_W (SLOPE_W), .INTERPOLATE (INTERPOLATE),
                .MULTIPLY_CLOCKS (MULTIPLY_CLOCKS), .ASSEMBLE_CLOCKS (ASSEMBLE_CLOCKS),
                .SUM_CLOCKS (SUM_CLOCKS), .TABLE_CLOCKS (TABLE_CLOCKS),
                .PRODUCT_CLOCKS (PRODUCT_CLOCKS),
                .SIGM_FILE (SIGM_FILE), .TANH_FILE (TANH_FILE)
            ) u_channel (
                .clk             (clk),
                .queue_push      (own_queue_push),
                .queue_write     (own_queue_write),
                .queue_read      (own_queue_read),
                .elements        (elements_q[c*FOLD*ACT_W +: FOLD*ACT_W]),
                .weights         (own_weights),
                .acc_write       (own_acc_write),
                .acc_keep        (own_acc_keep),
                .acc_address     (own_acc_address),
                .drain_address   (own_drain_address),
                .drain_group     (own_drain_group),
                .drain_used      (own_drain_used),
                .drain_pick      (own_drain_pick),
                .first           (first[c]),
                .format          (own_format),
                .no_cells        (own_no_cells),
                .is_out          (own_is_out),
                .is_reset        (own_is_reset),
                .is_gate         (own_is_gate),
                .is_relu         (own_is_relu),
                .is_tanh         (own_is_tanh),
                .is_table        (own_is_table),
                .is_coupled      (own_is_coupled),
                .adds_hidden     (own_adds_hidden),
                .c_read          (c_read),
                .c_read_word     (c_read_word),
                .bias            (own_bias),
                .peep            (own_peep),
                .hidden_read     (own_hidden_read),
                .hidden_word     (own_hidden_word),
                .gate_read       (own_gate_read),
                .i_write         (own_i_write),
                .f_write         (own_f_write),
                .hidden_write    (own_hidden_write),
                .gate_word       (own_gate_word),
                .c_write         (c_write[c]),
                .c_write_word    (c_write_word),
                .c_write_data    (c_write_data[c*LANES*ACT_W +: LANES*ACT_W]),
                .c_data          (c_data[c*LANES*ACT_W +: LANES*ACT_W]),
                .result          (result[c*LANES*ACT_W +: LANES*ACT_W])
            );
        end
    endgenerate
endmodule

`resetall
