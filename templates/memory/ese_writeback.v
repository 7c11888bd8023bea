// SPDX-License-Identifier: Apache-2.0
// ese_writeback - y and saved states on their way to memory.
//
// Job      the frames of y of a descriptor, from job_address on and each job_stride bytes behind the one before
//          (signed; 0: right behind), or a state; jobs are queued, and worked off in order
// Input    y as the output buffer gives it, one element of all channels a beat.  Words of a state, of
//          all channels.  Whole bytes an element, signed
// Output   pieces and bus words for ese_axi_write: a piece a frame, or a state; flags {the descriptor's
//          last piece, a frame}
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_writeback #(
    parameter CHANNELS       = 2,   // voices
    parameter LANES          = 1,   // elements of a channel in a word of state
    parameter ACT_W          = 16,  // bits of an element
    parameter ELEMENT_W      = 16,  // ... in memory
    parameter ADDRESS_W      = 40,  // bits of a byte address
    parameter BUS_W          = 128, // bits of a bus word
    parameter XY_MEMORY_W    = 32,  // bits of an element of y, all channels, in memory
    parameter STATE_MEMORY_W = 32,  // bits of a word of state in memory
    parameter JOBS_W         = 3    // log2 of the jobs that may wait
) (
    input  wire                            clk,
    input  wire                            reset,
    input  wire [31:0]                     y_size,
    input  wire [31:0]                     cell_words, // of a state
    input  wire [31:0]                     kept_words,

    input  wire                            job_valid,
    output wire                            job_ready,
    input  wire [ADDRESS_W-1:0]            job_address,
    input  wire [31:0]                     job_frames,
    input  wire [31:0]                     job_stride, // whole bus words
    input  wire                            job_is_state,
    input  wire                            job_is_last,

    input  wire                            y_valid,
    output wire                            y_ready,
    input  wire [CHANNELS*ELEMENT_W-1:0]   y_data,

    input  wire                            save_valid,
    output wire                            save_ready,
    input  wire [CHANNELS*LANES*ACT_W-1:0] save_data,

    output wire                            rest,       // nothing under way, no job waits
    output wire                            piece_valid,
    input  wire                            piece_ready,
    output wire [ADDRESS_W-1:0]            piece_address,
    output wire [31:0]                     piece_words,
    output wire [1:0]                      piece_flags,
    output wire                            bus_valid,
    input  wire                            bus_ready,
    output wire [BUS_W-1:0]                bus_data
);
    localparam BYTES_W = $clog2(BUS_W / 8);
    localparam SLOTS   = CHANNELS * LANES;

    // ---- numbers that are settled when the chip runs ----------------------------------------
    reg [31:0] state_items;
    reg [31:0] state_last;
    reg [31:0] y_last;

    always @(posedge clk) begin
        state_items <= cell_words + kept_words;
        state_last  <= state_items - 32'd1;
        y_last      <= y_size - 32'd1;
    end

    // ---- jobs that wait --------------------------------------------------------------------
    localparam STEP_W = 32 - BYTES_W;
    localparam JOB_W  = STEP_W + ADDRESS_W + 32 + 2;

    (* ram_style = "distributed" *) reg [JOB_W-1:0] jobs [0:(1<<JOBS_W)-1];

    reg [JOBS_W:0] job_head;
    reg [JOBS_W:0] job_tail;

    wire [JOBS_W:0] waiting = job_tail - job_head;
    wire            push    = job_valid && job_ready;
    wire            next;

    wire [31:0]          y_frame_words;
    wire [STEP_W-1:0]    job_step = (job_stride == 32'd0) ? y_frame_words[STEP_W-1:0]
                                  : job_stride[31:BYTES_W];
    wire [STEP_W-1:0]    next_step;
    wire [ADDRESS_W-1:0] next_address;
    wire [31:0]          next_frames;
    wire                 next_is_state;
    wire                 next_is_last;

    assign job_ready = !waiting[JOBS_W] && !reset;
    assign {next_step, next_is_last, next_is_state, next_frames, next_address} = jobs[job_head[JOBS_W-1:0]];

    always @(posedge clk)
        if (push)
            jobs[job_tail[JOBS_W-1:0]] <= {job_step, job_is_last, job_is_state, job_frames, job_address};

    always @(posedge clk)
        if (reset) begin
            job_head <= {(JOBS_W+1){1'b0}};
            job_tail <= {(JOBS_W+1){1'b0}};
        end else begin
            if (push) job_tail <= job_tail + 1'b1;
            if (next) job_head <= job_head + 1'b1;
        end

    // ---- the job, piece by piece -----------------------------------------------------------
    reg                 busy;     // there is a job
    reg                 open;     // its piece has been announced: words go in
    reg [ADDRESS_W-1:0] address;
    reg [STEP_W-1:0]    step;     // bus words from one frame to the next, signed
    reg [31:0]          frames_left;
    reg                 is_state;
    reg                 is_last;
    reg [31:0]          item;     // word of the piece, the first is 1
    reg                 at_end;   // ... it is the last

    wire [31:0] state_words;
    wire [ADDRESS_W-1:0] step_bytes =
        {{(ADDRESS_W-31){step[STEP_W-1]}}, step[STEP_W-2:0], {BYTES_W{1'b0}}};
    wire [31:0] last_item = is_state ? state_last : y_last;
    wire        one_item  = last_item == 32'd0;
    wire        take      = is_state ? save_valid && save_ready : y_valid && y_ready;
    wire        piece_end = take && at_end;
    wire        announce  = piece_valid && piece_ready;

    wire unused_bits = ^job_stride;

    assign rest = !busy && waiting == {(JOBS_W+1){1'b0}} && !bus_valid;

    // A piece is announced when all of the one before is in ese_axi_write.
    assign next          = !busy && waiting != {(JOBS_W+1){1'b0}};
    assign piece_valid   = busy && !open && !bus_valid && !reset;
    assign piece_address = address;
    assign piece_words   = is_state ? state_words : y_frame_words;
    assign piece_flags   = {is_last && frames_left == 32'd1, !is_state};

    always @(posedge clk) begin
        if (next) begin
            busy        <= 1'b1;
            address     <= next_address;
            step        <= next_step;
            frames_left <= next_is_state ? 32'd1 : next_frames;
            is_state    <= next_is_state;
            is_last     <= next_is_last;
        end
        if (announce) begin
            open    <= 1'b1;
            address <= address + step_bytes;
        end
        if (take) begin // known a clock ahead
            item   <= item + 32'd1;
            at_end <= item == last_item;
        end
        if (!open) begin
            item   <= 32'd1;
            at_end <= one_item;
        end
        if (piece_end) begin
            open        <= 1'b0;
            frames_left <= frames_left - 32'd1;
            if (frames_left == 32'd1) busy <= 1'b0;
        end

        if (reset) begin
            busy <= 1'b0;
            open <= 1'b0;
        end
    end

    ese_bus_words #(
        .BUS_W  (BUS_W),
        .WORD_W (XY_MEMORY_W)
    ) u_y_words (
        .words     (y_size),
        .bus_words (y_frame_words)
    );

    ese_bus_words #(
        .BUS_W  (BUS_W),
        .WORD_W (STATE_MEMORY_W)
    ) u_state_words (
        .words     (state_items),
        .bus_words (state_words)
    );

    // ---- elements to memory words ----------------------------------------------------------
    wire [XY_MEMORY_W-1:0]    y_memory;
    wire [STATE_MEMORY_W-1:0] state_memory;
    wire [SLOTS*ELEMENT_W-1:0]    state_shown;

    genvar s;
    generate
        for (s = 0; s < SLOTS; s = s + 1) begin : g_slot
            assign state_shown[s*ELEMENT_W +: ELEMENT_W] =
                {{(ELEMENT_W-ACT_W+1){save_data[s*ACT_W + ACT_W - 1]}}, save_data[s*ACT_W +: ACT_W-1]};
        end
        if (XY_MEMORY_W > CHANNELS * ELEMENT_W) begin : g_y_padding
            assign y_memory = {{(XY_MEMORY_W-CHANNELS*ELEMENT_W){1'b0}}, y_data};
        end else begin : g_y
            assign y_memory = y_data;
        end
        if (STATE_MEMORY_W > SLOTS * ELEMENT_W) begin : g_state_padding
            assign state_memory = {{(STATE_MEMORY_W-SLOTS*ELEMENT_W){1'b0}}, state_shown};
        end else begin : g_state
            assign state_memory = state_shown;
        end
    endgenerate

    wire             y_bus_valid;
    wire             state_bus_valid;
    wire [BUS_W-1:0] y_bus;
    wire [BUS_W-1:0] state_bus;
    wire             y_taken;
    wire             save_taken;

    assign y_ready    = y_taken && open && !is_state;
    assign save_ready = save_taken && open && is_state;

    ese_pack #(
        .BUS_W  (BUS_W),
        .WORD_W (XY_MEMORY_W)
    ) u_y_pack (
        .clk       (clk),
        .reset     (reset),
        .valid     (y_valid && open && !is_state),
        .ready     (y_taken),
        .data      (y_memory),
        .last      (at_end),
        .bus_valid (y_bus_valid),
        .bus_ready (bus_ready),
        .bus_data  (y_bus)
    );

    ese_pack #(
        .BUS_W  (BUS_W),
        .WORD_W (STATE_MEMORY_W)
    ) u_state_pack (
        .clk       (clk),
        .reset     (reset),
        .valid     (save_valid && open && is_state),
        .ready     (save_taken),
        .data      (state_memory),
        .last      (at_end),
        .bus_valid (state_bus_valid),
        .bus_ready (bus_ready),
        .bus_data  (state_bus)
    );

    // One of them has words at a time.
    assign bus_valid = y_bus_valid || state_bus_valid;
    assign bus_data  = y_bus_valid ? y_bus : state_bus;
endmodule

`resetall
