// SPDX-License-Identifier: Apache-2.0
// ese_bench - clock and chip; everything else is done by the C harness, called once per clock.
//
// At each rising edge the harness sees the chip's outputs as they were before the edge, and says
// what its inputs are to be after it.  The same bench runs under Verilator (DPI-C) and Icarus
// Verilog (VPI).
//
//   +stimulus=FILE   what to play and to expect   (stimulus.bin)
//   +results=FILE    where the results go, JSON   (results.json)
//   +dump=FILE       the chip's y as int32 [frames][channels][output]
//   +serve=IN,OUT    instead of playing, do what a program asks through two file descriptors;
//   +memory=NAME     ideal, ddr3 or hostile memories behind the ports then   (served.h)
//   +taps=FILE       what leaves the element-wise path then   (stimulus.h)
//   +trace=FILE      waveform, if built with the macro ESE_TRACE: FST or VCD, as Verilator was told
//                    when it built; of vvp FST with the argument -fst
//   +trace_window=PHASE,FIRST,LAST   frames of a phase, all counted from 0   (everything)
//   +names=FILE      names of products and passes for it: ese_captions.v

`timescale 1ns / 1ps

module ese_bench;

    // CHANNELS, ELEMENT_BITS, ACTIVATION_BITS, LANES, PES of the chip; PRODUCTS and PASSES that it
    // has at most, CAPTION characters of their names; HALF_PERIOD of its clock in ns.  A chip with
    // AXI ports defines the macro ESE_AXI and AXI_DATA_BITS, AXI_ADDRESS_BITS; with two read
    // masters also ESE_AXI_WEIGHTS; with x and y in memory, instead of on streams, also
    // ESE_AXI_QUEUE.
    `include "ese_bench_params.vh"

    localparam STREAM_BITS = CHANNELS * ELEMENT_BITS;
    localparam RESULT_BITS = LANES * CHANNELS * ACTIVATION_BITS;

    // ---- chip ------------------------------------------------------------------------------------

    reg                    aclk;
    reg                    aresetn;
    reg                    x_valid;
    wire                   x_ready;
    reg  [STREAM_BITS-1:0] x_data;
    reg  [2*CHANNELS-1:0]  x_user;
    reg                    x_last;
    wire                   y_valid;
    reg                    y_ready;
    wire [STREAM_BITS-1:0] y_data;
    wire [CHANNELS-1:0]    y_user;
    wire                   y_last;
    wire                   result_valid;
    wire [15:0]            result;
    wire [RESULT_BITS-1:0] result_data;
    wire [LANES-1:0]       result_keep;
    wire                   product_valid;
    wire [15:0]            product;
    wire                   pass_valid;
    wire [15:0]            pass;
    wire [PES-1:0]         issue;
    wire [4:0]             stall;
    wire                   weight_stall;
    wire                   error;

`ifdef ESE_AXI
`ifdef ESE_AXI_WEIGHTS
    localparam AXI_PORTS = 2;
`else
    localparam AXI_PORTS = 1;
`endif

`ifdef ESE_AXI_QUEUE
    localparam AXI_IO = 1;
`else
    localparam AXI_IO = 0;
`endif

    // What the harness drives: bits as in `enum lite_drive` and `enum port_drive` of ports.h.
    reg  [127:0]                axi_drive;
    wire [15:0]                 weights_drive = axi_drive[111:96];
    wire [15:0]                 data_drive    = axi_drive[127:112];
    reg  [AXI_DATA_BITS-1:0]    weights_data;
    reg  [AXI_DATA_BITS-1:0]    data_data;

    // What the chip shows: the same.
    wire [31:0]                 lite_rdata;
    wire [9:0]                  lite_flags;
    wire [63:0]                 lite_seen = {22'b0, lite_flags, lite_rdata};
    wire [AXI_ADDRESS_BITS-1:0] weights_address;
    wire [AXI_ADDRESS_BITS-1:0] data_address;
    wire [21:0]                 weights_flags;
    wire [21:0]                 data_flags;
    wire [64:0]                 weights_wide = {{65 - AXI_ADDRESS_BITS{1'b0}}, weights_address};
    wire [64:0]                 data_wide    = {{65 - AXI_ADDRESS_BITS{1'b0}}, data_address};
    wire [95:0]                 weights_seen = {10'b0, weights_flags, weights_wide[63:0]};
    wire [95:0]                 data_seen    = {10'b0, data_flags, data_wide[63:0]};

    wire [AXI_ADDRESS_BITS-1:0] write_address;
    wire [23:0]                 write_flags;
    wire [64:0]                 write_wide   = {{65 - AXI_ADDRESS_BITS{1'b0}}, write_address};
    wire [95:0]                 write_seen   = {8'b0, write_flags, write_wide[63:0]};
    wire [AXI_DATA_BITS-1:0]    write_data;
    wire [AXI_DATA_BITS/8-1:0]  write_strobes;

`ifndef ESE_AXI_WEIGHTS
    assign weights_address = {AXI_ADDRESS_BITS{1'b0}};
    assign weights_flags   = 22'b0;
`endif
`ifndef ESE_AXI_QUEUE
    assign write_address = {AXI_ADDRESS_BITS{1'b0}};
    assign write_flags   = 24'b0;
    assign write_data    = {AXI_DATA_BITS{1'b0}};
    assign write_strobes = {AXI_DATA_BITS / 8{1'b0}};
`endif
`endif

    ese_top u_chip (
`ifdef ESE_AXI
        .s_axi_control_awvalid (axi_drive[64]),
        .s_axi_control_awready (lite_flags[0]),
        .s_axi_control_awaddr  (axi_drive[43:32]),
        .s_axi_control_awprot  (axi_drive[71:69]),
        .s_axi_control_wvalid  (axi_drive[65]),
        .s_axi_control_wready  (lite_flags[1]),
        .s_axi_control_wdata   (axi_drive[31:0]),
        .s_axi_control_wstrb   (axi_drive[59:56]),
        .s_axi_control_bvalid  (lite_flags[2]),
        .s_axi_control_bready  (axi_drive[66]),
        .s_axi_control_bresp   (lite_flags[4:3]),
        .s_axi_control_arvalid (axi_drive[67]),
        .s_axi_control_arready (lite_flags[5]),
        .s_axi_control_araddr  (axi_drive[55:44]),
        .s_axi_control_arprot  (axi_drive[74:72]),
        .s_axi_control_rvalid  (lite_flags[6]),
        .s_axi_control_rready  (axi_drive[68]),
        .s_axi_control_rdata   (lite_rdata),
        .s_axi_control_rresp   (lite_flags[8:7]),
        .irq                   (lite_flags[9]),
        .m_axi_data_arvalid    (data_flags[20]),
        .m_axi_data_arready    (data_drive[0]),
        .m_axi_data_araddr     (data_address),
        .m_axi_data_arlen      (data_flags[7:0]),
        .m_axi_data_arsize     (data_flags[10:8]),
        .m_axi_data_arburst    (data_flags[12:11]),
        .m_axi_data_arcache    (data_flags[16:13]),
        .m_axi_data_arprot     (data_flags[19:17]),
        .m_axi_data_rvalid     (data_drive[1]),
        .m_axi_data_rready     (data_flags[21]),
        .m_axi_data_rdata      (data_data),
        .m_axi_data_rresp      (data_drive[4:3]),
        .m_axi_data_rlast      (data_drive[2]),
`ifdef ESE_AXI_QUEUE
        .m_axi_data_awvalid    (write_flags[20]),
        .m_axi_data_awready    (data_drive[6]),
        .m_axi_data_awaddr     (write_address),
        .m_axi_data_awlen      (write_flags[7:0]),
        .m_axi_data_awsize     (write_flags[10:8]),
        .m_axi_data_awburst    (write_flags[12:11]),
        .m_axi_data_awcache    (write_flags[16:13]),
        .m_axi_data_awprot     (write_flags[19:17]),
        .m_axi_data_wvalid     (write_flags[21]),
        .m_axi_data_wready     (data_drive[7]),
        .m_axi_data_wdata      (write_data),
        .m_axi_data_wstrb      (write_strobes),
        .m_axi_data_wlast      (write_flags[22]),
        .m_axi_data_bvalid     (data_drive[8]),
        .m_axi_data_bready     (write_flags[23]),
        .m_axi_data_bresp      (data_drive[10:9]),
`endif
`ifdef ESE_AXI_WEIGHTS
        .m_axi_weights_arvalid (weights_flags[20]),
        .m_axi_weights_arready (weights_drive[0]),
        .m_axi_weights_araddr  (weights_address),
        .m_axi_weights_arlen   (weights_flags[7:0]),
        .m_axi_weights_arsize  (weights_flags[10:8]),
        .m_axi_weights_arburst (weights_flags[12:11]),
        .m_axi_weights_arcache (weights_flags[16:13]),
        .m_axi_weights_arprot  (weights_flags[19:17]),
        .m_axi_weights_rvalid  (weights_drive[1]),
        .m_axi_weights_rready  (weights_flags[21]),
        .m_axi_weights_rdata   (weights_data),
        .m_axi_weights_rresp   (weights_drive[4:3]),
        .m_axi_weights_rlast   (weights_drive[2]),
`endif
`endif
        .aclk              (aclk),
        .aresetn           (aresetn),
`ifndef ESE_AXI_QUEUE
        .s_axis_x_tvalid   (x_valid),
        .s_axis_x_tready   (x_ready),
        .s_axis_x_tdata    (x_data),
        .s_axis_x_tuser    (x_user),
        .s_axis_x_tlast    (x_last),
        .m_axis_y_tvalid   (y_valid),
        .m_axis_y_tready   (y_ready),
        .m_axis_y_tdata    (y_data),
        .m_axis_y_tuser    (y_user),
        .m_axis_y_tlast    (y_last),
`endif
        .mon_result_valid  (result_valid),
        .mon_result        (result),
        .mon_result_data   (result_data),
        .mon_result_keep   (result_keep),
        .mon_product_valid (product_valid),
        .mon_product       (product),
        .mon_pass_valid    (pass_valid),
        .mon_pass          (pass),
        .mon_issue         (issue),
        .mon_stall         (stall),
        .mon_weight_stall  (weight_stall),
        .mon_error         (error)
    );

`ifdef ESE_AXI_QUEUE
    assign x_ready = 1'b0;
    assign y_valid = 1'b0;
    assign y_data  = {STREAM_BITS{1'b0}};
    assign y_user  = {CHANNELS{1'b0}};
    assign y_last  = 1'b0;
`endif

    // ---- clock -----------------------------------------------------------------------------------

    initial begin
        aclk    = 1'b0;
        aresetn = 1'b0;
        x_valid = 1'b0;
        x_data  = {STREAM_BITS{1'b0}};
        x_user  = {2 * CHANNELS{1'b0}};
        x_last  = 1'b0;
        y_ready = 1'b0;
`ifdef ESE_AXI
        axi_drive    = 128'b0;
        weights_data = {AXI_DATA_BITS{1'b0}};
        data_data    = {AXI_DATA_BITS{1'b0}};
`endif
    end

    always #(HALF_PERIOD) aclk = ~aclk;

    // ---- harness ---------------------------------------------------------------------------------

    // Bits as in `enum control` and `enum drive` of harness.h.
    wire [63:0] control = {pass, product,
                           19'b0, stall, error, weight_stall, pass_valid, product_valid,
                           result_valid, y_last, y_valid, x_ready};

`ifdef ESE_TRACE
    /* verilator tracing_off */
    localparam CAPTIONS = 5 * 8 * CAPTION;
    reg [CAPTIONS-1:0]    captions;
    reg [CAPTIONS-1:0]    next_captions;
    /* verilator tracing_on */
`endif

    reg [31:0]            next;
    reg [STREAM_BITS-1:0] next_data;
    reg [2*CHANNELS-1:0]  next_user;
`ifdef ESE_AXI
    reg [127:0]             next_axi;
    reg [AXI_DATA_BITS-1:0] next_weights;
    reg [AXI_DATA_BITS-1:0] next_columns;
`endif

`ifdef VERILATOR

    import "DPI-C" function void ese_open(input string stimulus, input string results,
                                          input string dump, input int channels,
                                          input int element_bits, input int activation_bits,
                                          input int lanes, input int pes);
    import "DPI-C" function void ese_serve(input string serve, input string memory,
                                           input string taps);
    // Vectors that may be a single bit go with a zero in front, so that they stay vectors.
    import "DPI-C" function void ese_y(input bit [STREAM_BITS-1:0] data,
                                       input bit [CHANNELS:0] user);
    import "DPI-C" function void ese_result(input int pass, input bit [RESULT_BITS-1:0] data,
                                            input bit [LANES:0] keep);
    import "DPI-C" function int ese_step(input int control_bits, input int indices,
                                         input bit [PES:0] issue_bits);
`ifdef ESE_TRACE
    import "DPI-C" function void ese_captions(output bit [CAPTIONS-1:0] captions);
`endif
    import "DPI-C" function void ese_x(output bit [STREAM_BITS-1:0] data,
                                       output bit [2*CHANNELS-1:0] user);
`ifdef ESE_AXI
    import "DPI-C" function void ese_axi_open(input int ports, input int data_bits,
                                              input int address_bits, input int io);
    import "DPI-C" function void ese_axi(input bit [95:0] weights, input bit [95:0] data,
                                         input bit [95:0] writes, input bit [63:0] lite);
    import "DPI-C" function void ese_axi_write(input bit [AXI_DATA_BITS-1:0] data,
                                               input bit [AXI_DATA_BITS/8-1:0] strobes);
    import "DPI-C" function void ese_axi_next(output bit [127:0] drive);
    import "DPI-C" function void ese_axi_beat(input int port,
                                              output bit [AXI_DATA_BITS-1:0] beat);
`endif

    string stimulus, results, dump, serve, memory, taps;

    initial begin
        if (!$value$plusargs("stimulus=%s", stimulus)) stimulus = "stimulus.bin";
        if (!$value$plusargs("results=%s", results)) results = "results.json";
        if (!$value$plusargs("dump=%s", dump)) dump = "";
        if (!$value$plusargs("serve=%s", serve)) serve = "";
        if (!$value$plusargs("memory=%s", memory)) memory = "ideal";
        if (!$value$plusargs("taps=%s", taps)) taps = "";
        ese_serve(serve, memory, taps);
`ifdef ESE_AXI
        ese_axi_open(AXI_PORTS, AXI_DATA_BITS, AXI_ADDRESS_BITS, AXI_IO);
`endif
        ese_open(stimulus, results, dump, CHANNELS, ELEMENT_BITS, ACTIVATION_BITS, LANES, PES);
    end

    task step;
        begin
            if (y_valid) ese_y(y_data, {1'b0, y_user});
            if (result_valid) ese_result({16'b0, result}, result_data, {1'b0, result_keep});
`ifdef ESE_AXI
            if (write_flags[21]) ese_axi_write(write_data, write_strobes);
            ese_axi(weights_seen, data_seen, write_seen, lite_seen);
`endif
            next = ese_step(control[31:0], control[63:32], {1'b0, issue});
            if (next[4]) ese_x(next_data, next_user);
`ifdef ESE_TRACE
            ese_captions(next_captions);
`endif
`ifdef ESE_AXI
            ese_axi_next(next_axi);
            if (next_axi[101]) ese_axi_beat(0, next_weights);
            if (next_axi[117]) ese_axi_beat(1, next_columns);
`endif
            // A failed run exits with 1 through the harness.
            if (next[5]) $finish;
        end
    endtask

`else

    initial begin
`ifdef ESE_AXI
        $ese_axi_open(AXI_PORTS, AXI_DATA_BITS, AXI_ADDRESS_BITS, AXI_IO);
`endif
        $ese_open(CHANNELS, ELEMENT_BITS, ACTIVATION_BITS, LANES, PES);
    end

    task step;
        begin
`ifdef ESE_AXI
            $ese_axi(weights_seen, data_seen, write_seen, write_data, write_strobes, lite_seen);
`endif
            $ese_step(control, issue, y_data, y_user, result, result_data, result_keep,
                      next, next_data, next_user);
`ifdef ESE_TRACE
            $ese_captions(next_captions);
`endif
`ifdef ESE_AXI
            $ese_axi_next(next_axi, next_weights, next_columns);
`endif
            if (next[5]) $finish_and_return(next[6] ? 1 : 0);
        end
    endtask

`endif

    always @(posedge aclk) begin
        step;
        aresetn <= next[0];
        x_valid <= next[1];
        x_last  <= next[2];
        y_ready <= next[3];
`ifdef ESE_TRACE
        captions <= next_captions;
`endif
        if (next[4]) begin
            x_data <= next_data;
            x_user <= next_user;
        end
`ifdef ESE_AXI
        axi_drive <= next_axi;
        if (next_axi[101]) weights_data <= next_weights;
        if (next_axi[117]) data_data <= next_columns;
`endif
    end

`ifdef ESE_TRACE

    // ---- waveform --------------------------------------------------------------------------------

    ese_captions #(
        .CAPTION  (CAPTION),
        .PRODUCTS (PRODUCTS),
        .PASSES   (PASSES)
    ) u_captions (
        .clk           (aclk),
        .resetn        (aresetn),
        .product_valid (product_valid),
        .product       (product),
        .pass_valid    (pass_valid),
        .pass          (pass),
        .captions      (captions)
    );

`ifndef VERILATOR // whose main() writes the waveform

    reg [8*1024-1:0] trace;
    reg              traced;

    initial begin
        traced = 1'b0;
        if ($value$plusargs("trace=%s", trace)) $dumpfile(trace);
    end

    always @(next[7])
        if (next[7] === 1'b1 && !traced) begin
            traced = 1'b1;
            `include "scopes.vh"
        end else if (next[7] === 1'b0 && traced) begin
            $dumpoff;
        end

`endif
`endif

endmodule
