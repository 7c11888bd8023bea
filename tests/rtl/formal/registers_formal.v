// SPDX-License-Identifier: Apache-2.0
// registers_formal - what ese_registers of a chip with a queue promises, for every way of writing and every
// event.
//
//   - an event that comes is pending in the next clock, also in the very clock in which it is cleared, and
//     stays so until 1 is written to its bit, with its byte strobed;
//   - a setting keeps every byte that is not strobed, and changes by nothing but a write to it; QUEUE_TAIL is
//     0 after start, too;
//   - a command is what is written to it, byte by byte, for one clock, and nothing else.
`default_nettype none

module registers_formal (
    input wire        clk,
    input wire        reset,
    input wire        start,
    input wire        write_enable,
    input wire [9:0]  word,
    input wire [31:0] write_data,
    input wire [3:0]  write_strobe,
    input wire [31:0] set
);
    localparam [9:0] CONTROL = 10'h08, IRQ_ENABLE = 10'h0b, IRQ_STATUS = 10'h0c, WATCHDOG = 10'h0d,
                     SLOT = 10'h0e, WEIGHTS = 10'h10, QUEUE_MASK = 10'h16, QUEUE_TAIL = 10'h17;

    wire [31:0] irq_status, control, slot, irq_enable, watchdog, weights, queue_mask, queue_tail;

    ese_registers dut (
        .clk                  (clk),
        .reset                (reset),
        .start                (start),
        .write_enable         (write_enable),
        .write_address        ({word, 2'b00}),
        .write_data           (write_data),
        .write_strobe         (write_strobe),
        .read_address         (12'd0),
        .irq_status_set       (set),
        .irq_status           (irq_status),
        .control              (control),
        .slot                 (slot),
        .irq_enable           (irq_enable),
        .watchdog             (watchdog),
        .weights_address      (weights),
        .queue_mask           (queue_mask),
        .queue_tail           (queue_tail)
    );

    wire [31:0] strobed = {{8{write_strobe[3]}}, {8{write_strobe[2]}}, {8{write_strobe[1]}},
                           {8{write_strobe[0]}}};

    function [31:0] written; // what a setting is in the next clock
        input [9:0]  own;
        input [31:0] value;
        written = (write_enable && word == own) ? (write_data & strobed) | (value & ~strobed) : value;
    endfunction

    reg        started = 1'b0;
    reg        was_reset;
    reg [31:0] events, enable, dog, base, mask, tail; // what they must be

    always @(*)
        if (!started) assume (reset);

    always @(posedge clk) begin
        started   <= 1'b1;
        was_reset <= reset;
        events <= (irq_status & ~((write_enable && word == IRQ_STATUS) ? write_data & strobed : 32'd0))
                | set;
        enable <= written(IRQ_ENABLE, irq_enable);
        dog    <= written(WATCHDOG, watchdog);
        base   <= written(WEIGHTS, weights);
        mask   <= written(QUEUE_MASK, queue_mask);
        tail   <= start ? 32'd0 : written(QUEUE_TAIL, queue_tail);
    end

    always @(*)
        if (started) begin
            assert (irq_status == (was_reset ? 32'd0 : events));
            assert (irq_enable == (was_reset ? 32'd0 : enable));
            assert (watchdog == (was_reset ? 32'd100000 : dog));
            assert (weights == (was_reset ? 32'd0 : base));
            assert (queue_mask == (was_reset ? 32'd0 : mask));
            assert (queue_tail == (was_reset ? 32'd0 : tail));
            assert (control == ((write_enable && word == CONTROL) ? write_data & strobed : 32'd0));
            assert (slot == ((write_enable && word == SLOT) ? write_data & strobed : 32'd0));
        end

    always @(posedge clk)
        if (started && !reset) begin
            cover (irq_status[3:0] == 4'b1001 && write_enable && word == IRQ_STATUS && strobed[0]
                && write_data[3:0] == 4'b0001 && set[0]);
            cover (queue_tail == 32'd5 && start);
        end
endmodule

`default_nettype wire
