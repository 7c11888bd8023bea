// SPDX-License-Identifier: Apache-2.0
// element_case - an ese_element with the abilities of a chip, told what to do by ese_operation: passes of
// rows as element.c wrote them, each with its operands at the stages at which they come, and what must
// come out.  Between passes the pipeline drains, as in the chip.  Gates are compared where they are
// written, other results at stage RESULT.
`timescale 1ns / 1ps

module element_case #(
    parameter ACC_W = 30, BIAS_W = 24, PEEP_W = 10, ACT_W = 12, SUM_W = 32, Z_W = 14, Z_FRAC = 9,
    parameter FORMATS = 1, ROUND_SHIFT = 14, C_FRAC = 8, M_FRAC = 11,
    parameter SUM_SPREAD = 0, C_SPREAD = 0, M_SPREAD = 0, HIDDEN_SHIFT = 0, HIDDEN_SPREAD = 0,
    parameter [8*FORMATS-1:0] SUM_LEFTS = 0, C_LEFTS = 0, M_LEFTS = 0, HIDDEN_LEFTS = 0,
    parameter OUTS = 1, RESETS = 0, HIDDEN = 0,
    parameter CELLS = 1, PEEPHOLE = 1, INPUT_GATES = 1, COUPLED = 0, CELL_TANH = 1,
    parameter CELL_SIGMOID = 0, SUM_RESULTS = 1, RELU_RESULTS = 0, SIGMOID_RESULTS = 0,
    parameter TANH_RESULTS = 0, TABLE_W = 9, SIGM_FRAC_W = 8, TANH_FRAC_W = 7, SLOPE_W = 9,
    parameter ASSEMBLE_CLOCKS = 2, SUM_CLOCKS = 4, TABLE_CLOCKS = 5, PRODUCT_CLOCKS = 3,
    parameter PASSES = 72, ROWS = 24,
    parameter ROWS_FILE = "rows.mem"
) (
    input  wire        clk,
    input  wire        reset,
    output reg  [31:0] compared,
    output reg  [31:0] wrong,
    output wire        finished
);
    localparam OPERATION_W = 15 + HIDDEN; // a format's number has two bits
    localparam ROW_W  = 2 + OPERATION_W + 5 * ACT_W + PEEP_W + BIAS_W + ACC_W;
    localparam BIAS   = 1 + ASSEMBLE_CLOCKS;
    localparam GATE   = BIAS + SUM_CLOCKS + TABLE_CLOCKS;
    localparam RESULT = GATE + PRODUCT_CLOCKS + 1;

    reg [ROW_W-1:0] rows [0:PASSES*ROWS-1];
    initial $readmemb(ROWS_FILE, rows);

    // ---- rows along the stages -------------------------------------------------------------
    integer         pass;
    integer         clock; // of the pass: 0, it begins; from 1 on, its rows are in stage 0
    integer         s;
    reg [ROW_W-1:0] at [1:RESULT];
    reg [RESULT:1]  valid;
    wire            entering = clock >= 1 && clock <= ROWS;

    assign finished = pass == PASSES;

    always @(posedge clk)
        if (reset) begin
            pass  <= 0;
            clock <= 0;
            valid <= 0;
        end else begin
            valid <= {valid[RESULT-1:1], entering && !finished};
            at[1] <= entering ? rows[pass*ROWS+clock-1] : {ROW_W{1'b1}};
            for (s = 2; s <= RESULT; s = s + 1) at[s] <= at[s-1];
            clock <= clock + 1;
            if (clock == ROWS + RESULT && !finished) begin
                pass  <= pass + 1;
                clock <= 0;
            end
        end

    // ---- the pass --------------------------------------------------------------------------
    wire [ROW_W-1:0] begins  = rows[pass*ROWS];
    wire             is_new  = clock == 0 && !finished;
    reg              to_buffer;
    reg              first;
    wire [1:0]       format;
    wire             no_cells, is_out, is_reset, is_gate, is_relu, is_tanh, is_table, is_coupled;
    wire             adds_hidden, to_hidden;

    always @(posedge clk) if (is_new) {to_buffer, first} <= begins[ROW_W-1 -: 2];

    ese_operation #(.FORMAT_W(2), .OPERATION_W(2 + HIDDEN), .RESETS(RESETS)) u_operation (
        .clk(clk), .begin_pass(is_new), .operation(begins[ROW_W-3 -: OPERATION_W]), .format(format),
        .leaves(), .constants(), .no_cells(no_cells), .is_out(is_out), .is_gate(is_gate),
        .is_relu(is_relu), .is_tanh(is_tanh), .is_table(is_table), .is_coupled(is_coupled),
        .is_reset(is_reset), .adds_hidden(adds_hidden), .to_hidden(to_hidden),
        .to_gate_i(), .to_gate_f(), .to_cells(), .to_kept(), .to_scratch());

    // ---- operands --------------------------------------------------------------------------
    wire [ROW_W-1:0] row_c = at[2], row_bias = at[BIAS], row_gates = at[GATE-1];
    wire [ROW_W-1:0] row_hidden = at[BIAS-1];
    wire [ROW_W-1:0] row_i = adds_hidden ? row_hidden : row_gates;
    wire [ACT_W-1:0] gate, hidden, result;

    ese_element #(
        .ACC_W(ACC_W), .BIAS_W(BIAS_W), .PEEP_W(PEEP_W), .ACT_W(ACT_W), .SUM_W(SUM_W), .Z_W(Z_W),
        .Z_FRAC(Z_FRAC), .FORMATS(FORMATS), .FORMAT_W(2), .ROUND_SHIFT(ROUND_SHIFT),
        .SUM_SPREAD(SUM_SPREAD), .SUM_LEFTS(SUM_LEFTS), .C_FRAC(C_FRAC), .C_SPREAD(C_SPREAD),
        .C_LEFTS(C_LEFTS), .M_FRAC(M_FRAC), .M_SPREAD(M_SPREAD), .M_LEFTS(M_LEFTS),
        .TABLE_W(TABLE_W), .SIGM_FRAC_W(SIGM_FRAC_W), .TANH_FRAC_W(TANH_FRAC_W),
        .SLOPE_W(SLOPE_W), .CELLS(CELLS), .PEEPHOLE(PEEPHOLE), .INPUT_GATES(INPUT_GATES),
        .COUPLED(COUPLED), .CELL_TANH(CELL_TANH), .CELL_SIGMOID(CELL_SIGMOID),
        .SUM_RESULTS(SUM_RESULTS), .RELU_RESULTS(RELU_RESULTS),
        .SIGMOID_RESULTS(SIGMOID_RESULTS), .TANH_RESULTS(TANH_RESULTS),
        .OUTS(OUTS), .RESETS(RESETS), .HIDDEN(HIDDEN), .HIDDEN_SHIFT(HIDDEN_SHIFT),
        .HIDDEN_SPREAD(HIDDEN_SPREAD), .HIDDEN_LEFTS(HIDDEN_LEFTS),
        .ASSEMBLE_CLOCKS(ASSEMBLE_CLOCKS), .SUM_CLOCKS(SUM_CLOCKS), .TABLE_CLOCKS(TABLE_CLOCKS),
        .PRODUCT_CLOCKS(PRODUCT_CLOCKS), .SIGM_FILE("sigmoid.mem"), .TANH_FILE("tanh.mem")
    ) dut (
        .clk(clk), .format(format), .is_out(is_out), .is_gate(is_gate), .is_relu(is_relu),
        .is_tanh(is_tanh), .is_table(is_table), .is_coupled(is_coupled),
        .c_is_zero((first && !is_out) || no_cells), .c_read(row_c[ACT_W-1:0]),
        .acc(row_bias[ACT_W +: ACC_W]), .bias(row_bias[ACT_W+ACC_W +: BIAS_W]),
        .peep(row_bias[ACT_W+ACC_W+BIAS_W +: PEEP_W]),
        .is_reset(is_reset), .adds_hidden(adds_hidden), .hidden(hidden),
        .hidden_read(row_hidden[4*ACT_W+ACC_W+BIAS_W+PEEP_W +: ACT_W]),
        .i_read(row_i[ACT_W+ACC_W+BIAS_W+PEEP_W +: ACT_W]),
        .f_read(row_gates[2*ACT_W+ACC_W+BIAS_W+PEEP_W +: ACT_W]),
        .gate(gate), .result(result));

    // ---- what comes out --------------------------------------------------------------------
    wire [ROW_W-1:0] row_out = to_buffer ? at[GATE] : at[RESULT];
    wire [ACT_W-1:0] wanted  = row_out[3*ACT_W+ACC_W+BIAS_W+PEEP_W +: ACT_W];

    always @(posedge clk)
        if (reset) begin
            compared <= 0;
            wrong    <= 0;
        end else if (to_buffer ? valid[GATE] : valid[RESULT]) begin
            compared <= compared + 1;
            if ((to_hidden ? hidden : to_buffer ? gate : result) !== wanted) wrong <= wrong + 1;
        end
endmodule
