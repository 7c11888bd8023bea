// SPDX-License-Identifier: Apache-2.0
// fake_reader - AXI read master of the stand-in chip: reads up to two regions, adds up what it gets.
//
// `header` is what it read first.  `sum` is the sum, over all bus words, of the lowest and the highest 32 bits XORed.  With +NAME it
// breaks one rule of AXI, if it is the data port.

`timescale 1ns / 1ps

module fake_reader #(
    parameter MISBEHAVES = 0,
    parameter AW = 40, DW = 128,
    parameter BEATS_0 = 0, BEATS_1 = 0 // of the two regions
) (
    input               clk, reset_n,
    input               go,     // one clock: read everything once
    input               halt,
    input      [63:0]   base_0, base_1,
    output reg          done,
    output reg [31:0]   sum,
    output reg [1023:0] header,
    output reg          whole,  // the first region's last word is the sum of all before it
    output              idle,
    output reg          slave_error, decode_error, length_error, answer,
    output              arvalid,
    input               arready,
    output     [AW-1:0] araddr,
    output     [7:0]    arlen,
    output     [2:0]    arsize,
    output     [1:0]    arburst,
    output     [3:0]    arcache,
    output     [2:0]    arprot,
    input               rvalid,
    output              rready,
    input      [DW-1:0] rdata,
    input      [1:0]    rresp,
    input               rlast
);
    localparam BYTES = DW / 8;
    localparam MOST  = 1024 / BYTES; // beats of a burst
    localparam [31:0] SIZE = $clog2(BYTES);
    localparam [31:0] TOTAL = BEATS_0 + BEATS_1;

    reg in_reset, drop, change, x_valid, x_address, x_ready, fixed, narrow, unaligned, boundary, outside,
        deaf, awake;
    initial begin
        in_reset  = MISBEHAVES && $test$plusargs("ar_in_reset");
        drop      = MISBEHAVES && $test$plusargs("ar_drop");      // arvalid falls while waiting
        change    = MISBEHAVES && $test$plusargs("ar_change");    // the address changes while waiting
        x_valid   = MISBEHAVES && $test$plusargs("x_on_arvalid");
        x_address = MISBEHAVES && $test$plusargs("x_on_araddr");
        x_ready   = MISBEHAVES && $test$plusargs("x_on_rready");
        fixed     = MISBEHAVES && $test$plusargs("ar_fixed");     // burst type
        narrow    = MISBEHAVES && $test$plusargs("ar_narrow");    // half the width
        unaligned = MISBEHAVES && $test$plusargs("ar_unaligned");
        boundary  = MISBEHAVES && $test$plusargs("ar_cross");     // a 4 KiB boundary
        outside   = MISBEHAVES && $test$plusargs("ar_outside");   // behind the region
        deaf      = MISBEHAVES && $test$plusargs("r_deaf");       // rready stays low
        awake     = MISBEHAVES && $test$plusargs("ar_stopped");   // asks without having been started
    end

    reg          valid;
    reg [63:0]   address;
    reg [7:0]    length;
    reg [1:0]    region;
    reg [31:0]   at;          // beats of the region that were asked for
    reg [31:0]   got;         // beats of all regions that have come
    reg          active;
    reg [7:0]    lengths [0:3];
    reg [1:0]    head, tail;
    reg [2:0]    count;       // bursts outstanding
    reg [7:0]    beat;
    reg [7:0]    quiet;       // clocks to go until a bus that went wrong counts as quiet
    reg          toggle;
    reg          ready;
    reg          later;       // all was read once

    wire [31:0] beats = region == 0 ? BEATS_0 : BEATS_1;
    wire [63:0] base  = region == 0 ? base_0 : base_1;
    wire [31:0] left  = beats - at;
    wire [31:0] take  = left < MOST ? left : MOST;
    wire        push  = active && !halt && region != 2 && left != 0 && count < 4
                     && (!valid || arvalid && arready);
    wire        came  = rvalid && ready;
    wire        known = count != 0;
    wire        last  = beat == lengths[head];
    wire        pop   = came && known && (last || rlast);

    assign idle    = !valid && count == 0 && quiet == 0;
    assign arvalid = x_valid && toggle && got > 2 ? 1'bx
                   : in_reset && !reset_n || awake && !active && reset_n
                     || valid && !(drop && toggle);
    assign araddr  = x_address && later ? {AW{1'bx}}
                   : address[AW-1:0] + (change && toggle && later ? BYTES : 0) + (unaligned ? 4 : 0)
                   + (outside ? 1 << 20 : 0) + (boundary ? 4096 - BYTES : 0);
    assign arlen   = boundary ? 8'd1 : length;
    assign arsize  = narrow ? SIZE[2:0] - 3'd1 : SIZE[2:0];
    assign arburst = fixed ? 2'b00 : 2'b01;
    assign arcache = 4'b0011;
    assign arprot  = 3'b000;
    assign rready  = x_ready && got > 2 ? 1'bx : ready && !deaf;

    always @(posedge clk) begin
        toggle <= !toggle;
        ready  <= !deaf;
        if (go) begin
            active <= 1'b1;
            done   <= 1'b0;
            region <= 0;
            at     <= 0;
            got    <= 0;
            sum    <= 0;
        end else if (active && region != 2 && left == 0) begin
            region <= region + 1;
            at     <= 0;
        end
        if (arvalid && arready) valid <= 1'b0;
        if (push) begin
            valid   <= 1'b1;
            address <= base + at * BYTES;
            length  <= take - 1;
            at      <= at + take;
            lengths[tail] <= take - 1;
            tail    <= tail + 1;
        end
        count <= count + push - pop;
        if (pop) head <= head + 1;
        if (came && known) begin
            beat <= last || rlast ? 0 : beat + 1;
            got  <= got + 1;
            sum  <= sum + (rdata[31:0] ^ rdata[DW-1 -: 32]);
            if (got < 1024 / DW) header[got*DW +: DW] <= rdata;
            if (got == BEATS_0 - 1) whole <= rdata[31:0] == sum;
        end
        if (active && !go && got == TOTAL) begin
            active <= 1'b0;
            done   <= 1'b1;
        end
        if (halt) active <= 1'b0;
        if (done) later <= 1'b1;
        answer       <= came;
        slave_error  <= came && rresp == 2'b10;
        decode_error <= came && rresp == 2'b11;
        length_error <= came && (!known || last != rlast);
        if (came && (!known || last != rlast) || came && quiet != 0) quiet <= 100;
        else if (quiet != 0) quiet <= quiet - 1;
        if (!reset_n) begin
            {valid, active, done, slave_error, decode_error, length_error, answer} <= 0;
            {head, tail, count, beat, quiet, region, toggle, ready, later} <= 0;
            {at, got, sum, address, length} <= 0;
        end
    end
endmodule
