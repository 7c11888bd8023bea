// SPDX-License-Identifier: Apache-2.0
// ese_top - a stand-in for the chip, to test the harness: y = c = (first ? 0 : c) + x.
//
// It misbehaves on request (+NAME on the command line), from its second frame after a reset on, so
// that every check of the harness can be seen to fire.  Frames of FRAME words in and out.  As fake_core
// it has ports to read and write c, which is all its state.
//
//   LAYERS 1  pass 0 writes c, pass 1 steps with each y that is given and writes nothing
//   LAYERS 0  there is no state: y = x; pass 0 writes y
//   LAYERS 2  pass 0 writes c; pass 1 is of a gate; passes 2 and 3 write the two row blocks of m = c + 1,
//             HALF rows and the rest, which go round over PES owners; pass 4 writes y = c; pass 5 steps

`timescale 1ns / 1ps

module ese_top (aclk, aresetn,
    s_axis_x_tvalid, s_axis_x_tready, s_axis_x_tdata, s_axis_x_tuser, s_axis_x_tlast,
    m_axis_y_tvalid, m_axis_y_tready, m_axis_y_tdata, m_axis_y_tuser, m_axis_y_tlast,
    mon_result_valid, mon_result, mon_result_data, mon_result_keep, mon_product_valid, mon_product,
    mon_pass_valid, mon_pass, mon_issue, mon_stall, mon_weight_stall, mon_error
`ifdef FAKE_CORE
    , state_write, state_word, state_channels, state_data, state_now
`endif
    );

    `include "ese_bench_params.vh"
    `include "fake_params.vh" // FRAME, LAYERS, HALF

    localparam A = ACTIVATION_BITS;
    localparam B = ELEMENT_BITS;

    input                               aclk, aresetn;
    input                               s_axis_x_tvalid;
    output                              s_axis_x_tready;
    input      [CHANNELS*B-1:0]         s_axis_x_tdata;
    input      [2*CHANNELS-1:0]         s_axis_x_tuser;
    input                               s_axis_x_tlast;
    output                              m_axis_y_tvalid;
    input                               m_axis_y_tready;
    output reg [CHANNELS*B-1:0]         m_axis_y_tdata;
    output     [CHANNELS-1:0]           m_axis_y_tuser;
    output                              m_axis_y_tlast;
    output                              mon_result_valid;
    output     [15:0]                   mon_result;
    output reg [LANES*CHANNELS*A-1:0]   mon_result_data;
    output reg [LANES-1:0]              mon_result_keep;
    output                              mon_product_valid;
    output     [15:0]                   mon_product;
    output                              mon_pass_valid;
    output     [15:0]                   mon_pass;
    output     [PES-1:0]                mon_issue;
    output     [4:0]                    mon_stall;
    output                              mon_weight_stall;
    output                              mon_error;
`ifdef FAKE_CORE
    input                               state_write;
    input      [15:0]                   state_word;
    input      [CHANNELS-1:0]           state_channels;
    input      [CHANNELS*A-1:0]         state_data;
    output     [CHANNELS*A-1:0]         state_now;
`endif

    // ---- faults ----------------------------------------------------------------------------------

    reg wrong_y, wrong_c, unsigned_y, bad_tuser, no_tlast, early_tlast, drop_valid, unstable,
        reset_valid, x_on_y, x_on_valid, x_on_c, x_on_stall, x_on_issue, x_on_index, x_on_keep, swallow, extra,
        hang, error_high, skip_row, more_rows, more_columns, less_columns, late, shy, no_clear,
        quit, spin, deaf, two_causes, eager, any_user, product_range, pass_range, flicker,
        idle_y, x_on_idle, wrong_m, wrong_result_y, wrong_pass, gate_result, result_range, x_on_result,
        no_step, shifted_keep, lost_word, more_words;
    initial begin
        wrong_y       = $test$plusargs("wrong_y");       // a bit of a y word
        wrong_c       = $test$plusargs("wrong_c");       // a bit of a cell state
        unsigned_y    = $test$plusargs("unsigned_y");    // y extended with zeros
        bad_tuser     = $test$plusargs("bad_tuser");     // active channels complemented
        idle_y        = $test$plusargs("idle_y");        // y of idle channels is not 0
        x_on_idle     = $test$plusargs("x_on_idle");     // but X
        no_tlast      = $test$plusargs("no_tlast");      // y without tlast
        early_tlast   = $test$plusargs("early_tlast");   // tlast at the first word
        drop_valid    = $test$plusargs("drop_valid");    // valid falls while waiting
        unstable      = $test$plusargs("unstable");      // data changes while waiting
        reset_valid   = $test$plusargs("reset_valid");   // valid in reset
        x_on_y        = $test$plusargs("x_on_y");        // X in a word
        x_on_valid    = $test$plusargs("x_on_valid");    // X on tvalid
        x_on_c        = $test$plusargs("x_on_c");        // X in a cell state
        x_on_stall    = $test$plusargs("x_on_stall");    // X on a monitor output
        x_on_index    = $test$plusargs("x_on_index");    // X on mon_product
        x_on_issue    = $test$plusargs("x_on_issue");    // X on mon_issue
        x_on_keep     = $test$plusargs("x_on_keep");     // X on mon_result_keep
        x_on_result   = $test$plusargs("x_on_result");   // X on mon_result
        wrong_m       = $test$plusargs("wrong_m");       // a bit of m, in its second row block
        wrong_result_y = $test$plusargs("wrong_result_y"); // y, but not the one that leaves
        wrong_pass    = $test$plusargs("wrong_pass");    // mon_result is the pass before
        gate_result   = $test$plusargs("gate_result");   // the gate's words are shown, too
        result_range  = $test$plusargs("result_range");  // no such pass in mon_result
        no_step       = $test$plusargs("no_step");       // a word without a step
        shifted_keep  = $test$plusargs("shifted_keep");  // the lanes that hold rows are not the first
        lost_word     = $test$plusargs("lost_word");     // a word of m less
        more_words    = $test$plusargs("more_words");    // a word of m more, in the fifth frame
        swallow       = $test$plusargs("swallow");       // one y word less
        extra         = $test$plusargs("extra");         // one y word more, after the last frame
        hang          = $test$plusargs("hang");          // takes x, gives no y
        error_high    = $test$plusargs("error_high");    // mon_error without a cause
        skip_row      = $test$plusargs("skip_row");      // a cell state less
        more_rows     = $test$plusargs("more_rows");     // all lanes kept in the last step
        more_columns  = $test$plusargs("more_columns");  // one column more in a product
        less_columns  = $test$plusargs("less_columns");  // one column less
        late          = $test$plusargs("late");          // a cycle later than it should
        shy           = $test$plusargs("shy");           // y valid waits for ready
        no_clear      = $test$plusargs("no_clear");      // the count of x survives a reset
        quit          = $test$plusargs("quit");          // $finish in the design
        spin          = $test$plusargs("spin");          // time stands still
        deaf          = $test$plusargs("deaf");          // a wrong tlast is not noticed
        two_causes    = $test$plusargs("two_causes");    // two causes of a stall at once
        eager         = $test$plusargs("eager");         // takes x whether it is valid or not
        any_user      = $test$plusargs("any_user");      // takes tuser at the last word
        product_range = $test$plusargs("product_range"); // no such product
        pass_range    = $test$plusargs("pass_range");    // no such pass
        flicker       = $test$plusargs("flicker");       // mon_error falls again
    end

    // ---- what it should do -----------------------------------------------------------------------

    localparam [3:0] ST_TAKE = 0, ST_PRODUCT = 1, ST_CELL = 2, ST_GIVE = 3, ST_EXTRA = 4, ST_LATE = 5,
                     ST_GATE = 6, ST_M = 7, ST_REST = 8, ST_Y = 9;

    localparam STEPS   = (FRAME + LANES - 1) / LANES;
    localparam ACROSS  = (PES + LANES - 1) / LANES; // words of a row of owners
    localparam M_WORDS = HALF / PES * ACROSS + (HALF % PES + LANES - 1) / LANES;
    localparam REST    = FRAME - HALF;
    localparam REST_WORDS = REST / PES * ACROSS + (REST % PES + LANES - 1) / LANES;
    localparam GATE_STEPS = 2;

    reg [3:0]            state;
    reg [15:0]           count;
    reg [15:0]           frame;
    reg [2*CHANNELS-1:0] user;
    reg                  bad;
    reg [CHANNELS*A-1:0] x_ram [0:FRAME-1];
    reg [CHANNELS*A-1:0] c_ram [0:FRAME-1];
    reg                  toggle;
    reg                  awake; // since the first reset

    wire now = frame != 0;
    wire take = state == ST_TAKE && (s_axis_x_tvalid || eager && frame >= 5);
    wire give = m_axis_y_tvalid === 1'b1 && m_axis_y_tready;
    wire [15:0] columns = more_columns && now ? 6 : less_columns && now ? 4 : 5;

    wire [15:0] last = state == ST_GATE ? GATE_STEPS - 1 : state == ST_M ? M_WORDS - 1
                     : state == ST_REST ? REST_WORDS - 1 - (lost_word && now) + (more_words && frame == 4)
                     : STEPS - 1;

    integer c, l, row, rows, lane;
    reg [A-1:0] sum;

    initial begin
        frame = 0;
        awake = 1'b0;
    end

    always @(posedge aclk) begin
        toggle <= ~toggle;
        if (!aresetn) begin
            state  <= ST_TAKE;
            if (!no_clear || !awake) count <= 0;
            frame  <= 0;
            bad    <= 1'b0;
            toggle <= 1'b0;
        end else begin
        awake <= 1'b1;
        case (state)
            ST_TAKE: if (take) begin
                for (c = 0; c < CHANNELS; c = c + 1)
                    x_ram[count][c*A +: A] <= s_axis_x_tdata[c*B +: A];
                if (count == 0 || (any_user && count == FRAME - 1)) user <= s_axis_x_tuser;
                if (s_axis_x_tlast != (count == FRAME - 1)) bad <= !deaf && !eager;
                count <= count + 1;
                if (count == FRAME - 1) begin
                    count <= 0;
                    state <= late && now ? ST_LATE : ST_PRODUCT;
                end
            end
            ST_LATE: state <= ST_PRODUCT;
            ST_PRODUCT: begin
                if (quit && now) $finish;
                if (spin && now) while (spin) row = $random;
                count <= count + 1;
                if (count == columns - 1) begin
                    count <= 0;
                    state <= ST_CELL;
                end
            end
            ST_CELL: begin
                for (l = 0; l < LANES; l = l + 1) begin
                    row = {16'b0, count} * LANES + l;
                    if (row < FRAME) c_ram[row] <= next_c(row);
                end
                count <= count + 1;
                if (count == STEPS - 1) begin
                    count <= 0;
                    state <= hang && now ? ST_TAKE : LAYERS > 1 ? ST_GATE : ST_GIVE;
                end
            end
            ST_GATE, ST_M, ST_REST, ST_Y: begin
                count <= count + 1;
                if (count == last) begin
                    count <= 0;
                    state <= state == ST_Y ? ST_GIVE : state + 1'b1;
                end
            end
            ST_GIVE: if (give) begin
                count <= count + 1;
                if (count == FRAME - 1 || (swallow && now && count == FRAME - 2)) begin
                    count <= 0;
                    frame <= frame + 1;
                    state <= extra && frame == 4 ? ST_EXTRA : ST_TAKE;
                end
            end
            default: if (give) state <= ST_TAKE;
        endcase
        end
        if (flicker) bad <= toggle && now;
`ifdef FAKE_CORE
        if (state_write) c_ram[state_word] <= merged;
`endif
    end

`ifdef FAKE_CORE
    reg [CHANNELS*A-1:0] merged;
    integer k;
    assign state_now = c_ram[state_word];
    always @* begin
        merged = state_now;
        for (k = 0; k < CHANNELS; k = k + 1)
            if (state_channels[k]) merged[k*A +: A] = state_data[k*A +: A];
    end
`endif

    function [CHANNELS*A-1:0] next_c;
        input integer at;
        integer k;
        for (k = 0; k < CHANNELS; k = k + 1)
            next_c[k*A +: A] = (user[CHANNELS+k] || LAYERS == 0 ? {A{1'b0}} : c_ram[at][k*A +: A])
                             + x_ram[at][k*A +: A];
    endfunction

    // ---- outputs ---------------------------------------------------------------------------------

    reg [CHANNELS*A-1:0] vector;

    wire of_m = state == ST_M || state == ST_REST;

    // Lane `lane` of a word has row `row` of m's row block, if that is one of `rows`.
    always @* begin
        mon_result_data = {LANES * CHANNELS * A{1'b0}};
        mon_result_keep = {LANES{1'b0}};
        rows = state == ST_M ? HALF : state == ST_REST ? REST : FRAME;
        for (l = 0; l < LANES; l = l + 1) begin
            lane = of_m ? {16'b0, count} % ACROSS * LANES + l : l;
            row  = of_m ? {16'b0, count} / ACROSS * PES + lane : {16'b0, count} * LANES + l;
            mon_result_keep[l] = row < rows && !(of_m && lane >= PES) || (more_rows && now);
            if (state == ST_REST) row = row + HALF;
            vector = row >= FRAME ? {CHANNELS * A{1'b0}} : state == ST_CELL ? next_c(row) : c_ram[row];
            for (c = 0; c < CHANNELS; c = c + 1)
                mon_result_data[(c*LANES+l)*A +: A] = vector[c*A +: A] + {{A-1{1'b0}}, of_m};
        end
        if (skip_row && now && count == 1) mon_result_keep[LANES-1] = 1'b0;
        if (shifted_keep && now && state == ST_M && count == 1)
            mon_result_keep = {mon_result_keep, 1'b0};
        if (x_on_keep && now) mon_result_keep[0] = 1'bx;
        if (wrong_c && now && state == ST_CELL && count == 1) mon_result_data[A-1] = ~mon_result_data[A-1];
        if (wrong_m && now && state == ST_REST && count == 1) mon_result_data[0] = ~mon_result_data[0];
        if (wrong_result_y && now && state == ST_Y && count == 2) mon_result_data[0] = ~mon_result_data[0];
        if (x_on_c && now && state == ST_CELL) mon_result_data[1] = 1'bx;
    end

    always @* begin
        for (c = 0; c < CHANNELS; c = c + 1) begin
            sum = c_ram[count][c*A +: A];
            m_axis_y_tdata[c*B +: B] = {{B{sum[A-1]}}, sum};
            if (!user[c] && !idle_y) m_axis_y_tdata[c*B +: B] = {B{x_on_idle ? 1'bx : 1'b0}};
            if (unsigned_y && now && user[c]) m_axis_y_tdata[c*B +: B] = {{B{1'b0}}, sum};
        end
        if (wrong_y && now && count == 2) m_axis_y_tdata[0] = ~m_axis_y_tdata[0];
        if (unstable && now) m_axis_y_tdata[CHANNELS*B-1] = toggle;
        if (x_on_y && now) m_axis_y_tdata[0] = 1'bx;
    end

    wire giving = state == ST_GIVE || state == ST_EXTRA;
    wire writes = state == ST_CELL || of_m || state == ST_Y;

    // The pass that steps; what y is given by is the last.
    wire [15:0] pass = state == ST_CELL ? 16'd0 : state == ST_GIVE ? (LAYERS > 1 ? 16'd5 : 16'd1)
                     : state - ST_GATE + 1;

    assign s_axis_x_tready   = state == ST_TAKE && aresetn;
    assign m_axis_y_tvalid   = x_on_valid && now && giving ? 1'bx
                             : reset_valid && !aresetn
                               || giving && aresetn && !(drop_valid && now && toggle)
                                  && (!shy || m_axis_y_tready);
    assign m_axis_y_tuser    = bad_tuser && now ? ~user[CHANNELS-1:0] : user[CHANNELS-1:0];
    assign m_axis_y_tlast    = early_tlast && now ? count == 0 : count == FRAME - 1 && !(no_tlast && now);
    assign mon_result_valid  = (writes || gate_result && now && state == ST_GATE) && aresetn;
    assign mon_result        = x_on_result && now ? 16'bx : result_range && now ? 16'd9
                             : wrong_pass && now && of_m ? pass - 1 : pass;
    assign mon_product_valid = state == ST_PRODUCT && aresetn;
    assign mon_product       = x_on_index && now ? 16'bx : product_range && now ? 16'd2 : count < 3 ? 16'd0 : 16'd1;
    assign mon_pass_valid    = aresetn && !(no_step && now && state == ST_REST && count == 0)
                             && (writes || state == ST_GATE || state == ST_GIVE && give);
    assign mon_pass          = pass_range && now ? 16'd9 : pass;
    assign mon_issue         = x_on_issue && now ? {PES{1'bx}}
                             : mon_product_valid ? {PES{1'b1}} >> count : {PES{1'b0}};
    assign mon_stall         = !aresetn || mon_product_valid ? 5'b00000
                             : x_on_stall && now ? 5'b0000x
                             : two_causes && now ? 5'b00011
                             : state == ST_TAKE ? 5'b00001 : 5'b01000;
    assign mon_weight_stall  = mon_product_valid && count == 4;
    assign mon_error         = bad || (error_high && now);

endmodule
