// SPDX-License-Identifier: Apache-2.0
// ese_counters - what the chip has done since it was started, for the host to read.
//
// Counts while `run`; `clear` sets all to zero.  A few clocks behind the events.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_counters #(
    parameter PES = 4 // processing elements
) (
    input  wire           clk,
    input  wire           clear,
    input  wire           run,

    input  wire           frame_done,
    input  wire           descriptor_done,
    input  wire [PES-1:0] issue,        // PEs that multiply
    input  wire [4:0]     stall,        // input, columns, accumulator, element, queue
    input  wire           weight_stall,
    input  wire           output_stall,

    output reg  [31:0]    frames,
    output reg  [31:0]    descriptors,
    output reg  [63:0]    cycles,
    output reg  [63:0]    multiplied,
    output reg  [31:0]    stall_input,
    output reg  [31:0]    stall_columns,
    output reg  [31:0]    stall_accumulator,
    output reg  [31:0]    stall_element,
    output reg  [31:0]    stall_queue,
    output reg  [31:0]    stall_weights,
    output reg  [31:0]    stall_output
);
    // ---- PEs that multiply in a clock: counted in eights, then added -------------------------
    localparam EIGHTS = (PES + 7) / 8;

    reg [PES-1:0]      issue_q;
    reg [6:0]          stall_q;
    reg [4*EIGHTS-1:0] in_eight;
    reg [8:0]          sum;
    reg [8:0]          multiplied_now;

    wire [8*EIGHTS-1:0] issue_padded;
    generate
        if (8 * EIGHTS > PES) begin : g_padding
            assign issue_padded = {{(8*EIGHTS-PES){1'b0}}, issue_q};
        end else begin : g_whole
            assign issue_padded = issue_q;
        end
    endgenerate

    function automatic [3:0] ones;
        input [7:0] bits;
        integer b;
        begin
            ones = 4'd0;
            for (b = 0; b < 8; b = b + 1) ones = ones + {3'd0, bits[b]};
        end
    endfunction

    always @(posedge clk) begin : count_eights
        integer e;
        issue_q <= issue;
        stall_q <= {output_stall, weight_stall, stall};
        for (e = 0; e < EIGHTS; e = e + 1) in_eight[4*e +: 4] <= ones(issue_padded[8*e +: 8]);
    end

    always @* begin : add_eights
        integer e;
        sum = 9'd0;
        for (e = 0; e < EIGHTS; e = e + 1) sum = sum + {5'd0, in_eight[4*e +: 4]};
    end

    always @(posedge clk) multiplied_now <= sum;

    always @(posedge clk)
        if (clear) begin
            frames            <= 32'd0;
            descriptors       <= 32'd0;
            cycles            <= 64'd0;
            multiplied        <= 64'd0;
            stall_input       <= 32'd0;
            stall_columns     <= 32'd0;
            stall_accumulator <= 32'd0;
            stall_element     <= 32'd0;
            stall_queue       <= 32'd0;
            stall_weights     <= 32'd0;
            stall_output      <= 32'd0;
        end else if (run) begin
            frames            <= frames + {31'd0, frame_done};
            descriptors       <= descriptors + {31'd0, descriptor_done};
            cycles            <= cycles + 64'd1;
            multiplied        <= multiplied + {55'd0, multiplied_now};
            stall_input       <= stall_input + {31'd0, stall_q[0]};
            stall_columns     <= stall_columns + {31'd0, stall_q[1]};
            stall_accumulator <= stall_accumulator + {31'd0, stall_q[2]};
            stall_element     <= stall_element + {31'd0, stall_q[3]};
            stall_queue       <= stall_queue + {31'd0, stall_q[4]};
            stall_weights     <= stall_weights + {31'd0, stall_q[5]};
            stall_output      <= stall_output + {31'd0, stall_q[6]};
        end
endmodule

`resetall
