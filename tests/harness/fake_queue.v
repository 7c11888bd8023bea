// SPDX-License-Identifier: Apache-2.0
// fake_queue - the stand-in's queue of descriptors: reads them, x and states, writes y and states.
//
// One read burst at a time; several writes.  A state is c alone, laid out like a frame of x.  With
// +NAME it breaks a rule of the write channels, or of what a host is promised.

`timescale 1ns / 1ps

module fake_queue #(
    parameter AW = 40, DW = 128,
    parameter CHANNELS = 1, A = 8, B = 8, FRAME = 1,
    parameter WORD_BYTES = 1 // of an element of all channels; a power of two, no wider than the bus
) (
    input                         clk, reset_n,
    input                         running,
    input      [63:0]             queue_base, model_base,
    input      [31:0]             queue_mask, queue_tail,
    input      [CHANNELS-1:0]     closed,
    output reg [31:0]             head,
    output reg                    frame_done, descriptor_done, impossible,
    output                        want,   // to read
    input                         grant,
    output                        read_idle, write_idle,
    output reg                    slave_error, decode_error, length_error, write_slave, write_decode,
    output reg                    answer, write_answer,
    output reg                    arvalid,
    input                         arready,
    output reg [AW-1:0]           araddr,
    output reg [7:0]              arlen,
    input                         rvalid,
    input      [DW-1:0]           rdata,
    input      [1:0]              rresp,
    input                         rlast,
    output                        awvalid,
    input                         awready,
    output     [AW-1:0]           awaddr,
    output     [7:0]              awlen,
    output     [2:0]              awsize,
    output     [1:0]              awburst,
    output     [3:0]              awcache,
    output     [2:0]              awprot,
    output                        wvalid,
    input                         wready,
    output     [DW-1:0]           wdata,
    output     [DW/8-1:0]         wstrb,
    output                        wlast,
    input                         bvalid,
    output                        bready,
    input      [1:0]              bresp,
    output                        x_valid,
    input                         x_ready,
    output     [CHANNELS*B-1:0]   x_data,
    output     [2*CHANNELS-1:0]   x_user,
    output                        x_last,
    input                         y_valid,
    output                        y_ready,
    input      [CHANNELS*B-1:0]   y_data,
    input      [CHANNELS-1:0]     y_user,
    input                         y_last,
    output reg                    state_write,
    output     [15:0]             state_word,
    output     [CHANNELS-1:0]     state_channels,
    output reg [CHANNELS*A-1:0]   state_data,
    input      [CHANNELS*A-1:0]   state_now  // at state_word
);
    localparam BYTES = DW / 8;
    localparam BEATS = (FRAME * WORD_BYTES + BYTES - 1) / BYTES; // of a frame, or of a state
    localparam DESCRIPTOR_BEATS = 1024 / DW;
    localparam BURST = 2;                                        // beats at most
    localparam [31:0] SIZE = $clog2(BYTES);

    reg aw_in_reset, w_in_reset, aw_drop, aw_change, w_drop, w_change, aw_fixed, aw_narrow,
        aw_unaligned, aw_cross, aw_outside, aw_stopped, w_early, w_late, w_strobe, b_deaf, x_on_awvalid,
        x_on_awaddr, x_on_wvalid, x_on_wdata, x_on_wlast, x_on_wstrb, x_on_bready, head_early, y_short,
        y_twice, y_padding, y_idle, y_bit, head_jump, no_descriptor_event, lost_state, save_short,
        y_read, w_stopped, head_back, counts_failed, any_stride, odd_stride, any_page;
    initial begin
        aw_in_reset  = $test$plusargs("aw_in_reset");
        w_in_reset   = $test$plusargs("w_in_reset");
        aw_drop      = $test$plusargs("aw_drop");      // awvalid falls while waiting
        aw_change    = $test$plusargs("aw_change");    // the address changes while waiting
        w_drop       = $test$plusargs("w_drop");
        w_change     = $test$plusargs("w_change");
        aw_fixed     = $test$plusargs("aw_fixed");     // burst type
        aw_narrow    = $test$plusargs("aw_narrow");
        aw_unaligned = $test$plusargs("aw_unaligned");
        aw_cross     = $test$plusargs("aw_cross");
        aw_outside   = $test$plusargs("aw_outside");   // into the model
        aw_stopped   = $test$plusargs("aw_stopped");   // asks without having been started
        w_stopped    = $test$plusargs("w_stopped");
        w_early      = $test$plusargs("w_early");      // WLAST a beat early
        w_late       = $test$plusargs("w_late");       // no WLAST
        w_strobe     = $test$plusargs("w_strobe");     // a byte is left out
        b_deaf       = $test$plusargs("b_deaf");       // bready stays low
        x_on_awvalid = $test$plusargs("x_on_awvalid");
        x_on_awaddr  = $test$plusargs("x_on_awaddr");
        x_on_wvalid  = $test$plusargs("x_on_wvalid");
        x_on_wdata   = $test$plusargs("x_on_wdata");
        x_on_wlast   = $test$plusargs("x_on_wlast");
        x_on_wstrb   = $test$plusargs("x_on_wstrb");
        x_on_bready  = $test$plusargs("x_on_bready");
        head_early   = $test$plusargs("head_early");   // QUEUE_HEAD counts before y is answered
        y_short      = $test$plusargs("y_short");      // the last bus word of y is not written
        y_twice      = $test$plusargs("y_twice");      // the frame is written twice
        y_padding    = $test$plusargs("y_padding");    // padding that is not 0
        y_idle       = $test$plusargs("y_idle");       // y of idle channels is not 0
        y_bit        = $test$plusargs("y_bit");        // a wrong bit
        head_jump    = $test$plusargs("head_jump");    // QUEUE_HEAD beyond what was submitted
        head_back    = $test$plusargs("head_back");    // QUEUE_HEAD falls
        no_descriptor_event = $test$plusargs("no_descriptor_event");
        lost_state   = $test$plusargs("lost_state");
        save_short   = $test$plusargs("save_short");
        y_read       = $test$plusargs("y_read");       // reads where only y is to be written
        counts_failed = $test$plusargs("counts_failed"); // in QUEUE_HEAD what was not written
        any_stride   = $test$plusargs("any_stride");   // takes any stride for none
        odd_stride   = $test$plusargs("odd_stride");   // ... that is no multiple of a bus word, for one that is
        any_page     = $test$plusargs("any_page");     // takes an address for that of its page
    end

    reg [3:0]    state;
    reg [31:0]   taken, frame, count;
    reg [1023:0] descriptor;
    reg          start_read, start_write, begun;
    reg [63:0]   start_address;
    reg [15:0]   start_beats;
    reg [CHANNELS*B-1:0] last_saved;

    // ---- reading: `read_left` bus words from `read_next` on into `buffer` ------------------------

    reg [DW-1:0] buffer [0:255];
    reg          reading, in_burst;
    reg [63:0]   read_next;
    reg [15:0]   read_left, read_got;
    reg [7:0]    beat, quiet;

    wire [15:0] read_room = (16'd4096 - {4'd0, read_next[11:0]}) / BYTES;
    wire [15:0] read_most = read_room < 4 ? read_room : 4;
    wire [15:0] read_take = read_left < read_most ? read_left : read_most;
    wire        read_over = reading && read_left == 0 && !in_burst;

    assign want      = reading && !read_over || in_burst;
    assign read_idle = !in_burst && quiet == 0;

    // ---- writing: `write_left` bus words from `buffer` to `write_next` on --------------------------

    reg        writing, aw_valid, w_valid, w_last;
    reg [63:0] write_next, aw_address;
    reg [15:0] write_left;
    reg [7:0]  aw_length, w_beat;
    reg [7:0]  lengths [0:15];
    reg [3:0]  length_head, length_tail;
    reg [7:0]  w_index;
    reg [3:0]  outstanding;
    reg        toggle;

    wire [15:0] write_room = (16'd4096 - {4'd0, write_next[11:0]}) / BYTES;
    wire [15:0] write_most = write_room < BURST ? write_room : BURST;
    wire [15:0] write_take = write_left < write_most ? write_left : write_most;
    wire        aw_push    = writing && running && !start_write && write_left != 0 && (!aw_valid || awvalid && awready)
                          && outstanding < 6;
    wire        w_free     = !w_valid || wvalid && wready;
    wire        w_push     = w_free && length_head != length_tail;
    wire        b_taken    = bvalid && bready;
    wire        write_over = writing && write_left == 0 && outstanding == 0;

    assign write_idle = !aw_valid && length_head == length_tail && !w_valid && outstanding == 0;
    assign awvalid = x_on_awvalid && toggle && head != 0 ? 1'bx
                   : aw_in_reset && !reset_n || aw_stopped && !running && reset_n
                     || aw_valid && !(aw_drop && toggle);
    assign awaddr  = x_on_awaddr && head != 0 ? {AW{1'bx}}
                   : (aw_outside ? model_base[AW-1:0] : aw_address[AW-1:0])
                     + (aw_change && toggle ? BYTES : 0) + (aw_unaligned ? 4 : 0)
                     + (aw_cross ? 4096 - BYTES : 0);
    assign awlen   = aw_cross ? 8'd1 : aw_length;
    assign awsize  = aw_narrow ? SIZE[2:0] - 3'd1 : SIZE[2:0];
    assign awburst = aw_fixed ? 2'b00 : 2'b01;
    assign awcache = 4'b0011;
    assign awprot  = 3'b000;
    assign wvalid  = x_on_wvalid && toggle && head != 0 ? 1'bx
                   : w_in_reset && !reset_n || w_stopped && !running && reset_n
                     || w_valid && !(w_drop && toggle);
    assign wlast   = x_on_wlast && head != 0 ? 1'bx : w_late ? 1'b0 : w_early ? 1'b1 : w_last;
    assign wstrb   = x_on_wstrb && head != 0 ? {DW / 8{1'bx}} : {DW / 8{1'b1}} >> w_strobe;
    assign bready  = x_on_bready && head != 0 ? 1'bx : !b_deaf;

    reg [DW-1:0] w_data;
    assign wdata   = x_on_wdata && head != 0 ? {DW{1'bx}} : w_change && toggle ? ~w_data : w_data;

    always @(posedge clk) begin
        toggle <= !toggle;
        // reads
        if (arvalid && arready) arvalid <= 1'b0;
        if (reading && running && grant && !in_burst && read_left != 0 && quiet == 0) begin
            arvalid   <= 1'b1;
            araddr    <= read_next[AW-1:0];
            arlen     <= read_take - 1;
            in_burst  <= 1'b1;
            beat      <= 0;
            read_next <= read_next + read_take * BYTES;
            read_left <= read_left - read_take;
        end
        if (grant && rvalid && in_burst) begin
            buffer[read_got[7:0]] <= rdata;
            read_got <= read_got + 1;
            beat     <= beat + 1;
            if (beat == arlen || rlast) in_burst <= 1'b0;
        end
        answer       <= grant && rvalid;
        slave_error  <= grant && rvalid && rresp == 2'b10;
        decode_error <= grant && rvalid && rresp == 2'b11;
        length_error <= grant && rvalid && (!in_burst || (beat == arlen) != rlast);
        if (grant && rvalid && (!in_burst || (beat == arlen) != rlast || quiet != 0)) quiet <= 100;
        else if (quiet != 0) quiet <= quiet - 1;

        // writes
        if (awvalid && awready) aw_valid <= 1'b0;
        if (aw_push) begin
            aw_valid   <= 1'b1;
            aw_address <= write_next;
            aw_length  <= write_take - 1;
            lengths[length_tail] <= write_take - 1;
            length_tail <= length_tail + 1;
            write_next  <= write_next + write_take * BYTES;
            write_left  <= write_left - write_take;
        end
        outstanding <= outstanding + aw_push - b_taken;
        if (wvalid && wready) w_valid <= 1'b0;
        if (w_push) begin
            w_valid <= 1'b1;
            w_data  <= buffer[w_index];
            w_last  <= w_beat == lengths[length_head];
            w_index <= w_index + 1;
            w_beat  <= w_beat + 1;
            if (w_beat == lengths[length_head]) begin
                w_beat      <= 0;
                length_head <= length_head + 1;
            end
        end
        write_answer <= b_taken;
        write_slave  <= b_taken && bresp == 2'b10;
        write_decode <= b_taken && bresp == 2'b11;
        if (start_write) w_index <= 0;
        if (!reset_n) begin
            {arvalid, in_burst, beat, quiet, answer, slave_error, decode_error, length_error} <= 0;
            {aw_valid, w_valid, w_last, w_beat, length_head, length_tail, outstanding, toggle} <= 0;
            {write_answer, write_slave, write_decode, w_index, write_left, read_left, read_got} <= 0;
            {aw_address, aw_length} <= 0;
        end
        if (start_read) begin
            read_next <= start_address;
            read_left <= start_beats;
            read_got  <= 0;
        end
        if (start_write) begin
            write_next <= start_address;
            write_left <= start_beats;
        end
    end

    // ---- one descriptor after the other -----------------------------------------------------------

    localparam [3:0] ST_IDLE = 0, ST_ASK = 1, ST_LOOK = 2, ST_STATE = 3, ST_PUT = 4, ST_X = 5,
                     ST_FEED = 6, ST_TAKE = 7, ST_Y = 8, ST_AGAIN = 9, ST_GET = 10, ST_SAVE = 11,
                     ST_STUCK = 12, ST_NEXT = 13;

    wire [31:0]         frames   = descriptor[64 +: 32];
    wire [63:0]         x_base   = descriptor[4*32 +: 64] & ~{52'd0, {12{any_page}}};
    wire [63:0]         y_base   = descriptor[6*32 +: 64] & ~{52'd0, {12{any_page}}};
    wire [31:0]         x_stride = any_stride ? 32'd0 : descriptor[12*32 +: 32];
    wire [31:0]         y_stride = any_stride ? 32'd0 : descriptor[13*32 +: 32];
    wire signed [63:0]  x_step   = x_stride == 0 ? BEATS * BYTES : {{32{x_stride[31]}}, x_stride};
    wire signed [63:0]  y_step   = y_stride == 0 ? BEATS * BYTES : {{32{y_stride[31]}}, y_stride};
    wire [63:0]         get_base = descriptor[8*32 +: 64];
    wire [63:0]         put_base = descriptor[10*32 +: 64];
    wire [CHANNELS-1:0] active   = descriptor[16*32 +: CHANNELS];
    wire [CHANNELS-1:0] first    = descriptor[20*32 +: CHANNELS];
    wire [CHANNELS-1:0] restored = descriptor[24*32 +: CHANNELS];
    wire                saves    = descriptor[32];
    wire [11:0]         stray    = descriptor[4*32 +: 12] | descriptor[6*32 +: 12] | (restored != 0 ? get_base[11:0] : 12'd0)
                                 | (saves ? put_base[11:0] : 12'd0)
                                 | (odd_stride ? 12'd0 : descriptor[12*32 +: 12] | descriptor[13*32 +: 12]);
    wire                possible = descriptor[31:0] == 32'h44455345 && frames != 0 && stray % BYTES == 0;

    wire [31:0] at_byte = count * WORD_BYTES;
    wire [31:0] at_beat = at_byte / BYTES;
    wire [31:0] at_bit  = at_byte % BYTES * 8;

    reg [CHANNELS*B-1:0] word;
    always @* word = buffer[at_beat[7:0]] >> at_bit;

    assign x_valid = state == ST_FEED;
    assign x_data  = word;
    assign x_user  = {frame == 0 ? first & ~restored : {CHANNELS{1'b0}}, active & ~closed};
    assign x_last  = count == FRAME - 1;
    assign y_ready = state == ST_TAKE;

    assign state_word     = count[15:0];
    assign state_channels = lost_state ? {CHANNELS{1'b0}} : restored;

    integer k;
    reg [CHANNELS*B-1:0] y_word, saved_word;
    always @* begin
        y_word     = {CHANNELS * B{1'b0}};
        saved_word = {CHANNELS * B{1'b0}};
        for (k = 0; k < CHANNELS; k = k + 1) begin
            if (y_user[k] || y_idle) y_word[k*B +: B] = y_data[k*B +: B] ^ (y_bit && head != 0 && k == 0);
            if (y_idle && !y_user[k]) y_word[k*B] = 1'b1;
            saved_word[k*B +: A]   = state_now[k*A +: A];
            state_data[k*A +: A]   = word[k*B +: A];
        end
    end

    wire [DW-1:0] mask_word = ({{DW{1'b0}}, {CHANNELS*B{1'b1}}} << at_bit) & {DW{1'b1}};

    reg     was_running;
    integer n;
    always @(posedge clk) begin
        {start_read, start_write, frame_done, descriptor_done, impossible} <= 0;
        state_write <= 1'b0;
        was_running <= running;
        begun <= 1'b0;
        case (state)
            ST_IDLE: if (taken != queue_tail) begin
                state         <= ST_ASK;
                start_read    <= 1'b1;
                start_address <= queue_base + {taken & queue_mask, 7'd0};
                start_beats   <= DESCRIPTOR_BEATS;
                begun         <= 1'b1;
            end
            ST_ASK: if (!begun && read_over && !start_read) begin
                for (n = 0; n < DESCRIPTOR_BEATS; n = n + 1)
                    descriptor[n*DW +: DW] <= buffer[n];
                state <= ST_LOOK;
            end
            ST_LOOK: begin
                taken      <= taken + 1;
                frame      <= 0;
                count      <= 0;
                impossible <= !possible;
                state      <= !possible ? ST_STUCK : restored != 0 ? ST_STATE : ST_NEXT;
                if (possible && restored != 0) begin
                    start_read    <= 1'b1;
                    start_address <= get_base;
                    start_beats   <= BEATS;
                    begun         <= 1'b1;
                end
            end
            ST_STATE: if (!begun && read_over && !start_read) begin
                state       <= ST_PUT;
                state_write <= 1'b1;
            end
            ST_PUT: begin // state_write is high for the word `count`
                count       <= count + 1;
                state_write <= count != FRAME - 1;
                if (count == FRAME - 1) state <= ST_NEXT;
            end
            ST_NEXT: begin
                count         <= 0;
                start_read    <= 1'b1;
                start_address <= y_read && frame == 1 ? y_base : x_base + $signed({1'b0, frame}) * x_step;
                start_beats   <= BEATS;
                begun         <= 1'b1;
                state         <= ST_X;
            end
            ST_X: if (!begun && read_over && !start_read) state <= ST_FEED;
            ST_FEED: if (x_ready) begin
                count <= count + 1;
                if (x_last) begin
                    count <= 0;
                    for (n = 0; n < BEATS; n = n + 1) buffer[n] <= y_padding ? {DW{1'b1}} : {DW{1'b0}};
                    state <= ST_TAKE;
                    if (head_early && frame + 1 == frames && !saves)
                        {head, descriptor_done} <= {head + 32'd1, 1'b1};
                end
            end
            ST_TAKE: if (y_valid) begin
                buffer[at_beat[7:0]] <= (buffer[at_beat[7:0]] & ~mask_word)
                                      | ({{DW{1'b0}}, y_word} << at_bit);
                count <= count + 1;
                if (y_last) begin
                    count         <= 0;
                    start_write   <= 1'b1;
                    start_address <= y_base + $signed({1'b0, frame}) * y_step;
                    start_beats   <= y_short && head == 1 && BEATS > 1 ? BEATS - 1 : BEATS;
                    begun         <= 1'b1;
                    state         <= y_twice ? ST_AGAIN : ST_Y;
                end
            end
            ST_AGAIN: if (!begun && write_over && !start_write) begin
                start_write <= 1'b1;
                begun       <= 1'b1;
                state       <= ST_Y;
            end
            ST_Y: if (!begun && write_over && !start_write) begin
                frame_done <= 1'b1;
                frame      <= frame + 1;
                state      <= frame + 1 != frames ? ST_NEXT : saves ? ST_GET : ST_IDLE;
                if (frame + 1 == frames && !saves) begin
                    if (!head_early) head <= head_back && head == 2 ? 1 : head + (head_jump ? 9 : 1);
                    descriptor_done <= !no_descriptor_event;
                end
            end
            ST_GET: begin
                if (count == 0)
                    for (n = 0; n < BEATS; n = n + 1) buffer[n] <= {DW{1'b0}};
                else
                    buffer[(count - 1) * WORD_BYTES / BYTES]
                        <= buffer[(count - 1) * WORD_BYTES / BYTES]
                         | ({{DW{1'b0}}, last_saved} << (count - 1) * WORD_BYTES % BYTES * 8);
                last_saved <= saved_word;
                count      <= count + 1;
                if (count == FRAME) begin
                    count         <= 0;
                    start_write   <= 1'b1;
                    start_address <= put_base;
                    start_beats   <= save_short && BEATS > 1 ? BEATS - 1 : BEATS;
                    begun         <= 1'b1;
                    state         <= ST_SAVE;
                end
            end
            ST_SAVE: if (!begun && write_over && !start_write) begin
                head            <= head + 1;
                descriptor_done <= !no_descriptor_event;
                state           <= ST_IDLE;
            end
            default: ;
        endcase
        if (!reset_n || !running) begin
            {state, taken, start_read, start_write, begun} <= 0;
            {frame_done, descriptor_done, impossible, state_write} <= 0;
        end
        if (!reset_n || running && !was_running) head <= 0;
        else if (!running) head <= head + (counts_failed && was_running && state == ST_Y);
    end

    always @* begin
        reading = state == ST_ASK || state == ST_STATE || state == ST_X;
        writing = state == ST_Y || state == ST_AGAIN || state == ST_SAVE;
    end
endmodule
