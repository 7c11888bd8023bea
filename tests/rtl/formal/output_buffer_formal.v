// SPDX-License-Identifier: Apache-2.0
// output_buffer_formal - everything that enters ese_output_buffer leaves it once, in order.
//
// Used as ese_pass_sequencer does: a word is pushed only when one of the FIFO's places was given back
// by `pop`.  One arbitrary element of an arbitrary word is watched:
//   - it comes out after all elements before it, sign-extended, with its word's mask; as zero if that
//     says that it does not count;
//   - m_tlast marks the last element of a vector, and no other;
//   - a beat that is not taken stays as it is, and one is offered as long as there is anything.
// Two lanes, three PEs, four elements: words of 2, 1 and 1 elements.
`default_nettype none

module output_buffer_formal (
    input wire       clk,
    input wire       reset,
    input wire       push,
    input wire [5:0] push_data,
    input wire       push_active,
    input wire       m_tready,
    input wire       watch,
    input wire       watch_lane
);
    localparam FIFO_W = 1;
    localparam ACT_W  = 3;

    wire       pop, m_tvalid, m_tuser, m_tlast;
    wire [3:0] m_tdata;

    ese_output_buffer #(
        .CHANNELS  (1),
        .PES       (3),
        .LANES     (2),
        .LANE_W    (1),
        .GROUPS    (2),
        .GROUP_W   (1),
        .ACT_W     (ACT_W),
        .ELEMENT_W (4),
        .SIZE_W    (3),
        .FIFO_W    (FIFO_W)
    ) dut (
        .clk         (clk),
        .reset       (reset),
        .last_element (3'd3),
        .push        (push),
        .push_data   (push_data),
        .push_active (push_active),
        .pop         (pop),
        .m_tvalid    (m_tvalid),
        .m_tready    (m_tready),
        .m_tdata     (m_tdata),
        .m_tuser     (m_tuser),
        .m_tlast     (m_tlast)
    );

    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;

    // ---- use -------------------------------------------------------------------------------
    reg [FIFO_W:0] room;      // places that are free
    reg [1:0]      word;      // of the vector, the next one pushed: 0, 1, 2
    reg [3:0]      in_flight; // elements pushed and not yet taken
    wire           taken    = m_tvalid && m_tready;
    wire [1:0]     elements = (word == 2'd0) ? 2'd2 : 2'd1;

    always @(*) begin
        if (!started) assume (reset);
        if (push) assume (room != 0);
    end

    always @(posedge clk) begin
        room      <= room - push + pop;
        in_flight <= in_flight + (push ? elements : 2'd0) - taken;
        if (push) word <= (word == 2'd2) ? 2'd0 : word + 2'd1;
        if (reset) begin
            room      <= 1 << FIFO_W;
            in_flight <= 4'd0;
            word      <= 2'd0;
        end
    end

    // ---- the watched element ---------------------------------------------------------------
    reg             watching = 1'b0;
    reg [3:0]       ahead;
    reg [ACT_W-1:0] its_value;
    reg             its_active, its_last;

    always @(posedge clk) begin
        if (push && watch && !watching && !(watch_lane && word != 2'd0)) begin
            watching   <= 1'b1;
            ahead      <= in_flight - taken + watch_lane;
            its_value  <= watch_lane ? push_data[5:3] : push_data[2:0];
            its_active <= push_active;
            its_last   <= word == 2'd2;
        end else if (watching && taken) begin
            if (ahead == 0) watching <= 1'b0;
            ahead <= ahead - 4'd1;
        end
        if (reset) watching <= 1'b0;
    end

    // ---- a beat that is not taken -----------------------------------------------------------
    reg       stalled = 1'b0, more = 1'b0;
    reg [5:0] held;
    always @(posedge clk) begin
        stalled <= m_tvalid && !m_tready && !reset;
        more    <= in_flight != {3'd0, taken} && !reset;
        held    <= {m_tdata, m_tuser, m_tlast};
    end

    always @(*)
        if (started) begin
            assert (room <= (1 << FIFO_W));
            if (m_tvalid) assert (in_flight != 0);
            if (watching) assert (ahead < in_flight);
            if (watching && ahead == 0 && m_tvalid) begin
                assert (m_tdata == (its_active ? {its_value[ACT_W-1], its_value} : 4'd0));
                assert (m_tuser == its_active);
                assert (m_tlast == its_last);
            end
            if (more) assert (m_tvalid);
            if (stalled) assert (m_tvalid && held == {m_tdata, m_tuser, m_tlast});
        end

    always @(posedge clk)
        if (started) begin
            cover (room == 0 && taken);
            cover (watching && ahead == 0 && taken && m_tlast);
        end
endmodule

`default_nettype wire
