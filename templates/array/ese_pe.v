// SPDX-License-Identifier: Apache-2.0
// ese_pe - one processing element of one channel: ActQueue storage, SpMV, Accu, ActBuffer.
//
// All control comes from outside, the same for all channels.
//
// ActQueue   elements at queue_write / queue_read
// SpMV       element times aligned weight, in one DSP: operands registered, product registered once or
//            twice, MULTIPLY_CLOCKS in all
// Accu       product added to ActBuffer[address], or stored where `keep` is low, MULTIPLY_CLOCKS after
//            the entry was issued; the same row twice running is no hazard
// ActBuffer  partial sums of the accumulator blocks; second read port for emptying
// Numbers    product ALIGNED_W + ACT_W bits, sums ACC_W bits: sized so that they cannot overflow
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_pe #(
    parameter ACT_W     = 16, // bits of an element
    parameter ALIGNED_W = 15, // bits of an aligned weight
    parameter ACC_W     = 34, // bits of an accumulator, >= ALIGNED_W + ACT_W
    parameter ADDR_W    = 5,  // bits of an accumulator address
    parameter PTR_W     = 3,  // bits of an ActQueue pointer
    parameter MULTIPLY_CLOCKS = 2 // from an entry's issue to its product, 2 or 3
) (
    input  wire                        clk,

    // ActQueue
    input  wire                        queue_push,
    input  wire [PTR_W-1:0]            queue_write,
    input  wire [PTR_W-1:0]            queue_read,
    input  wire [ACT_W-1:0]            element,

    // SpMV: the entry being issued
    input  wire signed [ALIGNED_W-1:0] weight,

    // Accu: MULTIPLY_CLOCKS later
    input  wire                        acc_write,
    input  wire                        acc_keep,
    input  wire [ADDR_W-1:0]           acc_address,

    // Assemble
    input  wire [ADDR_W-1:0]           drain_address,
    output wire [ACC_W-1:0]            drain_data
);
    localparam PRODUCT_W = ALIGNED_W + ACT_W;

    // ---- ActQueue --------------------------------------------------------------------------
    (* ram_style = "distributed" *) reg [ACT_W-1:0] queue [0:(1<<PTR_W)-1];

    always @(posedge clk)
        if (queue_push) queue[queue_write] <= element;

    // ---- SpMV ------------------------------------------------------------------------------
    reg signed [ACT_W-1:0]     element_q;
    reg signed [ALIGNED_W-1:0] weight_q;
    (* use_dsp = "yes" *) reg signed [PRODUCT_W-1:0] product_q;
    wire [PRODUCT_W-1:0]       product;

    always @(posedge clk) begin
        element_q <= queue[queue_read];
        weight_q  <= weight;
        product_q <= element_q * weight_q;
    end

    ese_delay #(
        .WIDTH  (PRODUCT_W),
        .CLOCKS (MULTIPLY_CLOCKS - 2)
    ) u_product (
        .clk     (clk),
        .value   (product_q),
        .delayed (product)
    );

    // ---- Accu and ActBuffer ----------------------------------------------------------------
    (* ram_style = "distributed" *) reg [ACC_W-1:0] act_buffer [0:(1<<ADDR_W)-1];

    wire [ACC_W-1:0] old = acc_keep ? act_buffer[acc_address] : {ACC_W{1'b0}};
    wire [ACC_W-1:0] sum = old + {{(ACC_W-PRODUCT_W+1){product[PRODUCT_W-1]}},
                                  product[PRODUCT_W-2:0]};

    always @(posedge clk)
        if (acc_write) act_buffer[acc_address] <= sum;

    assign drain_data = act_buffer[drain_address];
endmodule

`resetall
