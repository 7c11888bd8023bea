// SPDX-License-Identifier: Apache-2.0
// ese_output_buffer - y on its way out: FIFO of words, then one element of all channels a beat.
//
// Input    a word {channel: lane: element} with the channels that carry a voice; there is always
//          room, because ese_pass_sequencer reserves it
// Output   AXI4-Stream, elements 0 .. last_element of each frame, sign-extended to whole bytes; m_tuser
//          says which channels count, the others are zero; m_tlast marks the last element
// Depth    2**FIFO_W words
// Latency  two clocks from push to m_tvalid
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_output_buffer #(
    parameter CHANNELS  = 2,  // voices
    parameter PES       = 4,  // processing elements
    parameter LANES     = 1,  // elements of a channel in a word
    parameter LANE_W    = 1,  // bits of a lane number
    parameter GROUPS    = 4,  // words per row of PEs
    parameter GROUP_W   = 2,  // bits of a group number
    parameter ACT_W     = 16, // bits of an element
    parameter ELEMENT_W = 16, // bits of an element on the stream
    parameter SIZE_W    = 3,  // bits of an element's number
    parameter FIFO_W    = 5   // log2 of the FIFO's words
) (
    input  wire                            clk,
    input  wire                            reset,
    input  wire [SIZE_W-1:0]               last_element, // of a frame

    input  wire                            push,
    input  wire [CHANNELS*LANES*ACT_W-1:0] push_data,
    input  wire [CHANNELS-1:0]             push_active,
    output wire                            pop,        // a word has been taken out

    output wire                            m_tvalid,
    input  wire                            m_tready,
    output wire [CHANNELS*ELEMENT_W-1:0]   m_tdata,
    output wire [CHANNELS-1:0]             m_tuser,
    output wire                            m_tlast
);
    localparam [31:0] LAST_GROUP_32 = GROUPS - 1;
    localparam [GROUP_W-1:0] LAST_GROUP = LAST_GROUP_32[GROUP_W-1:0];
    localparam [31:0] FULL_LANE_32 = LANES - 1;                           // last lane of a word
    localparam [LANE_W-1:0] FULL_LANE = FULL_LANE_32[LANE_W-1:0];
    localparam [31:0] REST_LANE_32 = PES - (GROUPS - 1) * LANES - 1;      // ... of a PE row
    localparam [LANE_W-1:0] REST_LANE = REST_LANE_32[LANE_W-1:0];

    // ---- FIFO ------------------------------------------------------------------------------
    localparam WORD_W = CHANNELS * LANES * ACT_W + CHANNELS;

    (* ram_style = "distributed" *) reg [WORD_W-1:0] memory [0:(1<<FIFO_W)-1];

    reg [FIFO_W-1:0] head;
    reg [FIFO_W-1:0] tail;
    reg [FIFO_W:0]   count;

    wire [CHANNELS-1:0]             head_active;
    wire [CHANNELS*LANES*ACT_W-1:0] head_data;
    assign {head_active, head_data} = memory[head];

    always @(posedge clk)
        if (push) memory[tail] <= {push_active, push_data};

    // ---- one element a beat ----------------------------------------------------------------
    reg [SIZE_W-1:0]  element;
    reg [GROUP_W-1:0] group;
    reg [LANE_W-1:0]  lane;

    reg                      out_valid;
    reg [CHANNELS*ACT_W-1:0] out_data;
    reg [CHANNELS-1:0]       out_active;
    reg                      out_last;

    wire             out_free     = !out_valid || m_tready;
    wire             have_word    = count != {(FIFO_W+1){1'b0}};
    wire             load         = out_free && have_word;
    wire             at_end       = element == last_element;
    wire [LANE_W-1:0] last_lane   = (group == LAST_GROUP) ? REST_LANE : FULL_LANE;
    wire             word_done    = lane == last_lane || at_end;

    assign pop = load && word_done;

    wire [CHANNELS*ACT_W-1:0] elements;
    genvar c;
    generate
        for (c = 0; c < CHANNELS; c = c + 1) begin : g_channel
            wire [LANES*ACT_W-1:0] word = head_data[c*LANES*ACT_W +: LANES*ACT_W];
            wire [ACT_W-1:0]       out  = out_data[c*ACT_W +: ACT_W];

            wire [ACT_W-1:0]       next;

            if (LANES > 1) begin : g_lane
                assign next = word[lane*ACT_W +: ACT_W];
            end else begin : g_one_lane
                assign next = word;
            end
            assign elements[c*ACT_W +: ACT_W] = next & {ACT_W{head_active[c]}};
            assign m_tdata[c*ELEMENT_W +: ELEMENT_W] =
                {{(ELEMENT_W-ACT_W+1){out[ACT_W-1]}}, out[ACT_W-2:0]};
        end
    endgenerate

    always @(posedge clk)
        if (load) begin
            out_data   <= elements;
            out_active <= head_active;
            out_last   <= at_end;
        end

    always @(posedge clk) begin
        if (push) tail <= tail + 1'b1;
        if (pop)  head <= head + 1'b1;
        if (push && !pop) count <= count + 1'b1;
        if (pop && !push) count <= count - 1'b1;

        if (out_free) out_valid <= have_word;
        if (load) begin
            element <= at_end ? {SIZE_W{1'b0}} : element + 1'b1;
            lane    <= word_done ? {LANE_W{1'b0}} : lane + 1'b1;
        end
        if (pop) group <= (group == LAST_GROUP || at_end) ? {GROUP_W{1'b0}} : group + 1'b1;

        if (reset) begin
            head      <= {FIFO_W{1'b0}};
            tail      <= {FIFO_W{1'b0}};
            count     <= {(FIFO_W+1){1'b0}};
            out_valid <= 1'b0;
            element   <= {SIZE_W{1'b0}};
            lane      <= {LANE_W{1'b0}};
            group     <= {GROUP_W{1'b0}};
        end
    end

    assign m_tvalid = out_valid;
    assign m_tuser  = out_active;
    assign m_tlast  = out_last;
endmodule

`resetall
