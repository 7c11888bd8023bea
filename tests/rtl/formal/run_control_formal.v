// SPDX-License-Identifier: Apache-2.0
// run_control_formal - what ese_run_control promises, whatever host, buses and the rest of the chip do.
//
// Only this is assumed: a bus at rest stays so while `halt` is high.
//   - ERROR keeps the first code until a start or a load is taken, whatever else goes wrong;
//   - the code is that of the first of REGISTERS.md's list of all that was told in a clock of the run, also
//     in the clock of a stop; none is made up, and none of them is missed;
//   - what is done counts while the chip runs, and not from the clock behind one in which an error is told;
//   - a watchdog of 0 never bites; another does so after as many clocks of silence, and not before;
//   - what ends ends in `stopping`, which lasts until the buses are at rest, and nothing starts before.
`default_nettype none

module run_control_formal #(
    parameter WATCHED = 1 // else WATCHDOG is 0
) (
    input wire        clk,
    input wire        reset,
    input wire        start,
    input wire        stop,
    input wire        load,
    input wire [1:0]  watchdog_bits, // of a register that can hold more
    input wire [2:0]  slave_error,
    input wire [2:0]  decode_error,
    input wire [1:0]  length_error,
    input wire [2:0]  bus_idle,
    input wire [2:0]  bus_answer,
    input wire        model_done,
    input wire [4:0]  model_error,
    input wire        descriptor_error,
    input wire        x_error
);
    localparam LISTED = 19;

    wire       running, loading, loaded, stopping, failed, counting, load_done, idle;
    wire       core_reset, load_reset, halt;
    wire [4:0] error;

    reg  [1:0] dog; // is written while the chip is at rest
    wire [1:0] watchdog = WATCHED ? dog : 2'd0;

    ese_run_control dut (
        .clk              (clk),
        .reset            (reset),
        .reset_next       (1'b0),
        .start            (start),
        .stop             (stop),
        .load             (load),
        .watchdog         ({30'd0, watchdog}),
        .slave_error      (slave_error),
        .decode_error     (decode_error),
        .length_error     (length_error),
        .bus_idle         (bus_idle),
        .bus_answer       (bus_answer),
        .model_done       (model_done),
        .model_error      (model_error),
        .descriptor_error (descriptor_error),
        .x_error          (x_error),
        .running          (running),
        .loading          (loading),
        .loaded           (loaded),
        .stopping         (stopping),
        .error            (error),
        .failed           (failed),
        .counting         (counting),
        .load_done        (load_done),
        .idle             (idle),
        .core_reset       (core_reset),
        .load_reset       (load_reset),
        .halt             (halt)
    );

    wire active = running || loading;
    wire rests  = !active && !stopping;

    // Clocks in which a bus that is not at rest said nothing.
    reg [31:0] silence [0:2];
    reg [2:0]  bitten; // by what was so a clock before

    // What was told in the clock before, in the order of the list, a bit each; with the codes of that order.
    reg  [LISTED-1:0] told;
    wire [LISTED-1:0] now = {x_error, descriptor_error, 1'b0, model_error, 3'b000, decode_error[2], slave_error[2],
                             length_error[1], length_error[0], decode_error[1], slave_error[1],
                             decode_error[0], slave_error[0]};
    wire [LISTED-1:0] all = told | {2'd0, running && !loaded, 5'd0, bitten, 8'd0};
    localparam [LISTED*5-1:0] CODES = {5'd1, 5'd18, 5'd17, 5'd16, 5'd14, 5'd13, 5'd15,
                                       5'd12, 5'd19, 5'd9, 5'd8, 5'd11, 5'd10, 5'd7, 5'd6, 5'd5,
                                       5'd4, 5'd3, 5'd2};
    reg [4:0] first;
    always @(*) begin : find
        integer n;
        first = 5'd0;
        for (n = LISTED - 1; n >= 0; n = n - 1)
            if (all[n]) first = CODES[5*n +: 5];
    end

    reg       started = 1'b0;
    reg       was_reset, was_active, was_running, was_rests, was_stopping, was_idle, was_halt;
    reg       took;     // a start or a load, in the clock before
    reg       was_stop;
    reg [2:0] was_idle_bus;
    reg [4:0] was_error, was_first;

    always @(*) begin
        if (!started) assume (reset);
        if (started && was_halt) assume ((was_idle_bus & ~bus_idle) == 3'd0);
    end

    always @(posedge clk) begin : follow
        integer b;
        started      <= 1'b1;
        was_reset    <= reset;
        was_active   <= active;
        was_running  <= running;
        was_rests    <= rests;
        was_stopping <= stopping;
        was_idle     <= &bus_idle;
        was_idle_bus <= bus_idle;
        was_halt     <= halt;
        was_stop     <= stop;
        was_error    <= error;
        was_first    <= first;
        took         <= rests && (start || load);
        told         <= active ? now : {LISTED{1'b0}};
        if (rests) dog <= watchdog_bits;
        for (b = 0; b < 3; b = b + 1) begin
            silence[b] <= (reset || bus_idle[b] || bus_answer[b]) ? 32'd0 : silence[b] + 32'd1;
            bitten[b]  <= watchdog != 2'd0 && silence[b] >= {30'd0, watchdog} && !reset;
        end
    end

    always @(*)
        if (started && !was_reset) begin
            if (was_error != 5'd0 && !took) assert (error == was_error);
            if (was_active) assert (error == was_first);
            if (was_active && (was_stop || was_first != 5'd0)) assert (!active && stopping);
            if (was_active && !active) assert (stopping || loaded);
            if (was_stopping && !stopping) assert (was_idle);
            if (was_stopping) assert (!active);
            assert (counting == (running && all == {LISTED{1'b0}}));
            if (stopping) assert (halt);
            assert (halt == !active);
            assert (core_reset == !(running && loaded));
            assert (load_reset == !loading);
            assert (!(running && loading));
            if (took && !active) assert (was_reset);
            if (!was_rests && !was_active) assert (!active);
        end

    always @(posedge clk)
        if (started && !reset && !was_reset) begin
            cover (was_error == 5'd18 && took && error == 5'd0);
            cover (error == (WATCHED ? 5'd9 : 5'd4));
            cover (was_stopping && !stopping && error == 5'd2);
            cover (was_active && was_stop && error != 5'd0);
            cover (was_active && !active && loaded && !stopping);
        end
endmodule

`default_nettype wire
