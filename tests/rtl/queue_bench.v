// SPDX-License-Identifier: Apache-2.0
// queue_bench - a ring of descriptors worked off by ese_queue: x, states, jobs, and one that is wrong.
//
// Memory, write-back, stores and what says what a descriptor asks for lie in the bench, each as slow as it likes.
// Compared are the words of every descriptor; each beat of x, whose frames lie as the stride says, with its flags; the words of states, where they go
// and come from, and that nothing of before is under way then; what the write-back is told; that a wrong one is
// told, once, and ends it all.  Then, after a reset, again from the first.
// Prints "N comparisons, M mismatches".
`timescale 1ns / 1ps

module queue_case #(
    parameter        CHANNELS = 2,
    parameter        LANES    = 1,
    parameter        ACT_W    = 16,
    parameter        BUS_W    = 128,
    parameter        XY_M     = 32,  // bits in memory: of an element of all channels,
    parameter        STATE_M  = 32,  // ... of a word of state
    parameter        ADDRESS_W = 32,
    parameter [63:0] X_BASE   = 64'h0100_0000, // where x lies
    parameter [31:0] X        = 5,
    parameter [31:0] CELLS    = 7,
    parameter [31:0] KEPT     = 3,
    parameter        SEED     = 1
) (
    input  wire        clk,
    input  wire        reset,
    output reg  [31:0] compared,
    output reg  [31:0] wrong,
    output wire        finished
);
    localparam ELEMENT_W = (ACT_W + 7) / 8 * 8;
    localparam BYTES     = BUS_W / 8;
    localparam BURST_W   = 12 - $clog2(BYTES);
    localparam SLOTS     = CHANNELS * LANES;
    localparam X_COUNT_W = (X > 1) ? $clog2(X) : 1;
    localparam WORD_W    = 4;
    localparam [31:0] ALL     = 12;             // descriptors, of which the last is wrong
    localparam [31:0] RING    = 4;
    localparam [31:0] ROUNDS  = 2;
    localparam [31:0] WORDS   = 1024 / BUS_W;   // of a descriptor
    localparam [31:0] FRAME_N = (X * XY_M + BUS_W - 1) / BUS_W;
    localparam [31:0] STATE_N = ((CELLS + KEPT) * STATE_M + BUS_W - 1) / BUS_W;
    localparam STATELESS = CELLS + KEPT == 0;

    // ---- memory: byte after byte by its address --------------------------------------------
    function [7:0] byte_at;
        input [63:0] address;
        reg   [31:0] mixed;
        begin
            mixed   = (address[31:0] + address[63:32] * 32'd977 + SEED) * 32'd2654435761;
            byte_at = mixed[31:24] ^ mixed[15:8];
        end
    endfunction

    function [BUS_W-1:0] bus_at;
        input [63:0] address;
        integer      b;
        for (b = 0; b < BYTES; b = b + 1) bus_at[8*b +: 8] = byte_at(address + b);
    endfunction

    // ---- what the descriptors ask for ------------------------------------------------------
    reg  [31:0] index; // of the one whose words have come
    wire [31:0] mixed = (index + SEED) * 32'd2654435761;

    wire [31:0]         frames   = 32'd1 + mixed[31:30];
    wire                save     = mixed[29];
    wire [CHANNELS-1:0] active   = mixed[5 +: CHANNELS] | {{(CHANNELS-1){1'b0}}, 1'b1};
    wire [CHANNELS-1:0] restored = {CHANNELS{mixed[28]}} & mixed[11 +: CHANNELS];
    wire [CHANNELS-1:0] first    = mixed[17 +: CHANNELS] & ~restored;
    wire                restore  = restored != {CHANNELS{1'b0}};
    wire                fault    = index % ALL == ALL - 1;
    // frames behind each other, or from the last to the first, with bus words between them or without
    wire [31:0]         apart    = (FRAME_N + (mixed[25] ? mixed[24:20] : 32'd0)) * BYTES;
    wire [ADDRESS_W-1:0] x_at_0  = X_BASE + (index << 16) + 32'h8000 + mixed[23:16] * BYTES;
    wire [31:0]         stride   = (mixed[27:26] == 2'd0) ? 32'd0 : mixed[26] ? apart : -apart;
    wire [31:0]         step     = (stride == 32'd0) ? FRAME_N * BYTES : stride;
    wire [ADDRESS_W-1:0] y_to       = 32'h0200_0000 + (index << 16);
    wire [ADDRESS_W-1:0] state_from = 32'h0300_0000 + (index << 16) + mixed[15:8] * BYTES;
    wire [ADDRESS_W-1:0] state_to   = 32'h0400_0000 + (index << 16);
    wire                restores = restore && !STATELESS;
    wire                saves    = save && !STATELESS;

    // ---- the read port: one burst at a time ------------------------------------------------
    reg  [31:0] random;
    reg  [ADDRESS_W-1:0] from;
    reg  [31:0] left;
    reg         bus_valid;
    wire        request;
    wire [ADDRESS_W-1:0] request_address;
    wire [7:0]  request_length;
    wire        grant = request && left == 32'd0 && random[9:8] != 2'd0;
    wire [31:0] burst = request_length + 32'd1;

    // ---- the rest of the chip --------------------------------------------------------------
    reg  [31:0] tail;
    reg         queue_reset;
    wire        error;
    wire        descriptor_take;
    wire [BUS_W-1:0] descriptor_data;
    wire        x_valid;
    reg         x_ready;
    wire [CHANNELS*ELEMENT_W-1:0] x_data;
    wire [2*CHANNELS-1:0] x_user;
    wire        x_last;
    reg         frame_out;
    wire        written;
    wire        state_write;
    wire        state_saving;
    wire        state_read;
    wire        state_is_kept;
    wire [WORD_W-1:0] state_word;
    wire [CHANNELS-1:0] state_channels;
    wire [SLOTS*ACT_W-1:0] state_data;
    reg  [SLOTS*ACT_W-1:0] cell_data;
    reg  [SLOTS*ACT_W-1:0] kept_data;
    wire        job_valid;
    reg         job_ready;
    wire [ADDRESS_W-1:0] job_address;
    wire        job_is_state;
    wire        job_is_last;
    wire        save_valid;
    reg         save_ready;
    wire [SLOTS*ACT_W-1:0] save_data;

    ese_queue #(
        .CHANNELS (CHANNELS), .LANES (LANES), .ACT_W (ACT_W), .ELEMENT_W (ELEMENT_W), .WORD_W (WORD_W),
        .X_COUNT_W (X_COUNT_W), .ADDRESS_W (ADDRESS_W), .BUS_W (BUS_W), .BURST_W (BURST_W),
        .XY_MEMORY_W (XY_M), .STATE_MEMORY_W (STATE_M)
    ) u_queue (
        clk, queue_reset, 64'h1000, RING - 32'd1, tail, error, descriptor_take, descriptor_data, frames,
        save, x_at_0, y_to, stride, state_from, state_to, active, first, restored, restore, fault, request,
        request_address, request_length, grant, bus_valid, bus_at(from), X, CELLS, KEPT, x_valid, x_ready,
        x_data, x_user, x_last, frame_out, written, state_write, state_saving, state_read, state_is_kept,
        state_word, state_channels, state_data, cell_data, kept_data, job_valid, job_ready, job_address,
        job_is_state, job_is_last, save_valid, save_ready, save_data
    );

    // ---- what is compared ------------------------------------------------------------------
    reg  [31:0] round;
    reg  [31:0] next;      // descriptor of which the words come
    reg  [31:0] word;      // ... how many have come
    reg  [31:0] frame;     // of x, of the descriptor
    reg  [31:0] element;
    reg  [31:0] restoring; // word of the state
    reg  [31:0] saving;
    reg  [31:0] jobs;      // of the descriptor
    reg  [31:0] under_way; // frames that have not left
    reg  [31:0] unwritten; // clocks until the last of them is in memory
    reg  [31:0] owed;      // frames, and words of states, that have been announced
    reg  [31:0] still;     // clocks since an error
    reg         told;
    reg  [4:0]  seen;      // a frame or a word has gone to the write-back, in the clocks before
    integer     s;

    // What the write-back has taken is on its way for some clocks in which nobody knows of it.
    assign written  = unwritten == 32'd0 && owed == 32'd0;
    assign finished = round == ROUNDS;

    wire signed [63:0] behind = $signed(step) * $signed({1'b0, frame});
    wire [ADDRESS_W-1:0] x_at = x_at_0 + behind[ADDRESS_W-1:0] + element * (XY_M / 8);
    reg  [CHANNELS*ELEMENT_W-1:0] x_right;
    reg  [SLOTS*ACT_W-1:0]        state_right;
    reg  [SLOTS*ACT_W-1:0]        save_right;
    reg  [ELEMENT_W-1:0]          whole;
    integer                       b;

    // What a store has at a word.
    function [SLOTS*ACT_W-1:0] store_at;
        input                is_kept;
        input [WORD_W-1:0]   at;
        integer              n;
        for (n = 0; n < SLOTS; n = n + 1)
            store_at[n*ACT_W +: ACT_W] = {byte_at({16'd5, 3'd0, is_kept, 4'd0, at, 4'd0} + n),
                                          byte_at({16'd6, 3'd0, is_kept, 4'd0, at, 4'd0} + n),
                                          byte_at({16'd7, 3'd0, is_kept, 4'd0, at, 4'd0} + n)};
    endfunction

    wire                  shown_is_kept = saving >= CELLS;
    wire [31:0]           shown_item    = shown_is_kept ? saving - CELLS : saving;
    wire [SLOTS*ACT_W-1:0] shown        = store_at(shown_is_kept, shown_item[WORD_W-1:0]);

    always @(*) begin
        for (b = 0; b < CHANNELS * ELEMENT_W / 8; b = b + 1) x_right[8*b +: 8] = byte_at(x_at + b);
        for (s = 0; s < SLOTS; s = s + 1) begin
            for (b = 0; b < ELEMENT_W / 8; b = b + 1)
                whole[8*b +: 8] = byte_at(state_from + restoring * (STATE_M / 8)
                                          + s * (ELEMENT_W / 8) + b);
            state_right[s*ACT_W +: ACT_W] = whole[ACT_W-1:0];
            save_right[s*ACT_W +: ACT_W]  = shown[s*ACT_W +: ACT_W] & {ACT_W{active[s/LANES]}};
        end
    end

    task check;
        input ok;
        begin
            compared = compared + 1;
            if (!ok) wrong = wrong + 1;
        end
    endtask

    task begin_round;
        begin
            queue_reset <= 1'b1;
            tail        <= 32'd0;
            next        <= 32'd0;
            index       <= 32'd0;
            word        <= 32'd0;
            left        <= 32'd0;
            bus_valid   <= 1'b0;
            under_way   <= 32'd0;
            unwritten   <= 32'd0;
            owed        <= 32'd0;
            still       <= 32'd0;
            told        <= 1'b0;
            seen        <= 5'd0;
            frame_out   <= 1'b0;
            jobs        <= 32'd1;
            frame       <= 32'd0;
            element     <= 32'd0;
            saving      <= 32'd0;
            restoring   <= 32'd0;
        end
    endtask

    // All that the descriptor before asked for has come, but for frames in the pipeline.
    wire over = jobs == (saves ? 32'd2 : 32'd1) && frame == frames && element == 32'd0
             && restoring == (restores ? CELLS + KEPT : 32'd0) && saving == (saves ? CELLS + KEPT : 32'd0);

    always @(posedge clk)
        if (reset) begin
            compared = 0;
            wrong    = 0;
            random   <= SEED;
            round    <= 32'd0;
            x_ready  <= 1'b0;
            job_ready  <= 1'b0;
            save_ready <= 1'b0;
            from       <= {ADDRESS_W{1'b0}};
            begin_round;
        end else if (!finished) begin
            random      <= random * 1103515245 + 12345;
            queue_reset <= 1'b0;
            if (tail - next < RING && tail != ALL + 32'd2 && random[27:24] == 4'd0) tail <= tail + 32'd1;

            // memory
            if (grant) begin
                from <= request_address;
                left <= burst;
                if (request_address % 4096 + burst * BYTES > 4096) wrong = wrong + 1;
                if (request_address >> 24 == 32'h03)
                    check(restores && under_way == 32'd0 && written && seen == 5'd0);
                if (told) wrong = wrong + 1;
            end
            if (bus_valid) begin
                from <= from + BYTES;
                left <= left - 32'd1;
            end
            bus_valid <= (grant || left > (bus_valid ? 32'd1 : 32'd0))
                      && (random[21:20] != 2'd0 || random[30]);

            // a descriptor
            if (descriptor_take) begin
                check(next < tail && descriptor_data === bus_at(32'h1000 + next % RING * 128
                                                                + word * BYTES));
                word <= word + 32'd1;
                if (word + 32'd1 == WORDS) begin
                    if (next != 32'd0) check(over);
                    index     <= next;
                    next      <= next + 32'd1;
                    word      <= 32'd0;
                    jobs      <= 32'd0;
                    frame     <= 32'd0;
                    element   <= 32'd0;
                    saving    <= 32'd0;
                    restoring <= 32'd0;
                end
            end
            if (error) begin
                check(fault && !told && next == ALL);
                told <= 1'b1;
            end

            // x
            x_ready <= random[13:12] != 2'd0 || random[29];
            if (x_valid && x_ready) begin
                check(x_data === x_right && x_user === {frame == 32'd0 ? first : {CHANNELS{1'b0}}, active}
                      && x_last === (element == X - 32'd1) && jobs == 32'd1 && frame < frames);
                element <= x_last ? 32'd0 : element + 32'd1;
                if (x_last) frame <= frame + 32'd1;
            end
            frame_out <= under_way > (frame_out ? 32'd1 : 32'd0) && random[19:16] == 4'd0;
            under_way <= under_way + (x_valid && x_ready && x_last ? 32'd1 : 32'd0)
                       - (frame_out ? 32'd1 : 32'd0);
            seen      <= {seen[3:0], frame_out || (save_valid && save_ready)};
            owed      <= owed - (frame_out ? 32'd1 : 32'd0) - (save_valid && save_ready ? 32'd1 : 32'd0)
                       + (!job_valid || !job_ready ? 32'd0 : job_is_state ? CELLS + KEPT : frames);
            if (seen[4])                 unwritten <= 32'd20;
            else if (unwritten != 32'd0) unwritten <= unwritten - 32'd1;

            // states
            if (state_write) begin
                check(state_data === state_right && state_is_kept === (restoring >= CELLS)
                      && state_word === (restoring >= CELLS ? restoring - CELLS : restoring) % 16
                      && state_channels === restored && jobs == 32'd0 && !state_read);
                restoring <= restoring + 32'd1;
            end
            if (state_read) begin
                cell_data <= state_is_kept ? {(SLOTS*ACT_W){1'b1}} : store_at(1'b0, state_word);
                kept_data <= state_is_kept ? store_at(1'b1, state_word) : {(SLOTS*ACT_W){1'b1}};
                if (!state_saving || under_way != 32'd0) wrong = wrong + 1;
            end
            save_ready <= random[25:24] != 2'd0;
            if (save_valid && save_ready) begin
                check(save_data === save_right && jobs == 32'd2 && frame == frames);
                saving <= saving + 32'd1;
            end

            // jobs
            job_ready <= random[7];
            if (job_valid && job_ready) begin
                check(job_address === (job_is_state ? state_to : y_to)
                      && job_is_last === (job_is_state || !saves) && job_is_state === (jobs == 32'd1)
                      && frame == (job_is_state ? frames : 32'd0) && !fault);
                jobs <= jobs + 32'd1;
            end

            if (told) begin
                still <= still + 32'd1;
                if (still == 32'd100) begin
                    check(!request && !x_valid && !job_valid && !save_valid && next == ALL);
                    round <= round + 32'd1;
                    begin_round;
                end
            end
        end
endmodule

module queue_bench;
    localparam CASES = 5;

    wire clk;
    wire reset;

    wire [32*CASES-1:0] compared;
    wire [32*CASES-1:0] wrong;
    wire [CASES-1:0]    finished;

    queue_case c0 (clk, reset, compared[31:0], wrong[31:0], finished[0]);
    // more lanes; elements with a byte that is not whole
    queue_case #(.CHANNELS(3), .LANES(2), .ACT_W(13), .XY_M(64), .STATE_M(128), .KEPT(9), .SEED(5)) c1
        (clk, reset, compared[63:32], wrong[63:32], finished[1]);
    // one element, one voice, no cells; x on both sides of 64 GiB
    queue_case #(.CHANNELS(1), .ACT_W(18), .BUS_W(1024), .ADDRESS_W(40), .X_BASE(64'h0F_FFFF_8000), .X(1), .CELLS(0),
                 .KEPT(11), .SEED(7)) c2 (clk, reset, compared[95:64], wrong[95:64], finished[2]);
    // no state at all; a frame of more than 4 KiB
    queue_case #(.CHANNELS(5), .XY_M(128), .STATE_M(128), .X(300), .CELLS(0), .KEPT(0), .SEED(9)) c3
        (clk, reset, compared[127:96], wrong[127:96], finished[3]);
    // cells only; words of more than a bus word
    queue_case #(.CHANNELS(5), .LANES(2), .STATE_M(256), .XY_M(256), .X(4), .CELLS(9), .KEPT(0), .SEED(11)) c4
        (clk, reset, compared[159:128], wrong[159:128], finished[4]);

    bench_run #(
        .CASES (CASES)
    ) u_run (
        .clk      (clk),
        .reset    (reset),
        .compared (compared),
        .wrong    (wrong),
        .finished (finished)
    );
endmodule
