// SPDX-License-Identifier: Apache-2.0
// memory_bench - words to bus words and back, and the CRC-32 of bus words, with random waits.
//
// A pair of ese_pack and ese_unpack must give every word as it went in, whatever the widths, whoever
// waits, and pieces of any length; the bus words between them are compared with what the words should
// make, padding included.  The CRC is compared with one bit after the other of the same bytes.
// Prints "N comparisons, M mismatches".
`timescale 1ns / 1ps

module memory_pair #(
    parameter BUS_W  = 128,
    parameter WORD_W = 32,
    parameter ITEMS  = 10,   // words of a piece
    parameter PIECES = 20,
    parameter SEED   = 1
) (
    input  wire        clk,
    input  wire        reset,
    output reg  [31:0] compared,
    output reg  [31:0] wrong,
    output wire        finished
);
    localparam ITEM_W = 8;
    localparam TOTAL  = ITEMS * PIECES;
    // bus words of a piece, counted one bit after the other
    localparam PER_PIECE = (ITEMS * WORD_W + BUS_W - 1) / BUS_W;
    localparam WORDS_IN_BUS = (BUS_W > WORD_W) ? BUS_W / WORD_W : 1;
    localparam BUSES_IN_WORD = (WORD_W > BUS_W) ? WORD_W / BUS_W : 1;
    localparam [31:0] LAST = ITEMS - 1;

    integer random;
    integer given;
    integer taken;
    integer passed; // bus words
    integer k;
    reg     give;
    reg     pass;
    reg     take;

    // Word number n of all: never 0, so that padding shows.
    function [WORD_W-1:0] word_at;
        input integer n;
        integer b;
        reg [31:0] mixed;
        begin
            for (b = 0; b < WORD_W; b = b + 8) begin
                mixed = (n * 32'd2654435761) ^ (b * 32'd40503 + 32'd77);
                word_at[b +: 8] = mixed[15:8] | 8'h01;
            end
        end
    endfunction

    wire              ready;
    wire              bus_valid;
    wire              bus_ready;
    wire [BUS_W-1:0]  bus;
    wire              valid;
    wire [WORD_W-1:0] data;
    wire              unpack_ready;

    assign bus_ready = unpack_ready && pass;
    assign finished  = taken == TOTAL;

    ese_pack #(
        .BUS_W  (BUS_W),
        .WORD_W (WORD_W)
    ) u_pack (
        .clk       (clk),
        .reset     (reset),
        .valid     (give && given < TOTAL),
        .ready     (ready),
        .data      (word_at(given)),
        .last      (given % ITEMS == ITEMS - 1),
        .bus_valid (bus_valid),
        .bus_ready (bus_ready),
        .bus_data  (bus)
    );

    ese_unpack #(
        .BUS_W  (BUS_W),
        .WORD_W (WORD_W),
        .ITEM_W (ITEM_W)
    ) u_unpack (
        .clk       (clk),
        .reset     (reset),
        .last_item (LAST[ITEM_W-1:0]),
        .bus_valid (bus_valid && pass),
        .bus_ready (unpack_ready),
        .bus_data  (bus),
        .valid     (valid),
        .ready     (take),
        .data      (data)
    );

    reg [BUS_W-1:0]  expected;
    reg [WORD_W-1:0] whole;
    integer          item;

    // What bus word number `passed` should be.
    task expect_bus;
        begin
            expected = {BUS_W{1'b0}};
            if (BUS_W > WORD_W) begin
                for (k = 0; k < WORDS_IN_BUS; k = k + 1) begin
                    item = (passed % PER_PIECE) * WORDS_IN_BUS + k;
                    if (item < ITEMS)
                        expected = expected | (word_at(passed / PER_PIECE * ITEMS + item) << (k * WORD_W));
                end
            end else begin
                whole    = word_at(passed / BUSES_IN_WORD);
                expected = whole >> ((passed % BUSES_IN_WORD) * BUS_W);
            end
        end
    endtask

    always @(posedge clk)
        if (reset) begin
            compared <= 0;
            wrong    <= 0;
            given    <= 0;
            taken    <= 0;
            passed   <= 0;
            random   <= SEED;
            give     <= 1'b0;
            pass     <= 1'b0;
            take     <= 1'b0;
        end else begin
            random <= random * 1103515245 + 12345;
            // An offered word stays; at either end phases without waits alternate with phases with many.
            give <= (give && !ready) || random[17:16] != 2'd0 || random[30];
            pass <= random[20:19] != 2'd0;
            take <= random[23:22] != 2'd0 || random[29];
            if (give && given < TOTAL && ready) given <= given + 1;
            if (bus_valid && bus_ready) begin
                expect_bus;
                compared <= compared + 1 + (valid && take ? 1 : 0);
                wrong    <= wrong + (bus !== expected ? 1 : 0)
                          + (valid && take && data !== word_at(taken) ? 1 : 0);
                passed   <= passed + 1;
            end else if (valid && take) begin
                compared <= compared + 1;
                wrong    <= wrong + (data !== word_at(taken) ? 1 : 0);
            end
            if (valid && take) taken <= taken + 1;
        end
endmodule

module memory_crc #(
    parameter BUS_W = 128,
    parameter WORDS = 40
) (
    input  wire        clk,
    input  wire        reset,
    output reg  [31:0] compared,
    output reg  [31:0] wrong,
    output wire        finished
);
    reg [BUS_W-1:0] data;
    reg             valid;
    reg [31:0]      serial;
    wire [31:0]     state;
    integer         count;
    integer         b;
    integer         phase;

    assign finished = count == WORDS;

    ese_crc32 #(
        .BUS_W (BUS_W)
    ) u_crc (
        .clk   (clk),
        .clear (reset),
        .valid (valid),
        .data  (data),
        .state (state)
    );

    always @(posedge clk)
        if (reset) begin
            compared <= 0;
            wrong    <= 0;
            count    <= 0;
            phase    <= 0;
            serial   = 32'hFFFFFFFF;
            valid    <= 1'b0;
            for (b = 0; b < BUS_W; b = b + 1) data[b] <= b[0] ^ b[3];
        end else if (count < WORDS) begin
            // a word, some clocks without one, a comparison
            phase <= (phase == 4) ? 0 : phase + 1;
            valid <= phase == 0;
            if (phase == 1) begin
                for (b = 0; b < BUS_W; b = b + 1)
                    serial = {1'b0, serial[31:1]} ^ ((serial[0] ^ data[b]) ? 32'hEDB88320 : 32'd0);
            end
            if (phase == 4) begin
                compared <= compared + 1;
                wrong    <= wrong + (state !== serial ? 1 : 0);
                count    <= count + 1;
                data     <= {data[BUS_W-8:0], data[BUS_W-1 -: 7]} ^ {BUS_W/32{serial ^ 32'h3C6EF372}};
            end
        end
endmodule

module memory_bench;
    localparam PAIRS = 8;
    localparam CRCS  = 4;
    localparam ALL   = PAIRS + CRCS;

    wire clk;
    wire reset;

    wire [32*ALL-1:0] compared;
    wire [32*ALL-1:0] wrong;
    wire [ALL-1:0]    finished;

    memory_pair #(.BUS_W(128), .WORD_W(32), .ITEMS(10)) p0
        (clk, reset, compared[31:0], wrong[31:0], finished[0]);
    memory_pair #(.BUS_W(128), .WORD_W(8), .ITEMS(33), .SEED(7)) p1
        (clk, reset, compared[63:32], wrong[63:32], finished[1]);
    memory_pair #(.BUS_W(128), .WORD_W(128), .ITEMS(5), .SEED(9)) p2
        (clk, reset, compared[95:64], wrong[95:64], finished[2]);
    memory_pair #(.BUS_W(128), .WORD_W(512), .ITEMS(3), .SEED(11)) p3
        (clk, reset, compared[127:96], wrong[127:96], finished[3]);
    memory_pair #(.BUS_W(1024), .WORD_W(64), .ITEMS(16), .SEED(13)) p4
        (clk, reset, compared[159:128], wrong[159:128], finished[4]);
    memory_pair #(.BUS_W(1024), .WORD_W(512), .ITEMS(1), .SEED(17)) p5
        (clk, reset, compared[191:160], wrong[191:160], finished[5]);
    memory_pair #(.BUS_W(256), .WORD_W(128), .ITEMS(1), .SEED(19)) p6
        (clk, reset, compared[223:192], wrong[223:192], finished[6]);
    memory_pair #(.BUS_W(512), .WORD_W(1024), .ITEMS(1), .SEED(23)) p7
        (clk, reset, compared[255:224], wrong[255:224], finished[7]);
    memory_crc #(.BUS_W(128)) c0 (clk, reset, compared[287:256], wrong[287:256], finished[8]);
    memory_crc #(.BUS_W(256)) c1 (clk, reset, compared[319:288], wrong[319:288], finished[9]);
    memory_crc #(.BUS_W(512)) c2 (clk, reset, compared[351:320], wrong[351:320], finished[10]);
    memory_crc #(.BUS_W(1024)) c3 (clk, reset, compared[383:352], wrong[383:352], finished[11]);

    bench_run #(
        .CASES (ALL)
    ) u_run (
        .clk      (clk),
        .reset    (reset),
        .compared (compared),
        .wrong    (wrong),
        .finished (finished)
    );
endmodule
