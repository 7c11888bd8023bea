// SPDX-License-Identifier: Apache-2.0
// ese_captions - what the monitor outputs say, as text for whoever looks at a waveform.
//
// Names come from +names=FILE, in hexadecimal, at most PRODUCTS of products and behind them those
// of passes.  The harness tells the rest, in the order of window.h.  What it tells of the next
// column and the next step counts once they come, and stays until others do.
`timescale 1ns / 1ps

module ese_captions #(
    parameter CAPTION  = 64, // characters of each text
    parameter PRODUCTS = 16,
    parameter PASSES   = 16
) (
    input wire                   clk,
    input wire                   resetn,
    input wire                   product_valid,
    input wire [15:0]            product,
    input wire                   pass_valid,
    input wire [15:0]            pass,
    input wire [5*8*CAPTION-1:0] captions
);
    localparam TEXT = 8 * CAPTION;

    // ---- names -----------------------------------------------------------------------------------

    /* verilator tracing_off */
    reg [TEXT-1:0]   names [0:PRODUCTS+PASSES-1];
    reg [8*1024-1:0] file;
    reg [3*TEXT-1:0] last_column;
    reg [3*TEXT-1:0] last_step;
    /* verilator tracing_on */

    initial if ($value$plusargs("names=%s", file)) $readmemh(file, names);

    // ---- what to look at -------------------------------------------------------------------------

    wire [TEXT-1:0] phase = captions[TEXT-1:0];
    wire [TEXT-1:0] product_name;
    wire [TEXT-1:0] product_frame;
    wire [TEXT-1:0] product_channels;
    wire [TEXT-1:0] pass_name;
    wire [TEXT-1:0] pass_frame;
    wire [TEXT-1:0] pass_channels;

    assign {product_channels, product_frame, product_name} =
        product_valid ? {captions[3*TEXT-1:TEXT], names[product]} : last_column;
    assign {pass_channels, pass_frame, pass_name} =
        pass_valid ? {captions[5*TEXT-1:3*TEXT], names[PRODUCTS + pass]} : last_step;

    always @(posedge clk)
        if (!resetn) begin
            last_column <= {3 * TEXT{1'b0}};
            last_step   <= {3 * TEXT{1'b0}};
        end else begin
            last_column <= {product_channels, product_frame, product_name};
            last_step   <= {pass_channels, pass_frame, pass_name};
        end
endmodule
