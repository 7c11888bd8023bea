// SPDX-License-Identifier: Apache-2.0
// ese_axi_read - AXI4 read master for several clients that take turns, burst by burst.
//
// Clients  hold `request` with address and length (bus words less one) until `grant`; they have room
//          for all of it.  Data comes back in the order of the grants, with a valid bit a client.
// Bursts   as the clients ask: at most 256 bus words, within 4 KiB, INCR; several outstanding
// Halt     no further grant; what is outstanding is received, then `idle`
// Errors   SLVERR and DECERR; a burst that is not as long as asked for: one clock each.  After the
//          latter nobody knows what is still to come: `idle` waits for 1023 clocks without a bus word
// Timing   no path from an input to an AXI output without a register
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_axi_read #(
    parameter CLIENTS       = 1,   // that take turns
    parameter CLIENT_W      = 1,   // bits of a client's number
    parameter ADDRESS_W     = 40,  // bits of a byte address
    parameter BUS_W         = 128, // bits of a bus word
    parameter OUTSTANDING_W = 3,   // log2 of the bursts that may be outstanding
    parameter [3:0] CACHE   = 4'd3, // ARCACHE; 3: normal, bufferable, not cached
    parameter [2:0] PROT    = 3'd0  // ARPROT; 0: unprivileged, secure, data
) (
    input  wire                         clk,
    input  wire                         reset,
    input  wire                         halt,
    output wire                         idle,

    input  wire [CLIENTS-1:0]           request,
    input  wire [CLIENTS*ADDRESS_W-1:0] request_address,
    input  wire [CLIENTS*8-1:0]         request_length,
    output wire [CLIENTS-1:0]           grant,
    output reg  [CLIENTS-1:0]           bus_valid,
    output reg  [BUS_W-1:0]             bus_data,

    output reg                          slave_error,
    output reg                          decode_error,
    output reg                          length_error,

    output wire                         m_arvalid,
    input  wire                         m_arready,
    output wire [ADDRESS_W-1:0]         m_araddr,
    output wire [7:0]                   m_arlen,
    output wire [2:0]                   m_arsize,
    output wire [1:0]                   m_arburst,
    output wire [3:0]                   m_arcache,
    output wire [2:0]                   m_arprot,
    input  wire                         m_rvalid,
    output wire                         m_rready,
    input  wire [BUS_W-1:0]             m_rdata,
    input  wire [1:0]                   m_rresp,
    input  wire                         m_rlast
);
    localparam [31:0] SIZE_32 = $clog2(BUS_W / 8);

    assign m_arsize  = SIZE_32[2:0];
    assign m_arburst = 2'b01;   // INCR
    assign m_arcache = CACHE;
    assign m_arprot  = PROT;

    // ---- turns: the first request after the client that was served last ---------------------
    reg [CLIENTS-1:0] after_last;

    wire [CLIENTS-1:0] later  = request & after_last;
    wire [CLIENTS-1:0] pool   = (later != {CLIENTS{1'b0}}) ? later : request;
    wire [CLIENTS-1:0] lowest = pool & (~pool + 1'b1);

    // ---- address channel -------------------------------------------------------------------
    reg                 ar_valid;
    reg [ADDRESS_W-1:0] ar_address;
    reg [7:0]           ar_length;

    reg [CLIENT_W+8-1:0]     order [0:(1<<OUTSTANDING_W)-1]; // client and length of each burst
    reg [OUTSTANDING_W-1:0]  order_head;
    reg [OUTSTANDING_W-1:0]  order_tail;
    reg [OUTSTANDING_W:0]    order_count;

    wire can_grant = !halt && !reset && (!ar_valid || m_arready) && !order_count[OUTSTANDING_W];
    wire granted   = can_grant && request != {CLIENTS{1'b0}};

    assign grant = lowest & {CLIENTS{can_grant}};

    reg [ADDRESS_W-1:0] next_address;
    reg [7:0]           next_length;
    reg [CLIENT_W-1:0]  next_client;
    always @* begin : choose
        integer c;
        next_address = {ADDRESS_W{1'b0}};
        next_length  = 8'd0;
        next_client  = {CLIENT_W{1'b0}};
        for (c = 0; c < CLIENTS; c = c + 1)
            if (lowest[c]) begin
                next_address = next_address | request_address[c*ADDRESS_W +: ADDRESS_W];
                next_length  = next_length | request_length[c*8 +: 8];
                next_client  = next_client | c[CLIENT_W-1:0];
            end
    end

    assign m_arvalid = ar_valid;
    assign m_araddr  = ar_address;
    assign m_arlen   = ar_length;

    always @(posedge clk)
        if (granted) begin
            ar_address <= next_address;
            ar_length  <= next_length;
        end

    // ---- data channel ----------------------------------------------------------------------
    reg       r_ready;
    reg [7:0] beat;

    wire [CLIENT_W-1:0] client;
    wire [7:0]          length;
    assign {client, length} = order[order_head];

    wire expected  = order_count != {(OUTSTANDING_W+1){1'b0}};
    wire take      = m_rvalid && r_ready;
    wire last_beat = beat == length;
    wire finish    = take && expected && (last_beat || m_rlast);

    wire wrong_length = take && (!expected || last_beat != m_rlast);

    reg [9:0] settle;

    assign m_rready = r_ready;
    assign idle     = !ar_valid && !expected && settle == 10'd0;

    always @(posedge clk)
        if (granted) order[order_tail] <= {next_client, next_length};

    always @(posedge clk) bus_data <= m_rdata;

    always @(posedge clk) begin : receive
        integer c;
        r_ready <= 1'b1;
        if (granted) begin
            ar_valid   <= 1'b1;
            order_tail <= order_tail + 1'b1;
            after_last <= ~(lowest | (lowest - 1'b1));
        end else if (m_arready) begin
            ar_valid <= 1'b0;
        end
        if (take && expected) beat <= finish ? 8'd0 : beat + 1'b1;
        if (finish) order_head <= order_head + 1'b1;
        if (granted && !finish) order_count <= order_count + 1'b1;
        if (finish && !granted) order_count <= order_count - 1'b1;

        for (c = 0; c < CLIENTS; c = c + 1)
            bus_valid[c] <= take && expected && client == c[CLIENT_W-1:0];
        slave_error  <= take && m_rresp == 2'b10;
        decode_error <= take && m_rresp == 2'b11;
        length_error <= wrong_length;
        if (wrong_length || (take && settle != 10'd0)) settle <= 10'd1023;
        else if (settle != 10'd0)                      settle <= settle - 10'd1;

        if (reset) begin
            ar_valid     <= 1'b0;
            r_ready      <= 1'b0;
            order_head   <= {OUTSTANDING_W{1'b0}};
            order_tail   <= {OUTSTANDING_W{1'b0}};
            order_count  <= {(OUTSTANDING_W+1){1'b0}};
            beat         <= 8'd0;
            after_last   <= {CLIENTS{1'b0}};
            settle       <= 10'd0;
            bus_valid    <= {CLIENTS{1'b0}};
            slave_error  <= 1'b0;
            decode_error <= 1'b0;
            length_error <= 1'b0;
        end
    end
endmodule

`resetall
