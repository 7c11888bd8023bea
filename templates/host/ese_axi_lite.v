// SPDX-License-Identifier: Apache-2.0
// ese_axi_lite - AXI4-Lite slave: one write and one read at a time, to a simple register bus.
//
// An address means the register that it lies in; which of its bytes are meant, the strobes say.
//
// Write  write_enable for one clock with address, data and byte strobes; `write_known` of that clock
//        says whether there is such a register: SLVERR if not
// Read   read_data and read_known are taken two clocks after read_address
// Timing no path from an input to an AXI output without a register; valids low in reset
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_axi_lite #(
    parameter ADDRESS_W = 12 // bits of a byte address
) (
    input  wire                 clk,
    input  wire                 reset,

    input  wire                 s_awvalid,
    output wire                 s_awready,
    input  wire [ADDRESS_W-1:0] s_awaddr,
    input  wire                 s_wvalid,
    output wire                 s_wready,
    input  wire [31:0]          s_wdata,
    input  wire [3:0]           s_wstrb,
    output wire                 s_bvalid,
    input  wire                 s_bready,
    output wire [1:0]           s_bresp,
    input  wire                 s_arvalid,
    output wire                 s_arready,
    input  wire [ADDRESS_W-1:0] s_araddr,
    output wire                 s_rvalid,
    input  wire                 s_rready,
    output wire [31:0]          s_rdata,
    output wire [1:0]           s_rresp,

    output wire                 write_enable,
    output wire [ADDRESS_W-1:0] write_address,
    output wire [31:0]          write_data,
    output wire [3:0]           write_strobe,
    input  wire                 write_known,
    output wire [ADDRESS_W-1:0] read_address,
    input  wire [31:0]          read_data,
    input  wire                 read_known
);
    localparam [1:0] OKAY   = 2'b00;
    localparam [1:0] SLVERR = 2'b10;

    // ---- write: address and data are collected, then written, then answered -----------------
    reg                 aw_ready;
    reg                 w_ready;
    reg                 b_valid;
    reg [1:0]           b_response;
    reg                 have_address;
    reg                 have_data;
    reg [ADDRESS_W-3:0] aw_word;
    reg [31:0]          w_data;
    reg [3:0]           w_strobe;

    wire take_address = s_awvalid && aw_ready;
    wire take_data    = s_wvalid && w_ready;

    assign s_awready     = aw_ready;
    assign s_wready      = w_ready;
    assign s_bvalid      = b_valid;
    assign s_bresp       = b_response;
    assign write_enable  = have_address && have_data && !b_valid;
    assign write_address = {aw_word, 2'b00};
    assign write_data    = w_data;
    assign write_strobe  = w_strobe;

    always @(posedge clk) begin
        if (take_address) aw_word <= s_awaddr[ADDRESS_W-1:2];
        if (take_data) begin
            w_data   <= s_wdata;
            w_strobe <= s_wstrb;
        end
    end

    always @(posedge clk) begin
        if (take_address) have_address <= 1'b1;
        if (take_data)    have_data    <= 1'b1;
        if (write_enable) begin
            b_valid    <= 1'b1;
            b_response <= write_known ? OKAY : SLVERR;
        end
        if (b_valid && s_bready) begin
            b_valid      <= 1'b0;
            have_address <= 1'b0;
            have_data    <= 1'b0;
        end
        // Ready again once the answer is gone.
        aw_ready <= !take_address && (aw_ready || (b_valid && s_bready) || !have_address);
        w_ready  <= !take_data && (w_ready || (b_valid && s_bready) || !have_data);

        if (reset) begin
            aw_ready     <= 1'b0;
            w_ready      <= 1'b0;
            b_valid      <= 1'b0;
            have_address <= 1'b0;
            have_data    <= 1'b0;
        end
    end

    // ---- read ------------------------------------------------------------------------------
    reg                 ar_ready;
    reg                 looking; // the register is being chosen in this clock
    reg                 chosen;  // its value is there in this clock
    reg                 r_valid;
    reg [ADDRESS_W-3:0] ar_word;
    reg [31:0]          r_data;
    reg [1:0]           r_response;

    assign s_arready    = ar_ready;
    assign s_rvalid     = r_valid;
    assign s_rdata      = r_data;
    assign s_rresp      = r_response;
    assign read_address = {ar_word, 2'b00};

    wire unused_bytes = &{1'b0, s_awaddr[1:0], s_araddr[1:0]};

    always @(posedge clk)
        if (s_arvalid && ar_ready) ar_word <= s_araddr[ADDRESS_W-1:2];

    always @(posedge clk) begin
        looking <= s_arvalid && ar_ready;
        chosen  <= looking;
        if (chosen) begin
            r_valid    <= 1'b1;
            r_data     <= read_known ? read_data : 32'd0;
            r_response <= read_known ? OKAY : SLVERR;
        end else if (s_rready) begin
            r_valid <= 1'b0;
        end
        ar_ready <= (ar_ready && !s_arvalid) || (r_valid && s_rready)
                 || (!ar_ready && !looking && !chosen && !r_valid);

        if (reset) begin
            ar_ready <= 1'b0;
            looking  <= 1'b0;
            chosen   <= 1'b0;
            r_valid  <= 1'b0;
        end
    end
endmodule

`resetall
