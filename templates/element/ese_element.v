// SPDX-License-Identifier: Apache-2.0
// ese_element - one element-wise lane of one channel: AdderTree, Sigmoid / Tanh, ElemMul.
//
// A row goes through its stages, one row a clock.  What it becomes depends on the pass:
//   i, f   sigm(acc + bias + peep*c')            at stage GATE, kept in the gate buffers
//   g      c = f*c' + act(acc + bias)*i          at stage RESULT
//   o      m = sigm(acc + bias + peep*c)*tanh(c) at stage RESULT
//   y      acc, rounded                          at stage RESULT
// Stages are named as in ese_element_control: c_read comes at stage 2, a row with its bias at stage
// BIAS; from there to Z, GATE, PRODUCT it takes SUM_CLOCKS, TABLE_CLOCKS, PRODUCT_CLOCKS, and one clock
// to RESULT.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_element #(
    parameter ACC_W       = 34, // bits of an accumulator
    parameter BIAS_W      = 28, // bits of a bias
    parameter PEEP_W      = 16, // bits of a peephole weight
    parameter ACT_W       = 16, // bits of c, gates, m and y
    parameter SUM_W       = 36, // bits of acc + bias + peep*c
    parameter ROUND_SHIFT = 14, // fraction bits dropped from the sum
    parameter Z_W         = 18, // bits of a pre-activation
    parameter Z_FRAC      = 13, // fraction bits of a pre-activation
    parameter C_FRAC      = 12, // fraction bits of c
    parameter M_FRAC      = 15, // fraction bits of m
    parameter TABLE_W     = 9,  // address bits of the tables
    parameter SIGM_FRAC_W = 8,  // bits of z below the Sigmoid table's address
    parameter TANH_FRAC_W = 7,  // bits of z below the Tanh table's address
    parameter SLOPE_W     = 9,  // bits of a table's slope
    parameter INTERPOLATE = 1,  // 0: tables of points
    parameter PEEPHOLE    = 1,  // 0: no peepholes
    parameter PROJECTION  = 1,  // 0: no pass y
    parameter CANDIDATE_TANH = 1, // 0: g is a sigmoid
    parameter ASSEMBLE_CLOCKS = 2, // from stage 1 to BIAS, 2 or 3
    parameter SUM_CLOCKS     = 4, // of ese_adder_tree
    parameter TABLE_CLOCKS   = 5, // of ese_act_table
    parameter PRODUCT_CLOCKS = 3, // of ese_elem_mul
    parameter SIGM_FILE   = "", // the Sigmoid table
    parameter TANH_FILE   = ""  // the Tanh table
) (
    input  wire                     clk,

    input  wire signed [ACT_W-1:0]  c_read,     // stage 2
    input  wire                     c_is_zero,  // BIAS - 1
    input  wire signed [ACC_W-1:0]  acc,        // BIAS
    input  wire signed [BIAS_W-1:0] bias,       // BIAS
    input  wire signed [PEEP_W-1:0] peep,       // BIAS
    input  wire                     tanh_of_c,  // Z - 1
    input  wire signed [ACT_W-1:0]  i_read,     // GATE - 1
    input  wire signed [ACT_W-1:0]  f_read,     // GATE - 1
    input  wire                     gate_is_o,  // GATE
    input  wire                     product_is_y, // PRODUCT
    input  wire                     product_is_o, // PRODUCT

    output wire signed [ACT_W-1:0]  gate,       // GATE: i or f
    output reg  signed [ACT_W-1:0]  result      // RESULT: c, m or y
);
    // ---- c along the stages ----------------------------------------------------------------
    wire [ACT_W-1:0]       c_kept;   // BIAS - 1
    reg signed [ACT_W-1:0] c_bias;
    wire [ACT_W-1:0]       c_sum;    // Z - 1
    wire [ACT_W-1:0]       c_gate;

    ese_delay #(
        .WIDTH  (ACT_W),
        .CLOCKS (ASSEMBLE_CLOCKS - 2)
    ) u_c_read (
        .clk     (clk),
        .value   (c_read),
        .delayed (c_kept)
    );

    always @(posedge clk) c_bias <= c_is_zero ? {ACT_W{1'b0}} : c_kept;

    ese_delay #(
        .WIDTH  (ACT_W),
        .CLOCKS (SUM_CLOCKS - 1)
    ) u_c_sum (
        .clk     (clk),
        .value   (c_bias),
        .delayed (c_sum)
    );

    ese_delay #(
        .WIDTH  (ACT_W),
        .CLOCKS (TABLE_CLOCKS + 1)
    ) u_c_gate (
        .clk     (clk),
        .value   (c_sum),
        .delayed (c_gate)
    );

    // ---- pre-activation, or y --------------------------------------------------------------
    wire signed [Z_W-1:0]   z_sum;
    wire signed [ACT_W-1:0] y_sum;

    ese_adder_tree #(
        .ACC_W       (ACC_W),
        .BIAS_W      (BIAS_W),
        .PEEP_W      (PEEP_W),
        .ACT_W       (ACT_W),
        .SUM_W       (SUM_W),
        .ROUND_SHIFT (ROUND_SHIFT),
        .Z_W         (Z_W),
        .PEEPHOLE    (PEEPHOLE),
        .CLOCKS      (SUM_CLOCKS)
    ) u_adder_tree (
        .clk  (clk),
        .acc  (acc),
        .bias (bias),
        .peep (peep),
        .c    (c_bias),
        .z    (z_sum),
        .y    (y_sum)
    );

    // ---- c as a pre-activation, for tanh(c) ------------------------------------------------
    wire signed [Z_W-1:0] c_as_z;
    reg  signed [Z_W-1:0] c_as_z_q;
    generate
        if (Z_FRAC >= C_FRAC) begin : g_widen
            localparam UP = Z_FRAC - C_FRAC;

            wire signed [ACT_W+UP:0] shifted = {{(UP+1){c_sum[ACT_W-1]}}, c_sum} << UP;

            ese_saturate #(
                .IN_W  (ACT_W + UP + 1),
                .OUT_W (Z_W)
            ) u_saturate (
                .value     (shifted),
                .saturated (c_as_z)
            );
        end else begin : g_narrow
            localparam DOWN = C_FRAC - Z_FRAC;

            wire signed [ACT_W-DOWN:0] rounded;

            ese_round_shift_right #(
                .IN_W  (ACT_W + 1),
                .SHIFT (DOWN)
            ) u_round (
                .value   ({c_sum[ACT_W-1], c_sum}),
                .rounded (rounded)
            );

            ese_saturate #(
                .IN_W  (ACT_W + 1 - DOWN),
                .OUT_W (Z_W)
            ) u_saturate (
                .value     (rounded),
                .saturated (c_as_z)
            );
        end
    endgenerate

    always @(posedge clk) c_as_z_q <= c_as_z;

    // ---- Sigmoid and Tanh ------------------------------------------------------------------
    wire signed [Z_W-1:0]   tanh_of;
    wire signed [ACT_W-1:0] sigm;
    wire signed [ACT_W-1:0] tanh;
    generate
        if (CANDIDATE_TANH != 0) begin : g_tanh_of_both
            reg tanh_of_c_q;

            always @(posedge clk) tanh_of_c_q <= tanh_of_c;

            assign tanh_of = tanh_of_c_q ? c_as_z_q : z_sum;
        end else begin : g_tanh_of_c
            wire unused_choice = tanh_of_c;

            assign tanh_of = c_as_z_q;
        end
    endgenerate

    ese_act_table #(
        .ACT_W       (ACT_W),
        .Z_W         (Z_W),
        .TABLE_W     (TABLE_W),
        .FRAC_W      (SIGM_FRAC_W),
        .SLOPE_W     (SLOPE_W),
        .IS_TANH     (0),
        .INTERPOLATE (INTERPOLATE),
        .CLOCKS      (TABLE_CLOCKS),
        .FILE        (SIGM_FILE)
    ) u_sigmoid (
        .clk   (clk),
        .z     (z_sum),
        .value (sigm)
    );

    ese_act_table #(
        .ACT_W       (ACT_W),
        .Z_W         (Z_W),
        .TABLE_W     (TABLE_W),
        .FRAC_W      (TANH_FRAC_W),
        .SLOPE_W     (SLOPE_W),
        .IS_TANH     (1),
        .INTERPOLATE (INTERPOLATE),
        .CLOCKS      (TABLE_CLOCKS),
        .FILE        (TANH_FILE)
    ) u_tanh (
        .clk   (clk),
        .z     (tanh_of),
        .value (tanh)
    );

    assign gate = sigm;

    // ---- ElemMul ---------------------------------------------------------------------------
    // Pass g multiplies g by i, pass o multiplies o by tanh(c): one operand is the same function in
    // both.
    reg  signed [ACT_W-1:0] i_gate;
    reg  signed [ACT_W-1:0] f_gate;
    wire signed [ACT_W-1:0] operand_a = (CANDIDATE_TANH != 0) ? tanh : sigm;
    wire signed [ACT_W-1:0] other     = (CANDIDATE_TANH != 0) ? sigm : tanh;
    wire signed [ACT_W-1:0] operand_b = gate_is_o ? other : i_gate;
    wire signed [ACT_W-1:0] c_product;
    wire signed [ACT_W-1:0] m_product;

    always @(posedge clk) begin
        i_gate <= i_read;
        f_gate <= f_read;
    end

    ese_elem_mul #(
        .ACT_W  (ACT_W),
        .C_FRAC (C_FRAC),
        .M_FRAC (M_FRAC),
        .CLOCKS (PRODUCT_CLOCKS)
    ) u_elem_mul (
        .clk   (clk),
        .f     (f_gate),
        .c_old (c_gate),
        .a     (operand_a),
        .b     (operand_b),
        .c_new (c_product),
        .m     (m_product)
    );

    // ---- result ----------------------------------------------------------------------------
    generate
        if (PROJECTION != 0) begin : g_project
            wire [ACT_W-1:0] y_product;

            ese_delay #(
                .WIDTH  (ACT_W),
                .CLOCKS (TABLE_CLOCKS + PRODUCT_CLOCKS)
            ) u_y (
                .clk     (clk),
                .value   (y_sum),
                .delayed (y_product)
            );

            always @(posedge clk)
                result <= product_is_y ? y_product : product_is_o ? m_product : c_product;
        end else begin : g_no_projection
            wire unused_y = &{1'b0, y_sum, product_is_y};

            always @(posedge clk) result <= product_is_o ? m_product : c_product;
        end
    endgenerate
endmodule

`resetall
