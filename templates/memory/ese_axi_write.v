// SPDX-License-Identifier: Apache-2.0
// ese_axi_write - AXI4 write master: pieces of memory, in the order in which they are handed over.
//
// Piece    `piece_words` bus words from piece_address on, a multiple of the bus word; taken when the
//          bursts of the piece before have all been asked for.  Their data comes in the same order
// Bursts   up to 4 KiB, INCR, never across 4 KiB, several outstanding; begun only when
//          all of the data is there
// Done     a clock for each piece whose bursts have all been acknowledged, with its flags; not if the
//          last one failed
// Flush    no further bursts; what has been asked for is finished, then `idle`; the rest is dropped
// Errors   SLVERR and DECERR: one clock each
// Timing   no path from an input to an AXI output without a register
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_axi_write #(
    parameter ADDRESS_W     = 40,  // bits of a byte address
    parameter BUS_W         = 128, // bits of a bus word
    parameter FIFO_W        = 9,   // log2 of the buffer's bus words, more than 4 KiB
    parameter FLAGS         = 2,   // flags of a piece
    parameter OUTSTANDING_W = 3,   // log2 of the bursts that may be outstanding
    parameter [3:0] CACHE   = 4'd3, // AWCACHE; 3: normal, bufferable, not cached
    parameter [2:0] PROT    = 3'd0  // AWPROT; 0: unprivileged, secure, data
) (
    input  wire                 clk,
    input  wire                 reset,
    input  wire                 flush,
    output wire                 idle,
    output reg                  rest,          // all that came has been written and acknowledged

    input  wire                 piece_valid,
    output wire                 piece_ready,
    input  wire [ADDRESS_W-1:0] piece_address,
    input  wire [31:0]          piece_words,   // at least 1
    input  wire [FLAGS-1:0]     piece_flags,
    output reg                  done,
    output reg  [FLAGS-1:0]     done_flags,

    input  wire                 valid,
    output wire                 ready,
    input  wire [BUS_W-1:0]     data,

    output reg                  answer,        // the memory did something
    output reg                  slave_error,
    output reg                  decode_error,

    output wire                 m_awvalid,
    input  wire                 m_awready,
    output wire [ADDRESS_W-1:0] m_awaddr,
    output wire [7:0]           m_awlen,
    output wire [2:0]           m_awsize,
    output wire [1:0]           m_awburst,
    output wire [3:0]           m_awcache,
    output wire [2:0]           m_awprot,
    output wire                 m_wvalid,
    input  wire                 m_wready,
    output wire [BUS_W-1:0]     m_wdata,
    output wire [BUS_W/8-1:0]   m_wstrb,
    output wire                 m_wlast,
    input  wire                 m_bvalid,
    output wire                 m_bready,
    input  wire [1:0]           m_bresp
);
    localparam BYTES_W = $clog2(BUS_W / 8);
    localparam BURST_W = 12 - BYTES_W; // log2 of the bus words in 4 KiB
    localparam [31:0] SIZE_32 = BYTES_W;
    localparam [OUTSTANDING_W:0] MOST = {1'b1, {OUTSTANDING_W{1'b0}}};
    localparam [FIFO_W:0] DEPTH = {1'b1, {FIFO_W{1'b0}}};

    assign m_awsize  = SIZE_32[2:0];
    assign m_awburst = 2'b01;   // INCR
    assign m_awcache = CACHE;
    assign m_awprot  = PROT;
    assign m_wstrb   = {(BUS_W/8){1'b1}};

    // ---- the piece, burst by burst ---------------------------------------------------------
    reg [ADDRESS_W-1:0] address;
    reg [31:0]          left;      // bus words not yet asked for
    reg [FLAGS-1:0]     flags;
    reg [FIFO_W:0]      available; // bus words in the buffer that belong to no burst yet

    reg             planned;    // the next burst is known,
    reg             enough;     // and all of its data is there
    reg             last_burst;
    reg [BURST_W:0] burst;

    wire [BURST_W:0] to_boundary = {1'b1, {BURST_W{1'b0}}} - {1'b0, address[11:BYTES_W]};
    wire             reaches_end = left <= {{(31-BURST_W){1'b0}}, to_boundary};
    wire [FIFO_W:0]  burst_words = {{(FIFO_W-BURST_W){1'b0}}, burst};
    wire [8:0]       length      = {{(8-BURST_W){1'b0}}, burst} - 9'd1;

    wire unused_length = length[8];

    always @(posedge clk)
        if (!planned) begin
            burst      <= reaches_end ? left[BURST_W:0] : to_boundary;
            last_burst <= reaches_end;
        end

    // ---- bursts under way: asked for, data sent, acknowledged ------------------------------
    reg [FLAGS+8:0]         order [0:(1<<OUTSTANDING_W)-1]; // {flags, ends a piece, length}
    reg [OUTSTANDING_W:0]   asked;
    reg [OUTSTANDING_W:0]   sent;
    reg [OUTSTANDING_W:0]   acknowledged;

    reg                 aw_valid;
    reg [ADDRESS_W-1:0] aw_address;
    reg [7:0]           aw_length;
    reg                 b_ready;
    reg [7:0]           beat;

    wire room  = asked - acknowledged != MOST;
    wire issue = enough && room && (!aw_valid || m_awready) && !flush && !reset;

    wire [FLAGS+8:0] sending  = order[sent[OUTSTANDING_W-1:0]];
    wire [FLAGS+8:0] awaiting = order[acknowledged[OUTSTANDING_W-1:0]];
    wire             stored;
    wire             w_valid  = stored && sent != asked;
    wire             w_last   = beat == sending[7:0];
    wire             send     = w_valid && m_wready;
    wire             response = m_bvalid && b_ready && acknowledged != asked;

    wire unused_fields = ^{sending, awaiting};

    assign piece_ready = left == 32'd0 && !flush;
    assign m_awvalid   = aw_valid;
    assign m_awaddr    = aw_address;
    assign m_awlen     = aw_length;
    assign m_wvalid    = w_valid;
    assign m_wlast     = w_last;
    assign m_bready    = b_ready;
    assign idle        = !aw_valid && asked == acknowledged && sent == asked;

    always @(posedge clk)
        if (issue) begin
            aw_address <= address;
            aw_length  <= length[7:0];
            order[asked[OUTSTANDING_W-1:0]] <= {flags, last_burst, length[7:0]};
        end

    // ---- buffer ----------------------------------------------------------------------------
    localparam [FIFO_W:0] ALMOST = DEPTH - 1'b1;

    reg [FIFO_W:0] held;  // bus words in it
    reg            space; // ... are not all that it can hold

    wire push = valid && ready;
    wire drop = reset || (flush && sent == asked);

    assign ready = space && !flush;

    ese_fifo #(
        .WIDTH   (BUS_W),
        .DEPTH_W (FIFO_W)
    ) u_fifo (
        .clk       (clk),
        .reset     (drop),
        .push      (push),
        .push_data (data),
        .valid     (stored),
        .ready     (send),
        .data      (m_wdata)
    );

    always @(posedge clk) begin
        held      <= held + {{FIFO_W{1'b0}}, push} - {{FIFO_W{1'b0}}, send};
        available <= available + {{FIFO_W{1'b0}}, push} - (issue ? burst_words : {(FIFO_W+1){1'b0}});
        space     <= held != DEPTH && !(held == ALMOST && push) && !reset;
        if (drop) begin
            held      <= {(FIFO_W+1){1'b0}};
            available <= {(FIFO_W+1){1'b0}};
        end
    end

    // ---- channels --------------------------------------------------------------------------
    always @(posedge clk) begin
        b_ready <= 1'b1;
        planned <= left != 32'd0 && !issue && !flush;
        enough  <= planned && !issue && !flush && available >= burst_words;
        if (issue) begin
            left    <= left - {{(31-BURST_W){1'b0}}, burst};
            address <= address + {{(ADDRESS_W-BURST_W-1-BYTES_W){1'b0}}, burst, {BYTES_W{1'b0}}};
        end
        if (piece_valid && piece_ready) begin
            left    <= piece_words;
            address <= piece_address;
            flags   <= piece_flags;
        end
        if (issue)          aw_valid <= 1'b1;
        else if (m_awready) aw_valid <= 1'b0;
        if (issue)    asked        <= asked + 1'b1;
        if (response) acknowledged <= acknowledged + 1'b1;
        if (send) begin
            beat <= w_last ? 8'd0 : beat + 8'd1;
            if (w_last) sent <= sent + 1'b1;
        end

        rest         <= idle && left == 32'd0 && held == {(FIFO_W+1){1'b0}};
        done         <= response && awaiting[8] && !m_bresp[1];
        done_flags   <= awaiting[FLAGS+8:9];
        answer       <= send || (aw_valid && m_awready) || (m_bvalid && b_ready);
        slave_error  <= response && m_bresp == 2'b10;
        decode_error <= response && m_bresp == 2'b11;

        if (flush) left <= 32'd0;
        if (reset) begin
            left         <= 32'd0;
            planned      <= 1'b0;
            enough       <= 1'b0;
            aw_valid     <= 1'b0;
            b_ready      <= 1'b0;
            asked        <= {(OUTSTANDING_W+1){1'b0}};
            sent         <= {(OUTSTANDING_W+1){1'b0}};
            acknowledged <= {(OUTSTANDING_W+1){1'b0}};
            beat         <= 8'd0;
            done         <= 1'b0;
            answer       <= 1'b0;
            slave_error  <= 1'b0;
            decode_error <= 1'b0;
        end
    end
endmodule

`resetall
