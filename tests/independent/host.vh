// SPDX-License-Identifier: Apache-2.0
// host.vh - part of bench.v: the host, who knows the registers, the descriptors and the saved states of
// REGISTERS.md, and does what plan.txt says, a step a line.

localparam CONTROL = 'h20, STATUS = 'h24, ERROR = 'h28, IRQ_ENABLE = 'h2C, IRQ_STATUS = 'h30;
localparam SLOT = 'h38, WEIGHTS_ADDRESS = 'h40, MODEL_ADDRESS = 'h48, QUEUE_ADDRESS = 'h50;
localparam QUEUE_MASK = 'h58, QUEUE_TAIL = 'h5C, QUEUE_HEAD = 'h60, FRAMES = 'h70;

// ---- registers ----

// The host's signals change behind the rising edge and are looked at at the falling one.
task tick;
    begin
        @(posedge clk);
        #1;
    end
endtask

integer late;
reg     aw_open, w_open;
task write_register;
    input [11:0] address;
    input [31:0] data;
    begin
        late    = random[9:8]; // so many clocks the data comes behind the address
        aw_open = 1;
        w_open  = 1;
        awaddr  = address;
        wdata   = data;
        awvalid = 1;
        wvalid  = late == 0;
        while (aw_open || w_open) begin
            @(negedge clk);
            if (awvalid && awready) aw_open = 0;
            if (wvalid && wready) w_open = 0;
            tick;
            if (late > 0) late = late - 1;
            awvalid = aw_open;
            wvalid  = w_open && late == 0;
        end
        bready = 1;
        @(negedge clk);
        while (!bvalid) @(negedge clk);
        if (bresp != 0) $display("FAULT a write to %h answers %b", address, bresp);
        tick;
        bready = 0;
    end
endtask

reg [31:0] value;
task read_register; // into value
    input [11:0] address;
    begin
        araddr  = address;
        arvalid = 1;
        @(negedge clk);
        while (!arready) @(negedge clk);
        tick;
        arvalid = 0;
        rready  = 1;
        @(negedge clk);
        while (!rvalid) @(negedge clk);
        value = rdata;
        if (rresp != 0) $display("FAULT a read of %h answers %b", address, rresp);
        tick;
        rready = 0;
    end
endtask

task write_address;
    input [11:0] register;
    input [63:0] address;
    begin
        write_register(register, address[31:0]);
        write_register(register + 4, address[63:32]);
    end
endtask

// ---- memory ----

integer at, offset;
task put_word;
    input [63:0] address;
    input [31:0] word;
    begin
        at     = (address - BASE) / BYTES;
        offset = 8 * ((address - BASE) % BYTES);
        memory[at][offset +: 32] = word;
    end
endtask

reg [7:0] moved;
task move_byte;
    input [63:0] to, from;
    begin
        at     = (from - BASE) / BYTES;
        offset = 8 * ((from - BASE) % BYTES);
        moved  = memory[at][offset +: 8];
        at     = (to - BASE) / BYTES;
        offset = 8 * ((to - BASE) % BYTES);
        memory[at][offset +: 8] = moved;
    end
endtask

// ---- steps ----

// An interrupt, what it is of, and that it goes when its events are cleared.
reg [31:0] events;
task wait_interrupt;
    begin
        while (!irq) tick;
        read_register(IRQ_STATUS);
        events = value;
        write_register(IRQ_STATUS, events);
        if (events[0]) begin
            read_register(ERROR);
            $display("FAULT ERROR is %0d", value);
            $finish;
        end
    end
endtask

task load;
    input [63:0] weights, model;
    begin
        write_address(WEIGHTS_ADDRESS, weights);
        write_address(MODEL_ADDRESS, model);
        write_register(IRQ_STATUS, 'hF);
        write_register(IRQ_ENABLE, 'b1101); // descriptor done, model loaded, error
        write_register(CONTROL, 4);
        wait_interrupt;
        read_register(STATUS);
        if (!events[2] || !value[5])
            $display("FAULT load ends with events %b, STATUS %b", events, value);
    end
endtask

reg [63:0] ring;
reg [31:0] mask, tail, head;
task start;
    input [63:0] address;
    input [31:0] queue_mask;
    begin
        ring = address;
        mask = queue_mask;
        tail = 0;
        write_address(QUEUE_ADDRESS, ring);
        write_register(QUEUE_MASK, mask);
        write_register(CONTROL, 1);
        read_register(QUEUE_HEAD);
        if (value != 0) $display("FAULT QUEUE_HEAD is %0d after start", value);
    end
endtask

task stop;
    begin
        write_register(CONTROL, 2);
        read_register(STATUS);
        while (value[1:0] != 0 || !value[3]) read_register(STATUS);
    end
endtask

integer    n;
reg [63:0] descriptor;
task submit;
    input [63:0] flags, frames, x, y, restore, save, active, first, restored;
    begin
        read_register(QUEUE_HEAD);
        while (tail - value > mask) read_register(QUEUE_HEAD);
        descriptor = ring + 128 * (tail & mask);
        for (n = 0; n < 32; n = n + 1) put_word(descriptor + 4 * n, 0);
        put_word(descriptor, 'h44455345);
        put_word(descriptor + 4, flags);
        put_word(descriptor + 8, frames);
        put_word(descriptor + 16, x);
        put_word(descriptor + 20, x >> 32);
        put_word(descriptor + 24, y);
        put_word(descriptor + 28, y >> 32);
        put_word(descriptor + 32, restore);
        put_word(descriptor + 36, restore >> 32);
        put_word(descriptor + 40, save);
        put_word(descriptor + 44, save >> 32);
        put_word(descriptor + 64, active);
        put_word(descriptor + 80, first);
        put_word(descriptor + 96, restored);
        tail = tail + 1;
        write_register(QUEUE_TAIL, tail);
    end
endtask

task wait_done;
    begin
        read_register(QUEUE_HEAD);
        head = value;
        while (head != tail) begin
            wait_interrupt;
            read_register(QUEUE_HEAD);
            head = value;
        end
    end
endtask

// The state of a channel to the place of another, word by word.
integer byte_;
task move_state;
    input [63:0] to, to_channel, from, from_channel, words, word_bytes, slot_bytes;
    for (n = 0; n < words; n = n + 1)
        for (byte_ = 0; byte_ < slot_bytes; byte_ = byte_ + 1)
            move_byte(to + n * word_bytes + to_channel * slot_bytes + byte_,
                      from + n * word_bytes + from_channel * slot_bytes + byte_);
endtask

task overwrite;
    input [63:0] address, bytes;
    for (n = 0; n < bytes; n = n + 4) put_word(address + n, 'hDEADBEEF);
endtask

reg [63:0]   a [0:8];
integer      plan, step, got;
initial begin
    if (!$value$plusargs("seed=%d", random)) random = 1;
    random2 = random ^ 32'h5DEECE66;
    random3 = random ^ 32'h2545F491;
    $readmemh("memory.hex", memory);
    plan = $fopen("plan.txt", "r");
    if (plan == 0) $display("FAULT no plan.txt");
    repeat (5) tick;
    reset_n = 1;
    tick;
    step = 1;
    while (step != 0) begin
        got = $fscanf(plan, "%d %h %h %h %h %h %h %h %h %h\n", step, a[0], a[1], a[2], a[3], a[4],
                      a[5], a[6], a[7], a[8]);
        if (got != 10) begin
            $display("FAULT plan.txt ends early");
            step = 0;
        end
        case (step)
            0: $display("DONE after %0d clocks", clocks);
            1: load(a[0], a[1]);
            2: start(a[0], a[1]);
            3: submit(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8]);
            4: wait_done;
            5: write_register(SLOT, 32'h80000000 | (a[1] << 16) | a[0]);
            6: move_state(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
            7: begin
                read_register(FRAMES);
                while (value < a[0]) read_register(FRAMES);
            end
            8: stop;
            9: begin
                read_register(a[0]);
                if ((value & a[1]) != a[2]) $display("FAULT register %h is %h", a[0], value);
            end
            10: overwrite(a[0], a[1]);
            default: $display("FAULT no such step: %0d", step);
        endcase
    end
    $writememh("result.hex", memory);
    $finish;
end
