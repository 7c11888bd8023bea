// SPDX-License-Identifier: Apache-2.0
// ese_counters - what the chip has done since it was started, for the host to read.
//
// Counts while `run`; `clear` sets all to zero.  One clock behind the events.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_counters (
    input  wire        clk,
    input  wire        clear,
    input  wire        run,

    input  wire        frame_done,
    input  wire [4:0]  stall,        // input, columns, accumulator, element, queue
    input  wire        weight_stall,

    output reg  [31:0] frames,
    output reg  [63:0] cycles,
    output reg  [31:0] stall_input,
    output reg  [31:0] stall_columns,
    output reg  [31:0] stall_accumulator,
    output reg  [31:0] stall_element,
    output reg  [31:0] stall_queue,
    output reg  [31:0] stall_weights
);
    always @(posedge clk)
        if (clear) begin
            frames            <= 32'd0;
            cycles            <= 64'd0;
            stall_input       <= 32'd0;
            stall_columns     <= 32'd0;
            stall_accumulator <= 32'd0;
            stall_element     <= 32'd0;
            stall_queue       <= 32'd0;
            stall_weights     <= 32'd0;
        end else if (run) begin
            cycles            <= cycles + 64'd1;
            frames            <= frames + {31'd0, frame_done};
            stall_input       <= stall_input + {31'd0, stall[0]};
            stall_columns     <= stall_columns + {31'd0, stall[1]};
            stall_accumulator <= stall_accumulator + {31'd0, stall[2]};
            stall_element     <= stall_element + {31'd0, stall[3]};
            stall_queue       <= stall_queue + {31'd0, stall[4]};
            stall_weights     <= stall_weights + {31'd0, weight_stall};
        end
endmodule

`resetall
