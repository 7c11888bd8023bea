// SPDX-License-Identifier: Apache-2.0
// ese_top - the stand-in of fake_top.v (as fake_core) behind AXI ports: it reads model and weights when
// it is told to load them, and again for each frame, one frame ahead, and adds what it got to each x.
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
`ifdef ESE_AXI_QUEUE
    m_axi_data_awvalid, m_axi_data_awready, m_axi_data_awaddr, m_axi_data_awlen, m_axi_data_awsize,
    m_axi_data_awburst, m_axi_data_awcache, m_axi_data_awprot, m_axi_data_wvalid, m_axi_data_wready,
    m_axi_data_wdata, m_axi_data_wstrb, m_axi_data_wlast, m_axi_data_bvalid, m_axi_data_bready,
    m_axi_data_bresp,
`else
    s_axis_x_tvalid, s_axis_x_tready, s_axis_x_tdata, s_axis_x_tuser, s_axis_x_tlast,
    m_axis_y_tvalid, m_axis_y_tready, m_axis_y_tdata, m_axis_y_tuser, m_axis_y_tlast,
`endif
    mon_result_valid, mon_result, mon_result_data, mon_result_keep, mon_product_valid, mon_product,
    mon_pass_valid, mon_pass, mon_issue, mon_stall, mon_weight_stall, mon_error);

    `include "ese_bench_params.vh"
    `include "fake_params.vh" // FRAME, CONFIG_HASH, CHIP_HASH, WEIGHTS_BYTES, MODEL_BYTES, XY_WORD_BYTES

    localparam A  = ACTIVATION_BITS;
    localparam B  = ELEMENT_BITS;
    localparam AW = AXI_ADDRESS_BITS;
    localparam DW = AXI_DATA_BITS;
    localparam WEIGHTS_BEATS   = (WEIGHTS_BYTES * 8 + DW - 1) / DW;
    localparam MODEL_BEATS     = (MODEL_BYTES * 8 + DW - 1) / DW;

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
`ifdef ESE_AXI_QUEUE
    output                        m_axi_data_awvalid, m_axi_data_wvalid, m_axi_data_wlast,
                                  m_axi_data_bready;
    input                         m_axi_data_awready, m_axi_data_wready, m_axi_data_bvalid;
    output [AW-1:0]               m_axi_data_awaddr;
    output [7:0]                  m_axi_data_awlen;
    output [2:0]                  m_axi_data_awsize, m_axi_data_awprot;
    output [1:0]                  m_axi_data_awburst;
    output [3:0]                  m_axi_data_awcache;
    output [DW-1:0]               m_axi_data_wdata;
    output [DW/8-1:0]             m_axi_data_wstrb;
    input  [1:0]                  m_axi_data_bresp;
    wire                          s_axis_x_tvalid, s_axis_x_tready, s_axis_x_tlast;
    wire   [CHANNELS*B-1:0]       s_axis_x_tdata, m_axis_y_tdata;
    wire   [2*CHANNELS-1:0]       s_axis_x_tuser;
    wire                          m_axis_y_tvalid, m_axis_y_tready, m_axis_y_tlast;
    wire   [CHANNELS-1:0]         m_axis_y_tuser;
`else
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
`endif
    output                        mon_result_valid;
    output [15:0]                 mon_result;
    output [LANES*CHANNELS*A-1:0] mon_result_data;
    output [LANES-1:0]            mon_result_keep;
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
        no_awready, no_wready, no_arready, b_exokay, x_on_lite_b, x_on_lite_r, x_on_interrupt, x_on_awready, wrong_id, aligned_only, whole_words,
        wrong_hash, hole_answers, leak, never_idle, false_idle, wrong_code, frames_off, cycles_off,
        x_awake, stale, no_interrupt, interrupt_stays, no_frame_event, blind, self_stop,
        wrong_features, no_loading, never_loaded, stays_loaded, forgets, wrong_model, cramped, unchecked, starts_bare,
        deaf_slot, reopens, multiplied_off, not_idle, keeps_loaded, shallow,
        keeps_closed, keeps_tail, clears_all, clears_others, unmasked, unraised, short_stop, watchful, byte_blind;
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
        aligned_only    = $test$plusargs("aligned_only"); // a byte's own address is none
        whole_words     = $test$plusargs("whole_words"); // strobes are not looked at
        hole_answers    = $test$plusargs("hole_answers"); // OKAY where nothing is
        leak            = $test$plusargs("leak");        // a write to nowhere reaches WATCHDOG
        never_idle      = $test$plusargs("never_idle");
        false_idle      = $test$plusargs("false_idle");  // with bursts outstanding
        wrong_code      = $test$plusargs("wrong_code");
        frames_off      = $test$plusargs("frames_off");
        cycles_off      = $test$plusargs("cycles_off");
        x_awake         = $test$plusargs("x_awake");     // takes x while stopped
        stale           = $test$plusargs("stale");       // a soft reset that leaves a frame of y to go on
        no_interrupt    = $test$plusargs("no_interrupt");
        interrupt_stays = $test$plusargs("interrupt_stays");
        no_frame_event  = $test$plusargs("no_frame_event");
        blind           = $test$plusargs("blind");       // errors are not noticed
        self_stop       = $test$plusargs("self_stop");   // reports an error without a cause
        wrong_features  = $test$plusargs("wrong_features");
        no_loading      = $test$plusargs("no_loading");  // the load command is not taken
        never_loaded    = $test$plusargs("never_loaded"); // STATUS does not say so
        stays_loaded    = $test$plusargs("stays_loaded"); // although a load was stopped
        forgets         = $test$plusargs("forgets");     // what was loaded, when it is stopped
        wrong_model     = $test$plusargs("wrong_model"); // MODEL_HASH
        cramped         = $test$plusargs("cramped");     // room for less than the model has
        shallow         = $test$plusargs("shallow");     // ... for a state
        keeps_closed    = $test$plusargs("keeps_closed"); // start opens no channel
        keeps_tail      = $test$plusargs("keeps_tail");  // start leaves QUEUE_TAIL
        clears_all      = $test$plusargs("clears_all");  // a write to IRQ_STATUS clears all events
        clears_others   = $test$plusargs("clears_others"); // FRAME goes with DESCRIPTOR and the other way round
        unmasked        = $test$plusargs("unmasked");    // IRQ_ENABLE is not looked at
        unraised        = $test$plusargs("unraised");    // LOADED never raises the interrupt
        short_stop      = $test$plusargs("short_stop");  // STOPPING ends while bursts are outstanding
        watchful        = $test$plusargs("watchful");    // WATCHDOG 0 is 700
        byte_blind      = $test$plusargs("byte_blind");  // commands act without their byte strobed
        unchecked       = $test$plusargs("unchecked");   // takes any image
        starts_bare     = $test$plusargs("starts_bare"); // starts without a model
        deaf_slot       = $test$plusargs("deaf_slot");   // SLOT does nothing
        reopens         = $test$plusargs("reopens");     // a closed channel speaks again by itself
        multiplied_off  = $test$plusargs("multiplied_off");
        keeps_loaded    = $test$plusargs("keeps_loaded"); // although a later load went wrong
        not_idle        = $test$plusargs("not_idle");    // reads on when the model is loaded
    end

    // ---- registers -------------------------------------------------------------------------------

    reg        running, stopping, loading, loaded;
    reg [4:0]  code;
    reg [3:0]  enable, events;
    reg [31:0] watchdog, frames, queue_mask, queue_tail;
    reg [63:0] cycles, multiplied, weights_base, model_base, queue_base;
    reg [CHANNELS-1:0] closed;
    reg [3:0]  shut;   // frames since a channel was closed
    wire [31:0]   queue_head;
    wire [1023:0] header;
    wire          idle;

`ifdef ESE_AXI_QUEUE
    localparam QUEUE = 1;
`else
    localparam QUEUE = 0;
`endif

    function known;
        input [11:0] at;
        known = at <= 12'h38 || at >= 12'h40 && at <= 12'h4c
             || at >= 12'h50 && at <= 12'h60 && QUEUE || at >= 12'h64 && at <= 12'hac;
    endfunction

    function [31:0] value;
        input [11:0] at;
        case (at)
            12'h00: value = wrong_id ? 32'h45534532 : 32'h45534531;
            12'h08: value = CONFIG_HASH + wrong_hash;
            12'h0c: value = CHIP_HASH;
            12'h10: value = wrong_features | QUEUE << 1 | (PORTS > 1) << 2 | DW / 8 << 16;
            12'h14: value = PES | CHANNELS << 16;
            12'h18: value = FRAME - cramped;
            12'h1c: value = FRAME | LANES << 16;
            12'h24: value = {26'd0, loaded && !never_loaded, loading,
                             idle && !never_idle || false_idle && !running, code != 0,
                             stopping && !false_idle && !short_stop, running};
            12'h28: value = code;
            12'h2c: value = enable;
            12'h30: value = events;
            12'h34: value = watchdog;
            12'h40: value = weights_base[31:0];
            12'h44: value = weights_base[63:32];
            12'h48: value = model_base[31:0];
            12'h4c: value = model_base[63:32];
            12'h50: value = queue_base[31:0];
            12'h54: value = queue_base[63:32];
            12'h58: value = queue_mask;
            12'h5c: value = queue_tail;
            12'h60: value = queue_head;
            12'h64: value = header[3*32 +: 32] + wrong_model;
            12'h68: value = header[4*32 +: 32];
            12'h6c: value = header[5*32 +: 32];
            12'h70: value = frames + frames_off;
            12'h74: value = cycles[31:0] + (cycles_off ? 100 : 0);
            12'h78: value = cycles[63:32];
            12'h7c: value = multiplied[31:0] + multiplied_off;
            12'h80: value = multiplied[63:32];
            12'ha4: value = FRAME - shallow;
            12'ha8: value = header[6*32 +: 32];
            12'hac: value = header[7*32 +: 32];
            default: value = 0;
        endcase
    endfunction

    // ---- AXI4-Lite -------------------------------------------------------------------------------

    reg        have_aw, have_w, b_valid, r_valid, toggle;
    reg [11:0] aw;
    reg [31:0] w, r_data;
    reg [1:0]  b_response, r_response;

    // The bytes of an address within a register are told by the strobes.
    wire [11:0] low_bits = {10'd0, {2{aligned_only}}};
    wire [11:0] aw_seen  = s_axi_control_awaddr & (12'hffc | low_bits);
    wire [11:0] ar_seen  = s_axi_control_araddr & (12'hffc | low_bits);
    reg  [31:0] strobed, merged;

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
                                 : !no_interrupt && (events & (unmasked ? 4'hf : enable) & ~{1'b0, unraised, 2'b0}) != 0
                                   || interrupt_stays && frames != 0;

    wire [31:0] given   = w & strobed;
    wire [31:0] command = byte_blind ? w : given;
    wire start = do_write && aw == 12'h20 && command[0];
    wire stop  = do_write && aw == 12'h20 && command[1];
    wire load  = do_write && aw == 12'h20 && command[2];
    wire [3:0] clear   = !(do_write && aw == 12'h30) ? 4'b0 : clears_all ? 4'hf
                       : given[3:0] | (clears_others ? {given[1], 1'b0, given[3], 1'b0} : 4'b0);
    wire [4:0] found, wrong;
    wire       whole_model;
    wire       descriptor_done;
    wire       frame_out, load_over;
    wire       active = running || loading;

    integer n;
    reg [31:0] issued;
    always @* begin
        issued = 0;
        for (n = 0; n < PES; n = n + 1) issued = issued + mon_issue[n];
    end

    always @(posedge aclk) begin
        toggle <= !toggle;
        merged = value(aw) & ~strobed | w & strobed;
        if (s_axi_control_awvalid && s_axi_control_awready) {have_aw, aw} <= {1'b1, aw_seen};
        if (s_axi_control_wvalid && s_axi_control_wready) begin
            {have_w, w} <= {1'b1, s_axi_control_wdata};
            for (n = 0; n < 4; n = n + 1)
                strobed[8*n +: 8] <= {8{s_axi_control_wstrb[n] || whole_words}};
        end
        if (do_write && !no_b) begin
            b_valid    <= 1'b1;
            b_response <= known(aw) || hole_answers ? 2'b00 : 2'b10;
        end
        if (b_valid && s_axi_control_bvalid && s_axi_control_bready) {b_valid, have_aw, have_w} <= 0;
        if (s_axi_control_arvalid && s_axi_control_arready && !no_r) begin
            r_valid    <= 1'b1;
            r_data     <= value(ar_seen);
            r_response <= known(ar_seen) || hole_answers ? 2'b00 : 2'b10;
        end
        if (r_valid && s_axi_control_rvalid && s_axi_control_rready) r_valid <= 1'b0;
        if (do_write)
            case (aw)
                12'h2c: enable <= merged[3:0];
                12'h34: watchdog <= merged;
                12'h38: if (command[31] && !deaf_slot) closed[command[15:0]] <= command[16];
                12'h40: weights_base[31:0]  <= merged;
                12'h44: weights_base[63:32] <= merged;
                12'h48: model_base[31:0]    <= merged;
                12'h4c: model_base[63:32]   <= merged;
                12'h50: queue_base[31:0]    <= merged;
                12'h54: queue_base[63:32]   <= merged;
                12'h58: queue_mask          <= merged;
                12'h5c: queue_tail          <= merged;
                default: if (leak && !known(aw)) watchdog <= merged;
            endcase
        if (frame_out) shut <= closed != 0 ? shut + 1 : 0;
        if (reopens && frame_out && shut == 2) closed <= 0;
        events <= (events & ~clear)
                | {descriptor_done, load_over && wrong == 0, frame_out && !no_frame_event,
                   active && (found != 0 || load_over && wrong != 0) && !stop};
        if (running) cycles <= cycles + 1;
        if (running) multiplied <= multiplied + issued;
        if (frame_out) frames <= frames + 1;
        if (start && !active && !stopping) begin
            running    <= loaded || starts_bare;
            code       <= loaded || starts_bare ? 0 : 17;
            if (!loaded && !starts_bare) events[0] <= 1'b1;
            cycles     <= 0;
            multiplied <= 0;
            frames     <= 0;
            closed     <= keeps_closed ? closed : 0;
            queue_tail <= keeps_tail ? queue_tail : 0;
        end
        if (load && !active && !stopping && !no_loading) begin
            loading <= 1'b1;
            loaded  <= keeps_loaded && loaded;
            code    <= 0;
        end
        if (load_over) begin
            loading <= 1'b0;
            loaded  <= wrong == 0 || keeps_loaded && loaded;
            code    <= wrong;
        end
        if (active && (stop || found != 0)) begin
            running  <= 1'b0;
            loading  <= 1'b0;
            stopping <= 1'b1;
            loaded   <= running && !forgets || stays_loaded && loading;
            if (!stop) code <= wrong_code ? found + 1 : found;
        end
        if (stopping && idle) stopping <= 1'b0;
        if (!aresetn) begin
            {have_aw, have_w, b_valid, r_valid, toggle, running, stopping, code, enable, events} <= 0;
            {frames, cycles, multiplied, weights_base, model_base, queue_base} <= 0;
            {loading, loaded, closed, shut, queue_mask, queue_tail} <= 0;
            watchdog <= 100000;
        end
    end

    // CRC-32 of the header's first 31 words.
    reg [31:0] crc;
    integer i;
    always @* begin
        crc = 32'hffffffff;
        for (i = 0; i < 31 * 32; i = i + 1)
            crc = crc >> 1 ^ (crc[0] ^ header[i] ? 32'hedb88320 : 32'd0);
    end

    wire [31:0] x_size = header[4*32 +: 32];
    assign wrong = unchecked ? 5'd0 : header[31:0] != 32'h4d455345 ? 5'd12
                 : header[31*32 +: 32] != ~crc ? 5'd15 : header[2*32 +: 32] != CHIP_HASH ? 5'd13
                 : x_size != FRAME ? 5'd14 : !whole_model ? 5'd16 : 5'd0;

    // ---- memory ----------------------------------------------------------------------------------

    wire [1:0]  port_done, port_idle, slave, decode, length, answer;
    wire [31:0] sum_0, sum_1;
    reg         go;

`ifdef ESE_AXI_WEIGHTS
    wire [1023:0] unused_header;
    wire          unused_whole;
    fake_reader #(0, AW, DW, WEIGHTS_BEATS, 0) u_weights (
        aclk, aresetn, go, !active && !not_idle, weights_base, 64'd0, port_done[0], sum_0, unused_header,
        unused_whole, port_idle[0], slave[0], decode[0], length[0], answer[0],
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
    wire          reader_idle, reader_slave, reader_decode, reader_length, reader_answer;
    wire          reader_arvalid, reader_rready;
    wire [AW-1:0] reader_araddr;
    wire [7:0]    reader_arlen;
    wire          queue_turn;  // the data port is the queue's
    fake_reader #(1, AW, DW, MODEL_BEATS, SHARED_BEATS) u_data (
        aclk, aresetn, go, !active && !not_idle, model_base, weights_base, port_done[1], sum_1, header,
        whole_model, reader_idle, reader_slave, reader_decode, reader_length, reader_answer,
        reader_arvalid, m_axi_data_arready && !queue_turn, reader_araddr, reader_arlen,
        m_axi_data_arsize, m_axi_data_arburst, m_axi_data_arcache, m_axi_data_arprot,
        m_axi_data_rvalid && !queue_turn, reader_rready, m_axi_data_rdata, m_axi_data_rresp,
        m_axi_data_rlast);

    wire       write_slave, write_decode, write_answer, write_idle, impossible;
    reg [31:0] silence_0, silence_1, silence_2;
    wire       core_error;
    always @(posedge aclk) begin
        silence_0 <= !aresetn || port_idle[0] || answer[0] ? 0 : silence_0 + 1;
        silence_1 <= !aresetn || port_idle[1] || answer[1] ? 0 : silence_1 + 1;
        silence_2 <= !aresetn || write_idle || write_answer ? 0 : silence_2 + 1;
    end
    wire        bites = watchdog != 0 || watchful;
    wire [31:0] limit = watchdog != 0 ? watchdog : 700;
    assign idle  = &port_idle && write_idle;
    assign found = self_stop && frames == 1 ? 5'd3 : blind ? 5'd0
                 : slave[0] ? 5'd2 : decode[0] ? 5'd3 : slave[1] ? 5'd4 : decode[1] ? 5'd5
                 : length[0] ? 5'd6 : length[1] ? 5'd7 : write_slave ? 5'd10 : write_decode ? 5'd11
                 : bites && silence_0 >= limit ? 5'd8
                 : bites && silence_1 >= limit ? 5'd9
                 : bites && silence_2 >= limit ? 5'd19
                 : impossible ? 5'd18 : core_error ? 5'd1 : 5'd0;

`ifdef ESE_AXI_QUEUE
    // ---- queue -----------------------------------------------------------------------------------

    wire          queue_want, queue_idle, queue_slave, queue_decode, queue_length, queue_answer;
    wire          queue_arvalid;
    wire [AW-1:0] queue_araddr;
    wire [7:0]    queue_arlen;
    reg           turn;
    wire          y_frame_done;

    always @(posedge aclk)
        if (!aresetn) turn <= 1'b0;
        else if (!turn) turn <= queue_want && reader_idle && !go && port_done[1];
        else turn <= queue_want || !queue_idle;

    assign queue_turn         = turn;
    assign m_axi_data_arvalid = turn ? queue_arvalid : reader_arvalid;
    assign m_axi_data_araddr  = turn ? queue_araddr : reader_araddr;
    assign m_axi_data_arlen   = turn ? queue_arlen : reader_arlen;
    assign m_axi_data_rready  = turn || reader_rready;
    assign port_idle[1]       = reader_idle && queue_idle;
    assign slave[1]           = reader_slave || queue_slave;
    assign decode[1]          = reader_decode || queue_decode;
    assign length[1]          = reader_length || queue_length;
    assign answer[1]          = reader_answer || queue_answer;
    assign frame_out          = y_frame_done && running;

    wire                  state_write;
    wire [15:0]           state_word;
    wire [CHANNELS-1:0]   state_channels;
    wire [CHANNELS*A-1:0] state_data, state_now;

    fake_queue #(
        .AW(AW), .DW(DW), .CHANNELS(CHANNELS), .A(A), .B(B), .FRAME(FRAME), .WORD_BYTES(XY_WORD_BYTES)
    ) u_queue (
        .clk(aclk), .reset_n(aresetn), .running(running && found == 0), .queue_base(queue_base),
        .model_base(model_base), .queue_mask(queue_mask), .queue_tail(queue_tail), .closed(closed),
        .head(queue_head), .frame_done(y_frame_done), .descriptor_done(descriptor_done),
        .impossible(impossible), .want(queue_want), .grant(turn), .read_idle(queue_idle),
        .write_idle(write_idle), .slave_error(queue_slave), .decode_error(queue_decode),
        .length_error(queue_length), .write_slave(write_slave), .write_decode(write_decode),
        .answer(queue_answer), .write_answer(write_answer), .arvalid(queue_arvalid),
        .arready(m_axi_data_arready && turn), .araddr(queue_araddr), .arlen(queue_arlen),
        .rvalid(m_axi_data_rvalid && turn), .rdata(m_axi_data_rdata), .rresp(m_axi_data_rresp),
        .rlast(m_axi_data_rlast), .awvalid(m_axi_data_awvalid), .awready(m_axi_data_awready),
        .awaddr(m_axi_data_awaddr), .awlen(m_axi_data_awlen), .awsize(m_axi_data_awsize),
        .awburst(m_axi_data_awburst), .awcache(m_axi_data_awcache), .awprot(m_axi_data_awprot),
        .wvalid(m_axi_data_wvalid), .wready(m_axi_data_wready), .wdata(m_axi_data_wdata),
        .wstrb(m_axi_data_wstrb), .wlast(m_axi_data_wlast), .bvalid(m_axi_data_bvalid),
        .bready(m_axi_data_bready), .bresp(m_axi_data_bresp), .x_valid(s_axis_x_tvalid),
        .x_ready(s_axis_x_tready), .x_data(s_axis_x_tdata), .x_user(s_axis_x_tuser),
        .x_last(s_axis_x_tlast), .y_valid(m_axis_y_tvalid), .y_ready(m_axis_y_tready),
        .y_data(m_axis_y_tdata), .y_user(m_axis_y_tuser), .y_last(m_axis_y_tlast),
        .state_write(state_write), .state_word(state_word), .state_channels(state_channels),
        .state_data(state_data), .state_now(state_now));
`else
    assign queue_turn         = 1'b0;
    assign m_axi_data_arvalid = reader_arvalid;
    assign m_axi_data_araddr  = reader_araddr;
    assign m_axi_data_arlen   = reader_arlen;
    assign m_axi_data_rready  = reader_rready;
    assign {port_idle[1], slave[1], decode[1], length[1], answer[1]} =
        {reader_idle, reader_slave, reader_decode, reader_length, reader_answer};
    assign {write_slave, write_decode, write_answer, impossible} = 4'b0;
    assign descriptor_done = 1'b0;
    assign write_idle = 1'b1;
    assign queue_head = 32'd0;
    assign frame_out  = m_axis_y_tvalid && m_axis_y_tready && m_axis_y_tlast;
`endif

    // ---- frames: x is taken once all that the frame needs is there --------------------------------

    reg         was_active, fetching, have;
    reg  [15:0] word;
    reg  [31:0] key;
    wire        core_ready;
    wire        core_y_valid;
    wire        core_valid = s_axis_x_tvalid && have;
    wire        take = core_valid && core_ready;

    assign load_over = loading && have;

    always @(posedge aclk) begin
        was_active <= active;
        go <= 1'b0;
        if (active && !was_active || take && word == FRAME - 1 || not_idle && load_over) begin
            go       <= 1'b1;
            fetching <= 1'b1;
            have     <= 1'b0;
        end else if (fetching && !go && &port_done) begin
            fetching <= 1'b0;
            have     <= 1'b1;
            key      <= sum_0 + sum_1;
        end
        if (take) word <= word == FRAME - 1 ? 0 : word + 1;
        if (!aresetn || !active || load_over) {was_active, fetching, have, word} <= 0;
        if (!aresetn || !active) go <= 1'b0;
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

    assign s_axis_x_tready = core_ready && have && running || x_awake && !running && aresetn;
    reg [7:0] stopped_for; // clocks, up to 255: the host knows by then
    reg       midway;      // a frame of y is not out
    always @(posedge aclk) begin
        if (running || !aresetn) stopped_for <= 0;
        else if (stopped_for != 255) stopped_for <= stopped_for + 1;
        if (!aresetn) midway <= 1'b0;
        else if (running && m_axis_y_tvalid && m_axis_y_tready) midway <= !m_axis_y_tlast;
    end

    assign m_axis_y_tvalid = core_y_valid || stale && stopped_for == 255 && midway;
    assign mon_error       = code != 0 || core_error;

    wire [2*CHANNELS-1:0] x_user = s_axis_x_tuser & ~{{CHANNELS{1'b0}}, closed};

    fake_core u_core (
        .aclk(aclk), .aresetn(aresetn && running),
        .s_axis_x_tvalid(core_valid && running), .s_axis_x_tready(core_ready), .s_axis_x_tdata(x),
        .s_axis_x_tuser(x_user), .s_axis_x_tlast(s_axis_x_tlast),
        .m_axis_y_tvalid(core_y_valid), .m_axis_y_tready(m_axis_y_tready),
        .m_axis_y_tdata(m_axis_y_tdata), .m_axis_y_tuser(m_axis_y_tuser),
        .m_axis_y_tlast(m_axis_y_tlast), .mon_result_valid(mon_result_valid),
        .mon_result(mon_result), .mon_result_data(mon_result_data),
        .mon_result_keep(mon_result_keep),
        .mon_product_valid(mon_product_valid), .mon_product(mon_product),
        .mon_pass_valid(mon_pass_valid), .mon_pass(mon_pass), .mon_issue(mon_issue),
        .mon_stall(mon_stall), .mon_weight_stall(mon_weight_stall), .mon_error(core_error)
`ifdef ESE_AXI_QUEUE
        , .state_write(state_write), .state_word(state_word), .state_channels(state_channels),
        .state_data(state_data), .state_now(state_now)
`else
        , .state_write(1'b0), .state_word(16'd0), .state_channels({CHANNELS{1'b0}}),
        .state_data({CHANNELS * A{1'b0}}), .state_now()
`endif
        );

endmodule
