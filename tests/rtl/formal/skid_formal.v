// SPDX-License-Identifier: Apache-2.0
// skid_formal - what ese_skid promises, for every way of using it.
//
// Words with ascending numbers are offered until they are taken.
//   - they come out in their order, none is lost and none comes twice; a word waits until it is taken;
//   - a word that was taken is at the output in the next clock if nothing else waits there;
//   - while the output is taken every clock, so is the input; with SPARE it is said a clock before whether
//     the input is.
`default_nettype none

module skid_formal #(
    parameter SPARE = 1
) (
    input wire clk,
    input wire reset,
    input wire offer,
    input wire ready
);
    reg  [2:0] given, gone; // modulo more than is held
    wire [2:0] data;
    wire       valid, taken;

    ese_skid #(
        .WIDTH (3),
        .SPARE (SPARE)
    ) dut (
        .clk      (clk),
        .reset    (reset),
        .in_valid (offer),
        .in_ready (taken),
        .in_data  (given),
        .valid    (valid),
        .ready    (ready),
        .data     (data)
    );

    reg        started = 1'b0;
    reg        waited = 1'b0; // a word was at the output and was not taken, in the clock before
    wire [2:0] held = given - gone;
    wire       in   = offer && taken;
    wire       out  = valid && ready;

    always @(*)
        if (!started) assume (reset);

    always @(posedge clk) begin
        started <= 1'b1;
        if (reset) begin
            given  <= 0;
            gone   <= 0;
            waited <= 1'b0;
        end else begin
            given  <= given + in;
            gone   <= gone + out;
            waited <= valid && !ready;
        end
    end

    always @(*)
        if (started) begin
            assert (held <= 1 + SPARE);
            assert (valid == (held != 0));
            if (valid) assert (data == gone);
            if (waited) assert (valid);
            if (SPARE == 1) assert (taken == (held != 2));
            else            assert (taken == (held == 0 || ready));
        end

    always @(posedge clk)
        if (started && !reset) begin
            cover (held == 1 + SPARE && out && !offer);
            cover (in && out && gone == 3'd6);
        end
endmodule

`default_nettype wire
