// SPDX-License-Identifier: Apache-2.0
// stages_bench - modules whose number of registers is chosen, with each that they can have, and with
// several formats: what comes out is what went in so many clocks before; for ese_adder_tree, ese_elem_mul,
// ese_c_as_z and ese_align the sums, products and powers of two of it, in integers of 64 bits; for
// ese_operation every word, decoded.  Prints "N comparisons, M mismatches".
`timescale 1ns / 1ps

// Operands that follow from the number of a clock, one time in four a limit; no two clocks have the same.
module operand #(
    parameter WIDTH = 16,
    parameter WHICH = 0
) (
    input  wire [31:0]             step,
    output wire signed [63:0]      wide,
    output wire signed [WIDTH-1:0] value
);
    function [31:0] mix;
        input [31:0] number;
        reg   [31:0] h;
        begin
            h   = (number * 32'd2654435761) ^ 32'd374761393;
            h   = (h ^ (h >> 15)) * 32'd3266489917;
            mix = h ^ (h >> 13);
        end
    endfunction

    localparam signed [63:0] LIMIT = 64'sd1 <<< (WIDTH - 1);

    wire [31:0]        choice = mix(step + 32'd7919 * (3 * WHICH));
    wire signed [63:0] drawn  = {mix(step + 32'd7919 * (3 * WHICH + 1)),
                                 mix(step + 32'd7919 * (3 * WHICH + 2))};

    assign wide  = choice[2:0] == 3'd0 ? -LIMIT
                 : choice[2:0] == 3'd1 ? LIMIT - 64'sd1
                 :                       drawn >>> (64 - WIDTH);
    assign value = wide[WIDTH-1:0];
endmodule

// What comes out against what must.
module comparison #(
    parameter WIDTH  = 16,
    parameter CLOCKS = 1,
    parameter STEPS  = 3000
) (
    input  wire             clk,
    input  wire             reset,
    input  wire [31:0]      step,
    input  wire [WIDTH-1:0] got,
    input  wire [WIDTH-1:0] wanted,
    output reg  [31:0]      compared,
    output reg  [31:0]      wrong,
    output wire             finished
);
    assign finished = compared == STEPS;

    always @(posedge clk)
        if (reset) begin
            compared <= 0;
            wrong    <= 0;
        end else if (step > CLOCKS && !finished) begin
            compared <= compared + 1;
            if (got !== wanted) wrong <= wrong + 1;
        end
endmodule

// round(value / 2**SHIFT), halves up, saturated; SHIFT may be negative.
module rounded #(
    parameter SHIFT = 1,
    parameter WIDTH = 16
) (
    input  wire signed [63:0] value,
    output wire [WIDTH-1:0]   result
);
    localparam signed [63:0] LIMIT = 64'sd1 <<< (WIDTH - 1);
    localparam DOWN = (SHIFT > 0) ? SHIFT : 0;
    localparam UP   = (SHIFT < 0) ? -SHIFT : 0;
    localparam signed [63:0] HALF = (SHIFT > 0) ? 64'sd1 <<< (DOWN - 1) : 64'sd0;

    wire signed [63:0] quotient = ((value <<< UP) + HALF) >>> DOWN;
    wire signed [63:0] clipped  = quotient >= LIMIT ? LIMIT - 64'sd1
                                : quotient < -LIMIT ? -LIMIT
                                :                     quotient;

    assign result = clipped[WIDTH-1:0];
endmodule

// Of FORMATS formats with the lefts LEFTS, format FORMAT all the time.
module adder_case #(
    parameter CLOCKS   = 4,
    parameter PRODUCTS = 1,
    parameter P_SHIFT  = 0,
    parameter P_SPREAD = 0,
    parameter IS_RELU  = 0,
    parameter FORMATS  = 1,
    parameter FORMAT   = 0,
    parameter SPREAD   = 0,
    parameter [8*FORMATS-1:0] LEFTS = {FORMATS{8'd0}},
    parameter [8*FORMATS-1:0] P_LEFTS = {FORMATS{8'd0}}
) (
    input  wire        clk,
    input  wire        reset,
    input  wire [31:0] step,
    output wire [31:0] compared,
    output wire [31:0] wrong,
    output wire        finished
);
    localparam integer LEFT   = LEFTS[8*FORMAT +: 8];
    localparam integer P_LEFT = P_LEFTS[8*FORMAT +: 8];

    wire signed [33:0] acc;
    wire signed [27:0] bias;
    wire signed [15:0] peep;
    wire signed [15:0] c;
    wire [17:0]        z;
    wire [15:0]        y;
    wire [1:0]         format  = FORMAT;
    wire               is_relu = IS_RELU;

    operand #(.WIDTH(34), .WHICH(0)) u_acc (.step(step), .wide(), .value(acc));
    operand #(.WIDTH(28), .WHICH(1)) u_bias (.step(step), .wide(), .value(bias));
    operand #(.WIDTH(16), .WHICH(2)) u_peep (.step(step), .wide(), .value(peep));
    operand #(.WIDTH(16), .WHICH(3)) u_c (.step(step), .wide(), .value(c));

    ese_adder_tree #(
        .PRODUCTS   (PRODUCTS),
        .P_SHIFT    (P_SHIFT),
        .P_SPREAD   (P_SPREAD),
        .P_LEFTS    (P_LEFTS),
        .RELU       (IS_RELU),
        .FORMATS    (FORMATS),
        .FORMAT_W   (2),
        .SUM_SPREAD (SPREAD),
        .SUM_LEFTS  (LEFTS),
        .CLOCKS     (CLOCKS)
    ) dut (
        .clk     (clk),
        .format  (format),
        .is_relu (is_relu),
        .acc     (acc),
        .bias    (bias),
        .p       (peep),
        .q       (c),
        .z       (z),
        .y       (y)
    );

    wire [31:0]        then = step - CLOCKS;
    wire signed [63:0] acc_then, bias_then, peep_then, c_then;
    wire [17:0]        z_wanted;
    wire [15:0]        y_rounded;

    operand #(.WIDTH(34), .WHICH(0)) t_acc (.step(then), .wide(acc_then), .value());
    operand #(.WIDTH(28), .WHICH(1)) t_bias (.step(then), .wide(bias_then), .value());
    operand #(.WIDTH(16), .WHICH(2)) t_peep (.step(then), .wide(peep_then), .value());
    operand #(.WIDTH(16), .WHICH(3)) t_c (.step(then), .wide(c_then), .value());

    wire signed [63:0] sum = acc_then + bias_then + 
        (PRODUCTS != 0 ? (peep_then * c_then) <<< (P_SHIFT + P_LEFT) : 64'sd0);

    rounded #(.SHIFT(14 - LEFT), .WIDTH(18)) u_z (.value(sum), .result(z_wanted));
    rounded #(.SHIFT(14 - LEFT), .WIDTH(16)) u_y (.value(sum), .result(y_rounded));

    wire [15:0] y_wanted = (IS_RELU != 0 && sum < 0) ? 16'd0 : y_rounded;

    comparison #(.WIDTH(34), .CLOCKS(CLOCKS)) u_compare
        (clk, reset, step, {z, y}, {z_wanted, y_wanted}, compared, wrong, finished);
endmodule

module product_case #(
    parameter CLOCKS  = 3,
    parameter B_W     = 16,
    parameter C_FRAC  = 12,
    parameter M_FRAC  = 15,
    parameter FORMATS = 1,
    parameter FORMAT  = 0,
    parameter C_SPREAD = 0,
    parameter M_SPREAD = 0,
    parameter [8*FORMATS-1:0] C_LEFTS = {FORMATS{8'd0}},
    parameter [8*FORMATS-1:0] M_LEFTS = {FORMATS{8'd0}}
) (
    input  wire        clk,
    input  wire        reset,
    input  wire [31:0] step,
    output wire [31:0] compared,
    output wire [31:0] wrong,
    output wire        finished
);
    localparam OWN_C = C_FRAC - C_LEFTS[8*FORMAT +: 8];
    localparam OWN_M = M_FRAC + M_LEFTS[8*FORMAT +: 8];

    wire signed [15:0]    f, c_old, a;
    wire signed [B_W-1:0] b;
    wire [15:0]           c_new, m;
    wire [1:0]            format = FORMAT;

    operand #(.WIDTH(16), .WHICH(4)) u_f (.step(step), .wide(), .value(f));
    operand #(.WIDTH(16), .WHICH(5)) u_c (.step(step), .wide(), .value(c_old));
    operand #(.WIDTH(16), .WHICH(6)) u_a (.step(step), .wide(), .value(a));
    operand #(.WIDTH(B_W), .WHICH(7)) u_b (.step(step), .wide(), .value(b));

    ese_elem_mul #(
        .ACT_W    (16),
        .B_W      (B_W),
        .C_FRAC   (C_FRAC),
        .C_SPREAD (C_SPREAD),
        .C_LEFTS  (C_LEFTS),
        .M_FRAC   (M_FRAC),
        .M_SPREAD (M_SPREAD),
        .M_LEFTS  (M_LEFTS),
        .FORMATS  (FORMATS),
        .FORMAT_W (2),
        .CLOCKS   (CLOCKS)
    ) dut (
        .clk    (clk),
        .format (format),
        .f      (f),
        .c_old  (c_old),
        .a      (a),
        .b      (b),
        .c_new  (c_new),
        .m      (m)
    );

    wire [31:0]        then = step - CLOCKS;
    wire signed [63:0] f_then, c_then, a_then, b_then;
    wire [15:0]        c_wanted, m_wanted;

    operand #(.WIDTH(16), .WHICH(4)) t_f (.step(then), .wide(f_then), .value());
    operand #(.WIDTH(16), .WHICH(5)) t_c (.step(then), .wide(c_then), .value());
    operand #(.WIDTH(16), .WHICH(6)) t_a (.step(then), .wide(a_then), .value());
    operand #(.WIDTH(B_W), .WHICH(7)) t_b (.step(then), .wide(b_then), .value());

    wire signed [63:0] forget = (f_then * c_then) <<< (15 - OWN_C);

    rounded #(.SHIFT(30 - OWN_C), .WIDTH(16)) r_c
        (.value(forget + a_then * b_then), .result(c_wanted));
    rounded #(.SHIFT(30 - OWN_M), .WIDTH(16)) r_m (.value(a_then * b_then), .result(m_wanted));

    comparison #(.WIDTH(32), .CLOCKS(CLOCKS)) u_compare
        (clk, reset, step, {c_new, m}, {c_wanted, m_wanted}, compared, wrong, finished);
endmodule

// c for tanh(c); z has 13 fraction bits.
module c_case #(
    parameter C_FRAC  = 12,
    parameter FORMATS = 1,
    parameter FORMAT  = 0,
    parameter SPREAD  = 0,
    parameter [8*FORMATS-1:0] LEFTS = {FORMATS{8'd0}}
) (
    input  wire        clk,
    input  wire        reset,
    input  wire [31:0] step,
    output wire [31:0] compared,
    output wire [31:0] wrong,
    output wire        finished
);
    localparam integer LEFT = LEFTS[8*FORMAT +: 8];

    wire signed [15:0] c;
    wire signed [63:0] c_then;
    wire [17:0]        z, z_wanted;
    wire [1:0]         format = FORMAT;
    wire [31:0]        then   = step - 32'd1;

    operand #(.WIDTH(16), .WHICH(9)) u_c (.step(step), .wide(), .value(c));
    operand #(.WIDTH(16), .WHICH(9)) t_c (.step(then), .wide(c_then), .value());

    ese_c_as_z #(
        .C_FRAC   (C_FRAC),
        .FORMATS  (FORMATS),
        .FORMAT_W (2),
        .C_SPREAD (SPREAD),
        .C_LEFTS  (LEFTS)
    ) dut (
        .clk    (clk),
        .format (format),
        .c      (c),
        .z      (z)
    );

    rounded #(.SHIFT(C_FRAC - LEFT - 13), .WIDTH(18)) u_z
        (.value(c_then), .result(z_wanted));

    comparison #(.WIDTH(18), .CLOCKS(1)) u_compare
        (clk, reset, step, z, z_wanted, compared, wrong, finished);
endmodule

// Every value of five bits in every of three formats, and in one.
module align_case (
    input  wire        clk,
    input  wire        reset,
    input  wire [31:0] step,
    output wire [31:0] compared,
    output wire [31:0] wrong,
    output wire        finished
);
    wire signed [4:0]  value  = step[4:0];
    wire [1:0]         format = step[31:5] % 3;
    wire signed [10:0] aligned;
    wire signed [4:0]  same;
    wire signed [63:0] wanted = $signed(step[4:0]) * (format == 0 ? 64 : format == 1 ? 1 : 8);

    ese_align #(
        .IN_W     (5),
        .OUT_W    (11),
        .FORMATS  (3),
        .FORMAT_W (2),
        .LEFTS    (24'h030006)
    ) dut (
        .format  (format),
        .value   (value),
        .aligned (aligned)
    );

    ese_align #(
        .IN_W  (5),
        .OUT_W (5)
    ) dut_of_one (
        .format  (1'b0),
        .value   (value),
        .aligned (same)
    );

    comparison #(.WIDTH(16), .CLOCKS(0), .STEPS(96)) u_compare
        (clk, reset, step, {aligned, same}, {wanted[10:0], value}, compared, wrong, finished);
endmodule

// Every word with a format of one bit whose upper bits are PART; in one clock of four none begins, whatever
// is there.
module operation_case #(
    parameter GRU  = 0, // 1: there are resets and hidden sums
    parameter PART = 0
) (
    input  wire        clk,
    input  wire        reset,
    input  wire [31:0] step,
    output wire [31:0] compared,
    output wire [31:0] wrong,
    output wire        finished
);
    wire        begins = step[1:0] != 2'd3;
    wire [31:0] number = step - (step >> 2);
    localparam WORD_W = 14 + GRU;

    wire [2+GRU:0]    part = PART;
    wire [WORD_W-1:0] word = begins ? {part, number[10:0]} : ~{part, number[10:0]};
    reg  [WORD_W-1:0] held;

    always @(posedge clk) if (begins) held <= word;

    wire       format, leaves, constants, no_cells, is_out, is_gate, is_relu, is_tanh, is_table;
    wire       is_coupled, is_reset, adds_hidden, to_hidden;
    wire [4:0] target;

    ese_operation #(.OPERATION_W(2 + GRU), .RESETS(GRU)) dut (
        .clk(clk), .begin_pass(begins), .operation(word), .format(format), .leaves(leaves),
        .constants(constants), .no_cells(no_cells), .is_out(is_out), .is_gate(is_gate),
        .is_relu(is_relu), .is_tanh(is_tanh), .is_table(is_table), .is_coupled(is_coupled),
        .to_gate_i(target[0]), .to_gate_f(target[1]), .to_cells(target[2]), .to_kept(target[3]),
        .to_scratch(target[4]), .is_reset(is_reset), .adds_hidden(adds_hidden),
        .to_hidden(to_hidden));

    // models/program/words.def, from bit 0 up
    wire [1:0]  operation = held[1:0];
    wire        adds      = GRU != 0 && held[1+GRU];
    wire [11:0] rest      = held[WORD_W-1:2+GRU];
    wire [1:0]  function_ = rest[1:0];
    wire        hides     = GRU != 0 && rest[3:2] == 2'd3;

    comparison #(.WIDTH(18), .CLOCKS(1), .STEPS(2048)) u_compare (clk, reset, step,
        {target, format, leaves, constants, no_cells, is_out, is_gate, is_relu, is_tanh, is_table,
         is_coupled, is_reset, adds_hidden, to_hidden},
        {rest[6:4], hides ? 2'd0 : rest[3:2], rest[11], rest[10], rest[9], !rest[8],
         operation == 2'd2, operation == 2'd0, function_ == 2'd1, function_ == 2'd3,
         function_ >= 2'd2, rest[7], GRU != 0 && operation == 2'd3, adds, hides},
        compared, wrong, finished);
endmodule

// A value on its way: ese_delay, or all copies of ese_spread.
module way_case #(
    parameter CLOCKS = 1,
    parameter SPREAD = 0
) (
    input  wire        clk,
    input  wire        reset,
    input  wire [31:0] step,
    output wire [31:0] compared,
    output wire [31:0] wrong,
    output wire        finished
);
    wire [31:0] then = step - CLOCKS;
    wire [8:0]  value, value_then;
    wire [26:0] got;

    operand #(.WIDTH(9), .WHICH(8)) u_value (.step(step), .wide(), .value(value));
    operand #(.WIDTH(9), .WHICH(8)) t_value (.step(then), .wide(), .value(value_then));

    generate
        if (SPREAD != 0) begin : g_spread
            ese_spread #(.WIDTH(9), .COPIES(3), .CLOCKS(CLOCKS)) dut
                (.clk(clk), .value(value), .copies(got));
        end else begin : g_delay
            wire [8:0] delayed;

            ese_delay #(.WIDTH(9), .CLOCKS(CLOCKS)) dut
                (.clk(clk), .value(value), .delayed(delayed));
            assign got = {3{delayed}};
        end
    endgenerate

    comparison #(.WIDTH(27), .CLOCKS(CLOCKS)) u_compare
        (clk, reset, step, got, {3{value_then}}, compared, wrong, finished);
endmodule

module stages_bench;
    localparam CASES = 63;

    // What a case gives: compared, wrong, finished.
`define CASE(n) (clk, reset, step, compared[(n)*32 +: 32], wrong[(n)*32 +: 32], finished[n])

    wire clk;
    wire reset;

    reg  [31:0]         step;
    wire [32*CASES-1:0] compared;
    wire [32*CASES-1:0] wrong;
    wire [CASES-1:0]    finished;

    always @(posedge clk) step <= reset ? 32'd0 : step + 32'd1;

    genvar n;
    generate
        for (n = 0; n < 4; n = n + 1) begin : g_adder // 4 and 5, with peepholes and without
            adder_case #(.CLOCKS(4 + n / 2), .PRODUCTS(n % 2)) u `CASE(n);
        end
        for (n = 0; n < 6; n = n + 1) begin : g_adder_formats
            adder_case #(.CLOCKS(4 + n / 3), .IS_RELU(n % 2), .FORMATS(3), .FORMAT(n % 3),
                .SPREAD(6), .LEFTS(24'h020600), .P_SHIFT(n / 3), .P_SPREAD(3),
                .P_LEFTS(24'h010300)) u `CASE(4+n);
        end
        for (n = 0; n < 3; n = n + 1) begin : g_product // 3, 4 and 5
            product_case #(.CLOCKS(3 + n)) u `CASE(10+n);
        end
        for (n = 0; n < 9; n = n + 1) begin : g_product_formats
            product_case #(.CLOCKS(3 + n / 3), .B_W(17), .C_FRAC(15), .M_FRAC(11), .FORMATS(3),
                .FORMAT(n % 3), .C_SPREAD(9), .C_LEFTS(24'h040009), .M_SPREAD(5),
                .M_LEFTS(24'h010500)) u `CASE(13+n);
        end
        for (n = 0; n < 3; n = n + 1) begin : g_c // finer, as fine, coarser
            c_case #(.C_FRAC(15 - 2 * n)) u `CASE(22+n);
            c_case #(.C_FRAC(15), .FORMATS(3), .FORMAT(n), .SPREAD(5), .LEFTS(24'h020500)) u_narrow
                `CASE(25+n);
            c_case #(.C_FRAC(12), .FORMATS(3), .FORMAT(n), .SPREAD(3), .LEFTS(24'h000301)) u_widen
                `CASE(28+n);
        end
        align_case u_align `CASE(31);
        for (n = 0; n < 8; n = n + 1) begin : g_operation
            operation_case #(.PART(n)) u `CASE(39+n);
        end
        for (n = 0; n < 16; n = n + 1) begin : g_operation_gru
            operation_case #(.GRU(1), .PART(n)) u `CASE(47+n);
        end
        for (n = 0; n < 4; n = n + 1) begin : g_delay // 0 to 3
            way_case #(.CLOCKS(n)) u `CASE(32+n);
        end
        for (n = 0; n < 3; n = n + 1) begin : g_spread // 0 to 2
            way_case #(.CLOCKS(n), .SPREAD(1)) u `CASE(36+n);
        end
    endgenerate

    bench_run #(
        .CASES (CASES)
    ) u_run (
        .clk      (clk),
        .reset    (reset),
        .compared (compared),
        .wrong    (wrong),
        .finished (finished)
    );
endmodule
