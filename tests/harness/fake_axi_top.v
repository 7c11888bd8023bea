// SPDX-License-Identifier: Apache-2.0
// ese_top - the stand-in of fake_top.v (as fake_core) behind AXI ports: it reads all regions for each
// frame, one frame ahead, and adds what it got to each x.
//
// With +NAME it misbehaves, so that every check of host and AXI checker can be seen to fire.

`timescale 1ns / 1ps

module ese_top (aclk, aresetn,
    s_axi_control_awvalid, s_axi_control_awready, s_axi_control_awaddr, s_axi_control_awprot,
    s_axi_control_wvalid, s_axi_control_wready, s_axi_control_wdata, s_axi_control_wstrb,
    s_axi_control_bvalid, s_axi_control_bready, s_axi_control_bresp,
    s_axi_control_arvalid, s_axi_control_arready, s_axi_control_araddr, s_axi_control_arprot,
    s_axi_control_rvalid, s_axi_control_rready, s_axi_control_rdata, s_axi_control_rresp, irq,
`ifdef ESE_AXI_WEIGHTS
    m_axi_weights_arvalid, m_axi_weights_arready, m_axi_weights_araddr, m_axi_weights_arlen,
    m_axi_weights_arsize, m_axi_weights_arburst, m_axi_weights_arcache, m_axi_weights_arprot,
    m_axi_weights_rvalid, m_axi_weights_rready, m_axi_weights_rdata, m_axi_weights_rresp,
    m_axi_weights_rlast,
`endif
    m_axi_data_arvalid, m_axi_data_arready, m_axi_data_araddr, m_axi_data_arlen, m_axi_data_arsize,
    m_axi_data_arburst, m_axi_data_arcache, m_axi_data_arprot, m_axi_data_rvalid,
    m_axi_data_rready, m_axi_data_rdata, m_axi_data_rresp, m_axi_data_rlast,
    s_axis_x_tvalid, s_axis_x_tready, s_axis_x_tdata, s_axis_x_tuser, s_axis_x_tlast,
    m_axis_y_tvalid, m_axis_y_tready, m_axis_y_tdata, m_axis_y_tuser, m_axis_y_tlast,
    mon_cell_valid, mon_cell_data, mon_cell_keep, mon_product_valid, mon_product,
    mon_pass_valid, mon_pass, mon_issue, mon_stall, mon_weight_stall, mon_error);

    `include "ese_bench_params.vh"
    `include "fake_params.vh" // FRAME, CONFIG_HASH, WEIGHTS_BYTES, COLUMNS_BYTES, CONSTANTS_BYTES

    localparam A  = ACTIVATION_BITS;
    localparam B  = ELEMENT_BITS;
    localparam AW = AXI_ADDRESS_BITS;
    localparam DW = AXI_DATA_BITS;
    localparam WEIGHTS_BEATS   = (WEIGHTS_BYTES * 8 + DW - 1) / DW;
    localparam COLUMNS_BEATS   = (COLUMNS_BYTES * 8 + DW - 1) / DW;
    localparam CONSTANTS_BEATS = (CONSTANTS_BYTES * 8 + DW - 1) / DW;

    input                         aclk, aresetn;
    input                         s_axi_control_awvalid, s_axi_control_wvalid, s_axi_control_bready,
                                  s_axi_control_arvalid, s_axi_control_rready;
    output                        s_axi_control_awready, s_axi_control_wready, s_axi_control_bvalid,
                                  s_axi_control_arready, s_axi_control_rvalid, irq;
    input  [11:0]                 s_axi_control_awaddr, s_axi_control_araddr;
    input  [2:0]                  s_axi_control_awprot, s_axi_control_arprot;
    input  [31:0]                 s_axi_control_wdata;
    input  [3:0]                  s_axi_control_wstrb;
    output [1:0]                  s_axi_control_bresp, s_axi_control_rresp;
    output [31:0]                 s_axi_control_rdata;
`ifdef ESE_AXI_WEIGHTS
    output                        m_axi_weights_arvalid, m_axi_weights_rready;
    input                         m_axi_weights_arready, m_axi_weights_rvalid, m_axi_weights_rlast;
    output [AW-1:0]               m_axi_weights_araddr;
    output [7:0]                  m_axi_weights_arlen;
    output [2:0]                  m_axi_weights_arsize, m_axi_weights_arprot;
    output [1:0]                  m_axi_weights_arburst;
    output [3:0]                  m_axi_weights_arcache;
    input  [DW-1:0]               m_axi_weights_rdata;
    input  [1:0]                  m_axi_weights_rresp;
`endif
    output                        m_axi_data_arvalid, m_axi_data_rready;
    input                         m_axi_data_arready, m_axi_data_rvalid, m_axi_data_rlast;
    output [AW-1:0]               m_axi_data_araddr;
    output [7:0]                  m_axi_data_arlen;
    output [2:0]                  m_axi_data_arsize, m_axi_data_arprot;
    output [1:0]                  m_axi_data_arburst;
    output [3:0]                  m_axi_data_arcache;
    input  [DW-1:0]               m_axi_data_rdata;
    input  [1:0]                  m_axi_data_rresp;
    input                         s_axis_x_tvalid;
    output                        s_axis_x_tready;
    input  [CHANNELS*B-1:0]       s_axis_x_tdata;
    input  [2*CHANNELS-1:0]       s_axis_x_tuser;
    input                         s_axis_x_tlast;
    output                        m_axis_y_tvalid;
    input                         m_axis_y_tready;
    output [CHANNELS*B-1:0]       m_axis_y_tdata;
    output [CHANNELS-1:0]         m_axis_y_tuser;
    output                        m_axis_y_tlast;
    output                        mon_cell_valid;
    output [LANES*CHANNELS*A-1:0] mon_cell_data;
    output [LANES-1:0]            mon_cell_keep;
    output                        mon_product_valid;
    output [15:0]                 mon_product;
    output                        mon_pass_valid;
    output [15:0]                 mon_pass;
    output [PES-1:0]              mon_issue;
    output [4:0]                  mon_stall;
    output                        mon_weight_stall;
    output                        mon_error;

    // ---- faults ----------------------------------------------------------------------------------

    reg b_in_reset, r_in_reset, b_drop, b_change, r_drop, r_change, b_extra, r_extra, no_b, no_r,
        no_awready, no_wready, no_arready, b_exokay, x_on_lite_b, x_on_lite_r, x_on_interrupt, x_on_awready, wrong_id,
        wrong_hash, hole_answers, leak, never_idle, false_idle, wrong_code, frames_off, cycles_off,
        x_awake, stale, no_interrupt, interrupt_stays, no_frame_event, blind, self_stop;
    initial begin
        b_in_reset      = $test$plusargs("b_in_reset");
        r_in_reset      = $test$plusargs("r_in_reset");
        b_drop          = $test$plusargs("b_drop");      // bvalid falls while waiting
        b_change        = $test$plusargs("b_change");    // bresp changes while waiting
        r_drop          = $test$plusargs("r_drop");
        r_change        = $test$plusargs("r_change");
        b_extra         = $test$plusargs("b_extra");     // answers that nobody asked for
        r_extra         = $test$plusargs("r_extra");
        no_b            = $test$plusargs("no_b");        // no answer
        no_r            = $test$plusargs("no_r");
        no_awready      = $test$plusargs("no_awready");
        no_wready       = $test$plusargs("no_wready");
        no_arready      = $test$plusargs("no_arready");
        b_exokay        = $test$plusargs("b_exokay");    // AXI4-Lite has no such answer
        x_on_lite_b     = $test$plusargs("x_on_lite_b");
        x_on_lite_r     = $test$plusargs("x_on_lite_r");
        x_on_interrupt  = $test$plusargs("x_on_interrupt");
        x_on_awready    = $test$plusargs("x_on_awready");
        wrong_id        = $test$plusargs("wrong_id");
        wrong_hash      = $test$plusargs("wrong_hash");
        hole_answers    = $test$plusargs("hole_answers"); // OKAY where nothing is
        leak            = $test$plusargs("leak");        // a write to nowhere reaches WATCHDOG
        never_idle      = $test$plusargs("never_idle");
        false_idle      = $test$plusargs("false_idle");  // with bursts outstanding
        wrong_code      = $test$plusargs("wrong_code");
        frames_off      = $test$plusargs("frames_off");
        cycles_off      = $test$plusargs("cycles_off");
        x_awake         = $test$plusargs("x_awake");     // takes x while stopped
        stale           = $test$plusargs("stale");       // a soft reset that does not reset
        no_interrupt    = $test$plusargs("no_interrupt");
        interrupt_stays = $test$plusargs("interrupt_stays");
        no_frame_event  = $test$plusargs("no_frame_event");
        blind           = $test$plusargs("blind");       // errors are not noticed
        self_stop       = $test$plusargs("self_stop");   // reports an error without a cause
    end

    // ---- registers -------------------------------------------------------------------------------

    reg        running, stopping;
    reg [3:0]  code;
    reg [1:0]  enable, events;
    reg [31:0] watchdog, frames;
    reg [63:0] cycles, address_0, address_1, address_2;
    wire       idle;

    function known;
        input [11:0] at;
        known = at <= 12'h14 || at >= 12'h20 && at <= 12'h34 || at >= 12'h40 && at <= 12'h54
             || at >= 12'h60 && at <= 12'h68 || at >= 12'h70 && at <= 12'h84;
    endfunction

    function [31:0] value;
        input [11:0] at;
        case (at)
            12'h00: value = wrong_id ? 32'h45534532 : 32'h45534531;
            12'h08: value = CONFIG_HASH + wrong_hash;
            12'h0c: value = PES | CHANNELS << 16;
            12'h10: value = FRAME | FRAME << 16;
            12'h14: value = FRAME | LANES << 16;
            12'h24: value = {28'd0, idle && !never_idle || false_idle && !running, code != 0,
                             stopping && !false_idle, running};
            12'h28: value = code;
            12'h2c: value = enable;
            12'h30: value = events;
            12'h34: value = watchdog;
            12'h40: value = address_0[31:0];
            12'h44: value = address_0[63:32];
            12'h48: value = address_1[31:0];
            12'h4c: value = address_1[63:32];
            12'h50: value = address_2[31:0];
            12'h54: value = address_2[63:32];
            12'h60: value = frames + frames_off;
            12'h64: value = cycles[31:0] + (cycles_off ? 100 : 0);
            12'h68: value = cycles[63:32];
            default: value = 0;
        endcase
    endfunction

    // ---- AXI4-Lite -------------------------------------------------------------------------------

    reg        have_aw, have_w, b_valid, r_valid, toggle;
    reg [11:0] aw;
    reg [31:0] w, r_data;
    reg [1:0]  b_response, r_response;

    wire do_write = have_aw && have_w && !b_valid;

    assign s_axi_control_awready = x_on_awready && running ? 1'bx : !have_aw && aresetn && !no_awready;
    assign s_axi_control_wready  = !have_w && aresetn && !no_wready;
    assign s_axi_control_arready = !r_valid && aresetn && !no_arready;
    assign s_axi_control_bvalid  = b_in_reset && !aresetn || b_valid && !(b_drop && toggle)
                                || b_extra && running && !have_aw && toggle;
    assign s_axi_control_bresp   = x_on_lite_b ? 2'bxx : b_exokay ? 2'b01
                                 : b_change && toggle ? ~b_response : b_response;
    assign s_axi_control_rvalid  = r_in_reset && !aresetn || r_valid && !(r_drop && toggle)
                                || r_extra && running && !r_valid && toggle;
    assign s_axi_control_rdata   = x_on_lite_r ? {32{1'bx}} : r_change && toggle ? ~r_data : r_data;
    assign s_axi_control_rresp   = r_response;
    assign irq                   = x_on_interrupt && running ? 1'bx
                                 : !no_interrupt && (events & enable) != 0
                                   || interrupt_stays && frames != 0;

    wire start = do_write && aw == 12'h20 && w[0];
    wire stop  = do_write && aw == 12'h20 && w[1];
    wire [3:0] found;
    wire       frame_out = m_axis_y_tvalid && m_axis_y_tready && m_axis_y_tlast;

    always @(posedge aclk) begin
        toggle <= !toggle;
        if (s_axi_control_awvalid && s_axi_control_awready) {have_aw, aw} <= {1'b1, s_axi_control_awaddr};
        if (s_axi_control_wvalid && s_axi_control_wready) {have_w, w} <= {1'b1, s_axi_control_wdata};
        if (do_write && !no_b) begin
            b_valid    <= 1'b1;
            b_response <= known(aw) || hole_answers ? 2'b00 : 2'b10;
        end
        if (b_valid && s_axi_control_bready) {b_valid, have_aw, have_w} <= 0;
        if (s_axi_control_arvalid && s_axi_control_arready && !no_r) begin
            r_valid    <= 1'b1;
            r_data     <= value(s_axi_control_araddr);
            r_response <= known(s_axi_control_araddr) || hole_answers ? 2'b00 : 2'b10;
        end
        if (r_valid && s_axi_control_rready) r_valid <= 1'b0;
        if (do_write)
            case (aw)
                12'h2c: enable <= w[1:0];
                12'h34: watchdog <= w;
                12'h40: address_0[31:0]  <= w;
                12'h44: address_0[63:32] <= w;
                12'h48: address_1[31:0]  <= w;
                12'h4c: address_1[63:32] <= w;
                12'h50: address_2[31:0]  <= w;
                12'h54: address_2[63:32] <= w;
                default: if (leak && !known(aw)) watchdog <= w;
            endcase
        events <= (events & ~(do_write && aw == 12'h30 ? w[1:0] : 2'b00))
                | {frame_out && !no_frame_event, running && found != 0 && !stop};
        if (running) cycles <= cycles + 1;
        if (frame_out) frames <= frames + 1;
        if (start && !running && !stopping) begin
            running <= 1'b1;
            code    <= 0;
            cycles  <= 0;
            frames  <= 0;
        end
        if (running && (stop || found != 0)) begin
            running  <= 1'b0;
            stopping <= 1'b1;
            if (!stop) code <= wrong_code ? found + 1 : found;
        end
        if (stopping && idle) stopping <= 1'b0;
        if (!aresetn) begin
            {have_aw, have_w, b_valid, r_valid, toggle, running, stopping, code, enable, events} <= 0;
            {frames, cycles, address_0, address_1, address_2} <= 0;
            watchdog <= 100000;
        end
    end

    // ---- memory ----------------------------------------------------------------------------------

    wire [1:0]  port_done, port_idle, slave, decode, length, answer;
    wire [31:0] sum_0, sum_1;
    reg         go;

`ifdef ESE_AXI_WEIGHTS
    fake_reader #(0, AW, DW, WEIGHTS_BEATS, 0, 0) u_weights (
        aclk, aresetn, go, !running, address_0, 64'd0, 64'd0, port_done[0], sum_0, port_idle[0],
        slave[0], decode[0], length[0], answer[0],
        m_axi_weights_arvalid, m_axi_weights_arready, m_axi_weights_araddr, m_axi_weights_arlen,
        m_axi_weights_arsize, m_axi_weights_arburst, m_axi_weights_arcache, m_axi_weights_arprot,
        m_axi_weights_rvalid, m_axi_weights_rready, m_axi_weights_rdata, m_axi_weights_rresp,
        m_axi_weights_rlast);
    localparam SHARED_BEATS = 0;
`else
    assign port_done[0] = 1'b1;
    assign port_idle[0] = 1'b1;
    assign sum_0 = 32'd0;
    assign {slave[0], decode[0], length[0], answer[0]} = 4'b0;
    localparam SHARED_BEATS = WEIGHTS_BEATS;
`endif
    fake_reader #(1, AW, DW, COLUMNS_BEATS, CONSTANTS_BEATS, SHARED_BEATS) u_data (
        aclk, aresetn, go, !running, address_1, address_2, address_0, port_done[1], sum_1,
        port_idle[1], slave[1], decode[1], length[1], answer[1],
        m_axi_data_arvalid, m_axi_data_arready, m_axi_data_araddr, m_axi_data_arlen,
        m_axi_data_arsize, m_axi_data_arburst, m_axi_data_arcache, m_axi_data_arprot,
        m_axi_data_rvalid, m_axi_data_rready, m_axi_data_rdata, m_axi_data_rresp,
        m_axi_data_rlast);

    assign idle = &port_idle;

    reg [31:0] silence_0, silence_1;
    wire       core_error;
    always @(posedge aclk) begin
        silence_0 <= !aresetn || port_idle[0] || answer[0] ? 0 : silence_0 + 1;
        silence_1 <= !aresetn || port_idle[1] || answer[1] ? 0 : silence_1 + 1;
    end
    assign found = self_stop && frames == 1 ? 4'd3 : blind ? 4'd0
                 : slave[0] ? 4'd2 : decode[0] ? 4'd3 : slave[1] ? 4'd4 : decode[1] ? 4'd5
                 : length[0] ? 4'd6 : length[1] ? 4'd7
                 : watchdog != 0 && silence_0 >= watchdog ? 4'd8
                 : watchdog != 0 && silence_1 >= watchdog ? 4'd9 : core_error ? 4'd1 : 4'd0;

    // ---- frames: x is taken once all that the frame needs is there --------------------------------

    reg         was_running, fetching, have;
    reg  [15:0] word;
    reg  [31:0] key;
    wire        core_ready;
    wire        core_valid = s_axis_x_tvalid && have;
    wire        take = core_valid && core_ready;

    always @(posedge aclk) begin
        was_running <= running;
        go <= 1'b0;
        if (running && !was_running || take && word == FRAME - 1) begin
            go       <= 1'b1;
            fetching <= 1'b1;
            have     <= 1'b0;
        end else if (fetching && !go && &port_done) begin
            fetching <= 1'b0;
            have     <= 1'b1;
            key      <= sum_0 + sum_1;
        end
        if (take) word <= word == FRAME - 1 ? 0 : word + 1;
        if (!aresetn || !running) {was_running, fetching, have, word, go} <= 0;
    end

    reg [CHANNELS*B-1:0] x;
    reg [A-1:0]          element;
    integer c;
    always @* begin
        x = {CHANNELS * B{1'b0}};
        for (c = 0; c < CHANNELS; c = c + 1) begin
            element = s_axis_x_tdata[c*B +: A] + key;
            x[c*B +: A] = element;
        end
    end

    assign s_axis_x_tready = core_ready && have || x_awake && !running && aresetn;
    assign mon_error       = code != 0 || core_error;

    fake_core u_core (
        .aclk(aclk), .aresetn(aresetn && (running || stale && frames != 0)),
        .s_axis_x_tvalid(core_valid), .s_axis_x_tready(core_ready), .s_axis_x_tdata(x),
        .s_axis_x_tuser(s_axis_x_tuser), .s_axis_x_tlast(s_axis_x_tlast),
        .m_axis_y_tvalid(m_axis_y_tvalid), .m_axis_y_tready(m_axis_y_tready),
        .m_axis_y_tdata(m_axis_y_tdata), .m_axis_y_tuser(m_axis_y_tuser),
        .m_axis_y_tlast(m_axis_y_tlast), .mon_cell_valid(mon_cell_valid),
        .mon_cell_data(mon_cell_data), .mon_cell_keep(mon_cell_keep),
        .mon_product_valid(mon_product_valid), .mon_product(mon_product),
        .mon_pass_valid(mon_pass_valid), .mon_pass(mon_pass), .mon_issue(mon_issue),
        .mon_stall(mon_stall), .mon_weight_stall(mon_weight_stall), .mon_error(core_error));

endmodule
