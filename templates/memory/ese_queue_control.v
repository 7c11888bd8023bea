// SPDX-License-Identifier: Apache-2.0
// ese_queue_control - what the queue does when: a descriptor after the other, each step by step.
//
// A descriptor is read and checked; if it asks for a state, that is restored when no frame is under way and
// all of before is in memory; y is announced, the frames of x are fed; if it asks for it, the state is saved
// when they have left.  One that is wrong ends it all, until a reset.
//
// Outputs  are high while their step lasts; `error` for a clock
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_queue_control #(
    parameter BUS_W = 128 // bits of a bus word
) (
    input  wire        clk,
    input  wire        reset,
    input  wire [31:0] tail,          // descriptors submitted
    output reg  [31:0] taken,         // ... and taken
    output reg         error,

    // The descriptor
    input  wire        wrong,
    input  wire        restores,
    input  wire        saves,

    // What goes on
    input  wire        fetch_started,
    input  wire        fetched,       // a bus word is there
    input  wire        state_over,    // all of a state has come, or gone
    input  wire        given,         // a frame of x has been given out
    input  wire        feed_over,     // ... the last one
    input  wire        frame_out,     // the last element of a frame's y is on its way out
    input  wire        written,       // all y and states of before are in memory
    input  wire        job_ready,

    // The steps
    output wire        reading,       // the descriptor is asked for
    output wire        collecting,    // ... and comes
    output wire        checking,
    output wire        reading_state, // a state is asked for
    output wire        restoring,     // ... and comes
    output wire        feeding,       // frames of x
    output wire        announcing,    // a job to the write-back:
    output wire        is_state,      // ... a state, else y
    output wire        saving
);
    localparam [31:0] DESCRIPTOR_WORDS = 1024 / BUS_W;

    localparam [3:0] IDLE          = 4'd0;
    localparam [3:0] READ          = 4'd1;
    localparam [3:0] COLLECT       = 4'd2;
    localparam [3:0] CHECK         = 4'd3;
    localparam [3:0] DRAIN_RESTORE = 4'd4; // until no frame is under way and all is written
    localparam [3:0] READ_STATE    = 4'd5;
    localparam [3:0] RESTORE       = 4'd6;
    localparam [3:0] ANNOUNCE      = 4'd7; // y of this descriptor
    localparam [3:0] FEED          = 4'd8;
    localparam [3:0] DRAIN_SAVE    = 4'd9;
    localparam [3:0] ANNOUNCE_SAVE = 4'd10;
    localparam [3:0] SAVE          = 4'd11;
    localparam [3:0] STUCK         = 4'd12; // a descriptor that cannot be done

    reg [3:0]  state;
    reg [31:0] words_left; // of the descriptor
    reg [15:0] under_way;  // frames in the pipeline
    reg [2:0]  settled;

    wire drained = under_way == 16'd0;

    assign reading       = state == READ;
    assign collecting    = state == COLLECT;
    assign checking      = state == CHECK;
    assign reading_state = state == READ_STATE;
    assign restoring     = state == RESTORE;
    assign feeding       = state == FEED;
    assign announcing    = state == ANNOUNCE || state == ANNOUNCE_SAVE;
    assign is_state      = state == ANNOUNCE_SAVE;
    assign saving        = state == SAVE;

    // Written, and for some clocks: what leaves the pipeline is seen by the write-back a little later.
    always @(posedge clk)
        if (state != DRAIN_RESTORE || !written) settled <= 3'd0;
        else if (settled != 3'd7)               settled <= settled + 3'd1;

    always @(posedge clk) begin
        error <= 1'b0;
        case (state)
            IDLE:
                if (taken != tail) state <= READ;
            READ:
                if (fetch_started) begin
                    state      <= COLLECT;
                    words_left <= DESCRIPTOR_WORDS;
                end
            COLLECT:
                if (fetched) begin
                    words_left <= words_left - 32'd1;
                    if (words_left == 32'd1) state <= CHECK;
                end
            CHECK: begin
                taken <= taken + 32'd1;
                error <= wrong;
                if (wrong)         state <= STUCK;
                else if (restores) state <= DRAIN_RESTORE;
                else               state <= ANNOUNCE;
            end
            DRAIN_RESTORE: // a state that the descriptor before saves must be in memory
                if (drained && settled == 3'd7) state <= READ_STATE;
            READ_STATE:
                if (fetch_started) state <= RESTORE;
            RESTORE:
                if (state_over) state <= ANNOUNCE;
            ANNOUNCE:
                if (job_ready) state <= FEED;
            FEED:
                if (feed_over) state <= saves ? DRAIN_SAVE : IDLE;
            DRAIN_SAVE:
                if (drained) state <= ANNOUNCE_SAVE;
            ANNOUNCE_SAVE:
                if (job_ready) state <= SAVE;
            SAVE:
                if (state_over) state <= IDLE;
            default: ;
        endcase

        if (given && !frame_out) under_way <= under_way + 16'd1;
        if (frame_out && !given) under_way <= under_way - 16'd1;

        if (reset) begin
            state     <= IDLE;
            taken     <= 32'd0;
            under_way <= 16'd0;
            error     <= 1'b0;
        end
    end
endmodule

`resetall
