// SPDX-License-Identifier: Apache-2.0
// bench - a chip with a host and a memory of its own: what its README.md and REGISTERS.md say, nothing
// else.  It reads memory.hex and plan.txt from where it runs, does the plan, and leaves result.hex.
`timescale 1ns / 1ps
module bench;
    `include "chip.vh" // BASE, WORDS, ADDRESS_BITS, BUS_BITS of this chip and its memory
    localparam BYTES = BUS_BITS / 8;

    reg clk = 0, reset_n = 0;
    always #5 clk = !clk;

    reg  [BUS_BITS-1:0] memory [0:WORDS-1];
    reg  [31:0] random = 1, random2 = 2, random3 = 3, clocks = 0;
    always @(posedge clk) begin
        random  <= next(random);
        random2 <= next(random2);
        random3 <= next(random3);
        clocks  <= clocks + 1;
        if (clocks == 200000) begin
            $display("FAULT no end after %0d clocks", clocks);
            $finish;
        end
    end

    function [31:0] next; // xorshift32
        input [31:0] r;
        reg   [31:0] s;
        begin
            s    = r ^ (r << 13);
            s    = s ^ (s >> 17);
            next = s ^ (s << 5);
        end
    endfunction

    // ---- the chip and its memory ----

    wire irq;
    reg         awvalid = 0, wvalid = 0, bready = 0, arvalid = 0, rready = 0;
    reg  [11:0] awaddr = 0, araddr = 0;
    reg  [31:0] wdata = 0;
    wire        awready, wready, bvalid, arready, rvalid;
    wire [1:0]  bresp, rresp;
    wire [31:0] rdata;

    wire                    d_awvalid, d_awready, d_wvalid, d_wready, d_wlast, d_bvalid, d_bready;
    wire                    d_arvalid, d_arready, d_rvalid, d_rready, d_rlast;
    wire [ADDRESS_BITS-1:0] d_awaddr, d_araddr;
    wire [7:0]              d_awlen, d_arlen;
    wire [2:0]              d_awsize, d_arsize;
    wire [1:0]              d_awburst, d_arburst, d_bresp, d_rresp;
    wire [BUS_BITS-1:0]     d_wdata, d_rdata;
    wire [BYTES-1:0]        d_wstrb;
    wire [31:0]             d_write_index, d_read_index;
    wire                    d_write;

    axi_reads #(
        .ADDRESS_BITS(ADDRESS_BITS), .BUS_BITS(BUS_BITS), .WORDS(WORDS), .BASE(BASE)
    ) u_reads (
        .clk(clk), .reset_n(reset_n), .random(random), .arvalid(d_arvalid), .arready(d_arready),
        .araddr(d_araddr), .arlen(d_arlen), .arsize(d_arsize), .arburst(d_arburst), .rvalid(d_rvalid),
        .rready(d_rready), .rdata(d_rdata), .rresp(d_rresp), .rlast(d_rlast), .index(d_read_index),
        .word(memory[d_read_index]));
    axi_writes #(
        .ADDRESS_BITS(ADDRESS_BITS), .BUS_BITS(BUS_BITS), .WORDS(WORDS), .BASE(BASE)
    ) u_writes (
        .clk(clk), .reset_n(reset_n), .random(random2), .awvalid(d_awvalid), .awready(d_awready),
        .awaddr(d_awaddr), .awlen(d_awlen), .awsize(d_awsize), .awburst(d_awburst), .wvalid(d_wvalid),
        .wready(d_wready), .wlast(d_wlast), .bvalid(d_bvalid), .bready(d_bready), .bresp(d_bresp),
        .write(d_write), .index(d_write_index));

    integer lane;
    reg [BUS_BITS-1:0] merged;
    always @(posedge clk)
        if (d_write) begin
            merged = memory[d_write_index];
            for (lane = 0; lane < BYTES; lane = lane + 1)
                if (d_wstrb[lane]) merged[8*lane +: 8] = d_wdata[8*lane +: 8];
            memory[d_write_index] = merged;
        end

`ifdef TWO_PORTS
    wire                    w_arvalid, w_arready, w_rvalid, w_rready, w_rlast;
    wire [ADDRESS_BITS-1:0] w_araddr;
    wire [7:0]              w_arlen;
    wire [2:0]              w_arsize;
    wire [1:0]              w_arburst, w_rresp;
    wire [BUS_BITS-1:0]     w_rdata;
    wire [31:0]             w_read_index;

    axi_reads #(
        .ADDRESS_BITS(ADDRESS_BITS), .BUS_BITS(BUS_BITS), .WORDS(WORDS), .BASE(BASE)
    ) u_weights (
        .clk(clk), .reset_n(reset_n), .random(random3), .arvalid(w_arvalid), .arready(w_arready),
        .araddr(w_araddr), .arlen(w_arlen), .arsize(w_arsize), .arburst(w_arburst), .rvalid(w_rvalid),
        .rready(w_rready), .rdata(w_rdata), .rresp(w_rresp), .rlast(w_rlast), .index(w_read_index),
        .word(memory[w_read_index]));
`endif

    ese_top u_chip (
        .aclk(clk), .aresetn(reset_n), .irq(irq),
        .s_axi_control_awvalid(awvalid), .s_axi_control_awready(awready),
        .s_axi_control_awaddr(awaddr), .s_axi_control_awprot(3'd0),
        .s_axi_control_wvalid(wvalid), .s_axi_control_wready(wready), .s_axi_control_wdata(wdata),
        .s_axi_control_wstrb(4'hF),
        .s_axi_control_bvalid(bvalid), .s_axi_control_bready(bready), .s_axi_control_bresp(bresp),
        .s_axi_control_arvalid(arvalid), .s_axi_control_arready(arready),
        .s_axi_control_araddr(araddr), .s_axi_control_arprot(3'd0),
        .s_axi_control_rvalid(rvalid), .s_axi_control_rready(rready), .s_axi_control_rdata(rdata),
        .s_axi_control_rresp(rresp),
`ifdef TWO_PORTS
        .m_axi_weights_arvalid(w_arvalid), .m_axi_weights_arready(w_arready),
        .m_axi_weights_araddr(w_araddr), .m_axi_weights_arlen(w_arlen),
        .m_axi_weights_arsize(w_arsize), .m_axi_weights_arburst(w_arburst),
        .m_axi_weights_arcache(), .m_axi_weights_arprot(),
        .m_axi_weights_rvalid(w_rvalid), .m_axi_weights_rready(w_rready),
        .m_axi_weights_rdata(w_rdata), .m_axi_weights_rresp(w_rresp), .m_axi_weights_rlast(w_rlast),
`endif
        .m_axi_data_awvalid(d_awvalid), .m_axi_data_awready(d_awready), .m_axi_data_awaddr(d_awaddr),
        .m_axi_data_awlen(d_awlen), .m_axi_data_awsize(d_awsize), .m_axi_data_awburst(d_awburst),
        .m_axi_data_awcache(), .m_axi_data_awprot(),
        .m_axi_data_wvalid(d_wvalid), .m_axi_data_wready(d_wready), .m_axi_data_wdata(d_wdata),
        .m_axi_data_wstrb(d_wstrb), .m_axi_data_wlast(d_wlast),
        .m_axi_data_bvalid(d_bvalid), .m_axi_data_bready(d_bready), .m_axi_data_bresp(d_bresp),
        .m_axi_data_arvalid(d_arvalid), .m_axi_data_arready(d_arready), .m_axi_data_araddr(d_araddr),
        .m_axi_data_arlen(d_arlen), .m_axi_data_arsize(d_arsize), .m_axi_data_arburst(d_arburst),
        .m_axi_data_arcache(), .m_axi_data_arprot(),
        .m_axi_data_rvalid(d_rvalid), .m_axi_data_rready(d_rready), .m_axi_data_rdata(d_rdata),
        .m_axi_data_rresp(d_rresp), .m_axi_data_rlast(d_rlast),
        .mon_result_valid(), .mon_result(), .mon_result_data(), .mon_result_keep(),
        .mon_product_valid(), .mon_product(), .mon_pass_valid(), .mon_pass(), .mon_issue(),
        .mon_stall(), .mon_weight_stall(), .mon_error());

    `include "host.vh"
endmodule
