// SPDX-License-Identifier: Apache-2.0
// ese_crc32 - CRC-32 of a sequence of bus words, one a clock, as zlib computes it over their bytes.
//
// Polynomial  0x04C11DB7, reflected; begins with all ones.  `state` is not inverted at the end: it is
//             the complement of the CRC, or RESIDUE after data that ends with its own CRC
// Latency     two clocks from `valid` to `state`
// Rate        one bus word a clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_crc32 #(
    parameter BUS_W = 128 // bits of a bus word, at least 32
) (
    input  wire             clk,
    input  wire             clear,
    input  wire             valid,
    input  wire [BUS_W-1:0] data,
    output reg  [31:0]      state
);
    localparam [31:0] POLYNOMIAL = 32'hEDB88320;

    // The CRC is linear: which of the bus word's bits change bit `index` of the state.
    function automatic [BUS_W-1:0] taps;
        input [4:0] index;
        integer bit_number;
        reg [31:0] effect; // of bit `bit_number` of the bus word, when all later ones have gone in
        begin
            taps   = {BUS_W{1'b0}};
            effect = POLYNOMIAL;
            for (bit_number = BUS_W - 1; bit_number >= 0; bit_number = bit_number - 1) begin
                taps[bit_number] = effect[index];
                effect = {1'b0, effect[31:1]} ^ (effect[0] ? POLYNOMIAL : 32'd0);
            end
        end
    endfunction

    reg        valid_1;
    reg [31:0] from_data;

    always @(posedge clk) valid_1 <= valid && !clear;

    genvar b;
    generate
        for (b = 0; b < 32; b = b + 1) begin : g_bit
            localparam [31:0] NUMBER = b;
            localparam [BUS_W-1:0] TAPS = taps(NUMBER[4:0]);

            // The state goes in like the first 32 bits of the data.
            always @(posedge clk) begin
                from_data[b] <= ^(TAPS & data);
                if (valid_1) state[b] <= from_data[b] ^ (^(TAPS[31:0] & state));
                if (clear)   state[b] <= 1'b1;
            end
        end
    endgenerate
endmodule

`resetall
