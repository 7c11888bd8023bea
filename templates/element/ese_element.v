// SPDX-License-Identifier: Apache-2.0
// ese_element - one element-wise lane of one channel: AdderTree, Sigmoid / Tanh, ElemMul.
//
// A row goes through 16 stages, one row a clock.  What it becomes depends on the pass:
//   i, f   sigm(acc + bias + peep*c')            stage 12, kept in the gate buffers
//   g      c = f*c' + act(acc + bias)*i          stage 16
//   o      m = sigm(acc + bias + peep*c)*tanh(c) stage 16
//   y      acc, rounded                          stage 16
// The numbers of the stages are those of ese_element_control.
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
    parameter SIGM_FILE   = "", // the Sigmoid table
    parameter TANH_FILE   = ""  // the Tanh table
) (
    input  wire                     clk,

    input  wire signed [ACT_W-1:0]  c_read,     // stage 2
    input  wire                     c_is_zero,  // stage 2
    input  wire signed [ACC_W-1:0]  acc,        // stage 3
    input  wire signed [BIAS_W-1:0] bias,       // stage 3
    input  wire signed [PEEP_W-1:0] peep,       // stage 3
    input  wire                     tanh_of_c,  // stage 6
    input  wire signed [ACT_W-1:0]  i_read,     // stage 11
    input  wire signed [ACT_W-1:0]  f_read,     // stage 11
    input  wire                     is_o_12,
    input  wire                     is_y_15,
    input  wire                     is_o_15,

    output wire signed [ACT_W-1:0]  gate,       // stage 12: i or f
    output reg  signed [ACT_W-1:0]  result      // stage 16: c, m or y
);
    // ---- c from stage 3 on -----------------------------------------------------------------
    reg signed [ACT_W-1:0] c_3;
    reg signed [ACT_W-1:0] c_4;
    reg signed [ACT_W-1:0] c_5;
    reg signed [ACT_W-1:0] c_6;
    reg signed [ACT_W-1:0] c_12;
    reg [5*ACT_W-1:0]      c_delay; // stages 7 to 11

    always @(posedge clk) begin
        c_3     <= c_is_zero ? {ACT_W{1'b0}} : c_read;
        c_4     <= c_3;
        c_5     <= c_4;
        c_6     <= c_5;
        c_delay <= {c_delay[4*ACT_W-1:0], c_6};
        c_12    <= c_delay[5*ACT_W-1:4*ACT_W];
    end

    // ---- stages 3 to 7: pre-activation, or y -----------------------------------------------
    wire signed [Z_W-1:0]   z_7;
    wire signed [ACT_W-1:0] y_7;

    ese_adder_tree #(
        .ACC_W       (ACC_W),
        .BIAS_W      (BIAS_W),
        .PEEP_W      (PEEP_W),
        .ACT_W       (ACT_W),
        .SUM_W       (SUM_W),
        .ROUND_SHIFT (ROUND_SHIFT),
        .Z_W         (Z_W),
        .PEEPHOLE    (PEEPHOLE)
    ) u_adder_tree (
        .clk  (clk),
        .acc  (acc),
        .bias (bias),
        .peep (peep),
        .c    (c_3),
        .z    (z_7),
        .y    (y_7)
    );

    // ---- c as a pre-activation, for tanh(c) ------------------------------------------------
    wire signed [Z_W-1:0] c_as_z;
    reg  signed [Z_W-1:0] c_as_z_7;
    generate
        if (Z_FRAC >= C_FRAC) begin : g_widen
            localparam UP = Z_FRAC - C_FRAC;

            wire signed [ACT_W+UP:0] shifted = {{(UP+1){c_6[ACT_W-1]}}, c_6} << UP;

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
                .value   ({c_6[ACT_W-1], c_6}),
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

    always @(posedge clk) c_as_z_7 <= c_as_z;

    // ---- stages 7 to 12: Sigmoid and Tanh --------------------------------------------------
    wire signed [Z_W-1:0]   tanh_of;
    wire signed [ACT_W-1:0] sigm_12;
    wire signed [ACT_W-1:0] tanh_12;
    generate
        if (CANDIDATE_TANH != 0) begin : g_tanh_of_both
            reg tanh_of_c_7;

            always @(posedge clk) tanh_of_c_7 <= tanh_of_c;

            assign tanh_of = tanh_of_c_7 ? c_as_z_7 : z_7;
        end else begin : g_tanh_of_c
            wire unused_choice = tanh_of_c;

            assign tanh_of = c_as_z_7;
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
        .FILE        (SIGM_FILE)
    ) u_sigmoid (
        .clk   (clk),
        .z     (z_7),
        .value (sigm_12)
    );

    ese_act_table #(
        .ACT_W       (ACT_W),
        .Z_W         (Z_W),
        .TABLE_W     (TABLE_W),
        .FRAC_W      (TANH_FRAC_W),
        .SLOPE_W     (SLOPE_W),
        .IS_TANH     (1),
        .INTERPOLATE (INTERPOLATE),
        .FILE        (TANH_FILE)
    ) u_tanh (
        .clk   (clk),
        .z     (tanh_of),
        .value (tanh_12)
    );

    assign gate = sigm_12;

    // ---- stages 12 to 15: ElemMul ----------------------------------------------------------
    // Pass g multiplies g by i, pass o multiplies o by tanh(c): one operand is the same function in
    // both.
    reg  signed [ACT_W-1:0] i_12;
    reg  signed [ACT_W-1:0] f_12;
    wire signed [ACT_W-1:0] operand_a = (CANDIDATE_TANH != 0) ? tanh_12 : sigm_12;
    wire signed [ACT_W-1:0] other     = (CANDIDATE_TANH != 0) ? sigm_12 : tanh_12;
    wire signed [ACT_W-1:0] operand_b = is_o_12 ? other : i_12;
    wire signed [ACT_W-1:0] c_15;
    wire signed [ACT_W-1:0] m_15;

    always @(posedge clk) begin
        i_12 <= i_read;
        f_12 <= f_read;
    end

    ese_elem_mul #(
        .ACT_W  (ACT_W),
        .C_FRAC (C_FRAC),
        .M_FRAC (M_FRAC)
    ) u_elem_mul (
        .clk   (clk),
        .f     (f_12),
        .c_old (c_12),
        .a     (operand_a),
        .b     (operand_b),
        .c_new (c_15),
        .m     (m_15)
    );

    // ---- stage 16: result ------------------------------------------------------------------
    generate
        if (PROJECTION != 0) begin : g_project
            reg [8*ACT_W-1:0] y_delay; // stages 8 to 15

            always @(posedge clk) begin
                y_delay <= {y_delay[7*ACT_W-1:0], y_7};
                result  <= is_y_15 ? y_delay[8*ACT_W-1:7*ACT_W] : is_o_15 ? m_15 : c_15;
            end
        end else begin : g_no_projection
            wire unused_y = &{1'b0, y_7, is_y_15};

            always @(posedge clk) result <= is_o_15 ? m_15 : c_15;
        end
    endgenerate
endmodule

`resetall
