// SPDX-License-Identifier: Apache-2.0
// stages_bench - modules whose number of registers is chosen, with each that they can have: what comes
// out is what went in so many clocks before, and for ese_adder_tree and ese_elem_mul the sums and
// products of it, in integers of 64 bits.  Prints "N comparisons, M mismatches".
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

// round(value / 2**SHIFT), halves up, saturated.
module rounded #(
    parameter SHIFT = 1,
    parameter WIDTH = 16
) (
    input  wire signed [63:0] value,
    output wire [WIDTH-1:0]   result
);
    localparam signed [63:0] LIMIT = 64'sd1 <<< (WIDTH - 1);

    wire signed [63:0] quotient = (value + (64'sd1 <<< (SHIFT - 1))) >>> SHIFT;
    wire signed [63:0] clipped  = quotient >= LIMIT ? LIMIT - 64'sd1
                                : quotient < -LIMIT ? -LIMIT
                                :                     quotient;

    assign result = clipped[WIDTH-1:0];
endmodule

module adder_case #(
    parameter CLOCKS   = 4,
    parameter PEEPHOLE = 1
) (
    input  wire        clk,
    input  wire        reset,
    input  wire [31:0] step,
    output wire [31:0] compared,
    output wire [31:0] wrong,
    output wire        finished
);
    wire signed [33:0] acc;
    wire signed [27:0] bias;
    wire signed [15:0] peep;
    wire signed [15:0] c;
    wire [17:0]        z;
    wire [15:0]        y;

    operand #(.WIDTH(34), .WHICH(0)) u_acc (.step(step), .wide(), .value(acc));
    operand #(.WIDTH(28), .WHICH(1)) u_bias (.step(step), .wide(), .value(bias));
    operand #(.WIDTH(16), .WHICH(2)) u_peep (.step(step), .wide(), .value(peep));
    operand #(.WIDTH(16), .WHICH(3)) u_c (.step(step), .wide(), .value(c));

    ese_adder_tree #(
        .PEEPHOLE (PEEPHOLE),
        .CLOCKS   (CLOCKS)
    ) dut (
        .clk  (clk),
        .acc  (acc),
        .bias (bias),
        .peep (peep),
        .c    (c),
        .z    (z),
        .y    (y)
    );

    wire [31:0]        then = step - CLOCKS;
    wire signed [63:0] acc_then, bias_then, peep_then, c_then;
    wire [17:0]        z_wanted;
    wire [15:0]        y_wanted;

    operand #(.WIDTH(34), .WHICH(0)) t_acc (.step(then), .wide(acc_then), .value());
    operand #(.WIDTH(28), .WHICH(1)) t_bias (.step(then), .wide(bias_then), .value());
    operand #(.WIDTH(16), .WHICH(2)) t_peep (.step(then), .wide(peep_then), .value());
    operand #(.WIDTH(16), .WHICH(3)) t_c (.step(then), .wide(c_then), .value());

    wire signed [63:0] sum = acc_then + bias_then + (PEEPHOLE != 0 ? peep_then * c_then : 64'sd0);

    rounded #(.SHIFT(14), .WIDTH(18)) u_z (.value(sum), .result(z_wanted));
    rounded #(.SHIFT(14), .WIDTH(16)) u_y (.value(sum), .result(y_wanted));

    comparison #(.WIDTH(34), .CLOCKS(CLOCKS)) u_compare
        (clk, reset, step, {z, y}, {z_wanted, y_wanted}, compared, wrong, finished);
endmodule

module product_case #(
    parameter CLOCKS = 3
) (
    input  wire        clk,
    input  wire        reset,
    input  wire [31:0] step,
    output wire [31:0] compared,
    output wire [31:0] wrong,
    output wire        finished
);
    wire signed [15:0] f, c_old, a, b;
    wire [15:0]        c_new, m;

    operand #(.WIDTH(16), .WHICH(4)) u_f (.step(step), .wide(), .value(f));
    operand #(.WIDTH(16), .WHICH(5)) u_c (.step(step), .wide(), .value(c_old));
    operand #(.WIDTH(16), .WHICH(6)) u_a (.step(step), .wide(), .value(a));
    operand #(.WIDTH(16), .WHICH(7)) u_b (.step(step), .wide(), .value(b));

    ese_elem_mul #(
        .ACT_W  (16),
        .C_FRAC (12),
        .M_FRAC (15),
        .CLOCKS (CLOCKS)
    ) dut (
        .clk   (clk),
        .f     (f),
        .c_old (c_old),
        .a     (a),
        .b     (b),
        .c_new (c_new),
        .m     (m)
    );

    wire [31:0]        then = step - CLOCKS;
    wire signed [63:0] f_then, c_then, a_then, b_then;
    wire [15:0]        c_wanted, m_wanted;

    operand #(.WIDTH(16), .WHICH(4)) t_f (.step(then), .wide(f_then), .value());
    operand #(.WIDTH(16), .WHICH(5)) t_c (.step(then), .wide(c_then), .value());
    operand #(.WIDTH(16), .WHICH(6)) t_a (.step(then), .wide(a_then), .value());
    operand #(.WIDTH(16), .WHICH(7)) t_b (.step(then), .wide(b_then), .value());

    rounded #(.SHIFT(18), .WIDTH(16)) r_c
        (.value(f_then * c_then * 64'sd8 + a_then * b_then), .result(c_wanted));
    rounded #(.SHIFT(15), .WIDTH(16)) r_m (.value(a_then * b_then), .result(m_wanted));

    comparison #(.WIDTH(32), .CLOCKS(CLOCKS)) u_compare
        (clk, reset, step, {c_new, m}, {c_wanted, m_wanted}, compared, wrong, finished);
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
    localparam CASES = 14;

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
            adder_case #(.CLOCKS(4 + n / 2), .PEEPHOLE(n % 2)) u (clk, reset, step,
                compared[n*32 +: 32], wrong[n*32 +: 32], finished[n]);
        end
        for (n = 4; n < 7; n = n + 1) begin : g_product // 3, 4 and 5
            product_case #(.CLOCKS(n - 1)) u (clk, reset, step,
                compared[n*32 +: 32], wrong[n*32 +: 32], finished[n]);
        end
        for (n = 7; n < 11; n = n + 1) begin : g_delay // 0 to 3
            way_case #(.CLOCKS(n - 7)) u (clk, reset, step,
                compared[n*32 +: 32], wrong[n*32 +: 32], finished[n]);
        end
        for (n = 11; n < 14; n = n + 1) begin : g_spread // 0 to 2
            way_case #(.CLOCKS(n - 11), .SPREAD(1)) u (clk, reset, step,
                compared[n*32 +: 32], wrong[n*32 +: 32], finished[n]);
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
