// SPDX-License-Identifier: Apache-2.0
// uart_bench - the two ends of the board's serial line against ideal ones whose clock is SKEW in a
// thousand slower: bytes at once behind each other, false starts, bytes without stop bit, breaks.
//
// Prints how many bytes went each way, and how many of them were wrong.
`timescale 1ns / 1ps
`default_nettype none

module uart_bench #(
    parameter CLOCK_HZ = 50000000,
    parameter BAUD     = 3000000,
    parameter SKEW     = 0
);
    localparam BYTES = 400;
    localparam real CLOCK_NS = 1.0e9 / CLOCK_HZ;
    localparam real BIT_NS   = 1.0e9 / BAUD * (1000 + SKEW) / 1000.0;

    reg clk;
    reg reset;
    initial begin
        clk = 1'b0;
        forever #(CLOCK_NS / 2.0) clk = !clk;
    end
    initial begin
        reset = 1'b1;
        repeat (4) @(posedge clk);
        reset <= 1'b0;
    end

    function [7:0] byte_of(input integer n);
        byte_of = n * 37 ^ n >> 3;
    endfunction

    // ---- into the board: byte n, some of them without stop bit ------------------------------
    reg        line;
    wire       valid;
    wire [7:0] data;
    wire       bad;
    integer    n, k, got, wrong_in;

    board_uart_rx #(.CLOCK_HZ(CLOCK_HZ), .BAUD(BAUD)) u_rx (clk, reset, line, valid, data, bad);

    function no_stop(input integer number);
        no_stop = number % 23 == 22;
    endfunction

    initial begin
        line = 1'b1;
        wait (!reset);
        #(3 * BIT_NS);
        for (n = 0; n < BYTES; n = n + 1) begin
            line = 1'b0;
            #(BIT_NS);
            for (k = 0; k < 8; k = k + 1) begin
                line = byte_of(n) >> k;
                #(BIT_NS);
            end
            line = !no_stop(n);
            #(BIT_NS);
            if (no_stop(n)) begin
                #(n % 2 * 25 * BIT_NS); // every second time it is a break
                line = 1'b1;
                #(2 * BIT_NS);
            end
            if (n % 31 == 30) begin    // too short for a start bit
                line = 1'b0;
                #(0.3 * BIT_NS) line = 1'b1;
                #(2 * BIT_NS + n % 7);
            end
        end
    end

    initial begin
        got = 0;
        wrong_in = 0;
    end
    always @(posedge clk)
        if (valid) begin
            if (bad !== no_stop(got) || data !== byte_of(got)) wrong_in <= wrong_in + 1;
            got <= got + 1;
        end

    // ---- out of the board --------------------------------------------------------------------
    wire      ready;
    wire      tx;
    reg [7:0] heard;
    integer   given, m, wrong_out;

    board_uart_tx #(.CLOCK_HZ(CLOCK_HZ), .BAUD(BAUD)) u_tx (clk, reset, given < BYTES, ready,
                                                          byte_of(given), tx);

    initial given = 0;
    always @(posedge clk)
        if (!reset && ready && given < BYTES) given <= given + 1;

    integer b;
    initial begin
        wrong_out = 0;
        wait (!reset);
        for (m = 0; m < BYTES; m = m + 1) begin
            @(negedge tx) #(1.5 * BIT_NS);
            for (b = 0; b < 8; b = b + 1) begin
                heard[b] = tx;
                #(BIT_NS);
            end
            if (heard !== byte_of(m) || tx !== 1'b1) wrong_out = wrong_out + 1;
        end
    end

    // ---- the end -------------------------------------------------------------------------------
    initial begin
        #(BIT_NS * BYTES * 13);
        $display("%0d in, %0d wrong; %0d out, %0d wrong", got, wrong_in, m, wrong_out);
        $finish;
    end
endmodule

`default_nettype wire
