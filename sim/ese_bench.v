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
//   +trace=FILE      waveform; Verilator needs --trace-fst for it, vvp the argument -fst

`timescale 1ns / 1ps

module ese_bench;

    // CHANNELS, ELEMENT_BITS, ACTIVATION_BITS, LANES, PES of the chip
    `include "ese_bench_params.vh"

    localparam STREAM_BITS = CHANNELS * ELEMENT_BITS;
    localparam CELL_BITS   = LANES * CHANNELS * ACTIVATION_BITS;

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
    wire                   cell_valid;
    wire [CELL_BITS-1:0]   cell_data;
    wire [LANES-1:0]       cell_keep;
    wire                   product_valid;
    wire [15:0]            product;
    wire                   pass_valid;
    wire [15:0]            pass;
    wire [PES-1:0]         issue;
    wire [4:0]             stall;
    wire                   weight_stall;
    wire                   error;

    ese_top u_chip (
        .aclk              (aclk),
        .aresetn           (aresetn),
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
        .mon_cell_valid    (cell_valid),
        .mon_cell_data     (cell_data),
        .mon_cell_keep     (cell_keep),
        .mon_product_valid (product_valid),
        .mon_product       (product),
        .mon_pass_valid    (pass_valid),
        .mon_pass          (pass),
        .mon_issue         (issue),
        .mon_stall         (stall),
        .mon_weight_stall  (weight_stall),
        .mon_error         (error)
    );

    // ---- clock -----------------------------------------------------------------------------------

    initial begin
        aclk    = 1'b0;
        aresetn = 1'b0;
        x_valid = 1'b0;
        x_data  = {STREAM_BITS{1'b0}};
        x_user  = {2 * CHANNELS{1'b0}};
        x_last  = 1'b0;
        y_ready = 1'b0;
    end

    always #5 aclk = ~aclk;

    // ---- harness ---------------------------------------------------------------------------------

    // Bits as in `enum control` and `enum drive` of harness.h.
    wire [63:0] control = {pass, product,
                           19'b0, stall, error, weight_stall, pass_valid, product_valid,
                           cell_valid, y_last, y_valid, x_ready};

    reg [31:0]            next;
    reg [STREAM_BITS-1:0] next_data;
    reg [2*CHANNELS-1:0]  next_user;

`ifdef VERILATOR

    import "DPI-C" function void ese_open(input string stimulus, input string results,
                                          input string dump, input int channels,
                                          input int element_bits, input int activation_bits,
                                          input int lanes, input int pes);
    // Vectors that may be a single bit go with a zero in front, so that they stay vectors.
    import "DPI-C" function void ese_y(input bit [STREAM_BITS-1:0] data,
                                       input bit [CHANNELS:0] user);
    import "DPI-C" function void ese_cell(input bit [CELL_BITS-1:0] data,
                                          input bit [LANES:0] keep);
    import "DPI-C" function int ese_step(input int control_bits, input int indices,
                                         input bit [PES:0] issue_bits);
    import "DPI-C" function void ese_x(output bit [STREAM_BITS-1:0] data,
                                       output bit [2*CHANNELS-1:0] user);

    string stimulus, results, dump;

    initial begin
        if (!$value$plusargs("stimulus=%s", stimulus)) stimulus = "stimulus.bin";
        if (!$value$plusargs("results=%s", results)) results = "results.json";
        if (!$value$plusargs("dump=%s", dump)) dump = "";
        ese_open(stimulus, results, dump, CHANNELS, ELEMENT_BITS, ACTIVATION_BITS, LANES, PES);
    end

    task step;
        begin
            if (y_valid) ese_y(y_data, {1'b0, y_user});
            if (cell_valid) ese_cell(cell_data, {1'b0, cell_keep});
            next = ese_step(control[31:0], control[63:32], {1'b0, issue});
            if (next[4]) ese_x(next_data, next_user);
            // A failed run exits with 1 through the harness.
            if (next[5]) $finish;
        end
    endtask

`else

    initial $ese_open(CHANNELS, ELEMENT_BITS, ACTIVATION_BITS, LANES, PES);

    task step;
        begin
            $ese_step(control, issue, y_data, y_user, cell_data, cell_keep,
                      next, next_data, next_user);
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
        if (next[4]) begin
            x_data <= next_data;
            x_user <= next_user;
        end
    end

    // ---- waveform --------------------------------------------------------------------------------

    reg [8*1024-1:0] trace;

    initial
        if ($value$plusargs("trace=%s", trace)) begin
            $dumpfile(trace);
            $dumpvars(0, ese_bench);
        end

endmodule
