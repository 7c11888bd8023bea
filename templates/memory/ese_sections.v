// SPDX-License-Identifier: Apache-2.0
// ese_sections - reads the model image: header, program, columns, constants, weights, one after the other.
//
// Out of reset each is read whole and once, and its CRC checked: `done`, or one of the errors.  What the
// header says stands at the inputs from its last bus word on.
//
// Bus words  of the header go to header_take; of the sections to whom `offer` names (bit 0 program, 1 columns,
//            2 constants, 3 weights), who takes them when his bit of `ready` is high
// Sections   begin with a clock or more of `begins`; `at` names the one under way, like `offer`
// Bases      where columns, constants and weights were found; only with STREAMED
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_sections #(
    parameter ADDRESS_W = 40,  // bits of a byte address
    parameter BUS_W     = 128, // bits of a bus word
    parameter BURST_W   = 8,   // log2 of the bus words of 4 KiB
    parameter TWO_PORTS = 1,   // weights come by a port of their own
    parameter STREAMED  = 1    // bases are wanted
) (
    input  wire                 clk,
    input  wire                 reset,          // no load is under way
    input  wire [ADDRESS_W-1:0] weights_base,   // byte addresses, 4 KiB aligned
    input  wire [ADDRESS_W-1:0] model_base,

    // Of the header: bus words and CRC of the sections; {sizes, chip, magic} are good
    input  wire [4*32-1:0]      words,
    input  wire [4*32-1:0]      crcs,
    input  wire [2:0]           header_good,

    // To the read ports
    output wire                 data_request,
    output wire                 weights_request,
    output wire [ADDRESS_W-1:0] request_address,
    output wire [7:0]           request_length,
    input  wire                 data_grant,
    input  wire                 data_valid,
    input  wire [BUS_W-1:0]     data_bus,
    input  wire                 weights_grant,
    input  wire                 weights_valid,
    input  wire [BUS_W-1:0]     weights_bus,

    output wire                 begins,
    output wire [3:0]           at,
    output wire [3:0]           offer,
    input  wire [3:0]           ready,
    output wire                 header_take,
    output wire [BUS_W-1:0]     data,

    output wire [ADDRESS_W-1:0] column_base,
    output wire [ADDRESS_W-1:0] constant_base,
    output wire [ADDRESS_W-1:0] weight_base,

    output reg                  done,           // one clock, like the errors
    output reg  [4:0]           error           // {contents, size, chip, header, magic}
);
    localparam HEADER_BITS = 1024;
    localparam [31:0] RESIDUE      = 32'hDEBB20E3; // CRC state after data with its CRC
    localparam [31:0] HEADER_WORDS = HEADER_BITS / BUS_W;
    localparam [2:0]  SETTLE_LAST  = 3'd5; // clocks, more than any of the pipelines is long

    localparam [2:0] HEADER   = 3'd0;
    localparam [2:0] PROGRAM  = 3'd1;
    localparam [2:0] COLUMN   = 3'd2;
    localparam [2:0] CONSTANT = 3'd3;
    localparam [2:0] WEIGHT   = 3'd4;

    localparam [1:0] BEGIN    = 2'd0; // the section is asked for
    localparam [1:0] TAKE     = 2'd1; // its bus words come
    localparam [1:0] SETTLE   = 2'd2; // the last words and the CRC are under way
    localparam [1:0] REST     = 2'd3; // all is loaded, or something was wrong

    reg [2:0]           section;
    reg [1:0]           state;
    reg [31:0]          words_left;
    reg [2:0]           settled;
    reg [ADDRESS_W-1:0] next_base; // of the section of model.bin that comes next
    reg [31:0]          section_words;
    reg [31:0]          section_crc;

    // Of the section, settled a clock after it began: nothing is asked for so soon.
    reg begun;

    always @(posedge clk) begin
        begun <= state == BEGIN;
        case (section)
            PROGRAM:  section_words <= words[0 +: 32];
            COLUMN:   section_words <= words[32 +: 32];
            CONSTANT: section_words <= words[64 +: 32];
            WEIGHT:   section_words <= words[96 +: 32];
            default:  section_words <= HEADER_WORDS;
        endcase
        case (section)
            PROGRAM:  section_crc <= crcs[0 +: 32];
            COLUMN:   section_crc <= crcs[32 +: 32];
            CONSTANT: section_crc <= crcs[64 +: 32];
            WEIGHT:   section_crc <= crcs[96 +: 32];
            default:  section_crc <= ~RESIDUE;
        endcase
    end

    wire        fetch_started;
    wire        fetched;
    wire        wanted = section == HEADER || (ready & at) != 4'd0;
    wire        take   = fetched && state == TAKE && wanted;
    wire [31:0] crc_state;
    wire        crc_good = ~crc_state == section_crc;
    wire        judge    = state == SETTLE && settled == SETTLE_LAST;
    wire        good     = crc_good && (section != HEADER || &header_good);

    assign begins      = state == BEGIN;
    assign at          = {section == WEIGHT, section == CONSTANT, section == COLUMN, section == PROGRAM};
    assign offer       = at & {4{fetched && state == TAKE}};
    assign header_take = take && section == HEADER;

    // What the section takes of model.bin, in 4 KiB.
    wire [31:0] section_end   = section_words + (32'd1 << BURST_W) - 32'd1;
    wire [31:0] section_pages = section_end >> BURST_W;
    wire [63:0] section_bytes = {20'd0, section_pages, 12'd0};

    wire unused_bytes = ^section_bytes;

    always @(posedge clk) begin
        if (state == BEGIN && fetch_started) begin
            state      <= TAKE;
            words_left <= section_words;
        end
        if (take) begin
            words_left <= words_left - 32'd1;
            if (words_left == 32'd1) state <= SETTLE;
        end
        settled <= (state == SETTLE) ? settled + 3'd1 : 3'd0;
        if (judge) begin
            state   <= (good && section != WEIGHT) ? BEGIN : REST;
            section <= section + 3'd1;
            next_base <= next_base + section_bytes[ADDRESS_W-1:0];
        end

        done     <= judge && good && section == WEIGHT;
        error[0] <= judge && section == HEADER && !header_good[0];
        error[1] <= judge && section == HEADER && !crc_good;
        error[2] <= judge && section == HEADER && !header_good[1];
        error[3] <= judge && section == HEADER && !header_good[2];
        error[4] <= judge && section != HEADER && !crc_good;

        if (reset) begin
            state     <= BEGIN;
            section   <= HEADER;
            next_base <= model_base;
            settled   <= 3'd0;
            done      <= 1'b0;
            error     <= 5'd0;
        end
    end

    generate
        if (STREAMED != 0) begin : g_bases
            reg [ADDRESS_W-1:0] columns;
            reg [ADDRESS_W-1:0] constants;
            reg [ADDRESS_W-1:0] weights;

            always @(posedge clk)
                if (state == BEGIN && fetch_started) begin
                    if (section == COLUMN)   columns   <= next_base;
                    if (section == CONSTANT) constants <= next_base;
                    if (section == WEIGHT)   weights   <= weights_base;
                end

            assign column_base   = columns;
            assign constant_base = constants;
            assign weight_base   = weights;
        end else begin : g_no_bases
            assign column_base   = {ADDRESS_W{1'b0}};
            assign constant_base = {ADDRESS_W{1'b0}};
            assign weight_base   = {ADDRESS_W{1'b0}};
        end
    endgenerate

    // ---- reading ---------------------------------------------------------------------------
    wire             request;
    wire             grant;
    wire             bus_valid;
    wire [BUS_W-1:0] bus_data;

    generate
        if (TWO_PORTS != 0) begin : g_two
            reg from_weights; // a clock after `section`: nothing is asked for so soon

            always @(posedge clk) from_weights <= section == WEIGHT;

            assign data_request    = request && !from_weights;
            assign weights_request = request && from_weights;
            assign grant           = data_grant || weights_grant;
            assign bus_valid       = data_valid || weights_valid;
            assign bus_data        = from_weights ? weights_bus : data_bus;
        end else begin : g_one
            wire unused_weights = &{1'b0, weights_grant, weights_valid, weights_bus};

            assign data_request    = request;
            assign weights_request = 1'b0;
            assign grant           = data_grant;
            assign bus_valid       = data_valid;
            assign bus_data        = data_bus;
        end
    endgenerate

    ese_fetch #(
        .BUS_W     (BUS_W),
        .WORD_W    (BUS_W),
        .ADDRESS_W (ADDRESS_W),
        .FIFO_W    (BURST_W + 1)
    ) u_fetch (
        .clk             (clk),
        .reset           (reset),
        .start           (state == BEGIN && begun),
        .base            (section == WEIGHT ? weights_base : next_base),
        .words           (section_words),
        .started         (fetch_started),
        .request         (request),
        .request_address (request_address),
        .request_length  (request_length),
        .grant           (grant),
        .bus_valid       (bus_valid),
        .bus_data        (bus_data),
        .valid           (fetched),
        .ready           (state == TAKE && wanted),
        .data            (data)
    );

    // A clock later: the RAM's output and the CRC's sums are too much for one.
    reg             crc_valid;
    reg [BUS_W-1:0] crc_data;

    always @(posedge clk) begin
        crc_valid <= take;
        crc_data  <= data;
    end

    ese_crc32 #(
        .BUS_W (BUS_W)
    ) u_crc (
        .clk   (clk),
        .clear (state == BEGIN),
        .valid (crc_valid),
        .data  (crc_data),
        .state (crc_state)
    );
endmodule

`resetall
