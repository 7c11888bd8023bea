// SPDX-License-Identifier: Apache-2.0
// axi_reads - the read half of a memory behind an AXI4 port, with random waits; it prints FAULT where a
// burst is not what the chip's README.md promises.
`timescale 1ns / 1ps
module axi_reads #(
    parameter        ADDRESS_BITS = 40,
    parameter        BUS_BITS     = 512,
    parameter        WORDS        = 16,
    parameter [63:0] BASE         = 0
) (
    input  wire                    clk,
    input  wire                    reset_n,
    input  wire [31:0]             random,
    input  wire                    arvalid,
    output reg                     arready,
    input  wire [ADDRESS_BITS-1:0] araddr,
    input  wire [7:0]              arlen,
    input  wire [2:0]              arsize,
    input  wire [1:0]              arburst,
    output reg                     rvalid,
    input  wire                    rready,
    output reg  [BUS_BITS-1:0]     rdata,
    output wire [1:0]              rresp,
    output reg                     rlast,
    output wire [31:0]             index,
    input  wire [BUS_BITS-1:0]     word
);
    localparam BYTES = BUS_BITS / 8;

    reg  [31:0] first [0:15];
    reg  [7:0]  length [0:15];
    reg  [3:0]  put, take;
    reg  [7:0]  beat, pause;
    reg         waited;
    reg  [ADDRESS_BITS+7:0] asked;
    wire [3:0]  held = put - take;
    wire [63:0] place = {{(64 - ADDRESS_BITS){1'b0}}, araddr} - BASE;
    wire [31:0] bytes = (arlen + 32'd1) * BYTES;

    assign rresp = 2'b00;
    assign index = first[take] + beat;

    always @(posedge clk)
        if (!reset_n) begin
            arready <= 0;
            rvalid  <= 0;
            rlast   <= 0;
            put     <= 0;
            take    <= 0;
            beat    <= 0;
            pause   <= 0;
            waited  <= 0;
        end else begin
            arready <= random[1:0] != 0 && held < 12;
            waited  <= arvalid && !arready;
            asked   <= {araddr, arlen};
            if (waited && (!arvalid || asked != {araddr, arlen}))
                $display("FAULT %m: a read is withdrawn or changed before it was taken");
            if (arvalid && arready) begin
                first[put]  <= place / BYTES;
                length[put] <= arlen;
                put         <= put + 1;
                if (arburst != 1 || (32'd1 << arsize) != BYTES || place % BYTES != 0)
                    $display("FAULT %m: burst %0d, size %0d, at %h", arburst, arsize, araddr);
                if (place % 4096 + bytes > 4096)
                    $display("FAULT %m: a burst of %0d bytes at %h crosses 4 KiB", bytes, araddr);
                if (place / BYTES + arlen >= WORDS)
                    $display("FAULT %m: %h is outside of the memory", araddr);
            end
            if (pause != 0) pause <= pause - 1;
            else if (random[31:25] == 0) pause <= random[24:18];
            if (!rvalid || rready) begin
                rvalid <= 0;
                rlast  <= 0;
                rdata  <= {BUS_BITS / 32{random}};
                if (held != 0 && pause == 0 && random[4:2] != 0) begin
                    rvalid <= 1;
                    rdata  <= word;
                    rlast  <= beat == length[take];
                    beat   <= beat == length[take] ? 0 : beat + 1;
                    if (beat == length[take]) take <= take + 1;
                end
            end
        end
endmodule
