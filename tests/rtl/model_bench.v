// SPDX-License-Identifier: Apache-2.0
// model_bench - models in the chip and in memory: loaded from an image in a memory that answers when it likes,
// then streamed; images with something wrong; and again.
//
// The memory lies in the bench, which makes the image byte by byte and its CRCs bit by bit, is the header, and
// compares: bus words of the header; what is asked for, each section whole and once, and nothing behind one
// that is wrong; the verdict; the program; every word of the streams, more than once around, and from the
// first one again after a reset; with AHEAD, that what was read ahead comes in every clock.
// Prints "N comparisons, M mismatches".
`timescale 1ns / 1ps

// A read port: grants one client at a time, answers in order.
module model_port #(
    parameter CLIENTS   = 1,
    parameter ADDRESS_W = 20,
    parameter BUS_W     = 128
) (
    input  wire                         clk,
    input  wire                         reset,
    input  wire [31:0]                  random,
    input  wire [CLIENTS-1:0]           request,
    input  wire [CLIENTS*ADDRESS_W-1:0] address,
    input  wire [CLIENTS*8-1:0]         length,
    output wire [CLIENTS-1:0]           grant,
    output reg  [CLIENTS-1:0]           valid,
    output reg  [31:0]                  index,  // of the bus word
    output wire                         idle,
    output wire [31:0]                  asked,  // bus words, in this clock
    output wire                         wrong   // a burst that crosses 4 KiB
);
    localparam BYTES = BUS_W / 8;

    reg [31:0] from [0:3];
    reg [31:0] left [0:3];
    reg [31:0] who  [0:3];
    reg [2:0]  head;
    reg [2:0]  tail;
    reg [31:0] turn;
    reg [31:0] beat;

    wire [2:0]           waiting = tail - head;
    wire                 go      = random[9:8] != 2'd0 && waiting < 3'd4;
    wire [CLIENTS-1:0]   chosen  = {{(CLIENTS-1){1'b0}}, 1'b1} << turn;
    wire [ADDRESS_W-1:0] start   = address[turn*ADDRESS_W +: ADDRESS_W];
    wire [31:0]          start_32 = start;
    wire [31:0]          words   = length[turn*8 +: 8] + 32'd1;

    assign grant = request & chosen & {CLIENTS{go}};
    assign idle  = waiting == 3'd0 && valid == {CLIENTS{1'b0}};
    assign asked = (grant != {CLIENTS{1'b0}}) ? words : 32'd0;
    assign wrong = grant != {CLIENTS{1'b0}} && start_32 % 4096 + words * BYTES > 4096;

    always @(posedge clk) begin
        valid <= {CLIENTS{1'b0}};
        turn  <= (turn + 1 >= CLIENTS) ? 0 : turn + 1;
        if (grant != {CLIENTS{1'b0}}) begin
            from[tail[1:0]] <= start_32 / BYTES;
            left[tail[1:0]] <= words;
            who[tail[1:0]]  <= turn;
            tail            <= tail + 3'd1;
        end
        if (waiting != 3'd0 && (random[21:20] != 2'd0 || random[30])) begin
            valid <= {{(CLIENTS-1){1'b0}}, 1'b1} << who[head[1:0]];
            index <= from[head[1:0]] + beat;
            beat  <= beat + 32'd1;
            if (beat + 32'd1 == left[head[1:0]]) begin
                beat <= 32'd0;
                head <= head + 3'd1;
            end
        end
        if (reset) begin
            valid <= {CLIENTS{1'b0}};
            index <= 32'd0;
            head  <= 3'd0;
            tail  <= 3'd0;
            turn  <= 32'd0;
            beat  <= 32'd0;
        end
    end
endmodule

module model_case #(
    parameter RESIDENT  = 1,
    parameter TWO_PORTS = 1,
    parameter BUS_W     = 128,
    parameter [31:0] PROGRAM_M = 64,  // bits of words in memory
    parameter [31:0] COLUMN_M  = 32,
    parameter [31:0] CONST_M   = 64,
    parameter [31:0] BEAT_M    = 64,
    parameter [31:0] PRODUCTS  = 6,
    parameter [31:0] PASSES    = 3,
    parameter [31:0] COLUMNS   = 20,
    parameter [31:0] CONSTANTS = 12,
    parameter [31:0] BEATS     = 300,
    parameter [31:0] AHEAD     = 0,   // clocks in which nobody takes a word, and all sections fit what is read ahead
    parameter SEED      = 1
) (
    input  wire        clk,
    input  wire        reset,
    output reg  [31:0] compared,
    output reg  [31:0] wrong,
    output wire        finished
);
    localparam ADDRESS_W = 20;
    localparam BYTES     = BUS_W / 8;
    localparam PAGE      = 4096 / BYTES; // bus words
    localparam BURST_W   = $clog2(PAGE);
    localparam MEMORY    = 48 * PAGE;
    localparam PRODUCT_B = PROGRAM_M - 7; // bits that count
    localparam PASS_B    = PROGRAM_M - 9;
    localparam COLUMN_B  = COLUMN_M - 3;
    localparam CONST_B   = CONST_M - 1;
    localparam BEAT_B    = BEAT_M - 5;
    localparam PRODUCT_W = (PRODUCTS > 1) ? $clog2(PRODUCTS) : 1;
    localparam PASS_W    = (PASSES > 1) ? $clog2(PASSES) : 1;
    localparam COLUMN_W  = (COLUMNS > 1) ? $clog2(COLUMNS) : 1;
    localparam CONST_W   = (CONSTANTS > 1) ? $clog2(CONSTANTS) : 1;
    localparam BEAT_W    = (BEATS > 1) ? $clog2(BEATS) : 1;

    // Bus words of header and sections, and the pages where they begin
    localparam [31:0] HEADER_N  = 1024 / BUS_W;
    localparam [31:0] PROGRAM_N = ((PRODUCTS + PASSES) * PROGRAM_M + BUS_W - 1) / BUS_W;
    localparam [31:0] COLUMN_N  = (COLUMNS * COLUMN_M + BUS_W - 1) / BUS_W;
    localparam [31:0] CONST_N   = (CONSTANTS * CONST_M + BUS_W - 1) / BUS_W;
    localparam [31:0] BEAT_N    = (BEATS * BEAT_M + BUS_W - 1) / BUS_W;
    localparam [31:0] HEADER_P  = 3;
    localparam [31:0] PROGRAM_P = HEADER_P + 1;
    localparam [31:0] COLUMN_P  = PROGRAM_P + (PROGRAM_N + PAGE - 1) / PAGE;
    localparam [31:0] CONST_P   = COLUMN_P + (COLUMN_N + PAGE - 1) / PAGE;
    localparam [31:0] BEAT_P    = 30;

    localparam DATA    = RESIDENT ? 1 : 4 - TWO_PORTS; // clients
    localparam WEIGHTS = RESIDENT ? 1 : 1 + TWO_PORTS;
    localparam [31:0] TRIES = 10; // loads: a good one, eight with something wrong, a good one

    // ---- the image -------------------------------------------------------------------------
    reg [BUS_W-1:0] memory [0:MEMORY-1];
    reg [31:0]      header_crc;
    reg [31:0]      program_crc;
    reg [31:0]      column_crc;
    reg [31:0]      const_crc;
    reg [31:0]      beat_crc;

    function [7:0] byte_at; // of what lies in memory
        input [31:0] section;
        input [31:0] place;
        reg   [31:0] mixed;
        begin
            mixed   = (place * 32'd2654435761) ^ (section * 32'd40503 + 32'd77 + SEED);
            byte_at = mixed[23:16] ^ mixed[9:2];
        end
    endfunction

    function [31:0] crc_on;
        input [31:0] crc;
        input [7:0]  data;
        integer      b;
        begin
            crc_on = crc;
            for (b = 0; b < 8; b = b + 1)
                crc_on = {1'b0, crc_on[31:1]} ^ ((crc_on[0] ^ data[b]) ? 32'hEDB88320 : 32'd0);
        end
    endfunction

    reg [31:0] crc;

    // Whole bus words; behind `used` bytes they are 0.
    task fill;
        input [31:0] section;
        input [31:0] page;
        input [31:0] bus_words;
        input [31:0] used;
        integer      place;
        reg [7:0]    data;
        begin
            crc = 32'hFFFFFFFF;
            for (place = 0; place < bus_words * BYTES; place = place + 1) begin
                data = (place < used) ? byte_at(section, place) : 8'd0;
                memory[page*PAGE + place/BYTES][place%BYTES*8 +: 8] = data;
                crc  = crc_on(crc, data);
            end
            crc = ~crc;
        end
    endtask

    integer k;

    initial begin
        fill(1, PROGRAM_P, PROGRAM_N, (PRODUCTS + PASSES) * PROGRAM_M / 8);
        program_crc = crc;
        fill(2, COLUMN_P, COLUMN_N, COLUMNS * COLUMN_M / 8);
        column_crc = crc;
        fill(3, CONST_P, CONST_N, CONSTANTS * CONST_M / 8);
        const_crc = crc;
        fill(4, BEAT_P, BEAT_N, BEATS * BEAT_M / 8);
        beat_crc = crc;
        fill(0, HEADER_P, HEADER_N, 128);
        crc = 32'hFFFFFFFF;
        for (k = 0; k < 124; k = k + 1) crc = crc_on(crc, byte_at(0, k));
        header_crc = ~crc;
        for (k = 0; k < 4; k = k + 1)
            memory[HEADER_P*PAGE + (124+k)/BYTES][(124+k)%BYTES*8 +: 8] = header_crc[8*k +: 8];
    end

    // A word of a section as it lies in memory, so many bytes of it.
    function [1023:0] word_at;
        input [31:0] section;
        input [31:0] item;
        input [31:0] bits;
        integer      b;
        begin
            word_at = 1024'd0;
            for (b = 0; b < bits / 8; b = b + 1)
                word_at[8*b +: 8] = byte_at(section, item * bits / 8 + b);
        end
    endfunction

    // ---- what is tried ---------------------------------------------------------------------
    reg  [31:0] try;       // number of the load
    reg  [5:0]  verdict;   // {error, done} that it must end with
    reg  [31:0] demand;    // bus words that it must ask for
    reg  [31:0] damaged;   // bus word with a wrong bit, or none
    reg  [2:0]  good;      // what the header is told to be

    always @(*) begin
        damaged = 32'hFFFFFFFF;
        good    = 3'b111;
        verdict = 6'b100000;
        demand  = HEADER_N;
        case (try)
            1: begin damaged = HEADER_P*PAGE + HEADER_N - 1; verdict = 6'b000100; end
            2: begin good = 3'b110; verdict = 6'b000010; end
            3: begin good = 3'b101; verdict = 6'b001000; end
            4: begin good = 3'b011; verdict = 6'b010000; end
            5: begin damaged = PROGRAM_P*PAGE; demand = HEADER_N + PROGRAM_N; end
            6: begin
                damaged = COLUMN_P*PAGE + COLUMN_N - 1;
                demand  = HEADER_N + PROGRAM_N + COLUMN_N;
            end
            7: begin
                damaged = CONST_P*PAGE + CONST_N / 2;
                demand  = HEADER_N + PROGRAM_N + COLUMN_N + CONST_N;
            end
            8: begin
                damaged = BEAT_P*PAGE + BEAT_N - 1;
                demand  = HEADER_N + PROGRAM_N + COLUMN_N + CONST_N + BEAT_N;
            end
            default: begin
                verdict = 6'b000001;
                demand  = HEADER_N + PROGRAM_N + COLUMN_N + CONST_N + BEAT_N;
            end
        endcase
    end

    // ---- memory, and the header ------------------------------------------------------------
    reg  [31:0]                  random;
    wire [DATA-1:0]              data_request, data_grant, data_valid;
    wire [DATA*ADDRESS_W-1:0]    data_address;
    wire [DATA*8-1:0]            data_length;
    wire [WEIGHTS-1:0]           weights_request, weights_grant, weights_valid;
    wire [WEIGHTS*ADDRESS_W-1:0] weights_address;
    wire [WEIGHTS*8-1:0]         weights_length;
    wire [31:0]                  data_index, weights_index, data_asked, weights_asked;
    wire                         data_idle, weights_idle, data_wrong, weights_wrong;
    wire [BUS_W-1:0]             data_bus = memory[data_index] ^ (data_index == damaged ? 1 << 17 : 0);
    wire [BUS_W-1:0]             weights_bus =
        memory[weights_index] ^ (weights_index == damaged ? 1 << 17 : 0);

    model_port #(.CLIENTS(DATA), .ADDRESS_W(ADDRESS_W), .BUS_W(BUS_W)) u_data
        (clk, reset, random, data_request, data_address, data_length, data_grant, data_valid,
         data_index, data_idle, data_asked, data_wrong);
    model_port #(.CLIENTS(WEIGHTS), .ADDRESS_W(ADDRESS_W), .BUS_W(BUS_W)) u_weights
        (clk, reset, {random[15:0], random[31:16]}, weights_request, weights_address, weights_length,
         weights_grant, weights_valid, weights_index, weights_idle, weights_asked, weights_wrong);

    reg               load_reset;
    reg               core_reset;
    reg  [31:0]       taken;       // bus words of the header
    reg  [3:0]        known;       // all of the header is there, for so many clocks
    wire              header_take;
    wire [BUS_W-1:0]  header_data;
    wire [5*32-1:0]   counts = known[0] ? {BEATS, CONSTANTS, COLUMNS, PASSES, PRODUCTS} : {5{random}};
    wire [4*32-1:0]   words = known[0] ? {BEAT_N, CONST_N, COLUMN_N, PROGRAM_N} : {4{random}};
    wire [4*32-1:0]   crcs = known[0] ? {beat_crc, const_crc, column_crc, program_crc} : {4{random}};
    wire [2:0]        header_good = {known[3], known[0], known[0]} & good;

    wire                 done;
    wire [4:0]           error;
    wire                 beat_valid, column_valid, const_valid;
    wire                 beat_ready, column_ready, const_ready;
    wire [BEAT_B-1:0]    beat_data;
    wire [COLUMN_B-1:0]  column_data;
    wire [CONST_B-1:0]   const_data;
    wire [PRODUCT_W-1:0] last_product;
    wire [PASS_W-1:0]    last_pass;
    wire [PRODUCT_B-1:0] product_word;
    wire [PASS_B-1:0]    pass_word;
    reg  [31:0]          number; // of a product, and of a pass

    generate
        if (RESIDENT) begin : g_resident
            ese_resident_model #(
                .ADDRESS_W (ADDRESS_W), .BUS_W (BUS_W), .BURST_W (BURST_W), .TWO_PORTS (TWO_PORTS),
                .PROGRAM_MEMORY_W (PROGRAM_M), .COLUMNS_MEMORY_W (COLUMN_M),
                .CONSTANTS_MEMORY_W (CONST_M), .WEIGHTS_MEMORY_W (BEAT_M), .WEIGHTS_W (BEAT_B),
                .BEAT_W (BEAT_W), .COLUMN_WORD_W (COLUMN_B), .COLUMN_W (COLUMN_W),
                .CONSTANT_W (CONST_B), .CONST_W (CONST_W), .PRODUCT_WORD_W (PRODUCT_B),
                .PRODUCT_W (PRODUCT_W), .PASS_WORD_W (PASS_B), .PASS_W (PASS_W),
                .MAX_COLUMNS (COLUMNS), .MAX_CONSTANTS (CONSTANTS), .MAX_BEATS (BEATS)
            ) u_model (
                clk, core_reset, load_reset, {BEAT_P[ADDRESS_W-13:0], 12'd0},
                {HEADER_P[ADDRESS_W-13:0], 12'd0}, data_request, data_address, data_length, data_grant,
                data_valid, data_bus, weights_request, weights_address, weights_length, weights_grant,
                weights_valid, weights_bus, header_take, header_data, counts, words, crcs, header_good,
                done, error, beat_valid, beat_ready, beat_data, column_valid, column_ready,
                column_data, const_valid, const_ready, const_data, last_product, last_pass,
                number[PRODUCT_W-1:0], product_word, number[PASS_W-1:0], pass_word
            );
        end else begin : g_streamed
            ese_streamed_model #(
                .ADDRESS_W (ADDRESS_W), .BUS_W (BUS_W), .BURST_W (BURST_W), .TWO_PORTS (TWO_PORTS),
                .PROGRAM_MEMORY_W (PROGRAM_M), .COLUMNS_MEMORY_W (COLUMN_M),
                .CONSTANTS_MEMORY_W (CONST_M), .WEIGHTS_MEMORY_W (BEAT_M), .WEIGHTS_W (BEAT_B),
                .BEAT_W (BEAT_W), .COLUMN_WORD_W (COLUMN_B), .COLUMN_W (COLUMN_W),
                .CONSTANT_W (CONST_B), .CONST_W (CONST_W), .PRODUCT_WORD_W (PRODUCT_B),
                .PRODUCT_W (PRODUCT_W), .PASS_WORD_W (PASS_B), .PASS_W (PASS_W),
                .FETCH_W (BURST_W + 1)
            ) u_model (
                clk, core_reset, load_reset, {BEAT_P[ADDRESS_W-13:0], 12'd0},
                {HEADER_P[ADDRESS_W-13:0], 12'd0}, data_request, data_address, data_length, data_grant,
                data_valid, data_bus, weights_request, weights_address, weights_length, weights_grant,
                weights_valid, weights_bus, header_take, header_data, counts, words, crcs, header_good,
                done, error, beat_valid, beat_ready, beat_data, column_valid, column_ready,
                column_data, const_valid, const_ready, const_data, last_product, last_pass,
                number[PRODUCT_W-1:0], product_word, number[PASS_W-1:0], pass_word
            );
        end
    endgenerate

    // ---- step by step ----------------------------------------------------------------------
    localparam [2:0] LOAD = 3'd0, AFTER = 3'd1, PROGRAM = 3'd2, STREAMS = 3'd3, REST = 3'd4, END = 3'd5;

    reg [2:0]  step;
    reg [31:0] clocks;
    reg [31:0] asked;
    reg [31:0] beats;     // words that have come
    reg [31:0] columns;
    reg [31:0] constants;
    reg [2:0]  ready;
    wire [2:0] whole = {beats >= BEATS, columns >= COLUMNS, constants >= CONSTANTS}; // have come once

    assign {beat_ready, column_ready, const_ready} = ready;
    assign finished = step == END;

    task check;
        input ok;
        begin
            compared = compared + 1;
            if (!ok) wrong = wrong + 1;
        end
    endtask

    always @(posedge clk)
        if (reset) begin
            compared   = 0;
            wrong      = 0;
            random     <= SEED;
            try        <= 0;
            step       <= LOAD;
            load_reset <= 1'b1;
            core_reset <= 1'b1;
            clocks     <= 0;
            asked      <= 0;
            taken      <= 0;
            known      <= 4'd0;
            number     <= 0;
            ready      <= 3'd0;
        end else begin
            random <= random * 1103515245 + 12345;
            clocks <= clocks + 1;
            known  <= {known[2:0], known[0]};
            asked  <= asked + data_asked + (TWO_PORTS ? weights_asked : 0);
            if (data_wrong || weights_wrong) wrong = wrong + 1;
            if (!TWO_PORTS && weights_request != {WEIGHTS{1'b0}}) wrong = wrong + 1;
            if (step != LOAD && (done || error != 5'd0)) wrong = wrong + 1;
            if (header_take) begin
                check(step == LOAD && taken < HEADER_N
                      && header_data === (memory[HEADER_P*PAGE + taken]
                                          ^ (HEADER_P*PAGE + taken == damaged ? 1 << 17 : 0)));
                taken <= taken + 1;
                if (taken + 1 == HEADER_N) known[0] <= 1'b1;
            end

            case (step)
                LOAD: begin
                    load_reset <= 1'b0;
                    if (done || error != 5'd0) begin
                        check({error, done} === verdict);
                        step   <= AFTER;
                        clocks <= 0;
                    end
                end
                AFTER: // nothing comes behind it
                    if (clocks == 32'd40) begin
                        check(asked == demand && data_idle && weights_idle);
                        number <= 0;
                        step   <= (verdict == 6'd1) ? PROGRAM : REST;
                    end
                PROGRAM: begin
                    load_reset <= 1'b1;
                    number     <= number + 1;
                    if (number == 0) check(last_product == PRODUCTS - 1 && last_pass == PASSES - 1);
                    if (number < PRODUCTS)
                        check(product_word === word_at(1, number, PROGRAM_M) % (1024'd1 << PRODUCT_B));
                    if (number < PASSES)
                        check(pass_word === word_at(1, PRODUCTS + number, PROGRAM_M)
                                            % (1024'd1 << PASS_B));
                    if (number >= PRODUCTS && number >= PASSES) begin
                        step       <= STREAMS;
                        core_reset <= 1'b0;
                        clocks     <= 0;
                        {beats, columns, constants} <= 96'd0;
                    end
                end
                STREAMS: begin
                    if (beat_valid && beat_ready) begin
                        check(beat_data === word_at(4, beats % BEATS, BEAT_M) % (1024'd1 << BEAT_B));
                        beats <= beats + 1;
                    end
                    if (column_valid && column_ready) begin
                        check(column_data === word_at(2, columns % COLUMNS, COLUMN_M)
                                              % (1024'd1 << COLUMN_B));
                        columns <= columns + 1;
                    end
                    if (const_valid && const_ready) begin
                        check(const_data === word_at(3, constants % CONSTANTS, CONST_M)
                                             % (1024'd1 << CONST_B));
                        constants <= constants + 1;
                    end
                    if (AHEAD != 0 && (ready & ~whole & ~{beat_valid, column_valid, const_valid}) != 3'd0)
                        wrong = wrong + 1;
                    if (AHEAD != 0 && whole != 3'd7) ready <= (clocks < AHEAD) ? 3'd0 : ~whole;
                    else ready <= {random[13:12] != 2'd0 && beats + 1 < 2 * BEATS + 3,
                              random[15] && columns + 1 < 2 * COLUMNS + 3,
                              random[17] && constants + 1 < 2 * CONSTANTS + 3};
                    if (beats + 1 >= 2 * BEATS + 3 && columns + 1 >= 2 * COLUMNS + 3
                        && constants + 1 >= 2 * CONSTANTS + 3) begin
                        step       <= REST;
                        core_reset <= 1'b1;
                        ready      <= 3'd0;
                    end
                end
                REST: begin
                    load_reset <= 1'b1;
                    if (data_idle && weights_idle && load_reset) begin
                        asked <= 0;
                        taken <= 0;
                        known <= 4'd0;
                        try   <= try + 1;
                        step  <= (try + 1 == TRIES) ? END : LOAD;
                    end
                end
                default: ;
            endcase
        end
endmodule

module model_bench;
    localparam CASES = 7;

    wire clk;
    wire reset;

    wire [32*CASES-1:0] compared;
    wire [32*CASES-1:0] wrong;
    wire [CASES-1:0]    finished;

    model_case #(.RESIDENT(1), .TWO_PORTS(1)) c0
        (clk, reset, compared[31:0], wrong[31:0], finished[0]);
    model_case #(.RESIDENT(1), .TWO_PORTS(0), .BUS_W(256), .PROGRAM_M(512), .COLUMN_M(512), .BEAT_M(512),
        .CONST_M(256), .PRODUCTS(1), .PASSES(1), .COLUMNS(1), .CONSTANTS(1), .BEATS(70), .SEED(7)) c1
        (clk, reset, compared[63:32], wrong[63:32], finished[1]);
    model_case #(.RESIDENT(0), .TWO_PORTS(1), .BEAT_M(128), .PROGRAM_M(32), .PRODUCTS(3), .PASSES(9), .SEED(9)) c2
        (clk, reset, compared[95:64], wrong[95:64], finished[2]);
    model_case #(.RESIDENT(0), .TWO_PORTS(0), .COLUMNS(150), .COLUMN_M(256), .CONST_M(128), .SEED(11)) c3
        (clk, reset, compared[127:96], wrong[127:96], finished[3]);
    model_case #(.RESIDENT(0), .TWO_PORTS(0), .BUS_W(1024), .BEAT_M(1024), .COLUMN_M(16), .PRODUCTS(40),
        .PASSES(17), .BEATS(80), .SEED(13)) c4
        (clk, reset, compared[159:128], wrong[159:128], finished[4]);
    // a program of more than 4 KiB
    model_case #(.RESIDENT(1), .TWO_PORTS(1), .PROGRAM_M(512), .PRODUCTS(60), .PASSES(20), .COLUMNS(33),
        .CONSTANTS(70), .BEATS(3), .SEED(17)) c5
        (clk, reset, compared[191:160], wrong[191:160], finished[5]);
    // words of four and of two bus words
    model_case #(.RESIDENT(0), .TWO_PORTS(1), .BEAT_M(512), .BEATS(100), .CONST_M(256), .CONSTANTS(200),
        .COLUMNS(150), .AHEAD(1900), .SEED(19)) c6
        (clk, reset, compared[223:192], wrong[223:192], finished[6]);

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
